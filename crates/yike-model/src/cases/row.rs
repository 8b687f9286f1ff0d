//! A case as a row: what lists are sorted and filtered by and what is counted. It follows from the case
//! alone, so that it can be made again at any time.

use crate::cases::apply::top;
use crate::cases::state::{Case, How, Stage};
use crate::cases::{Tier, Unit};
use crate::id::PersonId;
use crate::places::{PlaceKind, Point};
use crate::time::Timestamp;
use crate::{CaseId, PlaceId};

/// The columns of a case.
#[expect(clippy::struct_excessive_bools, reason = "each is a column that is counted")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRow {
    /// What people call it by.
    pub number: String,
    /// Category.
    pub category: String,
    /// Group of the category.
    pub group: String,
    /// Component, event or service.
    pub class: &'static str,
    /// How it came in.
    pub source: &'static str,
    /// Where it stands.
    pub stage: &'static str,
    /// How it was closed; empty while it is open.
    pub how: &'static str,
    /// The tier that has it or, when it is over, that solved it.
    pub tier: &'static str,
    /// The highest tier that ever owned it.
    pub top: &'static str,
    /// Whether it is urgent.
    pub urgent: bool,
    /// Whether it stands on no public list.
    pub private: bool,
    /// Whether words and photos may be shown in public.
    pub open: bool,
    /// Whether somebody still has to do something about it.
    pub live: bool,
    /// The finest place named, and those it stands in.
    pub places: [Option<PlaceId>; 7],
    /// A point.
    pub point: Option<Point>,
    /// Who answers for it.
    pub owner: Unit,
    /// To whom it is held out, or who is asked about it.
    pub waits_for: Option<Unit>,
    /// Who reported it.
    pub reporter: Option<PersonId>,
    /// When it was reported.
    pub reported: Timestamp,
    /// When it was filed.
    pub filed: Option<Timestamp>,
    /// When it was dispatched.
    pub dispatched: Option<Timestamp>,
    /// Its deadline.
    pub due: Option<Timestamp>,
    /// The next moment at which something happens by itself.
    pub next: Option<Timestamp>,
    /// When it was over.
    pub ended: Option<Timestamp>,
    /// Whether it was done by its deadline.
    pub on_time: Option<bool>,
    /// Whether it ran past its deadline.
    pub late: bool,
    /// Whether it is shelved now.
    pub shelved: bool,
    /// Whether it was checked.
    pub checked: bool,
    /// Whether a check failed.
    pub failed: bool,
    /// Whether it was extended.
    pub extended: bool,
    /// Dispatches.
    pub dispatches: u16,
    /// Dispatches to the wrong unit.
    pub returned: u16,
    /// Whether its reporter was spoken to in time; none before dispatch.
    pub contacted: Option<bool>,
    /// Whether its reporter says it is solved; none where he did not answer.
    pub solved: Option<bool>,
    /// Whether he is satisfied.
    pub satisfied: Option<bool>,
    /// The case that stands for it.
    pub into: Option<CaseId>,
}

impl CaseRow {
    /// The row of a case.
    pub fn of(case: &Case) -> Self {
        let filing = &case.filing;
        let (how, ended, on_time, solver) = match case.stage {
            Stage::Closed { at, how, on_time, solver, .. } => {
                (Some(how), Some(at), Some(on_time), Some(solver))
            }
            Stage::Rejected { at, .. } => (None, Some(at), None, None),
            _ => (None, None, None, None),
        };
        let tier = solver.and_then(Unit::tier).unwrap_or_else(|| case.handling_tier());
        let waits = case.offer.map(|offer| offer.to).or(case.asked.map(|asked| asked.to));
        let tallies = &case.tallies;
        let contacted = tallies.contact_by.map(|by| tallies.contacted.is_some_and(|at| at <= by));
        Self {
            number: filing.number.to_string(),
            category: filing.category.clone(),
            group: filing.group.clone(),
            class: filing.class.code(),
            source: filing.source.code(),
            stage: case.stage_code(),
            how: how.map_or("", How::code),
            tier: tier.code(),
            top: top(case).code(),
            urgent: filing.urgent,
            private: filing.private,
            open: filing.open,
            live: case.is_open(),
            places: PlaceKind::ALL.map(|kind| filing.spot.path.at(kind)),
            point: filing.spot.point,
            owner: case.owner,
            waits_for: waits,
            reporter: filing.reporter,
            reported: case.reported,
            filed: tallies.filed,
            dispatched: tallies.dispatched,
            due: case.due,
            next: case.next().filter(|_| case.is_open()),
            ended,
            on_time,
            late: tallies.late,
            shelved: matches!(case.stage, Stage::Shelved { .. }),
            checked: tallies.checks > 0,
            failed: tallies.failed > 0,
            extended: tallies.extensions > 0,
            dispatches: tallies.dispatches,
            returned: tallies.returned,
            contacted,
            solved: case.rating.map(|rating| rating.solved),
            satisfied: case.rating.map(|rating| rating.satisfied),
            into: match case.stage {
                Stage::Merged { into } => Some(into),
                _ => None,
            },
        }
    }
}

/// The tier a row names.
pub fn tier_of(row: &CaseRow) -> Tier {
    row.tier.parse().expect("a row is made of tiers")
}
