//! Coverage out of a study: every service and band for one area, and every area for one of them.

use std::cmp::Reverse;

use serde::Serialize;
use yike_model::StudyId;
use yike_model::people::Actor;
use yike_streets::circles::compare::{Changed, Comparison};
use yike_streets::circles::coverage::{Cell, Split};
use yike_streets::circles::study::{Row, RowKind, Service, Study, StudyMeta};
use yike_streets::circles::suppress::SMALLEST_SHOWN;

use super::shown::{Families, Shown, shown};
use crate::app::App;
use crate::error::AppError;

/// Most changes listed by a comparison.
pub const CHANGES_LISTED: usize = 2_000;

/// Which part of a study.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CoverageAsk {
    /// Who walks: a profile's code; the study's first where empty.
    pub profile: String,
    /// Where: an area's code; all homes where empty.
    pub area: String,
    /// Whose ages: an age band's code; everybody where empty.
    pub age: String,
}

/// The same, as positions in a study.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    pub profile: usize,
    pub row: usize,
    pub age: Option<usize>,
}

/// Coverage by one service.
#[derive(Clone, Debug, Serialize)]
pub struct ServiceCoverage {
    /// The service.
    pub service: Service,
    /// By when the standard wants it, minutes; `None` where it does not ask for it.
    pub asked_minutes: Option<u16>,
    /// People, one count for each band of the study.
    pub bands: Vec<Shown>,
}

/// Every service of a study for one profile, area and age.
#[derive(Clone, Debug)]
pub struct Coverage {
    /// What the study stands on.
    pub meta: StudyMeta,
    /// The profile's position in `meta.profiles`.
    pub profile: usize,
    /// The area.
    pub row: Row,
    /// People counted.
    pub people: Option<u64>,
    /// Services.
    pub services: Vec<ServiceCoverage>,
}

/// One area of one cell.
#[derive(Clone, Debug, Serialize)]
pub struct AreaCoverage {
    /// The area.
    pub row: Row,
    /// People.
    pub people: Shown,
}

pub(super) fn counted(cell: Cell<'_>, age: Option<usize>) -> Split {
    age.map_or_else(|| cell.people(), |age| cell.age(age))
}

impl Spot {
    /// Finds what was asked for in a study.
    pub fn find(study: &Study, ask: &CoverageAsk) -> Result<Self, AppError> {
        let meta = &study.meta;
        let profile = match ask.profile.as_str() {
            "" => Some(0),
            code => study.profile(code),
        };
        let row = match ask.area.as_str() {
            "" => Some(0),
            code => meta.rows.iter().position(|r| r.kind == RowKind::Area && r.code == code),
        };
        let age = match ask.age.as_str() {
            "" => Some(None),
            code => meta.ages.iter().position(|band| band.code == code).map(Some),
        };
        let missing =
            |what, code: &str| AppError::missing(what, format!("{code:.40} in this study"));
        Ok(Self {
            profile: profile.ok_or_else(|| missing("profile", &ask.profile))?,
            row: row.ok_or_else(|| missing("area", &ask.area))?,
            age: age.ok_or_else(|| missing("age band", &ask.age))?,
        })
    }
}

/// A service and band by code and minutes.
pub(super) fn find_cell(
    study: &Study,
    service: &str,
    minutes: u16,
) -> Result<(usize, usize), AppError> {
    let s = study.service(service);
    let b = study.meta.minutes.iter().position(|m| *m == minutes);
    Ok((
        s.ok_or_else(|| AppError::missing("service", format!("{service:.40} in this study")))?,
        b.ok_or_else(|| AppError::missing("band", format!("of {minutes} minutes in this study")))?,
    ))
}

fn coverage(study: &Study, spot: Spot, whole: bool) -> Coverage {
    let rows = study.meta.rows.len();
    let families = Families::of(study);
    let people = |s: usize, b: usize| {
        let split = |row| counted(study.cover(row, spot.profile, s, b), spot.age);
        if whole {
            return Shown::whole(split(spot.row));
        }
        let splits: Vec<Split> = (0..rows).map(split).collect();
        shown(&families, &splits, whole)[spot.row]
    };
    let services = study.meta.services.iter().enumerate().map(|(s, service)| ServiceCoverage {
        service: service.clone(),
        asked_minutes: asked_minutes(study, s),
        bands: (0..study.meta.minutes.len()).map(|b| people(s, b)).collect(),
    });
    let services: Vec<ServiceCoverage> = services.collect();
    Coverage {
        profile: spot.profile,
        row: study.meta.rows[spot.row].clone(),
        people: services.first().and_then(|s| s.bands.first()).and_then(|shown| shown.all),
        services,
        meta: study.meta.clone(),
    }
}

/// The shortest time in which an item of the standard wants this service.
fn asked_minutes(study: &Study, service: usize) -> Option<u16> {
    let standard = &study.meta.standard;
    let items = standard.items.iter().zip(&study.meta.items);
    let minutes =
        items.filter(|(_, answer)| answer.service as usize == service).map(|(item, _)| {
            item.minutes.unwrap_or_else(|| standard.tiers[standard.tier_of(item)].minutes)
        });
    minutes.min()
}

fn areas(
    study: &Study,
    spot: Spot,
    (s, b): (usize, usize),
    level: &str,
    whole: bool,
) -> Vec<AreaCoverage> {
    let split = |row| counted(study.cover(row, spot.profile, s, b), spot.age);
    let splits: Vec<Split> = (0..study.meta.rows.len()).map(split).collect();
    let all = shown(&Families::of(study), &splits, whole);
    let rows = study.meta.rows.iter().zip(all);
    let inside = |row: &Row| {
        row.level == level
            && (spot.row == 0 || row.parent.as_ref() == Some(&study.meta.rows[spot.row].code))
    };
    let chosen = rows.filter(|(row, _)| inside(row));
    let mut areas: Vec<AreaCoverage> =
        chosen.map(|(row, people)| AreaCoverage { row: row.clone(), people }).collect();
    // The worst off first: most people without, then the smaller share with; hidden ones last.
    areas.sort_by_key(|area| {
        (Reverse(area.people.lacking), area.people.share_ppm, area.row.code.clone())
    });
    areas
}

impl App {
    /// Coverage by every service for one profile, area and age. Small counts are hidden from those who
    /// may not see homes.
    pub async fn coverage(
        &self,
        actor: &Actor,
        id: StudyId,
        ask: &CoverageAsk,
    ) -> Result<Coverage, AppError> {
        let (study, whole) = self.look_at(actor, id).await?;
        let spot = Spot::find(&study, ask)?;
        self.compute(move || Ok(coverage(&study, spot, whole))).await
    }

    /// The areas of a level (within the area asked for) by one service and band, the worst off first.
    pub async fn worst_off(
        &self,
        actor: &Actor,
        id: StudyId,
        ask: &CoverageAsk,
        (service, minutes): (&str, u16),
        level: &str,
    ) -> Result<Vec<AreaCoverage>, AppError> {
        let (study, whole) = self.look_at(actor, id).await?;
        let spot = Spot::find(&study, ask)?;
        let cell = find_cell(&study, service, minutes)?;
        let level = level.to_owned();
        self.compute(move || Ok(areas(&study, spot, cell, &level, whole))).await
    }

    /// What changed from one study to a later one, the most people first; at most [`CHANGES_LISTED`].
    /// Those who may not see homes see no change in which fewer than ten people can be told.
    pub async fn compare_studies(
        &self,
        actor: &Actor,
        before: StudyId,
        after: StudyId,
    ) -> Result<Vec<Changed>, AppError> {
        let (earlier, whole) = self.look_at(actor, before).await?;
        let (later, _) = self.look_at(actor, after).await?;
        self.compute(move || {
            let mut changes = Comparison::new(&earlier, &later).changes()?;
            if !whole {
                changes.retain(may_be_told);
            }
            changes.truncate(CHANGES_LISTED);
            Ok(changes)
        })
        .await
    }
}

/// Whether no count of a change, nor what is left of all, is small.
fn may_be_told(changed: &Changed) -> bool {
    let c = &changed.change;
    let counts = [
        c.before,
        c.after,
        c.all_before.saturating_sub(c.before),
        c.all_after.saturating_sub(c.after),
        c.gained,
        c.lost,
        c.arrived,
        c.left,
        c.grown.unsigned_abs(),
    ];
    counts.iter().all(|count| *count == 0 || *count >= SMALLEST_SHOWN)
}
