//! Counting a study: homes and people by row, and facilities by rule.

use rayon::prelude::*;

use super::run::Work;
use super::services::mask_of;
use super::{Part, RatioAnswer, Row, RowKind, Standing, reach_dm};
use crate::circles::areas::{Area, Areas};
use crate::circles::coverage::Census;
use crate::circles::profile::Profile;
use crate::facilities::Facilities;
use crate::homes::Homes;

/// Row 0 is all, then the areas, then the outside of each level.
pub(super) fn rows_of(areas: &Areas) -> Vec<Row> {
    let all = Row {
        kind: RowKind::All,
        code: String::new(),
        name: String::new(),
        level: String::new(),
        parent: None,
    };
    let area = |a: &Area| Row {
        kind: RowKind::Area,
        code: a.code.clone(),
        name: a.name.clone(),
        level: a.level.clone(),
        parent: a.parent.clone(),
    };
    let outside =
        |level: &String| Row { kind: RowKind::Outside, level: level.clone(), ..all.clone() };
    std::iter::once(all.clone())
        .chain(areas.list().iter().map(area))
        .chain(areas.levels().iter().map(outside))
        .collect()
}

/// `levels x homes` rows.
pub(super) fn rows_of_homes(areas: &Areas, homes: &Homes) -> Vec<u32> {
    let outside = 1 + areas.list().len();
    (0..areas.levels().len())
        .flat_map(|level| {
            let place = |c| areas.at(level, c).map_or((outside + level) as u32, |a| a + 1);
            homes.coord.par_iter().map(|c| place(*c)).collect::<Vec<_>>()
        })
        .collect()
}

impl Work<'_> {
    pub(super) fn census(&self) -> Census<'_> {
        let homes = &self.city.homes;
        Census {
            people: &homes.people,
            estimated: &homes.estimated,
            ages: homes.bands.len(),
            by_age: &homes.by_age,
            home_row: &self.home_row,
            rows: self.rows,
        }
    }

    /// Counts `columns` columns of cells at once.
    pub(super) fn count(
        &self,
        columns: usize,
        part: impl Fn(usize, usize) -> Part + Sync,
    ) -> Vec<u32> {
        let census = self.census();
        let len = census.column_len();
        let mut cells = vec![0u32; columns * len];
        cells.par_chunks_mut(len).enumerate().for_each(|(column, cells)| {
            census.count(cells, |home| part(column, home) as usize);
        });
        cells
    }

    pub(super) fn count_items(&self, standing: &[u8], lacks: &[u128], doubts: &[u128]) -> Vec<u32> {
        self.count(self.limits.len(), |i, home| {
            part_of(standing[home], lacks[home], doubts[home], 1 << i)
        })
    }

    /// A tier is complete with all its required items and those of every smaller tier.
    pub(super) fn count_tiers(&self, standing: &[u8], lacks: &[u128], doubts: &[u128]) -> Vec<u32> {
        let standard = &self.services.standard;
        let mask = |tier: usize| {
            let items = standard.items.iter().enumerate();
            items
                .filter(|(_, item)| !item.optional && standard.tier_of(item) <= tier)
                .fold(0u128, |mask, (i, _)| mask | 1 << i)
        };
        let masks: Vec<u128> = (0..standard.tiers.len()).map(mask).collect();
        self.count(masks.len(), |tier, home| {
            part_of(standing[home], lacks[home], doubts[home], masks[tier])
        })
    }

    /// Homes and people within each band's walk of the edge of the data.
    pub(super) fn near_edge(&self, profile: &Profile) -> Vec<[u64; 2]> {
        let people = &self.city.homes.people;
        let near = |minutes: &u16| {
            let reach = reach_dm(profile, u32::from(*minutes) * 600);
            let homes = self.edge_dm.iter().zip(people.iter()).filter(|(dm, _)| **dm <= reach);
            homes.fold([0, 0], |[homes, all], (_, people)| [homes + 1, all + u64::from(*people)])
        };
        self.ask.minutes.iter().map(near).collect()
    }

    /// How many facilities each row has against each rule.
    pub(super) fn ratios(&self, areas: &Areas, rows: &[Row]) -> Vec<RatioAnswer> {
        let homes = &self.city.homes;
        let facilities = &self.city.facilities;
        let mut people = vec![0u64; rows.len()];
        for home in 0..homes.len() {
            people[0] += u64::from(homes.people[home]);
            for level in 0..areas.levels().len() {
                let row = self.home_row[level * homes.len() + home] as usize;
                people[row] += u64::from(homes.people[home]);
            }
        }
        let mut answers = Vec::new();
        for (r, rule) in self.services.standard.ratios.iter().enumerate() {
            let mask = mask_of(&facilities.categories, rule.any_of.iter().map(String::as_str));
            let found = found_by_row(facilities, mask, areas, rows.len());
            for (row, named) in rows.iter().enumerate() {
                let asked = match &rule.level {
                    Some(level) => named.kind == RowKind::Area && named.level == *level,
                    None => named.kind != RowKind::Outside,
                };
                if asked {
                    let needed = rule.needed(people[row]);
                    let (ratio, found, people) = (r as u32, found[row], people[row]);
                    answers.push(RatioAnswer { ratio, row: row as u32, people, needed, found });
                }
            }
        }
        answers
    }
}

fn part_of(standing: u8, lacks: u128, doubts: u128, mask: u128) -> Part {
    if standing == Standing::OffTheStreets as u8 {
        Part::Unplaced
    } else if lacks & mask != 0 {
        Part::Lacking
    } else if doubts & mask != 0 {
        Part::Edge
    } else {
        Part::Covered
    }
}

fn found_by_row(facilities: &Facilities, mask: u128, areas: &Areas, rows: usize) -> Vec<u64> {
    let mut found = vec![0u64; rows];
    for (f, members) in facilities.of.iter().enumerate() {
        if members & mask == 0 {
            continue;
        }
        found[0] += 1;
        for level in 0..areas.levels().len() {
            if let Some(area) = areas.at(level, facilities.coord[f]) {
                found[area as usize + 1] += 1;
            }
        }
    }
    found
}
