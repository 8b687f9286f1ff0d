//! Making a study.

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::services::{Services, mask_of};
use super::{
    Block, Part, Placed, RatioAnswer, Row, RowKind, Source, Standing, Study, StudyMeta, reach_dm,
};
use crate::circles::areas::{Area, Areas};
use crate::circles::costs::Costs;
use crate::circles::coverage::{Cells, Census};
use crate::circles::edge;
use crate::circles::estimate::Factors;
use crate::circles::hours::WeekTime;
use crate::circles::nearest::{NearestError, NearestOptions, Reachable, homes_to_facilities};
use crate::circles::profile::Profile;
use crate::circles::standard::{Limit, Standard, StandardError};
use crate::city::City;
use crate::facilities::Facilities;
use crate::homes::Homes;
use crate::network::Network;
use crate::network::snap::{Doors, SnapIndex, SnapOptions};
use crate::progress::Progress;

/// Most profiles in one study.
pub const MAX_PROFILES: usize = 16;
/// Most pairs of profile and service: each is four columns of the file.
const MAX_BLOCKS: usize = 1000;
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
}

/// Makes a study of a city's homes and facilities, rolled up to `areas` if given.
pub fn run(
    city: &City,
    areas: Option<&Areas>,
    ask: &Ask,
    progress: &dyn Progress,
) -> Result<Study, StudyError> {
    check(city, ask)?;
    let widest = ask.minutes.last().copied().unwrap_or(MAX_MINUTES);
    let asked = ask.categories.as_deref();
    let services = Services::new(&city.facilities, &ask.standard, asked, widest)?;
    if ask.profiles.len() * services.list.len() > MAX_BLOCKS {
        let text = "too many profiles and categories together: choose fewer with --profile or --categories";
        return Err(StudyError::Ask(text.into()));
    }
    let index = SnapIndex::new(&city.network, &ask.snap);
    let homes = Doors::of_homes(&index, &city.homes);
    let facilities = Doors::of_facilities(&index, &city.facilities);
    let empty = Areas::default();
    let areas = areas.unwrap_or(&empty);
    let rows = rows_of(areas);
    let mut work = Work {
        city,
        ask,
        edge_dm: edge::distances_dm(&city.network, city.meta.bounds, &city.homes.coord),
        home_row: rows_of_homes(areas, &city.homes),
        limits: services.standard.items.iter().map(|i| services.standard.limit(i)).collect(),
        services,
        rows: rows.len(),
        per_profile: Vec::new(),
    };
    for (p, profile) in ask.profiles.iter().enumerate() {
        progress.stage("profiles", p as u64, ask.profiles.len() as u64);
        let done = work.profile(profile, &index, &homes, &facilities, progress)?;
        work.per_profile.push(done);
    }
    progress.stage("profiles", ask.profiles.len() as u64, ask.profiles.len() as u64);
    Ok(work.study(areas, rows))
}

fn check(city: &City, ask: &Ask) -> Result<(), StudyError> {
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

/// Row 0 is all, then the areas, then the outside of each level.
fn rows_of(areas: &Areas) -> Vec<Row> {
    let all = Row {
        kind: RowKind::All,
        code: String::new(),
        name: String::new(),
        level: String::new(),
        parent: None,
    };
    let area = |a: &Area| Row {
        kind: RowKind::Area,
        code: a.code.clone(),
        name: a.name.clone(),
        level: a.level.clone(),
        parent: a.parent.clone(),
    };
    let outside =
        |level: &String| Row { kind: RowKind::Outside, level: level.clone(), ..all.clone() };
    std::iter::once(all.clone())
        .chain(areas.list().iter().map(area))
        .chain(areas.levels().iter().map(outside))
        .collect()
}

fn rows_of_homes(areas: &Areas, homes: &Homes) -> Vec<u32> {
    let outside = 1 + areas.list().len();
    (0..areas.levels().len())
        .flat_map(|level| {
            let place = |c| areas.at(level, c).map_or((outside + level) as u32, |a| a + 1);
            homes.coord.par_iter().map(|c| place(*c)).collect::<Vec<_>>()
        })
        .collect()
}

/// What one profile's pass gives.
struct Profiled {
    blocks: Vec<Block>,
    standing: Vec<u8>,
    lacks: Vec<u128>,
    doubts: Vec<u128>,
    cover: Vec<u32>,
    items: Vec<u32>,
    tiers: Vec<u32>,
    homes_placed: Placed,
    facilities_placed: Placed,
    near_edge: Vec<[u64; 2]>,
    horizon_ds: u32,
    unread_hours: u32,
}

struct Work<'a> {
    city: &'a City,
    ask: &'a Ask,
    services: Services,
    edge_dm: Vec<u32>,
    home_row: Vec<u32>,
    limits: Vec<Limit>,
    rows: usize,
    per_profile: Vec<Profiled>,
}

impl Work<'_> {
    fn profile(
        &self,
        profile: &Profile,
        index: &SnapIndex<'_>,
        homes: &Doors,
        facilities: &Doors,
        progress: &dyn Progress,
    ) -> Result<Profiled, StudyError> {
        let network = &self.city.network;
        let costs = Costs::new(network, profile, self.ask.at);
        let usable = |e: u32| costs.walkable(e);
        let (homes, facilities) =
            (homes.on_usable(index, &usable), facilities.on_usable(index, &usable));
        let options = NearestOptions {
            k: usize::from(self.ask.k),
            bands_ds: self.ask.minutes.iter().map(|m| u32::from(*m) * 600).collect(),
            max_ds: self.horizon_ds(profile),
            threads: self.ask.threads,
        };
        let served = &self.services.facilities;
        let reach =
            homes_to_facilities(network, &costs, &homes, served, &facilities, &options, progress)?;
        let standing = standings(&homes);
        let (lacks, doubts) = self.gaps(profile, &reach, &standing);
        let mut done = Profiled {
            cover: Vec::new(),
            items: self.count_items(&standing, &lacks, &doubts),
            tiers: self.count_tiers(&standing, &lacks, &doubts),
            homes_placed: placed(&homes),
            facilities_placed: placed(&facilities),
            near_edge: self.near_edge(profile),
            horizon_ds: options.max_ds,
            unread_hours: costs.unread_hours.len() as u32,
            blocks: blocks(reach),
            standing,
            lacks,
            doubts,
        };
        done.cover = self.count_cover(profile, &done);
        Ok(done)
    }

    /// Far enough for every band and every item's metres (with half as much again for steps and
    /// waiting), and for telling how far the nearest is beyond them.
    fn horizon_ds(&self, profile: &Profile) -> u32 {
        let bands = self.ask.minutes.iter().map(|m| u32::from(*m) * 600);
        let items = self.limits.iter().map(|limit| {
            let walk = limit.dm.map(|dm| u64::from(dm) * profile.us_per_m() / 1_000_000 * 3 / 2);
            walk.unwrap_or(0).min(36_000) as u32
        });
        let items = items.chain(self.limits.iter().filter_map(|limit| limit.ds));
        bands.chain(items).fold(u32::from(self.ask.horizon_minutes.min(100)) * 600, u32::max)
    }

    /// Items each home lacks, and items in doubt because the data ends within their walk.
    fn gaps(
        &self,
        profile: &Profile,
        reach: &Reachable,
        standing: &[u8],
    ) -> (Vec<u128>, Vec<u128>) {
        let reaches: Vec<u32> = self.limits.iter().map(|l| limit_dm(*l, profile)).collect();
        let gap = |home: usize| {
            let (mut lacks, mut doubts) = (0u128, 0u128);
            if standing[home] == Standing::OffTheStreets as u8 {
                return (lacks, doubts);
            }
            for (i, limit) in self.limits.iter().enumerate() {
                let service = self.services.items[i].service as usize;
                if reach.nearest(service, home).any(|n| limit.allows(n.ds, n.dm)) {
                    continue;
                }
                let missing =
                    if self.edge_dm[home] <= reaches[i] { &mut doubts } else { &mut lacks };
                *missing |= 1 << i;
            }
            (lacks, doubts)
        };
        (0..self.city.homes.len()).into_par_iter().map(gap).unzip()
    }

    fn census(&self) -> Census<'_> {
        let homes = &self.city.homes;
        Census {
            people: &homes.people,
            estimated: &homes.estimated,
            ages: homes.bands.len(),
            by_age: &homes.by_age,
            home_row: &self.home_row,
            rows: self.rows,
        }
    }

    /// Counts `columns` columns of cells at once.
    fn count(&self, columns: usize, part: impl Fn(usize, usize) -> Part + Sync) -> Vec<u32> {
        let census = self.census();
        let len = census.column_len();
        let mut cells = vec![0u32; columns * len];
        cells.par_chunks_mut(len).enumerate().for_each(|(column, cells)| {
            census.count(cells, |home| part(column, home) as usize);
        });
        cells
    }

    fn count_cover(&self, profile: &Profile, done: &Profiled) -> Vec<u32> {
        let (homes, bands) = (self.city.homes.len(), self.ask.minutes.len());
        let reaches: Vec<u32> =
            self.ask.minutes.iter().map(|m| reach_dm(profile, u32::from(*m) * 600)).collect();
        self.count(self.services.list.len() * bands, |column, home| {
            let (service, band) = (column / bands, column % bands);
            if done.standing[home] == Standing::OffTheStreets as u8 {
                Part::Unplaced
            } else if done.blocks[service].within[band * homes + home] > 0 {
                Part::Covered
            } else if self.edge_dm[home] <= reaches[band] {
                Part::Edge
            } else {
                Part::Lacking
            }
        })
    }

    fn count_items(&self, standing: &[u8], lacks: &[u128], doubts: &[u128]) -> Vec<u32> {
        self.count(self.limits.len(), |i, home| {
            part_of(standing[home], lacks[home], doubts[home], 1 << i)
        })
    }

    /// A tier is complete with all its required items and those of every smaller tier.
    fn count_tiers(&self, standing: &[u8], lacks: &[u128], doubts: &[u128]) -> Vec<u32> {
        let standard = &self.services.standard;
        let mask = |tier: usize| {
            let items = standard.items.iter().enumerate();
            items
                .filter(|(_, item)| !item.optional && standard.tier_of(item) <= tier)
                .fold(0u128, |mask, (i, _)| mask | 1 << i)
        };
        let masks: Vec<u128> = (0..standard.tiers.len()).map(mask).collect();
        self.count(masks.len(), |tier, home| {
            part_of(standing[home], lacks[home], doubts[home], masks[tier])
        })
    }

    fn near_edge(&self, profile: &Profile) -> Vec<[u64; 2]> {
        let people = &self.city.homes.people;
        let near = |minutes: &u16| {
            let reach = reach_dm(profile, u32::from(*minutes) * 600);
            let homes = self.edge_dm.iter().zip(people.iter()).filter(|(dm, _)| **dm <= reach);
            homes.fold([0, 0], |[homes, all], (_, people)| [homes + 1, all + u64::from(*people)])
        };
        self.ask.minutes.iter().map(near).collect()
    }

    fn ratios(&self, areas: &Areas, rows: &[Row]) -> Vec<RatioAnswer> {
        let homes = &self.city.homes;
        let facilities = &self.city.facilities;
        let mut people = vec![0u64; rows.len()];
        for home in 0..homes.len() {
            people[0] += u64::from(homes.people[home]);
            for level in 0..areas.levels().len() {
                let row = self.home_row[level * homes.len() + home] as usize;
                people[row] += u64::from(homes.people[home]);
            }
        }
        let mut answers = Vec::new();
        for (r, rule) in self.services.standard.ratios.iter().enumerate() {
            let mask = mask_of(&facilities.categories, rule.any_of.iter().map(String::as_str));
            let found = found_by_row(facilities, mask, areas, rows.len());
            for (row, named) in rows.iter().enumerate() {
                let asked = match &rule.level {
                    Some(level) => named.kind == RowKind::Area && named.level == *level,
                    None => named.kind != RowKind::Outside,
                };
                if asked {
                    let needed = rule.needed(people[row]);
                    let (ratio, found, people) = (r as u32, found[row], people[row]);
                    answers.push(RatioAnswer { ratio, row: row as u32, people, needed, found });
                }
            }
        }
        answers
    }

    fn study(mut self, areas: &Areas, rows: Vec<Row>) -> Study {
        let ratios = self.ratios(areas, &rows);
        let measures = self.census().measures();
        let profiled = std::mem::take(&mut self.per_profile);
        let cells = |of: fn(&Profiled) -> &Vec<u32>| Cells {
            rows: rows.len(),
            measures,
            value: joined(&profiled, of).into(),
        };
        let (cover, items, tiers) = (cells(|p| &p.cover), cells(|p| &p.items), cells(|p| &p.tiers));
        let city = self.city;
        let meta = StudyMeta {
            city: city.meta.clone(),
            network_digest: network_digest(&city.network),
            homes_source: self.ask.homes_source.clone(),
            facilities_source: self.ask.facilities_source.clone(),
            areas_source: self.ask.areas_source.clone(),
            made_by: env!("CARGO_PKG_VERSION").into(),
            profiles: self.ask.profiles.clone(),
            minutes: self.ask.minutes.clone(),
            k: self.ask.k,
            at: self.ask.at.map(|at| at.to_string()),
            horizon_ds: profiled.iter().map(|p| p.horizon_ds).collect(),
            services: self.services.list,
            standard: self.services.standard,
            items_left_out: self.services.left_out,
            items: self.services.items,
            ratios,
            levels: areas.levels().to_vec(),
            ages: city.homes.bands.clone(),
            factors: self.ask.factors,
            snap: self.ask.snap,
            homes_placed: profiled.iter().map(|p| p.homes_placed).collect(),
            facilities_placed: profiled.iter().map(|p| p.facilities_placed).collect(),
            near_edge: profiled.iter().flat_map(|p| p.near_edge.iter().copied()).collect(),
            unread_hours: profiled.iter().map(|p| p.unread_hours).max().unwrap_or(0),
            rows,
        };
        Study {
            meta,
            home_id: city.homes.id.clone(),
            home_name: city.homes.name.clone(),
            home_coord: city.homes.coord.clone(),
            people: city.homes.people.clone(),
            estimated: city.homes.estimated.clone(),
            by_age: city.homes.by_age.clone(),
            edge_dm: self.edge_dm.into(),
            home_row: self.home_row.into(),
            standing: joined(&profiled, |p| &p.standing).into(),
            facility_id: city.facilities.id.clone(),
            facility_name: city.facilities.name.clone(),
            facility_coord: city.facilities.coord.clone(),
            facility_of: self.services.facilities.of,
            lacks: joined(&profiled, |p| &p.lacks).into(),
            doubts: joined(&profiled, |p| &p.doubts).into(),
            blocks: profiled.into_iter().flat_map(|p| p.blocks).collect(),
            cover,
            items,
            tiers,
        }
    }
}

fn joined<T: Copy>(profiled: &[Profiled], of: fn(&Profiled) -> &Vec<T>) -> Vec<T> {
    profiled.iter().flat_map(|p| of(p).iter().copied()).collect()
}

/// Nothing beyond this can be within the limit.
fn limit_dm(limit: Limit, profile: &Profile) -> u32 {
    let by_time = limit.ds.map_or(u32::MAX, |ds| reach_dm(profile, ds));
    by_time.min(limit.dm.unwrap_or(u32::MAX))
}

fn part_of(standing: u8, lacks: u128, doubts: u128, mask: u128) -> Part {
    if standing == Standing::OffTheStreets as u8 {
        Part::Unplaced
    } else if lacks & mask != 0 {
        Part::Lacking
    } else if doubts & mask != 0 {
        Part::Edge
    } else {
        Part::Covered
    }
}

fn found_by_row(facilities: &Facilities, mask: u128, areas: &Areas, rows: usize) -> Vec<u64> {
    let mut found = vec![0u64; rows];
    for (f, members) in facilities.of.iter().enumerate() {
        if members & mask == 0 {
            continue;
        }
        found[0] += 1;
        for level in 0..areas.levels().len() {
            if let Some(area) = areas.at(level, facilities.coord[f]) {
                found[area as usize + 1] += 1;
            }
        }
    }
    found
}

fn blocks(reach: Reachable) -> Vec<Block> {
    let block = |c: crate::circles::nearest::CategoryReach| Block {
        facility: c.facility.into(),
        ds: c.ds.into(),
        dm: c.dm.into(),
        within: c.within.into(),
    };
    reach.category.into_iter().map(block).collect()
}

fn standings(doors: &Doors) -> Vec<u8> {
    let standing = |i: usize| {
        let doors = doors.place(i);
        if doors.is_empty() {
            Standing::OffTheStreets
        } else if doors.iter().all(|d| d.on_island) {
            Standing::OnIsland
        } else if doors.iter().all(|d| d.moved_to_main) {
            Standing::Moved
        } else {
            Standing::Placed
        }
    };
    (0..doors.len()).map(|i| standing(i) as u8).collect()
}

fn placed(doors: &Doors) -> Placed {
    let report = doors.report();
    Placed {
        places: report.places,
        off_the_streets: report.off_the_streets,
        on_island: report.on_island,
        moved_to_main: report.moved_to_main,
    }
}

/// XXH3-64 of what walks depend on, 16 hex digits.
fn network_digest(network: &Network) -> String {
    let parts = [
        xxh3_64(bytemuck::cast_slice(&network.node_coord[..])),
        xxh3_64(bytemuck::cast_slice(&network.node_traits[..])),
        xxh3_64(bytemuck::cast_slice(&network.edge_from[..])),
        xxh3_64(bytemuck::cast_slice(&network.edge_to[..])),
        xxh3_64(bytemuck::cast_slice(&network.edge_dm[..])),
        xxh3_64(bytemuck::cast_slice(&network.edge_traits[..])),
        xxh3_64(bytemuck::cast_slice(&network.shape[..])),
    ];
    format!("{:016x}", xxh3_64(bytemuck::cast_slice(&parts)))
}
