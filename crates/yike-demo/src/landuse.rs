//! Which block of the plan is what, and how many people live there.

use crate::plan::{Plan, Use};
use crate::rng::Rng;

/// Decides the use of every land cell by quotas, so that no city lacks a kind, then shares out
/// exactly `people` among the cells.
pub(crate) fn assign(plan: &mut Plan, people: u64) {
    let mut land = Land::new(plan);
    land.lakes(plan);
    land.stations(plan);
    let n = land.free.len() as f64;
    let quotas = [
        (Use::Core, 0.035, Score::Heart),
        (Use::OldTown, 0.11, Score::CanalHeart),
        (Use::Industry, 0.07, Score::Edge),
        (Use::Village, 0.08, Score::Edge),
        (Use::Park, 0.03, Score::Anywhere),
        (Use::Danwei, 0.25, Score::Heart),
        (Use::Towers, 0.2, Score::Edge),
    ];
    for (usage, share, score) in quotas {
        land.take(plan, usage, (n * share).round().max(1.0) as usize, score);
    }
    share_people(plan, people);
}

/// What makes a cell suitable; the highest score is taken first.
#[derive(Clone, Copy)]
enum Score {
    Heart,
    CanalHeart,
    Edge,
    Anywhere,
}

struct Land {
    /// Cells not yet given a use beyond the default.
    free: Vec<usize>,
    /// Cells the city's and its quarters' life turns around.
    hearts: Vec<usize>,
    seed: u64,
}

impl Land {
    fn new(plan: &Plan) -> Self {
        let free: Vec<usize> =
            (0..plan.cells.len()).filter(|&c| plan.cells[c].usage.is_land()).collect();
        let (width, height) = (plan.us[plan.cols()], plan.vs[plan.rows()]);
        let (across, up) =
            ((width / 3_600.0).round().max(1.0), (height / 3_600.0).round().max(1.0));
        let mut hearts = Vec::new();
        for b in 0..up as usize {
            for a in 0..across as usize {
                let u = width * (a as f64 + 0.5) / across;
                let v = height * (b as f64 + 0.52) / up;
                let far = |&c: &usize| {
                    let p = plan.centre(c);
                    let dry = if Self::on_canal(plan, c) { 0.0 } else { 400_000.0 };
                    (p.x - u) * (p.x - u) + (p.y - v) * (p.y - v) + dry
                };
                hearts.extend(free.iter().copied().min_by(|p, q| far(p).total_cmp(&far(q))));
            }
        }
        Self { free, hearts, seed: plan.seed }
    }

    /// Whether a canal runs along the cell.
    fn on_canal(plan: &Plan, cell: usize) -> bool {
        let (i, j) = plan.col_row(cell);
        let (i, j) = (i as isize, j as isize);
        plan.usage(i - 1, j) == Use::Canal || plan.usage(i + 1, j) == Use::Canal
    }

    fn score(&self, plan: &Plan, cell: usize, by: Score) -> f64 {
        let noise = Rng::new(self.seed, 2, cell as u64 * 8 + by as u64).unit();
        let p = plan.centre(cell);
        let heart = self.hearts.iter().map(|&h| (plan.centre(h) - p).len());
        let heart = heart.fold(f64::INFINITY, f64::min) / 400.0;
        match by {
            Score::Heart => -heart + noise * 1.4,
            Score::CanalHeart => {
                let dry = if Self::on_canal(plan, cell) { 0.0 } else { 2.0 };
                -heart - dry + noise
            }
            Score::Edge => {
                let (i, j) = plan.col_row(cell);
                let open = [(-1, 0), (1, 0), (0, -1), (0, 1)]
                    .into_iter()
                    .filter(|&(di, dj)| plan.land_beyond(i, j, di, dj).is_none())
                    .count();
                open.min(2) as f64 * 1.2 + heart * 0.25 + noise * 1.6
            }
            Score::Anywhere => noise - if heart < 1.0 { 1.0 } else { 0.0 },
        }
    }

    fn take(&mut self, plan: &mut Plan, usage: Use, count: usize, by: Score) {
        let mut ranked: Vec<(f64, usize)> =
            self.free.iter().map(|&c| (self.score(plan, c, by), c)).collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        for &(_, cell) in ranked.iter().take(count) {
            plan.cells[cell].usage = usage;
        }
        self.free.retain(|&c| plan.cells[c].usage == Use::Gated);
    }

    /// Lakes of two cells (four in large cities) away from canals and hearts.
    fn lakes(&mut self, plan: &mut Plan) {
        let count = (self.free.len() / 110).max(1);
        for lake in 0..count {
            let tall = self.free.len() >= 150 && lake % 2 == 0;
            // In a small city a lake may lie by the canal.
            let away = self.free.iter().any(|&c| self.lake_cells(plan, c, tall, true).is_some());
            let fits = |cell: &usize| self.lake_cells(plan, *cell, tall, away).is_some();
            let score = |cell: usize| {
                let p = plan.centre(cell);
                let from = self.hearts.iter().map(|&h| (plan.centre(h) - p).len());
                let noise = Rng::new(self.seed, 3, (cell * 64 + lake) as u64).unit();
                let far = (from.fold(f64::INFINITY, f64::min) / 400.0).min(4.0);
                far + noise * 2.5
            };
            let best = self.free.iter().copied().filter(fits);
            let best = best.max_by(|&a, &b| score(a).total_cmp(&score(b)).then(b.cmp(&a)));
            if let Some(cells) = best.and_then(|cell| self.lake_cells(plan, cell, tall, away)) {
                for &c in &cells {
                    plan.cells[c].usage = Use::Lake;
                }
                self.free.retain(|c| !cells.contains(c));
            }
        }
    }

    /// The cells of a lake with its south-west corner at `cell`, if they are all free and dry.
    fn lake_cells(&self, plan: &Plan, cell: usize, tall: bool, away: bool) -> Option<Vec<usize>> {
        let mut cells = vec![cell, cell + 1];
        if tall {
            cells.extend([cell + plan.cols(), cell + plan.cols() + 1]);
        }
        let dry = |c: &usize| {
            self.free.binary_search(c).is_ok()
                && !(away && Self::on_canal(plan, *c))
                && !self.hearts.contains(c)
                && Self::around(plan, *c).iter().all(|&n| plan.cells[n].usage != Use::Lake)
        };
        let (i, _) = plan.col_row(cell);
        (i + 1 < plan.cols() && cells.iter().all(dry)).then_some(cells)
    }

    fn around(plan: &Plan, cell: usize) -> Vec<usize> {
        let (i, j) = plan.col_row(cell);
        [(-1, 0), (1, 0), (0, -1), (0, 1)]
            .into_iter()
            .filter_map(|(di, dj)| plan.land_beyond(i, j, di, dj))
            .collect()
    }

    /// A station south of every railway, near the middle of the city.
    fn stations(&mut self, plan: &mut Plan) {
        let middle = plan.us[plan.cols()] * 0.62;
        for j in 1..plan.rows() {
            let cols = plan.cols();
            let at = |i: usize, j: usize| j * cols + i;
            let suits = |i: &usize| {
                plan.cells[at(*i, j)].usage == Use::Rail
                    && self.free.binary_search(&at(*i, j - 1)).is_ok()
                    && !Self::on_canal(plan, at(*i, j - 1))
            };
            let far = |i: usize| (plan.centre(at(i, j)).x - middle).abs();
            let best = (0..plan.cols()).filter(suits).min_by(|&a, &b| far(a).total_cmp(&far(b)));
            if let Some(i) = best {
                plan.cells[at(i, j - 1)].usage = Use::Station;
                self.free.retain(|&c| c != at(i, j - 1));
            }
        }
    }
}

/// People for each hectare of the whole cell, relative to a gated estate's.
fn weight(usage: Use) -> f64 {
    match usage {
        Use::Gated => 1.0,
        Use::Danwei => 1.05,
        Use::Towers => 1.35,
        Use::OldTown => 0.75,
        Use::Village => 0.95,
        Use::Core => 0.4,
        Use::Station => 0.6,
        Use::Industry => 0.14,
        _ => 0.0,
    }
}

/// Shares out `people` so that the cells' counts add up exactly.
fn share_people(plan: &mut Plan, people: u64) {
    let weights: Vec<u64> = (0..plan.cells.len())
        .map(|cell| {
            let (i, j) = plan.col_row(cell);
            let area = (plan.us[i + 1] - plan.us[i]) * (plan.vs[j + 1] - plan.vs[j]);
            let noise = Rng::new(plan.seed, 4, cell as u64).range(0.85, 1.15);
            let (x, y) = (i as isize, j as isize);
            let first = plan.usage(x - 1, y) != Use::Lake && plan.usage(x, y - 1) != Use::Lake;
            // The islet's hamlet belongs to the cell its lake begins in.
            let islet = if plan.cells[cell].usage == Use::Lake && first { 0.03 } else { 0.0 };
            ((weight(plan.cells[cell].usage) + islet) * area * noise) as u64
        })
        .collect();
    for (cell, share) in split(people, &weights).into_iter().enumerate() {
        plan.cells[cell].people = share as u32;
    }
}

/// Splits `total` in proportion to `weights` into whole parts that add up exactly (cumulative
/// rounding). All zero when all weights are.
pub(crate) fn split(total: u64, weights: &[u64]) -> Vec<u64> {
    let sum: u128 = weights.iter().map(|&w| u128::from(w)).sum();
    let (mut seen, mut given) = (0_u128, 0_u64);
    weights
        .iter()
        .map(|&w| {
            seen += u128::from(w);
            let upto = (seen * u128::from(total) + sum / 2).checked_div(sum).unwrap_or(0) as u64;
            let part = upto - given;
            given = upto;
            part
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn parts_add_up() {
        assert_eq!(split(10, &[1, 1, 1]), [3, 4, 3]);
        assert_eq!(split(7, &[0, 5, 0]), [0, 7, 0]);
        assert_eq!(split(7, &[0, 0]), [0, 0]);
        let weights: Vec<u64> = (0..1000).map(|i| i * i % 97).collect();
        assert_eq!(split(1_120_003, &weights).iter().sum::<u64>(), 1_120_003);
    }
}
