//! Opening hours of gates and ways at a time of the week.
//!
//! Reads the part of OpenStreetMap's `opening_hours` syntax that a time of the week can decide: days,
//! clock times (also past midnight), `off`, `24/7`, overriding (`;`) and adding (`,`) rules. Public
//! and school holidays are left out: the week asked about is a plain one. What depends on the date,
//! the sun or a comment is not guessed: the answer is `None`, and the caller reports it.

use std::fmt;

const DAY_MIN: u16 = 24 * 60;
const DAYS: [&str; 7] = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];

/// A minute of the week, from Monday 00:00.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WeekTime(u16);

/// Why a time was refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time of the week; write `22:30` (a Wednesday is meant) or `Sa 22:30`")]
pub struct WeekTimeError(String);

impl WeekTime {
    /// A minute (0 to 1439) of a day (0 is Monday, 6 Sunday); `None` out of range.
    pub fn new(day: u16, minute: u16) -> Option<Self> {
        (day < 7 && minute < DAY_MIN).then_some(Self(day * DAY_MIN + minute))
    }

    /// Reads `22:30` or `Sa 22:30`. Without a day, Wednesday is meant: a plain working day.
    pub fn parse(text: &str) -> Result<Self, WeekTimeError> {
        let refuse = || WeekTimeError(text.chars().take(40).collect());
        let (day, clock) = match text.trim().split_once(' ') {
            Some((day, clock)) => (day_number(day).ok_or_else(refuse)?, clock.trim()),
            None => (2, text.trim()),
        };
        let minute = clock_minutes(clock).filter(|m| *m < DAY_MIN).ok_or_else(refuse)?;
        Self::new(day, minute).ok_or_else(refuse)
    }

    fn day(self) -> usize {
        usize::from(self.0 / DAY_MIN)
    }

    fn minute(self) -> u16 {
        self.0 % DAY_MIN
    }
}

impl fmt::Display for WeekTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (day, minute) = (DAYS[self.day()], self.minute());
        write!(f, "{day} {:02}:{:02}", minute / 60, minute % 60)
    }
}

/// A stretch of one day, in minutes from its midnight (up to 48:00), and whether it is open then.
#[derive(Clone, Copy)]
struct Span {
    from: u16,
    to: u16,
    open: bool,
}

/// Whether what has these hours is open at `at`; `None` where the text says nothing a time of the
/// week can decide.
pub fn open_at(text: &str, at: WeekTime) -> Option<bool> {
    let mut week: [Vec<Span>; 7] = Default::default();
    for part in text.split(';').map(str::trim).filter(|p| !p.is_empty()) {
        for (i, rule) in split_additions(part).into_iter().enumerate() {
            apply(rule.trim(), i > 0, &mut week)?;
        }
    }
    let last = |day: usize, minute: u16| {
        week[day].iter().rev().find(|s| (s.from..s.to).contains(&minute)).map(|s| s.open)
    };
    let today = last(at.day(), at.minute());
    let open = today.or_else(|| last((at.day() + 6) % 7, at.minute() + DAY_MIN));
    Some(open.unwrap_or(false))
}

/// Splits `Mo-Fr 08:00-12:00, We 14:00-18:00` before the day that starts the added rule, but leaves
/// `Mo,We 08:00-12:00,14:00-18:00` whole.
fn split_additions(part: &str) -> Vec<&str> {
    let mut rules = Vec::new();
    let (mut start, mut had_time) = (0, false);
    for (i, c) in part.char_indices() {
        if c == ':' {
            had_time = true;
        }
        let next = part[i + c.len_utf8()..].trim_start();
        if c == ',' && had_time && next.starts_with(|n: char| n.is_ascii_uppercase()) {
            rules.push(&part[start..i]);
            (start, had_time) = (i + 1, false);
        }
    }
    rules.push(&part[start..]);
    rules
}

/// Applies one rule (days, times, off) to the week. `None` if it cannot be read.
fn apply(rule: &str, adds: bool, week: &mut [Vec<Span>; 7]) -> Option<()> {
    let (rule, open) = match rule.strip_suffix("off").or_else(|| rule.strip_suffix("closed")) {
        Some(rest) => (rest.trim_end(), false),
        None => (rule.strip_suffix("open").unwrap_or(rule).trim_end(), true),
    };
    let (days, times) = if rule == "24/7" {
        ([true; 7], "")
    } else {
        let split = rule.find(|c: char| c.is_ascii_digit()).unwrap_or(rule.len());
        (days_of(rule[..split].trim_end().trim_end_matches(':').trim_end())?, &rule[split..])
    };
    let mut spans = Vec::new();
    for time in times.split(',').map(str::trim).filter(|t| !t.is_empty()) {
        let (from, to) = time.split_once('-')?;
        let (from, to) = (clock_minutes(from.trim())?, clock_minutes(to.trim())?);
        let to = if to <= from { to + DAY_MIN } else { to };
        spans.push(Span { from, to, open });
    }
    let whole_day = spans.is_empty();
    if whole_day {
        spans.push(Span { from: 0, to: DAY_MIN, open });
    }
    for (_, day) in days.iter().zip(week).filter(|(on, _)| **on) {
        // Closing for some hours is a change to the day's rule; other rules replace it.
        if !adds && (open || whole_day) {
            day.clear();
        }
        day.extend_from_slice(&spans);
    }
    Some(())
}

/// The days of `Mo-Fr,Su`; all when empty, none when only holidays are named.
fn days_of(text: &str) -> Option<[bool; 7]> {
    if text.is_empty() {
        return Some([true; 7]);
    }
    let mut days = [false; 7];
    for item in text.split([',', ' ']).map(str::trim).filter(|i| !i.is_empty()) {
        if item == "PH" || item == "SH" {
            continue;
        }
        let (from, to) = item.split_once('-').unwrap_or((item, item));
        let (from, to) = (day_number(from)?, day_number(to)?);
        let span = (to + 7 - from) % 7;
        for day in 0..=span {
            days[usize::from((from + day) % 7)] = true;
        }
    }
    Some(days)
}

fn day_number(text: &str) -> Option<u16> {
    DAYS.iter().position(|d| *d == text).map(|d| d as u16)
}

/// Minutes of `HH:MM`, up to 48:00.
fn clock_minutes(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let digits = |t: &str| (1..=2).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_digit());
    if !digits(hours) || !digits(minutes) || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    (minutes < 60 && hours * 60 + minutes <= 2 * DAY_MIN).then_some(hours * 60 + minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(hours: &str, at: &str) -> Option<bool> {
        open_at(hours, WeekTime::parse(at).unwrap())
    }

    #[test]
    fn times_of_the_week_are_read_and_written() {
        assert_eq!(WeekTime::parse("22:30").unwrap().to_string(), "We 22:30");
        assert_eq!(WeekTime::parse(" Su 07:05 ").unwrap().to_string(), "Su 07:05");
        for bad in ["", "24:00", "7", "Mo", "Xx 10:00", "10:60", "-1:00", "1e1:00", "22：30"] {
            assert!(WeekTime::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn plain_hours() {
        for (hours, at, expected) in [
            ("24/7", "03:00", true),
            ("06:00-22:30", "22:29", true),
            ("06:00-22:30", "22:30", false),
            ("Mo-Fr 07:00-18:00", "Sa 08:00", false),
            ("Mo-Fr 07:00-18:00", "Fr 07:00", true),
            ("Fr-Mo 10:00-11:00", "Su 10:30", true),
            ("Fr-Mo 10:00-11:00", "Tu 10:30", false),
            ("Mo,We 08:00-12:00,14:00-18:00", "We 15:00", true),
            ("Mo,We 08:00-12:00,14:00-18:00", "We 13:00", false),
            ("off", "12:00", false),
            ("Mo-Su", "12:00", true),
            ("00:00-24:00", "23:59", true),
            ("Mo-Fr: 09:00-17:00", "10:00", true),
        ] {
            assert_eq!(open(hours, at), Some(expected), "{hours} at {at}");
        }
    }

    #[test]
    fn hours_past_midnight_reach_into_the_next_day() {
        assert_eq!(open("Fr 20:00-02:00", "Sa 01:00"), Some(true));
        assert_eq!(open("Fr 20:00-02:00", "Fr 01:00"), Some(false));
        assert_eq!(open("Su 20:00-26:00", "Mo 01:59"), Some(true));
        assert_eq!(open("20:00-02:00", "01:00"), Some(true));
    }

    #[test]
    fn later_rules_override_added_rules_add() {
        assert_eq!(open("Mo-Su 08:00-18:00; We off", "We 10:00"), Some(false));
        assert_eq!(open("Mo-Su 08:00-18:00; We 20:00-21:00", "We 10:00"), Some(false));
        assert_eq!(open("Mo-Su 08:00-18:00, We 20:00-21:00", "We 10:00"), Some(true));
        assert_eq!(open("Mo-Su 08:00-18:00, We 20:00-21:00", "We 20:30"), Some(true));
        assert_eq!(open("08:00-20:00; Mo-Fr 12:00-13:00 off", "We 12:30"), Some(false));
        assert_eq!(open("08:00-20:00; Mo-Fr 12:00-13:00 off", "Sa 12:30"), Some(true));
        assert_eq!(open("Mo-Fr 09:00-18:00; PH off", "We 10:00"), Some(true));
        assert_eq!(open("PH,Su 09:00-18:00", "Su 10:00"), Some(true));
    }

    #[test]
    fn what_the_week_cannot_decide_is_not_guessed() {
        for hours in [
            "sunrise-sunset",
            "dawn-dusk",
            "Apr-Oct 08:00-20:00",
            "Mo-Fr 08:00+",
            "\"by appointment\"",
            "08:00-20:00 || \"call\"",
            "Mo[1] 08:00-10:00",
            "2024 Jan 01-05",
            "99:00-100:00",
        ] {
            assert_eq!(open(hours, "12:00"), None, "{hours}");
        }
    }
}
