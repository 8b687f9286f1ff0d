//! Tests of the crate from outside: one binary, a module each.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod grid_city;
mod towns;
