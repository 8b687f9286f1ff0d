//! Other programs: what a key permits them.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use crate::id::BadId;

/// One thing a key permits. Whatever no right names, a program may no more than somebody who is not
/// signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// Report by Open311 GeoReport.
    Open311Write,
    /// Hand over what the city's hotline 12345 took down.
    Handover,
    /// Read cases as those who reported them do, private ones apart.
    ReadCases,
}

impl Right {
    /// All rights.
    pub const ALL: [Self; 3] = [Self::Open311Write, Self::Handover, Self::ReadCases];

    /// The word for it in tables and on the command line.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open311Write => "open311_write",
            Self::Handover => "handover",
            Self::ReadCases => "read_cases",
        }
    }
}

impl FromStr for Right {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        Self::ALL.into_iter().find(|right| right.code() == text).ok_or_else(|| {
            let all = Self::ALL.map(Self::code).join(", ");
            BadId(format!("{text:.60} is not a right of a key: there are {all}"))
        })
    }
}

/// What a key permits; written as words with spaces between them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rights(BTreeSet<Right>);

impl Rights {
    /// Takes rights.
    pub fn new(rights: impl IntoIterator<Item = Right>) -> Self {
        Self(rights.into_iter().collect())
    }

    /// Whether it permits something.
    pub fn has(&self, right: Right) -> bool {
        self.0.contains(&right)
    }

    /// Whether it permits nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Rights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<_> = self.0.iter().map(|right| right.code()).collect();
        f.write_str(&words.join(" "))
    }
}

impl FromStr for Rights {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let words = text.split([' ', ',']).filter(|word| !word.is_empty());
        words.map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_are_words() {
        let rights: Rights = "read_cases,open311_write".parse().unwrap();
        assert_eq!(rights.to_string(), "open311_write read_cases");
        assert_eq!(rights.to_string().parse(), Ok(rights.clone()));
        assert!(rights.has(Right::ReadCases) && !rights.has(Right::Handover));
        assert!("".parse::<Rights>().unwrap().is_empty());
        assert!("everything".parse::<Rights>().is_err());
    }
}
