//! Staff's pages of cases, filled with plausible things.

use super::bulk::{BulkPage, Came};
use super::forms::{ActionForm, Button, Day, Group, Length, Offered, Text};
use super::inbox::{Filter, InboxPage, Row};
use super::view::{CaseBody, CasePage, PanePage, Reporter, TaskRow};
use crate::front::page::Page;
use crate::pages::timeline::{Line, Thumb};
use crate::pages::{Choice, Fact, Link, State, When};

const HOSTILE: &str = "<script>alert(1)</script> 三楼的灯\"><script>不亮";

fn state(tone: &'static str, sign: &'static str, words: &str) -> State {
    State { tone, sign, words: words.to_owned(), why: String::new() }
}

fn when(said: &str) -> When {
    When {
        iso: "2026-11-24T18:00:00+08:00".to_owned(),
        full: "2026-11-24 18:00".to_owned(),
        said: said.to_owned(),
    }
}

fn filter(name: &str, count: &str, on: bool) -> Filter {
    Filter { name: name.to_owned(), count: count.to_owned(), href: "/inbox".to_owned(), on }
}

fn row(n: u32, state: State) -> Row {
    Row {
        number: format!("261124-7KQ2{n}"),
        value: format!("261124-7KQ2{n}.3"),
        href: format!("/cases/261124-7KQ2{n}"),
        state,
        when: Some(when("今天 18:00")),
        then: "前办好".to_owned(),
        what: "楼道灯不亮".to_owned(),
        words: HOSTILE.to_owned(),
        marks: vec!["急".to_owned(), "3 户".to_owned()],
        place: "柳岸新村 12幢 1单元 3 楼".to_owned(),
        stage: "正在处理".to_owned(),
        owner: "柳岸新村物业".to_owned(),
        next: "办好后反馈".to_owned(),
    }
}

fn inbox(p: Page, rows: Vec<Row>, did: String) -> InboxPage {
    InboxPage {
        sentence: p.t1("inbox-mine", "n", rows.len()).into_owned(),
        told: p.t1("inbox-late", "n", 1_u32).into_owned(),
        views: vec![filter("等我办的", "", true), filter("这一片全部", "", false)],
        tiers: vec![filter("各级", "12", true), filter("楼道", "3", false)],
        stages: vec![Choice::new("", p.t("inbox-stages-all"), true)],
        hidden: vec![("view", "all".to_owned())],
        asked: "\"><script>".to_owned(),
        heaps: vec![Choice::new("accept", p.t("do-accept"), true)],
        did,
        filtered: rows.is_empty(),
        rows,
        more: Some("/inbox?after=1.x".to_owned()),
        first: Some("/inbox".to_owned()),
        back: "/inbox?view=all".to_owned(),
        p,
    }
}

fn line(sentence: &str, fresh: bool) -> Line {
    Line {
        seq: 3,
        when: when("今天 10:20"),
        sentence: sentence.to_owned(),
        words: HOSTILE.to_owned(),
        tone: "late",
        photos: vec![Thumb { small: "/cases/1/photos/2/small".into(), full: "/x".into() }],
        fresh,
    }
}

fn buttons(words: &str) -> Vec<Button> {
    vec![Button { value: "yes", words: words.to_owned(), tone: "" }]
}

fn forms(p: &Page) -> Vec<ActionForm> {
    let text = Text {
        name: p.t("do-text-done").into_owned(),
        hint: p.t("do-hint-own").into_owned(),
        value: HOSTILE.to_owned(),
        required: true,
    };
    let choice = Choice::new("property_manager@1", "柳岸新村物业", true);
    let full = ActionForm {
        code: "feed_back",
        name: p.t("do-feed-back").into_owned(),
        told: p.t("do-told-feed-back").into_owned(),
        open: true,
        wrong: p.t("no-text").into_owned(),
        text: Some(text.clone()),
        offered: vec![Offered {
            code: "feedback_done".into(),
            name: "弄好了…".into(),
            text: HOSTILE.into(),
            on: false,
        }],
        units: vec![choice.clone()],
        named: Some(false),
        length: Some(Length {
            amount: "2".into(),
            units: vec![Choice::new("wd", p.t("span-unit-wd"), true)],
            most: p.t1("span-wd", "n", 5_u32).into_owned(),
        }),
        day: Some(Day {
            value: "2026-12-01".into(),
            from: "2026-11-25".into(),
            to: "2027-05-01".into(),
        }),
        groups: vec![Group { name: p.t("group-stairwell").into_owned(), categories: vec![choice] }],
        urgent: Some(true),
        tasks: vec![Choice::new("1", "第 1 项", true)],
        number: Some(String::new()),
        rating: Some([true, false]),
        photos: true,
        shown: Some(true),
        once: "9000.ab".into(),
        buttons: buttons("说办好了"),
    };
    let small = ActionForm {
        code: "accept",
        name: p.t("do-accept").into_owned(),
        told: p.t("do-told-accept").into_owned(),
        buttons: buttons("接手"),
        ..ActionForm::default()
    };
    vec![full, small]
}

fn case(p: &Page, reporter: Reporter, pane: bool) -> CaseBody {
    CaseBody {
        number: "261124-7KQ2M".into(),
        what: "楼道灯不亮".into(),
        place: "柳岸新村 12幢 1单元 楼道平台 3 楼".into(),
        light: state("soon", "▲", "快到了"),
        stage: "正在处理".into(),
        when: Some(when("今天 18:00")),
        then: p.t("then-due").into_owned(),
        left: p.t1("left-hours", "n", 3_u32).into_owned(),
        owner: "柳岸新村物业".into(),
        phone: "0571-88888888".into(),
        notices: vec![p.t("case-urgent").into_owned()],
        words: HOSTILE.into(),
        photos: vec![Thumb { small: "/cases/1/photos/2/small".into(), full: "/x".into() }],
        tasks: vec![TaskRow {
            who: "柳岸社区居委会".into(),
            state: state("running", "◔", "没做完"),
            words: HOSTILE.into(),
        }],
        history: vec![line("报事人报了这件事", false), line("物业接手", true)],
        forms: forms(p),
        facts: vec![Fact::new(p.t("fact-number"), "261124-7KQ2M")],
        linked: vec![Link::new("/cases/261124-7KQ2N", "261124-7KQ2N")],
        reporter,
        action: "/cases/261124-7KQ2M/do".into(),
        seen: 3,
        back: "/inbox?view=all".into(),
        did: p.t("did-accept").into_owned(),
        stale: p.t1("case-stale", "n", 1_u32).into_owned(),
        lost: HOSTILE.into(),
        lost_why: p.t("no-stale").into_owned(),
        pane,
    }
}

/// All of them, by name.
pub fn all(p: &Page) -> Vec<(&'static str, String)> {
    let html = |page: &dyn askama::DynTemplate| page.dyn_render().expect("the page renders");
    let rows = vec![
        row(1, state("late", "■", "超期")),
        row(2, state("soon", "▲", "快到了")),
        row(3, state("ontime", "●", "来得及")),
        row(4, state("waiting", "◌", "暂停")),
    ];
    let up = Link::new("/inbox", p.t("case-to-inbox"));
    let page = |reporter| CasePage { c: case(p, reporter, false), up: up.clone(), p: p.clone() };
    let bulk = BulkPage {
        sentence: p.t1("bulk-done", "n", 2_u32).into_owned(),
        told: p.t1("bulk-refused", "n", 1_u32).into_owned(),
        came: vec![Came {
            case: Link::new("/cases/261124-7KQ2M", "261124-7KQ2M"),
            what: "楼道灯不亮".into(),
            state: State { why: HOSTILE.into(), ..state("failed", "■", "没有办") },
        }],
        back: up.clone(),
        p: p.clone(),
    };
    vec![
        ("inbox", html(&inbox(p.clone(), rows, String::new()))),
        ("inbox-empty", html(&inbox(p.clone(), Vec::new(), HOSTILE.into()))),
        ("bulk", html(&bulk)),
        ("case", html(&page(Reporter::Askable))),
        ("case-reporter", html(&page(Reporter::Phone("+8613800000000".into())))),
        ("case-unknown", html(&page(Reporter::Unknown))),
        ("pane", html(&PanePage { c: case(p, Reporter::Hidden, true), p: p.clone() })),
    ]
}
