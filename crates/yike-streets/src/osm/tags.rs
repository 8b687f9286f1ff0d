//! The tags of one object, reduced to the keys the rules ask about.

use std::collections::HashMap;

/// Number of a key that the rules know. 0 stands for every other key.
pub(crate) type Key = u16;

/// At most this many keys can be known, so that a set of them is four words.
pub(crate) const MAX_KEYS: usize = 256;

/// A set of known keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct KeySet([u64; 4]);

impl KeySet {
    pub(crate) fn add(&mut self, key: Key) {
        self.0[usize::from(key) / 64 % 4] |= 1 << (key % 64);
    }

    pub(crate) fn has_all(&self, needed: &Self) -> bool {
        self.0.iter().zip(needed.0).all(|(have, need)| have & need == need)
    }

    pub(crate) fn has(&self, key: Key) -> bool {
        self.0[usize::from(key) / 64 % 4] >> (key % 64) & 1 == 1
    }
}

/// Keys by name.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    by_name: HashMap<Vec<u8>, Key>,
    names: Vec<String>,
}

/// Keys that code asks for by name; the rest come from the tables.
macro_rules! fixed_keys {
    ($($constant:ident = $name:literal),* $(,)?) => {
        /// Numbers of the keys that code asks for.
        pub(crate) mod key {
            #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "numbered by position")]
            enum Position { __None, $($constant),* }
            $(pub(crate) const $constant: super::Key = Position::$constant as super::Key;)*
        }
        const FIXED: &[&str] = &["", $($name),*];
    };
}

fixed_keys! {
    HIGHWAY = "highway",
    NAME = "name",
    NAME_ZH = "name:zh",
    NAME_EN = "name:en",
    REF = "ref",
    FOOT = "foot",
    ACCESS = "access",
    FOOT_CONDITIONAL = "foot:conditional",
    ACCESS_CONDITIONAL = "access:conditional",
    OPENING_HOURS = "opening_hours",
    ONEWAY_FOOT = "oneway:foot",
    AREA = "area",
    TYPE = "type",
    LEVELS = "building:levels",
    HOUSENUMBER = "addr:housenumber",
    STREET = "addr:street",
    HOUSENAME = "addr:housename",
    BUILDING = "building",
    LANDUSE = "landuse",
    PLACE = "place",
}

impl Default for Keys {
    fn default() -> Self {
        let mut keys = Self { by_name: HashMap::new(), names: vec![String::new()] };
        for name in &FIXED[1..] {
            keys.intern(name);
        }
        keys
    }
}

impl Keys {
    /// The number of a key, made when new. Numbers grow past [`MAX_KEYS`]; the rules check that.
    pub(crate) fn intern(&mut self, name: &str) -> Key {
        let next = self.names.len() as Key;
        let key = *self.by_name.entry(name.as_bytes().to_vec()).or_insert(next);
        if key == next {
            self.names.push(name.to_owned());
        }
        key
    }

    /// The number of a key, 0 when the rules never ask for it.
    pub(crate) fn number(&self, name: &[u8]) -> Key {
        self.by_name.get(name).copied().unwrap_or(0)
    }

    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }
}

/// The known tags of one object.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tags<'a> {
    pairs: Vec<(Key, &'a [u8])>,
    present: KeySet,
}

impl<'a> Tags<'a> {
    pub(crate) fn clear(&mut self) {
        self.pairs.clear();
        self.present = KeySet::default();
    }

    /// Adds a tag. Of two tags with one key, which OSM forbids, the first stays.
    pub(crate) fn add(&mut self, key: Key, value: &'a [u8]) {
        if key != 0 && !self.present.has(key) {
            self.pairs.push((key, value));
            self.present.add(key);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    pub(crate) fn present(&self) -> &KeySet {
        &self.present
    }

    pub(crate) fn get(&self, key: Key) -> Option<&'a [u8]> {
        if !self.present.has(key) {
            return None;
        }
        self.pairs.iter().find(|(k, _)| *k == key).map(|(_, v)| *v)
    }

    /// A value as text, trimmed and cut to 255 characters as OSM does; `None` when absent, empty or
    /// not UTF-8.
    pub(crate) fn text(&self, key: Key) -> Option<&'a str> {
        let text = std::str::from_utf8(self.get(key)?).ok()?.trim();
        let end = text.char_indices().nth(255).map_or(text.len(), |(at, _)| at);
        Some(&text[..end]).filter(|t| !t.is_empty())
    }

    /// The name people in the place would use: Chinese where given apart.
    pub(crate) fn name(&self) -> Option<&'a str> {
        self.text(key::NAME).or_else(|| self.text(key::NAME_ZH))
    }

    /// The English name, where given apart from another.
    pub(crate) fn english(&self) -> Option<&'a str> {
        self.text(key::NAME_EN).filter(|english| self.name().is_some_and(|name| name != *english))
    }
}
