//! All SQL of Yike: ledger, clock, outbox, places, jobs, studies. The only crate that names sqlx.
