//! The spine: a subject moves through states by deeds; each deed is done by an actor in a role;
//! deadlines run while it waits.
//!
//! Rules are pure: [`Subject::decide`] says what happens, [`Subject::apply`] what then is. The store
//! appends the events to the ledger and writes state, deadlines and notices in the same transaction.
//!
//! # Hash of an event
//! SHA-256 over the label `yike-event-1` and a zero byte, then these fields, each as its length in
//! bytes (`u64`, big endian) and its bytes: district, kind, subject id, seq (`i64`, big endian), at
//! (`i64`, big endian), actor, role, version (`i64`, big endian), payload, hash of the event before
//! (32 bytes; zero for the first). Payload is hashed as the text that is stored.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::digest::{Digest, Hasher};
use crate::id::{BadId, DistrictId, PersonId, ProgramId, SubjectId};
use crate::people::Role;
use crate::refusal::Refusal;
use crate::time::Timestamp;

/// What has a life of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectKind {
    /// What a resident reported; see [`crate::cases`].
    Case,
    /// An import of a file; see [`crate::imports`].
    Import,
    /// Long work; see [`crate::jobs`].
    Job,
    /// A life circle study; see [`crate::studies`].
    Study,
}

impl SubjectKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Case, Self::Import, Self::Job, Self::Study];

    /// The word for it in the ledger.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Import => "import",
            Self::Job => "job",
            Self::Study => "study",
        }
    }
}

impl fmt::Display for SubjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for SubjectKind {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.code() == text)
            .ok_or_else(|| BadId(format!("{text:.60} is not a kind of subject")))
    }
}

/// Who an event is written down for. Holds an id, never a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Doer {
    /// Someone who is not signed in.
    Anonymous,
    /// A person.
    Person(PersonId),
    /// Another program.
    Program(ProgramId),
    /// Yike itself: the clock, a worker, the command line on the machine.
    System,
}

impl Doer {
    /// What kind of doer, for messages: never who.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Anonymous => "someone who is not signed in",
            Self::Person(_) => "this person",
            Self::Program(_) => "this program",
            Self::System => "the system",
        }
    }
}

/// Stands before the id of a program, so that it cannot be taken for a person's.
const PROGRAM: &str = "program:";

impl fmt::Display for Doer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anonymous => f.write_str("anonymous"),
            Self::System => f.write_str("system"),
            Self::Person(id) => id.fmt(f),
            Self::Program(id) => write!(f, "{PROGRAM}{id}"),
        }
    }
}

impl FromStr for Doer {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        match text {
            "anonymous" => Ok(Self::Anonymous),
            "system" => Ok(Self::System),
            id => match id.strip_prefix(PROGRAM) {
                Some(id) => id.parse().map(Self::Program),
                None => id.parse().map(Self::Person),
            },
        }
    }
}

/// Who does a deed, in which role: what a permission check leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct By {
    /// Who.
    pub doer: Doer,
    /// The role that permitted it; none for the system and where anybody may.
    pub role: Option<Role>,
}

impl By {
    /// Yike itself.
    pub const SYSTEM: Self = Self { doer: Doer::System, role: None };
}

/// When and by whom an event came about, for [`Subject::apply`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: By,
}

/// What else is written in the transaction of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// A deadline starts, or moves: at `due` the clock does [`Subject::on_deadline`].
    SetDeadline {
        /// Which of the subject's deadlines.
        name: &'static str,
        /// When it falls due.
        due: Timestamp,
    },
    /// A deadline ends unfired, if it runs.
    ClearDeadline {
        /// Which of the subject's deadlines.
        name: &'static str,
    },
    /// A message goes out.
    Notice(Notice),
}

/// A message out. Holds ids and public text only; the sender looks up addresses when sending.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Notice {
    /// By which way: `webhook`, `mail`, `sms`, `push`.
    pub channel: String,
    /// For whom: a person's id or, by webhook, a receiver's.
    pub to: String,
    /// Which text.
    pub template: String,
    /// Values for the text: a JSON object.
    pub values: String,
    /// Repeats of the same key are one message: here by the outbox, there by the receiver.
    pub key: String,
}

/// An event that does not follow from the state before it: the ledger was not written by this code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{event} cannot follow: the {kind} is {state}")]
pub struct Unlawful {
    /// The kind of subject.
    pub kind: SubjectKind,
    /// The event.
    pub event: &'static str,
    /// The state it met.
    pub state: &'static str,
}

/// The rules of one kind of subject. `Self` is its state; it is stored as JSON and can be folded again
/// from the events at any time, with the same result.
pub trait Subject:
    Clone + fmt::Debug + PartialEq + Serialize + DeserializeOwned + Send + 'static
{
    /// The kind.
    const KIND: SubjectKind;
    /// Version of the events' form; a reader of version `n` reads all versions up to `n`.
    const VERSION: u16;
    /// What can be done.
    type Deed: Clone + fmt::Debug + Send;
    /// What can happen.
    type Event: Clone + fmt::Debug + PartialEq + Serialize + DeserializeOwned + Send;
    /// The data the rules go by, such as a catalogue and a calendar; `()` where there is none. Only
    /// [`Subject::decide`] sees it, so that events fold the same whatever becomes of the data.
    type Rules: Send + Sync + 'static;

    /// Decides what happens when `by` does `deed` at `now`; `state` is `None` before the first event.
    /// Checks rules, not permissions.
    fn decide(
        state: Option<&Self>,
        deed: Self::Deed,
        by: By,
        now: Timestamp,
        rules: &Self::Rules,
    ) -> Result<Vec<Self::Event>, Refusal>;

    /// The state after an event.
    fn apply(state: Option<Self>, event: &Self::Event, stamp: Stamp) -> Result<Self, Unlawful>;

    /// A word for the state, by which lists are filtered.
    fn status(&self) -> &'static str;

    /// What `event` brings about beside the new state.
    fn effects(after: &Self, event: &Self::Event, stamp: Stamp) -> Vec<Effect>;

    /// The deed the clock does when the deadline `name` falls due.
    fn on_deadline(name: &str) -> Option<Self::Deed>;
}

/// An event as it stands in the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The district.
    pub district: DistrictId,
    /// The kind of subject.
    pub kind: SubjectKind,
    /// The subject.
    pub subject: SubjectId,
    /// 1 for a subject's first event, then one more each time.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: By,
    /// Version of the payload's form.
    pub version: u16,
    /// What happened: JSON, as stored.
    pub payload: String,
    /// Hash of the event before; zero for the first.
    pub prev: Digest,
    /// Hash of this event.
    pub hash: Digest,
}

impl Entry {
    /// The hash this event should carry; see the module's head.
    pub fn computed_hash(&self) -> Digest {
        let mut hasher = Hasher::new("yike-event-1");
        hasher.field(self.district.as_str()).field(self.kind.code());
        hasher.field(self.subject.to_string()).number(self.seq).number(self.at.millis());
        hasher.field(self.by.doer.to_string()).field(self.by.role.map_or("", Role::code));
        hasher.number(i64::from(self.version)).field(&self.payload).field(self.prev.as_bytes());
        hasher.finish()
    }
}

/// What follows from a deed: the new state and all that is to be written with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome<S: Subject> {
    /// The state after the events.
    pub state: S,
    /// The events, in order.
    pub events: Vec<S::Event>,
    /// Deadlines and notices, in order.
    pub effects: Vec<Effect>,
}

/// Decides a deed and applies its events. `None` where nothing happens (the deed changed nothing).
pub fn act<S: Subject>(
    state: Option<&S>,
    deed: S::Deed,
    by: By,
    now: Timestamp,
    rules: &S::Rules,
) -> Result<Option<Outcome<S>>, Refusal> {
    let events = S::decide(state, deed, by, now, rules)?;
    let stamp = Stamp { at: now, by };
    let mut after = state.cloned();
    let mut effects = Vec::new();
    for event in &events {
        let next = S::apply(after, event, stamp).expect("decide gives only events that apply");
        effects.extend(S::effects(&next, event, stamp));
        after = Some(next);
    }
    Ok(after.filter(|_| !events.is_empty()).map(|state| Outcome { state, events, effects }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry {
            district: "330105".parse().unwrap(),
            kind: SubjectKind::Job,
            subject: "01980e5c-1b2a-7c3d-8e4f-5a6b7c8d9e0f".parse().unwrap(),
            seq: 1,
            at: Timestamp::from_millis(1_700_000_000_000).unwrap(),
            by: By::SYSTEM,
            version: 1,
            payload: r#"{"event":"started"}"#.into(),
            prev: Digest::ZERO,
            hash: Digest::ZERO,
        }
    }

    #[test]
    fn doers_come_back_from_text() {
        let random = [7; 10];
        let person = PersonId::new(Timestamp::FIRST, random);
        let program = ProgramId::new(Timestamp::FIRST, random);
        let all = [Doer::Anonymous, Doer::System, Doer::Person(person), Doer::Program(program)];
        for doer in all {
            assert_eq!(doer.to_string().parse(), Ok(doer));
        }
        assert!("program:".parse::<Doer>().is_err());
        assert!("program:system".parse::<Doer>().is_err());
    }

    /// The hash of a fixed event must never change: old ledgers would no longer verify.
    #[test]
    fn hash_is_as_documented() {
        let mut bytes = b"yike-event-1\0".to_vec();
        let mut field = |f: &[u8]| {
            bytes.extend((f.len() as u64).to_be_bytes());
            bytes.extend(f);
        };
        field(b"330105");
        field(b"job");
        field(b"01980e5c-1b2a-7c3d-8e4f-5a6b7c8d9e0f");
        field(&1_i64.to_be_bytes());
        field(&1_700_000_000_000_i64.to_be_bytes());
        field(b"system");
        field(b"");
        field(&1_i64.to_be_bytes());
        field(br#"{"event":"started"}"#);
        field(&[0; 32]);
        assert_eq!(entry().computed_hash(), Digest::of(&bytes));
    }

    #[test]
    fn every_field_is_in_the_hash() {
        let whole = entry().computed_hash();
        let changes: [fn(&mut Entry); 10] = [
            |e| e.district = "330106".parse().unwrap(),
            |e| e.kind = SubjectKind::Study,
            |e| e.subject = "01980e5c-1b2a-7c3d-8e4f-5a6b7c8d9e10".parse().unwrap(),
            |e| e.seq = 2,
            |e| e.at = e.at.plus(std::time::Duration::from_millis(1)),
            |e| e.by.doer = Doer::Anonymous,
            |e| e.by.role = Some(Role::Planner),
            |e| e.version = 2,
            |e| e.payload.push(' '),
            |e| e.prev = Digest::of(b""),
        ];
        for change in changes {
            let mut other = entry();
            change(&mut other);
            assert_ne!(other.computed_hash(), whole, "{other:?}");
        }
    }
}
