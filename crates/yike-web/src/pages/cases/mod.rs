//! Staff's pages of cases: the inbox, a case and what can be done to it, patrol, and the rules.

pub mod act;
pub mod bulk;
pub mod forms;
pub mod inbox;
pub mod refusals;
pub mod view;

#[cfg(test)]
pub mod samples;

use yike_app::cases::Light;
use yike_model::Timestamp;
use yike_model::cases::{Case, Spot, Stage, Unit};
use yike_model::people::Role;
use yike_model::places::{Place, PlaceKind};

use super::State;
use crate::front::language::Language;
use crate::front::visit::Visit;

/// How a case stands with its time: word, shape and colour.
pub fn light(language: Language, light: Light) -> State {
    let (tone, sign, key) = match light {
        Light::Late => ("late", "■", "light-late"),
        Light::Soon => ("soon", "▲", "light-soon"),
        Light::OnTime => ("ontime", "●", "light-on-time"),
        Light::Waiting => ("waiting", "◌", "light-waiting"),
    };
    let words = language.text(key).into_owned();
    State { tone, sign, words, why: String::new() }
}

/// What a unit is called: its role, and the place it looks after.
pub fn unit(visit: &Visit, role: Role, place: Option<&Place>) -> String {
    let name = place.map(|place| visit.name(place.name.as_str())).unwrap_or_default();
    let key = format!("unit-{}", role.code());
    visit.language.fill(&key, &[("place", name.into())]).into_owned()
}

/// Where something is, in a line: places from the larger to the smaller, then the part and the floor.
pub fn spot(visit: &Visit, places: &[Place], spot: &Spot) -> String {
    let language = visit.language;
    let mut words: Vec<String> =
        places.iter().map(|place| visit.name(place.name.as_str())).collect();
    if language == Language::English {
        words.reverse();
    }
    words.extend(spot.shared.map(|part| {
        let key = format!("part-{}", part.code());
        language.text(&key).into_owned()
    }));
    words.extend(
        spot.floor
            .map(|n| language.fill("report-floor-n", &[("n", n.to_string().into())]).into_owned()),
    );
    let gap = match language {
        Language::Chinese => " ",
        Language::English => ", ",
    };
    words.join(gap)
}

/// Places of a case as far down as whoever looks may know.
pub fn near(path: &[Place], public: bool) -> Vec<Place> {
    let kinds = [PlaceKind::Estate, PlaceKind::Building, PlaceKind::Entrance];
    let finest = if public { PlaceKind::Estate } else { PlaceKind::Entrance };
    let mut near: Vec<Place> = path
        .iter()
        .filter(|place| kinds.contains(&place.kind) && place.kind <= finest)
        .cloned()
        .collect();
    if near.is_empty() {
        near.extend(path.iter().rev().find(|place| place.kind <= finest).cloned());
    }
    near
}

/// What happens next by itself, and the key of the words for it.
pub fn next(case: &Case) -> Option<(Timestamp, &'static str)> {
    let shelf = match case.stage {
        Stage::Shelved { review, .. } => Some(review),
        _ => None,
    };
    let runs = case.clock_runs();
    let top = case.tier().above().is_none();
    [
        (case.offer.map(|offer| offer.until), "then-offer"),
        (case.due.filter(|_| runs && !case.tallies.late), "then-due"),
        (case.tier_until, if top { "then-press" } else { "then-climb" }),
        (case.check_until, "then-check"),
        (shelf, "then-shelf"),
    ]
    .into_iter()
    .filter_map(|(at, key)| at.map(|at| (at, key)))
    .min_by_key(|(at, _)| *at)
}

/// How a case stands with its time.
pub fn light_of(case: &Case, now: Timestamp) -> Light {
    if !case.is_open() || matches!(case.stage, Stage::Shelved { .. }) {
        return Light::Waiting;
    }
    if case.tallies.late || case.due.is_some_and(|due| due <= now && case.clock_runs()) {
        return Light::Late;
    }
    let Some((next, _)) = next(case) else { return Light::Waiting };
    let (left, whole) = (next.since(now), next.since(case.reported));
    if left * 4 <= whole { Light::Soon } else { Light::OnTime }
}

/// A unit in a form: its role and its place.
pub fn unit_value(unit: Unit) -> String {
    format!("{}@{}", unit.role.code(), unit.place)
}

/// The unit of a form's value.
pub fn unit_of(value: &str) -> Option<Unit> {
    let (role, place) = value.split_once('@')?;
    Some(Unit { role: role.parse().ok()?, place: place.parse().ok()? })
}
