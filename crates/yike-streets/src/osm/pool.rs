//! Texts packed behind each other while a city is collected.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::tags::{Tags, key};

/// A growing list of texts. Number 0 is the empty text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pool {
    bytes: String,
    ends: Vec<u32>,
    english: BTreeMap<String, String>,
}

impl Pool {
    /// Adds a text and returns its number.
    pub(crate) fn add(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return 0;
        }
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len() as u32);
        self.ends.len() as u32
    }

    pub(crate) fn add_optional(&mut self, text: Option<&str>) -> u32 {
        self.add(text.unwrap_or_default())
    }

    /// Adds the name of an object, and notes what it is in English.
    pub(crate) fn add_name(&mut self, tags: &Tags<'_>) -> u32 {
        if let (Some(name), Some(english)) = (tags.name(), tags.english()) {
            self.translate(name, english);
        }
        self.add_optional(tags.name())
    }

    /// Notes the English names of places of which nothing else is kept: estates, quarters.
    pub(crate) fn note_place(&mut self, tags: &Tags<'_>) {
        if let (Some(name), Some(english)) = (tags.name(), tags.english())
            && (tags.get(key::LANDUSE).is_some() || tags.get(key::PLACE).is_some())
        {
            self.translate(name, english);
        }
    }

    /// Of two translations of one name the first by letters is kept, in whatever order they come.
    fn translate(&mut self, name: &str, english: &str) {
        match self.english.entry(name.to_owned()) {
            Entry::Vacant(free) => {
                free.insert(english.to_owned());
            }
            Entry::Occupied(mut known) if english < known.get().as_str() => {
                known.insert(english.to_owned());
            }
            Entry::Occupied(_) => {}
        }
    }

    /// English names by local name.
    pub(crate) const fn english(&self) -> &BTreeMap<String, String> {
        &self.english
    }

    pub(crate) fn get(&self, number: u32) -> &str {
        let Some(at) = (number as usize).checked_sub(1) else { return "" };
        let start = if at == 0 { 0 } else { self.ends[at - 1] as usize };
        &self.bytes[start..self.ends[at] as usize]
    }

    /// Appends another pool; its numbers, but 0, grow by the returned amount.
    pub(crate) fn append(&mut self, other: &Self) -> u32 {
        let (shift, base) = (self.ends.len() as u32, self.bytes.len() as u32);
        self.bytes.push_str(&other.bytes);
        self.ends.extend(other.ends.iter().map(|e| e + base));
        other.english.iter().for_each(|(name, english)| self.translate(name, english));
        shift
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn translations_do_not_depend_on_the_order_they_come_in() {
        let (mut a, mut b) = (Pool::default(), Pool::default());
        a.translate("柳岸路", "Liu'an Road");
        b.translate("柳岸路", "Liu'an Rd");
        let mut ab = a.clone();
        ab.append(&b);
        b.append(&a);
        assert_eq!(ab.english, b.english);
        assert_eq!(ab.english["柳岸路"], "Liu'an Rd");
    }
}
