//! Filling one cell of the plan: which blocks become what.

use crate::alleys;
use crate::estate::{self, DANWEI, GATED, Style, TOWERS};
use crate::green;
use crate::needs::{BIG, Kind, SMALL};
use crate::plan::{Plan, Rank, Use};
use crate::sheet::{Sheet, Tags, tags};
use crate::skeleton::Skeleton;
use crate::works::{self, FACTORY, MALL, OFFICE};
use crate::yard::{Block, Yard, street_tags};

/// Draws everything of one cell.
pub(crate) fn fill(plan: &Plan, skeleton: &Skeleton, index: usize) -> Sheet {
    let mut yard = Yard::new(plan, skeleton, index);
    let whole = yard.whole();
    match yard.cell.usage {
        Use::Lake => green::lake(&mut yard),
        Use::Outskirts => green::fields(&mut yard, &whole),
        Use::Park => green::park(&mut yard, &whole, false),
        Use::Core => core(&mut yard, &whole),
        Use::Station => station(&mut yard, &whole),
        usage if usage.is_land() => quarter(&mut yard, whole, usage),
        _ => {}
    }
    if !yard.cell.outside {
        crate::shops::open(&mut yard);
    }
    yard.draw_streets();
    yard.draw_buildings();
    yard.sheet
}

/// Ordinary streets: the first cut is a through street.
fn street(yard: &mut Yard<'_>, depth: usize) -> (Rank, Tags) {
    let rank = if depth == 0 { Rank::Tertiary } else { Rank::Residential };
    let tags = street_tags(yard, rank);
    (rank, tags)
}

/// A cell of homes or works with the civic buildings it must house.
fn quarter(yard: &mut Yard<'_>, whole: Block, usage: Use) {
    let size = match usage {
        Use::OldTown => (175.0, 150.0),
        Use::Village => (190.0, 170.0),
        Use::Industry => (240.0, 200.0),
        Use::Towers => (*yard.rng.pick(&[205.0, 250.0]), *yard.rng.pick(&[200.0, 260.0])),
        _ => (*yard.rng.pick(&[190.0, 230.0, 300.0]), *yard.rng.pick(&[180.0, 210.0, 240.0])),
    };
    let mut blocks = yard.cut_to(whole, size, 0.06, &street);
    place_civic(yard, &mut blocks);
    if usage == Use::Industry {
        // One lot of workers' homes is enough.
        let block = blocks.remove(smallest(&blocks, 90.0));
        blocks.extend(yard.cut_to(block, (150.0, 130.0), 0.03, &street));
    }
    let count = blocks.len();
    if usage == Use::Industry {
        let lot = smallest(&blocks, 95.0);
        blocks.swap(lot, count - 1);
    }
    let mut homes = 0;
    for (k, block) in blocks.into_iter().enumerate() {
        let last = k + 1 == count && homes == 0;
        homes += u32::from(fill_block(yard, block, usage, last));
    }
}

/// Fills one block in the manner of its cell; whether people live there.
fn fill_block(yard: &mut Yard<'_>, block: Block, usage: Use, must_house: bool) -> bool {
    let chance = yard.rng.unit();
    match usage {
        Use::Industry if !must_house => {
            works::business(yard, &block, &FACTORY, ("工业园", "Works"));
            false
        }
        Use::OldTown if chance < 0.86 || must_house => {
            let name = crate::names::estate(
                yard.plan.seed,
                yard.index * 16 + yard.sheet.estates.len(),
                true,
            );
            alleys::build(yard, block, &alleys::OLD_TOWN, name);
            true
        }
        Use::Village if chance < 0.78 || must_house => {
            let number = yard.index * 16 + yard.sheet.estates.len();
            let name = crate::names::of_place(yard.plan.seed, 20_000 + number, ("村", "Village"));
            alleys::build(yard, block, &alleys::VILLAGE, name);
            true
        }
        Use::Gated | Use::Towers if chance < 0.05 && !must_house => {
            works::business(yard, &block, &OFFICE, ("大厦", "Building"));
            false
        }
        _ => {
            let style = style(yard, usage);
            let built = estate::build(yard, &block, style).is_some()
                || estate::build(yard, &block, &DANWEI).is_some();
            if !built && must_house {
                let number = yard.index * 16 + yard.sheet.estates.len();
                let name = crate::names::estate(yard.plan.seed, number, true);
                alleys::build(yard, block, &alleys::VILLAGE, name);
                return true;
            }
            if !built {
                green::park(yard, &block, true);
            }
            built
        }
    }
}

fn style(yard: &mut Yard<'_>, usage: Use) -> &'static Style {
    let chance = yard.rng.unit();
    match usage {
        Use::Towers if chance < 0.85 => &TOWERS,
        Use::Gated if chance < 0.12 => &TOWERS,
        Use::Gated if chance < 0.24 => &DANWEI,
        Use::Danwei if chance < 0.82 => &DANWEI,
        Use::OldTown | Use::Industry | Use::Village | Use::Core => &DANWEI,
        _ => &GATED,
    }
}

/// Ground for one of the smaller civic buildings, at most, in square metres.
const MOST_FOR_SMALL: f64 = 12_500.0;

/// Takes blocks out for the cell's civic buildings, leaving at least one for homes.
fn place_civic(yard: &mut Yard<'_>, blocks: &mut Vec<Block>) {
    for kind in BIG {
        if yard.cell.civic & kind.bit() == 0 {
            continue;
        }
        while blocks.len() < 3 && halve_largest(yard, blocks) {}
        let block = blocks.remove(smallest(blocks, 95.0));
        works::campus(yard, &block, kind);
    }
    let small: Vec<Kind> = SMALL.into_iter().filter(|k| yard.cell.civic & k.bit() != 0).collect();
    if small.is_empty() || blocks.len() < 2 {
        return;
    }
    let block = blocks.remove(smallest(blocks, 80.0));
    let mut lots = vec![block];
    while lots.len() < small.len() || lots.iter().any(|lot| ground(lot) > MOST_FOR_SMALL) {
        let k = (0..lots.len()).max_by(|&a, &b| ground(&lots[a]).total_cmp(&ground(&lots[b])));
        let lot = lots.remove(k.unwrap_or(0));
        let (w, h) = Yard::spans(&lot);
        let at = yard.rng.range(0.42, 0.58);
        let lane = tags! {"highway": "service", "surface": "concrete"};
        let first = if w > h { 0 } else { 3 };
        let Some(two) = yard.cut(&lot, first, (at, at), Rank::Lane, lane) else {
            lots.push(lot);
            break;
        };
        lots.extend(two);
    }
    for (n, lot) in lots.into_iter().enumerate() {
        match small.get(n) {
            Some(Kind::PocketPark) => green::park(yard, &lot, true),
            Some(&kind) => works::campus(yard, &lot, kind),
            None => blocks.push(lot),
        }
    }
}

/// Cuts the largest block in two by a street; whether that was possible.
fn halve_largest(yard: &mut Yard<'_>, blocks: &mut Vec<Block>) -> bool {
    let largest =
        (0..blocks.len()).max_by(|&a, &b| ground(&blocks[a]).total_cmp(&ground(&blocks[b])));
    let Some(k) = largest else { return false };
    let (w, h) = Yard::spans(&blocks[k]);
    let tags = street_tags(yard, Rank::Residential);
    let block = blocks.remove(k);
    let two = yard.cut(&block, if w > h { 0 } else { 3 }, (0.5, 0.5), Rank::Residential, tags);
    let done = two.is_some();
    blocks.extend(two.into_iter().flatten());
    if !done {
        blocks.push(block);
    }
    done
}

fn ground(block: &Block) -> f64 {
    let (w, h) = Yard::spans(block);
    w * h
}

/// The smallest block at least `least` metres in both directions; the largest if none is.
fn smallest(blocks: &[Block], least: f64) -> usize {
    let fits = (0..blocks.len()).filter(|&k| {
        let (w, h) = Yard::spans(&blocks[k]);
        w.min(h) >= least
    });
    let by = |&a: &usize, &b: &usize| ground(&blocks[a]).total_cmp(&ground(&blocks[b]));
    fits.min_by(by).or_else(|| (0..blocks.len()).max_by(by)).unwrap_or(0)
}

/// The heart of the city: a shopping street with a square, malls, offices, some homes.
fn core(yard: &mut Yard<'_>, whole: &Block) {
    let name = crate::names::lane(yard.plan.seed, yard.index * 3);
    let mall = tags! {
        "highway": "pedestrian", "name": format!("{}步行街", name.0),
        "name:en": format!("{} Shopping Street", name.1), "surface": "paving_stones",
    };
    let Some([south, north]) = yard.cut(whole, 3, (0.45, 0.52), Rank::Pedestrian, mall) else {
        quarter(yard, whole.clone(), Use::Gated);
        return;
    };
    let mut rest = Vec::new();
    for (half, shares) in [(north, (0.36, 0.4)), (south, (0.62, 0.6))] {
        let tags = street_tags(yard, Rank::Residential);
        match yard.cut(&half, 0, shares, Rank::Residential, tags) {
            Some([a, b]) => rest.extend([a, b]),
            None => rest.push(half),
        }
    }
    // North-west: split once more, the part on the shopping street is the square.
    let first = rest.remove(0);
    let tags = street_tags(yard, Rank::Residential);
    match yard.cut(&first, 3, (0.5, 0.5), Rank::Residential, tags) {
        Some([square, behind]) => {
            green::square(yard, &square, ("广场", "Square"));
            works::business(yard, &behind, &OFFICE, ("中心", "Centre"));
        }
        None => green::square(yard, &first, ("广场", "Square")),
    }
    for (k, block) in rest.into_iter().enumerate() {
        match k {
            0 => works::business(yard, &block, &OFFICE, ("大厦", "Building")),
            1 => works::business(yard, &block, &MALL, ("商城", "Mall")),
            _ => homes(yard, block),
        }
    }
}

/// Homes in the heart: whatever fits, so that the cell's people have roofs.
fn homes(yard: &mut Yard<'_>, block: Block) {
    let mut blocks = vec![block];
    place_civic(yard, &mut blocks);
    for block in blocks {
        if estate::build(yard, &block, &TOWERS).is_none() {
            estate::build(yard, &block, &DANWEI);
        }
    }
}

/// The station: its hall on the tracks, a square before it, offices and homes around.
fn station(yard: &mut Yard<'_>, whole: &Block) {
    let tags = street_tags(yard, Rank::Tertiary);
    let Some([south, north]) = yard.cut(whole, 3, (0.56, 0.58), Rank::Tertiary, tags) else {
        quarter(yard, whole.clone(), Use::Danwei);
        return;
    };
    let mut row = vec![north];
    for share in [0.3, 0.57] {
        let last = row.remove(row.len() - 1);
        let tags = street_tags(yard, Rank::Residential);
        match yard.cut(&last, 0, (share, share), Rank::Residential, tags) {
            Some([a, b]) => row.extend([a, b]),
            None => row.push(last),
        }
    }
    for (k, block) in row.into_iter().enumerate() {
        if k == 1 {
            hall_and_square(yard, &block);
        } else {
            works::business(yard, &block, &OFFICE, ("大厦", "Building"));
        }
    }
    let mut blocks = yard.cut_to(south, (210.0, 200.0), 0.05, &street);
    place_civic(yard, &mut blocks);
    for block in blocks {
        fill_block(yard, block, Use::Danwei, true);
    }
}

fn hall_and_square(yard: &mut Yard<'_>, block: &Block) {
    let lane = tags! {"highway": "service"};
    let (square, hall) = match yard.cut(block, 3, (0.55, 0.55), Rank::Lane, lane) {
        Some([square, hall]) => (Some(square), hall),
        None => (None, block.clone()),
    };
    if let Some(square) = square {
        green::square(yard, &square, ("站前广场", "Station Square"));
    }
    let plot = yard.plot(&hall);
    let axis = yard.axis(&hall);
    let (zh, en) = crate::names::of_place(yard.plan.seed, 13_000 + yard.index, ("站", "Station"));
    let building = works::Works {
        kind: "train_station",
        depth: (30.0, 42.0),
        length: (70.0, 130.0),
        pitch: 200.0,
        levels: (2, 3),
        open: 0.1,
        ..OFFICE
    };
    if let Some(door) =
        works::raise(yard, &plot, axis, &building, f64::MIN, Some((zh.clone(), en.clone())))
    {
        yard.sheet.poi(
            door,
            tags! {
                "railway": "station", "public_transport": "station", "train": "yes",
                "name": zh, "name:en": en,
            },
        );
    }
}
