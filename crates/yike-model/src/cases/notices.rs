//! What of a case other programs are told: public facts at public moments.
//!
//! A private case never leaves. One that becomes private is withdrawn: its number goes out once more,
//! alone, so that whoever kept it can let go of it. Former cases that are imported are history, no news.

use serde::Serialize;

use crate::cases::CaseEvent;
use crate::cases::row::CaseRow;
use crate::cases::state::{Case, Source, Stage};
use crate::hooks::Topic;
use crate::id::PlaceId;
use crate::places::PlaceKind;
use crate::time::Timestamp;

/// Something about a case that goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicEvent {
    /// What happened.
    pub topic: Topic,
    /// Which of the events it is: 0 is the first.
    pub nth: usize,
    /// How the case stood after the deed; none where it is public no more.
    pub facts: Option<PublicFacts>,
}

/// What is public of a case, beside its number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublicFacts {
    /// Where it stands.
    pub stage: &'static str,
    /// Its category.
    pub category: String,
    /// The tier that has it or, when it is over, that solved it.
    pub tier: &'static str,
    /// Its deadline.
    #[serde(serialize_with = "as_text")]
    pub due: Option<Timestamp>,
    /// Where, no finer than an estate; the code of the place takes its stead on the way out.
    #[serde(skip)]
    pub place: Option<PlaceId>,
}

#[expect(clippy::ref_option, reason = "serde asks for it")]
fn as_text<S: serde::Serializer>(at: &Option<Timestamp>, to: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => to.collect_str(at),
        None => to.serialize_none(),
    }
}

impl PublicFacts {
    /// What is public of a case as it stands.
    pub fn of(case: &Case) -> Self {
        let row = CaseRow::of(case);
        let path = &case.filing.spot.path;
        let mut shown = PlaceKind::ALL.into_iter().rev().filter(|kind| *kind <= PlaceKind::Estate);
        Self {
            stage: row.stage,
            category: row.category,
            tier: row.tier,
            due: row.due,
            place: shown.find_map(|kind| path.at(kind)),
        }
    }
}

/// What goes out about the events of one deed, in their order. `before` is the case before them, if it
/// was there; `after` is the case after all of them.
pub fn public_events(
    before: Option<&Case>,
    events: &[CaseEvent],
    after: &Case,
) -> Vec<PublicEvent> {
    if after.filing.source == Source::Import {
        return Vec::new();
    }
    if after.filing.private {
        // What was never told needs no withdrawal.
        let shown = before.is_some_and(|case| !case.filing.private);
        let hides = |event: &CaseEvent| matches!(event, CaseEvent::Reclassified { private, .. } if *private);
        return match events.iter().position(hides).filter(|_| shown) {
            Some(nth) => vec![PublicEvent { topic: Topic::CaseWithdrawn, nth, facts: None }],
            None => Vec::new(),
        };
    }
    let was_closed = matches!(before.map(|case| case.stage), Some(Stage::Closed { .. }));
    let told = events.iter().enumerate().filter_map(|(nth, event)| {
        let topic = topic(event, was_closed)?;
        Some(PublicEvent { topic, nth, facts: Some(PublicFacts::of(after)) })
    });
    told.collect()
}

const fn topic(event: &CaseEvent, was_closed: bool) -> Option<Topic> {
    match event {
        CaseEvent::Reported { .. } => Some(Topic::CaseReported),
        CaseEvent::Filed => Some(Topic::CaseFiled),
        // Held out to a unit, or taken up by one that had not been held out to: the deadline starts.
        CaseEvent::Offered { .. } | CaseEvent::Accepted { due: Some(_), .. } => {
            Some(Topic::CaseDispatched)
        }
        CaseEvent::Climbed { .. } => Some(Topic::CaseClimbed),
        CaseEvent::Closed { .. } => Some(Topic::CaseClosed),
        CaseEvent::Appealed { .. } => Some(Topic::CaseReopened),
        // A check that fails before anything was closed is work that goes on.
        CaseEvent::Reworked { .. } if was_closed => Some(Topic::CaseReopened),
        CaseEvent::Rejected { .. } => Some(Topic::CaseRejected),
        CaseEvent::Shelved { .. } => Some(Topic::CaseShelved),
        CaseEvent::Resumed { .. } => Some(Topic::CaseResumed),
        CaseEvent::Overdue => Some(Topic::CaseOverdue),
        CaseEvent::Merged { .. } => Some(Topic::CaseMerged),
        CaseEvent::Verified { .. }
        | CaseEvent::Accepted { due: None, .. }
        | CaseEvent::Declined { .. }
        | CaseEvent::OfferLapsed
        | CaseEvent::Asked { .. }
        | CaseEvent::Refused { .. }
        | CaseEvent::Extended { .. }
        | CaseEvent::TakenBack { .. }
        | CaseEvent::TaskAdded { .. }
        | CaseEvent::TaskAnswered { .. }
        | CaseEvent::FedBack { .. }
        | CaseEvent::CheckClimbed { .. }
        | CaseEvent::Reworked { .. }
        | CaseEvent::Rated { .. }
        | CaseEvent::Remarked { .. }
        | CaseEvent::Contacted
        | CaseEvent::Joined { .. }
        | CaseEvent::Reclassified { .. }
        | CaseEvent::Pressed { .. }
        | CaseEvent::Absorbed { .. }
        | CaseEvent::Grouped { .. }
        | CaseEvent::Reminded { .. } => None,
    }
}
