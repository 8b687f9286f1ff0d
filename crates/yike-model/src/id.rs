//! Typed ids. They are made by the caller from a moment and random bytes, never by a database.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::time::Timestamp;

/// Text that is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadId(pub String);

/// Declares id types: UUIDs of version 7, which sort by the moment they were made.
macro_rules! id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Makes an id from the moment and ten random bytes.
            pub fn new(now: Timestamp, random: [u8; 10]) -> Self {
                let millis = u64::try_from(now.millis()).expect("timestamps are not negative");
                Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
            }

            /// Takes a UUID as it is.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                // Only the usual form: an id must be equal to its text.
                match Uuid::try_parse(text) {
                    Ok(uuid) if uuid.to_string() == text => Ok(Self(uuid)),
                    _ => Err(BadId(format!("{text:.60} is not an id: ids look like 01980e5c-1b2a-7c3d-8e4f-5a6b7c8d9e0f"))),
                }
            }
        }
    )*};
}

id! {
    /// A place of the tree; stays the same over all versions of the place.
    PlaceId;
    /// A person with an account.
    PersonId;
    /// A signed-in session.
    SessionId;
    /// An import of a file.
    ImportId;
    /// A job.
    JobId;
    /// A study.
    StudyId;
    /// A case.
    CaseId;
    /// A problem that several cases show.
    ProblemId;
    /// A text about a case.
    WordsId;
    /// A photo.
    PhotoId;
    /// Another program that has a key.
    ProgramId;
    /// Who is told by webhook.
    ReceiverId;
    /// A message in the outbox.
    NoticeId;
    /// A line of the audit.
    AuditId;
    /// Any subject of the ledger; see [`crate::spine::Subject`].
    SubjectId;
}

macro_rules! subject_ids {
    ($($name:ident)*) => {$(
        impl From<$name> for SubjectId {
            fn from(id: $name) -> Self {
                Self(id.0)
            }
        }
        impl From<SubjectId> for $name {
            fn from(id: SubjectId) -> Self {
                Self(id.0)
            }
        }
    )*};
}
subject_ids! { CaseId ImportId JobId ProblemId StudyId }

/// The key of a district, first in every table: its GB/T 2260 code, such as `330105`, or another
/// short word where there is none. 2 to 16 lower-case letters, digits and hyphens.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct DistrictId(Box<str>);

impl DistrictId {
    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DistrictId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for DistrictId {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let fits = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
        if (2..=16).contains(&text.len()) && text.bytes().all(fits) && !text.starts_with('-') {
            Ok(Self(text.into()))
        } else {
            Err(BadId(format!(
                "{text:.60} is not a district: give its six-digit code, or 2 to 16 lower-case letters, digits and hyphens"
            )))
        }
    }
}

impl TryFrom<String> for DistrictId {
    type Error = BadId;
    fn try_from(text: String) -> Result<Self, BadId> {
        text.parse()
    }
}

impl From<DistrictId> for String {
    fn from(id: DistrictId) -> Self {
        id.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_their_moment_and_come_back_from_text() {
        let at = |millis| Timestamp::from_millis(millis).unwrap();
        let early = JobId::new(at(1_700_000_000_000), [255; 10]);
        let late = JobId::new(at(1_700_000_000_001), [0; 10]);
        assert!(early < late && early.to_string() < late.to_string());
        assert_eq!(early.to_string().parse(), Ok(early));
        assert_eq!(early.uuid().get_version_num(), 7);
        assert!(early.to_string().to_uppercase().parse::<JobId>().is_err());
        assert!(early.uuid().simple().to_string().parse::<JobId>().is_err());
    }

    #[test]
    fn districts() {
        assert!("330105".parse::<DistrictId>().is_ok());
        assert!("monaco".parse::<DistrictId>().is_ok());
        for bad in ["", "3", "拱墅", "33 01", "-33", "12345678901234567", "A1"] {
            assert!(bad.parse::<DistrictId>().is_err(), "{bad}");
        }
    }
}
