//! What lies in the strips of the lattice: canals, side canals, green belts and railways.

use crate::names;
use crate::plan::{Gap, Plan, Use};
use crate::plane::{Pt, pt, wave};
use crate::sheet::{Tags, tags};
use crate::skeleton::{SAMPLES, Skeleton};

/// Half the width of a main canal's water, in metres, where it is neither wide nor narrow.
const CANAL_HALF: f64 = 25.0;
const BRANCH_HALF: f64 = 13.0;
/// From a quay's middle line to its promenade.
const PROMENADE: f64 = 10.5;

/// Draws all strips into the skeleton.
pub(crate) fn draw(plan: &Plan, out: &mut Skeleton) {
    for i in (0..plan.cols()).filter(|&i| plan.col_gaps[i] == Gap::Canal) {
        for (from, to) in runs(plan.rows(), |j| plan.usage(i as isize, j as isize) != Use::Absent) {
            canal(plan, out, i, from, to);
        }
    }
    for j in (0..plan.rows()).filter(|&j| plan.row_gaps[j] == Gap::Branch) {
        for (from, to) in runs(plan.cols(), |i| plan.usage(i as isize, j as isize) == Use::Branch) {
            branch(plan, out, j, from, to);
        }
        for (from, to) in runs(plan.cols(), |i| plan.usage(i as isize, j as isize) == Use::Belt) {
            belt(plan, out, j, from, to);
        }
    }
    for j in (0..plan.rows()).filter(|&j| plan.row_gaps[j] == Gap::Rail) {
        for (from, to) in runs(plan.cols(), |i| plan.usage(i as isize, j as isize) != Use::Absent) {
            rail(plan, out, j, from, to);
        }
    }
}

/// Maximal runs `from..to` of indices below `n` for which `is` holds.
fn runs(n: usize, is: impl Fn(usize) -> bool) -> Vec<(usize, usize)> {
    let mut out: Vec<(usize, usize)> = Vec::new();
    for k in (0..n).filter(|&k| is(k)) {
        match out.last_mut() {
            Some(run) if run.1 == k => run.1 = k + 1,
            _ => out.push((k, k + 1)),
        }
    }
    out
}

/// Positions along `lines[from]..lines[to]`, `SAMPLES` to a wide gap, two to a narrow one.
fn stations(lines: &[f64], from: usize, to: usize) -> Vec<f64> {
    let mut out = Vec::new();
    for k in from..to {
        let count = if lines[k + 1] - lines[k] > 150.0 { SAMPLES } else { 2 };
        let step = (lines[k + 1] - lines[k]) / count as f64;
        out.extend((0..count).map(|s| lines[k] + step * s as f64));
    }
    out.push(lines[to]);
    out
}

/// Half the width of the water at `v`.
fn canal_half(v: f64) -> f64 {
    CANAL_HALF + 4.0 * wave(v / 640.0)
}

fn canal(plan: &Plan, out: &mut Skeleton, i: usize, from: usize, to: usize) {
    let middle = f64::midpoint(plan.us[i], plan.us[i + 1]);
    let vs = stations(&plan.vs, from, to);
    let (zh, en) = names::canal(plan.seed, i);
    let bank = |sign: f64, v: f64| plan.place(pt(middle + sign * canal_half(v), v));
    let mut ring: Vec<Pt> = vs.iter().map(|&v| bank(1.0, v)).collect();
    ring.extend(vs.iter().rev().map(|&v| bank(-1.0, v)));
    let water =
        tags! {"natural": "water", "water": "canal", "name": zh.clone(), "name:en": en.clone()};
    out.ring(&ring, water);
    let line: Vec<Pt> = vs.iter().map(|&v| plan.place(pt(middle, v))).collect();
    out.line(None, &line, tags! {"waterway": "canal", "boat": "yes", "name": zh, "name:en": en});
    for j in (from..to).filter(|&j| plan.row_gaps[j] == Gap::Land) {
        for (quay, sign) in [(i, 1.0), (i + 1, -1.0)] {
            let vs = stations(&plan.vs, j, j + 1);
            bank_park(
                plan,
                out,
                &vs,
                |off, v| pt(plan.us[quay] + sign * off, v),
                |v| 44.0 - canal_half(v),
            );
            promenade(plan, out, &vs, (quay, j), (quay, j + 1), |v| {
                pt(plan.us[quay] + sign * PROMENADE, v)
            });
        }
    }
}

/// Grass and trees from a quay to the water.
fn bank_park(
    plan: &Plan,
    out: &mut Skeleton,
    along: &[f64],
    at: impl Fn(f64, f64) -> Pt,
    depth: impl Fn(f64) -> f64,
) {
    let (first, last) = (along[0] + 13.0, along[along.len() - 1] - 13.0);
    let inner = || along.iter().map(|&v| v.clamp(first, last));
    let mut ring: Vec<Pt> = inner().map(|v| plan.place(at(6.5, v))).collect();
    ring.extend(inner().rev().map(|v| plan.place(at(depth(v) - 1.0, v))));
    out.ring(&ring, tags! {"leisure": "park"});
}

/// A walk between a quay and the water, from corner to corner.
fn promenade(
    plan: &Plan,
    out: &mut Skeleton,
    along: &[f64],
    from: (usize, usize),
    to: (usize, usize),
    at: impl Fn(f64) -> Pt,
) {
    let (Some(a), Some(b)) = (out.corner(from.0, from.1), out.corner(to.0, to.1)) else { return };
    let (first, last) = (along[0] + 24.0, along[along.len() - 1] - 24.0);
    let mut refs = vec![a];
    for v in std::iter::once(first).chain(along[1..along.len() - 1].iter().copied()).chain([last]) {
        refs.push(out.knot(plan.place(at(v)), Vec::new()));
    }
    refs.push(b);
    out.ways.push((refs, tags! {"highway": "footway", "surface": "paving_stones", "lit": "yes"}));
}

fn branch(plan: &Plan, out: &mut Skeleton, j: usize, from: usize, to: usize) {
    let middle = f64::midpoint(plan.vs[j], plan.vs[j + 1]);
    let mut us = stations(&plan.us, from, to);
    // Run on into the water of the main canals it opens into.
    let reach = 44.0 - CANAL_HALF + 8.0;
    if from > 0 && plan.col_gaps[from - 1] == Gap::Canal {
        us.insert(0, us[0] - reach);
    }
    if to < plan.cols() && plan.col_gaps[to] == Gap::Canal {
        us.push(us[us.len() - 1] + reach);
    }
    let half = |u: f64| BRANCH_HALF + 2.5 * wave(u / 410.0);
    let mut ring: Vec<Pt> = us.iter().map(|&u| plan.place(pt(u, middle - half(u)))).collect();
    ring.extend(us.iter().rev().map(|&u| plan.place(pt(u, middle + half(u)))));
    let (zh, en) = names::canal(plan.seed, 500 + j);
    out.ring(
        &ring,
        tags! {"natural": "water", "water": "canal", "name": zh.clone(), "name:en": en.clone()},
    );
    let line: Vec<Pt> = us.iter().map(|&u| plan.place(pt(u, middle))).collect();
    out.line(None, &line, tags! {"waterway": "canal", "name": zh, "name:en": en});
    for i in (from..to).filter(|&i| plan.col_gaps[i] == Gap::Land) {
        for (row, sign) in [(j, 1.0), (j + 1, -1.0)] {
            let us = stations(&plan.us, i, i + 1);
            bank_park(
                plan,
                out,
                &us,
                |off, u| pt(u, plan.vs[row] + sign * off),
                |u| 31.0 - half(u),
            );
        }
    }
}

/// A park along a filled canal, with a walk through it.
fn belt(plan: &Plan, out: &mut Skeleton, j: usize, from: usize, to: usize) {
    let (low, high) = (plan.vs[j] + 9.0, plan.vs[j + 1] - 9.0);
    for i in (from..to).filter(|&i| plan.col_gaps[i] == Gap::Land) {
        let us = stations(&plan.us, i, i + 1);
        let clear = |line: usize| plan.col_ranks[line].half_width();
        let (first, last) = (us[0] + clear(i), us[us.len() - 1] - clear(i + 1));
        let inner = || us.iter().map(|&u| u.clamp(first, last));
        let mut ring: Vec<Pt> = inner().map(|u| plan.place(pt(u, low))).collect();
        ring.extend(inner().rev().map(|u| plan.place(pt(u, high))));
        let (zh, en) = names::of_place(plan.seed, 900 + j, ("绿廊", "Green Way"));
        out.ring(&ring, tags! {"leisure": "park", "name": zh, "name:en": en});
        let middle = f64::midpoint(low, high);
        promenade(plan, out, &us, (i, j), (i + 1, j), |u| pt(u, middle + 7.0 * wave(u / 130.0)));
    }
}

/// Two tracks, on bridges over water.
fn rail(plan: &Plan, out: &mut Skeleton, j: usize, from: usize, to: usize) {
    let middle = f64::midpoint(plan.vs[j], plan.vs[j + 1]);
    for track in [-3.0, 3.0] {
        let mut last = None;
        for i in from..to {
            let us = stations(&plan.us, i, i + 1);
            let skip = usize::from(last.is_some());
            let points: Vec<Pt> =
                us[skip..].iter().map(|&u| plan.place(pt(u, middle + track))).collect();
            let mut tags: Tags = tags! {"railway": "rail", "usage": "main", "gauge": "1435"};
            if plan.usage(i as isize, j as isize) == Use::RailOverCanal {
                tags.extend(tags! {"bridge": "yes", "layer": "1"});
            }
            last = Some(out.line(last, &points, tags));
        }
    }
    let us = stations(&plan.us, from, to);
    for side in [-1.0, 1.0] {
        let fence: Vec<Pt> = us.iter().map(|&u| plan.place(pt(u, middle + side * 10.0))).collect();
        // Drawn in plan order; the line of a fence crosses streets only where they pass over or under.
        out.line(None, &fence, tags! {"barrier": "fence"});
    }
}
