//! People without accounts: who they are to us, why we know their phone and for how long, and when a
//! code proves that the phone is theirs.

use std::time::Duration;

use crate::digest::Digest;
use crate::id::PersonId;
use crate::people::PhoneNumber;
use crate::time::Timestamp;

/// What a person's data is kept for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// To send a code to a phone for which somebody asked for one.
    Code,
    /// To tell the person of what was reported, and to know them again.
    Contact,
    /// To know a device again that reported something without a phone.
    Device,
}

/// The lawful basis of keeping it: which item of article 13 of the Personal Information Protection Law.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The person said so, item 1.
    Consent,
    /// A duty by law, item 3: to answer what is reported.
    Duty,
}

impl Purpose {
    /// All purposes.
    pub const ALL: [Self; 3] = [Self::Code, Self::Contact, Self::Device];

    /// The word for it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Contact => "contact",
            Self::Device => "device",
        }
    }

    /// The basis on which it rests.
    pub const fn basis(self) -> Basis {
        match self {
            Self::Code | Self::Contact => Basis::Consent,
            Self::Device => Basis::Duty,
        }
    }
}

impl Basis {
    /// The word for it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Consent => "consent",
            Self::Duty => "duty",
        }
    }
}

/// A person without an account, as we know them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resident {
    /// Their id.
    pub id: PersonId,
    /// Their phone, if they gave it.
    pub phone: Option<PhoneNumber>,
    /// What for.
    pub purpose: Purpose,
    /// Since when.
    pub made_at: Timestamp,
    /// Until when; then everything here is deleted.
    pub keep_until: Timestamp,
}

/// How long a code works.
pub const CODE_LASTS: Duration = Duration::from_mins(10);

/// How often a code may be guessed wrong.
pub const CODE_TRIES: u32 = 5;

/// A code that was sent, without its digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SentCode {
    /// Digest of the code.
    pub digest: Digest,
    /// When it was made.
    pub made_at: Timestamp,
    /// Until when it works.
    pub expires_at: Timestamp,
    /// How often something was tried that it is not.
    pub tries: u32,
    /// Whether it was used.
    pub used: bool,
}

impl SentCode {
    /// Whether a code with this digest proves the phone now.
    pub fn proves(&self, tried: &Digest, now: Timestamp) -> bool {
        let lasts = now >= self.made_at && now < self.expires_at;
        lasts && !self.used && self.tries < CODE_TRIES && self.digest == *tried
    }
}

/// At most so many within a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub most: u32,
    /// Within how long.
    pub within: Duration,
}

/// How many there were since the first of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// When the first came.
    pub from: Timestamp,
    /// How many.
    pub count: u32,
}

impl Rate {
    /// Counts one more at `now`, or says from when on there may be one again.
    pub fn one_more(self, before: Option<Counted>, now: Timestamp) -> Result<Counted, Timestamp> {
        // A count that begins far ahead was made by a clock that was wrong.
        let open = |counted: &Counted| {
            now < counted.from.plus(self.within) && counted.from < now.plus(self.within)
        };
        match before.filter(open) {
            None if self.most > 0 => Ok(Counted { from: now, count: 1 }),
            None => Err(now.plus(self.within)),
            Some(counted) if counted.count < self.most => {
                Ok(Counted { count: counted.count + 1, ..counted })
            }
            Some(counted) => Err(counted.from.plus(self.within)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_millis(1_700_000_000_000).unwrap().plus(Duration::from_secs(seconds))
    }

    #[test]
    fn a_code_proves_once_in_time_and_within_its_tries() {
        let (right, wrong) = (Digest::of(b"right"), Digest::of(b"wrong"));
        let sent =
            SentCode { digest: right, made_at: at(0), expires_at: at(600), tries: 4, used: false };
        assert!(sent.proves(&right, at(0)) && sent.proves(&right, at(599)));
        assert!(!sent.proves(&wrong, at(0)));
        assert!(!sent.proves(&right, at(600)), "too late");
        assert!(!SentCode { tries: 5, ..sent }.proves(&right, at(1)), "guessed too often");
        assert!(!SentCode { used: true, ..sent }.proves(&right, at(1)), "used");
        assert!(!SentCode { made_at: at(9), ..sent }.proves(&right, at(1)), "a clock set back");
    }

    #[test]
    fn a_rate_lets_so_many_through_and_says_when_again() {
        let rate = Rate { most: 3, within: Duration::from_mins(1) };
        let mut counted = None;
        for second in [0, 20, 59] {
            counted = Some(rate.one_more(counted, at(second)).unwrap());
        }
        assert_eq!(rate.one_more(counted, at(59)), Err(at(60)));
        assert_eq!(rate.one_more(counted, at(60)), Ok(Counted { from: at(60), count: 1 }));
        assert_eq!(Rate { most: 0, ..rate }.one_more(None, at(0)), Err(at(60)), "none at all");
    }

    #[test]
    fn a_wrong_clock_locks_nobody_out() {
        let rate = Rate { most: 1, within: Duration::from_mins(1) };
        let ahead = Some(Counted { from: at(100_000), count: 1 });
        assert_eq!(rate.one_more(ahead, at(0)), Ok(Counted { from: at(0), count: 1 }));
        // Nodes whose clocks differ a little count together all the same.
        let near = Some(Counted { from: at(5), count: 1 });
        assert_eq!(rate.one_more(near, at(0)), Err(at(65)));
    }

    #[test]
    fn every_purpose_has_a_basis() {
        for purpose in Purpose::ALL {
            assert!(!purpose.code().is_empty() && !purpose.basis().code().is_empty());
        }
    }
}
