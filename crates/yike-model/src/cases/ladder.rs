//! The ladder: how long each tier has, and what makes a case jump. Data; [`Ladder::default`] is the
//! neutral one that ships.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::calendar::{Span, SpanUnit};
use crate::cases::Tier;

/// How long a tier has before a case climbs by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    /// For an ordinary case; none is the deadline of the category.
    pub normal: Option<Span>,
    /// For an urgent one.
    pub urgent: Option<Span>,
}

/// Times and bounds of the loop, domain handbook 2.5. `[D]` are our own choices, all of them settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ladder {
    /// What each tier has. A tier that is not named has the deadline of the category; the district,
    /// from which nothing climbs, is never named.
    pub tiers: BTreeMap<Tier, Rung>,
    /// How long an offered unit has to take a case, or to say that it is not its duty.
    pub accept: Span,
    /// How long a check may take.
    pub check: Span,
    /// The new deadline after a failed check.
    pub rework: Span,
    /// The new deadline after a failed check of an urgent case.
    pub rework_urgent: Span,
    /// How long after closing its reporter can say that it is not fixed.
    pub reopen: Span,
    /// How long after a rejection its reporter can appeal.
    pub appeal: Span,
    /// How long one extension may be at most.
    pub extension: Span,
    /// How many extensions there may be; each one more needs a higher tier.
    pub extensions: u8,
    /// How long a case can be shelved before it is looked at again.
    pub shelf: Span,
    /// Failed checks that make a case climb.
    pub reworks: u8,
    /// Households that report the same within `crowd_days` and make a case jump.
    pub households: u8,
    /// See `households`.
    pub crowd_days: u8,
    /// Where a case jumps that many households report.
    pub crowd_tier: Tier,
    /// How much of its time a tier has left when it is reminded, in percent.
    pub remind_percent: u8,
    /// How often the district is reminded of what is late.
    pub press_every: Span,
    /// How soon the reporter is to be spoken to after dispatch.
    pub contact: Span,
}

fn span(amount: u32, unit: SpanUnit) -> Span {
    Span::new(amount, unit).expect("the neutral spans are in bounds")
}

impl Default for Ladder {
    fn default() -> Self {
        use SpanUnit::{Hours, WorkingDays, WorkingHours};
        let rung = |normal, urgent| Rung { normal: Some(normal), urgent: Some(urgent) };
        let tiers = BTreeMap::from([
            (Tier::Stairwell, rung(span(24, Hours), span(2, Hours))),
            (Tier::Estate, rung(span(2, WorkingDays), span(4, Hours))),
            (Tier::Community, rung(span(3, WorkingDays), span(8, Hours))),
        ]);
        Self {
            tiers,
            accept: span(4, WorkingHours),
            check: span(3, WorkingDays),
            rework: span(1, WorkingDays),
            rework_urgent: span(4, Hours),
            reopen: span(7 * 24, Hours),
            appeal: span(10, WorkingDays),
            extension: span(5, WorkingDays),
            extensions: 2,
            shelf: span(180 * 24, Hours),
            reworks: 3,
            households: 3,
            crowd_days: 7,
            crowd_tier: Tier::Community,
            remind_percent: 25,
            press_every: span(1, WorkingDays),
            contact: span(1, WorkingDays),
        }
    }
}

impl Ladder {
    /// What a tier has; none where it is the deadline of the category, or the top.
    pub fn limit(&self, tier: Tier, urgent: bool) -> Option<Span> {
        let rung = self.tiers.get(&tier)?;
        if urgent { rung.urgent } else { rung.normal }
    }

    /// The deadline after a failed check.
    pub const fn rework(&self, urgent: bool) -> Span {
        if urgent { self.rework_urgent } else { self.rework }
    }

    /// What is wrong with it, if anything.
    pub fn fault(&self) -> Option<String> {
        if self.tiers.contains_key(&Tier::District) {
            return Some(
                "tiers: nothing climbs from the district, so it has no time of its own".into(),
            );
        }
        if self.remind_percent > 90 {
            return Some("remind_percent: give 0 to 90".into());
        }
        let counts = [self.reworks, self.households, self.crowd_days];
        if counts.contains(&0) {
            return Some("reworks, households, crowd_days: give at least 1".into());
        }
        if self.extensions > 5 {
            return Some("extensions: give at most 5".into());
        }
        None
    }
}
