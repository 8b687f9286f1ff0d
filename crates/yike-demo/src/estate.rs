//! Estates: rows of buildings facing south, lanes behind them, walls and gates.

use crate::building::{Draft, Living};
use crate::people::Mix;
use crate::plane::{Plot, Pt, crossing, pt};
use crate::sheet::{Ref, Tags, tags};
use crate::yard::{Block, Joint, Yard};

/// How an estate is built. Pairs are ranges drawn from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    pub(crate) depth: (f64, f64),
    pub(crate) length: (f64, f64),
    pub(crate) gap: (f64, f64),
    /// From one row's front to the next one's.
    pub(crate) pitch: (f64, f64),
    /// Storeys wished for, fewest, most.
    pub(crate) levels: (u16, u16, u16),
    /// Distance of stairwells; 0 for one door in the middle.
    pub(crate) stairs_m: f64,
    pub(crate) flat_m2: f64,
    pub(crate) mix: Mix,
    /// Lanes for those who live there, behind a wall with gates.
    pub(crate) gated: bool,
    pub(crate) old_name: bool,
}

/// Works' housing of the 1970s to 1990s.
pub(crate) const DANWEI: Style = Style {
    depth: (10.5, 12.0),
    length: (36.0, 66.0),
    gap: (7.0, 12.0),
    pitch: (25.0, 28.5),
    levels: (6, 4, 7),
    stairs_m: 15.0,
    flat_m2: 82.0,
    mix: Mix::Old,
    gated: false,
    old_name: true,
};

/// Gated estates of the 1990s and 2000s.
pub(crate) const GATED: Style = Style {
    depth: (11.5, 13.5),
    length: (34.0, 58.0),
    gap: (9.0, 17.0),
    pitch: (33.0, 40.0),
    levels: (9, 6, 14),
    stairs_m: 17.0,
    flat_m2: 112.0,
    mix: Mix::Settled,
    gated: true,
    old_name: false,
};

/// Point towers of the last years.
pub(crate) const TOWERS: Style = Style {
    depth: (16.0, 19.0),
    length: (25.0, 34.0),
    gap: (22.0, 34.0),
    pitch: (56.0, 66.0),
    levels: (24, 14, 33),
    stairs_m: 0.0,
    flat_m2: 124.0,
    mix: Mix::Young,
    gated: true,
    old_name: false,
};

/// One row of buildings in the estate's own axes.
#[derive(Clone, Copy, Debug)]
struct Row {
    y: f64,
    depth: f64,
    /// Where its lane may run, west to east.
    west: f64,
    east: f64,
    lane_y: f64,
}

/// An estate being laid out.
struct Layout<'s> {
    style: &'s Style,
    axis: Pt,
    plot: Plot,
    rows: Vec<Row>,
    spine: Option<f64>,
    estate: u16,
}

impl Layout<'_> {
    fn ground(&self, x: f64, y: f64) -> Pt {
        self.axis * x + self.axis.left() * y
    }

    /// The stretch of row `k` free for buildings: inside its lane's ends and its neighbours'.
    fn free(&self, k: usize) -> (f64, f64) {
        let near = &self.rows[k.saturating_sub(1)..(k + 2).min(self.rows.len())];
        let west = near.iter().map(|r| r.west).fold(f64::MIN, f64::max);
        let east = near.iter().map(|r| r.east).fold(f64::MAX, f64::min);
        (west + 5.5, east - 5.5)
    }
}

/// Fills a block with an estate; returns the estate's number in the cell, or `None` where not even
/// one row fits.
pub(crate) fn build(yard: &mut Yard<'_>, block: &Block, style: &Style) -> Option<u16> {
    let plot = yard.plot(block);
    let mut layout = lay_out(yard, block, &plot, style)?;
    let kind = yard.index * 16 + yard.sheet.estates.len();
    layout.estate = yard.sheet.estates.len() as u16;
    let name = crate::names::estate(yard.plan.seed, kind, style.old_name);
    yard.sheet.estates.push(name.clone());
    let mut number = 0;
    for k in 0..layout.rows.len() {
        raise_row(yard, &layout, k, &mut number);
    }
    if number == 0 {
        yard.sheet.estates.pop();
        return None;
    }
    draw_lanes(yard, &layout);
    let gates = open_gates(yard, block, &layout);
    let (zh, en) = name;
    if let Some(ring) = plot.inset(1.0) {
        let fence = if style.gated { "wall" } else { "fence" };
        if style.gated || yard.rng.chance(0.5) {
            draw_wall(yard, &ring, &gates, fence);
        }
        yard.sheet.ring(&ring, tags! {"landuse": "residential", "name": zh, "name:en": en});
    }
    yard.open_fronts(&plot);
    Some(layout.estate)
}

fn lay_out<'s>(
    yard: &mut Yard<'_>,
    block: &Block,
    plot: &Plot,
    style: &'s Style,
) -> Option<Layout<'s>> {
    // Fronts face south, give or take what the street in front bends.
    let c = [0.0, 1.0].map(|x| yard.within(block, x, 0.5));
    let d = (c[1] - c[0]).unit();
    let axis = pt(1.0, (d.y / d.x.max(0.2)).clamp(-0.16, 0.16)).unit();
    let plot = plot.turned(axis);
    let (low, high) =
        plot.ring.iter().fold((f64::MAX, f64::MIN), |(l, h), p| (l.min(p.y), h.max(p.y)));
    let depth = yard.rng.range(style.depth.0, style.depth.1);
    let pitch = yard.rng.range(style.pitch.0, style.pitch.1);
    let (mut rows, mut y): (Vec<Row>, f64) = (Vec::new(), low);
    while y + depth + 8.0 < high && rows.len() < 40 {
        // The band down to the row before it must be free too: lanes run there.
        let below = if rows.is_empty() { y } else { y - (pitch - depth - 8.0).max(0.0) };
        match plot.fit(below, y + depth + 8.5) {
            Some((west, east)) if east - west > style.length.0 + 14.0 => {
                rows.push(Row { y, depth, west, east, lane_y: y + depth + 5.0 });
                y += pitch;
            }
            _ if rows.is_empty() => y += 2.0,
            _ => break,
        }
    }
    let mut layout = Layout { style, axis, plot, rows, spine: None, estate: 0 };
    if layout.rows.is_empty() {
        return None;
    }
    let (west, east) = (0..layout.rows.len())
        .map(|k| layout.free(k))
        .fold((f64::MIN, f64::MAX), |(w, e), (a, b)| (w.max(a), e.min(b)));
    if east - west > 60.0 {
        layout.spine = Some(west + (east - west) * yard.rng.range(0.38, 0.62));
    }
    Some(layout)
}

/// Buildings along one row, with the spine lane left open.
fn raise_row(yard: &mut Yard<'_>, layout: &Layout<'_>, k: usize, number: &mut u16) {
    let (west, east) = layout.free(k);
    let parts = match layout.spine {
        Some(x) => vec![(west, x - 4.5), (x + 4.5, east)],
        None => vec![(west, east)],
    };
    let style = layout.style;
    for (from, to) in parts {
        let room = to - from;
        let length = yard.rng.range(style.length.0, style.length.1);
        let gap = yard.rng.range(style.gap.0, style.gap.1);
        let count = ((room + gap) / (length + gap)).floor().max(1.0);
        // Stretch to fill the row, so that estates end flush.
        let length = ((room + gap) / count - gap).min(style.length.1 * 1.15);
        if room < style.length.0 * 0.62 {
            continue;
        }
        let used = count * (length + gap) - gap;
        let mut x = from + (room - used).max(0.0) / 2.0;
        for _ in 0..count as usize {
            *number += 1;
            let shift = if style.stairs_m == 0.0 { yard.rng.range(-0.8, 0.8) } else { 0.0 };
            raise_one(yard, layout, k, (x, x + length.min(room), shift), *number);
            x += length + gap;
        }
    }
}

fn raise_one(
    yard: &mut Yard<'_>,
    layout: &Layout<'_>,
    k: usize,
    (west, east, shift): (f64, f64, f64),
    number: u16,
) {
    let (row, style) = (layout.rows[k], layout.style);
    let (south, north) = (row.y + shift, row.y + row.depth + shift);
    let ring = if style.stairs_m == 0.0 {
        tower_ring(layout, west, east, south, north)
    } else {
        [(west, south), (east, south), (east, north), (west, north)]
            .map(|(x, y)| layout.ground(x, y))
            .to_vec()
    };
    let stairs =
        if style.stairs_m > 0.0 { ((east - west) / style.stairs_m).round().max(1.0) } else { 1.0 };
    let doors: Vec<f64> = (0..stairs as usize).map(|n| (n as f64 + 0.5) / stairs).collect();
    let door_edge = if style.stairs_m > 0.0 { 2 } else { ring.len() / 2 };
    let wish = if style.stairs_m == 0.0 {
        (f64::from(style.levels.0) * yard.rng.range(0.8, 1.2)) as u16
    } else {
        style.levels.0
    };
    let draft = Draft {
        ring: Vec::new(),
        middle: Pt::default(),
        footprint: 0.0,
        levels: (wish, style.levels.1, style.levels.2),
        kind: "apartments",
        living: Some(Living {
            estate: layout.estate,
            number,
            entrances: stairs as u16,
            flat_m2: style.flat_m2,
            mix: style.mix,
        }),
        name: None,
    };
    yard.raise(&ring, (door_edge, &doors), draft);
    if number % 3 == 1 {
        let spot = layout.ground(west + 6.0, north + 1.6);
        yard.courts.push((spot, layout.estate, style.gated));
    }
}

/// A tower's plan: a broad bar with a step back at both sides of its south front.
fn tower_ring(layout: &Layout<'_>, west: f64, east: f64, south: f64, north: f64) -> Vec<Pt> {
    let (w, s) = ((east - west) * 0.24, (north - south) * 0.3);
    [
        (west, south + s),
        (west + w, south + s),
        (west + w, south),
        (east - w, south),
        (east - w, south + s),
        (east, south + s),
        (east, north),
        (west, north),
    ]
    .map(|(x, y)| layout.ground(x, y))
    .to_vec()
}

fn lane_tags(style: &Style) -> Tags {
    if style.gated {
        tags! {"highway": "service", "access": "private", "surface": "concrete"}
    } else {
        tags! {"highway": "service", "surface": "concrete"}
    }
}

/// A lane behind each row, joined at both ends and along the spine.
fn draw_lanes(yard: &mut Yard<'_>, layout: &Layout<'_>) {
    let rows = &layout.rows;
    // Where the lane of row `k` meets the connector to the next row, west and east.
    let west = |k: usize| rows[k].west.max(rows[k + 1].west) + 1.5;
    let east = |k: usize| rows[k].east.min(rows[k + 1].east) - 1.5;
    for (k, row) in rows.iter().enumerate() {
        let mut xs = vec![row.west + 1.5, row.east - 1.5];
        xs.extend(layout.spine);
        if k + 1 < rows.len() {
            xs.extend([west(k), east(k)]);
        }
        if k > 0 {
            xs.extend([west(k - 1), east(k - 1)]);
        }
        let span = if rows.len() == 1 {
            (xs[0], xs[1])
        } else {
            // Ends at the connectors: no stubs beyond them.
            let near = [k.checked_sub(1), (k + 1 < rows.len()).then_some(k)];
            let near: Vec<usize> = near.into_iter().flatten().collect();
            (
                near.iter().map(|&n| west(n)).fold(f64::MAX, f64::min),
                near.iter().map(|&n| east(n)).fold(f64::MIN, f64::max),
            )
        };
        xs.retain(|x| (span.0..=span.1).contains(x));
        xs.sort_by(f64::total_cmp);
        let line: Vec<Pt> = xs.iter().map(|&x| layout.ground(x, row.lane_y)).collect();
        yard.sheet.street(&line, lane_tags(layout.style));
        if k + 1 < rows.len() {
            for x in [west(k), east(k)] {
                let ends = [row.lane_y, rows[k + 1].lane_y].map(|y| layout.ground(x, y));
                yard.sheet.street(&ends, lane_tags(layout.style));
            }
        }
    }
    if let (Some(x), true) = (layout.spine, rows.len() > 1) {
        let line: Vec<Pt> = rows.iter().map(|r| layout.ground(x, r.lane_y)).collect();
        yard.sheet.street(&line, lane_tags(layout.style));
    }
}

/// What kind of gate stands where a lane leaves the estate.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gate {
    Main,
    /// Open by day.
    Hours,
    Locked,
}

impl Gate {
    fn tags(self) -> Tags {
        match self {
            Self::Main => tags! {"barrier": "lift_gate", "foot": "yes", "name": "大门"},
            Self::Hours => tags! {
                "barrier": "gate", "foot": "yes", "opening_hours": "06:00-22:00", "name": "侧门",
            },
            Self::Locked => tags! {
                "barrier": "gate", "access": "no", "foot": "no", "locked": "yes", "name": "后门",
            },
        }
    }
}

/// A gate's place on the wall, and its node.
type InWall = (Pt, Ref);

/// Leads lanes out to the streets; the places where they pass the wall.
fn open_gates(yard: &mut Yard<'_>, block: &Block, layout: &Layout<'_>) -> Vec<InWall> {
    let rows = &layout.rows;
    let (first, last) = (rows[0], rows[rows.len() - 1]);
    let mid = rows[rows.len() / 2];
    let (west, east) = lane_ends(layout, rows.len() / 2);
    let spine = layout.spine;
    let x_south = spine.unwrap_or(lane_ends(layout, 0).0);
    let x_north = spine.unwrap_or(lane_ends(layout, rows.len() - 1).1);
    let mut ways = vec![
        (0, vec![(x_south, first.lane_y), (x_south, first.y - 2.0)]),
        (2, vec![(x_north, last.lane_y)]),
        (3, vec![(west, mid.lane_y)]),
        (1, vec![(east, mid.lane_y)]),
    ];
    // The main gate opens on the widest street.
    ways.sort_by_key(|(side, _)| (yard.rank(block, *side), *side));
    let gated = layout.style.gated;
    let wanted = if gated { yard.rng.below(2) + 2 } else { 4 };
    let mut out = Vec::new();
    for (side, inside) in ways {
        if out.len() == wanted {
            break;
        }
        let kind = match (gated, out.len()) {
            (false, _) | (true, 0) => Gate::Main,
            (true, 1) => Gate::Hours,
            _ => Gate::Locked,
        };
        let inside: Vec<Pt> = inside.into_iter().map(|(x, y)| layout.ground(x, y)).collect();
        let from = inside[inside.len() - 1];
        let Some(joint) = yard.join(block, side, from) else { continue };
        if (joint.at - from).len() > 75.0 {
            continue;
        }
        out.push(open_gate(yard, layout, &inside, &joint, kind));
    }
    out
}

fn lane_ends(layout: &Layout<'_>, k: usize) -> (f64, f64) {
    let rows = &layout.rows;
    if rows.len() == 1 {
        return (rows[0].west + 1.5, rows[0].east - 1.5);
    }
    let n = if k + 1 < rows.len() { k } else { k - 1 };
    let at = |k: usize| {
        (rows[k].west.max(rows[k + 1].west) + 1.5, rows[k].east.min(rows[k + 1].east) - 1.5)
    };
    let (mut west, mut east) = at(n);
    if n == k && k > 0 {
        west = west.min(at(k - 1).0);
        east = east.max(at(k - 1).1);
    }
    (west, east)
}

fn open_gate(
    yard: &mut Yard<'_>,
    layout: &Layout<'_>,
    inside: &[Pt],
    joint: &Joint,
    kind: Gate,
) -> InWall {
    let from = inside[inside.len() - 1];
    let wall = layout.plot.inset(1.0).unwrap_or_default();
    let wall: Vec<Pt> = wall.iter().map(|p| layout.ground(p.x, p.y)).collect();
    let share = (0..wall.len())
        .find_map(|k| crossing((from, joint.at), (wall[k], wall[(k + 1) % wall.len()])))
        .unwrap_or(0.4)
        .clamp(0.05, 0.95);
    let at = from.lerp(joint.at, share);
    let gate = yard.sheet.joint(at);
    if layout.style.gated {
        yard.sheet.tag(gate, kind.tags());
        yard.saw_gate(kind == Gate::Hours, kind == Gate::Locked, at);
    }
    let mut refs: Vec<Ref> = inside.iter().map(|&p| yard.sheet.joint(p)).collect();
    refs.push(gate);
    yard.sheet.way(refs, lane_tags(layout.style));
    let mut out = vec![gate];
    out.extend(joint.refs.iter().rev().copied());
    yard.sheet.way(out, tags! {"highway": "service", "surface": "concrete"});
    (at, gate)
}

/// The wall with its gates in it.
fn draw_wall(yard: &mut Yard<'_>, ring: &[Pt], gates: &[InWall], kind: &'static str) {
    let mut refs: Vec<Ref> = Vec::new();
    for k in 0..ring.len() {
        let (a, b) = (ring[k], ring[(k + 1) % ring.len()]);
        refs.push(yard.sheet.node(a, Vec::new()));
        let d = (b - a).unit();
        let mut on: Vec<(f64, Ref)> = gates
            .iter()
            .map(|&(at, gate)| ((at - a).dot(d), (at - a).cross(d).abs(), gate))
            .filter(|(along, off, _)| *off < 0.3 && *along > 0.2 && *along < (b - a).len() - 0.2)
            .map(|(along, _, gate)| (along, gate))
            .collect();
        on.sort_by(|p, q| p.0.total_cmp(&q.0));
        refs.extend(on.into_iter().map(|(_, gate)| gate));
    }
    refs.push(refs[0]);
    yard.sheet.way(refs, tags! {"barrier": kind});
}
