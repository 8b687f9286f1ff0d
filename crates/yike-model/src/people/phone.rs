//! Telephone numbers that can be sent a code, and the codes. Which numbers these are is a district's
//! data; nothing here is written down by `Debug`.

use std::fmt;
use std::str::FromStr;

/// Longest text that is looked at as a number, in bytes.
const TEXT_LIMIT: usize = 60;

/// Digits of a number with its country, as many as there are in the world.
const DIGITS: std::ops::RangeInclusive<usize> = 5..=15;

/// Why a number was not taken. Does not repeat it: messages end up in logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a mobile number that can be sent a code: check its digits")]
pub struct BadPhone;

/// Which numbers can be sent a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhonePattern {
    country: String,
    forms: Vec<Form>,
}

/// The digits that may stand at each place of a number.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Form(Vec<[bool; 10]>);

/// A pattern that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadPattern(String);

impl FromStr for Form {
    type Err = BadPattern;
    fn from_str(text: &str) -> Result<Self, BadPattern> {
        let bad = || {
            BadPattern(format!(
                "{text:?} is not a form of numbers: use digits, # for any digit, [3-9] for some; 4 to 14 places"
            ))
        };
        let (mut places, mut rest) = (Vec::new(), text.as_bytes());
        loop {
            let mut digits = [false; 10];
            rest = match rest {
                [] => break,
                [b'#', rest @ ..] => {
                    digits = [true; 10];
                    rest
                }
                [digit @ b'0'..=b'9', rest @ ..] => {
                    digits[usize::from(digit - b'0')] = true;
                    rest
                }
                [b'[', from @ b'0'..=b'9', b'-', to @ b'0'..=b'9', b']', rest @ ..]
                    if from <= to =>
                {
                    digits[usize::from(from - b'0')..=usize::from(to - b'0')].fill(true);
                    rest
                }
                _ => return Err(bad()),
            };
            places.push(digits);
        }
        if (4..=14).contains(&places.len()) { Ok(Self(places)) } else { Err(bad()) }
    }
}

impl Form {
    fn fits(&self, number: &str) -> bool {
        let fits = |(digits, digit): (&[bool; 10], u8)| {
            digit.is_ascii_digit() && digits[usize::from(digit - b'0')]
        };
        self.0.len() == number.len() && self.0.iter().zip(number.bytes()).all(fits)
    }
}

impl PhonePattern {
    /// Numbers of a country (its code, such as `86`) of these forms: digits, `#` for any digit, `[3-9]`
    /// for some.
    pub fn new<'a>(
        country: &str,
        forms: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, BadPattern> {
        if !(1..=3).contains(&country.len()) || !country.bytes().all(|c| c.is_ascii_digit()) {
            return Err(BadPattern(format!(
                "{country:?} is not the code of a country, such as 86"
            )));
        }
        let forms = forms.into_iter().map(str::parse).collect::<Result<Vec<_>, _>>()?;
        if forms.is_empty() {
            return Err(BadPattern("no form of numbers is given".into()));
        }
        Ok(Self { country: country.to_owned(), forms })
    }

    /// Mobile numbers of mainland China.
    pub fn mainland_china() -> Self {
        Self::new("86", ["1[3-9]#########"]).expect("the pattern is checked by a test")
    }

    /// Reads a number as people write it: with or without its country, with spaces and hyphens, in digits
    /// of any width.
    pub fn parse(&self, text: &str) -> Result<PhoneNumber, BadPhone> {
        if text.len() > TEXT_LIMIT {
            return Err(BadPhone);
        }
        let plain = text.chars().filter(|&c| !is_between(c)).map(narrow).collect::<String>();
        let country = self.country.as_str();
        let whole = plain.strip_prefix('+').or_else(|| plain.strip_prefix("00"));
        let number = match whole {
            Some(whole) => whole.strip_prefix(country).filter(|number| self.fits(number)),
            None if self.fits(&plain) => Some(plain.as_str()),
            None => plain.strip_prefix(country).filter(|number| self.fits(number)),
        };
        let number = number.ok_or(BadPhone)?;
        Ok(PhoneNumber(format!("+{country}{number}").into()))
    }

    fn fits(&self, number: &str) -> bool {
        self.forms.iter().any(|form| form.fits(number))
    }
}

/// What people put between digits.
fn is_between(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '-' | '－' | '‐' | '‑' | '–' | '—' | '.' | '·' | '(' | ')' | '（' | '）')
}

/// A digit or plus of full width as one of plain width.
fn narrow(c: char) -> char {
    match c {
        '０'..='９' => char::from(b'0' + (c as u32 - '０' as u32) as u8),
        '＋' => '+',
        other => other,
    }
}

/// A number with its country, as `+8613800000000`. `Debug` hides it, and it has no other way into a
/// message than [`PhoneNumber::reveal`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneNumber(Box<str>);

impl PhoneNumber {
    /// Takes a number as it was stored.
    pub fn stored(text: &str) -> Result<Self, BadPhone> {
        match text.strip_prefix('+') {
            Some(digits)
                if DIGITS.contains(&digits.len()) && digits.bytes().all(|c| c.is_ascii_digit()) =>
            {
                Ok(Self(text.into()))
            }
            _ => Err(BadPhone),
        }
    }

    /// The number: for its owner, for the sender of messages, and for the table of people.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Its last four digits, by which its owner knows it.
    pub fn ending(&self) -> &str {
        &self.0[self.0.len() - 4..]
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneNumber(hidden)")
    }
}

/// Six digits that prove that a phone is at hand. `Debug` hides them.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneCode(u32);

impl PhoneCode {
    /// How many codes there are.
    const COUNT: u32 = 1_000_000;

    /// Makes a code from eight random bytes.
    pub const fn new(random: [u8; 8]) -> Self {
        // Of so many numbers the last few codes are not less likely by anything that counts.
        Self((u64::from_be_bytes(random) % Self::COUNT as u64) as u32)
    }

    /// Reads a code as people type it: with spaces, in digits of any width.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > TEXT_LIMIT {
            return None;
        }
        let plain = text.chars().filter(|&c| !is_between(c)).map(narrow).collect::<String>();
        let six = plain.len() == 6 && plain.bytes().all(|c| c.is_ascii_digit());
        plain.parse().ok().filter(|_| six).map(Self)
    }

    /// The digits, to be sent.
    pub fn reveal(&self) -> String {
        format!("{:06}", self.0)
    }
}

impl fmt::Debug for PhoneCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneCode(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, BadPhone> {
        PhonePattern::mainland_china().parse(text).map(|phone| phone.reveal().to_owned())
    }

    #[test]
    fn numbers_as_people_write_them() {
        for text in [
            "13812345678",
            " 138 1234 5678 ",
            "138-1234-5678",
            "+86 138 1234 5678",
            "+86(138)1234.5678",
            "008613812345678",
            "8613812345678",
            "１３８１２３４５６７８",
            "＋８６　１３８－１２３４－５６７８",
        ] {
            assert_eq!(read(text).as_deref(), Ok("+8613812345678"), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_refused() {
        for text in [
            "",
            "1381234567",
            "138123456789",
            "12812345678",
            "0571 8888 8888",
            "+852 6123 4567",
            "+1 13812345678",
            "++8613812345678",
            "+860013812345678",
            "1381234567a",
            "１３８١٢٣٤٥٦٧٨",
            "13812345678;13812345679",
            &" ".repeat(100),
        ] {
            assert_eq!(read(text), Err(BadPhone), "{text}");
        }
    }

    #[test]
    fn a_district_elsewhere_has_other_numbers() {
        let pattern = PhonePattern::new("852", ["[5-7]#######", "9#######"]).unwrap();
        assert_eq!(pattern.parse("6123 4567").unwrap().reveal(), "+85261234567");
        assert_eq!(pattern.parse("+852 9123 4567").unwrap().reveal(), "+85291234567");
        assert!(pattern.parse("8123 4567").is_err() && pattern.parse("13812345678").is_err());
        for (country, form) in
            [("86", "1[9-3]###"), ("86", "1x###"), ("86", "###"), ("86", "1[3-"), ("cn", "#####")]
        {
            assert!(PhonePattern::new(country, [form]).is_err(), "{form}");
        }
        assert!(PhonePattern::new("86", []).is_err());
        assert!(PhonePattern::new("86", ["###############"]).is_err());
    }

    #[test]
    fn nothing_shows_itself() {
        let phone = PhonePattern::mainland_china().parse("13812345678").unwrap();
        assert_eq!(format!("{phone:?}"), "PhoneNumber(hidden)");
        assert_eq!(phone.ending(), "5678");
        assert_eq!(PhoneNumber::stored(phone.reveal()), Ok(phone));
        assert!(
            PhoneNumber::stored("13812345678").is_err() && PhoneNumber::stored("+123").is_err()
        );
        assert_eq!(format!("{:?}", PhoneCode::new([7; 8])), "PhoneCode(hidden)");
        assert!(!BadPhone.to_string().contains(|c: char| c.is_ascii_digit()));
    }

    #[test]
    fn codes_have_six_digits() {
        assert_eq!(PhoneCode::new(42_u64.to_be_bytes()).reveal(), "000042");
        assert_eq!(PhoneCode::new(1_999_999_u64.to_be_bytes()).reveal(), "999999");
        assert_eq!(PhoneCode::parse(" ０００ 042 "), Some(PhoneCode(42)));
        for text in ["42", "0000042", "+00042", "00004a", "", "-00042x"] {
            assert_eq!(PhoneCode::parse(text), None, "{text}");
        }
    }
}
