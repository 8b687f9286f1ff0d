//! Running `yike`, and the files it is given.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// The binary, with an environment that holds none of its settings.
pub fn yike() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yike"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("YIKE_") {
            command.env_remove(name);
        }
    }
    command
}

/// Runs it with `arguments` and waits.
pub fn run(arguments: &[&str]) -> Output {
    yike().args(arguments).output().expect("the binary runs")
}

/// Standard output as the one JSON object it must be.
pub fn json(output: &Output) -> Value {
    let text = String::from_utf8(output.stdout.clone()).expect("UTF-8");
    let value: Value = serde_json::from_str(&text)
        .unwrap_or_else(|why| panic!("{why}: {text:?}\n{}", stderr(output)));
    assert!(value.is_object(), "{text}");
    value
}

/// Standard error as text.
pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("the paths of tests are plain")
}

/// A district of one subdistrict with some communities; `version` changes a name.
pub fn divisions(folder: &Path, version: u32) -> PathBuf {
    let mut rows = format!(
        "code,name,level,parent_code\n999999,测试区,district,9999\n\
         999999001,河东街道{version}号,subdistrict,999999\n"
    );
    for community in 1..=40 {
        let _ = writeln!(rows, "999999001{community:03},夹城巷{community}社区,community,999999001");
    }
    write(folder, &format!("divisions-{version}.csv"), &rows)
}

/// A boundary of that subdistrict, `version` metres wider.
pub fn boundaries(folder: &Path, version: u32) -> PathBuf {
    let east = 120.01 + f64::from(version) * 1e-5;
    let ring = format!("[[120,30],[{east},30],[{east},30.01],[120,30.01],[120,30]]");
    let text = format!(
        r#"{{"type":"FeatureCollection","features":[{{"type":"Feature",
           "properties":{{"code":"999999001","name":"河东街道","level":"subdistrict"}},
           "geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}]}}"#
    );
    write(folder, &format!("boundaries-{version}.geojson"), &text)
}

/// Homes with addresses, `version` people in each.
pub fn homes(folder: &Path, version: u32) -> PathBuf {
    let mut rows = String::from("id,community,estate,building,lon,lat,people\n");
    for home in 0..3_000 {
        let (community, building) = (home % 40 + 1, home / 40 + 1);
        let _ = writeln!(
            rows,
            "h{home},夹城巷{community}社区,夹城苑,{building},{:.6},{:.6},{}",
            120.0 + f64::from(home % 60) * 1e-5,
            30.0 + f64::from(home / 60) * 1e-5,
            version + 1
        );
    }
    write(folder, &format!("homes-{version}.csv"), &rows)
}

/// Writes a file.
pub fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("the folder can be written");
    path
}

/// The streets of a town of the fixtures.
pub fn town(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.join("fixtures/towns").join(name).join("town.osm")
}
