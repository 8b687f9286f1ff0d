//! Golden vectors, worked out by hand with the State Council's notices beside them, and what is refused.

use super::*;

fn at(text: &str) -> Timestamp {
    let local: jiff::civil::DateTime = text.parse().unwrap();
    let there = jiff::tz::Offset::constant(8).to_timestamp(local).unwrap();
    Timestamp::from_millis(there.as_millisecond()).unwrap()
}

fn shown(at: Timestamp) -> String {
    let moment = jiff::Timestamp::from_millisecond(at.millis()).unwrap();
    jiff::tz::Offset::constant(8)
        .to_datetime(moment)
        .strftime("%a %Y-%m-%d %H:%M:%S%.f")
        .to_string()
}

fn span(text: &str) -> Span {
    text.parse().unwrap()
}

/// Checks lines of `start | span | due`.
fn golden(lines: &[(&str, &str, &str)]) {
    let china = WorkCalendar::china();
    for (start, amount, due) in lines {
        let got = china.due(at(start), span(amount));
        assert_eq!(shown(got.at), *due, "{start} and {amount}");
        assert!(!got.assumed, "{start} and {amount}");
    }
}

#[test]
fn within_a_day_and_over_lunch() {
    golden(&[
        ("2025-03-12 09:00", "2wh", "Wed 2025-03-12 11:00:00"),
        ("2025-03-12 11:00", "2wh", "Wed 2025-03-12 14:30:00"),
        ("2025-03-12 09:00", "1wd", "Thu 2025-03-13 09:00:00"),
        ("2025-03-12 09:00", "3wd", "Mon 2025-03-17 09:00:00"),
        ("2025-03-12 09:00:00.001", "3wd", "Mon 2025-03-17 09:00:00.001"),
        ("2025-03-12 23:59:59.999", "24h", "Thu 2025-03-13 23:59:59.999"),
    ]);
}

#[test]
fn started_where_nobody_works() {
    golden(&[
        // In the night, before and after midnight, and in the break.
        ("2025-03-11 22:15", "1wh", "Wed 2025-03-12 09:30:00"),
        ("2025-03-12 03:00", "1wh", "Wed 2025-03-12 09:30:00"),
        ("2025-03-12 12:10", "1wh", "Wed 2025-03-12 14:30:00"),
        ("2025-03-12 12:10", "1wd", "Thu 2025-03-13 12:00:00"),
        // On the borders themselves.
        ("2025-03-12 08:30", "1wd", "Wed 2025-03-12 18:00:00"),
        ("2025-03-12 08:29:59.999", "1wd", "Wed 2025-03-12 18:00:00"),
        ("2025-03-12 12:00", "1wh", "Wed 2025-03-12 14:30:00"),
        ("2025-03-12 13:30", "1wh", "Wed 2025-03-12 14:30:00"),
        ("2025-03-12 18:00", "1wd", "Thu 2025-03-13 18:00:00"),
        ("2025-03-12 16:00", "2wh", "Wed 2025-03-12 18:00:00"),
    ]);
}

#[test]
fn over_a_weekend() {
    golden(&[
        ("2025-03-14 17:00", "2wh", "Mon 2025-03-17 09:30:00"),
        ("2025-03-14 17:00", "1wd", "Mon 2025-03-17 17:00:00"),
        ("2025-03-15 10:00", "2wd", "Tue 2025-03-18 18:00:00"),
        ("2025-03-16 23:00", "4wh", "Mon 2025-03-17 14:00:00"),
    ]);
}

#[test]
fn over_spring_festival_2025_with_the_sunday_before() {
    golden(&[
        // Sunday 26 January is worked, 28 January to 4 February is off, Saturday 8 February is worked.
        ("2025-01-24 17:00", "2wh", "Sun 2025-01-26 09:30:00"),
        ("2025-01-24 17:00", "2wd", "Mon 2025-01-27 17:00:00"),
        ("2025-01-24 17:00", "3wd", "Wed 2025-02-05 17:00:00"),
        ("2025-01-27 17:00", "2wh", "Wed 2025-02-05 09:30:00"),
        ("2025-01-30 12:00", "1wh", "Wed 2025-02-05 09:30:00"),
        ("2025-02-05 10:00", "3wd", "Sat 2025-02-08 10:00:00"),
        ("2025-02-05 10:00", "4wd", "Mon 2025-02-10 10:00:00"),
        ("2025-01-30 12:00", "24h", "Fri 2025-01-31 12:00:00"),
    ]);
}

#[test]
fn over_national_day() {
    golden(&[
        // 2025: Sunday 28 September worked, 1 to 8 October off, Saturday 11 October worked.
        ("2025-09-30 17:30", "1wh", "Thu 2025-10-09 09:00:00"),
        ("2025-09-26 17:00", "3wd", "Tue 2025-09-30 17:00:00"),
        ("2025-09-26 17:00", "6wd", "Sat 2025-10-11 17:00:00"),
        // 2026: Sunday 20 September worked, 1 to 7 October off, Saturday 10 October worked.
        ("2026-09-18 17:00", "1wd", "Sun 2026-09-20 17:00:00"),
        ("2026-09-30 17:30", "3wd", "Sat 2026-10-10 17:30:00"),
        // From one year with data into the next: 1 to 3 January off, Sunday 4 January worked.
        ("2025-12-31 17:00", "2wh", "Sun 2026-01-04 09:30:00"),
    ]);
}

#[test]
fn a_long_way() {
    golden(&[
        // 248 working days in 2025, then 152 in 2026: 143 to July, the 13th is its ninth.
        ("2025-01-01 00:00", "400wd", "Thu 2026-08-13 18:00:00"),
        ("2025-01-01 00:00", "3200wh", "Thu 2026-08-13 18:00:00"),
        ("2025-01-01 00:00", "9600h", "Thu 2026-02-05 00:00:00"),
    ]);
}

/// Working days of each month, counted by a program of other people (chinesecalendar 1.11.0).
#[test]
fn working_days_of_each_month() {
    let counted = [
        (2024, [22, 18, 21, 22, 21, 19, 23, 22, 21, 19, 21, 22]),
        (2025, [19, 19, 21, 22, 19, 20, 23, 21, 23, 18, 20, 23]),
        (2026, [21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23]),
    ];
    let china = WorkCalendar::china();
    assert_eq!(china.years().iter().map(|y| y.year).collect::<Vec<_>>(), [2024, 2025, 2026]);
    for (year, months) in counted {
        for (month, days) in (1..).zip(months) {
            let first = jiff::civil::date(year, month, 1);
            let next = first.last_of_month().tomorrow().unwrap();
            let [from, to] = [first, next].map(|date| at(&format!("{date} 00:00")));
            let worked = china.working_between(from, to);
            assert_eq!(worked, Duration::from_secs(days * 8 * 3600), "{year}-{month}");
        }
    }
}

#[test]
fn at_work_or_not() {
    let china = WorkCalendar::china();
    for (when, working) in [
        ("2025-03-12 08:29:59.999", false),
        ("2025-03-12 08:30", true),
        ("2025-03-12 11:59:59.999", true),
        ("2025-03-12 12:00", false),
        ("2025-03-12 13:30", true),
        ("2025-03-12 18:00", false),
        ("2025-03-15 10:00", false),
        ("2025-01-26 10:00", true),
        ("2025-01-26 12:30", false),
        ("2025-01-28 10:00", false),
    ] {
        assert_eq!(china.is_working(at(when)), working, "{when}");
    }
}

#[test]
fn a_pause_takes_its_rest_along() {
    let china = WorkCalendar::china();
    let due = china.due(at("2025-03-12 09:00"), span("2wd"));
    assert_eq!(shown(due.at), "Fri 2025-03-14 09:00:00");
    // Stopped on Wednesday at lunch with 2 days less 3 hours left, on again a week later.
    let left = china.left(at("2025-03-12 12:40"), due.at, SpanUnit::WorkingDays);
    assert_eq!(left, Left { millis: 13 * 3_600_000, unit: SpanUnit::WorkingDays });
    let again = china.resume(at("2025-03-19 12:00"), left);
    assert_eq!(shown(again.at), "Fri 2025-03-21 09:00:00");
    // Round the clock the night counts.
    let left = china.left(at("2025-03-12 18:00"), at("2025-03-13 18:00"), SpanUnit::Hours);
    assert_eq!(shown(china.resume(at("2025-03-15 01:00"), left).at), "Sun 2025-03-16 01:00:00");
    // Overdue by three working hours before is overdue by three after; nothing left is due at once.
    let left = china.left(at("2025-03-14 12:00"), due.at, SpanUnit::WorkingDays);
    assert_eq!(left.millis, -3 * 3_600_000);
    assert_eq!(shown(china.resume(at("2025-03-17 09:30"), left).at), "Fri 2025-03-14 16:00:00");
    let nothing = Left { millis: 0, unit: SpanUnit::WorkingHours };
    assert_eq!(china.resume(at("2025-03-16 09:30"), nothing).at, at("2025-03-16 09:30"));
}

#[test]
fn quiet_at_night_unless_urgent() {
    let china = WorkCalendar::china();
    for (when, awake) in [
        ("2025-03-12 20:59:59.999", "Wed 2025-03-12 20:59:59.999"),
        ("2025-03-12 21:00", "Thu 2025-03-13 08:00:00"),
        ("2025-03-12 23:59:59.999", "Thu 2025-03-13 08:00:00"),
        ("2025-03-13 00:00", "Thu 2025-03-13 08:00:00"),
        ("2025-03-13 07:59:59.999", "Thu 2025-03-13 08:00:00"),
        ("2025-03-13 08:00", "Thu 2025-03-13 08:00:00"),
        ("2025-03-13 13:00", "Thu 2025-03-13 13:00:00"),
    ] {
        assert_eq!(shown(china.awake(at(when), false)), awake, "{when}");
        assert_eq!(china.awake(at(when), true), at(when), "{when}");
    }
    let with = |quiet: &str| edited("quiet = \"21:00-08:00\"", quiet).unwrap();
    let before_noon = with("quiet = \"00:00-11:00\"");
    assert_eq!(before_noon.awake(at("2025-03-12 03:00"), false), at("2025-03-12 11:00"));
    assert_eq!(before_noon.awake(at("2025-03-12 23:00"), false), at("2025-03-12 23:00"));
    assert_eq!(before_noon.awake(at("2025-03-12 11:00"), false), at("2025-03-12 11:00"));
    let evening = with("quiet = \"20:00-24:00\"");
    assert_eq!(evening.awake(at("2025-03-12 20:00"), false), at("2025-03-13 00:00"));
    let late = with("quiet = \"22:00-23:30\"");
    assert_eq!(late.awake(at("2025-03-12 22:10"), false), at("2025-03-12 23:30"));
    assert_eq!(late.awake(at("2025-03-12 23:40"), false), at("2025-03-12 23:40"));
    let never = with("");
    assert_eq!(never.awake(at("2025-03-12 23:00"), false), at("2025-03-12 23:00"));
}

#[test]
fn a_year_without_data_is_asked_for_in_time() {
    let china = WorkCalendar::china();
    for (now, missing) in [
        ("2025-12-31 23:59", None),
        ("2026-11-01 23:59:59.999", None),
        ("2026-11-02 00:00", Some(2027)),
        ("2026-12-31 23:59", Some(2027)),
        ("2027-01-01 00:00", Some(2027)),
        ("2023-11-30 00:00", Some(2023)),
    ] {
        assert_eq!(china.missing_year(at(now)), missing, "{now}");
    }
    let hasty = edited("warn_days = 60", "warn_days = 1").unwrap();
    assert_eq!(hasty.missing_year(at("2026-12-30 23:59")), None);
    assert_eq!(hasty.missing_year(at("2026-12-31 00:00")), Some(2027));
    let careful = edited("warn_days = 60", "warn_days = 365").unwrap();
    assert_eq!(careful.missing_year(at("2026-01-01 00:00")), Some(2027));
    let silent = edited("warn_days = 60\n", "").unwrap();
    assert_eq!(silent.missing_year(at("2026-11-02 00:00")), Some(2027), "60 if nothing is said");
}

#[test]
fn a_clock_runs_on_into_years_without_data_and_says_so() {
    let china = WorkCalendar::china();
    let due = |start, amount| china.due(at(start), span(amount));
    let last = due("2026-12-31 17:00", "1wh");
    assert_eq!((shown(last.at).as_str(), last.assumed), ("Thu 2026-12-31 18:00:00", false));
    // New Year's Day 2027, a Friday, counts as a plain weekday.
    let next = due("2026-12-31 17:00", "2wh");
    assert_eq!((shown(next.at).as_str(), next.assumed), ("Fri 2027-01-01 09:30:00", true));
    let before = due("2023-12-29 17:00", "2wh");
    assert_eq!((shown(before.at).as_str(), before.assumed), ("Tue 2024-01-02 09:30:00", true));
    assert!(!due("2026-12-31 17:00", "200h").assumed, "hours need no calendar");
    let overdue = Left { millis: -3_600_000, unit: SpanUnit::WorkingHours };
    assert!(china.resume(at("2027-01-04 09:00"), overdue).assumed);
    assert!(!china.resume(at("2026-12-31 17:00"), overdue).assumed);
    assert!(!china.resume(at("2027-01-01 00:00"), overdue).assumed, "not a moment of 2027");
    assert!(china.resume(at("2027-01-01 00:00:00.001"), overdue).assumed);
}

#[test]
fn a_work_day_that_ends_at_midnight_stays_in_its_year() {
    let late =
        edited("thu = [\"08:30-12:00\", \"13:30-18:00\"]", "thu = [\"16:00-24:00\"]").unwrap();
    let due = late.due(at("2026-12-31 08:00"), span("1wd"));
    assert_eq!((shown(due.at).as_str(), due.assumed), ("Fri 2027-01-01 00:00:00", false));
}

#[test]
fn time_has_two_ends() {
    let china = WorkCalendar::china();
    let due = china.due(Timestamp::LAST, span("400wd"));
    assert_eq!((due.at, due.assumed), (Timestamp::LAST, true));
    let ever = |millis, unit| china.resume(at("2025-03-12 09:00"), Left { millis, unit }).at;
    assert_eq!(ever(i64::MAX, SpanUnit::WorkingDays), Timestamp::LAST);
    assert_eq!(ever(i64::MIN, SpanUnit::WorkingDays), Timestamp::FIRST);
    assert_eq!(ever(i64::MAX, SpanUnit::Hours), Timestamp::LAST);
    assert_eq!(ever(i64::MIN, SpanUnit::Hours), Timestamp::FIRST);
    for end in [Timestamp::FIRST, Timestamp::LAST] {
        assert!(china.awake(end, false) >= end || end == Timestamp::LAST);
        assert!(china.missing_year(end).is_some());
        assert_eq!(china.working_between(end, end), Duration::ZERO);
    }
    let west = edited("offset_minutes = 480", "offset_minutes = -840").unwrap();
    assert_eq!(west.missing_year(Timestamp::FIRST), Some(1969));
    assert_eq!(west.due(Timestamp::FIRST, span("1h")).at.millis(), 3_600_000);
}

/// The calendar of China with one piece of text replaced.
fn edited(old: &str, new: &str) -> Result<WorkCalendar, BadCalendar> {
    let text = include_str!("../../data/calendars/cn.toml");
    assert!(text.contains(old), "{old}");
    WorkCalendar::parse(&text.replacen(old, new, 1))
}

#[test]
fn a_make_up_day_follows_mondays_hours_or_those_it_names() {
    let long_monday = "mon = [\"10:00-20:00\"]";
    let calendar = edited("mon = [\"08:30-12:00\", \"13:30-18:00\"]", long_monday).unwrap();
    let sunday = ["2025-01-26 00:00", "2025-01-27 00:00"].map(at);
    let worked = |c: &WorkCalendar| c.working_between(sunday[0], sunday[1]).as_secs() / 3600;
    assert_eq!(worked(&calendar), 10);
    let text = include_str!("../../data/calendars/cn.toml")
        .replace("mon = [\"08:30-12:00\", \"13:30-18:00\"]", long_monday)
        .replace("\"2025-01-26\" }", "\"2025-01-26\", follows = \"tue\" }");
    assert_eq!(worked(&WorkCalendar::parse(&text).unwrap()), 8);
}

#[test]
fn what_does_not_hold_together_is_refused() {
    let hours = "mon = [\"08:30-12:00\", \"13:30-18:00\"]";
    let festival = "from = \"2025-01-28\", to = \"2025-02-04\"";
    for (old, new, message) in [
        ("offset_minutes = 480", "offset_minutes = 841", "offset_minutes = 841: give minutes east"),
        ("day_minutes = 480", "day_minutes = 0", "day_minutes = 0: a working day has 1 to 1440"),
        ("day_minutes = 480", "day_minutes = 1441", "day_minutes = 1441: a working day"),
        ("warn_days = 60", "warn_days = 0", "warn_days = 0: give 1 to 365 days"),
        ("warn_days = 60", "warn_days = 366", "warn_days = 366: give 1 to 365 days"),
        (hours, "mon = [\"12:00-08:30\"]", "mon: 12:00-08:30 ends before it starts"),
        (
            hours,
            "mon = [\"08:30-12:00\", \"11:59-18:00\"]",
            "mon: 11:59-18:00 starts before 08:30-12:00 has ended; list them in order",
        ),
        (hours, "mon = [\"8:30-12:00\"]", "\"8:30-12:00\" are not hours: write two different"),
        (hours, "mon = [\"08:30-12:60\"]", "\"08:30-12:60\" are not hours"),
        (hours, "mon = [\"08:30-24:01\"]", "\"08:30-24:01\" are not hours"),
        (hours, "mon = [\"08:30-08:30\"]", "\"08:30-08:30\" are not hours"),
        (hours, "mon = [\"24:00-08:30\"]", "\"24:00-08:30\" are not hours"),
        (hours, "mon = [\"08:30-00:00\"]", "\"08:30-00:00\" are not hours"),
        (hours, "", "year 2024: 2024-02-04 follows mon, which has no office hours"),
        (hours, "monday = []", "unknown variant `monday`"),
        (
            festival,
            "from = \"2025-02-04\", to = \"2025-01-28\"",
            "holiday from 2025-02-04 to 2025-01-28",
        ),
        (
            festival,
            "from = \"2024-01-28\", to = \"2025-02-04\"",
            "year 2025: 2024-01-28 is of another year",
        ),
        (
            festival,
            "from = \"2025-12-28\", to = \"2026-01-04\"",
            "year 2025: 2026-01-04 is of another",
        ),
        (
            festival,
            "from = \"2025-04-05\", to = \"2025-04-05\"",
            "year 2025: 2025-04-05 is in two holidays",
        ),
        (festival, "from = \"2025-02-29\", to = \"2025-03-01\"", "\"2025-02-29\" is not a date"),
        (festival, "from = \"20250128\", to = \"2025-02-04\"", "\"20250128\" is not a date"),
        (
            "\"2025-01-26\"",
            "\"2025-01-29\"",
            "year 2025: 2025-01-29 is both a holiday and a make-up",
        ),
        ("\"2025-01-26\"", "\"2025-02-08\"", "year 2025: 2025-02-08 is a make-up workday twice"),
        ("\"2025-01-26\"", "\"2024-01-27\"", "year 2025: 2024-01-27 is of another year"),
        (
            "\"2025-01-26\"",
            "\"2025-01-26\", follows = \"sun\"",
            "2025-01-26 follows sun, which has no",
        ),
        ("year = 2025", "year = 2024", "year 2024 is there twice"),
        ("year = 2025", "year = 1969", "year 1969: years are 1970 to 9999"),
        ("zh = \"元旦\"", "zh = \" \"", "the title is empty"),
        ("warn_days = 60", "warn_day = 60", "unknown field `warn_day`"),
    ] {
        let error = edited(old, new).unwrap_err().to_string();
        assert!(error.contains(message), "{new}: {error}");
    }
    let bare = "offset_minutes = 0\nday_minutes = 480\n[hours]\nmon = []";
    assert_eq!(WorkCalendar::parse(bare), Err(BadCalendar::NoHours));
}

#[test]
fn no_list_is_longer_than_its_limit() {
    let bare = "offset_minutes = 0\nday_minutes = 480\n[hours]\n";
    let spans = |count: u16| {
        let spans: Vec<String> = (0..count).map(|h| format!("\"{h:02}:00-{h:02}:30\"")).collect();
        WorkCalendar::parse(&format!("{bare}tue = [{}]", spans.join(", ")))
    };
    assert!(spans(8).is_ok());
    assert_eq!(spans(9).unwrap_err().to_string(), "tue: there are more than 8 spans");
    let bare = format!("{bare}mon = [\"09:00-17:00\"]\n");
    let days = "{ date = \"2025-01-04\" }, ".repeat(101);
    let year = format!("{bare}[[years]]\nyear = 2025\nsource = \"x\"\nworkdays = [{days}]");
    let error = WorkCalendar::parse(&year).unwrap_err().to_string();
    assert_eq!(error, "year 2025: there are more than 100 make-up workdays");
    let years = |from: i16, to: i16| {
        let years: Vec<String> =
            (from..=to).map(|year| format!("[[years]]\nyear = {year}\nsource = \"x\"\n")).collect();
        WorkCalendar::parse(&format!("{bare}{}", years.concat()))
    };
    let error = years(2000, 2200).unwrap_err().to_string();
    assert_eq!(error, "the calendar: there are more than 200 years");
    assert!(years(2000, 1999).unwrap().years().is_empty(), "plain weeks are a calendar, too");
    let last = years(9800, 9999).unwrap();
    assert_eq!(last.missing_year(at("9999-06-01 00:00")), None);
}

#[test]
fn kept_as_json() {
    let china = WorkCalendar::china();
    let json = serde_json::to_value(&china).unwrap();
    assert_eq!(json["quiet"], "21:00-08:00");
    assert_eq!(json["hours"]["mon"][1], "13:30-18:00");
    assert_eq!(json["years"][1]["holidays"][1]["from"], "2025-01-28");
    assert_eq!(json["years"][1]["workdays"][0]["follows"], "mon");
    assert_eq!(serde_json::from_value::<WorkCalendar>(json.clone()).unwrap(), china);
    // The order of years says nothing.
    let mut turned = json.clone();
    turned["years"].as_array_mut().unwrap().reverse();
    let turned: WorkCalendar = serde_json::from_value(turned).unwrap();
    let over_new_year = |c: &WorkCalendar| c.due(at("2024-12-31 17:00"), span("9wd"));
    assert_eq!(over_new_year(&turned), over_new_year(&china));
    assert!(!over_new_year(&turned).assumed);
    let mut bad = json;
    bad["offset_minutes"] = 5000.into();
    assert!(serde_json::from_value::<WorkCalendar>(bad).is_err(), "checked when read, too");
}
