//! Names of places for those who do not read Chinese, where they follow from the Chinese one: `柳岸区`
//! is Liu'an District, `3幢` is Building 3.

use pinyin::ToPinyin as _;

/// How the kinds of areas end, and what they are called in English. Longer endings come first.
const ENDINGS: [(&str, &str); 7] = [
    ("街道", "Subdistrict"),
    ("社区", "Community"),
    ("区", "District"),
    ("县", "County"),
    ("市", "City"),
    ("镇", "Town"),
    ("乡", "Township"),
];

/// How numbered places end, and what stands before the number in English.
const NUMBERED: [(&str, &str); 5] = [
    ("号楼", "Building"),
    ("幢", "Building"),
    ("单元", "Entrance"),
    ("网格", "Grid"),
    ("号", "No."),
];

/// The English name of an administrative area by pinyin, as on road signs, or of a numbered building,
/// entrance or grid. `None` for a name of any other form: it stays as it is.
pub fn english_name(name: &str) -> Option<String> {
    numbered(name).or_else(|| romanised(name))
}

fn numbered(name: &str) -> Option<String> {
    let bare = name.strip_prefix('第').unwrap_or(name);
    let (number, word) =
        NUMBERED.iter().find_map(|(zh, en)| Some((bare.strip_suffix(zh)?, *en)))?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let fits = number.starts_with(|c: char| c.is_ascii_alphanumeric()) && number.chars().all(plain);
    fits.then(|| format!("{word} {number}"))
}

fn romanised(name: &str) -> Option<String> {
    let (stem, kind) = ENDINGS.iter().find_map(|(zh, en)| Some((name.strip_suffix(zh)?, *en)))?;
    let mut said = String::new();
    for syllable in stem.to_pinyin() {
        let syllable = syllable?.plain();
        // A syllable that begins with a vowel would be read as part of the one before.
        if !said.is_empty() && syllable.starts_with(['a', 'e', 'o']) {
            said.push('\'');
        }
        said.push_str(syllable);
    }
    let first = said.get(..1)?.to_uppercase();
    Some(format!("{first}{} {kind}", &said[1..]))
}

/// The first letters of a name's syllables, by which it can be searched for: `柳岸新村` is `laxc`. `None`
/// where a character has no reading.
pub fn initials(name: &str) -> Option<String> {
    let letters: Option<String> =
        name.to_pinyin().map(|said| said.and_then(|said| said.plain().chars().next())).collect();
    letters.filter(|letters| !letters.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn english(name: &str) -> String {
        english_name(name).unwrap_or_default()
    }

    #[test]
    fn areas_are_named_as_on_road_signs() {
        assert_eq!(english("柳岸区"), "Liu'an District");
        assert_eq!(english("小河街道"), "Xiaohe Subdistrict");
        assert_eq!(english("映溪社区"), "Yingxi Community");
    }

    #[test]
    fn buildings_entrances_and_grids_keep_their_numbers() {
        assert_eq!(english("3幢"), "Building 3");
        assert_eq!(english("12号楼"), "Building 12");
        assert_eq!(english("2单元"), "Entrance 2");
        assert_eq!(english("第1网格"), "Grid 1");
    }

    #[test]
    fn other_names_have_none() {
        for name in ["", "区", "Porto Alegre", "A区", "幢", "柳岸新村", "三号楼"] {
            assert_eq!(english_name(name), None, "{name}");
        }
    }

    #[test]
    fn initials_are_those_one_types() {
        assert_eq!(initials("柳岸新村").as_deref(), Some("laxc"));
        assert_eq!(initials("A座"), None);
        assert_eq!(initials(""), None);
    }
}
