//! People estimated from buildings, where a source does not count them.
//!
//! An estimate is marked as one in every column and output it reaches. Whole-number arithmetic,
//! rounded half up, so the same building always gives the same people.

use crate::homes::Homes;

/// How many people a building is taken to hold. District data, not law: set it from local figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Factors {
    /// Square decimetres of floor (footprint x storeys) per person.
    pub floor_dm2_per_person: u32,
    /// Hundredths of a person per dwelling, used where dwellings are known.
    pub people_per_100_dwellings: u32,
    /// Storeys of a building whose storeys are unknown.
    pub storeys_if_unknown: u16,
}

impl Default for Factors {
    /// 40 m2 of gross floor per person, 262 people in 100 dwellings, 3 storeys.
    ///
    /// Chosen for China \[D\]: the census of 2020 gives 2.62 people a household and about 36.5 m2 of
    /// dwelling a head in cities (general knowledge, to be checked); a tenth is added for stairs and
    /// walls. Elsewhere set your own.
    fn default() -> Self {
        Self { floor_dm2_per_person: 4000, people_per_100_dwellings: 262, storeys_if_unknown: 3 }
    }
}

impl Factors {
    /// People in one building; 0 where neither dwellings nor footprint are known.
    pub fn people(&self, footprint_m2: u32, storeys: u16, dwellings: u32) -> u32 {
        let people = if dwellings > 0 {
            (u64::from(dwellings) * u64::from(self.people_per_100_dwellings) + 50) / 100
        } else {
            let storeys = if storeys == 0 { self.storeys_if_unknown } else { storeys };
            let floor_dm2 = u64::from(footprint_m2) * u64::from(storeys) * 100;
            let each = u64::from(self.floor_dm2_per_person.max(1));
            (floor_dm2 + each / 2) / each
        };
        people.min(u64::from(u32::MAX)) as u32
    }
}

/// Fills `people` of every home marked `estimated`; counted homes keep their figure.
pub fn fill(homes: &mut Homes, factors: &Factors) {
    let people: Vec<u32> = (0..homes.len())
        .map(|h| match homes.estimated.get(h) {
            Some(1) => factors.people(homes.footprint_m2[h], homes.levels[h], homes.dwellings[h]),
            _ => homes.people[h],
        })
        .collect();
    homes.people = people.into();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dwellings_count_before_floor() {
        let factors = Factors::default();
        assert_eq!(factors.people(400, 6, 0), 60);
        assert_eq!(factors.people(400, 0, 0), 30);
        assert_eq!(factors.people(400, 6, 24), 63);
        assert_eq!(factors.people(0, 6, 0), 0);
    }

    #[test]
    fn the_largest_building_does_not_overflow() {
        let one = Factors { floor_dm2_per_person: 0, ..Factors::default() };
        assert_eq!(one.people(u32::MAX, u16::MAX, 0), u32::MAX);
    }

    #[test]
    fn only_estimates_are_filled() {
        let mut homes = Homes {
            coord: vec![crate::units::Coord::default(); 2].into(),
            levels: vec![1, 1].into(),
            dwellings: vec![0, 0].into(),
            footprint_m2: vec![80, 80].into(),
            people: vec![0, 7].into(),
            estimated: vec![1, 0].into(),
            ..Homes::default()
        };
        fill(&mut homes, &Factors::default());
        assert_eq!(&homes.people[..], [2, 7]);
    }
}
