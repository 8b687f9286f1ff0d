//! Files as their readers see them: a spreadsheet, a map program, a browser, a script.

use std::fmt::Write as _;
use std::process::Command;

use calamine::{Data, Reader, Xlsx};
use tempfile::TempDir;
use yike_streets::circles::areas::Area;
use yike_streets::circles::profile;
use yike_streets::circles::standard::Standard;
use yike_streets::circles::study::{self, Ask, Study};
use yike_streets::column::Texts;
use yike_streets::facilities::Facilities;
use yike_streets::homes::{AgeBand, Homes};
use yike_streets::network::build::{BuildOptions, build};
use yike_streets::osm::Rules;
use yike_streets::progress::Quiet;
use yike_streets::units::Coord;

use super::*;

/// A town of eight by eight streets, 96 x 111 m apart.
fn town(folder: &Path) -> City {
    let mut xml = String::from(
        "<osm version=\"0.6\"><bounds minlat=\"29.9\" minlon=\"119.9\" maxlat=\"30.1\" maxlon=\"120.1\"/>",
    );
    for i in 0..64 {
        let (lat, lon) = (30.0 + f64::from(i / 8) * 0.001, 120.0 + f64::from(i % 8) * 0.001);
        let _ = write!(xml, "<node id=\"{}\" lat=\"{lat:.7}\" lon=\"{lon:.7}\"/>", i + 1);
    }
    for way in 0..16 {
        let _ = write!(xml, "<way id=\"{}\">", way + 1);
        for i in 0..8 {
            let node = if way < 8 { way * 8 + i + 1 } else { i * 8 + way - 8 + 1 };
            let _ = write!(xml, "<nd ref=\"{node}\"/>");
        }
        xml += "<tag k=\"highway\" v=\"residential\"/></way>";
    }
    xml += "</osm>";
    let path = folder.join("town.osm");
    fs::write(&path, xml).unwrap();
    let mut city = build(&path, &Rules::builtin(), &BuildOptions::default(), &Quiet).unwrap();
    let at = |x: i32, y: i32| Coord { lon_e7: 1_200_000_000 + x, lat_e7: 300_000_000 + y };
    // The data goes on well to the east and north, and ends in the west and south.
    city.meta.bounds.add(at(1_000_000, 1_000_000));
    let homes = 40usize;
    city.homes = Homes {
        id: Texts::pack((0..homes).map(|i| format!("home/{i}"))),
        name: Texts::pack((0..homes).map(|i| match i {
            0 => "=HYPERLINK(\"http://x\",\"柳岸新村\")".to_owned(),
            1 => "<script>alert('幢')</script>".to_owned(),
            i => format!("柳岸新村{i}幢"),
        })),
        coord: (0..homes as i32)
            .map(|i| at(i % 8 * 9_000, i / 8 * 9_000))
            .collect::<Vec<_>>()
            .into(),
        levels: vec![6; homes].into(),
        dwellings: vec![0; homes].into(),
        footprint_m2: vec![300; homes].into(),
        people: (0..homes as u32).map(|i| 40 + i).collect::<Vec<_>>().into(),
        estimated: (0..homes).map(|i| u8::from(i % 4 == 0)).collect::<Vec<_>>().into(),
        bands: vec![AgeBand { code: "age_60_plus".into(), from: 60, to: None }],
        by_age: vec![10; homes].into(),
        first_entrance: vec![0; homes + 1].into(),
        entrance: Vec::new().into(),
    };
    let bit = |code: &str| {
        let category = city.facilities.categories.iter().position(|c| c.code == code).unwrap();
        1u128 << category
    };
    let of = vec![
        bit("kindergarten"),
        bit("canteen"),
        bit("bank"),
        bit("kindergarten") | bit("canteen"),
    ];
    city.facilities = Facilities {
        id: Texts::pack((0..4).map(|i| format!("f/{i}"))),
        name: Texts::pack(["春芽幼儿园", "@食堂", "银行", "+综合"]),
        coord: vec![at(0, 0), at(9_000, 0), at(70_000, 70_000), at(30_000, 0)].into(),
        of: of.into(),
        first_entrance: vec![0; 5].into(),
        entrance: Vec::new().into(),
        categories: city.facilities.categories,
    };
    city
}

fn areas() -> Areas {
    let at = |x: i32, y: i32| Coord { lon_e7: 1_200_000_000 + x, lat_e7: 300_000_000 + y };
    let area = |code: &str, name: &str, w: i32, e: i32| Area {
        code: code.into(),
        name: name.into(),
        level: "community".into(),
        parent: None,
        polygons: vec![vec![vec![
            at(w, -99),
            at(e, -99),
            at(e, 90_000),
            at(w, 90_000),
            at(w, -99),
        ]]],
    };
    Areas::new(vec![
        area("1", "运河社区", -99, 30_000),
        area("2", "桥西社区 & 码头", 30_000, 90_000),
    ])
    .unwrap()
}

struct Made {
    folder: TempDir,
    study: Study,
    files: Vec<String>,
}

fn made(lang: Lang) -> Made {
    made_of(lang, "gb50180", |_| ())
}

fn made_of(lang: Lang, standard: &str, change: impl FnOnce(&mut City)) -> Made {
    let folder = tempfile::tempdir().unwrap();
    let mut city = town(folder.path());
    change(&mut city);
    let areas = areas();
    let profiles = profile::builtin();
    let chosen = ["adult", "wheelchair"].map(|code| profiles.get(code).unwrap().clone());
    let mut ask = Ask::new(chosen.into(), Standard::builtin(standard).unwrap());
    ask.factors = Some(yike_streets::circles::estimate::Factors::default());
    let study = study::run(&city, Some(&areas), &ask, &Quiet).unwrap();
    let export = Export { study: &study, city: Arc::new(city), areas: Some(&areas), lang };
    let files = write_all(&export, folder.path(), &Quiet).unwrap();
    Made { folder, study, files }
}

impl Made {
    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    /// Header and rows of a CSV file.
    fn csv(&self, name: &str) -> (Vec<String>, Vec<Vec<String>>) {
        let text = self.text(name);
        let mut reader = ::csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let header = reader.headers().unwrap().iter().map(String::from).collect();
        let rows =
            reader.records().map(|r| r.unwrap().iter().map(String::from).collect()).collect();
        (header, rows)
    }
}

fn column(header: &[String], name: &str) -> usize {
    header.iter().position(|h| h == name).unwrap_or_else(|| panic!("no column {name}: {header:?}"))
}

#[test]
fn same_study_same_bytes() {
    let (a, b) = (made(Lang::Zh), made(Lang::Zh));
    assert_eq!(a.files, b.files);
    assert_eq!(a.files.len(), 13);
    for name in &a.files {
        let [x, y] = [&a, &b].map(|m| fs::read(m.folder.path().join(name)).unwrap());
        assert!(x == y, "{name} differs");
    }
}

#[test]
fn no_cell_is_a_formula() {
    assert_eq!(safe("=1+1"), "'=1+1");
    assert_eq!(
        [safe("+1"), safe("-1"), safe("@a"), safe("\ta"), safe("\ra")].map(|s| s.starts_with('\'')),
        [true; 5]
    );
    assert_eq!(safe("柳岸=新村"), "柳岸=新村");
    let made = made(Lang::Zh);
    for name in made.files.iter().filter(|n| Path::new(n).extension() == Some("csv".as_ref())) {
        let (_, rows) = made.csv(name);
        assert!(!rows.is_empty(), "{name}");
        for cell in rows.iter().flatten().filter(|c| c.parse::<f64>().is_err()) {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{name}: {cell}");
        }
    }
    assert!(made.text("homes-adult.csv").starts_with("\u{feff}lon,lat,profile,id,name"));
}

#[test]
fn coverage_in_the_table_is_the_studys() {
    let made = made(Lang::Zh);
    let (header, rows) = made.csv("coverage.csv");
    let at = |name| column(&header, name);
    let found = rows.iter().find(|r| {
        (
            r[at("area")].as_str(),
            r[at("profile")].as_str(),
            r[at("category")].as_str(),
            r[at("minutes")].as_str(),
        ) == ("*", "adult", "kindergarten", "5")
    });
    let row = found.unwrap();
    let s = made.study.service("kindergarten").unwrap();
    let people = made.study.cover(0, 0, s, 0).people();
    assert!(people.covered > 0 && people.lacking > 0 && people.edge > 0, "{people:?}");
    assert_eq!(row[at("people_covered")], people.covered.to_string());
    assert_eq!(row[at("people_all")], "2380");
    assert_eq!(row[at("age_60_plus_all")], "400");
    assert_eq!(row[at("people_estimated")], "580");
    assert_eq!(
        (row[at("standard")].as_str(), row[at("category_name")].as_str()),
        ("gb50180 2018", "幼儿园")
    );
    // Areas and the outside sum to the whole.
    let sum: u64 = rows
        .iter()
        .filter(|r| r[at("level")] == "community" && r[at("profile")] == "adult")
        .filter(|r| r[at("category")] == "kindergarten" && r[at("minutes")] == "5")
        .map(|r| r[at("people_covered")].parse::<u64>().unwrap())
        .sum();
    assert_eq!(sum, people.covered);
}

#[test]
fn the_gap_list_names_homes_items_and_the_nearest_there_is() {
    let made = made(Lang::En);
    let (header, rows) = made.csv("gaps.csv");
    let at = |name: &str| column(&header, name);
    let of = |item: &str, profile: &str| {
        rows.iter().filter(|r| r[at("item")] == item && r[at(profile)] != "covered").count()
    };
    let i =
        made.study.meta.standard.items.iter().position(|i| i.code == "five.kindergarten").unwrap();
    let homes = made.study.item(0, 0, i).homes();
    assert_eq!(of("five.kindergarten", "adult") as u64, homes.lacking + homes.edge);
    let row = rows.iter().find(|r| r[at("item")] == "five.kindergarten").unwrap();
    assert!(row[at("nearest_m")].parse::<u32>().unwrap() > 300);
    assert_eq!((row[at("limit")].as_str(), row[at("nearest_id")].as_str()), ("300 m", "f/3"));
    // What the data has none of is in the standard's table, marked, not home by home.
    assert_eq!(of("five.recycling", "adult"), 0);
    let (header, rows) = made.csv("standard.csv");
    let (item, note) = (column(&header, "item"), column(&header, "note"));
    let recycling = rows.iter().find(|r| r[item] == "five.recycling").unwrap();
    assert_eq!(recycling[note], "the data has no such facility");
    assert!(rows.iter().any(|r| r[column(&header, "kind")] == "unchecked" && !r[note].is_empty()));
}

fn ogrinfo(path: &Path) -> String {
    let output = Command::new("ogrinfo")
        .args(["-al", "-ro"])
        .arg(path)
        .output()
        .expect("ogrinfo is needed: apt-get install gdal-bin");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn debians_ogrinfo_reads_the_layers() {
    let made = made(Lang::Zh);
    let homes = ogrinfo(&made.folder.path().join("homes-adult.fgb"));
    for part in [
        "Geometry: Point",
        "Feature Count: 40",
        "WGS 84",
        "people (Integer64) = 45",
        "柳岸新村5幢",
        "kindergarten_1_s (Real)",
        "area_community (String) = 1",
        "POINT (120.0045 30",
    ] {
        assert!(homes.contains(part), "{part} not in:\n{}", &homes[..homes.len().min(3000)]);
    }
    let areas = ogrinfo(&made.folder.path().join("areas.fgb"));
    for part in [
        "Geometry: Multi Polygon",
        "Feature Count: 2",
        "桥西社区 & 码头",
        "MULTIPOLYGON (((",
        "adult.five.kindergarten.lacking",
    ] {
        assert!(areas.contains(part), "{part} not in:\n{}", &areas[..areas.len().min(3000)]);
    }
    let json = ogrinfo(&made.folder.path().join("homes-wheelchair.geojson"));
    assert!(json.contains("Feature Count: 40") && json.contains("柳岸新村39幢"));
}

#[test]
fn geojson_is_whole_and_states_what_it_stands_on() {
    let made = made(Lang::En);
    let json: serde_json::Value = serde_json::from_str(&made.text("areas.geojson")).unwrap();
    assert_eq!(json["features"].as_array().unwrap().len(), 2);
    assert_eq!(json["features"][1]["properties"]["name"], "桥西社区 & 码头");
    assert!(json["description"].as_str().unwrap().contains("GB 50180-2018"));
    let people: u64 =
        (0..2).map(|i| json["features"][i]["properties"]["people"].as_u64().unwrap()).sum();
    assert_eq!(people, 2380);
}

#[test]
fn the_workbook_holds_numbers_as_numbers() {
    let made = made(Lang::Zh);
    let bytes = fs::read(made.folder.path().join("circle.xlsx")).unwrap();
    let mut book: Xlsx<_> = Xlsx::new(io::Cursor::new(bytes)).unwrap();
    assert_eq!(book.sheet_names(), ["可达", "缺口", "区域", "说明"]);
    let coverage = book.worksheet_range("可达").unwrap();
    let row = coverage.rows().find(|r| r[1] == Data::String("幼儿园".into())).unwrap();
    assert_eq!(row[4], Data::Float(2380.0));
    let Data::Float(share) = row[9] else { panic!("{:?}", row[9]) };
    assert!(share > 0.0 && share < 1.0);
    let areas = book.worksheet_range("区域").unwrap();
    assert_eq!(areas.height(), 1 + 4 * 2);
    let about = book.worksheet_range("说明").unwrap();
    let text = about.rows().flatten().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(
        text.contains("估算") && text.contains("未检查") && text.contains("town.osm"),
        "{text}"
    );
}

#[test]
fn the_report_states_findings_marks_and_escapes_every_value() {
    for lang in [Lang::Zh, Lang::En] {
        let html = made(lang).text("report.html");
        assert!(html.starts_with("<!doctype html>") && html.ends_with("</html>\n"));
        assert!(!html.contains("<script") && !html.contains("http://x"));
        assert!(html.contains("桥西社区 &amp; 码头") && !html.contains("社区 & 码头"));
        let expected = match lang {
            Lang::Zh => ["580 人为估算值", "未检查", "GB 50180-2018", "走得到", "距数据边界"],
            Lang::En => [
                "580 of them are an estimate",
                "Not checked",
                "GB 50180-2018",
                "in reach",
                "edge of the data",
            ],
        };
        for part in expected {
            assert!(html.contains(part), "{part} not in the report");
        }
        assert!(html.matches("<svg").count() > 5 && html.contains("role=\"img\""));
        assert!(!html.contains("src=") && !html.contains("url(http"), "nothing is fetched");
    }
}

#[test]
fn near_the_edge_the_report_says_unknown_and_counts_it_apart() {
    for (lang, words) in [
        (Lang::Zh, "未知：数据在步行范围内中断："),
        (Lang::En, "unknown: data ends within the walk: "),
    ] {
        let made = made(lang);
        let html = made.text("report.html");
        assert_eq!(html.matches(words).count(), 1, "once, in the legend");
        assert!(html.contains("class=\"m-homes m-beyond\""), "and on the map");
        // Everybody is in one entry of the legend.
        let legend = &html[html.find("<figcaption>").unwrap()..html.find("</figcaption>").unwrap()];
        let who = lang.pick(" 人</span>", " people</span>");
        let counts = legend.split(who).filter_map(|entry| entry.rsplit([' ', '：']).next());
        let sum: u64 = counts.filter_map(|n| n.replace(',', "").parse::<u64>().ok()).sum();
        assert_eq!(sum, 2380, "{legend}");
    }
}

#[test]
fn a_report_with_nothing_to_judge_says_why_and_what_to_supply() {
    let none = |city: &mut City| {
        let categories = city.facilities.categories.clone();
        city.facilities = Facilities { categories, ..Facilities::default() };
        city.facilities.first_entrance = vec![0].into();
    };
    for (lang, words) in [
        (Lang::Zh, ["还不能评判", "请用 --facilities 给出设施表", "住处（未评判）"]),
        (Lang::En, ["not judged yet", "Give a table of facilities", "home, not judged"]),
    ] {
        let html = made_of(lang, "hangzhou", none).text("report.html");
        for word in words {
            assert!(html.contains(word), "{word} not in the report");
        }
        for wrong in ["0 项设施中 0 项", "0 of 0", "缺 1–0 项", "1–0 missing", "<b>0.0</b>"]
        {
            assert!(!html.contains(wrong), "{wrong} in the report");
        }
    }
}

#[test]
fn a_rule_by_number_is_one_line_however_many_areas_it_is_asked_of() {
    for lang in [Lang::Zh, Lang::En] {
        let made = made_of(lang, "hangzhou", |_| ());
        let html = made.text("report.html");
        let standard = &made.study.meta.standard;
        assert!(!made.study.meta.ratios.is_empty());
        for (r, rule) in standard.ratios.iter().enumerate() {
            let asked = made.study.meta.ratios.iter().any(|a| a.ratio as usize == r);
            let name = report_escape(lang.pick(&rule.zh, &rule.en));
            let lines = html.matches(&format!("<dt>{name}</dt>")).count();
            assert_eq!(lines, usize::from(asked), "{name}");
        }
    }
}

fn report_escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('\'', "&#39;")
}
