//! The app on both databases: imports, jobs and studies, nearby, and who may do what.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod cases;
mod imports;
mod inbox;
mod jobs;
mod nearby;
mod phones;
mod photos;
mod roles;
mod support;
