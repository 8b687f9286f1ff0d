//! Opening a file of any kind as a row of blocks.

use std::fs::File;
use std::io::{BufReader, Cursor, Read};
use std::ops::Range;
use std::path::Path;

use libdeflater::Decompressor;
use memmap2::Mmap;
use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::ReadError;
use super::block::Block;
use super::pbf::{self, Blob};
use super::pbf_block::{self, Want};
use super::xml;
use crate::units::Bounds;

/// A file opened for reading, once for each kind of object.
pub(crate) struct Source {
    /// XXH3-64 of the file's bytes.
    pub(crate) digest: u64,
    /// The box the file claims to cover.
    pub(crate) bounds: Option<Bounds>,
    /// Replication time in seconds since 1970.
    pub(crate) seconds: Option<i64>,
    /// Parts that were passed over.
    pub(crate) skipped_blobs: u64,
    /// Deleted objects passed over.
    pub(crate) deleted: u64,
    content: Content,
}

enum Content {
    /// Decoded anew for each pass: memory stays small.
    Pbf { file: FileBytes, blobs: Vec<Blob> },
    /// XML is decoded once, into memory.
    Blocks(Vec<Block>),
}

/// A mapped file, or bytes in memory.
pub(crate) enum FileBytes {
    Mapped(Mmap),
    Memory(Vec<u8>),
}

impl std::ops::Deref for FileBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Memory(bytes) => bytes,
        }
    }
}

/// What one worker needs to decode blocks, used again and again.
struct Scratch {
    zlib: Decompressor,
    block: Block,
}

impl Source {
    /// Maps a file and finds out what it is.
    pub(crate) fn open(path: &Path) -> Result<Self, ReadError> {
        let fail = |source| ReadError::Io { source };
        let file = File::open(path).map_err(fail)?;
        let meta = file.metadata().map_err(fail)?;
        if meta.is_dir() {
            return Err(ReadError::NotOsm { what: "it is a folder".into() });
        }
        if meta.len() == 0 {
            return Err(ReadError::NotOsm { what: "it is empty".into() });
        }
        let map = crate::mapped::map(&file).map_err(fail)?;
        Self::from_bytes(FileBytes::Mapped(map))
    }

    /// Reads a file that is already in memory or mapped.
    pub(crate) fn from_bytes(file: FileBytes) -> Result<Self, ReadError> {
        let digest = xxh3_64(&file);
        let from_xml = |read: Result<xml::Document, ReadError>| {
            let xml::Document { blocks, bounds, seconds, deleted } = read?;
            let content = Content::Blocks(blocks);
            Ok(Self { digest, bounds, seconds, skipped_blobs: 0, deleted, content })
        };
        match Format::of(&file)? {
            Format::Pbf => {
                let pbf::Index { header, blobs, skipped } = pbf::index(&file)?;
                Ok(Self {
                    digest,
                    bounds: header.bounds,
                    seconds: header.replication_seconds,
                    skipped_blobs: skipped,
                    deleted: 0,
                    content: Content::Pbf { file, blobs },
                })
            }
            Format::Xml => from_xml(xml::read(&file[..])),
            Format::Gzip => {
                let unpacked = flate2::read::MultiGzDecoder::new(Cursor::new(&file[..]));
                from_xml(packed_xml(unpacked))
            }
            Format::Bzip2 => {
                let unpacked = bzip2::read::MultiBzDecoder::new(Cursor::new(&file[..]));
                from_xml(packed_xml(unpacked))
            }
        }
    }

    /// Number of blocks.
    pub(crate) fn blocks(&self) -> usize {
        match &self.content {
            Content::Pbf { blobs, .. } => blobs.len(),
            Content::Blocks(blocks) => blocks.len(),
        }
    }

    /// Hands some blocks to `work`, in parallel, and returns its answers in the blocks' order.
    pub(crate) fn map_blocks<T: Send>(
        &self,
        range: Range<usize>,
        want: Want,
        work: impl Fn(&Block) -> T + Sync,
    ) -> Result<Vec<T>, ReadError> {
        match &self.content {
            Content::Blocks(blocks) => Ok(blocks[range].par_iter().map(&work).collect()),
            Content::Pbf { file, blobs } => {
                // Of several errors the first in the file is told, whatever thread met one first.
                let results: Vec<Result<T, ReadError>> = blobs[range.clone()]
                    .par_iter()
                    .zip(range)
                    .map_init(
                        || Scratch { zlib: Decompressor::new(), block: Block::default() },
                        |scratch, (blob, number)| {
                            let block = scratch.decode(file, *blob, number, want)?;
                            Ok(work(block))
                        },
                    )
                    .collect();
                results.into_iter().collect()
            }
        }
    }
}

impl Scratch {
    fn decode(
        &mut self,
        file: &[u8],
        blob: Blob,
        number: usize,
        want: Want,
    ) -> Result<&Block, ReadError> {
        pbf::unpack(file, blob, &mut self.zlib, &mut self.block.bytes)?;
        pbf_block::decode(&mut self.block, want).map_err(|e| ReadError::Broken {
            what: format!("data block {number} at byte {}: {e}", blob.start),
            remedy: "download or copy the file again",
        })?;
        Ok(&self.block)
    }
}

/// Decides by content what an unpacked stream is, and reads it if it is XML.
fn packed_xml(mut unpacked: impl Read) -> Result<xml::Document, ReadError> {
    let mut head = Vec::new();
    Read::by_ref(&mut unpacked)
        .take(64)
        .read_to_end(&mut head)
        .map_err(|source| ReadError::Unpack { source })?;
    match Format::of(&head) {
        Ok(Format::Xml) => xml::read(BufReader::with_capacity(1 << 16, head.chain(unpacked))),
        Ok(Format::Pbf) => Err(ReadError::Unsupported {
            what: "the file is a packed PBF file".into(),
            remedy: "unpack it first with gunzip or bunzip2: PBF is already packed inside",
        }),
        Ok(Format::Gzip | Format::Bzip2) => Err(ReadError::Unsupported {
            what: "the file is packed twice".into(),
            remedy: "unpack it once with gunzip or bunzip2",
        }),
        Err(e) => Err(e),
    }
}

enum Format {
    Pbf,
    Xml,
    Gzip,
    Bzip2,
}

impl Format {
    /// Tells a file's kind by its first bytes, whatever its name.
    fn of(bytes: &[u8]) -> Result<Self, ReadError> {
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
        if bytes.get(4..15) == Some(b"\x0a\x09OSMHeader") {
            return Ok(Self::Pbf);
        }
        let other = match bytes {
            [0x1f, 0x8b, ..] => return Ok(Self::Gzip),
            [b'B', b'Z', b'h', ..] => return Ok(Self::Bzip2),
            _ if text.starts_with(b"<") => return Ok(Self::Xml),
            [] => "it is empty",
            [b'P', b'K', 3, 4, ..] => "it is a zip archive: unpack it first",
            [0x28, 0xb5, 0x2f, 0xfd, ..] => "it is packed with zstd: unpack it first",
            [0xfd, b'7', b'z', ..] => "it is packed with xz: unpack it first",
            [0xff, 0xe0, ..] | [0xff, _, b'o', b'5', ..] => {
                "it looks like o5m: convert it with osmconvert or osmium"
            }
            [b'Y', b'I', b'K', b'E', ..] => "it is a file Yike built, not a source",
            _ if text.starts_with(b"{") => "it looks like JSON",
            _ => "it begins like none of them",
        };
        Err(ReadError::NotOsm { what: other.into() })
    }
}
