//! A study as a file to take away. The files hold every home, so they are for those who may see homes.
//!
//! A file is written by a thread of its own beside the request, and sent while it grows: neither the
//! request nor memory holds all of it. Whoever goes away stops the sending; few are written at once.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use yike_model::StudyId;
use yike_model::people::Actor;

use crate::app::{App, blocking};
use crate::error::AppError;
use crate::exports::{self, Export, ExportError, Lang, Part};

/// Files written at once; more wait until one is done.
pub(crate) const WRITTEN_AT_ONCE: usize = 2;

/// Most bytes of one piece.
const PIECE: usize = 64 * 1024;

/// How long a reader waits for a file to grow before it looks again.
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_millis(30);

/// A file to take away, while it is being written.
#[derive(Debug)]
pub struct Download {
    /// The day its map data is of, for its name; empty where unknown.
    pub data_date: String,
    /// Whether the file only grows, so that what is there can be sent at once.
    grows: bool,
    file: Temporary,
    written: Arc<Written>,
    open: Option<File>,
}

/// How the writing stands.
#[derive(Debug, Default)]
struct Written {
    over: AtomicBool,
    failed: Mutex<Option<AppError>>,
}

/// A file that is gone when it is dropped.
#[derive(Debug)]
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        // Not yet there, or gone already: nothing is lost. A writer that still holds it writes into a
        // file without a name, which the system takes away; one that comes later removes its own.
        let _ = std::fs::remove_file(&self.0);
    }
}

impl Download {
    /// The next piece of the file; `None` at its end. Waits while it is being written.
    pub async fn piece(&mut self) -> Result<Option<Vec<u8>>, AppError> {
        loop {
            // Looked at before reading: what is written by then is all there is.
            let over = self.written.over.load(Ordering::Acquire);
            if let Some(error) = self.failed() {
                return Err(error);
            }
            if (over || self.grows) && self.there()? {
                let piece = self.read().await?;
                if !piece.is_empty() {
                    return Ok(Some(piece));
                }
            }
            if over {
                return Ok(None);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    fn failed(&self) -> Option<AppError> {
        self.written.failed.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Opens the file once it is there.
    fn there(&mut self) -> Result<bool, AppError> {
        if self.open.is_none() {
            match File::open(&self.file.0) {
                Ok(file) => self.open = Some(file),
                Err(why) if why.kind() == ErrorKind::NotFound => return Ok(false),
                Err(why) => return Err(AppError::io(&self.file.0, why)),
            }
        }
        Ok(true)
    }

    async fn read(&mut self) -> Result<Vec<u8>, AppError> {
        let Some(mut file) = self.open.take() else { return Ok(Vec::new()) };
        let path = self.file.0.clone();
        let (file, piece) = blocking(move || {
            let mut piece = vec![0; PIECE];
            let length = file.read(&mut piece).map_err(|why| AppError::io(&path, why))?;
            piece.truncate(length);
            Ok((file, piece))
        })
        .await?;
        self.open = Some(file);
        Ok(piece)
    }
}

impl App {
    /// Begins to write one file of a study. The base map of the report is the one in use.
    pub async fn download_study(
        &self,
        actor: &Actor,
        id: StudyId,
        part: Part,
        lang: Lang,
    ) -> Result<Download, AppError> {
        let study = self.look_at_homes(actor, id).await?;
        let town = self.town().await?;
        let (areas, _) = self.areas().await?;
        let path = self.folder.temporary(&format!("download-{}", self.random.token().reveal()));
        let written = Arc::new(Written::default());
        let data_date = study.meta.city.data_date.clone().unwrap_or_default();
        let (to, told, room) = (path.clone(), written.clone(), self.written.clone());
        tokio::spawn(async move {
            let Ok(_place) = room.acquire_owned().await else { return };
            let at = to.clone();
            let ended = blocking(move || {
                let areas = (!areas.list().is_empty()).then_some(&areas);
                let export = Export { study: &study, city: town.city.clone(), areas, lang };
                exports::write_part(&export, part, &at).map_err(failed)
            });
            told.finish(if told.is_wanted() { ended.await } else { Ok(()) });
            if !told.is_wanted() {
                drop(Temporary(to));
            }
        });
        Ok(Download { data_date, grows: part.grows(), file: Temporary(path), written, open: None })
    }
}

impl Written {
    /// Whether anybody still reads: a reader holds this, too.
    fn is_wanted(self: &Arc<Self>) -> bool {
        Arc::strong_count(self) > 1
    }

    /// Notes how the writing ended.
    fn finish(&self, ended: Result<(), AppError>) {
        if let Err(error) = ended {
            *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        }
        self.over.store(true, Ordering::Release);
    }
}

fn failed(error: ExportError) -> AppError {
    match error {
        ExportError::Io { path, source } => AppError::io(&path, source),
        ExportError::Cancelled => AppError::Cancelled,
        other => AppError::Fault(other.to_string()),
    }
}
