//! The files of a demo folder, read back by other programs and held against each other.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its files has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use calamine::{Data, Reader, Xlsx, open_workbook};
use serde_json::Value;
use yike_demo::{DemoError, DemoOptions, DemoReport, generate};
use yike_streets::progress::{Progress, Quiet};

const PEOPLE: u64 = 60_000;

fn make(out: &Path, people: u64, seed: u64) -> DemoReport {
    let data_date = jiff::civil::date(2025, 6, 30);
    generate(&DemoOptions { people, seed, out, data_date }, &Quiet).unwrap()
}

/// The default district, made once for all tests.
fn district() -> &'static (tempfile::TempDir, DemoReport) {
    static MADE: OnceLock<(tempfile::TempDir, DemoReport)> = OnceLock::new();
    MADE.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let report = make(dir.path(), PEOPLE, 1);
        (dir, report)
    })
}

fn read(name: &str) -> String {
    fs::read_to_string(district().0.path().join(name)).unwrap()
}

/// Rows of a CSV without quoted fields, by column name.
fn rows(name: &str) -> Vec<BTreeMap<String, String>> {
    let text = read(name);
    let mut lines = text.lines();
    let heads: Vec<String> = lines.next().unwrap().split(',').map(String::from).collect();
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            assert_eq!(cells.len(), heads.len(), "{line}");
            heads.iter().cloned().zip(cells.into_iter().map(String::from)).collect()
        })
        .collect()
}

type Ring = Vec<(f64, f64)>;

/// Polygons of one level: code, rings of each polygon.
fn polygons(level: &str) -> Vec<(String, Vec<Vec<Ring>>)> {
    let all: Value = serde_json::from_str(&read("boundaries.geojson")).unwrap();
    let point = |p: &Value| (p[0].as_f64().unwrap(), p[1].as_f64().unwrap());
    let ring = |r: &Value| r.as_array().unwrap().iter().map(point).collect();
    let polygon = |p: &Value| p.as_array().unwrap().iter().map(ring).collect();
    all["features"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|f| f["properties"]["level"] == level)
        .map(|f| {
            let code = f["properties"]["code"].as_str().unwrap().to_owned();
            let coordinates = f["geometry"]["coordinates"].as_array().unwrap();
            (code, coordinates.iter().map(polygon).collect())
        })
        .collect()
}

fn area(ring: &Ring) -> f64 {
    let (ox, oy) = ring[0];
    let step = |a: (f64, f64), b: (f64, f64)| (a.0 - ox) * (b.1 - oy) - (a.1 - oy) * (b.0 - ox);
    ring.windows(2).map(|w| step(w[0], w[1])).sum::<f64>() / 2.0
}

fn inside(polygons: &[Vec<Ring>], (x, y): (f64, f64)) -> bool {
    let crossings = polygons.iter().flatten().flat_map(|ring| ring.windows(2)).filter(|w| {
        let ((ax, ay), (bx, by)) = (w[0], w[1]);
        (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax
    });
    crossings.count() % 2 == 1
}

fn osmium(args: &[&str]) -> String {
    let map = district().0.path().join("city.osm.pbf");
    let out =
        Command::new("osmium").args(args).arg(map).output().expect("osmium-tool is installed");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

#[test]
fn the_same_bytes_on_every_run_and_number_of_threads() {
    let files = |threads: usize| -> BTreeMap<String, Vec<u8>> {
        let dir = tempfile::tempdir().unwrap();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let report = pool.install(|| make(dir.path(), 20_000, 7));
        let names = report.files.into_iter();
        names.map(|n| (n.clone(), fs::read(dir.path().join(n)).unwrap())).collect()
    };
    let one = files(1);
    for threads in [1, 2, 5] {
        for (name, bytes) in files(threads) {
            assert!(bytes == one[&name], "{name} differs on {threads} threads");
        }
    }
}

#[test]
fn another_seed_is_another_city() {
    let dir = tempfile::tempdir().unwrap();
    make(dir.path(), PEOPLE, 2);
    let other = fs::read(dir.path().join("city.osm.pbf")).unwrap();
    assert_ne!(other, fs::read(district().0.path().join("city.osm.pbf")).unwrap());
}

#[test]
fn osmium_counts_what_the_report_says_and_finds_every_reference() {
    let report = &district().1;
    let get = |what: &str| osmium(&["fileinfo", "-e", "-g", what]).trim().to_owned();
    assert_eq!(get("data.count.nodes"), report.osm_nodes.to_string());
    assert_eq!(get("data.count.ways"), report.osm_ways.to_string());
    assert_eq!(get("data.count.relations"), report.osm_relations.to_string());
    assert_eq!(get("data.objects_ordered"), "yes");
    assert_eq!(get("header.option.osmosis_replication_timestamp"), "2025-06-30T00:00:00Z");
    osmium(&["check-refs", "-r"]);
    // Every node lies in the box the header promises.
    let boxes = |what: &str| -> Vec<f64> {
        let text = get(what);
        let numbers = text.trim_matches(['(', ')']).split(',').map(|n| n.parse().unwrap());
        numbers.collect()
    };
    let (head, data) = (boxes("header.boxes"), boxes("data.bbox"));
    assert!(head[0] <= data[0] && head[1] <= data[1] && head[2] >= data[2] && head[3] >= data[3]);
}

#[test]
fn people_add_up_by_age_and_in_all() {
    let bands =
        ["age_0_2", "age_3_5", "age_6_11", "age_12_14", "age_15_59", "age_60_79", "age_80_plus"];
    let (mut all, mut elders, mut ids) = (0, 0, BTreeSet::new());
    for row in rows("homes.csv") {
        let number = |key: &str| row[key].parse::<u64>().unwrap();
        assert_eq!(bands.iter().map(|b| number(b)).sum::<u64>(), number("people"), "{row:?}");
        all += number("people");
        elders += number("age_60_79") + number("age_80_plus");
        assert!(number("dwellings") > 0 && number("levels") > 0);
        assert!(ids.insert(row["id"].clone()), "twice: {}", row["id"]);
    }
    assert_eq!(all, PEOPLE);
    assert_eq!(ids.len() as u64, district().1.homes);
    let share = elders as f64 / all as f64;
    assert!((0.16..0.30).contains(&share), "{share} are 60 and older");
}

#[test]
fn every_home_lies_in_its_community() {
    let of: BTreeMap<String, Vec<Vec<Ring>>> = polygons("community").into_iter().collect();
    for row in rows("homes.csv") {
        let at = (row["lon"].parse().unwrap(), row["lat"].parse().unwrap());
        assert!(inside(&of[&row["community_code"]], at), "{row:?}");
        assert!(row["id"].starts_with(&row["community_code"]));
        assert!(row["grid_code"].starts_with(&row["community_code"]));
    }
}

#[test]
fn estates_of_one_community_have_different_names() {
    let mut grids: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    let mut buildings: BTreeSet<(String, String, String)> = BTreeSet::new();
    for row in rows("homes.csv") {
        let estate = (row["community"].clone(), row["estate"].clone());
        let building = (estate.0.clone(), estate.1.clone(), row["building"].clone());
        assert!(buildings.insert(building), "{row:?}");
        grids.entry(estate).or_default().insert(row["grid"].clone());
    }
    assert!(grids.values().all(|g| g.len() == 1), "an estate lies in one grid");
}

#[test]
fn areas_tile_the_city_at_every_level() {
    let sum = |level: &str| -> f64 {
        polygons(level).iter().flat_map(|(_, p)| p.iter().flatten()).map(area).sum()
    };
    let (district, subs, communities) = (sum("district"), sum("subdistrict"), sum("community"));
    assert!(district > 0.0);
    assert!((subs / district - 1.0).abs() < 1e-9, "{subs} of {district}");
    assert!((communities / district - 1.0).abs() < 1e-9, "{communities} of {district}");
    let (whole, parts) = (polygons("district"), polygons("community"));
    let (mut within, steps) = (0, 90);
    let all: Vec<(f64, f64)> = whole[0].1.iter().flatten().flatten().copied().collect();
    let west = all.iter().map(|p| p.0).fold(f64::MAX, f64::min);
    let east = all.iter().map(|p| p.0).fold(f64::MIN, f64::max);
    let south = all.iter().map(|p| p.1).fold(f64::MAX, f64::min);
    let north = all.iter().map(|p| p.1).fold(f64::MIN, f64::max);
    for i in 0..steps {
        for j in 0..steps {
            let (s, t) = (
                (f64::from(i) + 0.37) / f64::from(steps),
                (f64::from(j) + 0.61) / f64::from(steps),
            );
            let at = (west + (east - west) * s, south + (north - south) * t);
            let owners = parts.iter().filter(|(_, p)| inside(p, at)).count();
            assert_eq!(owners, usize::from(inside(&whole[0].1, at)), "{at:?}");
            within += owners;
        }
    }
    assert!(within > 3_000, "{within}");
}

#[test]
fn divisions_are_a_tree_with_codes_of_no_real_place() {
    let rows = rows("divisions.csv");
    let codes: BTreeMap<&str, &str> =
        rows.iter().map(|r| (r["code"].as_str(), r["level"].as_str())).collect();
    assert_eq!(codes.len(), rows.len());
    for row in &rows {
        let (code, parent) = (row["code"].as_str(), row["parent_code"].as_str());
        assert!(code.starts_with("3399") && code.starts_with(parent));
        let (length, above) = match row["level"].as_str() {
            "district" => (6, None),
            "subdistrict" => (9, Some("district")),
            _ => (12, Some("subdistrict")),
        };
        assert_eq!(code.len(), length);
        assert_eq!(codes.get(parent).copied(), above);
    }
    let names: BTreeSet<&str> = rows.iter().map(|r| r["name"].as_str()).collect();
    assert_eq!(names.len(), rows.len(), "names repeat");
    assert_eq!(polygons("community").len(), district().1.communities);
}

#[test]
fn the_workbook_lists_services_with_hours_and_places() {
    let path = district().0.path().join("facilities.xlsx");
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    let sheet = book.worksheet_range("设施").unwrap();
    let heads: Vec<String> = sheet.rows().next().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(heads[..3], ["编码", "名称", "类别"]);
    let mut kinds: BTreeMap<String, u32> = BTreeMap::new();
    for row in sheet.rows().skip(1) {
        *kinds.entry(row[2].to_string()).or_default() += 1;
        assert!(matches!(row[6], Data::Float(lon) if (123.0..124.0).contains(&lon)), "{row:?}");
        assert!(matches!(row[8], Data::Float(people) if people > 0.0), "{row:?}");
    }
    assert_eq!(u64::from(kinds.values().sum::<u32>()), district().1.facilities);
    for kind in
        ["社区（老年）食堂", "托育机构", "婴幼儿成长驿站", "党群服务中心", "老年人日间照料中心"]
    {
        assert!(kinds.contains_key(kind), "no {kind} in {kinds:?}");
    }
    // Every community has its station, but not everything else.
    assert!(kinds["社区服务站"] as usize >= district().1.communities * 9 / 10, "{kinds:?}");
    assert!((kinds["托育机构"] as usize) < district().1.communities, "{kinds:?}");
}

#[test]
fn every_phenomenon_can_be_looked_up() {
    let wanted = [
        "both-sides-of-the-border",
        "canal-without-bridge",
        "cul-de-sac",
        "facility-in-the-courtyard",
        "footbridge",
        "gate-hours",
        "island",
        "locked-gate",
        "pedestrian-square",
        "stairs-or-ramp",
    ];
    for seed in [1, 2, 3, 4, 5] {
        let dir = tempfile::tempdir().unwrap();
        make(dir.path(), PEOPLE, seed);
        let text = fs::read_to_string(dir.path().join("phenomena.json")).unwrap();
        let all: Vec<Value> = serde_json::from_str(&text).unwrap();
        let kinds: BTreeSet<&str> = all.iter().map(|p| p["kind"].as_str().unwrap()).collect();
        let missing: Vec<&&str> = wanted.iter().filter(|k| !kinds.contains(**k)).collect();
        assert!(missing.is_empty(), "seed {seed} lacks {missing:?}");
        assert!(all.iter().all(|p| p["expect"].as_str().unwrap().len() > 20));
    }
}

#[test]
fn the_folder_says_that_it_is_invented() {
    let about: Value = serde_json::from_str(&read("demo.json")).unwrap();
    assert_eq!(about["invented"], true);
    assert!(read("README.md").contains("虚构") && read("README.md").contains("invented"));
}

#[test]
fn sizes_and_folders_that_cannot_be_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let data_date = jiff::civil::date(2025, 6, 30);
    for people in [0, 19_999, 20_000_001, u64::MAX] {
        let options = DemoOptions { people, seed: 1, out: dir.path(), data_date };
        assert!(matches!(generate(&options, &Quiet), Err(DemoError::People(n)) if n == people));
    }
    let file = dir.path().join("a file");
    fs::write(&file, "").unwrap();
    let options = DemoOptions { people: PEOPLE, seed: 1, out: &file.join("x"), data_date };
    let error = generate(&options, &Quiet).unwrap_err().to_string();
    assert!(error.starts_with("cannot write") && error.contains("a file"), "{error}");
}

#[test]
fn somebody_can_stop_it() {
    struct Stop;
    impl Progress for Stop {
        fn stage(&self, _: &'static str, _: u64, _: u64) {}
        fn cancelled(&self) -> bool {
            true
        }
    }
    let dir = tempfile::tempdir().unwrap();
    let data_date = jiff::civil::date(2025, 6, 30);
    let options = DemoOptions { people: PEOPLE, seed: 1, out: dir.path(), data_date };
    assert!(matches!(generate(&options, &Stop), Err(DemoError::Cancelled)));
}

#[test]
fn our_own_reader_finds_the_same_homes_and_one_network() {
    let map = district().0.path().join("city.osm.pbf");
    let city = yike_streets::network::build::build(
        &map,
        &yike_streets::osm::Rules::builtin(),
        &yike_streets::network::build::BuildOptions::default(),
        &Quiet,
    )
    .unwrap();
    assert_eq!(city.homes.len() as u64, district().1.homes);
    let dwellings: u64 = city.homes.dwellings.iter().map(|&d| u64::from(d)).sum();
    assert_eq!(dwellings, district().1.dwellings);
    assert_eq!(city.meta.data_date.as_deref(), Some("2025-06-30"));
    let main = city.network.node_component.iter().filter(|&&c| c == 0).count();
    let share = main as f64 / city.network.nodes() as f64;
    assert!((0.97..1.0).contains(&share), "{share} of the nodes are in the main component");
    let found: BTreeSet<&str> = city
        .facilities
        .categories
        .iter()
        .enumerate()
        .filter(|(k, _)| city.facilities.of_category(*k).next().is_some())
        .map(|(_, category)| category.code.as_str())
        .collect();
    for code in [
        "kindergarten",
        "primary_school",
        "market",
        "pharmacy",
        "bus_stop",
        "park",
        "bank",
        "health_centre",
        "hospital",
        "convenience",
        "breakfast",
        "ball_court",
        "metro_station",
    ] {
        assert!(found.contains(code), "no {code} in {found:?}");
    }
}
