//! Reading OpenStreetMap files, and what was found wrong in them.

pub mod write;

use serde::{Deserialize, Serialize};

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
