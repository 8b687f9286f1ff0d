//! Files of named columns: checksummed, versioned, read by memory map.
//!
//! Both `.streets` and `.study` files are such containers. Layout, all numbers little-endian:
//!
//! | bytes | what |
//! |---|---|
//! | 0..4 | `YIKE` |
//! | 4..8 | kind, such as `STRT` |
//! | 8..12 | format version of that kind |
//! | 12..16 | number of sections |
//! | 16..24 | length of the whole file |
//! | 24..32 | XXH3-64 of the section table |
//! | 32..56 | zero |
//! | 56..64 | XXH3-64 of bytes 0..56 |
//! | 64.. | section table, 64 bytes a section: name (32, zero-padded), offset, length in bytes, element size (u32), zero (u32), XXH3-64 |
//! | then | sections in table order, each at a multiple of 16, gaps zero |
//!
//! Every byte is either checksummed or must be zero, so no single damaged byte goes unnoticed. A file
//! is written beside its final name, synced and renamed: it is there whole or not at all. A mapped file
//! must not be rewritten in place by anybody; replacing it by rename is safe.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytemuck::Pod;
use memmap2::Mmap;
use rayon::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use xxhash_rust::xxh3::xxh3_64;

use crate::column::{Column, Texts};
use crate::mapped;

const _: () = assert!(cfg!(target_endian = "little"), "columns are mapped as they lie in the file");

const MAGIC: &[u8; 4] = b"YIKE";
const HEADER: usize = 64;
const ENTRY: usize = 64;
const NAME: usize = 32;
const ALIGN: usize = 16;
/// Far above what any kind uses; bounds the table of a hostile file.
const MAX_SECTIONS: usize = 4096;

/// A kind of container and the format version this program reads and writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Four letters in the header.
    pub code: [u8; 4],
    /// What people call the file, such as `streets file`.
    pub name: &'static str,
    /// Format version. Raised whenever a section changes; other versions are refused.
    pub version: u32,
    /// The command that makes such a file anew, named in errors.
    pub remake: &'static str,
}

/// Why a file could not be written or opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The operating system refused.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// Some other file.
    #[error("{path} is not a {expected}. Make one with `{remake}`")]
    NotOurs {
        /// The file.
        path: PathBuf,
        /// The kind that was asked for.
        expected: &'static str,
        /// The command to run.
        remake: &'static str,
    },
    /// A file of an older or newer program.
    #[error(
        "{path} is a {kind} of format {found}; this program reads format {expected}. \
         Make it anew with `{remake}`{}",
        if found > expected { ", or use a newer yike" } else { "" }
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// The kind that was asked for.
        kind: &'static str,
        /// Version in the file.
        found: u32,
        /// Version this program reads.
        expected: u32,
        /// The command to run.
        remake: &'static str,
    },
    /// Cut short, overwritten, or made by a faulty program.
    #[error("{path} is damaged: {what}. Copy it again, or make it anew with `{remake}`")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong and where.
        what: String,
        /// The command to run.
        remake: &'static str,
    },
    /// More than a file can hold.
    #[error("{path} cannot be written: {what}")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        what: String,
    },
}

struct Section<'a> {
    name: String,
    element: u32,
    bytes: Cow<'a, [u8]>,
}

/// Collects columns and writes them as one file.
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
        let bytes =
            serde_json::to_vec(value).expect("plain data without maps keyed by non-strings");
        self.push(name, 1, Cow::Owned(bytes))
    }

    fn push(&mut self, name: &str, element: u32, bytes: Cow<'a, [u8]>) -> &mut Self {
        debug_assert!(name.len() <= NAME && self.sections.iter().all(|s| s.name != name), "{name}");
        self.sections.push(Section { name: name.to_owned(), element, bytes });
        self
    }

    /// Writes the file beside `path`, syncs it, and puts it in place in one step.
    pub fn write(&self, path: &Path) -> Result<(), FileError> {
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
        self.write_to(BufWriter::with_capacity(1 << 20, temporary.as_file())).map_err(fail)?;
        temporary.as_file().sync_all().map_err(fail)?;
        temporary.persist(path).map_err(|e| fail(e.error))?;
        // The rename itself must survive a power cut too.
        File::open(folder).and_then(|d| d.sync_all()).map_err(fail)
    }

    /// The whole file as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.write_to(&mut bytes).expect("a vector takes every byte");
        bytes
    }

    fn write_to(&self, mut out: impl Write) -> io::Result<()> {
        let sums: Vec<u64> = self.sections.par_iter().map(|s| xxh3_64(&s.bytes)).collect();
        let mut table = Vec::with_capacity(self.sections.len() * ENTRY);
        let mut at = HEADER + self.sections.len() * ENTRY;
        for (section, sum) in self.sections.iter().zip(sums) {
            let mut entry = [0; ENTRY];
            entry[..section.name.len()].copy_from_slice(section.name.as_bytes());
            entry[32..40].copy_from_slice(&(at as u64).to_le_bytes());
            entry[40..48].copy_from_slice(&(section.bytes.len() as u64).to_le_bytes());
            entry[48..52].copy_from_slice(&section.element.to_le_bytes());
            entry[56..64].copy_from_slice(&sum.to_le_bytes());
            table.extend_from_slice(&entry);
            at = (at + section.bytes.len()).next_multiple_of(ALIGN);
        }
        let mut header = [0; HEADER];
        header[..4].copy_from_slice(MAGIC);
        header[4..8].copy_from_slice(&self.kind.code);
        header[8..12].copy_from_slice(&self.kind.version.to_le_bytes());
        header[12..16].copy_from_slice(&(self.sections.len() as u32).to_le_bytes());
        header[16..24].copy_from_slice(&(at as u64).to_le_bytes());
        header[24..32].copy_from_slice(&xxh3_64(&table).to_le_bytes());
        let sum = xxh3_64(&header[..56]);
        header[56..].copy_from_slice(&sum.to_le_bytes());
        out.write_all(&header)?;
        out.write_all(&table)?;
        for section in &self.sections {
            out.write_all(&section.bytes)?;
            let gap = section.bytes.len().next_multiple_of(ALIGN) - section.bytes.len();
            out.write_all(&[0; ALIGN][..gap])?;
        }
        out.flush()
    }
}

#[cfg(unix)]
fn default_permissions() -> std::fs::Permissions {
    // As any new file: the user's umask takes its share.
    std::os::unix::fs::PermissionsExt::from_mode(0o666)
}

/// Where one section lies.
#[derive(Clone, Debug)]
struct Entry {
    name: String,
    start: usize,
    len: usize,
    element: usize,
}

/// An opened and verified container.
#[derive(Debug)]
pub struct Container {
    kind: Kind,
    path: PathBuf,
    map: Arc<Mmap>,
    entries: Vec<Entry>,
}

impl Container {
    /// Maps a file and checks its kind, version, lengths and every checksum.
    pub fn open(path: &Path, kind: Kind) -> Result<Self, FileError> {
        let fail = |source| FileError::Io { path: path.to_owned(), source };
        let file = File::open(path).map_err(fail)?;
        if file.metadata().map_err(fail)?.len() < HEADER as u64 {
            return Err(Self::not_ours(path, kind));
        }
        let map = mapped::map(&file).map_err(fail)?;
        let mut this =
            Self { kind, path: path.to_owned(), map: Arc::new(map), entries: Vec::new() };
        this.read_header()?;
        Ok(this)
    }

    fn not_ours(path: &Path, kind: Kind) -> FileError {
        FileError::NotOurs { path: path.to_owned(), expected: kind.name, remake: kind.remake }
    }

    /// The error for content that cannot be right although its checksum is.
    pub fn damaged(&self, what: impl Into<String>) -> FileError {
        FileError::Damaged { path: self.path.clone(), what: what.into(), remake: self.kind.remake }
    }

    fn read_header(&mut self) -> Result<(), FileError> {
        let bytes: &[u8] = &self.map;
        if &bytes[..4] != MAGIC || bytes[4..8] != self.kind.code {
            return Err(Self::not_ours(&self.path, self.kind));
        }
        if u64_at(bytes, 56) != xxh3_64(&bytes[..56]) {
            return Err(self.damaged("the checksum of its header is wrong"));
        }
        let found = u32_at(bytes, 8);
        if found != self.kind.version {
            return Err(FileError::Version {
                path: self.path.clone(),
                kind: self.kind.name,
                found,
                expected: self.kind.version,
                remake: self.kind.remake,
            });
        }
        if u64_at(bytes, 16) != bytes.len() as u64 {
            let should = u64_at(bytes, 16);
            return Err(self.damaged(format!("it has {} bytes of {should}", bytes.len())));
        }
        let count = u32_at(bytes, 12) as usize;
        let table = bytes.get(HEADER..HEADER + count.min(MAX_SECTIONS) * ENTRY);
        let Some(table) = table.filter(|_| count <= MAX_SECTIONS) else {
            return Err(self.damaged(format!("it claims {count} sections")));
        };
        if u64_at(bytes, 24) != xxh3_64(table) {
            return Err(self.damaged("the checksum of its section table is wrong"));
        }
        let (entries, sums): (Vec<_>, Vec<_>) = table
            .chunks_exact(ENTRY)
            .map(|entry| (self.read_entry(entry), u64_at(entry, 56)))
            .unzip();
        let entries = entries.into_iter().collect::<Result<Vec<_>, _>>()?;
        self.check_layout(&entries, HEADER + count * ENTRY)?;
        let bad = entries
            .par_iter()
            .zip(sums)
            .find_first(|(e, sum)| xxh3_64(&bytes[e.start..e.start + e.len]) != *sum);
        if let Some((entry, _)) = bad {
            return Err(self.damaged(format!(
                "the checksum of section `{}` at byte {} is wrong",
                entry.name, entry.start
            )));
        }
        self.entries = entries;
        Ok(())
    }

    fn read_entry(&self, entry: &[u8]) -> Result<Entry, FileError> {
        let end = entry[..NAME].iter().position(|b| *b == 0).unwrap_or(NAME);
        let name = std::str::from_utf8(&entry[..end])
            .map_err(|_| self.damaged("a section has no readable name"))?;
        let as_size = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        Ok(Entry {
            name: name.to_owned(),
            start: as_size(u64_at(entry, 32)),
            len: as_size(u64_at(entry, 40)),
            element: u32_at(entry, 48) as usize,
        })
    }

    /// Sections follow each other without overlap, and what lies between is zero.
    fn check_layout(&self, entries: &[Entry], mut at: usize) -> Result<(), FileError> {
        for entry in entries {
            let end = entry.start.checked_add(entry.len).filter(|end| *end <= self.map.len());
            let Some(end) = end.filter(|_| entry.start == at && entry.element > 0) else {
                return Err(
                    self.damaged(format!("section `{}` lies outside its place", entry.name))
                );
            };
            at = end.next_multiple_of(ALIGN);
            if self.map.get(end..at).is_none_or(|gap| gap.iter().any(|b| *b != 0)) {
                return Err(self.damaged(format!("the bytes after section `{}`", entry.name)));
            }
        }
        if at == self.map.len() {
            Ok(())
        } else {
            Err(self.damaged("bytes after the last section"))
        }
    }

    fn entry(&self, name: &str) -> Result<&Entry, FileError> {
        self.entries
            .iter()
            .find(|e| e.name == name)
            .ok_or_else(|| self.damaged(format!("section `{name}` is missing")))
    }

    /// Whether the file has a section of this name.
    pub fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|e| e.name == name)
    }

    /// Names, element sizes and lengths in bytes of all sections, in file order.
    pub fn sections(&self) -> impl Iterator<Item = (&str, usize, usize)> {
        self.entries.iter().map(|e| (e.name.as_str(), e.element, e.len))
    }

    /// Length of the file in bytes.
    pub fn file_len(&self) -> usize {
        self.map.len()
    }

    /// A column, viewed in the map. What its values mean must still be checked by the caller.
    pub fn column<T: Pod>(&self, name: &str) -> Result<Column<T>, FileError> {
        let entry = self.entry(name)?;
        let size = size_of::<T>();
        if entry.element != size || entry.len % size != 0 {
            return Err(self.damaged(format!("section `{name}` does not hold {size}-byte values")));
        }
        Column::mapped(Arc::clone(&self.map), entry.start, entry.len / size)
            .ok_or_else(|| self.damaged(format!("section `{name}` is not aligned")))
    }

    /// A column of a known length.
    pub fn column_of<T: Pod>(&self, name: &str, len: usize) -> Result<Column<T>, FileError> {
        let column = self.column(name)?;
        if column.len() == len {
            return Ok(column);
        }
        Err(self.damaged(format!("section `{name}` has {} values, not {len}", column.len())))
    }

    /// A column of `n + 1` rising offsets into something of length `total`, from 0 to `total`.
    pub fn offsets(&self, name: &str, n: usize, total: usize) -> Result<Column<u32>, FileError> {
        let column: Column<u32> = self.column_of(name, n + 1)?;
        let rising = column.windows(2).all(|w| w[0] <= w[1]);
        if rising && column[0] == 0 && column[n] as usize == total {
            return Ok(column);
        }
        Err(self.damaged(format!("the offsets in section `{name}` do not rise from 0 to {total}")))
    }

    /// A column of `len` indices, each below `bound`.
    pub fn indices(&self, name: &str, len: usize, bound: usize) -> Result<Column<u32>, FileError> {
        let column: Column<u32> = self.column_of(name, len)?;
        match column.iter().position(|i| *i as usize >= bound) {
            None => Ok(column),
            Some(at) => Err(self.damaged(format!(
                "value {at} of section `{name}` is {}, not below {bound}",
                column[at]
            ))),
        }
    }

    /// A list of texts, checked to be whole UTF-8 texts.
    pub fn texts(&self, name: &str) -> Result<Texts, FileError> {
        let ends: Column<u32> = self.column(&format!("{name}.ends"))?;
        let bytes: Column<u8> = self.column(&format!("{name}.bytes"))?;
        let whole = std::str::from_utf8(&bytes)
            .map_err(|_| self.damaged(format!("section `{name}.bytes` is not UTF-8")))?;
        let rising = ends.windows(2).all(|w| w[0] <= w[1]);
        let last = ends.last().map_or(0, |e| *e as usize);
        if !rising
            || last != whole.len()
            || ends.iter().any(|e| !whole.is_char_boundary(*e as usize))
        {
            return Err(self.damaged(format!("the offsets in section `{name}.ends` cut its texts")));
        }
        Ok(Texts { ends, bytes })
    }

    /// A list of exactly `len` texts.
    pub fn texts_of(&self, name: &str, len: usize) -> Result<Texts, FileError> {
        let texts = self.texts(name)?;
        if texts.len() == len {
            return Ok(texts);
        }
        Err(self.damaged(format!("section `{name}` has {} texts, not {len}", texts.len())))
    }

    /// A value kept as JSON.
    pub fn json<T: DeserializeOwned>(&self, name: &str) -> Result<T, FileError> {
        let bytes: Column<u8> = self.column(name)?;
        serde_json::from_slice(&bytes)
            .map_err(|e| self.damaged(format!("section `{name}` cannot be read: {e}")))
    }
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: Kind = Kind { code: *b"TEST", name: "test file", version: 3, remake: "make it" };

    fn sample() -> Vec<u8> {
        let texts = Texts::pack(["", "武林路", "b"]);
        let mut writer = Writer::new(KIND);
        writer.column("numbers", &[1u32, 2, 3]).texts("names", &texts).json("meta", &[7, 8]);
        writer.column("wide", &[1u128 << 100]).column::<u16>("none", &[]);
        writer.to_bytes()
    }

    fn open(bytes: &[u8]) -> Result<Container, FileError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        Container::open(file.path(), KIND)
    }

    #[test]
    fn what_was_written_is_read() {
        let container = open(&sample()).unwrap();
        assert_eq!(&container.column::<u32>("numbers").unwrap()[..], [1, 2, 3]);
        assert_eq!(container.texts_of("names", 3).unwrap().get(1), "武林路");
        assert_eq!(container.json::<Vec<u8>>("meta").unwrap(), [7, 8]);
        assert_eq!(container.column::<u128>("wide").unwrap()[0], 1 << 100);
        assert!(container.column::<u16>("none").unwrap().is_empty());
        assert!(container.column::<u16>("numbers").is_err(), "wrong element size");
        assert!(container.column::<u16>("other").is_err(), "missing section");
        assert!(container.indices("numbers", 3, 3).is_err(), "3 is not below 3");
        assert!(container.offsets("numbers", 2, 3).is_err(), "does not start at 0");
    }

    #[test]
    fn every_changed_byte_and_every_cut_is_refused() {
        let good = sample();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1 << (at % 8);
            assert!(open(&bad).is_err(), "byte {at} changed unnoticed");
        }
        for len in 0..good.len() {
            assert!(open(&good[..len]).is_err(), "cut to {len} bytes unnoticed");
        }
    }

    #[test]
    fn other_versions_are_named() {
        for (version, hint) in [(2, "Make it anew"), (4, "newer yike")] {
            let bytes = Writer::new(Kind { version, ..KIND }).to_bytes();
            let text = open(&bytes).unwrap_err().to_string();
            assert!(text.contains(&format!("format {version}")) && text.contains(hint), "{text}");
        }
        let other = Writer::new(Kind { code: *b"OTHR", ..KIND }).to_bytes();
        assert!(open(&other).unwrap_err().to_string().contains("not a test file"));
    }
}
