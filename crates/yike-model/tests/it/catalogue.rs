//! The neutral catalogue of case categories and the answer templates hold together.

use std::collections::BTreeSet;

use serde::Deserialize;
use yike_model::Timestamp;
use yike_model::calendar::{Span, WorkCalendar};
use yike_model::people::Role;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalogue {
    category: Vec<Category>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Category {
    code: String,
    zh: String,
    en: String,
    group: String,
    kind: String,
    tier: String,
    handler: String,
    normal: Span,
    urgent: Span,
    urgent_tier: String,
    may_be_urgent: bool,
    private: bool,
    about: Vec<String>,
    emergency: String,
    link: String,
    words: Vec<String>,
    basis: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Templates {
    template: Vec<Template>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Template {
    state: String,
    code: String,
    zh: String,
    en: String,
}

const GROUPS: [&str; 11] = [
    "stairwell",
    "property",
    "utilities",
    "safety",
    "cleaning",
    "greening",
    "roads",
    "order",
    "neighbours",
    "care",
    "other",
];
const TIERS: [&str; 5] = ["stairwell", "estate", "community", "subdistrict", "district"];
const STATES: [&str; 7] =
    ["filed", "rejected", "handling", "feedback", "extended", "shelved", "closed"];

fn catalogue() -> Vec<Category> {
    let text = include_str!("../../data/catalogue/cn.toml");
    toml::from_str::<Catalogue>(text).unwrap().category
}

fn templates() -> Vec<Template> {
    let text = include_str!("../../data/catalogue/templates.toml");
    toml::from_str::<Templates>(text).unwrap().template
}

fn is_code(code: &str) -> bool {
    code.starts_with(|c: char| c.is_ascii_lowercase())
        && code.chars().all(|c| c.is_ascii_lowercase() || c == '_')
}

fn is_role(code: &str) -> bool {
    Role::ALL.iter().any(|role| role.code() == code)
}

/// The order of a tier, lowest first.
fn height(tier: &str) -> usize {
    TIERS.iter().position(|t| *t == tier).unwrap_or_else(|| panic!("{tier} is no tier"))
}

#[test]
fn every_category_is_whole_and_its_code_its_own() {
    let mut codes = BTreeSet::new();
    let mut names = BTreeSet::new();
    let categories = catalogue();
    for c in &categories {
        assert!(is_code(&c.code) && codes.insert(&c.code), "{}", c.code);
        assert!(names.insert(&c.zh) && names.insert(&c.en), "{}: a name used twice", c.code);
        assert!(GROUPS.contains(&c.group.as_str()), "{}: {}", c.code, c.group);
        assert!(["component", "event", "service"].contains(&c.kind.as_str()), "{}", c.code);
        assert!(is_role(&c.handler), "{}: {}", c.code, c.handler);
        let words: BTreeSet<&String> = c.words.iter().collect();
        assert!(words.len() == c.words.len() && words.len() >= 3, "{}: {words:?}", c.code);
        assert!(c.words.iter().all(|w| *w == w.to_lowercase()), "{}", c.code);
        assert!(c.words.iter().any(|w| w.is_ascii()), "{}: English words", c.code);
        assert!(!c.words.iter().all(|w| w.is_ascii()), "{}: Chinese words", c.code);
        assert!(c.basis.contains("[D]") || c.basis.contains("[S"), "{}: {}", c.code, c.basis);
    }
    let used: BTreeSet<&str> = categories.iter().map(|c| c.group.as_str()).collect();
    assert_eq!(used, GROUPS.into_iter().collect());
}

/// What is urgent is due no later, from any hour of a week, and goes no lower.
#[test]
fn urgent_is_sooner_and_higher() {
    let china = WorkCalendar::china();
    for c in catalogue() {
        assert!(height(&c.urgent_tier) >= height(&c.tier), "{}", c.code);
        for hour in 0..7 * 24 {
            // From Monday 2025-03-10 00:00 in Hangzhou.
            let at = Timestamp::from_millis(1_741_536_000_000 + hour * 3_600_000).unwrap();
            let (normal, urgent) = (china.due(at, c.normal).at, china.due(at, c.urgent).at);
            assert!(urgent <= normal, "{} at {at}: {normal} and urgent {urgent}", c.code);
        }
    }
}

#[test]
fn who_is_complained_of_neither_handles_nor_sees() {
    let complaints: Vec<Category> =
        catalogue().into_iter().filter(|c| !c.about.is_empty()).collect();
    assert!(complaints.iter().any(|c| c.about == ["property_manager"]));
    for c in complaints {
        assert!(c.about.iter().all(|role| is_role(role)), "{}", c.code);
        assert!(c.private && !c.about.contains(&c.handler), "{}", c.code);
    }
}

#[test]
fn emergencies_are_turned_away_and_petitions_shown_the_way() {
    let mut numbers = BTreeSet::new();
    for c in catalogue() {
        if !c.emergency.is_empty() {
            assert!(["110", "119", "120", "122"].contains(&c.emergency.as_str()), "{}", c.code);
            assert!(c.may_be_urgent, "{}", c.code);
            numbers.insert(c.emergency);
        }
        assert_eq!(!c.link.is_empty(), c.code == "petition", "{}", c.code);
        assert!(!c.link.contains("://"), "words, not an address: {}", c.link);
    }
    assert_eq!(numbers.len(), 4);
}

/// The names in braces of a text, in order of the alphabet.
fn places(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).map(|rest| rest.split_once('}').unwrap().0).collect()
}

#[test]
fn every_state_has_answers_in_both_languages() {
    let mut codes = BTreeSet::new();
    let templates = templates();
    for t in &templates {
        assert!(STATES.contains(&t.state.as_str()), "{}", t.code);
        assert!(is_code(&t.code) && t.code.starts_with(&t.state), "{}", t.code);
        assert!(codes.insert(&t.code), "{} twice", t.code);
        assert_eq!(places(&t.zh), places(&t.en), "{}: both say as much", t.code);
        let known: BTreeSet<&str> = ["place", "due", "unit"].into();
        assert!(places(&t.zh).is_subset(&known), "{}", t.code);
        assert_eq!(t.zh.matches('{').count(), t.zh.matches('}').count(), "{}", t.code);
        assert!(t.en.is_ascii() && !t.zh.is_ascii(), "{}", t.code);
    }
    for state in STATES {
        assert!(templates.iter().any(|t| t.state == state), "no answer for {state}");
    }
}
