//! Arrows: which crate may know which, and what the pure ones may not touch.
//!
//! Reads `cargo metadata` and the tokens of each crate, so that neither a dependency nor a path in the
//! code can add an arrow that ARCHITECTURE.md does not have.

use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::repo::{Finding, Repo, output};
use crate::rust_source::RustSource;
use crate::test_files::TestFiles;

/// What each crate may depend on among ours; tests of a crate follow the same arrows.
const ARROWS: [(&str, &[&str]); 8] = [
    ("yike-model", &[]),
    ("yike-streets", &[]),
    ("yike-demo", &["yike-streets"]),
    ("yike-store", &["yike-model"]),
    ("yike-app", &["yike-model", "yike-streets", "yike-store"]),
    ("yike-web", &["yike-model", "yike-store", "yike-app"]),
    ("yike", &["yike-model", "yike-streets", "yike-demo", "yike-store", "yike-app", "yike-web"]),
    ("xtask", &[]),
];

/// Libraries that only some crates may name.
const OWNERS: [(&str, &[&str]); 3] =
    [("sqlx", &["yike-store"]), ("axum", &["yike-web", "yike"]), ("anyhow", &["yike", "xtask"])];

/// Code that only some crates may write: a write transaction is opened by a deed.
const DEEDS: [(&str, &[&str]); 2] =
    [("yike_store : : Tx", &["yike-app"]), ("store . write (", &["yike-app", "yike-store"])];

/// Folders whose code reads no clock and does no I/O; files are read and written by `container`.
const PURE: [&str; 2] = ["crates/yike-model/src/", "crates/yike-streets/src/circles/"];

/// What the pure code may not name.
const IMPURE: [&str; 9] = [
    "std : : fs",
    "std : : io",
    "std : : net",
    "std : : env",
    "std : : process",
    "std : : thread",
    "Instant",
    "SystemTime",
    ": : now (",
];

/// Checks manifests and code.
pub fn check(repo: &Repo) -> Result<Vec<Finding>> {
    let metadata = output(
        Command::new(env!("CARGO"))
            .args(["metadata", "--no-deps", "--format-version", "1", "--locked", "--offline"])
            .current_dir(&repo.root),
    )?;
    let metadata: Value = serde_json::from_str(&metadata).context("cargo metadata")?;
    let mut findings = manifests(&metadata);
    let tests = TestFiles::find(repo)?;
    for (name, _) in ARROWS {
        let folder = if name == "xtask" { "xtask/".into() } else { format!("crates/{name}/") };
        for file in repo.rust_files(&folder) {
            let source = parse(repo, file)?;
            named_libraries(file, name, &source, &mut findings);
            if !tests.contains(file) {
                write_transactions(file, name, &source, &mut findings);
            }
        }
    }
    for folder in PURE {
        for file in repo.rust_files(folder).filter(|f| !tests.contains(f)) {
            pure(file, &parse(repo, file)?, &mut findings);
        }
    }
    Ok(findings)
}

fn parse(repo: &Repo, file: &str) -> Result<RustSource> {
    let text = String::from_utf8(repo.bytes(file)?)?;
    RustSource::parse(&text).map_err(|e| anyhow::anyhow!("{file}: {e}"))
}

/// Dependencies against [`ARROWS`] and [`OWNERS`].
fn manifests(metadata: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().unwrap_or_default();
        let Some((_, allowed)) = ARROWS.iter().find(|(n, _)| *n == name) else {
            let text = format!("crate {name} has no line in ARROWS (xtask/src/arrows.rs)");
            findings.push(Finding::mend("Cargo.toml", 0, text));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let other = dependency["name"].as_str().unwrap_or_default();
            let ours = ARROWS.iter().any(|(n, _)| *n == other);
            let owned = OWNERS.iter().find(|(n, _)| *n == other);
            let bad_arrow = ours && other != name && !allowed.contains(&other);
            let bad_owner = owned.is_some_and(|(_, owners)| !owners.contains(&name));
            if bad_arrow || bad_owner {
                let text = format!("{name} may not depend on {other} (ARCHITECTURE.md, Arrows)");
                findings.push(Finding::mend("Cargo.toml", 0, text));
            }
        }
    }
    findings
}

/// Names of owned libraries in code that may not name them.
fn named_libraries(file: &str, name: &str, source: &RustSource, findings: &mut Vec<Finding>) {
    for (library, owners) in OWNERS.iter().filter(|(_, owners)| !owners.contains(&name)) {
        for line in source.lines_with(&format!("{library} : :")) {
            let text = format!("only {} may name {library}", owners.join(" and "));
            findings.push(Finding::mend(file, line, text));
        }
    }
}

/// Write transactions in code that may not open them; tests may open what they test.
fn write_transactions(file: &str, name: &str, source: &RustSource, findings: &mut Vec<Finding>) {
    for (sequence, _) in DEEDS.iter().filter(|(_, owners)| !owners.contains(&name)) {
        for line in source.lines_with(sequence).into_iter().filter(|&l| !source.is_test(l)) {
            let text = "only deeds (yike-app) open a write transaction";
            findings.push(Finding::mend(file, line, text));
        }
    }
}

/// Clock and I/O in pure code; its tests may read what they like.
fn pure(file: &str, source: &RustSource, findings: &mut Vec<Finding>) {
    for sequence in IMPURE {
        for line in source.lines_with(sequence).into_iter().filter(|&l| !source.is_test(l)) {
            let what = sequence.replace(' ', "");
            let text = format!("{what}: no clock and no I/O here; take it as an argument");
            findings.push(Finding::mend(file, line, text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, dependencies: &[&str]) -> Value {
        let list: Vec<Value> =
            dependencies.iter().map(|d| serde_json::json!({ "name": d })).collect();
        serde_json::json!({ "packages": [{ "name": name, "dependencies": list }] })
    }

    #[test]
    fn a_dependency_against_the_arrows_is_found() {
        assert_eq!(manifests(&package("yike-app", &["yike-store", "serde"])), []);
        for (name, bad) in [
            ("yike-streets", "yike-model"),
            ("yike-store", "yike-app"),
            ("yike-web", "yike-streets"),
            ("yike-app", "sqlx"),
            ("yike-app", "axum"),
            ("yike-app", "anyhow"),
        ] {
            let found = manifests(&package(name, &[bad]));
            assert_eq!(found.len(), 1, "{name} -> {bad}");
        }
        assert_eq!(manifests(&package("yike-new", &[])).len(), 1, "a crate nobody placed");
    }

    #[test]
    fn a_library_is_named_by_its_owner_only() {
        let source = RustSource::parse("//! H.\nuse sqlx::query;\n").unwrap();
        let mut findings = Vec::new();
        named_libraries("a.rs", "yike-store", &source, &mut findings);
        assert_eq!(findings, []);
        named_libraries("a.rs", "yike-app", &source, &mut findings);
        assert_eq!(findings[0].to_string(), "mend: a.rs:2: only yike-store may name sqlx");
    }

    #[test]
    fn only_deeds_open_a_write_transaction() {
        let count = |name: &str, source: &str| {
            let mut findings = Vec::new();
            write_transactions("a.rs", name, &RustSource::parse(source).unwrap(), &mut findings);
            findings.len()
        };
        let import = "//! H.\nuse yike_store::{Reader, Tx};\n";
        assert_eq!((count("yike-app", import), count("yike-web", import)), (0, 1));
        let call = "//! H.\nfn a() { self.store.write(|_| ()) }\n";
        assert_eq!((count("yike-app", call), count("yike", call)), (0, 1));
    }

    #[test]
    fn pure_code_reads_no_clock_and_does_no_io() {
        let count = |source: &str| {
            let mut findings = Vec::new();
            pure("a.rs", &RustSource::parse(source).unwrap(), &mut findings);
            findings.len()
        };
        assert_eq!(count("//! H.\nuse std::collections::BTreeMap;\nfn now_is(at: u32) {}\n"), 0);
        assert_eq!(count("//! H.\nuse std::fs;\n"), 1);
        assert_eq!(count("//! H.\nfn a() { let t = std::time::Instant::now(); }\n"), 2);
        assert_eq!(count("//! H.\nfn a() { jiff::Timestamp::now(); }\n"), 1);
        assert_eq!(count("//! H.\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n"), 0);
    }
}
