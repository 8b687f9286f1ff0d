//! What a unit asks a higher one for: more time, the shelf, to be rid of a case.

use crate::calendar::Span;
use crate::cases::deed::CaseEvent;
use crate::cases::state::{Ask, Asked, Case, Stage, Words};
use crate::refusal::Refusal;
use crate::time::Timestamp;

use super::{Events, Given, above, not_yours, wrong};

impl Given<'_> {
    pub(super) fn ask(&self, case: &Case, ask: Ask, words: Words) -> Events {
        self.owns(case, "asked about")?;
        if case.asked.is_some() {
            return Err(Refusal::Exists { what: "question", id: "about this case".into() });
        }
        if !matches!(case.stage, Stage::Filed | Stage::Handling) {
            return Err(wrong(case, "asked about"));
        }
        let mut steps = 1;
        match ask {
            Ask::Extension { span } => {
                self.check_extension(case, span)?;
                steps += case.tallies.extensions;
            }
            Ask::Shelving { review } => {
                let latest = self.after(self.rules.ladder.shelf);
                if review <= self.now || review > latest {
                    return Err(Refusal::invalid("review", format!("give a day before {latest}")));
                }
            }
            Ask::Return if case.named => {
                return Err(Refusal::invalid(
                    "unit",
                    "it was named for this case and cannot return it",
                ));
            }
            Ask::Return => {}
        }
        let mut to = case.owner;
        for _ in 0..steps {
            let Some(above) = to.tier().and_then(|tier| above(case, tier)) else { break };
            to = above;
        }
        Ok(vec![CaseEvent::Asked { ask, to, words }])
    }

    /// Refuses more time when it is too late, too often or too long.
    fn check_extension(&self, case: &Case, span: Span) -> Result<(), Refusal> {
        let ladder = &self.rules.ladder;
        if case.due.is_some_and(|due| self.now >= due) {
            return Err(too_late());
        }
        if case.tallies.extensions >= ladder.extensions {
            let limit = u64::from(ladder.extensions);
            return Err(Refusal::Limit { what: "extensions", limit });
        }
        if self.after(span) > self.after(ladder.extension) {
            return Err(Refusal::invalid(
                "extension",
                format!("give at most {}", ladder.extension),
            ));
        }
        Ok(())
    }

    pub(super) fn answer(&self, case: &Case, granted: bool, words: Option<Words>) -> Events {
        let asked = case.asked.ok_or_else(|| wrong(case, "answered"))?;
        if self.unit != Some(asked.to) || asked.by == self.by.doer {
            return Err(not_yours(self.by, "answer"));
        }
        if !granted {
            return Ok(vec![CaseEvent::Refused { words }]);
        }
        self.grant(case, asked).map(|event| vec![event])
    }

    pub(super) fn grant(&self, case: &Case, asked: Asked) -> Result<CaseEvent, Refusal> {
        let calendar = &self.rules.calendar;
        let category = self.rules.category(&case.filing.category)?;
        let unit = category.span(case.filing.urgent).unit();
        let due = case.due.unwrap_or_else(|| self.after(category.span(case.filing.urgent)));
        match asked.ask {
            Ask::Extension { span } => {
                if self.now >= due {
                    return Err(too_late());
                }
                let longer = |at: Timestamp| calendar.due(at, span).at;
                let until = case.tier_until.map(longer);
                let remind = until.and_then(|at| self.remind_at(at, case.filing.urgent));
                Ok(CaseEvent::Extended { due: longer(due), until, remind })
            }
            Ask::Shelving { review } => {
                if review <= self.now {
                    return Err(Refusal::invalid("review", "its day is over: ask again"));
                }
                let left = |at: Timestamp| calendar.left(self.now, at, unit);
                let tier = case.tier_until.map(left);
                Ok(CaseEvent::Shelved { review, words: asked.words, due: left(due), tier })
            }
            Ask::Return => {
                let owner = asked.to;
                let (until, remind) = self.times_of(case, owner)?;
                Ok(CaseEvent::TakenBack { owner, until, remind })
            }
        }
    }

    pub(super) fn resume(&self, case: &Case, by_clock: bool) -> Events {
        let Stage::Shelved { review, due, tier, .. } = case.stage else {
            return Err(wrong(case, "taken off the shelf"));
        };
        if by_clock && self.now < review {
            return Ok(Vec::new());
        }
        if !by_clock {
            self.owns(case, "taken off the shelf")?;
        }
        let again = |left| self.rules.calendar.resume(self.now, left).at;
        let until = tier.map(again);
        let remind = until.and_then(|at| self.remind_at(at, case.filing.urgent));
        Ok(vec![CaseEvent::Resumed { due: again(due), until, remind }])
    }
}

fn too_late() -> Refusal {
    Refusal::invalid("extension", "the deadline is over: it can no longer be extended")
}
