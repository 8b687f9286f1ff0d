//! Jobs and studies: asked, computed, cancelled, taken over from a dead worker, compared.

use std::time::Duration;

use yike_app::AppError;
use yike_app::studies::{CoverageAsk, HomesAsk, StudyAsk};
use yike_model::imports::ImportKind;
use yike_model::jobs::JobState;
use yike_model::people::{Actor, Role};
use yike_model::studies::StudyState;
use yike_model::text::NodeName;
use yike_store::{Page, Tx};
use yike_streets::circles::study::{self, Part};
use yike_streets::container::{Kind, Writer};

use crate::support::{SYSTEM, World, person};

const HOMES: &str = "id,name,lon,lat,people,age_60\n\
                     near,西街1幢,119.9999377,30.0005396,12,3\n\
                     far,东街1幢,120.02,30.0,4,4\n";

fn ask() -> StudyAsk {
    StudyAsk { profiles: vec!["adult".into(), "elder".into()], ..StudyAsk::new("第一次") }
}

async fn studied(world: &World) -> yike_model::StudyId {
    let (id, job) = world.app.start_study(SYSTEM, ask()).await.unwrap();
    assert!(world.app.work_once().await.unwrap());
    let view = world.app.job(SYSTEM, job).await.unwrap();
    assert!(matches!(view.job.state.state, JobState::Done { .. }), "{view:?}");
    world.clock.advance(Duration::from_secs(1));
    id
}

async fn world_with_homes(db: &yike_store::testing::TestDb) -> World {
    let world = World::new(db).await;
    world.town("facility-in-the-courtyard").await;
    world.import(ImportKind::Homes, &world.file("homes.csv", HOMES)).await;
    world
}

yike_store::on_both! {
    /// From the question to the table, with people counted whole for planners and hidden when few for
    /// the public.
    async fn a_study_is_computed_and_shown(db) {
        let world = world_with_homes(db).await;
        let id = studied(&world).await;
        let planner = &person(Role::Planner);
        let coverage =
            world.app.coverage(planner, id, &CoverageAsk::default()).await.unwrap();
        assert_eq!(coverage.people, Some(16));
        let kindergarten =
            coverage.services.iter().find(|s| s.service.code == "kindergarten").unwrap();
        let five = kindergarten.bands[0];
        assert_eq!((five.covered, five.unplaced, five.all), (Some(12), Some(4), Some(16)));
        let public =
            world.app.coverage(&Actor::Anonymous, id, &CoverageAsk::default()).await.unwrap();
        let hidden = public.services.iter().flat_map(|s| &s.bands);
        let small = |n: Option<u64>| n.is_some_and(|n| n > 0 && n < 10);
        assert!(hidden.clone().all(|b| !small(b.covered) && !small(b.lacking) && !small(b.unplaced)));
        assert!(hidden.clone().any(|b| b.unplaced.is_none()), "something had to be hidden");
        let homes = HomesAsk {
            spot: CoverageAsk::default(),
            service: "kindergarten".into(),
            minutes: 5,
            part: Part::Covered,
            skip: 0,
            limit: 10,
        };
        let page = world.app.study_homes(planner, id, homes.clone()).await.unwrap();
        assert_eq!(page.homes[0].id, "near");
        assert_eq!(page.homes[0].nearest_name, "院里幼儿园");
        assert!(world.app.study_homes(&Actor::Anonymous, id, homes).await.is_err());
        let lines = world.app.audit(&person(Role::Auditor), &Page::first(50)).await.unwrap();
        assert!(lines.iter().any(|line| line.deed == "see_study_homes" && line.outcome == "done"));
        let verified = world.app.verify().await.unwrap();
        assert!(verified.holds(), "{:?}", verified.differences);
    }

    /// The same question of the same data gives the same bytes.
    async fn the_same_question_has_the_same_answer(db) {
        let world = world_with_homes(db).await;
        let (first, second) = (studied(&world).await, studied(&world).await);
        let answer = async |id| {
            let study = world.app.study(SYSTEM, id).await.unwrap();
            study.study.state.answer().unwrap().digest
        };
        assert_eq!(answer(first).await, answer(second).await);
        assert!(world.app.compare_studies(SYSTEM, first, second).await.unwrap().is_empty());
    }

    /// More people behind a door: the comparison says where and how many.
    async fn two_studies_are_compared(db) {
        let world = world_with_homes(db).await;
        let before = studied(&world).await;
        let more = HOMES.replace(",12,3", ",40,3");
        world.import(ImportKind::Homes, &world.file("homes.csv", &more)).await;
        let after = studied(&world).await;
        let changes = world.app.compare_studies(SYSTEM, before, after).await.unwrap();
        assert!(changes.iter().any(|c| c.change.all_after == c.change.all_before + 28), "{changes:?}");
    }

    /// A file of an older version is told from a damaged one, and the question can be asked again.
    async fn a_study_of_an_older_version_says_to_ask_again(db) {
        let world = world_with_homes(db).await;
        let old = studied(&world).await;
        let later = world.another(db, "later").await;
        let study = later.app.study(SYSTEM, old).await.unwrap();
        let name = study.study.state.answer().unwrap().file.to_string();
        let path = db.folder().join("data/files").join(name);
        Writer::new(Kind { version: 1, ..study::KIND }).write(&path).unwrap();
        let ask = CoverageAsk::default();
        let refused = later.app.coverage(SYSTEM, old, &ask).await.unwrap_err();
        assert!(matches!(refused, AppError::OldStudy), "{refused}");
        assert!(refused.to_string().contains("ask for it again"), "{refused}");
        std::fs::write(&path, "damaged").unwrap();
        let damaged = later.app.coverage(SYSTEM, old, &ask).await.unwrap_err();
        assert!(matches!(damaged, AppError::File(_)), "{damaged}");
        let again = studied(&later).await;
        assert_eq!(later.app.coverage(SYSTEM, again, &ask).await.unwrap().people, Some(16));
    }

    /// A job that waits is cancelled at once, and its study with it.
    async fn a_waiting_job_is_cancelled(db) {
        let world = world_with_homes(db).await;
        let (study, job) = world.app.start_study(SYSTEM, ask()).await.unwrap();
        world.app.cancel_job(&person(Role::Planner), job).await.unwrap();
        assert!(!world.app.work_once().await.unwrap(), "nothing is left to do");
        let view = world.app.study(SYSTEM, study).await.unwrap();
        assert!(matches!(view.study.state.state, StudyState::Failed { .. }), "{view:?}");
    }

    /// A worker that died is noticed by its silence; another takes the job over, once.
    async fn a_dead_workers_job_is_done_by_another(db) {
        let world = world_with_homes(db).await;
        let (study, job) = world.app.start_study(SYSTEM, ask()).await.unwrap();
        let (dead, now) = (NodeName::parse("dead").unwrap(), world.app.now());
        let claimed = world.app.store()
            .write(async move |tx: &mut Tx| tx.claim_job(&dead, Duration::from_secs(30), now).await)
            .await.unwrap();
        assert_eq!(claimed.unwrap().id, job);
        let other = world.another(db, "two").await;
        assert!(!other.app.work_once().await.unwrap(), "its lease still runs");
        world.clock.advance(Duration::from_secs(31));
        let fired = other.app.store().fire_due(other.app.now(), 10).await.unwrap();
        assert_eq!(fired.done, 1);
        assert!(other.app.work_once().await.unwrap());
        let view = other.app.job(SYSTEM, job).await.unwrap();
        assert_eq!(view.job.state.attempts, 2);
        assert!(matches!(view.job.state.state, JobState::Done { .. }), "{view:?}");
        let computed = other.app.study(SYSTEM, study).await.unwrap();
        assert!(computed.summary.is_some_and(|s| s.people == 16));
        assert!(other.app.verify().await.unwrap().holds());
    }

    /// A question about files that are gone fails with what to do, and is not tried for ever.
    async fn a_job_that_cannot_succeed_fails(db) {
        let world = world_with_homes(db).await;
        let (study, job) = world.app.start_study(SYSTEM, ask()).await.unwrap();
        for set in world.app.datasets(SYSTEM).await.unwrap() {
            std::fs::remove_file(world.app.folder().file(set.file.file.as_str())).unwrap();
        }
        let mut tries = 0;
        while world.app.work_once().await.unwrap() {
            tries += 1;
            assert!(tries < 10, "bounded");
        }
        let view = world.app.job(SYSTEM, job).await.unwrap();
        assert!(matches!(view.job.state.state, JobState::Failed { .. }), "{view:?}");
        let study = world.app.study(SYSTEM, study).await.unwrap();
        assert!(matches!(study.study.state.state, StudyState::Failed { .. }));
    }
}
