//! The app on both databases: imports, jobs and studies, nearby, and who may do what.

mod imports;
mod jobs;
mod nearby;
mod roles;
mod support;
