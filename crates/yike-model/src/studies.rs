//! Studies: a question about a district's life circles, and the file that answers it.
//!
//! The answer is a file; the ledger holds its digest, so that a figure can be traced to the bytes it
//! was read from.

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::id::JobId;
use crate::refusal::Refusal;
use crate::spine::{By, Effect, Stamp, Subject, SubjectKind, Unlawful};
use crate::text::{FileName, Reason, Title, clip};
use crate::time::Timestamp;

/// Most bytes of a question or a summary.
pub const SUMMARY_LIMIT: usize = 64 * 1024;

/// The question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Its title.
    pub title: Title,
    /// Its title for those who read English, where it has one of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_en: Option<Title>,
    /// Profiles, minutes, standard, digests of the data sets, versions: a JSON object, at most
    /// [`SUMMARY_LIMIT`] bytes. Same question, same version: same answer.
    pub spec: String,
    /// The job that computes it.
    pub job: JobId,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Name of the file in the folder of studies.
    pub file: FileName,
    /// Its length in bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// What lists show of it: a JSON object, at most [`SUMMARY_LIMIT`] bytes.
    pub summary: String,
}

/// Where a study stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum StudyState {
    /// Asked, not yet answered.
    Asked,
    /// Answered.
    Computed {
        /// When.
        at: Timestamp,
        /// The answer.
        answer: Answer,
    },
    /// Could not be answered.
    Failed {
        /// When.
        at: Timestamp,
        /// Why, and what to do.
        error: String,
    },
    /// No longer shown.
    Withdrawn {
        /// When.
        at: Timestamp,
        /// Why.
        reason: Reason,
        /// The answer, if there was one.
        answer: Option<Answer>,
    },
}

/// A study.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Study {
    /// The question.
    pub question: Question,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// By whom: a person's id or `system`.
    pub asked_by: String,
    /// Where it stands.
    pub state: StudyState,
}

/// What can be done to a study.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StudyDeed {
    /// It is asked.
    Ask(Question),
    /// It was computed, and its file written whole.
    Compute(Answer),
    /// It cannot be computed, or its job was cancelled.
    Fail {
        /// Why, and what to do.
        error: String,
    },
    /// It is not to be shown any more.
    Withdraw {
        /// Why.
        reason: Reason,
    },
}

/// What can happen to a study.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[expect(missing_docs, reason = "fields are those of the deeds")]
pub enum StudyEvent {
    /// It was asked.
    Asked { question: Question },
    /// It was computed.
    Computed { answer: Answer },
    /// It failed.
    Failed { error: String },
    /// It was withdrawn.
    Withdrawn { reason: Reason },
}

impl StudyEvent {
    const fn name(&self) -> &'static str {
        match self {
            Self::Asked { .. } => "asked",
            Self::Computed { .. } => "computed",
            Self::Failed { .. } => "failed",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }
}

impl Study {
    /// The answer, if it has one that is to be shown.
    pub const fn answer(&self) -> Option<&Answer> {
        match &self.state {
            StudyState::Computed { answer, .. } => Some(answer),
            _ => None,
        }
    }

    fn wrong(&self, deed: &'static str) -> Refusal {
        Refusal::WrongState { what: "study", state: self.status(), deed }
    }
}

fn bounded(text: &str, what: &'static str) -> Result<(), Refusal> {
    if text.len() > SUMMARY_LIMIT {
        return Err(Refusal::Limit { what, limit: SUMMARY_LIMIT as u64 });
    }
    Ok(())
}

impl Subject for Study {
    const KIND: SubjectKind = SubjectKind::Study;
    const VERSION: u16 = 1;
    type Deed = StudyDeed;
    type Event = StudyEvent;
    type Rules = ();

    fn decide(
        state: Option<&Self>,
        deed: StudyDeed,
        _by: By,
        _now: Timestamp,
        (): &(),
    ) -> Result<Vec<StudyEvent>, Refusal> {
        let Some(study) = state else {
            return match deed {
                StudyDeed::Ask(question) => {
                    bounded(&question.spec, "bytes of a question")?;
                    Ok(vec![StudyEvent::Asked { question }])
                }
                _ => Err(Refusal::missing("study", "with this id")),
            };
        };
        let asked = study.state == StudyState::Asked;
        match deed {
            StudyDeed::Ask(_) => Err(Refusal::Exists { what: "study", id: "with this id".into() }),
            StudyDeed::Compute(answer) if asked => {
                bounded(&answer.summary, "bytes of a summary")?;
                Ok(vec![StudyEvent::Computed { answer }])
            }
            StudyDeed::Compute(_) => Err(study.wrong("computed")),
            StudyDeed::Fail { error } if asked => {
                Ok(vec![StudyEvent::Failed { error: clip(&error, 2_000) }])
            }
            StudyDeed::Fail { .. } => Err(study.wrong("failed")),
            StudyDeed::Withdraw { reason } => match study.state {
                StudyState::Withdrawn { .. } => Err(study.wrong("withdrawn")),
                _ => Ok(vec![StudyEvent::Withdrawn { reason }]),
            },
        }
    }

    fn apply(state: Option<Self>, event: &StudyEvent, stamp: Stamp) -> Result<Self, Unlawful> {
        let refuse = |state| Unlawful { kind: SubjectKind::Study, event: event.name(), state };
        let at = stamp.at;
        let mut study = match (state, event) {
            (None, StudyEvent::Asked { question }) => {
                return Ok(Self {
                    question: question.clone(),
                    asked_at: at,
                    asked_by: stamp.by.doer.to_string(),
                    state: StudyState::Asked,
                });
            }
            (None, _) => return Err(refuse("not there")),
            (Some(study), _) => study,
        };
        let status = study.status();
        study.state = match (event, study.state) {
            (StudyEvent::Computed { answer }, StudyState::Asked) => {
                StudyState::Computed { at, answer: answer.clone() }
            }
            (StudyEvent::Failed { error }, StudyState::Asked) => {
                StudyState::Failed { at, error: error.clone() }
            }
            (StudyEvent::Withdrawn { reason }, StudyState::Computed { answer, .. }) => {
                StudyState::Withdrawn { at, reason: reason.clone(), answer: Some(answer) }
            }
            (StudyEvent::Withdrawn { reason }, StudyState::Asked | StudyState::Failed { .. }) => {
                StudyState::Withdrawn { at, reason: reason.clone(), answer: None }
            }
            _ => return Err(refuse(status)),
        };
        Ok(study)
    }

    fn status(&self) -> &'static str {
        match self.state {
            StudyState::Asked => "asked",
            StudyState::Computed { .. } => "computed",
            StudyState::Failed { .. } => "failed",
            StudyState::Withdrawn { .. } => "withdrawn",
        }
    }

    fn effects(_after: &Self, _event: &StudyEvent, _stamp: Stamp) -> Vec<Effect> {
        Vec::new()
    }

    fn on_deadline(_name: &str) -> Option<StudyDeed> {
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

    fn after(study: Option<&Study>, deed: StudyDeed) -> Study {
        act(study, deed, By::SYSTEM, at(), &()).unwrap().unwrap().state
    }

    fn asked() -> Study {
        let title = Title::parse("米市巷").unwrap();
        let job = JobId::new(at(), [1; 10]);
        after(None, StudyDeed::Ask(Question { title, title_en: None, spec: "{}".into(), job }))
    }

    fn answer() -> Answer {
        let file = FileName::parse("a.study").unwrap();
        Answer { file, bytes: 1, digest: Digest::of(b"a"), summary: "{}".into() }
    }

    #[test]
    fn asked_computed_withdrawn() {
        let study = after(Some(&asked()), StudyDeed::Compute(answer()));
        assert_eq!(study.answer(), Some(&answer()));
        assert!(act(Some(&study), StudyDeed::Compute(answer()), By::SYSTEM, at(), &()).is_err());
        let withdraw = StudyDeed::Withdraw { reason: Reason::parse("old streets").unwrap() };
        let study = after(Some(&study), withdraw.clone());
        assert_eq!((study.status(), study.answer()), ("withdrawn", None));
        assert!(act(Some(&study), withdraw, By::SYSTEM, at(), &()).is_err());
    }

    #[test]
    fn a_failed_study_is_not_computed_later() {
        let study = after(Some(&asked()), StudyDeed::Fail { error: "no streets".into() });
        assert_eq!(study.status(), "failed");
        assert!(act(Some(&study), StudyDeed::Compute(answer()), By::SYSTEM, at(), &()).is_err());
    }

    #[test]
    fn bounds() {
        let question = Question { spec: " ".repeat(SUMMARY_LIMIT + 1), ..asked().question };
        let refusal =
            act::<Study>(None, StudyDeed::Ask(question), By::SYSTEM, at(), &()).unwrap_err();
        assert_eq!(refusal.code(), "limit");
    }
}
