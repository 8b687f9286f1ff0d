//! The skeleton: through streets on the lattice's lines, their pavements, crossings and bridges.
//!
//! It is the only part of the map that several cells share, so it is laid out once for the whole
//! city, before the cells are filled. Its nodes have the lowest ids of the file.

use yike_streets::units::Coord;

use crate::plan::{Gap, Plan, Rank, Use};
use crate::plane::{Pt, pt, to_coord};
use crate::rng::Rng;
use crate::sheet::{Ref, Seen, Tags, tags};

/// Stretches between two corners of the lattice: inner streets may begin at the joints.
pub(crate) const SAMPLES: usize = 8;

/// What joins two neighbouring corners of the lattice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    None,
    Street(Rank),
    Bridge(Rank),
    /// Steps up, a deck, steps down; `true` with a ramp for wheels beside the steps.
    StepBridge(bool),
    Underpass(Rank),
}

/// A side of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Edge {
    /// Runs north (else east).
    pub(crate) upright: bool,
    /// The corner it starts at.
    pub(crate) i: usize,
    pub(crate) j: usize,
}

impl Edge {
    pub(crate) fn end(self) -> (usize, usize) {
        if self.upright { (self.i, self.j + 1) } else { (self.i + 1, self.j) }
    }

    /// The cells left (west or north) and right (east or south) of it.
    pub(crate) fn sides(self) -> [(isize, isize); 2] {
        let (i, j) = (self.i as isize, self.j as isize);
        if self.upright { [(i - 1, j), (i, j)] } else { [(i, j), (i, j - 1)] }
    }
}

/// What joins the ends of an edge.
pub(crate) fn link(plan: &Plan, edge: Edge) -> Link {
    let [a, b] = edge.sides().map(|(i, j)| plan.usage(i, j));
    if (a == Use::Absent && b == Use::Absent) || (a == Use::Lake && b == Use::Lake) {
        return Link::None;
    }
    // Between two cells there, only through roads go on.
    let outside = edge.sides().iter().all(|&(i, j)| plan.is_outside(i, j));
    let (gap, rank) = if edge.upright {
        (plan.row_gaps[edge.j], plan.col_ranks[edge.i])
    } else {
        (plan.col_gaps[edge.i], plan.row_ranks[edge.j])
    };
    if outside && (rank > Rank::Secondary || a == Use::Absent || b == Use::Absent) {
        return Link::None;
    }
    let chance =
        Rng::new(plan.seed, 20 + u64::from(edge.upright), (edge.j * 65_536 + edge.i) as u64).unit();
    let wet = a == Use::Branch || b == Use::Branch;
    if plan.ramp_bridge == Some(edge) {
        return Link::StepBridge(true);
    }
    if plan.footbridge == Some(edge) {
        return Link::StepBridge(false);
    }
    match (gap, rank) {
        (Gap::Land, _) => Link::Street(rank),
        (Gap::Branch, _) if !wet => Link::Street(rank),
        (Gap::Branch, Rank::Secondary) if chance < 0.35 => Link::StepBridge(chance < 0.12),
        (Gap::Branch, _) | (Gap::Canal, Rank::Primary) => Link::Bridge(rank),
        (Gap::Rail, Rank::Primary) if chance < 0.4 => Link::Bridge(rank),
        (Gap::Rail, Rank::Primary | Rank::Quay) => Link::Underpass(rank),
        (Gap::Canal, Rank::Residential) => Link::Bridge(Rank::Alley),
        (Gap::Rail, Rank::Secondary) if inner(plan, edge) => Link::StepBridge(chance < 0.3),
        (Gap::Canal, Rank::Secondary) if chance < 0.25 && inner(plan, edge) => {
            Link::StepBridge(chance < 0.15)
        }
        _ => Link::None,
    }
}

/// Chooses where every city has a canal bridge with steps and ramps, and a footbridge over rails: as
/// near to the middle as can be.
pub(crate) fn choose_spans(plan: &mut Plan) {
    let middle = pt(plan.us[plan.cols()], plan.vs[plan.rows()]) * 0.5;
    // On a secondary street where one crosses, else on the next best.
    let near = |plan: &Plan, wanted: fn(&Plan, &Edge, Rank) -> bool| {
        let best = |rank: Rank| nearest(plan, middle, |edge| wanted(plan, edge, rank));
        [Rank::Secondary, Rank::Quay, Rank::Tertiary, Rank::Primary].into_iter().find_map(best)
    };
    plan.ramp_bridge = near(plan, |plan, e, rank| {
        !e.upright && plan.col_gaps[e.i] == Gap::Canal && plan.row_ranks[e.j] == rank
    });
    plan.footbridge = near(plan, |plan, e, rank| {
        e.upright && plan.row_gaps[e.j] == Gap::Rail && plan.col_ranks[e.i] == rank
    });
}

/// The wanted edge inside the city that is nearest to a point.
fn nearest(plan: &Plan, middle: Pt, wanted: impl Fn(&Edge) -> bool) -> Option<Edge> {
    edges(plan)
        .filter(|edge| wanted(edge) && inner(plan, *edge))
        .map(|edge| ((along(plan, edge, 0.5, 0.0) - middle).len(), edge))
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, edge)| edge)
}

/// Whether both cells beside the edge are of the city.
fn inner(plan: &Plan, edge: Edge) -> bool {
    edge.sides().iter().all(|&(i, j)| !plan.is_outside(i, j))
}

/// A node of the skeleton.
#[derive(Clone, Debug)]
pub(crate) struct Knot {
    pub(crate) at: Coord,
    pub(crate) tags: Tags,
}

const NONE: u32 = u32::MAX;

/// Nodes and ways of the skeleton.
#[derive(Debug, Default)]
pub(crate) struct Skeleton {
    pub(crate) nodes: Vec<Knot>,
    pub(crate) ways: Vec<(Vec<u32>, Tags)>,
    pub(crate) seen: Vec<Seen>,
    corner: Vec<u32>,
    /// Four pavement corners for each lattice corner: south-west, south-east, north-west, north-east.
    pave: Vec<u32>,
    /// First inner node of each edge, then of its left and right pavements.
    inner: Vec<[u32; 3]>,
    /// Crossing nodes near both ends of each edge.
    cross: Vec<[u32; 2]>,
    cols: usize,
}

impl Skeleton {
    /// Lays out streets, pavements and crossings; water and rails follow in [`crate::strips`].
    pub(crate) fn new(plan: &Plan) -> Self {
        let corners = (plan.cols() + 1) * (plan.rows() + 1);
        let mut out = Self {
            corner: vec![NONE; corners],
            pave: vec![NONE; corners * 4],
            inner: vec![[NONE; 3]; corners * 2],
            cross: vec![[NONE; 2]; corners * 2],
            cols: plan.cols(),
            ..Self::default()
        };
        let edges: Vec<Edge> = edges(plan).collect();
        for &edge in edges.iter().filter(|&&e| link(plan, e) != Link::None) {
            out.lay_nodes(plan, edge);
        }
        for at in 0..corners {
            out.lay_pavement_corners(plan, at % (plan.cols() + 1), at / (plan.cols() + 1));
        }
        for &edge in &edges {
            match link(plan, edge) {
                Link::None => out.note_missing_bridge(plan, edge),
                Link::Street(rank) => out.draw_street(plan, edge, rank),
                other => out.draw_span(plan, edge, other),
            }
        }
        out
    }

    pub(crate) fn knot(&mut self, at: Pt, tags: Tags) -> u32 {
        self.nodes.push(Knot { at: to_coord(at), tags });
        self.nodes.len() as u32 - 1
    }

    /// Draws a line of fresh nodes from an existing one (if given); returns its last node.
    pub(crate) fn line(&mut self, from: Option<u32>, points: &[Pt], tags: Tags) -> u32 {
        let mut refs: Vec<u32> = from.into_iter().collect();
        refs.extend(points.iter().map(|&p| self.knot(p, Vec::new())));
        let last = refs[refs.len() - 1];
        self.ways.push((refs, tags));
        last
    }

    pub(crate) fn ring(&mut self, ring: &[Pt], tags: Tags) {
        let mut refs: Vec<u32> = ring.iter().map(|&p| self.knot(p, Vec::new())).collect();
        refs.push(refs[0]);
        self.ways.push((refs, tags));
    }

    fn index(&self, edge: Edge) -> usize {
        (edge.j * (self.cols + 1) + edge.i) * 2 + usize::from(edge.upright)
    }

    /// The node at a corner of the lattice, if a street touches it.
    pub(crate) fn corner(&self, i: usize, j: usize) -> Option<u32> {
        Some(self.corner[j * (self.cols + 1) + i]).filter(|&n| n != NONE)
    }

    /// The node at joint `k` (1 to 7) of an edge, and the pavement's beside it on the side asked for.
    pub(crate) fn joint(&self, edge: Edge, k: usize, right: bool) -> Option<(Ref, Option<Ref>)> {
        let of = self.inner[self.index(edge)];
        let at = |first: u32| (first != NONE).then(|| Ref::Skeleton(first + k as u32 - 1));
        Some((at(of[0])?, at(of[1 + usize::from(right)])))
    }

    fn corner_node(&mut self, plan: &Plan, i: usize, j: usize) -> u32 {
        let at = j * (self.cols + 1) + i;
        if self.corner[at] == NONE {
            self.corner[at] = self.knot(plan.place(pt(plan.us[i], plan.vs[j])), Vec::new());
        }
        self.corner[at]
    }

    fn lay_nodes(&mut self, plan: &Plan, edge: Edge) {
        let (i, j) = edge.end();
        self.corner_node(plan, edge.i, edge.j);
        self.corner_node(plan, i, j);
        let Link::Street(rank) = link(plan, edge) else { return };
        if !is_long(plan, edge) {
            return;
        }
        let at = self.index(edge);
        self.inner[at][0] = self.nodes.len() as u32;
        for k in 1..SAMPLES {
            self.knot(plan.place(along(plan, edge, k as f64 / SAMPLES as f64, 0.0)), Vec::new());
        }
        let Some(off) = rank.sidewalk() else { return };
        for (side, sign) in [(0, 1.0), (1, -1.0)] {
            let (i, j) = edge.sides()[side];
            if plan.usage(i, j).is_land() {
                self.inner[at][1 + side] = self.nodes.len() as u32;
                for k in 1..SAMPLES {
                    let t = k as f64 / SAMPLES as f64;
                    self.knot(plan.place(aside(plan, edge, t, off * sign)), Vec::new());
                }
            }
        }
    }

    /// The four edges at a corner: west, east, south, north.
    fn arms(plan: &Plan, i: usize, j: usize) -> [Option<Edge>; 4] {
        let (c, r) = (plan.cols(), plan.rows());
        [
            (i > 0).then(|| Edge { upright: false, i: i - 1, j }),
            (i < c).then_some(Edge { upright: false, i, j }),
            (j > 0).then(|| Edge { upright: true, i, j: j - 1 }),
            (j < r).then_some(Edge { upright: true, i, j }),
        ]
    }

    /// Pavement corners of one crossroads, and the crossings between them.
    fn lay_pavement_corners(&mut self, plan: &Plan, i: usize, j: usize) {
        let at = j * (self.cols + 1) + i;
        let arms = Self::arms(plan, i, j);
        // Whether the pavement on a side (0 left, 1 right) of an arm exists.
        let paved = |s: &Self, arm: usize, side: usize| {
            arms[arm].is_some_and(|e| s.inner[s.index(e)][1 + side] != NONE)
        };
        let (du, dv) = (
            plan.col_ranks[i].sidewalk().unwrap_or(0.0),
            plan.row_ranks[j].sidewalk().unwrap_or(0.0),
        );
        // Quadrant: horizontal arm and its side there, upright arm and its side, signs of the offset.
        let quadrants = [
            (0, 1, 2, 0, -1.0, -1.0),
            (1, 1, 2, 1, 1.0, -1.0),
            (0, 0, 3, 0, -1.0, 1.0),
            (1, 0, 3, 1, 1.0, 1.0),
        ];
        for (q, (flat, flat_side, tall, tall_side, su, sv)) in quadrants.into_iter().enumerate() {
            if paved(self, flat, flat_side) && paved(self, tall, tall_side) {
                // Each arm's own measure of its pavement's distance at this end.
                let at_end = |arm: usize| f64::from(u8::from(arm.is_multiple_of(2)));
                let near = |arm: usize, off: f64| {
                    arms[arm].map_or(Pt::default(), |e| aside(plan, e, at_end(arm), off))
                };
                let p = pt(near(tall, -su * du).x, near(flat, sv * dv).y);
                self.pave[at * 4 + q] = self.knot(plan.place(p), Vec::new());
            }
        }
        for (arm, (q, r), shift) in [
            (0, (0, 2), pt(-du, 0.0)),
            (1, (1, 3), pt(du, 0.0)),
            (2, (0, 1), pt(0.0, -dv)),
            (3, (2, 3), pt(0.0, dv)),
        ] {
            let (a, b) = (self.pave[at * 4 + q], self.pave[at * 4 + r]);
            if let (Some(edge), true) = (arms[arm], a != NONE && b != NONE) {
                let busy = plan.col_ranks[i].min(plan.row_ranks[j]) == Rank::Primary;
                let p = plan.place(pt(plan.us[i], plan.vs[j]) + shift);
                let end = usize::from(arm % 2 == 0);
                self.lay_crossing(plan, edge, end, p, (a, b), busy);
            }
        }
    }

    fn lay_crossing(
        &mut self,
        plan: &Plan,
        edge: Edge,
        end: usize,
        at: Pt,
        ends: (u32, u32),
        busy: bool,
    ) {
        let kind = if busy { "traffic_signals" } else { "marked" };
        let node = self.knot(at, tags! {"highway": "crossing", "crossing": kind});
        let index = self.index(edge);
        self.cross[index][end] = node;
        let raised = Rng::new(plan.seed, 22, node as u64).chance(0.12);
        let kerb = if raised { "raised" } else { "lowered" };
        let way_tags = tags! {"highway": "footway", "footway": "crossing", "crossing": kind};
        let mut refs = vec![ends.0];
        for other in [ends.0, ends.1] {
            let (from, to) = (self.nodes[other as usize].at, self.nodes[node as usize].at);
            let share = 3; // The kerb lies a third of the way to the middle of the carriageway.
            let kerb_at = Coord {
                lon_e7: from.lon_e7 + (to.lon_e7 - from.lon_e7) / share,
                lat_e7: from.lat_e7 + (to.lat_e7 - from.lat_e7) / share,
            };
            self.nodes.push(Knot { at: kerb_at, tags: tags! {"barrier": "kerb", "kerb": kerb} });
            refs.push(self.nodes.len() as u32 - 1);
            if other == ends.0 {
                refs.push(node);
            }
        }
        refs.push(ends.1);
        self.ways.push((refs, way_tags));
    }

    fn draw_street(&mut self, plan: &Plan, edge: Edge, rank: Rank) {
        let at = self.index(edge);
        let (i, j) = edge.end();
        let ends = [edge.j * (self.cols + 1) + edge.i, j * (self.cols + 1) + i];
        let mut refs = vec![self.corner[ends[0]]];
        refs.extend(Some(self.cross[at][0]).filter(|&n| n != NONE));
        let first = self.inner[at][0];
        if first != NONE {
            refs.extend(first..first + SAMPLES as u32 - 1);
        }
        refs.extend(Some(self.cross[at][1]).filter(|&n| n != NONE));
        refs.push(self.corner[ends[1]]);
        let paved = self.inner[at][1] != NONE || self.inner[at][2] != NONE;
        self.ways.push((refs, street_tags(plan, edge, rank, paved)));
        for side in 0..2 {
            self.draw_pavement(edge, side, ends);
        }
        self.lay_bus_stops(plan, edge, rank);
        if paved && rank == Rank::Primary {
            self.draw_mid_crossing(plan, edge);
        }
    }

    fn draw_pavement(&mut self, edge: Edge, side: usize, ends: [usize; 2]) {
        let first = self.inner[self.index(edge)][1 + side];
        if first == NONE {
            return;
        }
        // The quadrant of each end that the pavement turns into.
        let quadrant = match (edge.upright, side) {
            (true, 0) => [2, 0],
            (true, _) => [3, 1],
            (false, 0) => [3, 2],
            (false, _) => [1, 0],
        };
        let turn = |s: &Self, end: usize| {
            let paved = s.pave[ends[end] * 4 + quadrant[end]];
            if paved == NONE { s.corner[ends[end]] } else { paved }
        };
        let mut refs = vec![turn(self, 0)];
        refs.extend(first..first + SAMPLES as u32 - 1);
        refs.push(turn(self, 1));
        let surface = tags! {
            "highway": "footway", "footway": "sidewalk", "surface": "paving_stones",
        };
        self.ways.push((refs, surface));
    }

    /// Where streets end on both banks with no way across.
    fn note_missing_bridge(&mut self, plan: &Plan, edge: Edge) {
        let (i, j) = edge.end();
        let wide = !edge.upright && plan.col_gaps[edge.i] == Gap::Canal && inner(plan, edge);
        let (Some(a), Some(b)) = (self.corner(edge.i, edge.j), self.corner(i, j)) else { return };
        if wide && plan.row_ranks[edge.j] <= Rank::Tertiary {
            let [at, other] = [a, b].map(|n| self.nodes[n as usize].at);
            let expect =
                "Streets end on both banks: 90 m as the crow flies, a long walk to a bridge.";
            self.seen.push(Seen { kind: "canal-without-bridge", at, other: Some(other), expect });
        }
    }

    /// Bus stops beside both pavements.
    fn lay_bus_stops(&mut self, plan: &Plan, edge: Edge, rank: Rank) {
        let of = self.inner[self.index(edge)];
        let Some(off) = rank.sidewalk() else { return };
        if !Rng::new(plan.seed, 24, u64::from(of[0])).chance(0.55) {
            return;
        }
        let (zh, en) = crate::names::avenue(
            plan.seed,
            if edge.upright { edge.i } else { edge.j },
            edge.upright,
        );
        for (side, t, sign) in [(0, 0.31, 1.0), (1, 0.69, -1.0)] {
            if of[1 + side] != NONE {
                let at = plan.place(aside(plan, edge, t, (off + 2.0) * sign));
                let name = format!("{zh}站");
                let stop = tags! {
                    "highway": "bus_stop", "public_transport": "platform", "bus": "yes",
                    "name": name, "name:en": format!("{en} Stop"),
                };
                self.knot(at, stop);
            }
        }
    }

    /// A crossing in the middle of a long stretch of a wide street.
    fn draw_mid_crossing(&mut self, plan: &Plan, edge: Edge) {
        let of = self.inner[self.index(edge)];
        let lucky = Rng::new(plan.seed, 23, of[0] as u64).chance(0.6);
        if of.contains(&NONE) || !lucky {
            return;
        }
        let middle = SAMPLES as u32 / 2 - 1;
        let [road, left, right] = of.map(|first| first + middle);
        self.nodes[road as usize].tags =
            tags! {"highway": "crossing", "crossing": "traffic_signals"};
        let way = tags! {
            "highway": "footway", "footway": "crossing", "crossing": "traffic_signals",
        };
        self.ways.push((vec![left, road, right], way));
    }

    /// A bridge or an underpass across a strip.
    fn draw_span(&mut self, plan: &Plan, edge: Edge, link: Link) {
        let (i, j) = edge.end();
        let (Some(a), Some(b)) = (self.corner(edge.i, edge.j), self.corner(i, j)) else { return };
        let at = |t: f64, off: f64| plan.place(along(plan, edge, t, off));
        match link {
            Link::Bridge(rank) => {
                let mut tags = street_tags(plan, edge, rank, false);
                let (zh, en) = crate::names::bridge(plan.seed, self.index(edge));
                tags.extend(
                    tags! {"bridge": "yes", "layer": "1", "bridge:name": zh, "bridge:name:en": en},
                );
                self.ways.push((vec![a, b], tags));
            }
            Link::Underpass(rank) => {
                let mut tags = street_tags(plan, edge, rank, false);
                tags.extend(tags! {"tunnel": "yes", "layer": "-1"});
                self.ways.push((vec![a, b], tags));
            }
            Link::StepBridge(ramp) => {
                let ends =
                    [self.knot(at(0.14, 0.0), Vec::new()), self.knot(at(0.86, 0.0), Vec::new())];
                let mut steps = tags! {"highway": "steps", "step_count": "28", "handrail": "yes"};
                if ramp {
                    steps.extend(tags! {"ramp": "yes", "ramp:stroller": "yes"});
                }
                let deck = tags! {"highway": "footway", "bridge": "yes", "layer": "2"};
                self.ways.push((vec![a, ends[0]], steps.clone()));
                self.ways.push((vec![ends[0], ends[1]], deck));
                self.ways.push((vec![ends[1], b], steps));
                self.note_steps(plan, edge, (a, b), ramp);
                if ramp {
                    self.draw_ramps(&at, (a, b), ends);
                }
            }
            Link::None | Link::Street(_) => {}
        }
    }

    fn note_steps(&mut self, plan: &Plan, edge: Edge, ends: (u32, u32), ramp: bool) {
        let [at, other] = [ends.0, ends.1].map(|n| self.nodes[n as usize].at);
        let (kind, expect) = if edge.upright && plan.row_gaps[edge.j] == Gap::Rail {
            ("footbridge", "A footbridge over the railway: steps, so not for prams or wheelchairs.")
        } else if ramp {
            (
                "stairs-or-ramp",
                "Steps straight up, ramps beside them: wheels take the ramps, a little longer.",
            )
        } else {
            return;
        };
        self.seen.push(Seen { kind, at, other: Some(other), expect });
    }

    /// Ramps beside the steps, folded back on themselves, for wheelchairs.
    fn draw_ramps(&mut self, at: &dyn Fn(f64, f64) -> Pt, feet: (u32, u32), tops: [u32; 2]) {
        let folds = [(feet.0, tops[0], 0.02, 0.12), (feet.1, tops[1], 0.98, 0.88)];
        for (foot, top, low, high) in folds {
            let points = [at(low, 12.0), at(low, 22.0), at(high, 22.0), at(high, 7.0)];
            let knots: Vec<u32> = points.iter().map(|&p| self.knot(p, Vec::new())).collect();
            let mut refs = vec![foot];
            refs.extend(knots);
            refs.push(top);
            let tags = tags! {
                "highway": "footway", "incline": "7%", "wheelchair": "yes", "surface": "concrete",
            };
            self.ways.push((refs, tags));
        }
    }
}

/// All edges of the lattice.
pub(crate) fn edges(plan: &Plan) -> impl Iterator<Item = Edge> {
    let (c, r) = (plan.cols(), plan.rows());
    (0..=r).flat_map(move |j| {
        (0..=c).flat_map(move |i| {
            let flat = (i < c).then_some(Edge { upright: false, i, j });
            flat.into_iter().chain((j < r).then_some(Edge { upright: true, i, j }))
        })
    })
}

/// Whether the edge is the side of a land cell (those of strips have no joints).
pub(crate) fn is_long(plan: &Plan, edge: Edge) -> bool {
    let gap = if edge.upright { plan.row_gaps[edge.j] } else { plan.col_gaps[edge.i] };
    gap == Gap::Land
}

/// The plan position at share `t` of an edge, `off` metres to its left.
pub(crate) fn along(plan: &Plan, edge: Edge, t: f64, off: f64) -> Pt {
    let (i, j) = edge.end();
    let from = pt(plan.us[edge.i], plan.vs[edge.j]);
    let at = from.lerp(pt(plan.us[i], plan.vs[j]), t);
    if edge.upright { at + pt(-off, 0.0) } else { at + pt(0.0, off) }
}

/// Like [`along`], but `off` is measured on the ground, where the bent plan is stretched or squeezed.
pub(crate) fn aside(plan: &Plan, edge: Edge, t: f64, off: f64) -> Pt {
    let ground = |t: f64, off: f64| plan.place(along(plan, edge, t, off));
    let (on, direction) = (ground(t, 0.0), (ground(t + 0.02, 0.0) - ground(t - 0.02, 0.0)).unit());
    let reached = direction.cross(ground(t, off) - on).abs().max(1.0);
    along(plan, edge, t, off * (off.abs() / reached).clamp(0.5, 2.0))
}

/// Tags of the street on a line of the lattice: one name along its whole length.
fn street_tags(plan: &Plan, edge: Edge, rank: Rank, paved: bool) -> Tags {
    let line = if edge.upright { edge.i } else { edge.j };
    let (zh, en) = crate::names::avenue(plan.seed, line, edge.upright);
    let mut tags = tags! {"highway": rank.highway(), "name": zh, "name:en": en};
    match rank {
        Rank::Primary => tags.extend(tags! {"lanes": "6", "surface": "asphalt"}),
        Rank::Secondary => tags.extend(tags! {"lanes": "4", "surface": "asphalt"}),
        _ => {}
    }
    let sidewalk = if paved { "separate" } else { "both" };
    if rank <= Rank::Quay {
        tags.extend(tags! {"sidewalk": sidewalk});
    }
    tags
}
