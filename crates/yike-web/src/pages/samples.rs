//! Every page filled with plausible things, rendered in each language and view.

use super::about::{AboutPage, ProfileRow};
use super::coverage::{
    AreaRow, Cell, CellPage, CoveragePage, Delta, Head, HomeRow, HomesPage, Row, StudyHead,
};
use super::front::{FrontPage, Number};
use super::imports::{ImportPage, RowError};
use super::nearby::{Find, FindPage, Missing, NearbyPage, Need, Reached, Walk};
use super::plain::{Drawing, PlainPage, PostButton};
use super::studies::{StudiesPage, StudyRow};
use super::work::{ImportRow, JobRow, WorkPage};
use super::{Chip, Choice, Fact, JobView, LegendItem, Link, State, When};
use crate::front::language::Language;
use crate::front::page::{Page, Section};
use crate::front::view::View;

const MAP: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" class="m" viewBox="0 0 720 540" role="img" aria-labelledby="s-t"><title id="s-t">map</title><path class="m-paper" fill="#FBFAF6" d="M0 0h720v540H0z"/><path class="m-area m-near" fill="#0B6E5F" fill-opacity=".5" d="M300 200h120v120H300z"/></svg>"##;

fn state(tone: &'static str, sign: &'static str, words: &str) -> State {
    State { tone, sign, words: words.to_owned(), why: String::new() }
}

fn when() -> When {
    When {
        iso: "2026-11-24T10:20:00+08:00".to_owned(),
        full: "2026-11-24 10:20".to_owned(),
        said: "今天 10:20".to_owned(),
    }
}

fn walk(name: &str, ds: u32, dm: u32) -> Walk {
    Walk { name: name.to_owned(), ds, dm }
}

fn chip(name: &str, on: bool) -> Chip {
    Chip {
        big: String::new(),
        name: name.to_owned(),
        href: "/nearby?at=1".to_owned(),
        fields: vec![("lon", "120.1".into())],
        on,
    }
}

fn legend() -> Vec<LegendItem> {
    vec![LegendItem { tone: "near", colour: "#0B6E5F", words: "5 分钟内".to_owned() }]
}

fn job() -> JobView {
    JobView {
        id: "0199".to_owned(),
        title: "11 月测算".to_owned(),
        state: state("running", "◔", "正在算"),
        percent: 40,
        stage: "walks: 3 / 8".to_owned(),
        may_cancel: true,
    }
}

fn nearby(p: Page, posted: bool, missing: bool) -> NearbyPage {
    let limit = p.t1("missing-limit-metres", "n", 300_u32).into_owned();
    let gap = Missing {
        name: "社区食堂".to_owned(),
        limit: limit.clone(),
        nearest: Some(walk("河东食堂", 11_400, 9_120)),
    };
    let none = Missing { name: "托儿所 <b>".to_owned(), limit, nearest: None };
    NearbyPage {
        heading: "从柳岸新村 12 幢步行".to_owned(),
        path: vec![Link::new("/places/330105001", "柳岸街道")],
        lacking: p.t2("lacking-all", "n", 2_u32, "names", "社区食堂、托儿所").into_owned(),
        posted,
        profiles: vec![chip("成人", false), chip("长者", true), chip("轮椅", false)],
        minutes: vec![chip("5 分钟", false), chip("15 分钟", true)],
        hidden: vec![("home", "330105".to_owned())],
        at: String::new(),
        limit: 15,
        standard: "GB 50180-2018".to_owned(),
        unknown: vec!["文化站".to_owned(), "小型球场".to_owned()],
        missing_too: if missing { vec![none.clone()] } else { Vec::new() },
        missing: if missing { vec![gap, none] } else { Vec::new() },
        edge_note: Some(p.t("nearby-edge").into_owned()),
        needs: vec![Need {
            code: "care",
            name: p.t("need-care").into_owned(),
            tally: p.t2("need-tally", "n", 1_u32, "minutes", "4 分钟").into_owned(),
            reached: vec![Reached {
                category: "卫生站".to_owned(),
                first: walk("柳岸社区卫生服务站", 2_340, 2_110),
                others: vec![walk("河东站", 5_100, 4_600)],
                band: "near",
                percent: 26,
            }],
        }],
        bounds: "120.1,30.2,120.2,30.3".to_owned(),
        map: MAP.to_owned(),
        answer: r#"<script type="application/json">{}</script>"#.to_owned(),
        legend: legend(),
        how: vec![p.t2("how-profile", "who", "长者", "speed", "0.9").into_owned()],
        p,
    }
}

fn coverage(p: Page) -> CoveragePage {
    let cell = |delta| Cell {
        href: "/coverage/1/canteen?minutes=5".to_owned(),
        said: "食堂，5 分钟内：".to_owned(),
        share: "41.2 %".to_owned(),
        percent: 41,
        band: "near",
        lack: "12,340 人够不着".to_owned(),
        edge: "1,200 人近边界，说不准".to_owned(),
        many: true,
        delta,
    };
    let delta = Delta { tone: "better", words: "多 120 人够得着".to_owned() };
    CoveragePage {
        sentence: "缺得最多的是社区食堂：有 12,340 人走 15 分钟到不了（按长者的速度算）".to_owned(),
        study: StudyHead { told: "11 月测算：按 GB 50180".to_owned() },
        compared: Some("正与“10 月测算”相比".to_owned()),
        compare_off: "/coverage/1".to_owned(),
        action: "/coverage/1".to_owned(),
        profiles: vec![Choice::new("elder", "长者", true)],
        areas: vec![Choice::new("", "全区", true)],
        ages: vec![Choice::new("", "所有人", true), Choice::new("age_60", "60 岁以上", false)],
        lists: vec![Choice::new("standard", "标准要求的", true)],
        others: vec![Choice::new("", "不比较", true), Choice::new("2", "10 月测算", false)],
        sort: "-15".to_owned(),
        people: "60,000".to_owned(),
        heads: vec![
            Head {
                name: "设施".to_owned(),
                href: "?sort=name".to_owned(),
                on: false,
                order: "none",
            },
            Head {
                name: "5 分钟内".to_owned(),
                href: "?sort=5".to_owned(),
                on: true,
                order: "descending",
            },
        ],
        rows: vec![Row {
            name: "社区食堂".to_owned(),
            asked: "应在 5 分钟内".to_owned(),
            nowhere: "地图数据里全区都没有".to_owned(),
            cells: vec![cell(Some(delta)), cell(None)],
        }],
        downloads: vec![Link::new("/coverage/1/download/csv", "CSV")],
        notes: vec![p.t1("note-small", "n", 10_u32).into_owned()],
        p,
    }
}

fn cell(p: Page) -> CellPage {
    CellPage {
        sentence: "12,340 人步行 5 分钟内到不了社区食堂".to_owned(),
        told: "长者，11 月测算".to_owned(),
        back: "/coverage/1".to_owned(),
        minutes: vec![chip("5 分钟", true)],
        areas: vec![AreaRow {
            href: "/coverage/1/canteen/33010501".to_owned(),
            name: "柳岸社区".to_owned(),
            lacking: "2,110".to_owned(),
            share: "64.1 %".to_owned(),
            percent: 64,
        }],
        homes_link: Some("/coverage/1/canteen/homes".to_owned()),
        dots: Some("/api/v1/studies/1/canteen/homes?minutes=5".to_owned()),
        bounds: "120.1,30.2,120.2,30.3".to_owned(),
        map: MAP.to_owned(),
        answer: r#"<script type="application/json">{}</script>"#.to_owned(),
        legend: legend(),
        p,
    }
}

fn homes(p: Page) -> HomesPage {
    HomesPage {
        sentence: "柳岸社区：31 处住房步行 5 分钟内到不了社区食堂".to_owned(),
        back: "/coverage/1/canteen".to_owned(),
        homes: vec![HomeRow {
            href: "/nearby?home=1".to_owned(),
            name: "柳岸新村 12 幢".to_owned(),
            people: "86".to_owned(),
            nearest: "9 分钟".to_owned(),
        }],
        range: "1 – 100 / 200".to_owned(),
        pages: vec![Link::new("/coverage/1/canteen/homes?from=100", p.t("pages-after"))],
        bounds: "120.1,30.2,120.2,30.3".to_owned(),
        map: MAP.to_owned(),
        answer: r#"<script type="application/json">{}</script>"#.to_owned(),
        legend: legend(),
        p,
    }
}

fn studies(p: Page) -> StudiesPage {
    StudiesPage {
        refresh: true,
        running: vec![job()],
        studies: vec![StudyRow {
            href: Some("/coverage/1".to_owned()),
            title: "10 月测算".to_owned(),
            standard: "GB 50180-2018".to_owned(),
            data_date: "2026-10-01".to_owned(),
            when: when(),
            state: state("done", "●", "已完成"),
        }],
        older: Some("/studies?after=1".to_owned()),
        may_start: true,
        wrong: Some(p.t("study-no-profile").into_owned()),
        title: p.t1("study-title-default", "date", "2026-11-24").into_owned(),
        standards: vec![Choice::new("gb50180", "GB 50180-2018", true)],
        profiles: vec![Choice::new("adult", "成人", true)],
        p,
    }
}

fn work(p: Page) -> WorkPage {
    WorkPage {
        refresh: false,
        running: Vec::new(),
        wrong: Some(p.t1("import-too-large", "limit", 50_u32).into_owned()),
        limit: 50,
        kinds: vec![Choice::new("homes", p.t("import-kind-homes"), true)],
        frames: vec![Choice::new("wgs84", p.t("import-frame-wgs84"), true)],
        imports_older: Some("/work?imports=1".to_owned()),
        jobs_older: None,
        imports: vec![ImportRow {
            href: "/imports/1".to_owned(),
            kind: "住房与人数".to_owned(),
            file: "homes.csv".to_owned(),
            rows: "3,210".to_owned(),
            when: when(),
            state: state("done", "●", "已导入"),
        }],
        jobs: vec![JobRow {
            title: "测算".to_owned(),
            when: when(),
            state: state("failed", "■", "没有成功"),
        }],
        p,
    }
}

fn import(p: Page) -> ImportPage {
    ImportPage {
        sentence: p.t1("import-dirty", "n", 2_u32).into_owned(),
        told: p.t("import-told-dirty").into_owned(),
        facts: vec![Fact::new(p.t("import-rows"), "3,210")],
        apply: Some("/imports/1/apply".to_owned()),
        running: Some(job()),
        why: String::new(),
        errors: vec![RowError {
            row: "17".to_owned(),
            column: "people".to_owned(),
            words: "-3 is less than 0".to_owned(),
        }],
        p,
    }
}

fn front(p: Page) -> FrontPage {
    FrontPage {
        placeholder: p.t("ask-placeholder-none").into_owned(),
        examples: vec![Link::new("/nearby?home=1", "柳岸新村 12 幢")],
        map: MAP.to_owned(),
        numbers: vec![Number {
            big: "12,340".to_owned(),
            words: p.t2("front-number-lacking", "what", "社区食堂", "minutes", 15_u32).into_owned(),
            href: "/coverage".to_owned(),
            link: p.t("front-number-link").into_owned(),
        }],
        p,
    }
}

fn plain(p: Page, drawing: Drawing) -> PlainPage {
    PlainPage {
        drawing,
        sentence: p.t("error-missing").into_owned(),
        told: p.t("error-missing-told").into_owned(),
        detail: Some("<script>alert(1)</script>".to_owned()),
        form: Some(PostButton {
            action: "/sign-in".to_owned(),
            hidden: vec![("token", "ab".to_owned())],
            button: p.t("sign-in-button").into_owned(),
        }),
        next: Link::new("/", p.t("to-front")),
        p,
    }
}

fn about(p: Page) -> AboutPage {
    AboutPage {
        facts: vec![Fact::new(p.t("about-fact-date"), "2026-11-01")],
        profiles: vec![ProfileRow {
            name: p.t("profile-elder").into_owned(),
            speed: "0.90".to_owned(),
            quarter: "810 m".to_owned(),
            source: "Asher et al. 2012".to_owned(),
        }],
        p,
    }
}

/// All pages of one language and view, by name.
pub fn all(language: Language, view: View) -> Vec<(&'static str, String)> {
    let p = |section| {
        let mut page = Page::sample(language, view).titled(section, "…");
        page.staff = section == Section::Work;
        page
    };
    let find = |asked: &str, finds: Vec<Find>| FindPage {
        asked: asked.to_owned(),
        placeholder: String::new(),
        finds,
        bounds: "120.1,30.2,120.2,30.3".to_owned(),
        map: MAP.to_owned(),
        p: p(Section::Nearby),
    };
    let found = Find {
        href: "/nearby?home=1".to_owned(),
        name: "柳岸新村".to_owned(),
        path: "柳岸街道".to_owned(),
    };
    let html = |page: &dyn askama::DynTemplate| page.dyn_render().expect("the page renders");
    let mut desk = p(Section::Inbox);
    desk.post = true;
    let mut pages = vec![
        ("front", html(&front(p(Section::Front)))),
        ("find", html(&find("", Vec::new()))),
        ("find-some", html(&find("柳岸", vec![found]))),
        ("find-none", html(&find("\"><script>", Vec::new()))),
        ("nearby", html(&nearby(p(Section::Nearby), false, true))),
        ("nearby-posted", html(&nearby(p(Section::Nearby), true, false))),
        ("coverage", html(&coverage(p(Section::Coverage)))),
        ("cell", html(&cell(p(Section::Coverage)))),
        ("homes", html(&homes(p(Section::Coverage)))),
        ("studies", html(&studies(p(Section::Work)))),
        ("work", html(&work(p(Section::Work)))),
        ("import", html(&import(p(Section::Work)))),
        ("plain", html(&plain(p(Section::Front), Drawing::LostWay))),
        ("gate", html(&plain(p(Section::Front), Drawing::Gate))),
        ("about", html(&about(p(Section::About)))),
    ];
    pages.extend(super::cases::samples::all(&desk));
    pages
}

#[test]
fn every_page_renders_in_every_language_and_view_and_escapes_what_it_shows() {
    for language in Language::ALL {
        for view in [View::Plain, View::Elder, View::Large] {
            for (name, html) in all(language, view) {
                if let Some(folder) = std::env::var_os("YIKE_PREVIEW") {
                    let file = format!("{name}-{}-{}.html", language.tag(), view.code());
                    std::fs::write(std::path::Path::new(&folder).join(file), &html).unwrap();
                }
                let whole = html.contains(&format!("<html lang=\"{}\"", language.tag()));
                assert!(whole || name == "pane", "{name}");
                assert!(!html.contains("<script>alert"), "{name} lets a script through");
                assert!(!html.contains("\"><script>"), "{name} lets a script through");
                assert!(!html.contains(" style="), "{name} has an inline style");
                for event in [" onclick=", " onload=", "javascript:"] {
                    assert!(!html.contains(event), "{name} has an inline handler");
                }
            }
        }
    }
}
