//! The `.study` file: written as the study is made, read where it is looked at.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use super::narrow::Ranks;
use super::{Block, Part, Study, StudyMeta, Walker};
use crate::circles::coverage::{Cells, PLAIN_MEASURES};
use crate::column::Column;
use crate::container::{Appender, Container, FileError, Kind, Output};
use crate::facilities::Facilities;
use crate::homes::Homes;

/// What a `.study` file is.
pub const KIND: Kind =
    Kind { code: *b"STDY", name: "study file", version: 2, remake: "yike circle" };

/// Stands for the path of a study that has none.
pub(super) const IN_MEMORY: &str = "the study in memory";

/// Columns of a block, of a profile, and of the whole; texts count twice.
const BLOCK_SECTIONS: usize = 4;
const WALKER_SECTIONS: usize = 6;
const WHOLE_SECTIONS: usize = 1 + 4 + 6 + 4 + 2;

/// Names of the columns of a block.
pub(super) fn block_names(p: usize, s: usize) -> [String; BLOCK_SECTIONS] {
    ["facility", "ds", "m", "within"].map(|column| format!("p{p}.s{s}.{column}"))
}

fn walker_names(p: usize) -> [String; WALKER_SECTIONS] {
    ["standing", "lacks", "doubts", "cover", "items", "tiers"]
        .map(|column| format!("p{p}.{column}"))
}

/// One profile's columns while they grow.
pub(super) struct WalkerColumns<'a> {
    standing: &'a [u8],
    pub lacks: Vec<u128>,
    pub doubts: Vec<u128>,
    pub cover: Vec<u32>,
    pub items: Vec<u32>,
    pub tiers: Vec<u32>,
}

impl<'a> WalkerColumns<'a> {
    pub fn new(standing: &'a [u8]) -> Self {
        let none = vec![0; standing.len()];
        let (cover, items, tiers) = (Vec::new(), Vec::new(), Vec::new());
        Self { standing, lacks: none.clone(), doubts: none, cover, items, tiers }
    }

    /// Notes where every home stands towards item `i`.
    pub fn note(&mut self, i: usize, parts: &[Part]) {
        for (home, part) in parts.iter().enumerate() {
            self.lacks[home] |= u128::from(*part == Part::Lacking) << i;
            self.doubts[home] |= u128::from(*part == Part::Edge) << i;
        }
    }
}

/// What is known of the whole once all profiles are done.
pub(super) struct Whole<'a> {
    pub meta: &'a StudyMeta,
    pub homes: &'a Homes,
    pub edge_dm: &'a [u32],
    pub home_row: &'a [u32],
    /// With one bit for each service.
    pub facilities: &'a Facilities,
}

/// Writes a study as it is made.
pub(super) struct Write<W>(Appender<W>);

impl<W: Output> Write<W> {
    pub fn begin(path: &Path, out: W, profiles: usize, services: usize) -> Result<Self, FileError> {
        let sections = profiles * (services * BLOCK_SECTIONS + WALKER_SECTIONS) + WHOLE_SECTIONS;
        Ok(Self(Appender::begin(KIND, sections, path, out)?))
    }

    pub fn block(&mut self, p: usize, s: usize, block: &Block) -> Result<(), FileError> {
        let [facility, ds, m, within] = block_names(p, s);
        match &block.rank {
            Ranks::Narrow(ranks) => self.0.column(&facility, ranks)?,
            Ranks::Wide(ranks) => self.0.column(&facility, ranks)?,
        }
        self.0.column(&ds, &block.ds)?;
        self.0.column(&m, &block.m)?;
        self.0.column(&within, &block.within)
    }

    pub fn walker(&mut self, p: usize, found: &WalkerColumns<'_>) -> Result<(), FileError> {
        let [standing, lacks, doubts, cover, items, tiers] = walker_names(p);
        self.0.column(&standing, found.standing)?;
        self.0.column(&lacks, &found.lacks)?;
        self.0.column(&doubts, &found.doubts)?;
        self.0.column(&cover, &found.cover)?;
        self.0.column(&items, &found.items)?;
        self.0.column(&tiers, &found.tiers)
    }

    pub fn finish(mut self, whole: &Whole<'_>) -> Result<W, FileError> {
        let (homes, facilities) = (whole.homes, whole.facilities);
        self.0.json("meta", whole.meta)?;
        self.0.texts("home.id", &homes.id)?;
        self.0.texts("home.name", &homes.name)?;
        self.0.column("home.coord", &homes.coord)?;
        self.0.column("home.people", &homes.people)?;
        self.0.column("home.estimated", &homes.estimated)?;
        self.0.column("home.by_age", &homes.by_age)?;
        self.0.column("home.edge_dm", whole.edge_dm)?;
        self.0.column("home.row", whole.home_row)?;
        self.0.texts("facility.id", &facilities.id)?;
        self.0.texts("facility.name", &facilities.name)?;
        self.0.column("facility.coord", &facilities.coord)?;
        self.0.column("facility.of", &facilities.of)?;
        self.0.finish()
    }
}

/// Opens a study's file: checks its version and that its columns fit each other. What homes reach of a
/// service is read, and held against its checksums, when it is first looked at.
pub fn open(path: &Path) -> Result<Study, FileError> {
    of_container(Container::open_at_need(path, KIND)?)
}

/// Opens the bytes of a study's file.
pub fn open_bytes(bytes: &[u8]) -> Result<Study, FileError> {
    of_container(Container::of_bytes(bytes, IN_MEMORY, KIND)?)
}

fn of_container(file: Container) -> Result<Study, FileError> {
    let meta: StudyMeta = file.json("meta")?;
    check_meta(&file, &meta)?;
    let home_coord: Column<_> = file.column("home.coord")?;
    let facility_of: Column<u128> = file.column("facility.of")?;
    let (homes, facilities) = (home_coord.len(), facility_of.len());
    let (profiles, services) = (meta.profiles.len(), meta.services.len());
    let walkers =
        (0..profiles).map(|p| walker(&file, p, homes, &meta)).collect::<Result<_, _>>()?;
    Ok(Study {
        home_id: file.texts_of("home.id", homes)?,
        home_name: file.texts_of("home.name", homes)?,
        people: file.column_of("home.people", homes)?,
        estimated: file.column_of("home.estimated", homes)?,
        by_age: file.column_of("home.by_age", product(&[homes, meta.ages.len()]))?,
        edge_dm: file.column_of("home.edge_dm", homes)?,
        home_row: file.indices(
            "home.row",
            product(&[homes, meta.levels.len()]),
            meta.rows.len(),
        )?,
        facility_id: file.texts_of("facility.id", facilities)?,
        facility_name: file.texts_of("facility.name", facilities)?,
        facility_coord: file.column_of("facility.coord", facilities)?,
        of_service: of_services(&facility_of, services),
        blocks: vec![OnceLock::new(); product(&[profiles, services])],
        file: Arc::new(file),
        walkers,
        home_coord,
        facility_of,
        meta,
    })
}

/// The facilities of each service, rising.
fn of_services(facility_of: &[u128], services: usize) -> Vec<Column<u32>> {
    let mut lists = vec![Vec::new(); services];
    for (f, of) in facility_of.iter().enumerate() {
        for (s, list) in lists.iter_mut().enumerate() {
            if of >> s & 1 == 1 {
                list.push(f as u32);
            }
        }
    }
    lists.into_iter().map(Column::new).collect()
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

fn walker(file: &Container, p: usize, homes: usize, meta: &StudyMeta) -> Result<Walker, FileError> {
    let [standing, lacks, doubts, cover, items, tiers] = walker_names(p);
    let (rows, measures) = (meta.rows.len(), PLAIN_MEASURES + meta.ages.len());
    let cells = |name: &str, columns: usize| -> Result<Cells, FileError> {
        let value = file.column_of(name, product(&[columns, rows, measures, 4]))?;
        Ok(Cells { rows, measures, value })
    };
    Ok(Walker {
        standing: file.column_of(&standing, homes)?,
        lacks: file.column_of(&lacks, homes)?,
        doubts: file.column_of(&doubts, homes)?,
        cover: cells(&cover, product(&[meta.services.len(), meta.minutes.len()]))?,
        items: cells(&items, meta.standard.items.len())?,
        tiers: cells(&tiers, meta.standard.tiers.len())?,
    })
}
