//! Writing containers: section by section, or as a set of columns that are there already.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufWriter, Cursor, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use bytemuck::Pod;
use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

use super::{ALIGN, ENTRY, FileError, HEADER, Kind, MAGIC, MAX_SECTIONS, NAME};
use crate::column::Texts;

/// What a container can be written to.
pub trait Output: Write + Seek {}

impl<W: Write + Seek> Output for W {}

/// A container that is written in memory.
pub type Memory = Cursor<Vec<u8>>;

/// Writes a container section by section, keeping none of them.
pub struct Appender<W> {
    kind: Kind,
    /// Named in errors.
    path: PathBuf,
    out: W,
    sections: usize,
    table: Vec<u8>,
    at: u64,
}

impl<W: Output> Appender<W> {
    /// Begins a container at the start of `out`. So many sections must follow, at most 4,096; the table
    /// stands before them and gets its room now. Errors name `path`.
    pub fn begin(kind: Kind, sections: usize, path: &Path, out: W) -> Result<Self, FileError> {
        let table = Vec::with_capacity(sections.min(MAX_SECTIONS) * ENTRY);
        let mut this = Self { kind, path: path.to_owned(), out, sections, table, at: 0 };
        if sections > MAX_SECTIONS {
            return Err(this.too_large(format!("{sections} sections are more than {MAX_SECTIONS}")));
        }
        let room = vec![0; HEADER + sections * ENTRY];
        this.out.write_all(&room).map_err(this.fail())?;
        this.at = room.len() as u64;
        Ok(this)
    }

    fn fail(&self) -> impl Fn(io::Error) -> FileError + use<W> {
        let path = self.path.clone();
        move |source| FileError::Io { path: path.clone(), source }
    }

    fn too_large(&self, what: String) -> FileError {
        FileError::TooLarge { path: self.path.clone(), what }
    }

    /// Writes a column. Names are at most 32 bytes and given once.
    pub fn column<T: Pod>(&mut self, name: &str, values: &[T]) -> Result<(), FileError> {
        self.section(name, size_of::<T>() as u32, bytemuck::cast_slice(values))
    }

    /// Writes a list of texts, as the two columns `NAME.ends` and `NAME.bytes`.
    pub fn texts(&mut self, name: &str, texts: &Texts) -> Result<(), FileError> {
        self.column(&format!("{name}.ends"), &texts.ends)?;
        self.column(&format!("{name}.bytes"), &texts.bytes)
    }

    /// Writes a small value as JSON.
    pub fn json<T: Serialize>(&mut self, name: &str, value: &T) -> Result<(), FileError> {
        self.section(name, 1, &json(value))
    }

    fn section(&mut self, name: &str, element: u32, bytes: &[u8]) -> Result<(), FileError> {
        debug_assert!(name.len() <= NAME, "{name}");
        let mut entry = [0; ENTRY];
        entry[..name.len()].copy_from_slice(name.as_bytes());
        entry[32..40].copy_from_slice(&self.at.to_le_bytes());
        entry[40..48].copy_from_slice(&(bytes.len() as u64).to_le_bytes());
        entry[48..52].copy_from_slice(&element.to_le_bytes());
        entry[56..64].copy_from_slice(&xxh3_64(bytes).to_le_bytes());
        self.table.extend_from_slice(&entry);
        let gap = bytes.len().next_multiple_of(ALIGN) - bytes.len();
        let written = self.out.write_all(bytes);
        written.and_then(|()| self.out.write_all(&[0; ALIGN][..gap])).map_err(self.fail())?;
        self.at += (bytes.len() + gap) as u64;
        Ok(())
    }

    /// Fills in header and table. Only now is it a container.
    pub fn finish(mut self) -> Result<W, FileError> {
        let written = self.table.len() / ENTRY;
        if written != self.sections {
            let text = format!("{written} sections were written, {} promised", self.sections);
            return Err(self.too_large(text));
        }
        let mut header = [0; HEADER];
        header[..4].copy_from_slice(MAGIC);
        header[4..8].copy_from_slice(&self.kind.code);
        header[8..12].copy_from_slice(&self.kind.version.to_le_bytes());
        header[12..16].copy_from_slice(&(self.sections as u32).to_le_bytes());
        header[16..24].copy_from_slice(&self.at.to_le_bytes());
        header[24..32].copy_from_slice(&xxh3_64(&self.table).to_le_bytes());
        let sum = xxh3_64(&header[..56]);
        header[56..].copy_from_slice(&sum.to_le_bytes());
        let out = &mut self.out;
        let mut fill = || {
            out.seek(SeekFrom::Start(0))?;
            out.write_all(&header)?;
            out.write_all(&self.table)?;
            out.flush()
        };
        let filled = fill();
        filled.map_err(self.fail()).map(|()| self.out)
    }
}

fn json<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("plain data without maps keyed by non-strings")
}

/// Lets `fill` write a file beside `path`, syncs it, and puts it in place in one step. Where `fill` fails,
/// nothing is left.
pub fn put_in_place<E: From<FileError>>(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<&File>) -> Result<(), E>,
) -> Result<(), E> {
    let fail = |source| FileError::Io { path: path.to_owned(), source };
    let folder = match path.parent() {
        Some(p) if !p.as_os_str().is_empty() => p,
        _ => Path::new("."),
    };
    let temporary = tempfile::Builder::new()
        .prefix(".yike-")
        .permissions(default_permissions())
        .tempfile_in(folder)
        .map_err(fail)?;
    let mut out = BufWriter::with_capacity(1 << 20, temporary.as_file());
    fill(&mut out)?;
    out.flush().map_err(fail)?;
    drop(out);
    temporary.as_file().sync_all().map_err(fail)?;
    temporary.persist(path).map_err(|e| fail(e.error))?;
    // The rename itself must survive a power cut too.
    File::open(folder).and_then(|d| d.sync_all()).map_err(fail)?;
    Ok(())
}

#[cfg(unix)]
fn default_permissions() -> std::fs::Permissions {
    // As any new file: the user's umask takes its share.
    std::os::unix::fs::PermissionsExt::from_mode(0o666)
}

struct Section<'a> {
    name: String,
    element: u32,
    bytes: Cow<'a, [u8]>,
}

/// Collects columns that are in memory anyway, and writes them as one file.
pub struct Writer<'a> {
    kind: Kind,
    sections: Vec<Section<'a>>,
}

impl<'a> Writer<'a> {
    /// An empty container.
    pub fn new(kind: Kind) -> Self {
        Self { kind, sections: Vec::new() }
    }

    /// Adds a column. Names are at most 32 bytes and given once.
    pub fn column<T: Pod>(&mut self, name: &str, values: &'a [T]) -> &mut Self {
        self.push(name, size_of::<T>() as u32, Cow::Borrowed(bytemuck::cast_slice(values)))
    }

    /// Adds a list of texts, as the two columns `NAME.ends` and `NAME.bytes`.
    pub fn texts(&mut self, name: &str, texts: &'a Texts) -> &mut Self {
        self.column(&format!("{name}.ends"), &texts.ends);
        self.column(&format!("{name}.bytes"), &texts.bytes)
    }

    /// Adds a small value as JSON.
    pub fn json<T: Serialize>(&mut self, name: &str, value: &T) -> &mut Self {
        self.push(name, 1, Cow::Owned(json(value)))
    }

    fn push(&mut self, name: &str, element: u32, bytes: Cow<'a, [u8]>) -> &mut Self {
        debug_assert!(self.sections.iter().all(|s| s.name != name), "{name}");
        self.sections.push(Section { name: name.to_owned(), element, bytes });
        self
    }

    /// Writes the file beside `path`, syncs it, and puts it in place in one step.
    pub fn write(&self, path: &Path) -> Result<(), FileError> {
        put_in_place(path, |out| self.write_to(path, out).map(drop))
    }

    /// The whole file as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let written = self.write_to(Path::new("memory"), Memory::default());
        written.expect("a vector takes every byte").into_inner()
    }

    fn write_to<W: Output>(&self, path: &Path, out: W) -> Result<W, FileError> {
        let mut appender = Appender::begin(self.kind, self.sections.len(), path, out)?;
        for section in &self.sections {
            appender.section(&section.name, section.element, &section.bytes)?;
        }
        appender.finish()
    }
}
