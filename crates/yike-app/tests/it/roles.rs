//! Every deed of the app by every kind of actor: refused exactly where the one table of permissions says.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use yike_app::AppError;
use yike_app::access::Session;
use yike_app::cases::{BoardAsk, InboxAsk, RulesChange, Wish, With};
use yike_app::imports::ImportOptions;
use yike_app::nearby::{From, NearbyAsk};
use yike_app::studies::{CoverageAsk, HomesAsk, StudyAsk};
use yike_model::id::SessionId;
use yike_model::imports::ImportKind;
use yike_model::people::{Actor, Deed, Role, Where, permitted};
use yike_model::places::{PlaceKind, Point};
use yike_model::{ImportId, JobId, Refusal, StudyId, Timestamp};
use yike_store::Page;
use yike_streets::circles::study::Part;
use yike_streets::map::{Picture, View};
use yike_streets::progress::Quiet;
use yike_streets::units::Coord;

use crate::support::{DIVISIONS, World, person};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Whether permission was refused; any other outcome means the deed was let through.
fn refused<T>(outcome: &Result<T, AppError>) -> bool {
    matches!(outcome, Err(AppError::Refused(Refusal::NotPermitted { .. })))
}

/// Does every deed once as `actor` and says which were refused.
async fn all_deeds(world: &World, actor: &Actor) -> Vec<(&'static str, Deed, bool)> {
    let app = &world.app;
    let (study, job) =
        (StudyId::new(Timestamp::FIRST, [1; 10]), JobId::new(Timestamp::FIRST, [1; 10]));
    let import = ImportId::new(Timestamp::FIRST, [1; 10]);
    let case = yike_model::CaseId::new(Timestamp::FIRST, [1; 10]);
    let file = world.file("proposed.csv", DIVISIONS);
    let at = Coord::from_degrees(120.0, 30.0);
    let spot = CoverageAsk::default();
    let homes = HomesAsk {
        spot: spot.clone(),
        service: "kindergarten".into(),
        minutes: 5,
        part: Part::Lacking,
        skip: 0,
        limit: 1,
    };
    let page = Page::first(1);
    let session = Session {
        id: SessionId::new(Timestamp::FIRST, [1; 10]),
        actor: actor.clone(),
        expires_at: Timestamp::LAST,
    };
    let places = ImportKind::Places;
    let path = (file.as_path(), "proposed.csv");
    let picture = Picture::new("m", View::Fit(yike_streets::units::Bounds::EMPTY));
    vec![
        ("search_places", Deed::SeePlaces, refused(&app.search_places(actor, "x").await)),
        ("place", Deed::SeePlaces, refused(&app.place(actor, "999999").await)),
        ("district_place", Deed::SeePlaces, refused(&app.district_place(actor).await)),
        ("count_places", Deed::SeePlaces, refused(&app.count_places(actor).await)),
        (
            "places_of_kind",
            Deed::SeePlaces,
            refused(&app.places_of_kind(actor, PlaceKind::Estate, &page).await),
        ),
        (
            "places_at",
            Deed::SeePlaces,
            refused(&app.places_at(actor, Point { lon_e7: 0, lat_e7: 0 }).await),
        ),
        ("map_info", Deed::SeeMap, refused(&app.map_info(actor).await)),
        ("tile", Deed::SeeMap, refused(&app.tile(actor, 0, 0, 0).await)),
        ("picture", Deed::SeeMap, refused(&app.picture(actor, picture).await)),
        (
            "nearby",
            Deed::AskNearby,
            refused(&app.nearby(actor, NearbyAsk::new(From::Point(at))).await),
        ),
        ("profiles", Deed::SeeStandards, refused(&app.profiles(actor).await)),
        ("standards", Deed::SeeStandards, refused(&app.standards(actor).await)),
        ("datasets", Deed::SeeDatasets, refused(&app.datasets(actor).await)),
        ("studies", Deed::SeeStudies, refused(&app.studies(actor, &page).await)),
        ("study", Deed::SeeStudies, refused(&app.study(actor, study).await)),
        ("newest_study", Deed::SeeStudies, refused(&app.newest_study(actor).await)),
        ("coverage", Deed::SeeStudies, refused(&app.coverage(actor, study, &spot).await)),
        (
            "worst_off",
            Deed::SeeStudies,
            refused(&app.worst_off(actor, study, &spot, ("kindergarten", 5), "community").await),
        ),
        (
            "compare_studies",
            Deed::SeeStudies,
            refused(&app.compare_studies(actor, study, study).await),
        ),
        (
            "study_homes",
            Deed::SeeStudyHomes,
            refused(&app.study_homes(actor, study, homes.clone()).await),
        ),
        (
            "study_home_points",
            Deed::SeeStudyHomes,
            refused(&app.study_home_points(actor, study, &homes.spot, (&homes.service, 5)).await),
        ),
        (
            "start_study",
            Deed::StartStudy,
            refused(&app.start_study(actor, StudyAsk::new("x")).await),
        ),
        (
            "withdraw_study",
            Deed::WithdrawStudy,
            refused(&app.withdraw_study(actor, study, "x").await),
        ),
        ("job", Deed::SeeJobs, refused(&app.job(actor, job).await)),
        ("jobs", Deed::SeeJobs, refused(&app.jobs(actor, &page).await)),
        ("cancel_job", Deed::CancelJob, refused(&app.cancel_job(actor, job).await)),
        (
            "propose_import",
            Deed::CheckImport,
            refused(&app.propose_import(actor, places, path, ImportOptions::default()).await),
        ),
        (
            "check_import",
            Deed::CheckImport,
            refused(&app.check_import(actor, import, Arc::new(Quiet)).await),
        ),
        ("import", Deed::CheckImport, refused(&app.import(actor, import).await)),
        ("imports", Deed::CheckImport, refused(&app.imports(actor, &page).await)),
        (
            "queue a check",
            Deed::CheckImport,
            refused(&app.queue_import(actor, import, false).await),
        ),
        (
            "queue an import",
            Deed::ApplyImport,
            refused(&app.queue_import(actor, import, true).await),
        ),
        ("apply_import", Deed::ApplyImport, refused(&app.apply_import(actor, import).await)),
        ("refuse_import", Deed::ApplyImport, refused(&app.refuse_import(actor, import, "x").await)),
        (
            "make_sign_in_link",
            Deed::ManageAccess,
            refused(&app.make_sign_in_link(actor, Role::Planner).await),
        ),
        (
            "preview_report",
            Deed::ReportCase,
            refused(&app.preview_report(actor, "stair_light", Some("999999"), None, false).await),
        ),
        ("case", Deed::SeeCase, refused(&app.case(actor, &case.to_string()).await)),
        ("own_cases", Deed::SeeCase, refused(&app.own_cases(actor).await)),
        (
            "work_case",
            Deed::WorkCase,
            refused(&app.work_case(actor, &case.to_string(), Wish::File, With::default()).await),
        ),
        ("join_case", Deed::WorkCase, refused(&app.join_case(actor, &case.to_string()).await)),
        ("inbox", Deed::SeeInbox, refused(&app.inbox(actor, &InboxAsk::default()).await)),
        ("board", Deed::SeeBoard, refused(&app.board(actor, &BoardAsk::default()).await)),
        ("rules", Deed::SeeRules, refused(&app.rules(actor).await)),
        ("rules_versions", Deed::SeeRules, refused(&app.rules_versions(actor).await)),
        ("rules_version", Deed::SeeRules, refused(&app.rules_version(actor, 9).await)),
        (
            "change_rules",
            Deed::KeepRules,
            refused(&app.change_rules(actor, RulesChange::Roster(Vec::new()), 9, "x").await),
        ),
        ("pass_demo_hours", Deed::PassDemoTime, refused(&app.pass_demo_hours(actor, 1).await)),
        ("audit", Deed::SeeAudit, refused(&app.audit(actor, &page).await)),
        ("ask_code", Deed::AskPhoneCode, refused(&app.ask_code(actor, "x", HERE).await)),
        ("prove_code", Deed::AskPhoneCode, refused(&app.prove_code(actor, "x", "x", HERE).await)),
        ("guest_session", Deed::AskPhoneCode, refused(&app.guest_session(actor, HERE).await)),
        ("see_my_data", Deed::OwnData, refused(&app.see_my_data(actor).await)),
        ("forget_me", Deed::OwnData, refused(&app.forget_me(actor).await)),
        ("own_sessions", Deed::OwnSession, refused(&app.own_sessions(&session).await)),
        ("sign_out", Deed::OwnSession, refused(&app.sign_out(&session).await)),
    ]
}

yike_store::on_both! {
    /// Every deed by every actor.
    async fn every_deed_by_every_actor(db) {
        let world = World::new(db).await;
        world.town("cul-de-sac").await;
        let actors = Role::ALL.into_iter().map(person).chain([Actor::Anonymous, Actor::System]);
        let here = Where::district("999999".parse().unwrap());
        let mut tried = std::collections::BTreeSet::new();
        for actor in actors {
            for (name, deed, was_refused) in Box::pin(all_deeds(&world, &actor)).await {
                let may = permitted(&actor, deed, &here).is_ok();
                assert_eq!(was_refused, !may, "{name} by {actor:?}");
                tried.insert(deed);
            }
        }
        // Noted, not asked: `case_reporter` asks the case itself.
        tried.insert(Deed::SeeReporter);
        let untried: Vec<_> = Deed::ALL.into_iter().filter(|deed| !tried.contains(deed)).collect();
        assert!(untried.is_empty(), "{untried:?} are in the table, but no deed asks for them");
    }

    /// A role in another district is none here.
    async fn a_role_elsewhere_is_none_here(db) {
        let world = World::new(db).await;
        world.town("cul-de-sac").await;
        let Actor::Person { id, mut postings } = person(Role::Administrator) else { unreachable!() };
        postings[0].district = "330105".parse().unwrap();
        let elsewhere = Actor::Person { id, postings };
        assert!(refused(&world.app.make_sign_in_link(&elsewhere, Role::Planner).await));
        let lines = world.app.audit(&person(Role::Auditor), &Page::first(5)).await.unwrap();
        assert_eq!((lines[0].deed.as_str(), lines[0].outcome.as_str()), ("manage_access", "refused"));
    }

    /// A link works once and for ten minutes; a session for as long as it says.
    async fn signing_in(db) {
        let world = World::new(db).await;
        world.town("cul-de-sac").await;
        let app = &world.app;
        let link = app.make_sign_in_link(&Actor::System, Role::Planner).await.unwrap();
        let opened = app.sign_in(&link.token.reveal()).await.unwrap();
        assert!(app.sign_in(&link.token.reveal()).await.is_err(), "a link works once");
        let session = app.session(&opened.token.reveal()).await.unwrap().unwrap();
        assert_eq!(session.actor, opened.actor);
        assert_eq!(app.own_sessions(&session).await.unwrap().len(), 1);
        assert!(app.jobs(&session.actor, &Page::first(1)).await.is_ok());
        app.sign_out(&session).await.unwrap();
        assert!(app.session(&opened.token.reveal()).await.unwrap().is_none());
        let late = app.make_sign_in_link(&Actor::System, Role::Planner).await.unwrap();
        world.clock.advance(std::time::Duration::from_mins(10));
        assert!(app.sign_in(&late.token.reveal()).await.is_err(), "it has expired");
        assert!(app.sign_in("nonsense").await.is_err());
    }
}
