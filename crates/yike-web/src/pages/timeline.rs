//! What happened to a case, one sentence for each event, the newest last.

use yike_app::cases::{CaseView, Happened, Speaker};
use yike_model::cases::{CaseEvent, How, Unit, Why};
use yike_model::places::{Place, PlaceKind};
use yike_model::{PhotoId, Timestamp};

use super::When;
use crate::front::language::Value;
use crate::front::visit::Visit;
use crate::front::when;

/// One event, in words.
#[derive(Clone, Debug)]
pub struct Line {
    /// The number of the event.
    pub seq: i64,
    /// When.
    pub when: When,
    /// What happened, and by whom.
    pub sentence: String,
    /// What was said with it; else empty.
    pub words: String,
    /// CSS word: `good`, `late`, or empty.
    pub tone: &'static str,
    /// What was shown with it.
    pub photos: Vec<Thumb>,
    /// Whether it happened since the reader looked last.
    pub fresh: bool,
}

/// A photo on a page.
#[derive(Clone, Debug)]
pub struct Thumb {
    /// The address of the small one.
    pub small: String,
    /// The address of the large one.
    pub full: String,
}

impl Thumb {
    /// A photo served below an address.
    pub fn new(base: &str, id: PhotoId) -> Self {
        Self { small: format!("{base}/{id}/small"), full: format!("{base}/{id}/full") }
    }
}

/// The lines of a case's history. Photos are served below `base`; what came after the event `seen` is
/// marked.
pub fn lines(
    visit: &Visit,
    view: &CaseView,
    now: Timestamp,
    base: &str,
    seen: Option<i64>,
) -> Vec<Line> {
    let line = |happened: &Happened| {
        let mut line = line(visit, view, happened, now);
        if let CaseEvent::Remarked { photos, .. } = &happened.event {
            let seen = photos.iter().filter(|id| view.photos.contains(id));
            line.photos = seen.map(|id| Thumb::new(base, *id)).collect();
        }
        line.fresh = seen.is_some_and(|seen| happened.seq > seen);
        line
    };
    view.history.iter().map(line).collect()
}

fn line(visit: &Visit, view: &CaseView, happened: &Happened, now: Timestamp) -> Line {
    let who = speaker(visit, happened.by);
    let mut values: Vec<(&'static str, Value)> = vec![("who", who.into())];
    let key = sentence(visit, view, happened, &mut values, now);
    Line {
        seq: happened.seq,
        when: when::said(visit.language, happened.at, now),
        sentence: visit.language.fill(&key, &values).into_owned(),
        words: happened.words.clone().unwrap_or_default(),
        tone: tone(&happened.event),
        photos: Vec::new(),
        fresh: false,
    }
}

/// Who did it: in a role, never a name.
pub fn speaker(visit: &Visit, by: Speaker) -> String {
    let key = match by {
        Speaker::Reporter => "by-reporter".to_owned(),
        Speaker::Role(role) => format!("by-{}", role.code()),
        Speaker::Clock => "by-clock".to_owned(),
        Speaker::Somebody => "by-somebody".to_owned(),
    };
    visit.language.text(&key).into_owned()
}

const fn tone(event: &CaseEvent) -> &'static str {
    match event {
        CaseEvent::Closed { .. } => "good",
        CaseEvent::Overdue | CaseEvent::Reworked { .. } | CaseEvent::Rejected { .. } => "late",
        _ => "",
    }
}

/// The key of the sentence; values are added.
fn sentence(
    visit: &Visit,
    view: &CaseView,
    happened: &Happened,
    values: &mut Vec<(&'static str, Value)>,
    now: Timestamp,
) -> String {
    let unit = |unit: Unit| Value::from(unit_of(visit, view, unit).as_str());
    let moment = |at| Value::from(when::said(visit.language, at, now).said.as_str());
    let plain = |key: &str| format!("event-{key}");
    match &happened.event {
        CaseEvent::Reported { owner, .. } => {
            values.push(("unit", unit(*owner)));
            plain("reported")
        }
        CaseEvent::Appealed { owner, .. } => {
            values.push(("unit", unit(*owner)));
            plain("appealed")
        }
        CaseEvent::Offered { to, named, .. } => {
            values.push(("unit", unit(*to)));
            plain(if *named { "named" } else { "offered" })
        }
        CaseEvent::Accepted { unit: of, due, .. } => {
            values.push(("unit", unit(*of)));
            match due {
                Some(due) => {
                    values.push(("when", moment(*due)));
                    plain("accepted-due")
                }
                None => plain("accepted"),
            }
        }
        CaseEvent::Climbed { to, why, .. } => {
            values.push(("unit", unit(*to)));
            format!("event-climbed-{}", Why::code(*why).replace('_', "-"))
        }
        CaseEvent::Asked { ask, to, .. } => {
            values.push(("unit", unit(*to)));
            format!("event-asked-{}", ask.code())
        }
        CaseEvent::Extended { due, .. } => {
            values.push(("when", moment(*due)));
            plain("extended")
        }
        CaseEvent::Shelved { review, .. } => {
            values.push(("when", moment(*review)));
            plain("shelved")
        }
        CaseEvent::TakenBack { owner, .. } => {
            values.push(("unit", unit(*owner)));
            plain("taken-back")
        }
        CaseEvent::Joined { households } => {
            values.push(("n", u64::from(*households).into()));
            plain("joined")
        }
        CaseEvent::Remarked { words, .. } => {
            plain(if words.is_some() { "remarked" } else { "photos" })
        }
        event => ending(visit, view, event, values),
    }
}

/// The key of a sentence on parts of the work, and on how it ended.
fn ending(
    visit: &Visit,
    view: &CaseView,
    event: &CaseEvent,
    values: &mut Vec<(&'static str, Value)>,
) -> String {
    let plain = |key: &str| format!("event-{key}");
    match event {
        CaseEvent::TaskAdded { to, .. } => {
            values.push(("unit", unit_of(visit, view, *to).into()));
            plain("task-added")
        }
        CaseEvent::TaskAnswered { done, .. } => {
            plain(if *done { "task-done" } else { "task-dropped" })
        }
        CaseEvent::Reworked { by_reporter, .. } => {
            plain(if *by_reporter { "denied" } else { "reworked" })
        }
        CaseEvent::Closed { how, .. } => {
            format!("event-closed-{}", How::code(*how).replace('_', "-"))
        }
        CaseEvent::Rated { rating } => plain(match (rating.solved, rating.satisfied) {
            (true, true) => "rated-good",
            (true, false) => "rated-solved",
            (false, _) => "rated-unsolved",
        }),
        event => plain(&event.name().replace('_', "-")),
    }
}

/// A unit of the case as people say it.
pub fn unit_of(visit: &Visit, view: &CaseView, unit: Unit) -> String {
    let place = view.path.iter().find(|place| place.id == unit.place);
    let name = place.map_or_else(String::new, |place| door(visit, &view.path, place));
    let key = format!("unit-{}", unit.role.code());
    visit.language.fill(&key, &[("place", name.into())]).into_owned()
}

/// A place's name; an entrance with its building.
pub fn door(visit: &Visit, path: &[Place], place: &Place) -> String {
    let name = visit.name(place.name.as_str());
    let building = path.iter().find(|place| place.kind == PlaceKind::Building);
    match building.filter(|_| place.kind == PlaceKind::Entrance) {
        None => name,
        Some(building) => {
            let building = visit.name(building.name.as_str());
            let values = [("building", building.into()), ("door", name.into())];
            visit.language.fill("unit-door", &values).into_owned()
        }
    }
}
