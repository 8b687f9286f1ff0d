//! Why a deed is not done. A refusal is an answer, not a fault: it tells the actor what stands in the way.

use crate::text::BadText;
use crate::time::Timestamp;

/// The lawful answers to a deed that is not done. `Display` is English and for logs and the command
/// line; pages translate by [`Refusal::code`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The actor may not do this here.
    #[error("{actor} may not {deed} here")]
    NotPermitted {
        /// The kind of actor or their roles, never a name.
        actor: String,
        /// The deed, as in [`crate::people::Deed::code`].
        deed: &'static str,
    },
    /// There is no such thing (or the actor may not know of it).
    #[error("there is no {what} {id}")]
    Missing {
        /// What was looked for, such as `study`.
        what: &'static str,
        /// The id or code that was asked for.
        id: String,
    },
    /// There is one already.
    #[error("there is already a {what} {id}")]
    Exists {
        /// What it is, such as `study`.
        what: &'static str,
        /// Its id or code.
        id: String,
    },
    /// The subject is in a state in which this deed makes no sense.
    #[error("the {what} is {state}: it cannot be {deed}")]
    WrongState {
        /// What it is, such as `job`.
        what: &'static str,
        /// The state it is in, such as `done`.
        state: &'static str,
        /// What was to be done to it, such as `cancelled`.
        deed: &'static str,
    },
    /// Something that was given is not right.
    #[error("{field}: {why}")]
    Invalid {
        /// Which field or column.
        field: &'static str,
        /// What is wrong, and what to do.
        why: String,
    },
    /// It was changed by somebody else since it was looked at.
    #[error("the {what} has changed since you looked at it: look again, then decide")]
    Stale {
        /// What it is.
        what: &'static str,
        /// What was seen of it: how many events, or which version.
        seen: i64,
        /// What is there now.
        now: i64,
    },
    /// A bound would be passed.
    #[error("too many {what}: at most {limit}")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// How many may be.
        limit: u64,
    },
    /// It was done too often for now.
    #[error("too many {what}: at most {limit} in a time; again from {again_at} on")]
    TooOften {
        /// What there were too many of.
        what: &'static str,
        /// How many may be within the time.
        limit: u64,
        /// From when on it may be done again.
        again_at: Timestamp,
    },
}

impl Refusal {
    /// A stable lower-case word for the kind of refusal.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotPermitted { .. } => "not_permitted",
            Self::Missing { .. } => "missing",
            Self::Exists { .. } => "exists",
            Self::WrongState { .. } => "wrong_state",
            Self::Invalid { .. } => "invalid",
            Self::Stale { .. } => "stale",
            Self::Limit { .. } => "limit",
            Self::TooOften { .. } => "too_often",
        }
    }

    /// Shorthand for [`Refusal::Missing`].
    pub fn missing(what: &'static str, id: impl Into<String>) -> Self {
        Self::Missing { what, id: id.into() }
    }

    /// Shorthand for [`Refusal::Invalid`].
    pub fn invalid(field: &'static str, why: impl Into<String>) -> Self {
        Self::Invalid { field, why: why.into() }
    }
}

impl From<BadText> for Refusal {
    fn from(bad: BadText) -> Self {
        Self::invalid("text", bad.to_string())
    }
}
