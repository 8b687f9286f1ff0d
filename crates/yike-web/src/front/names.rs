//! Names of administrative areas for those who do not read Chinese: `柳岸区` is Liu'an District.

use pinyin::ToPinyin as _;

use super::language::Language;

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

/// An area's name in the reader's language: in English by pinyin, as on road signs. A name of any
/// other form stays as it is.
pub fn area_name(language: Language, name: &str) -> String {
    match language {
        Language::Chinese => name.to_owned(),
        Language::English => romanised(name).unwrap_or_else(|| name.to_owned()),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_named_as_on_road_signs() {
        let english = |name| area_name(Language::English, name);
        assert_eq!(english("柳岸区"), "Liu'an District");
        assert_eq!(english("小河街道"), "Xiaohe Subdistrict");
        assert_eq!(english("映溪社区"), "Yingxi Community");
        assert_eq!(area_name(Language::Chinese, "柳岸区"), "柳岸区");
    }

    #[test]
    fn other_names_stay_as_they_are() {
        for name in ["", "区", "Porto Alegre", "第1网格", "A区"] {
            assert_eq!(area_name(Language::English, name), name);
        }
    }
}
