//! Working time: when something is due, what is left of it, when people may be reminded.
//!
//! A calendar is data: office hours of the week, public holidays and make-up workdays (调休) by year,
//! all in one zone with a fixed offset from UTC. It is written as TOML (`data/calendars/cn.toml`) and
//! kept as JSON in a rulebook. Here are no rules about cases: which span a matter has is theirs.
//!
//! - A moment is working time from the first minute of a span of office hours until before its last.
//! - A deadline is the *first* moment by which its span has been worked: one working day from Friday
//!   18:00 is Monday 18:00, and two working hours from Friday 16:00 are Friday 18:00, not Monday 08:30.
//! - All is counted in whole milliseconds, and nothing is rounded.
//! - A year without data does not stop a clock: plain weekdays are counted and the answer says
//!   `assumed`. [`WorkCalendar::missing_year`] asks for the data in time.

mod form;
mod line;
mod month;
mod span;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod twin;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

use form::Form;
use line::{DAY, Line, MINUTE, date_of, day_of};

pub use form::{BadCalendar, Holiday, Hours, Weekday, Workday, Year};
pub use month::Month;
pub use span::{BadSpan, Due, Left, Span, SpanUnit};

/// When people work. See the module.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "Form", into = "Form")]
pub struct WorkCalendar {
    form: Form,
    line: Line,
}

impl WorkCalendar {
    /// The calendar of China that Yike ships: Monday to Friday 08:30-12:00 and 13:30-18:00, with the
    /// public holidays and make-up workdays the State Council published.
    pub fn china() -> Self {
        Self::parse(include_str!("../../data/calendars/cn.toml"))
            .expect("data/calendars/cn.toml is checked by a test")
    }

    /// Reads a calendar written as TOML.
    pub fn parse(toml: &str) -> Result<Self, BadCalendar> {
        let form: Form = toml::from_str(toml).map_err(|e| BadCalendar::Form(e.to_string()))?;
        Self::try_from(form)
    }

    /// When something that starts at `start` and may take `span` is due.
    pub fn due(&self, start: Timestamp, span: Span) -> Due {
        let amount = i64::from(span.amount());
        let millis = match span.unit() {
            SpanUnit::Hours | SpanUnit::WorkingHours => amount * 60 * MINUTE,
            SpanUnit::WorkingDays => amount * self.day_millis(),
        };
        self.resume(start, Left { millis, unit: span.unit() })
    }

    /// Working time between two moments; nothing if `to` is not after `from`.
    pub fn working_between(&self, from: Timestamp, to: Timestamp) -> Duration {
        let millis = self.worked(to) - self.worked(from);
        Duration::from_millis(u64::try_from(millis).unwrap_or(0))
    }

    /// What is left at `now` until a deadline that was counted in `unit`.
    pub fn left(&self, now: Timestamp, due: Timestamp, unit: SpanUnit) -> Left {
        let millis = match unit {
            SpanUnit::Hours => due.millis() - now.millis(),
            SpanUnit::WorkingHours | SpanUnit::WorkingDays => self.worked(due) - self.worked(now),
        };
        Left { millis, unit }
    }

    /// When something is due of which this is left at `now`: after `now` if time is left, `now` if
    /// none is, as long ago as it was overdue before if it was.
    pub fn resume(&self, now: Timestamp, left: Left) -> Due {
        if left.millis == 0 || left.unit == SpanUnit::Hours {
            return Due { at: clamp(now.millis().saturating_add(left.millis)), assumed: false };
        }
        let now = self.local(now);
        let due = self.line.moment(self.line.worked(now).saturating_add(left.millis));
        let assumed = !self.line.is_known(now.min(due), now.max(due));
        Due { at: clamp(due - self.offset_millis()), assumed }
    }

    /// Whether people work at a moment.
    pub fn is_working(&self, at: Timestamp) -> bool {
        self.line.is_working(self.local(at))
    }

    /// The moment itself, or the end of the quiet hours if it lies within them and what is to be said
    /// is not urgent.
    pub fn awake(&self, at: Timestamp, urgent: bool) -> Timestamp {
        let local = self.local(at);
        let (day, time) = (local.div_euclid(DAY), local.rem_euclid(DAY));
        match self.form.quiet {
            Some(quiet) if !urgent && quiet.contains((time / MINUTE) as u16) => {
                let morning = i64::from(quiet.to) * MINUTE;
                // In the evening of a night the morning is tomorrow's.
                let day = if time < morning { day } else { day + 1 };
                clamp(day * DAY + morning - self.offset_millis())
            }
            _ => at,
        }
    }

    /// The year whose data should be got: the present one if it has none, or the next one if it has
    /// none and begins at most `warn_days` days from today.
    pub fn missing_year(&self, now: Timestamp) -> Option<i16> {
        let today = self.local(now).div_euclid(DAY);
        let year = date_of(today).year();
        if !self.has(year) {
            return Some(year);
        }
        let days_left = day_of(date_of(today).last_of_year()) + 1 - today;
        (days_left <= i64::from(self.form.warn_days) && !self.has(year + 1)).then_some(year + 1)
    }

    /// Minutes east of UTC.
    pub const fn offset_minutes(&self) -> i32 {
        self.form.offset_minutes
    }

    /// Working minutes in what is called a working day.
    pub const fn day_minutes(&self) -> u16 {
        self.form.day_minutes
    }

    /// Hours in which nobody is reminded of what is not urgent.
    pub const fn quiet(&self) -> Option<Hours> {
        self.form.quiet
    }

    /// Office hours by day of the week.
    pub const fn hours(&self) -> &BTreeMap<Weekday, Vec<Hours>> {
        &self.form.hours
    }

    /// The years with data.
    pub fn years(&self) -> &[Year] {
        &self.form.years
    }

    fn has(&self, year: i16) -> bool {
        self.form.years.iter().any(|table| table.year == year)
    }

    fn offset_millis(&self) -> i64 {
        i64::from(self.form.offset_minutes) * MINUTE
    }

    fn day_millis(&self) -> i64 {
        i64::from(self.form.day_minutes) * MINUTE
    }

    fn local(&self, at: Timestamp) -> i64 {
        at.millis() + self.offset_millis()
    }

    fn worked(&self, at: Timestamp) -> i64 {
        self.line.worked(self.local(at))
    }
}

/// The moment, or the end of time it lies beyond.
fn clamp(millis: i64) -> Timestamp {
    let millis = millis.clamp(Timestamp::FIRST.millis(), Timestamp::LAST.millis());
    Timestamp::from_millis(millis).expect("clamped just before")
}

/// Two calendars are the same when they are written the same.
impl PartialEq for WorkCalendar {
    fn eq(&self, other: &Self) -> bool {
        self.form == other.form
    }
}

impl Eq for WorkCalendar {}

impl TryFrom<Form> for WorkCalendar {
    type Error = BadCalendar;
    fn try_from(form: Form) -> Result<Self, BadCalendar> {
        form.check()?;
        let line = Line::new(&form);
        Ok(Self { form, line })
    }
}

impl From<WorkCalendar> for Form {
    fn from(calendar: WorkCalendar) -> Self {
        calendar.form
    }
}
