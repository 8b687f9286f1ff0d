//! OSM XML (API 0.6) into blocks.
//!
//! The whole document is kept, compactly, so its size is bounded: XML is for towns and tests, PBF for
//! cities. Nothing a document says can make memory grow beyond the bounds below: elements have a
//! longest length and deepest nesting, and only XML's five own entities are expanded.

use std::cell::Cell;
use std::collections::HashMap;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

use super::ReadError;
use super::block::{Block, BlockMember, Kinds, NOWHERE, on_globe};
use super::dates;
use super::pbf_block::{MAX_MEMBERS, MAX_REFS};
use super::write::MemberKind;
use crate::units::{Bounds, Coord};

/// Objects in one block, as PBF writers have it.
const BLOCK_OBJECTS: usize = 8_000;
/// About 8 GB of XML; more belongs into a PBF file.
const MAX_OBJECTS: usize = 50_000_000;
/// An element may not be longer, in bytes.
const MAX_ELEMENT: u64 = 1 << 20;
const MAX_DEPTH: usize = 16;
/// Texts of one block may not be longer than a PBF blob.
const MAX_BLOCK_TEXT: usize = super::pbf::MAX_BLOB;

/// All objects of a document.
pub(crate) struct Document {
    pub(crate) blocks: Vec<Block>,
    pub(crate) bounds: Option<Bounds>,
    /// Newest timestamp of an object.
    pub(crate) seconds: Option<i64>,
    /// Objects marked as deleted, which are left out.
    pub(crate) deleted: u64,
}

/// Reads a document to its end.
pub(crate) fn read(input: impl BufRead) -> Result<Document, ReadError> {
    let since = Rc::new(Cell::new(0));
    let mut reader = Reader::from_reader(Bounded { input, since: Rc::clone(&since) });
    let mut parser = Parser::default();
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        since.set(0);
        let event = match reader.read_event_into(&mut buffer) {
            Ok(event) => event,
            Err(quick_xml::Error::Io(e)) => return Err(parser.io_error(&e)),
            Err(e) => return Err(parser.broken(e)),
        };
        let done = parser.event(&event)?;
        parser.line += newlines(&event);
        if done {
            return Ok(parser.document);
        }
    }
}

/// Line breaks inside an event, so that errors can name a line.
fn newlines(event: &Event<'_>) -> u64 {
    let text: &str = match event {
        Event::Start(e) | Event::Empty(e) => e,
        Event::Text(e) | Event::Comment(e) | Event::DocType(e) => e,
        Event::CData(e) => e,
        Event::Decl(e) => e,
        Event::PI(e) => e,
        Event::End(_) | Event::GeneralRef(_) | Event::Eof => return 0,
    };
    text.bytes().filter(|b| *b == b'\n').count() as u64
}

/// Refuses to read on when the parser has found no end of an element for too long.
struct Bounded<R> {
    input: R,
    since: Rc<Cell<u64>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.input.read(buf)
    }
}

impl<R: BufRead> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.since.get() > MAX_ELEMENT {
            return Err(io::Error::other("an element or text is longer than 1 MiB"));
        }
        self.input.fill_buf().map(|b| &b[..b.len().min(1 << 16)])
    }

    fn consume(&mut self, amount: usize) {
        self.since.set(self.since.get() + amount as u64);
        self.input.consume(amount);
    }
}

/// The object whose children are being read.
enum Open {
    Nothing,
    Node(i64, Coord),
    Way(i64),
    Relation(i64),
    /// Marked as deleted, or part of something we do not know: children are passed over.
    Skipped,
}

struct Parser {
    document: Document,
    block: Block,
    strings: HashMap<Box<str>, u32>,
    open: Open,
    tags_from: u32,
    depth: usize,
    line: u64,
    objects: usize,
    seen_root: bool,
}

impl Default for Parser {
    fn default() -> Self {
        Self {
            document: Document { blocks: Vec::new(), bounds: None, seconds: None, deleted: 0 },
            block: Block::default(),
            strings: HashMap::new(),
            open: Open::Nothing,
            tags_from: 0,
            depth: 0,
            line: 1,
            objects: 0,
            seen_root: false,
        }
    }
}

impl Parser {
    fn broken(&self, what: impl std::fmt::Display) -> ReadError {
        ReadError::Broken {
            what: format!("line {}: {what}", self.line),
            remedy: "download the file again, or mend it there",
        }
    }

    fn io_error(&self, error: &io::Error) -> ReadError {
        self.broken(format_args!("cannot be read on: {error}"))
    }

    /// Takes one event; true at the end of the document.
    fn event(&mut self, event: &Event<'_>) -> Result<bool, ReadError> {
        match event {
            Event::Start(e) => {
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    return Err(self.broken("elements are nested too deeply"));
                }
                self.start(e)?;
            }
            Event::Empty(e) => {
                self.start(e)?;
                self.end(e.name().0)?;
            }
            Event::End(e) => {
                self.depth = self.depth.saturating_sub(1);
                self.end(e.name().0)?;
            }
            Event::Eof if self.depth > 0 => {
                return Err(self.broken("the file ends before its last element does"));
            }
            Event::Eof if !self.seen_root => {
                return Err(ReadError::NotOsm {
                    what: "it is XML without an <osm> element".into(),
                });
            }
            Event::Eof => {
                self.flush();
                return Ok(true);
            }
            _ => {}
        }
        Ok(false)
    }

    fn start(&mut self, e: &BytesStart<'_>) -> Result<(), ReadError> {
        match e.name().0 {
            "osm" if !self.seen_root => {
                self.seen_root = true;
                Ok(())
            }
            "osmChange" => Err(ReadError::Unsupported {
                what: "the file is a list of changes, not a map".into(),
                remedy: "apply it to a map first: osmium apply-changes MAP CHANGES -o OUT.osm.pbf",
            }),
            other if !self.seen_root => Err(ReadError::NotOsm {
                what: format!("it is XML whose first element is <{other}>"),
            }),
            "bounds" => self.bounds(e),
            "node" | "way" | "relation" => self.object(e),
            "tag" => self.tag(e),
            "nd" => self.reference(e),
            "member" => self.member(e),
            _ => Ok(()),
        }
    }

    /// The wanted attributes as texts, in the order of `names`.
    fn attributes<const N: usize>(
        &self,
        e: &BytesStart<'_>,
        names: [&str; N],
    ) -> Result<[Option<String>; N], ReadError> {
        let mut values = [const { None }; N];
        for attribute in e.attributes().with_checks(false) {
            let attribute = attribute.map_err(|e| self.broken(e))?;
            if let Some(i) = names.iter().position(|n| *n == attribute.key.0) {
                let value = attribute.normalized_value(XmlVersion::Implicit1_0);
                values[i] = Some(value.map_err(|e| self.broken(e))?.into_owned());
            }
        }
        Ok(values)
    }

    fn required(&self, value: Option<&str>, of: &str, name: &str) -> Result<i64, ReadError> {
        value
            .and_then(|v| v.trim().parse().ok())
            .ok_or_else(|| self.broken(format_args!("<{of}> has no whole number as its `{name}`")))
    }

    fn bounds(&mut self, e: &BytesStart<'_>) -> Result<(), ReadError> {
        let sides = self.attributes(e, ["minlon", "minlat", "maxlon", "maxlat"])?;
        let [Some(w), Some(s), Some(e), Some(n)] = sides.map(|v| v.and_then(|v| degrees(&v)))
        else {
            return Ok(());
        };
        let (low, high) = (on_globe(w, s), on_globe(e, n));
        if low != NOWHERE && high != NOWHERE && w <= e && s <= n {
            let mut bounds = self.document.bounds.unwrap_or(Bounds::EMPTY);
            bounds.add(low);
            bounds.add(high);
            self.document.bounds = Some(bounds);
        }
        Ok(())
    }

    fn object(&mut self, e: &BytesStart<'_>) -> Result<(), ReadError> {
        if !matches!(self.open, Open::Nothing) {
            return Err(self.broken("an object lies inside another one"));
        }
        self.objects += 1;
        if self.objects > MAX_OBJECTS {
            return Err(ReadError::TooLarge {
                what: format!("the XML file has more than {MAX_OBJECTS} objects"),
                remedy: "convert it: osmium cat IN -o OUT.osm.pbf",
            });
        }
        let name = e.name();
        let [id, lat, lon, time, visible, action] =
            self.attributes(e, ["id", "lat", "lon", "timestamp", "visible", "action"])?;
        let id = self.required(id.as_deref(), name.0, "id")?;
        if visible.as_deref() == Some("false") || action.as_deref() == Some("delete") {
            self.document.deleted += 1;
            self.open = Open::Skipped;
            return Ok(());
        }
        if let Some(seconds) = time.as_deref().and_then(dates::seconds) {
            self.document.seconds = self.document.seconds.max(Some(seconds));
        }
        self.tags_from = self.block.tags.len() as u32;
        self.open = match name.0 {
            "node" => {
                let part = |v: Option<String>| v.and_then(|v| degrees(&v));
                let (Some(lat), Some(lon)) = (part(lat), part(lon)) else {
                    return Err(self.broken(format_args!("node {id} has no readable lat and lon")));
                };
                Open::Node(id, on_globe(lon, lat))
            }
            "way" => Open::Way(id),
            _ => Open::Relation(id),
        };
        Ok(())
    }

    fn tag(&mut self, e: &BytesStart<'_>) -> Result<(), ReadError> {
        if matches!(self.open, Open::Nothing | Open::Skipped) {
            return Ok(());
        }
        let [Some(key), Some(value)] = self.attributes(e, ["k", "v"])? else {
            return Err(self.broken("<tag> has no `k` or no `v`"));
        };
        let pair = (self.string(&key), self.string(&value));
        self.block.tags.push(pair);
        Ok(())
    }

    fn string(&mut self, text: &str) -> u32 {
        if let Some(number) = self.strings.get(text) {
            return *number;
        }
        let number = self.block.strings.len() as u32;
        let start = self.block.bytes.len() as u32;
        self.block.bytes.extend_from_slice(text.as_bytes());
        self.block.strings.push((start, self.block.bytes.len() as u32));
        self.strings.insert(text.into(), number);
        number
    }

    fn reference(&mut self, e: &BytesStart<'_>) -> Result<(), ReadError> {
        let Open::Way(id) = self.open else { return Ok(()) };
        let [node] = self.attributes(e, ["ref"])?;
        let node = self.required(node.as_deref(), "nd", "ref")?;
        self.block.refs.push(node);
        let start = self.block.way_ref_ends.last().map_or(0, |e| *e as usize);
        if self.block.refs.len() - start > MAX_REFS {
            return Err(self.broken(format_args!("way {id} has more than {MAX_REFS} nodes")));
        }
        Ok(())
    }

    fn member(&mut self, e: &BytesStart<'_>) -> Result<(), ReadError> {
        let Open::Relation(relation) = self.open else { return Ok(()) };
        let [kind, id, role] = self.attributes(e, ["type", "ref", "role"])?;
        let id = self.required(id.as_deref(), "member", "ref")?;
        let kind = match kind.as_deref() {
            Some("node") => MemberKind::Node,
            Some("way") => MemberKind::Way,
            Some("relation") => MemberKind::Relation,
            _ => return Err(self.broken("<member> has no known `type`")),
        };
        let role = self.string(role.as_deref().unwrap_or_default());
        self.block.members.push(BlockMember { kind, id, role });
        let start = self.block.relation_member_ends.last().map_or(0, |e| *e as usize);
        if self.block.members.len() - start > MAX_MEMBERS {
            return Err(self.broken(format_args!("relation {relation} has too many members")));
        }
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<(), ReadError> {
        if !matches!(name, "node" | "way" | "relation") {
            return Ok(());
        }
        let tags = (self.tags_from, self.block.tags.len() as u32);
        let block = &mut self.block;
        match std::mem::replace(&mut self.open, Open::Nothing) {
            Open::Node(id, coord) => {
                block.present.add(Kinds::NODES);
                block.node_id.push(id);
                block.node_coord.push(coord);
                block.node_tags.push(tags);
            }
            Open::Way(id) => {
                block.present.add(Kinds::WAYS);
                block.way_id.push(id);
                block.way_tags.push(tags);
                block.way_ref_ends.push(block.refs.len() as u32);
            }
            Open::Relation(id) => {
                block.present.add(Kinds::RELATIONS);
                block.relation_id.push(id);
                block.relation_tags.push(tags);
                block.relation_member_ends.push(block.members.len() as u32);
            }
            Open::Nothing | Open::Skipped => return Ok(()),
        }
        if block.bytes.len() > MAX_BLOCK_TEXT {
            return Err(self.broken("the texts of 8,000 objects pass 32 MiB"));
        }
        if block.objects() >= BLOCK_OBJECTS {
            self.flush();
        }
        Ok(())
    }

    fn flush(&mut self) {
        if self.block.objects() > 0 {
            self.document.blocks.push(std::mem::take(&mut self.block));
            self.strings.clear();
        }
    }
}

/// Decimal degrees in units of 1e-7, exactly: rounding a binary fraction would move points.
fn degrees(text: &str) -> Option<i64> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if !plain(whole) || !plain(fraction) || (whole.is_empty() && fraction.is_empty()) {
        // `1e-05` and the like: rare, and small enough for floating point.
        let value: f64 = text.parse().ok()?;
        return value.is_finite().then(|| (value * 1e7).round() as i64);
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let mut value = whole.checked_mul(10_000_000)?;
    let mut unit = 1_000_000;
    for digit in fraction.bytes().take(7) {
        value = value.checked_add(i64::from(digit - b'0') * unit)?;
        unit /= 10;
    }
    if fraction.as_bytes().get(7).is_some_and(|d| *d >= b'5') {
        value = value.checked_add(1)?;
    }
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::degrees;

    #[test]
    fn degrees_are_exact() {
        for (text, e7) in [
            ("30.1234567", 301_234_567),
            ("-0.0000001", -1),
            ("120", 1_200_000_000),
            (".5", 5_000_000),
            ("1.00000005", 10_000_001),
            ("5e-06", 50),
        ] {
            assert_eq!(degrees(text), Some(e7), "{text}");
        }
        for text in ["", "-", ".", "north", "1.2.3", "NaN", "99999999999999999999"] {
            assert_eq!(degrees(text), None, "{text}");
        }
    }
}
