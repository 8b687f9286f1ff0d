//! The written form of a calendar, in TOML or JSON, and what makes one wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::text::Title;

/// Most spans of office hours in a day.
const SPANS_LIMIT: usize = 8;
/// Most years a calendar has data for.
const YEARS_LIMIT: usize = 200;
/// Most holidays, and most make-up workdays, of a year.
const DAYS_LIMIT: usize = 100;
/// Farthest zones from UTC, in minutes.
const OFFSET_LIMIT: i32 = 14 * 60;

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "they are the days of the week")]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Weekday {
    /// All days, Monday first.
    pub const ALL: [Self; 7] =
        [Self::Mon, Self::Tue, Self::Wed, Self::Thu, Self::Fri, Self::Sat, Self::Sun];

    /// The word for it in a calendar.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Mon => "mon",
            Self::Tue => "tue",
            Self::Wed => "wed",
            Self::Thu => "thu",
            Self::Fri => "fri",
            Self::Sat => "sat",
            Self::Sun => "sun",
        }
    }

    const fn monday() -> Self {
        Self::Mon
    }
}

/// A stretch of the day, written `08:30-12:00`: from its first minute until before its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hours {
    /// Minutes since midnight at which it starts, 0 to 1439.
    pub from: u16,
    /// Minutes since midnight at which it ends, 1 to 1440. Before `from` for a night.
    pub to: u16,
}

impl Hours {
    /// Whether a minute of the day, 0 to 1439, lies within it.
    pub(super) const fn contains(self, minute: u16) -> bool {
        if self.from < self.to {
            self.from <= minute && minute < self.to
        } else {
            self.from <= minute || minute < self.to
        }
    }
}

/// Minutes since midnight of `HH:MM`.
fn minute_of_day(text: &str) -> Option<u16> {
    let &[h1, h2, b':', m1, m2] = text.as_bytes() else { return None };
    let two = |a: u8, b: u8| {
        (a.is_ascii_digit() && b.is_ascii_digit())
            .then(|| u16::from(a - b'0') * 10 + u16::from(b - b'0'))
    };
    let (hour, minute) = (two(h1, h2)?, two(m1, m2)?);
    (minute < 60 && hour * 60 + minute <= 24 * 60).then_some(hour * 60 + minute)
}

impl FromStr for Hours {
    type Err = BadCalendar;
    fn from_str(text: &str) -> Result<Self, BadCalendar> {
        text.split_once('-')
            .and_then(|(from, to)| Some((minute_of_day(from)?, minute_of_day(to)?)))
            .filter(|&(from, to)| from != to && from < 24 * 60 && to > 0)
            .map(|(from, to)| Self { from, to })
            .ok_or_else(|| BadCalendar::Hours(text.chars().take(20).collect()))
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (self.from, self.to);
        write!(f, "{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
    }
}

impl TryFrom<String> for Hours {
    type Error = BadCalendar;
    fn try_from(text: String) -> Result<Self, BadCalendar> {
        text.parse()
    }
}

impl From<Hours> for String {
    fn from(hours: Hours) -> Self {
        hours.to_string()
    }
}

/// Days off by law or by notice, weekends between them included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// First day off.
    #[serde(with = "date")]
    pub from: Date,
    /// Last day off.
    #[serde(with = "date")]
    pub to: Date,
    /// Its Chinese name.
    pub zh: Title,
    /// Its English name.
    pub en: Title,
}

/// A day of a weekend on which people work (调休上班).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workday {
    /// Which day.
    #[serde(with = "date")]
    pub date: Date,
    /// The weekday whose hours it has; Monday if nothing is said.
    #[serde(default = "Weekday::monday")]
    pub follows: Weekday,
}

/// What differs from the plain week in one year. Each date stands under the year it falls in, also
/// where a notice for the next year moved it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Year {
    /// The year, 1970 to 9999.
    pub year: i16,
    /// Who said so: title, number and date of the notice.
    pub source: Title,
    /// Days off.
    #[serde(default)]
    pub holidays: Vec<Holiday>,
    /// Make-up workdays.
    #[serde(default)]
    pub workdays: Vec<Workday>,
}

/// A calendar as it is written and stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Form {
    pub offset_minutes: i32,
    pub day_minutes: u16,
    #[serde(default = "sixty")]
    pub warn_days: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet: Option<Hours>,
    pub hours: BTreeMap<Weekday, Vec<Hours>>,
    #[serde(default)]
    pub years: Vec<Year>,
}

const fn sixty() -> u16 {
    60
}

/// Dates as `2026-02-17`, in files and in JSON.
mod date {
    use super::{BadCalendar, Date};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it like this")]
    pub fn serialize<S: Serializer>(date: &Date, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(date)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
        let text = String::deserialize(from)?;
        // One way to write a day: what jiff takes besides, such as 20260217, is refused.
        text.parse::<Date>()
            .ok()
            .filter(|date| date.to_string() == text)
            .ok_or_else(|| D::Error::custom(BadCalendar::Date(text.chars().take(20).collect())))
    }
}

/// Why a calendar was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum BadCalendar {
    #[error("the calendar cannot be read: {0}")]
    Form(String),
    #[error("{0:?} are not hours: write two different times such as 08:30-12:00")]
    Hours(String),
    #[error("{0:?} is not a date: write it such as 2026-02-17")]
    Date(String),
    #[error("offset_minutes = {0}: give minutes east of UTC from -840 to 840, 480 for China")]
    Offset(i32),
    #[error("day_minutes = {0}: a working day has 1 to 1440 minutes")]
    DayMinutes(u16),
    #[error("warn_days = {0}: give 1 to 365 days")]
    WarnDays(u16),
    #[error("no day of the week has office hours: no deadline would ever come")]
    NoHours,
    #[error("{at}: there are more than {limit} {what}")]
    TooMany { at: String, what: &'static str, limit: usize },
    #[error("{}: {hours} ends before it starts", .day.code())]
    Backwards { day: Weekday, hours: Hours },
    #[error("{}: {second} starts before {first} has ended; list them in order", .day.code())]
    Overlap { day: Weekday, first: Hours, second: Hours },
    #[error("year {0}: years are 1970 to 9999")]
    YearRange(i16),
    #[error("year {0} is there twice")]
    YearTwice(i16),
    #[error("year {year}: {date} is of another year; put it there")]
    OtherYear { year: i16, date: Date },
    #[error("year {year}: the holiday from {from} to {to} ends before it starts")]
    HolidayBackwards { year: i16, from: Date, to: Date },
    #[error("year {year}: {date} is in two holidays")]
    HolidayTwice { year: i16, date: Date },
    #[error("year {year}: {date} is a make-up workday twice")]
    WorkdayTwice { year: i16, date: Date },
    #[error("year {year}: {date} is both a holiday and a make-up workday")]
    Both { year: i16, date: Date },
    #[error("year {year}: {date} follows {}, which has no office hours", .follows.code())]
    FollowsNothing { year: i16, date: Date, follows: Weekday },
}

impl Form {
    /// Looks whether the parts fit together.
    pub(super) fn check(&self) -> Result<(), BadCalendar> {
        if self.offset_minutes.abs() > OFFSET_LIMIT {
            return Err(BadCalendar::Offset(self.offset_minutes));
        }
        if !(1..=24 * 60).contains(&self.day_minutes) {
            return Err(BadCalendar::DayMinutes(self.day_minutes));
        }
        if !(1..=365).contains(&self.warn_days) {
            return Err(BadCalendar::WarnDays(self.warn_days));
        }
        self.check_week()?;
        few("years", self.years.len(), YEARS_LIMIT, || "the calendar".into())?;
        let mut seen = BTreeSet::new();
        for year in &self.years {
            if !seen.insert(year.year) {
                return Err(BadCalendar::YearTwice(year.year));
            }
            self.check_year(year)?;
        }
        Ok(())
    }

    /// Whether a weekday has office hours.
    fn works(&self, day: Weekday) -> bool {
        self.hours.get(&day).is_some_and(|hours| !hours.is_empty())
    }

    fn check_week(&self) -> Result<(), BadCalendar> {
        for (&day, hours) in &self.hours {
            few("spans", hours.len(), SPANS_LIMIT, || day.code().into())?;
            if let Some(&hours) = hours.iter().find(|hours| hours.from >= hours.to) {
                return Err(BadCalendar::Backwards { day, hours });
            }
            if let Some(pair) = hours.windows(2).find(|pair| pair[1].from < pair[0].to) {
                return Err(BadCalendar::Overlap { day, first: pair[0], second: pair[1] });
            }
        }
        if Weekday::ALL.into_iter().any(|day| self.works(day)) {
            Ok(())
        } else {
            Err(BadCalendar::NoHours)
        }
    }

    fn check_year(&self, table: &Year) -> Result<(), BadCalendar> {
        let year = table.year;
        if !(1970..=9999).contains(&year) {
            return Err(BadCalendar::YearRange(year));
        }
        let at = || format!("year {year}");
        few("holidays", table.holidays.len(), DAYS_LIMIT, at)?;
        few("make-up workdays", table.workdays.len(), DAYS_LIMIT, at)?;
        let own = |date: Date| {
            if date.year() == year { Ok(()) } else { Err(BadCalendar::OtherYear { year, date }) }
        };
        let mut off = BTreeSet::new();
        for &Holiday { from, to, .. } in &table.holidays {
            own(from)?;
            own(to)?;
            if to < from {
                return Err(BadCalendar::HolidayBackwards { year, from, to });
            }
            for date in days(from, to) {
                if !off.insert(date) {
                    return Err(BadCalendar::HolidayTwice { year, date });
                }
            }
        }
        let mut worked = BTreeSet::new();
        for &Workday { date, follows } in &table.workdays {
            own(date)?;
            if off.contains(&date) {
                return Err(BadCalendar::Both { year, date });
            }
            if !worked.insert(date) {
                return Err(BadCalendar::WorkdayTwice { year, date });
            }
            if !self.works(follows) {
                return Err(BadCalendar::FollowsNothing { year, date, follows });
            }
        }
        Ok(())
    }
}

/// The days from one to another, both included.
pub(super) fn days(from: Date, to: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(from), |date| date.tomorrow().ok())
        .take_while(move |date| *date <= to)
}

fn few(
    what: &'static str,
    count: usize,
    limit: usize,
    at: impl Fn() -> String,
) -> Result<(), BadCalendar> {
    if count > limit { Err(BadCalendar::TooMany { at: at(), what, limit }) } else { Ok(()) }
}
