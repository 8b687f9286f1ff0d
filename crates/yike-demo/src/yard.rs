//! One cell of the plan being filled: its blocks, the streets between them, and what they can join.

use crate::plan::{Cell, Plan, Rank};
use crate::plane::{Plot, Pt, pt};
use crate::rng::Rng;
use crate::sheet::{Ref, Seen, Sheet, Tags, tags};
use crate::skeleton::{Edge, Link, SAMPLES, Skeleton, along, aside, link};

/// What a side of a block runs along.
#[derive(Clone, Copy, Debug)]
enum Front {
    /// A side of the cell; `true` when the cell lies on the edge's right.
    Edge(Edge, bool),
    /// Inner street number.
    Inner(usize),
}

/// A side of a block: from share `a` to share `b` of the street it runs along.
#[derive(Clone, Copy, Debug)]
struct Side {
    front: Front,
    a: f64,
    b: f64,
}

/// A piece of land with streets on all four sides.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// Plan positions: south-west, south-east, north-east, north-west.
    pub(crate) corners: [Pt; 4],
    /// South, east, north, west, each from corner `k` to corner `k + 1`.
    sides: [Side; 4],
}

/// A place on a street where something may begin.
#[derive(Clone, Debug)]
pub(crate) struct Joint {
    /// Nodes from the carriageway inwards: the street's, then its pavement's where mapped.
    pub(crate) refs: Vec<Ref>,
    /// Where the innermost of them lies on the ground.
    pub(crate) at: Pt,
    /// The same in plan coordinates.
    uv: Pt,
}

/// A street inside the cell, straight in plan coordinates.
#[derive(Clone, Debug)]
struct Inner {
    from: Pt,
    to: Pt,
    rank: Rank,
    /// Shares of its length where others join it.
    cuts: Vec<f64>,
    /// The joints it ends at, where they belong to the skeleton.
    ends: [Option<Joint>; 2],
    tags: Tags,
}

/// A cell being filled.
pub(crate) struct Yard<'a> {
    pub(crate) plan: &'a Plan,
    skeleton: &'a Skeleton,
    pub(crate) index: usize,
    pub(crate) cell: Cell,
    pub(crate) rng: Rng,
    pub(crate) sheet: Sheet,
    pub(crate) drafts: Vec<crate::building::Draft>,
    /// Grounds of all buildings so far.
    pub(crate) footprints: Vec<Vec<Pt>>,
    /// Places for services inside estates: position, estate, whether behind private gates.
    pub(crate) courts: Vec<(Pt, u16, bool)>,
    /// Places for shops along streets.
    pub(crate) fronts: Vec<Pt>,
    inner: Vec<Inner>,
}

impl<'a> Yard<'a> {
    pub(crate) fn new(plan: &'a Plan, skeleton: &'a Skeleton, index: usize) -> Self {
        Self {
            plan,
            skeleton,
            index,
            cell: plan.cells[index],
            rng: Rng::new(plan.seed, 30, index as u64),
            sheet: Sheet::default(),
            drafts: Vec::new(),
            footprints: Vec::new(),
            courts: Vec::new(),
            fronts: Vec::new(),
            inner: Vec::new(),
        }
    }

    /// The whole cell as one block.
    pub(crate) fn whole(&self) -> Block {
        let (i, j) = self.plan.col_row(self.index);
        let at = |i: usize, j: usize| pt(self.plan.us[i], self.plan.vs[j]);
        let side = |upright, i, j, right, a, b| Side {
            front: Front::Edge(Edge { upright, i, j }, right),
            a,
            b,
        };
        Block {
            corners: [at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)],
            sides: [
                side(false, i, j, false, 0.0, 1.0),
                side(true, i + 1, j, false, 0.0, 1.0),
                side(false, i, j + 1, true, 1.0, 0.0),
                side(true, i, j, true, 1.0, 0.0),
            ],
        }
    }

    /// The side of the block at share `f` of it, in plan coordinates.
    fn on_side(&self, side: &Side, t: f64) -> Pt {
        match side.front {
            Front::Edge(edge, _) => along(self.plan, edge, t, 0.0),
            Front::Inner(k) => self.inner[k].from.lerp(self.inner[k].to, t),
        }
    }

    pub(crate) fn rank(&self, block: &Block, side: usize) -> Rank {
        match block.sides[side].front {
            Front::Inner(k) => self.inner[k].rank,
            Front::Edge(edge, _) => match link(self.plan, edge) {
                Link::Street(rank) | Link::Bridge(rank) | Link::Underpass(rank) => rank,
                Link::None | Link::StepBridge(_) => Rank::Lane,
            },
        }
    }

    /// Opens a joint on a side near `wanted` (on the ground), at least a little away from its ends.
    pub(crate) fn join(&mut self, block: &Block, side: usize, wanted: Pt) -> Option<Joint> {
        let t =
            self.nearest(&block.sides[side], |yard, uv| (yard.plan.place(uv) - wanted).len())?;
        self.joint_at(&block.sides[side], t)
    }

    /// The share of the side's street, allowed for a joint, that costs least.
    fn nearest(&self, side: &Side, cost: impl Fn(&Self, Pt) -> f64) -> Option<f64> {
        let (low, high) = (side.a.min(side.b), side.a.max(side.b));
        let steps = match side.front {
            Front::Edge(..) => SAMPLES,
            Front::Inner(_) => 48,
        };
        (1..steps)
            .map(|k| k as f64 / steps as f64)
            .filter(|t| *t > low + 1e-6 && *t < high - 1e-6)
            .map(|t| (cost(self, self.on_side(side, t)), t))
            .min_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, t)| t)
    }

    fn joint_at(&mut self, side: &Side, t: f64) -> Option<Joint> {
        let uv = self.on_side(side, t);
        match side.front {
            Front::Edge(edge, right) => {
                let k = (t * SAMPLES as f64).round() as usize;
                let (road, pavement) = self.skeleton.joint(edge, k, right)?;
                let rank = if edge.upright {
                    self.plan.col_ranks[edge.i]
                } else {
                    self.plan.row_ranks[edge.j]
                };
                let off = pavement.and(rank.sidewalk()).unwrap_or(0.0);
                let off = if right { -off } else { off };
                let uv = aside(self.plan, edge, t, off);
                let refs = std::iter::once(road).chain(pavement).collect();
                Some(Joint { refs, at: self.plan.place(uv), uv })
            }
            Front::Inner(k) => {
                self.inner[k].cuts.push(t);
                let at = self.plan.place(uv);
                Some(Joint { refs: vec![self.sheet.joint(at)], at, uv })
            }
        }
    }

    /// Cuts a block in two by a street from side `first` (0 south or 3 west) to the one opposite, at
    /// shares `f` and `g` counted from the west or south. `None` where no joint is free.
    pub(crate) fn cut(
        &mut self,
        block: &Block,
        first: usize,
        (f, g): (f64, f64),
        rank: Rank,
        tags: Tags,
    ) -> Option<[Block; 2]> {
        let upright = first == 0;
        let (s, n) = if upright { (0, 2) } else { (3, 1) };
        let share = |side: &Side, x: f64| side.a + (side.b - side.a) * x;
        // Sides run counterclockwise: the north side from east to west, the west side southwards.
        let (f, g) = if upright { (f, 1.0 - g) } else { (1.0 - f, g) };
        let (one, two) = (block.sides[s], block.sides[n]);
        let aim = |yard: &Self, side: &Side, x: f64| {
            let goal = yard.on_side(side, share(side, x));
            yard.nearest(side, |_, uv| (uv - goal).len())
        };
        let (t, u) = (aim(self, &one, f)?, aim(self, &two, g)?);
        let (from, to) = (self.on_side(&one, t), self.on_side(&two, u));
        let ends = [(one, t), (two, u)].map(|(side, t)| match side.front {
            Front::Edge(..) => self.joint_at(&side, t),
            Front::Inner(_) => {
                self.joint_at(&side, t);
                None
            }
        });
        let k = self.inner.len();
        // The street proper runs between the pavements; a short stub leads on to the carriageway.
        let foot = |end: &Option<Joint>, bare: Pt| end.as_ref().map_or(bare, |joint| joint.uv);
        let (start, stop) = (foot(&ends[0], from), foot(&ends[1], to));
        self.inner.push(Inner { from: start, to: stop, rank, cuts: Vec::new(), ends, tags });
        let mid = |a, b| Side { front: Front::Inner(k), a, b };
        let upto = |side: Side, t| Side { b: t, ..side };
        let since = |side: Side, t| Side { a: t, ..side };
        let (c, d) = (block.corners, block.sides);
        Some(if upright {
            [
                Block {
                    corners: [c[0], from, to, c[3]],
                    sides: [upto(d[0], t), mid(0.0, 1.0), since(d[2], u), d[3]],
                },
                Block {
                    corners: [from, c[1], c[2], to],
                    sides: [since(d[0], t), d[1], upto(d[2], u), mid(1.0, 0.0)],
                },
            ]
        } else {
            [
                Block {
                    corners: [c[0], c[1], to, from],
                    sides: [d[0], upto(d[1], u), mid(1.0, 0.0), since(d[3], t)],
                },
                Block {
                    corners: [from, to, c[2], c[3]],
                    sides: [mid(0.0, 1.0), since(d[1], u), d[2], upto(d[3], t)],
                },
            ]
        })
    }

    /// Ground lengths of a block: west-east and south-north.
    pub(crate) fn spans(block: &Block) -> (f64, f64) {
        let c = &block.corners;
        let mid = |a: Pt, b: Pt| a.lerp(b, 0.5);
        ((mid(c[1], c[2]) - mid(c[0], c[3])).len(), (mid(c[2], c[3]) - mid(c[0], c[1])).len())
    }

    /// Cuts a block until its pieces are about `size` metres wide (west-east) and deep (south-north).
    pub(crate) fn cut_to(
        &mut self,
        block: Block,
        size: (f64, f64),
        tilt: f64,
        street: &dyn Fn(&mut Self, usize) -> (Rank, Tags),
    ) -> Vec<Block> {
        let (mut todo, mut done) = (vec![(block, 0)], Vec::new());
        while let Some((block, depth)) = todo.pop() {
            let (w, h) = Self::spans(&block);
            let (over_w, over_h) = (w / size.0, h / size.1);
            if over_w.max(over_h) < 1.45 || depth > 12 {
                done.push(block);
                continue;
            }
            let upright = over_w > over_h;
            // An uneven cut where three pieces fit better than two or four.
            let third = over_w.max(over_h) > 2.4 && over_w.max(over_h) < 3.5;
            let at = if third { *self.rng.pick(&[0.34, 0.66]) } else { self.rng.range(0.44, 0.56) };
            let slant = self.rng.range(-tilt, tilt);
            let shares = ((at - slant).clamp(0.2, 0.8), (at + slant).clamp(0.2, 0.8));
            let (rank, tags) = street(self, depth);
            match self.cut(&block, if upright { 0 } else { 3 }, shares, rank, tags) {
                Some([a, b]) => todo.extend([(b, depth + 1), (a, depth + 1)]),
                None => done.push(block),
            }
        }
        done
    }

    /// The block as a plot on the ground, clear of its streets.
    pub(crate) fn plot(&self, block: &Block) -> Plot {
        let mut plot = Plot::default();
        for (k, side) in block.sides.iter().enumerate() {
            let clear = self.rank(block, k).half_width();
            let (from, to) = (block.corners[k], block.corners[(k + 1) % 4]);
            let steps = (((to - from).len() / 45.0).ceil() as usize).clamp(1, 12);
            let on = |s: usize| {
                let t = s as f64 / steps as f64;
                self.plan.place(self.on_side(side, side.a + (side.b - side.a) * t))
            };
            for s in 0..steps {
                let start = if s == 0 { self.plan.place(from) } else { on(s) };
                let end = if s + 1 == steps { self.plan.place(to) } else { on(s + 1) };
                // Where the street proper begins at a pavement, beside the corner, keep away from it.
                let off = |p: Pt| (p - start).cross((end - start).unit()).abs();
                let aside = off(on(s)).max(off(on(s + 1)));
                plot.ring.push(start);
                plot.clear.push(clear + aside);
            }
        }
        plot
    }

    /// How far a side bends into the block, measured from the straight line between its corners.
    pub(crate) fn bow(&self, block: &Block, side: usize) -> f64 {
        let (a, b) = (block.corners[side], block.corners[(side + 1) % 4]);
        let (p, q) = (self.plan.place(a), self.plan.place(b));
        let inward = (q - p).unit().left();
        let of = &block.sides[side];
        let off =
            |t: f64| (self.plan.place(self.on_side(of, of.a + (of.b - of.a) * t)) - p).dot(inward);
        [0.0, 0.2, 0.35, 0.5, 0.65, 0.8, 1.0].into_iter().map(off).fold(0.0, f64::max)
    }

    /// A point inside the block by shares west-east and south-north, on the ground.
    pub(crate) fn within(&self, block: &Block, x: f64, y: f64) -> Pt {
        let c = &block.corners;
        self.plan.place(c[0].lerp(c[1], x).lerp(c[3].lerp(c[2], x), y))
    }

    /// Remembers places for shops along the outer streets of a block.
    pub(crate) fn open_fronts(&mut self, plot: &Plot) {
        for (a, b, clear) in plot.edges() {
            let (d, len) = ((b - a).unit(), (b - a).len());
            if clear < 7.5 {
                continue;
            }
            let mut x = 9.0;
            while x < len - 6.0 {
                self.fronts.push(a + d * x + d.left() * (clear - 2.5));
                x += 13.0;
            }
        }
    }

    /// Draws the inner streets with all their joints. Call once, when everything else has joined.
    pub(crate) fn draw_streets(&mut self) {
        for street in std::mem::take(&mut self.inner) {
            let len = (street.to - street.from).len();
            let steps = (len / 45.0).ceil().max(1.0) as usize;
            let mut ts: Vec<f64> = (1..steps).map(|k| k as f64 / steps as f64).collect();
            // Regular bends keep away from joints, and from the pavements at the ends.
            let margin = 24.0 / len;
            ts.retain(|t| {
                (margin..=1.0 - margin).contains(t)
                    && street.cuts.iter().all(|c| (c - t).abs() * len > 8.0)
            });
            ts.extend(&street.cuts);
            for (k, end) in street.ends.iter().enumerate() {
                if end.is_none() {
                    ts.push(k as f64);
                }
            }
            ts.sort_by(f64::total_cmp);
            let mut refs: Vec<Ref> = street.ends[0].iter().flat_map(|j| j.refs.clone()).collect();
            for t in ts {
                let at = self.plan.place(street.from.lerp(street.to, t));
                refs.push(self.sheet.joint(at));
            }
            refs.extend(street.ends[1].iter().flat_map(|j| j.refs.iter().rev().copied()));
            self.sheet.way(refs, street.tags);
        }
    }
}

/// Tags of a named street inside a cell.
pub(crate) fn street_tags(yard: &mut Yard<'_>, rank: Rank) -> Tags {
    let (zh, en) = crate::names::lane(yard.plan.seed, yard.index * 11 + yard.rng.below(11));
    let mut tags = tags! {"highway": rank.highway(), "name": zh, "name:en": en};
    if rank <= Rank::Residential {
        tags.extend(tags! {"sidewalk": "both"});
    }
    tags
}

impl Yard<'_> {
    /// A joint of the skeleton that is not on one of the yard's own blocks.
    pub(crate) fn skeleton_joint(&mut self, edge: Edge, k: usize, right: bool) -> Option<Joint> {
        let side = Side { front: Front::Edge(edge, right), a: 0.0, b: 1.0 };
        self.joint_at(&side, k as f64 / SAMPLES as f64)
    }

    /// Whether a straight walk touches no building so far.
    pub(crate) fn is_clear(&self, from: Pt, to: Pt) -> bool {
        self.footprints.iter().all(|ring| {
            (0..ring.len()).all(|k| {
                let wall = (ring[k], ring[(k + 1) % ring.len()]);
                crate::plane::crossing((from, to), wall).is_none()
            })
        })
    }

    /// Notes a phenomenon worth showing.
    pub(crate) fn saw(
        &mut self,
        kind: &'static str,
        at: Pt,
        other: Option<Pt>,
        expect: &'static str,
    ) {
        let [at, other] = [Some(at), other].map(|p| p.map(crate::plane::to_coord));
        let Some(at) = at else { return };
        self.sheet.seen.push(Seen { kind, at, other, expect });
    }

    /// Notes a gate with hours or a locked one.
    pub(crate) fn saw_gate(&mut self, hours: bool, locked: bool, at: Pt) {
        if hours {
            self.saw(
                "gate-hours",
                at,
                None,
                "A side gate open 06:00-22:00: at 22:30 the walk goes round by the main gate.",
            );
        }
        if locked {
            self.saw(
                "locked-gate",
                at,
                None,
                "A locked gate: the street behind it is a wall's length away, the walk is longer.",
            );
        }
    }

    /// Notes a service close to the border of another community.
    pub(crate) fn saw_border(&mut self, at: Pt) {
        let (i, j) = self.plan.col_row(self.index);
        let (i, j) = (i as isize, j as isize);
        let own = self.cell.community;
        let whole = self.whole();
        for (side, (di, dj)) in [(0, -1), (1, 0), (0, 1), (-1, 0)].into_iter().enumerate() {
            let Some(next) = self.plan.cell(i + di, j + dj) else { continue };
            if !next.usage.is_land() || next.community == own || next.people < 300 {
                continue;
            }
            let near = (1..SAMPLES)
                .map(|k| self.plan.place(self.on_side(&whole.sides[side], k as f64 / 8.0)))
                .map(|p| ((p - at).len(), p))
                .min_by(|a, b| a.0.total_cmp(&b.0));
            if let Some((_, border)) = near.filter(|(d, _)| *d < 75.0) {
                self.saw("both-sides-of-the-border", at, Some(border),
                    "A service by the border: homes of the next community reach it too, and it counts for them.");
            }
        }
    }
}
