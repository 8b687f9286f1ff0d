//! The tree of areas: districts, subdistricts, communities, with codes, names and outlines.

use std::collections::BTreeMap;

use crate::names;
use crate::plan::{Plan, Use};
use crate::plane::{Pt, area};

/// The first district's code. Province 33 exists, but it has no prefecture 99: the form is the
/// official one (GB/T 2260), the place is not.
const FIRST_DISTRICT: u32 = 339_901;
/// Subdistricts in one district, at most: three-digit codes up to 099 are subdistricts, those up to 399
/// towns and townships. However many people live there it is one district, since a data folder holds one.
const SUBDISTRICTS_A_DISTRICT: usize = 399;

/// A cell with more people than this can be a community by itself.
const PEOPLED: u64 = 600;

/// One area of the tree.
#[derive(Clone, Debug)]
pub(crate) struct Area {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) name_en: String,
    /// Index of the area it belongs to; `None` for a district.
    pub(crate) parent: Option<usize>,
}

/// All areas.
#[derive(Clone, Debug, Default)]
pub(crate) struct Areas {
    pub(crate) districts: Vec<Area>,
    pub(crate) subdistricts: Vec<Area>,
    /// In order of code; `Cell::community` points here.
    pub(crate) communities: Vec<Area>,
}

/// How many subdistricts and communities a city of `people` has: 3 and 20 for a part of a district
/// (60,000), 18 and 178 for the reference district (1,120,000), and so on in proportion.
pub(crate) fn counts(people: u64) -> (usize, usize) {
    let people = people as f64;
    // From the small part to the reference district, areas grow fuller.
    let t = ((people - 60_000.0) / 1_060_000.0).clamp(0.0, 1.0);
    let subdistrict = 20_000.0 + t * (1_120_000.0 / 18.0 - 20_000.0);
    let community = 3_000.0 + t * (1_120_000.0 / 178.0 - 3_000.0);
    let subdistricts = (people / subdistrict).round().max(1.0) as usize;
    ((subdistricts), ((people / community).round() as usize).max(subdistricts))
}

/// Divides the plan into areas, sets every cell's community, and names them all.
pub(crate) fn divide(plan: &mut Plan, people: u64) -> Areas {
    let (subdistricts, communities) = counts(people);
    let land: Vec<usize> =
        (0..plan.cells.len()).filter(|&c| plan.cells[c].usage.is_land()).collect();
    let weights: Vec<u64> = land.iter().map(|&c| u64::from(plan.cells[c].people)).collect();
    let total: u64 = weights.iter().sum();
    let of_sub = parts(plan, &land, subdistricts);
    let mut held = vec![0_u64; subdistricts];
    let mut peopled = vec![0_usize; subdistricts];
    for (k, &weight) in weights.iter().enumerate() {
        held[of_sub[k]] += weight;
        peopled[of_sub[k]] += usize::from(weight > PEOPLED);
    }
    let shares = share_communities(&held, &peopled, communities, total);
    let mut areas = Areas::default();
    for (sub, &count) in shares.iter().enumerate() {
        let cells: Vec<usize> =
            land.iter().zip(&of_sub).filter(|&(_, &s)| s == sub).map(|(&c, _)| c).collect();
        let of = parts(plan, &cells, count);
        for (&cell, part) in cells.iter().zip(of) {
            plan.cells[cell].community = (areas.communities.len() + part) as u32;
        }
        areas.add_subdistrict(plan.seed, sub, count);
    }
    join_lakes(plan);
    give_strips(plan);
    areas
}

/// Communities for each subdistrict in proportion to people, at most one for each peopled cell.
fn share_communities(held: &[u64], peopled: &[usize], wanted: usize, total: u64) -> Vec<usize> {
    let mut shares: Vec<usize> = held
        .iter()
        .zip(peopled)
        .map(|(&h, &cells)| {
            let exact = (h as f64 * wanted as f64 / total.max(1) as f64).floor() as usize;
            exact.clamp(1, cells.max(1))
        })
        .collect();
    while shares.iter().sum::<usize>() < wanted {
        let fuller = |&s: &usize| held[s] as f64 / (shares[s] as f64 + 0.5);
        let open = (0..shares.len()).filter(|&s| shares[s] < peopled[s]);
        match open.max_by(|a, b| fuller(a).total_cmp(&fuller(b)).then(b.cmp(a))) {
            Some(s) => shares[s] += 1,
            None => break,
        }
    }
    shares
}

/// Divides `cells` into `count` connected parts of about the same number of people; the part of each.
fn parts(plan: &Plan, cells: &[usize], count: usize) -> Vec<usize> {
    let mut of: BTreeMap<usize, usize> = BTreeMap::new();
    bisect(plan, cells.to_vec(), 0, count, &mut of);
    mend(plan, &mut of);
    cells.iter().map(|c| of[c]).collect()
}

fn bisect(
    plan: &Plan,
    mut cells: Vec<usize>,
    first: usize,
    count: usize,
    of: &mut BTreeMap<usize, usize>,
) {
    if count <= 1 {
        of.extend(cells.into_iter().map(|c| (c, first)));
        return;
    }
    let reach = |get: fn(Pt) -> f64| {
        let at = cells.iter().map(|&c| get(plan.centre(c)));
        let (low, high) = at.fold((f64::MAX, f64::MIN), |(l, h), x| (l.min(x), h.max(x)));
        high - low
    };
    let wide = reach(|p| p.x) > reach(|p| p.y);
    // A snake through columns (or rows): every prefix of it hangs together.
    cells.sort_by_key(|&c| {
        let (i, j) = plan.col_row(c);
        let (along, across) = if wide { (i, j) } else { (j, i) };
        (along, if along % 2 == 0 { across as isize } else { -(across as isize) })
    });
    let half = count / 2;
    let total: u64 = cells.iter().map(|&c| u64::from(plan.cells[c].people)).sum();
    let full = |c: usize| u64::from(plan.cells[c].people) > PEOPLED;
    let peopled = cells.iter().filter(|&&c| full(c)).count();
    let (mut held, mut seen, mut cut) = (0_u64, 0, 0);
    for (k, &c) in cells.iter().enumerate() {
        let people = u64::from(plan.cells[c].people);
        let enough = (held + people / 2) * count as u64 >= total * half as u64 && seen >= half;
        if enough || (full(c) && peopled - seen <= count - half) {
            break;
        }
        held += people;
        seen += usize::from(full(c));
        cut = k + 1;
    }
    let rest = cells.split_off(cut);
    bisect(plan, cells, first, half, of);
    bisect(plan, rest, first + half, count - half, of);
}

/// Gives cells that hang apart from their part's peopled body to a part beside them.
fn mend(plan: &Plan, of: &mut BTreeMap<usize, usize>) {
    for _ in 0..8 {
        let bodies = bodies(plan, of);
        let moved: Vec<(usize, usize)> = of
            .iter()
            .filter(|&(c, part)| bodies.get(part).is_none_or(|body| !body.contains(c)))
            .filter_map(|(&c, &part)| {
                let beside =
                    around(plan, c).into_iter().find(|n| of.get(n).is_some_and(|p| *p != part));
                beside.map(|n| (c, of[&n]))
            })
            .collect();
        if moved.is_empty() {
            return;
        }
        of.extend(moved);
    }
}

/// The largest connected set of every part, by people.
fn bodies(plan: &Plan, of: &BTreeMap<usize, usize>) -> BTreeMap<usize, Vec<usize>> {
    let mut seen: BTreeMap<usize, bool> = BTreeMap::new();
    let mut best: BTreeMap<usize, (u64, Vec<usize>)> = BTreeMap::new();
    for (&start, &part) in of {
        if seen.insert(start, true).is_some() {
            continue;
        }
        let (mut body, mut next) = (vec![start], 0);
        while next < body.len() {
            for n in around(plan, body[next]) {
                if of.get(&n) == Some(&part) && seen.insert(n, true).is_none() {
                    body.push(n);
                }
            }
            next += 1;
        }
        let weight: u64 = body.iter().map(|&c| 1 + u64::from(plan.cells[c].people) * 64).sum();
        body.sort_unstable();
        if best.get(&part).is_none_or(|(w, _)| *w < weight) {
            best.insert(part, (weight, body));
        }
    }
    best.into_iter().map(|(part, (_, body))| (part, body)).collect()
}

fn around(plan: &Plan, cell: usize) -> Vec<usize> {
    let (i, j) = plan.col_row(cell);
    [(-1, 0), (0, -1), (1, 0), (0, 1)]
        .into_iter()
        .filter_map(|(di, dj)| plan.land_beyond(i, j, di, dj))
        .collect()
}

/// A lake and its islet lie in one community: that of the cell the lake begins in.
fn join_lakes(plan: &mut Plan) {
    for cell in 0..plan.cells.len() {
        let (i, j) = plan.col_row(cell);
        let (x, y) = (i as isize, j as isize);
        if plan.cells[cell].usage != Use::Lake {
            continue;
        }
        // West first, then south: row by row, both neighbours are settled before.
        for (x, y) in [(x - 1, y), (x, y - 1)] {
            if let Some(first) = plan.cell(x, y).filter(|c| c.usage == Use::Lake) {
                plan.cells[cell].community = first.community;
                break;
            }
        }
    }
}

/// Strips go with the land west or south of them, so that borders run along one bank.
fn give_strips(plan: &mut Plan) {
    for pass in 0..3 {
        for cell in 0..plan.cells.len() {
            let usage = plan.cells[cell].usage;
            let (i, j) = plan.col_row(cell);
            let crossing = plan.col_gaps[i] != crate::plan::Gap::Land
                && plan.row_gaps[j] != crate::plan::Gap::Land;
            if plan.cells[cell].outside || !usage.is_strip() || crossing != (pass > 0) {
                continue;
            }
            let (i, j) = (i as isize, j as isize);
            let tall = plan.row_gaps[j as usize] != crate::plan::Gap::Land;
            let near = if crossing || !tall {
                [(i - 1, j), (i + 1, j), (i, j - 1)]
            } else {
                [(i, j - 1), (i, j + 1), (i - 1, j)]
            };
            let owner = near
                .into_iter()
                .filter_map(|(i, j)| plan.cell(i, j))
                .find(|c| !c.outside)
                .map(|c| c.community);
            if let Some(owner) = owner {
                plan.cells[cell].community = owner;
            }
        }
    }
}

impl Areas {
    fn add_subdistrict(&mut self, seed: u64, sub: usize, communities: usize) {
        let district = sub / SUBDISTRICTS_A_DISTRICT;
        if district == self.districts.len() {
            let (name, name_en) = names::district(seed, district);
            let code = (FIRST_DISTRICT + district as u32).to_string();
            self.districts.push(Area { code, name, name_en, parent: None });
        }
        let code =
            format!("{}{:03}", self.districts[district].code, sub % SUBDISTRICTS_A_DISTRICT + 1);
        let (name, name_en) = names::subdistrict(seed, sub);
        self.subdistricts.push(Area { code: code.clone(), name, name_en, parent: Some(district) });
        for k in 0..communities {
            let (name, name_en) = names::community(seed, self.communities.len());
            let code = format!("{code}{:03}", k + 1);
            self.communities.push(Area { code, name, name_en, parent: Some(sub) });
        }
    }
}

/// The outline of cells (given in rising order), as rings of plan coordinates sampled along the
/// lattice's edges: outer rings counterclockwise, holes clockwise, first point not repeated.
pub(crate) fn outline(plan: &Plan, cells: &[usize]) -> Vec<Vec<(usize, usize)>> {
    let c = plan.cols();
    let mut next: BTreeMap<(usize, usize), Vec<(usize, usize)>> = BTreeMap::new();
    let inside = |i: isize, j: isize| {
        i >= 0
            && j >= 0
            && i < c as isize
            && j < plan.rows() as isize
            && cells.binary_search(&(j as usize * c + i as usize)).is_ok()
    };
    for &cell in cells {
        let (i, j) = plan.col_row(cell);
        let (x, y) = (i as isize, j as isize);
        let sides = [
            (inside(x, y - 1), (i, j), (i + 1, j)),
            (inside(x + 1, y), (i + 1, j), (i + 1, j + 1)),
            (inside(x, y + 1), (i + 1, j + 1), (i, j + 1)),
            (inside(x - 1, y), (i, j + 1), (i, j)),
        ];
        for (_, from, to) in sides.into_iter().filter(|side| !side.0) {
            next.entry(from).or_default().push(to);
        }
    }
    let mut rings = Vec::new();
    while let Some((&start, _)) = next.iter().next() {
        let (mut ring, mut at, mut before) = (vec![start], start, None);
        loop {
            let to = take_leftmost(&mut next, at, before);
            before = Some(at);
            at = to;
            if at == start {
                break;
            }
            ring.push(at);
        }
        rings.push(ring);
    }
    rings
}

/// Takes the edge that leaves `at` furthest to the left of where one came from, so that cells which
/// touch only at a corner get rings of their own.
fn take_leftmost(
    next: &mut BTreeMap<(usize, usize), Vec<(usize, usize)>>,
    at: (usize, usize),
    before: Option<(usize, usize)>,
) -> (usize, usize) {
    let outs = next.get_mut(&at).expect("every corner that is entered is left: edges form rings");
    let step = |a: (usize, usize), b: (usize, usize)| {
        (b.0 as isize - a.0 as isize, b.1 as isize - a.1 as isize)
    };
    let left = |to: (usize, usize)| {
        let Some(before) = before else { return 0 };
        let (d, e) = (step(before, at), step(at, to));
        d.0 * e.1 - d.1 * e.0
    };
    let best = (0..outs.len()).max_by_key(|&k| left(outs[k])).unwrap_or(0);
    let to = outs.swap_remove(best);
    if outs.is_empty() {
        next.remove(&at);
    }
    to
}

/// A ring of lattice corners as points on the ground, each edge cut into `samples`.
pub(crate) fn bend(plan: &Plan, ring: &[(usize, usize)], samples: usize) -> Vec<Pt> {
    let corner = |k: usize| {
        let (i, j) = ring[k % ring.len()];
        Pt { x: plan.us[i], y: plan.vs[j] }
    };
    let mut out = Vec::with_capacity(ring.len() * samples);
    for k in 0..ring.len() {
        for s in 0..samples {
            out.push(plan.place(between(corner(k), corner(k + 1), s, samples)));
        }
    }
    out
}

/// Point `s` of `samples` on an edge, computed from its lower end, so that both directions give the
/// same bits.
fn between(a: Pt, b: Pt, s: usize, samples: usize) -> Pt {
    if (a.x, a.y) <= (b.x, b.y) {
        a.lerp(b, s as f64 / samples as f64)
    } else {
        b.lerp(a, (samples - s) as f64 / samples as f64)
    }
}

/// Groups rings into polygons: every outer ring with the holes inside it.
pub(crate) fn polygons(rings: Vec<Vec<Pt>>) -> Vec<Vec<Vec<Pt>>> {
    let (outer, holes): (Vec<_>, Vec<_>) = rings.into_iter().partition(|r| area(r) > 0.0);
    let mut out: Vec<Vec<Vec<Pt>>> = outer.into_iter().map(|r| vec![r]).collect();
    for hole in holes {
        let owner = out.iter_mut().find(|p| {
            hole.iter().filter(|&&q| crate::plane::inside(&p[0], q)).count() * 2 > hole.len()
        });
        if let Some(owner) = owner {
            owner.push(hole);
        }
    }
    out
}
