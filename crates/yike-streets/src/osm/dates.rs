//! Days and seconds since 1970, without a clock.

/// Seconds since 1970 of `2024-09-08T20:21:00Z`, or of its day where the time cannot be read.
pub(crate) fn seconds(text: &str) -> Option<i64> {
    let number = |range: std::ops::Range<usize>| -> Option<i64> { text.get(range)?.parse().ok() };
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let time = || Some(number(11..13)? * 3600 + number(14..16)? * 60 + number(17..19)?);
    Some(days(year, month, day) * 86_400 + time().unwrap_or(0))
}

/// Days since 1970 in the Gregorian calendar (Hinnant's `days_from_civil`).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// `YYYY-MM-DD` of a moment in seconds since 1970 (Hinnant's `civil_from_days`).
pub(crate) fn day(seconds: i64) -> String {
    let days = seconds.div_euclid(86_400) + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_go_both_ways() {
        for (text, at) in [
            ("1970-01-01", 0),
            ("2000-02-29", 951_782_400),
            ("2015-06-06", 1_433_548_800),
            ("2024-12-31", 1_735_603_200),
        ] {
            assert_eq!(seconds(text), Some(at));
            assert_eq!(day(at + 86_399), text);
        }
        assert_eq!(seconds("2015-06-06T00:23:02Z"), Some(1_433_550_182));
        assert_eq!(seconds("yesterday"), None);
        assert_eq!(seconds("2015-13-06"), None);
    }
}
