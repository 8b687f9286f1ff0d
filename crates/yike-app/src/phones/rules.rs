//! What a district decides about phones: data, read once at the start.

use std::fs;
use std::io;
use std::time::Duration;

use serde::Deserialize;
use yike_model::people::{PhonePattern, Rate};

use crate::error::AppError;
use crate::folder::DataFolder;

/// The name of the file in the data folder that takes the place of ours.
const FILE: &str = "phones.toml";

/// The rules where a district has none of its own.
const BUILTIN: &str = include_str!("../../data/phones.toml");

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
/// The longest time over which something is counted.
pub const DAY: Duration = Duration::from_hours(24);

/// The rules of a district for residents without accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneRules {
    /// Which numbers can be sent a code.
    pub numbers: PhonePattern,
    /// Codes to one phone in a minute.
    pub phone_minute: Rate,
    /// Codes to one phone in a day.
    pub phone_day: Rate,
    /// Codes asked for from one address in an hour.
    pub address_hour: Rate,
    /// Codes tried from one address in an hour.
    pub tries_hour: Rate,
    /// People without a phone from one address in an hour.
    pub guests_hour: Rate,
    /// Photos handed in from one address in an hour, for reports that are being written.
    pub photos_hour: Rate,
    /// Codes sent in a day to all phones together.
    pub all_day: Rate,
    /// How long a phone is kept, and its owner signed in.
    pub kept: Duration,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    numbers: Numbers,
    limits: Limits,
    keep: Keep,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Numbers {
    country: String,
    forms: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Limits {
    codes_a_phone_a_minute: u32,
    codes_a_phone_a_day: u32,
    codes_an_address_an_hour: u32,
    tries_an_address_an_hour: u32,
    guests_an_address_an_hour: u32,
    photos_an_address_an_hour: u32,
    codes_a_day: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keep {
    days: u32,
}

impl PhoneRules {
    /// The rules of a data folder: its own, or ours.
    pub fn of(folder: &DataFolder) -> Result<Self, AppError> {
        let path = folder.root().join(FILE);
        match fs::read_to_string(&path) {
            Ok(text) => Self::read(&text)
                .map_err(|why| AppError::input(format!("{}: {why}", path.display()))),
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(Self::builtin()),
            Err(why) => Err(AppError::io(&path, why)),
        }
    }

    /// The rules that come with the program.
    pub fn builtin() -> Self {
        Self::read(BUILTIN).expect("data/phones.toml is checked by a test")
    }

    fn read(text: &str) -> Result<Self, String> {
        let File { numbers, limits, keep } = toml::from_str(text).map_err(|why| why.to_string())?;
        let forms = numbers.forms.iter().map(String::as_str);
        let pattern = PhonePattern::new(&numbers.country, forms).map_err(|why| why.to_string())?;
        if !(1..=3660).contains(&keep.days) {
            return Err(format!("keep.days is {}: give 1 to 3660 days", keep.days));
        }
        let rate = |most: u32, within: Duration| Rate { most, within };
        Ok(Self {
            numbers: pattern,
            phone_minute: rate(limits.codes_a_phone_a_minute, MINUTE),
            phone_day: rate(limits.codes_a_phone_a_day, DAY),
            address_hour: rate(limits.codes_an_address_an_hour, HOUR),
            tries_hour: rate(limits.tries_an_address_an_hour, HOUR),
            guests_hour: rate(limits.guests_an_address_an_hour, HOUR),
            photos_hour: rate(limits.photos_an_address_an_hour, HOUR),
            all_day: rate(limits.codes_a_day, DAY),
            kept: DAY * keep.days,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_are_as_they_were_decided() {
        let rules = PhoneRules::builtin();
        assert_eq!(rules.numbers, PhonePattern::mainland_china());
        assert_eq!((rules.phone_minute.most, rules.phone_day.most), (1, 5));
        assert_eq!((rules.address_hour.most, rules.guests_hour.most), (20, 30));
        assert_eq!(rules.kept, DAY * 180);
    }

    #[test]
    fn a_district_has_its_own_or_is_told_what_is_wrong() {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(root.path()).unwrap();
        assert_eq!(PhoneRules::of(&folder).unwrap(), PhoneRules::builtin());
        let file = root.path().join(FILE);
        fs::write(&file, BUILTIN.replace("codes_a_day = 5000", "codes_a_day = 7")).unwrap();
        assert_eq!(PhoneRules::of(&folder).unwrap().all_day.most, 7);
        for (from, to, told) in [
            ("days = 180", "days = 0", "keep.days"),
            ("\"86\"", "\"cn\"", "country"),
            ("[3-9]", "[3-", "form"),
            ("codes_a_day = 5000", "codes_a_year = 1", "codes_a_year"),
        ] {
            fs::write(&file, BUILTIN.replace(from, to)).unwrap();
            let why = PhoneRules::of(&folder).unwrap_err().to_string();
            assert!(why.contains(told) && why.contains(FILE), "{why}");
        }
    }
}
