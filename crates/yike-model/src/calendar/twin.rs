//! The slow twin: walks minute by minute and looks each day up in the form as a person would.

use jiff::civil::{Date, DateTime};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;

use super::*;

/// How many minutes a walk may take before it is lost.
const PATIENCE: i64 = 3 * 366 * 24 * 60;

/// A calendar as it is written, without anything worked out.
struct Twin<'a>(&'a Form);

impl Twin<'_> {
    fn local(&self, millis: i64) -> DateTime {
        let offset = jiff::tz::Offset::from_seconds(self.0.offset_minutes * 60).unwrap();
        offset.to_datetime(jiff::Timestamp::from_millisecond(millis).unwrap())
    }

    fn hours_of(&self, date: Date) -> Vec<Hours> {
        let years = &self.0.years;
        if years.iter().flat_map(|y| &y.holidays).any(|h| h.from <= date && date <= h.to) {
            return Vec::new();
        }
        let make_up = years.iter().flat_map(|y| &y.workdays).find(|w| w.date == date);
        let weekday = make_up.map_or_else(
            || Weekday::ALL[date.weekday().to_monday_zero_offset() as usize],
            |workday| workday.follows,
        );
        self.0.hours.get(&weekday).cloned().unwrap_or_default()
    }

    fn is_working(&self, millis: i64) -> bool {
        let local = self.local(millis);
        let minute = local.hour() as u16 * 60 + local.minute() as u16;
        self.hours_of(local.date()).iter().any(|h| h.from <= minute && minute < h.to)
    }

    fn has_data(&self, millis: i64) -> bool {
        self.0.years.iter().any(|y| y.year == self.local(millis).year())
    }

    /// Calls `step` with the start and length of each piece of a minute from a moment on and whether
    /// people work in it, until it has seen enough. Looks a day up once, where it begins.
    fn walk(&self, from: i64, mut step: impl FnMut(i64, i64, bool) -> bool) {
        let mut at = from;
        let mut today = self.hours_of(self.local(at).date());
        for _ in 0..PATIENCE {
            let minute = (at / 60_000 + i64::from(self.0.offset_minutes)) % 1440;
            if minute == 0 {
                today = self.hours_of(self.local(at).date());
            }
            let length = 60_000 - at % 60_000;
            let open = |h: &Hours| i64::from(h.from) <= minute && minute < i64::from(h.to);
            if step(at, length, today.iter().any(open)) {
                return;
            }
            at += length;
        }
        panic!("walked for years");
    }

    fn due(&self, start: Timestamp, span: Span) -> Due {
        let hour = i64::from(span.amount()) * 3_600_000;
        if span.unit() == SpanUnit::Hours {
            let at = Timestamp::from_millis(start.millis() + hour).unwrap();
            return Due { at, assumed: false };
        }
        let day = i64::from(span.amount()) * i64::from(self.0.day_minutes) * 60_000;
        let mut left = if span.unit() == SpanUnit::WorkingDays { day } else { hour };
        let (mut due, mut assumed) = (start.millis(), !self.has_data(start.millis()));
        self.walk(start.millis(), |at, length, working| {
            // A year begins on a whole minute in any zone, at midnight.
            if (at / 60_000 + i64::from(self.0.offset_minutes)) % 1440 == 0 {
                assumed |= !self.has_data(at);
            }
            let here = if working { length.min(left) } else { 0 };
            left -= here;
            due = at + here;
            left == 0
        });
        Due { at: Timestamp::from_millis(due).unwrap(), assumed }
    }

    fn working_between(&self, from: Timestamp, to: Timestamp) -> Duration {
        let mut sum = 0;
        self.walk(from.millis(), |at, length, working| {
            if at >= to.millis() {
                return true;
            }
            if working {
                sum += length.min(to.millis() - at);
            }
            false
        });
        Duration::from_millis(sum as u64)
    }
}

/// Office hours of a day: borders in pairs.
fn hours() -> impl Strategy<Value = Vec<Hours>> {
    btree_set(0..=1440_u16, 0..=6).prop_map(|borders| {
        let borders: Vec<u16> = borders.into_iter().collect();
        borders.chunks_exact(2).map(|two| Hours { from: two[0], to: two[1] }).collect()
    })
}

fn year(year: i16) -> impl Strategy<Value = Year> {
    (btree_set(1..=365_i16, 0..=40), vec((any::<bool>(), 0..7_usize), 40)).prop_map(
        move |(days, kinds)| {
            let title = || crate::text::Title::parse("x").unwrap();
            let mut table =
                Year { year, source: title(), holidays: Vec::new(), workdays: Vec::new() };
            for (day, (off, like)) in days.into_iter().zip(kinds) {
                let new_year = Date::constant(year, 1, 1);
                let date = new_year.with().day_of_year(day).build().unwrap();
                if off {
                    table.holidays.push(Holiday { from: date, to: date, zh: title(), en: title() });
                } else {
                    table.workdays.push(Workday { date, follows: Weekday::ALL[like] });
                }
            }
            table
        },
    )
}

/// Calendars of any kind that hold together: zones, hours, holidays, a year missing in the middle.
fn form() -> impl Strategy<Value = Form> {
    let week = vec(hours(), 7);
    let years = (year(2023), year(2024), year(2026));
    (-840..=840_i32, 1..=1440_u16, week, years, any::<bool>()).prop_map(
        |(offset_minutes, day_minutes, mut week, (a, b, c), gap)| {
            // Enough work in a week for the twin's patience.
            week[2] = vec![Hours { from: 540, to: 720 }, Hours { from: 720, to: 1440 }];
            let hours: BTreeMap<_, _> = Weekday::ALL.into_iter().zip(week).collect();
            let mut years = if gap { vec![c, a] } else { vec![b, c, a] };
            for table in &mut years {
                table.workdays.retain(|w| !hours[&w.follows].is_empty());
            }
            Form { offset_minutes, day_minutes, warn_days: 60, quiet: None, hours, years }
        },
    )
}

fn any_calendar() -> impl Strategy<Value = WorkCalendar> {
    prop_oneof![
        Just(WorkCalendar::china()),
        form().prop_map(|form| WorkCalendar::try_from(form).unwrap()),
    ]
}

/// A moment between the middle of 2022 and of 2027, often on a whole hour, where borders lie.
fn moment() -> impl Strategy<Value = Timestamp> {
    let range = 1_656_000_000_000..1_814_000_000_000_i64;
    (range, any::<bool>()).prop_map(|(millis, whole)| {
        Timestamp::from_millis(if whole { millis / 1_800_000 * 1_800_000 } else { millis }).unwrap()
    })
}

/// A span that is at most about 40 days of work, so that the twin arrives.
fn span() -> impl Strategy<Value = Span> {
    prop_oneof![
        (1..=960_u32).prop_map(|n| Span::new(n, SpanUnit::Hours).unwrap()),
        (1..=200_u32).prop_map(|n| Span::new(n, SpanUnit::WorkingHours).unwrap()),
        (1..=10_u32).prop_map(|n| Span::new(n, SpanUnit::WorkingDays).unwrap()),
    ]
}

fn any_span() -> impl Strategy<Value = Span> {
    (0..3_usize, any::<u32>()).prop_map(|(unit, n)| {
        let unit = SpanUnit::ALL[unit];
        Span::new(1 + n % unit.limit(), unit).unwrap()
    })
}

fn hours_later(at: Timestamp, hours: u64) -> Timestamp {
    at.plus(Duration::from_secs(hours * 3600))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn due_is_where_the_walk_arrives(c in any_calendar(), start in moment(), span in span()) {
        prop_assert_eq!(c.due(start, span), Twin(&c.form).due(start, span));
    }

    #[test]
    fn working_time_is_what_the_walk_counts(
        c in any_calendar(),
        from in moment(),
        millis in 0..90 * 86_400_000_u64,
    ) {
        let to = from.plus(Duration::from_millis(millis));
        prop_assert_eq!(c.working_between(from, to), Twin(&c.form).working_between(from, to));
        if millis > 0 {
            prop_assert_eq!(c.working_between(to, from), Duration::ZERO);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, ..ProptestConfig::default() })]

    #[test]
    fn working_or_not_as_the_day_says(c in any_calendar(), at in moment()) {
        prop_assert_eq!(c.is_working(at), Twin(&c.form).is_working(at.millis()));
    }

    #[test]
    fn a_span_is_worked_from_start_to_due(c in any_calendar(), start in moment(), span in any_span()) {
        let due = c.due(start, span).at;
        let left = c.left(start, due, span.unit());
        let minutes = u64::from(span.amount()) * match span.unit() {
            SpanUnit::Hours | SpanUnit::WorkingHours => 60,
            SpanUnit::WorkingDays => u64::from(c.day_minutes()),
        };
        prop_assert_eq!(left.millis, minutes as i64 * 60_000);
        if span.unit() != SpanUnit::Hours {
            prop_assert_eq!(c.working_between(start, due), Duration::from_secs(minutes * 60));
            let before = due.minus(Duration::from_millis(1));
            prop_assert!(c.is_working(before), "the last millisecond before it is worked");
        }
    }

    /// However often a clock stands still, what is worked while it runs adds up to the span.
    #[test]
    fn pauses_lose_nothing(
        c in any_calendar(),
        start in moment(),
        span in any_span(),
        pauses in vec((0..2000_u64, 0..2000_u64, 0..3_600_000_u64), 0..6),
    ) {
        let unit = span.unit();
        let mut due = c.due(start, span).at;
        let (mut now, mut ran) = (start, 0);
        for (run, rest, odd) in pauses {
            let pause = hours_later(now, run).plus(Duration::from_millis(odd)).min(due);
            ran += c.left(now, pause, unit).millis;
            let left = c.left(pause, due, unit);
            prop_assert_eq!(c.resume(pause, left).at, due, "no pause at all changes nothing");
            now = hours_later(pause, rest);
            due = c.resume(now, left).at;
            prop_assert_eq!(c.left(now, due, unit), left);
        }
        ran += c.left(now, due, unit).millis;
        let whole = c.left(start, c.due(start, span).at, unit).millis;
        prop_assert_eq!(ran, whole);
    }

    /// What was overdue by so much is overdue by as much when the clock runs again.
    #[test]
    fn overdue_stays_overdue(c in any_calendar(), start in moment(), span in span(), late in 1..9000_u64) {
        let unit = span.unit();
        let pause = hours_later(c.due(start, span).at, late);
        let left = c.left(pause, c.due(start, span).at, unit);
        let now = hours_later(pause, 1000);
        let due = c.resume(now, left).at;
        prop_assert!(due <= now);
        prop_assert_eq!(c.left(now, due, unit), left);
    }

    #[test]
    fn later_starts_and_longer_spans_are_due_later(
        c in any_calendar(),
        start in moment(),
        wait in 0..5_000_000_000_u64,
        one in any_span(),
        other in 1..400_u32,
    ) {
        let due = c.due(start, one).at;
        prop_assert!(due > start);
        prop_assert!(c.due(start.plus(Duration::from_millis(wait)), one).at >= due);
        let other = Span::new(other, one.unit()).unwrap();
        let (short, long) = if one.amount() < other.amount() { (one, other) } else { (other, one) };
        if short.amount() < long.amount() {
            prop_assert!(c.due(start, short).at < c.due(start, long).at);
        }
    }

    #[test]
    fn written_and_read_again_it_is_the_same(form in form()) {
        let calendar = WorkCalendar::try_from(form).unwrap();
        let json = serde_json::to_string(&calendar).unwrap();
        let again: WorkCalendar = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(serde_json::to_string(&again).unwrap(), json);
        prop_assert_eq!(again, calendar);
    }
}

#[test]
fn four_hundred_working_days_are_walked_too() {
    let c = WorkCalendar::china();
    let start = Timestamp::from_millis(1_735_000_000_123).unwrap();
    let span = Span::new(400, SpanUnit::WorkingDays).unwrap();
    assert_eq!(c.due(start, span), Twin(&c.form).due(start, span));
}
