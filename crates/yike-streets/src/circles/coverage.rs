//! Coverage in homes and people, exactly: whole numbers that add up.

use crate::column::Column;

/// Homes or people by where they stand towards a facility. The parts never overlap and sum to all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Split {
    /// They reach one.
    pub covered: u64,
    /// They reach none, and the data goes on beyond their walk.
    pub lacking: u64,
    /// They reach none within the data, but the data ends within their walk: a facility beyond the
    /// border may exist.
    pub edge: u64,
    /// They could not be put on the streets.
    pub unplaced: u64,
}

impl Split {
    /// All of them.
    pub fn all(self) -> u64 {
        self.covered + self.lacking + self.edge + self.unplaced
    }

    /// Share covered, in parts per million of all, rounded down; `None` of nobody.
    pub fn share_ppm(self) -> Option<u32> {
        ppm(self.covered, self.all())
    }

    /// Share that would be covered if facilities lay just beyond the border for all who are near it.
    pub fn at_most_ppm(self) -> Option<u32> {
        ppm(self.covered + self.edge, self.all())
    }
}

/// `part` of `whole` in parts per million, rounded down, so that only the whole is a million.
pub fn ppm(part: u64, whole: u64) -> Option<u32> {
    (whole > 0).then(|| (u128::from(part) * 1_000_000 / u128::from(whole)) as u32)
}

/// What is counted besides ages: homes, people, and people known by estimate only.
pub const PLAIN_MEASURES: usize = 3;

/// Counts for every column and row: four parts of every measure.
#[derive(Clone, Debug, Default)]
pub struct Cells {
    /// Rows of every column.
    pub rows: usize,
    /// [`PLAIN_MEASURES`] and one for each age band.
    pub measures: usize,
    /// `columns x rows x measures x 4`.
    pub value: Column<u32>,
}

impl Cells {
    /// Numbers a cell holds.
    pub fn width(&self) -> usize {
        self.measures * 4
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.value.is_empty()
    }

    /// One cell.
    pub fn cell(&self, column: usize, row: usize) -> Cell<'_> {
        let at = (column * self.rows + row) * self.width();
        Cell(&self.value[at..at + self.width()])
    }
}

/// The counts of one column in one row.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a>(&'a [u32]);

impl Cell<'_> {
    fn measure(self, m: usize) -> Split {
        let [covered, lacking, edge, unplaced] =
            std::array::from_fn(|part| u64::from(self.0[m * 4 + part]));
        Split { covered, lacking, edge, unplaced }
    }

    /// Homes.
    pub fn homes(self) -> Split {
        self.measure(0)
    }

    /// People.
    pub fn people(self) -> Split {
        self.measure(1)
    }

    /// Those of the people who are known by estimate only.
    pub fn estimated(self) -> Split {
        self.measure(2)
    }

    /// People of age band `a`.
    pub fn age(self, a: usize) -> Split {
        self.measure(PLAIN_MEASURES + a)
    }
}

/// Who lives where, for counting.
pub(crate) struct Census<'a> {
    pub people: &'a [u32],
    pub estimated: &'a [u8],
    pub ages: usize,
    pub by_age: &'a [u32],
    /// `levels x homes` rows besides row 0.
    pub home_row: &'a [u32],
    pub rows: usize,
}

impl Census<'_> {
    pub fn measures(&self) -> usize {
        PLAIN_MEASURES + self.ages
    }

    /// Numbers in one column of cells.
    pub fn column_len(&self) -> usize {
        self.rows * self.measures() * 4
    }

    /// Adds every home to its rows of one column, in the part that `part` says.
    pub fn count(&self, column: &mut [u32], part: impl Fn(usize) -> usize) {
        let homes = self.people.len();
        let levels = self.home_row.len() / homes.max(1);
        for home in 0..homes {
            let part = part(home);
            self.add(column, 0, home, part);
            for level in 0..levels {
                self.add(column, self.home_row[level * homes + home] as usize, home, part);
            }
        }
    }

    fn add(&self, column: &mut [u32], row: usize, home: usize, part: usize) {
        let width = self.measures() * 4;
        let cell = &mut column[row * width..(row + 1) * width];
        let people = self.people[home];
        cell[part] += 1;
        cell[4 + part] += people;
        cell[8 + part] += people * u32::from(self.estimated.get(home).copied().unwrap_or(0) == 1);
        for age in 0..self.ages {
            cell[(PLAIN_MEASURES + age) * 4 + part] += self.by_age[home * self.ages + age];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_down_so_that_only_all_is_all() {
        let nearly = Split { covered: 999_999_999, lacking: 1, ..Split::default() };
        assert_eq!(nearly.share_ppm(), Some(999_999));
        assert_eq!(Split::default().share_ppm(), None);
        let edge = Split { covered: 1, edge: 1, unplaced: 2, ..Split::default() };
        assert_eq!((edge.share_ppm(), edge.at_most_ppm()), (Some(250_000), Some(500_000)));
    }
}
