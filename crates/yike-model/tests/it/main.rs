//! Data that Yike ships beside its rules.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod catalogue;
