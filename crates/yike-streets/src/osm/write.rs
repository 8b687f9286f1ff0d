//! Writing OpenStreetMap PBF: what generated districts and round-trip tests are made of.
//!
//! Not an archive format: objects carry ids, positions, members and tags, but no authors, versions
//! or times. Nodes, ways and relations may be handed over in any mixture as long as each type's ids
//! rise; the file is sorted by type, then id, which the header states. Memory is bounded by one
//! block per type: ways and relations wait in spill files until the nodes are complete. The same
//! calls give the same bytes.
//!
//! Format: <https://wiki.openstreetmap.org/wiki/PBF_Format>.

use std::collections::HashMap;
use std::io::{self, Read, Seek, SeekFrom, Write};

use libdeflater::{CompressionLvl, Compressor};
use tempfile::SpooledTempFile;

use crate::units::{Bounds, Coord};

/// Objects in one block, as osmosis and osmium write them.
const BLOCK_OBJECTS: usize = 8_000;
/// A block is closed early when its members and texts pass this many bytes, far below the format's
/// limit of 32 MiB.
const BLOCK_BYTES: usize = 8 << 20;
/// Hard limit of the format for one uncompressed block.
const MAX_BLOCK_BYTES: usize = 32 << 20;
/// Spills stay in memory up to this size, so that small files touch no disk but their own.
const SPILL_BYTES: usize = 4 << 20;

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The disk or pipe refused.
    #[error("cannot write the OpenStreetMap file: {0}")]
    Io(#[from] io::Error),
    /// Ids of one type must rise, so that the file is sorted.
    #[error("{kind}/{id} comes after {kind}/{before}: hand objects over by rising id")]
    Order {
        /// `node`, `way` or `relation`.
        kind: &'static str,
        /// The id out of order.
        id: i64,
        /// The id before it.
        before: i64,
    },
    /// One object is larger than a block may be.
    #[error(
        "a block of {bytes} bytes passes the format's limit of 32 MiB: split the object {last}"
    )]
    TooLarge {
        /// Size of the block.
        bytes: usize,
        /// The last object in it.
        last: String,
    },
}

/// What the file says about itself.
#[derive(Clone, Debug, Default)]
pub struct Header {
    /// The box that holds all nodes; left out if `None`.
    pub bounds: Option<Bounds>,
    /// How old the data is, in seconds since 1970 UTC; left out if `None`.
    pub replication_seconds: Option<i64>,
    /// Name and version of the program.
    pub writing_program: String,
    /// Where the data comes from, such as a licence line; empty is left out.
    pub source: String,
}

/// Type of a relation's member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum MemberKind {
    Node = 0,
    Way = 1,
    Relation = 2,
}

/// A member of a relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member<'a> {
    /// Type of the object meant.
    pub kind: MemberKind,
    /// Its id.
    pub id: i64,
    /// Role, such as `outer`; may be empty.
    pub role: &'a str,
}

/// Writes one file. Drop it without [`finish`](Self::finish) and the file is incomplete.
pub struct Writer<W: Write> {
    nodes: Blocks<W>,
    ways: Blocks<SpooledTempFile>,
    relations: Blocks<SpooledTempFile>,
}

impl<W: Write> Writer<W> {
    /// Writes the header.
    pub fn new(mut out: W, header: &Header) -> Result<Self, WriteError> {
        let body = header_block(header);
        write_blob(&mut out, &mut compressor(), b"OSMHeader", &body)?;
        Ok(Self {
            nodes: Blocks::new("node", 2, out),
            ways: Blocks::new("way", 3, SpooledTempFile::new(SPILL_BYTES)),
            relations: Blocks::new("relation", 4, SpooledTempFile::new(SPILL_BYTES)),
        })
    }

    /// Adds a node.
    pub fn node(&mut self, id: i64, at: Coord, tags: &[(&str, &str)]) -> Result<(), WriteError> {
        let block = &mut self.nodes;
        let (before, was) = (block.last_id.unwrap_or(0), block.last_at);
        block.begin(id)?;
        let fresh = block.objects == 0;
        let (before, was) = if fresh { (0, Coord::default()) } else { (before, was) };
        signed(&mut block.dense[0], id.wrapping_sub(before));
        signed(&mut block.dense[1], i64::from(at.lat_e7) - i64::from(was.lat_e7));
        signed(&mut block.dense[2], i64::from(at.lon_e7) - i64::from(was.lon_e7));
        for (key, value) in tags {
            let (key, value) = (block.texts.index(key), block.texts.index(value));
            varint(&mut block.dense[3], u64::from(key));
            varint(&mut block.dense[3], u64::from(value));
        }
        block.dense[3].push(0);
        block.last_at = at;
        block.end()
    }

    /// Adds a way through the nodes `refs`.
    pub fn way(&mut self, id: i64, refs: &[i64], tags: &[(&str, &str)]) -> Result<(), WriteError> {
        let block = &mut self.ways;
        block.begin(id)?;
        let mut body = block.tagged(id, tags);
        let deltas = deltas(refs.iter().copied());
        bytes_field(&mut body, 8, &deltas);
        bytes_field(&mut block.objects_body, 3, &body);
        block.end()
    }

    /// Adds a relation.
    pub fn relation(
        &mut self,
        id: i64,
        members: &[Member<'_>],
        tags: &[(&str, &str)],
    ) -> Result<(), WriteError> {
        let block = &mut self.relations;
        block.begin(id)?;
        let mut body = block.tagged(id, tags);
        let (mut roles, mut kinds) = (Vec::new(), Vec::new());
        for member in members {
            varint(&mut roles, u64::from(block.texts.index(member.role)));
            kinds.push(member.kind as u8);
        }
        bytes_field(&mut body, 8, &roles);
        bytes_field(&mut body, 9, &deltas(members.iter().map(|m| m.id)));
        bytes_field(&mut body, 10, &kinds);
        bytes_field(&mut block.objects_body, 4, &body);
        block.end()
    }

    /// Completes the file: nodes, then ways, then relations.
    pub fn finish(mut self) -> Result<W, WriteError> {
        self.nodes.flush()?;
        let mut out = self.nodes.out;
        for mut later in [self.ways, self.relations] {
            later.flush()?;
            later.out.seek(SeekFrom::Start(0))?;
            copy(&mut later.out, &mut out)?;
        }
        out.flush()?;
        Ok(out)
    }
}

/// `io::copy` with a buffer of our own size: spills may be gigabytes.
fn copy(from: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
    let mut buffer = vec![0; 1 << 18];
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok(()),
            n => to.write_all(&buffer[..n])?,
        }
    }
}

/// The texts of one block, numbered by first use; 0 is reserved as the end mark of dense tags.
struct StringTable {
    index: HashMap<String, u32>,
    encoded: Vec<u8>,
}

impl StringTable {
    fn new() -> Self {
        let mut encoded = Vec::new();
        bytes_field(&mut encoded, 1, b"");
        Self { index: HashMap::new(), encoded }
    }

    fn index(&mut self, text: &str) -> u32 {
        if let Some(&i) = self.index.get(text) {
            return i;
        }
        let i = self.index.len() as u32 + 1;
        self.index.insert(text.to_owned(), i);
        bytes_field(&mut self.encoded, 1, text.as_bytes());
        i
    }
}

/// The block of one type being filled, and where full ones go.
struct Blocks<W: Write> {
    kind: &'static str,
    /// Field of the object inside a primitive group: 2 dense, 3 way, 4 relation.
    field: u32,
    out: W,
    compressor: Compressor,
    texts: StringTable,
    objects: usize,
    objects_body: Vec<u8>,
    /// Ids, latitudes, longitudes, tags of dense nodes.
    dense: [Vec<u8>; 4],
    last_id: Option<i64>,
    last_at: Coord,
}

impl<W: Write> Blocks<W> {
    fn new(kind: &'static str, field: u32, out: W) -> Self {
        Self {
            kind,
            field,
            out,
            compressor: compressor(),
            texts: StringTable::new(),
            objects: 0,
            objects_body: Vec::new(),
            dense: Default::default(),
            last_id: None,
            last_at: Coord::default(),
        }
    }

    fn begin(&mut self, id: i64) -> Result<(), WriteError> {
        if let Some(before) = self.last_id.filter(|&before| before >= id) {
            return Err(WriteError::Order { kind: self.kind, id, before });
        }
        self.last_id = Some(id);
        Ok(())
    }

    /// The fields ways and relations share: id, keys, values.
    fn tagged(&mut self, id: i64, tags: &[(&str, &str)]) -> Vec<u8> {
        let (mut body, mut keys, mut values) = (Vec::new(), Vec::new(), Vec::new());
        varint_field(&mut body, 1, id as u64);
        for (key, value) in tags {
            varint(&mut keys, u64::from(self.texts.index(key)));
            varint(&mut values, u64::from(self.texts.index(value)));
        }
        if !keys.is_empty() {
            bytes_field(&mut body, 2, &keys);
            bytes_field(&mut body, 3, &values);
        }
        body
    }

    fn end(&mut self) -> Result<(), WriteError> {
        self.objects += 1;
        let bytes = self.objects_body.len()
            + self.texts.encoded.len()
            + self.dense.iter().map(Vec::len).sum::<usize>();
        if self.objects >= BLOCK_OBJECTS || bytes >= BLOCK_BYTES { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), WriteError> {
        if self.objects == 0 {
            return Ok(());
        }
        let mut group = std::mem::take(&mut self.objects_body);
        if self.field == 2 {
            let mut dense = Vec::new();
            for (field, body) in [1, 8, 9, 10].into_iter().zip(&self.dense) {
                bytes_field(&mut dense, field, body);
            }
            bytes_field(&mut group, 2, &dense);
        }
        let texts = std::mem::replace(&mut self.texts, StringTable::new());
        let mut block = Vec::with_capacity(texts.encoded.len() + group.len() + 16);
        bytes_field(&mut block, 1, &texts.encoded);
        bytes_field(&mut block, 2, &group);
        if block.len() > MAX_BLOCK_BYTES {
            let last = format!("{}/{}", self.kind, self.last_id.unwrap_or_default());
            return Err(WriteError::TooLarge { bytes: block.len(), last });
        }
        write_blob(&mut self.out, &mut self.compressor, b"OSMData", &block)?;
        self.objects = 0;
        self.dense.iter_mut().for_each(Vec::clear);
        Ok(())
    }
}

fn compressor() -> Compressor {
    Compressor::new(CompressionLvl::default())
}

fn header_block(header: &Header) -> Vec<u8> {
    let mut body = Vec::new();
    if let Some(b) = header.bounds {
        let mut bbox = Vec::new();
        for (field, e7) in [(1, b.west_e7), (2, b.east_e7), (3, b.north_e7), (4, b.south_e7)] {
            varint_field(&mut bbox, field, zigzag(i64::from(e7) * 100));
        }
        bytes_field(&mut body, 1, &bbox);
    }
    bytes_field(&mut body, 4, b"OsmSchema-V0.6");
    bytes_field(&mut body, 4, b"DenseNodes");
    bytes_field(&mut body, 5, b"Sort.Type_then_ID");
    bytes_field(&mut body, 16, header.writing_program.as_bytes());
    if !header.source.is_empty() {
        bytes_field(&mut body, 17, header.source.as_bytes());
    }
    if let Some(seconds) = header.replication_seconds {
        varint_field(&mut body, 32, seconds as u64);
    }
    body
}

/// One blob with its header: the file's outermost layer.
fn write_blob(
    out: &mut impl Write,
    compressor: &mut Compressor,
    kind: &[u8],
    raw: &[u8],
) -> Result<(), WriteError> {
    let mut packed = vec![0; compressor.zlib_compress_bound(raw.len())];
    let len = compressor.zlib_compress(raw, &mut packed).map_err(io::Error::other)?;
    let mut blob = Vec::with_capacity(len + 16);
    varint_field(&mut blob, 2, raw.len() as u64);
    bytes_field(&mut blob, 3, &packed[..len]);
    let mut head = Vec::new();
    bytes_field(&mut head, 1, kind);
    varint_field(&mut head, 3, blob.len() as u64);
    out.write_all(&(head.len() as u32).to_be_bytes())?;
    out.write_all(&head)?;
    out.write_all(&blob)?;
    Ok(())
}

fn zigzag(v: i64) -> u64 {
    ((v << 1) ^ (v >> 63)) as u64
}

fn varint(out: &mut Vec<u8>, mut v: u64) {
    while v >= 0x80 {
        out.push(v as u8 | 0x80);
        v >>= 7;
    }
    out.push(v as u8);
}

fn signed(out: &mut Vec<u8>, v: i64) {
    varint(out, zigzag(v));
}

fn deltas(ids: impl Iterator<Item = i64>) -> Vec<u8> {
    let (mut out, mut before) = (Vec::new(), 0_i64);
    for id in ids {
        signed(&mut out, id.wrapping_sub(before));
        before = id;
    }
    out
}

fn varint_field(out: &mut Vec<u8>, field: u32, v: u64) {
    varint(out, u64::from(field << 3));
    varint(out, v);
}

fn bytes_field(out: &mut Vec<u8>, field: u32, body: &[u8]) {
    varint(out, u64::from(field << 3 | 2));
    varint(out, body.len() as u64);
    out.extend_from_slice(body);
}

#[cfg(test)]
#[path = "write_tests.rs"]
mod tests;
