//! Health: is what is stored what the ledger says, are all files there and whole, can we serve.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde::Serialize;
use yike_model::studies::Study;
use yike_store::{Engine, Page};

use crate::app::{App, blocking};
use crate::error::AppError;
use crate::folder::digest_file;

/// What `yike verify` found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// Events of the ledger that were folded again.
    pub events: u64,
    /// Subjects they add up to.
    pub subjects: u64,
    /// Versions of places.
    pub places: u64,
    /// Files of data sets and studies that were read.
    pub files: u64,
    /// Files that nothing refers to; harmless, left by imports that were cut off.
    pub unused_files: Vec<String>,
    /// How many things are wrong.
    pub wrong: u64,
    /// The first thousand of them, each with what to do.
    pub differences: Vec<String>,
}

impl Verification {
    /// Whether nothing is wrong.
    pub const fn holds(&self) -> bool {
        self.wrong == 0
    }

    fn add(&mut self, what: String) {
        self.wrong += 1;
        if self.differences.len() < 1000 {
            self.differences.push(what);
        }
    }
}

/// A file the database knows, with what is known of it.
struct Known {
    file: String,
    bytes: u64,
    digest: yike_model::Digest,
    what: String,
}

impl App {
    /// Folds the ledger again and compares it with what is stored, and reads every file.
    pub async fn verify(&self) -> Result<Verification, AppError> {
        let ledger = self.store.verify().await?;
        let mut found = Verification {
            events: ledger.events,
            subjects: ledger.subjects,
            places: ledger.places,
            wrong: ledger.count,
            differences: ledger.differences.iter().map(ToString::to_string).collect(),
            ..Verification::default()
        };
        if self.district().is_err() {
            return Ok(found);
        }
        let known = self.known_files().await?;
        let folder = self.folder.root().join("files");
        blocking(move || {
            for file in &known {
                found.files += 1;
                if let Err(what) = check_file(&folder, file) {
                    found.add(what);
                }
            }
            let names: BTreeSet<&str> = known.iter().map(|file| file.file.as_str()).collect();
            found.unused_files = unused(&folder, &names)?;
            Ok(found)
        })
        .await
    }

    async fn known_files(&self) -> Result<Vec<Known>, AppError> {
        let (district, mut reader) = (self.district()?, self.read().await?);
        let mut known = Vec::new();
        for set in reader.datasets(district).await? {
            known.push(Known {
                file: set.file.file.to_string(),
                bytes: set.file.bytes,
                digest: set.file.digest,
                what: format!("data set {} {}", set.file.kind.code(), set.version),
            });
        }
        let mut page = Page::first(500);
        loop {
            let studies = reader.subjects::<Study>(district, Some("computed"), &page).await?;
            for study in &studies {
                let Some(answer) = study.state.answer() else { continue };
                known.push(Known {
                    file: answer.file.to_string(),
                    bytes: answer.bytes,
                    digest: answer.digest,
                    what: format!("study {}", study.id),
                });
            }
            match studies.last() {
                Some(last) if studies.len() == 500 => page.after = Some(last.id.to_string()),
                _ => return Ok(known),
            }
        }
    }

    /// Whether the database answers: for `/readyz`.
    pub async fn ready(&self) -> Result<(), AppError> {
        self.read().await?.districts().await?;
        Ok(())
    }

    /// Writes a copy of the data to a new folder, while it is in use: the database, then every file it
    /// knows.
    pub async fn backup(&self, to: &Path) -> Result<u64, AppError> {
        if to.exists() {
            return Err(AppError::input(format!(
                "{} exists already: give the name of a new folder",
                to.display()
            )));
        }
        if self.store.engine() == Engine::Postgres {
            return Err(AppError::input(
                "back up PostgreSQL with pg_dump, and copy the folder `files` of the data after it",
            ));
        }
        let files = to.join("files");
        fs::create_dir_all(&files).map_err(|why| AppError::io(&files, why))?;
        self.store.backup(&to.join("yike.db")).await?;
        let mut names = Vec::new();
        if let Ok(district) = self.district() {
            let path = to.join("district");
            fs::write(&path, format!("{district}\n")).map_err(|why| AppError::io(&path, why))?;
            // After the database: a file it knows was there before it, and files are never changed.
            names = self.known_files().await?.into_iter().map(|known| known.file).collect();
        }
        let from = self.folder.root().join("files");
        blocking(move || {
            for name in &names {
                let path = from.join(name);
                fs::copy(&path, files.join(name)).map_err(|why| AppError::io(&path, why))?;
            }
            Ok(names.len() as u64)
        })
        .await
    }
}

fn check_file(folder: &Path, file: &Known) -> Result<(), String> {
    let restore = "restore it from a backup, or import or compute it again";
    let path = folder.join(&file.file);
    let (digest, bytes) = match digest_file(&path) {
        Ok(found) => found,
        Err(why) => return Err(format!("{}: {why}; {restore}", file.what)),
    };
    if bytes != file.bytes || digest != file.digest {
        return Err(format!(
            "{}: {} has {bytes} bytes and digest {digest}, not {} and {}; {restore}",
            file.what, file.file, file.bytes, file.digest
        ));
    }
    Ok(())
}

fn unused(folder: &Path, known: &BTreeSet<&str>) -> Result<Vec<String>, AppError> {
    let fail = |why| AppError::io(folder, why);
    let mut unused = Vec::new();
    for entry in fs::read_dir(folder).map_err(fail)? {
        let name = entry.map_err(fail)?.file_name().to_string_lossy().into_owned();
        if !known.contains(name.as_str()) {
            unused.push(name);
        }
    }
    unused.sort();
    unused.truncate(100);
    Ok(unused)
}
