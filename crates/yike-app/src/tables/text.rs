//! CSV in, whatever its encoding and separator, without ever holding more than one row.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use encoding_rs::{CoderResult, Decoder, Encoding, GB18030, UTF_8};

use super::errors::TableError;
use super::{Cell, HeaderFinder, Sink, file_name};

/// Longest row in bytes. A longer one is a quote left open.
const MAX_ROW_BYTES: usize = 1 << 20;
/// Most columns in one row.
const MAX_COLUMNS: usize = 4096;
const CHUNK: usize = 1 << 16;

/// Reads every row of a CSV file into `sink`, the header first.
pub(super) fn read(
    path: &Path,
    declared: Option<&'static Encoding>,
    sink: &mut dyn Sink,
) -> Result<(), TableError> {
    let fail = |source| TableError::Io { path: path.to_owned(), source };
    let encoding = match declared {
        Some(encoding) => encoding,
        None => detect(File::open(path).map_err(fail)?).map_err(fail)?,
    };
    let file = BufReader::new(File::open(path).map_err(fail)?);
    let mut text = Decoded::new(file, encoding);
    let mut first = vec![0; CHUNK];
    let read = fill(&mut text, &mut first).map_err(|e| damaged(path, &e.to_string()))?;
    first.truncate(read);
    let start = skip_sep_line(&first);
    let reader = ReaderBuilder::new().delimiter(delimiter(&first)).build();
    let rest = io::Cursor::new(first[start.bytes..].to_vec()).chain(text);
    rows(path, reader, rest, start.lines, sink)
}

fn damaged(path: &Path, what: &str) -> TableError {
    TableError::Damaged { file: file_name(path), what: what.to_owned() }
}

/// Drives the CSV machine over `input`, one row at a time.
fn rows(
    path: &Path,
    mut reader: Reader,
    mut input: impl Read,
    lines_before: u64,
    sink: &mut dyn Sink,
) -> Result<(), TableError> {
    let mut finder = HeaderFinder::new(sink);
    let mut out = vec![0u8; MAX_ROW_BYTES];
    let mut ends = vec![0usize; MAX_COLUMNS];
    let mut chunk = vec![0u8; CHUNK];
    let (mut have, mut at) = (0, 0);
    let (mut used, mut columns) = (0, 0);
    let mut row = lines_before + 1;
    loop {
        if at == have {
            have = input.read(&mut chunk).map_err(|e| damaged(path, &e.to_string()))?;
            at = 0;
        }
        let (result, taken, wrote, ended) =
            reader.read_record(&chunk[at..have], &mut out[used..], &mut ends[columns..]);
        at += taken;
        used += wrote;
        columns += ended;
        match result {
            ReadRecordResult::InputEmpty => {}
            ReadRecordResult::OutputFull => {
                let what = format!(
                    "row {row} is longer than {MAX_ROW_BYTES} bytes: a quote seems left open"
                );
                return Err(damaged(path, &what));
            }
            ReadRecordResult::OutputEndsFull => {
                return Err(damaged(path, &format!("row {row} has over {MAX_COLUMNS} columns")));
            }
            ReadRecordResult::Record => {
                let text = std::str::from_utf8(&out[..used])
                    .map_err(|_| damaged(path, &format!("row {row} is cut inside a letter")))?;
                emit(text, &ends[..columns], row, &mut finder)?;
                (used, columns) = (0, 0);
                row += 1;
            }
            ReadRecordResult::End => return finder.end(),
        }
    }
}

fn emit(
    text: &str,
    ends: &[usize],
    row: u64,
    finder: &mut HeaderFinder<'_>,
) -> Result<(), TableError> {
    let mut start = 0;
    let mut cells = Vec::with_capacity(ends.len());
    for &end in ends {
        // An end inside a letter cannot be: separators are single bytes of UTF-8.
        cells.push(Cell::Text(text.get(start..end).unwrap_or_default()));
        start = end;
    }
    finder.row(row, &cells)
}

struct Start {
    bytes: usize,
    lines: u64,
}

/// Excel's `sep=;` line says the separator and is no row.
fn skip_sep_line(first: &[u8]) -> Start {
    let line_end = first.iter().position(|b| *b == b'\n');
    match line_end {
        Some(end) if first[..end].to_ascii_lowercase().starts_with(b"sep=") => {
            Start { bytes: end + 1, lines: 1 }
        }
        _ => Start { bytes: 0, lines: 0 },
    }
}

/// The separator: what `sep=` says, else the commonest of `,` `;` and tab outside quotes in the
/// first line.
fn delimiter(first: &[u8]) -> u8 {
    if first.to_ascii_lowercase().starts_with(b"sep=")
        && let Some(&said) = first.get(4)
        && [b',', b';', b'\t', b'|'].contains(&said)
    {
        return said;
    }
    let (mut quoted, mut counts) = (false, [0usize; 3]);
    for &byte in first {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            b',' if !quoted => counts[0] += 1,
            b';' if !quoted => counts[1] += 1,
            b'\t' if !quoted => counts[2] += 1,
            _ => {}
        }
    }
    let most = counts.iter().max().copied().unwrap_or(0);
    [b',', b';', b'\t'][counts.iter().position(|c| *c == most).unwrap_or(0)]
}

/// The encoding of a file: by its mark, UTF-8 if all of it is UTF-8, else GB18030 (which holds GBK
/// and GB 2312). Reads the file once, holding little.
fn detect(mut file: File) -> io::Result<&'static Encoding> {
    let mut chunk = vec![0u8; CHUNK];
    let mut have = fill(&mut file, &mut chunk)?;
    if let Some((encoding, _)) = Encoding::for_bom(&chunk[..have]) {
        return Ok(encoding);
    }
    let mut decoder = UTF_8.new_decoder_without_bom_handling();
    let mut out = vec![0u8; CHUNK * 3 + 16];
    loop {
        let last = have == 0;
        let (result, _, _) =
            decoder.decode_to_utf8_without_replacement(&chunk[..have], &mut out, last);
        if matches!(result, encoding_rs::DecoderResult::Malformed(..)) {
            return Ok(GB18030);
        }
        if last {
            return Ok(UTF_8);
        }
        have = fill(&mut file, &mut chunk)?;
    }
}

/// Reads until the buffer is full or the input ends.
fn fill(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut have = 0;
    while have < buffer.len() {
        match input.read(&mut buffer[have..])? {
            0 => break,
            n => have += n,
        }
    }
    Ok(have)
}

/// A reader that turns another encoding into UTF-8 on the way; marks at the start are dropped.
struct Decoded<R> {
    input: R,
    decoder: Decoder,
    raw: Vec<u8>,
    have: usize,
    at: usize,
    text: Vec<u8>,
    text_at: usize,
    ended: bool,
    bad: bool,
    name: &'static str,
}

impl<R: Read> Decoded<R> {
    fn new(input: R, encoding: &'static Encoding) -> Self {
        Self {
            input,
            decoder: encoding.new_decoder(),
            raw: vec![0; CHUNK],
            have: 0,
            at: 0,
            text: Vec::new(),
            text_at: 0,
            ended: false,
            bad: false,
            name: encoding.name(),
        }
    }

    /// Decodes some more into `text`.
    fn more(&mut self) -> io::Result<()> {
        if self.at == self.have {
            self.have = self.input.read(&mut self.raw)?;
            self.at = 0;
        }
        let last = self.have == 0;
        self.text.resize(CHUNK * 3 + 16, 0);
        let (result, taken, wrote, replaced) =
            self.decoder.decode_to_utf8(&self.raw[self.at..self.have], &mut self.text, last);
        self.at += taken;
        self.text.truncate(wrote);
        self.text_at = 0;
        self.bad |= replaced;
        self.ended = last && result == CoderResult::InputEmpty;
        if self.bad {
            let name = self.name;
            return Err(io::Error::other(format!(
                "not {name} text: save it as UTF-8, or say what it is with --encoding"
            )));
        }
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.text_at == self.text.len() && !self.ended {
            self.more()?;
        }
        let piece = &self.text[self.text_at..];
        let n = piece.len().min(out.len());
        out[..n].copy_from_slice(&piece[..n]);
        self.text_at += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_are_told_from_the_first_line() {
        assert_eq!(delimiter(b"a;b;c,d\n1,2,3"), b';');
        assert_eq!(delimiter(b"\"a;b\",c\n"), b',');
        assert_eq!(delimiter(b"a\tb\n"), b'\t');
        assert_eq!(delimiter(b"sep=|\na,b,c\n"), b'|');
        assert_eq!(skip_sep_line(b"SEP=;\r\na;b\n").bytes, 7);
    }
}
