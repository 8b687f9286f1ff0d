//! Collecting what was dropped or doubted.

use std::collections::BTreeMap;
use std::fmt::Display;

use super::{Finding, Findings, MAX_EXAMPLES};

/// Findings while they are made. Merge parts in the order of the file, and the result does not depend
/// on threads.
#[derive(Clone, Debug, Default)]
pub(crate) struct Collector(BTreeMap<String, (u64, Vec<String>)>);

impl Collector {
    /// Notes one case. `example` is only asked for while examples are still wanted.
    pub(crate) fn note<D: Display>(&mut self, kind: &str, example: impl FnOnce() -> D) {
        if !self.0.contains_key(kind) {
            self.0.insert(kind.to_owned(), (0, Vec::new()));
        }
        let (count, examples) = self.0.get_mut(kind).expect("inserted above");
        *count += 1;
        if examples.len() < MAX_EXAMPLES {
            examples.push(example().to_string());
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Notes cases that were only counted.
    pub(crate) fn count(&mut self, kind: &str, cases: u64) {
        if cases > 0 {
            self.0.entry(kind.to_owned()).or_default().0 += cases;
        }
    }

    /// Appends what a later part of the file found.
    pub(crate) fn merge(&mut self, later: Self) {
        for (kind, (count, examples)) in later.0 {
            let entry = self.0.entry(kind).or_default();
            entry.0 += count;
            let room = MAX_EXAMPLES - entry.1.len();
            entry.1.extend(examples.into_iter().take(room));
        }
    }

    /// All findings, sorted by kind.
    pub(crate) fn finish(self) -> Findings {
        let finding = |(kind, (count, examples))| Finding { kind, count, examples };
        Findings(self.0.into_iter().map(finding).collect())
    }
}
