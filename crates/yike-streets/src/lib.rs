//! From OpenStreetMap to walking networks, life circles and maps.
//!
//! This crate answers one question, for every door of a city: what can be reached on foot, by whom,
//! in how long. It knows nothing of districts, cases or databases, and none of our other crates.
//!
//! Units, everywhere: distances are whole **decimetres** (names end in `_dm`), times whole
//! **deciseconds** (`_ds`), coordinates WGS 84 in units of 1e-7 degree (`_e7`), as OpenStreetMap
//! stores them. Ids of nodes, edges, homes and facilities are `u32` positions in columns.
//!
//! Only [`osm`] and [`container`] touch the file system; nothing here reads a clock.

pub mod circles;
pub mod city;
pub mod column;
pub mod container;
pub mod english;
pub mod facilities;
pub mod frames;
pub mod homes;
pub mod map;
mod mapped;
pub mod network;
pub mod osm;
pub mod progress;
pub mod units;
