//! Working time as one number that grows while people work and rests while they do not.
//!
//! All calendar questions become subtraction on this line, or the search for where it reached a
//! number. It is never walked: whole weeks are multiplied, and days that differ from the plain week
//! stand in a sorted list with what they add up to. Moments here are local: milliseconds since 1970
//! on the wall clock; days are counted from 1970-01-01.

use std::ops::RangeInclusive;

use jiff::civil::Date;

use super::form::{Form, Weekday, days};

/// Milliseconds of a minute.
pub(super) const MINUTE: i64 = 60_000;
/// Milliseconds of a day.
pub(super) const DAY: i64 = 24 * 60 * MINUTE;

/// Days are counted from here.
const EPOCH: Date = Date::constant(1970, 1, 1);
/// 1969-12-29, a Monday, as a day: weeks are counted from here.
const MONDAY: i64 = -3;
/// The days a local moment may lie in: 1969-12-29 to 9999-12-31.
const ALL_DAYS: RangeInclusive<i64> = MONDAY..=2_932_896;

/// Working time of one day as spans from start to end, in milliseconds since midnight, in order.
type Spans = Vec<(i64, i64)>;

/// A day that differs from its weekday.
#[derive(Clone, Debug)]
struct Odd {
    day: i64,
    /// Whose hours it has instead; none on a holiday.
    like: Option<Weekday>,
    /// How much more than in plain weeks was worked on this day and the odd ones before it, in
    /// milliseconds; less than nothing after holidays.
    more: i64,
}

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Line {
    week: [Spans; 7],
    /// Milliseconds worked in a week before each of its days, and at the end in all of it.
    before: [i64; 8],
    odd: Vec<Odd>,
    /// Days of years with data, years that touch joined, in order.
    known: Vec<RangeInclusive<i64>>,
}

/// The day of a date.
pub(super) fn day_of(date: Date) -> i64 {
    date.duration_since(EPOCH).as_hours() / 24
}

/// The date of a day between 1969 and 9999.
pub(super) fn date_of(day: i64) -> Date {
    EPOCH
        .checked_add(jiff::SignedDuration::from_hours(day * 24))
        .expect("moments lie between 1970 and 9999")
}

fn length(spans: &[(i64, i64)]) -> i64 {
    spans.iter().map(|(from, to)| to - from).sum()
}

impl Line {
    /// Draws the line of a form that was checked.
    pub(super) fn new(form: &Form) -> Self {
        let week = Weekday::ALL.map(|day| {
            let hours = form.hours.get(&day).into_iter().flatten();
            hours.map(|h| (i64::from(h.from) * MINUTE, i64::from(h.to) * MINUTE)).collect::<Spans>()
        });
        let mut before = [0; 8];
        for (day, spans) in week.iter().enumerate() {
            before[day + 1] = before[day] + length(spans);
        }
        let mut line = Self { week, before, odd: Vec::new(), known: known(form) };
        line.odd = line.odd_days(form);
        line
    }

    fn odd_days(&self, form: &Form) -> Vec<Odd> {
        let off = form.years.iter().flat_map(|year| &year.holidays);
        let off = off.flat_map(|holiday| days(holiday.from, holiday.to)).map(|day| (day, None));
        let on = form.years.iter().flat_map(|year| &year.workdays);
        let on = on.map(|workday| (workday.date, Some(workday.follows)));
        let mut odd: Vec<Odd> =
            off.chain(on).map(|(date, like)| Odd { day: day_of(date), like, more: 0 }).collect();
        odd.sort_by_key(|odd| odd.day);
        let mut more = 0;
        for odd in &mut odd {
            let worked = odd.like.map_or(0, |like| length(&self.week[like as usize]));
            more += worked - length(&self.week[weekday(odd.day)]);
            odd.more = more;
        }
        odd
    }

    /// The working time of a day.
    fn spans(&self, day: i64) -> &[(i64, i64)] {
        match self.odd.binary_search_by_key(&day, |odd| odd.day) {
            Ok(at) => self.odd[at].like.map_or(&[], |like| &self.week[like as usize]),
            Err(_) => &self.week[weekday(day)],
        }
    }

    /// Milliseconds worked before a day begins.
    fn before_day(&self, day: i64) -> i64 {
        let odd = self.odd.partition_point(|odd| odd.day < day);
        let more = odd.checked_sub(1).map_or(0, |last| self.odd[last].more);
        (day - MONDAY).div_euclid(7) * self.before[7] + self.before[weekday(day)] + more
    }

    /// Milliseconds worked before a local moment.
    pub(super) fn worked(&self, local: i64) -> i64 {
        let (day, time) = (local.div_euclid(DAY), local.rem_euclid(DAY));
        let today = self.spans(day).iter().map(|&(from, to)| time.clamp(from, to) - from);
        self.before_day(day) + today.sum::<i64>()
    }

    /// The first local moment before which `worked` milliseconds were worked: the end of a span and
    /// not the start of the next. Before the year 1970 or after 9999 its nearest end.
    pub(super) fn moment(&self, worked: i64) -> i64 {
        let (mut low, mut high) = (*ALL_DAYS.start(), *ALL_DAYS.end());
        while low < high {
            // The last day that began with less.
            let day = (low + high + 1) / 2;
            if self.before_day(day) < worked {
                low = day;
            } else {
                high = day - 1;
            }
        }
        let mut missing = worked - self.before_day(low);
        if missing <= 0 {
            return low * DAY;
        }
        for &(from, to) in self.spans(low) {
            if missing <= to - from {
                return low * DAY + from + missing;
            }
            missing -= to - from;
        }
        (low + 1) * DAY
    }

    /// Whether people work at a local moment.
    pub(super) fn is_working(&self, local: i64) -> bool {
        let time = local.rem_euclid(DAY);
        self.spans(local.div_euclid(DAY)).iter().any(|&(from, to)| from <= time && time < to)
    }

    /// Whether all days from a local moment until before a later one are of years with data.
    pub(super) fn is_known(&self, from: i64, until: i64) -> bool {
        let (from, to) = (from.div_euclid(DAY), (until - 1).div_euclid(DAY));
        self.known.iter().any(|days| days.contains(&from) && days.contains(&to))
    }
}

const fn weekday(day: i64) -> usize {
    (day - MONDAY).rem_euclid(7) as usize
}

fn known(form: &Form) -> Vec<RangeInclusive<i64>> {
    let mut years: Vec<i16> = form.years.iter().map(|year| year.year).collect();
    years.sort_unstable();
    let mut known: Vec<RangeInclusive<i64>> = Vec::new();
    for year in years {
        let first = Date::new(year, 1, 1).expect("a checked year has a first day");
        let (from, to) = (day_of(first), day_of(first.last_of_year()));
        match known.last_mut() {
            Some(days) if *days.end() + 1 == from => *days = *days.start()..=to,
            _ => known.push(from..=to),
        }
    }
    known
}
