//! All SQL of Yike: ledger, clock, outbox, places, jobs, studies. The only crate that names sqlx.
//!
//! A [`Store`] is SQLite (one file) or PostgreSQL. Reads go through a [`Reader`], writes through
//! [`Store::write`], which runs a deed in one transaction: all of it is written or nothing, and what is
//! acknowledged survives `kill -9` and power loss. Deeds that arrive together share one commit.
//!
//! One SQL text serves both databases: a portable subset with `$1` parameters, times as milliseconds,
//! ids and JSON as text. What cannot be said in it stands in `dialect.rs`, each with its reason.
//! Every key starts with the district.

mod access;
mod audit;
mod cases;
mod clock;
mod datasets;
mod db;
mod dialect;
mod error;
mod fold;
mod jobs;
mod ledger;
mod migrate;
mod outbox;
mod page;
mod people;
mod phone_codes;
mod photos;
mod places;
mod store;
mod stored;
mod verify;
mod writer;

#[cfg(feature = "testing")]
pub mod testing;

pub use access::{Grant, SessionRow};
pub use audit::{AuditLine, AuditRow};
pub use cases::{
    Alike, Area, CaseFilter, CaseLine, Cell, ListAsk, LiveCell, NewWords, OpenCell, Period,
    RulesVersion, Scope,
};
pub use clock::{DueDeadline, Fired};
pub use datasets::{Dataset, DatasetKind, NewDataset};
pub use db::{Reader, Tx};
pub use error::StoreError;
pub use jobs::{Beat, ClaimedJob, JobProgress};
pub use ledger::{Acted, Kept};
pub use outbox::ClaimedNotice;
pub use page::Page;
pub use photos::{NewPhoto, PhotoRow};
pub use places::{BoundaryRow, Hit, PlaceCount};
pub use store::{Engine, Store};
pub use stored::Stored;
pub use verify::{Difference, Verified};
pub use writer::Counters;
