//! Nouns and rules of Yike. Pure: no I/O, no clock, no SQL, no HTTP, no randomness; time and random bytes are arguments.
//!
//! - [`spine`]: the one mechanism under all systems: a subject moves through states by deeds.
//! - [`people`]: who acts, in which role, and what a role may do.
//! - [`places`]: the place tree with codes, addresses, boundaries and search keys.
//! - [`calendar`]: working time, deadlines, quiet hours; holidays are data.
//! - [`cases`]: what residents report, who answers for it and by when.
//! - [`photos`]: what is kept of a photo.
//! - [`hooks`]: news for other programs.
//! - [`imports`], [`jobs`], [`studies`]: the subjects there are so far.
//!
//! Units: time is milliseconds since 1970 UTC, coordinates are degrees in the CGCS2000 frame.

pub mod calendar;
pub mod cases;
pub mod digest;
pub mod hooks;
pub mod id;
pub mod imports;
pub mod jobs;
pub mod key;
pub mod people;
pub mod photos;
pub mod places;
pub mod refusal;
pub mod spine;
pub mod studies;
pub mod text;
pub mod time;

pub use digest::Digest;
pub use id::{CaseId, DistrictId, ImportId, JobId, PersonId, PhotoId, PlaceId, StudyId};
pub use key::Key;
pub use refusal::Refusal;
pub use time::Timestamp;
