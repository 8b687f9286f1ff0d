//! Coverage: who in the district lacks what, from the matrix down to the homes.

mod cell;
mod counts;
mod dots;
mod files;
mod filter;
mod homes;
mod matrix;

use askama::Template;

use super::{Chip, Choice, LegendItem, Link};
use crate::front::page::Page;

pub use cell::cell;
pub use counts::may_see;
pub use dots::json as homes_json;
pub use files::file;
pub use filter::{Filter, study_id};
pub use homes::homes;
pub use matrix::{matrix, newest};

/// What changed since another study.
#[derive(Clone, Debug)]
pub struct Delta {
    /// CSS word: better, worse, same.
    pub tone: &'static str,
    /// In words.
    pub words: String,
}

/// One cell of the matrix.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Where it leads.
    pub href: String,
    /// Service and band, for screen readers.
    pub said: String,
    /// Share of people within reach.
    pub share: String,
    /// Share as the bar's length, 0 to 100.
    pub percent: u32,
    /// CSS word of the band.
    pub band: &'static str,
    /// People out of reach, in words.
    pub lack: String,
    /// People too near the edge of the data to say, in words; empty without any.
    pub edge: String,
    /// Whether the standard asks for this band, so that the number is a lack.
    pub many: bool,
    /// What changed.
    pub delta: Option<Delta>,
}

/// One service of the matrix.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// By when the standard wants it; empty where it does not.
    pub asked: String,
    /// Said of what the data has nowhere; else empty.
    pub nowhere: String,
    /// One cell a band.
    pub cells: Vec<Cell>,
}

/// A column's head, by which one can sort.
#[derive(Clone, Debug)]
pub struct Head {
    /// Its name.
    pub name: String,
    /// Sorts by it, or turns the order round.
    pub href: String,
    /// Whether the table is sorted by it.
    pub on: bool,
    /// `ascending` or `descending`.
    pub order: &'static str,
}

/// How a study is told.
#[derive(Clone, Debug)]
pub struct StudyHead {
    /// Title, standard, dates, in a sentence.
    pub told: String,
}

/// The matrix.
#[derive(Template)]
#[template(path = "coverage.html")]
pub struct CoveragePage {
    /// The frame.
    pub p: Page,
    /// The finding in one sentence.
    pub sentence: String,
    /// Which study.
    pub study: StudyHead,
    /// What it is compared with, in a sentence.
    pub compared: Option<String>,
    /// The page without the comparison.
    pub compare_off: String,
    /// Where the filters lead.
    pub action: String,
    /// Who walks.
    pub profiles: Vec<Choice>,
    /// Where.
    pub areas: Vec<Choice>,
    /// Age bands.
    pub ages: Vec<Choice>,
    /// Which services.
    pub lists: Vec<Choice>,
    /// Other studies to compare with.
    pub others: Vec<Choice>,
    /// By what the table is sorted.
    pub sort: String,
    /// People counted, or that they are few.
    pub people: String,
    /// Columns.
    pub heads: Vec<Head>,
    /// Services.
    pub rows: Vec<Row>,
    /// Files of the same.
    pub downloads: Vec<Link>,
    /// What to bear in mind.
    pub notes: Vec<String>,
}

/// One community of a cell.
#[derive(Clone, Debug)]
pub struct AreaRow {
    /// Where it leads.
    pub href: String,
    /// Its name.
    pub name: String,
    /// People out of reach.
    pub lacking: String,
    /// Their share.
    pub share: String,
    /// Their share as the bar's length, 0 to 100.
    pub percent: u32,
}

/// One cell: its map and its communities, the worst off first.
#[derive(Template)]
#[template(path = "cell.html")]
pub struct CellPage {
    /// The frame.
    pub p: Page,
    /// The finding in one sentence.
    pub sentence: String,
    /// Profile, study, people.
    pub told: String,
    /// The matrix it came from.
    pub back: String,
    /// Other bands.
    pub minutes: Vec<Chip>,
    /// Communities.
    pub areas: Vec<AreaRow>,
    /// The homes, for those who may see them.
    pub homes_link: Option<String>,
    /// Where the map gets the homes from when one comes near, for those who may see them.
    pub dots: Option<String>,
    /// `west,south,east,north` of the picture.
    pub bounds: String,
    /// Picture.
    pub map: String,
    /// Data block for the map island.
    pub answer: String,
    /// What the colours mean.
    pub legend: Vec<LegendItem>,
}

/// One home that lacks something.
#[derive(Clone, Debug)]
pub struct HomeRow {
    /// Where it leads: what the home reaches.
    pub href: String,
    /// Its name.
    pub name: String,
    /// People.
    pub people: String,
    /// Minutes to the nearest.
    pub nearest: String,
}

/// The homes of a community that lack something.
#[derive(Template)]
#[template(path = "homes.html")]
pub struct HomesPage {
    /// The frame.
    pub p: Page,
    /// The finding in one sentence.
    pub sentence: String,
    /// The cell it came from.
    pub back: String,
    /// The homes with most people.
    pub homes: Vec<HomeRow>,
    /// Which of how many, where there are more than one page.
    pub range: String,
    /// The page before and the page after.
    pub pages: Vec<Link>,
    /// `west,south,east,north` of the picture.
    pub bounds: String,
    /// Picture.
    pub map: String,
    /// Data block for the map island.
    pub answer: String,
    /// What the colours mean.
    pub legend: Vec<LegendItem>,
}
