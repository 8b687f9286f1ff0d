//! Names of places and services in English: as the map's source gives them, or as they follow from the
//! Chinese name; any other name stays as it is.

use std::sync::Arc;

use yike_model::people::{Actor, Deed};
use yike_model::places::english_name;
use yike_streets::city::City;

use crate::app::App;
use crate::error::AppError;

/// English names of the data in use.
#[derive(Clone, Debug, Default)]
pub struct EnglishNames(Option<Arc<City>>);

impl EnglishNames {
    /// What a local name is in English; the name itself where nobody says.
    pub fn of(&self, local: &str) -> String {
        self.known(local).or_else(|| self.composed(local)).unwrap_or_else(|| local.to_owned())
    }

    fn known(&self, local: &str) -> Option<String> {
        let given = self.0.as_ref().and_then(|city| city.english.get(local));
        given.map(str::to_owned).or_else(|| english_name(local))
    }

    /// `柳岸新村3幢`: an estate or street and a number in it.
    fn composed(&self, local: &str) -> Option<String> {
        let number = local.find(|c: char| c.is_ascii_digit()).filter(|at| *at > 0)?;
        let (whole, part) = local.split_at(number);
        Some(format!("{}, {}", self.known(whole.trim())?, english_name(part.trim())?))
    }
}

impl App {
    /// English names of the data in use; before there is any, those that follow from the Chinese names.
    pub async fn english_names(&self, actor: &Actor) -> Result<EnglishNames, AppError> {
        if self.district().is_err() {
            return Ok(EnglishNames::default());
        }
        self.permit(actor, Deed::SeeMap).await?;
        let town = self.town().await.ok();
        Ok(EnglishNames(town.map(|town| town.city.clone())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_translates_stays_as_it_is() {
        let names = EnglishNames::default();
        assert_eq!(names.of("柳岸新村"), "柳岸新村");
        assert_eq!(names.of("柳岸社区"), "Liu'an Community");
        assert_eq!(names.of("柳岸新村3幢"), "柳岸新村3幢");
        assert_eq!(names.of("柳岸社区3幢"), "Liu'an Community, Building 3");
    }
}
