//! A report becomes a case: which tier gets it first, and what makes it jump.

use crate::cases::deed::{CaseEvent, Report};
use crate::cases::state::{Case, Filing, How, Spot, Stage, Why, Words};
use crate::cases::{CaseNumber, Category, Tier, Unit};
use crate::refusal::Refusal;

use super::{Events, Given, above, open, photos_in_bounds, wrong};

impl Given<'_> {
    pub(super) fn report(&self, report: Report) -> Events {
        let category = self.rules.category(&report.category)?;
        if !category.link.is_empty() {
            return Err(Refusal::invalid("category", category.link.clone()));
        }
        photos_in_bounds(&report.photos)?;
        let urgent = report.urgent && category.may_be_urgent;
        let owner = manned(&report, self.first_tier(&report, category, urgent))?;
        let (households, done) = (report.households, report.done);
        let filing = self.filing(report, category, urgent);
        let over = if category.emergency.is_empty() {
            done.map(|words| (How::OnTheSpot, Some(words)))
        } else {
            Some((How::HandedOver, None))
        };
        let (until, remind) = if over.is_some() {
            (None, None)
        } else {
            self.times(owner, category.code.as_str(), urgent)?
        };
        let source = filing.source;
        let mut events = vec![CaseEvent::Reported {
            filing: Box::new(filing),
            owner,
            households,
            until,
            remind,
        }];
        match over {
            Some((How::OnTheSpot, _)) if !source.on_duty() => {
                return Err(Refusal::invalid("source", "only who is on duty handles on the spot"));
            }
            Some((how, words)) => {
                let solver = self.unit.unwrap_or(owner);
                events.push(CaseEvent::Closed { how, solver, on_time: true, words });
            }
            None if source.on_duty() => events.push(CaseEvent::Filed),
            None => {}
        }
        Ok(events)
    }

    /// The tier it starts at: the lowest with authority, or where it jumps at once.
    fn first_tier(&self, report: &Report, category: &Category, urgent: bool) -> Tier {
        let ladder = &self.rules.ladder;
        let tier = category.first_tier(urgent);
        if report.households >= u16::from(ladder.households) {
            tier.max(ladder.crowd_tier)
        } else {
            tier
        }
    }

    fn filing(&self, report: Report, category: &Category, urgent: bool) -> Filing {
        let offset = self.rules.calendar.offset_minutes();
        Filing {
            number: CaseNumber::new(report.id, self.now, offset),
            rules: self.rules.version,
            category: category.code.clone(),
            group: category.group.clone(),
            class: category.kind,
            urgent,
            private: category.private,
            open: report.open && !category.private,
            about: category.about.clone(),
            source: report.source,
            spot: Spot {
                path: report.path,
                shared: report.shared,
                floor: report.floor,
                point: report.point,
            },
            reporter: report.reporter,
            words: report.words,
            photos: report.photos,
        }
    }

    pub(super) fn appeal(&self, case: &Case, words: Words) -> Events {
        let Stage::Rejected { appeal, .. } = case.stage else {
            return Err(wrong(case, "appealed"));
        };
        if case.appeals > 0 {
            return Err(Refusal::Limit { what: "appeals", limit: 1 });
        }
        if self.now > appeal {
            return Err(Refusal::invalid(
                "appeal",
                format!("the time to appeal ended at {appeal}"),
            ));
        }
        let owner = above(case, case.tier()).unwrap_or(case.owner);
        let (until, remind) = self.times_of(case, owner)?;
        Ok(vec![CaseEvent::Appealed { words, owner, until, remind }])
    }

    pub(super) fn join(&self, case: &Case, households: u16) -> Events {
        open(case, "joined")?;
        let mut events = vec![CaseEvent::Joined { households }];
        let ladder = &self.rules.ladder;
        let crowd = households >= u16::from(ladder.households);
        if crowd
            && case.clock_runs()
            && case.tier() < ladder.crowd_tier
            && let Some(to) = case.filing.spot.path.post_from(ladder.crowd_tier)
        {
            events.push(self.climb(case, to, Why::Households, None)?);
        }
        Ok(events)
    }

    pub(super) fn reclassify(&self, case: &Case, code: &str, urgent: bool) -> Events {
        self.owns(case, "reclassified")?;
        if !case.clock_runs() {
            return Err(wrong(case, "reclassified"));
        }
        let category = self.rules.category(code)?;
        if !category.emergency.is_empty() || !category.link.is_empty() {
            return Err(Refusal::invalid("category", "this is not handled here"));
        }
        if category.about.contains(&case.owner.role) {
            return Err(Refusal::invalid(
                "category",
                "what is complained of cannot handle the complaint",
            ));
        }
        let from = case.tallies.dispatched;
        let due = from.map(|from| self.rules.calendar.due(from, category.span(urgent)).at);
        let mut events = vec![CaseEvent::Reclassified {
            category: category.code.clone(),
            group: category.group.clone(),
            class: category.kind,
            private: category.private,
            about: category.about.clone(),
            urgent,
            due,
        }];
        let tier = category.first_tier(urgent);
        if tier > case.tier()
            && let Some(to) = case.filing.spot.path.post_from(tier)
        {
            let (until, remind) = self.times(to, code, urgent)?;
            events.push(CaseEvent::Climbed { to, why: Why::HandedUp, words: None, until, remind });
        }
        Ok(events)
    }
}

/// The unit a report goes to: the post of the tier or, where nobody holds it, the next one up.
pub(super) fn manned(report: &Report, tier: Tier) -> Result<Unit, Refusal> {
    let tiers = Tier::ALL.into_iter().filter(|at| *at >= tier);
    let mut posts = tiers.filter_map(|at| Some((at, report.path.post(at)?)));
    let top = report.path.post(Tier::District);
    posts
        .find(|(at, _)| !report.unmanned.contains(at))
        .map(|(_, unit)| unit)
        .or(top)
        .ok_or_else(|| Refusal::invalid("place", "name a place in the district"))
}
