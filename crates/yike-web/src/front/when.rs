//! Moments as people say them: "today 18:00", the full date where it is older.

use jiff::tz::TimeZone;
use yike_model::Timestamp;

use super::language::Language;
use crate::pages::When;

/// The civil time of the districts we serve: all of China keeps one, eight hours ahead, winter and
/// summer.
const HOURS_AHEAD: i8 = 8;

fn zoned(at: Timestamp) -> jiff::ZonedDateTime {
    let zone = TimeZone::fixed(jiff::tz::offset(HOURS_AHEAD));
    jiff::Timestamp::from_millisecond(at.millis())
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .to_zoned_datetime(zone)
}

/// The date of a moment, `YYYY-MM-DD`.
pub fn date(at: Timestamp) -> String {
    zoned(at).strftime("%Y-%m-%d").to_string()
}

/// A moment as one says it at `now`.
pub fn said(language: Language, at: Timestamp, now: Timestamp) -> When {
    let (at, now) = (zoned(at), zoned(now));
    let time = at.strftime("%H:%M").to_string();
    let full = at.strftime("%Y-%m-%d %H:%M").to_string();
    let days = now.date().since(at.date()).map(|span| span.get_days());
    let said = match days {
        Ok(0) => language.fill("when-today", &[("time", time.into())]).into_owned(),
        Ok(-1) => language.fill("when-tomorrow", &[("time", time.into())]).into_owned(),
        Ok(1) => language.fill("when-yesterday", &[("time", time.into())]).into_owned(),
        Ok(-6..=-2) => {
            let day = at.weekday().to_monday_one_offset();
            let day = language.text(&format!("when-day-{day}")).into_owned();
            language.fill("when-on-day", &[("day", day.into()), ("time", time.into())]).into_owned()
        }
        _ => full.clone(),
    };
    When { iso: at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(), full, said }
}

/// The morning of a day written `YYYY-MM-DD`, when people have begun to work: 9 o'clock.
pub fn day(text: &str) -> Option<Timestamp> {
    let date: jiff::civil::Date = text.trim().parse().ok()?;
    let at = jiff::tz::offset(HOURS_AHEAD).to_timestamp(date.at(9, 0, 0, 0)).ok()?;
    Timestamp::from_millis(at.as_millisecond())
}

/// How long it is until a moment, or since: in days from two days on, in hours from two hours on.
pub fn left(language: Language, at: Timestamp, now: Timestamp) -> String {
    let (between, ahead) = if at > now { (at.since(now), true) } else { (now.since(at), false) };
    let minutes = between.as_secs() / 60;
    let (unit, n) = match minutes {
        0..120 => ("minutes", minutes),
        120..2_880 => ("hours", minutes / 60),
        _ => ("days", minutes / (24 * 60)),
    };
    let key = if ahead { format!("left-{unit}") } else { format!("over-{unit}") };
    language.fill(&key, &[("n", n.into())]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        let moment: jiff::Timestamp = text.parse().unwrap();
        Timestamp::from_millis(moment.as_millisecond()).unwrap()
    }

    #[test]
    fn today_is_a_day_in_shanghai() {
        // 23:30 UTC is half past seven the next morning there.
        let (morning, noon) = (at("2026-11-23T23:30:00Z"), at("2026-11-24T04:00:00Z"));
        assert_eq!(said(Language::English, morning, noon).said, "today 07:30");
        let before = at("2026-11-23T15:00:00Z");
        assert_eq!(said(Language::Chinese, before, noon).said, "昨天 23:00");
        let friday = at("2026-11-27T10:00:00Z");
        assert_eq!(said(Language::Chinese, friday, noon).said, "周五 18:00");
        assert_eq!(said(Language::English, friday, noon).said, "Friday 18:00");
        assert_eq!(
            said(Language::Chinese, at("2026-11-01T00:00:00Z"), noon).said,
            "2026-11-01 08:00"
        );
    }

    #[test]
    fn what_is_left_is_said_in_the_largest_unit_that_fits() {
        let now = at("2026-11-24T04:00:00Z");
        let said = |text: &str| left(Language::English, at(text), now);
        assert_eq!(said("2026-11-24T05:30:00Z"), "90 min left");
        assert_eq!(said("2026-11-24T09:59:00Z"), "5 h left");
        assert_eq!(said("2026-11-28T03:00:00Z"), "3 days left");
        assert_eq!(said("2026-11-22T03:00:00Z"), "2 days over");
    }

    #[test]
    fn a_day_begins_when_people_work() {
        assert_eq!(day("2026-11-24"), Some(at("2026-11-24T01:00:00Z")));
        for bad in ["", "2026-02-30", "24.11.2026", "<script>"] {
            assert_eq!(day(bad), None, "{bad}");
        }
    }
}
