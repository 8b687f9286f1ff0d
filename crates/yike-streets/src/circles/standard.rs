//! Standards: lists of what should be within which walk, kept as data (`data/standards/*.toml`).
//!
//! An [`Item`] is met by any facility of its categories within its metres, or its minutes where the
//! standard gives no metres; where it gives both, both must hold. Metres are measured along the
//! quickest walk. **Non-containment**: a facility that belongs to a larger tier's item of the same
//! `kind` does not meet a smaller tier's item (a health centre is no health station), and a tier
//! is complete for a home only if all its required items and those of every smaller tier are met.
//! What cannot be checked with the data at hand stands in the file with its reason, so that no
//! reader takes silence for fulfilment.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::facilities::Category;

/// At most this many items in one standard: what a home lacks is one bit each.
pub const MAX_ITEMS: usize = 128;
/// Longest walk an item may allow, in minutes and in metres.
const MAX_MINUTES: u16 = 60;
const MAX_METRES: u32 = 10_000;

/// A ring of the circle, such as "5 minutes". Listed from small to large.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// Code, unique in the standard.
    pub code: String,
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
    /// Walk of items that give neither metres nor minutes.
    pub minutes: u16,
    /// What the standard calls the tier's walk in metres, for reports.
    #[serde(default)]
    pub metres: Option<u32>,
    /// Most people one circle of this tier holds: each should have one of every item.
    #[serde(default)]
    pub people: Option<u32>,
    /// Cited section.
    pub basis: String,
}

/// One thing that should be within reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Code, unique in the standard.
    pub code: String,
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
    /// Code of its tier.
    pub tier: String,
    /// Category codes, any of which meets it.
    pub any_of: Vec<String>,
    /// Longest walk in metres, where the standard gives one.
    #[serde(default)]
    pub metres: Option<u32>,
    /// Longest walk in minutes, where the item has its own.
    #[serde(default)]
    pub minutes: Option<u16>,
    /// Items of one kind in different tiers do not stand in for each other.
    #[serde(default)]
    pub kind: Option<String>,
    /// Whether a tier is complete without it.
    #[serde(default)]
    pub optional: bool,
    /// Cited section.
    pub basis: String,
}

/// The walk an item allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Whole decimetres, where metres count.
    pub dm: Option<u32>,
    /// Whole deciseconds, where minutes count.
    pub ds: Option<u32>,
}

impl Limit {
    /// Whether a walk of `ds` and `dm` is within it; exactly at the limit is within.
    pub fn allows(self, ds: u32, dm: u32) -> bool {
        self.ds.is_none_or(|most| ds <= most) && self.dm.is_none_or(|most| dm <= most)
    }
}

/// A number of facilities that an area should have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ratio {
    /// Code, unique in the standard.
    pub code: String,
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
    /// Category codes that count.
    pub any_of: Vec<String>,
    /// The level of area it holds for; every area where not given.
    #[serde(default)]
    pub level: Option<String>,
    /// At least this many, whatever the people.
    #[serde(default)]
    pub at_least: u32,
    /// One for each so many people, the last part of them included.
    #[serde(default)]
    pub people_per: Option<u32>,
    /// Cited section.
    pub basis: String,
}

impl Ratio {
    /// How many facilities `people` call for.
    pub fn needed(&self, people: u64) -> u64 {
        let by_people = self.people_per.map_or(0, |per| people.div_ceil(u64::from(per)));
        by_people.max(u64::from(self.at_least))
    }
}

/// A rule the data cannot answer, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unchecked {
    /// Code, unique in the standard.
    pub code: String,
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
    /// Why not, in Chinese.
    pub why_zh: String,
    /// Why not, in English.
    pub why_en: String,
    /// Cited section.
    pub basis: String,
}

/// A whole standard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standard {
    /// Code, as `--standard` takes it.
    pub code: String,
    /// Edition.
    pub version: String,
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
    /// What it was taken from.
    pub source: String,
    /// The same in Chinese; empty where it is only written in English.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source_zh: String,
    /// Tiers from small to large.
    #[serde(rename = "tier", default)]
    pub tiers: Vec<Tier>,
    /// Items.
    #[serde(rename = "item", default)]
    pub items: Vec<Item>,
    /// Numbers by area.
    #[serde(rename = "ratio", default)]
    pub ratios: Vec<Ratio>,
    /// What is not checked.
    #[serde(rename = "unchecked", default)]
    pub unchecked: Vec<Unchecked>,
}

/// Why a standard's file is refused.
#[derive(Debug, thiserror::Error)]
pub enum StandardError {
    /// Not TOML, or not of this shape; the message names the line.
    #[error("not a standard file: {0}")]
    Shape(#[from] toml::de::Error),
    /// Two things share a code.
    #[error("two entries have the code {0:?}: codes must be unique")]
    Twice(String),
    /// An item names a tier that is not there.
    #[error(
        "item {item:?} is of tier {tier:?}, which is not listed: add a [[tier]] or mend the item"
    )]
    NoTier {
        /// The item.
        item: String,
        /// The tier it names.
        tier: String,
    },
    /// A limit that makes no sense.
    #[error(
        "{what:?} allows a walk of {value}: give 1 to {MAX_MINUTES} minutes or 1 to {MAX_METRES} metres"
    )]
    Walk {
        /// The item or tier.
        what: String,
        /// What it says.
        value: String,
    },
    /// Nothing can meet it.
    #[error("{0:?} has an empty any_of: name at least one category, or list it as [[unchecked]]")]
    NoCategory(String),
    /// More than [`MAX_ITEMS`], or none.
    #[error("{0} items: a standard has 1 to {MAX_ITEMS}")]
    Count(usize),
    /// Categories this city does not know.
    #[error("unknown categories {unknown:?}: known are {known}")]
    Unknown {
        /// Codes not found.
        unknown: Vec<String>,
        /// All known codes, joined.
        known: String,
    },
}

impl Standard {
    /// Reads and checks a standard's text.
    pub fn parse(text: &str) -> Result<Self, StandardError> {
        let standard: Self = toml::from_str(text)?;
        standard.check()?;
        Ok(standard)
    }

    /// A standard that ships with Yike: `gb50180`, `commerce` or `hangzhou`.
    pub fn builtin(code: &str) -> Option<Self> {
        let text = match code {
            "gb50180" => include_str!("../../data/standards/gb50180.toml"),
            "commerce" => include_str!("../../data/standards/commerce.toml"),
            "hangzhou" => include_str!("../../data/standards/hangzhou.toml"),
            _ => return None,
        };
        Some(Self::parse(text).expect("the shipped standards are parsed by a test"))
    }

    /// Codes that [`Self::builtin`] knows.
    pub const BUILTIN: [&'static str; 3] = ["gb50180", "commerce", "hangzhou"];

    /// Refuses a standard that names categories not in `known`.
    pub fn check_categories(&self, known: &[Category]) -> Result<(), StandardError> {
        let codes: BTreeSet<&str> = known.iter().map(|c| c.code.as_str()).collect();
        let named = self.items.iter().flat_map(|i| &i.any_of);
        let named = named.chain(self.ratios.iter().flat_map(|r| &r.any_of));
        let unknown: BTreeSet<String> =
            named.filter(|c| !codes.contains(c.as_str())).cloned().collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let known = codes.into_iter().collect::<Vec<_>>().join(", ");
        Err(StandardError::Unknown { unknown: unknown.into_iter().collect(), known })
    }

    /// The position of an item's tier.
    pub fn tier_of(&self, item: &Item) -> usize {
        self.tiers.iter().position(|t| t.code == item.tier).expect("checked when parsed")
    }

    /// The walk an item allows.
    pub fn limit(&self, item: &Item) -> Limit {
        let minutes = match (item.minutes, item.metres) {
            (None, None) => Some(self.tiers[self.tier_of(item)].minutes),
            (minutes, _) => minutes,
        };
        Limit { dm: item.metres.map(|m| m * 10), ds: minutes.map(|m| u32::from(m) * 600) }
    }

    /// The standard that stands for a bare question: one tier of so many minutes, one item for each
    /// category.
    pub fn of_categories(categories: &[&Category], minutes: u16) -> Self {
        let item = |c: &&Category| Item {
            code: c.code.clone(),
            zh: c.zh.clone(),
            en: c.en.clone(),
            tier: "asked".into(),
            any_of: vec![c.code.clone()],
            metres: None,
            minutes: None,
            kind: None,
            optional: false,
            basis: "asked for by category; no standard".into(),
        };
        Self {
            code: "asked".into(),
            version: minutes.to_string(),
            zh: format!("所问设施步行 {minutes} 分钟（无标准）"),
            en: format!("the categories asked for within {minutes} minutes (no standard)"),
            source: "asked for by category".into(),
            source_zh: String::new(),
            tiers: vec![Tier {
                code: "asked".into(),
                zh: "所问设施".into(),
                en: "Asked for".into(),
                minutes,
                metres: None,
                people: None,
                basis: "asked for by category; no standard".into(),
            }],
            items: categories.iter().map(item).collect(),
            ratios: Vec::new(),
            unchecked: Vec::new(),
        }
    }

    /// Whether so few facilities serve so many people that the data, not the ground, may be what
    /// lacks them: fewer than half of what full circles of the item's tier would have.
    pub fn thin(&self, item: &Item, facilities: u64, people: u64) -> bool {
        let tier = &self.tiers[self.tier_of(item)];
        tier.people.is_some_and(|each| facilities * 2 < people / u64::from(each.max(1)))
    }

    /// Categories whose facilities do not count for `item`, by the non-containment rule: those that
    /// meet a larger tier's item of the same kind and not this one.
    pub fn excluded<'a>(&'a self, item: &'a Item) -> BTreeSet<&'a str> {
        let Some(kind) = &item.kind else { return BTreeSet::new() };
        let tier = self.tier_of(item);
        let larger =
            self.items.iter().filter(|i| i.kind.as_ref() == Some(kind) && self.tier_of(i) > tier);
        larger
            .flat_map(|i| i.any_of.iter().map(String::as_str))
            .filter(|c| !item.any_of.iter().any(|own| own == c))
            .collect()
    }

    fn check(&self) -> Result<(), StandardError> {
        if self.items.is_empty() || self.items.len() > MAX_ITEMS {
            return Err(StandardError::Count(self.items.len()));
        }
        let tiers = self.tiers.iter().map(|t| &t.code);
        no_doubles(tiers)?;
        let items = self.items.iter().map(|i| &i.code);
        let ratios = self.ratios.iter().map(|r| &r.code);
        no_doubles(items.chain(ratios).chain(self.unchecked.iter().map(|u| &u.code)))?;
        for tier in &self.tiers {
            check_walk(&tier.code, Some(tier.minutes), tier.metres)?;
        }
        for item in &self.items {
            if !self.tiers.iter().any(|t| t.code == item.tier) {
                let (item, tier) = (item.code.clone(), item.tier.clone());
                return Err(StandardError::NoTier { item, tier });
            }
            check_walk(&item.code, item.minutes, item.metres)?;
        }
        let lists = self.items.iter().map(|i| (&i.code, &i.any_of));
        for (code, any_of) in lists.chain(self.ratios.iter().map(|r| (&r.code, &r.any_of))) {
            if any_of.is_empty() {
                return Err(StandardError::NoCategory(code.clone()));
            }
        }
        for ratio in &self.ratios {
            if ratio.people_per == Some(0) {
                let (what, value) = (ratio.code.clone(), "people_per = 0".into());
                return Err(StandardError::Walk { what, value });
            }
        }
        Ok(())
    }
}

fn no_doubles<'a>(codes: impl Iterator<Item = &'a String>) -> Result<(), StandardError> {
    let mut seen = BTreeSet::new();
    for code in codes {
        if !seen.insert(code) {
            return Err(StandardError::Twice(code.clone()));
        }
    }
    Ok(())
}

fn check_walk(what: &str, minutes: Option<u16>, metres: Option<u32>) -> Result<(), StandardError> {
    let value = if minutes.is_some_and(|m| m == 0 || m > MAX_MINUTES) {
        format!("{} minutes", minutes.unwrap_or_default())
    } else if metres.is_some_and(|m| m == 0 || m > MAX_METRES) {
        format!("{} metres", metres.unwrap_or_default())
    } else {
        return Ok(());
    };
    Err(StandardError::Walk { what: what.into(), value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_standards_are_whole() {
        let items: Vec<usize> =
            Standard::BUILTIN.iter().map(|c| Standard::builtin(c).unwrap().items.len()).collect();
        assert_eq!(items, [37, 19, 7]);
        assert!(Standard::builtin("gb9999").is_none());
    }

    #[test]
    fn the_shipped_standards_name_only_known_categories() {
        #[derive(Deserialize)]
        struct Table {
            category: Vec<Row>,
        }
        #[derive(Deserialize)]
        struct Row {
            code: String,
        }
        let table: Table = toml::from_str(include_str!("../../data/categories.toml")).unwrap();
        let known: Vec<Category> = table
            .category
            .into_iter()
            .map(|r| Category { code: r.code, zh: String::new(), en: String::new() })
            .collect();
        for code in Standard::BUILTIN {
            Standard::builtin(code).unwrap().check_categories(&known).unwrap();
        }
    }

    #[test]
    fn metres_count_where_given_and_minutes_else() {
        let gb = Standard::builtin("gb50180").unwrap();
        let item = |code: &str| gb.items.iter().find(|i| i.code == code).unwrap();
        assert_eq!(gb.limit(item("five.kindergarten")), Limit { dm: Some(3000), ds: None });
        assert_eq!(gb.limit(item("fifteen.bank")), Limit { dm: None, ds: Some(9000) });
        assert!(Limit { dm: Some(3000), ds: None }.allows(99_999, 3000));
        assert!(!Limit { dm: Some(3000), ds: None }.allows(0, 3001));
        assert!(!Limit { dm: Some(3000), ds: Some(10) }.allows(11, 3000));
    }

    #[test]
    fn a_larger_tiers_facility_of_the_same_kind_does_not_count() {
        let gb = Standard::builtin("gb50180").unwrap();
        let item = |code: &str| gb.items.iter().find(|i| i.code == code).unwrap();
        assert!(gb.excluded(item("five.health_station")).contains("health_centre"));
        assert!(gb.excluded(item("five.ball_court")).contains("sports_ground_medium"));
        assert!(gb.excluded(item("fifteen.health_centre")).is_empty());
        // A bank is a bank in both tiers.
        assert!(gb.excluded(item("ten.bank")).is_empty());
    }

    #[test]
    fn few_facilities_for_many_people_are_doubted() {
        let gb = Standard::builtin("gb50180").unwrap();
        let kindergarten = gb.items.iter().find(|i| i.code == "five.kindergarten").unwrap();
        // Four full circles of 12,000: one kindergarten is less than half of four, two are not.
        assert!(gb.thin(kindergarten, 1, 52_000));
        assert!(!gb.thin(kindergarten, 2, 52_000));
        assert!(!gb.thin(kindergarten, 0, 5_000));
    }

    #[test]
    fn ratios_round_up() {
        let rule = Standard::builtin("hangzhou").unwrap();
        let health = &rule.ratios[1];
        assert_eq!([0, 1, 100_000, 100_001].map(|p| health.needed(p)), [1, 1, 1, 2]);
    }

    #[test]
    fn bad_files_are_refused_with_a_remedy() {
        let good = include_str!("../../data/standards/hangzhou.toml");
        let bad = |from: &str, to: &str| {
            let error = Standard::parse(&good.replacen(from, to, 1)).unwrap_err();
            error.to_string()
        };
        assert!(bad("tier = \"ten\"", "tier = \"tne\"").contains("add a [[tier]]"));
        assert!(bad("minutes = 10", "minutes = 0").contains("1 to 60 minutes"));
        assert!(bad("any_of = [\"breakfast\"]", "any_of = []").contains("at least one category"));
        assert!(bad("ten.fruit", "ten.breakfast").contains("unique"));
        assert!(bad("basis =", "bases =").contains("line"));
    }
}
