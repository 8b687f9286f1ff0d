//! Text people give us, parsed once: trimmed, without control characters, bounded in graphemes
//! (what a reader counts as one character), so that a Chinese name and a Latin one have the same room.

use std::fmt;
use std::str::FromStr;

use unicode_segmentation::UnicodeSegmentation as _;

/// Why a text was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum BadText {
    #[error("the {what} is empty")]
    Empty { what: &'static str },
    #[error("the {what} has {count} characters; at most {limit} are taken")]
    TooLong { what: &'static str, count: usize, limit: usize },
    #[error("the {what} contains a control or direction character (U+{code:04X})")]
    Control { what: &'static str, code: u32 },
}

/// Characters that cannot be seen, or that change how the text around them is read.
fn hidden(c: char, lines: bool) -> bool {
    (c.is_control() && !(lines && (c == '\n' || c == '\t')))
        || matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}')
        || ('\u{202A}'..='\u{202E}').contains(&c)
        || ('\u{2060}'..='\u{206F}').contains(&c)
}

fn parse(text: &str, what: &'static str, limit: usize, lines: bool) -> Result<Box<str>, BadText> {
    let text = text.trim();
    if text.is_empty() {
        return Err(BadText::Empty { what });
    }
    // A grapheme may be any number of combining marks: bound the bytes before counting.
    if text.len() > limit * 32 {
        return Err(BadText::TooLong { what, count: text.chars().count(), limit });
    }
    if let Some(c) = text.chars().find(|&c| hidden(c, lines)) {
        return Err(BadText::Control { what, code: c as u32 });
    }
    let count = text.graphemes(true).count();
    if count > limit {
        return Err(BadText::TooLong { what, count, limit });
    }
    Ok(text.into())
}

/// Declares text types: `Name: what it is called in messages, most graphemes, may it have lines`.
macro_rules! text {
    ($($(#[$doc:meta])* $name:ident: $what:literal, $limit:literal, $lines:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// Most characters (graphemes) this text may have.
            pub const LIMIT: usize = $limit;

            /// Trims and checks a text.
            pub fn parse(text: &str) -> Result<Self, BadText> {
                parse(text, $what, $limit, $lines).map(Self)
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = BadText;
            fn from_str(text: &str) -> Result<Self, BadText> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadText;
            fn try_from(text: String) -> Result<Self, BadText> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0.into()
            }
        }
    )*};
}

text! {
    /// The name of a place.
    PlaceName: "name", 60, false;
    /// A title given by a person.
    Title: "title", 80, false;
    /// Why something is done or refused.
    Reason: "reason", 500, true;
    /// What somebody writes about a case.
    CaseText: "text", 4_000, true;
    /// The name of a file, without folders.
    FileName: "file name", 200, false;
    /// The name of a serving process.
    NodeName: "node name", 80, false;
}

/// Cuts a text to at most `limit` graphemes; for messages of our own that go into bounded fields.
pub fn clip(text: &str, limit: usize) -> String {
    text.graphemes(true).take(limit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_as_a_reader_counts() {
        assert!(PlaceName::parse(&"夹".repeat(60)).is_ok());
        assert!(PlaceName::parse(&"👩‍👩‍👧".repeat(10)).is_ok(), "a joined family is one character");
        assert_eq!(
            PlaceName::parse(&"夹".repeat(61)),
            Err(BadText::TooLong { what: "name", count: 61, limit: 60 })
        );
        let marks = format!("a{}", "\u{301}".repeat(5_000));
        assert!(matches!(PlaceName::parse(&marks), Err(BadText::TooLong { .. })));
    }

    #[test]
    fn hidden_characters_are_refused() {
        assert_eq!(PlaceName::parse(" \t "), Err(BadText::Empty { what: "name" }));
        for bad in ["a\0b", "a\u{202E}b", "a\u{200B}b", "a\nb"] {
            assert!(matches!(PlaceName::parse(bad), Err(BadText::Control { .. })), "{bad:?}");
        }
        assert!(Reason::parse("first\nsecond").is_ok());
        assert_eq!(PlaceName::parse("  米市社区 ").unwrap().as_str(), "米市社区");
    }
}
