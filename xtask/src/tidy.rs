//! Tidy: what a reviewer should not have to say.
//!
//! Limits on length, headers on modules, no `allow`, no `unwrap` in production code, no machine paths,
//! secrets, fetched data or large blobs, migrations in order, towns that say why they exist, links in
//! documents that lead somewhere.

use std::collections::BTreeSet;

use anyhow::Result;

use crate::repo::{Finding, Repo, has};
use crate::rust_source::RustSource;
use crate::test_files::TestFiles;

const MAX_FUNCTION: usize = 70;
const LONG_FUNCTION: usize = 50;
const MAX_FILE: usize = 800;
const LONG_FILE: usize = 500;
const MAX_BLOB: usize = 200 * 1024;

/// Files people write programs in: rules on single lines, and the limit on length.
const CODE: [&str; 8] = ["rs", "ts", "js", "mjs", "css", "html", "sh", "sql"];

/// Extensions of map and table data that belongs in a data folder, not in the history.
const DATA: [&str; 9] = ["pbf", "gz", "bz2", "gpkg", "shp", "fgb", "mbtiles", "pmtiles", "parquet"];

/// Checks the whole tree.
pub fn check(repo: &Repo) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let tests = TestFiles::find(repo)?;
    for file in &repo.files {
        let bytes = repo.bytes(file)?;
        blobs(file, &bytes, &mut findings);
        let Ok(text) = std::str::from_utf8(&bytes) else { continue };
        lines(file, text, &mut findings);
        if has(file, "md") {
            links(file, text, &repo.files, &mut findings);
        }
        if has(file, "rs") {
            rust(file, text, tests.contains(file), &mut findings);
        } else if CODE.iter().any(|e| has(file, e)) {
            length(file, text.lines().count(), &mut findings);
        }
    }
    migrations(&repo.files, &mut findings);
    towns(&repo.files, &mut findings);
    Ok(findings)
}

/// No fetched data and no large blob, pictures of the documents apart.
fn blobs(file: &str, bytes: &[u8], findings: &mut Vec<Finding>) {
    let binary = bytes.iter().take(8000).any(|&b| b == 0);
    if binary && bytes.len() > MAX_BLOB && !file.starts_with("docs/pictures/") {
        let kb = bytes.len() / 1024;
        findings.push(Finding::mend(
            file,
            0,
            format!("a binary of {kb} KB: keep it out of history"),
        ));
    }
    let small_fixture = bytes.len() < 64 * 1024 && file.contains("fixtures/");
    if DATA.iter().any(|e| has(file, e)) && !small_fixture {
        findings.push(Finding::mend(file, 0, "data is generated or fetched, never committed"));
    }
}

/// Rules on single lines of any text file. The words are put together here so that this file passes.
fn lines(file: &str, text: &str, findings: &mut Vec<Finding>) {
    let machine = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/home/", "runner/")];
    let secrets = [concat!("PRIVATE ", "KEY-----"), concat!("gh", "p_"), concat!("AK", "IA")];
    let later = [concat!("TO", "DO"), concat!("FIX", "ME")];
    let code = CODE.iter().any(|e| has(file, e)) || file == "Makefile";
    for (i, line) in text.lines().enumerate() {
        let mut mend = |what: String| findings.push(Finding::mend(file, i + 1, what));
        if let Some(path) = machine.iter().find(|p| starts_a_path(line, p)) {
            mend(format!(
                "a path of one machine ({path}...): find it from the workspace or a setting"
            ));
        }
        if let Some(secret) = secrets.iter().find(|s| is_secret(line, s)) {
            mend(format!("this looks like a secret ({secret}...)"));
        }
        if let Some(word) = later.iter().find(|w| code && has_word(line, w) && !has_number(line)) {
            mend(format!("{word} without an issue number: do it, or write {word}(#12)"));
        }
    }
}

/// Whether `path` stands at the start of an absolute path in `line`.
fn starts_a_path(line: &str, path: &str) -> bool {
    line.match_indices(path)
        .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || "./_-}".contains(c)))
}

/// Whether a key header, or a token's prefix with at least 16 letters and digits after it, stands here.
fn is_secret(line: &str, mark: &str) -> bool {
    line.match_indices(mark).any(|(at, _)| {
        let rest = &line[at + mark.len()..];
        mark.ends_with('-') || rest.chars().take_while(char::is_ascii_alphanumeric).count() >= 16
    })
}

fn has_word(line: &str, word: &str) -> bool {
    line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|w| w == word)
}

fn has_number(line: &str) -> bool {
    line.split('#').skip(1).any(|after| after.starts_with(|c: char| c.is_ascii_digit()))
}

/// Rules of Rust files.
fn rust(file: &str, text: &str, tests_only: bool, findings: &mut Vec<Finding>) {
    let source = match RustSource::parse(text) {
        Ok(source) => source,
        Err(error) => return findings.push(Finding::mend(file, 0, error)),
    };
    if !source.headed {
        findings.push(Finding::mend(file, 1, "open the module with //!: what it is for"));
    }
    if !tests_only {
        length(file, source.production_lines, findings);
    }
    for (name, line, lines) in &source.functions {
        let text = format!("fn {name} has {lines} lines: split it (hard stop {MAX_FUNCTION})");
        // In tests a table of cases may read best whole: long ones are only reported.
        if *lines > MAX_FUNCTION && !tests_only && !source.is_test(*line) {
            findings.push(Finding::mend(file, *line, text));
        } else if *lines > LONG_FUNCTION {
            findings.push(Finding::look(file, *line, text));
        }
    }
    let unwraps = source.lines_with(". unwrap (").into_iter();
    for line in unwraps.filter(|&l| !tests_only && !source.is_test(l)) {
        findings.push(Finding::mend(file, line, "unwrap: return an error, or expect(\"why\")"));
    }
    for sequence in ["# [ allow (", "# ! [ allow ("] {
        for line in source.lines_with(sequence) {
            findings.push(Finding::mend(file, line, "use #[expect(lint, reason = \"...\")]"));
        }
    }
}

/// The limit on a file's length.
fn length(file: &str, lines: usize, findings: &mut Vec<Finding>) {
    let text = format!("{lines} lines: does it have one subject? (hard stop {MAX_FILE})");
    if lines > MAX_FILE {
        findings.push(Finding::mend(file, 0, text));
    } else if lines > LONG_FILE {
        findings.push(Finding::look(file, 0, text));
    }
}

/// Migrations are numbered 0001, 0002, ... without gap or double.
fn migrations(files: &[String], findings: &mut Vec<Finding>) {
    let folder = "crates/yike-store/migrations/";
    let names = files.iter().filter_map(|f| f.strip_prefix(folder)).filter(|f| has(f, "sql"));
    for (i, name) in names.enumerate() {
        let number = format!("{:04}_", i + 1);
        if !name.starts_with(&number) {
            let text = format!("the next migration in order is {number}...");
            findings.push(Finding::mend(&format!("{folder}{name}"), 0, text));
        }
    }
}

/// Every town of `fixtures/towns/` has its streets, its expected answers and its reason.
fn towns(files: &[String], findings: &mut Vec<Finding>) {
    let folder = "fixtures/towns/";
    let town = |f: &String| Some(f.strip_prefix(folder)?.split_once('/')?.0.to_owned());
    for town in files.iter().filter_map(town).collect::<BTreeSet<_>>() {
        for part in ["town.osm", "expected.toml", "WHY.md"] {
            let path = format!("{folder}{town}/{part}");
            if !files.contains(&path) {
                findings.push(Finding::mend(&path, 0, "every town needs this file"));
            }
        }
    }
}

/// Relative links of a document lead to files or folders that are there.
fn links(file: &str, text: &str, files: &[String], findings: &mut Vec<Finding>) {
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    for (i, line) in text.lines().enumerate() {
        for link in line.split("](").skip(1).filter_map(|rest| rest.split([')', '#', ' ']).next()) {
            if link.is_empty() || link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let path = resolve(folder, link);
            let inside = format!("{path}/");
            if !files.iter().any(|f| *f == path || f.starts_with(&inside)) {
                // Pictures are taken from the running program, so they come after the words.
                let fails = !path.starts_with("docs/pictures/");
                let text = format!("{link} is not there");
                findings.push(Finding { fails, ..Finding::mend(file, i + 1, text) });
            }
        }
    }
}

/// `link` as seen from `folder`, without `.` and `..`.
fn resolve(folder: &str, link: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|p| !p.is_empty()).collect();
    for part in link.split('/').filter(|p| !p.is_empty() && *p != ".") {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(run: impl Fn(&mut Vec<Finding>)) -> Vec<String> {
        let mut findings = Vec::new();
        run(&mut findings);
        findings.iter().map(Finding::to_string).collect()
    }

    /// Good and bad snippets of a rule on the Rust file `file`.
    #[track_caller]
    fn rust_rule(file: &str, good: &str, bad: &str, expected: &str) {
        assert_eq!(texts(|f| rust(file, good, false, f)), Vec::<String>::new(), "good snippet");
        let found = texts(|f| rust(file, bad, false, f));
        assert!(found.len() == 1 && found[0].contains(expected), "bad snippet: {found:?}");
    }

    #[test]
    fn modules_are_headed() {
        rust_rule("a.rs", "//! Head.\n", "// Head.\n", "a.rs:1: open the module");
    }

    #[test]
    fn unwrap_is_for_tests() {
        let test =
            "//! H.\n#[cfg(test)]\nmod tests {\n    fn a() {\n        b.unwrap();\n    }\n}\n";
        rust_rule("a.rs", test, "//! H.\nfn a() {\n    b.unwrap();\n}\n", "a.rs:3: unwrap");
        assert!(texts(|f| rust("a.rs", "//! H.\nfn a() { b.unwrap() }\n", true, f)).is_empty());
    }

    #[test]
    fn lints_are_expected_with_a_reason_never_allowed() {
        let good = "//! H.\n#[expect(dead_code, reason = \"r\")]\nfn a() {}\n";
        rust_rule("a.rs", good, "//! H.\n#[allow(dead_code)]\nfn a() {}\n", "a.rs:2: use #[expect");
        rust_rule("a.rs", good, "//! H.\n#![allow(dead_code)]\n", "a.rs:2: use #[expect");
    }

    #[test]
    fn functions_and_files_have_limits() {
        let function = |n: usize| format!("//! H.\nfn a() {{\n{}}}\n", "    b();\n".repeat(n - 2));
        rust_rule("a.rs", &function(50), &function(71), "mend: a.rs:2: fn a has 71 lines");
        assert!(texts(|f| rust("a.rs", &function(70), false, f))[0].starts_with("look:"));
        let file = |n: usize| format!("//! H.\n{}", "const A: u8 = 1;\n".repeat(n - 1));
        rust_rule("a.rs", &file(500), &file(801), "mend: a.rs:0: 801 lines");
        assert!(texts(|f| rust("a.rs", &file(800), false, f))[0].starts_with("look:"));
    }

    #[test]
    fn lines_hold_no_machine_path_secret_or_unnumbered_note() {
        let found = |file: &str, text: &str| texts(|f| lines(file, text, f)).len();
        assert_eq!(found("a.md", &format!("see {}main", concat!("/wo", "rk/"))), 1);
        assert_eq!(found("a.md", "home/work/school and ../root/x"), 0);
        assert_eq!(found("a.md", &format!("-----BEGIN {}", concat!("PRIVATE ", "KEY-----"))), 1);
        assert_eq!(found("a.sh", &format!("{}0123456789abcdefghij", concat!("gh", "p_"))), 1);
        assert_eq!(found("a.sh", &format!("{} is a prefix", concat!("gh", "p_"))), 0);
        let note = concat!("// TO", "DO");
        assert_eq!(found("a.ts", &format!("{note}: later")), 1);
        assert_eq!(found("a.ts", &format!("{note}(#12): later")), 0);
        assert_eq!(found("a.md", &format!("{note} in prose")), 0);
    }

    #[test]
    fn data_and_blobs_stay_out() {
        let found = |file: &str, bytes: &[u8]| texts(|f| blobs(file, bytes, f)).len();
        assert_eq!(found("a.osm.pbf", b"x"), 1);
        assert_eq!(found("fixtures/odd/a.osm.pbf", b"x"), 0);
        assert_eq!(found("web/font.woff2", &vec![0; MAX_BLOB + 1]), 1);
        assert_eq!(found("docs/pictures/a.png", &vec![0; MAX_BLOB + 1]), 0);
        assert_eq!(found("web/font.woff2", &vec![0; MAX_BLOB]), 0);
    }

    #[test]
    fn migrations_are_in_order() {
        let run = |names: &[&str]| {
            let path = |n: &&str| format!("crates/yike-store/migrations/{n}.sql");
            let files: Vec<String> = names.iter().map(path).collect();
            texts(|f| migrations(&files, f)).len()
        };
        assert_eq!(run(&["0001_a", "0002_b"]), 0);
        assert_eq!(run(&["0001_a", "0003_b"]), 1);
        assert_eq!(run(&["0001_a", "0001_b"]), 1);
    }

    #[test]
    fn links_lead_somewhere() {
        let files = ["docs/a.md", "docs/guide/b.md", "README.md"].map(str::to_owned);
        let found = |text: &str| texts(|f| links("docs/a.md", text, &files, f)).len();
        assert_eq!(found("[b](guide/b.md#top), [g](guide/), [r](../README.md)"), 0);
        assert_eq!(found("[w](https://example.org/x), [here](#top)"), 0);
        assert_eq!(found("[b](b.md)"), 1);
    }

    #[test]
    fn towns_are_whole() {
        let run = |parts: &[&str]| {
            let files: Vec<String> =
                parts.iter().map(|p| format!("fixtures/towns/island/{p}")).collect();
            texts(|f| towns(&files, f)).len()
        };
        assert_eq!(run(&["town.osm", "expected.toml", "WHY.md"]), 0);
        assert_eq!(run(&["town.osm", "expected.toml"]), 1);
    }
}
