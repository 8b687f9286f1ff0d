//! Cases: what a resident reports is solved at the lowest tier that can, and never lost.
//!
//! Domain handbook, section 2: one state machine `Reported -> Filed -> Handling -> Checking -> Closed`
//! with side states; supervision (files, checks, closes) and command (dispatches) are kept apart; the
//! first receiver is responsible until another unit accepts; what a tier cannot solve climbs by itself.
//!
//! - [`tier`]: tiers, units, and the way from the district down to a door.
//! - [`catalogue`], [`ladder`], [`rulebook`]: the data a case goes by.
//! - [`state`], [`deed`]: the case, what can be done and what can happen to it.
//! - [`decide`], [`apply`]: the rules.
//! - [`access`]: who may see a case and do what to it.
//! - [`notices`]: what other programs are told.
//! - [`row`], [`rates`]: the case as a row of a table, and what is counted over many.

pub mod access;
pub mod apply;
pub mod catalogue;
pub mod decide;
pub mod deed;
pub mod ladder;
pub mod notices;
pub mod number;
pub mod rates;
pub mod row;
pub mod rulebook;
pub mod state;
pub mod tier;

#[cfg(test)]
mod tests;

pub use catalogue::{CaseClass, Catalogue, Category};
pub use deed::{CaseDeed, CaseEvent, Do, Report};
pub use ladder::{Ladder, Rung};
pub use notices::{PublicEvent, PublicFacts, public_events};
pub use number::CaseNumber;
pub use rulebook::{Duty, Rulebook, Template};
pub use state::{
    Ask, Asked, Case, Filing, How, Offer, Rating, Shared, Source, Spot, Stage, Tallies, Task, Why,
    Words,
};
pub use tier::{Path, Tier, Unit, seat};
