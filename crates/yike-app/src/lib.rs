//! The verbs of Yike: one function a deed; permission and audit are here.

pub mod exports;
pub mod tables;
