//! Said to be done, checked, and what its reporter says.

use crate::cases::Unit;
use crate::cases::deed::CaseEvent;
use crate::cases::state::{Case, How, Rating, Stage, Why, Words};
use crate::refusal::Refusal;
use crate::spine::Doer;

use super::{Events, Given, above, wrong};

impl Given<'_> {
    pub(super) fn feed_back(&self, case: &Case, words: Words) -> Events {
        self.owns(case, "fed back")?;
        if !matches!(case.stage, Stage::Handling) {
            return Err(wrong(case, "fed back"));
        }
        if !case.tasks_done() {
            return Err(Refusal::invalid("tasks", "a task of another party is still open"));
        }
        let checker = above(case, case.tier()).unwrap_or(case.owner);
        let until = self.after(self.rules.ladder.check);
        Ok(vec![CaseEvent::FedBack { words, checker, until }])
    }

    pub(super) fn check(&self, case: &Case, holds: bool, words: Option<Words>) -> Events {
        let Stage::Checking { handler, by, .. } = case.stage else {
            return Err(wrong(case, "checked"));
        };
        let same_person = by == self.by.doer && by != Doer::System;
        if same_person || self.unit == Some(handler) && handler != case.owner {
            return Err(Refusal::invalid("check", "who handled a case does not check it"));
        }
        if holds {
            return close(case, How::Checked, words);
        }
        self.rework(case, handler, words, false)
    }

    pub(super) fn deny(&self, case: &Case, words: Option<Words>) -> Events {
        match case.stage {
            Stage::Checking { handler, .. } => self.rework(case, handler, words, true),
            Stage::Closed { at, how, solver, .. } => {
                let until = self.rules.calendar.due(at, self.rules.ladder.reopen).at;
                if self.now > until || how == How::HandedOver {
                    return Err(Refusal::invalid(
                        "deny",
                        "it was closed long ago: please report it anew",
                    ));
                }
                self.rework(case, solver, words, true)
            }
            _ => Err(wrong(case, "reopened")),
        }
    }

    /// Back to its handler with a short deadline or, after too many times, to the tier above.
    pub(super) fn rework(
        &self,
        case: &Case,
        handler: Unit,
        words: Option<Words>,
        by_reporter: bool,
    ) -> Events {
        let until = self.after(self.rules.ladder.rework(case.filing.urgent));
        let remind = self.remind_at(until, case.filing.urgent);
        let mut events = vec![CaseEvent::Reworked { words, by_reporter, until, remind }];
        let times = case.tallies.failed + 1;
        if times.is_multiple_of(u16::from(self.rules.ladder.reworks))
            && let Some(to) = handler.tier().and_then(|tier| above(case, tier))
        {
            events.push(self.climb(case, to, Why::Reworks, None)?);
        }
        Ok(events)
    }
}

pub(super) fn rate(case: &Case, rating: Rating) -> Events {
    match case.stage {
        Stage::Closed { how, .. } if how != How::HandedOver => Ok(if case.rating == Some(rating) {
            Vec::new()
        } else {
            vec![CaseEvent::Rated { rating }]
        }),
        _ => Err(wrong(case, "rated")),
    }
}

pub(super) fn close(case: &Case, how: How, words: Option<Words>) -> Events {
    let Stage::Checking { handler, since, .. } = case.stage else {
        return Err(wrong(case, "closed"));
    };
    let on_time = case.due.is_none_or(|due| since <= due);
    Ok(vec![CaseEvent::Closed { how, solver: handler, on_time, words }])
}
