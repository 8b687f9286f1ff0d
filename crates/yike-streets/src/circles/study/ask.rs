//! The question of a study, and what is wrong with some.

use super::Source;
use crate::circles::estimate::Factors;
use crate::circles::hours::WeekTime;
use crate::circles::nearest::NearestError;
use crate::circles::profile::Profile;
use crate::circles::standard::{Standard, StandardError};
use crate::city::City;
use crate::container::FileError;
use crate::network::snap::SnapOptions;

/// Most profiles in one study.
pub const MAX_PROFILES: usize = 16;
/// Most pairs of profile and service: each is four columns of the file.
pub(super) const MAX_BLOCKS: usize = 1000;
/// Longest band, minutes.
pub const MAX_MINUTES: u16 = 60;

/// The question a study answers.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Who walks.
    pub profiles: Vec<Profile>,
    /// Bands in minutes, rising, at most 8.
    pub minutes: Vec<u16>,
    /// How many nearest facilities to keep, 1 to 16.
    pub k: u8,
    /// When, for gates with hours; `None` takes all as open.
    pub at: Option<WeekTime>,
    /// What should be there.
    pub standard: Standard,
    /// Category codes to look at; `None` takes those of the standard and all that occur.
    pub categories: Option<Vec<String>>,
    /// How far nearest facilities are looked for at least, minutes.
    pub horizon_minutes: u16,
    /// How doors are put on the streets.
    pub snap: SnapOptions,
    /// How people were estimated, if any were.
    pub factors: Option<Factors>,
    /// Where homes came from, if not from the city's file.
    pub homes_source: Option<Source>,
    /// Where facilities came from, if not from the city's file.
    pub facilities_source: Option<Source>,
    /// Where areas came from.
    pub areas_source: Option<Source>,
    /// Worker threads; 0 is one for each processor.
    pub threads: usize,
}

impl Ask {
    /// The usual question: 5, 10 and 15 minutes, three nearest, all gates open.
    pub fn new(profiles: Vec<Profile>, standard: Standard) -> Self {
        Self {
            profiles,
            minutes: vec![5, 10, 15],
            k: 3,
            at: None,
            standard,
            categories: None,
            horizon_minutes: 30,
            snap: SnapOptions::default(),
            factors: None,
            homes_source: None,
            facilities_source: None,
            areas_source: None,
            threads: 0,
        }
    }
}

/// Why there is no study.
#[derive(Debug, thiserror::Error)]
pub enum StudyError {
    /// The question makes no sense; the text says what is allowed.
    #[error("{0}")]
    Ask(String),
    /// There is nobody to ask for.
    #[error("there are no homes: give --homes, or streets with buildings")]
    NoHomes,
    /// More people than can be counted.
    #[error("{0} people are more than 4,294,967,295: check the people column")]
    TooManyPeople(u64),
    /// More categories and items than a study holds.
    #[error("more than 128 categories and items together: choose with --categories")]
    TooManyServices,
    /// Categories nobody knows.
    #[error("unknown categories {unknown:?}: known are {known}")]
    UnknownCategories {
        /// Codes not found.
        unknown: Vec<String>,
        /// All known codes, joined.
        known: String,
    },
    /// The standard does not fit.
    #[error(transparent)]
    Standard(#[from] StandardError),
    /// The search refused or was stopped.
    #[error(transparent)]
    Nearest(#[from] NearestError),
    /// Its file cannot be written or opened.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Refuses questions that make no sense, or that nobody can be asked.
pub(super) fn check(city: &City, ask: &Ask) -> Result<(), StudyError> {
    let refuse = |text: String| Err(StudyError::Ask(text));
    if ask.profiles.is_empty() || ask.profiles.len() > MAX_PROFILES {
        return refuse(format!("{} profiles: give 1 to {MAX_PROFILES}", ask.profiles.len()));
    }
    let rising = ask.minutes.is_sorted_by(|a, b| a < b);
    let in_range = ask.minutes.iter().all(|m| (1..=MAX_MINUTES).contains(m));
    if ask.minutes.is_empty() || !rising || !in_range {
        return refuse(format!(
            "minutes {:?}: give rising whole minutes from 1 to {MAX_MINUTES}, such as 5,10,15",
            ask.minutes
        ));
    }
    if city.homes.is_empty() {
        return Err(StudyError::NoHomes);
    }
    let people: u64 = city.homes.people.iter().map(|p| u64::from(*p)).sum();
    let by_age: u64 = city.homes.by_age.iter().map(|p| u64::from(*p)).sum();
    if people.max(by_age) > u64::from(u32::MAX) {
        return Err(StudyError::TooManyPeople(people.max(by_age)));
    }
    Ok(())
}
