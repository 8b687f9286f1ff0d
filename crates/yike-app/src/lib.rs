//! The verbs of Yike: one function a deed; permission and audit are here.
//!
//! An [`App`] is a district's data with everything that can be done to it. Every deed takes the
//! [`yike_model::people::Actor`] who does it; whether he may is asked of one table in one place, and what
//! is written is written in one transaction together with its line in the audit. Time and chance come
//! from outside ([`clock`]). Long work is a job ([`jobs`]); requests compute a little, beside the async
//! threads.
//!
//! What a deed shows is data, not pages: words and languages are the web's.

pub mod access;
pub mod app;
pub mod cases;
pub mod clock;
pub mod datasets;
pub mod demo;
pub mod error;
pub mod exports;
pub mod facilities;
pub mod folder;
pub mod health;
pub mod imports;
pub mod jobs;
pub mod maps;
pub mod names;
pub mod nearby;
pub mod phones;
pub mod photos;
pub mod places;
pub mod studies;
pub mod tables;
pub mod town;

pub use app::{App, Settings};
pub use error::{AppError, Kind};

/// Streets, circles and maps, as the deeds give and take them.
pub use yike_streets as streets;
