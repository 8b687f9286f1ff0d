//! Tests of the crate from outside: one binary, a module each.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod common;
mod grid_city;
mod osm_extracts;
mod osm_hostile;
mod osm_twins;
mod streets_file;
mod towns;
