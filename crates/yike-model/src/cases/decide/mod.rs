//! What happens when somebody does something to a case: the rules of the handbook's section 2.
//!
//! Who may do what for which unit is decided by [`super::access`]; here stands what makes sense when.

mod ask;
mod check;
mod clock;
mod dispatch;
mod report;

use crate::calendar::Span;
use crate::cases::deed::{CaseDeed, CaseEvent, Do};
use crate::cases::state::{Case, How, Stage, Why, Words};
use crate::cases::{Rulebook, Tier, Unit};
use crate::id::{CaseId, PhotoId};
use crate::people::Role;
use crate::refusal::Refusal;
use crate::spine::By;
use crate::time::Timestamp;

/// Most photos of one report or remark.
pub const PHOTOS_LIMIT: usize = 6;

/// Most tasks of a case, and most cases one stands for.
const PARTS_LIMIT: usize = 50;

type Events = Result<Vec<CaseEvent>, Refusal>;

/// What a decision goes by beside the case.
struct Given<'a> {
    unit: Option<Unit>,
    by: By,
    now: Timestamp,
    rules: &'a Rulebook,
}

/// Decides a deed; see [`crate::spine::Subject::decide`].
pub fn decide(
    case: Option<&Case>,
    deed: CaseDeed,
    by: By,
    now: Timestamp,
    rules: &Rulebook,
) -> Events {
    let given = Given { unit: deed.unit, by, now, rules };
    match (case, deed.what) {
        (None, Do::Report(report)) => given.report(*report),
        (None, _) => Err(Refusal::missing("case", "with this id")),
        (Some(case), Do::Report(_)) => {
            Err(Refusal::Exists { what: "case", id: case.filing.number.to_string() })
        }
        (Some(case), what) => given.go_on(case, what),
    }
}

impl Given<'_> {
    fn go_on(&self, case: &Case, what: Do) -> Events {
        match what {
            Do::Report(_) => unreachable!("handled above"),
            Do::Verify(words) => self.verify(case, words),
            Do::File => self.file(case),
            Do::Reject(words) => self.reject(case, words),
            Do::Dispatch { to, named } => self.dispatch(case, to, named),
            Do::Accept => self.accept(case),
            Do::Decline(words) => self.decline(case, words),
            Do::HandUp(words) => self.hand_up(case, words),
            Do::Ask { ask, words } => self.ask(case, ask, words),
            Do::Answer { granted, words } => self.answer(case, granted, words),
            Do::Resume => self.resume(case, false),
            Do::AddTask { to, words } => self.add_task(case, to, words),
            Do::AnswerTask { number, done, words } => self.answer_task(case, number, done, words),
            Do::FeedBack(words) => self.feed_back(case, words),
            Do::Check { holds, words } => self.check(case, holds, words),
            Do::Confirm => check::close(case, How::Confirmed, None),
            Do::Deny(words) => self.deny(case, words),
            Do::Rate(rating) => check::rate(case, rating),
            Do::Appeal(words) => self.appeal(case, words),
            Do::Remark { words, photos, shown } => remark(case, words, photos, shown),
            Do::Contact => contact(case),
            Do::Join { households } => self.join(case, households),
            Do::Reclassify { category, urgent } => self.reclassify(case, &category, urgent),
            Do::Press(words) => open(case, "pressed").map(|()| vec![CaseEvent::Pressed { words }]),
            Do::Merge { into } => merge(case, into),
            Do::Absorb { other } => absorb(case, other),
            Do::Group(problem) => Ok(vec![CaseEvent::Grouped { problem }]),
            Do::TierOver => self.tier_over(case),
            Do::DueOver => self.due_over(case),
            Do::OfferOver => Ok(clock::offer_over(case, self.now)),
            Do::CheckOver => Ok(self.check_over(case)),
            Do::ShelfOver => self.resume(case, true),
            Do::Remind => Ok(self.remind(case)),
        }
    }

    /// When a unit that gets a case now loses it by itself, and when it is reminded.
    fn times(
        &self,
        unit: Unit,
        category: &str,
        urgent: bool,
    ) -> Result<(Option<Timestamp>, Option<Timestamp>), Refusal> {
        let tier = unit.tier().ok_or_else(|| not_a_handler(unit.role))?;
        let span = match self.rules.ladder.limit(tier, urgent) {
            Some(span) => span,
            None => self.rules.category(category)?.span(urgent),
        };
        let until = self.after(span);
        Ok((Some(until), self.remind_at(until, urgent)))
    }

    fn times_of(
        &self,
        case: &Case,
        unit: Unit,
    ) -> Result<(Option<Timestamp>, Option<Timestamp>), Refusal> {
        self.times(unit, &case.filing.category, case.filing.urgent)
    }

    fn after(&self, span: Span) -> Timestamp {
        self.rules.calendar.due(self.now, span).at
    }

    /// When little of the time from now until `until` is left; never at night unless it is urgent.
    fn remind_at(&self, until: Timestamp, urgent: bool) -> Option<Timestamp> {
        let percent = u32::from(self.rules.ladder.remind_percent);
        let left = until.since(self.now) * percent / 100;
        let at = self.rules.calendar.awake(until.minus(left), urgent);
        (percent > 0 && at < until && at > self.now).then_some(at)
    }

    fn climb(
        &self,
        case: &Case,
        to: Unit,
        why: Why,
        words: Option<Words>,
    ) -> Result<CaseEvent, Refusal> {
        let (until, remind) = self.times_of(case, to)?;
        Ok(CaseEvent::Climbed { to, why, words, until, remind })
    }

    /// Refuses who does not own the case.
    fn owns(&self, case: &Case, deed: &'static str) -> Result<(), Refusal> {
        open(case, deed)?;
        if self.unit == Some(case.owner) { Ok(()) } else { Err(not_yours(self.by, deed)) }
    }
}

/// The unit that answers one tier above, where the way has one; never a party complained of.
fn above(case: &Case, tier: Tier) -> Option<Unit> {
    let mut next = tier.above();
    while let Some(at) = next {
        match case.filing.spot.path.post(at) {
            Some(unit) if !case.filing.about.contains(&unit.role) => return Some(unit),
            _ => next = at.above(),
        }
    }
    None
}

fn remark(case: &Case, words: Option<Words>, photos: Vec<PhotoId>, shown: bool) -> Events {
    if matches!(case.stage, Stage::Merged { .. }) {
        return Err(wrong(case, "added to: add it to the case that stands for it, it"));
    }
    photos_in_bounds(&photos)?;
    if case.photos.len() + photos.len() > 10 * PHOTOS_LIMIT {
        return Err(Refusal::Limit { what: "photos", limit: 10 * PHOTOS_LIMIT as u64 });
    }
    if words.is_none() && photos.is_empty() {
        return Err(Refusal::invalid("remark", "say something, or add a photo"));
    }
    Ok(vec![CaseEvent::Remarked { words, photos, shown }])
}

fn contact(case: &Case) -> Events {
    open(case, "answered")?;
    Ok(if case.tallies.contacted.is_some() { Vec::new() } else { vec![CaseEvent::Contacted] })
}

fn merge(case: &Case, into: CaseId) -> Events {
    if !case.clock_runs() {
        return Err(wrong(case, "merged"));
    }
    if !case.stands_for.is_empty() {
        return Err(Refusal::invalid(
            "into",
            "it stands for other cases: merge the other one into it",
        ));
    }
    Ok(vec![CaseEvent::Merged { into }])
}

fn absorb(case: &Case, other: CaseId) -> Events {
    open(case, "merged into")?;
    if case.stands_for.len() >= PARTS_LIMIT {
        return Err(Refusal::Limit { what: "merged cases", limit: PARTS_LIMIT as u64 });
    }
    Ok(vec![CaseEvent::Absorbed { other }])
}

fn photos_in_bounds(photos: &[PhotoId]) -> Result<(), Refusal> {
    if photos.len() > PHOTOS_LIMIT {
        return Err(Refusal::Limit { what: "photos", limit: PHOTOS_LIMIT as u64 });
    }
    Ok(())
}

fn open(case: &Case, deed: &'static str) -> Result<(), Refusal> {
    if case.is_open() { Ok(()) } else { Err(wrong(case, deed)) }
}

fn wrong(case: &Case, deed: &'static str) -> Refusal {
    Refusal::WrongState { what: "case", state: case.stage_code(), deed }
}

fn not_a_handler(role: Role) -> Refusal {
    Refusal::invalid("unit", format!("a {role} handles no cases"))
}

fn not_yours(by: By, deed: &'static str) -> Refusal {
    let actor = by.role.map_or_else(|| by.doer.kind().to_owned(), |role| role.code().to_owned());
    Refusal::NotPermitted { actor, deed }
}
