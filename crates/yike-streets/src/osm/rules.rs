//! The two tables that say what tags mean, read from TOML and compiled.
//!
//! `data/walk.toml` holds streets, access, traits and the base map; `data/categories.toml` holds
//! facilities and homes. A district that maps differently brings its own tables: no code changes.

use std::collections::HashMap;

use serde::Deserialize;
use xxhash_rust::xxh3::Xxh3;

use super::filter::{AnyOf, FilterError, FilterTexts};
use super::tags::{Key, Keys, MAX_KEYS, key};
use crate::city::SceneKind;
use crate::facilities::{Category, MAX_CATEGORIES};
use crate::network::{EdgeTrait, NodeTrait, StreetClass};

const WALK: &str = include_str!("../../data/walk.toml");
const CATEGORIES: &str = include_str!("../../data/categories.toml");

/// Why a table cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RulesError {
    /// Not TOML, or not the entries the table should have.
    #[error("the {table} table cannot be read: {source}")]
    Toml {
        /// `walk` or `categories`.
        table: &'static str,
        /// What and where.
        source: toml::de::Error,
    },
    /// A filter is written wrongly.
    #[error("in the {table} table, at {at}: {source}")]
    Filter {
        /// `walk` or `categories`.
        table: &'static str,
        /// The entry.
        at: String,
        /// What is wrong.
        source: FilterError,
    },
    /// An entry makes no sense.
    #[error("in the {table} table: {what}")]
    Entry {
        /// `walk` or `categories`.
        table: &'static str,
        /// What is wrong.
        what: String,
    },
}

/// When a street of some rule may be walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Walk {
    Yes,
    Foot,
    No,
    Platforms,
    Ferries,
}

/// What an access value means for a walker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Yes,
    Destination,
    Private,
    No,
}

#[derive(Clone, Debug)]
pub(crate) struct StreetRule {
    pub(crate) class: StreetClass,
    pub(crate) walk: Walk,
    pub(crate) silent: bool,
    pub(crate) finding: Option<String>,
    pub(crate) osm: AnyOf,
}

/// Where a base-map rule looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Shape {
    Area,
    Line,
    Node,
}

#[derive(Clone, Debug)]
pub(crate) struct SceneRule {
    pub(crate) kind: SceneKind,
    pub(crate) shape: Shape,
    pub(crate) osm: AnyOf,
}

#[derive(Clone, Debug)]
pub(crate) struct CategoryRule {
    pub(crate) min_m2: Option<f64>,
    pub(crate) max_m2: Option<f64>,
    pub(crate) osm: AnyOf,
    /// Filters that look into names alone: not asked where `not_by_name` fits.
    pub(crate) by_name: AnyOf,
}

#[derive(Clone, Debug)]
pub(crate) struct Doubt {
    pub(crate) kind: String,
    pub(crate) osm: AnyOf,
    pub(crate) unless: u128,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct HomeRules {
    pub(crate) osm: AnyOf,
    pub(crate) unsure: AnyOf,
    pub(crate) sure: AnyOf,
    pub(crate) not_within: AnyOf,
    pub(crate) never: AnyOf,
    pub(crate) one_dwelling: AnyOf,
    pub(crate) dwellings: Vec<Key>,
}

/// Both tables, compiled. Make it once and share it.
#[derive(Clone, Debug)]
pub struct Rules {
    pub(crate) keys: Keys,
    pub(crate) streets: Vec<StreetRule>,
    pub(crate) area: AnyOf,
    pub(crate) access: HashMap<Box<[u8]>, Access>,
    /// Bits of edge traits and when they are set.
    pub(crate) way_traits: Vec<(u32, AnyOf)>,
    /// Bits of node traits and when they are set.
    pub(crate) node_traits: Vec<(u16, AnyOf)>,
    pub(crate) access_applies: AnyOf,
    pub(crate) access_is_for_vehicles: AnyOf,
    pub(crate) scene: Vec<SceneRule>,
    /// Names, codes and order of the categories.
    pub(crate) categories: Vec<Category>,
    pub(crate) membership: Vec<CategoryRule>,
    pub(crate) not_by_name: AnyOf,
    pub(crate) doubts: Vec<Doubt>,
    pub(crate) homes: HomeRules,
    digest: u64,
}

impl Rules {
    /// The tables that come with Yike.
    pub fn builtin() -> Self {
        Self::from_toml(WALK, CATEGORIES).expect("a test reads the built-in tables")
    }

    /// Text of the built-in walking table, to start one's own from.
    pub fn builtin_walk() -> &'static str {
        WALK
    }

    /// Text of the built-in category table, to start one's own from.
    pub fn builtin_categories() -> &'static str {
        CATEGORIES
    }

    /// Compiles the texts of a walking table and a category table.
    pub fn from_toml(walk: &str, categories: &str) -> Result<Self, RulesError> {
        let toml = |table| move |source| RulesError::Toml { table, source };
        let walk_table: WalkTable = toml::from_str(walk).map_err(toml("walk"))?;
        let category_table: CategoryTable =
            toml::from_str(categories).map_err(toml("categories"))?;
        let mut digest = Xxh3::new();
        digest.update(walk.as_bytes());
        digest.update(&[0]);
        digest.update(categories.as_bytes());
        let mut compiler = Compiler { keys: Keys::default(), table: "walk" };
        let mut rules = compiler.walk(walk_table)?;
        compiler.table = "categories";
        compiler.categories(category_table, &mut rules)?;
        if compiler.keys.len() > MAX_KEYS {
            let what = format!("the two tables ask for more than {} keys", MAX_KEYS - 1);
            return Err(RulesError::Entry { table: "categories", what });
        }
        rules.keys = compiler.keys;
        rules.digest = digest.digest();
        Ok(rules)
    }

    /// XXH3-64 of both texts, 16 hex digits.
    pub fn digest(&self) -> String {
        format!("{:016x}", self.digest)
    }

    /// The facility categories, in the order of their bits.
    pub fn categories(&self) -> &[Category] {
        &self.categories
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WalkTable {
    street: Vec<StreetEntry>,
    area: AreaEntry,
    access: AccessEntry,
    way: HashMap<String, FilterTexts>,
    node: HashMap<String, FilterTexts>,
    #[serde(default)]
    scene: Vec<SceneEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StreetEntry {
    class: String,
    walk: Walk,
    #[serde(default)]
    silent: bool,
    finding: Option<String>,
    osm: FilterTexts,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AreaEntry {
    osm: FilterTexts,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccessEntry {
    yes: Vec<String>,
    destination: Vec<String>,
    private: Vec<String>,
    no: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SceneEntry {
    kind: String,
    shape: Shape,
    osm: FilterTexts,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CategoryTable {
    category: Vec<CategoryEntry>,
    #[serde(default)]
    doubt: Vec<DoubtEntry>,
    #[serde(default)]
    not_by_name: FilterTexts,
    homes: HomesEntry,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CategoryEntry {
    code: String,
    zh: String,
    en: String,
    /// For readers of the table only.
    #[serde(rename = "source")]
    _source: String,
    min_m2: Option<f64>,
    max_m2: Option<f64>,
    #[serde(default)]
    osm: FilterTexts,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DoubtEntry {
    kind: String,
    osm: FilterTexts,
    unless: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HomesEntry {
    osm: FilterTexts,
    unsure: FilterTexts,
    sure: FilterTexts,
    not_within: FilterTexts,
    never: FilterTexts,
    one_dwelling: FilterTexts,
    dwellings: Vec<String>,
}

/// Names of the edge traits in the table.
const WAY_TRAITS: &[(&str, u32)] = &[
    ("steps", EdgeTrait::STEPS),
    ("ramp_pram", EdgeTrait::RAMP_PRAM),
    ("ramp_wheelchair", EdgeTrait::RAMP_WHEELCHAIR),
    ("bridge", EdgeTrait::BRIDGE),
    ("tunnel", EdgeTrait::TUNNEL),
    ("covered", EdgeTrait::COVERED),
    ("rough", EdgeTrait::ROUGH),
    ("sloped", EdgeTrait::SLOPED),
    ("steep", EdgeTrait::STEEP),
    ("narrow", EdgeTrait::NARROW),
    ("tight", EdgeTrait::TIGHT),
    ("wheelchair_no", EdgeTrait::WHEELCHAIR_NO),
    ("wheelchair_yes", EdgeTrait::WHEELCHAIR_YES),
    ("separate_sidewalk", EdgeTrait::SEPARATE_SIDEWALK),
];

/// Names of the node traits in the table.
const NODE_TRAITS: &[(&str, u16)] = &[
    ("signals", NodeTrait::SIGNALS),
    ("crossing", NodeTrait::CROSSING),
    ("kerb_raised", NodeTrait::KERB_RAISED),
    ("gate", NodeTrait::GATE),
    ("locked", NodeTrait::LOCKED),
    ("no_wheels", NodeTrait::NO_WHEELS),
    ("entrance", NodeTrait::ENTRANCE),
    ("lift", NodeTrait::LIFT),
];

const SCENE_KINDS: &[(&str, SceneKind)] = &[
    ("building", SceneKind::Building),
    ("water", SceneKind::Water),
    ("waterway", SceneKind::Waterway),
    ("green", SceneKind::Green),
    ("rail", SceneKind::Rail),
    ("square", SceneKind::Square),
    ("place_label", SceneKind::PlaceLabel),
    ("station", SceneKind::Station),
    ("pier", SceneKind::Pier),
    ("wall", SceneKind::Wall),
];

struct Compiler {
    keys: Keys,
    table: &'static str,
}

impl Compiler {
    fn filters(&mut self, at: &str, texts: &FilterTexts) -> Result<AnyOf, RulesError> {
        let table = self.table;
        AnyOf::parse(&texts.0, &mut self.keys).map_err(|source| RulesError::Filter {
            table,
            at: at.to_owned(),
            source,
        })
    }

    fn entry(&self, what: String) -> RulesError {
        RulesError::Entry { table: self.table, what }
    }

    /// Compiles a map of named filters into the bits that `names` gives them.
    fn traits<B: Copy>(
        &mut self,
        names: &[(&str, B)],
        given: &mut HashMap<String, FilterTexts>,
    ) -> Result<Vec<(B, AnyOf)>, RulesError> {
        let mut traits = Vec::new();
        for (name, bit) in names {
            if let Some(texts) = given.remove(*name) {
                traits.push((*bit, self.filters(name, &texts)?));
            }
        }
        Ok(traits)
    }

    fn nothing_left(&self, given: &HashMap<String, FilterTexts>) -> Result<(), RulesError> {
        match given.keys().min() {
            None => Ok(()),
            Some(name) => Err(self.entry(format!("there is no trait called `{name}`"))),
        }
    }

    fn walk(&mut self, mut table: WalkTable) -> Result<Rules, RulesError> {
        let streets = std::mem::take(&mut table.street)
            .into_iter()
            .map(|entry| self.street(entry))
            .collect::<Result<_, _>>()?;
        let area = self.filters("area", &table.area.osm)?;
        let way_traits = self.traits(WAY_TRAITS, &mut table.way)?;
        self.nothing_left(&table.way)?;
        let node_traits = self.traits(NODE_TRAITS, &mut table.node)?;
        let mut list = |name: &str| {
            let texts = table.node.remove(name).unwrap_or_default();
            self.filters(name, &texts)
        };
        let access_applies = list("access_applies")?;
        let access_is_for_vehicles = list("access_is_for_vehicles")?;
        self.nothing_left(&table.node)?;
        let scene = std::mem::take(&mut table.scene)
            .into_iter()
            .map(|entry| self.scene(&entry))
            .collect::<Result<_, _>>()?;
        Ok(Rules {
            keys: Keys::default(),
            streets,
            area,
            access: access_meanings(&table.access),
            way_traits,
            node_traits,
            access_applies,
            access_is_for_vehicles,
            scene,
            categories: Vec::new(),
            membership: Vec::new(),
            not_by_name: AnyOf::default(),
            doubts: Vec::new(),
            homes: HomeRules::default(),
            digest: 0,
        })
    }

    fn street(&mut self, entry: StreetEntry) -> Result<StreetRule, RulesError> {
        let StreetEntry { class, walk, silent, finding, osm } = entry;
        let found = StreetClass::ALL.into_iter().find(|c| class_name(*c) == class);
        let found = found.ok_or_else(|| self.entry(format!("`{class}` is no class of street")))?;
        let osm = self.filters(&format!("street {class}"), &osm)?;
        Ok(StreetRule { class: found, walk, silent, finding, osm })
    }

    fn scene(&mut self, entry: &SceneEntry) -> Result<SceneRule, RulesError> {
        let kind = SCENE_KINDS.iter().find(|(name, _)| *name == entry.kind).map(|(_, k)| *k);
        let kind =
            kind.ok_or_else(|| self.entry(format!("`{}` is no kind of shape", entry.kind)))?;
        let osm = self.filters(&format!("scene {}", entry.kind), &entry.osm)?;
        Ok(SceneRule { kind, shape: entry.shape, osm })
    }

    fn categories(&mut self, table: CategoryTable, rules: &mut Rules) -> Result<(), RulesError> {
        if table.category.len() > MAX_CATEGORIES {
            let count = table.category.len();
            return Err(self.entry(format!("{count} categories, the limit is {MAX_CATEGORIES}")));
        }
        for entry in table.category {
            let CategoryEntry { code, zh, en, min_m2, max_m2, osm, .. } = entry;
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
            if code.is_empty() || code.len() > 40 || !code.bytes().all(plain) {
                return Err(self.entry(format!("`{code}` is no code: use a-z, 0-9 and _")));
            }
            if rules.categories.iter().any(|c| c.code == code) {
                return Err(self.entry(format!("the code `{code}` is given twice")));
            }
            let (by_name, osm) = self
                .filters(&format!("category {code}"), &osm)?
                .split(|filter| filter.only_reads(key::NAME));
            rules.membership.push(CategoryRule { min_m2, max_m2, osm, by_name });
            rules.categories.push(Category { code, zh, en });
        }
        for doubt in table.doubt {
            let osm = self.filters(&format!("doubt {}", doubt.kind), &doubt.osm)?;
            let mut unless = 0;
            for code in &doubt.unless {
                let at = rules.categories.iter().position(|c| c.code == *code);
                let what = || format!("doubt {} names the unknown code `{code}`", doubt.kind);
                unless |= 1 << at.ok_or_else(|| self.entry(what()))?;
            }
            rules.doubts.push(Doubt { kind: doubt.kind, osm, unless });
        }
        rules.not_by_name = self.filters("not_by_name", &table.not_by_name)?;
        rules.homes = self.homes(&table.homes)?;
        Ok(())
    }

    fn homes(&mut self, entry: &HomesEntry) -> Result<HomeRules, RulesError> {
        Ok(HomeRules {
            osm: self.filters("homes.osm", &entry.osm)?,
            unsure: self.filters("homes.unsure", &entry.unsure)?,
            sure: self.filters("homes.sure", &entry.sure)?,
            not_within: self.filters("homes.not_within", &entry.not_within)?,
            never: self.filters("homes.never", &entry.never)?,
            one_dwelling: self.filters("homes.one_dwelling", &entry.one_dwelling)?,
            dwellings: entry.dwellings.iter().map(|k| self.keys.intern(k)).collect(),
        })
    }
}

fn access_meanings(entry: &AccessEntry) -> HashMap<Box<[u8]>, Access> {
    let AccessEntry { yes, destination, private, no } = entry;
    let lists = [
        (yes, Access::Yes),
        (destination, Access::Destination),
        (private, Access::Private),
        (no, Access::No),
    ];
    lists
        .iter()
        .flat_map(|(list, meaning)| list.iter().map(|v| (v.as_bytes().into(), *meaning)))
        .collect()
}

/// A class as written in tables and shown in reports, such as `living_street`.
pub fn class_name(class: StreetClass) -> String {
    match serde_json::to_value(class) {
        Ok(serde_json::Value::String(name)) => name,
        _ => unreachable!("a unit variant is a string"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_tables_can_be_read() {
        let rules = Rules::builtin();
        assert!(rules.categories.len() >= 60);
        assert!(rules.way_traits.len() == WAY_TRAITS.len());
        assert!(rules.node_traits.len() == NODE_TRAITS.len());
    }

    #[test]
    fn mistakes_in_tables_are_named() {
        let check = |walk: &str, categories: &str, part: &str| {
            let text = Rules::from_toml(walk, categories).unwrap_err().to_string();
            assert!(text.contains(part), "{text}");
        };
        check("street = 3", CATEGORIES, "walk table");
        check(&WALK.replace("class = \"trunk\"", "class = \"trnk\""), CATEGORIES, "`trnk`");
        check(&WALK.replace("steps = [", "stairs = ["), CATEGORIES, "`stairs`");
        check(&WALK.replace("\"highway=track\"", "\"highway\""), CATEGORIES, "`highway`");
        let twice = CATEGORIES.replace("\"nursery\"\nzh", "\"kindergarten\"\nzh");
        check(WALK, &twice, "given twice");
        check(WALK, &CATEGORIES.replace("code = \"bank\"", "code = \"Bank\""), "`Bank`");
    }
}
