//! Who may see a case, and do what to it for which unit: the one place that says so.
//!
//! Beyond the table of [`crate::people::permitted`], which asks for a role at a place above the case, a
//! case has owners, parties complained of and a reporter. Deny by default.

use crate::cases::deed::Do;
use crate::cases::state::{Case, Source, Stage};
use crate::cases::tier::{Tier, Unit};
use crate::id::DistrictId;
use crate::people::{Actor, Posting, Right, Role};
use crate::refusal::Refusal;
use crate::spine::By;

/// How much of a case somebody sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sight {
    /// Nothing: not even that there is such a case.
    Nothing,
    /// What stands on public lists: what, roughly where, how it stands; no words, no photos but those
    /// its reporter opened.
    Public,
    /// What its reporter sees: what he said, what was answered, who has it and by when.
    Own,
    /// All but who reported it, which is shown only where it is needed, and noted.
    Full,
}

/// A permission, and what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pass {
    /// Who, in which role.
    pub by: By,
    /// For which unit; none for its reporter, a checker and the clock.
    pub unit: Option<Unit>,
}

/// Roles that see all cases of their place that are not private.
const OVERSEERS: [Role; 6] = [
    Role::EstateCommissioner,
    Role::GridWorker,
    Role::ResidentsCommittee,
    Role::SubdistrictOffice,
    Role::DistrictOffice,
    Role::Checker,
];

/// Whether a role sees all cases of its place that are not private, not only those it has to do with.
pub fn oversees(role: Role) -> bool {
    OVERSEERS.contains(&role)
}

fn covers(posting: &Posting, case: &Case) -> bool {
    posting.place.is_none_or(|place| case.filing.spot.path.holds(place))
}

/// Whether a posting is to this unit, or to its role at a place above.
fn holds(posting: &Posting, unit: Unit, case: &Case) -> bool {
    posting.role == unit.role
        && posting.place.is_none_or(|place| {
            let mut way = case.filing.spot.path.ids().take_while(|id| *id != unit.place);
            place == unit.place || way.any(|above| above == place)
        })
}

fn postings(actor: &Actor) -> &[Posting] {
    match actor {
        Actor::Person { postings, .. } => postings,
        Actor::Anonymous | Actor::Program { .. } | Actor::System => &[],
    }
}

/// Whether the actor reported the case.
pub fn is_reporter(actor: &Actor, case: &Case) -> bool {
    matches!(actor, Actor::Person { id, .. } if case.filing.reporter == Some(*id))
}

/// How much of a case an actor sees.
pub fn sight(actor: &Actor, case: &Case) -> Sight {
    if *actor == Actor::System {
        return Sight::Full;
    }
    if postings(actor).iter().any(|posting| sees(posting, case)) {
        return Sight::Full;
    }
    if is_reporter(actor, case) {
        return Sight::Own;
    }
    if reads(actor) && !case.filing.private {
        return Sight::Own;
    }
    let shown = !matches!(case.stage, Stage::Rejected { .. } | Stage::Merged { .. });
    if shown && !case.filing.private { Sight::Public } else { Sight::Nothing }
}

/// Whether a key permits reading cases. The app gives out only actors of its own district.
fn reads(actor: &Actor) -> bool {
    matches!(actor, Actor::Program { rights, .. } if rights.has(Right::ReadCases))
}

/// Whether an actor may bring a case from a source: only who holds a post is on duty or at a counter,
/// only the programs that were given the right hand over or write, and only the system brings old cases.
pub fn may_bring(actor: &Actor, source: Source, district: &DistrictId) -> Result<(), Refusal> {
    let posted =
        |posting: &Posting| posting.district == *district && Tier::of(posting.role).is_some();
    let fits = *actor == Actor::System
        || match source {
            Source::Resident => matches!(actor, Actor::Anonymous | Actor::Person { .. }),
            Source::Counter | Source::Patrol => postings(actor).iter().any(posted),
            Source::Hotline => actor.has_right(Right::Handover, district),
            Source::Open311 => actor.has_right(Right::Open311Write, district),
            Source::Import => false,
        };
    if fits { Ok(()) } else { Err(Refusal::invalid("source", "this is not yours to say")) }
}

fn sees(posting: &Posting, case: &Case) -> bool {
    if case.filing.about.contains(&posting.role) || !covers(posting, case) {
        return false;
    }
    let involved = case.units.iter().any(|unit| holds(posting, *unit, case));
    // What is private is seen by those who have to do with it, and by offices above them.
    let office = oversees(posting.role)
        && (!case.filing.private || Tier::of(posting.role) > Some(case.handling_tier()));
    involved || office
}

/// The units for which a deed can be done now.
fn candidates(case: &Case, what: &Do) -> Vec<Unit> {
    let owner = case.owner;
    match what {
        Do::Accept => case.offer.map(|offer| offer.to).into_iter().chain([owner]).collect(),
        Do::Decline(_) => case.offer.map(|offer| offer.to).into_iter().collect(),
        Do::Answer { .. } => case.asked.map(|asked| asked.to).into_iter().collect(),
        Do::AnswerTask { number, .. } => {
            let task = case.tasks.iter().find(|task| task.number == *number);
            task.map(|task| task.unit).into_iter().chain([owner]).collect()
        }
        Do::Contact => case.handler.into_iter().chain([owner]).collect(),
        Do::File
        | Do::Reject(_)
        | Do::Dispatch { .. }
        | Do::HandUp(_)
        | Do::Ask { .. }
        | Do::Resume
        | Do::AddTask { .. }
        | Do::FeedBack(_)
        | Do::Check { .. }
        | Do::Reclassify { .. }
        | Do::Merge { .. }
        | Do::Absorb { .. }
        | Do::Group(_) => vec![owner],
        _ => Vec::new(),
    }
}

/// Permits a deed to a case, and says for which unit it is done, or refuses it.
pub fn may(actor: &Actor, case: &Case, what: &Do) -> Result<Pass, Refusal> {
    let doer = actor.doer();
    let pass = |role, unit| Ok(Pass { by: By { doer, role }, unit });
    let seen = sight(actor, case);
    if seen == Sight::Nothing {
        // Whoever may not see it is not told that it is there.
        return Err(Refusal::missing("case", "with this id"));
    }
    match what {
        Do::Confirm | Do::Deny(_) | Do::Rate(_) | Do::Appeal(_) if is_reporter(actor, case) => {
            return pass(None, None);
        }
        Do::Remark { .. } if is_reporter(actor, case) => return pass(None, None),
        Do::Join { .. } if matches!(actor, Actor::Person { .. } | Actor::System) => {
            return pass(None, None);
        }
        _ => {}
    }
    if *actor == Actor::System {
        return pass(None, candidates(case, what).first().copied());
    }
    let roles = postings(actor).iter().filter(|posting| sees(posting, case));
    for posting in roles {
        let unit = candidates(case, what).into_iter().find(|unit| holds(posting, *unit, case));
        if let Some(unit) = unit {
            return pass(Some(posting.role), Some(unit));
        }
        let own = case.filing.spot.path.unit(posting.role).filter(|own| holds(posting, *own, case));
        match what {
            Do::Check { .. } if posting.role == Role::Checker => {
                return pass(Some(Role::Checker), None);
            }
            Do::Verify(_) | Do::Remark { .. } => {
                let checker = posting.role == Role::Checker && matches!(what, Do::Remark { .. });
                if own.is_some() || checker {
                    return pass(Some(posting.role), own);
                }
            }
            Do::Press(_) if own.and_then(Unit::tier) > Some(case.tier()) => {
                return pass(Some(posting.role), own);
            }
            _ => {}
        }
    }
    let actor = match actor {
        Actor::Anonymous => "someone who is not signed in".to_owned(),
        Actor::Program { .. } => "another program".to_owned(),
        Actor::System => "the system".to_owned(),
        Actor::Person { postings, .. } if postings.is_empty() => "a person without a role".into(),
        Actor::Person { postings, .. } => {
            let mut roles: Vec<_> = postings.iter().map(|posting| posting.role.code()).collect();
            roles.sort_unstable();
            roles.dedup();
            roles.join(", ")
        }
    };
    Err(Refusal::NotPermitted { actor, deed: what.code() })
}
