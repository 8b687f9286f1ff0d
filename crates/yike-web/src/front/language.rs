//! Languages: which one a visitor reads, and the texts of the pages in it.
//!
//! Texts live in `locales/*/*.ftl`. English is written, not translated: the two may differ in length
//! and order, never in what they promise. A missing text is a bug that tests find; a page shows the
//! key rather than nothing.

use std::borrow::Cow;
use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::types::FluentNumber;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::langid;

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Simplified Chinese 简体中文.
    Chinese,
    /// English.
    English,
}

/// The files of texts, the same names in both languages.
const CHINESE: &[&str] = &[
    include_str!("../../locales/zh-Hans/common.ftl"),
    include_str!("../../locales/zh-Hans/nearby.ftl"),
    include_str!("../../locales/zh-Hans/coverage.ftl"),
    include_str!("../../locales/zh-Hans/report.ftl"),
    include_str!("../../locales/zh-Hans/cases.ftl"),
    include_str!("../../locales/zh-Hans/work.ftl"),
    include_str!("../../locales/zh-Hans/errors.ftl"),
    include_str!("../../locales/zh-Hans/rows.ftl"),
];

const ENGLISH: &[&str] = &[
    include_str!("../../locales/en/common.ftl"),
    include_str!("../../locales/en/nearby.ftl"),
    include_str!("../../locales/en/coverage.ftl"),
    include_str!("../../locales/en/report.ftl"),
    include_str!("../../locales/en/cases.ftl"),
    include_str!("../../locales/en/work.ftl"),
    include_str!("../../locales/en/errors.ftl"),
    include_str!("../../locales/en/rows.ftl"),
];

impl Language {
    /// Both languages, the district's own first.
    pub const ALL: [Self; 2] = [Self::Chinese, Self::English];

    /// The language tag in HTML, cookies and query strings.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-Hans",
            Self::English => "en",
        }
    }

    /// The language of a tag such as `zh-CN` or `en`, if it is one of ours.
    pub fn of_tag(tag: &str) -> Option<Self> {
        match tag.split(['-', '_']).next()?.to_ascii_lowercase().as_str() {
            "zh" => Some(Self::Chinese),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// The first of our languages that an `Accept-Language` header likes best; Chinese otherwise.
    pub fn accepted(header: &str) -> Self {
        let mut best = (0.0, Self::Chinese);
        for wish in header.split(',').take(20) {
            let mut parts = wish.split(';');
            let Some(language) = parts.next().and_then(|tag| Self::of_tag(tag.trim())) else {
                continue;
            };
            let weight = parts
                .find_map(|p| p.trim().strip_prefix("q=").map(|q| q.parse::<f32>().unwrap_or(0.0)))
                .unwrap_or(1.0);
            if weight > best.0 {
                best = (weight, language);
            }
        }
        best.1
    }

    fn texts(self) -> &'static FluentBundle<FluentResource> {
        static TEXTS: OnceLock<[FluentBundle<FluentResource>; 2]> = OnceLock::new();
        &TEXTS.get_or_init(|| [load(langid!("zh-Hans"), CHINESE), load(langid!("en"), ENGLISH)])
            [self as usize]
    }

    /// Whether there is a text of `key`.
    pub fn has(self, key: &str) -> bool {
        self.texts().has_message(key)
    }

    /// The text of `key`.
    pub fn text(self, key: &str) -> Cow<'static, str> {
        self.render(key, None)
    }

    /// The text of `key` with values filled in.
    pub fn fill(self, key: &str, values: &[(&'static str, Value)]) -> Cow<'static, str> {
        let mut args = FluentArgs::new();
        for (name, value) in values {
            match value {
                Value::Text(text) => args.set(*name, FluentValue::from(text.clone())),
                Value::Count(n) => args.set(*name, FluentValue::from(*n as f64)),
            }
        }
        self.render(key, Some(&args))
    }

    fn render(self, key: &str, args: Option<&FluentArgs>) -> Cow<'static, str> {
        let bundle = self.texts();
        let Some(pattern) = bundle.get_message(key).and_then(|m| m.value()) else {
            tracing::error!(key, language = self.tag(), "a text is missing");
            return Cow::Owned(key.to_owned());
        };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, args, &mut errors);
        if !errors.is_empty() {
            tracing::error!(key, ?errors, "a text could not be filled in");
        }
        Cow::Owned(text.into_owned())
    }
}

/// A value filled into a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A name or another text.
    Text(String),
    /// A number of things, written with separators and deciding between one and many.
    Count(u64),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

macro_rules! counts {
    ($($number:ty),*) => { $(
        impl From<$number> for Value {
            fn from(n: $number) -> Self {
                Self::Count(n as u64)
            }
        }
        impl From<&$number> for Value {
            fn from(n: &$number) -> Self {
                Self::Count(*n as u64)
            }
        }
    )* };
}
counts!(u8, u16, u32, u64, usize);

fn load(id: unic_langid::LanguageIdentifier, files: &[&str]) -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    // The marks around filled-in values would be copied along with the text and confuse searches.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(write_number));
    for file in files {
        let resource =
            FluentResource::try_new((*file).to_owned()).unwrap_or_else(|(partial, _)| partial);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

fn write_number<M>(value: &FluentValue, _: &M) -> Option<String> {
    match value {
        FluentValue::Number(FluentNumber { value, .. }) => Some(grouped(*value as u64)),
        _ => None,
    }
}

/// A whole number with a comma between thousands, as both languages write it in tables.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_wishes_are_weighed() {
        assert_eq!(Language::accepted("en-GB,en;q=0.9,zh;q=0.8"), Language::English);
        assert_eq!(Language::accepted("fr,zh-CN;q=0.7,en;q=0.3"), Language::Chinese);
        assert_eq!(Language::accepted("fr;q=1"), Language::Chinese);
        assert_eq!(Language::accepted(""), Language::Chinese);
    }

    #[test]
    fn thousands_are_separated() {
        let groups = [0, 999, 1_000, 1_120_000].map(grouped);
        assert_eq!(groups, ["0", "999", "1,000", "1,120,000"]);
    }
}
