//! Counts and shares of people in words; small ones the public does not get to see.

use yike_app::studies::Shown;

use crate::front::language::{Language, grouped};
use crate::front::visit::Visit;

/// Counts below this are hidden from the public.
pub const SMALLEST_SHOWN: u64 = 10;

/// A share in per cent with one place; a dash where it is hidden.
pub fn share(language: Language, ppm: Option<u32>) -> String {
    match ppm {
        // Rounded down, so that only everybody is 100 %.
        Some(ppm) => format!("{}.{} %", ppm / 10_000, ppm / 1_000 % 10),
        None => language.text("matrix-share-hidden").into_owned(),
    }
}

/// How many are out of reach, in words.
///
/// Nobody out of reach is not yet everybody within it: some may live too near the edge of the data.
pub fn lack(language: Language, shown: &Shown) -> String {
    match shown.lacking {
        Some(0) if shown.covered != shown.all => language.text("matrix-unsure").into_owned(),
        Some(0) => language.text("matrix-none").into_owned(),
        Some(people) => language.fill("matrix-lack", &[("n", people.into())]).into_owned(),
        None => language.fill("matrix-hidden", &[("n", SMALLEST_SHOWN.into())]).into_owned(),
    }
}

/// A count as far as the visitor may see it: a small one only by staff.
pub fn may_see(visit: &Visit, people: u64) -> Option<u64> {
    Some(people).filter(|n| *n == 0 || *n >= SMALLEST_SHOWN || visit.is_staff())
}

/// So many people, in words; few where it is hidden.
pub fn people(language: Language, people: Option<u64>) -> String {
    match people {
        Some(people) => language.fill("home-people", &[("n", people.into())]).into_owned(),
        None => language.fill("matrix-hidden", &[("n", SMALLEST_SHOWN.into())]).into_owned(),
    }
}

/// A count in a table; a word where it is hidden.
pub fn count(language: Language, people: Option<u64>) -> String {
    people.map_or_else(
        || language.fill("matrix-hidden", &[("n", SMALLEST_SHOWN.into())]).into_owned(),
        grouped,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_everybody_is_all_of_them() {
        assert_eq!(share(Language::English, Some(999_999)), "99.9 %");
        assert_eq!(share(Language::English, Some(1_000_000)), "100.0 %");
    }
}
