//! Studies of small random cities, held against slow recounts and against what must always hold.

use proptest::prelude::*;

use super::*;
use crate::circles::areas::{Area, Areas};
use crate::circles::compare::Comparison;
use crate::circles::costs::Costs;
use crate::circles::nearest::{NearestError, NearestOptions, homes_to_facilities};
use crate::circles::profile;
use crate::circles::twin;
use crate::city::{City, Meta, Scene};
use crate::facilities::{Category, Facilities};
use crate::homes::Homes;
use crate::network::StreetClass;
use crate::network::snap::{Doors, SnapIndex};
use crate::osm::Findings;
use crate::progress::Quiet;
use crate::units::Bounds;

const SIDE: i32 = 6;
/// About 96 m of longitude at 30 degrees north, 111 m of latitude.
const STEP: i32 = 10_000;
const WEST: i32 = 1_200_000_000;
const SOUTH: i32 = 300_000_000;

const STANDARD: &str = r#"
code = "test"
version = "1"
zh = "测试"
en = "Test"
source = "none"
[[tier]]
code = "small"
zh = "小"
en = "Small"
minutes = 3
basis = "none"
[[tier]]
code = "large"
zh = "大"
en = "Large"
minutes = 8
basis = "none"
[[item]]
code = "small.a"
zh = "甲"
en = "A"
tier = "small"
any_of = ["a"]
metres = 300
kind = "k"
basis = "none"
[[item]]
code = "large.b"
zh = "乙"
en = "B"
tier = "large"
any_of = ["b"]
kind = "k"
basis = "none"
[[ratio]]
code = "ratio"
zh = "比"
en = "Ratio"
any_of = ["a", "b"]
people_per = 100
basis = "none"
"#;

fn at(x: i32, y: i32) -> Coord {
    Coord { lon_e7: WEST + x, lat_e7: SOUTH + y }
}

/// Position, people, of which old; whether estimated.
type PlannedHome = ((i32, i32), u32, u32, bool);

/// What a random city is made of.
#[derive(Clone, Debug)]
struct Plan {
    /// Grid edges left out, by number.
    missing: Vec<bool>,
    homes: Vec<PlannedHome>,
    /// Position and categories (bits of a and b).
    facilities: Vec<((i32, i32), u128)>,
    /// How far beyond the streets the data goes on.
    margin: i32,
}

fn plan() -> impl Strategy<Value = Plan> {
    let extent = SIDE * STEP;
    let place = (0..extent, 0..extent);
    let home = (place.clone(), 0..400u32, any::<bool>())
        .prop_flat_map(|(p, people, e)| (Just(p), Just(people), 0..=people, Just(e)));
    let edges = (2 * SIDE * (SIDE - 1)) as usize;
    (
        prop::collection::vec(prop::bool::weighted(0.2), edges),
        prop::collection::vec(home, 1..25),
        prop::collection::vec((place, 1..4u128), 0..12),
        prop_oneof![Just(0), Just(2_000_000)],
    )
        .prop_map(|(missing, homes, facilities, margin)| Plan {
            missing,
            homes,
            facilities,
            margin,
        })
}

fn network(missing: &[bool]) -> crate::network::Network {
    let node = |x: i32, y: i32| (y * SIDE + x) as u32;
    let coords: Vec<Coord> =
        (0..SIDE * SIDE).map(|i| at(i % SIDE * STEP, i / SIDE * STEP)).collect();
    let mut edges = Vec::new();
    for y in 0..SIDE {
        for x in 0..SIDE {
            let mut edge = |to: u32| {
                let from = node(x, y);
                let length = coords[from as usize].metres_to(coords[to as usize]);
                edges.push((from, to, (length * 10.0) as u32, StreetClass::Residential as u32));
            };
            if x + 1 < SIDE {
                edge(node(x + 1, y));
            }
            if y + 1 < SIDE {
                edge(node(x, y + 1));
            }
        }
    }
    let kept: Vec<_> =
        edges.into_iter().zip(missing).filter(|(_, m)| !**m).map(|(e, _)| e).collect();
    twin::at(&coords, &vec![0; coords.len()], &kept)
}

fn city(plan: &Plan) -> City {
    let category = |code: &str| Category { code: code.into(), zh: code.into(), en: code.into() };
    let homes = plan.homes.len();
    let mut bounds = Bounds::EMPTY;
    bounds.add(at(-plan.margin, -plan.margin));
    bounds.add(at(SIDE * STEP + plan.margin, SIDE * STEP + plan.margin));
    let column = |f: fn(&PlannedHome) -> u32| plan.homes.iter().map(f).collect::<Vec<_>>();
    City {
        english: crate::english::English::default(),
        meta: Meta {
            source: "test.osm".into(),
            source_digest: "0".repeat(16),
            data_date: Some("2026-01-01".into()),
            attribution: "nobody".into(),
            built_by: "0".into(),
            rules_digest: "0".repeat(16),
            bounds,
        },
        network: network(&plan.missing),
        homes: Homes {
            id: Texts::pack((0..homes).map(|i| format!("home/{i}"))),
            name: Texts::pack((0..homes).map(|_| "")),
            coord: plan.homes.iter().map(|h| at(h.0.0, h.0.1)).collect::<Vec<_>>().into(),
            levels: vec![0; homes].into(),
            dwellings: vec![0; homes].into(),
            footprint_m2: vec![0; homes].into(),
            people: column(|h| h.1).into(),
            estimated: plan.homes.iter().map(|h| u8::from(h.3)).collect::<Vec<_>>().into(),
            bands: vec![AgeBand { code: "age_60_plus".into(), from: 60, to: None }],
            by_age: column(|h| h.2).into(),
            first_entrance: vec![0; homes + 1].into(),
            entrance: Vec::new().into(),
        },
        facilities: Facilities {
            categories: vec![category("a"), category("b")],
            id: Texts::pack((0..plan.facilities.len()).map(|i| format!("facility/{i}"))),
            name: Texts::pack(plan.facilities.iter().map(|_| "")),
            coord: plan.facilities.iter().map(|f| at(f.0.0, f.0.1)).collect::<Vec<_>>().into(),
            of: plan.facilities.iter().map(|f| f.1).collect::<Vec<_>>().into(),
            first_entrance: vec![0; plan.facilities.len() + 1].into(),
            entrance: Vec::new().into(),
        },
        scene: Scene::default(),
        findings: Findings::default(),
    }
}

/// Two communities side by side over most of the city, and a district over all of the west.
fn areas() -> Areas {
    let area = |code: &str, level: &str, w: i32, e: i32| Area {
        code: code.into(),
        name: code.into(),
        level: level.into(),
        parent: None,
        polygons: vec![vec![vec![at(w, -9), at(e, -9), at(e, 40_000), at(w, 40_000), at(w, -9)]]],
    };
    Areas::new(vec![
        area("1", "community", 0, 20_000),
        area("2", "community", 20_000, 50_000),
        area("9", "district", 0, 30_000),
    ])
    .unwrap()
}

fn ask() -> Ask {
    let profiles = profile::builtin();
    let of = |code| profiles.get(code).unwrap().clone();
    let mut ask = Ask::new(vec![of("adult"), of("wheelchair")], Standard::parse(STANDARD).unwrap());
    ask.minutes = vec![2, 4, 8];
    ask
}

fn study(plan: &Plan) -> Study {
    run(&city(plan), Some(&areas()), &ask(), &Quiet).unwrap()
}

/// Every (profile, service, band) of a study.
fn columns(study: &Study) -> Vec<(usize, usize, usize)> {
    let mut all = Vec::new();
    for p in 0..study.meta.profiles.len() {
        for s in 0..study.meta.services.len() {
            all.extend((0..study.meta.minutes.len()).map(|b| (p, s, b)));
        }
    }
    all
}

/// The slow recount: goes through all homes for one row and puts each where the nearest walk says.
fn recount(study: &Study, row: usize, p: usize, s: usize, b: usize) -> [Split; 4] {
    let mut splits = [Split::default(); 4];
    for home in 0..study.homes() {
        let levels = study.meta.levels.len();
        let of = |l: usize| study.home_row[l * study.homes() + home] as usize;
        if row != 0 && !(0..levels).any(|l| of(l) == row) {
            continue;
        }
        let band_ds = u32::from(study.meta.minutes[b]) * 600;
        let reaches = study.block(p, s).unwrap().nearest(home).any(|w| w.ds <= band_ds);
        let near_edge = study.edge_dm[home] <= reach_dm(&study.meta.profiles[p], band_ds);
        let people = u64::from(study.people[home]);
        let estimated = people * u64::from(study.estimated[home]);
        for (split, n) in
            splits.iter_mut().zip([1, people, estimated, u64::from(study.by_age[home])])
        {
            let part = if study.standing(p, home) == Standing::OffTheStreets {
                &mut split.unplaced
            } else if reaches {
                &mut split.covered
            } else if near_edge {
                &mut split.edge
            } else {
                &mut split.lacking
            };
            *part += n;
        }
    }
    splits
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn cells_are_what_a_slow_recount_finds(plan in plan()) {
        let study = study(&plan);
        for (p, s, b) in columns(&study) {
            for row in 0..study.meta.rows.len() {
                let cell = study.cover(row, p, s, b);
                let fast = [cell.homes(), cell.people(), cell.estimated(), cell.age(0)];
                prop_assert_eq!(fast, recount(&study, row, p, s, b));
            }
        }
    }

    #[test]
    fn the_parts_sum_to_the_whole(plan in plan()) {
        let study = study(&plan);
        let people: u64 = study.people.iter().map(|p| u64::from(*p)).sum();
        let mut cells: Vec<Box<dyn Fn(usize) -> Split + '_>> = Vec::new();
        for (p, s, b) in columns(&study) {
            let study = &study;
            cells.push(Box::new(move |row| study.cover(row, p, s, b).people()));
        }
        for p in 0..2 {
            for i in 0..2 {
                let study = &study;
                cells.push(Box::new(move |row| study.item(row, p, i).people()));
                cells.push(Box::new(move |row| study.tier(row, p, i).people()));
            }
        }
        for cell in cells {
            prop_assert_eq!(cell(0).all(), people);
            for level in &study.meta.levels {
                let rows = study.meta.rows.iter().enumerate().filter(|(_, r)| r.level == *level);
                let mut sum = Split::default();
                for (row, _) in rows {
                    let part = cell(row);
                    sum.covered += part.covered;
                    sum.lacking += part.lacking;
                    sum.edge += part.edge;
                    sum.unplaced += part.unplaced;
                }
                prop_assert_eq!(sum, cell(0));
            }
        }
    }

    #[test]
    fn more_minutes_never_cover_less_and_larger_tiers_never_more(plan in plan()) {
        let study = study(&plan);
        for (p, s, b) in columns(&study) {
            for row in 0..study.meta.rows.len() {
                if b > 0 {
                    let (less, more) = (study.cover(row, p, s, b - 1), study.cover(row, p, s, b));
                    prop_assert!(less.people().covered <= more.people().covered);
                    prop_assert!(less.homes().covered <= more.homes().covered);
                }
                // The larger tier wants all the smaller one wants, and more.
                let (small, large) = (study.tier(row, p, 0), study.tier(row, p, 1));
                prop_assert!(small.homes().covered >= large.homes().covered);
            }
        }
    }

    #[test]
    fn another_facility_never_lowers_coverage(plan in plan(), x in 0..60_000i32, y in 0..60_000i32) {
        let before = study(&plan);
        let mut more = plan.clone();
        more.facilities.push(((x, y), 1));
        let after = study(&more);
        for p in 0..2 {
            let (s, t) = (before.service("a").unwrap(), after.service("a").unwrap());
            for b in 0..3 {
                for row in 0..before.meta.rows.len() {
                    let (less, now) = (before.cover(row, p, s, b), after.cover(row, p, t, b));
                    prop_assert!(less.people().covered <= now.people().covered);
                }
            }
            for row in 0..before.meta.rows.len() {
                let (less, now) = (before.item(row, p, 0), after.item(row, p, 0));
                prop_assert!(less.people().covered <= now.people().covered);
            }
        }
    }

    #[test]
    fn a_change_is_taken_apart_without_remainder(a in plan(), b in plan()) {
        // Two different cities share the ids of their first homes: all kinds of change occur.
        let (before, after) = (study(&a), study(&b));
        let comparison = Comparison::new(&before, &after);
        let [both, left, arrived] = comparison.homes();
        prop_assert_eq!((both + left, both + arrived), (before.homes(), after.homes()));
        for profile in ["adult", "wheelchair"] {
            for minutes in [2, 8] {
                let Some([p, s, b]) = comparison.find(profile, "a", minutes) else { continue };
                let changes = comparison.change(p, s, b).unwrap();
                prop_assert_eq!(changes.len(), comparison.areas().count());
                for c in changes {
                    let change = (c.gained + c.arrived) as i64 - (c.lost + c.left) as i64 + c.grown;
                    prop_assert_eq!(c.after as i64 - c.before as i64, change);
                }
            }
        }
    }

    #[test]
    fn a_study_held_against_itself_has_not_changed(plan in plan()) {
        let study = study(&plan);
        prop_assert!(Comparison::new(&study, &study).changes().unwrap().is_empty());
    }

    #[test]
    fn a_file_is_the_study_in_memory_whatever_the_threads(plan in plan()) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.study");
        let made = make(&city(&plan), Some(&areas()), &ask(), &Quiet, &path).unwrap();
        prop_assert_eq!(&made.meta, &study(&plan).meta);
        let mut one = ask();
        one.threads = 1;
        let again = to_bytes(&city(&plan), Some(&areas()), &one, &Quiet).unwrap();
        prop_assert_eq!(again, std::fs::read(&path).unwrap());
    }

    #[test]
    fn blocks_are_what_the_search_finds(plan in plan()) {
        let (city, study) = (city(&plan), study(&plan));
        let index = SnapIndex::new(&city.network, &SnapOptions::default());
        for (p, profile) in study.meta.profiles.iter().enumerate() {
            let costs = Costs::new(&city.network, profile, None);
            let usable = |e: u32| costs.walkable(e);
            let homes = Doors::of_homes(&index, &city.homes).on_usable(&index, &usable);
            let doors = Doors::of_facilities(&index, &city.facilities).on_usable(&index, &usable);
            let bands_ds = study.meta.minutes.iter().map(|m| u32::from(*m) * 600).collect();
            let max_ds = study.meta.horizon_ds[p];
            let options = NearestOptions { k: 3, bands_ds, max_ds, threads: 1 };
            let exact = homes_to_facilities(
                &city.network, &costs, &homes, &city.facilities, &doors, &options, &Quiet,
            ).unwrap();
            for (c, category) in city.facilities.categories.iter().enumerate() {
                let Some(s) = study.service(&category.code) else { continue };
                let block = study.block(p, s).unwrap();
                for home in 0..study.homes() {
                    let walks: Vec<Walk> = exact.nearest(c, home)
                        .map(|n| Walk { facility: n.facility, ds: n.ds, m: (n.dm + 5) / 10 })
                        .collect();
                    prop_assert_eq!(block.nearest(home).collect::<Vec<_>>(), walks);
                    for band in 0..3 {
                        prop_assert_eq!(block.within(band, home), exact.within(c, band, home));
                    }
                }
            }
        }
    }
}

#[test]
fn a_study_that_is_stopped_leaves_nothing_behind() {
    struct Stop(std::sync::atomic::AtomicU32);
    impl crate::progress::Progress for Stop {
        fn stage(&self, _: &str, _: u64, _: u64) {}
        fn cancelled(&self) -> bool {
            self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed) >= 3
        }
    }
    let missing = vec![false; (2 * SIDE * (SIDE - 1)) as usize];
    let homes = vec![((1, 1), 9, 1, false)];
    let plan = Plan { missing, homes, facilities: vec![((1, 1), 3)], margin: 0 };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.study");
    let stopped = make(&city(&plan), None, &ask(), &Stop(0.into()), &path).unwrap_err();
    assert!(matches!(stopped, StudyError::Nearest(NearestError::Cancelled)), "{stopped}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

fn one_home(facilities: Vec<((i32, i32), u128)>, margin: i32) -> Study {
    let missing = vec![false; (2 * SIDE * (SIDE - 1)) as usize];
    study(&Plan { missing, homes: vec![((25_000, 25_000), 100, 40, false)], facilities, margin })
}

#[test]
fn a_larger_tiers_facility_does_not_replace_the_smaller_tiers() {
    // Beside the home stands a facility that is both: it is of the larger tier, so it does not count.
    let study = one_home(vec![((25_000, 25_000), 3)], 2_000_000);
    assert_eq!(study.item_part(0, 0, 0), Part::Lacking);
    assert_eq!(study.item_part(0, 1, 0), Part::Covered);
    assert_eq!(
        study.part(0, study.block(0, study.service("a").unwrap()).unwrap(), 0, 0),
        Part::Covered
    );
    let plain = one_home(vec![((25_000, 25_000), 1)], 2_000_000);
    assert_eq!(plain.item_part(0, 0, 0), Part::Covered);
    assert!(!plain.meta.items[1].in_data, "no b anywhere");
    assert_eq!(plain.tier(0, 0, 1).people().lacking, 100);
}

#[test]
fn categories_no_standard_names_are_measured_by_the_widest_band() {
    let missing = vec![false; (2 * SIDE * (SIDE - 1)) as usize];
    let homes = vec![((1, 1), 9, 1, false)];
    let plan = Plan { missing, homes, facilities: vec![((1, 1), 1)], margin: 0 };
    let mut city = city(&plan);
    city.facilities.categories.push(Category { code: "c".into(), zh: "c".into(), en: "c".into() });
    let mut ask = ask();
    ask.categories = Some(vec!["c".into()]);
    let study = run(&city, None, &ask, &Quiet).unwrap();
    assert_eq!((study.meta.standard.items.len(), study.meta.standard.tiers[0].minutes), (1, 8));
    assert_eq!(study.meta.items_left_out, ["small.a", "large.b"]);
    assert!(!study.meta.items[0].in_data);
}

#[test]
fn near_the_edge_nothing_is_said_to_be_lacking() {
    let study = one_home(Vec::new(), 0);
    // 250 m from the edge: within 8 minutes of it, not within 2.
    let service = study.service("a").unwrap();
    assert_eq!(study.part(0, study.block(0, service).unwrap(), 0, 0), Part::Lacking);
    assert_eq!(study.part(0, study.block(0, service).unwrap(), 2, 0), Part::Edge);
    assert_eq!(study.meta.near_edge[0], [0, 0]);
    assert_eq!(study.meta.near_edge[2], [1, 100]);
    let cell = study.cover(0, 0, service, 2).people();
    assert_eq!((cell.share_ppm(), cell.at_most_ppm()), (Some(0), Some(1_000_000)));
}

#[test]
fn rules_by_number_count_facilities_in_areas() {
    let study = one_home(vec![((10_000, 10_000), 1), ((40_000, 10_000), 2)], 0);
    let answer = |code: &str| {
        let row = study.meta.rows.iter().position(|r| r.code == code).unwrap() as u32;
        let answer = study.meta.ratios.iter().find(|a| a.row == row).unwrap();
        (answer.people, answer.needed, answer.found)
    };
    assert_eq!(answer(""), (100, 1, 2));
    assert_eq!(answer("1"), (0, 0, 1));
    assert_eq!(answer("2"), (100, 1, 1));
}

#[test]
fn questions_that_make_no_sense_are_refused_with_a_remedy() {
    let missing = vec![false; (2 * SIDE * (SIDE - 1)) as usize];
    let plan = Plan { missing, homes: vec![((1, 1), 1, 1, false)], facilities: vec![], margin: 0 };
    let refused = |change: &dyn Fn(&mut Ask, &mut City)| {
        let (mut ask, mut city) = (ask(), city(&plan));
        change(&mut ask, &mut city);
        run(&city, None, &ask, &Quiet).unwrap_err().to_string()
    };
    assert!(refused(&|a, _| a.minutes = vec![10, 5]).contains("rising"));
    assert!(refused(&|a, _| a.minutes = vec![]).contains("5,10,15"));
    assert!(refused(&|a, _| a.profiles.clear()).contains("1 to 16"));
    assert!(refused(&|a, _| a.k = 0).contains("k is 0"));
    assert!(refused(&|_, c| c.homes = Homes::default()).contains("--homes"));
    assert!(refused(&|a, _| a.categories = Some(vec!["dog".into()])).contains("known are a, b"));
}

#[test]
fn a_damaged_study_is_refused() {
    let missing = vec![false; (2 * SIDE * (SIDE - 1)) as usize];
    let homes = vec![((25_000, 25_000), 100, 40, false)];
    let plan = Plan { missing, homes, facilities: vec![((10_000, 10_000), 1)], margin: 0 };
    let bytes = to_bytes(&city(&plan), Some(&areas()), &ask(), &Quiet).unwrap();
    let read = |bytes: &[u8]| -> Result<(), FileError> {
        let study = open_bytes(bytes)?;
        (0..study.meta.profiles.len()).try_for_each(|p| study.blocks(p).map(drop))
    };
    read(&bytes).unwrap();
    for at in (0..bytes.len()).step_by(97) {
        let mut bad = bytes.clone();
        bad[at] ^= 0x40;
        assert!(read(&bad).is_err(), "byte {at}");
    }
    let cut = read(&bytes[..bytes.len() - 1]).unwrap_err().to_string();
    assert!(cut.contains("yike circle"), "{cut}");
}
