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
    pitch: (27.5, 32.0),
    levels: (6, 4, 7),
    stairs_m: 15.0,
    flat_m2: 88.0,
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
    levels: (8, 5, 14),
    stairs_m: 17.0,
    flat_m2: 122.0,
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
    spine: Option<Spine>,
    estate: u16,
}

impl Layout<'_> {
    fn ground(&self, x: f64, y: f64) -> Pt {
        self.axis * x + self.axis.left() * y
    }

    /// Where the lane behind row `k` is joined to the one behind row `k + 1`, west and east.
    fn joints(&self, k: usize) -> (f64, f64) {
        let (a, b) = (self.rows[k], self.rows[k + 1]);
        (a.west.max(b.west) + 1.5, a.east.min(b.east) - 1.5)
    }

    /// From where to where the lane behind row `k` runs: to its outer joints, or on to the row's ends
    /// where those lie far beyond.
    fn lane(&self, k: usize) -> (f64, f64) {
        let row = self.rows[k];
        let ends = (row.west + 1.5, row.east - 1.5);
        let near = [k.checked_sub(1), (k + 1 < self.rows.len()).then_some(k)];
        let joints: Vec<(f64, f64)> = near.into_iter().flatten().map(|n| self.joints(n)).collect();
        if joints.is_empty() {
            return ends;
        }
        let west = joints.iter().map(|j| j.0).fold(f64::MAX, f64::min);
        let east = joints.iter().map(|j| j.1).fold(f64::MIN, f64::max);
        let far = 24.0;
        (
            if west - ends.0 > far { ends.0 } else { west },
            if ends.1 - east > far { ends.1 } else { east },
        )
    }

    /// Whether the spine passes the buildings of row `k`.
    fn on_spine(&self, k: usize) -> Option<f64> {
        self.spine.filter(|s| (s.first..=s.last).contains(&k)).map(|s| s.x)
    }

    /// The stretches of row `k` free for buildings, between the lanes that pass it.
    fn free(&self, k: usize) -> Vec<(f64, f64)> {
        let row = self.rows[k];
        let mut cuts: Vec<f64> = self.on_spine(k).into_iter().collect();
        if k > 0 {
            let (west, east) = self.joints(k - 1);
            cuts.extend([west, east]);
        }
        cuts.sort_by(f64::total_cmp);
        let (mut from, end) = (row.west + 5.5, row.east - 5.5);
        let mut out = Vec::new();
        for cut in cuts {
            out.push((from, (cut - 4.0).min(end)));
            from = from.max(cut + 4.0);
        }
        out.push((from, end));
        out
    }
}

/// A lane across the rows `first..=last` at `x`.
#[derive(Clone, Copy, Debug)]
struct Spine {
    x: f64,
    first: usize,
    last: usize,
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
    let axis = pt(1.0, (d.y / d.x.max(0.2)).clamp(-0.27, 0.27)).unit();
    let plot = plot.turned(axis);
    let (low, high) =
        plot.ring.iter().fold((f64::MAX, f64::MIN), |(l, h), p| (l.min(p.y), h.max(p.y)));
    let depth = yard.rng.range(style.depth.0, style.depth.1);
    let pitch = yard.rng.range(style.pitch.0, style.pitch.1);
    let (mut rows, mut y): (Vec<Row>, f64) = (Vec::new(), low);
    while y + depth + 8.0 < high && rows.len() < 40 {
        // The band down to the row before it must be free too: lanes run there.
        let below = rows.last().map_or(y, |row: &Row| (row.y + row.depth + 8.0).min(y));
        match plot.fit(below, y + depth + 8.5) {
            Some((west, east)) if east - west > style.length.0 + 14.0 => {
                rows.push(Row { y, depth, west, east, lane_y: y + depth + 5.0 });
                y += pitch;
            }
            _ if rows.last().is_none_or(|row| y < row.y + pitch * 1.4) => y += 2.0,
            _ => break,
        }
    }
    let mut layout = Layout { style, axis, plot, rows, spine: None, estate: 0 };
    if layout.rows.is_empty() {
        return None;
    }
    layout.spine = find_spine(yard, &layout.rows);
    Some(layout)
}

/// The longest run of rows around the middle one that one straight lane can cross.
fn find_spine(yard: &mut Yard<'_>, rows: &[Row]) -> Option<Spine> {
    let middle = rows[rows.len() / 2];
    let x = middle.west + (middle.east - middle.west) * yard.rng.range(0.4, 0.6);
    if middle.east - middle.west < 75.0 {
        return None;
    }
    let holds = |row: &Row| row.west + 9.0 < x && x < row.east - 9.0;
    let first = (0..rows.len() / 2).rev().take_while(|&k| holds(&rows[k])).last();
    let last = (rows.len() / 2..rows.len()).take_while(|&k| holds(&rows[k])).last();
    let (first, last) = (first.unwrap_or(rows.len() / 2), last.unwrap_or(rows.len() / 2));
    Some(Spine { x, first, last })
}

/// Buildings along one row, with the spine lane left open.
fn raise_row(yard: &mut Yard<'_>, layout: &Layout<'_>, k: usize, number: &mut u16) {
    let style = layout.style;
    for (from, to) in layout.free(k) {
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
    for (k, row) in rows.iter().enumerate() {
        let (west, east) = layout.lane(k);
        let mut xs = vec![west, east];
        xs.extend(layout.on_spine(k));
        let next = (k + 1 < rows.len()).then_some(k);
        for n in [k.checked_sub(1), next].into_iter().flatten() {
            let (west, east) = layout.joints(n);
            xs.extend([west, east]);
        }
        xs.sort_by(f64::total_cmp);
        let line: Vec<Pt> = xs.iter().map(|&x| layout.ground(x, row.lane_y)).collect();
        yard.sheet.street(&line, lane_tags(layout.style));
        if next.is_some() {
            let (west, east) = layout.joints(k);
            for x in [west, east] {
                let ends = [row.lane_y, rows[k + 1].lane_y].map(|y| layout.ground(x, y));
                yard.sheet.street(&ends, lane_tags(layout.style));
            }
        }
    }
    if let Some(spine) = layout.spine.filter(|s| s.last > s.first) {
        let crossed = &rows[spine.first..=spine.last];
        let line: Vec<Pt> = crossed.iter().map(|r| layout.ground(spine.x, r.lane_y)).collect();
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
    let (west, east) = layout.lane(rows.len() / 2);
    let x_south = layout.on_spine(0).unwrap_or(first.west + 1.5);
    let x_north = layout.on_spine(rows.len() - 1).unwrap_or(layout.lane(rows.len() - 1).1);
    let south = vec![
        (layout.lane(0).0.max(x_south), first.lane_y),
        (x_south, first.lane_y),
        (x_south, first.y - 2.0),
    ];
    let mut ways = vec![
        (0, south),
        (2, vec![(x_north, last.lane_y)]),
        (3, vec![(west, mid.lane_y)]),
        (1, vec![(east, mid.lane_y)]),
    ];
    // The main gate opens on the widest street.
    ways.sort_by_key(|(side, _)| (yard.rank(block, *side), *side));
    let gated = layout.style.gated;
    if !gated && rows.len() > 3 && yard.rng.chance(0.25) {
        end_blind(yard, layout);
        ways.retain(|(side, _)| *side != 1);
    }
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

/// A lane that ends before the street it points at.
fn end_blind(yard: &mut Yard<'_>, layout: &Layout<'_>) {
    let k = layout.rows.len() / 2;
    let (from, row) = (layout.lane(k).1, layout.rows[k]);
    let end = layout.ground(row.east + 0.5, row.lane_y);
    let line = [layout.ground(from, row.lane_y), end];
    if (line[1] - line[0]).len() > 1.0 {
        yard.sheet.street(&line, lane_tags(layout.style));
        yard.saw(
            "cul-de-sac",
            end,
            None,
            "A lane that ends blind a few metres from the next street: the walk turns back.",
        );
    }
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
