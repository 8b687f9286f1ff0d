//! PBF files: where the blobs lie, what the header says, and unpacking a blob.
//!
//! Limits of the format: a blob header is at most 64 KiB, a blob at most 32 MiB, unpacked too.

use libdeflater::Decompressor;

use super::ReadError;
use super::wire::{Value, Wire, WireError};
use crate::units::Bounds;

/// A blob header is never longer.
const MAX_HEADER: usize = 64 << 10;
/// A blob is never longer, packed or unpacked.
pub(crate) const MAX_BLOB: usize = 32 << 20;

/// Where one data blob lies in the file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Blob {
    /// Byte offset of the blob's message.
    pub(crate) start: usize,
    pub(crate) len: usize,
}

/// What a file says about itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Header {
    pub(crate) bounds: Option<Bounds>,
    /// Seconds since 1970.
    pub(crate) replication_seconds: Option<i64>,
}

/// The blobs of a file in order, and its header.
#[derive(Debug)]
pub(crate) struct Index {
    pub(crate) header: Header,
    pub(crate) blobs: Vec<Blob>,
    /// Blobs of unknown type, which readers must skip.
    pub(crate) skipped: u64,
}

fn broken(at: usize, what: impl std::fmt::Display) -> ReadError {
    ReadError::Broken {
        what: format!("the blob at byte {at}: {what}"),
        remedy: "download or copy the file again",
    }
}

/// Walks over the blob headers. Reads no blob but the header.
pub(crate) fn index(file: &[u8]) -> Result<Index, ReadError> {
    let mut index = Index { header: Header::default(), blobs: Vec::new(), skipped: 0 };
    let mut at = 0;
    let mut first = true;
    while at < file.len() {
        let (kind, blob) = blob_header(file, at)?;
        match (kind, first) {
            (b"OSMHeader", true) => {
                let mut buffer = Vec::new();
                unpack(file, blob, &mut Decompressor::new(), &mut buffer)?;
                index.header = read_header(&buffer, at)?;
            }
            (b"OSMData", false) => index.blobs.push(blob),
            (_, true) => return Err(broken(at, "the file does not begin with an OSMHeader")),
            (_, false) => index.skipped += 1,
        }
        first = false;
        at = blob.start + blob.len;
    }
    Ok(index)
}

/// Reads the header of the blob at byte `at`: its type and where its message lies.
fn blob_header(file: &[u8], at: usize) -> Result<(&[u8], Blob), ReadError> {
    let cut = || broken(at, "the file ends in the middle of its header");
    let len = file.get(at..at + 4).ok_or_else(cut)?;
    let len = u32::from_be_bytes(len.try_into().expect("four bytes")) as usize;
    if len > MAX_HEADER {
        return Err(broken(at, format_args!("its header claims {len} bytes, the limit is 65536")));
    }
    let header = file.get(at + 4..at + 4 + len).ok_or_else(cut)?;
    let (mut kind, mut size) = (&[][..], None);
    let mut wire = Wire::new(header);
    while let Some((field, value)) = wire.field().map_err(|e| broken(at, e))? {
        match field {
            1 => kind = value.bytes().map_err(|e| broken(at, e))?,
            3 => size = Some(value.number().map_err(|e| broken(at, e))?),
            _ => {}
        }
    }
    let size = size.ok_or_else(|| broken(at, "its header does not give its size"))?;
    if size > MAX_BLOB as u64 {
        return Err(broken(at, format_args!("it claims {size} bytes, the limit is {MAX_BLOB}")));
    }
    let blob = Blob { start: at + 4 + len, len: size as usize };
    if file.len() - blob.start < blob.len {
        return Err(broken(
            at,
            format_args!(
                "the file ends {} bytes short of its end",
                blob.len - (file.len() - blob.start)
            ),
        ));
    }
    Ok((kind, blob))
}

/// Unpacks a blob into `out`, whose memory is used again.
pub(crate) fn unpack(
    file: &[u8],
    blob: Blob,
    zlib: &mut Decompressor,
    out: &mut Vec<u8>,
) -> Result<(), ReadError> {
    let fail = |e: WireError| broken(blob.start, e);
    let (mut raw, mut packed, mut size) = (None, None, 0);
    let mut wire = Wire::new(&file[blob.start..blob.start + blob.len]);
    while let Some((field, value)) = wire.field().map_err(fail)? {
        match field {
            1 => raw = Some(value.bytes().map_err(fail)?),
            2 => size = value.number().map_err(fail)?,
            3 => packed = Some(value.bytes().map_err(fail)?),
            4..=7 => {
                let name = ["lzma", "bzip2", "lz4", "zstd"][field as usize - 4];
                return Err(ReadError::Unsupported {
                    what: format!("the blob at byte {} is packed with {name}", blob.start),
                    remedy: "rewrite the file with zlib: osmium cat IN -o OUT.osm.pbf",
                });
            }
            _ => {}
        }
    }
    out.clear();
    match (raw, packed) {
        (Some(raw), _) => out.extend_from_slice(raw),
        (None, Some(_)) if size > MAX_BLOB as u64 => {
            let what = format_args!("it unpacks to {size} bytes, the limit is {MAX_BLOB}");
            return Err(broken(blob.start, what));
        }
        (None, Some(packed)) => {
            out.resize(size as usize, 0);
            let got = zlib.zlib_decompress(packed, out).map_err(|e| {
                broken(
                    blob.start,
                    format_args!("its zlib data does not unpack to {size} bytes: {e}"),
                )
            })?;
            if got != out.len() {
                return Err(broken(
                    blob.start,
                    format_args!("it unpacks to {got} of {size} bytes"),
                ));
            }
        }
        (None, None) => return Err(broken(blob.start, "it has no data")),
    }
    Ok(())
}

fn read_header(bytes: &[u8], at: usize) -> Result<Header, ReadError> {
    let mut header = Header::default();
    let mut wire = Wire::new(bytes);
    while let Some((field, value)) = wire.field().map_err(|e| broken(at, e))? {
        match (field, value) {
            (1, Value::Bytes(bytes)) => header.bounds = read_bounds(bytes),
            (4, Value::Bytes(feature)) => check_feature(feature)?,
            (32, Value::Number(seconds)) => header.replication_seconds = Some(seconds as i64),
            _ => {}
        }
    }
    Ok(header)
}

/// Refuses files that need what this reader cannot do.
fn check_feature(feature: &[u8]) -> Result<(), ReadError> {
    match feature {
        b"OsmSchema-V0.6" | b"DenseNodes" | b"LocationsOnWays" => Ok(()),
        b"HistoricalInformation" => Err(ReadError::Unsupported {
            what: "the file holds the history of the map, not one state of it".into(),
            remedy: "cut one state out: osmium time-filter IN DATE -o OUT.osm.pbf",
        }),
        other => Err(ReadError::Unsupported {
            what: format!("the file needs the feature `{}`", other.escape_ascii()),
            remedy: "rewrite it: osmium cat IN -o OUT.osm.pbf",
        }),
    }
}

/// The header's box; nothing where it is broken, as it only helps.
fn read_bounds(bytes: &[u8]) -> Option<Bounds> {
    let mut sides = [0; 4];
    let mut wire = Wire::new(bytes);
    while let Some((field, value)) = wire.field().ok()? {
        if let (1..=4, Value::Number(n)) = (field, value) {
            let nano = (n >> 1) as i64 ^ -((n & 1) as i64);
            sides[field as usize - 1] = i32::try_from(nano / 100).ok()?;
        }
    }
    let [west_e7, east_e7, north_e7, south_e7] = sides;
    let bounds = Bounds { west_e7, south_e7, east_e7, north_e7 };
    (!bounds.is_empty() && south_e7 <= north_e7).then_some(bounds)
}
