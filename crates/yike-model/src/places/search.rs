//! Search keys: how a name is found by any part of it, by pinyin, or by initials.
//!
//! The store keeps one row per term and place. Terms are the *suffixes* of the normalised name, of its
//! pinyin and of its initials, so a search for any part of a name is one range of the index: `市巷` finds
//! 米市巷街道 because 市巷街道 begins with it. The first two characters of the suffixes are the name's
//! bigrams; with them a slip (`米市社区` for 米市巷社区) is still found.

use pinyin::ToPinyin as _;

use crate::places::{Door, split_door};

/// Most characters of a term; more of a query is compared with the name itself.
pub const TERM_LIMIT: usize = 12;

/// Most readings of one name that are kept (names with several many-voiced characters have more).
const READINGS_LIMIT: usize = 8;

/// Characters of place names that are read in more than one way, with the other readings.
const MANY_VOICED: [(char, &[&str]); 28] = [
    ('长', &["chang", "zhang"]),
    ('朝', &["zhao", "chao"]),
    ('重', &["chong", "zhong"]),
    ('行', &["hang", "xing"]),
    ('乐', &["le", "yue"]),
    ('厦', &["xia", "sha"]),
    ('单', &["dan", "shan"]),
    ('曾', &["zeng", "ceng"]),
    ('盛', &["sheng", "cheng"]),
    ('六', &["liu", "lu"]),
    ('堡', &["bao", "bu", "pu"]),
    ('埔', &["pu", "bu"]),
    ('会', &["hui", "kuai"]),
    ('都', &["du", "dou"]),
    ('浒', &["hu", "xu"]),
    ('藏', &["zang", "cang"]),
    ('传', &["chuan", "zhuan"]),
    ('调', &["diao", "tiao"]),
    ('率', &["lv", "shuai"]),
    ('泊', &["bo", "po"]),
    ('洞', &["dong", "tong"]),
    ('莘', &["xin", "shen"]),
    ('番', &["pan", "fan"]),
    ('解', &["jie", "xie"]),
    ('仇', &["qiu", "chou"]),
    ('弄', &["long", "nong"]),
    ('大', &["da", "dai"]),
    ('车', &["che", "ju"]),
];

/// A name as it is compared: full-width as plain, lower case, without spaces and signs.
pub fn normalise(name: &str) -> String {
    name.chars()
        .map(|c| match c {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
            'ü' | 'Ü' => 'v',
            c => c,
        })
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// The terms one name is found by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms(Vec<String>);

impl Terms {
    /// The terms, sorted, each once.
    pub fn all(&self) -> &[String] {
        &self.0
    }
}

/// The terms that `name` is found by.
pub fn terms(name: &str) -> Terms {
    let name = normalise(name);
    let units = units(&name);
    let mut all = Vec::new();
    for start in 0..units.len() {
        let text: String = units[start..].iter().map(|unit| unit.text).collect();
        all.push(clip(&text));
    }
    for reading in readings(&units) {
        for start in 0..reading.len() {
            // What stands in no Chinese character is found as it is; its readings add nothing.
            if !units[start..].iter().any(|unit| unit.chinese) {
                break;
            }
            all.push(clip(&reading[start..].concat()));
            all.push(clip(&initials(&units[start..], &reading[start..])));
        }
    }
    all.sort_unstable();
    all.dedup();
    Terms(all)
}

/// First letters of syllables; what is not Chinese stays whole.
fn initials(units: &[Unit<'_>], reading: &[&str]) -> String {
    let letters = |(unit, voice): (&Unit<'_>, &&str)| -> String {
        if unit.chinese { voice.chars().take(1).collect() } else { unit.text.to_owned() }
    };
    units.iter().zip(reading).map(letters).collect()
}

fn clip(text: &str) -> String {
    text.chars().take(TERM_LIMIT).collect()
}

/// A Chinese character, or a run of other letters and digits.
struct Unit<'a> {
    text: &'a str,
    chinese: bool,
}

fn units(name: &str) -> Vec<Unit<'_>> {
    let mut units: Vec<Unit<'_>> = Vec::new();
    let mut run = 0;
    for (at, c) in name.char_indices() {
        if c.to_pinyin().is_some() {
            if run < at {
                units.push(Unit { text: &name[run..at], chinese: false });
            }
            run = at + c.len_utf8();
            units.push(Unit { text: &name[at..run], chinese: true });
        }
    }
    if run < name.len() {
        units.push(Unit { text: &name[run..], chinese: false });
    }
    units
}

/// All ways to read the units, at most [`READINGS_LIMIT`], the usual one first.
fn readings<'a>(units: &[Unit<'a>]) -> Vec<Vec<&'a str>> {
    let mut all: Vec<Vec<&'a str>> = vec![Vec::new()];
    for unit in units {
        let voices = voices(unit);
        let room = READINGS_LIMIT / all.len();
        let before = all.clone();
        for reading in &mut all {
            reading.push(voices[0]);
        }
        for voice in voices.iter().skip(1).take(room.saturating_sub(1)) {
            all.extend(before.iter().map(|reading| [reading.as_slice(), &[*voice]].concat()));
        }
    }
    all
}

fn voices<'a>(unit: &Unit<'a>) -> Vec<&'a str> {
    let Some(c) = unit.text.chars().next().filter(|_| unit.chinese) else { return vec![unit.text] };
    match MANY_VOICED.iter().find(|(many, _)| *many == c) {
        Some((_, voices)) => voices.to_vec(),
        None => vec![plain(c)],
    }
}

/// The usual reading, with `v` for `ü` as on a keyboard.
fn plain(c: char) -> &'static str {
    match c.to_pinyin().map_or("", |p| p.plain()) {
        "lü" => "lv",
        "nü" => "nv",
        "lüe" => "lve",
        "nüe" => "nve",
        plain => plain,
    }
}

/// What someone searches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The normalised name or part of it.
    pub name: String,
    /// The door in the place of that name.
    pub door: Door,
}

impl Query {
    /// Most characters of a query; what is longer is cut.
    pub const LIMIT: usize = 60;

    /// Reads what someone typed; `None` if there is nothing to search for.
    pub fn parse(typed: &str) -> Option<Self> {
        let typed: String = typed.chars().take(Self::LIMIT).collect();
        let (name, door) = split_door(&typed);
        let name = normalise(&name);
        if !name.is_empty() {
            return Some(Self { name, door });
        }
        // A door without a place: search for it as it was typed.
        let name = normalise(&typed);
        (!name.is_empty()).then(|| Self { name, door: Door::default() })
    }

    /// The range of terms that begin with the query: from, and up to but without.
    pub fn range(&self) -> (String, String) {
        range(&clip(&self.name))
    }

    /// Ranges of the bigrams of the query, for when nothing has it whole; empty for short queries.
    pub fn bigrams(&self) -> Vec<(String, String)> {
        let chars: Vec<char> = self.name.chars().collect();
        if chars.len() < 3 {
            return Vec::new();
        }
        chars.windows(2).take(16).map(|pair| range(&pair.iter().collect::<String>())).collect()
    }

    /// How well a name fits: 0 is the name itself, 1 its beginning, 2 a part of it, 3 its pinyin, 4 its
    /// initials or their parts; `None` if it does not fit.
    pub fn fit(&self, name: &str) -> Option<u8> {
        let name = normalise(name);
        if name == self.name {
            return Some(0);
        }
        if name.starts_with(&self.name) {
            return Some(1);
        }
        if name.contains(&self.name) {
            return Some(2);
        }
        let units = units(&name);
        let readings = readings(&units);
        let fits = |key: &dyn Fn(usize, &[&str]) -> String| {
            let begins =
                |r: &Vec<&str>| (0..r.len()).any(|at| key(at, &r[at..]).starts_with(&self.name));
            readings.iter().any(begins)
        };
        if fits(&|_, reading| reading.concat()) {
            return Some(3);
        }
        fits(&|at, reading| initials(&units[at..], reading)).then_some(4)
    }
}

fn range(term: &str) -> (String, String) {
    (term.to_owned(), format!("{term}{}", char::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(name: &str, typed: &str) -> bool {
        let query = Query::parse(typed).unwrap();
        let (from, to) = query.range();
        let by_index = terms(name).all().iter().any(|term| (&from..&to).contains(&term));
        let by_fit = query.fit(name).is_some();
        assert_eq!(by_index, by_fit, "{name} {typed}");
        by_fit
    }

    #[test]
    fn by_any_part_by_pinyin_and_by_initials() {
        for typed in [
            "米市巷街道",
            "市巷",
            "巷",
            "mishixiang",
            "MiShi",
            "shixiang",
            "msx",
            "msxjd",
            "ｍｓｘ",
        ] {
            assert!(found("米市巷街道", typed), "{typed}");
        }
        for typed in ["米巷", "sm", "ishi", "大关"] {
            assert!(!found("米市巷街道", typed), "{typed}");
        }
        assert!(found("Jardin Exotique", "jardin ex"));
        assert!(found("CBD中心", "cbdzx"));
        assert!(found("绿城", "lvcheng") && found("绿城", "lc"));
    }

    #[test]
    fn characters_with_several_readings() {
        assert!(found("长庆街道", "changqing") && found("长庆街道", "zqjd"));
        assert!(found("朝晖街道", "zhaohui") && found("朝晖街道", "chaohui"));
        assert!(found("六堡长乐大车", "lbcldc") && terms("长朝重行乐厦单").all().len() < 200);
    }

    #[test]
    fn a_door_is_split_off() {
        let query = Query::parse("夹城巷 3栋2单元").unwrap();
        assert_eq!(query.name, "夹城巷");
        assert_eq!(query.door.building.unwrap().as_str(), "3");
        assert_eq!(Query::parse("3幢").unwrap().name, "3幢");
        assert_eq!(Query::parse(" ,。"), None);
    }

    #[test]
    fn better_fits_come_first() {
        let fit = |name, typed| Query::parse(typed).unwrap().fit(name);
        assert_eq!(fit("米市社区", "米市社区"), Some(0));
        assert_eq!(fit("米市社区", "米市"), Some(1));
        assert_eq!(fit("米市社区", "市社"), Some(2));
        assert_eq!(fit("米市社区", "shishe"), Some(3));
        assert_eq!(fit("米市社区", "mssq"), Some(4));
        assert_eq!(fit("米市社区", "x"), None);
    }

    proptest! {
        #[test]
        fn every_part_of_a_name_is_found(name in "[一-龥a-z0-9]{1,20}", from in 0_usize..20, len in 1_usize..12) {
            // Parts begin at a Chinese character or at the beginning of a run of others.
            let normal = normalise(&name);
            let starts: Vec<usize> = {
                let mut at = 0;
                units(&normal).iter().map(|u| { let start = at; at += u.text.len(); start }).collect()
            };
            let start = starts[from % starts.len()];
            let part: String = normal[start..].chars().take(len).collect();
            let query = Query { name: part, door: Door::default() };
            let (low, high) = query.range();
            prop_assert!(terms(&name).all().iter().any(|t| *t >= low && *t < high));
            prop_assert!(query.fit(&name).is_some());
        }

        #[test]
        fn anything_can_be_typed(text in "\\PC{0,80}") {
            if let Some(query) = Query::parse(&text) {
                let _ = (query.range(), query.bigrams(), query.fit("米市巷街道"));
            }
            prop_assert!(terms(&text).all().iter().all(|t| t.chars().count() <= TERM_LIMIT));
        }
    }
}
