//! Cases by people: reported, worked on, seen and counted, each by whoever may.

use std::time::Duration;

use yike_app::AppError;
use yike_app::cases::{BoardAsk, InboxAsk, Light, NewReport, RulesChange, Wish, WishKind, With};
use yike_model::cases::access::Sight;
use yike_model::cases::{Rating, Source, Tier};
use yike_model::id::PersonId;
use yike_model::imports::ImportKind;
use yike_model::people::{Actor, Posting, Role};
use yike_model::places::{Place, PlaceCode};
use yike_model::text::CaseText;
use yike_model::{PlaceId, Refusal, Timestamp};

use crate::support::World;

/// Homes of one estate: two buildings, the first with two entrances.
const HOMES: &str = "id,name,subdistrict,community,grid,estate,building,entrance,lon,lat,people
h1,柳岸新村1幢,河东街道,夹城巷社区,第1网格,柳岸新村,1幢,1-2单元,120.0,30.0,60
h2,柳岸新村2幢,河东街道,夹城巷社区,第1网格,柳岸新村,2幢,1单元,120.0001,30.0,30
";

pub const DOOR: &str = "999999001001-B0001-01";

pub fn place(code: &str) -> PlaceId {
    let code: PlaceCode = code.parse().unwrap();
    Place::id_of(&"999999".parse().unwrap(), &code)
}

pub fn staff(role: Role) -> Actor {
    let at = match role {
        Role::StairwellVolunteer => DOOR,
        Role::GridWorker => "999999001001-G01",
        Role::EstateCommissioner | Role::PropertyManager | Role::OwnersCommittee => {
            "999999001001-E001"
        }
        Role::ResidentsCommittee => "999999001001",
        Role::SubdistrictOffice => "999999001",
        _ => "999999",
    };
    let posting = Posting { role, district: "999999".parse().unwrap(), place: Some(place(at)) };
    let id = PersonId::new(Timestamp::FIRST, [50 + role as u8; 10]);
    Actor::Person { id, postings: vec![posting] }
}

pub fn resident(n: u8) -> Actor {
    Actor::Person { id: PersonId::new(Timestamp::FIRST, [n; 10]), postings: Vec::new() }
}

pub fn text(words: &str) -> CaseText {
    CaseText::parse(words).unwrap()
}

pub fn report(world: &World, category: &str, words: &str) -> NewReport {
    NewReport {
        draft: world.app.new_draft(),
        category: category.into(),
        place: Some(DOOR.into()),
        shared: None,
        floor: Some(3),
        point: None,
        room: None,
        text: Some(text(words)),
        photos: Vec::new(),
        kept: Vec::new(),
        urgent: false,
        open: false,
        source: Source::Resident,
        done: None,
    }
}

pub async fn world(db: &yike_store::testing::TestDb) -> World {
    let world = World::new(db).await;
    world.town("cul-de-sac").await;
    let homes = world.file("homes.csv", HOMES);
    world.import(ImportKind::Homes, &homes).await;
    world
}

pub fn with(words: &str) -> With {
    With { text: Some(text(words)), ..With::default() }
}

pub fn refusal<T: std::fmt::Debug>(result: Result<T, AppError>) -> Refusal {
    match result {
        Err(AppError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

yike_store::on_both! {
    /// The first acceptance: a stair light, solved and checked in the stairwell, rated, never in the
    /// subdistrict's queue and yet counted in its totals.
    async fn a_stair_light_stays_in_the_stairwell(db) {
        let world = world(db).await;
        let (app, me) = (&world.app, resident(1));
        let preview = app.preview_report(&me, "stair_light", Some(DOOR), None, false).await.unwrap();
        assert_eq!((preview.who.unit.role, preview.who.place.name.as_str()), (Role::StairwellVolunteer, "1单元"));
        assert_eq!(preview.until.since(app.now()), Duration::from_hours(24));
        let reported = app.report_case(&me, report(&world, "stair_light", "三楼的灯不亮")).await.unwrap();
        let number = reported.number.to_string();
        let preview = app.preview_report(&me, "stair_light", Some(DOOR), None, false).await.unwrap();
        assert_eq!(preview.similar.len(), 1, "shown to the next one");

        let volunteer = staff(Role::StairwellVolunteer);
        let inbox = app.inbox(&volunteer, &InboxAsk::default()).await.unwrap();
        assert_eq!((inbox.lines.len(), inbox.lines[0].light, inbox.lines[0].own), (1, Light::OnTime, true));
        let view = app.case(&volunteer, &number).await.unwrap();
        assert_eq!((view.sight, view.words.as_deref()), (Sight::Full, Some("三楼的灯不亮")));
        let kinds: Vec<_> = view.actions.iter().map(|action| action.kind).collect();
        assert!(kinds.starts_with(&[WishKind::Accept]), "{kinds:?}");
        assert!(!kinds.contains(&WishKind::Check) && !kinds.contains(&WishKind::Confirm), "{kinds:?}");
        app.work_case(&volunteer, &number, Wish::Accept, With::default()).await.unwrap();
        app.work_case(&volunteer, &number, Wish::FeedBack, with("换了灯泡")).await.unwrap();
        let office = app.inbox(&staff(Role::SubdistrictOffice), &InboxAsk::default()).await.unwrap();
        assert_eq!(office.lines, [], "never in the subdistrict's queue");
        app.work_case(&me, &number, Wish::Confirm, With::default()).await.unwrap();
        let rating = Rating { solved: true, satisfied: true };
        app.work_case(&me, &number, Wish::Rate(rating), With::default()).await.unwrap();

        let ask = BoardAsk { place: "999999001".into(), month: None };
        let board = app.board(&Actor::Anonymous, &ask).await.unwrap();
        assert_eq!((board.all.reported, board.all.ended, board.all.answered), (1, 1, 1));
        let stairwell = board.tiers.iter().find(|line| line.tier == Tier::Stairwell).unwrap();
        assert_eq!(stairwell.solved, None, "one case is too few to be shown");
        assert!(world.app.store().verify().await.unwrap().holds());
    }

    /// The same report sent twice, or two hundred times, is one case.
    async fn the_same_draft_is_one_case(db) {
        let world = world(db).await;
        let me = resident(1);
        let new = report(&world, "stair_light", "灯不亮");
        let first = world.app.report_case(&me, new.clone()).await.unwrap();
        let mut sending = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let (app, me, new) = (world.app.clone(), me.clone(), new.clone());
            sending.spawn(async move { app.report_case(&me, new).await.unwrap() });
        }
        for again in sending.join_all().await {
            assert_eq!((again.id, again.number.clone(), again.again), (first.id, first.number.clone(), true));
        }
        let other = world.app.report_case(&resident(2), new).await;
        assert_eq!(refusal(other).code(), "missing", "somebody else learns nothing");
        let own = world.app.own_cases(&me).await.unwrap();
        assert_eq!(own.len(), 1);
    }

    /// Looking by the secret address shows what its reporter sees, and lets nothing be done.
    async fn an_address_shows_and_does_nothing(db) {
        let world = world(db).await;
        let reported = world.app.report_case(&resident(1), report(&world, "neighbour_noise", "夜里很吵")).await.unwrap();
        let view = world.app.case_by_track(&Actor::Anonymous, &reported.track.to_string()).await.unwrap();
        assert_eq!((view.sight, view.words.as_deref()), (Sight::Own, Some("夜里很吵")));
        assert!(view.actions.is_empty(), "{:?}", view.actions);
        let id = reported.id.to_string();
        for stranger in [Actor::Anonymous, resident(2), staff(Role::PropertyManager)] {
            assert_eq!(refusal(world.app.case(&stranger, &id).await).code(), "missing");
        }
        let mut guess = reported.track.to_string();
        guess.replace_range(guess.len() - 1.., if guess.ends_with('0') { "1" } else { "0" });
        for bad in [guess.as_str(), "", "0.", "x"] {
            let answer = refusal(world.app.case_by_track(&Actor::Anonymous, bad).await);
            assert_eq!(answer, Refusal::missing("case", "with this address"), "all alike");
        }
    }

    /// Two act on one case: the second is told, and nothing of his is lost because nothing is done.
    async fn two_act_on_one_case(db) {
        let world = world(db).await;
        let reported = world.app.report_case(&resident(1), report(&world, "stair_light", "灯")).await.unwrap();
        let (number, volunteer) = (reported.number.to_string(), staff(Role::StairwellVolunteer));
        let seen = Some(world.app.case(&volunteer, &number).await.unwrap().seq);
        let first = With { seen, ..with("我来换") };
        world.app.work_case(&volunteer, &number, Wish::Remark { shown: true }, first).await.unwrap();
        let second = With { seen, ..with("不归我管") };
        let told = refusal(world.app.work_case(&volunteer, &number, Wish::Reject, second).await);
        assert_eq!(told.code(), "stale");
        assert_eq!(world.app.case(&volunteer, &number).await.unwrap().case.stage_code(), "reported");
    }

    /// What somebody was refused stands in the audit, without a name or a word of the case.
    async fn refusals_are_written_down(db) {
        let world = world(db).await;
        let reported = world.app.report_case(&resident(1), report(&world, "stair_light", "灯")).await.unwrap();
        let number = reported.number.to_string();
        let worker = staff(Role::GridWorker);
        assert_eq!(refusal(world.app.work_case(&worker, &number, Wish::Accept, With::default()).await).code(), "not_permitted");
        let auditor = crate::support::person(Role::Auditor);
        let lines = world.app.audit(&auditor, &yike_store::Page::first(3)).await.unwrap();
        assert_eq!((lines[0].deed.as_str(), lines[0].outcome.as_str()), ("work_case", "refused"));
        world.clock.advance(Duration::from_secs(1));
        let lead = staff(Role::StairwellVolunteer);
        assert!(world.app.case_reporter(&lead, &number).await.unwrap().is_some());
        let lines = world.app.audit(&auditor, &yike_store::Page::first(3)).await.unwrap();
        assert_eq!((lines[0].deed.as_str(), lines[0].outcome.as_str()), ("see_reporter", "done"));
    }

    /// "The same here" follows, counts households once, and lets the third make the case jump.
    async fn the_third_household_makes_it_jump(db) {
        let world = world(db).await;
        let reported = world.app.report_case(&resident(1), report(&world, "stair_light", "灯")).await.unwrap();
        let id = reported.id.to_string();
        world.app.join_case(&resident(2), &id).await.unwrap();
        world.app.join_case(&resident(2), &id).await.unwrap();
        let tier = async || world.app.case(&resident(1), &id).await.unwrap().case.tier();
        assert_eq!(tier().await, Tier::Stairwell);
        world.app.join_case(&resident(3), &id).await.unwrap();
        assert_eq!(tier().await, Tier::Community);
    }

    /// Two cases become one, linked both ways; what is merged climbs no more.
    async fn merged_both_ways(db) {
        let world = world(db).await;
        let one = world.app.report_case(&resident(1), report(&world, "stair_light", "灯")).await.unwrap();
        let two = world.app.report_case(&resident(2), report(&world, "stair_light", "灯坏了")).await.unwrap();
        let volunteer = staff(Role::StairwellVolunteer);
        let merge = Wish::Merge(one.number.clone());
        world.app.work_case(&volunteer, two.number.as_str(), merge, With::default()).await.unwrap();
        let view = |number: String| { let app = world.app.clone(); let me = volunteer.clone(); async move { app.case(&me, &number).await.unwrap().case } };
        assert_eq!(view(one.number.to_string()).await.stands_for, [two.id]);
        assert_eq!(view(two.number.to_string()).await.stage_code(), "merged");
        world.clock.advance(Duration::from_hours(24 * 30));
        world.app.fire_due().await.unwrap();
        assert_eq!(view(two.number.to_string()).await.stage_code(), "merged");
        assert!(world.app.store().verify().await.unwrap().holds());
    }

    /// Rules are changed as new versions, on what was looked at, by administrators only.
    async fn rules_are_changed_in_versions(db) {
        let world = world(db).await;
        let admin = crate::support::person(Role::Administrator);
        let rules = world.app.rules(&admin).await.unwrap();
        let mut ladder = rules.ladder.clone();
        ladder.reworks = 5;
        let change = RulesChange::Ladder(Box::new(ladder.clone()));
        let version = world.app.change_rules(&admin, change.clone(), 1, "五次").await.unwrap();
        assert_eq!((version, world.app.rules(&admin).await.unwrap().ladder.reworks), (2, 5));
        let stale = world.app.change_rules(&admin, change, 1, "again").await;
        assert_eq!(refusal(stale).code(), "stale");
        ladder.reworks = 0;
        let bad = world.app.try_rules(&admin, RulesChange::Ladder(Box::new(ladder)), 2).await;
        assert_eq!(refusal(bad).code(), "invalid");
        assert_eq!(world.app.rules_version(&admin, 1).await.unwrap().ladder.reworks, 3);
    }
}
