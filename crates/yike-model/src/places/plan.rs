//! What a file of places would change: pure, so that a dry run and the import say the same.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::Serialize;

use crate::id::{DistrictId, PlaceId};
use crate::imports::{RowError, RowFault};
use crate::places::address::{BadAddress, buildings, entrances};
use crate::places::{Label, Place, PlaceCode, PlaceKind, PlaceRow, normalise};
use crate::text::PlaceName;
use crate::time::Timestamp;

/// Most aliases a place keeps.
const ALIASES_LIMIT: usize = 20;

/// What becomes of places that are not in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// They stay: the file is a part.
    Keep,
    /// They cease: the file is the whole district.
    Close,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A new place.
    Add(Place),
    /// A new version of a place; the version before ends where this one begins.
    Revise(Place),
    /// The place ceases; this is its last version, ended.
    Close(Place),
}

/// How many places of a kind a plan adds, revises, closes and leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Counts {
    pub added: u64,
    pub revised: u64,
    pub closed: u64,
    pub unchanged: u64,
}

/// All changes a file makes, parents before children.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The changes.
    pub changes: Vec<Change>,
    /// Counts by kind.
    pub counts: BTreeMap<PlaceKind, Counts>,
}

/// Plans what `rows` change. `known` are the versions in force; `used` all codes ever given in the
/// district. The new versions are valid from `from`. Errors are one or more per row, in file order.
pub fn plan(
    district: &DistrictId,
    known: &[Place],
    used: &BTreeSet<PlaceCode>,
    rows: Vec<PlaceRow>,
    missing: Missing,
    from: Timestamp,
) -> Result<Plan, Vec<RowError>> {
    let mut planner = Planner::new(district, known, used, missing, from);
    let mut rows = planner.expand(rows);
    // Parents first, whatever the order of the file.
    rows.sort_by_key(|row| (row.kind, row.row));
    for row in rows {
        let number = row.row;
        if let Err(Fault::Here(error)) = planner.take(row) {
            planner.errors.push(RowError { row: number, ..error });
        }
    }
    planner.finish()
}

/// A place in the tree as it would be.
struct Node<'a> {
    /// As it is now, if it is known.
    known: Option<&'a Place>,
    id: PlaceId,
    kind: PlaceKind,
    name: String,
    parent: Option<PlaceId>,
    /// The row that named it.
    row: Option<u64>,
}

struct Planner<'a> {
    district: &'a DistrictId,
    used: &'a BTreeSet<PlaceCode>,
    missing: Missing,
    from: Timestamp,
    nodes: HashMap<PlaceCode, Node<'a>>,
    codes: HashMap<PlaceId, PlaceCode>,
    by_name: HashMap<(PlaceId, PlaceKind, String), PlaceCode>,
    /// The last serial given below a code, by kind.
    serials: HashMap<(PlaceCode, PlaceKind), u32>,
    /// Codes of rows with errors: what stands below them is not blamed.
    failed: HashSet<PlaceCode>,
    plan: Plan,
    errors: Vec<RowError>,
}

/// Why a row is not planned.
enum Fault {
    /// Something is wrong with it.
    Here(RowError),
    /// It stands below a row that has an error.
    Above,
}

impl From<RowError> for Fault {
    fn from(error: RowError) -> Self {
        Self::Here(error)
    }
}

/// An error of a column; its row is filled in where the row is known.
fn wrong(column: &str, fault: RowFault, message: impl Into<String>) -> RowError {
    RowError::new(0, column, fault, message)
}

impl<'a> Planner<'a> {
    fn new(
        district: &'a DistrictId,
        known: &'a [Place],
        used: &'a BTreeSet<PlaceCode>,
        missing: Missing,
        from: Timestamp,
    ) -> Self {
        let mut planner = Self {
            district,
            used,
            missing,
            from,
            nodes: HashMap::new(),
            codes: HashMap::new(),
            by_name: HashMap::new(),
            serials: HashMap::new(),
            failed: HashSet::new(),
            plan: Plan::default(),
            errors: Vec::new(),
        };
        for (above, kind, serial) in used.iter().filter_map(PlaceCode::split_own) {
            let last = planner.serials.entry((above, kind)).or_default();
            *last = serial.max(*last);
        }
        for place in known {
            let name = normalise(place.name.as_str());
            if let Some(parent) = place.parent {
                planner.by_name.insert((parent, place.kind, name.clone()), place.code.clone());
            }
            planner.codes.insert(place.id, place.code.clone());
            let node = Node {
                known: Some(place),
                id: place.id,
                kind: place.kind,
                name,
                parent: place.parent,
                row: None,
            };
            planner.nodes.insert(place.code.clone(), node);
        }
        planner
    }

    /// Puts names of buildings and entrances into their one form, and makes one row of each of a range.
    fn expand(&mut self, rows: Vec<PlaceRow>) -> Vec<PlaceRow> {
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            let standard: fn(&Label) -> String = match row.kind {
                PlaceKind::Building => Label::building_name,
                PlaceKind::Entrance => Label::entrance_name,
                _ => {
                    all.push(row);
                    continue;
                }
            };
            let labels = match row.kind {
                PlaceKind::Building => buildings(row.name.as_str()),
                _ => entrances(row.name.as_str()),
            };
            match labels {
                // A building with a name of its own.
                Err(BadAddress::Form(..)) => all.push(row),
                Ok(labels) if labels.len() > 1 && row.code.is_some() => {
                    let why = "a range of several cannot have one code: leave the code out";
                    self.errors.push(RowError::new(row.row, "code", RowFault::RangeWithCode, why));
                }
                Ok(labels) => all.extend(labels.iter().map(|label| PlaceRow {
                    name: PlaceName::parse(&standard(label)).expect("standard names are short"),
                    ..row.clone()
                })),
                Err(bad) => {
                    let why = bad.to_string();
                    let error = RowError::new(row.row, "name", RowFault::BadName, why);
                    self.errors.push(error.about(&row.name));
                }
            }
        }
        all
    }

    /// Plans one row.
    fn take(&mut self, row: PlaceRow) -> Result<(), Fault> {
        let number = row.row;
        let given = row.code.clone();
        let result = self.place(row).and_then(|(code, place)| self.enter(number, code, place));
        if let (Err(_), Some(code)) = (&result, given) {
            self.failed.insert(code);
        }
        result
    }

    /// The version the row describes.
    fn place(&mut self, row: PlaceRow) -> Result<(PlaceCode, Place), Fault> {
        let parent = self.parent(&row)?;
        let code = self.code(&row, parent.as_ref())?;
        let above = parent.as_ref().map(|code| (code, self.nodes[code].kind));
        code.check(row.kind, above)
            .map_err(|bad| wrong("code", RowFault::BadCode, bad.to_string()).about(&code))?;
        if row.kind == PlaceKind::District {
            self.check_district(&code)?;
        }
        let known = self.nodes.get(&code).and_then(|node| node.known);
        if self.nodes.get(&code).is_some_and(|node| node.row.is_some()) {
            let why = format!("{code} is already in an earlier row");
            return Err(wrong("code", RowFault::CodeTwice, why).about(&code).into());
        }
        if known.is_none() && self.used.contains(&code) {
            let why =
                format!("{code} belonged to a place that has ceased; codes are never given again");
            return Err(wrong("code", RowFault::CodeCeased, why).about(&code).into());
        }
        let parent = parent.map(|code| self.nodes[&code].id);
        let place = match known {
            None => self.new_place(row, code.clone(), parent),
            Some(known) => self.revised(row, known, parent)?,
        };
        Ok((code, place))
    }

    /// The code of what the row stands below; checks that it is there and of a fitting kind.
    fn parent(&self, row: &PlaceRow) -> Result<Option<PlaceCode>, Fault> {
        if row.kind == PlaceKind::District {
            // The city above is not in the tree.
            return Ok(None);
        }
        let Some(code) = &row.parent else {
            let why = format!("a {} needs the code of what it stands below", row.kind);
            let error = wrong("parent", RowFault::ParentMissing, why);
            return Err(error.against(row.kind.code()).into());
        };
        let Some(node) = self.nodes.get(code) else {
            if self.failed.contains(code) {
                return Err(Fault::Above);
            }
            let why = format!("there is no place with the code {code}");
            return Err(wrong("parent", RowFault::NoSuchPlace, why).about(code).into());
        };
        if !row.kind.parents().contains(&node.kind) {
            let kinds: Vec<_> = row.kind.parents().iter().map(|kind| kind.code()).collect();
            let why = format!(
                "{code} is a {}; a {} stands below a {}",
                node.kind,
                row.kind,
                kinds.join(" or ")
            );
            let error = wrong("parent", RowFault::WrongParent, why).about(code);
            return Err(error.against(node.kind.code()).into());
        }
        if self.missing == Missing::Close && node.row.is_none() {
            let why = format!("{code} is not in the file, so it would cease");
            return Err(wrong("parent", RowFault::ParentCeases, why).about(code).into());
        }
        Ok(Some(code.clone()))
    }

    fn check_district(&self, code: &PlaceCode) -> Result<(), Fault> {
        if code.as_str() != self.district.as_str() {
            let why = format!("{code} is not this district: its code is {}", self.district);
            let error = wrong("code", RowFault::OtherDistrict, why).about(code);
            return Err(error.against(self.district).into());
        }
        Ok(())
    }

    /// The row's code: as given, or that of the known place with its name, or a new one of ours.
    fn code(&mut self, row: &PlaceRow, parent: Option<&PlaceCode>) -> Result<PlaceCode, Fault> {
        if let Some(code) = &row.code {
            return Ok(code.clone());
        }
        let Some(parent) = parent.filter(|_| row.kind > PlaceKind::Community) else {
            let why = format!("a {} needs its official code", row.kind);
            let error = wrong("code", RowFault::CodeMissing, why);
            return Err(error.against(row.kind.code()).into());
        };
        let key = (self.nodes[parent].id, row.kind, normalise(row.name.as_str()));
        if let Some(code) = self.by_name.get(&key) {
            return Ok(code.clone());
        }
        let above = match row.kind {
            PlaceKind::Entrance => parent.clone(),
            _ => self.community(parent),
        };
        let serial = self.serials.entry((above.clone(), row.kind)).or_default();
        *serial += 1;
        PlaceCode::own(&above, row.kind, *serial).ok_or_else(|| {
            let why = format!("the code of {above} is too long to build on: give a code");
            wrong("code", RowFault::CodeTooLong, why).about(&above).into()
        })
    }

    /// The code of the community a place lies in.
    fn community(&self, code: &PlaceCode) -> PlaceCode {
        let node = &self.nodes[code];
        match node.parent.filter(|_| node.kind > PlaceKind::Community) {
            Some(parent) => self.community(&self.codes[&parent]),
            None => code.clone(),
        }
    }

    fn new_place(&self, row: PlaceRow, code: PlaceCode, parent: Option<PlaceId>) -> Place {
        let mut aliases = row.aliases;
        tidy(&mut aliases, &row.name);
        Place {
            id: Place::id_of(self.district, &code),
            version: 1,
            kind: row.kind,
            code,
            name: row.name,
            aliases,
            parent,
            point: row.point,
            valid_from: self.from,
            valid_to: None,
        }
    }

    /// The known place with what the row says; equal to the known one if nothing changes.
    fn revised(
        &self,
        row: PlaceRow,
        known: &Place,
        parent: Option<PlaceId>,
    ) -> Result<Place, Fault> {
        if known.kind != row.kind {
            let why = format!("{} is a {}", known.code, known.kind);
            let error = wrong("kind", RowFault::OtherKind, why).about(&known.code);
            return Err(error.against(known.kind.code()).into());
        }
        let mut aliases = known.aliases.clone();
        aliases.extend(row.aliases);
        aliases.push(known.name.clone());
        tidy(&mut aliases, &row.name);
        let mut place = Place {
            name: row.name,
            aliases,
            parent,
            point: row.point.or(known.point),
            ..known.clone()
        };
        if place != *known {
            if self.from < known.valid_from {
                let why = format!(
                    "{} is valid from {}, later than this file",
                    known.code, known.valid_from
                );
                let error = wrong("valid_from", RowFault::OlderThanKnown, why).about(&known.code);
                return Err(error.against(known.valid_from).into());
            }
            place.version += 1;
            place.valid_from = self.from;
        }
        Ok(place)
    }

    /// Enters a planned place into the tree and the plan.
    fn enter(&mut self, row: u64, code: PlaceCode, place: Place) -> Result<(), Fault> {
        let name = normalise(place.name.as_str());
        if name.is_empty() {
            let why = "has neither letters nor digits";
            return Err(wrong("name", RowFault::EmptyName, why).about(&place.name).into());
        }
        if let Some(parent) = place.parent {
            let key = (parent, place.kind, name.clone());
            let other = self.by_name.insert(key, code.clone());
            // The one that holds the name now may be renamed further down: `finish` looks again.
            let taken = other.filter(|other| *other != code && self.nodes[other].row.is_some());
            if let Some(other) = taken.filter(|other| self.nodes[other].name == name) {
                let why = format!("{other} beside it has the same name");
                let error = wrong("name", RowFault::SameName, why).about(&place.name);
                return Err(error.against(&other).into());
            }
        }
        let known = self.nodes.get(&code).and_then(|node| node.known);
        let (id, kind, parent) = (place.id, place.kind, place.parent);
        let counts = self.plan.counts.entry(kind).or_default();
        match known {
            Some(known) if *known == place => counts.unchanged += 1,
            Some(_) => {
                counts.revised += 1;
                self.plan.changes.push(Change::Revise(place));
            }
            None => {
                counts.added += 1;
                self.plan.changes.push(Change::Add(place));
            }
        }
        self.codes.insert(id, code.clone());
        self.nodes.insert(code, Node { known, id, kind, name, parent, row: Some(row) });
        Ok(())
    }

    /// Closes what is missing and looks at the tree as a whole.
    fn finish(mut self) -> Result<Plan, Vec<RowError>> {
        self.check_names();
        let districts = self.nodes.values().filter(|node| node.kind == PlaceKind::District).count();
        if districts == 0 && self.errors.is_empty() {
            let message =
                format!("the district itself ({}) is missing from the file", self.district);
            let error = RowError::new(0, "", RowFault::DistrictMissing, message);
            self.errors.push(error.about(self.district));
        }
        if !self.errors.is_empty() {
            self.errors.sort_by(|a, b| (a.row, &a.column).cmp(&(b.row, &b.column)));
            return Err(self.errors);
        }
        let mut untouched: Vec<&Place> = self
            .nodes
            .values()
            .filter(|node| node.row.is_none())
            .filter_map(|node| node.known)
            .collect();
        untouched.sort_by_key(|place| (place.kind, &place.code));
        for place in untouched {
            let counts = self.plan.counts.entry(place.kind).or_default();
            match self.missing {
                Missing::Keep => counts.unchanged += 1,
                Missing::Close => {
                    counts.closed += 1;
                    let last =
                        Place { valid_to: Some(self.from.max(place.valid_from)), ..place.clone() };
                    self.plan.changes.push(Change::Close(last));
                }
            }
        }
        Ok(self.plan)
    }

    /// Finds names of the file that a place beside it, not in the file, has too.
    fn check_names(&mut self) {
        if self.missing == Missing::Close {
            return;
        }
        let mut seen: BTreeMap<(PlaceId, PlaceKind, &str), BTreeSet<&PlaceCode>> = BTreeMap::new();
        for (code, node) in &self.nodes {
            if let Some(parent) = node.parent {
                seen.entry((parent, node.kind, node.name.as_str())).or_default().insert(code);
            }
        }
        for codes in seen.values().filter(|codes| codes.len() > 1) {
            let rows = codes.iter().filter_map(|code| Some((self.nodes[*code].row?, *code)));
            for (row, code) in rows {
                let others = codes.iter().filter(|other| **other != code);
                let others: Vec<_> = others.map(|code| code.as_str()).collect();
                let others = others.join(", ");
                let message = format!("{others} beside it has the same name");
                let error = RowError::new(row, "name", RowFault::SameName, message);
                self.errors.push(error.about(&self.nodes[code].name).against(others));
            }
        }
    }
}

/// Drops repeats and the name itself; the newest are kept if there are too many.
fn tidy(aliases: &mut Vec<PlaceName>, name: &PlaceName) {
    let mut seen = HashSet::new();
    aliases.retain(|alias| alias != name && seen.insert(alias.clone()));
    let excess = aliases.len().saturating_sub(ALIASES_LIMIT);
    aliases.drain(..excess);
}

#[cfg(test)]
mod tests;
