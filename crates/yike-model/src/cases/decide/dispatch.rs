//! Filing, dispatching, and working: who takes a case up, hands it on, or splits it.

use crate::cases::deed::CaseEvent;
use crate::cases::state::{Case, Stage, Why, Words};
use crate::cases::{Tier, Unit};
use crate::refusal::Refusal;
use crate::time::Timestamp;

use super::{Events, Given, PARTS_LIMIT, above, not_a_handler, not_yours, open, wrong};

impl Given<'_> {
    pub(super) fn verify(&self, case: &Case, words: Option<Words>) -> Events {
        if self.unit.is_none_or(|unit| !case.filing.spot.path.passes(unit)) {
            return Err(not_yours(self.by, "verify"));
        }
        match case.stage {
            Stage::Reported if case.tallies.verified => Ok(Vec::new()),
            Stage::Reported => Ok(vec![CaseEvent::Verified { words }]),
            _ => Err(wrong(case, "verified")),
        }
    }

    pub(super) fn file(&self, case: &Case) -> Events {
        self.owns(case, "filed")?;
        match case.stage {
            Stage::Reported => Ok(vec![CaseEvent::Filed]),
            _ => Err(wrong(case, "filed")),
        }
    }

    pub(super) fn reject(&self, case: &Case, words: Words) -> Events {
        self.owns(case, "rejected")?;
        match case.stage {
            Stage::Reported => {
                let appeal = self.after(self.rules.ladder.appeal);
                Ok(vec![CaseEvent::Rejected { words, appeal }])
            }
            _ => Err(wrong(case, "rejected")),
        }
    }

    /// The deadline and the moment its reporter is to be spoken to, where they start now.
    pub(super) fn first_dispatch(
        &self,
        case: &Case,
    ) -> Result<(Option<Timestamp>, Option<Timestamp>), Refusal> {
        if case.due.is_some() {
            return Ok((None, None));
        }
        let span = self.rules.category(&case.filing.category)?.span(case.filing.urgent);
        Ok((Some(self.after(span)), Some(self.after(self.rules.ladder.contact))))
    }

    pub(super) fn dispatch(&self, case: &Case, to: Unit, named: bool) -> Events {
        self.owns(case, "dispatched")?;
        if !matches!(case.stage, Stage::Reported | Stage::Filed | Stage::Handling) {
            return Err(wrong(case, "dispatched"));
        }
        if to == case.owner {
            return Err(Refusal::invalid("to", "it has the case already"));
        }
        if case.offer.is_some() {
            return Err(Refusal::WrongState {
                what: "case",
                state: "held out already",
                deed: "dispatched",
            });
        }
        may_handle(case, to)?;
        if to.tier() > case.owner.tier() {
            return Err(Refusal::invalid(
                "to",
                "hand the case up: that needs a reason, but no consent",
            ));
        }
        if named && (case.tier() < Tier::Subdistrict || case.tallies.returned == 0) {
            return Err(Refusal::invalid(
                "named",
                "only a subdistrict or district names a unit, and only when one has declined",
            ));
        }
        let (due, contact) = self.first_dispatch(case)?;
        let until = self.after(self.rules.ladder.accept);
        let mut events = filed_first(case);
        events.push(CaseEvent::Offered { to, named, until, due, contact });
        Ok(events)
    }

    pub(super) fn accept(&self, case: &Case) -> Events {
        let taker = self.unit.ok_or_else(|| not_yours(self.by, "accept"))?;
        let offered = case.offer.is_some_and(|offer| offer.to == taker);
        if !offered {
            self.owns(case, "taken up")?;
        }
        let ready = match case.stage {
            Stage::Reported | Stage::Filed => true,
            Stage::Handling => offered,
            _ => false,
        };
        if !ready {
            return Err(wrong(case, "taken up"));
        }
        let (due, contact) = self.first_dispatch(case)?;
        // Whoever takes up what is his already has the time that is left, not new time.
        let (until, remind) = if offered && taker.tier() != case.owner.tier() {
            self.times_of(case, taker)?
        } else {
            (case.tier_until, case.remind)
        };
        let mut events = filed_first(case);
        events.push(CaseEvent::Accepted { unit: taker, due, contact, until, remind });
        Ok(events)
    }

    pub(super) fn decline(&self, case: &Case, words: Words) -> Events {
        let offer = case.offer.ok_or_else(|| wrong(case, "declined"))?;
        if self.unit != Some(offer.to) {
            return Err(not_yours(self.by, "decline"));
        }
        if offer.named {
            return Err(Refusal::invalid(
                "unit",
                "it was named for this case and cannot return it",
            ));
        }
        Ok(vec![CaseEvent::Declined { words }])
    }

    pub(super) fn hand_up(&self, case: &Case, words: Words) -> Events {
        self.owns(case, "handed up")?;
        if !case.clock_runs() {
            return Err(wrong(case, "handed up"));
        }
        let to = above(case, case.tier()).ok_or(Refusal::WrongState {
            what: "case",
            state: "at the district",
            deed: "handed up",
        })?;
        self.climb(case, to, Why::HandedUp, Some(words)).map(|event| vec![event])
    }

    pub(super) fn add_task(&self, case: &Case, to: Unit, words: Words) -> Events {
        self.owns(case, "split")?;
        if !matches!(case.stage, Stage::Filed | Stage::Handling) {
            return Err(wrong(case, "split"));
        }
        may_handle(case, to)?;
        if to == case.owner {
            return Err(Refusal::invalid("to", "it leads already"));
        }
        if case.tasks.len() >= PARTS_LIMIT {
            return Err(Refusal::Limit { what: "tasks", limit: PARTS_LIMIT as u64 });
        }
        let number = case.tasks.len() as u8 + 1;
        Ok(vec![CaseEvent::TaskAdded { number, to, words }])
    }

    pub(super) fn answer_task(&self, case: &Case, number: u8, done: bool, words: Words) -> Events {
        open(case, "answered")?;
        let task = case.tasks.iter().find(|task| task.number == number);
        let task = task.ok_or_else(|| Refusal::missing("task", number.to_string()))?;
        // The lead may drop a task, never say for another that it is done.
        let own = self.unit == Some(task.unit);
        let lead = self.unit == Some(case.owner) && !done;
        if !own && !lead {
            return Err(not_yours(self.by, "answer_task"));
        }
        if task.done.is_some() {
            return Err(Refusal::WrongState {
                what: "task",
                state: "answered",
                deed: "answered again",
            });
        }
        Ok(vec![CaseEvent::TaskAnswered { number, done, words }])
    }
}

/// What makes a case of a report that was not filed yet.
pub(super) fn filed_first(case: &Case) -> Vec<CaseEvent> {
    match case.stage {
        Stage::Reported => vec![CaseEvent::Filed],
        _ => Vec::new(),
    }
}

/// Refuses a unit that does not look after the place, or is complained of.
pub(super) fn may_handle(case: &Case, unit: Unit) -> Result<(), Refusal> {
    if unit.tier().is_none() {
        return Err(not_a_handler(unit.role));
    }
    if !case.filing.spot.path.passes(unit) {
        return Err(Refusal::invalid("to", "this unit does not look after the place"));
    }
    if case.filing.about.contains(&unit.role) {
        return Err(Refusal::invalid("to", "what is complained of cannot handle the complaint"));
    }
    Ok(())
}
