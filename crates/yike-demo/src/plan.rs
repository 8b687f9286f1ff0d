//! The plan of the city: a lattice of big blocks bent by canals, railways and slow swells.
//!
//! Plan coordinates `(u, v)` are metres on a straight lattice; [`Plan::place`] bends them into metres
//! on the ground. Canals are narrow columns of the lattice and railways narrow rows, so streets,
//! water and rails never overlap, however much the ground is bent. All that is kept for the whole
//! city is this plan: a few hundred bytes for each block of about 2,000 people.

use crate::plane::{Pt, pt, wave};
use crate::rng::Rng;
use crate::skeleton::Edge;

/// People for each land block of the lattice, on average over the city.
const PEOPLE_A_BLOCK: f64 = 2_000.0;

/// What lies between two neighbouring lines of the lattice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gap {
    Land,
    /// A canal with its banks (columns only).
    Canal,
    /// A side canal on one side of the main one, a green belt on the other (rows only).
    Branch,
    /// A railway (rows only).
    Rail,
}

/// What a cell of the lattice is mostly used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Use {
    /// Beyond the edge of the data.
    Absent,
    /// Fields and ponds around the city: no homes, no area, but roads lead on.
    Outskirts,
    OldTown,
    Danwei,
    Gated,
    Towers,
    Village,
    Core,
    Station,
    Industry,
    Lake,
    Park,
    /// Strips: canal, side canal, green belt, railway, railway over a canal.
    Canal,
    Branch,
    Belt,
    Rail,
    RailOverCanal,
}

impl Use {
    /// A block of the city proper, not a strip.
    pub(crate) fn is_land(self) -> bool {
        !matches!(self, Self::Absent | Self::Outskirts) && !self.is_strip()
    }

    pub(crate) fn is_strip(self) -> bool {
        matches!(self, Self::Canal | Self::Branch | Self::Belt | Self::Rail | Self::RailOverCanal)
    }
}

/// One cell of the lattice.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    pub(crate) usage: Use,
    pub(crate) people: u32,
    /// Outside the city, so of no community.
    pub(crate) outside: bool,
    /// Index of its community; meaningless outside.
    pub(crate) community: u32,
    /// Civic buildings it must house, see [`crate::needs`].
    pub(crate) civic: u32,
}

/// A street's rank, from the widest down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    Primary,
    Secondary,
    Tertiary,
    Residential,
    /// A street along water, with a promenade.
    Quay,
    /// For walkers: shopping street.
    Pedestrian,
    /// An estate's own lane.
    Lane,
    Alley,
}

impl Rank {
    /// From the middle line to where a plot may begin, in metres.
    pub(crate) fn half_width(self) -> f64 {
        match self {
            Self::Primary => 22.0,
            Self::Secondary => 16.0,
            Self::Tertiary => 11.0,
            Self::Residential | Self::Quay => 8.0,
            Self::Pedestrian => 7.0,
            Self::Lane => 4.0,
            Self::Alley => 2.2,
        }
    }

    /// From the middle line to the pavement's, where it is mapped as a way of its own.
    pub(crate) fn sidewalk(self) -> Option<f64> {
        match self {
            Self::Primary => Some(18.0),
            Self::Secondary => Some(12.0),
            _ => None,
        }
    }

    /// The tag value of `highway`.
    pub(crate) fn highway(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::Tertiary => "tertiary",
            Self::Residential | Self::Quay => "residential",
            Self::Pedestrian => "pedestrian",
            Self::Lane => "service",
            Self::Alley => "footway",
        }
    }
}

/// A line that winds: a canal (east-west shift along v) or a railway (north-south along u).
#[derive(Clone, Copy, Debug)]
struct Bend {
    at: f64,
    slow: (f64, f64, f64),
    fast: (f64, f64, f64),
}

impl Bend {
    fn new(at: f64, rng: &mut Rng, slow: (f64, f64), fast: (f64, f64)) -> Self {
        Self { at, slow: (slow.0, slow.1, rng.unit()), fast: (fast.0, fast.1, rng.unit()) }
    }

    /// The shift at `across` from the line, `along` it: full on the line, fading over a kilometre.
    fn shift(&self, across: f64, along: f64) -> f64 {
        let d = (across - self.at) * (1.0 / 800.0);
        let (a, b) = (self.slow, self.fast);
        let full = a.0 * wave(along / a.1 + a.2);
        let near = b.0 * wave(along / b.1 + b.2);
        full / (1.0 + d * d) + near / (1.0 + 6.0 * d * d)
    }
}

/// The whole plan.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    /// Lattice lines, west to east and south to north.
    pub(crate) us: Vec<f64>,
    pub(crate) vs: Vec<f64>,
    pub(crate) col_gaps: Vec<Gap>,
    pub(crate) row_gaps: Vec<Gap>,
    pub(crate) col_ranks: Vec<Rank>,
    pub(crate) row_ranks: Vec<Rank>,
    /// Row by row from the south.
    pub(crate) cells: Vec<Cell>,
    /// The canal bridge with steps and ramps that every city has, and its footbridge over rails.
    pub(crate) ramp_bridge: Option<Edge>,
    pub(crate) footbridge: Option<Edge>,
    jitter: Vec<Pt>,
    canals: Vec<Bend>,
    rails: Vec<Bend>,
    swell: [f64; 6],
}

impl Plan {
    /// Lays out the lattice; land use, people and areas are decided by the caller afterwards.
    pub(crate) fn lattice(people: u64, seed: u64) -> Self {
        let mut rng = Rng::new(seed, 1, 0);
        let blocks = (people as f64 / PEOPLE_A_BLOCK).round().max(16.0);
        let rows = (blocks * 1.2).sqrt().ceil();
        let cols = (blocks / 0.9 / rows).ceil();
        let col_gaps = strips(cols as usize, &[(Gap::Canal, 10.0, 0.5)], &mut rng);
        let row_gaps =
            strips(rows as usize, &[(Gap::Rail, 16.0, 0.24), (Gap::Branch, 10.0, 0.72)], &mut rng);
        let us = lines(&col_gaps, &mut rng);
        let vs = lines(&row_gaps, &mut rng);
        let canals = middles(&us, &col_gaps, Gap::Canal)
            .map(|u| Bend::new(u, &mut rng, (190.0, 2_600.0), (55.0, 930.0)))
            .collect();
        let rails = middles(&vs, &row_gaps, Gap::Rail)
            .map(|v| Bend::new(v, &mut rng, (150.0, 5_200.0), (0.0, 1_000.0)))
            .collect();
        let (col_ranks, row_ranks) = (ranks(&col_gaps), ranks(&row_gaps));
        let jitter = jitter(&col_gaps, &row_gaps, &mut rng);
        let empty = Cell { usage: Use::Absent, people: 0, outside: true, community: 0, civic: 0 };
        let cells = vec![empty; col_gaps.len() * row_gaps.len()];
        let swell = std::array::from_fn(|_| rng.unit());
        let mut plan = Self {
            seed,
            us,
            vs,
            col_gaps,
            row_gaps,
            col_ranks,
            row_ranks,
            cells,
            ramp_bridge: None,
            footbridge: None,
            jitter,
            canals,
            rails,
            swell,
        };
        plan.outline(blocks as usize);
        plan
    }

    pub(crate) fn cols(&self) -> usize {
        self.col_gaps.len()
    }

    pub(crate) fn rows(&self) -> usize {
        self.row_gaps.len()
    }

    /// The cell in column `i`, row `j`; `None` outside the lattice.
    pub(crate) fn cell(&self, i: isize, j: isize) -> Option<&Cell> {
        let (c, r) = (self.cols() as isize, self.rows() as isize);
        if i < 0 || j < 0 || i >= c || j >= r {
            return None;
        }
        Some(&self.cells[(j * c + i) as usize])
    }

    /// Whether the cell in column `i`, row `j` is no part of the city.
    pub(crate) fn is_outside(&self, i: isize, j: isize) -> bool {
        self.cell(i, j).is_none_or(|c| c.outside)
    }

    /// What the cell in column `i`, row `j` is used for.
    pub(crate) fn usage(&self, i: isize, j: isize) -> Use {
        self.cell(i, j).map_or(Use::Absent, |c| c.usage)
    }

    /// Column and row of a cell.
    pub(crate) fn col_row(&self, cell: usize) -> (usize, usize) {
        (cell % self.cols(), cell / self.cols())
    }

    /// The middle of a cell, in plan coordinates.
    pub(crate) fn centre(&self, cell: usize) -> Pt {
        let (i, j) = self.col_row(cell);
        pt(f64::midpoint(self.us[i], self.us[i + 1]), f64::midpoint(self.vs[j], self.vs[j + 1]))
    }

    /// The nearest land cell from (`i`, `j`) in a direction, across strips.
    pub(crate) fn land_beyond(&self, i: usize, j: usize, di: isize, dj: isize) -> Option<usize> {
        let (mut i, mut j) = (i as isize + di, j as isize + dj);
        loop {
            let usage = self.cell(i, j)?.usage;
            if usage.is_land() {
                return Some(j as usize * self.cols() + i as usize);
            }
            if usage == Use::Absent {
                return None;
            }
            (i, j) = (i + di, j + dj);
        }
    }

    /// From plan coordinates to metres on the ground.
    pub(crate) fn place(&self, at: Pt) -> Pt {
        let (u, v) = (at.x, at.y);
        let s = &self.swell;
        let mut out = pt(
            u + 85.0 * wave(v / 3_100.0 + s[0]) + 38.0 * wave((v - u) / 2_300.0 + s[1]),
            v + 95.0 * wave(u / 2_700.0 + s[2]) + 42.0 * wave((u + v) / 2_100.0 + s[3]),
        );
        for canal in &self.canals {
            out.x += canal.shift(u, v);
        }
        for rail in &self.rails {
            out.y += rail.shift(v, u);
        }
        out + self.nudge(u, v) - pt(self.us[self.cols()], self.vs[self.rows()]) * 0.5
    }

    /// The jitter of the lattice's nodes, blended smoothly between them.
    fn nudge(&self, u: f64, v: f64) -> Pt {
        let (i, s) = span(&self.us, u);
        let (j, t) = span(&self.vs, v);
        let n = self.us.len();
        let at = |i: usize, j: usize| self.jitter[j * n + i];
        let south = at(i, j).lerp(at(i + 1, j), s);
        south.lerp(at(i, j + 1).lerp(at(i + 1, j + 1), s), t)
    }

    /// Marks `blocks` land cells nearest to a rounded, uneven outline as the city, a ring of land
    /// around them as outskirts, and the strips between.
    fn outline(&mut self, blocks: usize) {
        let (c, width, height) = (self.cols(), self.us[self.cols()], self.vs[self.rows()]);
        let land: Vec<bool> = (0..self.cells.len())
            .map(|cell| self.col_row(cell))
            .map(|(i, j)| self.col_gaps[i] == Gap::Land && self.row_gaps[j] == Gap::Land)
            .collect();
        let rim = |i: usize, j: usize| i == 0 || j == 0 || i + 1 == c || j + 1 == self.rows();
        let mut ranked: Vec<(f64, usize)> = (0..self.cells.len())
            .filter(|&cell| land[cell] && !rim(cell % c, cell / c))
            .map(|cell| {
                let p = self.centre(cell);
                let (x, y) = (p.x / width * 2.0 - 1.0, p.y / height * 2.0 - 1.0);
                let uneven = 0.12 * wave(x * 0.7 + y * 0.5 + self.swell[4]);
                let round = x * x * x * x + y * y * y * y + x * x * y * y;
                (round + uneven * (x * x + y * y), cell)
            })
            .collect();
        ranked.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        for &(_, cell) in ranked.iter().take(blocks) {
            self.cells[cell].usage = Use::Gated;
            self.cells[cell].outside = false;
        }
        let around = |plan: &Self, cell: usize| {
            let (i, j) = plan.col_row(cell);
            (-1..=1)
                .any(|di| (-1..=1).any(|dj| plan.land_towards(&land, i, j, di, dj) == Some(true)))
        };
        for cell in (0..self.cells.len()).filter(|&cell| land[cell]) {
            if self.cells[cell].outside && around(self, cell) {
                self.cells[cell].usage = Use::Outskirts;
            }
        }
        self.outline_strips(&land);
    }

    /// Whether the next land cell in a direction is of the city; `None` where there is none.
    fn land_towards(
        &self,
        land: &[bool],
        i: usize,
        j: usize,
        di: isize,
        dj: isize,
    ) -> Option<bool> {
        let (mut i, mut j) = (i as isize + di, j as isize + dj);
        if (di, dj) == (0, 0) {
            return None;
        }
        loop {
            let cell = self.cell(i, j)?;
            if land[j as usize * self.cols() + i as usize] {
                return (cell.usage != Use::Absent).then_some(!cell.outside);
            }
            (i, j) = (i + di, j + dj);
        }
    }

    /// A strip is of the city where the city lies on both sides of it, of the outskirts where both
    /// sides are at least that.
    fn outline_strips(&mut self, land: &[bool]) {
        for cell in (0..self.cells.len()).filter(|&cell| !land[cell]) {
            let (i, j) = self.col_row(cell);
            let strip = match (self.col_gaps[i], self.row_gaps[j]) {
                (Gap::Land, Gap::Rail) => Use::Rail,
                (Gap::Land, _) if self.branch_is_wet(i, j) => Use::Branch,
                (Gap::Land, _) => Use::Belt,
                (_, Gap::Rail) => Use::RailOverCanal,
                _ => Use::Canal,
            };
            let (wide, tall) = (self.col_gaps[i] != Gap::Land, self.row_gaps[j] != Gap::Land);
            let sides: &[(isize, isize)] = match (wide, tall) {
                (true, false) => &[(-1, 0), (1, 0)],
                (false, _) => &[(0, -1), (0, 1)],
                (true, true) => &[(-1, -1), (1, 1), (-1, 1), (1, -1)],
            };
            let near = |&(di, dj): &(isize, isize)| self.land_towards(land, i, j, di, dj);
            let near: Vec<Option<bool>> = sides.iter().map(near).collect();
            if near.iter().all(Option::is_some) {
                self.cells[cell].usage = strip;
                self.cells[cell].outside = !near.iter().all(|n| *n == Some(true));
            }
        }
    }

    /// Whether the side canal of row `j` holds water in column `i`: east of the first main canal for
    /// every other side canal, west of the last for the rest.
    fn branch_is_wet(&self, i: usize, j: usize) -> bool {
        let canal = |c: &usize| self.col_gaps[*c] == Gap::Canal;
        let count = (0..j).filter(|&r| self.row_gaps[r] == Gap::Branch).count();
        if count % 2 == 0 {
            (0..self.cols()).find(canal).is_some_and(|c| i > c)
        } else {
            (0..self.cols()).rfind(canal).is_some_and(|c| i < c)
        }
    }
}

/// The interval of `lines` that holds `x`, and how far into it, eased at both ends.
fn span(lines: &[f64], x: f64) -> (usize, f64) {
    let i = lines.partition_point(|&l| l <= x).clamp(1, lines.len() - 1) - 1;
    let t = ((x - lines[i]) / (lines[i + 1] - lines[i])).clamp(0.0, 1.0);
    (i, t * t * (3.0 - 2.0 * t))
}

/// `land` land gaps with strips laid in, and one more at both ends for the outskirts. Strips: of each kind, one for every `every` land gaps, the first at
/// `share` of its stretch.
fn strips(land: usize, kinds: &[(Gap, f64, f64)], rng: &mut Rng) -> Vec<Gap> {
    let mut at: Vec<(usize, Gap)> = Vec::new();
    for &(gap, every, share) in kinds {
        let count = (land as f64 / every).round().max(1.0);
        for k in 0..count as usize {
            let wobble = if count > 1.0 { rng.range(-0.06, 0.06) } else { 0.0 };
            let mut after = ((k as f64 + share + wobble) / count * land as f64).round() as usize;
            while at.iter().any(|&(a, _)| a == after) {
                after += 1;
            }
            at.push((after.clamp(1, land - 1), gap));
        }
    }
    let mut out = vec![Gap::Land];
    for i in 0..land {
        out.extend(at.iter().filter(|&&(after, _)| after == i).map(|&(_, gap)| gap));
        out.push(Gap::Land);
    }
    out.push(Gap::Land);
    out
}

/// The lines between gaps, from zero.
fn lines(gaps: &[Gap], rng: &mut Rng) -> Vec<f64> {
    let mut out = vec![0.0];
    for gap in gaps {
        let width = match gap {
            Gap::Land => rng.range(365.0, 460.0),
            Gap::Canal => 88.0,
            Gap::Branch => 62.0,
            Gap::Rail => 48.0,
        };
        out.push(out[out.len() - 1] + width);
    }
    out
}

fn middles(lines: &[f64], gaps: &[Gap], kind: Gap) -> impl Iterator<Item = f64> {
    gaps.iter()
        .enumerate()
        .filter(move |&(_, gap)| *gap == kind)
        .map(|(i, _)| f64::midpoint(lines[i], lines[i + 1]))
}

/// Ranks of the lines: quays beside canals, lesser streets beside strips, else primary and secondary
/// in turn.
fn ranks(gaps: &[Gap]) -> Vec<Rank> {
    let mut since = 0;
    (0..=gaps.len())
        .map(|i| {
            let sides = [i.checked_sub(1).map(|k| gaps[k]), gaps.get(i).copied()];
            let beside = |kind| sides.contains(&Some(kind));
            since += 1;
            if beside(Gap::Canal) {
                since = 0;
                Rank::Quay
            } else if beside(Gap::Rail) {
                Rank::Tertiary
            } else if beside(Gap::Branch) {
                Rank::Residential
            } else if i > 0 && i < gaps.len() && since >= 2 {
                since = 0;
                Rank::Primary
            } else {
                Rank::Secondary
            }
        })
        .collect()
}

/// Up to 30 m for every node; nothing across a strip, so that its banks stay parallel.
fn jitter(cols: &[Gap], rows: &[Gap], rng: &mut Rng) -> Vec<Pt> {
    let beside = |gaps: &[Gap], i: usize| {
        (i > 0 && gaps[i - 1] != Gap::Land) || gaps.get(i).is_some_and(|g| *g != Gap::Land)
    };
    let mut out = Vec::with_capacity((cols.len() + 1) * (rows.len() + 1));
    for j in 0..=rows.len() {
        for i in 0..=cols.len() {
            let (x, y) = (rng.range(-30.0, 30.0), rng.range(-30.0, 30.0));
            let still = beside(cols, i) || beside(rows, j);
            out.push(if still { Pt::default() } else { pt(x, y) });
        }
    }
    out
}
