//! The tree that is checked, and what is found in it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// One place that breaks a house rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    /// Path from the root of the repository.
    pub file: String,
    /// Line, from 1; 0 is the whole file.
    pub line: usize,
    /// What is wrong and what to do.
    pub text: String,
    /// Whether it fails the check, or is only worth a look.
    pub fails: bool,
}

impl Finding {
    /// A finding that fails the check.
    pub fn mend(file: &str, line: usize, text: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, text: text.into(), fails: true }
    }

    /// A finding that is only worth a look.
    pub fn look(file: &str, line: usize, text: impl Into<String>) -> Self {
        Self { fails: false, ..Self::mend(file, line, text) }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let weight = if self.fails { "mend" } else { "look" };
        write!(f, "{weight}: {}:{}: {}", self.file, self.line, self.text)
    }
}

/// The repository on disk.
pub struct Repo {
    /// Its root folder.
    pub root: PathBuf,
    /// Every file git knows or would add, by path from the root, sorted.
    pub files: Vec<String>,
}

impl Repo {
    /// Lists the repository this package was built in.
    pub fn open() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask has a parent")?;
        let list = output(
            Command::new("git")
                .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
                .current_dir(root),
        )?;
        let mut files: Vec<String> =
            list.split('\0').filter(|f| !f.is_empty()).map(str::to_owned).collect();
        files.retain(|f| root.join(f).is_file());
        files.sort();
        ensure!(!files.is_empty(), "git lists no files in {}", root.display());
        Ok(Self { root: root.to_owned(), files })
    }

    /// The bytes of a file.
    pub fn bytes(&self, file: &str) -> Result<Vec<u8>> {
        std::fs::read(self.root.join(file)).with_context(|| format!("cannot read {file}"))
    }

    /// The Rust files below a folder.
    pub fn rust_files<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a str> {
        self.files.iter().map(String::as_str).filter(move |f| f.starts_with(folder) && has(f, "rs"))
    }
}

/// Whether a file name ends in `.extension`.
pub fn has(file: &str, extension: &str) -> bool {
    Path::new(file).extension().is_some_and(|e| e == extension)
}

/// What a command prints; an error when it fails.
pub fn output(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let out = command.output().with_context(|| format!("cannot start {name}"))?;
    ensure!(out.status.success(), "{name} failed: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).with_context(|| format!("{name} printed no UTF-8"))
}
