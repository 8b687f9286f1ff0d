//! Imports: whole or not at all, checked first, the same on both databases.

use yike_app::imports::ImportOptions;
use yike_model::imports::{ImportKind, ImportState};
use yike_model::people::Actor;
use yike_model::places::PlaceKind;
use yike_store::{DatasetKind, Page};

use crate::support::{DIVISIONS, SYSTEM, World, shared, town_file};

yike_store::on_both! {
    /// The real district: 1 + 18 + 178 places with their official codes, 18 boundaries.
    async fn the_real_district_comes_in(db) {
        let world = World::new(db).await;
        let check = world.import(ImportKind::Places, &shared("gongshu-admin/divisions.csv")).await;
        assert_eq!(check.rows, 197);
        world.import(ImportKind::Boundaries, &shared("gongshu-admin/subdistricts.geojson")).await;
        let anyone = &Actor::Anonymous;
        let counts = world.app.count_places(anyone).await.unwrap();
        let of = |kind| counts.iter().find(|c| c.kind == kind).map_or(0, |c| c.count);
        assert_eq!(
            [PlaceKind::District, PlaceKind::Subdistrict, PlaceKind::Community].map(of),
            [1, 18, 178]
        );
        let community = world.app.place(anyone, "330105001051").await;
        let subdistrict = world.app.place(anyone, "330105001").await.unwrap();
        assert_eq!(subdistrict.place.name.as_str(), "米市巷街道");
        assert!(subdistrict.boundary.is_some_and(|b| b.area_m2() > 1.5e6));
        assert_eq!(subdistrict.path.len(), 1);
        assert!(community.is_ok() || !subdistrict.below.is_empty());
        let found = world.app.search_places(anyone, "mishixiang").await.unwrap();
        assert_eq!(found[0].place.code.as_str(), "330105001");
        let shapes = db.store.read().await.unwrap()
            .boundaries(world.app.district().unwrap(), PlaceKind::Subdistrict).await.unwrap();
        assert_eq!(shapes.len(), 18);
        let verified = world.app.verify().await.unwrap();
        assert!(verified.holds(), "{:?}", verified.differences);
    }

    /// A dry run is an import that waits; nothing is changed until it is applied.
    async fn a_check_changes_nothing(db) {
        let world = World::new(db).await;
        let file = world.file("divisions.csv", DIVISIONS);
        let (id, check) = world.check(ImportKind::Places, &file).await.unwrap();
        assert_eq!((check.rows, check.errors), (3, 0));
        assert!(world.app.count_places(SYSTEM).await.unwrap().is_empty());
        world.app.apply_import(SYSTEM, id).await.unwrap();
        assert_eq!(world.app.count_places(SYSTEM).await.unwrap().len(), 3);
        assert!(world.app.apply_import(SYSTEM, id).await.is_err(), "only once");
        assert!(world.app.verify().await.unwrap().holds());
    }

    /// Rows with errors are named and nothing of the file comes in.
    async fn wrong_rows_are_named(db) {
        let world = World::new(db).await;
        world.town("cul-de-sac").await;
        let homes = "id,lon,lat,people\na,120.0,30.0,3\nb,220.0,30.0,-1\nb,120.0,30.0,x\n";
        let file = world.file("homes.csv", homes);
        let (id, check) = world.check(ImportKind::Homes, &file).await.unwrap();
        assert_eq!(check.rows, 3);
        assert!(check.errors >= 2, "{check:?}");
        assert!(check.first_errors.iter().any(|e| e.row == 3), "{check:?}");
        let refused = world.app.apply_import(SYSTEM, id).await.unwrap_err().to_string();
        assert!(refused.contains("homes.csv") && refused.contains("row 3"), "{refused}");
        let sets = world.app.datasets(SYSTEM).await.unwrap();
        assert!(sets.iter().all(|set| set.file.kind == DatasetKind::Streets));
    }

    /// A table without a needed column says so, with the name the user gave the file.
    async fn a_table_without_its_columns_is_refused(db) {
        let world = World::new(db).await;
        world.town("cul-de-sac").await;
        let file = world.file("用户.csv", "a,b\n1,2\n");
        let error = world.check(ImportKind::Homes, &file).await.unwrap_err();
        let text = error.to_string();
        assert!(text.contains("用户.csv") && text.contains("lon"), "{text}");
        assert_eq!(error.kind(), yike_app::Kind::Input);
    }

    /// A damaged street map is refused; the streets in use stay.
    async fn damaged_streets_leave_the_old_ones(db) {
        let world = World::new(db).await;
        world.town("cul-de-sac").await;
        let before = world.app.map_info(SYSTEM).await.unwrap();
        let file = world.file("broken.osm.pbf", "this is no street map");
        assert!(world.check(ImportKind::Streets, &file).await.is_err());
        let after = world.app.map_info(SYSTEM).await.unwrap();
        assert_eq!(before.version, after.version);
        assert!(world.app.verify().await.unwrap().holds());
    }

    /// Homes bring the places of their addresses, so that one's own door is found by searching.
    async fn homes_bring_their_doors(db) {
        let world = World::new(db).await;
        world.town("cul-de-sac").await;
        let homes = "id,community,estate,building,entrance,lon,lat,people\n\
                     a,夹城巷社区,夹城苑,1,1,120.0001,30.0001,10\n\
                     b,夹城巷社区,夹城苑,1,2,120.0001,30.0001,12\n\
                     c,夹城巷社区,夹城苑,2,无,120.0003,30.0001,8\n\
                     d,别处社区,远苑,1,1,120.0003,30.0001,8\n";
        world.import(ImportKind::Homes, &world.file("homes.csv", homes)).await;
        let found = world.app.search_places(SYSTEM, "jcy").await.unwrap();
        assert_eq!(found[0].place.name.as_str(), "夹城苑");
        let door = world.app.search_places(SYSTEM, "夹城苑1幢2单元").await.unwrap();
        assert_eq!(door[0].place.kind, PlaceKind::Entrance);
        let counts = world.app.count_places(SYSTEM).await.unwrap();
        let of = |kind| counts.iter().find(|c| c.kind == kind).map_or(0, |c| c.count);
        assert_eq!([PlaceKind::Estate, PlaceKind::Building, PlaceKind::Entrance].map(of), [1, 2, 2]);
        // The same table again changes no place.
        world.import(ImportKind::Homes, &world.file("homes.csv", homes)).await;
        let again = world.app.count_places(SYSTEM).await.unwrap();
        assert_eq!(counts, again);
        let verified = world.app.verify().await.unwrap();
        assert!(verified.holds(), "{:?}", verified.differences);
    }

    /// An import as a job, for pages: checked, applied, and in the list.
    async fn an_import_can_be_a_job(db) {
        let world = World::new(db).await;
        world.town("cul-de-sac").await;
        let path = town_file("footbridge");
        let id = world.app
            .propose_import(SYSTEM, ImportKind::Streets, (&path, "footbridge.osm"), ImportOptions::default())
            .await.unwrap();
        world.app.queue_import(SYSTEM, id, true).await.unwrap();
        assert!(world.app.work_once().await.unwrap());
        assert!(!world.app.work_once().await.unwrap());
        let import = world.app.import(SYSTEM, id).await.unwrap();
        assert!(matches!(import.import.state.state, ImportState::Applied { .. }), "{import:?}");
        assert_eq!(world.app.imports(SYSTEM, &Page::first(10)).await.unwrap()[0].id, id);
        let sets = world.app.datasets(SYSTEM).await.unwrap();
        assert_eq!(sets.iter().filter(|set| set.to.is_none()).count(), 1);
        assert_eq!(sets.len(), 2);
        assert!(world.app.verify().await.unwrap().holds());
    }

    /// A file that was changed or lost behind our back is found.
    async fn verify_finds_a_changed_file(db) {
        let world = World::new(db).await;
        world.town("cul-de-sac").await;
        let set = &world.app.datasets(SYSTEM).await.unwrap()[0];
        let path = world.app.folder().file(set.file.file.as_str());
        std::fs::write(&path, "changed").unwrap();
        let verified = world.app.verify().await.unwrap();
        assert_eq!(verified.wrong, 1, "{:?}", verified.differences);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(world.app.verify().await.unwrap().wrong, 1);
    }
}
