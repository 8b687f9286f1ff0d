//! The place tree: district > subdistrict > community > grid > estate > building > entrance, with
//! codes, names and old names, addresses, boundaries, versions and search keys.
//!
//! A place keeps its id for ever; what changes about it (name, parent, position, boundary) makes a new
//! version with valid-from and valid-to. A code is never given to another place.
//!
//! Coordinates are CGCS2000 (for our scale the same as WGS84); other frames are converted before.

mod address;
mod boundary;
mod code;
mod english;
mod kind;
mod place;
mod plan;
mod search;

pub use address::{BadAddress, Door, Label, buildings, entrances, split_door};
pub use boundary::{BadBoundary, Boundary, BoxE7};
pub use code::{BadCode, PlaceCode, TownClass};
pub use english::{english_name, initials};
pub use kind::PlaceKind;
pub use place::{Place, PlaceRow, Point};
pub use plan::{Change, Counts, Missing, Plan, plan};
pub use search::{Query, Terms, normalise, terms};
