//! Life circles: what each home reaches on foot, by whom, in how long.

pub mod areas;
pub mod estimate;
pub mod standard;
pub mod suppress;
