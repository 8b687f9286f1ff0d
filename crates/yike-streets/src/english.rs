//! Names in English where the source gives them: `name:en` beside `name`.
//!
//! One table for the whole city, from the local name to the English one: streets, shapes, facilities and
//! estates of the same name are called the same in English, too.

use std::collections::BTreeMap;

use crate::column::Texts;

/// English names by local name.
#[derive(Clone, Debug, Default)]
pub struct English {
    /// Local names, sorted.
    pub local: Texts,
    /// What each is called in English.
    pub english: Texts,
}

impl English {
    /// Packs a table.
    pub fn pack(names: &BTreeMap<String, String>) -> Self {
        Self { local: Texts::pack(names.keys()), english: Texts::pack(names.values()) }
    }

    /// What a local name is in English, where the source says.
    pub fn get(&self, local: &str) -> Option<&str> {
        let (mut low, mut high) = (0, self.local.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            match self.local.get(middle).cmp(local) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(self.english.get(middle)),
            }
        }
        None
    }

    /// Whether the names are in the order that searching them needs.
    pub fn is_sorted(&self) -> bool {
        self.local.len() == self.english.len() && self.local.iter().is_sorted_by(|a, b| a < b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_the_table_is_found_and_no_other() {
        let names: BTreeMap<String, String> =
            (0..50).map(|i| (format!("路{i}"), format!("Road {i}"))).collect();
        let english = English::pack(&names);
        assert!(english.is_sorted());
        for (local, en) in &names {
            assert_eq!(english.get(local), Some(en.as_str()));
        }
        assert_eq!(english.get("巷"), None);
        assert_eq!(English::default().get("路1"), None);
    }
}
