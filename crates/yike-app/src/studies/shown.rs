//! What of a count may be shown: small ones are hidden from the public, and with them the others that
//! would give them away.

use std::collections::BTreeMap;

use serde::Serialize;
use yike_streets::circles::coverage::{Split, ppm};
use yike_streets::circles::study::{RowKind, Study};
use yike_streets::circles::suppress::Table;

/// A count in its four parts, as far as it may be shown; `None` is hidden.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// They reach one.
    pub covered: Option<u64>,
    /// They reach none.
    pub lacking: Option<u64>,
    /// They reach none within the data, which ends near them.
    pub edge: Option<u64>,
    /// They could not be put on the streets.
    pub unplaced: Option<u64>,
    /// All of them.
    pub all: Option<u64>,
    /// Share covered, parts per million of all.
    pub share_ppm: Option<u32>,
}

impl Shown {
    /// All of it.
    pub fn whole(split: Split) -> Self {
        Self {
            covered: Some(split.covered),
            lacking: Some(split.lacking),
            edge: Some(split.edge),
            unplaced: Some(split.unplaced),
            all: Some(split.all()),
            share_ppm: split.share_ppm(),
        }
    }

    fn of(parts: [Option<u64>; 5]) -> Self {
        let [covered, lacking, edge, unplaced, all] = parts;
        let share_ppm = covered.zip(all).and_then(|(covered, all)| ppm(covered, all));
        Self { covered, lacking, edge, unplaced, all, share_ppm }
    }
}

/// One count over all rows of a study, as it may be shown: whole for those who may see homes, else with
/// small counts hidden.
///
/// A row's areas of the next level are its parts, and their counts sum to its own. Each such family is
/// protected as one table with the row as its totals; what is hidden in one is hidden in all.
pub fn shown(families: &Families, splits: &[Split], whole: bool) -> Vec<Shown> {
    if whole {
        return splits.iter().map(|split| Shown::whole(*split)).collect();
    }
    let mut hidden = vec![[false; 5]; splits.len()];
    for (total, parts) in &families.0 {
        let total = *total;
        let mut counts: Vec<u64> = parts.iter().flat_map(|row| four(splits[*row])).collect();
        // What of the total lies in none of its parts.
        let sum = |part: usize| counts.iter().skip(part).step_by(4).sum::<u64>();
        let rest: [u64; 4] =
            std::array::from_fn(|part| four(splits[total])[part].saturating_sub(sum(part)));
        counts.extend(rest);
        let table = Table::new(4, &counts);
        let lines = parts.iter().enumerate().map(|(line, row)| (line, *row));
        for (line, row) in lines.chain([(table.rows, total)]) {
            for (part, hidden) in hidden[row].iter_mut().enumerate() {
                *hidden |= table.get(line, part).is_none();
            }
        }
    }
    let one = |(split, hidden): (&Split, &[bool; 5])| {
        let parts = [split.covered, split.lacking, split.edge, split.unplaced, split.all()];
        Shown::of(std::array::from_fn(|part| (!hidden[part]).then_some(parts[part])))
    };
    splits.iter().zip(&hidden).map(one).collect()
}

fn four(split: Split) -> [u64; 4] {
    [split.covered, split.lacking, split.edge, split.unplaced]
}

/// Rows with the rows that are their parts: the whole with each level of areas (and what lies outside
/// them), an area with the areas that name it as their parent.
pub struct Families(Vec<(usize, Vec<usize>)>);

impl Families {
    /// Worked out once, for all counts of a study.
    pub fn of(study: &Study) -> Self {
        let rows = &study.meta.rows;
        let (mut of_level, mut of_parent) = (BTreeMap::new(), BTreeMap::new());
        for (at, row) in rows.iter().enumerate().skip(1) {
            of_level.entry(&row.level).or_insert_with(Vec::new).push(at);
            if let Some(parent) = &row.parent {
                of_parent.entry(parent).or_insert_with(Vec::new).push(at);
            }
        }
        // The whole is protected for itself, too: there may be no areas at all.
        let mut all = vec![(0, Vec::new())];
        let levels = study.meta.levels.iter();
        all.extend(levels.filter_map(|level| Some((0, of_level.get(level)?.clone()))));
        let areas = rows.iter().enumerate().filter(|(_, row)| row.kind == RowKind::Area);
        all.extend(areas.filter_map(|(at, row)| Some((at, of_parent.remove(&row.code)?))));
        Self(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hidden_part_hides_the_share() {
        let shown = Shown::of([None, Some(20), Some(0), Some(0), Some(25)]);
        assert_eq!(shown.share_ppm, None);
        let whole = Shown::whole(Split { covered: 3, lacking: 1, edge: 0, unplaced: 0 });
        assert_eq!((whole.all, whole.share_ppm), (Some(4), Some(750_000)));
    }
}
