//! Open ground: parks, lakes and their islets, squares.

use crate::names;
use crate::plan::Use;
use crate::plane::{Pt, direction, middle, pt, wave};
use crate::sheet::{Ref, tags};
use crate::yard::{Block, Yard};

/// A park with paths from all sides to a ring around a pond.
pub(crate) fn park(yard: &mut Yard<'_>, block: &Block, small: bool) {
    let plot = yard.plot(block);
    let Some(ring) = plot.inset(0.5) else { return };
    let ending = if small { ("游园", "Pocket Park") } else { ("公园", "Park") };
    let (zh, en) =
        names::of_place(yard.plan.seed, yard.index * 32 + 31 - usize::from(small), ending);
    yard.sheet.ring(&ring, tags! {"leisure": "park", "name": zh, "name:en": en});
    let centre = yard.within(block, 0.5, 0.5);
    let (w, h) = Yard::spans(block);
    let phase = yard.rng.unit();
    let round = |share: f64, n: usize| -> Vec<Pt> {
        (0..n)
            .map(|k| {
                let t = k as f64 / n as f64;
                let d = direction(t);
                let r = share * (1.0 + 0.13 * wave(3.0 * t + phase) + 0.06 * wave(5.0 * t));
                centre + pt(d.x * w * r, d.y * h * r)
            })
            .collect()
    };
    let path = round(if small { 0.2 } else { 0.27 }, 24);
    if !small {
        yard.sheet.ring(&round(0.21, 32), tags! {"natural": "water", "water": "pond"});
    }
    let mut refs: Vec<Ref> = path.iter().map(|&p| yard.sheet.joint(p)).collect();
    refs.push(refs[0]);
    let walk = || tags! {"highway": "footway", "surface": "paving_stones", "lit": "yes"};
    yard.sheet.way(refs, walk());
    for (side, (x, y), k) in
        [(0, (0.5, 0.0), 18), (1, (1.0, 0.5), 0), (2, (0.5, 1.0), 6), (3, (0.0, 0.5), 12)]
    {
        let wanted = yard.within(block, x, y);
        let Some(joint) = yard.join(block, side, wanted) else { continue };
        let bend = joint.at.lerp(path[k], 0.5) + (path[k] - joint.at).left() * 0.09;
        let mut refs = joint.refs;
        refs.extend([yard.sheet.joint(bend), yard.sheet.joint(path[k])]);
        yard.sheet.way(refs, walk());
    }
    let spot = path[3] + (path[3] - centre).unit() * 9.0;
    yard.sheet.poi(spot, tags! {"leisure": "fitness_station"});
    yard.sheet.poi(path[15] + (path[15] - centre).unit() * 9.0, tags! {"leisure": "playground"});
    if small {
        court(yard, centre, &path);
    } else {
        yard.sheet.poi(path[9] + (path[9] - centre).unit() * 8.0, tags! {"amenity": "toilets"});
    }
}

/// A basketball court, or half of one, where the ring of paths leaves room for it.
fn court(yard: &mut Yard<'_>, centre: Pt, path: &[Pt]) {
    let room = path.iter().map(|&p| (p - centre).len()).fold(f64::MAX, f64::min);
    let along = (path[0] - centre).unit();
    // Length and width in metres; a metre is left between the corners and the path.
    let fits = [(28.0, 15.0), (15.0, 11.0)].into_iter().find(|&(length, width)| {
        let diagonal: f64 = length * length + width * width;
        diagonal.sqrt() / 2.0 + 1.0 < room
    });
    let Some((length, width)) = fits else { return };
    let ring = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]
        .map(|(x, y)| centre + along * (x * length / 2.0) + along.left() * (y * width / 2.0));
    yard.sheet.ring(&ring, tags! {"leisure": "pitch", "sport": "basketball"});
}

/// Fields, orchards and fish ponds between ditches.
pub(crate) fn fields(yard: &mut Yard<'_>, whole: &Block) {
    let (cols, rows) = (2 + yard.rng.below(3), 3 + yard.rng.below(3));
    // Lines between lots, slightly askew.
    let mut cut = |n: usize| -> Vec<f64> {
        (0..=n)
            .map(|k| (k as f64 + yard.rng.range(-0.22, 0.22)) / n as f64)
            .map(|x| x.clamp(0.07, 0.93))
            .collect()
    };
    let (south, north, sides) = (cut(cols), cut(cols), cut(rows));
    for c in 0..cols {
        for r in 0..rows {
            let at = |x: usize, y: f64| south[x] + (north[x] - south[x]) * y;
            let (low, high) = (sides[r] + 0.012, sides[r + 1] - 0.012);
            let corners =
                [(c, low, 0.012), (c + 1, low, -0.012), (c + 1, high, -0.012), (c, high, 0.012)];
            let ring: Vec<Pt> = corners
                .into_iter()
                .map(|(x, y, off)| yard.within(whole, at(x, y) + off, y))
                .collect();
            let tags = match yard.rng.below(10) {
                0..=4 => tags! {"landuse": "farmland"},
                5 | 6 => tags! {"landuse": "orchard"},
                7 => tags! {"natural": "wood"},
                _ => tags! {"natural": "water", "water": "pond"},
            };
            if crate::plane::area(&ring) > 900.0 && yard.rng.chance(0.9) {
                yard.sheet.ring(&ring, tags);
            }
        }
    }
}

/// The lake that begins in this cell: one water with an islet, a shore path and woods. Cells in the
/// middle of a lake draw nothing.
pub(crate) fn lake(yard: &mut Yard<'_>) {
    let plan = yard.plan;
    let (i, j) = plan.col_row(yard.index);
    let at = |di: isize, dj: isize| plan.usage(i as isize + di, j as isize + dj) == Use::Lake;
    if at(-1, 0) || at(0, -1) {
        return;
    }
    let (cols, rows) = (1 + usize::from(at(1, 0)), 1 + usize::from(at(0, 1)));
    let (low, high) = (pt(plan.us[i], plan.vs[j]), pt(plan.us[i + cols], plan.vs[j + rows]));
    let centre = low.lerp(high, 0.5);
    let half = pt((high.x - low.x) / 2.0, (high.y - low.y) / 2.0);
    let phase = yard.rng.unit();
    // A rounded rectangle with bays, `margin` metres inside the streets.
    let shore = |margin: f64, rough: f64, n: usize| -> Vec<Pt> {
        (0..n)
            .map(|k| {
                let t = k as f64 / n as f64;
                let d = direction(t);
                // On the way to a square: |x|^4 + |y|^4 = 1.
                let power = d.x * d.x * d.x * d.x + d.y * d.y * d.y * d.y;
                let r = 1.0 / power.sqrt().sqrt();
                let r =
                    r * (1.0 - rough * (0.5 + 0.3 * wave(4.0 * t + phase) + 0.2 * wave(7.0 * t)));
                plan.place(centre + pt(d.x * (half.x - margin) * r, d.y * (half.y - margin) * r))
            })
            .collect()
    };
    let (zh, en) = names::of_place(plan.seed, 7_000 + yard.index, ("湖", "Lake"));
    yard.sheet.ring(
        &shore(24.0, 0.02, 48),
        tags! {
            "leisure": "park", "name": format!("{zh}公园"), "name:en": format!("{en} Park"),
        },
    );
    let water = shore(52.0, 0.22, 72);
    let outer = yard.sheet.ring(&water, Vec::new());
    let islet = islet_ring(yard, centre, half);
    let inner = yard.sheet.ring(&islet, Vec::new());
    let tags = tags! {"natural": "water", "water": "lake", "name": zh, "name:en": en};
    yard.sheet.areas.push((outer, vec![inner], tags));
    shore_path(yard, &shore(38.0, 0.05, 48), (cols, rows));
    crate::islet::settle(yard, &islet, &water);
}

fn islet_ring(yard: &mut Yard<'_>, centre: Pt, half: Pt) -> Vec<Pt> {
    let at = centre + pt(half.x * 0.12, -half.y * 0.08);
    let phase = yard.rng.unit();
    (0..28)
        .map(|k| {
            let t = k as f64 / 28.0;
            let r = 62.0 * (1.0 + 0.14 * wave(2.0 * t + phase) + 0.07 * wave(5.0 * t));
            yard.plan.place(at + direction(t) * r)
        })
        .collect()
}

/// The path around the lake, with ways in from the streets.
fn shore_path(yard: &mut Yard<'_>, path: &[Pt], (cols, rows): (usize, usize)) {
    let mut refs: Vec<Ref> = path.iter().map(|&p| yard.sheet.joint(p)).collect();
    refs.push(refs[0]);
    let walk = || tags! {"highway": "footway", "surface": "asphalt", "lit": "yes"};
    yard.sheet.way(refs, walk());
    let (i, j) = yard.plan.col_row(yard.index);
    let (c, r) = (i as isize, j as isize);
    let edge = |upright, i: isize, j: isize| crate::skeleton::Edge {
        upright,
        i: i as usize,
        j: j as usize,
    };
    let mut edges = Vec::new();
    for k in 0..cols as isize {
        edges.push((edge(false, c + k, r), false));
        edges.push((edge(false, c + k, r + rows as isize), true));
    }
    for k in 0..rows as isize {
        edges.push((edge(true, c, r + k), true));
        edges.push((edge(true, c + cols as isize, r + k), false));
    }
    for (edge, right) in edges {
        let Some(joint) = yard.skeleton_joint(edge, 4, right) else { continue };
        let near =
            path.iter().min_by(|a, b| (**a - joint.at).len().total_cmp(&(**b - joint.at).len()));
        let Some(&near) = near else { continue };
        let mut refs = joint.refs;
        refs.push(yard.sheet.joint(near));
        yard.sheet.way(refs, walk());
    }
}

/// An open square walked across in any direction, joined to the streets around it.
pub(crate) fn square(yard: &mut Yard<'_>, block: &Block, ending: (&'static str, &'static str)) {
    let plot = yard.plot(block);
    let Some(ring) = plot.inset(0.8) else { return };
    let (zh, en) = names::of_place(yard.plan.seed, 9_000 + yard.index, ending);
    let mut refs: Vec<Ref> = Vec::new();
    let mut joints = Vec::new();
    for side in 0..4 {
        let (x, y) = [(0.5, 0.0), (1.0, 0.5), (0.5, 1.0), (0.0, 0.5)][side];
        let wanted = yard.within(block, x, y);
        joints.extend(yard.join(block, side, wanted));
    }
    for (k, &corner) in ring.iter().enumerate() {
        refs.push(yard.sheet.joint(corner));
        let next = ring[(k + 1) % ring.len()];
        for joint in &joints {
            let along = (joint.at - corner).dot((next - corner).unit());
            let off = (joint.at - corner).cross((next - corner).unit()).abs();
            if along > 2.0 && along < (next - corner).len() - 2.0 && off < 30.0 {
                let at = corner.lerp(next, along / (next - corner).len());
                let node = yard.sheet.joint(at);
                refs.push(node);
                let mut link = joint.refs.clone();
                link.push(node);
                yard.sheet.way(link, tags! {"highway": "footway", "surface": "paving_stones"});
            }
        }
    }
    refs.push(refs[0]);
    yard.sheet.way(
        refs,
        tags! {
            "highway": "pedestrian", "area": "yes", "place": "square", "surface": "paving_stones",
            "name": zh, "name:en": en,
        },
    );
    let middle = middle(&ring);
    yard.saw(
        "pedestrian-square",
        middle,
        None,
        "An open square: a walk crosses it straight, not around its edge.",
    );
    for (k, &corner) in ring.iter().enumerate().step_by(2) {
        let at = corner.lerp(middle, 0.16 + 0.02 * (k % 3) as f64);
        yard.fronts.push(at);
    }
}
