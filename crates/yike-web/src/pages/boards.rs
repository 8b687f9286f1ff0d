//! The public board of a place: open now, solved where, the rates, all out of the same counts.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::IntoResponse;
use serde::Deserialize;
use yike_app::cases::{Board, BoardAsk};
use yike_model::calendar::Month;
use yike_model::cases::rates::{Counts, Rate, SMALL};
use yike_model::places::PlaceKind;

use super::{Link, When};
use crate::error::{Fault, OnPage, PageResult, render};
use crate::front::language::grouped;
use crate::front::page::{Page, Section};
use crate::front::visit::Visit;
use crate::front::when;
use crate::state::Web;

/// What a tier has and solved, in words.
#[derive(Clone, Debug)]
pub struct TierRow {
    /// Its name.
    pub name: String,
    /// Open.
    pub open: String,
    /// Late.
    pub late: String,
    /// Solved.
    pub solved: String,
    /// Its share of all solved, with a bar from 0 to 100; none where hidden.
    pub share: Option<(String, u64)>,
}

/// A rate, in words.
#[derive(Clone, Debug)]
pub struct RateRow {
    /// What it is called.
    pub name: String,
    /// What it is.
    pub value: String,
    /// Of what: "911 of 972".
    pub of: String,
    /// How it is defined.
    pub told: String,
}

/// Counts of a class or source.
#[derive(Clone, Debug)]
pub struct PartRow {
    /// Its name.
    pub name: String,
    /// Reported.
    pub reported: String,
    /// Due.
    pub due: String,
    /// Closed by what was due.
    pub closed: String,
    /// On time.
    pub on_time: String,
}

/// The page.
#[derive(Template)]
#[template(path = "board.html")]
pub struct BoardPage {
    /// The frame.
    pub p: Page,
    /// What it stands in.
    pub path: Vec<Link>,
    /// The heading.
    pub heading: String,
    /// The finding, in a sentence.
    pub finding: String,
    /// More of it: late, shelved, waiting for a check.
    pub told: String,
    /// Reports, and per thousand people.
    pub volume: String,
    /// By tier.
    pub tiers: Vec<TierRow>,
    /// Rates.
    pub rates: Vec<RateRow>,
    /// By class and by source, each with its heading.
    pub parts: Vec<(String, Vec<PartRow>)>,
    /// The month shown, and those around it.
    pub month: String,
    /// The month before.
    pub before: String,
    /// The month after; empty for the present one.
    pub after: String,
    /// When it was counted.
    pub at: When,
    /// Boards within.
    pub below: Vec<Link>,
}

/// Which month.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ask {
    month: String,
}

/// `GET /boards`: the district's.
pub async fn district(State(web): State<Web>, visit: Visit, Query(ask): Query<Ask>) -> PageResult {
    shown(&web, &visit, "", &ask).await
}

/// `GET /boards/{code}`.
pub async fn page(
    State(web): State<Web>,
    visit: Visit,
    Path(code): Path<String>,
    Query(ask): Query<Ask>,
) -> PageResult {
    shown(&web, &visit, &code, &ask).await
}

async fn shown(web: &Web, visit: &Visit, code: &str, ask: &Ask) -> PageResult {
    let page = filled(web, visit, code, ask).await.on(visit)?;
    Ok((visit.cookies(), render(&page)).into_response())
}

async fn filled(web: &Web, visit: &Visit, code: &str, ask: &Ask) -> Result<BoardPage, Fault> {
    let month = match ask.month.as_str() {
        "" => None,
        text => Some(text.parse::<Month>().map_err(yike_app::AppError::from)?),
    };
    let board = web.app.board(&visit.actor, &BoardAsk { place: code.to_owned(), month }).await?;
    let view = web.app.place(&visit.actor, board.place.code.as_str()).await?;
    let name = visit.name(board.place.name.as_str());
    let link = |place: &yike_model::places::Place| {
        Link::new(format!("/boards/{}", place.code), visit.name(place.name.as_str()))
    };
    let counted = |place: &&yike_model::places::Place| {
        matches!(place.kind, PlaceKind::Subdistrict | PlaceKind::Community | PlaceKind::Estate)
    };
    let path = view.path.iter().filter(|place| place.kind == PlaceKind::District || counted(place));
    let present = Month::of(web.app.now(), 480);
    let p = visit.page(
        Section::Report,
        visit.language.fill("board-title", &[("place", name.as_str().into())]),
    );
    Ok(BoardPage {
        path: path.map(link).collect(),
        heading: p.title.clone(),
        finding: finding(visit, &board),
        told: told(visit, &board),
        volume: volume(visit, &board),
        tiers: tiers(visit, &board),
        rates: rates(visit, &board.all),
        parts: vec![
            (
                p.t("board-classes").into_owned(),
                parts(visit, |code| format!("class-{code}"), &board.classes),
            ),
            (
                p.t("board-sources").into_owned(),
                parts(visit, |code| format!("source-{code}"), &board.sources),
            ),
        ],
        month: board.month.to_string(),
        before: board.month.before().to_string(),
        after: if board.month < present { board.month.after().to_string() } else { String::new() },
        at: when::said(visit.language, board.at, web.app.now()),
        below: view.below.iter().filter(counted).map(link).collect(),
        p,
    })
}

/// A count; a small one is not told.
fn small(visit: &Visit, count: u64) -> String {
    match count {
        0 => "0".to_owned(),
        n if n < SMALL => visit.language.fill("board-few", &[("n", SMALL.into())]).into_owned(),
        n => grouped(n),
    }
}

fn hidden(visit: &Visit, count: Option<u64>) -> String {
    match count {
        Some(0) => "0".to_owned(),
        Some(n) => grouped(n),
        None => visit.language.text("board-hidden").into_owned(),
    }
}

fn finding(visit: &Visit, board: &Board) -> String {
    let of_low = board.tiers.iter().take(3).map(|line| line.solved).sum::<Option<u64>>();
    match (of_low, board.all.ended) {
        (Some(low), all) if all >= SMALL => {
            let share = Rate::new(low, all).to_string();
            let values = [("share", share.into()), ("n", all.into())];
            visit.language.fill("board-finding", &values).into_owned()
        }
        (_, 0) => visit.language.text("board-finding-none").into_owned(),
        (_, all) => {
            let n = small(visit, all);
            visit.language.fill("board-finding-few", &[("n", n.into())]).into_owned()
        }
    }
}

fn told(visit: &Visit, board: &Board) -> String {
    let values = [
        ("open", small(visit, board.open).into()),
        ("late", small(visit, board.late).into()),
        ("checking", small(visit, board.checking).into()),
        ("shelved", small(visit, board.shelved).into()),
    ];
    visit.language.fill("board-told", &values).into_owned()
}

fn volume(visit: &Visit, board: &Board) -> String {
    let n = small(visit, board.all.reported);
    match board.volume_tenths().filter(|_| board.all.reported >= SMALL) {
        Some(tenths) => {
            let per = format!("{}.{}", tenths / 10, tenths % 10);
            visit
                .language
                .fill("board-volume", &[("n", n.into()), ("per", per.into())])
                .into_owned()
        }
        None => visit.language.fill("board-volume-plain", &[("n", n.into())]).into_owned(),
    }
}

fn tiers(visit: &Visit, board: &Board) -> Vec<TierRow> {
    let all = board.all.ended;
    let row = |line: &yike_app::cases::TierLine| TierRow {
        name: visit.language.text(&format!("tier-{}", line.tier.code())).into_owned(),
        open: hidden(visit, line.open),
        late: hidden(visit, line.late),
        solved: hidden(visit, line.solved),
        share: line.solved.filter(|_| all >= SMALL).map(|solved| {
            let rate = Rate::new(solved, all);
            (rate.to_string(), rate.basis_points().unwrap_or(0) / 100)
        }),
    };
    board.tiers.iter().map(row).collect()
}

fn rates(visit: &Visit, all: &Counts) -> Vec<RateRow> {
    let rates: [(&str, Rate); 11] = [
        ("closure", all.closure()),
        ("on-time", all.on_time_closure()),
        ("urgent", all.urgent_closure()),
        ("urgent-on-time", all.urgent_on_time_closure()),
        ("filing", all.filing()),
        ("misdispatch", all.misdispatch()),
        ("extension", all.extension()),
        ("rework", all.rework()),
        ("response", all.response()),
        ("resolution", all.resolution()),
        ("satisfaction", all.satisfaction()),
    ];
    let row = |(key, rate): (&str, Rate)| {
        let text = |end: &str| visit.language.text(&format!("rate-{key}{end}")).into_owned();
        let few = rate.of > 0 && rate.of < SMALL;
        let of = [("part", grouped(rate.part).into()), ("of", grouped(rate.of).into())];
        RateRow {
            name: text(""),
            value: if few { hidden(visit, None) } else { rate.to_string() },
            of: if few || rate.of == 0 {
                small(visit, rate.of)
            } else {
                visit.language.fill("rate-of", &of).into_owned()
            },
            told: text("-told"),
        }
    };
    rates.into_iter().map(row).collect()
}

fn parts(visit: &Visit, key: fn(&str) -> String, parts: &[(String, Counts)]) -> Vec<PartRow> {
    let columns = |pick: fn(&Counts) -> u64| {
        let cells: Vec<u64> = parts.iter().map(|(_, counts)| pick(counts)).collect();
        yike_model::cases::rates::suppressed(&cells)
    };
    let all = [
        columns(|c| c.reported),
        columns(|c| c.due),
        columns(|c| c.closed),
        columns(|c| c.on_time),
    ];
    let row = |(n, (code, _)): (usize, &(String, Counts))| PartRow {
        name: visit.language.text(&key(code)).into_owned(),
        reported: hidden(visit, all[0][n]),
        due: hidden(visit, all[1][n]),
        closed: hidden(visit, all[2][n]),
        on_time: hidden(visit, all[3][n]),
    };
    parts.iter().enumerate().map(row).collect()
}
