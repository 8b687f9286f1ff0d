//! What of a study is asked for, as it stands in an address.

use std::fmt::Write as _;

use serde::Deserialize;
use yike_app::studies::CoverageAsk;
use yike_model::StudyId;

use crate::error::Fault;
use crate::pages::ask::escape;

/// Which part of a study is asked for, as it stands in an address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// Who walks.
    pub profile: String,
    /// Code of an area; empty for the district.
    pub area: String,
    /// Code of an age band; empty for everybody.
    pub age: String,
    /// `standard` or `all`.
    pub list: String,
    /// Id of a study to compare with; empty for none.
    pub with: String,
    /// `gap`, `name`, or `m` and minutes; `-` before it turns the order round.
    pub sort: String,
    /// The band of a cell.
    pub minutes: String,
    /// How many homes of a list come before the page of it; empty for the first page.
    pub from: String,
}

impl Filter {
    /// As the app takes it.
    pub fn to_app(&self) -> CoverageAsk {
        CoverageAsk {
            profile: self.profile.clone(),
            area: self.area.clone(),
            age: self.age.clone(),
        }
    }

    /// How many homes of a list to leave out.
    pub fn skip(&self) -> Result<usize, Fault> {
        match self.from.as_str() {
            "" => Ok(0),
            text => text.parse().map_err(|_| Fault::invalid("from: a whole number")),
        }
    }

    /// As a query with some parts changed; empty parts are left out.
    pub fn query(&self, changed: &[(&str, &str)]) -> String {
        let parts = [
            ("profile", &self.profile),
            ("area", &self.area),
            ("age", &self.age),
            ("list", &self.list),
            ("with", &self.with),
            ("sort", &self.sort),
            ("minutes", &self.minutes),
            ("from", &self.from),
        ];
        let mut query = String::new();
        for (name, own) in parts {
            let value = changed.iter().find(|(key, _)| *key == name).map_or(own.as_str(), |c| c.1);
            if !value.is_empty() {
                query.push(if query.is_empty() { '?' } else { '&' });
                let _ = write!(query, "{name}={}", escape(value));
            }
        }
        query
    }
}

/// Reads a study's id from a path.
pub fn study_id(text: &str) -> Result<StudyId, Fault> {
    text.parse().map_err(|_| Fault::missing())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_keeps_what_it_does_not_change() {
        let filter = Filter { profile: "elder".into(), area: "3301".into(), ..Filter::default() };
        assert_eq!(filter.query(&[("sort", "-m5")]), "?profile=elder&area=3301&sort=-m5");
        assert_eq!(filter.query(&[("area", "")]), "?profile=elder");
    }
}
