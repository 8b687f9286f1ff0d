//! Places: the real district in, versions, search, boundaries.

use std::path::PathBuf;

use serde_json::Value;
use yike_model::imports::{Import, ImportDeed, ImportKind};
use yike_model::places::{Boundary, Change, Missing, PlaceCode, PlaceKind, PlaceRow, Plan, Point};
use yike_model::spine::By;
use yike_model::text::PlaceName;
use yike_model::{ImportId, Timestamp};
use yike_store::testing::TestDb;
use yike_store::{BoundaryRow, Page, Store, StoreError, Tx};

use crate::world::{at, checked_import, district, nth};

fn shared(file: &str) -> String {
    let root = std::env::var_os("YIKE_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let path = root.join("data").join(file);
    std::fs::read_to_string(&path)
        .unwrap_or_else(|why| panic!("{} is needed ({why}): set YIKE_SHARED", path.display()))
}

/// The rows of the real district: `code,name,level,parent_code`.
pub fn divisions() -> Vec<PlaceRow> {
    let text = shared("gongshu-admin/divisions.csv");
    let row = |(number, line): (u64, &str)| {
        let cells: Vec<&str> = line.split(',').collect();
        PlaceRow {
            row: number,
            kind: cells[2].parse().unwrap(),
            code: Some(cells[0].parse().unwrap()),
            name: PlaceName::parse(cells[1]).unwrap(),
            aliases: Vec::new(),
            // The parent of the district is a city, which is not in the tree.
            parent: cells[3].parse().ok(),
            point: None,
        }
    };
    (2..).zip(text.lines().skip(1)).map(row).collect()
}

fn boundary_rows() -> Vec<BoundaryRow> {
    let file: Value = serde_json::from_str(&shared("gongshu-admin/subdistricts.geojson")).unwrap();
    let row = |(number, feature): (u64, &Value)| BoundaryRow {
        row: number,
        code: feature["properties"]["code"].as_str().unwrap().parse().unwrap(),
        boundary: Boundary::from_geojson(&feature["geometry"].to_string()).unwrap(),
    };
    (1..).zip(file["features"].as_array().unwrap()).map(row).collect()
}

fn row(number: u64, kind: PlaceKind, name: &str, parent: &str) -> PlaceRow {
    PlaceRow {
        row: number,
        kind,
        code: None,
        name: PlaceName::parse(name).unwrap(),
        aliases: Vec::new(),
        parent: Some(parent.parse().unwrap()),
        point: None,
    }
}

/// Imports rows as the app would: plan and apply in one deed, with the digest in the ledger.
pub async fn import(
    store: &Store,
    n: u16,
    rows: Vec<PlaceRow>,
    missing: Missing,
    from: Timestamp,
) -> Result<Plan, StoreError> {
    let id: ImportId = nth(n);
    store
        .write(async move |tx: &mut Tx| {
            checked_import(tx, &district(), id, ImportKind::Places, from).await?;
            let plan = tx.plan_places(&district(), rows.clone(), missing, from).await?.unwrap();
            let digest = tx.apply_places(&district(), &plan).await?;
            tx.act::<Import>(&district(), id, ImportDeed::Apply { digest }, By::SYSTEM, from)
                .await?;
            Ok(plan)
        })
        .await
}

async fn names(db: &TestDb, typed: &str) -> Vec<String> {
    let hits = db.store.read().await.unwrap().search_places(&district(), typed, 5).await.unwrap();
    hits.iter().map(|hit| hit.place.name.to_string()).collect()
}

async fn by_code(db: &TestDb, code: &str) -> yike_model::places::Place {
    let code: PlaceCode = code.parse().unwrap();
    db.store.read().await.unwrap().place_by_code(&district(), &code).await.unwrap().unwrap()
}

yike_store::on_both! {
    /// 1 district, 18 subdistricts, 178 communities, with their official codes.
    async fn the_real_district(db) {
        let plan = import(&db.store, 1, divisions(), Missing::Close, at(0)).await.unwrap();
        assert_eq!(plan.counts[&PlaceKind::Community].added, 178);
        let mut reader = db.store.read().await.unwrap();
        let counts = reader.count_places(&district()).await.unwrap();
        let counts: Vec<_> = counts.iter().map(|count| (count.kind.code(), count.count)).collect();
        assert_eq!(counts, [("district", 1), ("subdistrict", 18), ("community", 178)]);
        let community = reader.place_by_code(&district(), &"330105001051".parse().unwrap()).await.unwrap().unwrap();
        let path = reader.path(&district(), community.id).await.unwrap();
        assert_eq!(path.iter().map(|place| place.name.as_str()).collect::<Vec<_>>(), ["拱墅区", "米市巷街道", "夹城巷社区"]);
        let below = reader.places_below(&district(), path[1].id, &Page::first(500)).await.unwrap();
        assert_eq!(below.len(), 7);
        let page = Page { after: Some(below[4].code.to_string()), limit: 10 };
        assert_eq!(reader.places_below(&district(), path[1].id, &page).await.unwrap(), below[5..]);
        let kinds = reader.places_of_kind(&district(), PlaceKind::Subdistrict, &Page::first(500)).await.unwrap();
        assert_eq!(kinds.len(), 18);
        assert_eq!(reader.districts().await.unwrap(), path[..1]);
        assert_eq!(reader.place(&district(), community.id).await.unwrap(), Some(community));
        assert_eq!(reader.all_places(&district()).await.unwrap().len(), 197);
        assert!(db.store.verify().await.unwrap().holds());
    }

    /// The same file again changes nothing; nor does its dry run.
    async fn importing_again_changes_nothing(db) {
        import(&db.store, 1, divisions(), Missing::Close, at(0)).await.unwrap();
        let digest = db.store.read().await.unwrap().places_digest(&district()).await.unwrap();
        let plan = db.store.read().await.unwrap().plan_places(&district(), divisions(), Missing::Close, at(9)).await.unwrap().unwrap();
        assert_eq!(plan.changes, []);
        import(&db.store, 2, divisions(), Missing::Close, at(9)).await.unwrap();
        assert_eq!(db.store.read().await.unwrap().places_digest(&district()).await.unwrap(), digest);
    }

    /// A rename makes a version; the old name still finds the place, and the past can be read.
    async fn versions_and_old_names(db) {
        import(&db.store, 1, divisions(), Missing::Close, at(0)).await.unwrap();
        let mut renamed = divisions();
        let spot = renamed.iter().position(|row| row.name.as_str() == "夹城巷社区").unwrap();
        renamed[spot].name = PlaceName::parse("武林新社区").unwrap();
        let closed = renamed.remove(renamed.len() - 1);
        let plan = import(&db.store, 2, renamed, Missing::Close, at(100)).await.unwrap();
        assert!(matches!(plan.changes.as_slice(), [Change::Revise(_), Change::Close(_)]), "{:?}", plan.changes);
        let place = by_code(db, "330105001051").await;
        assert_eq!((place.version, place.name.as_str()), (2, "武林新社区"));
        assert_eq!(names(db, "夹城巷社区").await, ["武林新社区"]);
        let mut reader = db.store.read().await.unwrap();
        let versions = reader.place_versions(&district(), place.id).await.unwrap();
        let times: Vec<_> = versions.iter().map(|v| (v.version, v.valid_from, v.valid_to)).collect();
        assert_eq!(times, [(2, at(100), None), (1, at(0), Some(at(100)))]);
        assert_eq!(reader.place_by_code(&district(), closed.code.as_ref().unwrap()).await.unwrap(), None);
        assert!(names(db, closed.name.as_str()).await.iter().all(|name| *name != closed.name.as_str()));
        assert!(db.store.verify().await.unwrap().holds());
    }

    /// By any part, pinyin, initials; close to it; with the door.
    async fn search(db) {
        let mut rows = divisions();
        rows.push(row(900, PlaceKind::Estate, "夹城巷小区", "330105001051"));
        rows.push(row(901, PlaceKind::Building, "1-12幢", "330105001051-E001"));
        rows.push(row(902, PlaceKind::Entrance, "1-3单元", "330105001051-B0003"));
        rows.push(row(903, PlaceKind::Building, "保亭大楼", "330105001051"));
        import(&db.store, 1, rows, Missing::Close, at(0)).await.unwrap();
        assert_eq!(names(db, "夹城巷").await, ["夹城巷社区", "夹城巷小区"]);
        assert_eq!(names(db, "城巷社").await, ["夹城巷社区"]);
        assert_eq!(names(db, "jiachengxiang").await, ["夹城巷社区", "夹城巷小区"]);
        assert_eq!(names(db, "jcxxq").await, ["夹城巷小区"]);
        assert_eq!(names(db, "baoting").await, ["保亭大楼"]);
        assert_eq!(names(db, "夹城弄小区").await, ["夹城巷小区"], "a slip");
        assert_eq!(names(db, "夹城巷小区3栋2单元").await[0], "2单元");
        assert_eq!(names(db, "夹城巷小区 12号楼").await[0], "12幢");
        assert_eq!(names(db, "夹城巷小区99幢").await, ["夹城巷小区"], "no such door");
        for nothing in ["", "  ", "西湖", "%", "_", "'; drop table places; --"] {
            assert_eq!(names(db, nothing).await, Vec::<String>::new(), "{nothing}");
        }
        assert_eq!(names(db, "社区").await.len(), 5, "a limit");
        let mut reader = db.store.read().await.unwrap();
        let hits = reader.search_places(&district(), "夹城巷3幢2单元", 5).await.unwrap();
        let path: Vec<_> = hits[0].path.iter().map(|place| place.name.as_str()).collect();
        assert_eq!(path, ["拱墅区", "米市巷街道", "夹城巷社区", "夹城巷小区", "3幢"]);
        let other = "330106".parse().unwrap();
        assert_eq!(reader.search_places(&other, "夹城巷", 5).await.unwrap(), []);
    }

    /// Boundaries of the 18 subdistricts: every point lies in one, and its district is found.
    async fn boundaries(db) {
        import(&db.store, 1, divisions(), Missing::Close, at(0)).await.unwrap();
        let rows = boundary_rows();
        assert_eq!(rows.len(), 18);
        let id: ImportId = nth(2);
        let given = rows.clone();
        db.store.write(async move |tx: &mut Tx| {
            checked_import(tx, &district(), id, ImportKind::Boundaries, at(1)).await?;
            assert_eq!(tx.check_boundaries(&district(), &given).await?, []);
            let digest = tx.apply_boundaries(&district(), &given, at(1)).await?;
            assert_eq!(tx.apply_boundaries(&district(), &given, at(2)).await?, digest, "the same again");
            tx.act::<Import>(&district(), id, ImportDeed::Apply { digest }, By::SYSTEM, at(1)).await
        }).await.unwrap();
        let mut reader = db.store.read().await.unwrap();
        let stored = reader.boundaries(&district(), PlaceKind::Subdistrict).await.unwrap();
        assert_eq!(stored.len(), 18);
        let place = by_code(db, "330105001").await;
        assert_eq!(reader.boundary(&district(), place.id).await.unwrap().as_ref(), Some(&rows[0].boundary));
        let inside = Point::from_degrees(120.1515, 30.2850).unwrap();
        let places = reader.places_at(&district(), inside).await.unwrap();
        assert_eq!(places.iter().map(|place| place.name.as_str()).collect::<Vec<_>>(), ["米市巷街道"]);
        assert_eq!(reader.places_at(&district(), Point::from_degrees(0.0, 0.0).unwrap()).await.unwrap(), []);
        assert!(db.store.verify().await.unwrap().holds());
    }

    /// A boundary for a place that is not there, or twice, is a row error.
    async fn wrong_boundaries(db) {
        import(&db.store, 1, divisions(), Missing::Close, at(0)).await.unwrap();
        let mut rows = boundary_rows();
        rows.truncate(3);
        rows[1].code = rows[0].code.clone();
        rows[2].code = "330105099".parse().unwrap();
        let errors = db.store.read().await.unwrap().check_boundaries(&district(), &rows).await.unwrap();
        let messages: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
        assert_eq!(messages, [
            "330105001 is already in row 1",
            "there is no place with the code 330105099: import places first",
        ]);
        let refused = db.store.write(async move |tx: &mut Tx| tx.apply_boundaries(&district(), &rows, at(1)).await).await;
        assert_eq!(crate::world::refusal(refused).code(), "missing");
    }

    /// Ten thousand buildings come in at once, whole.
    async fn many_places(db) {
        let mut rows = divisions();
        for n in 0..25_u64 {
            let estate = format!("330105001051-E{:03}", n + 1);
            rows.push(row(1_000 + n, PlaceKind::Estate, &format!("第{n}苑"), "330105001051"));
            rows.push(row(2_000 + n, PlaceKind::Building, "1-400幢", &estate));
        }
        let plan = import(&db.store, 1, rows, Missing::Close, at(0)).await.unwrap();
        assert_eq!(plan.counts[&PlaceKind::Building].added, 10_000);
        assert!(db.store.verify().await.unwrap().holds());
    }
}
