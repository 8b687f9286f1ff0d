//! The `.study` file.

use std::path::Path;

use super::{Block, Study, StudyMeta};
use crate::circles::coverage::{Cells, PLAIN_MEASURES};
use crate::column::Column;
use crate::container::{Container, FileError, Kind, Writer};

/// What a `.study` file is.
pub const KIND: Kind =
    Kind { code: *b"STDY", name: "study file", version: 1, remake: "yike circle" };

/// The bytes of a study's file; the same study gives the same bytes.
pub fn to_bytes(study: &Study) -> Vec<u8> {
    writer(study).to_bytes()
}

/// Writes a study's file: beside its name first, then renamed.
pub fn write(study: &Study, path: &Path) -> Result<(), FileError> {
    writer(study).write(path)
}

fn block_names(i: usize) -> [String; 4] {
    ["facility", "ds", "dm", "within"].map(|column| format!("block.{i}.{column}"))
}

fn writer(study: &Study) -> Writer<'_> {
    let mut w = Writer::new(KIND);
    w.json("meta", &study.meta)
        .texts("home.id", &study.home_id)
        .texts("home.name", &study.home_name)
        .column("home.coord", &study.home_coord)
        .column("home.people", &study.people)
        .column("home.estimated", &study.estimated)
        .column("home.by_age", &study.by_age)
        .column("home.edge_dm", &study.edge_dm)
        .column("home.row", &study.home_row)
        .column("home.standing", &study.standing)
        .column("home.lacks", &study.lacks)
        .column("home.doubts", &study.doubts)
        .texts("facility.id", &study.facility_id)
        .texts("facility.name", &study.facility_name)
        .column("facility.coord", &study.facility_coord)
        .column("facility.of", &study.facility_of)
        .column("cover", &study.cover.value)
        .column("items", &study.items.value)
        .column("tiers", &study.tiers.value);
    for (i, block) in study.blocks.iter().enumerate() {
        let [facility, ds, dm, within] = block_names(i);
        w.column(&facility, &block.facility)
            .column(&ds, &block.ds)
            .column(&dm, &block.dm)
            .column(&within, &block.within);
    }
    w
}

/// Opens a study's file: checks its sums, its version and that its columns fit each other.
pub fn open(path: &Path) -> Result<Study, FileError> {
    let file = Container::open(path, KIND)?;
    let meta: StudyMeta = file.json("meta")?;
    check_meta(&file, &meta)?;
    let home_coord: Column<_> = file.column("home.coord")?;
    let facility_coord: Column<_> = file.column("facility.coord")?;
    let (homes, facilities) = (home_coord.len(), facility_coord.len());
    let (profiles, services) = (meta.profiles.len(), meta.services.len());
    let rows = meta.rows.len();
    let cells = |name: &str, columns: usize| -> Result<Cells, FileError> {
        let measures = PLAIN_MEASURES + meta.ages.len();
        let value = file.column_of(name, product(&[columns, rows, measures, 4]))?;
        Ok(Cells { rows, measures, value })
    };
    let blocks = (0..product(&[profiles, services]))
        .map(|i| block(&file, i, homes, facilities, &meta))
        .collect::<Result<_, _>>()?;
    Ok(Study {
        home_id: file.texts_of("home.id", homes)?,
        home_name: file.texts_of("home.name", homes)?,
        people: file.column_of("home.people", homes)?,
        estimated: file.column_of("home.estimated", homes)?,
        by_age: file.column_of("home.by_age", product(&[homes, meta.ages.len()]))?,
        edge_dm: file.column_of("home.edge_dm", homes)?,
        home_row: file.indices("home.row", product(&[homes, meta.levels.len()]), rows)?,
        standing: file.column_of("home.standing", product(&[homes, profiles]))?,
        lacks: file.column_of("home.lacks", product(&[homes, profiles]))?,
        doubts: file.column_of("home.doubts", product(&[homes, profiles]))?,
        facility_id: file.texts_of("facility.id", facilities)?,
        facility_name: file.texts_of("facility.name", facilities)?,
        facility_of: file.column_of("facility.of", facilities)?,
        cover: cells("cover", product(&[profiles, services, meta.minutes.len()]))?,
        items: cells("items", product(&[profiles, meta.standard.items.len()]))?,
        tiers: cells("tiers", product(&[profiles, meta.standard.tiers.len()]))?,
        home_coord,
        facility_coord,
        blocks,
        meta,
    })
}

/// Saturates: a length no file has is refused by the column that claims it.
fn product(factors: &[usize]) -> usize {
    factors.iter().fold(1, |all, f| all.saturating_mul(*f))
}

fn check_meta(file: &Container, meta: &StudyMeta) -> Result<(), FileError> {
    let fits = !meta.profiles.is_empty()
        && !meta.minutes.is_empty()
        && meta.services.len() <= 128
        && !meta.rows.is_empty()
        && (1..=16).contains(&meta.k)
        && meta.standard.items.len() == meta.items.len()
        && meta.items.iter().all(|i| (i.service as usize) < meta.services.len())
        && meta.ratios.iter().all(|r| {
            (r.ratio as usize) < meta.standard.ratios.len() && (r.row as usize) < meta.rows.len()
        })
        && meta.homes_placed.len() == meta.profiles.len()
        && meta.facilities_placed.len() == meta.profiles.len()
        && meta.near_edge.len() == meta.profiles.len() * meta.minutes.len();
    if fits { Ok(()) } else { Err(file.damaged("its description does not fit together")) }
}

fn block(
    file: &Container,
    i: usize,
    homes: usize,
    facilities: usize,
    meta: &StudyMeta,
) -> Result<Block, FileError> {
    let [facility, ds, dm, within] = block_names(i);
    let nearest = product(&[homes, usize::from(meta.k)]);
    let numbers: Column<u32> = file.column_of(&facility, nearest)?;
    let known = |f: &u32| *f == crate::circles::nearest::NONE || (*f as usize) < facilities;
    if !numbers.iter().all(known) {
        return Err(file.damaged(format!("{facility} names a facility that is not there")));
    }
    let column = |name: &str, len: usize| file.column_of::<u32>(name, len);
    Ok(Block {
        facility: numbers,
        ds: column(&ds, nearest)?,
        dm: column(&dm, nearest)?,
        within: column(&within, product(&[homes, meta.minutes.len()]))?,
    })
}
