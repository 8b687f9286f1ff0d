//! What happens when nobody does anything.

use crate::cases::deed::CaseEvent;
use crate::cases::state::{Case, Stage, Why};
use crate::time::Timestamp;

use super::{Events, Given, above};

impl Given<'_> {
    pub(super) fn tier_over(&self, case: &Case) -> Events {
        let over = case.tier_until.is_some_and(|until| self.now >= until);
        if !over || !case.clock_runs() {
            return Ok(Vec::new());
        }
        match above(case, case.tier()) {
            Some(to) => Ok(vec![self.climb(case, to, Why::Time, None)?]),
            None => Ok(vec![self.press_again()]),
        }
    }

    /// At the top there is nobody to climb to: the office is reminded again and again.
    pub(super) fn press_again(&self) -> CaseEvent {
        CaseEvent::Reminded { again: Some(self.after(self.rules.ladder.press_every)) }
    }

    pub(super) fn due_over(&self, case: &Case) -> Events {
        let over = case.due.is_some_and(|due| self.now >= due);
        if !over || !case.clock_runs() || case.tallies.late {
            return Ok(Vec::new());
        }
        let mut events = vec![CaseEvent::Overdue];
        // Who has it only since the deadline is not to be passed over.
        let fresh = case.due.is_some_and(|due| case.since >= due);
        if !fresh && let Some(to) = above(case, case.tier()) {
            events.push(self.climb(case, to, Why::Late, None)?);
        }
        Ok(events)
    }

    pub(super) fn check_over(&self, case: &Case) -> Vec<CaseEvent> {
        let over = case.check_until.is_some_and(|until| self.now >= until);
        if !over || !matches!(case.stage, Stage::Checking { .. }) {
            return Vec::new();
        }
        let to = above(case, case.tier()).unwrap_or(case.owner);
        vec![CaseEvent::CheckClimbed { to, until: self.after(self.rules.ladder.check) }]
    }

    pub(super) fn remind(&self, case: &Case) -> Vec<CaseEvent> {
        let due = case.remind.is_some_and(|at| self.now >= at);
        if due && case.clock_runs() {
            vec![CaseEvent::Reminded { again: None }]
        } else {
            Vec::new()
        }
    }
}

pub(super) fn offer_over(case: &Case, now: Timestamp) -> Vec<CaseEvent> {
    let over = case.offer.is_some_and(|offer| now >= offer.until);
    if over { vec![CaseEvent::OfferLapsed] } else { Vec::new() }
}
