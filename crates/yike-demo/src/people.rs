//! People as counts by age band; nobody in particular.

use crate::landuse::split;
use crate::rng::Rng;
use crate::sheet::Ages;

/// Column names of the age bands, both ends included.
pub(crate) const BANDS: [&str; 7] =
    ["age_0_2", "age_3_5", "age_6_11", "age_12_14", "age_15_59", "age_60_79", "age_80_plus"];

/// Which ages a kind of housing draws, per thousand people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mix {
    /// Old lanes and works' housing: many elders.
    Old,
    /// Estates of the last decades.
    Settled,
    /// New towers: young families.
    Young,
    /// Rented rooms: workers.
    Renting,
}

impl Mix {
    fn per_thousand(self) -> [u64; 7] {
        match self {
            Self::Old => [14, 16, 38, 19, 563, 272, 78],
            Self::Settled => [22, 26, 60, 29, 653, 178, 32],
            Self::Young => [38, 43, 84, 32, 694, 97, 12],
            Self::Renting => [17, 16, 29, 12, 858, 60, 8],
        }
    }
}

/// Splits the people of one building by age; the parts add up.
pub(crate) fn ages(people: u32, mix: Mix, rng: &mut Rng) -> Ages {
    let weights = mix.per_thousand().map(|w| (w as f64 * rng.range(650.0, 1_350.0)) as u64);
    // A turn of the bands, so that rounding favours none of them over many small buildings.
    let turn = rng.below(7);
    let turned: Vec<u64> = (0..7).map(|k| weights[(k + turn) % 7]).collect();
    let parts = split(u64::from(people), &turned);
    std::array::from_fn(|k| parts[(k + 7 - turn) % 7] as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_add_up_and_are_not_biased() {
        let mut rng = Rng::new(1, 2, 3);
        let mut sum = [0_u32; 7];
        for people in 0..2_000 {
            let parts = ages(people % 7, Mix::Old, &mut rng);
            assert_eq!(parts.iter().sum::<u32>(), people % 7);
            (0..7).for_each(|k| sum[k] += parts[k]);
        }
        let all: u32 = sum.iter().sum();
        assert!((sum[6] as f64 / all as f64 - 0.078).abs() < 0.02, "{sum:?}");
    }
}
