//! The words of reports, in Chinese and English.

use serde::{Deserialize, Serialize};

/// The language of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// 简体中文.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// Chooses between two texts.
    pub fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// Its code in HTML.
    pub fn code(self) -> &'static str {
        self.pick("zh-Hans", "en")
    }
}

/// `1234567` as `1,234,567`.
pub(super) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Parts per million as a percentage with one decimal, rounded down, so that only all is 100 %.
pub(super) fn percent(ppm: Option<u32>) -> String {
    ppm.map_or_else(|| "–".into(), |ppm| format!("{}.{}%", ppm / 10_000, ppm / 1000 % 10))
}

/// Tenths as a decimal number.
pub(super) fn tenths(n: u32) -> String {
    format!("{}.{}", n / 10, n % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_read_them() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(percent(Some(999_999)), "99.9%");
        assert_eq!(percent(Some(1_000_000)), "100.0%");
        assert_eq!(percent(Some(51_000)), "5.1%");
        assert_eq!(percent(None), "–");
        assert_eq!(tenths(1234), "123.4");
    }
}
