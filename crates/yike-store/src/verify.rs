//! Verifying: folds the ledger again and compares everything that follows from it with what is stored.

use std::collections::BTreeSet;
use std::fmt;

use yike_model::id::SubjectId;
use yike_model::imports::{Import, ImportKind, ImportState};
use yike_model::places::Place;
use yike_model::spine::Entry;
use yike_model::{Digest, DistrictId, Timestamp};

use crate::db::{Reader, Tx, execute, fetch_all};
use crate::error::StoreError;
use crate::fold::{Folded, Walk, chain_fault, fold, subject_fault};
use crate::ledger::{EventRow, Kept, SubjectRow};
use crate::store::Store;
use crate::stored::{Stored as _, each_kind};

/// Differences that are reported; more are counted.
const REPORTED: usize = 1_000;

/// Something stored that does not follow from the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The district.
    pub district: String,
    /// What it is about: `event`, `subject`, `deadline`, `place`, ...
    pub about: &'static str,
    /// Which one.
    pub id: String,
    /// What is wrong with it.
    pub what: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}: {}", self.district, self.about, self.id, self.what)
    }
}

/// What was looked at and what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Events.
    pub events: u64,
    /// Subjects.
    pub subjects: u64,
    /// Versions of places.
    pub places: u64,
    /// How many differences there are.
    pub count: u64,
    /// The first thousand of them.
    pub differences: Vec<Difference>,
}

impl Verified {
    /// Whether nothing is wrong.
    pub const fn holds(&self) -> bool {
        self.count == 0
    }

    fn add(&mut self, district: &str, about: &'static str, id: &str, what: impl Into<String>) {
        self.count += 1;
        if self.differences.len() < REPORTED {
            let (district, id, what) = (district.to_owned(), id.to_owned(), what.into());
            self.differences.push(Difference { district, about, id, what });
        }
    }
}

impl Store {
    /// Verifies everything, in one unchanging picture of the database.
    pub async fn verify(&self) -> Result<Verified, StoreError> {
        self.snapshot(async |reader: &mut Reader| {
            let mut verified = Verified::default();
            reader.verify_ledger(&mut verified).await?;
            reader.verify_deadlines(&mut verified).await?;
            for district in reader.all_districts().await? {
                reader.verify_places(&district, &mut verified).await?;
            }
            Ok(verified)
        })
        .await
    }

    /// Makes the states of all subjects, and the search terms, again from ledger and places. Says how
    /// many subjects were written.
    pub async fn rebuild(&self) -> Result<u64, StoreError> {
        self.write(async |tx: &mut Tx| tx.rebuild().await).await
    }
}

impl Reader {
    async fn verify_ledger(&mut self, verified: &mut Verified) -> Result<(), StoreError> {
        let mut walk = Walk::new();
        let mut folded_count = 0_u64;
        while let Some(rows) = walk.next(self).await? {
            verified.events += rows.len() as u64;
            folded_count += 1;
            let (district, id) = (rows[0].district.clone(), rows[0].subject.clone());
            let entries: Result<Vec<Entry>, _> = rows.iter().map(EventRow::entry).collect();
            let entries = match entries {
                Ok(entries) => entries,
                Err(why) => {
                    verified.add(&district, "event", &id, why.to_string());
                    continue;
                }
            };
            if let Some(fault) = chain_fault(&entries) {
                verified.add(&district, "event", &id, fault);
                continue;
            }
            match fold(&entries) {
                Err(why) => verified.add(&district, "event", &id, why),
                Ok(folded) => self.verify_subject(&entries[0], &folded, verified).await?,
            }
        }
        let counted = fetch_all!(self, (i64,), "select count(*) from subjects")?;
        verified.subjects = counted.first().map_or(0, |(count,)| *count as u64);
        if verified.subjects > folded_count {
            self.verify_orphans(verified).await?;
        }
        Ok(())
    }

    async fn verify_subject(
        &mut self,
        first: &Entry,
        folded: &Folded,
        verified: &mut Verified,
    ) -> Result<(), StoreError> {
        let (district, id) = (&first.district, first.subject);
        let name = id.to_string();
        match self.subject_row(district, folded.kind, id).await? {
            None => verified.add(district.as_str(), "subject", &name, "has events but no state"),
            Some(row) => {
                if let Some(fault) = subject_fault(folded, &row) {
                    verified.add(district.as_str(), "subject", &name, fault);
                } else {
                    let fault = each_kind!(folded.kind, S => {
                        let kept = row.kept::<S>()?;
                        S::projection_fault(self, &kept).await?
                    });
                    if let Some(fault) = fault {
                        verified.add(district.as_str(), "row", &name, fault);
                    }
                }
            }
        }
        // A living worker pushes its lease ahead, so when a deadline falls due may differ.
        let wanted: BTreeSet<_> =
            folded.deadlines.iter().map(|(name, _)| (*name).to_owned()).collect();
        let running = self.deadlines(district, id).await?;
        let running: BTreeSet<_> = running.into_iter().map(|due| due.name).collect();
        for missing in wanted.difference(&running) {
            verified.add(district.as_str(), "deadline", &name, format!("{missing} should run"));
        }
        for extra in running.difference(&wanted) {
            verified.add(district.as_str(), "deadline", &name, format!("{extra} should not run"));
        }
        Ok(())
    }

    async fn verify_orphans(&mut self, verified: &mut Verified) -> Result<(), StoreError> {
        let rows = fetch_all!(
            self,
            (String, String),
            "select s.district, s.id from subjects s
             where not exists (
               select 1 from events e where e.district = s.district and e.subject = s.id)
             order by s.district, s.id limit 1000",
        )?;
        for (district, id) in rows {
            verified.add(&district, "subject", &id, "has a state but no events");
        }
        Ok(())
    }

    async fn verify_deadlines(&mut self, verified: &mut Verified) -> Result<(), StoreError> {
        let rows = fetch_all!(
            self,
            (String, String, String),
            "select d.district, d.subject, d.name from deadlines d
             where not exists (
               select 1 from events e where e.district = d.district and e.subject = d.subject)
             order by d.district, d.subject, d.name limit 1000",
        )?;
        for (district, id, name) in rows {
            verified.add(&district, "deadline", &id, format!("{name} runs for nothing"));
        }
        Ok(())
    }

    async fn all_districts(&mut self) -> Result<Vec<DistrictId>, StoreError> {
        let rows = fetch_all!(
            self,
            (String,),
            "select district from places union select district from boundaries
             union select district from subjects where kind = 'import' order by district",
        )?;
        let read = |(district,): &(String,)| {
            district.parse().map_err(|why| StoreError::unreadable("a district", why))
        };
        rows.iter().map(read).collect()
    }

    /// Compares places and boundaries with the digests in the ledger, looks at the tree, and makes the
    /// search terms again.
    async fn verify_places(
        &mut self,
        district: &DistrictId,
        verified: &mut Verified,
    ) -> Result<(), StoreError> {
        let imports = self.applied_imports(district).await?;
        for (kind, about) in [(ImportKind::Places, "place"), (ImportKind::Boundaries, "boundary")] {
            let stored = match kind {
                ImportKind::Places => self.places_digest(district).await?,
                _ => self.boundaries_digest(district).await?,
            };
            let empty = match kind {
                ImportKind::Places => yike_model::digest::Hasher::new("yike-places-1").finish(),
                _ => yike_model::digest::Hasher::new("yike-boundaries-1").finish(),
            };
            let last = imports.iter().filter(|(of, ..)| *of == kind).map(|(_, at, _)| *at).max();
            let wanted: Vec<Digest> = match last {
                None => vec![empty],
                Some(last) => imports
                    .iter()
                    .filter(|(of, at, _)| *of == kind && *at == last)
                    .map(|(.., digest)| *digest)
                    .collect(),
            };
            if !wanted.contains(&stored) {
                let what = "what is stored is not what the last import wrote";
                verified.add(district.as_str(), about, "all", what);
            }
        }
        self.verify_tree(district, verified).await
    }

    async fn applied_imports(
        &mut self,
        district: &DistrictId,
    ) -> Result<Vec<(ImportKind, Timestamp, Digest)>, StoreError> {
        let rows = fetch_all!(
            self,
            SubjectRow,
            "select district, id, seq, head, status, state, made_at, changed_at from subjects
             where district = $1 and kind = 'import' and status = 'applied' order by id",
            district.as_str(),
        )?;
        let mut imports = Vec::new();
        for row in rows {
            let import = row.kept::<Import>()?.state;
            if let ImportState::Applied { at, digest, .. } = import.state {
                imports.push((import.kind, at, digest));
            }
        }
        Ok(imports)
    }

    async fn verify_tree(
        &mut self,
        district: &DistrictId,
        verified: &mut Verified,
    ) -> Result<(), StoreError> {
        let places = self.all_places(district).await?;
        verified.places += places.len() as u64;
        let kinds: std::collections::HashMap<_, _> =
            places.iter().map(|place| (place.id, place.kind)).collect();
        for place in &places {
            let above = place.parent.and_then(|parent| kinds.get(&parent));
            let fits = match above {
                None => place.parent.is_none() && place.kind.parents().is_empty(),
                Some(above) => place.kind.parents().contains(above),
            };
            if !fits {
                verified.add(
                    district.as_str(),
                    "place",
                    place.code.as_str(),
                    "stands below nothing fitting",
                );
            }
        }
        let stored = fetch_all!(
            self,
            (String, String),
            "select term, place from place_terms where district = $1",
            district.as_str(),
        )?;
        let stored: BTreeSet<(String, String)> = stored.into_iter().collect();
        let wanted: BTreeSet<(String, String)> = places.iter().flat_map(term_rows).collect();
        for (term, place) in wanted.symmetric_difference(&stored) {
            verified.add(
                district.as_str(),
                "search term",
                place,
                format!("{term} is missing or too many"),
            );
        }
        Ok(())
    }
}

fn term_rows(place: &Place) -> Vec<(String, String)> {
    let id = place.id.to_string();
    crate::places::place_terms(place).into_iter().map(|term| (term, id.clone())).collect()
}

impl Tx {
    async fn rebuild(&mut self) -> Result<u64, StoreError> {
        execute!(self, "delete from subjects")?;
        execute!(self, "delete from cases")?;
        let mut walk = Walk::new();
        let mut written = 0;
        while let Some(rows) = walk.next(self).await? {
            let entries = rows.iter().map(EventRow::entry).collect::<Result<Vec<_>, _>>()?;
            if let Some(fault) = chain_fault(&entries) {
                return Err(StoreError::unreadable(
                    "the ledger",
                    format!("{}: {fault}", rows[0].subject),
                ));
            }
            let folded = fold(&entries).map_err(|why| {
                StoreError::unreadable("the ledger", format!("{}: {why}", rows[0].subject))
            })?;
            self.write_folded(&entries[0].district, entries[0].subject, &folded).await?;
            written += 1;
        }
        for district in self.all_districts().await? {
            let places = self.all_places(&district).await?;
            execute!(self, "delete from place_terms where district = $1", district.as_str())?;
            self.insert_terms(&district, &places.iter().collect::<Vec<_>>()).await?;
        }
        Ok(written)
    }

    async fn write_folded(
        &mut self,
        district: &DistrictId,
        id: SubjectId,
        folded: &Folded,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "insert into subjects
               (district, kind, id, seq, head, status, state, made_at, changed_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            district.as_str(),
            folded.kind.code(),
            id.to_string(),
            folded.seq,
            folded.head.to_string(),
            folded.status,
            &folded.state,
            folded.made_at.millis(),
            folded.changed_at.millis(),
        )?;
        each_kind!(folded.kind, S => {
            let kept = Kept::<S> {
                district: district.clone(),
                id,
                seq: folded.seq,
                made_at: folded.made_at,
                changed_at: folded.changed_at,
                state: serde_json::from_str(&folded.state)
                    .map_err(|why| StoreError::unreadable("a state", why))?,
            };
            S::project(self, &kept).await?;
        });
        let running = self.deadlines(district, id).await?;
        for due in &running {
            if !folded.deadlines.iter().any(|(name, _)| *name == due.name) {
                self.clear_deadline(district, id, &due.name).await?;
            }
        }
        for (name, due) in &folded.deadlines {
            if !running.iter().any(|running| running.name == *name) {
                self.set_deadline(district, folded.kind, id, name, *due).await?;
            }
        }
        Ok(())
    }
}
