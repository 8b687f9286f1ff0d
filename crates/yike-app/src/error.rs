//! Why a deed was not done. One enum for all deeds; [`Kind`] says what the outside makes of it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use yike_model::Refusal;
use yike_store::StoreError;
use yike_streets::circles::profile::ProfileError;
use yike_streets::circles::standard::StandardError;
use yike_streets::circles::study::StudyError;
use yike_streets::container::FileError;
use yike_streets::network::build::BuildError;

use crate::photos::PhotoFault;
use crate::tables::TableError;

/// What an error is to whoever asked: pages turn it into a status, the command line into an exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The rules or permissions say no; the refusal says which.
    Refused,
    /// What was given is wrong: a file, a value.
    Input,
    /// Others were faster, or the database is busy: try again.
    Busy,
    /// Someone stopped it.
    Cancelled,
    /// A fault of the machine or of ours.
    Fault,
}

/// Why a deed was not done; nothing was half done.
#[derive(Clone, Debug, thiserror::Error)]
pub enum AppError {
    /// The rules or permissions say no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database did not take or give something.
    #[error(transparent)]
    Store(StoreError),
    /// The file system did not.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// What it said.
        source: Arc<io::Error>,
    },
    /// A table cannot be read.
    #[error(transparent)]
    Table(Arc<TableError>),
    /// A file of streets, homes, facilities or a study is damaged or of another version.
    #[error(transparent)]
    File(Arc<FileError>),
    /// A study's file is of another version of Yike.
    #[error(
        "this study was computed by another version of Yike, whose file this one does not read: \
         ask for it again as a new study"
    )]
    OldStudy,
    /// Streets cannot be built.
    #[error(transparent)]
    Build(Arc<BuildError>),
    /// A study cannot be made.
    #[error(transparent)]
    Study(Arc<StudyError>),
    /// A value or file that was given is wrong: what, where, and what to do.
    #[error("{0}")]
    Input(String),
    /// There is nothing here yet to answer from: what to import first.
    #[error("{0}")]
    Empty(&'static str),
    /// A point without any street near it.
    #[error("this point lies outside the map: no street is near it; choose one on the map")]
    Outside,
    /// Rows of a file are wrong; they stand in the import's check.
    #[error("{file}: {errors} of {rows} rows have errors; nothing was imported. First: {first}")]
    Rows {
        /// The file.
        file: String,
        /// How many rows have errors.
        errors: u64,
        /// How many rows there are.
        rows: u64,
        /// The first errors, as text.
        first: String,
    },
    /// A photo cannot be taken.
    #[error(transparent)]
    Photo(#[from] PhotoFault),
    /// Someone stopped it.
    #[error("stopped; nothing was changed")]
    Cancelled,
    /// A fault of ours.
    #[error("this is a fault of Yike: {0}; please report it")]
    Fault(String),
}

impl AppError {
    /// An error of the file system at `path`.
    pub fn io(path: &Path, source: io::Error) -> Self {
        Self::Io { path: path.to_owned(), source: Arc::new(source) }
    }

    /// Something that was given is wrong.
    pub fn input(what: impl Into<String>) -> Self {
        Self::Input(what.into())
    }

    /// There is no such thing.
    pub fn missing(what: &'static str, id: impl std::fmt::Display) -> Self {
        Self::Refused(Refusal::missing(what, format!("{id}")))
    }

    /// What it is to whoever asked.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Refused(_) => Kind::Refused,
            Self::Store(StoreError::Overtaken | StoreError::Busy) => Kind::Busy,
            Self::Store(_) | Self::Io { .. } | Self::Fault(_) => Kind::Fault,
            Self::Cancelled => Kind::Cancelled,
            Self::Study(error)
                if matches!(**error, StudyError::Nearest(_) | StudyError::File(_)) =>
            {
                Kind::Fault
            }
            Self::Table(_)
            | Self::File(_)
            | Self::Build(_)
            | Self::Study(_)
            | Self::Input(_)
            | Self::OldStudy
            | Self::Outside
            | Self::Empty(_)
            | Self::Photo(_)
            | Self::Rows { .. } => Kind::Input,
        }
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Refused(refusal) => Self::Refused(refusal),
            other => Self::Store(other),
        }
    }
}

macro_rules! shared {
    ($($variant:ident($error:ty);)*) => {$(
        impl From<$error> for AppError {
            fn from(error: $error) -> Self {
                Self::$variant(Arc::new(error))
            }
        }
    )*};
}
shared! {
    Table(TableError);
    File(FileError);
    Build(BuildError);
    Study(StudyError);
}

impl From<ProfileError> for AppError {
    fn from(error: ProfileError) -> Self {
        Self::Input(error.to_string())
    }
}

impl From<StandardError> for AppError {
    fn from(error: StandardError) -> Self {
        Self::Input(error.to_string())
    }
}
