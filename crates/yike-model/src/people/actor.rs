//! Actors: who asks, and in which roles.

use std::fmt;
use std::str::FromStr;

use crate::id::{BadId, DistrictId, PersonId, PlaceId};
use crate::spine::Doer;

/// What a person is at a place.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Lives there 居民.
    Resident,
    /// Works a grid 网格员.
    GridWorker,
    /// Plans facilities for the place 规划.
    Planner,
    /// Keeps data, accounts and settings 管理员.
    Administrator,
    /// Reads the audit, and nothing else that is not public 审计员.
    Auditor,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 5] =
        [Self::Resident, Self::GridWorker, Self::Planner, Self::Administrator, Self::Auditor];

    /// The word for it in the ledger and in sessions.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Resident => "resident",
            Self::GridWorker => "grid_worker",
            Self::Planner => "planner",
            Self::Administrator => "administrator",
            Self::Auditor => "auditor",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Role {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        Self::ALL.into_iter().find(|role| role.code() == text).ok_or_else(|| {
            let all = Self::ALL.map(Self::code).join(", ");
            BadId(format!("{text:.60} is not a role: there are {all}"))
        })
    }
}

/// A role at a place; it holds for all places below, too.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Posting {
    /// The role.
    pub role: Role,
    /// The district.
    pub district: DistrictId,
    /// The place; `None` is the whole district.
    pub place: Option<PlaceId>,
}

/// Who asks for something to be done or shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Someone who is not signed in.
    Anonymous,
    /// A signed-in person.
    Person {
        /// Who.
        id: PersonId,
        /// In which roles where.
        postings: Vec<Posting>,
    },
    /// Yike itself: the clock, a worker, the command line on the machine.
    System,
}

impl Actor {
    /// How the actor is written down.
    pub const fn doer(&self) -> Doer {
        match self {
            Self::Anonymous => Doer::Anonymous,
            Self::Person { id, .. } => Doer::Person(*id),
            Self::System => Doer::System,
        }
    }
}
