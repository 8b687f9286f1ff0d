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
//! Every byte is either checksummed or must be zero, so no single damaged byte goes unnoticed. Sections
//! are written as they come, after room for the header and a table of the length promised; both are filled
//! in at the end, so a file that was cut off is no container. A file is written beside its final name,
//! synced and renamed: it is there whole or not at all. A mapped file must not be rewritten in place by
//! anybody; replacing it by rename is safe.

mod write;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use bytemuck::Pod;
use memmap2::Mmap;
use rayon::prelude::*;
use serde::de::DeserializeOwned;
use xxhash_rust::xxh3::xxh3_64;

use crate::column::{Column, Texts};
use crate::mapped;

pub use write::{Appender, Memory, Output, Writer, put_in_place};

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

/// Where one section lies.
#[derive(Clone, Debug)]
struct Entry {
    name: String,
    start: usize,
    len: usize,
    element: usize,
    sum: u64,
    /// Whether the sum was found right, once somebody looked.
    sound: OnceLock<bool>,
}

/// An opened container. A section is held against its checksum before anything of it is given out.
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
        let this = Self::open_at_need(path, kind)?;
        this.entries.par_iter().find_map_first(|e| this.check_sum(e).err()).map_or(Ok(this), Err)
    }

    /// Maps a file and checks its kind, version and lengths; each section's checksum is checked when
    /// the section is first asked for. For files of gigabytes of which little is read.
    pub fn open_at_need(path: &Path, kind: Kind) -> Result<Self, FileError> {
        let fail = |source| FileError::Io { path: path.to_owned(), source };
        let file = File::open(path).map_err(fail)?;
        if file.metadata().map_err(fail)?.len() < HEADER as u64 {
            return Err(Self::not_ours(path, kind));
        }
        Self::of_map(mapped::map(&file).map_err(fail)?, path, kind)
    }

    /// Opens a container that lies in memory; `name` stands for its path in errors.
    pub fn of_bytes(bytes: &[u8], name: &str, kind: Kind) -> Result<Self, FileError> {
        let path = Path::new(name);
        let fail = |source| FileError::Io { path: path.to_owned(), source };
        if bytes.len() < HEADER {
            return Err(Self::not_ours(path, kind));
        }
        Self::of_map(mapped::copied(bytes).map_err(fail)?, path, kind)
    }

    fn of_map(map: Mmap, path: &Path, kind: Kind) -> Result<Self, FileError> {
        let mut this =
            Self { kind, path: path.to_owned(), map: Arc::new(map), entries: Vec::new() };
        this.read_header()?;
        Ok(this)
    }

    fn check_sum(&self, entry: &Entry) -> Result<(), FileError> {
        let sum = || xxh3_64(&self.map[entry.start..entry.start + entry.len]);
        if *entry.sound.get_or_init(|| sum() == entry.sum) {
            return Ok(());
        }
        Err(self.damaged(format!(
            "the checksum of section `{}` at byte {} is wrong",
            entry.name, entry.start
        )))
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
        let entries: Vec<Entry> =
            table.chunks_exact(ENTRY).map(|e| self.read_entry(e)).collect::<Result<_, _>>()?;
        self.check_layout(&entries, HEADER + count * ENTRY)?;
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
            sum: u64_at(entry, 56),
            sound: OnceLock::new(),
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
        self.check_sum(entry)?;
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
mod tests;
