//! The rulebook: everything a case goes by, as one version of data.

use serde::{Deserialize, Serialize};

use crate::calendar::WorkCalendar;
use crate::cases::{Catalogue, Category, Ladder};
use crate::people::Role;
use crate::places::PlaceCode;
use crate::refusal::Refusal;

/// A text to answer with, tied to a state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Lower-case word.
    pub code: String,
    /// The state it answers: `filed`, `rejected`, `handling`, `feedback`, `extended`, `shelved`, `closed`.
    pub state: String,
    /// The text in Chinese; `{place}`, `{due}` and `{unit}` are filled in.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

/// Who is on duty for a unit, as posted in public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Duty {
    /// The place.
    pub place: PlaceCode,
    /// The post.
    pub role: Role,
    /// How the post is called in public, such as "柳岸社区服务大厅".
    pub title: String,
    /// The telephone of the post, not of a person.
    pub phone: String,
    /// When, such as "8:30-17:30" or "24 小时".
    pub hours: String,
}

/// One version of all the rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rulebook {
    /// 1, 2, ...; a case keeps the one it was filed under.
    pub version: u32,
    /// What can be reported.
    pub catalogue: Catalogue,
    /// How it climbs.
    pub ladder: Ladder,
    /// When people work.
    pub calendar: WorkCalendar,
    /// Texts to answer with.
    #[serde(default)]
    pub templates: Vec<Template>,
    /// Who is on duty.
    #[serde(default)]
    pub roster: Vec<Duty>,
}

#[derive(Deserialize)]
struct Categories {
    category: Vec<Category>,
}

#[derive(Deserialize)]
struct Templates {
    template: Vec<Template>,
}

impl Rulebook {
    /// The neutral rules that ship, as version 1: the catalogue, calendar and texts of `data/`.
    pub fn neutral() -> Self {
        let categories: Categories = toml::from_str(include_str!("../../data/catalogue/cn.toml"))
            .expect("data/catalogue/cn.toml is checked by a test");
        let templates: Templates =
            toml::from_str(include_str!("../../data/catalogue/templates.toml"))
                .expect("data/catalogue/templates.toml is checked by a test");
        Self {
            version: 1,
            catalogue: Catalogue::new(categories.category)
                .expect("data/catalogue/cn.toml is checked by a test"),
            ladder: Ladder::default(),
            calendar: WorkCalendar::china(),
            templates: templates.template,
            roster: Vec::new(),
        }
    }

    /// A category, or the refusal that says there is none.
    pub fn category(&self, code: &str) -> Result<&Category, Refusal> {
        self.catalogue.get(code).ok_or_else(|| Refusal::missing("category", format!("{code:.60}")))
    }

    /// Refuses a rulebook that could not be gone by.
    pub fn check(&self) -> Result<(), Refusal> {
        if let Some(why) = self.ladder.fault() {
            return Err(Refusal::invalid("ladder", why));
        }
        if self.catalogue.all().is_empty() {
            return Err(Refusal::invalid("catalogue", "a catalogue has at least one category"));
        }
        if self.templates.len() > 500 {
            return Err(Refusal::Limit { what: "templates", limit: 500 });
        }
        if self.roster.len() > 20_000 {
            return Err(Refusal::Limit { what: "duties", limit: 20_000 });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_neutral_rules_hold_and_come_back_from_json() {
        let rules = Rulebook::neutral();
        assert_eq!(rules.check(), Ok(()));
        let text = serde_json::to_string(&rules).unwrap();
        assert_eq!(serde_json::from_str::<Rulebook>(&text).unwrap(), rules);
        assert!(rules.catalogue.all().len() >= 50);
        assert!(rules.catalogue.suggest("三号楼楼道灯不亮了", 3)[0].code.contains("light"));
    }
}
