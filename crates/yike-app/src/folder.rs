//! The data folder: where files lie, and how one comes in whole or not at all.
//!
//! ```text
//! yike.db      the database, where it is SQLite
//! district     the key of the district served
//! files/       data sets and studies; a file is never changed, and named by what is in it
//! uploads/     files proposed for import
//! demo/        files of the demo district
//! phones.toml  a district's own rules about phones of residents, where it has any
//! tmp/         one folder a process; removed at the next start if its process is gone
//! tmp.lock     held for the moment in which such folders are made or removed
//! ```

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use yike_model::Digest;

use crate::error::AppError;

/// The file that says a folder holds a finished demo district.
pub const DEMO_MARKER: &str = "demo.finished.json";

/// A folder for temporary files of this process, locked while the process lives.
#[derive(Debug)]
struct Scratch {
    path: PathBuf,
    /// Held open: its lock tells other processes that this one lives.
    _lock: File,
}

/// A data folder, and this process's part in it.
#[derive(Debug)]
pub struct DataFolder {
    root: PathBuf,
    scratch: Scratch,
}

impl DataFolder {
    /// Opens or makes a data folder, and removes what dead processes left in it.
    pub fn open(root: &Path) -> Result<Self, AppError> {
        for part in ["files", "uploads", "tmp"] {
            let path = root.join(part);
            fs::create_dir_all(&path).map_err(|e| AppError::io(&path, e))?;
        }
        let tmp = root.join("tmp");
        let scratch = Scratch::new(root).map_err(|e| AppError::io(&tmp, e))?;
        Ok(Self { root: root.to_owned(), scratch })
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the SQLite database is.
    pub fn database(&self) -> PathBuf {
        self.root.join("yike.db")
    }

    /// Where a data set or study named `file` is. Only names this crate made are asked for: without
    /// separators.
    pub fn file(&self, file: &str) -> PathBuf {
        self.root.join("files").join(Path::new(file).file_name().unwrap_or_default())
    }

    /// Where an uploaded file named `file` is.
    pub fn upload(&self, file: &str) -> PathBuf {
        self.root.join("uploads").join(Path::new(file).file_name().unwrap_or_default())
    }

    /// A fresh path for a temporary file; its folder goes with this process.
    pub fn temporary(&self, name: &str) -> PathBuf {
        self.scratch.path.join(name)
    }

    /// Moves a finished file to its place, so that it is there whole, and still there after power loss.
    pub fn keep(&self, from: &Path, to: &Path) -> Result<(), AppError> {
        let moved = File::open(from).and_then(|file| {
            file.sync_all()?;
            fs::rename(from, to)?;
            sync_folder(to)
        });
        moved.map_err(|e| AppError::io(to, e))
    }

    /// Whether the folder holds a finished demo district, in which nothing is real.
    pub fn is_demo(&self) -> bool {
        self.root.join(DEMO_MARKER).is_file()
    }

    /// The key of the district served, if one was set.
    pub fn district(&self) -> Result<Option<String>, AppError> {
        let path = self.root.join("district");
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text.trim().to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(AppError::io(&path, error)),
        }
    }

    /// Sets the key of the district served.
    pub fn set_district(&self, key: &str) -> Result<(), AppError> {
        let made = self.temporary("district");
        fs::write(&made, format!("{key}\n")).map_err(|e| AppError::io(&made, e))?;
        self.keep(&made, &self.root.join("district"))
    }
}

impl Scratch {
    /// Makes this process's folder in `tmp`, and removes those of processes that are gone.
    fn new(root: &Path) -> io::Result<Self> {
        let tmp = root.join("tmp");
        // Whoever holds this alone makes or judges folders: one without a lock file is then no folder
        // being made, but one whose process was killed while making or removing it.
        let turn = File::options().create(true).append(true).open(root.join("tmp.lock"))?;
        turn.lock()?;
        Self::sweep(&tmp)?;
        let path = tempfile::Builder::new().prefix("p").tempdir_in(&tmp)?.keep();
        let mut lock = File::create_new(path.join("lock"))?;
        lock.lock()?;
        writeln!(lock, "{}", std::process::id())?;
        Ok(Self { path, _lock: lock })
    }

    fn sweep(tmp: &Path) -> io::Result<()> {
        for entry in fs::read_dir(tmp)? {
            let path = entry?.path();
            let living = match File::open(path.join("lock")) {
                Ok(lock) => lock.try_lock().is_err(),
                Err(error) => error.kind() != io::ErrorKind::NotFound,
            };
            if living {
                continue;
            }
            tracing::debug!(folder = %path.display(), "removing what a dead process left");
            match fs::remove_dir_all(&path) {
                // Its process is just removing it.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                removed => removed?,
            }
        }
        Ok(())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed now is removed at the next start.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Makes a new name in a folder last.
fn sync_folder(file: &Path) -> io::Result<()> {
    match file.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

/// SHA-256 and length of a file.
pub fn digest_file(path: &Path) -> Result<(Digest, u64), AppError> {
    let fail = |e| AppError::io(path, e);
    let mut file = File::open(path).map_err(fail)?;
    let mut hash = sha2::Sha256::default();
    let bytes = io::copy(&mut file, &mut HashWriter(&mut hash)).map_err(fail)?;
    Ok((Digest::from_bytes(sha2::Digest::finalize(hash).into()), bytes))
}

struct HashWriter<'a>(&'a mut sha2::Sha256);

impl io::Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        sha2::Digest::update(self.0, bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_dead_process_left_goes_and_what_a_living_one_has_stays() {
        let root = tempfile::tempdir().unwrap();
        let living = DataFolder::open(root.path()).unwrap();
        fs::write(living.temporary("work"), "half").unwrap();
        let dead = root.path().join("tmp/p-dead");
        fs::create_dir(&dead).unwrap();
        fs::write(dead.join("lock"), "1").unwrap();
        fs::write(dead.join("work"), "half").unwrap();
        // Killed while its folder was made, or while it was removed.
        let nameless = root.path().join("tmp/p-nameless");
        fs::create_dir(&nameless).unwrap();
        let _other = DataFolder::open(root.path()).unwrap();
        assert!(!dead.exists());
        assert!(!nameless.exists());
        assert!(living.temporary("work").exists());
    }

    #[test]
    fn a_file_name_cannot_leave_its_folder() {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(root.path()).unwrap();
        assert_eq!(folder.file("../../etc/passwd"), root.path().join("files/passwd"));
        assert_eq!(folder.upload("/etc/passwd"), root.path().join("uploads/passwd"));
    }

    #[test]
    fn a_digest_is_of_all_bytes() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("abc");
        fs::write(&path, "abc").unwrap();
        let (digest, bytes) = digest_file(&path).unwrap();
        assert_eq!((digest, bytes), (Digest::of(b"abc"), 3));
    }

    #[test]
    fn the_district_is_kept() {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(root.path()).unwrap();
        assert_eq!(folder.district().unwrap(), None);
        folder.set_district("330105").unwrap();
        assert_eq!(folder.district().unwrap().as_deref(), Some("330105"));
    }
}
