//! The real binary, run as a user runs it.

mod cli;
mod killed;
mod serve;
mod support;
