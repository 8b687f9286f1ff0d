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
        _ => full.clone(),
    };
    When { iso: at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(), full, said }
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
        assert_eq!(
            said(Language::Chinese, at("2026-11-01T00:00:00Z"), noon).said,
            "2026-11-01 08:00"
        );
    }
}
