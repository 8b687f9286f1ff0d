//! The texts of both languages: the same keys, each used, no Chinese left in templates.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn files(folder: &Path, end: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("entries can be read").path();
        if path.is_dir() {
            files(&path, end, found);
        } else if path.to_string_lossy().ends_with(end) {
            found.push(path);
        }
    }
    found.sort();
}

/// Keys of a language with the variables each uses.
fn keys(language: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut list = Vec::new();
    files(&here("locales").join(language), ".ftl", &mut list);
    let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut key = String::new();
    for line in list.iter().flat_map(|f| {
        fs::read_to_string(f)
            .expect("texts are UTF-8")
            .lines()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    }) {
        if line.starts_with(|c: char| c.is_ascii_lowercase()) {
            key = line.split(" =").next().expect("a key stands before the sign").to_owned();
            assert!(!keys.contains_key(&key), "{language}: {key} stands twice");
        }
        let variables = line.split('$').skip(1).map(|rest| {
            rest.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or("").to_owned()
        });
        keys.entry(key.clone()).or_default().extend(variables);
    }
    keys.remove("");
    keys
}

#[test]
fn both_languages_have_the_same_keys_and_variables() {
    assert_eq!(keys("zh-Hans"), keys("en"));
}

#[test]
fn every_key_is_used_and_every_used_key_is_there() {
    let (mut templates, mut code) = (Vec::new(), Vec::new());
    files(&here("templates"), ".html", &mut templates);
    files(&here("src"), ".rs", &mut code);
    let text: String = templates
        .iter()
        .chain(&code)
        .map(|path| fs::read_to_string(path).expect("the file is UTF-8"))
        .collect();
    let known = keys("zh-Hans");
    // Keys put together from a stem and a code are named by their stem in the code.
    let stems = [
        "error-",
        "profile-",
        "need-",
        "state-",
        "import-kind-",
        "import-frame-",
        "filter-list-",
        "stage-",
        "about-set-",
        "place-kind-",
        "row-",
        "place-one-",
        "by-",
        "class-",
        "event-",
        "group-",
        "part-",
        "photo-",
        "rate-",
        "source-",
        "stands-closed-",
        "tier-",
        "unit-",
        "do-",
        "do-text-",
        "do-told-",
        "did-",
        "no-",
        "when-day-",
        "left-",
        "over-",
        "span-",
        "span-unit-",
    ];
    for key in known.keys() {
        let quoted = text.contains(&format!("\"{key}\""));
        let by_stem =
            stems.iter().any(|stem| key.starts_with(stem) && text.contains(&format!("\"{stem}{{")));
        assert!(quoted || by_stem, "the text {key} is never used");
    }
    for call in ["p.t(\"", "p.t1(\"", "p.t2(\""] {
        for rest in text.split(call).skip(1) {
            let key = rest.split('"').next().unwrap_or("");
            assert!(known.contains_key(key), "the text {key} is missing");
        }
    }
}

#[test]
fn templates_hold_no_chinese() {
    let mut templates = Vec::new();
    files(&here("templates"), ".html", &mut templates);
    for path in templates {
        let text = fs::read_to_string(&path).expect("templates are UTF-8");
        let found = text.chars().find(|c| ('\u{2e80}'..='\u{ffef}').contains(c));
        assert_eq!(found, None, "{} speaks without its locale", path.display());
    }
}
