//! Two studies held against each other: what changed, and for whom.
//!
//! Homes are matched by id, services, profiles, bands and areas by code. The change of every count
//! is taken apart without remainder:
//!
//! `after - before = gained - lost + arrived - left + grown`
//!
//! where *gained* and *lost* are people of homes in both studies that became covered or ceased to be
//! (people as in the later and the earlier study), *arrived* and *left* are covered people of homes
//! in only one of them, and *grown* is the change of people at homes covered in both.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::circles::study::{Part, RowKind, Study};
use crate::container::FileError;

/// The change of one count of people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Covered people in the earlier study.
    pub before: u64,
    /// Covered people in the later study.
    pub after: u64,
    /// All people in the earlier study.
    pub all_before: u64,
    /// All people in the later study.
    pub all_after: u64,
    /// People of homes that became covered.
    pub gained: u64,
    /// People of homes no longer covered.
    pub lost: u64,
    /// Covered people of homes only in the later study.
    pub arrived: u64,
    /// Covered people of homes only in the earlier study.
    pub left: u64,
    /// Change of people at homes covered in both.
    pub grown: i64,
}

/// Where a change is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// Area code; empty for the whole.
    pub area: String,
    /// Profile code.
    pub profile: String,
    /// Service code.
    pub service: String,
    /// Band in minutes.
    pub minutes: u16,
    /// What changed.
    pub change: Change,
}

/// One home that became covered or ceased to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangedHome {
    /// Its id.
    pub home: String,
    /// Position in the later study.
    pub at: u32,
    /// People there in the later study.
    pub people: u32,
    /// Whether it became covered (else ceased to be).
    pub gained: bool,
}

/// Two studies that can be compared.
pub struct Comparison<'a> {
    before: &'a Study,
    after: &'a Study,
    /// Homes in both: (before, after), by the later position.
    both: Vec<(u32, u32)>,
    only_before: Vec<u32>,
    only_after: Vec<u32>,
    /// (before, after) positions of common profiles, services and bands.
    profiles: Vec<(usize, usize)>,
    services: Vec<(usize, usize)>,
    bands: Vec<(usize, usize)>,
    /// (before, after) rows of the whole and of common areas.
    rows: Vec<(usize, usize)>,
}

impl<'a> Comparison<'a> {
    /// Matches homes, services, profiles, bands and areas of two studies.
    pub fn new(before: &'a Study, after: &'a Study) -> Self {
        let (both, only_before, only_after) = match_homes(before, after);
        let (a, b) = (&before.meta, &after.meta);
        let area = |row: &crate::circles::study::Row| {
            (row.kind != RowKind::Outside).then(|| row.code.clone())
        };
        Self {
            both,
            only_before,
            only_after,
            profiles: pairs(a.profiles.iter().map(|p| &p.code), b.profiles.iter().map(|p| &p.code)),
            services: pairs(a.services.iter().map(|s| &s.code), b.services.iter().map(|s| &s.code)),
            bands: pairs(a.minutes.iter(), b.minutes.iter()),
            rows: pairs(a.rows.iter().map(area), b.rows.iter().map(area))
                .into_iter()
                .filter(|(i, _)| a.rows[*i].kind != RowKind::Outside)
                .collect(),
            before,
            after,
        }
    }

    /// Homes in both, only in the earlier, and only in the later study.
    pub fn homes(&self) -> [usize; 3] {
        [self.both.len(), self.only_before.len(), self.only_after.len()]
    }

    /// Every change that is not nothing: largest first by people gained and lost, then by code.
    pub fn changes(&self) -> Result<Vec<Changed>, FileError> {
        let mut all = Vec::new();
        for &p in &self.profiles {
            for &s in &self.services {
                for &b in &self.bands {
                    for (row, change) in self.rows.iter().zip(self.change(p, s, b)?) {
                        if change.before != change.after || change.gained + change.lost > 0 {
                            all.push(self.named(*row, p, s, b, change));
                        }
                    }
                }
            }
        }
        all.sort_by_key(|c| std::cmp::Reverse(c.change.gained + c.change.lost));
        Ok(all)
    }

    fn named(
        &self,
        row: (usize, usize),
        p: (usize, usize),
        s: (usize, usize),
        b: (usize, usize),
        change: Change,
    ) -> Changed {
        let meta = &self.after.meta;
        Changed {
            area: meta.rows[row.1].code.clone(),
            profile: meta.profiles[p.1].code.clone(),
            service: meta.services[s.1].code.clone(),
            minutes: meta.minutes[b.1],
            change,
        }
    }

    /// Changes of one count, for the whole and each common area (see [`Self::areas`]).
    pub fn change(
        &self,
        p: (usize, usize),
        s: (usize, usize),
        b: (usize, usize),
    ) -> Result<Vec<Change>, FileError> {
        let row_at = |of: fn(&(usize, usize)) -> usize| -> BTreeMap<usize, usize> {
            self.rows.iter().enumerate().map(|(i, r)| (of(r), i)).collect()
        };
        let (before_rows, after_rows) = (row_at(|r| r.0), row_at(|r| r.1));
        let mut changes = vec![Change::default(); self.rows.len()];
        for (change, row) in changes.iter_mut().zip(&self.rows) {
            let earlier = self.before.cover(row.0, p.0, s.0, b.0).people();
            let later = self.after.cover(row.1, p.1, s.1, b.1).people();
            (change.before, change.all_before) = (earlier.covered, earlier.all());
            (change.after, change.all_after) = (later.covered, later.all());
        }
        let (earlier, later) = (self.before.block(p.0, s.0)?, self.after.block(p.1, s.1)?);
        let was = |home: u32| self.before.part(p.0, earlier, b.0, home as usize) == Part::Covered;
        let is = |home: u32| self.after.part(p.1, later, b.1, home as usize) == Part::Covered;
        let before_of = |home: u32| rows_of(self.before, home, &before_rows);
        let after_of = |home: u32| rows_of(self.after, home, &after_rows);
        let people = |study: &Study, home: u32| u64::from(study.people[home as usize]);
        for &(old, new) in &self.both {
            let (was, is) = (was(old), is(new));
            let (then, now) = (people(self.before, old), people(self.after, new));
            let (old_rows, new_rows) = (before_of(old), after_of(new));
            for (i, change) in changes.iter_mut().enumerate() {
                // A home may have moved to another area: then it left one and arrived in the other.
                match (old_rows.contains(&i), new_rows.contains(&i)) {
                    (true, true) if was && is => change.grown += now as i64 - then as i64,
                    (true, true) if is => change.gained += now,
                    (true, true) if was => change.lost += then,
                    (true, false) if was => change.left += then,
                    (false, true) if is => change.arrived += now,
                    _ => {}
                }
            }
        }
        for &home in self.only_before.iter().filter(|h| was(**h)) {
            for i in before_of(home) {
                changes[i].left += people(self.before, home);
            }
        }
        for &home in self.only_after.iter().filter(|h| is(**h)) {
            for i in after_of(home) {
                changes[i].arrived += people(self.after, home);
            }
        }
        Ok(changes)
    }

    /// Codes of the areas of [`Self::change`], the whole (empty) first.
    pub fn areas(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().map(|r| self.after.meta.rows[r.1].code.as_str())
    }

    /// Common (profile, service, band) of the later study, as positions in both.
    pub fn find(&self, profile: &str, service: &str, minutes: u16) -> Option<[(usize, usize); 3]> {
        let meta = &self.after.meta;
        let p = self.profiles.iter().find(|p| meta.profiles[p.1].code == profile)?;
        let s = self.services.iter().find(|s| meta.services[s.1].code == service)?;
        let b = self.bands.iter().find(|b| meta.minutes[b.1] == minutes)?;
        Some([*p, *s, *b])
    }

    /// Homes in both studies whose coverage changed, in the order of the later study.
    pub fn homes_changed(
        &self,
        p: (usize, usize),
        s: (usize, usize),
        b: (usize, usize),
    ) -> Result<Vec<ChangedHome>, FileError> {
        let (earlier, later) = (self.before.block(p.0, s.0)?, self.after.block(p.1, s.1)?);
        let changed = |&(old, new): &(u32, u32)| {
            let was = self.before.part(p.0, earlier, b.0, old as usize) == Part::Covered;
            let is = self.after.part(p.1, later, b.1, new as usize) == Part::Covered;
            (was != is).then(|| ChangedHome {
                home: self.after.home_id.get(new as usize).to_owned(),
                at: new,
                people: self.after.people[new as usize],
                gained: is,
            })
        };
        Ok(self.both.iter().filter_map(changed).collect())
    }
}

type Matched = (Vec<(u32, u32)>, Vec<u32>, Vec<u32>);

fn match_homes(before: &Study, after: &Study) -> Matched {
    let mut earlier: BTreeMap<&str, u32> =
        before.home_id.iter().enumerate().map(|(i, id)| (id, i as u32)).collect();
    let (mut both, mut only_after) = (Vec::new(), Vec::new());
    for (new, id) in after.home_id.iter().enumerate() {
        match earlier.remove(id) {
            Some(old) => both.push((old, new as u32)),
            None => only_after.push(new as u32),
        }
    }
    let mut only_before: Vec<u32> = earlier.into_values().collect();
    only_before.sort_unstable();
    (both, only_before, only_after)
}

/// Positions of equal values, in the order of the second list.
fn pairs<T: PartialEq>(
    a: impl Iterator<Item = T>,
    b: impl Iterator<Item = T>,
) -> Vec<(usize, usize)> {
    let a: Vec<T> = a.collect();
    b.enumerate().filter_map(|(j, v)| Some((a.iter().position(|w| *w == v)?, j))).collect()
}

/// Which of the compared rows a home counts in.
fn rows_of(study: &Study, home: u32, at: &BTreeMap<usize, usize>) -> Vec<usize> {
    let levels = study.meta.levels.len();
    let own = (0..levels).map(|l| study.home_row[l * study.homes() + home as usize] as usize);
    std::iter::once(0).chain(own).filter_map(|row| at.get(&row).copied()).collect()
}
