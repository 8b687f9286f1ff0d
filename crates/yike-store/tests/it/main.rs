//! Tests of the store, each on SQLite and on a real PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod access;
mod alike;
mod cases;
mod clock;
mod crash;
mod jobs;
mod ledger;
mod migrations;
mod outbox;
mod people;
mod photos;
mod places;
mod verify;
mod world;
mod writing;
