//! Tiers and units: who can be responsible for a case, from the stairwell up to the district.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::{BadId, PlaceId};
use crate::people::Role;
use crate::places::PlaceKind;

/// A rung of the ladder by which a case climbs 层级.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// 楼道
    Stairwell,
    /// 小区
    Estate,
    /// 社区
    Community,
    /// 街道
    Subdistrict,
    /// 区
    District,
}

impl Tier {
    /// All tiers, from the bottom up.
    pub const ALL: [Self; 5] =
        [Self::Stairwell, Self::Estate, Self::Community, Self::Subdistrict, Self::District];

    /// The word for it in files and tables.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Stairwell => "stairwell",
            Self::Estate => "estate",
            Self::Community => "community",
            Self::Subdistrict => "subdistrict",
            Self::District => "district",
        }
    }

    /// The next one up.
    pub const fn above(self) -> Option<Self> {
        match self {
            Self::Stairwell => Some(Self::Estate),
            Self::Estate => Some(Self::Community),
            Self::Community => Some(Self::Subdistrict),
            Self::Subdistrict => Some(Self::District),
            Self::District => None,
        }
    }

    /// The kind of place a unit of this tier looks after, and the post that answers for the tier.
    pub const fn post(self) -> (PlaceKind, Role) {
        match self {
            Self::Stairwell => (PlaceKind::Entrance, Role::StairwellVolunteer),
            Self::Estate => (PlaceKind::Estate, Role::EstateCommissioner),
            Self::Community => (PlaceKind::Community, Role::ResidentsCommittee),
            Self::Subdistrict => (PlaceKind::Subdistrict, Role::SubdistrictOffice),
            Self::District => (PlaceKind::District, Role::DistrictOffice),
        }
    }

    /// The tier a role works at; none for roles that answer for no cases.
    pub const fn of(role: Role) -> Option<Self> {
        match role {
            Role::StairwellVolunteer => Some(Self::Stairwell),
            Role::EstateCommissioner | Role::PropertyManager | Role::OwnersCommittee => {
                Some(Self::Estate)
            }
            Role::GridWorker | Role::ResidentsCommittee => Some(Self::Community),
            Role::SubdistrictOffice => Some(Self::Subdistrict),
            Role::DistrictOffice => Some(Self::District),
            Role::Resident
            | Role::Checker
            | Role::Planner
            | Role::Administrator
            | Role::Auditor => None,
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Tier {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        Self::ALL.into_iter().find(|tier| tier.code() == text).ok_or_else(|| {
            let all = Self::ALL.map(Self::code).join(", ");
            BadId(format!("{text:.60} is not a tier: there are {all}"))
        })
    }
}

/// The kind of place a role's post stands at.
pub const fn seat(role: Role) -> Option<PlaceKind> {
    match role {
        Role::StairwellVolunteer => Some(PlaceKind::Entrance),
        Role::EstateCommissioner | Role::PropertyManager | Role::OwnersCommittee => {
            Some(PlaceKind::Estate)
        }
        Role::GridWorker => Some(PlaceKind::Grid),
        Role::ResidentsCommittee => Some(PlaceKind::Community),
        Role::SubdistrictOffice => Some(PlaceKind::Subdistrict),
        Role::DistrictOffice => Some(PlaceKind::District),
        _ => None,
    }
}

/// Who answers: a post at a place, whoever holds it 责任单位.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Unit {
    /// The place it looks after.
    pub place: PlaceId,
    /// In which role.
    pub role: Role,
}

impl Unit {
    /// The tier it works at.
    pub const fn tier(self) -> Option<Tier> {
        Tier::of(self.role)
    }
}

/// A place and those it stands in, from the district down: where a case is, as it was when it was
/// reported. Later changes of the tree do not move it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Path(Vec<(PlaceKind, PlaceId)>);

impl Path {
    /// Takes the places from the district down; `None` if they are not in that order or there are none.
    pub fn new(places: Vec<(PlaceKind, PlaceId)>) -> Option<Self> {
        let falls = places.windows(2).all(|pair| pair[0].0 < pair[1].0);
        (falls && places.first()?.0 == PlaceKind::District).then_some(Self(places))
    }

    /// The place of a kind on the way.
    pub fn at(&self, kind: PlaceKind) -> Option<PlaceId> {
        self.0.iter().find(|(of, _)| *of == kind).map(|(_, id)| *id)
    }

    /// The finest place named.
    pub fn end(&self) -> Option<PlaceId> {
        self.0.last().map(|(_, id)| *id)
    }

    /// Whether a place is on the way.
    pub fn holds(&self, place: PlaceId) -> bool {
        self.0.iter().any(|(_, id)| *id == place)
    }

    /// The ids, from the district down.
    pub fn ids(&self) -> impl Iterator<Item = PlaceId> {
        self.0.iter().map(|(_, id)| *id)
    }

    /// The unit of a role on the way, if there is a place for it.
    pub fn unit(&self, role: Role) -> Option<Unit> {
        Some(Unit { place: self.at(seat(role)?)?, role })
    }

    /// The unit that answers for a tier, if the way passes one.
    pub fn post(&self, tier: Tier) -> Option<Unit> {
        self.unit(tier.post().1)
    }

    /// The unit that answers at a tier or, where the way has none, at the next one up.
    pub fn post_from(&self, tier: Tier) -> Option<Unit> {
        let mut tier = Some(tier);
        while let Some(at) = tier {
            if let Some(unit) = self.post(at) {
                return Some(unit);
            }
            tier = at.above();
        }
        None
    }

    /// Whether a unit looks after a place on the way.
    pub fn passes(&self, unit: Unit) -> bool {
        seat(unit.role).is_some_and(|kind| self.at(kind) == Some(unit.place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    fn id(n: u8) -> PlaceId {
        PlaceId::new(Timestamp::FIRST, [n; 10])
    }

    #[test]
    fn a_way_falls_from_the_district() {
        let d = (PlaceKind::District, id(1));
        let c = (PlaceKind::Community, id(3));
        assert!(Path::new(vec![d, c]).is_some());
        assert!(Path::new(vec![c]).is_none() && Path::new(vec![]).is_none());
        assert!(Path::new(vec![d, c, c]).is_none());
    }

    #[test]
    fn where_a_tier_has_no_place_the_next_one_up_answers() {
        let way = Path::new(vec![
            (PlaceKind::District, id(1)),
            (PlaceKind::Subdistrict, id(2)),
            (PlaceKind::Community, id(3)),
        ])
        .unwrap();
        let committee = Unit { place: id(3), role: Role::ResidentsCommittee };
        assert_eq!(way.post_from(Tier::Stairwell), Some(committee));
        assert_eq!(way.post(Tier::Estate), None);
        assert!(way.passes(committee));
        assert!(!way.passes(Unit { place: id(2), role: Role::ResidentsCommittee }));
    }

    #[test]
    fn every_tier_has_its_post() {
        for tier in Tier::ALL {
            let (kind, role) = tier.post();
            assert_eq!((Tier::of(role), seat(role)), (Some(tier), Some(kind)));
            assert_eq!(tier.code().parse(), Ok(tier));
        }
    }
}
