//! The same deeds on both databases end in the same state, in the same order, with the same hashes.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use yike_model::imports::{Check, Import, ImportDeed};
use yike_model::jobs::{Job, JobDeed};
use yike_model::spine::By;
use yike_model::text::Reason;
use yike_model::{Digest, ImportId, JobId};
use yike_store::testing::{TestDb, run};
use yike_store::{Engine, Page, Store, StoreError, Tx};

use crate::world::{LEASE, at, checked_import, district, node, nth, queue};

/// One random deed.
#[derive(Clone, Copy, Debug)]
enum Step {
    Queue(u16),
    Claim,
    AskCancel(u16),
    Finish(u16, u32),
    Fail(u16, u32),
    Fire,
    Propose(u16),
    Apply(u16),
    Refuse(u16),
}

fn step() -> impl Strategy<Value = Step> {
    let id = 0_u16..6;
    prop_oneof![
        id.clone().prop_map(Step::Queue),
        Just(Step::Claim),
        id.clone().prop_map(Step::AskCancel),
        (id.clone(), 1_u32..3).prop_map(|(id, attempt)| Step::Finish(id, attempt)),
        (id.clone(), 1_u32..3).prop_map(|(id, attempt)| Step::Fail(id, attempt)),
        Just(Step::Fire),
        id.clone().prop_map(Step::Propose),
        id.clone().prop_map(Step::Apply),
        id.prop_map(Step::Refuse),
    ]
}

/// Does a step; gives what came of it as text.
async fn take(store: &Store, n: i64, step: Step) -> String {
    let now = at(n * 20);
    if matches!(step, Step::Fire) {
        return format!("{:?}", store.fire_due(now, 100).await.unwrap());
    }
    let done = store
        .write(async move |tx: &mut Tx| {
            let job = |n| nth::<JobId>(n);
            let import = |n| nth::<ImportId>(100 + n);
            let act = async |tx: &mut Tx, id, deed| {
                tx.act::<Job>(&district(), id, deed, By::SYSTEM, now)
                    .await
                    .map(|acted| format!("{acted:?}"))
            };
            match step {
                Step::Queue(n) => queue(tx, n, 2).await.map(|id| id.to_string()),
                Step::Claim => {
                    tx.claim_job(&node("a"), LEASE, now).await.map(|claimed| format!("{claimed:?}"))
                }
                Step::AskCancel(n) => act(tx, job(n), JobDeed::AskCancel).await,
                Step::Finish(n, attempt) => {
                    act(tx, job(n), JobDeed::Finish { attempt, result: "{}".into() }).await
                }
                Step::Fail(n, attempt) => {
                    act(tx, job(n), JobDeed::Fail { attempt, error: "e".into(), again: true }).await
                }
                Step::Propose(n) => checked_import(
                    tx,
                    &district(),
                    import(n),
                    yike_model::imports::ImportKind::Homes,
                    now,
                )
                .await
                .map(|()| String::new()),
                Step::Apply(n) => {
                    let check = ImportDeed::Check(Check { rows: 3, ..Check::default() });
                    tx.act::<Import>(&district(), import(n), check, By::SYSTEM, now).await?;
                    let deed = ImportDeed::Apply { digest: Digest::of(b"x") };
                    tx.act::<Import>(&district(), import(n), deed, By::SYSTEM, now)
                        .await
                        .map(|acted| format!("{acted:?}"))
                }
                Step::Refuse(n) => {
                    let deed = ImportDeed::Refuse {
                        reason: Reason::parse("no").map_err(yike_model::Refusal::from)?,
                    };
                    tx.act::<Import>(&district(), import(n), deed, By::SYSTEM, now)
                        .await
                        .map(|acted| format!("{acted:?}"))
                }
                Step::Fire => unreachable!("done above"),
            }
        })
        .await;
    match done {
        Ok(text) => text,
        Err(StoreError::Refused(refusal)) => refusal.to_string(),
        Err(error) => panic!("{step:?}: {error}"),
    }
}

/// All that can be read afterwards, as text.
async fn picture(store: &Store) -> String {
    let mut reader = store.read().await.unwrap();
    let jobs = reader.subjects::<Job>(&district(), None, &Page::first(500)).await.unwrap();
    let imports = reader.subjects::<Import>(&district(), None, &Page::first(500)).await.unwrap();
    let mut text = format!("{jobs:#?}{imports:#?}{:?}", reader.next_deadline().await.unwrap());
    for id in jobs.iter().map(|kept| kept.id).chain(imports.iter().map(|kept| kept.id)) {
        let events = reader.history(&district(), id, 0).await.unwrap();
        text += &events.last().unwrap().hash.to_string();
    }
    text
}

fn outcome(engine: Engine, steps: &[Step]) -> String {
    let (send, told) = std::sync::mpsc::channel();
    run(engine, async |db: &TestDb| {
        let mut text = String::new();
        for (n, step) in (1..).zip(steps) {
            text += &take(&db.store, n, *step).await;
            text.push('\n');
        }
        let verified = db.store.verify().await.unwrap();
        assert!(verified.holds(), "{verified:?}");
        let before = picture(&db.store).await;
        db.store.rebuild().await.unwrap();
        assert_eq!(picture(&db.store).await, before, "rebuilding changes nothing");
        send.send(text + &before).unwrap();
    });
    told.recv().unwrap()
}

#[test]
fn same_deeds_same_state_on_sqlite_and_postgres() {
    let mut runner =
        TestRunner::new(Config { cases: 12, failure_persistence: None, ..Config::default() });
    runner
        .run(&proptest::collection::vec(step(), 1..60), |steps| {
            prop_assert_eq!(outcome(Engine::Sqlite, &steps), outcome(Engine::Postgres, &steps));
            Ok(())
        })
        .unwrap();
}
