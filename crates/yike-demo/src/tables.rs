//! The tables beside the map: divisions, boundaries, homes, facilities, and what to look at.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};
use serde_json::json;

use crate::areas::{self, Area, Areas};
use crate::people::BANDS;
use crate::plan::Plan;
use crate::plane::{Pt, to_coord};
use crate::sheet::{Seen, Sheet};
use crate::{DemoError, DemoOptions, DemoReport};

/// Every file of a demo folder.
pub(crate) const FILES: [&str; 8] = [
    "city.osm.pbf",
    "divisions.csv",
    "boundaries.geojson",
    "homes.csv",
    "facilities.xlsx",
    "phenomena.json",
    "demo.json",
    "README.md",
];

/// A file being written; knows its path for errors.
struct Out {
    file: BufWriter<File>,
    path: PathBuf,
}

impl Out {
    fn create(folder: &Path, name: &str) -> Result<Self, DemoError> {
        let path = folder.join(name);
        match File::create(&path) {
            Ok(file) => Ok(Self { file: BufWriter::new(file), path }),
            Err(error) => Err(DemoError::Io { path, error }),
        }
    }

    fn put(&mut self, text: &str) -> Result<(), DemoError> {
        let result = self.file.write_all(text.as_bytes());
        result.map_err(|error| DemoError::Io { path: self.path.clone(), error })
    }

    fn finish(self) -> Result<(), DemoError> {
        let Self { file, path } = self;
        let file = file.into_inner().map_err(std::io::IntoInnerError::into_error);
        file.and_then(|f| f.sync_all()).map_err(|error| DemoError::Io { path, error })
    }
}

/// Codes and names of areas, and the grids being counted out in each community.
pub(crate) struct Places<'a> {
    areas: &'a Areas,
    community: usize,
    grid: u32,
    /// Dwellings already in the grid.
    held: u32,
    rows: u32,
}

/// Dwellings a grid holds before the next estate starts another (grids are of 300 to 500 households).
const GRID_DWELLINGS: u32 = 320;

impl<'a> Places<'a> {
    pub(crate) fn new(areas: &'a Areas) -> Self {
        Self { areas, community: usize::MAX, grid: 0, held: 0, rows: 0 }
    }

    fn subdistrict(&self, community: usize) -> &'a Area {
        let sub = self.areas.communities[community].parent.expect("communities have subdistricts");
        &self.areas.subdistricts[sub]
    }

    /// The grid of the next estate.
    fn next_grid(&mut self, community: usize) -> u32 {
        if self.community != community {
            *self = Self { community, grid: 1, ..Self::new(self.areas) };
        } else if self.held >= GRID_DWELLINGS {
            self.grid += 1;
            self.held = 0;
        }
        self.grid
    }
}

/// The entrances of a building as an address names them: `1单元`, `1-3单元`.
fn entrance(count: u16) -> String {
    if count > 1 { format!("1-{count}单元") } else { "1单元".to_owned() }
}

/// `homes.csv`: one row for each building.
pub(crate) struct HomesTable {
    out: Out,
    pub(crate) rows: u64,
    pub(crate) dwellings: u64,
}

impl HomesTable {
    pub(crate) fn create(folder: &Path) -> Result<Self, DemoError> {
        let mut out = Out::create(folder, "homes.csv")?;
        out.put(
            "id,name,subdistrict,community,community_code,grid,grid_code,estate,building,entrance,",
        )?;
        out.put("lon,lat,levels,dwellings,people,")?;
        out.put(&BANDS.join(","))?;
        out.put(",osm_way\n")?;
        Ok(Self { out, rows: 0, dwellings: 0 })
    }

    /// Adds a sheet's homes, estate by estate.
    pub(crate) fn add(
        &mut self,
        places: &mut Places<'_>,
        community: usize,
        sheet: &Sheet,
        first_way: i64,
    ) -> Result<(), DemoError> {
        let area = &places.areas.communities[community];
        let sub = &places.subdistrict(community).name;
        for (estate, (name, _)) in sheet.estates.iter().enumerate() {
            let grid = places.next_grid(community);
            for home in sheet.homes.iter().filter(|h| usize::from(h.estate) == estate) {
                places.held += home.dwellings;
                places.rows += 1;
                self.rows += 1;
                self.dwellings += u64::from(home.dwellings);
                let ages = home.ages.map(|n| n.to_string()).join(",");
                let row = format!(
                    "{code}-{row:05},{name}{building}幢,{sub},{community},{code},第{grid}网格,\
                     {code}{grid:03},{name},{building},{entrance},{lon:.7},{lat:.7},{levels},\
                     {dwellings},{people},{ages},{way}\n",
                    code = area.code,
                    row = places.rows,
                    community = area.name,
                    building = home.building,
                    entrance = entrance(home.entrances),
                    lon = home.at.lon(),
                    lat = home.at.lat(),
                    levels = home.levels,
                    dwellings = home.dwellings,
                    people = home.people,
                    way = first_way + i64::from(home.way),
                );
                self.out.put(&row)?;
            }
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> Result<(), DemoError> {
        self.out.finish()
    }
}

/// `facilities.xlsx`: the district's own services, with Chinese headings.
pub(crate) struct ServicesTable {
    rows: Vec<ServiceRow>,
}

struct ServiceRow {
    texts: [String; 6],
    lon: f64,
    lat: f64,
    capacity: u32,
}

impl ServicesTable {
    pub(crate) fn new() -> Self {
        Self { rows: Vec::new() }
    }

    pub(crate) fn rows(&self) -> u64 {
        self.rows.len() as u64
    }

    pub(crate) fn add(&mut self, places: &Places<'_>, community: usize, sheet: &Sheet) {
        let area = &places.areas.communities[community];
        let sub = &places.subdistrict(community).name;
        for facility in &sheet.facilities {
            let code = format!("{}F{:05}", area.code, self.rows.len() + 1);
            let kind = facility.kind.zh().to_owned();
            self.rows.push(ServiceRow {
                texts: [
                    code,
                    facility.name.clone(),
                    kind,
                    sub.clone(),
                    area.name.clone(),
                    facility.hours.to_owned(),
                ],
                lon: facility.at.lon(),
                lat: facility.at.lat(),
                capacity: facility.capacity,
            });
        }
    }

    pub(crate) fn write(&self, options: &DemoOptions<'_>) -> Result<(), DemoError> {
        let path = options.out.join("facilities.xlsx");
        self.fill(options, &path).map_err(|error| DemoError::Workbook { path, error })
    }

    fn fill(&self, options: &DemoOptions<'_>, path: &Path) -> Result<(), XlsxError> {
        let day = options.data_date;
        let made = ExcelDateTime::from_ymd(day.year() as u16, day.month() as u8, day.day() as u8)?;
        let mut book = Workbook::new();
        // The workbook's own date is the data's, so that the same options give the same bytes.
        book.set_properties(&DocProperties::new().set_creation_datetime(&made));
        let sheet = book.add_worksheet().set_name("设施")?;
        let heads =
            ["编码", "名称", "类别", "街道", "社区", "开放时间", "经度", "纬度", "容量（人）"];
        for (column, head) in heads.into_iter().enumerate() {
            sheet.write_string(0, column as u16, head)?;
        }
        for (k, row) in self.rows.iter().enumerate() {
            let at = k as u32 + 1;
            for (column, text) in row.texts.iter().enumerate() {
                sheet.write_string(at, column as u16, text)?;
            }
            sheet.write_number(at, 6, row.lon)?;
            sheet.write_number(at, 7, row.lat)?;
            sheet.write_number(at, 8, row.capacity)?;
        }
        book.save(path)
    }
}

/// `divisions.csv`: district, then subdistricts, then communities.
pub(crate) fn write_divisions(folder: &Path, areas: &Areas) -> Result<(), DemoError> {
    let mut out = Out::create(folder, "divisions.csv")?;
    out.put("code,name,level,parent_code\n")?;
    let levels = [
        ("district", &areas.districts, None),
        ("subdistrict", &areas.subdistricts, Some(&areas.districts)),
        ("community", &areas.communities, Some(&areas.subdistricts)),
    ];
    for (level, list, parents) in levels {
        for area in list {
            let parent = match (parents, area.parent) {
                (Some(parents), Some(p)) => parents[p].code.as_str(),
                _ => &area.code[..4],
            };
            out.put(&format!("{},{},{level},{parent}\n", area.code, area.name))?;
        }
    }
    out.finish()
}

/// `boundaries.geojson`: polygons that tile the city at every level.
pub(crate) fn write_boundaries(folder: &Path, plan: &Plan, areas: &Areas) -> Result<(), DemoError> {
    let mut out = Out::create(folder, "boundaries.geojson")?;
    out.put("{\"type\":\"FeatureCollection\",\"features\":[\n")?;
    let mut cells: Vec<Vec<usize>> = vec![Vec::new(); areas.communities.len()];
    for (index, cell) in plan.cells.iter().enumerate() {
        if !cell.outside {
            cells[cell.community as usize].push(index);
        }
    }
    let sub_of = |community: usize| areas.communities[community].parent.unwrap_or(0);
    let mut subs: Vec<Vec<usize>> = vec![Vec::new(); areas.subdistricts.len()];
    for (community, of) in cells.iter().enumerate() {
        subs[sub_of(community)].extend(of);
    }
    let mut districts: Vec<Vec<usize>> = vec![Vec::new(); areas.districts.len()];
    for (sub, of) in subs.iter().enumerate() {
        districts[areas.subdistricts[sub].parent.unwrap_or(0)].extend(of);
    }
    let levels = [
        ("district", &areas.districts, districts),
        ("subdistrict", &areas.subdistricts, subs),
        ("community", &areas.communities, cells),
    ];
    let mut first = true;
    for (level, list, cells) in levels {
        for (area, mut cells) in list.iter().zip(cells) {
            cells.sort_unstable();
            out.put(if first { "" } else { ",\n" })?;
            first = false;
            out.put(&feature(plan, area, level, &cells).to_string())?;
        }
    }
    out.put("\n]}\n")?;
    out.finish()
}

fn feature(plan: &Plan, area: &Area, level: &str, cells: &[usize]) -> serde_json::Value {
    let rings = areas::outline(plan, cells);
    let rings = rings.iter().map(|r| areas::bend(plan, r, crate::skeleton::SAMPLES)).collect();
    let polygons: Vec<Vec<Vec<[f64; 2]>>> = areas::polygons(rings)
        .into_iter()
        .map(|polygon| polygon.iter().map(|ring| degrees(ring)).collect())
        .collect();
    json!({
        "type": "Feature",
        "properties": {
            "code": area.code, "name": area.name, "name_en": area.name_en, "level": level,
        },
        "geometry": { "type": "MultiPolygon", "coordinates": polygons },
    })
}

/// A closed ring in degrees, on the same rounding as the map.
fn degrees(ring: &[Pt]) -> Vec<[f64; 2]> {
    let round = |e7: i32| f64::from(e7) / 1e7;
    ring.iter()
        .chain(ring.first())
        .map(|&p| to_coord(p))
        .map(|c| [round(c.lon_e7), round(c.lat_e7)])
        .collect()
}

/// How many places are kept for each phenomenon.
const KEPT: usize = 3;

/// `phenomena.json`: where to see what.
pub(crate) fn write_phenomena(folder: &Path, seen: &[Seen]) -> Result<(), DemoError> {
    let mut by_kind: BTreeMap<&str, Vec<&Seen>> = BTreeMap::new();
    for one in seen {
        let list = by_kind.entry(one.kind).or_default();
        if list.len() < KEPT {
            list.push(one);
        }
    }
    let all: Vec<serde_json::Value> = by_kind
        .into_values()
        .flatten()
        .map(|s| {
            json!({
                "kind": s.kind, "lon": s.at.lon(), "lat": s.at.lat(),
                "other": s.other.map(|o| json!({ "lon": o.lon(), "lat": o.lat() })),
                "expect": s.expect,
            })
        })
        .collect();
    let mut out = Out::create(folder, "phenomena.json")?;
    out.put(&serde_json::to_string_pretty(&all).expect("plain values serialize"))?;
    out.put("\n")?;
    out.finish()
}

/// `demo.json` for programs and `README.md` for people: that all this is invented.
pub(crate) fn write_about(
    folder: &Path,
    report: &DemoReport,
    areas: &Areas,
) -> Result<(), DemoError> {
    let mut out = Out::create(folder, "demo.json")?;
    out.put(&serde_json::to_string_pretty(report).expect("plain values serialize"))?;
    out.put("\n")?;
    out.finish()?;
    let mut out = Out::create(folder, "README.md")?;
    let names: Vec<&str> = areas.districts.iter().map(|d| d.name.as_str()).collect();
    out.put(&format!(
        "# {names}（虚构）\n\n\
         本文件夹中的街道、河流、房屋、人口和设施全部由程序虚构，不是任何真实区县的数据。\
         代码 3399xx 不属于任何地级市，坐标位于东海海面。\n\n\
         Everything here is invented by a program: streets, water, homes, people, facilities. No real \
         place is meant. The codes 3399xx belong to no prefecture and the coordinates lie in open sea.\n\n\
         - people {people}, seed {seed}, data date {date}\n\
         - city.osm.pbf: street map (OpenStreetMap tagging, WGS 84)\n\
         - divisions.csv, boundaries.geojson: {d} district(s), {s} subdistricts, {c} communities\n\
         - homes.csv: {homes} buildings with people by age band\n\
         - facilities.xlsx: {facilities} services of the district\n\
         - phenomena.json: where to see what\n",
        names = names.join("、"),
        people = report.people,
        seed = report.seed,
        date = report.data_date,
        d = report.districts,
        s = report.subdistricts,
        c = report.communities,
        homes = report.homes,
        facilities = report.facilities,
    ))?;
    out.finish()
}
