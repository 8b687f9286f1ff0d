//! Which column of a table is what, by the name table in `data/columns.toml` and the user's word.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use yike_streets::homes::AgeBand;

use super::errors::TableError;

type Names = BTreeMap<String, Vec<String>>;

static TABLE: LazyLock<BTreeMap<String, Names>> = LazyLock::new(|| {
    toml::from_str(include_str!("../../data/columns.toml")).expect("read by a test")
});

/// Whether tables of `kind` (`home`, `facility`, `division`) have a field of this name, or it may name a
/// category.
pub fn has_field(kind: &str, field: &str) -> bool {
    let anywhere = TABLE.values().any(|fields| fields.contains_key(field));
    TABLE.get(kind).is_some_and(|fields| fields.contains_key(field))
        || (kind == "facility" && !anywhere)
}

/// The columns of one table.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    /// As the file names them.
    pub names: Vec<String>,
    field: BTreeMap<String, usize>,
}

impl Columns {
    /// Finds the fields of `kind` (`home`, `facility`, `division`) among column names.
    pub fn find(
        kind: &str,
        names: &[String],
        by_hand: &[(String, String)],
        file: &str,
    ) -> Result<Self, TableError> {
        let mapping = |what: String| TableError::Mapping { file: file.to_owned(), what };
        let fields = &TABLE[kind];
        let mut columns = Self { names: names.to_vec(), field: BTreeMap::new() };
        for (field, column) in by_hand {
            if !fields.contains_key(field) {
                let known = fields.keys().cloned().collect::<Vec<_>>().join(", ");
                return Err(mapping(format!("no field {field:?}; fields are: {known}")));
            }
            if let Some(at) = names.iter().position(|n| n == column || plain(n) == plain(column)) {
                columns.field.insert(field.clone(), at);
            } else {
                let found = names.join(", ");
                return Err(mapping(format!("no column {column:?}; found: {found}")));
            }
        }
        let plain_names: Vec<String> = names.iter().map(|n| plain(n)).collect();
        for (field, aliases) in fields {
            if columns.field.contains_key(field) {
                continue;
            }
            let at = aliases.iter().find_map(|a| plain_names.iter().position(|n| *n == plain(a)));
            if let Some(at) = at {
                columns.field.insert(field.clone(), at);
            }
        }
        Ok(columns)
    }

    /// Where a field is.
    pub fn at(&self, field: &str) -> Option<usize> {
        self.field.get(field).copied()
    }

    /// The file's name for a field, for errors.
    pub fn name(&self, field: &str) -> &str {
        self.at(field).map_or(field_label(field), |at| &self.names[at])
    }

    /// Columns that are no field.
    pub fn others(&self) -> impl Iterator<Item = (usize, &str)> {
        let taken: BTreeSet<usize> = self.field.values().copied().collect();
        let names = self.names.iter().enumerate();
        names.filter(move |(i, _)| !taken.contains(i)).map(|(i, n)| (i, n.as_str()))
    }

    /// Refuses a table without these fields, naming what is there.
    pub fn need(&self, fields: &[&str], kind: &str, file: &str) -> Result<(), TableError> {
        let missing: Vec<&str> = fields.iter().copied().filter(|f| self.at(f).is_none()).collect();
        let Some(first) = missing.first() else { return Ok(()) };
        let tell = |f: &&str| format!("{f} (such as {})", TABLE[kind][*f].join(", "));
        let named: Vec<&str> =
            self.names.iter().map(String::as_str).filter(|n| !n.is_empty()).collect();
        Err(TableError::Columns {
            file: file.to_owned(),
            missing: missing.iter().map(tell).collect::<Vec<_>>().join("; "),
            first: (*first).to_owned(),
            found: if named.is_empty() { "none".into() } else { named.join(", ") },
        })
    }
}

fn field_label(field: &str) -> &'static str {
    match field {
        "lon" | "lat" => "position",
        _ => "?",
    }
}

/// A column name without what people write differently.
pub(super) fn plain(name: &str) -> String {
    let cut = name.split(['(', '（', '[', '【']).next().unwrap_or(name);
    let cut = if cut.trim().is_empty() { name } else { cut };
    cut.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-' | '\u{feff}' | '*'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// The age band a column's name tells of: `age_60_79`, `60-79岁`, `80岁以上`, `age_80_plus`, `0-2`.
pub(super) fn age_band(name: &str) -> Option<AgeBand> {
    let lower = name.trim().to_lowercase();
    let says_age = lower.contains("age") || lower.contains('岁') || lower.contains("周岁");
    let open = lower.contains("plus")
        || lower.contains('+')
        || lower.contains("以上")
        || lower.contains("及以上")
        || lower.contains("over");
    let numbers: Vec<u8> = lower
        .split(|c: char| !c.is_ascii_digit())
        .filter(|n| !n.is_empty())
        .map(|n| n.parse().ok())
        .collect::<Option<_>>()?;
    let bare = lower.chars().all(|c| c.is_ascii_digit() || "-–~+至 ".contains(c));
    if !says_age && !bare {
        return None;
    }
    let (from, to) = match (numbers.as_slice(), open) {
        ([from], true) => (*from, None),
        ([from, to], false) if from <= to => (*from, Some(*to)),
        ([age], false) if says_age => (*age, Some(*age)),
        _ => return None,
    };
    let code = to.map_or(format!("age_{from}_plus"), |to| format!("age_{from}_{to}"));
    Some(AgeBand { code, from, to })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_both_languages() {
        let names = ["小区名称", "经度", "纬度", "常住人口（人）", "Levels"].map(String::from);
        let columns = Columns::find("home", &names, &[], "f").unwrap();
        let at = |f| columns.at(f);
        assert_eq!(
            [at("name"), at("lon"), at("lat"), at("people"), at("levels")],
            [Some(0), Some(1), Some(2), Some(3), Some(4)]
        );
        columns.need(&["lon", "lat"], "home", "f").unwrap();
        let error = columns.need(&["dwellings"], "home", "f").unwrap_err().to_string();
        assert!(error.contains("户数") && error.contains("常住人口") && error.contains("--column"));
    }

    #[test]
    fn the_users_word_comes_first() {
        let names = ["name", "lon", "lat", "people", "census"].map(String::from);
        let by_hand = [("people".to_owned(), "census".to_owned())];
        let columns = Columns::find("home", &names, &by_hand, "f").unwrap();
        assert_eq!(columns.at("people"), Some(4));
        let wrong = [("people".to_owned(), "nope".to_owned())];
        assert!(Columns::find("home", &names, &wrong, "f").is_err());
        let unknown = [("persons".to_owned(), "census".to_owned())];
        assert!(Columns::find("home", &names, &unknown, "f").is_err());
    }

    #[test]
    fn ages_are_read_off_names() {
        let band = |name| age_band(name).map(|b| (b.from, b.to));
        assert_eq!(band("age_60_79"), Some((60, Some(79))));
        assert_eq!(band("60-79岁"), Some((60, Some(79))));
        assert_eq!(band("80岁及以上"), Some((80, None)));
        assert_eq!(band("age_80_plus"), Some((80, None)));
        assert_eq!(band("65+"), Some((65, None)));
        assert_eq!(band("0-2"), Some((0, Some(2))));
        assert_eq!(band("2020"), None);
        assert_eq!(band("building_2_3"), None);
        assert_eq!(band("79-60岁"), None);
        assert_eq!(band("age_300_400"), None);
    }
}
