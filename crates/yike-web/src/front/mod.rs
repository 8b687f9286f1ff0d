//! What stands before every page: language, view, session, safety, and the frame around it.

pub mod address;
pub mod cookies;
pub mod csrf;
pub mod form;
pub mod headers;
pub mod language;
pub mod page;
pub mod random;
pub mod stream;
pub mod upload;
pub mod view;
pub mod visit;
pub mod when;
