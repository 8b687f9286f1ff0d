//! Buildings nobody lives in: schools, clinics, offices, markets, works.

use crate::building::Draft;
use crate::needs::Kind;
use crate::plane::{Plot, Pt, area, pt};
use crate::sheet::{Ref, Tags, Text, tags};
use crate::yard::{Block, Yard};

/// How a ground with buildings on it is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Works {
    pub(crate) kind: &'static str,
    pub(crate) depth: (f64, f64),
    pub(crate) length: (f64, f64),
    pub(crate) gap: f64,
    pub(crate) pitch: f64,
    pub(crate) levels: (u16, u16),
    /// Buildings, at most.
    pub(crate) most: u32,
    /// Share of the ground left open in the south.
    pub(crate) open: f64,
}

pub(crate) const OFFICE: Works = Works {
    kind: "office",
    depth: (26.0, 34.0),
    length: (34.0, 62.0),
    gap: 16.0,
    pitch: 58.0,
    levels: (8, 28),
    most: 12,
    open: 0.12,
};

pub(crate) const MALL: Works = Works {
    kind: "retail",
    depth: (48.0, 60.0),
    length: (80.0, 120.0),
    gap: 14.0,
    pitch: 78.0,
    levels: (4, 6),
    most: 6,
    open: 0.05,
};

pub(crate) const FACTORY: Works = Works {
    kind: "industrial",
    depth: (26.0, 40.0),
    length: (60.0, 110.0),
    gap: 12.0,
    pitch: 56.0,
    levels: (1, 3),
    most: 40,
    open: 0.03,
};

const SCHOOL: Works = Works {
    kind: "school",
    depth: (12.0, 14.0),
    length: (40.0, 72.0),
    gap: 14.0,
    pitch: 32.0,
    levels: (4, 5),
    most: 7,
    open: 0.46,
};

const CLINIC: Works = Works {
    kind: "hospital",
    depth: (18.0, 24.0),
    length: (40.0, 84.0),
    gap: 16.0,
    pitch: 46.0,
    levels: (5, 16),
    most: 9,
    open: 0.14,
};

const HALL: Works = Works {
    kind: "civic",
    depth: (18.0, 26.0),
    length: (26.0, 56.0),
    gap: 12.0,
    pitch: 42.0,
    levels: (2, 4),
    most: 3,
    open: 0.2,
};

impl Yard<'_> {
    /// The axes buildings on a block stand along: east, bent by at most nine degrees with the block.
    pub(crate) fn axis(&self, block: &Block) -> Pt {
        let d = (self.within(block, 1.0, 0.5) - self.within(block, 0.0, 0.5)).unit();
        pt(1.0, (d.y / d.x.max(0.2)).clamp(-0.27, 0.27)).unit()
    }
}

/// Raises rows of buildings on a plot, from `above` (north along the axes) on; the ground position
/// before the first one's door.
pub(crate) fn raise(
    yard: &mut Yard<'_>,
    plot: &Plot,
    axis: Pt,
    works: &Works,
    above: f64,
    name: Option<crate::names::Name>,
) -> Option<Pt> {
    let turned = plot.turned(axis);
    let (low, high) =
        turned.ring.iter().fold((f64::MAX, f64::MIN), |(l, h), p| (l.min(p.y), h.max(p.y)));
    let ground = |x: f64, y: f64| axis * x + axis.left() * y;
    let start = (low + (high - low) * works.open).max(above);
    let (mut y, mut door, mut placed) = (start, None, 0);
    let mut name = name;
    while y + works.depth.0 < high && placed < works.most {
        let depth = yard.rng.range(works.depth.0, works.depth.1);
        let Some((west, east)) = turned.fit(y, y + depth) else {
            y += 3.0;
            continue;
        };
        let (mut x, before) = (west + 2.0, placed);
        while east - 2.0 - x > works.length.0 * 0.8 && placed < works.most {
            let wish = yard.rng.range(works.length.0, works.length.1);
            let rest = east - 2.0 - x;
            let length = if rest < wish + works.length.0 * 0.8 + works.gap {
                rest.min(works.length.1)
            } else {
                wish
            };
            let ring = [(x, y), (x + length, y), (x + length, y + depth), (x, y + depth)]
                .map(|(x, y)| ground(x, y));
            let levels = works.levels.0
                + yard.rng.below(usize::from(works.levels.1 - works.levels.0) + 1) as u16;
            let draft = Draft {
                ring: Vec::new(),
                middle: Pt::default(),
                footprint: 0.0,
                levels: (levels, levels, levels),
                kind: works.kind,
                living: None,
                name: name.take(),
            };
            yard.raise(&ring, (0, &[0.5]), draft);
            door.get_or_insert(ground(x + length / 2.0, y - 1.5));
            placed += 1;
            x += length + works.gap;
        }
        y += if placed > before { works.pitch } else { 4.0 };
    }
    door
}

/// A fenced ground with a gate on its widest street: school, hospital, culture centre.
pub(crate) fn campus(yard: &mut Yard<'_>, block: &Block, kind: Kind) {
    let plot = yard.plot(block);
    let axis = yard.axis(block);
    let number = yard.index * 32 + kind as usize;
    let name = crate::names::of_place(yard.plan.seed, number, kind.ending());
    let works = match kind {
        Kind::PrimarySchool | Kind::JuniorSchool => SCHOOL,
        Kind::Kindergarten => {
            Works { levels: (3, 3), length: (24.0, 44.0), open: 0.4, most: 2, ..SCHOOL }
        }
        Kind::Hospital => CLINIC,
        Kind::HealthCentre => Works { levels: (3, 5), open: 0.1, most: 2, ..CLINIC },
        Kind::Market => Works {
            kind: "retail",
            depth: (30.0, 40.0),
            levels: (2, 2),
            open: 0.05,
            most: 2,
            ..HALL
        },
        Kind::CareHome => Works { levels: (4, 6), length: (30.0, 60.0), ..HALL },
        _ => HALL,
    };
    let field = play(yard, &plot, axis, kind);
    let (open, above) = field.map_or((works.open * 0.4, f64::MIN), |top| (0.0, top + 7.0));
    let door = raise(yard, &plot, axis, &Works { open, ..works }, above, None);
    let Some(ring) = plot.inset(1.2) else { return };
    let refs = enter(yard, block, &ring, door);
    let mut all = ground_tags(kind);
    all.extend(tags! {"name": name.0, "name:en": name.1});
    let mut fence: Vec<Ref> = Vec::new();
    for (k, &corner) in ring.iter().enumerate() {
        fence.push(yard.sheet.node(corner, Vec::new()));
        fence.extend(refs.filter(|(edge, _)| *edge == k).map(|(_, gate)| gate));
    }
    fence.push(fence[0]);
    if !matches!(kind, Kind::Market | Kind::Culture | Kind::Sports) {
        all.extend(tags! {"barrier": "fence"});
    }
    yard.sheet.way(fence, all);
    yard.open_fronts(&plot);
}

/// Leads a path from the nearest street to the first door; the edge of the ring it passes, and the gate.
fn enter(
    yard: &mut Yard<'_>,
    block: &Block,
    ring: &[Pt],
    door: Option<Pt>,
) -> Option<(usize, Ref)> {
    let door = door.unwrap_or_else(|| crate::plane::middle(ring));
    let mut sides: Vec<usize> = (0..4).collect();
    sides.sort_by_key(|&side| yard.rank(block, side));
    for side in sides {
        let toward = [(0.5, 0.0), (1.0, 0.5), (0.5, 1.0), (0.0, 0.5)][side];
        let wanted = yard.within(block, toward.0, toward.1);
        let Some(joint) = yard.join(block, side, wanted) else { continue };
        let hit = (0..ring.len()).find_map(|k| {
            let edge = (ring[k], ring[(k + 1) % ring.len()]);
            crate::plane::crossing((joint.at, door), edge).map(|t| (k, joint.at.lerp(door, t)))
        });
        let Some((k, at)) = hit else { continue };
        let gate = yard.sheet.joint(at);
        yard.sheet.tag(gate, tags! {"barrier": "gate", "foot": "yes"});
        let mut refs = joint.refs.clone();
        // To the door if the way is free, else just inside.
        let end = if yard.is_clear(at, door) { door } else { at + (door - at).unit() * 2.5 };
        if !yard.is_clear(joint.at, end) {
            continue;
        }
        refs.extend([gate, yard.sheet.joint(end)]);
        yard.sheet.way(refs, tags! {"highway": "footway", "surface": "paving_stones"});
        return Some((k, gate));
    }
    None
}

/// A running track or a ball court in the open south of the ground; its northern edge along the axes.
fn play(yard: &mut Yard<'_>, plot: &Plot, axis: Pt, kind: Kind) -> Option<f64> {
    let sizes: &[(f64, f64)] = match kind {
        Kind::PrimarySchool | Kind::JuniorSchool => &[(124.0, 62.0), (92.0, 48.0), (30.0, 18.0)],
        Kind::Sports => &[(92.0, 48.0), (58.0, 34.0), (30.0, 18.0)],
        Kind::Kindergarten => &[(26.0, 14.0)],
        _ => return None,
    };
    let turned = plot.turned(axis);
    let low = turned.ring.iter().map(|p| p.y).fold(f64::MAX, f64::min);
    let high = turned.ring.iter().map(|p| p.y).fold(f64::MIN, f64::max);
    let ground = |p: Pt| axis * p.x + axis.left() * p.y;
    for &(width, depth) in sizes {
        let mut y = low;
        while y < low + 40.0 && y + depth < low + (high - low) * 0.52 {
            if let Some((west, east)) =
                turned.fit(y, y + depth).filter(|(w, e)| e - w > width + 4.0)
            {
                let middle = pt(f64::midpoint(west, east), y + depth / 2.0);
                let (a, b) = (width / 2.0, depth / 2.0);
                if width > 80.0 {
                    let oval = oval(middle, a, b).into_iter().map(ground).collect::<Vec<_>>();
                    yard.sheet.ring(&oval, open_air(kind, "track", "athletics"));
                    let inner = oval_box(middle, a - b * 0.9, b * 0.66).map(ground);
                    yard.sheet.ring(&inner, open_air(kind, "pitch", "soccer"));
                } else {
                    let court = oval_box(middle, a, b).map(ground);
                    let what = if kind == Kind::Kindergarten { "playground" } else { "pitch" };
                    yard.sheet.ring(&court, open_air(kind, what, "basketball"));
                }
                return Some(y + depth);
            }
            y += 4.0;
        }
    }
    None
}

/// School grounds are closed to the neighbours; sports centres are not.
fn open_air(kind: Kind, leisure: &'static str, sport: &'static str) -> Tags {
    let mut tags = tags! {"leisure": leisure, "sport": sport};
    if kind != Kind::Sports {
        tags.extend(tags! {"access": "private"});
    }
    tags
}

/// A stadium shape: two straights and two half circles.
fn oval(middle: Pt, a: f64, b: f64) -> Vec<Pt> {
    let straight = a - b;
    (0..24)
        .map(|k| {
            let d = crate::plane::direction(k as f64 / 24.0);
            let side = if d.x > 1e-6 { straight } else { -straight };
            middle + pt(side + d.x * b, d.y * b)
        })
        .collect()
}

fn oval_box(middle: Pt, a: f64, b: f64) -> [Pt; 4] {
    [(-a, -b), (a, -b), (a, b), (-a, b)].map(|(x, y)| middle + pt(x, y))
}

/// What the ground of a civic building is tagged with.
fn ground_tags(kind: Kind) -> Tags {
    match kind {
        Kind::PrimarySchool => tags! {"amenity": "school", "isced:level": "1"},
        Kind::JuniorSchool => tags! {"amenity": "school", "isced:level": "2"},
        Kind::Kindergarten => tags! {"amenity": "kindergarten", "min_age": "3", "max_age": "6"},
        Kind::Hospital => {
            tags! {"amenity": "hospital", "healthcare": "hospital", "emergency": "yes"}
        }
        Kind::HealthCentre => tags! {"amenity": "clinic", "healthcare": "centre"},
        Kind::Market => tags! {"amenity": "marketplace", "opening_hours": "05:30-19:00"},
        Kind::CareHome => tags! {
            "amenity": "social_facility", "social_facility": "group_home",
            "social_facility:for": "senior",
        },
        Kind::Sports => tags! {"leisure": "sports_centre"},
        Kind::Culture => tags! {
            "amenity": "community_centre", "community_centre": "cultural_centre",
        },
        _ => Tags::new(),
    }
}

/// A block of offices, a mall or works, with a name and a way in.
pub(crate) fn business(
    yard: &mut Yard<'_>,
    block: &Block,
    works: &Works,
    ending: (&'static str, &'static str),
) {
    let plot = yard.plot(block);
    let axis = yard.axis(block);
    let number = yard.index * 32 + 20 + yard.rng.below(12);
    let name = crate::names::of_place(yard.plan.seed, number, ending);
    let landuse = match works.kind {
        "industrial" => "industrial",
        "retail" => "retail",
        _ => "commercial",
    };
    let door = raise(yard, &plot, axis, works, f64::MIN, Some(name.clone()));
    if let Some(ring) = plot.inset(0.8) {
        enter(yard, block, &ring, door);
        yard.sheet.ring(&ring, tags! {"landuse": landuse});
        if works.kind == "retail"
            && let Some(door) = door
        {
            yard.sheet.poi(
                door,
                tags! {
                    "shop": "mall", "name": Text::from(name.0), "name:en": Text::from(name.1),
                },
            );
        }
    }
    if works.kind != "industrial" || area(&plot.ring) < 9_000.0 {
        yard.open_fronts(&plot);
    }
}
