//! Folding events: what a subject's state is, and whether its chain of events is whole.

use std::collections::BTreeSet;

use yike_model::spine::{Effect, Entry, Stamp, Subject, SubjectKind};
use yike_model::{Digest, Timestamp};

use crate::db::{Reader, fetch_all};
use crate::error::StoreError;
use crate::ledger::{EventRow, SubjectRow};
use crate::stored::each_kind;

/// Rows read at a time.
const STEP: i64 = 2_000;

/// A subject folded from its events.
pub struct Folded {
    pub kind: SubjectKind,
    pub seq: i64,
    pub head: Digest,
    pub status: &'static str,
    pub state: String,
    pub made_at: Timestamp,
    pub changed_at: Timestamp,
    /// Deadlines that run.
    pub deadlines: BTreeSet<(&'static str, Timestamp)>,
}

pub fn fold(entries: &[Entry]) -> Result<Folded, String> {
    match entries.first().map(|entry| entry.kind) {
        None => Err("has no events".into()),
        Some(kind) => each_kind!(kind, S => fold_as::<S>(entries)),
    }
}

fn fold_as<S: Subject>(entries: &[Entry]) -> Result<Folded, String> {
    let mut state: Option<S> = None;
    let mut deadlines = BTreeSet::new();
    for entry in entries {
        if entry.version > S::VERSION {
            return Err(format!("event {} is of a newer version {}", entry.seq, entry.version));
        }
        let event: S::Event = serde_json::from_str(&entry.payload)
            .map_err(|why| format!("event {} cannot be read: {why}", entry.seq))?;
        let stamp = Stamp { at: entry.at, by: entry.by };
        let next =
            S::apply(state, &event, stamp).map_err(|why| format!("event {}: {why}", entry.seq))?;
        for effect in S::effects(&next, &event, stamp) {
            match effect {
                Effect::SetDeadline { name, due } => {
                    deadlines.retain(|(other, _)| *other != name);
                    deadlines.insert((name, due));
                }
                Effect::ClearDeadline { name } => deadlines.retain(|(other, _)| *other != name),
                Effect::Notice(_) => {}
            }
        }
        state = Some(next);
    }
    let (Some(state), Some(first), Some(last)) = (state, entries.first(), entries.last()) else {
        return Err("has no events".into());
    };
    Ok(Folded {
        kind: S::KIND,
        seq: last.seq,
        head: last.hash,
        status: state.status(),
        state: serde_json::to_string(&state).map_err(|why| why.to_string())?,
        made_at: first.at,
        changed_at: last.at,
        deadlines,
    })
}

/// The first fault of a subject's chain of events.
pub fn chain_fault(entries: &[Entry]) -> Option<String> {
    let mut prev = Digest::ZERO;
    for (seq, entry) in (1..).zip(entries) {
        if entry.seq != seq {
            return Some(format!("event {seq} is missing"));
        }
        if entry.kind != entries[0].kind {
            return Some(format!("event {seq} is of another kind of subject"));
        }
        if entry.prev != prev {
            return Some(format!(
                "event {seq} does not follow the one before: its hash of that is wrong"
            ));
        }
        if entry.computed_hash() != entry.hash {
            return Some(format!("event {seq} was changed: its hash is wrong"));
        }
        prev = entry.hash;
    }
    None
}

/// What a stored subject has that its events do not say.
pub fn subject_fault(folded: &Folded, row: &SubjectRow) -> Option<String> {
    let head = folded.head.to_string();
    let same = [
        ("number of events", folded.seq.to_string(), row.seq.to_string()),
        ("last hash", head, row.head.clone()),
        ("status", folded.status.to_owned(), row.status.clone()),
        ("state", folded.state.clone(), row.state.clone()),
        ("beginning", folded.made_at.millis().to_string(), row.made_at.to_string()),
        ("last change", folded.changed_at.millis().to_string(), row.changed_at.to_string()),
    ];
    same.into_iter()
        .find(|(_, wanted, stored)| wanted != stored)
        .map(|(what, wanted, stored)| format!("its {what} is {stored}, by its events {wanted}"))
}

/// Walks over all events, subject by subject.
pub struct Walk {
    rows: std::vec::IntoIter<EventRow>,
    last: (String, String, i64),
    over: bool,
    peeked: Option<EventRow>,
}

impl Walk {
    pub fn new() -> Self {
        let last = (String::new(), String::new(), 0);
        Self { rows: Vec::new().into_iter(), last, over: false, peeked: None }
    }

    async fn row(&mut self, reader: &mut Reader) -> Result<Option<EventRow>, StoreError> {
        if let Some(row) = self.peeked.take().or_else(|| self.rows.next()) {
            return Ok(Some(row));
        }
        if self.over {
            return Ok(None);
        }
        let rows = fetch_all!(
            reader,
            EventRow,
            "select district, subject, seq, kind, at, actor, role, version, payload, prev, hash
             from events where (district, subject, seq) > ($1, $2, $3)
             order by district, subject, seq limit $4",
            &self.last.0,
            &self.last.1,
            self.last.2,
            STEP,
        )?;
        self.over = (rows.len() as i64) < STEP;
        if let Some(row) = rows.last() {
            self.last = (row.district.clone(), row.subject.clone(), row.seq);
        }
        self.rows = rows.into_iter();
        Ok(self.rows.next())
    }

    /// The events of the next subject.
    pub async fn next(&mut self, reader: &mut Reader) -> Result<Option<Vec<EventRow>>, StoreError> {
        let Some(first) = self.row(reader).await? else { return Ok(None) };
        let mut all = vec![first];
        while let Some(row) = self.row(reader).await? {
            if row.subject != all[0].subject || row.district != all[0].district {
                self.peeked = Some(row);
                break;
            }
            all.push(row);
        }
        Ok(Some(all))
    }
}
