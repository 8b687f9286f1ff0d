//! Actors: who asks, and in which roles.

use std::fmt;
use std::str::FromStr;

use crate::id::{BadId, DistrictId, PersonId, PlaceId, ProgramId};
use crate::people::{Right, Rights};
use crate::spine::Doer;

/// What a person is at a place.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Lives there 居民.
    Resident,
    /// Looks after a stairwell 楼道长.
    StairwellVolunteer,
    /// Works a grid 网格员.
    GridWorker,
    /// Posted to one estate to lead on site 小区专员.
    EstateCommissioner,
    /// Manages a property area for its owners 物业服务人.
    PropertyManager,
    /// Acts for the owners' meeting 业委会.
    OwnersCommittee,
    /// Runs a community 居委会.
    ResidentsCommittee,
    /// Works for a subdistrict 街道.
    SubdistrictOffice,
    /// Works for the district 区.
    DistrictOffice,
    /// Checks what others say they have done, and never handles 核查员.
    Checker,
    /// Plans facilities for the place 规划.
    Planner,
    /// Keeps data, accounts and settings 管理员.
    Administrator,
    /// Reads the audit, and nothing else that is not public 审计员.
    Auditor,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 13] = [
        Self::Resident,
        Self::StairwellVolunteer,
        Self::GridWorker,
        Self::EstateCommissioner,
        Self::PropertyManager,
        Self::OwnersCommittee,
        Self::ResidentsCommittee,
        Self::SubdistrictOffice,
        Self::DistrictOffice,
        Self::Checker,
        Self::Planner,
        Self::Administrator,
        Self::Auditor,
    ];

    /// The word for it in the ledger and in sessions.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Resident => "resident",
            Self::StairwellVolunteer => "stairwell_volunteer",
            Self::GridWorker => "grid_worker",
            Self::EstateCommissioner => "estate_commissioner",
            Self::PropertyManager => "property_manager",
            Self::OwnersCommittee => "owners_committee",
            Self::ResidentsCommittee => "residents_committee",
            Self::SubdistrictOffice => "subdistrict_office",
            Self::DistrictOffice => "district_office",
            Self::Checker => "checker",
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
    /// Another program, by its key.
    Program {
        /// Which.
        id: ProgramId,
        /// The district whose key it is.
        district: DistrictId,
        /// What the key permits.
        rights: Rights,
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
            Self::Program { id, .. } => Doer::Program(*id),
            Self::System => Doer::System,
        }
    }

    /// Whether it is a program whose key of this district permits something.
    pub fn has_right(&self, right: Right, here: &DistrictId) -> bool {
        match self {
            Self::Program { district, rights, .. } => district == here && rights.has(right),
            Self::Anonymous | Self::Person { .. } | Self::System => false,
        }
    }
}
