//! Lists have a limit.

/// Most rows of one page.
pub const PAGE_LIMIT: u32 = 500;

/// Which part of a list: at most `limit` rows after `after`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The last key of the page before; none for the first page.
    pub after: Option<String>,
    /// How many rows, at most 500.
    pub limit: u32,
}

impl Page {
    /// The first `limit` rows.
    pub const fn first(limit: u32) -> Self {
        Self { after: None, limit }
    }

    /// The limit to be used.
    pub(crate) fn rows(&self) -> i64 {
        i64::from(self.limit.min(PAGE_LIMIT))
    }
}

impl Default for Page {
    fn default() -> Self {
        Self::first(50)
    }
}
