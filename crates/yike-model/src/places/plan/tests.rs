//! A small district and what files do to it.

use proptest::prelude::*;

use super::*;
use crate::places::Point;

fn district() -> DistrictId {
    "330105".parse().unwrap()
}

fn day(n: i64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000 + n * 86_400_000).unwrap()
}

/// A row written as `kind code name parent`, `-` for what is left out.
fn row(number: u64, text: &str) -> PlaceRow {
    let parts: Vec<&str> = text.split(' ').collect();
    let code = |text: &str| (text != "-").then(|| text.parse().unwrap());
    PlaceRow {
        row: number,
        kind: parts[0].parse().unwrap(),
        code: code(parts[1]),
        name: PlaceName::parse(parts[2]).unwrap(),
        aliases: Vec::new(),
        parent: code(parts[3]),
        point: None,
    }
}

fn rows(lines: &[&str]) -> Vec<PlaceRow> {
    (2..).zip(lines).map(|(number, line)| row(number, line)).collect()
}

const TREE: [&str; 6] = [
    "district 330105 拱墅区 -",
    "subdistrict 330105001 米市巷街道 330105",
    "community 330105001051 夹城巷社区 330105001",
    "estate - 夹城巷小区 330105001051",
    "building - 1-3栋 330105001051-E001",
    "entrance - 1、2单元 330105001051-B0002",
];

/// The tree after a plan, with all codes it has used.
struct World {
    places: Vec<Place>,
    used: BTreeSet<PlaceCode>,
}

impl World {
    fn empty() -> Self {
        Self { places: Vec::new(), used: BTreeSet::new() }
    }

    fn plan(
        &self,
        rows: Vec<PlaceRow>,
        missing: Missing,
        from: Timestamp,
    ) -> Result<Plan, Vec<RowError>> {
        plan(&district(), &self.places, &self.used, rows, missing, from)
    }

    /// Does what the store does with a plan.
    fn apply(&mut self, plan: &Plan) {
        for change in &plan.changes {
            let (Change::Add(place) | Change::Revise(place) | Change::Close(place)) = change;
            self.places.retain(|other| other.id != place.id);
            self.used.insert(place.code.clone());
            if place.valid_to.is_none() {
                self.places.push(place.clone());
            }
        }
        self.places.sort_by(|a, b| a.code.cmp(&b.code));
    }

    fn with(lines: &[&str]) -> Self {
        let mut world = Self::empty();
        let plan = world.plan(rows(lines), Missing::Keep, day(0)).unwrap();
        world.apply(&plan);
        world
    }

    fn named(&self, name: &str) -> &Place {
        self.places.iter().find(|place| place.name.as_str() == name).unwrap()
    }

    fn errors(&self, lines: &[&str], missing: Missing) -> Vec<String> {
        let errors = self.plan(rows(lines), missing, day(1)).unwrap_err();
        let show = |e: &RowError| {
            format!("{} {}: {}", e.row, e.column.as_deref().unwrap_or("-"), e.message)
        };
        errors.iter().map(show).collect()
    }
}

#[test]
fn a_whole_tree_with_codes_of_ours() {
    let world = World::with(&TREE);
    assert_eq!(world.places.len(), 9);
    assert_eq!(world.named("夹城巷小区").code.as_str(), "330105001051-E001");
    assert_eq!(world.named("3幢").code.as_str(), "330105001051-B0003");
    let door = world.named("2单元");
    assert_eq!(door.code.as_str(), "330105001051-B0002-02");
    assert_eq!(door.parent, Some(world.named("2幢").id));
}

#[test]
fn the_same_file_again_changes_nothing() {
    let world = World::with(&TREE);
    let again = world.plan(rows(&TREE), Missing::Close, day(9)).unwrap();
    assert!(again.changes.is_empty(), "{again:?}");
    assert_eq!(again.counts[&PlaceKind::Building], Counts { unchanged: 3, ..Counts::default() });
}

#[test]
fn the_order_of_the_file_does_not_matter() {
    let mut reversed: Vec<_> = rows(&TREE[..4]);
    reversed.reverse();
    let plan = World::empty().plan(reversed, Missing::Keep, day(0)).unwrap();
    let kinds: Vec<_> = plan
        .changes
        .iter()
        .map(|change| {
            let (Change::Add(p) | Change::Revise(p) | Change::Close(p)) = change;
            p.kind
        })
        .collect();
    assert!(kinds.is_sorted(), "parents first: {kinds:?}");
}

#[test]
fn a_new_name_makes_a_version_and_keeps_the_old_one() {
    let mut world = World::with(&TREE);
    let renamed = ["community 330105001051 新夹城巷社区 330105001"];
    let plan = world.plan(rows(&renamed), Missing::Keep, day(5)).unwrap();
    let [Change::Revise(place)] = plan.changes.as_slice() else { panic!("{plan:?}") };
    assert_eq!((place.version, place.valid_from), (2, day(5)));
    assert_eq!(place.aliases[0].as_str(), "夹城巷社区");
    world.apply(&plan);
    // And back: the name is no alias of itself.
    let back = world.plan(rows(&TREE[2..3]), Missing::Keep, day(6)).unwrap();
    let [Change::Revise(place)] = back.changes.as_slice() else { panic!("{back:?}") };
    assert_eq!(place.aliases.iter().map(PlaceName::as_str).collect::<Vec<_>>(), ["新夹城巷社区"]);
}

#[test]
fn what_is_missing_stays_or_ceases_as_asked() {
    let mut world = World::with(&TREE);
    let part = &TREE[..3];
    assert!(world.plan(rows(part), Missing::Keep, day(1)).unwrap().changes.is_empty());
    let close = world.plan(rows(part), Missing::Close, day(1)).unwrap();
    assert_eq!(close.changes.len(), 6);
    assert!(
        close.changes.iter().all(|c| matches!(c, Change::Close(p) if p.valid_to == Some(day(1))))
    );
    world.apply(&close);
    // The next estate there gets a code that was never given before.
    let next = world.plan(rows(&["estate - 新小区 330105001051"]), Missing::Keep, day(2)).unwrap();
    let [Change::Add(estate)] = next.changes.as_slice() else { panic!("{next:?}") };
    assert_eq!(estate.code.as_str(), "330105001051-E002");
    let reused = ["estate 330105001051-E001 新小区 330105001051"];
    assert_eq!(
        world.errors(&reused, Missing::Keep),
        [
            "2 code: 330105001051-E001 belonged to a place that has ceased; codes are never given again"
        ]
    );
}

#[test]
fn row_errors_say_what_and_where() {
    let world = World::with(&TREE);
    let bad = [
        "community 330105001051 夹城巷社区 330105001",
        "community 330105001051 又一社区 330105001",
        "community 330105002051 别处社区 330105001",
        "community - 无码社区 330105001",
        "community 330105001099 孤儿社区 330105099",
        "building - 7幢 330105001",
        "estate 330105001051-B0001 变种 330105001051",
        "building - 3号 330105001051-E001",
        "building X1 5-6幢 330105001051-E001",
        "district 330106 西湖区 -",
        "entrance - ··· 330105001051-B0001",
    ];
    assert_eq!(
        world.errors(&bad, Missing::Keep),
        [
            "3 code: 330105001051 is already in an earlier row",
            "4 code: 330105002051 does not begin with the code of its subdistrict, 330105001",
            "5 code: a community needs its official code",
            "6 parent: there is no place with the code 330105099",
            "7 parent: 330105001 is a subdistrict; a building stands below a estate or grid or community",
            "8 kind: 330105001051-B0001 is a building",
            "9 name: \"3号\" is a street number, not a building: write 幢 for buildings",
            "10 code: a range of several cannot have one code: leave the code out",
            "11 code: 330106 is not this district: its code is 330105",
            "12 name: has neither letters nor digits",
        ]
    );
}

#[test]
fn names_beside_each_other_differ() {
    let world = World::with(&TREE);
    let twice =
        ["community 330105001052 米市社区 330105001", "community 330105001053 米市 社区 330105001"];
    let twice: Vec<String> =
        twice.iter().map(|line| line.replace("米市 社区", "米市社区")).collect();
    let twice: Vec<&str> = twice.iter().map(String::as_str).collect();
    let errors = world.errors(&twice, Missing::Keep);
    assert!(errors[0].contains("has the same name"), "{errors:?}");
    let known = ["community 330105001052 夹城巷社区 330105001"];
    assert_eq!(
        world.errors(&known, Missing::Keep),
        ["2 name: 330105001051 beside it has the same name"]
    );
    // Two that swap their names are two places still.
    let mut world =
        World::with(&[TREE[0], TREE[1], TREE[2], "community 330105001052 米市社区 330105001"]);
    let swap = [
        "community 330105001051 米市社区 330105001",
        "community 330105001052 夹城巷社区 330105001",
    ];
    let plan = world.plan(rows(&swap), Missing::Keep, day(1)).unwrap();
    assert_eq!(plan.changes.len(), 2);
    world.apply(&plan);
    assert_eq!(world.named("米市社区").code.as_str(), "330105001051");
}

#[test]
fn below_a_row_with_an_error_nothing_is_blamed() {
    let lines = ["district 330105 拱墅区 -", "subdistrict 33010500 坏 330105"];
    let bad_code: PlaceCode = "330106001".parse().unwrap();
    let mut rows = rows(&lines[..1]);
    rows.push(PlaceRow { code: Some(bad_code.clone()), ..row(3, "subdistrict - 坏 330105") });
    rows.push(PlaceRow { parent: Some(bad_code), ..row(4, "community 330106001051 子 -") });
    let errors = World::empty().plan(rows, Missing::Keep, day(0)).unwrap_err();
    assert_eq!(errors.iter().map(|e| e.row).collect::<Vec<_>>(), [3]);
}

#[test]
fn a_file_without_the_district_is_refused() {
    assert_eq!(
        World::empty().errors(&[], Missing::Keep),
        ["0 -: the district itself (330105) is missing from the file"]
    );
}

#[test]
fn a_file_older_than_what_is_known_is_refused() {
    let world = World::with(&TREE);
    let renamed = rows(&["community 330105001051 旧社区 330105001"]);
    let errors = world.plan(renamed, Missing::Keep, day(-1)).unwrap_err();
    assert_eq!(errors[0].column.as_deref(), Some("valid_from"));
}

proptest! {
    /// Whatever a sequence of files does: parents exist and fit, siblings' names differ, codes never
    /// change hands, versions count up, and a file applied twice changes nothing the second time.
    #[test]
    fn trees_stay_trees(files in proptest::collection::vec(proptest::collection::vec((0_u8..6, 0_u8..6, 0_u8..4), 0..20), 1..6)) {
        let mut world = World::with(&TREE[..3]);
        let mut owner: HashMap<PlaceCode, PlaceId> = HashMap::new();
        for (n, file) in files.into_iter().enumerate() {
            let mut lines = rows(&TREE[..3]);
            for (i, (kind, name, parent)) in file.into_iter().enumerate() {
                lines.push(random_row(i as u64 + 5, kind, name, parent));
            }
            let missing = if n % 2 == 0 { Missing::Keep } else { Missing::Close };
            let Ok(plan) = world.plan(lines.clone(), missing, day(n as i64)) else { continue };
            let before = world.places.clone();
            world.apply(&plan);
            check_tree(&world, &mut owner, &before)?;
            let again = world.plan(lines, missing, day(n as i64 + 1)).unwrap();
            prop_assert!(again.changes.is_empty(), "{:?}", again.changes);
        }
    }
}

fn random_row(number: u64, kind: u8, name: u8, parent: u8) -> PlaceRow {
    let names = ["甲", "乙", "丙", "1幢", "1-3幢", "2单元"];
    let parents = ["330105001051", "330105001051-G01", "330105001051-E001", "330105001051-B0001"];
    let kinds = ["grid", "estate", "building", "entrance", "estate", "building"];
    let (kind, name, parent) =
        (kinds[usize::from(kind)], names[usize::from(name)], parents[usize::from(parent)]);
    let mut row = row(number, &format!("{kind} - {name} {parent}"));
    row.point = number.is_multiple_of(3).then_some(Point { lon_e7: number as i32, lat_e7: 1 });
    row
}

fn check_tree(
    world: &World,
    owner: &mut HashMap<PlaceCode, PlaceId>,
    before: &[Place],
) -> Result<(), TestCaseError> {
    let mut names = HashSet::new();
    for place in &world.places {
        let above = world.places.iter().find(|other| Some(other.id) == place.parent);
        let fits = above.map_or(place.kind == PlaceKind::District, |above| {
            place.kind.parents().contains(&above.kind)
        });
        prop_assert!(fits, "{place:?}");
        prop_assert!(
            names.insert((place.parent, place.kind, normalise(place.name.as_str()))),
            "{place:?}"
        );
        prop_assert_eq!(*owner.entry(place.code.clone()).or_insert(place.id), place.id);
        if let Some(old) = before.iter().find(|old| old.id == place.id) {
            prop_assert!(place == old || place.version == old.version + 1);
        }
    }
    Ok(())
}
