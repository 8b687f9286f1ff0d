//! What can go wrong, sorted by what to do about it.

use std::sync::Arc;

use yike_model::Refusal;

/// Why something was not read or written. Nothing is half written in any of these cases.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// The rules say no; not a fault.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Another writer was first, again and again; try later.
    #[error("others kept changing the same thing; try again")]
    Overtaken,
    /// The database is locked by another process.
    #[error("the database is busy with another process; try again")]
    Busy,
    /// There is no room left.
    #[error("the disk of the database is full; nothing was written: make room and try again")]
    Full,
    /// The database cannot be written.
    #[error(
        "the database is read-only; nothing was written: check the rights of its file and folder"
    )]
    ReadOnly,
    /// The database cannot be reached or opened.
    #[error("cannot open the database {at}: {why}")]
    Unreachable {
        /// Which, without password.
        at: String,
        /// Why.
        why: String,
    },
    /// The file is not a database, or is damaged.
    #[error("the database is damaged or not one of Yike's ({0}); restore a backup")]
    Damaged(String),
    /// The database does not have the form this program works with.
    #[error("{0}")]
    Schema(String),
    /// What is stored does not make sense.
    #[error("{what} in the database cannot be read: {why}; run `yike verify`")]
    Unreadable {
        /// What was read.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// The deed stopped with a fault of its own.
    #[error("a fault in the program stopped the deed; nothing was written")]
    Panicked,
    /// The deed took too long.
    #[error("writing took longer than {0} seconds and was undone")]
    TooSlow(u64),
    /// The store is closed.
    #[error("the store is closed")]
    Closed,
    /// Another error of the database.
    #[error("the database answered: {0}")]
    Database(Arc<sqlx::Error>),
}

impl StoreError {
    /// Shorthand for [`StoreError::Unreadable`].
    pub(crate) fn unreadable(what: &'static str, why: impl std::fmt::Display) -> Self {
        Self::Unreadable { what, why: why.to_string() }
    }

    /// Whether the same deed may succeed at once if it is decided again.
    pub(crate) const fn is_race(&self) -> bool {
        matches!(self, Self::Overtaken)
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let code = match &error {
            sqlx::Error::Database(inner) => inner.code().unwrap_or_default().into_owned(),
            sqlx::Error::Io(why) => {
                return Self::Unreachable { at: "server".into(), why: why.to_string() };
            }
            sqlx::Error::PoolTimedOut => {
                let why = "no connection became free in time".into();
                return Self::Unreachable { at: "server".into(), why };
            }
            sqlx::Error::PoolClosed => return Self::Closed,
            _ => return Self::Database(Arc::new(error)),
        };
        // SQLite gives numbers whose low byte is the kind, PostgreSQL five characters.
        let sqlite = code.parse::<u32>().ok().filter(|_| code.len() < 5).map(|code| code & 0xff);
        match (sqlite, code.as_str()) {
            (Some(5 | 6), _) => Self::Busy,
            (Some(8), _) | (_, "25006") => Self::ReadOnly,
            (Some(11 | 26), _) | (_, "XX001" | "XX002") => Self::Damaged(error.to_string()),
            (Some(13), _) | (_, "53100") => Self::Full,
            (_, "40001" | "40P01") => Self::Overtaken,
            (_, "57P01" | "57P02" | "57P03") => {
                Self::Unreachable { at: "server".into(), why: error.to_string() }
            }
            _ => Self::Database(Arc::new(error)),
        }
    }
}
