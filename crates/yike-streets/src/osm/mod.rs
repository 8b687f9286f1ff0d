//! Reading OpenStreetMap files, and what was found wrong in them.

pub(crate) mod block;
pub(crate) mod dates;
mod doors;
pub(crate) mod features;
mod filter;
pub(crate) mod findings;
pub(crate) mod gather;
pub(crate) mod gather_nodes;
mod gather_relations;
pub(crate) mod gather_ways;
mod grounds;
pub(crate) mod meaning;
mod pbf;
mod pbf_block;
pub(crate) mod pool;

pub(crate) mod rings;
mod rules;
mod scene;
pub(crate) mod shape;
pub(crate) mod source;
mod tags;
mod wire;
pub mod write;
mod xml;

use std::io;

use serde::{Deserialize, Serialize};

pub use filter::FilterError;
pub use rules::{Rules, RulesError, class_name};

/// How many examples of each kind of finding are kept.
pub const MAX_EXAMPLES: usize = 20;

/// One kind of thing dropped or doubted, with examples.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Stable lower-case code, such as `way-with-missing-node`.
    pub kind: String,
    /// How often it happened.
    pub count: u64,
    /// The first few objects it happened to, such as `way/4711`, with a word of why.
    pub examples: Vec<String>,
}

/// All findings of one build, sorted by kind. Broken map data is not an error: it is a finding.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings(pub Vec<Finding>);

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The operating system refused.
    #[error("{source}")]
    Io {
        /// What it said.
        source: io::Error,
    },
    /// The packed stream is cut or damaged.
    #[error("it cannot be unpacked: {source}. Download or copy the file again")]
    Unpack {
        /// What the unpacker said.
        source: io::Error,
    },
    /// Not a file of OpenStreetMap data.
    #[error(
        "this is no OpenStreetMap file: {what}. \
         Give an .osm.pbf, .osm, .osm.gz or .osm.bz2 file"
    )]
    NotOsm {
        /// What it looks like.
        what: String,
    },
    /// Damaged or hostile.
    #[error("{what}; {remedy}")]
    Broken {
        /// What and where.
        what: String,
        /// What to do.
        remedy: &'static str,
    },
    /// A kind of file this reader does not take.
    #[error("{what}; {remedy}")]
    Unsupported {
        /// What it is.
        what: String,
        /// What to do.
        remedy: &'static str,
    },
    /// More than the stated bounds.
    #[error("{what}; {remedy}")]
    TooLarge {
        /// What and how much.
        what: String,
        /// What to do.
        remedy: &'static str,
    },
}
