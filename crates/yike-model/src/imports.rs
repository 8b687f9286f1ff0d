//! Imports: a file comes in as a proposal, is checked whole, and is applied whole or refused.
//!
//! Events hold counts and digests, never rows: what was imported stands in its own tables or files.

mod faults;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::refusal::Refusal;
use crate::spine::{By, Effect, Stamp, Subject, SubjectKind, Unlawful};
use crate::text::{FileName, Reason, clip};
use crate::time::Timestamp;

pub use faults::{RowError, RowFault};

/// Row errors kept with an import; more are counted, not kept.
pub const ERRORS_KEPT: usize = 200;

/// Most bytes of an import's summary.
pub const SUMMARY_LIMIT: usize = 64 * 1024;

/// What is imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportKind {
    /// The place tree.
    Places,
    /// Boundaries of places.
    Boundaries,
    /// Streets: a walking network.
    Streets,
    /// Homes and the people in them.
    Homes,
    /// Facilities.
    Facilities,
}

impl ImportKind {
    /// All kinds.
    pub const ALL: [Self; 5] =
        [Self::Places, Self::Boundaries, Self::Streets, Self::Homes, Self::Facilities];

    /// The word for it on the command line and in tables.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Places => "places",
            Self::Boundaries => "boundaries",
            Self::Streets => "streets",
            Self::Homes => "homes",
            Self::Facilities => "facilities",
        }
    }
}

impl std::str::FromStr for ImportKind {
    type Err = crate::id::BadId;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.code() == text).ok_or_else(|| {
            let all = Self::ALL.map(Self::code).join(", ");
            crate::id::BadId(format!("{text:.60} cannot be imported: there are {all}"))
        })
    }
}

/// The file that was proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// Its name.
    pub name: FileName,
    /// Its length in bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes.
    pub digest: Digest,
}

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Rows read.
    pub rows: u64,
    /// Rows with an error.
    pub errors: u64,
    /// The first [`ERRORS_KEPT`] errors.
    pub first_errors: Vec<RowError>,
    /// Counts of what would change: a JSON object.
    pub summary: String,
}

/// Where an import stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum ImportState {
    /// The file is there.
    Proposed,
    /// The file was read whole; nothing is changed yet.
    Checked {
        /// What was found.
        check: Check,
    },
    /// All of it is in.
    Applied {
        /// What was found.
        check: Check,
        /// When.
        at: Timestamp,
        /// Digest of what it made: see [`ImportDeed::Apply`].
        digest: Digest,
    },
    /// None of it is in, and will not be.
    Refused {
        /// What was found, if it was checked.
        check: Option<Check>,
        /// When.
        at: Timestamp,
        /// Why.
        reason: Reason,
    },
}

/// An import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// What is imported.
    pub kind: ImportKind,
    /// From which file.
    pub file: SourceFile,
    /// When it was proposed.
    pub proposed_at: Timestamp,
    /// By whom: a person's id or `system`.
    pub proposed_by: String,
    /// Where it stands.
    pub state: ImportState,
}

/// What can be done to an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportDeed {
    /// A file is proposed.
    Propose {
        /// What is in it.
        kind: ImportKind,
        /// The file.
        file: SourceFile,
    },
    /// It was read whole. May be repeated until it is applied: the district may have changed.
    Check(Check),
    /// All of it was written, in the same transaction.
    Apply {
        /// Digest of what was made: of all places after the import, of all boundaries, or of the data
        /// file's bytes.
        digest: Digest,
    },
    /// It is not taken.
    Refuse {
        /// Why.
        reason: Reason,
    },
}

/// What can happen to an import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[expect(missing_docs, reason = "fields are those of the deeds")]
pub enum ImportEvent {
    /// It was proposed.
    Proposed { kind: ImportKind, file: SourceFile },
    /// It was checked.
    Checked { check: Check },
    /// It was applied.
    Applied { digest: Digest },
    /// It was refused.
    Refused { reason: Reason },
}

impl ImportEvent {
    const fn name(&self) -> &'static str {
        match self {
            Self::Proposed { .. } => "proposed",
            Self::Checked { .. } => "checked",
            Self::Applied { .. } => "applied",
            Self::Refused { .. } => "refused",
        }
    }
}

impl Import {
    /// What the last check found.
    pub const fn check(&self) -> Option<&Check> {
        match &self.state {
            ImportState::Proposed => None,
            ImportState::Checked { check } | ImportState::Applied { check, .. } => Some(check),
            ImportState::Refused { check, .. } => check.as_ref(),
        }
    }

    fn wrong(&self, deed: &'static str) -> Refusal {
        Refusal::WrongState { what: "import", state: self.status(), deed }
    }
}

/// Bounds what is kept of a check.
fn bounded(mut check: Check) -> Result<Check, Refusal> {
    if check.summary.len() > SUMMARY_LIMIT {
        return Err(Refusal::Limit { what: "bytes of a summary", limit: SUMMARY_LIMIT as u64 });
    }
    check.first_errors.truncate(ERRORS_KEPT);
    for error in &mut check.first_errors {
        error.message = clip(&error.message, 500);
        error.value = clip(&error.value, 80);
        error.other = clip(&error.other, 200);
        error.column = error.column.as_deref().map(|column| clip(column, 60));
    }
    Ok(check)
}

impl Subject for Import {
    const KIND: SubjectKind = SubjectKind::Import;
    const VERSION: u16 = 1;
    type Deed = ImportDeed;
    type Event = ImportEvent;
    type Rules = ();

    fn decide(
        state: Option<&Self>,
        deed: ImportDeed,
        _by: By,
        _now: Timestamp,
        (): &(),
    ) -> Result<Vec<ImportEvent>, Refusal> {
        let Some(import) = state else {
            return match deed {
                ImportDeed::Propose { kind, file } => {
                    Ok(vec![ImportEvent::Proposed { kind, file }])
                }
                _ => Err(Refusal::missing("import", "with this id")),
            };
        };
        let open = matches!(import.state, ImportState::Proposed | ImportState::Checked { .. });
        match deed {
            ImportDeed::Propose { .. } => {
                Err(Refusal::Exists { what: "import", id: "with this id".into() })
            }
            ImportDeed::Check(check) if open => {
                Ok(vec![ImportEvent::Checked { check: bounded(check)? }])
            }
            ImportDeed::Check(_) => Err(import.wrong("checked")),
            ImportDeed::Apply { digest } => match &import.state {
                ImportState::Checked { check } if check.errors == 0 => {
                    Ok(vec![ImportEvent::Applied { digest }])
                }
                ImportState::Checked { check } => Err(Refusal::invalid(
                    "rows",
                    format!(
                        "{} of {} have errors; mend the file and import it anew",
                        check.errors, check.rows
                    ),
                )),
                _ => Err(import.wrong("applied")),
            },
            ImportDeed::Refuse { reason } if open => Ok(vec![ImportEvent::Refused { reason }]),
            ImportDeed::Refuse { .. } => Err(import.wrong("refused")),
        }
    }

    fn apply(state: Option<Self>, event: &ImportEvent, stamp: Stamp) -> Result<Self, Unlawful> {
        let refuse = |state| Unlawful { kind: SubjectKind::Import, event: event.name(), state };
        let at = stamp.at;
        let mut import = match (state, event) {
            (None, ImportEvent::Proposed { kind, file }) => {
                return Ok(Self {
                    kind: *kind,
                    file: file.clone(),
                    proposed_at: at,
                    proposed_by: stamp.by.doer.to_string(),
                    state: ImportState::Proposed,
                });
            }
            (None, _) => return Err(refuse("not there")),
            (Some(import), _) => import,
        };
        let status = import.status();
        import.state = match (event, import.state) {
            (
                ImportEvent::Checked { check },
                ImportState::Proposed | ImportState::Checked { .. },
            ) => ImportState::Checked { check: check.clone() },
            (ImportEvent::Applied { digest }, ImportState::Checked { check }) => {
                ImportState::Applied { check, at, digest: *digest }
            }
            (ImportEvent::Refused { reason }, ImportState::Proposed) => {
                ImportState::Refused { check: None, at, reason: reason.clone() }
            }
            (ImportEvent::Refused { reason }, ImportState::Checked { check }) => {
                ImportState::Refused { check: Some(check), at, reason: reason.clone() }
            }
            _ => return Err(refuse(status)),
        };
        Ok(import)
    }

    fn status(&self) -> &'static str {
        match self.state {
            ImportState::Proposed => "proposed",
            ImportState::Checked { .. } => "checked",
            ImportState::Applied { .. } => "applied",
            ImportState::Refused { .. } => "refused",
        }
    }

    fn effects(_after: &Self, _event: &ImportEvent, _stamp: Stamp) -> Vec<Effect> {
        Vec::new()
    }

    fn on_deadline(_name: &str) -> Option<ImportDeed> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spine::act;

    fn at() -> Timestamp {
        Timestamp::from_millis(1).unwrap()
    }

    fn proposed() -> Import {
        let name = FileName::parse("divisions.csv").unwrap();
        let file = SourceFile { name, bytes: 3, digest: Digest::of(b"abc") };
        after(None, ImportDeed::Propose { kind: ImportKind::Places, file })
    }

    fn after(import: Option<&Import>, deed: ImportDeed) -> Import {
        act(import, deed, By::SYSTEM, at(), &()).unwrap().unwrap().state
    }

    fn check(errors: u64) -> ImportDeed {
        ImportDeed::Check(Check { rows: 10, errors, ..Check::default() })
    }

    #[test]
    fn applied_only_after_a_clean_check() {
        let import = proposed();
        let apply = ImportDeed::Apply { digest: Digest::of(b"places") };
        let early = act(Some(&import), apply.clone(), By::SYSTEM, at(), &()).unwrap_err();
        assert_eq!(early.to_string(), "the import is proposed: it cannot be applied");
        let bad = after(Some(&import), check(2));
        let refusal = act(Some(&bad), apply.clone(), By::SYSTEM, at(), &()).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "rows: 2 of 10 have errors; mend the file and import it anew"
        );
        let good = after(Some(&bad), check(0));
        let applied = after(Some(&good), apply.clone());
        assert_eq!(applied.status(), "applied");
        assert!(act(Some(&applied), apply, By::SYSTEM, at(), &()).is_err(), "only once");
        assert!(act(Some(&applied), check(0), By::SYSTEM, at(), &()).is_err());
    }

    #[test]
    fn refused_at_any_time_before() {
        let reason = ImportDeed::Refuse { reason: Reason::parse("wrong year").unwrap() };
        let refused = after(Some(&proposed()), reason.clone());
        assert_eq!(refused.status(), "refused");
        assert!(act(Some(&refused), reason, By::SYSTEM, at(), &()).is_err());
    }

    #[test]
    fn errors_are_bounded() {
        let error = RowError::new(2, "", RowFault::Other, "错".repeat(600));
        let many = Check { first_errors: vec![error; 300], ..Check::default() };
        let import = after(Some(&proposed()), ImportDeed::Check(many));
        let kept = &import.check().unwrap().first_errors;
        assert_eq!(kept.len(), ERRORS_KEPT);
        assert_eq!(kept[0].message.chars().count(), 500);
    }
}
