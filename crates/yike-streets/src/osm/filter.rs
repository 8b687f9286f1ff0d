//! Tag filters as written in the tables: `highway=footway|path & access!=private`.

use serde::Deserialize;

use super::tags::{Key, KeySet, Keys, Tags};

/// Why a filter cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// A term is none of the known forms.
    #[error("`{0}` is not a term: write key=a|b, key=*, key!=a|b, !key, key~a|b, key<1.2 or key>5")]
    Term(String),
    /// A bound is not a number.
    #[error("`{0}` compares with something that is not a number")]
    Number(String),
}

#[derive(Clone, Debug)]
enum Test {
    Is(Vec<Box<[u8]>>),
    IsNot(Vec<Box<[u8]>>),
    Present,
    Absent,
    Contains(Vec<Box<[u8]>>),
    Below(f64),
    Above(f64),
}

#[derive(Clone, Debug)]
struct Term {
    key: Key,
    test: Test,
}

/// Terms that must all hold.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    terms: Vec<Term>,
    /// Keys that must be there: decides most objects without a look at values.
    needs: KeySet,
}

impl Filter {
    /// Reads `term & term ...`.
    pub(crate) fn parse(text: &str, keys: &mut Keys) -> Result<Self, FilterError> {
        let mut filter = Self { terms: Vec::new(), needs: KeySet::default() };
        for part in text.split('&') {
            let term = parse_term(part.trim(), keys)?;
            if !matches!(term.test, Test::IsNot(_) | Test::Absent) {
                filter.needs.add(term.key);
            }
            filter.terms.push(term);
        }
        Ok(filter)
    }

    pub(crate) fn fits(&self, tags: &Tags<'_>) -> bool {
        tags.present().has_all(&self.needs) && self.terms.iter().all(|t| t.holds(tags))
    }

    /// Whether it only looks into names, so could meet anything that is named.
    pub(crate) fn only_reads(&self, key: Key) -> bool {
        self.terms.iter().all(|t| t.key == key)
    }
}

fn parse_term(text: &str, keys: &mut Keys) -> Result<Term, FilterError> {
    let bad = || FilterError::Term(text.to_owned());
    let list = |values: &str| -> Vec<Box<[u8]>> {
        values.split('|').map(|v| v.trim().as_bytes().into()).collect()
    };
    let number = |v: &str| v.trim().parse().map_err(|_| FilterError::Number(text.to_owned()));
    if let Some(key) = text.strip_prefix('!') {
        return Ok(Term { key: keys.intern(key.trim()), test: Test::Absent });
    }
    let at = text.find(['=', '!', '~', '<', '>']).ok_or_else(bad)?;
    let (key, rest) = (text[..at].trim(), &text[at..]);
    if key.is_empty() {
        return Err(bad());
    }
    let test = if rest == "=*" {
        Test::Present
    } else if let Some(values) = rest.strip_prefix("!=") {
        Test::IsNot(list(values))
    } else if let Some(values) = rest.strip_prefix('=') {
        Test::Is(list(values))
    } else if let Some(values) = rest.strip_prefix('~') {
        Test::Contains(list(values))
    } else if let Some(value) = rest.strip_prefix('<') {
        Test::Below(number(value)?)
    } else if let Some(value) = rest.strip_prefix('>') {
        Test::Above(number(value)?)
    } else {
        return Err(bad());
    };
    Ok(Term { key: keys.intern(key), test })
}

impl Term {
    fn holds(&self, tags: &Tags<'_>) -> bool {
        let Some(value) = tags.get(self.key) else {
            return matches!(self.test, Test::Absent | Test::IsNot(_));
        };
        match &self.test {
            Test::Present => value != b"no",
            Test::Absent => value == b"no",
            Test::Is(list) => is_one_of(value, list),
            Test::IsNot(list) => !is_one_of(value, list),
            Test::Contains(pieces) => {
                pieces.iter().any(|p| value.windows(p.len().max(1)).any(|w| w == &p[..]))
            }
            Test::Below(bound) => measure(value).is_some_and(|m| m < *bound),
            Test::Above(bound) => measure(value).is_some_and(|m| m.abs() > *bound),
        }
    }
}

/// Whether a value, or one of a list such as `tennis;basketball`, is among `list`.
fn is_one_of(value: &[u8], list: &[Box<[u8]>]) -> bool {
    list.iter().any(|v| value == &v[..])
        || (value.contains(&b';')
            && value
                .split(|b| *b == b';')
                .any(|part| list.iter().any(|v| part.trim_ascii() == &v[..])))
}

/// Reads `1.5`, `1,5 m`, `80 cm`, `4'`, `3 ft`, `6%`, `5°`: metres for lengths, per cent for slopes.
fn measure(value: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(value).ok()?.trim();
    let end = text.find(|c: char| !matches!(c, '0'..='9' | '.' | ',' | '-' | '+'));
    let (digits, unit) = text.split_at(end.unwrap_or(text.len()));
    let number: f64 = digits.replace(',', ".").parse().ok()?;
    match unit.trim() {
        "" | "m" | "%" | "metres" | "meters" => Some(number),
        "cm" => Some(number / 100.0),
        "ft" | "'" | "feet" => Some(number * 0.3048),
        "°" => Some(number.to_radians().tan() * 100.0),
        _ => None,
    }
}

/// Filters any of which suffices.
#[derive(Clone, Debug, Default)]
pub(crate) struct AnyOf(Vec<Filter>);

impl AnyOf {
    pub(crate) fn parse<S: AsRef<str>>(list: &[S], keys: &mut Keys) -> Result<Self, FilterError> {
        list.iter().map(|f| Filter::parse(f.as_ref(), keys)).collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn fits(&self, tags: &Tags<'_>) -> bool {
        self.0.iter().any(|f| f.fits(tags))
    }

    /// Those filters that meet a condition, and the others.
    pub(crate) fn split(self, condition: impl Fn(&Filter) -> bool) -> (Self, Self) {
        let (yes, no) = self.0.into_iter().partition(condition);
        (Self(yes), Self(no))
    }
}

/// Filters as they stand in a table.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct FilterTexts(pub(crate) Vec<String>);

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(filter: &str, tags: &[(&str, &str)]) -> bool {
        let mut keys = Keys::default();
        let filter = Filter::parse(filter, &mut keys).unwrap();
        let mut have = Tags::default();
        for (key, value) in tags {
            have.add(keys.number(key.as_bytes()), value.as_bytes());
        }
        filter.fits(&have)
    }

    #[test]
    fn terms_mean_what_the_tables_say() {
        assert!(fits("highway=footway|path", &[("highway", "path")]));
        assert!(!fits("highway=footway", &[("highway", "path")]));
        assert!(fits("sport=tennis", &[("sport", "basketball; tennis")]));
        assert!(fits("bridge=*", &[("bridge", "viaduct")]));
        assert!(!fits("bridge=*", &[("bridge", "no")]));
        assert!(fits("!bridge", &[("bridge", "no")]));
        assert!(fits("highway=path & access!=private", &[("highway", "path")]));
        assert!(!fits(
            "highway=path & access!=private|no",
            &[("highway", "path"), ("access", "no")]
        ));
        assert!(fits("name~卫生站", &[("name", "武林卫生站")]));
    }

    #[test]
    fn measures_are_compared_in_metres_and_per_cent() {
        assert!(fits("width<1.2", &[("width", "90 cm")]));
        assert!(fits("width<1.2", &[("width", "3 ft")]));
        assert!(fits("width<1.2", &[("width", "1,1")]));
        assert!(!fits("width<1.2", &[("width", "1.2 m")]));
        assert!(!fits("width<1.2", &[("width", "narrow")]));
        assert!(fits("incline>5", &[("incline", "-6%")]));
        assert!(fits("incline>5", &[("incline", "5°")]));
        assert!(!fits("incline>5", &[("incline", "up")]));
    }

    #[test]
    fn nonsense_is_refused() {
        let mut keys = Keys::default();
        for text in ["highway", "", "=x", "width<wide"] {
            assert!(Filter::parse(text, &mut keys).is_err(), "{text}");
        }
    }
}
