//! Tests of the crate from outside: one binary, a module each.

mod grid_city;
mod towns;
