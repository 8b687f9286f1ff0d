//! Life circles: what each home reaches on foot, by whom, in how long.

pub mod areas;
pub mod compare;
pub(crate) mod contour;
pub mod costs;
pub mod coverage;
pub mod edge;
pub mod estimate;
pub mod hours;
pub mod isochrone;
#[cfg(test)]
mod kernel_tests;
pub mod ladder;
pub mod matrix;
pub mod nearest;
pub(crate) mod nearest_counts;
pub mod nearest_few;
pub(crate) mod nearest_lists;
pub mod nearest_nodes;
pub mod profile;
pub(crate) mod queue;
pub mod reach;
pub mod search;
pub mod standard;
pub mod study;
pub mod suppress;
#[cfg(test)]
pub(crate) mod twin;
pub mod within;
