//! Exit codes, the one JSON object, environment variables, damaged files.

use std::path::Path;

use crate::support::{divisions, homes, json, run, stderr, text, town, write, yike};

fn new_district(folder: &Path) -> String {
    let data = folder.join("data");
    let file = divisions(folder, 1);
    let output = run(&["import", "places", text(&file), "--data", text(&data)]);
    assert!(output.status.success(), "{}", stderr(&output));
    text(&data).to_owned()
}

#[test]
fn wrong_arguments_are_told_with_code_2() {
    for arguments in [&["no-such"][..], &["serve", "--no-such"], &["demo", "--people", "many"], &[]]
    {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn help_has_examples() {
    for command in ["demo", "serve", "verify", "doctor", "sign-in", "backup", "completions", "man"]
    {
        let output = run(&[command, "--help"]);
        assert!(output.status.success());
        let help = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(help.contains("Examples:") && help.contains("YIKE_LOG"), "{help}");
    }
}

#[test]
fn an_answer_is_one_json_object_and_the_log_goes_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let file = divisions(folder.path(), 1);
    let output = run(&["import", "places", text(&file), "--data", text(&data), "--json"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let answer = json(&output);
    assert_eq!((answer["rows"].as_u64(), answer["applied"].as_bool()), (Some(42), Some(true)));
    assert_eq!(answer["summary"]["places"]["community"]["added"], 40);
    let output = run(&["verify", "--data", text(&data), "--json"]);
    assert_eq!(json(&output)["holds"], true);
}

#[test]
fn a_failure_is_one_json_object_too() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(&["verify", "--data", text(&folder.path().join("none")), "--json"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(json(&output)["error"]["code"], "bad_input");
    assert!(stderr(&output).contains("yike demo"), "says what to do: {}", stderr(&output));
}

#[test]
fn a_dry_run_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = new_district(folder.path());
    let changed = divisions(folder.path(), 2);
    let output = run(&["import", "places", text(&changed), "--data", &data, "--dry-run", "--json"]);
    let answer = json(&output);
    assert_eq!(answer["applied"], false);
    assert_eq!(answer["summary"]["places"]["subdistrict"]["revised"], 1);
    let again = run(&["import", "places", text(&changed), "--data", &data, "--json"]);
    assert_eq!(json(&again)["summary"]["places"]["subdistrict"]["revised"], 1, "still to be done");
}

#[test]
fn flags_are_mirrored_by_variables() {
    let folder = tempfile::tempdir().unwrap();
    let data = new_district(folder.path());
    let output =
        yike().arg("verify").env("YIKE_DATA", &data).env("YIKE_JSON", "1").output().unwrap();
    assert_eq!(json(&output)["holds"], true);
    let output =
        yike().arg("verify").env("YIKE_DATA", &data).env("YIKE_JSON", "no").output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("Everything holds"));
}

#[test]
fn damaged_and_wrong_files_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let data = new_district(folder.path());
    let at = folder.path();
    let cases = [
        ("streets", write(at, "empty.osm.pbf", ""), "empty.osm.pbf"),
        ("streets", write(at, "text.osm.pbf", "not a street map at all"), "text.osm.pbf"),
        ("streets", write(at, "cut.osm", "<osm version=\"0.6\"><node id=\"1\""), "cut.osm"),
        ("homes", write(at, "columns.csv", "a,b\n1,2\n"), "columns.csv"),
        ("homes", write(at, "rows.csv", "lon,lat,people\n120,30,-5\n120,300,1\n"), "row 2"),
        ("homes", write(at, "not.xlsx", "PK but no workbook"), "not.xlsx"),
        ("facilities", write(at, "kinds.csv", "lon,lat,category\n120,30,no-such\n"), "row 2"),
        ("boundaries", write(at, "open.geojson", "{\"type\":"), "open.geojson"),
        ("places", write(at, "levels.csv", "code,name,level\n1,x,planet\n"), "row 2"),
    ];
    for (kind, file, named) in cases {
        let output = run(&["import", kind, text(&file), "--data", &data, "--json"]);
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{kind} {}: {told}", file.display());
        assert_eq!(json(&output)["error"]["code"], "bad_input");
        assert!(told.contains(named), "{kind} {}: {told}", file.display());
        assert!(!told.contains("panicked"), "{told}");
    }
    let output = run(&["verify", "--data", &data, "--json"]);
    assert_eq!(json(&output)["holds"], true);
    assert_eq!(json(&output)["checked"]["files"], 0, "nothing came in");
}

#[test]
fn a_table_in_another_frame_is_pointed_out_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let data = new_district(folder.path());
    let file = homes(folder.path(), 1);
    let output = run(&["import", "homes", text(&file), "--data", &data, "--frame", "mars"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("gcj02"), "{}", stderr(&output));
}

#[test]
fn sign_in_links_backups_and_the_doctor() {
    let folder = tempfile::tempdir().unwrap();
    let data = new_district(folder.path());
    let streets = town("cul-de-sac");
    assert!(run(&["import", "streets", text(&streets), "--data", &data]).status.success());
    let link = json(&run(&["sign-in", "--data", &data, "--role", "planner", "--json"]));
    assert!(link["url"].as_str().unwrap().starts_with("http://127.0.0.1:8080/sign-in?token="));
    let copy = folder.path().join("copy");
    let output = run(&["backup", text(&copy), "--data", &data, "--json"]);
    assert_eq!(json(&output)["files"], 1, "{}", stderr(&output));
    let verified = json(&run(&["verify", "--data", text(&copy), "--json"]));
    assert_eq!((&verified["holds"], &verified["checked"]["files"]), (&true.into(), &1.into()));
    assert_eq!(
        run(&["backup", text(&copy), "--data", &data]).status.code(),
        Some(2),
        "not over it"
    );
    let doctor = json(&run(&["doctor", "--data", &data, "--json"]));
    let well = |what: &str| {
        doctor["looks"].as_array().unwrap().iter().any(|l| l["what"] == what && l["well"] == true)
    };
    assert!(well("database") && well("contents") && well("district"), "{doctor}");
}

#[test]
fn completions_and_manual_come_from_the_command_line() {
    let bash = run(&["completions", "bash"]);
    assert!(String::from_utf8_lossy(&bash.stdout).contains("sign-in"));
    let folder = tempfile::tempdir().unwrap();
    assert!(run(&["man", "--output", text(folder.path())]).status.success());
    assert!(folder.path().join("yike-import-homes.1").is_file());
}
