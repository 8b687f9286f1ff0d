//! The state after an event, and the deadlines that run then.

use crate::cases::deed::{CaseDeed, CaseEvent, Do};
use crate::cases::state::{Asked, Case, Filing, Offer, Stage, Tallies, Task};
use crate::cases::{Ask, Rulebook, Tier, Unit, decide};
use crate::refusal::Refusal;
use crate::spine::{By, Effect, Stamp, Subject, SubjectKind, Unlawful};
use crate::time::Timestamp;

/// The deadline by which a tier loses a case.
pub const TIER: &str = "tier";
/// The deadline of the case.
pub const DUE: &str = "due";
/// The deadline by which an offered unit answers.
pub const OFFER: &str = "offer";
/// The deadline by which a check is made.
pub const CHECK: &str = "check";
/// The day on which a shelved case is looked at again.
pub const SHELF: &str = "shelf";
/// The moment its owner is reminded.
pub const REMIND: &str = "remind";

/// All of them, in the order in which they fire when they fall due together.
pub const CLOCKS: [&str; 6] = [CHECK, DUE, OFFER, REMIND, SHELF, TIER];

impl Subject for Case {
    const KIND: SubjectKind = SubjectKind::Case;
    const VERSION: u16 = 1;
    type Deed = CaseDeed;
    type Event = CaseEvent;
    type Rules = Rulebook;

    fn decide(
        state: Option<&Self>,
        deed: CaseDeed,
        by: By,
        now: Timestamp,
        rules: &Rulebook,
    ) -> Result<Vec<CaseEvent>, Refusal> {
        decide::decide(state, deed, by, now, rules)
    }

    fn apply(state: Option<Self>, event: &CaseEvent, stamp: Stamp) -> Result<Self, Unlawful> {
        let unlawful = |state| Unlawful { kind: SubjectKind::Case, event: event.name(), state };
        match (state, event) {
            (None, CaseEvent::Reported { filing, owner, households, until, remind }) => {
                let mut case = Self::begin(filing, *owner, *households, stamp.at);
                (case.tier_until, case.remind) = (*until, *remind);
                Ok(case)
            }
            (None, _) => Err(unlawful("not there")),
            (Some(case), CaseEvent::Reported { .. }) => Err(unlawful(case.stage_code())),
            (Some(mut case), event) => {
                let state = case.stage_code();
                if case.change(event, stamp) { Ok(case) } else { Err(unlawful(state)) }
            }
        }
    }

    fn status(&self) -> &'static str {
        self.stage_code()
    }

    fn effects(after: &Self, event: &CaseEvent, _stamp: Stamp) -> Vec<Effect> {
        touched(event)
            .iter()
            .map(|&name| match after.clock(name) {
                Some(due) => Effect::SetDeadline { name, due },
                None => Effect::ClearDeadline { name },
            })
            .collect()
    }

    fn on_deadline(name: &str) -> Option<CaseDeed> {
        let what = match name {
            TIER => Do::TierOver,
            DUE => Do::DueOver,
            OFFER => Do::OfferOver,
            CHECK => Do::CheckOver,
            SHELF => Do::ShelfOver,
            REMIND => Do::Remind,
            _ => return None,
        };
        Some(CaseDeed::plain(what))
    }
}

/// Which deadlines an event may have started, moved or ended.
const fn touched(event: &CaseEvent) -> &'static [&'static str] {
    match event {
        CaseEvent::Reported { .. } | CaseEvent::Appealed { .. } => &[TIER, REMIND],
        CaseEvent::Offered { .. } => &[OFFER, DUE],
        CaseEvent::Accepted { .. } => &[OFFER, DUE, TIER, REMIND],
        CaseEvent::Declined { .. } | CaseEvent::OfferLapsed => &[OFFER],
        CaseEvent::Climbed { .. } | CaseEvent::TakenBack { .. } => &[OFFER, TIER, REMIND],
        CaseEvent::Extended { .. } => &[DUE, TIER, REMIND],
        CaseEvent::Reclassified { .. } | CaseEvent::Overdue => &[DUE],
        CaseEvent::Reminded { .. } => &[REMIND, TIER],
        CaseEvent::CheckClimbed { .. } => &[CHECK],
        CaseEvent::Rejected { .. }
        | CaseEvent::Shelved { .. }
        | CaseEvent::Resumed { .. }
        | CaseEvent::FedBack { .. }
        | CaseEvent::Reworked { .. }
        | CaseEvent::Closed { .. }
        | CaseEvent::Merged { .. } => &CLOCKS,
        _ => &[],
    }
}

impl Case {
    fn begin(filing: &Filing, owner: Unit, households: u16, at: Timestamp) -> Self {
        let tallies = Tallies { top: owner.tier(), ..Tallies::default() };
        Self {
            filing: filing.clone(),
            reported: at,
            stage: Stage::Reported,
            owner,
            since: at,
            handler: None,
            units: vec![owner],
            offer: None,
            asked: None,
            named: false,
            tasks: Vec::new(),
            due: None,
            tier_until: None,
            remind: None,
            check_until: None,
            households,
            appeals: 0,
            rating: None,
            problem: None,
            stands_for: Vec::new(),
            photos: Vec::new(),
            tallies,
        }
    }

    /// When a deadline of this name falls due; none while it does not run.
    pub fn clock(&self, name: &str) -> Option<Timestamp> {
        let runs = self.clock_runs();
        match name {
            TIER => self.tier_until.filter(|_| runs),
            // It fires once; after that the case is late, and stays so.
            DUE => self.due.filter(|_| runs && !self.tallies.late),
            OFFER => self.offer.map(|offer| offer.until),
            CHECK => self.check_until,
            SHELF => match self.stage {
                Stage::Shelved { review, .. } => Some(review),
                _ => None,
            },
            REMIND => self.remind.filter(|_| runs),
            _ => None,
        }
    }

    /// Hands the case to a unit.
    fn give(&mut self, unit: Unit, at: Timestamp) {
        self.owner = unit;
        self.since = at;
        self.know(unit);
    }

    fn know(&mut self, unit: Unit) {
        if !self.units.contains(&unit) {
            self.units.push(unit);
        }
        self.tallies.top = self.tallies.top.max(unit.tier());
    }

    /// Ends what waits for an answer.
    fn settle(&mut self) {
        (self.offer, self.asked) = (None, None);
    }

    /// Stops all clocks but the deadline itself, which is remembered.
    fn stop(&mut self) {
        (self.tier_until, self.remind, self.check_until) = (None, None, None);
        self.settle();
    }

    fn end(&mut self, stage: Stage) {
        self.stop();
        self.stage = stage;
    }

    fn start(&mut self, due: Option<Timestamp>, contact: Option<Timestamp>, at: Timestamp) {
        if due.is_some() {
            self.due = due;
            self.tallies.dispatched = Some(at);
            self.tallies.contact_by = contact;
        }
    }

    /// Changes the case by an event; says whether the event could follow.
    fn change(&mut self, event: &CaseEvent, stamp: Stamp) -> bool {
        self.change_course(event, stamp)
            || self.change_talk(event, stamp)
            || self.change_end(event, stamp)
            || self.change_note(event, stamp)
    }

    /// Events that move a case between units.
    fn change_course(&mut self, event: &CaseEvent, stamp: Stamp) -> bool {
        let at = stamp.at;
        match *event {
            CaseEvent::Filed if self.stage == Stage::Reported => {
                self.stage = Stage::Filed;
                self.tallies.filed = Some(at);
            }
            CaseEvent::Offered { to, named, until, due, contact } if self.clock_runs() => {
                self.offer = Some(Offer { to, named, until });
                self.start(due, contact, at);
                self.tallies.dispatches += 1;
                self.know_offered(to);
            }
            CaseEvent::Accepted { unit, due, contact, until, remind } if self.clock_runs() => {
                self.named = self.offer.is_some_and(|offer| offer.named && offer.to == unit);
                self.start(due, contact, at);
                self.settle();
                self.give(unit, at);
                self.handler = Some(unit);
                self.stage = Stage::Handling;
                (self.tier_until, self.remind) = (until, remind);
            }
            CaseEvent::Declined { .. } if self.offer.is_some() => {
                self.offer = None;
                self.tallies.returned += 1;
            }
            CaseEvent::OfferLapsed if self.offer.is_some() => self.offer = None,
            CaseEvent::Climbed { to, until, remind, .. } if self.clock_runs() => {
                self.settle();
                self.named = false;
                self.handler = None;
                self.give(to, at);
                if self.stage == Stage::Handling {
                    self.stage = Stage::Filed;
                }
                self.tallies.climbs += 1;
                (self.tier_until, self.remind) = (until, remind);
            }
            CaseEvent::TakenBack { owner, until, remind } if self.clock_runs() => {
                self.settle();
                self.handler = None;
                self.give(owner, at);
                self.stage = Stage::Filed;
                self.tallies.returned += 1;
                (self.tier_until, self.remind) = (until, remind);
            }
            _ => return false,
        }
        true
    }

    /// An offered unit may look at the case, but has not been a tier that owned it.
    fn know_offered(&mut self, unit: Unit) {
        if !self.units.contains(&unit) {
            self.units.push(unit);
        }
    }

    /// Events in which units ask each other.
    fn change_talk(&mut self, event: &CaseEvent, stamp: Stamp) -> bool {
        match *event {
            CaseEvent::Asked { ask, to, words } if self.is_open() => {
                self.asked = Some(Asked { ask, to, by: stamp.by.doer, words });
                self.know_offered(to);
            }
            CaseEvent::Refused { .. } if self.asked.is_some() => {
                // What was asked back and refused stays with the unit: it is named now.
                let returned = self.asked.is_some_and(|asked| asked.ask == Ask::Return);
                self.named |= returned;
                self.asked = None;
            }
            CaseEvent::Extended { due, until, remind } if self.is_open() => {
                self.asked = None;
                self.due = Some(due);
                self.tallies.extensions += 1;
                (self.tier_until, self.remind) = (until, remind);
            }
            CaseEvent::TaskAdded { number, to, words } if self.is_open() => {
                self.tasks.push(Task { number, unit: to, words, done: None });
                self.know_offered(to);
            }
            CaseEvent::TaskAnswered { number, done, .. } => {
                let task = self.tasks.iter_mut().find(|task| task.number == number);
                let Some(task) = task.filter(|task| task.done.is_none()) else { return false };
                task.done = Some(done);
            }
            _ => return false,
        }
        true
    }

    /// Events by which work ends, or begins again.
    fn change_end(&mut self, event: &CaseEvent, stamp: Stamp) -> bool {
        let at = stamp.at;
        match *event {
            CaseEvent::Rejected { appeal, .. } if self.stage == Stage::Reported => {
                self.end(Stage::Rejected { at, appeal });
            }
            CaseEvent::Appealed { owner, until, remind, .. }
                if matches!(self.stage, Stage::Rejected { .. }) =>
            {
                self.stage = Stage::Reported;
                self.appeals += 1;
                self.give(owner, at);
                (self.tier_until, self.remind) = (until, remind);
            }
            CaseEvent::Shelved { review, words, due, tier } if self.clock_runs() => {
                self.tallies.shelved = true;
                self.end(Stage::Shelved { review, words, due, tier });
            }
            CaseEvent::Resumed { due, until, remind }
                if matches!(self.stage, Stage::Shelved { .. }) =>
            {
                self.due = Some(due);
                (self.tier_until, self.remind) = (until, remind);
                self.stage = if self.handler.is_some() { Stage::Handling } else { Stage::Filed };
            }
            CaseEvent::FedBack { checker, until, .. } if self.stage == Stage::Handling => {
                let handler = self.owner;
                self.end(Stage::Checking { handler, by: stamp.by.doer, since: at });
                self.give_check(checker, at);
                self.check_until = Some(until);
            }
            CaseEvent::CheckClimbed { to, until } if self.check_until.is_some() => {
                self.give_check(to, at);
                self.check_until = Some(until);
            }
            CaseEvent::Reworked { until, remind, .. } => return self.rework(until, remind, stamp),
            CaseEvent::Closed { how, solver, on_time, .. } if self.is_open() => {
                if let Stage::Checking { .. } = self.stage {
                    self.tallies.checks += 1;
                }
                let by = match self.stage {
                    Stage::Checking { by, .. } => by,
                    _ => stamp.by.doer,
                };
                self.end(Stage::Closed { at, how, solver, by, on_time });
            }
            CaseEvent::Merged { into } if self.clock_runs() => self.end(Stage::Merged { into }),
            _ => return false,
        }
        true
    }

    /// Who checks has the case for that, but it does not count as that tier's.
    fn give_check(&mut self, unit: Unit, at: Timestamp) {
        let top = self.tallies.top;
        self.give(unit, at);
        self.tallies.top = top;
    }

    fn rework(&mut self, until: Timestamp, remind: Option<Timestamp>, stamp: Stamp) -> bool {
        let handler = match self.stage {
            Stage::Checking { handler, .. } => handler,
            Stage::Closed { solver, .. } => solver,
            _ => return false,
        };
        self.stop();
        self.rating = None;
        self.tallies.checks += 1;
        self.tallies.failed += 1;
        self.give(handler, stamp.at);
        self.handler = Some(handler);
        self.stage = Stage::Handling;
        (self.tier_until, self.remind) = (Some(until), remind);
        true
    }

    /// Events that only add to a case.
    fn change_note(&mut self, event: &CaseEvent, stamp: Stamp) -> bool {
        match event {
            CaseEvent::Verified { .. } => self.tallies.verified = true,
            CaseEvent::Rated { rating } if matches!(self.stage, Stage::Closed { .. }) => {
                self.rating = Some(*rating);
            }
            CaseEvent::Remarked { photos, .. } => self.photos.extend(photos),
            CaseEvent::Contacted => self.tallies.contacted = Some(stamp.at),
            CaseEvent::Joined { households } => self.households = *households,
            CaseEvent::Reclassified { category, group, class, private, about, urgent, due } => {
                let filing = &mut self.filing;
                (filing.category, filing.group) = (category.clone(), group.clone());
                (filing.class, filing.private) = (*class, *private);
                filing.about.clone_from(about);
                filing.urgent = *urgent;
                filing.open &= !private;
                self.due = due.or(self.due);
            }
            CaseEvent::Absorbed { other } => self.stands_for.push(*other),
            CaseEvent::Grouped { problem } => self.problem = Some(*problem),
            CaseEvent::Overdue => self.tallies.late = true,
            CaseEvent::Reminded { again } => {
                self.remind = None;
                if again.is_some() {
                    self.tier_until = *again;
                }
            }
            CaseEvent::Pressed { .. } => {}
            _ => return false,
        }
        true
    }
}

/// The highest tier that ever owned a case; its own where nothing else is known.
pub fn top(case: &Case) -> Tier {
    case.tallies.top.unwrap_or_else(|| case.tier())
}
