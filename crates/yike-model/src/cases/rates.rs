//! Indicators of the handbook, 2.6 and 2.8: exact counts, and the rates made of them. All of a report's
//! numbers come from the same counts, so that they reconcile.

use std::fmt;
use std::ops::AddAssign;

/// A share as it is: so many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub part: u64,
    /// Of how many.
    pub of: u64,
}

impl Rate {
    /// `part` of `of`.
    pub const fn new(part: u64, of: u64) -> Self {
        Self { part, of }
    }

    /// Hundredths of a percent, rounded half up; `None` of nothing.
    pub fn basis_points(self) -> Option<u64> {
        let of = u128::from(self.of);
        (of > 0).then(|| ((u128::from(self.part) * 20_000 + of) / (2 * of)) as u64)
    }
}

/// As published: `93.72 %`; a dash where there is nothing to divide by.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.basis_points() {
            Some(points) => write!(f, "{}.{:02} %", points / 100, points % 100),
            None => f.write_str("—"),
        }
    }
}

/// Counts over cases: of a period and an area, or of a part of them. They add up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Cases reported.
    pub reported: u64,
    /// Of those, handled on the spot: counted apart.
    pub on_the_spot: u64,
    /// Of those, turned to an emergency service.
    pub handed_over: u64,
    /// Accepted reports: all that were neither handled on the spot nor handed over.
    pub accepted: u64,
    /// Filed.
    pub filed: u64,
    /// Cases whose deadline falls in the period, less those that are shelved.
    pub due: u64,
    /// Of those, closed.
    pub closed: u64,
    /// Of those, by their deadline.
    pub on_time: u64,
    /// Urgent ones among the due.
    pub urgent_due: u64,
    /// Of those, closed.
    pub urgent_closed: u64,
    /// Of those, by their deadline.
    pub urgent_on_time: u64,
    /// Checked.
    pub checked: u64,
    /// With a failed check.
    pub failed: u64,
    /// Extended.
    pub extended: u64,
    /// Dispatches.
    pub dispatched: u64,
    /// Dispatches to the wrong unit.
    pub returned: u64,
    /// Cases dispatched whose reporter can be spoken to.
    pub to_contact: u64,
    /// Spoken to within the limit.
    pub contacted: u64,
    /// Closed cases whose reporter was asked how it was.
    pub asked: u64,
    /// Those who answered.
    pub answered: u64,
    /// Who say it is solved.
    pub solved: u64,
    /// Who are satisfied.
    pub satisfied: u64,
    /// Closed in the period and solved here: not turned to an emergency service.
    pub ended: u64,
}

macro_rules! add {
    ($($field:ident)*) => {
        impl AddAssign for Counts {
            fn add_assign(&mut self, other: Self) {
                $(self.$field += other.$field;)*
            }
        }
    };
}
add! {
    reported on_the_spot handed_over accepted filed due closed on_time urgent_due urgent_closed
    urgent_on_time checked failed extended dispatched returned to_contact contacted asked answered
    solved satisfied ended
}

impl Counts {
    /// 结案率 = closed / due.
    pub const fn closure(self) -> Rate {
        Rate::new(self.closed, self.due)
    }

    /// 按期结案率 = closed on time / due.
    pub const fn on_time_closure(self) -> Rate {
        Rate::new(self.on_time, self.due)
    }

    /// Urgent ones closed / urgent ones due; the aim is all.
    pub const fn urgent_closure(self) -> Rate {
        Rate::new(self.urgent_closed, self.urgent_due)
    }

    /// Urgent ones closed on time / urgent ones due.
    pub const fn urgent_on_time_closure(self) -> Rate {
        Rate::new(self.urgent_on_time, self.urgent_due)
    }

    /// 返工率 = cases with a failed check / cases checked.
    pub const fn rework(self) -> Rate {
        Rate::new(self.failed, self.checked)
    }

    /// 延期率 = extended / filed.
    pub const fn extension(self) -> Rate {
        Rate::new(self.extended, self.filed)
    }

    /// 立案率 = filed / accepted.
    pub const fn filing(self) -> Rate {
        Rate::new(self.filed, self.accepted)
    }

    /// Mis-dispatches / dispatches.
    pub const fn misdispatch(self) -> Rate {
        Rate::new(self.returned, self.dispatched)
    }

    /// 响应率 = spoken to within the limit / dispatched.
    pub const fn response(self) -> Rate {
        Rate::new(self.contacted, self.to_contact)
    }

    /// 解决率 = "solved" by who reported / asked and answered.
    pub const fn resolution(self) -> Rate {
        Rate::new(self.solved, self.answered)
    }

    /// 满意率 = satisfied / answered. Those who did not answer are shown, not guessed.
    pub const fn satisfaction(self) -> Rate {
        Rate::new(self.satisfied, self.answered)
    }
}

/// Cells under this many are not shown in public.
pub const SMALL: u64 = 10;

/// Hides small cells of a list whose total is known, and one more where a single hidden cell could be
/// worked out from the others: the smallest of those left. `None` is hidden.
pub fn suppressed(cells: &[u64]) -> Vec<Option<u64>> {
    let mut shown: Vec<Option<u64>> =
        cells.iter().map(|&cell| Some(cell).filter(|&n| n == 0 || n >= SMALL)).collect();
    if shown.iter().filter(|cell| cell.is_none()).count() == 1 {
        let others = cells.iter().enumerate().filter(|(at, n)| shown[*at].is_some() && **n > 0);
        if let Some((at, _)) = others.min_by_key(|(_, n)| **n) {
            shown[at] = None;
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The month that was published [S20]: 911 of 972 due closed, 737 on time; components 9 of 16, events
    /// 902 of 956; 953 of 996 came from one source.
    #[test]
    fn the_published_month() {
        let events = Counts { due: 956, closed: 902, ..Counts::default() };
        let components = Counts { due: 16, closed: 9, ..Counts::default() };
        let mut all = events;
        all += components;
        all.on_time = 737;
        assert_eq!(
            (all.closure().to_string(), all.closure()),
            ("93.72 %".into(), Rate::new(911, 972))
        );
        assert_eq!(all.on_time_closure().to_string(), "75.82 %");
        assert_eq!(events.closure().to_string(), "94.35 %");
        assert_eq!(components.closure().to_string(), "56.25 %");
        assert_eq!(Rate::new(953, 996).to_string(), "95.68 %");
    }

    #[test]
    fn rounding_and_nothing() {
        assert_eq!(Rate::new(1, 8).to_string(), "12.50 %");
        assert_eq!(Rate::new(1, 3).to_string(), "33.33 %");
        assert_eq!(Rate::new(2, 3).to_string(), "66.67 %");
        assert_eq!(Rate::new(1, 80_000).to_string(), "0.00 %");
        assert_eq!(Rate::new(5, 100_000).to_string(), "0.01 %", "half goes up");
        assert_eq!(Rate::new(0, 0).to_string(), "—");
        assert_eq!(Rate::new(u64::MAX, u64::MAX).to_string(), "100.00 %");
    }

    #[test]
    fn a_single_small_cell_is_not_left_to_be_worked_out() {
        assert_eq!(suppressed(&[3, 40, 50]), [None, None, Some(50)]);
        assert_eq!(suppressed(&[3, 4, 50]), [None, None, Some(50)]);
        assert_eq!(suppressed(&[0, 40, 50]), [Some(0), Some(40), Some(50)]);
        assert_eq!(suppressed(&[3]), [None]);
        assert_eq!(suppressed(&[0, 5, 0]), [Some(0), None, Some(0)]);
    }
}
