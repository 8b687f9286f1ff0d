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
    /// People in all homes together, where it is known, as from a census: estimates were scaled to it by
    /// [`scale_to`] (dasymetric mapping by volume).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub population: Option<u32>,
}

/// A known population that the counted homes already exceed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{counted} people are counted in homes already: the population of {population} is too small"
)]
pub struct TooFew {
    /// People in counted homes.
    pub counted: u64,
    /// The population given.
    pub population: u32,
}

impl Default for Factors {
    /// 40 m2 of gross floor per person, 262 people in 100 dwellings, 3 storeys.
    ///
    /// Chosen for China \[D\]: the census of 2020 gives 2.62 people a household and about 36.5 m2 of
    /// dwelling a head in cities (general knowledge, to be checked); a tenth is added for stairs and
    /// walls. Elsewhere set your own.
    fn default() -> Self {
        Self {
            floor_dm2_per_person: 4000,
            people_per_100_dwellings: 262,
            storeys_if_unknown: 3,
            population: None,
        }
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

/// Scales the people of homes marked `estimated`, so that all homes together hold `population`.
///
/// # Errors
/// [`TooFew`] where the counted homes hold more; nothing is changed then.
pub fn scale_to(homes: &mut Homes, population: u32) -> Result<(), TooFew> {
    let (estimates, counted): (Vec<usize>, Vec<usize>) =
        (0..homes.len()).partition(|h| homes.estimated.get(*h) == Some(&1));
    let mut people = homes.people.to_vec();
    let counted = counted.into_iter().map(|h| u64::from(people[h])).sum::<u64>();
    let left = u64::from(population).checked_sub(counted);
    let left = left.ok_or(TooFew { counted, population })? as u32;
    let weights: Vec<u32> = estimates.iter().map(|h| people[*h]).collect();
    for (h, share) in estimates.into_iter().zip(apportion(&weights, left)) {
        people[h] = share;
    }
    homes.people = people.into();
    Ok(())
}

/// Shares out whole people by weight: each gets its exact share rounded down, and what is left over goes to
/// the largest remainders (Hamilton's method), of equal ones to the first.
fn apportion(weights: &[u32], people: u32) -> Vec<u32> {
    let all: u64 = weights.iter().map(|w| u64::from(*w)).sum();
    if all == 0 {
        return vec![0; weights.len()];
    }
    let exact = |w: &u32| u64::from(*w) * u64::from(people);
    let mut shares: Vec<u32> = weights.iter().map(|w| (exact(w) / all) as u32).collect();
    let given: u64 = shares.iter().map(|s| u64::from(*s)).sum();
    let mut by_remainder: Vec<usize> = (0..weights.len()).collect();
    by_remainder.sort_by_key(|i| std::cmp::Reverse(exact(&weights[*i]) % all));
    for i in by_remainder.into_iter().take((u64::from(people) - given) as usize) {
        shares[i] += 1;
    }
    shares
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

    #[test]
    fn estimates_add_up_to_the_population_given() {
        let mut homes = Homes {
            coord: vec![crate::units::Coord::default(); 4].into(),
            levels: vec![1, 1, 2, 1].into(),
            dwellings: vec![0; 4].into(),
            footprint_m2: vec![80, 80, 80, 400].into(),
            people: vec![0, 7, 0, 0].into(),
            estimated: vec![1, 0, 1, 1].into(),
            ..Homes::default()
        };
        fill(&mut homes, &Factors::default());
        assert_eq!(scale_to(&mut homes, 6), Err(TooFew { counted: 7, population: 6 }));
        assert_eq!(&homes.people[..], [2, 7, 4, 10]);
        scale_to(&mut homes, 27).unwrap();
        // 20 people by 2 : 4 : 10 are 2.5, 5 and 12.5: of two equal remainders the first is rounded up.
        assert_eq!(&homes.people[..], [3, 7, 5, 12]);
    }

    proptest::proptest! {
        #[test]
        fn nobody_is_lost_and_no_share_is_off_by_one(
            weights in proptest::collection::vec(0u32..100_000, 1..50), people in 0u32..1_000_000,
        ) {
            let shares = apportion(&weights, people);
            let all: u64 = weights.iter().map(|w| u64::from(*w)).sum();
            let sum: u64 = shares.iter().map(|s| u64::from(*s)).sum();
            proptest::prop_assert_eq!(sum, if all == 0 { 0 } else { u64::from(people) });
            for (weight, share) in weights.iter().zip(&shares) {
                let exact = u64::from(*weight) as f64 * f64::from(people) / all.max(1) as f64;
                proptest::prop_assert!((f64::from(*share) - exact).abs() < 1.0);
            }
        }
    }
}
