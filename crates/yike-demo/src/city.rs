//! The whole run: plan, skeleton, then cell after cell, written as they are made.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::PathBuf;

use rayon::prelude::*;
use yike_streets::osm::write::{Header, Member, MemberKind, WriteError, Writer};
use yike_streets::progress::Progress;
use yike_streets::units::{Bounds, Coord};

use crate::areas::{self, Areas};
use crate::plan::{Plan, Use};
use crate::plane::{middle, pt, to_coord};
use crate::sheet::{Ref, Sheet, Tags, tags};
use crate::skeleton::{self, Skeleton};
use crate::tables::{self, HomesTable, Places, ServicesTable};
use crate::{DemoError, DemoOptions, DemoReport, cell, landuse, needs, strips};

/// Cells filled at a time: bounds memory, and enough for many threads.
const BATCH: usize = 96;

/// Everything decided before the first cell is filled.
pub(crate) fn plan(people: u64, seed: u64) -> (Plan, Areas) {
    let mut plan = Plan::lattice(people, seed);
    landuse::assign(&mut plan, people);
    let areas = areas::divide(&mut plan, people);
    needs::assign(&mut plan, &areas);
    skeleton::choose_spans(&mut plan);
    (plan, areas)
}

/// The land cells in the order they are written: community by community.
pub(crate) fn order(plan: &Plan) -> Vec<usize> {
    let mut cells: Vec<usize> =
        (0..plan.cells.len()).filter(|&c| plan.cells[c].usage.is_land()).collect();
    cells.sort_by_key(|&c| (plan.cells[c].community, c));
    cells
}

/// See [`crate::generate`].
pub(crate) fn generate(
    options: &DemoOptions<'_>,
    progress: &dyn Progress,
) -> Result<DemoReport, DemoError> {
    progress.stage("plan", 0, 1);
    let (plan, areas) = plan(options.people, options.seed);
    let mut skeleton = Skeleton::new(&plan);
    strips::draw(&plan, &mut skeleton);
    progress.stage("plan", 1, 1);
    let io = |path: PathBuf| move |error| DemoError::Io { path, error };
    fs::create_dir_all(options.out).map_err(io(options.out.to_owned()))?;

    let mut map = Map::create(options, &plan)?;
    map.skeleton(&skeleton)?;
    map.labels(&plan, &areas)?;
    let mut homes = HomesTable::create(options.out)?;
    let mut services = ServicesTable::new();
    let mut seen = std::mem::take(&mut skeleton.seen);
    let mut cells = order(&plan);
    cells.extend((0..plan.cells.len()).filter(|&c| plan.cells[c].usage == Use::Outskirts));
    let mut places = Places::new(&areas);
    for (k, batch) in cells.chunks(BATCH).enumerate() {
        if progress.cancelled() {
            return Err(DemoError::Cancelled);
        }
        progress.stage("cells", (k * BATCH) as u64, cells.len() as u64);
        let sheets: Vec<Sheet> =
            batch.par_iter().map(|&index| cell::fill(&plan, &skeleton, index)).collect();
        for (&index, mut sheet) in batch.iter().zip(sheets) {
            let community = plan.cells[index].community as usize;
            let first_way = map.sheet(&sheet)?;
            if plan.cells[index].outside {
                continue;
            }
            homes.add(&mut places, community, &sheet, first_way)?;
            services.add(&places, community, &sheet);
            seen.append(&mut sheet.seen);
        }
    }
    progress.stage("cells", cells.len() as u64, cells.len() as u64);
    progress.stage("tables", 0, 1);
    let report = DemoReport {
        invented: true,
        people: options.people,
        seed: options.seed,
        data_date: options.data_date.to_string(),
        generator: concat!("yike-demo ", env!("CARGO_PKG_VERSION")).into(),
        districts: areas.districts.len(),
        subdistricts: areas.subdistricts.len(),
        communities: areas.communities.len(),
        homes: homes.rows,
        dwellings: homes.dwellings,
        facilities: services.rows(),
        osm_nodes: map.next_node as u64 - 1,
        osm_ways: map.next_way as u64 - 1,
        osm_relations: map.next_relation as u64 - 1,
        files: tables::FILES.map(String::from).to_vec(),
    };
    map.finish()?;
    homes.finish()?;
    services.write(options)?;
    tables::write_divisions(options.out, &areas)?;
    tables::write_boundaries(options.out, &plan, &areas)?;
    tables::write_phenomena(options.out, &seen)?;
    tables::write_about(options.out, &report, &areas)?;
    progress.stage("tables", 1, 1);
    Ok(report)
}

/// The box around everything that is drawn.
fn bounds(plan: &Plan) -> Bounds {
    let mut bounds = Bounds::EMPTY;
    for edge in skeleton::edges(plan) {
        let drawn = edge.sides().iter().any(|&(i, j)| plan.usage(i, j) != Use::Absent);
        for k in (0..=skeleton::SAMPLES).filter(|_| drawn) {
            let at = skeleton::along(plan, edge, k as f64 / skeleton::SAMPLES as f64, 0.0);
            let at = plan.place(at);
            bounds.add(to_coord(at - pt(5.0, 5.0)));
            bounds.add(to_coord(at + pt(5.0, 5.0)));
        }
    }
    bounds
}

/// The street map being written.
struct Map {
    writer: Writer<BufWriter<File>>,
    path: PathBuf,
    next_node: i64,
    next_way: i64,
    next_relation: i64,
}

impl Map {
    fn create(options: &DemoOptions<'_>, plan: &Plan) -> Result<Self, DemoError> {
        let path = options.out.join("city.osm.pbf");
        let file =
            File::create(&path).map_err(|error| DemoError::Io { path: path.clone(), error })?;
        let midnight = jiff::tz::TimeZone::UTC.to_timestamp(options.data_date.at(0, 0, 0, 0));
        let header = Header {
            bounds: Some(bounds(plan)),
            replication_seconds: midnight.ok().map(jiff::Timestamp::as_second),
            writing_program: concat!("yike-demo ", env!("CARGO_PKG_VERSION")).into(),
            source: "invented: no real place".into(),
        };
        let writer = Writer::new(BufWriter::new(file), &header)
            .map_err(|error| DemoError::Osm { path: path.clone(), error })?;
        Ok(Self { writer, path, next_node: 1, next_way: 1, next_relation: 1 })
    }

    fn wrap(&self, result: Result<(), WriteError>) -> Result<(), DemoError> {
        result.map_err(|error| DemoError::Osm { path: self.path.clone(), error })
    }

    fn node(&mut self, at: Coord, tags: &Tags) -> Result<(), DemoError> {
        let tags: Vec<(&str, &str)> = tags.iter().map(|(k, v)| (*k, v.as_ref())).collect();
        let result = self.writer.node(self.next_node, at, &tags);
        self.next_node += 1;
        self.wrap(result)
    }

    fn way(&mut self, refs: &[i64], tags: &Tags) -> Result<(), DemoError> {
        let tags: Vec<(&str, &str)> = tags.iter().map(|(k, v)| (*k, v.as_ref())).collect();
        let result = self.writer.way(self.next_way, refs, &tags);
        self.next_way += 1;
        self.wrap(result)
    }

    /// Skeleton node `k` has id `k + 1`.
    fn skeleton(&mut self, skeleton: &Skeleton) -> Result<(), DemoError> {
        for node in &skeleton.nodes {
            self.node(node.at, &node.tags)?;
        }
        for (refs, tags) in &skeleton.ways {
            let refs: Vec<i64> = refs.iter().map(|&r| i64::from(r) + 1).collect();
            self.way(&refs, tags)?;
        }
        Ok(())
    }

    /// Names of subdistricts and communities, in the middle of their cells.
    fn labels(&mut self, plan: &Plan, areas: &Areas) -> Result<(), DemoError> {
        let mut of_community: Vec<Vec<_>> = vec![Vec::new(); areas.communities.len()];
        for cell in order(plan) {
            let at = plan.place(plan.centre(cell));
            of_community[plan.cells[cell].community as usize].push(at);
        }
        let mut of_subdistrict: Vec<Vec<_>> = vec![Vec::new(); areas.subdistricts.len()];
        for (area, cells) in areas.communities.iter().zip(&of_community) {
            of_subdistrict[area.parent.unwrap_or(0)].extend(cells);
        }
        let subs = areas.subdistricts.iter().zip(&of_subdistrict).map(|a| ("suburb", a));
        let communities = areas.communities.iter().zip(&of_community).map(|a| ("neighbourhood", a));
        for (place, (area, cells)) in subs.chain(communities) {
            let tags = tags! {
                "place": place, "name": area.name.clone(), "name:en": area.name_en.clone(),
                "ref": area.code.clone(),
            };
            self.node(to_coord(middle(cells)), &tags)?;
        }
        Ok(())
    }

    /// Writes a sheet; the id of its first way.
    fn sheet(&mut self, sheet: &Sheet) -> Result<i64, DemoError> {
        let (first_node, first_way) = (self.next_node, self.next_way);
        for node in &sheet.nodes {
            self.node(node.at, &node.tags)?;
        }
        let mut refs = Vec::new();
        for way in &sheet.ways {
            refs.clear();
            refs.extend(way.refs.iter().map(|r| match r {
                Ref::Skeleton(k) => i64::from(*k) + 1,
                Ref::Local(k) => first_node + i64::from(*k),
            }));
            self.way(&refs, &way.tags)?;
        }
        for (outer, inner, tags) in &sheet.areas {
            let member = |way: u32, role| Member {
                kind: MemberKind::Way,
                id: first_way + i64::from(way),
                role,
            };
            let mut members = vec![member(*outer, "outer")];
            members.extend(inner.iter().map(|&way| member(way, "inner")));
            let mut all = vec![("type", "multipolygon")];
            all.extend(tags.iter().map(|(k, v)| (*k, v.as_ref())));
            let result = self.writer.relation(self.next_relation, &members, &all);
            self.next_relation += 1;
            self.wrap(result)?;
        }
        Ok(first_way)
    }

    fn finish(self) -> Result<(), DemoError> {
        let Self { writer, path, .. } = self;
        let out = writer.finish().map_err(|error| DemoError::Osm { path: path.clone(), error })?;
        let file = out.into_inner().map_err(std::io::IntoInnerError::into_error);
        file.and_then(|f| f.sync_all()).map_err(|error| DemoError::Io { path, error })
    }
}
