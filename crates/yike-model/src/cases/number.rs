//! What people call a case by: short enough to be read out on the phone.

use std::fmt;
use std::str::FromStr;

use jiff::tz::Offset;

use crate::id::{BadId, CaseId};
use crate::time::Timestamp;

/// `261124-7KQ2M`: the day it was reported, and five letters and digits that cannot be taken for each
/// other (Crockford's base 32). Not a secret, and not a count of cases.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct CaseNumber(Box<str>);

const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl CaseNumber {
    /// The number of a case: of the local day at `offset_minutes` east of UTC and the id's random part.
    pub fn new(id: CaseId, at: Timestamp, offset_minutes: i32) -> Self {
        let offset = Offset::from_seconds(offset_minutes * 60).unwrap_or(Offset::UTC);
        let day =
            jiff::Timestamp::from_millisecond(at.millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let day = offset.to_datetime(day).date();
        let bytes = id.uuid().into_bytes();
        let tail = u32::from_be_bytes([bytes[12], bytes[13], bytes[14], bytes[15]]);
        let word: String =
            (0..5).map(|n| DIGITS[(tail >> (5 * n)) as usize % 32] as char).collect();
        let (year, month, day) = (day.year() % 100, day.month(), day.day());
        Self(format!("{year:02}{month:02}{day:02}-{word}").into())
    }

    /// The number as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CaseNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for CaseNumber {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad =
            || BadId(format!("{text:.20} is not the number of a case: it looks like 261124-7KQ2M"));
        // What is read out may come back in small letters, with I, L and O.
        let word: String = text.trim().to_uppercase().replace(['I', 'L'], "1").replace('O', "0");
        let (day, tail) = word.split_once('-').ok_or_else(bad)?;
        let fits = day.len() == 6
            && day.bytes().all(|c| c.is_ascii_digit())
            && tail.len() == 5
            && tail.bytes().all(|c| DIGITS.contains(&c));
        fits.then(|| Self(word.into())).ok_or_else(bad)
    }
}

impl TryFrom<String> for CaseNumber {
    type Error = BadId;
    fn try_from(text: String) -> Result<Self, BadId> {
        text.parse()
    }
}

impl From<CaseNumber> for String {
    fn from(number: CaseNumber) -> Self {
        number.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_out_and_written_down() {
        // 2026-11-24 16:30 UTC is the 25th in Hangzhou.
        let at = Timestamp::from_millis(1_795_537_800_000).unwrap();
        let number = CaseNumber::new(CaseId::new(at, [7; 10]), at, 480);
        assert!(number.as_str().starts_with("261125-"), "{number}");
        assert_eq!(number.as_str().to_lowercase().parse(), Ok(number.clone()));
        assert!("261125-7KQ2U".parse::<CaseNumber>().is_err(), "U is no digit of Crockford's");
        assert!("261125".parse::<CaseNumber>().is_err());
        assert_eq!("261125-oilab".parse::<CaseNumber>().unwrap().as_str(), "261125-011AB");
    }
}
