//! Moments in time: whole milliseconds since 1970-01-01T00:00:00Z. Nothing here reads a clock.

use std::fmt;
use std::time::Duration;

/// A moment, in milliseconds since 1970 UTC, between the years 1970 and 9999.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(try_from = "i64", into = "i64")]
pub struct Timestamp(i64);

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const FIRST: Self = Self(0);
    /// 9999-12-30T22:00:00Z, the last moment that has a civil time in every zone.
    pub const LAST: Self = Self(253_402_207_200_000);

    /// Takes milliseconds since 1970 UTC; `None` outside the years 1970 to 9999.
    pub const fn from_millis(millis: i64) -> Option<Self> {
        if millis < Self::FIRST.0 || millis > Self::LAST.0 { None } else { Some(Self(millis)) }
    }

    /// Milliseconds since 1970 UTC.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The moment `span` later, at most [`Timestamp::LAST`].
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        let span = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(span).min(Self::LAST.0))
    }

    /// The moment `span` earlier, at least [`Timestamp::FIRST`].
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        let span = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_sub(span).max(Self::FIRST.0))
    }

    /// How long after `earlier` this is; nothing if it is not after.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

/// Written as in RFC 3339, UTC: `2026-11-24T04:05:06.789Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = jiff::Timestamp::from_millisecond(self.0).map_err(|_| fmt::Error)?;
        write!(f, "{moment:.3}")
    }
}

impl From<Timestamp> for i64 {
    fn from(at: Timestamp) -> Self {
        at.0
    }
}

impl TryFrom<i64> for Timestamp {
    type Error = BadTimestamp;
    fn try_from(millis: i64) -> Result<Self, BadTimestamp> {
        Self::from_millis(millis).ok_or(BadTimestamp(millis))
    }
}

/// Milliseconds that are not between the years 1970 and 9999.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} ms since 1970 is not between the years 1970 and 9999")]
pub struct BadTimestamp(pub i64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_as_rfc_3339() {
        let at = Timestamp::from_millis(1_700_000_000_012).unwrap();
        assert_eq!(at.to_string(), "2023-11-14T22:13:20.012Z");
        assert_eq!(Timestamp::LAST.to_string(), "9999-12-30T22:00:00.000Z");
    }

    #[test]
    fn arithmetic_stays_inside_its_years() {
        assert_eq!(Timestamp::LAST.plus(Duration::MAX), Timestamp::LAST);
        assert_eq!(Timestamp::FIRST.minus(Duration::from_secs(1)), Timestamp::FIRST);
        assert_eq!(Timestamp::from_millis(-1), None);
        let at = Timestamp::from_millis(5_000).unwrap();
        assert_eq!(at.plus(Duration::from_secs(2)).since(at), Duration::from_secs(2));
        assert_eq!(at.since(at.plus(Duration::from_secs(2))), Duration::ZERO);
    }
}
