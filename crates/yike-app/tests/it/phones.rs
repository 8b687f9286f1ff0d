//! Residents without accounts: codes to phones, devices without a phone, and what is stored of whom.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use yike_app::access::Opened;
use yike_app::folder::DEMO_MARKER;
use yike_app::phones::CODE_TEMPLATE;
use yike_app::{AppError, Kind};
use yike_model::imports::ImportKind;
use yike_model::people::{Actor, Basis, Purpose, Role};
use yike_model::spine::Doer;
use yike_model::text::NodeName;
use yike_model::{PersonId, Refusal};
use yike_store::testing::TestDb;
use yike_store::{Page, Tx};

use crate::support::{DIVISIONS, SYSTEM, World, person};

const ANYBODY: &Actor = &Actor::Anonymous;
const PHONE: &str = "138 1234 5678";
const MINUTE: Duration = Duration::from_mins(1);
const DAY: Duration = Duration::from_hours(24);

fn home() -> IpAddr {
    "203.0.113.7".parse().unwrap()
}

/// An address of its own for each number.
fn elsewhere(n: u8) -> IpAddr {
    IpAddr::from([198, 51, 100, n])
}

/// A phone of its own for each number.
fn phone(n: u32) -> String {
    format!("139{n:08}")
}

/// A district to be resident in.
async fn world(db: &TestDb) -> World {
    let world = World::new(db).await;
    let divisions = world.file("divisions.csv", DIVISIONS);
    world.import(ImportKind::Places, &divisions).await;
    world
}

/// What the sender of messages would send now: to whom, and which code.
async fn sent(world: &World) -> Vec<(PersonId, String)> {
    let (node, now) = (NodeName::parse("sender").unwrap(), world.app.now());
    let claimed = world.app.store().write(async move |tx: &mut Tx| {
        tx.claim_notices(&node, Duration::from_secs(1), 100, now).await
    });
    let mut sent = Vec::new();
    for one in claimed.await.unwrap() {
        assert_eq!(
            (one.notice.channel.as_str(), one.notice.template.as_str()),
            ("sms", CODE_TEMPLATE)
        );
        let values: serde_json::Value = serde_json::from_str(&one.notice.values).unwrap();
        sent.push((one.notice.to.parse().unwrap(), values["code"].as_str().unwrap().to_owned()));
    }
    sent
}

/// Asks for a code and gives it as it arrives on the phone.
async fn ask(world: &World, phone: &str) -> String {
    world.app.ask_code(ANYBODY, phone, home()).await.unwrap();
    sent(world).await.pop().unwrap().1
}

async fn prove(world: &World, phone: &str, code: &str) -> Result<Opened, AppError> {
    world.app.prove_code(ANYBODY, phone, code, home()).await
}

/// A code that is another.
fn not(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

fn who(actor: &Actor) -> PersonId {
    let Actor::Person { id, postings } = actor else { panic!("{actor:?} is not signed in") };
    assert_eq!(postings.len(), 1);
    assert_eq!((postings[0].role, postings[0].place), (Role::Resident, None));
    *id
}

/// When it may be done again.
fn again_at<T: std::fmt::Debug>(outcome: Result<T, AppError>) -> yike_model::Timestamp {
    match outcome {
        Err(AppError::Refused(Refusal::TooOften { again_at, .. })) => again_at,
        other => panic!("{other:?} instead of too often"),
    }
}

yike_store::on_both! {
    /// A code opens a session as a resident; the phone is the same person however it is written.
    async fn a_code_opens_a_session(db) {
        let world = world(db).await;
        let asked = world.app.ask_code(ANYBODY, PHONE, home()).await.unwrap();
        assert_eq!(asked.expires_at, world.app.now().plus(MINUTE * 10));
        let sent = sent(&world).await;
        assert_eq!(sent.len(), 1);
        let opened = prove(&world, "+86-138-1234-5678", &format!(" {} ", sent[0].1)).await.unwrap();
        assert_eq!(who(&opened.actor), sent[0].0, "the message goes to the person");
        assert_eq!(opened.expires_at, world.app.now().plus(DAY * 180));
        let session = world.app.session(&opened.token.reveal()).await.unwrap().unwrap();
        assert_eq!(session.actor, opened.actor);
        world.clock.advance(MINUTE);
        let code = ask(&world, "１３８１２３４５６７８").await;
        let again = prove(&world, PHONE, &code).await.unwrap();
        assert_eq!(who(&again.actor), who(&opened.actor));
        assert_eq!(world.app.own_sessions(&session).await.unwrap().len(), 2);
        let staff = world.app.jobs(&opened.actor, &Page::first(1)).await.unwrap_err();
        assert!(matches!(staff, AppError::Refused(Refusal::NotPermitted { .. })), "{staff}");
        let other = ask(&world, &phone(1)).await;
        assert_ne!(who(&prove(&world, &phone(1), &other).await.unwrap().actor), who(&opened.actor));
        assert_eq!(world.app.ask_code(ANYBODY, "0571 8888 8888", home()).await.unwrap_err().kind(), Kind::Refused);
    }

    /// A code works once, for ten minutes, for five tries, and until there is a newer one.
    async fn codes_end(db) {
        let world = world(db).await;
        let code = ask(&world, PHONE).await;
        assert!(prove(&world, &phone(1), &code).await.is_err(), "for another phone");
        prove(&world, PHONE, &code).await.unwrap();
        assert!(prove(&world, PHONE, &code).await.is_err(), "used");

        world.clock.advance(MINUTE);
        let code = ask(&world, PHONE).await;
        world.clock.advance(MINUTE * 10);
        assert!(prove(&world, PHONE, &code).await.is_err(), "too old");

        let code = ask(&world, PHONE).await;
        for _ in 0..4 {
            assert!(prove(&world, PHONE, &not(&code)).await.is_err());
        }
        assert!(prove(&world, PHONE, &code).await.is_ok(), "at the fifth try");

        world.clock.advance(MINUTE);
        let code = ask(&world, PHONE).await;
        for _ in 0..5 {
            assert!(prove(&world, PHONE, &not(&code)).await.is_err());
        }
        assert!(prove(&world, PHONE, &code).await.is_err(), "guessed too often");

        world.clock.advance(MINUTE);
        let old = ask(&world, &phone(2)).await;
        world.clock.advance(MINUTE);
        let young = ask(&world, &phone(2)).await;
        assert!(prove(&world, &phone(2), &old).await.is_err(), "there is a newer one");
        assert!(prove(&world, &phone(2), &young).await.is_ok());
    }

    /// Whether a phone is known shows neither in the answers nor in what is written.
    async fn known_and_unknown_are_answered_alike(db) {
        let world = world(db).await;
        let code = ask(&world, PHONE).await;
        prove(&world, PHONE, &code).await.unwrap();
        world.clock.advance(MINUTE);
        let mut answers = BTreeSet::new();
        let mut wrote = BTreeSet::new();
        for number in [PHONE.to_owned(), phone(1)] {
            let before = audit(&world).await;
            let asked = world.app.ask_code(ANYBODY, &number, home()).await.unwrap();
            let messages = sent(&world).await.len();
            answers.insert(format!("{asked:?}"));
            wrote.insert((messages, audit(&world).await - before));
        }
        assert_eq!((answers.len(), wrote.len()), (1, 1), "{answers:?} {wrote:?}");
        // Known with a code, known without, unknown, no code at all; wrong, used, too old.
        let mut refusals = BTreeSet::new();
        let mut refuse = async |phone: &str, code: &str| {
            let refusal = prove(&world, phone, code).await.unwrap_err();
            assert_eq!(refusal.kind(), Kind::Refused);
            refusals.insert(refusal.to_string());
        };
        for number in [PHONE, &phone(1), &phone(2)] {
            refuse(number, "nonsense").await;
            refuse(number, &code).await;
        }
        world.clock.advance(DAY);
        refuse(PHONE, &code).await;
        world.app.forget_due().await.unwrap();
        refuse(PHONE, &code).await;
        assert_eq!(refusals.len(), 1, "{refusals:?}");
        assert!(!refusals.first().unwrap().contains(|c: char| c.is_ascii_digit()));
    }

    /// So many codes for a phone and from an address; whoever is refused is told when to come again.
    async fn limits(db) {
        let world = world(db).await;
        let (app, start) = (&world.app, world.app.now());
        app.ask_code(ANYBODY, PHONE, home()).await.unwrap();
        for _ in 0..3 {
            let again = again_at(app.ask_code(ANYBODY, PHONE, elsewhere(1)).await);
            assert_eq!(again, start.plus(MINUTE), "the same for whoever asks, and not counted");
        }
        for _ in 0..4 {
            world.clock.advance(MINUTE);
            app.ask_code(ANYBODY, PHONE, home()).await.unwrap();
        }
        world.clock.advance(MINUTE);
        assert_eq!(again_at(app.ask_code(ANYBODY, PHONE, home()).await), start.plus(DAY));
        for n in 0..15 {
            app.ask_code(ANYBODY, &phone(n), home()).await.unwrap();
        }
        let again = again_at(app.ask_code(ANYBODY, &phone(99), home()).await);
        assert_eq!(again, start.plus(MINUTE * 60));
        app.ask_code(ANYBODY, &phone(99), elsewhere(1)).await.unwrap();
        world.clock.advance(DAY);
        app.ask_code(ANYBODY, PHONE, home()).await.unwrap();
        // A person has a whole network of addresses of version 6.
        for n in 0..20 {
            let from = format!("2001:db8:1:2::{n:x}").parse().unwrap();
            app.ask_code(ANYBODY, &phone(200 + n), from).await.unwrap();
        }
        again_at(app.ask_code(ANYBODY, &phone(300), "2001:db8:1:2:ffff::1".parse().unwrap()).await);
        app.ask_code(ANYBODY, &phone(300), "2001:db8:1:3::1".parse().unwrap()).await.unwrap();
        // The same address in its other form.
        for n in 0..19 {
            app.ask_code(ANYBODY, &phone(400 + n), "::ffff:203.0.113.7".parse().unwrap()).await.unwrap();
        }
        again_at(app.ask_code(ANYBODY, &phone(500), home()).await);
    }

    /// All together have a budget, and a code can be tried so often from one place only.
    async fn budget_and_tries(db) {
        let first = world(db).await;
        let rules = include_str!("../../data/phones.toml");
        let rules = rules.replace("codes_a_day = 5000", "codes_a_day = 7");
        std::fs::write(first.app.folder().root().join("phones.toml"), rules).unwrap();
        let world = first.another(db, "two").await;
        let (app, start) = (&world.app, world.app.now());
        for n in 0..7 {
            app.ask_code(ANYBODY, &phone(n), elsewhere(n as u8)).await.unwrap();
        }
        assert_eq!(again_at(app.ask_code(ANYBODY, &phone(8), elsewhere(8)).await), start.plus(DAY));
        for _ in 0..60 {
            assert_eq!(prove(&world, &phone(0), "nonsense").await.unwrap_err().kind(), Kind::Refused);
        }
        assert_eq!(again_at(prove(&world, &phone(0), "nonsense").await), start.plus(MINUTE * 60));
    }

    /// Nodes share secret, codes and counts.
    async fn two_nodes(db) {
        let one = world(db).await;
        let two = one.another(db, "two").await;
        let code = ask(&one, PHONE).await;
        again_at(two.app.ask_code(ANYBODY, PHONE, elsewhere(2)).await);
        let opened = prove(&two, PHONE, &code).await.unwrap();
        assert!(one.app.session(&opened.token.reveal()).await.unwrap().is_some());
        // Many guesses at the same time count one by one.
        one.clock.advance(MINUTE);
        let code = ask(&one, PHONE).await;
        let mut guessing = tokio::task::JoinSet::new();
        for n in 0..24_u8 {
            let (app, wrong) = ([&one, &two][usize::from(n % 2)].app.clone(), not(&code));
            guessing.spawn(async move { app.prove_code(ANYBODY, PHONE, &wrong, elsewhere(n)).await.is_ok() });
        }
        assert!(guessing.join_all().await.into_iter().all(|proved| !proved));
        assert!(prove(&two, PHONE, &code).await.is_err(), "five are the most");
        // One code used at the same time from many places opens one session.
        one.clock.advance(MINUTE);
        let code = ask(&one, PHONE).await;
        let mut using = tokio::task::JoinSet::new();
        for n in 0..8_u8 {
            let (app, code) = ([&one, &two][usize::from(n % 2)].app.clone(), code.clone());
            using.spawn(async move { app.prove_code(ANYBODY, PHONE, &code, elsewhere(n)).await.is_ok() });
        }
        assert_eq!(using.join_all().await.into_iter().filter(|proved| *proved).count(), 1);
        // And as many codes asked for at the same time as may be asked for.
        one.clock.advance(MINUTE);
        let mut asking = tokio::task::JoinSet::new();
        for n in 0..8_u8 {
            let app = [&one, &two][usize::from(n % 2)].app.clone();
            asking.spawn(async move { app.ask_code(ANYBODY, PHONE, elsewhere(n)).await.is_ok() });
        }
        assert_eq!(asking.join_all().await.into_iter().filter(|asked| *asked).count(), 1);
    }

    /// A device without a phone is a person of its own.
    async fn guests(db) {
        let world = world(db).await;
        let mut people = BTreeSet::new();
        for _ in 0..30 {
            let opened = world.app.guest_session(ANYBODY, home()).await.unwrap();
            people.insert(who(&opened.actor));
        }
        assert_eq!(people.len(), 30);
        assert_eq!(again_at(world.app.guest_session(ANYBODY, home()).await), world.app.now().plus(MINUTE * 60));
        let opened = world.app.guest_session(ANYBODY, elsewhere(1)).await.unwrap();
        assert!(world.app.session(&opened.token.reveal()).await.unwrap().is_some());
        let mine = world.app.see_my_data(&opened.actor).await.unwrap().unwrap();
        assert_eq!((mine.phone, mine.purpose, mine.basis), (None, Purpose::Device, Basis::Duty));
    }

    /// A code neither finds nor changes an account with other roles.
    async fn accounts_stay_as_they_are(db) {
        let world = world(db).await;
        let link = world.app.make_sign_in_link(SYSTEM, Role::Administrator).await.unwrap();
        let staff = world.app.sign_in(&link.token.reveal()).await.unwrap();
        let before = world.app.session(&staff.token.reveal()).await.unwrap().unwrap();
        // Asked for and proved by somebody who is signed in as staff.
        world.app.ask_code(&staff.actor, PHONE, home()).await.unwrap();
        let code = sent(&world).await.pop().unwrap().1;
        let opened = world.app.prove_code(&staff.actor, PHONE, &code, home()).await.unwrap();
        assert_ne!(Doer::Person(who(&opened.actor)), staff.actor.doer());
        assert_eq!(world.app.session(&staff.token.reveal()).await.unwrap().unwrap(), before);
        assert_eq!(world.app.see_my_data(&staff.actor).await.unwrap(), None);
        assert!(!world.app.forget_me(&staff.actor).await.unwrap());
        assert!(world.app.session(&staff.token.reveal()).await.unwrap().is_some(), "it is not of a resident");
    }

    /// Everybody sees what is stored of him, and can have it deleted; then nothing leads to him.
    async fn mine_to_see_and_to_forget(db) {
        let world = world(db).await;
        let code = ask(&world, PHONE).await;
        let opened = prove(&world, PHONE, &code).await.unwrap();
        let mine = world.app.see_my_data(&opened.actor).await.unwrap().unwrap();
        assert_eq!(mine.phone.as_ref().unwrap().reveal(), "+8613812345678");
        assert_eq!((mine.purpose, mine.basis), (Purpose::Contact, Basis::Consent));
        assert_eq!((mine.made_at, mine.keep_until), (world.app.now(), opened.expires_at));
        assert_eq!(mine.sessions, [(world.app.now(), opened.expires_at)]);
        assert!(world.app.see_my_data(ANYBODY).await.is_err());

        world.clock.advance(MINUTE);
        world.app.ask_code(ANYBODY, PHONE, home()).await.unwrap();
        assert!(world.app.forget_me(&opened.actor).await.unwrap());
        assert!(db.holding("13812345678").await.is_empty());
        assert!(world.app.session(&opened.token.reveal()).await.unwrap().is_none());
        assert_eq!(world.app.see_my_data(&opened.actor).await.unwrap(), None);
        assert!(!world.app.forget_me(&opened.actor).await.unwrap());
        assert!(sent(&world).await.is_empty(), "no message waits for somebody who is gone");
        again_at(world.app.ask_code(ANYBODY, PHONE, home()).await);
        world.clock.advance(MINUTE);
        let code = ask(&world, PHONE).await;
        assert_ne!(who(&prove(&world, PHONE, &code).await.unwrap().actor), mine.person, "somebody new");
    }

    /// What is kept until a moment is deleted after it.
    async fn kept_until_its_time(db) {
        let world = world(db).await;
        let code = ask(&world, PHONE).await;
        let opened = prove(&world, PHONE, &code).await.unwrap();
        world.app.ask_code(ANYBODY, &phone(1), home()).await.unwrap();
        world.app.guest_session(ANYBODY, home()).await.unwrap();
        world.clock.advance(MINUTE * 9);
        world.app.forget_due().await.unwrap();
        assert_eq!(db.holding(&phone(1)).await, ["people.phone"]);
        world.clock.advance(MINUTE);
        assert!(world.app.forget_due().await.unwrap() >= 3, "a phone not proved, its code and message");
        assert!(db.holding(&phone(1)).await.is_empty());
        assert!(sent(&world).await.is_empty());
        assert_eq!(db.holding("13812345678").await, ["people.phone"]);

        world.clock.advance(DAY * 100);
        let code = ask(&world, PHONE).await;
        let again = prove(&world, PHONE, &code).await.unwrap();
        world.clock.advance(DAY * 81);
        assert!(world.app.forget_due().await.unwrap() >= 1, "the guest");
        assert!(world.app.see_my_data(&opened.actor).await.unwrap().is_some(), "proved again since");
        assert!(world.app.session(&again.token.reveal()).await.unwrap().is_some());
        world.clock.advance(DAY * 99);
        world.app.forget_due().await.unwrap();
        assert!(db.holding("13812345678").await.is_empty());
        assert!(db.holding(&who(&opened.actor).to_string()).await.iter().all(|at| at.starts_with("audit.")));
        assert_eq!(world.app.forget_due().await.unwrap(), 0);
    }

    /// After all of it a phone stands in one column only, and neither addresses nor codes anywhere they
    /// should not.
    async fn nothing_personal_elsewhere(db) {
        let world = world(db).await;
        let code = ask(&world, PHONE).await;
        for wrong in [not(&code), "nonsense".into()] {
            prove(&world, PHONE, &wrong).await.unwrap_err();
        }
        assert_eq!(db.holding(&code).await, ["notices.args"]);
        let opened = prove(&world, PHONE, &code).await.unwrap();
        assert!(db.holding(&code).await.is_empty());
        world.app.see_my_data(&opened.actor).await.unwrap();
        world.app.guest_session(ANYBODY, home()).await.unwrap();
        world.clock.advance(MINUTE);
        world.app.ask_code(ANYBODY, PHONE, home()).await.unwrap();
        again_at(world.app.ask_code(&opened.actor, PHONE, home()).await);
        for text in ["13812345678", "138 1234", "12345678", "138123"] {
            let holding = db.holding(text).await;
            assert!(holding.iter().all(|at| at == "people.phone"), "{text} in {holding:?}");
        }
        for text in ["203.0.113", "cb007107", "nonsense"] {
            assert!(db.holding(text).await.is_empty(), "{text} in {:?}", db.holding(text).await);
        }
        // A digest that anybody could make of a phone is as good as the phone.
        let plain = yike_model::Digest::of(b"+8613812345678").to_string();
        assert!(db.holding(&plain).await.is_empty());
        assert!(!format!("{:?}", world.app.see_my_data(&opened.actor).await.unwrap()).contains("12345678"));
    }

    /// On screen a code is shown in a demo district only.
    async fn shown_in_the_demo_only(db) {
        let world = world(db).await;
        world.app.ask_code(ANYBODY, PHONE, home()).await.unwrap();
        assert_eq!(world.app.shown_code(PHONE).await.unwrap(), None);
        std::fs::write(world.app.folder().root().join(DEMO_MARKER), "{}").unwrap();
        let code = world.app.shown_code(PHONE).await.unwrap().unwrap();
        assert_eq!(world.app.shown_code(&phone(1)).await.unwrap(), None);
        prove(&world, PHONE, &code).await.unwrap();
        assert_eq!(world.app.shown_code(PHONE).await.unwrap(), None, "it was used");
        world.clock.advance(MINUTE);
        world.app.ask_code(ANYBODY, PHONE, home()).await.unwrap();
        world.clock.advance(MINUTE * 10);
        assert_eq!(world.app.shown_code(PHONE).await.unwrap(), None, "it is too old");
    }
}

/// How many lines the audit has.
async fn audit(world: &World) -> usize {
    world.app.audit(&person(Role::Auditor), &Page::first(500)).await.unwrap().len()
}
