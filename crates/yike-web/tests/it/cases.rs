//! Staff's pages of cases: from taking one up to closing it, stale forms, heaps, photos, who is told what.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use yike_app::cases::{NewReport, Wish, With};
use yike_model::PersonId;
use yike_model::Timestamp;
use yike_model::cases::Source;
use yike_model::people::{Actor, Posting, Role};
use yike_model::text::CaseText;

use crate::town::{Answer, SECRET, Town};

/// A picture of one pixel.
const PIXEL: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52,
    0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x04, 0x00, 0x00, 0x00, 0xb5, 0x1c, 0x0c,
    0x02, 0x00, 0x00, 0x00, 0x0b, 0x49, 0x44, 0x41, 0x54, 0x78, 0xda, 0x63, 0x64, 0xf8, 0x0f, 0x00,
    0x01, 0x05, 0x01, 0x01, 0x27, 0x18, 0xe3, 0x66, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44,
    0xae, 0x42, 0x60, 0x82,
];

fn resident(n: u8) -> Actor {
    Actor::Person { id: PersonId::new(Timestamp::FIRST, [n; 10]), postings: Vec::new() }
}

impl Town {
    /// The cookie of somebody signed in for a role in the whole district.
    async fn post_of(&self, role: Role) -> String {
        let link = self.app.make_sign_in_link(&Actor::System, role).await.expect("a link");
        let opened = self.app.sign_in(&link.token.reveal()).await.expect("it signs in");
        format!("yike_csrf={SECRET}; yike_lang=zh-Hans; yike_session={}", opened.token.reveal())
    }

    /// Reports a case in the community; its number.
    async fn reported(&self, by: u8, words: &str) -> String {
        let new = NewReport {
            draft: self.app.new_draft(),
            category: "stair_light".into(),
            place: Some("990001001001".into()),
            shared: None,
            floor: Some(3),
            point: None,
            room: None,
            text: Some(CaseText::parse(words).expect("a text")),
            photos: Vec::new(),
            kept: Vec::new(),
            urgent: false,
            open: false,
            source: Source::Resident,
            done: None,
        };
        let reported = self.app.report_case(&resident(by), new).await.expect("it is reported");
        reported.number.to_string()
    }

    async fn acts(&self, cookie: &str, number: &str, form: &str) -> Answer {
        self.post(&format!("/cases/{number}/do"), cookie, form).await
    }

    /// Posts a form with a photo.
    async fn shows(
        &self,
        cookie: &str,
        number: &str,
        fields: &[(&str, &str)],
        photo: &[u8],
    ) -> Answer {
        let mut body = Vec::new();
        let mut part = |head: String, value: &[u8]| {
            body.extend_from_slice(b"--XX\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(b"\r\n\r\n");
            body.extend_from_slice(value);
            body.extend_from_slice(b"\r\n");
        };
        part("content-disposition: form-data; name=\"csrf\"".into(), SECRET.as_bytes());
        for (name, value) in fields {
            part(format!("content-disposition: form-data; name=\"{name}\""), value.as_bytes());
        }
        part("content-disposition: form-data; name=\"photo\"; filename=\"x.png\"".into(), photo);
        body.extend_from_slice(b"--XX--\r\n");
        let request = Request::post(format!("/cases/{number}/do"))
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=XX")
            .body(Body::from(body));
        self.send(request.expect("a request")).await
    }
}

/// The value of a hidden field of a page.
fn field<'a>(page: &'a str, name: &str) -> &'a str {
    let at = page.find(&format!("name=\"{name}\" value=\"")).expect("the field is there");
    let rest = &page[at + name.len() + 15..];
    &rest[..rest.find('"').expect("it ends")]
}

#[tokio::test]
async fn from_taking_it_up_to_closing_it() {
    let town = Town::open().await;
    let number = town.reported(1, "三楼的灯不亮").await;
    let committee = town.post_of(Role::ResidentsCommittee).await;
    let list = town.get("/inbox", &committee).await;
    assert_eq!(list.status, StatusCode::OK);
    assert!(list.body.contains("有 1 件事等你办"), "{}", list.body);
    for told in
        [number.as_str(), "楼道灯不亮", "三楼的灯不亮", "来得及", "待受理", "接手、派遣或不予立案"]
    {
        assert!(list.body.contains(told), "the list tells {told}");
    }
    let page = town.get(&format!("/cases/{number}"), &committee).await;
    assert!(page.body.contains("data-deed=\"accept\" open"), "the likeliest is open");
    assert!(!page.body.contains("data-deed=\"check\""), "nothing is offered that is refused");
    let done = town.acts(&committee, &number, "deed=accept&verdict=yes&seen=1").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    assert_eq!(done.headers[header::LOCATION], format!("/cases/{number}?did=accept"));
    // Without a word nothing is done, and the page says so at the form.
    let empty = town.acts(&committee, &number, "deed=feed_back&verdict=yes&text=+").await;
    assert_eq!(empty.status, StatusCode::BAD_REQUEST);
    assert!(
        empty.body.contains("请写几个字") && empty.body.contains("data-deed=\"feed_back\" open")
    );
    let back =
        "deed=feed_back&verdict=yes&text=%E6%8D%A2%E4%BA%86%E7%81%AF%E6%B3%A1&back=/inbox?view=all";
    let done = town.acts(&committee, &number, back).await;
    let to = done.headers[header::LOCATION].to_str().unwrap();
    assert_eq!(to, format!("/inbox?view=all&did={number}.feed_back"), "back to the list");
    let list = town.get(to, &committee).await;
    assert!(list.body.contains(&format!("{number} · 记下了：已反馈，等核查。")));
    // Whoever handled it does not check it; a checker does.
    let own = town.acts(&committee, &number, "deed=check&verdict=yes").await;
    assert!(own.status.is_client_error(), "{}", own.status);
    let checker = town.post_of(Role::Checker).await;
    let list = town.get("/inbox", &checker).await;
    assert!(list.body.contains("去核查"), "{}", list.body);
    let done = town.acts(&checker, &number, "deed=check&verdict=yes").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let page = town.get(&format!("/cases/{number}"), &checker).await;
    assert!(page.body.contains("已结案") && page.body.contains("换了灯泡"), "{}", page.body);
    assert!(page.body.contains("核查过，结案"));
}

#[tokio::test]
async fn a_stale_form_shows_what_happened_and_keeps_what_was_typed() {
    let town = Town::open().await;
    let number = town.reported(1, "灯").await;
    let committee = town.post_of(Role::ResidentsCommittee).await;
    let seen =
        field(&town.get(&format!("/cases/{number}"), &committee).await.body, "seen").to_owned();
    let other = town.post_of(Role::ResidentsCommittee).await;
    let remark = "deed=remark&verdict=yes&shown=1&text=%E6%88%91%E5%8E%BB%E7%9C%8B%E7%9C%8B";
    assert_eq!(town.acts(&other, &number, remark).await.status, StatusCode::SEE_OTHER);
    let form =
        format!("deed=reject&verdict=yes&seen={seen}&text=%E4%B8%8D%E5%BD%92%E6%88%91%E4%BB%AC");
    let stale = town.acts(&committee, &number, &form).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stale.body.contains("又有 1 条新情况"), "{}", stale.body);
    assert!(
        stale.body.contains("fresh") && stale.body.contains("我去看看"),
        "what happened is marked"
    );
    assert!(stale.body.contains(">不归我们</textarea>"), "what was typed is in its field");
    // Having looked, he sends it again.
    let seen = field(&stale.body, "seen").to_owned();
    let form =
        format!("deed=reject&verdict=yes&seen={seen}&text=%E4%B8%8D%E5%BD%92%E6%88%91%E4%BB%AC");
    assert_eq!(town.acts(&committee, &number, &form).await.status, StatusCode::SEE_OTHER);
    // A form whose deed is no longer there loses nothing either.
    let late = town
        .acts(
            &other,
            &number,
            &format!(
                "deed=reject&verdict=yes&seen={seen}&text=%E6%88%91%E4%B9%9F%E8%AF%B4%E4%B8%8D"
            ),
        )
        .await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.body.contains("<blockquote>我也说不</blockquote>"), "{}", late.body);
}

#[tokio::test]
async fn a_heap_is_handed_on_one_by_one_and_says_what_came_of_each() {
    let town = Town::open().await;
    let mut numbers = Vec::new();
    for n in 1..=2 {
        numbers.push(town.reported(n, "灯").await);
    }
    let committee = town.post_of(Role::ResidentsCommittee).await;
    let list = town.get("/inbox", &committee).await.body;
    let mut form = String::new();
    for rest in list.split("name=\"case\" value=\"").skip(1) {
        form = form + "&case=" + rest.split('"').next().unwrap();
    }
    town.acts(&committee, &numbers[1], "deed=remark&verdict=yes&text=x").await;
    let came = town
        .post("/inbox/bulk", &committee, &format!("what=accept&back=/inbox?view=all{form}"))
        .await;
    assert_eq!(came.status, StatusCode::OK);
    assert!(
        came.body.contains("办好 1 件") && came.body.contains("还有 1 件没有办"),
        "{}",
        came.body
    );
    assert!(came.body.contains("你看过之后，这件事又变了"), "why it was refused");
    assert!(came.body.contains("href=\"/inbox?view=all\""));
    let none = town.post("/inbox/bulk", &committee, "what=accept").await;
    assert!(none.body.contains("没有选中任何一件"));
    let why = town.post("/inbox/bulk", &committee, &format!("what=hand_up&text={form}")).await;
    assert!(why.body.contains("请写几个字"), "{}", why.body);
    let nowhere =
        town.post("/inbox/bulk", &committee, &format!("what=dispatch:planner{form}")).await;
    assert!(nowhere.body.contains("不能派给他"));
    let strange = town.post("/inbox/bulk", &committee, "what=accept&case=%3Cscript%3E.1").await;
    assert!(!strange.body.contains("<script>.") && strange.body.contains("没有这个编号"));
}

#[tokio::test]
async fn who_reported_is_told_only_to_who_asks_and_may() {
    let town = Town::open().await;
    let number = town.reported(1, "灯").await;
    let committee = town.post_of(Role::ResidentsCommittee).await;
    let page = town.get(&format!("/cases/{number}"), &committee).await.body;
    let id = PersonId::new(Timestamp::FIRST, [1; 10]).to_string();
    assert!(page.contains("看是谁报的") && !page.contains(&id));
    let asked = town.post(&format!("/cases/{number}/reporter"), &committee, "").await;
    assert!(asked.body.contains("报事人没有留电话"), "{}", asked.body);
    let auditor = Actor::Person {
        id: PersonId::new(Timestamp::FIRST, [9; 10]),
        postings: vec![Posting {
            role: Role::Auditor,
            district: "990001".parse().unwrap(),
            place: None,
        }],
    };
    let lines = town.app.audit(&auditor, &yike_store::Page::first(50)).await.unwrap();
    assert!(lines.iter().any(|line| line.deed == "see_reporter" && line.outcome == "done"));
    let office = town.post_of(Role::SubdistrictOffice).await;
    let page = town.get(&format!("/cases/{number}"), &office).await.body;
    assert!(!page.contains("看是谁报的"), "it is not his case");
    let refused = town.post(&format!("/cases/{number}/reporter"), &office, "").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_stranger_sees_the_course_of_a_case_and_not_a_word_of_it() {
    let town = Town::open().await;
    let number = town.reported(1, "我家门口<b>的灯").await;
    let page = town.get(&format!("/cases/{number}"), "yike_lang=zh-Hans").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("楼道灯不亮") && page.body.contains("待受理"));
    for hidden in ["我家门口", "3 楼", "<form class=\"form\" action=\"/cases", "看是谁报的"]
    {
        assert!(!page.body.contains(hidden), "a stranger sees {hidden}");
    }
    let refused = town
        .post(&format!("/cases/{number}/do"), &format!("yike_csrf={SECRET}"), "deed=accept")
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(town.get("/inbox", "").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn photos_go_with_remarks_and_feedback_and_faults_are_told_in_words() {
    let town = Town::open().await;
    let number = town.reported(1, "灯").await;
    let committee = town.post_of(Role::ResidentsCommittee).await;
    let bad = town
        .shows(
            &committee,
            &number,
            &[("deed", "remark"), ("shown", "1"), ("text", "看图")],
            b"%PDF-1.4",
        )
        .await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    assert!(bad.body.contains("PDF 不行") && bad.body.contains(">看图</textarea>"), "{}", bad.body);
    town.acts(&committee, &number, "deed=accept").await;
    let seen =
        field(&town.get(&format!("/cases/{number}"), &committee).await.body, "seen").to_owned();
    let fields = [("deed", "feed_back"), ("seen", seen.as_str()), ("text", "换好了，见照片")];
    let done = town.shows(&committee, &number, &fields, PIXEL).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let page = town.get(&format!("/cases/{number}"), &committee).await.body;
    let at = page.find("/photos/").expect("the photo is on the page");
    let photo: String = page[at + 8..].chars().take_while(|c| *c != '/').collect();
    let path = format!("/cases/{number}/photos/{photo}/small");
    let got = town.get(&path, &committee).await;
    assert_eq!(
        (got.status, got.headers[header::CONTENT_TYPE].as_bytes()),
        (StatusCode::OK, &b"image/jpeg"[..])
    );
    assert_eq!(town.get(&path, "").await.status, StatusCode::NOT_FOUND, "not for strangers");
    let other = town.reported(2, "灯").await;
    let wrong = format!("/cases/{other}/photos/{photo}/small");
    assert_eq!(
        town.get(&wrong, &committee).await.status,
        StatusCode::NOT_FOUND,
        "not of another case"
    );
}

#[tokio::test]
async fn what_a_resident_writes_is_shown_as_text_everywhere() {
    let town = Town::open().await;
    let hostile = "\"><script>alert(1)</script><img src=x onerror=alert(1)>";
    let number = town.reported(1, hostile).await;
    let committee = town.post_of(Role::ResidentsCommittee).await;
    for path in ["/inbox".to_owned(), format!("/cases/{number}"), format!("/cases/{number}?pane&back=/inbox"),
        "/inbox?q=%22%3E%3Cscript%3E&tier=%3Cscript%3E&stage=%22%3E&after=%3Cscript%3E.%22&did=%3Cscript%3E.accept".to_owned(),
        format!("/cases/{number}?did=%3Cscript%3E&back=%22%3E%3Cscript%3E")] {
        let page = town.get(&path, &committee).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(!page.body.contains("<script>") && !page.body.contains("<img src=x"), "{path}");
    }
    let pane = town.get(&format!("/cases/{number}?pane&back=/inbox"), &committee).await;
    assert!(!pane.body.contains("<html"), "beside the list stands the case alone");
}

#[tokio::test]
async fn words_often_used_are_filled_in_without_scripts() {
    let town = Town::open().await;
    let number = town.reported(1, "灯").await;
    let committee = town.post_of(Role::ResidentsCommittee).await;
    town.acts(&committee, &number, "deed=accept").await;
    let filled =
        town.acts(&committee, &number, "deed=feed_back&template=feedback_done&fill=1&text=").await;
    assert_eq!(filled.status, StatusCode::OK);
    assert!(filled.body.contains("已经弄好了"), "{}", filled.body);
    let state = town.app.case(&Actor::System, &number).await.unwrap();
    assert_eq!(state.case.stage_code(), "handling", "nothing was done");
    // The reporter, on his own device, may say that it is fixed, once it is said to be done.
    town.app
        .work_case(
            &Actor::System,
            &number,
            Wish::FeedBack,
            With { text: Some(CaseText::parse("好了").unwrap()), ..With::default() },
        )
        .await
        .unwrap();
    town.app.work_case(&resident(1), &number, Wish::Confirm, With::default()).await.unwrap();
    assert_eq!(town.app.case(&Actor::System, &number).await.unwrap().case.stage_code(), "closed");
}
