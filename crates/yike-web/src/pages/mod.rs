//! Pages: what each shows, and the handler that fills it.
//!
//! A page's struct holds only what its template writes, in the words of the page. Its `sample()` is
//! what tests render in every language and view.

pub mod about;
pub mod ask;
pub mod boards;
pub mod cases;
pub mod coverage;
pub mod front;
pub mod imports;
pub mod nearby;
pub mod phone;
pub mod places;
pub mod plain;
pub mod report;
pub mod signing;
pub mod studies;
pub mod timeline;
pub mod track;
pub mod work;

use yike_model::studies::Question;

use crate::front::language::Language;

/// The name in the reader's language of something that has one in both.
pub fn pick(language: Language, zh: &str, en: &str) -> String {
    match language {
        Language::Chinese => zh,
        Language::English => en,
    }
    .to_owned()
}

/// A study's title in the reader's language, as far as it has one there.
pub fn title_of(language: Language, question: &Question) -> String {
    let english = question.title_en.as_ref().filter(|_| language == Language::English);
    english.unwrap_or(&question.title).to_string()
}

/// A choice among several, as a link.
#[derive(Clone, Debug)]
pub struct Chip {
    /// What it comes to, written large above its name; may be empty.
    pub big: String,
    /// What it is called.
    pub name: String,
    /// Where it leads.
    pub href: String,
    /// The same as form fields, where the question must not stand in an address.
    pub fields: Vec<(&'static str, String)>,
    /// Whether it is the one chosen.
    pub on: bool,
}

/// A choice among several, in a form.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What it is called.
    pub name: String,
    /// Whether it is the one chosen.
    pub on: bool,
}

impl Choice {
    /// A choice.
    pub fn new(value: impl Into<String>, name: impl Into<String>, on: bool) -> Self {
        Self { value: value.into(), name: name.into(), on }
    }
}

/// A link.
#[derive(Clone, Debug)]
pub struct Link {
    /// Where it leads.
    pub href: String,
    /// What it is called.
    pub name: String,
}

impl Link {
    /// A link.
    pub fn new(href: impl Into<String>, name: impl Into<String>) -> Self {
        Self { href: href.into(), name: name.into() }
    }
}

/// A name and what goes with it.
#[derive(Clone, Debug)]
pub struct Fact {
    /// What it is.
    pub name: String,
    /// How it is.
    pub value: String,
}

impl Fact {
    /// A fact.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

/// One line of a map's legend.
#[derive(Clone, Debug)]
pub struct LegendItem {
    /// CSS word of the tone.
    pub tone: &'static str,
    /// Its colour on paper.
    pub colour: &'static str,
    /// What it means.
    pub words: String,
}

/// A moment as people say it.
#[derive(Clone, Debug)]
pub struct When {
    /// Machine-readable.
    pub iso: String,
    /// In full, for hovering and print.
    pub full: String,
    /// As one says it today.
    pub said: String,
}

/// How something stands: word, shape and colour.
#[derive(Clone, Debug)]
pub struct State {
    /// CSS word.
    pub tone: &'static str,
    /// Shape.
    pub sign: &'static str,
    /// Word.
    pub words: String,
    /// Why, where that needs saying; else empty.
    pub why: String,
}

/// A job under way.
#[derive(Clone, Debug)]
pub struct JobView {
    /// Its id.
    pub id: String,
    /// What it does.
    pub title: String,
    /// How it stands.
    pub state: State,
    /// How far it is, 0 to 100.
    pub percent: u8,
    /// What it is doing now.
    pub stage: String,
    /// Whether the reader may stop it.
    pub may_cancel: bool,
}

#[cfg(test)]
pub mod samples;
