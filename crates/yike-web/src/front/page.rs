//! The frame around a page, and what its template asks of it.

use std::borrow::Cow;

use super::language::{Language, Value, grouped};
use super::view::View;
use crate::assets;

/// Which entry of the navigation a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// The front door.
    Front,
    /// What one reaches on foot.
    Nearby,
    /// Reporting, and what became of it.
    Report,
    /// Who lacks what.
    Coverage,
    /// Cases as those who work on them see them.
    Inbox,
    /// Imports, jobs: staff's work.
    Work,
    /// Sources and dates.
    About,
}

/// What every template knows: reader, place, and where it stands.
#[derive(Clone, Debug)]
pub struct Page {
    /// The language of the texts.
    pub language: Language,
    /// How large everything is.
    pub view: View,
    /// Name of the district in the reader's language.
    pub district: String,
    /// Whether everything shown is invented.
    pub demo: bool,
    /// What stands in the browser's title bar, without the name of the site.
    pub title: String,
    /// Where the page belongs.
    pub section: Section,
    /// Path and query of this page, for links that change only language or view.
    pub here: String,
    /// Whether the reader is signed in as staff.
    pub staff: bool,
    /// Whether the reader holds a post that works on cases.
    pub post: bool,
    /// What forms must repeat.
    pub csrf: String,
    /// What time it is, for those who can move it.
    pub now: String,
}

impl Page {
    /// The text of a key.
    pub fn t(&self, key: &str) -> Cow<'static, str> {
        self.language.text(key)
    }

    /// A text with one value.
    pub fn t1(&self, key: &str, name: &'static str, value: impl Shown) -> Cow<'static, str> {
        self.language.fill(key, &[(name, value.value())])
    }

    /// A text with two values.
    pub fn t2(
        &self,
        key: &str,
        name: &'static str,
        value: impl Shown,
        name2: &'static str,
        value2: impl Shown,
    ) -> Cow<'static, str> {
        self.language.fill(key, &[(name, value.value()), (name2, value2.value())])
    }

    /// A count with separators.
    pub fn n(&self, count: impl Into<u64>) -> String {
        grouped(count.into())
    }

    /// Whole minutes to say for a time: rounded up, so that nobody comes late.
    pub fn minutes(&self, ds: &u32) -> Cow<'static, str> {
        self.t1("minutes", "n", ds.div_ceil(600).max(1))
    }

    /// A distance as one says it: to ten metres, from a kilometre on to a hundred.
    pub fn metres(&self, dm: &u32) -> Cow<'static, str> {
        let metres = dm.div_ceil(10);
        if metres < 995 {
            self.t1("metres", "n", metres.div_ceil(10) * 10)
        } else {
            let tenths = u64::from(metres.div_ceil(100));
            self.t1("kilometres", "n", format!("{}.{}", tenths / 10, tenths % 10))
        }
    }

    /// Where a file of ours is served.
    pub fn asset(&self, name: &str) -> String {
        assets::url(name)
    }

    /// This page in the other language.
    pub fn in_other_language(&self) -> String {
        self.here_with("lang", self.other_language().tag())
    }

    /// The language this page is not in.
    pub fn other_language(&self) -> Language {
        match self.language {
            Language::Chinese => Language::English,
            Language::English => Language::Chinese,
        }
    }

    /// This page in another view.
    pub fn in_view(&self, code: &str) -> String {
        self.here_with("view", code)
    }

    /// Whether the page belongs to a section.
    pub fn is_in(&self, section: &str) -> bool {
        let own = match self.section {
            Section::Front => "front",
            Section::Nearby => "nearby",
            Section::Report => "report",
            Section::Coverage => "coverage",
            Section::Inbox => "inbox",
            Section::Work => "work",
            Section::About => "about",
        };
        own == section
    }

    fn here_with(&self, key: &str, value: &str) -> String {
        let (path, query) = self.here.split_once('?').unwrap_or((&self.here, ""));
        let rest: Vec<&str> = query
            .split('&')
            .filter(|pair| !pair.is_empty() && pair.split('=').next() != Some(key))
            .collect();
        let rest = rest.join("&");
        let gap = if rest.is_empty() { "" } else { "&" };
        format!("{path}?{rest}{gap}{key}={value}")
    }

    /// A frame to render pages in for tests and previews.
    pub fn sample(language: Language, view: View) -> Self {
        Self {
            language,
            view,
            district: match language {
                Language::Chinese => "柳岸区".to_owned(),
                Language::English => "Liu'an District".to_owned(),
            },
            demo: true,
            title: "…".to_owned(),
            section: Section::Front,
            here: "/".to_owned(),
            staff: false,
            post: false,
            csrf: "0".repeat(64),
            now: "2026-11-24 18:00".to_owned(),
        }
    }

    /// The same frame for another page.
    #[must_use]
    pub fn titled(mut self, section: Section, title: impl Into<String>) -> Self {
        self.section = section;
        self.title = title.into();
        self
    }
}

/// What can be filled into a text, behind any number of references: templates pass references.
pub trait Shown {
    /// The value to fill in.
    fn value(&self) -> Value;
}

impl<T: Shown + ?Sized> Shown for &T {
    fn value(&self) -> Value {
        (**self).value()
    }
}

impl Shown for str {
    fn value(&self) -> Value {
        Value::Text(self.to_owned())
    }
}

impl Shown for String {
    fn value(&self) -> Value {
        Value::Text(self.clone())
    }
}

impl Shown for Cow<'_, str> {
    fn value(&self) -> Value {
        Value::Text(self.clone().into_owned())
    }
}

macro_rules! shown_counts {
    ($($number:ty),*) => { $(
        impl Shown for $number {
            fn value(&self) -> Value {
                Value::Count(*self as u64)
            }
        }
    )* };
}
shown_counts!(u8, u16, u32, u64, usize);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_the_same_page_keep_its_question() {
        let mut page = Page::sample(Language::Chinese, View::Plain);
        page.here = "/nearby?home=b12&lang=zh".to_owned();
        assert_eq!(page.in_other_language(), "/nearby?home=b12&lang=en");
        page.here = "/".to_owned();
        assert_eq!(page.in_view("elder"), "/?view=elder");
    }

    #[test]
    fn times_and_ways_are_rounded_so_that_nobody_comes_late() {
        let page = Page::sample(Language::English, View::Plain);
        assert_eq!(page.minutes(&1_801), "4 min");
        assert_eq!(page.metres(&2_341), "240 m");
        assert_eq!(page.metres(&10_210), "1.1 km");
    }
}
