//! Codes of places: official ones down to the community, our own below it.
//!
//! Official: GB/T 2260 county 6 digits (`330105`), GB/T 10114 adds 3 for the subdistrict
//! (`330105001`), the statistics code 3 more for the community (`330105001051`). The twelve-digit form
//! with trailing zeros (`330105000000`) is read as the shorter code.
//!
//! Ours: the community's code, `-`, a letter for the kind and a serial: `330105001051-G01` grid,
//! `-E003` estate, `-B0012` building; an entrance adds its serial to its building: `…-B0012-02`.
//!
//! A district without official codes uses words of its own: letters, digits, `-`, `_`, `.`.

use std::fmt;
use std::str::FromStr;

use crate::places::PlaceKind;

/// A place's code: unique in its district, never given to another place.
///
/// ```
/// use yike_model::places::PlaceCode;
///
/// let community: PlaceCode = "330105001051".parse().expect("an official code");
/// assert!("33010500".parse::<PlaceCode>().is_err(), "no official code has eight digits");
/// # let _ = community;
/// ```
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct PlaceCode(Box<str>);

/// Most characters of a code.
const LIMIT: usize = 40;

/// Why a text is not the code of a place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum BadCode {
    #[error("a code has 1 to 40 letters, digits, '-', '_' or '.': {0:?} has not")]
    Form(String),
    #[error(
        "{0} has {1} digits: official codes have 6 (district), 9 (subdistrict) or 12 (community)"
    )]
    Digits(String, usize),
    #[error("{0} is not a county code: the province is 11 or more, the county is not 00")]
    County(String),
    #[error("{0} has zeros where a subdistrict or community number is due")]
    Zero(String),
    #[error("{code} is the code of a {is}, not of a {kind}")]
    Level { code: String, is: PlaceKind, kind: PlaceKind },
    #[error("{code} does not begin with the code of its {above}, {parent}")]
    Prefix { code: String, above: PlaceKind, parent: String },
}

/// What the three town digits of an official code say (convention of the statistics office).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TownClass {
    /// 001-099 街道.
    Subdistrict,
    /// 100-199 镇.
    Town,
    /// 200-399 乡.
    Township,
    /// 400 and above: development zones, farms and the like.
    Other,
}

impl PlaceCode {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is an official code.
    pub fn is_official(&self) -> bool {
        self.0.bytes().all(|c| c.is_ascii_digit())
    }

    /// The level an official code stands for.
    pub fn level(&self) -> Option<PlaceKind> {
        match (self.is_official(), self.0.len()) {
            (true, 6) => Some(PlaceKind::District),
            (true, 9) => Some(PlaceKind::Subdistrict),
            (true, 12) => Some(PlaceKind::Community),
            _ => None,
        }
    }

    /// What the town digits of an official subdistrict or community code say.
    pub fn town_class(&self) -> Option<TownClass> {
        let town: u32 = match self.level()? {
            PlaceKind::District => return None,
            _ => self.0[6..9].parse().ok()?,
        };
        Some(match town {
            0..=99 => TownClass::Subdistrict,
            100..=199 => TownClass::Town,
            200..=399 => TownClass::Township,
            _ => TownClass::Other,
        })
    }

    /// The twelve-digit statistics form of an official code.
    pub fn statistics_form(&self) -> Option<String> {
        self.level().map(|_| format!("{:0<12}", &*self.0))
    }

    /// Our own code for the `serial`-th grid, estate or building of a community, or entrance of a
    /// building; `None` for kinds that have official codes.
    pub fn own(above: &Self, kind: PlaceKind, serial: u32) -> Option<Self> {
        let code = match kind {
            PlaceKind::Grid => format!("{above}-G{serial:02}"),
            PlaceKind::Estate => format!("{above}-E{serial:03}"),
            PlaceKind::Building => format!("{above}-B{serial:04}"),
            PlaceKind::Entrance => format!("{above}-{serial:02}"),
            PlaceKind::District | PlaceKind::Subdistrict | PlaceKind::Community => return None,
        };
        (code.len() <= LIMIT).then(|| Self(code.into()))
    }

    /// Takes one of our own codes apart: what it was built on, the kind, the serial.
    pub fn split_own(&self) -> Option<(Self, PlaceKind, u32)> {
        let (above, rest) = self.0.rsplit_once('-')?;
        let (kind, digits) = match rest.as_bytes().first()? {
            b'G' => (PlaceKind::Grid, &rest[1..]),
            b'E' => (PlaceKind::Estate, &rest[1..]),
            b'B' => (PlaceKind::Building, &rest[1..]),
            _ => (PlaceKind::Entrance, rest),
        };
        let plain = !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit());
        let serial = digits.parse().ok().filter(|_| plain)?;
        Some((Self(above.into()), kind, serial))
    }

    /// Checks that the code can be that of a `kind` below `parent`.
    pub fn check(
        &self,
        kind: PlaceKind,
        parent: Option<(&Self, PlaceKind)>,
    ) -> Result<(), BadCode> {
        let Some(level) = self.level() else { return Ok(()) };
        if level != kind {
            return Err(BadCode::Level { code: self.to_string(), is: level, kind });
        }
        match parent {
            Some((parent, above)) if parent.is_official() && !self.0.starts_with(&*parent.0) => {
                Err(BadCode::Prefix { code: self.to_string(), above, parent: parent.to_string() })
            }
            _ => Ok(()),
        }
    }
}

/// Checks an official code and shortens the twelve-digit form.
fn official(digits: &str) -> Result<&str, BadCode> {
    let whole = || digits.to_owned();
    if digits[..6].parse::<u32>().unwrap_or(0) < 110_000 || &digits[4..6] == "00" {
        return Err(BadCode::County(whole()));
    }
    let town = digits.get(6..9);
    let community = digits.get(9..12);
    match (town, community) {
        (None, _) | (Some("000"), Some("000")) => Ok(&digits[..6]),
        (Some("000"), _) => Err(BadCode::Zero(whole())),
        (Some(_), None | Some("000")) => Ok(&digits[..9]),
        (Some(_), Some(_)) => Ok(digits),
    }
}

impl FromStr for PlaceCode {
    type Err = BadCode;
    fn from_str(text: &str) -> Result<Self, BadCode> {
        let text = text.trim();
        let fits = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.');
        if text.is_empty() || text.len() > LIMIT || !text.bytes().all(fits) {
            return Err(BadCode::Form(text.chars().take(LIMIT).collect()));
        }
        if !text.bytes().all(|c| c.is_ascii_digit()) {
            return Ok(Self(text.into()));
        }
        match text.len() {
            6 | 9 | 12 => official(text).map(|code| Self(code.into())),
            digits => Err(BadCode::Digits(text.into(), digits)),
        }
    }
}

impl fmt::Display for PlaceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for PlaceCode {
    type Error = BadCode;
    fn try_from(text: String) -> Result<Self, BadCode> {
        text.parse()
    }
}

impl From<PlaceCode> for String {
    fn from(code: PlaceCode) -> Self {
        code.0.into()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code(text: &str) -> PlaceCode {
        text.parse().unwrap()
    }

    #[test]
    fn real_codes() {
        assert_eq!(code("330105").level(), Some(PlaceKind::District));
        assert_eq!(code("330105000000"), code("330105"));
        assert_eq!(code("330105001000"), code("330105001"));
        assert_eq!(code("330105001051").level(), Some(PlaceKind::Community));
        assert_eq!(code("330105001").town_class(), Some(TownClass::Subdistrict));
        assert_eq!(code("330110100").town_class(), Some(TownClass::Town));
        assert_eq!(code("330105001").statistics_form().unwrap(), "330105001000");
    }

    #[test]
    fn refused() {
        let why = |text: &str| text.parse::<PlaceCode>().unwrap_err();
        assert!(matches!(why("330100"), BadCode::County(_)), "a city is not a district");
        assert!(matches!(why("090105"), BadCode::County(_)));
        assert!(matches!(why("33010"), BadCode::Digits(_, 5)));
        assert!(matches!(why("330105000051"), BadCode::Zero(_)));
        assert!(matches!(why("330105000"), BadCode::Zero(_)));
        assert!(matches!(why("拱墅"), BadCode::Form(_)));
        assert!(matches!(why(&"a".repeat(41)), BadCode::Form(_)));
    }

    #[test]
    fn level_and_prefix_are_checked() {
        let district = code("330105");
        let parent = Some((&district, PlaceKind::District));
        assert_eq!(code("330105001").check(PlaceKind::Subdistrict, parent), Ok(()));
        assert_eq!(code("old-town").check(PlaceKind::Subdistrict, parent), Ok(()));
        assert!(matches!(
            code("330106001").check(PlaceKind::Subdistrict, parent),
            Err(BadCode::Prefix { .. })
        ));
        assert!(matches!(
            code("330105001051").check(PlaceKind::Subdistrict, parent),
            Err(BadCode::Level { is: PlaceKind::Community, .. })
        ));
    }

    #[test]
    fn own_codes_come_back() {
        let community = code("330105001051");
        for kind in [PlaceKind::Grid, PlaceKind::Estate, PlaceKind::Building] {
            let own = PlaceCode::own(&community, kind, 12).unwrap();
            assert_eq!(own.split_own(), Some((community.clone(), kind, 12)));
            assert_eq!(own.to_string().parse(), Ok(own));
        }
        let building = PlaceCode::own(&community, PlaceKind::Building, 12_345).unwrap();
        let door = PlaceCode::own(&building, PlaceKind::Entrance, 2).unwrap();
        assert_eq!(door.as_str(), "330105001051-B12345-02");
        assert_eq!(door.split_own(), Some((building, PlaceKind::Entrance, 2)));
        assert_eq!(code("330105001051").split_own(), None);
        assert_eq!(code("old-town").split_own(), None);
    }

    proptest! {
        #[test]
        fn every_official_code_parses_to_itself(
            county in 110_001_u32..999_999, town in 1_u32..1_000, community in 1_u32..1_000, depth in 0..3
        ) {
            prop_assume!(county % 100 != 0);
            let text = match depth {
                0 => format!("{county}"),
                1 => format!("{county}{town:03}"),
                _ => format!("{county}{town:03}{community:03}"),
            };
            let parsed = code(&text);
            prop_assert_eq!(parsed.as_str(), text.as_str());
            prop_assert_eq!(code(&parsed.statistics_form().unwrap()), parsed);
        }

        #[test]
        fn whatever_parses_is_its_own_text(text in "[0-9A-Za-z._ -]{0,45}") {
            if let Ok(parsed) = text.parse::<PlaceCode>() {
                prop_assert_eq!(parsed.to_string().parse(), Ok(parsed.clone()));
                prop_assert!(text.trim().starts_with(parsed.as_str()));
            }
        }
    }
}
