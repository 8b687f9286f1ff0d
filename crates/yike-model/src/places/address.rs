//! Addresses below the estate: building (number + 幢) and entrance (number + 单元).
//!
//! One written form only: `3幢2单元`. On input 栋, 号楼, 座 and # are read as 幢; 号 alone is refused,
//! because it is a street number. Ranges and lists (`1-10幢`, `1、3、5-7幢`) become one label each; where
//! nothing exists, 无 is written out and read as none.

use std::fmt;

/// Most buildings or entrances one text may stand for.
const RANGE_LIMIT: usize = 500;

/// The number or letter of a building or entrance: `3`, `A`, `甲`, `东1`; digits without leading zeros.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label(Box<str>);

impl Label {
    /// The label as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The standard name of the building with this label.
    pub fn building_name(&self) -> String {
        format!("{}幢", self.0)
    }

    /// The standard name of the entrance with this label.
    pub fn entrance_name(&self) -> String {
        format!("{}单元", self.0)
    }

    /// The label if it is a plain number.
    fn number(&self) -> Option<u32> {
        self.0.parse().ok()
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why an address part was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum BadAddress {
    #[error("{0:?} is a street number, not a building: write 幢 for buildings")]
    StreetNumber(String),
    #[error("{0:?} is not a number or letter with {1}")]
    Form(String, &'static str),
    #[error("{0:?} is not a range that goes up")]
    Range(String),
    #[error("{0:?} stands for more than {RANGE_LIMIT}")]
    TooMany(String),
    #[error("nothing is given: write 无 where there is none")]
    Empty,
}

const BUILDING_UNITS: [&str; 5] = ["号楼", "幢", "栋", "座", "#"];

/// The buildings a text stands for: `1-10幢` is ten, 无 is none.
pub fn buildings(text: &str) -> Result<Vec<Label>, BadAddress> {
    let text = signs(&narrow(text));
    let bare = BUILDING_UNITS.iter().find_map(|unit| text.strip_suffix(unit));
    if bare.is_none() && text.ends_with('号') {
        return Err(BadAddress::StreetNumber(text));
    }
    labels(bare.unwrap_or(&text), &BUILDING_UNITS, "幢")
}

/// The entrances a text stands for: `1-3单元` is three, 无 is none.
pub fn entrances(text: &str) -> Result<Vec<Label>, BadAddress> {
    let text = signs(&narrow(text));
    labels(text.strip_suffix("单元").unwrap_or(&text), &["单元"], "单元")
}

/// Full-width letters, digits and signs as plain ones, spaces dropped.
fn narrow(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
            c => c,
        })
        .filter(|c| !c.is_whitespace())
        .collect()
}

/// The signs of ranges and lists as `-` and `,`.
fn signs(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '—' | '–' | '~' | '至' | '到' => '-',
            '、' | ';' | '和' => ',',
            c => c,
        })
        .collect()
}

fn labels(text: &str, units: &[&str], unit: &'static str) -> Result<Vec<Label>, BadAddress> {
    if text.is_empty() {
        return Err(BadAddress::Empty);
    }
    if text == "无" {
        return Ok(Vec::new());
    }
    let mut all = Vec::new();
    for part in text.split(',') {
        let bare =
            |end: &str| units.iter().find_map(|u| end.strip_suffix(u)).unwrap_or(end).to_owned();
        match part.split_once('-') {
            None => all.push(label(&bare(part)).ok_or(BadAddress::Form(part.into(), unit))?),
            Some((from, to)) => {
                let ends = label(&bare(from)).zip(label(&bare(to)));
                let (from, to) = ends
                    .and_then(|(from, to)| from.number().zip(to.number()))
                    .filter(|(from, to)| from < to)
                    .ok_or_else(|| BadAddress::Range(part.into()))?;
                if (to - from) as usize >= RANGE_LIMIT {
                    return Err(BadAddress::TooMany(part.into()));
                }
                all.extend((from..=to).map(|number| Label(number.to_string().into())));
            }
        }
        if all.len() > RANGE_LIMIT {
            return Err(BadAddress::TooMany(text.chars().take(60).collect()));
        }
    }
    Ok(all)
}

/// A label in its one form: Chinese numbers and leading zeros become plain digits, letters capital.
fn label(text: &str) -> Option<Label> {
    if let Some(number) = chinese_number(text) {
        return Some(Label(number.to_string().into()));
    }
    let head: String = text.chars().take_while(|c| !c.is_ascii_digit()).collect();
    let digits = &text[head.len()..];
    let head_fits = head.chars().count() <= 2
        && head
            .chars()
            .all(|c| c.is_ascii_alphabetic() || "甲乙丙丁戊己庚辛东南西北中前后".contains(c));
    let digits_fit = digits.len() <= 4 && digits.bytes().all(|c| c.is_ascii_digit());
    if !head_fits || !digits_fit || text.is_empty() {
        return None;
    }
    let number = if digits.is_empty() {
        String::new()
    } else {
        digits.parse::<u32>().ok().filter(|&number| number > 0)?.to_string()
    };
    Some(Label(format!("{}{number}", head.to_ascii_uppercase()).into()))
}

/// 一 to 九十九.
fn chinese_number(text: &str) -> Option<u32> {
    let digit = |c: char| "一二三四五六七八九".chars().position(|d| d == c).map(|i| i as u32 + 1);
    let chars: Vec<char> = text.chars().collect();
    match chars.as_slice() {
        ['十'] => Some(10),
        [one] => digit(*one),
        ['十', ones] => Some(10 + digit(*ones)?),
        [tens, '十'] => Some(10 * digit(*tens)?),
        [tens, '十', ones] => Some(10 * digit(*tens)? + digit(*ones)?),
        _ => None,
    }
}

/// A door within an estate, as far as it was named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Door {
    /// The building.
    pub building: Option<Label>,
    /// The entrance.
    pub entrance: Option<Label>,
}

/// Splits what someone typed into the name of a place and the door in it: `夹城巷3幢2单元501` is
/// `夹城巷`, building 3, entrance 2; the room is dropped.
pub fn split_door(text: &str) -> (String, Door) {
    let text = narrow(text);
    let mut door = Door::default();
    let Some((name_and_number, rest)) = cut_building(&text) else { return (text, door) };
    let start = label_start(name_and_number);
    let Some(building) = label(&name_and_number[start..]) else { return (text, door) };
    door.building = Some(building);
    if let Some((entrance, _room)) = rest.split_once("单元") {
        door.entrance = label(entrance);
    }
    (name_and_number[..start].to_owned(), door)
}

/// Cuts at the first unit of a building that follows a label.
fn cut_building(text: &str) -> Option<(&str, &str)> {
    text.char_indices().find_map(|(at, _)| {
        let unit = BUILDING_UNITS.iter().find(|unit| text[at..].starts_with(**unit))?;
        let before = &text[..at];
        (label_start(before) < before.len()).then(|| (before, &text[at + unit.len()..]))
    })
}

/// Where the label at the end of `text` begins: its digits, Chinese number or letter.
fn label_start(text: &str) -> usize {
    let is_number = |c: char| "一二三四五六七八九十".contains(c);
    let run = |fits: &dyn Fn(char) -> bool| {
        text.len() - text.chars().rev().take_while(|&c| fits(c)).map(char::len_utf8).sum::<usize>()
    };
    let digits = run(&|c| c.is_ascii_digit());
    if digits < text.len() {
        // `东1幢`, `A1幢`: one letter before the digits belongs to them.
        let letter = text[..digits].chars().next_back();
        return match letter {
            Some(c) if c.is_ascii_alphabetic() || "东南西北中".contains(c) => {
                digits - c.len_utf8()
            }
            _ => digits,
        };
    }
    match run(&is_number) {
        at if at < text.len() => at,
        _ => text
            .char_indices()
            .next_back()
            .filter(|(_, c)| c.is_ascii_alphabetic() || "甲乙丙丁戊己庚辛东南西北中".contains(*c))
            .map_or(text.len(), |(at, _)| at),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(labels: Result<Vec<Label>, BadAddress>) -> String {
        labels.unwrap().iter().map(Label::as_str).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn one_form_for_all_that_people_write() {
        for text in ["3幢", "3栋", "3号楼", "3#", "03幢", "三幢", "３幢", " 3 幢 ", "3"] {
            assert_eq!(texts(buildings(text)), "3", "{text}");
        }
        assert_eq!(texts(buildings("a座")), "A");
        assert_eq!(texts(buildings("东1幢")), "东1");
        assert_eq!(texts(buildings("二十一幢")), "21");
        assert_eq!(buildings("3幢").unwrap()[0].building_name(), "3幢");
    }

    #[test]
    fn ranges_and_lists() {
        assert_eq!(texts(buildings("1-10幢")), "1 2 3 4 5 6 7 8 9 10");
        assert_eq!(texts(buildings("1幢至3幢")), "1 2 3");
        assert_eq!(texts(buildings("1、3、5-7幢")), "1 3 5 6 7");
        assert_eq!(texts(entrances("1～3单元")), "1 2 3");
        assert_eq!(texts(entrances("甲、乙单元")), "甲 乙");
        assert_eq!(texts(entrances("无")), "");
    }

    #[test]
    fn refused_with_the_reason() {
        assert!(matches!(buildings("3号"), Err(BadAddress::StreetNumber(_))));
        assert!(matches!(buildings("10-1幢"), Err(BadAddress::Range(_))));
        assert!(matches!(buildings("A-C幢"), Err(BadAddress::Range(_))));
        assert!(matches!(buildings("1-9999幢"), Err(BadAddress::TooMany(_))));
        assert!(matches!(buildings("0幢"), Err(BadAddress::Form(..))));
        assert!(matches!(buildings("拱墅幢"), Err(BadAddress::Form(..))));
        assert_eq!(buildings(""), Err(BadAddress::Empty));
        assert_eq!(buildings("幢"), Err(BadAddress::Empty));
    }

    #[test]
    fn typed_doors() {
        let split = |text| {
            let (name, door) = split_door(text);
            let show = |label: Option<Label>| label.map_or("-".into(), |l| l.to_string());
            format!("{name}|{}|{}", show(door.building), show(door.entrance))
        };
        assert_eq!(split("夹城巷3幢2单元501"), "夹城巷|3|2");
        assert_eq!(split("夹城巷小区 12 栋"), "夹城巷小区|12|-");
        assert_eq!(split("大关苑东三苑5幢"), "大关苑东三苑|5|-");
        assert_eq!(split("和睦新村东1幢1单元"), "和睦新村|东1|1");
        assert_eq!(split("锦绣公寓A座"), "锦绣公寓|A|-");
        assert_eq!(split("夹城巷"), "夹城巷|-|-");
        assert_eq!(split("幢"), "幢|-|-");
    }

    proptest! {
        #[test]
        fn a_range_is_all_its_numbers(from in 1_u32..3_000, count in 1_u32..400) {
            let labels = buildings(&format!("{from}-{}幢", from + count)).unwrap();
            let wanted: Vec<String> = (from..=from + count).map(|n| n.to_string()).collect();
            prop_assert_eq!(labels.iter().map(Label::to_string).collect::<Vec<_>>(), wanted);
        }

        #[test]
        fn nothing_typed_makes_it_panic(text in "[0-9A-Za-z一二十幢栋单元号楼无，、 -]{0,30}|\\PC{0,20}") {
            let _ = (buildings(&text), entrances(&text), split_door(&text));
        }

        #[test]
        fn standard_names_come_back(number in 1_u32..9_999) {
            let label = Label(number.to_string().into());
            prop_assert_eq!(buildings(&label.building_name()), Ok(vec![label.clone()]));
            prop_assert_eq!(entrances(&label.entrance_name()), Ok(vec![label]));
        }
    }
}
