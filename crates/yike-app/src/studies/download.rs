//! A study as a file to take away. The files hold every home, so they are for those who may see homes.

use std::fs;

use yike_model::StudyId;
use yike_model::people::Actor;

use crate::app::App;
use crate::error::AppError;
use crate::exports::{self, Export, ExportError, Lang, Part};

/// A file to take away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Downloaded {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The day its map data is of, for its name; empty where unknown.
    pub data_date: String,
}

impl App {
    /// Writes one file of a study. The base map of the report is the one in use.
    pub async fn download_study(
        &self,
        actor: &Actor,
        id: StudyId,
        part: Part,
        lang: Lang,
    ) -> Result<Downloaded, AppError> {
        let study = self.look_at_homes(actor, id).await?;
        let town = self.town().await?;
        let (areas, _) = self.areas().await?;
        let path = self.folder.temporary(&format!("download-{}", self.random.token().reveal()));
        self.compute(move || {
            let areas = (!areas.list().is_empty()).then_some(&areas);
            let export = Export { study: &study, city: town.city.clone(), areas, lang };
            let written = exports::write_part(&export, part, &path);
            let bytes = written
                .map_err(failed)
                .and_then(|()| fs::read(&path).map_err(|why| AppError::io(&path, why)));
            // The bytes are in memory, or the error is told: the file is of no more use.
            let _ = fs::remove_file(&path);
            let data_date = study.meta.city.data_date.clone().unwrap_or_default();
            Ok(Downloaded { bytes: bytes?, data_date })
        })
        .await
    }
}

fn failed(error: ExportError) -> AppError {
    match error {
        ExportError::Io { path, source } => AppError::io(&path, source),
        ExportError::Cancelled => AppError::Cancelled,
        other => AppError::Fault(other.to_string()),
    }
}
