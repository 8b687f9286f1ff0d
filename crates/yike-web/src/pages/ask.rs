//! The question of the nearby page: where from, who, for how long, when; as a resident puts it and as
//! the app takes it.

use serde::Deserialize;
use yike_app::nearby::{From, NearbyAsk};
use yike_app::streets::circles::hours::WeekTime;
use yike_app::streets::units::Coord;

use super::Chip;
use crate::error::Fault;
use crate::front::form::Posted;
use crate::front::language::Language;

/// The times one can choose, minutes.
pub const MINUTES: [u16; 3] = [5, 10, 15];

/// Profiles in the order of the page.
pub const PROFILES: [&str; 6] = ["adult", "elder", "frail", "child", "pram", "wheelchair"];

/// The question, as it stands in an address or a posted form.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ask {
    /// What was typed to be searched for.
    pub q: String,
    /// A place's code.
    pub place: String,
    /// A home's id in the data.
    pub home: String,
    /// `lon,lat` of a point chosen on the map.
    pub point: String,
    /// Who walks.
    pub profile: String,
    /// For how long.
    pub minutes: String,
    /// When, `HH:MM`; empty for any time.
    pub at: String,
}

impl Ask {
    /// The question of a posted form: the point is where the visitor is.
    pub fn posted(form: &Posted) -> Self {
        let one = |name: &str| form.one(name).to_owned();
        Self {
            point: format!("{},{}", form.one("lon"), form.one("lat")),
            profile: one("profile"),
            minutes: one("minutes"),
            at: one("at"),
            ..Self::default()
        }
    }

    /// Whether it says where the walk starts.
    pub fn has_start(&self) -> bool {
        [&self.place, &self.home, &self.point].iter().any(|start| !start.is_empty())
    }

    /// Who walks; an adult where nothing is said.
    pub fn profile(&self) -> &str {
        if self.profile.is_empty() { "adult" } else { &self.profile }
    }

    /// Minutes at hand: 15 where nothing is said.
    pub fn limit(&self) -> Result<u16, Fault> {
        match self.minutes.as_str() {
            "" => Ok(15),
            text => text
                .parse()
                .ok()
                .filter(|m| MINUTES.contains(m))
                .ok_or_else(|| Fault::invalid("minutes: 5, 10 or 15")),
        }
    }

    /// As the app takes it.
    pub fn to_app(&self) -> Result<NearbyAsk, Fault> {
        let from = if !self.place.is_empty() {
            From::Place(self.place.clone())
        } else if !self.home.is_empty() {
            From::Home(self.home.clone())
        } else {
            From::Point(point(&self.point)?)
        };
        let limit = self.limit()?;
        let mut ask = NearbyAsk::new(from);
        self.profile().clone_into(&mut ask.profile);
        ask.minutes = MINUTES.into_iter().filter(|m| *m <= limit).collect();
        if !self.at.is_empty() {
            let at = WeekTime::parse(&self.at).map_err(|why| Fault::invalid(why.to_string()))?;
            ask.at = Some(at);
        }
        Ok(ask)
    }

    /// Its parts as form fields, with one of them changed and the empty ones left out.
    fn fields(&self, key: &str, value: &str) -> Vec<(&'static str, String)> {
        let (lon, lat) = self.point.split_once(',').unwrap_or_default();
        let parts: [(&'static str, &str); 7] = [
            ("place", &self.place),
            ("home", &self.home),
            ("lon", lon),
            ("lat", lat),
            ("profile", &self.profile),
            ("minutes", &self.minutes),
            ("at", &self.at),
        ];
        parts
            .into_iter()
            .map(|(name, own)| (name, if name == key { value } else { own }.to_owned()))
            .filter(|(_, value)| !value.is_empty())
            .collect()
    }

    /// Its address with one part changed.
    pub fn href(&self, key: &str, value: &str) -> String {
        let mut query = String::new();
        let mut put = |name: &str, value: &str| {
            query.push(if query.is_empty() { '?' } else { '&' });
            query.push_str(name);
            query.push('=');
            query.push_str(&escape(value));
        };
        let fields = self.fields(key, value);
        if !self.point.is_empty() {
            put("point", &self.point);
        }
        for (name, value) in fields.iter().filter(|(name, _)| *name != "lon" && *name != "lat") {
            put(name, value);
        }
        format!("/nearby{query}")
    }

    /// A choice of one part.
    pub fn chip(&self, key: &'static str, value: &str, name: String, on: bool, csrf: &str) -> Chip {
        let mut fields = self.fields(key, value);
        if !fields.iter().any(|(name, _)| *name == key) {
            fields.push((key, value.to_owned()));
        }
        fields.push(("csrf", csrf.to_owned()));
        Chip { big: String::new(), name, href: self.href(key, value), fields, on }
    }

    /// All parts but the time, for the form that asks for one.
    pub fn hidden(&self, posted: bool, csrf: &str) -> Vec<(&'static str, String)> {
        let mut fields = self.fields("at", "");
        if posted {
            fields.push(("csrf", csrf.to_owned()));
        } else if !self.point.is_empty() {
            fields.retain(|(name, _)| *name != "lon" && *name != "lat");
            fields.push(("point", self.point.clone()));
        }
        fields
    }

    /// The name of who walks.
    pub fn profile_name(&self, language: Language) -> String {
        profile_name(language, self.profile())
    }
}

/// The name of a profile; a district's own is shown by its code.
pub fn profile_name(language: Language, code: &str) -> String {
    let key = format!("profile-{code}");
    if language.has(&key) { language.text(&key).into_owned() } else { code.to_owned() }
}

/// Reads `lon,lat`.
fn point(text: &str) -> Result<Coord, Fault> {
    let wrong =
        || Fault::invalid("point: give longitude,latitude in degrees, such as 120.15,30.28");
    let (lon, lat) = text.split_once(',').ok_or_else(wrong)?;
    let degrees = |text: &str, most: f64| {
        text.trim().parse::<f64>().ok().filter(|d| d.is_finite() && d.abs() <= most)
    };
    let lon = degrees(lon, 180.0).ok_or_else(wrong)?;
    let lat = degrees(lat, 90.0).ok_or_else(wrong)?;
    Ok(Coord::from_degrees(lon, lat))
}

/// Percent-encodes what may not stand in a query.
pub fn escape(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::with_capacity(text.len()), |mut safe, byte| {
        match byte {
            b'A'..=b'Z'
            | b'a'..=b'z'
            | b'0'..=b'9'
            | b'-'
            | b'_'
            | b'.'
            | b'~'
            | b','
            | b':'
            | b'/' => safe.push(byte as char),
            _ => {
                let _ = write!(safe, "%{byte:02X}");
            }
        }
        safe
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_changes_in_one_part_only() {
        let ask = Ask { place: "33010501".into(), minutes: "10".into(), ..Ask::default() };
        assert_eq!(ask.href("profile", "elder"), "/nearby?place=33010501&profile=elder&minutes=10");
        assert_eq!(ask.href("minutes", "5"), "/nearby?place=33010501&minutes=5");
        let ask = Ask { point: "120.15,30.28".into(), ..Ask::default() };
        assert_eq!(ask.href("minutes", "5"), "/nearby?point=120.15,30.28&minutes=5");
    }

    #[test]
    fn wrong_points_and_times_are_refused() {
        for bad in ["", "1", "a,b", "181,0", "0,91", "nan,0", "inf,0"] {
            assert!(point(bad).is_err(), "{bad}");
        }
        let ask = |minutes: &str| Ask { minutes: minutes.into(), ..Ask::default() }.limit();
        assert!(ask("7").is_err() && ask("-5").is_err() && ask("15").is_ok() && ask("").is_ok());
    }

    #[test]
    fn what_is_typed_cannot_leave_its_place_in_a_query() {
        assert_eq!(escape("a&b=柳"), "a%26b%3D%E6%9F%B3");
    }
}
