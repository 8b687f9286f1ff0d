//! Jobs: long work that a person can watch and cancel. Progress is not an event; it is kept beside.
//!
//! A job is worked on by one node under a lease, which is the job's deadline: the worker pushes it
//! ahead while it lives; when it falls due the job goes back into the queue, or fails after its last
//! attempt.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::refusal::Refusal;
use crate::spine::{By, Doer, Effect, Stamp, Subject, SubjectKind, Unlawful};
use crate::text::{NodeName, clip};
use crate::time::Timestamp;

/// The deadline by which a worker must have been heard of.
pub const LEASE: &str = "lease";

/// Most bytes of a job's specification or result.
pub const SPEC_LIMIT: usize = 64 * 1024;

/// Most attempts one may ask for.
pub const ATTEMPTS_LIMIT: u32 = 20;

/// What kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Computes a study.
    Study,
    /// Checks or applies an import.
    Import,
    /// Builds a streets file.
    Streets,
}

/// What to do: the kind, and a JSON object that the worker for the kind understands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobSpec {
    /// The kind of work.
    pub kind: JobKind,
    /// Short title for lists.
    pub title: String,
    /// The same for those who read English; empty where it is the same.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title_en: String,
    /// What exactly: JSON, at most [`SPEC_LIMIT`] bytes.
    pub spec: String,
    /// How often it is tried before it fails, 1 to [`ATTEMPTS_LIMIT`].
    pub max_attempts: u32,
}

/// Where a job stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum JobState {
    /// Waits for a worker.
    Queued,
    /// Is worked on.
    Running {
        /// By which process.
        node: NodeName,
        /// Since when.
        since: Timestamp,
    },
    /// Done.
    Done {
        /// When.
        at: Timestamp,
        /// What came out: a JSON object.
        result: String,
    },
    /// Given up.
    Failed {
        /// When.
        at: Timestamp,
        /// Why, and what to do.
        error: String,
    },
    /// Stopped because someone asked.
    Cancelled {
        /// When.
        at: Timestamp,
    },
}

/// A job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// What to do.
    pub spec: JobSpec,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// Who asked: a person's id, `system` or `anonymous`.
    pub asked_by: String,
    /// How often it was started.
    pub attempts: u32,
    /// When someone asked to cancel it while it ran.
    pub cancel_asked: Option<Timestamp>,
    /// Where it stands.
    pub state: JobState,
}

/// What can be done to a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobDeed {
    /// Put into the queue.
    Queue(JobSpec),
    /// Taken up by a worker.
    Start {
        /// The worker's process.
        node: NodeName,
        /// How long it may be silent.
        lease: Duration,
    },
    /// Finished by its worker.
    Finish {
        /// The attempt that finished it, as counted in [`Job::attempts`].
        attempt: u32,
        /// What came out: a JSON object.
        result: String,
    },
    /// Given up by its worker. `again` asks for another attempt, if any is left.
    Fail {
        /// The attempt that failed.
        attempt: u32,
        /// Why, and what to do.
        error: String,
        /// Whether another attempt might succeed.
        again: bool,
    },
    /// Someone wants it stopped.
    AskCancel,
    /// Its worker has stopped it as asked.
    Cancel {
        /// The attempt that was stopped.
        attempt: u32,
    },
    /// Its worker was silent for too long.
    LeaseExpired,
}

/// What can happen to a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[expect(missing_docs, reason = "fields are those of the deeds")]
pub enum JobEvent {
    /// It was put into the queue.
    Queued { spec: JobSpec },
    /// A worker took it up.
    Started { node: NodeName, lease_ms: u64 },
    /// It goes back into the queue.
    Requeued { error: String },
    /// It is done.
    Finished { result: String },
    /// It is given up.
    Failed { error: String },
    /// Someone asked to stop it.
    CancelAsked,
    /// It is stopped.
    Cancelled,
}

impl JobEvent {
    const fn name(&self) -> &'static str {
        match self {
            Self::Queued { .. } => "queued",
            Self::Started { .. } => "started",
            Self::Requeued { .. } => "requeued",
            Self::Finished { .. } => "finished",
            Self::Failed { .. } => "failed",
            Self::CancelAsked => "cancel_asked",
            Self::Cancelled => "cancelled",
        }
    }
}

impl Job {
    /// Whether nothing more will happen to it.
    pub const fn is_over(&self) -> bool {
        matches!(
            self.state,
            JobState::Done { .. } | JobState::Failed { .. } | JobState::Cancelled { .. }
        )
    }

    fn wrong(&self, deed: &'static str) -> Refusal {
        Refusal::WrongState { what: "job", state: self.status(), deed }
    }

    /// Refuses what a worker says that has lost the job to another attempt.
    fn check_attempt(&self, attempt: u32, deed: &'static str) -> Result<(), Refusal> {
        match self.state {
            JobState::Running { .. } if attempt == self.attempts => Ok(()),
            JobState::Running { .. } => {
                Err(Refusal::WrongState { what: "job", state: "given to another worker", deed })
            }
            _ => Err(self.wrong(deed)),
        }
    }

    /// What follows when an attempt ended without a result.
    fn after_failure(&self, error: String, again: bool) -> Vec<JobEvent> {
        if self.cancel_asked.is_some() {
            vec![JobEvent::Cancelled]
        } else if again && self.attempts < self.spec.max_attempts {
            vec![JobEvent::Requeued { error }]
        } else {
            vec![JobEvent::Failed { error }]
        }
    }

    /// Decides a deed to a job that is there.
    fn decide(&self, deed: JobDeed) -> Result<Vec<JobEvent>, Refusal> {
        match deed {
            JobDeed::Queue(_) => Err(Refusal::Exists { what: "job", id: "with this id".into() }),
            JobDeed::Start { node, lease } => match self.state {
                JobState::Queued => {
                    let lease_ms = u64::try_from(lease.as_millis()).unwrap_or(u64::MAX);
                    Ok(vec![JobEvent::Started { node, lease_ms }])
                }
                _ => Err(self.wrong("started")),
            },
            JobDeed::Finish { attempt, result } => {
                self.check_attempt(attempt, "finished")?;
                if result.len() > SPEC_LIMIT {
                    return Err(Refusal::Limit {
                        what: "bytes of a result",
                        limit: SPEC_LIMIT as u64,
                    });
                }
                Ok(vec![JobEvent::Finished { result }])
            }
            JobDeed::Fail { attempt, error, again } => {
                self.check_attempt(attempt, "failed")?;
                Ok(self.after_failure(clip(&error, 2_000), again))
            }
            JobDeed::AskCancel => match self.state {
                JobState::Queued => Ok(vec![JobEvent::Cancelled]),
                // Asking twice is asking once.
                JobState::Running { .. } if self.cancel_asked.is_some() => Ok(Vec::new()),
                JobState::Running { .. } => Ok(vec![JobEvent::CancelAsked]),
                _ => Err(self.wrong("cancelled")),
            },
            JobDeed::Cancel { attempt } => {
                self.check_attempt(attempt, "cancelled")?;
                match self.cancel_asked {
                    Some(_) => Ok(vec![JobEvent::Cancelled]),
                    None => Err(self.wrong("cancelled before anybody asked")),
                }
            }
            JobDeed::LeaseExpired => match &self.state {
                JobState::Running { node, .. } => {
                    Ok(self.after_failure(format!("nothing was heard of its worker {node}"), true))
                }
                _ => Err(self.wrong("lost")),
            },
        }
    }
}

fn queue(spec: JobSpec) -> Result<Vec<JobEvent>, Refusal> {
    if spec.spec.len() > SPEC_LIMIT {
        return Err(Refusal::Limit { what: "bytes of a job", limit: SPEC_LIMIT as u64 });
    }
    if !(1..=ATTEMPTS_LIMIT).contains(&spec.max_attempts) {
        return Err(Refusal::invalid("max_attempts", format!("give 1 to {ATTEMPTS_LIMIT}")));
    }
    Ok(vec![JobEvent::Queued { spec }])
}

impl Subject for Job {
    const KIND: SubjectKind = SubjectKind::Job;
    const VERSION: u16 = 1;
    type Deed = JobDeed;
    type Event = JobEvent;
    type Rules = ();

    fn decide(
        state: Option<&Self>,
        deed: JobDeed,
        _by: By,
        _now: Timestamp,
        (): &(),
    ) -> Result<Vec<JobEvent>, Refusal> {
        let Some(job) = state else {
            return match deed {
                JobDeed::Queue(spec) => queue(spec),
                _ => Err(Refusal::missing("job", "with this id")),
            };
        };
        job.decide(deed)
    }

    fn apply(state: Option<Self>, event: &JobEvent, stamp: Stamp) -> Result<Self, Unlawful> {
        let refuse = |state| Unlawful { kind: SubjectKind::Job, event: event.name(), state };
        let at = stamp.at;
        let mut job = match (state, event) {
            (None, JobEvent::Queued { spec }) => {
                return Ok(Self {
                    spec: spec.clone(),
                    asked_at: at,
                    asked_by: stamp.by.doer.to_string(),
                    attempts: 0,
                    cancel_asked: None,
                    state: JobState::Queued,
                });
            }
            (None, _) => return Err(refuse("not there")),
            (Some(job), _) => job,
        };
        let (queued, running) = match job.state {
            JobState::Queued => (true, false),
            JobState::Running { .. } => (false, true),
            _ => (false, false),
        };
        job.state = match event {
            JobEvent::Started { node, .. } if queued => {
                job.attempts += 1;
                JobState::Running { node: node.clone(), since: at }
            }
            JobEvent::Requeued { .. } if running => JobState::Queued,
            JobEvent::Finished { result } if running => {
                JobState::Done { at, result: result.clone() }
            }
            JobEvent::Failed { error } if running => JobState::Failed { at, error: error.clone() },
            JobEvent::CancelAsked if running => {
                job.cancel_asked = Some(at);
                job.state
            }
            JobEvent::Cancelled if queued || running => JobState::Cancelled { at },
            _ => return Err(refuse(job.status())),
        };
        Ok(job)
    }

    fn status(&self) -> &'static str {
        match self.state {
            JobState::Queued => "queued",
            JobState::Running { .. } => "running",
            JobState::Done { .. } => "done",
            JobState::Failed { .. } => "failed",
            JobState::Cancelled { .. } => "cancelled",
        }
    }

    fn effects(_after: &Self, event: &JobEvent, stamp: Stamp) -> Vec<Effect> {
        match event {
            JobEvent::Started { lease_ms, .. } => {
                let due = stamp.at.plus(Duration::from_millis(*lease_ms));
                vec![Effect::SetDeadline { name: LEASE, due }]
            }
            JobEvent::Queued { .. } | JobEvent::CancelAsked => Vec::new(),
            _ => vec![Effect::ClearDeadline { name: LEASE }],
        }
    }

    fn on_deadline(name: &str) -> Option<JobDeed> {
        (name == LEASE).then_some(JobDeed::LeaseExpired)
    }
}

impl Job {
    /// Whether `doer` asked for this job.
    pub fn was_asked_by(&self, doer: Doer) -> bool {
        self.asked_by == doer.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spine::act;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000).unwrap()
    }

    fn spec(max_attempts: u32) -> JobSpec {
        JobSpec {
            kind: JobKind::Study,
            title: "t".into(),
            title_en: String::new(),
            spec: "{}".into(),
            max_attempts,
        }
    }

    fn start(node: &str) -> JobDeed {
        JobDeed::Start { node: NodeName::parse(node).unwrap(), lease: Duration::from_secs(30) }
    }

    fn after(job: Option<&Job>, deed: JobDeed) -> Job {
        act(job, deed, By::SYSTEM, at(1), &()).unwrap().unwrap().state
    }

    fn running(max_attempts: u32) -> Job {
        after(Some(&after(None, JobDeed::Queue(spec(max_attempts)))), start("a"))
    }

    fn refused(job: &Job, deed: JobDeed) -> String {
        act(Some(job), deed, By::SYSTEM, at(2), &()).unwrap_err().to_string()
    }

    #[test]
    fn runs_and_is_done() {
        let job = after(Some(&running(1)), JobDeed::Finish { attempt: 1, result: "{}".into() });
        assert_eq!(job.status(), "done");
        assert!(job.is_over());
        assert_eq!(refused(&job, JobDeed::AskCancel), "the job is done: it cannot be cancelled");
    }

    #[test]
    fn a_lost_worker_gives_the_job_back_a_bounded_number_of_times() {
        let job = after(Some(&running(2)), JobDeed::LeaseExpired);
        assert_eq!((job.status(), job.attempts), ("queued", 1));
        let job = after(Some(&job), start("b"));
        let late = JobDeed::Finish { attempt: 1, result: "{}".into() };
        assert_eq!(
            refused(&job, late),
            "the job is given to another worker: it cannot be finished"
        );
        let job = after(Some(&job), JobDeed::LeaseExpired);
        assert_eq!((job.status(), job.attempts), ("failed", 2));
    }

    #[test]
    fn cancelled_at_once_in_the_queue_and_by_its_worker_when_running() {
        let queued = after(None, JobDeed::Queue(spec(1)));
        assert_eq!(after(Some(&queued), JobDeed::AskCancel).status(), "cancelled");

        let job = running(3);
        assert!(refused(&job, JobDeed::Cancel { attempt: 1 }).contains("before anybody asked"));
        let job = after(Some(&job), JobDeed::AskCancel);
        assert_eq!((job.status(), job.cancel_asked), ("running", Some(at(1))));
        assert_eq!(act(Some(&job), JobDeed::AskCancel, By::SYSTEM, at(2), &()), Ok(None));
        let stopped = after(Some(&job), JobDeed::Cancel { attempt: 1 });
        assert_eq!(stopped.status(), "cancelled");
        let lost = after(Some(&job), JobDeed::LeaseExpired);
        assert_eq!(lost.status(), "cancelled", "not tried again when nobody wants it");
    }

    #[test]
    fn the_lease_is_a_deadline() {
        let queued = after(None, JobDeed::Queue(spec(1)));
        let outcome = act(Some(&queued), start("a"), By::SYSTEM, at(10), &()).unwrap().unwrap();
        assert_eq!(outcome.effects, [Effect::SetDeadline { name: LEASE, due: at(40) }]);
        let end = JobDeed::Fail { attempt: 1, error: "x".into(), again: false };
        let outcome = act(Some(&outcome.state), end, By::SYSTEM, at(11), &()).unwrap().unwrap();
        assert_eq!(outcome.effects, [Effect::ClearDeadline { name: LEASE }]);
        assert_eq!(Job::on_deadline(LEASE), Some(JobDeed::LeaseExpired));
        assert_eq!(Job::on_deadline("other"), None);
    }

    #[test]
    fn bounds() {
        let big = JobSpec { spec: " ".repeat(SPEC_LIMIT + 1), ..spec(1) };
        let refusal = act::<Job>(None, JobDeed::Queue(big), By::SYSTEM, at(1), &()).unwrap_err();
        assert_eq!(refusal.code(), "limit");
        for attempts in [0, ATTEMPTS_LIMIT + 1] {
            assert!(
                act::<Job>(None, JobDeed::Queue(spec(attempts)), By::SYSTEM, at(1), &()).is_err()
            );
        }
    }
}
