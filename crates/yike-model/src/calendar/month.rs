//! Months of the local calendar: what boards count by.

use jiff::civil::Date;
use jiff::tz::Offset;

use crate::refusal::Refusal;
use crate::time::Timestamp;

/// A month of the local calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    /// 1970 and later.
    pub year: i16,
    /// 1 to 12.
    pub month: i8,
}

impl Month {
    /// The month a moment lies in.
    pub fn of(at: Timestamp, offset_minutes: i32) -> Self {
        let at =
            jiff::Timestamp::from_millisecond(at.millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let date = offset(offset_minutes).to_datetime(at).date();
        Self { year: date.year(), month: date.month() }
    }

    /// The month before.
    #[must_use]
    pub const fn before(self) -> Self {
        if self.month == 1 {
            Self { year: self.year - 1, month: 12 }
        } else {
            Self { year: self.year, month: self.month - 1 }
        }
    }

    /// The month after.
    #[must_use]
    pub const fn after(self) -> Self {
        if self.month == 12 {
            Self { year: self.year + 1, month: 1 }
        } else {
            Self { year: self.year, month: self.month + 1 }
        }
    }

    /// When it begins.
    pub fn begins(self, offset_minutes: i32) -> Option<Timestamp> {
        let date = Date::new(self.year, self.month, 1).ok()?;
        let at = offset(offset_minutes).to_timestamp(date.at(0, 0, 0, 0)).ok()?;
        Timestamp::from_millis(at.as_millisecond())
    }

    /// From its first moment up to the first of the next.
    pub fn span(self, offset_minutes: i32) -> Option<(Timestamp, Timestamp)> {
        Some((self.begins(offset_minutes)?, self.after().begins(offset_minutes)?))
    }
}

/// `2026-11`.
impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl std::str::FromStr for Month {
    type Err = Refusal;
    fn from_str(text: &str) -> Result<Self, Refusal> {
        let bad = || Refusal::invalid("month", "give it as 2026-11");
        let (year, month) = text.split_once('-').ok_or_else(bad)?;
        let (year, month) = (year.parse().map_err(|_| bad())?, month.parse().map_err(|_| bad())?);
        let fits = (1970..=9000).contains(&year) && (1..=12).contains(&month);
        fits.then_some(Self { year, month }).ok_or_else(bad)
    }
}

fn offset(minutes: i32) -> Offset {
    Offset::from_seconds(minutes * 60).unwrap_or(Offset::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_follow_each_other_in_local_time() {
        let december: Month = "2026-12".parse().unwrap();
        assert_eq!(december.after().to_string(), "2027-01");
        assert_eq!(december.after().before(), december);
        // 2026-11-30 16:30 UTC is December in Hangzhou.
        let at = Timestamp::from_millis(1_796_056_200_000).unwrap();
        assert_eq!(Month::of(at, 480), december);
        assert_eq!(Month::of(at, 0), december.before());
        let (from, to) = december.span(480).unwrap();
        assert_eq!(from.to_string(), "2026-11-30T16:00:00.000Z");
        assert_eq!(to.since(from), std::time::Duration::from_hours(31 * 24));
        for bad in ["", "2026", "2026-13", "26-x"] {
            assert!(bad.parse::<Month>().is_err(), "{bad}");
        }
    }
}
