//! How long something may take: `24h`, `4wh`, `2wd`, and what is left of it while a clock stands still.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// What a [`Span`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpanUnit {
    /// Hours round the clock (小时; the 紧急工作时 of case rules). Needs no calendar.
    Hours,
    /// Hours within office hours (工作时).
    WorkingHours,
    /// Working days (工作日): `day_minutes` of the calendar, within office hours. Where all days have
    /// the same hours and `day_minutes` is their sum, this is the same time of day so many working
    /// days on.
    WorkingDays,
}

impl SpanUnit {
    /// All units.
    pub const ALL: [Self; 3] = [Self::Hours, Self::WorkingHours, Self::WorkingDays];

    /// How it is written behind a number.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Hours => "h",
            Self::WorkingHours => "wh",
            Self::WorkingDays => "wd",
        }
    }

    /// The most of it a [`Span`] may have: 400 days, or 400 working days of eight hours.
    pub const fn limit(self) -> u32 {
        match self {
            Self::Hours => 400 * 24,
            Self::WorkingHours => 400 * 8,
            Self::WorkingDays => 400,
        }
    }
}

/// How long something may take: from 1 to [`SpanUnit::limit`] of a unit. Written `24h`, `4wh`, `2wd`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span {
    amount: u32,
    unit: SpanUnit,
}

impl Span {
    /// A span of `amount` of `unit`; an error when it is nothing or longer than [`SpanUnit::limit`].
    pub const fn new(amount: u32, unit: SpanUnit) -> Result<Self, BadSpan> {
        if amount == 0 {
            Err(BadSpan::Nothing(unit))
        } else if amount > unit.limit() {
            Err(BadSpan::TooLong { amount, unit })
        } else {
            Ok(Self { amount, unit })
        }
    }

    /// How many.
    pub const fn amount(self) -> u32 {
        self.amount
    }

    /// Of what.
    pub const fn unit(self) -> SpanUnit {
        self.unit
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.amount, self.unit.code())
    }
}

impl FromStr for Span {
    type Err = BadSpan;
    fn from_str(text: &str) -> Result<Self, BadSpan> {
        let bad = || BadSpan::Form(text.chars().take(20).collect());
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (amount, code) = text.split_at(digits);
        let unit = SpanUnit::ALL.into_iter().find(|unit| unit.code() == code).ok_or_else(bad)?;
        Self::new(amount.parse().map_err(|_| bad())?, unit)
    }
}

impl TryFrom<String> for Span {
    type Error = BadSpan;
    fn try_from(text: String) -> Result<Self, BadSpan> {
        text.parse()
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

/// Why a span was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum BadSpan {
    #[error("{0:?} is not a span: write a whole number and h, wh or wd, such as 24h, 4wh or 2wd")]
    Form(String),
    #[error("0{} is no time at all: give at least 1{}", .0.code(), .0.code())]
    Nothing(SpanUnit),
    #[error("{amount}{} is too long: at most {}{} are taken", .unit.code(), .unit.limit(), .unit.code())]
    TooLong { amount: u32, unit: SpanUnit },
}

/// A deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Due {
    /// When.
    pub at: Timestamp,
    /// Whether a year without data lay on the way, in which holidays had to be guessed: plain
    /// weekdays were counted.
    pub assumed: bool,
}

/// What is left until a deadline while its clock stands still; negative when it had passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Left {
    /// Milliseconds of the unit's clock: round the clock for hours, working time for the others.
    pub millis: i64,
    /// What the deadline was counted in.
    pub unit: SpanUnit,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_as_number_and_unit() {
        for text in ["24h", "4wh", "2wd", "9600h", "3200wh", "400wd"] {
            let span: Span = text.parse().unwrap();
            assert_eq!(span.to_string(), text);
            let json = serde_json::to_string(&span).unwrap();
            assert_eq!(json, format!("\"{text}\""));
            assert_eq!(serde_json::from_str::<Span>(&json).unwrap(), span);
        }
        let two: Span = "2wd".parse().unwrap();
        assert_eq!((two.amount(), two.unit()), (2, SpanUnit::WorkingDays));
    }

    #[test]
    fn what_is_not_a_span_says_what_to_write() {
        for text in
            ["", "h", "2", "2 wd", "2d", "-2wd", "+2wd", "2.5h", "2WD", "二wd", "9999999999h"]
        {
            assert_eq!(text.parse::<Span>(), Err(BadSpan::Form(text.into())), "{text:?}");
        }
        let long = "x".repeat(5_000).parse::<Span>().unwrap_err();
        assert!(long.to_string().len() < 120, "a long text is cut: {long}");
        let message = |text: &str| text.parse::<Span>().unwrap_err().to_string();
        assert_eq!(message("0wd"), "0wd is no time at all: give at least 1wd");
        assert_eq!(message("401wd"), "401wd is too long: at most 400wd are taken");
        assert_eq!(message("9601h"), "9601h is too long: at most 9600h are taken");
        assert_eq!(message("3201wh"), "3201wh is too long: at most 3200wh are taken");
    }
}
