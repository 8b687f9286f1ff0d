//! Tables as people make them, good and bad.

use std::io::Write as _;
use std::path::PathBuf;

use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use tempfile::TempDir;
use yike_streets::facilities::Category;
use yike_streets::network::Network;
use yike_streets::network::build::{BuildOptions, build};
use yike_streets::osm::Rules;
use yike_streets::progress::Quiet;

use super::*;

/// A folder with one file in it.
fn file(name: &str, bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

fn homes_of(name: &str, bytes: &[u8]) -> Result<HomesTable, TableError> {
    let (_folder, path) = file(name, bytes);
    read_homes(&path, &TableOptions::default())
}

fn row_errors(table: Result<HomesTable, TableError>) -> RowErrors {
    match table {
        Err(TableError::Rows(errors)) => *errors,
        other => panic!("expected row errors, not {other:?}"),
    }
}

fn shared(path: &str) -> PathBuf {
    let root = std::env::var_os("YIKE_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let path = root.join("data").join(path);
    assert!(path.exists(), "{} is missing: set YIKE_SHARED to the shared folder", path.display());
    path
}

const PLAIN: &str = "编号,名称,经度,纬度,常住人口,60-79岁,80岁以上\n\
    a,柳岸新村,120.15,30.31,100,20,5\n\
    b,\"东,苑\",120.16,30.32,200,30,0\n";

#[test]
fn csv_in_every_usual_encoding_and_separator_is_the_same_table() {
    let (gb, _, _) = encoding_rs::GB18030.encode(PLAIN);
    let bom = [b"\xef\xbb\xbf", PLAIN.as_bytes()].concat();
    let tabs = PLAIN.replace("\"东,苑\"", "东，苑").replace(',', "\t");
    let semicolons = PLAIN.replace("\"东,苑\"", "东，苑").replace(',', ";");
    let sep = format!("sep=;\r\n{semicolons}");
    let utf16: Vec<u8> =
        [0xfeff].into_iter().chain(PLAIN.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let texts: [&[u8]; 7] = [
        PLAIN.as_bytes(),
        &gb,
        &bom,
        tabs.as_bytes(),
        semicolons.as_bytes(),
        sep.as_bytes(),
        &utf16,
    ];
    for bytes in texts {
        let table = homes_of("a.csv", bytes).unwrap();
        let homes = &table.homes;
        assert_eq!((homes.len(), homes.id.get(1), homes.name.get(0)), (2, "b", "柳岸新村"));
        assert_eq!((&homes.people[..], &homes.by_age[..]), (&[100, 200][..], &[20, 5, 30, 0][..]));
        assert_eq!(homes.coord[0], Coord::from_degrees(120.15, 30.31));
        assert_eq!(homes.bands[1].code, "age_80_plus");
        assert!(table.people_given && homes.estimated.iter().all(|e| *e == 0));
    }
}

#[test]
fn declared_encodings_are_kept_to() {
    let (gb, _, _) = encoding_rs::GB18030.encode(PLAIN);
    let (_folder, path) = file("a.csv", &gb);
    let mut options = TableOptions { encoding: Some("utf-8".into()), ..TableOptions::default() };
    let error = read_homes(&path, &options).unwrap_err().to_string();
    assert!(error.contains("not UTF-8 text") && error.contains("--encoding"), "{error}");
    options.encoding = Some("gbk".into());
    assert_eq!(read_homes(&path, &options).unwrap().homes.len(), 2);
    options.encoding = Some("klingon".into());
    assert!(read_homes(&path, &options).unwrap_err().to_string().contains("klingon"));
}

#[test]
fn every_bad_value_is_named_with_row_column_and_remedy() {
    let csv = "id,lon,lat,people\n\
        a,120.15,30.31,-3\n\
        b,30.31,120.15,1\n\
        a,120.15,30.31,2.5\n\
        c,0,0,1\n\
        d,,30.31,1\n\
        e,120.15,30.31,\n\
        f,1201.5,30.31,1\n\
        g,120.15,30.31,many\n\
        h,120.15,30.31,=1+1\n";
    let errors = row_errors(homes_of("bad.csv", csv.as_bytes()));
    let found: Vec<(u64, &str, &Problem)> =
        errors.first.iter().map(|e| (e.row, e.column.as_str(), &e.problem)).collect();
    assert_eq!(
        found,
        [
            (2, "people", &Problem::Negative),
            (3, "lat", &Problem::Swapped),
            (4, "people", &Problem::NotWhole),
            (4, "id", &Problem::Twice(2)),
            (5, "lon", &Problem::Nowhere),
            (6, "lon", &Problem::Missing),
            (7, "people", &Problem::Missing),
            (8, "lon", &Problem::OutOfRange),
            (9, "people", &Problem::NotANumber),
            (10, "people", &Problem::Formula),
        ]
    );
    let text = errors.to_string();
    assert!(text.starts_with("bad.csv: 10 errors in 9 rows; nothing was imported"), "{text}");
    assert!(text.contains("row 2, column \"people\": \"-3\" is below zero"), "{text}");
}

#[test]
fn errors_are_bounded_but_all_counted() {
    let mut csv = String::from("lon,lat,people\n");
    for _ in 0..1000 {
        csv.push_str("120,30,-1\n");
    }
    let errors = row_errors(homes_of("bad.csv", csv.as_bytes()));
    assert_eq!((errors.first.len(), errors.count), (MAX_ERRORS, 1000));
    assert!(errors.to_string().ends_with("and 900 more"));
}

#[test]
fn more_rows_than_allowed_are_refused_while_streaming() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.csv");
    let mut out = std::io::BufWriter::new(File::create(&path).unwrap());
    out.write_all(b"lon,lat,people\n").unwrap();
    for _ in 0..20_000 {
        out.write_all(b"120,30,1\n").unwrap();
    }
    drop(out);
    let options = TableOptions { max_rows: 10_000, ..TableOptions::default() };
    let error = read_homes(&path, &options).unwrap_err().to_string();
    assert_eq!(error, "long.csv: more than 10000 rows; split the file");
}

#[test]
fn wrong_columns_say_what_was_found_and_what_is_needed() {
    let error = homes_of("a.csv", "地址,人口\n某处,3\n".as_bytes()).unwrap_err().to_string();
    for part in ["lon (such as", "经度", "lat", "Found: 地址, 人口", "--column lon=NAME"] {
        assert!(error.contains(part), "{part} not in {error}");
    }
    let empty = homes_of("a.csv", b"").unwrap_err().to_string();
    assert!(empty.contains("Found: none"), "{empty}");
}

#[test]
fn an_open_quote_and_binary_rubbish_are_refused() {
    let mut open = b"lon,lat,name\n120,30,\"never closed".to_vec();
    open.extend(std::iter::repeat_n(b'x', 2 << 20));
    let error = homes_of("a.csv", &open).unwrap_err().to_string();
    assert!(error.contains("row 2") && error.contains("quote"), "{error}");
    assert!(homes_of("a.csv", &[0xff, 0x00, 0x81, 0x0a, 0xff]).is_err());
    assert!(homes_of("a.xlsx", b"PK\x03\x04 not a workbook").is_err());
    assert!(homes_of("a.geojson", b"{\"features\": [{\"type\":").is_err());
    let other = homes_of("a.doc", b"hello").unwrap_err().to_string();
    assert!(other.contains(".csv") && other.contains(".xlsx"), "{other}");
}

#[test]
fn overlapping_ages_and_ages_beyond_people_are_refused() {
    let csv = "lon,lat,people,60+,65-70岁\n120,30,9,1,1\n";
    assert!(homes_of("a.csv", csv.as_bytes()).unwrap_err().to_string().contains("overlap"));
    let csv = "lon,lat,people,60-64岁,65-70岁\n120,30,9,5,5\n";
    let errors = row_errors(homes_of("a.csv", csv.as_bytes()));
    assert_eq!(errors.first[0].problem, Problem::MoreAgesThanPeople(9));
    let csv = "lon,lat,0-14岁,15+\n120,30,9,5\n";
    assert_eq!(homes_of("a.csv", csv.as_bytes()).unwrap().homes.people[0], 14);
}

/// A workbook as district offices make them: a merged title, merged subdistricts, formulas.
fn workbook(change: impl FnOnce(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("说明").unwrap().write(0, 0, "见第二页").unwrap();
    let sheet = book.add_worksheet();
    sheet.set_name("小区").unwrap();
    sheet.merge_range(0, 0, 0, 5, "小区一览表", &Format::new()).unwrap();
    for (c, name) in ["街道", "小区名称", "幢", "经度", "纬度", "人口"].iter().enumerate()
    {
        sheet.write(1, c as u16, *name).unwrap();
    }
    sheet.merge_range(2, 0, 3, 0, "湖墅街道", &Format::new()).unwrap();
    for (r, (name, building, people)) in
        [("柳岸", "3栋", 10.0), ("东苑", "4", 20.0)].iter().enumerate()
    {
        let r = r as u32 + 2;
        sheet.write(r, 1, *name).unwrap().write(r, 2, *building).unwrap();
        sheet.write(r, 3, 120.15).unwrap().write(r, 4, 30.31).unwrap();
        sheet.write(r, 5, *people).unwrap();
    }
    change(sheet);
    book.save_to_buffer().unwrap()
}

fn sheet_of(bytes: &[u8], sheet: &str) -> Result<HomesTable, TableError> {
    let (_folder, path) = file("a.xlsx", bytes);
    read_homes(&path, &TableOptions { sheet: Some(sheet.into()), ..TableOptions::default() })
}

#[test]
fn a_workbook_with_title_merged_cells_and_formulas_is_read() {
    let bytes = workbook(|sheet| {
        sheet.write(3, 5, Formula::new("=10*2").set_result("25")).unwrap();
    });
    let table = sheet_of(&bytes, "小区").unwrap();
    assert_eq!(&table.homes.people[..], [10, 25]);
    assert_eq!(table.addresses[1].subdistrict, "湖墅街道");
    assert_eq!(table.addresses[0].building, "3幢");
    assert_eq!(table.homes.id.get(0), "row/3");
}

#[test]
fn bad_cells_of_a_workbook_are_named_with_sheet_row_and_column() {
    let bytes = workbook(|sheet| {
        let date = ExcelDateTime::from_ymd(2026, 1, 2).unwrap();
        let format = Format::new().set_num_format("yyyy-mm-dd");
        sheet.write_with_format(2, 5, &date, &format).unwrap();
        sheet.merge_range(4, 5, 5, 5, "", &Format::new()).unwrap();
        sheet.write(4, 5, 7.0).unwrap();
        for r in [4, 5] {
            sheet.write(r, 3, 120.15).unwrap().write(r, 4, 30.31).unwrap();
        }
    });
    let errors = row_errors(sheet_of(&bytes, "小区"));
    assert_eq!(errors.sheet.as_deref(), Some("小区"));
    let found: Vec<(u64, &Problem)> = errors.first.iter().map(|e| (e.row, &e.problem)).collect();
    // A number merged over two rows would count twice: the second row has none.
    assert_eq!(found, [(3, &Problem::Date), (6, &Problem::Missing)]);
    assert!(errors.to_string().contains("sheet \"小区\""));
}

#[test]
fn a_wrong_sheet_names_the_sheets_there_are() {
    let bytes = workbook(|_| {});
    let error = sheet_of(&bytes, "楼栋").unwrap_err().to_string();
    assert!(error.contains("楼栋") && error.contains("说明, 小区"), "{error}");
    let (_folder, path) = file("a.xlsx", &bytes);
    let error = read_homes(&path, &TableOptions::default()).unwrap_err().to_string();
    assert!(error.contains("Found: 见第二页"), "{error}");
}

#[test]
fn geojson_points_and_buildings_are_read() {
    let json = r#"{"type":"FeatureCollection","features":[
        {"type":"Feature","id":7,"properties":{"name":"甲","people":12},
         "geometry":{"type":"Point","coordinates":[120.15,30.31,4.0]}},
        {"type":"Feature","properties":{"people":30,"id":"b"},
         "geometry":{"type":"Polygon","coordinates":[[[120,30],[120.001,30],[120.001,30.001],[120,30.001]]]}}
    ]}"#;
    let table = homes_of("a.geojson", json.as_bytes()).unwrap();
    assert_eq!((table.homes.id.get(0), table.homes.id.get(1)), ("7", "b"));
    assert_eq!(table.homes.coord[1], Coord::from_degrees(120.0005, 30.0005));
    assert!((10_500..10_800).contains(&table.homes.footprint_m2[1]));
    let line =
        r#"{"features":[{"properties":{},"geometry":{"type":"LineString","coordinates":[]}}]}"#;
    let errors = row_errors(homes_of("a.geojson", line.as_bytes()));
    assert_eq!(errors.first[0].problem, Problem::Missing);
}

fn categories() -> Vec<Category> {
    [
        ("school", "学校", "School"),
        ("healthcare", "医疗", "Health care"),
        ("canteen", "食堂", "Canteen"),
    ]
    .map(|(code, zh, en)| Category { code: code.into(), zh: zh.into(), en: en.into() })
    .into()
}

#[test]
fn facilities_by_code_by_name_and_by_column() {
    let read = |csv: &str| {
        let (_folder, path) = file("f.csv", csv.as_bytes());
        read_facilities(&path, &TableOptions::default(), &categories()).map(|t| t.facilities)
    };
    let one =
        read("名称,经度,纬度,类别\n甲,120,30,学校；canteen\n乙,120,30,Health care\n").unwrap();
    assert_eq!(&one.of[..], [0b101, 0b010]);
    let many = read("id,lon,lat,schools,healthcare\na,1,2,0,3\nb,1,2,0,0\nc,1,2,是,\n").unwrap();
    assert_eq!((&many.of[..], many.id.get(1)), (&[0b010, 0b001][..], "c"));
    let error = read("lon,lat,type\n1,2,zoo\n").unwrap_err().to_string();
    assert!(error.contains("\"zoo\" is not a known category"), "{error}");
    assert!(read("lon,lat\n1,2\n").unwrap_err().to_string().contains("category (such as"));
}

#[test]
fn a_list_of_one_kind_needs_no_category_column() {
    let path = shared("hangzhou-facilities/basketball-courts.csv");
    let options = TableOptions { category: Some("school".into()), ..TableOptions::default() };
    let table = read_facilities(&path, &options, &categories()).unwrap();
    assert_eq!(table.facilities.of_category(0).count(), 37);
    // Its `type` column means something else.
    let schools = shared("hangzhou-facilities/high-schools.csv");
    assert_eq!(read_facilities(&schools, &options, &categories()).unwrap().facilities.len(), 57);
    assert!(read_facilities(&path, &TableOptions::default(), &categories()).is_err());
}

#[test]
fn the_hexagons_of_porto_alegre_are_homes_and_facilities() {
    let path = shared("osm-porto-alegre/poa_hexgrid.csv");
    let homes = read_homes(&path, &TableOptions::default()).unwrap().homes;
    assert_eq!(homes.len(), 1227);
    assert_eq!(homes.people.iter().map(|p| u64::from(*p)).sum::<u64>(), 812_935);
    let facilities = read_facilities(&path, &TableOptions::default(), &categories()).unwrap();
    assert!(facilities.facilities.of_category(0).count() > 100);
    assert!(facilities.facilities.of_category(1).count() > 50);
}

#[test]
fn the_compounds_of_hangzhou_agree_in_both_frames() {
    let path = shared("hangzhou-homes/compounds.csv");
    let plain = read_homes(&path, &TableOptions::default()).unwrap();
    let options = TableOptions {
        frame: Frame::Bd09,
        columns: vec![("lon".into(), "lon_bd09".into()), ("lat".into(), "lat_bd09".into())],
        ..TableOptions::default()
    };
    let baidu = read_homes(&path, &options).unwrap();
    assert_eq!((plain.homes.len(), plain.source.frame.as_str()), (826, "wgs84"));
    let worst =
        (0..826).map(|i| plain.homes.coord[i].metres_to(baidu.homes.coord[i])).fold(0.0, f64::max);
    // The file's own conversion is rounded to 1e-6 degree, and used the plain (not iterated) way back.
    assert!(worst < 1.0, "{worst} m");
    assert!(!plain.people_given && plain.homes.estimated.iter().all(|e| *e == 1));
}

fn streets_of_hangzhou() -> Network {
    let file = shared("hangzhou-roads/hangzhou-roads.osm.pbf");
    build(&file, &Rules::builtin(), &BuildOptions::default(), &Quiet).unwrap().network
}

#[test]
fn positions_of_another_frame_than_declared_are_pointed_out() {
    let network = streets_of_hangzhou();
    // Front doors: some 15 m off a street.
    let doors: Vec<[f64; 2]> = (0..network.nodes())
        .step_by(40)
        .map(|v| network.node_coord[v])
        .map(|c| [f64::from(c.lon_e7) / 1e7 + 0.000_1, f64::from(c.lat_e7) / 1e7 + 0.000_1])
        .collect();
    for truth in Frame::ALL {
        let as_found: Vec<[f64; 2]> =
            doors.iter().map(|[lon, lat]| truth.from_wgs84(*lon, *lat).into()).collect();
        for declared in Frame::ALL {
            let hint = better_fit(&network, &as_found, declared);
            let better = (declared != truth).then_some(truth);
            assert_eq!(
                hint.map(|h| h.better),
                better,
                "{truth:?} declared as {declared:?}: {hint:?}"
            );
            assert!(
                hint.is_none_or(|h| h.better_m < 20 && h.declared_m >= 2 * h.better_m),
                "{hint:?}"
            );
        }
    }
}

#[test]
fn middles_of_compounds_fit_sparse_streets_in_no_frame() {
    // They lie as far from main roads as they can, so that by chance a wrong frame is nearer to them.
    let network = streets_of_hangzhou();
    let options = TableOptions {
        frame: Frame::Bd09,
        columns: vec![("lon".into(), "lon_bd09".into()), ("lat".into(), "lat_bd09".into())],
        ..TableOptions::default()
    };
    let baidu = read_homes(&shared("hangzhou-homes/compounds.csv"), &options).unwrap();
    for declared in Frame::ALL {
        assert_eq!(better_fit(&network, &baidu.as_found, declared), None);
    }
}

#[test]
fn the_divisions_and_subdistricts_of_gongshu_are_read() {
    let list =
        read_divisions(&shared("gongshu-admin/divisions.csv"), &TableOptions::default()).unwrap();
    let count = |level: &str| list.iter().filter(|d| d.level == level).count();
    assert_eq!([count("district"), count("subdistrict"), count("community")], [1, 18, 178]);
    let table = read_areas(&shared("gongshu-admin/subdistricts.geojson"), &TableOptions::default())
        .unwrap();
    assert_eq!(
        (table.areas.list().len(), table.areas.levels()),
        (18, &["subdistrict".to_owned()][..])
    );
    assert!(table.areas.list().iter().all(|a| a.parent.as_deref() == Some("330105")));
}

#[test]
fn bad_boundaries_are_refused() {
    let read = |json: &str| {
        let (_folder, path) = file("b.geojson", json.as_bytes());
        read_areas(&path, &TableOptions::default()).unwrap_err().to_string()
    };
    let area = |code: &str, geometry: &str| {
        format!(r#"{{"features":[{{"properties":{{"code":"{code}"}},"geometry":{geometry}}}]}}"#)
    };
    let point = r#"{"type":"Point","coordinates":[1,2]}"#;
    let far = r#"{"type":"Polygon","coordinates":[[[1,2],[500,2],[3,4],[1,2]]]}"#;
    assert!(read(&area("1", point)).contains("neither a point nor an area"));
    assert!(read(&area("1", far)).contains("out of range"));
    assert!(read(&area("", far)).contains("is empty"));
    assert!(read(r#"{"features":[]}"#).contains("no areas"));
    assert!(read(r#"{"type":"Feature"}"#).contains("FeatureCollection"));
}
