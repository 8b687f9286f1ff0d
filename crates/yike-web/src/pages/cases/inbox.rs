//! The inbox: a dense, quiet list of what waits, by what happens next.

use askama::Template;
use axum::extract::{Query, State as Shared};
use axum::response::IntoResponse;
use serde::Deserialize;
use yike_app::cases::{Inbox, InboxAsk, InboxLine};
use yike_model::cases::{Ask, Case, CaseNumber, Stage, Tier};
use yike_model::people::Role;
use yike_store::OpenCell;

use super::super::ask::escape;
use super::super::{Choice, State, When, pick};
use crate::error::{OnPage, PageResult, render};
use crate::front::page::{Page, Section};
use crate::front::visit::Visit;
use crate::front::when;
use crate::state::Web;

/// Most letters of what was reported that a line shows.
const SNIPPET: usize = 36;

/// Stages one can look for.
const STAGES: [&str; 5] = ["reported", "filed", "handling", "checking", "shelved"];

/// Roles a heap of cases can be handed to, each at its own place.
pub const HANDED_TO: [Role; 8] = [
    Role::StairwellVolunteer,
    Role::PropertyManager,
    Role::OwnersCommittee,
    Role::EstateCommissioner,
    Role::GridWorker,
    Role::ResidentsCommittee,
    Role::SubdistrictOffice,
    Role::DistrictOffice,
];

/// What is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Question {
    /// `all` for all at one's places, else one's own.
    view: String,
    tier: String,
    stage: String,
    /// `1` for those past their deadline.
    late: String,
    /// What is searched for.
    q: String,
    /// Where the page begins: milliseconds, a point, an id.
    after: String,
    /// What was done just now: number and word.
    did: String,
}

impl Question {
    fn ask(&self) -> InboxAsk {
        let after = self.after.split_once('.');
        let after = after.and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?)));
        InboxAsk {
            all: self.view == "all",
            tier: self.tier.parse().ok(),
            stage: self.stage.clone(),
            late: self.late == "1",
            words: self.q.trim().chars().take(60).collect(),
            after,
        }
    }

    /// The address of the list with one part of the question changed; it begins at its first page.
    fn with(&self, key: &str, value: &str) -> String {
        let own = |name: &str, own: &str| {
            if name == key { value.to_owned() } else { own.to_owned() }
        };
        let parts = [
            ("view", own("view", &self.view)),
            ("tier", own("tier", &self.tier)),
            ("stage", own("stage", &self.stage)),
            ("late", own("late", &self.late)),
            ("q", own("q", &self.q)),
            ("after", if key == "after" { value.to_owned() } else { String::new() }),
        ];
        let query: Vec<String> = parts
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", escape(value)))
            .collect();
        if query.is_empty() { "/inbox".to_owned() } else { format!("/inbox?{}", query.join("&")) }
    }
}

/// A filter as a link, with how many it would leave.
#[derive(Clone, Debug)]
pub struct Filter {
    /// What it is called.
    pub name: String,
    /// How many; empty where that is not known.
    pub count: String,
    /// Where it leads.
    pub href: String,
    /// Whether it is the one chosen.
    pub on: bool,
}

/// A line of the list.
#[derive(Clone, Debug)]
pub struct Row {
    /// The number of the case.
    pub number: String,
    /// What a form sends for it: number and how many events it had.
    pub value: String,
    /// Its page.
    pub href: String,
    /// How it stands with its time.
    pub state: State,
    /// When something happens next.
    pub when: Option<When>,
    /// What happens then.
    pub then: String,
    /// What it is.
    pub what: String,
    /// The beginning of what was said.
    pub words: String,
    /// What makes it special: urgent, not public.
    pub marks: Vec<String>,
    /// Where it is.
    pub place: String,
    /// Where it stands.
    pub stage: String,
    /// Who has it.
    pub owner: String,
    /// What is to be done next by whoever looks; else empty.
    pub next: String,
}

/// The page.
#[derive(Template)]
#[template(path = "inbox.html")]
pub struct InboxPage {
    /// The frame.
    pub p: Page,
    /// What there is, in a sentence.
    pub sentence: String,
    /// What that means; else empty.
    pub told: String,
    /// Own or all.
    pub views: Vec<Filter>,
    /// Tiers, and those past their deadline.
    pub tiers: Vec<Filter>,
    /// Stages.
    pub stages: Vec<Choice>,
    /// What stays as it is when the form is sent.
    pub hidden: Vec<(&'static str, String)>,
    /// What is searched for.
    pub asked: String,
    /// The lines.
    pub rows: Vec<Row>,
    /// Where the next page is, if there is one.
    pub more: Option<String>,
    /// Where the first page is, on later ones.
    pub first: Option<String>,
    /// What can be done with a heap.
    pub heaps: Vec<Choice>,
    /// What was done just now; else empty.
    pub did: String,
    /// This list, to come back to.
    pub back: String,
    /// Whether any filter is set.
    pub filtered: bool,
}

/// `GET /inbox`.
pub async fn page(
    Shared(web): Shared<Web>,
    visit: Visit,
    Query(question): Query<Question>,
) -> PageResult {
    let inbox = web.app.inbox(&visit.actor, &question.ask()).await.on(&visit)?;
    Ok((visit.cookies(), render(&filled(&web, &visit, &question, &inbox))).into_response())
}

fn filled(web: &Web, visit: &Visit, question: &Question, inbox: &Inbox) -> InboxPage {
    let language = visit.language;
    let (sentence, told) = sentence(visit, question, inbox);
    let kept = [("view", &question.view), ("tier", &question.tier), ("late", &question.late)];
    InboxPage {
        views: views(visit, question),
        tiers: tiers(visit, question, inbox.counts.as_deref()),
        stages: stages(visit, &question.stage),
        hidden: kept
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name, value.clone()))
            .collect(),
        asked: question.q.clone(),
        rows: inbox.lines.iter().map(|line| row(web, visit, line)).collect(),
        more: inbox.more.map(|(at, id)| question.with("after", &format!("{at}.{id}"))),
        first: (!question.after.is_empty()).then(|| question.with("after", "")),
        heaps: heaps(visit),
        did: did(visit, &question.did),
        back: question.with("after", &question.after),
        filtered: [&question.tier, &question.stage, &question.late, &question.q]
            .iter()
            .any(|part| !part.is_empty()),
        p: visit.page(Section::Inbox, language.text("inbox-title")),
        sentence,
        told,
    }
}

/// What can be done with a heap of cases.
fn heaps(visit: &Visit) -> Vec<Choice> {
    let language = visit.language;
    let to = |role: &Role| {
        let who = language.text(&format!("by-{}", role.code()));
        let name = language.fill("bulk-dispatch", &[("who", who.into_owned().into())]);
        Choice::new(format!("dispatch:{}", role.code()), name, false)
    };
    let mut heaps = vec![Choice::new("accept", language.text("do-accept"), true)];
    heaps.extend(HANDED_TO.iter().map(to));
    heaps.push(Choice::new("hand_up", language.text("do-hand-up"), false));
    heaps
}

/// What was done to a case just now, in a sentence: the case and the word for it come from an address,
/// so only what is known is said.
fn did(visit: &Visit, did: &str) -> String {
    let Some((number, code)) = did.rsplit_once('.') else { return String::new() };
    let (Ok(number), Some(kind)) =
        (number.parse::<CaseNumber>(), yike_app::cases::WishKind::of_code(code))
    else {
        return String::new();
    };
    let key = format!("did-{}", kind.code().replace('_', "-"));
    format!("{number} · {}", visit.language.text(&key))
}

/// What there is, and what that means.
fn sentence(visit: &Visit, question: &Question, inbox: &Inbox) -> (String, String) {
    let language = visit.language;
    let text = |key: &str| language.text(key).into_owned();
    let count = |key: &str, n: u64| language.fill(key, &[("n", n.into())]).into_owned();
    let shown = inbox.lines.len() as u64;
    if !inbox.post {
        return (text("inbox-no-post"), text("inbox-no-post-told"));
    }
    if !question.q.trim().is_empty() {
        let told = if shown == 0 { text("inbox-found-none-told") } else { String::new() };
        return (count("inbox-found", shown), told);
    }
    let Some(cells) = &inbox.counts else {
        return (text("inbox-involved"), text("inbox-involved-told"));
    };
    let open: u64 = cells.iter().map(|cell| cell.count).sum();
    let late: u64 = cells.iter().filter(|cell| cell.late).map(|cell| cell.count).sum();
    let all = question.view == "all";
    if open == 0 {
        let key = if all { "inbox-all-none" } else { "inbox-mine-none" };
        return (text(key), text("inbox-none-told"));
    }
    let told = if late > 0 { count("inbox-late", late) } else { text("inbox-late-none") };
    (count(if all { "inbox-all" } else { "inbox-mine" }, open), told)
}

fn views(visit: &Visit, question: &Question) -> Vec<Filter> {
    let view = |value: &str, key: &str| Filter {
        name: visit.language.text(key).into_owned(),
        count: String::new(),
        href: question.with("view", value),
        on: (question.view == "all") == (value == "all"),
    };
    vec![view("", "inbox-view-mine"), view("all", "inbox-view-all")]
}

/// A filter for each tier and for what is late, with how many there are of each under the other filters.
fn tiers(visit: &Visit, question: &Question, cells: Option<&[OpenCell]>) -> Vec<Filter> {
    let language = visit.language;
    let ask = question.ask();
    let count = |tier: Option<Tier>, late: bool| -> String {
        let Some(cells) = cells else { return String::new() };
        let of = |cell: &&OpenCell| {
            tier.is_none_or(|tier| tier == cell.tier)
                && (ask.stage.is_empty() || ask.stage == cell.stage)
                && (!late || cell.late)
        };
        cells.iter().filter(of).map(|cell| cell.count).sum::<u64>().to_string()
    };
    let mut all = vec![Filter {
        name: language.text("inbox-tiers-all").into_owned(),
        count: count(None, ask.late),
        href: question.with("tier", ""),
        on: ask.tier.is_none(),
    }];
    all.extend(Tier::ALL.map(|tier| Filter {
        name: language.text(&format!("tier-{}", tier.code())).into_owned(),
        count: count(Some(tier), ask.late),
        href: question.with("tier", tier.code()),
        on: ask.tier == Some(tier),
    }));
    all.push(Filter {
        name: language.text("inbox-only-late").into_owned(),
        count: count(ask.tier, true),
        href: question.with("late", if ask.late { "" } else { "1" }),
        on: ask.late,
    });
    all
}

fn stages(visit: &Visit, chosen: &str) -> Vec<Choice> {
    let all = Choice::new("", visit.language.text("inbox-stages-all"), chosen.is_empty());
    let stage = |stage: &&str| {
        Choice::new(*stage, visit.language.text(&format!("stage-{stage}")), chosen == *stage)
    };
    std::iter::once(all).chain(STAGES.iter().map(stage)).collect()
}

fn row(web: &Web, visit: &Visit, line: &InboxLine) -> Row {
    let (language, case) = (visit.language, &line.case);
    let next = super::next(case);
    let text = |key: &str| language.text(key).into_owned();
    let mut marks = Vec::new();
    if case.filing.urgent {
        marks.push(text("mark-urgent"));
    }
    if case.filing.private {
        marks.push(text("mark-private"));
    }
    if case.households > 1 {
        let n = u64::from(case.households);
        marks.push(language.fill("mark-households", &[("n", n.into())]).into_owned());
    }
    Row {
        number: line.line.number.clone(),
        value: format!("{}.{}", line.line.number, line.seq),
        href: format!("/cases/{}", line.line.number),
        state: super::light(language, line.light),
        when: next.map(|(at, _)| when::said(language, at, web.app.now())),
        then: next.map(|(_, key)| text(key)).unwrap_or_default(),
        what: pick(language, &line.category[0], &line.category[1]),
        words: snippet(line.words.as_deref().unwrap_or_default()),
        marks,
        place: super::spot(visit, &line.places, &case.filing.spot),
        stage: text(&format!("stage-{}", line.line.stage)),
        owner: super::unit(visit, case.owner.role, line.owner.as_ref()),
        next: next_step(visit, line),
    }
}

/// The beginning of a text, on one line.
pub fn snippet(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut start: String = line.chars().take(SNIPPET).collect();
    if start.len() < line.len() {
        start.push('…');
    }
    start
}

/// What whoever looks has to do next; empty where it is for others to do something.
fn next_step(visit: &Visit, line: &InboxLine) -> String {
    let case = &line.case;
    let key = if line.asked {
        match (case.offer, case.asked.map(|asked| asked.ask)) {
            (_, Some(Ask::Extension { .. })) => "next-answer-extension",
            (_, Some(Ask::Shelving { .. })) => "next-answer-shelving",
            (_, Some(Ask::Return)) => "next-answer-return",
            _ => "next-accept",
        }
    } else if matches!(case.stage, Stage::Checking { .. })
        && (line.own || visit.has(&[Role::Checker]))
    {
        "next-check"
    } else if line.own {
        own_step(case)
    } else {
        return String::new();
    };
    visit.language.text(key).into_owned()
}

/// What the owner of a case has to do next.
fn own_step(case: &Case) -> &'static str {
    match case.stage {
        Stage::Reported | Stage::Filed | Stage::Handling if case.offer.is_some() => {
            "next-wait-offer"
        }
        Stage::Reported => "next-decide",
        Stage::Filed => "next-take",
        Stage::Handling if case.asked.is_some() => "next-wait-answer",
        Stage::Handling if !case.tasks_done() => "next-wait-tasks",
        Stage::Handling => "next-feed-back",
        Stage::Checking { .. } => "next-check",
        Stage::Shelved { .. } => "next-shelf",
        Stage::Closed { .. } | Stage::Rejected { .. } | Stage::Merged { .. } => "next-nothing",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_keeps_the_others_and_begins_anew() {
        let question = Question {
            view: "all".into(),
            stage: "handling".into(),
            q: "灯 &x".into(),
            after: "5.x".into(),
            ..Question::default()
        };
        let href = question.with("tier", "estate");
        assert_eq!(href, "/inbox?view=all&tier=estate&stage=handling&q=%E7%81%AF%20%26x");
        assert_eq!(Question::default().with("tier", ""), "/inbox");
    }

    #[test]
    fn a_snippet_is_one_short_line() {
        assert_eq!(snippet(" 三楼\n的灯  不亮 "), "三楼 的灯 不亮");
        let long = snippet(&"灯".repeat(99));
        assert_eq!(long.chars().count(), SNIPPET + 1);
    }
}
