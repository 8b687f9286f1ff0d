//! Cases: their rows, words, rules, and the questions asked of them.

mod board;
mod list;
mod people;
mod row;
mod rules;
mod words;

pub use board::{Area, Cell, LiveCell, Period};
pub use list::{CaseFilter, CaseLine, ListAsk, OpenCell, Scope};
pub use people::Alike;
pub use rules::{RulesCache, RulesVersion};
pub use words::NewWords;
