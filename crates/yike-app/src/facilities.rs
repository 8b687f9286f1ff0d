//! A district's own facilities beside those of the map.
//!
//! A table of facilities speaks for its categories: of those it names, only its facilities count; the
//! others stay as the map has them. So a list of canteens replaces the map's canteens, not its schools.

use yike_streets::column::Texts;
use yike_streets::facilities::{Facilities, MAX_CATEGORIES};
use yike_streets::units::Coord;

use crate::error::AppError;

/// The facilities of a map with a district's own put in place of the map's of the same categories.
pub fn merged(map: &Facilities, own: &Facilities) -> Result<Facilities, AppError> {
    let mut categories = map.categories.clone();
    let mut bit_of = Vec::with_capacity(own.categories.len());
    for category in &own.categories {
        let at = categories.iter().position(|known| known.code == category.code);
        bit_of.push(at.unwrap_or_else(|| {
            categories.push(category.clone());
            categories.len() - 1
        }));
    }
    if categories.len() > MAX_CATEGORIES {
        return Err(AppError::input(format!(
            "the map and the table together have {} categories; at most {MAX_CATEGORIES} are taken",
            categories.len()
        )));
    }
    let translate = |of: u128| {
        let set = bit_of.iter().enumerate().filter(|(own, _)| of >> own & 1 == 1);
        set.fold(0, |bits, (_, bit)| bits | 1_u128 << bit)
    };
    let spoken_for = own.of.iter().fold(0, |bits, of| bits | translate(*of));
    let mut parts = Parts::default();
    for i in 0..map.len() {
        let of = map.of[i] & !spoken_for;
        // One that was nothing else is told of by the table, or is gone.
        if of != 0 {
            parts.add(map, i, of);
        }
    }
    for i in 0..own.len() {
        parts.add(own, i, translate(own.of[i]));
    }
    Ok(Facilities { categories, ..parts.finish() })
}

/// Facilities put together one by one.
#[derive(Default)]
struct Parts<'a> {
    id: Vec<&'a str>,
    name: Vec<&'a str>,
    coord: Vec<Coord>,
    of: Vec<u128>,
    first_entrance: Vec<u32>,
    entrance: Vec<Coord>,
}

impl<'a> Parts<'a> {
    fn add(&mut self, from: &'a Facilities, i: usize, of: u128) {
        self.id.push(from.id.get(i));
        self.name.push(from.name.get(i));
        self.coord.push(from.coord[i]);
        self.of.push(of);
        self.first_entrance.push(self.entrance.len() as u32);
        if let (Some(&first), Some(&end)) =
            (from.first_entrance.get(i), from.first_entrance.get(i + 1))
        {
            self.entrance.extend_from_slice(&from.entrance[first as usize..end as usize]);
        }
    }

    fn finish(mut self) -> Facilities {
        self.first_entrance.push(self.entrance.len() as u32);
        Facilities {
            categories: Vec::new(),
            id: Texts::pack(self.id),
            name: Texts::pack(self.name),
            coord: self.coord.into(),
            of: self.of.into(),
            first_entrance: self.first_entrance.into(),
            entrance: self.entrance.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use yike_streets::facilities::Category;

    fn facilities(codes: &[&str], rows: &[(&str, u128)]) -> Facilities {
        let category =
            |code: &&str| Category { code: (*code).into(), zh: String::new(), en: String::new() };
        let at = Coord::from_degrees(120.0, 30.0);
        Facilities {
            categories: codes.iter().map(category).collect(),
            id: Texts::pack(rows.iter().map(|row| row.0)),
            name: Texts::pack(rows.iter().map(|row| row.0)),
            coord: vec![at; rows.len()].into(),
            of: rows.iter().map(|row| row.1).collect::<Vec<_>>().into(),
            first_entrance: vec![0; rows.len() + 1].into(),
            entrance: Vec::new().into(),
        }
    }

    #[test]
    fn a_table_speaks_for_its_categories_only() {
        // Bits: school 1, canteen 2; a centre of the map is both.
        let map = facilities(&["school", "canteen"], &[("s", 1), ("old", 2), ("centre", 3)]);
        // Bits: nursery 1 (new), canteen 2.
        let own = facilities(&["nursery", "canteen"], &[("new", 2), ("both", 3)]);
        let all = merged(&map, &own).unwrap();
        let codes: Vec<_> = all.categories.iter().map(|c| c.code.as_str()).collect();
        assert_eq!(codes, ["school", "canteen", "nursery"]);
        let rows: Vec<_> = all.id.iter().zip(all.of.iter().copied()).collect();
        assert_eq!(rows, [("s", 1), ("centre", 1), ("new", 2), ("both", 6)]);
        assert_eq!(all.first_entrance.len(), 5);
    }
}
