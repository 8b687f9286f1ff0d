//! The catalogue of what can be reported: who has authority, and by when it is to be done. Data, never
//! code; a case goes by the version it was filed under.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::calendar::Span;
use crate::cases::Tier;
use crate::people::Role;
use crate::refusal::Refusal;

/// Most categories of a catalogue.
pub const CATEGORIES_LIMIT: usize = 500;

/// Whether a category is a fixed object or a happening (GB/T 30428), or one of the community's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseClass {
    /// 部件
    Component,
    /// 事件
    Event,
    /// The community's own services.
    Service,
}

impl CaseClass {
    /// All classes.
    pub const ALL: [Self; 3] = [Self::Component, Self::Event, Self::Service];

    /// The word for it in files and tables.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Component => "component",
            Self::Event => "event",
            Self::Service => "service",
        }
    }
}

/// What can be reported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// Lower-case word, never given to another.
    pub code: String,
    /// Its name in Chinese.
    pub zh: String,
    /// Its name in English.
    pub en: String,
    /// The group it is shown in.
    pub group: String,
    /// Component, event or service.
    pub kind: CaseClass,
    /// The lowest tier with authority.
    pub tier: Tier,
    /// Who usually handles it.
    pub handler: Role,
    /// How long handling may take, counted from dispatch.
    pub normal: Span,
    /// The same when urgent.
    pub urgent: Span,
    /// Where an urgent one goes at once.
    pub urgent_tier: Tier,
    /// Whether who reports may say that it is urgent.
    #[serde(default)]
    pub may_be_urgent: bool,
    /// Whether it never stands on public boards and lists.
    #[serde(default)]
    pub private: bool,
    /// Parties complained of, who must not see it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<Role>,
    /// The number it is turned to at once; empty for most.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub emergency: String,
    /// What is said in place of a form where Yike is not the right door, such as for petitions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub link: String,
    /// Words that suggest it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
    /// Where its numbers come from.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub basis: String,
}

impl Category {
    /// How long handling may take.
    pub const fn span(&self, urgent: bool) -> Span {
        if urgent { self.urgent } else { self.normal }
    }

    /// The tier a new case starts at.
    pub fn first_tier(&self, urgent: bool) -> Tier {
        if urgent { self.tier.max(self.urgent_tier) } else { self.tier }
    }

    fn check(&self) -> Result<(), String> {
        let word = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_';
        if self.code.is_empty() || self.code.len() > 40 || !self.code.bytes().all(word) {
            return Err("code: give 1 to 40 lower-case letters, digits and underscores".into());
        }
        for (what, name) in [("zh", &self.zh), ("en", &self.en), ("group", &self.group)] {
            if name.trim().is_empty() || name.chars().count() > 80 {
                return Err(format!("{what}: give 1 to 80 characters"));
            }
        }
        if Tier::of(self.handler).is_none() {
            return Err(format!("handler: a {} handles no cases", self.handler));
        }
        if self.about.contains(&self.handler) {
            return Err("about: who is complained of cannot be the one who handles it".into());
        }
        if self.words.len() > 50 || self.words.iter().any(|word| word.chars().count() > 30) {
            return Err("words: at most 50, of 30 characters".into());
        }
        if self.emergency.len() > 6 || !self.emergency.bytes().all(|c| c.is_ascii_digit()) {
            return Err("emergency: give a telephone number such as 119".into());
        }
        Ok(())
    }
}

/// All categories, by code, each in the order of its file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Category>", into = "Vec<Category>")]
pub struct Catalogue {
    list: Vec<Category>,
    by_code: BTreeMap<String, usize>,
}

impl Catalogue {
    /// Takes categories; each is checked, and its code stands once.
    pub fn new(list: Vec<Category>) -> Result<Self, Refusal> {
        if list.len() > CATEGORIES_LIMIT {
            return Err(Refusal::Limit { what: "categories", limit: CATEGORIES_LIMIT as u64 });
        }
        let mut by_code = BTreeMap::new();
        for (at, category) in list.iter().enumerate() {
            let bad =
                |why: String| Refusal::invalid("category", format!("{}: {why}", category.code));
            category.check().map_err(bad)?;
            if by_code.insert(category.code.clone(), at).is_some() {
                return Err(bad("stands twice".into()));
            }
        }
        Ok(Self { list, by_code })
    }

    /// A category by its code.
    pub fn get(&self, code: &str) -> Option<&Category> {
        self.by_code.get(code).map(|at| &self.list[*at])
    }

    /// All, in order.
    pub fn all(&self) -> &[Category] {
        &self.list
    }

    /// The categories whose words stand in a text, the best first; at most `limit`.
    pub fn suggest(&self, text: &str, limit: usize) -> Vec<&Category> {
        let text = text.to_lowercase();
        let score = |category: &Category| -> usize {
            let hits = category.words.iter().filter(|word| text.contains(word.as_str()));
            hits.map(|word| word.chars().count()).sum()
        };
        let mut found: Vec<_> =
            self.list.iter().map(|c| (score(c), c)).filter(|(score, _)| *score > 0).collect();
        found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        found.into_iter().take(limit).map(|(_, category)| category).collect()
    }
}

impl TryFrom<Vec<Category>> for Catalogue {
    type Error = Refusal;
    fn try_from(list: Vec<Category>) -> Result<Self, Refusal> {
        Self::new(list)
    }
}

impl From<Catalogue> for Vec<Category> {
    fn from(catalogue: Catalogue) -> Self {
        catalogue.list
    }
}
