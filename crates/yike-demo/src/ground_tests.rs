//! The ground held against itself: nothing stands where it cannot.

use std::collections::BTreeMap;

use crate::city::{order, plan};
use crate::needs::Kind;
use crate::plan::{Plan, Use};
use crate::plane::{Pt, crossing, inside, middle, pt};
use crate::sheet::{Ref, Sheet, Tags};
use crate::skeleton::Skeleton;
use crate::{areas, cell, strips};

/// A city drawn in memory, on the ground in metres.
struct City {
    plan: Plan,
    sheets: Vec<(usize, Sheet)>,
    /// Every way of the skeleton and the sheets.
    ways: Vec<(Vec<Pt>, Tags)>,
}

/// Metres from the middle of the city, back from degrees.
fn metres(c: yike_streets::units::Coord) -> Pt {
    let degree = 111_195.080_233_532_9;
    pt(
        (c.lon() - crate::plane::MIDDLE_LON) * degree * 0.866_025_403_784_438_6,
        (c.lat() - crate::plane::MIDDLE_LAT) * degree,
    )
}

fn city(people: u64, seed: u64) -> City {
    let (plan, _) = plan(people, seed);
    let mut skeleton = Skeleton::new(&plan);
    strips::draw(&plan, &mut skeleton);
    let sheets: Vec<(usize, Sheet)> =
        order(&plan).into_iter().map(|c| (c, cell::fill(&plan, &skeleton, c))).collect();
    let knot = |k: u32| metres(skeleton.nodes[k as usize].at);
    let mut ways: Vec<(Vec<Pt>, Tags)> = skeleton
        .ways
        .iter()
        .map(|(refs, tags)| (refs.iter().map(|&r| knot(r)).collect(), tags.clone()))
        .collect();
    for (_, sheet) in &sheets {
        for way in &sheet.ways {
            let at = |r: &Ref| match r {
                Ref::Skeleton(k) => knot(*k),
                Ref::Local(k) => metres(sheet.nodes[*k as usize].at),
            };
            ways.push((way.refs.iter().map(at).collect(), way.tags.clone()));
        }
    }
    City { plan, sheets, ways }
}

fn value<'a>(tags: &'a Tags, key: &str) -> Option<&'a str> {
    tags.iter().find(|(k, _)| *k == key).map(|(_, v)| v.as_ref())
}

/// Things by the 50 m square of the ground they touch.
struct Squares(BTreeMap<(i64, i64), Vec<usize>>);

impl Squares {
    fn key(p: Pt) -> (i64, i64) {
        ((p.x / 50.0).floor() as i64, (p.y / 50.0).floor() as i64)
    }

    fn new<'a>(lines: impl Iterator<Item = (usize, &'a [Pt])>) -> Self {
        let mut squares: BTreeMap<(i64, i64), Vec<usize>> = BTreeMap::new();
        for (k, line) in lines {
            let low =
                line.iter().fold(pt(f64::MAX, f64::MAX), |a, p| pt(a.x.min(p.x), a.y.min(p.y)));
            let high =
                line.iter().fold(pt(f64::MIN, f64::MIN), |a, p| pt(a.x.max(p.x), a.y.max(p.y)));
            let (a, b) = (Self::key(low), Self::key(high));
            for x in a.0..=b.0 {
                for y in a.1..=b.1 {
                    squares.entry((x, y)).or_default().push(k);
                }
            }
        }
        Self(squares)
    }
}

/// Whether two closed rings share ground.
fn overlap(a: &[Pt], b: &[Pt]) -> bool {
    let cross =
        a.windows(2).any(|s| b.windows(2).any(|t| crossing((s[0], s[1]), (t[0], t[1])).is_some()));
    cross || inside(a, b[0]) || inside(b, a[0])
}

#[test]
fn buildings_overlap_neither_each_other_nor_streets_nor_water() {
    for seed in [1, 2, 3] {
        let city = city(60_000, seed);
        let buildings: Vec<&[Pt]> = city
            .ways
            .iter()
            .filter(|(_, tags)| value(tags, "building").is_some())
            .map(|(line, _)| line.as_slice())
            .collect();
        assert!(buildings.len() > 1_500, "{}", buildings.len());
        let squares = Squares::new(buildings.iter().copied().enumerate());
        for (square, list) in &squares.0 {
            for (n, &a) in list.iter().enumerate() {
                for &b in &list[n + 1..] {
                    let clash = overlap(buildings[a], buildings[b]);
                    assert!(
                        !clash,
                        "seed {seed}: two buildings at {:?} {square:?}",
                        middle(buildings[a])
                    );
                }
            }
        }
        for (line, tags) in &city.ways {
            let street = value(tags, "highway").is_some() || value(tags, "railway").is_some();
            let water = value(tags, "natural") == Some("water");
            if !street && !water {
                continue;
            }
            let mut near: Vec<usize> = Squares::new(std::iter::once((0, line.as_slice())))
                .0
                .keys()
                .flat_map(|key| squares.0.get(key).cloned().unwrap_or_default())
                .collect();
            near.sort_unstable();
            near.dedup();
            for b in near {
                let hit = line.windows(2).any(|s| {
                    buildings[b].windows(2).any(|t| crossing((s[0], s[1]), (t[0], t[1])).is_some())
                });
                let drowned = water && inside(line, buildings[b][0]);
                assert!(
                    !hit && !drowned,
                    "seed {seed}: {tags:?} through a building at {:?}",
                    middle(buildings[b])
                );
            }
        }
    }
}

#[test]
fn streets_meet_water_only_on_bridges_piers_and_ferries() {
    let city = city(60_000, 1);
    let canals: Vec<&[Pt]> = city
        .ways
        .iter()
        .filter(|(_, tags)| value(tags, "water") == Some("canal"))
        .map(|(line, _)| line.as_slice())
        .collect();
    assert!(canals.len() >= 2);
    let mut bridges = 0;
    for (line, tags) in &city.ways {
        let wet = canals.iter().any(|canal| {
            line.windows(2)
                .any(|s| canal.windows(2).any(|t| crossing((s[0], s[1]), (t[0], t[1])).is_some()))
        });
        if wet && value(tags, "highway").is_some() {
            let over = value(tags, "bridge").is_some() || value(tags, "tunnel").is_some();
            assert!(over, "{tags:?} runs through a canal");
            bridges += 1;
        }
    }
    assert!((4..60).contains(&bridges), "{bridges}");
}

/// The representative of a set, shortening the way to it.
fn root(parent: &mut [usize], mut n: usize) -> usize {
    while parent[n] != n {
        parent[n] = parent[parent[n]];
        n = parent[n];
    }
    n
}

#[test]
fn nearly_all_streets_hang_together() {
    for seed in [1, 5] {
        let city = city(60_000, seed);
        // Union of nodes by position: streets share nodes exactly where they meet.
        let mut number: BTreeMap<(i64, i64), usize> = BTreeMap::new();
        let mut parent: Vec<usize> = Vec::new();
        for (line, tags) in &city.ways {
            if value(tags, "highway").is_none() {
                continue;
            }
            let ids: Vec<usize> = line
                .iter()
                .map(|p| ((p.x * 100.0).round() as i64, (p.y * 100.0).round() as i64))
                .map(|key| {
                    let fresh = parent.len();
                    let id = *number.entry(key).or_insert(fresh);
                    if id == fresh {
                        parent.push(fresh);
                    }
                    id
                })
                .collect();
            for pair in ids.windows(2) {
                let (a, b) = (root(&mut parent, pair[0]), root(&mut parent, pair[1]));
                parent[a] = b;
            }
        }
        let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
        for n in 0..parent.len() {
            *sizes.entry(root(&mut parent, n)).or_default() += 1;
        }
        let largest = sizes.values().copied().max().unwrap();
        let share = largest as f64 / parent.len() as f64;
        assert!(share > 0.985, "seed {seed}: {share} of {} in {} parts", parent.len(), sizes.len());
        assert!(sizes.len() > 1, "seed {seed}: the islet must not hang together with the rest");
    }
}

#[test]
fn every_quarter_of_the_plan_is_there_and_houses_its_people() {
    for seed in 1..=12 {
        for people in [20_000, 60_000, 300_000] {
            let (plan, areas) = plan(people, seed);
            let sum: u64 = plan.cells.iter().map(|c| u64::from(c.people)).sum();
            assert_eq!(sum, people);
            for usage in [
                Use::OldTown,
                Use::Danwei,
                Use::Gated,
                Use::Towers,
                Use::Village,
                Use::Core,
                Use::Industry,
                Use::Lake,
                Use::Park,
                Use::Canal,
                Use::Rail,
                Use::Branch,
                Use::Belt,
            ] {
                assert!(
                    plan.cells.iter().any(|c| c.usage == usage),
                    "{people} {seed}: no {usage:?}"
                );
            }
            let (subdistricts, communities) = areas::counts(people);
            assert_eq!(areas.subdistricts.len(), subdistricts);
            assert_eq!(areas.communities.len(), communities);
            let held = |k: usize| {
                plan.cells.iter().any(|c| !c.outside && c.community as usize == k && c.people > 0)
            };
            assert!((0..communities).all(held), "{people} {seed}: an empty community");
        }
    }
}

#[test]
fn every_cell_with_people_has_roofs_for_them() {
    for seed in 1..=4 {
        let city = city(100_000, seed);
        for (index, sheet) in &city.sheets {
            let people: u32 = sheet.homes.iter().map(|h| h.people).sum();
            assert_eq!(people, city.plan.cells[*index].people, "seed {seed} cell {index}");
            let dwellings: u32 = sheet.homes.iter().map(|h| h.dwellings).sum();
            if people > 200 {
                let crowd = f64::from(people) / f64::from(dwellings);
                let usage = city.plan.cells[*index].usage;
                assert!(
                    (0.9..6.5).contains(&crowd),
                    "seed {seed} {usage:?}: {crowd} in a dwelling"
                );
            }
        }
    }
}

#[test]
fn some_communities_are_well_served_and_some_are_not() {
    let (plan, areas) = plan(60_000, 1);
    let mut canteens = vec![0; areas.communities.len()];
    for cell in plan.cells.iter().filter(|c| !c.outside) {
        canteens[cell.community as usize] += u32::from(cell.civic & Kind::Canteen.bit() != 0);
    }
    let without = canteens.iter().filter(|&&n| n == 0).count();
    assert!((4..=15).contains(&without), "{canteens:?}");
    for kind in
        [Kind::Kindergarten, Kind::PrimarySchool, Kind::Hospital, Kind::Market, Kind::HealthCentre]
    {
        assert!(plan.cells.iter().any(|c| c.civic & kind.bit() != 0), "{kind:?}");
    }
}

#[test]
fn numbers_of_areas_follow_the_reference_district() {
    assert_eq!(areas::counts(60_000), (3, 20));
    assert_eq!(areas::counts(1_120_000), (18, 178));
    let (plan, areas) = plan(1_120_000, 1);
    assert_eq!(
        (areas.districts.len(), areas.subdistricts.len(), areas.communities.len()),
        (1, 18, 178)
    );
    assert_eq!(plan.cells.iter().map(|c| u64::from(c.people)).sum::<u64>(), 1_120_000);
}

#[test]
fn a_whole_city_is_one_district_too() {
    let (_, areas) = plan(3_000_000, 1);
    assert_eq!((areas.districts.len(), areas.subdistricts.len()), (1, 48));
    assert!(areas::counts(crate::MAX_PEOPLE).0 <= 399, "codes of towns end at 399");
}

#[test]
fn every_civic_building_of_the_plan_stands_on_the_map() {
    let wanted = [
        (Kind::PrimarySchool, "isced:level", "1"),
        (Kind::JuniorSchool, "isced:level", "2"),
        (Kind::Hospital, "amenity", "hospital"),
        (Kind::Sports, "leisure", "sports_centre"),
        (Kind::Kindergarten, "amenity", "kindergarten"),
        (Kind::HealthCentre, "amenity", "clinic"),
        (Kind::Market, "amenity", "marketplace"),
        (Kind::Culture, "amenity", "community_centre"),
        (Kind::CareHome, "amenity", "social_facility"),
    ];
    let (mut planned, mut lost) = (0, Vec::new());
    for seed in 1..=4 {
        let city = city(150_000, seed);
        for (index, sheet) in &city.sheets {
            let cell = city.plan.cells[*index];
            for (kind, key, is) in wanted {
                if cell.civic & kind.bit() == 0 {
                    continue;
                }
                planned += 1;
                if !sheet.ways.iter().any(|w| value(&w.tags, key) == Some(is)) {
                    lost.push((seed, *index, cell.usage, kind));
                }
            }
        }
    }
    assert!(planned > 150, "{planned}");
    assert!(lost.is_empty(), "{} of {planned}: {lost:?}", lost.len());
}
