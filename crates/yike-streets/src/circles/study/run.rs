//! Making a study: profile by profile, service by service, each written as it is done.

use std::path::Path;

use xxhash_rust::xxh3::xxh3_64;

use super::ask::{MAX_BLOCKS, check};
use super::count::{rows_of, rows_of_homes};
use super::file::{self, WalkerColumns, Whole, Write as StudyWriter};
use super::services::Services;
use super::{
    Ask, Block, MAX_HORIZON_DS, MAX_MINUTES, Part, Placed, Row, Standing, Study, StudyError,
    StudyMeta, reach_dm,
};
use crate::circles::areas::Areas;
use crate::circles::costs::Costs;
use crate::circles::edge;
use crate::circles::nearest::{CategoryReach, NONE, NearestOptions, Walkers, each_category};
use crate::circles::profile::Profile;
use crate::circles::standard::Limit;
use crate::city::City;
use crate::container::{Memory, Output, put_in_place};
use crate::network::Network;
use crate::network::snap::{Doors, SnapIndex};
use crate::progress::Progress;

/// Makes a study of a city's homes and facilities, rolled up to `areas` if given, as a file: it is written
/// beside `path` while it is made, put in place when it is whole, and opened. Of one that fails or is
/// stopped nothing is left.
pub fn make(
    city: &City,
    areas: Option<&Areas>,
    ask: &Ask,
    progress: &dyn Progress,
    path: &Path,
) -> Result<Study, StudyError> {
    put_in_place(path, |out| write(city, areas, ask, progress, (path, out)).map(drop))?;
    Ok(file::open(path)?)
}

/// Makes a small study in memory, in the same way.
pub fn run(
    city: &City,
    areas: Option<&Areas>,
    ask: &Ask,
    progress: &dyn Progress,
) -> Result<Study, StudyError> {
    Ok(file::open_bytes(&to_bytes(city, areas, ask, progress)?)?)
}

/// The bytes of a study's file; the same city, question and version give the same bytes.
pub fn to_bytes(
    city: &City,
    areas: Option<&Areas>,
    ask: &Ask,
    progress: &dyn Progress,
) -> Result<Vec<u8>, StudyError> {
    let out = (Path::new(file::IN_MEMORY), Memory::default());
    Ok(write(city, areas, ask, progress, out)?.into_inner())
}

fn write<W: Output + Send>(
    city: &City,
    areas: Option<&Areas>,
    ask: &Ask,
    progress: &dyn Progress,
    (path, out): (&Path, W),
) -> Result<W, StudyError> {
    check(city, ask)?;
    let widest = ask.minutes.last().copied().unwrap_or(MAX_MINUTES);
    let asked = ask.categories.as_deref();
    let services = Services::new(&city.facilities, &ask.standard, asked, widest)?;
    if ask.profiles.len() * services.list.len() > MAX_BLOCKS {
        let text = "too many profiles and categories together: choose fewer with --profile or --categories";
        return Err(StudyError::Ask(text.into()));
    }
    let empty = Areas::default();
    let areas = areas.unwrap_or(&empty);
    let rows = rows_of(areas);
    let work = Work {
        city,
        ask,
        edge_dm: edge::distances_dm(&city.network, city.meta.bounds, &city.homes.coord),
        home_row: rows_of_homes(areas, &city.homes),
        limits: services.standard.items.iter().map(|i| services.standard.limit(i)).collect(),
        services,
        rows: rows.len(),
    };
    let mut out = StudyWriter::begin(path, out, ask.profiles.len(), work.services.list.len())?;
    let profiled = work.profiles(progress, &mut out)?;
    let meta = work.meta(areas, rows, &profiled);
    let whole = Whole {
        meta: &meta,
        homes: &city.homes,
        edge_dm: &work.edge_dm,
        home_row: &work.home_row,
        facilities: &work.services.facilities,
    };
    Ok(out.finish(&whole)?)
}

/// What is the same for all profiles.
pub(super) struct Work<'a> {
    pub city: &'a City,
    pub ask: &'a Ask,
    pub services: Services,
    pub edge_dm: Vec<u32>,
    pub home_row: Vec<u32>,
    pub limits: Vec<Limit>,
    pub rows: usize,
}

/// What readers are told of one profile's pass.
struct Profiled {
    homes_placed: Placed,
    facilities_placed: Placed,
    near_edge: Vec<[u64; 2]>,
    horizon_ds: u32,
    unread_hours: u32,
}

/// What one service gives for one profile: its block, its columns of coverage, and for each item it
/// answers where every home stands.
struct Served {
    block: Block,
    cover: Vec<u32>,
    items: Vec<(usize, Vec<Part>)>,
}

impl Work<'_> {
    fn profiles<W: Output + Send>(
        &self,
        progress: &dyn Progress,
        out: &mut StudyWriter<W>,
    ) -> Result<Vec<Profiled>, StudyError> {
        let index = SnapIndex::new(&self.city.network, &self.ask.snap);
        let homes = Doors::of_homes(&index, &self.city.homes);
        let facilities = Doors::of_facilities(&index, &self.city.facilities);
        let count = self.ask.profiles.len() as u64;
        let mut profiled = Vec::new();
        for (p, profile) in self.ask.profiles.iter().enumerate() {
            progress.stage("profiles", p as u64, count);
            let costs = Costs::new(&self.city.network, profile, self.ask.at);
            let usable = |e: u32| costs.walkable(e);
            let (homes, facilities) =
                (homes.on_usable(&index, &usable), facilities.on_usable(&index, &usable));
            let doors = [&homes, &facilities];
            profiled.push(self.profile(p, &costs, doors, progress, out)?);
        }
        progress.stage("profiles", count, count);
        Ok(profiled)
    }

    fn profile<W: Output + Send>(
        &self,
        p: usize,
        costs: &Costs,
        [homes, facilities]: [&Doors; 2],
        progress: &dyn Progress,
        out: &mut StudyWriter<W>,
    ) -> Result<Profiled, StudyError> {
        let profile = &self.ask.profiles[p];
        let options = NearestOptions {
            k: usize::from(self.ask.k),
            bands_ds: self.ask.minutes.iter().map(|m| u32::from(*m) * 600).collect(),
            max_ds: self.horizon_ds(profile),
            threads: self.ask.threads,
        };
        let standing = standings(homes);
        let mut found = WalkerColumns::new(&standing);
        each_category(
            &Walkers { network: &self.city.network, costs, homes, facility_doors: facilities },
            &self.services.facilities,
            &options,
            progress,
            |s, reach| self.served(profile, s, &reach, &standing),
            |s, served: Served| {
                found.cover.extend_from_slice(&served.cover);
                for (i, parts) in &served.items {
                    found.note(*i, parts);
                }
                out.block(p, s, &served.block).map_err(StudyError::from)
            },
        )?;
        found.items = self.count_items(&standing, &found.lacks, &found.doubts);
        found.tiers = self.count_tiers(&standing, &found.lacks, &found.doubts);
        out.walker(p, &found)?;
        Ok(Profiled {
            homes_placed: placed(homes),
            facilities_placed: placed(facilities),
            near_edge: self.near_edge(profile),
            horizon_ds: options.max_ds,
            unread_hours: costs.unread_hours.len() as u32,
        })
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
        bands
            .chain(items)
            .fold(u32::from(self.ask.horizon_minutes) * 600, u32::max)
            .min(MAX_HORIZON_DS)
    }

    /// Judges what was found of a service while it is exact, then narrows it.
    fn served(
        &self,
        profile: &Profile,
        s: usize,
        reach: &CategoryReach,
        standing: &[u8],
    ) -> Served {
        let homes = self.city.homes.len();
        let bands = self.ask.minutes.len();
        let reaches: Vec<u32> =
            self.ask.minutes.iter().map(|m| reach_dm(profile, u32::from(*m) * 600)).collect();
        let cover = self.count(bands, |band, home| {
            let reached = reach.within[band * homes + home] > 0;
            self.part(standing, home, reached, reaches[band])
        });
        let answers = self.services.items.iter().enumerate();
        let answers = answers.filter(|(_, answer)| answer.service as usize == s);
        let items = answers.map(|(i, _)| (i, self.item(profile, i, reach, standing))).collect();
        let facilities = self.services.facilities.of_category(s).collect();
        Served { block: Block::new(reach, homes, facilities), cover, items }
    }

    /// Where every home stands towards item `i`, by walks to the service that answers it.
    fn item(
        &self,
        profile: &Profile,
        i: usize,
        reach: &CategoryReach,
        standing: &[u8],
    ) -> Vec<Part> {
        let (limit, k) = (self.limits[i], usize::from(self.ask.k));
        let limit_dm = limit_dm(limit, profile);
        let met = |home: usize| {
            let mut near = (home * k..(home + 1) * k).filter(|n| reach.facility[*n] != NONE);
            near.any(|n| limit.allows(reach.ds[n], reach.dm[n]))
        };
        let part = |home| self.part(standing, home, met(home), limit_dm);
        (0..self.city.homes.len()).map(part).collect()
    }

    fn part(&self, standing: &[u8], home: usize, reached: bool, limit_dm: u32) -> Part {
        if standing[home] == Standing::OffTheStreets as u8 {
            Part::Unplaced
        } else if reached {
            Part::Covered
        } else if self.edge_dm[home] <= limit_dm {
            Part::Edge
        } else {
            Part::Lacking
        }
    }

    fn meta(&self, areas: &Areas, rows: Vec<Row>, profiled: &[Profiled]) -> StudyMeta {
        let (city, ask, services) = (self.city, self.ask, &self.services);
        StudyMeta {
            city: city.meta.clone(),
            network_digest: network_digest(&city.network),
            homes_source: ask.homes_source.clone(),
            facilities_source: ask.facilities_source.clone(),
            areas_source: ask.areas_source.clone(),
            made_by: env!("CARGO_PKG_VERSION").into(),
            profiles: ask.profiles.clone(),
            minutes: ask.minutes.clone(),
            k: ask.k,
            at: ask.at.map(|at| at.to_string()),
            horizon_ds: profiled.iter().map(|p| p.horizon_ds).collect(),
            services: services.list.clone(),
            standard: services.standard.clone(),
            items_left_out: services.left_out.clone(),
            items: services.items.clone(),
            ratios: self.ratios(areas, &rows),
            levels: areas.levels().to_vec(),
            ages: city.homes.bands.clone(),
            factors: ask.factors,
            snap: ask.snap,
            homes_placed: profiled.iter().map(|p| p.homes_placed).collect(),
            facilities_placed: profiled.iter().map(|p| p.facilities_placed).collect(),
            near_edge: profiled.iter().flat_map(|p| p.near_edge.iter().copied()).collect(),
            unread_hours: profiled.iter().map(|p| p.unread_hours).max().unwrap_or(0),
            rows,
        }
    }
}

/// Nothing beyond this can be within the limit.
fn limit_dm(limit: Limit, profile: &Profile) -> u32 {
    let by_time = limit.ds.map_or(u32::MAX, |ds| reach_dm(profile, ds));
    by_time.min(limit.dm.unwrap_or(u32::MAX))
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
