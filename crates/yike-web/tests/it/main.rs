//! The router in memory over a real small district: every address asked by every kind of visitor.

mod cases;
mod pages;
mod permissions;
mod safety;
mod town;
