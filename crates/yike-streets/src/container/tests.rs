//! What is written is read; what is damaged is refused.

use std::io::Write as _;

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
fn sections_come_one_by_one_and_only_the_whole_is_a_container() {
    let path = Path::new("memory");
    let begin = |n| Appender::begin(KIND, n, path, Memory::default()).unwrap();
    let mut out = begin(2);
    out.column("numbers", &[1u32, 2, 3]).unwrap();
    out.json("meta", &[7, 8]).unwrap();
    let bytes = out.finish().unwrap().into_inner();
    let mut set = Writer::new(KIND);
    assert_eq!(bytes, set.column("numbers", &[1u32, 2, 3]).json("meta", &[7, 8]).to_bytes());
    assert!(begin(1).finish().is_err(), "a section is missing");
    assert!(Appender::begin(KIND, MAX_SECTIONS + 1, path, Memory::default()).is_err());
}

#[test]
fn a_file_that_fails_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    let failed = put_in_place(&path, |out| {
        let fail = |source| FileError::Io { path: path.clone(), source };
        out.write_all(&[1; 100]).map_err(fail)?;
        Err(fail(io::Error::other("the disk is full")))
    });
    assert!(failed.unwrap_err().to_string().contains("the disk is full"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_section_that_is_not_asked_for_is_not_checked() {
    let mut bytes = sample();
    let last = bytes.iter().rposition(|b| *b != 0).unwrap();
    bytes[last] ^= 1;
    let container = Container::of_bytes(&bytes, "memory", KIND).unwrap();
    assert!(container.column::<u32>("numbers").is_ok());
    let refused = container.column::<u128>("wide").unwrap_err().to_string();
    assert!(refused.contains("section `wide`"), "{refused}");
    assert!(open(&bytes).is_err());
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
