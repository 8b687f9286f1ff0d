//! Nearby: the answer of the app is that of the town's arithmetic.

use std::time::Instant;

use yike_app::nearby::{From, NearbyAsk};
use yike_model::imports::ImportKind;
use yike_streets::units::Coord;

use crate::support::{SYSTEM, World, town_file};

yike_store::on_both! {
    /// 192 metres round the corner, 160 seconds for an adult: fixtures/towns/facility-in-the-courtyard.
    async fn the_way_goes_to_the_door(db) {
        let world = World::new(db).await;
        world.town("facility-in-the-courtyard").await;
        let at = Coord::from_degrees(119.999_937_7, 30.000_539_6);
        let near = world.app.nearby(SYSTEM, NearbyAsk::new(From::Point(at))).await.unwrap();
        let kindergarten =
            near.categories.iter().find(|c| c.category.code == "kindergarten").expect("is in the table");
        assert_eq!(kindergarten.found.len(), 1, "{kindergarten:?}");
        let found = &kindergarten.found[0];
        assert_eq!(found.name, "院里幼儿园");
        assert!(found.dm.abs_diff(1_920) <= 2 && found.ds.abs_diff(1_600) <= 2, "{found:?}");
        assert_eq!(kindergarten.within, [1, 1, 1]);
        assert_eq!(near.areas.len(), 3);
        assert!(near.areas.iter().all(|area| !area.polygons.is_empty()));
        assert!(near.missing.iter().any(|item| !item.in_data), "a town of one kindergarten lacks much");
        assert!(near.at_edge, "the town is smaller than fifteen minutes");
    }

    /// A question no walk can answer is refused with what to do.
    async fn wrong_questions_are_refused(db) {
        let world = World::new(db).await;
        world.town("cul-de-sac").await;
        let far = NearbyAsk::new(From::Point(Coord::from_degrees(2.0, 48.0)));
        assert!(world.app.nearby(SYSTEM, far.clone()).await.unwrap_err().to_string().contains("outside"));
        let none = NearbyAsk { from: From::Place("999999001777".into()), ..far.clone() };
        assert!(world.app.nearby(SYSTEM, none).await.is_err());
        let who = NearbyAsk { profile: "bird".into(), ..far.clone() };
        assert!(world.app.nearby(SYSTEM, who).await.unwrap_err().to_string().contains("bird"));
        let law = NearbyAsk { standard: "none".into(), ..far };
        assert!(world.app.nearby(SYSTEM, law).await.unwrap_err().to_string().contains("gb50180"));
    }

    /// Tiles are drawn once and kept; other streets make other tiles.
    async fn tiles_follow_the_streets(db) {
        let world = World::new(db).await;
        world.town("cul-de-sac").await;
        let before = world.app.map_info(SYSTEM).await.unwrap();
        let (x, y) = tile_of(before.bounds.west_e7, before.bounds.north_e7);
        let tile = world.app.tile(SYSTEM, 14, x, y).await.unwrap().expect("there is such a tile");
        assert!(!tile.is_empty());
        assert!(world.app.tile(SYSTEM, 30, 0, 0).await.unwrap().is_none());
        let start = Instant::now();
        for _ in 0..50 {
            world.app.tile(SYSTEM, 14, x, y).await.unwrap();
        }
        assert!(start.elapsed().as_secs() < 5, "kept tiles cost nothing");
        world.import(ImportKind::Streets, &town_file("canal-without-bridge")).await;
        let after = world.app.map_info(SYSTEM).await.unwrap();
        assert_ne!(before.version, after.version);
    }
}

/// The tile of zoom 14 that holds a point.
fn tile_of(lon_e7: i32, lat_e7: i32) -> (u32, u32) {
    let (lon, lat) = (f64::from(lon_e7) / 1e7, (f64::from(lat_e7) / 1e7).to_radians());
    let n = f64::from(1 << 14);
    let x = (lon + 180.0) / 360.0 * n;
    let y = (1.0 - lat.tan().asinh() / std::f64::consts::PI) / 2.0 * n;
    (x as u32, y as u32)
}
