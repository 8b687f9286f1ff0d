//! What all handlers share.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::Semaphore;
use yike_app::{App, AppError};
use yike_model::people::Actor;
use yike_model::places::english_name;

use crate::WebConfig;
use crate::front::language::Language;
use crate::geo::Rings;

/// The app and how it is shown.
#[derive(Clone)]
pub struct Web {
    /// All verbs.
    pub app: Arc<App>,
    /// Settings.
    pub config: Arc<WebConfig>,
    /// Places for streams of events.
    pub streams: Arc<Semaphore>,
}

/// The district as a page's head names it.
#[derive(Clone, Debug, Default)]
pub struct District {
    name: String,
    /// Whether it is invented.
    pub demo: bool,
}

impl District {
    /// Its name in the reader's language; before anything is imported, none.
    pub fn name(&self, language: Language) -> String {
        match language {
            Language::Chinese => self.name.clone(),
            Language::English => english_name(&self.name).unwrap_or_else(|| self.name.clone()),
        }
    }
}

impl Web {
    /// Shapes of the areas of a level, by their codes.
    pub async fn shapes(
        &self,
        actor: &Actor,
        level: &str,
    ) -> Result<BTreeMap<String, Vec<Rings>>, AppError> {
        let Ok(kind) = level.parse() else { return Ok(BTreeMap::new()) };
        self.app.area_shapes(actor, kind).await
    }

    /// The district served; one without a name while there is none.
    pub async fn district(&self) -> District {
        let place = self.app.district_place(&Actor::Anonymous).await;
        let name = place.map(|place| place.name.to_string()).unwrap_or_default();
        District { name, demo: self.config.demo }
    }
}
