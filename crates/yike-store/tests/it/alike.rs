//! The same deeds on both databases end in the same state, in the same order, with the same hashes.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use yike_model::imports::{Check, Import, ImportDeed, ImportKind};
use yike_model::jobs::{Job, JobDeed};
use yike_model::spine::By;
use yike_model::text::Reason;
use yike_model::{Digest, ImportId, JobId, Timestamp};
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
    match store.write(async move |tx: &mut Tx| step_in(tx, step, now).await).await {
        Ok(text) => text,
        Err(StoreError::Refused(refusal)) => refusal.to_string(),
        Err(error) => panic!("{step:?}: {error}"),
    }
}

async fn job(tx: &mut Tx, n: u16, deed: JobDeed, now: Timestamp) -> Result<String, StoreError> {
    let acted = tx.act::<Job>(&district(), nth::<JobId>(n), deed, By::SYSTEM, now).await?;
    Ok(format!("{acted:?}"))
}

async fn import(
    tx: &mut Tx,
    n: u16,
    deed: ImportDeed,
    now: Timestamp,
) -> Result<String, StoreError> {
    let id = nth::<ImportId>(100 + n);
    let acted = tx.act::<Import>(&district(), id, deed, By::SYSTEM, now).await?;
    Ok(format!("{acted:?}"))
}

async fn step_in(tx: &mut Tx, step: Step, now: Timestamp) -> Result<String, StoreError> {
    match step {
        Step::Queue(n) => queue(tx, n, 2).await.map(|id| id.to_string()),
        Step::Claim => {
            tx.claim_job(&node("a"), LEASE, now).await.map(|claimed| format!("{claimed:?}"))
        }
        Step::AskCancel(n) => job(tx, n, JobDeed::AskCancel, now).await,
        Step::Finish(n, attempt) => {
            job(tx, n, JobDeed::Finish { attempt, result: "{}".into() }, now).await
        }
        Step::Fail(n, attempt) => {
            job(tx, n, JobDeed::Fail { attempt, error: "e".into(), again: true }, now).await
        }
        Step::Propose(n) => {
            let id = nth(100 + n);
            checked_import(tx, &district(), id, ImportKind::Homes, now).await?;
            Ok(String::new())
        }
        Step::Apply(n) => {
            import(tx, n, ImportDeed::Check(Check { rows: 3, ..Check::default() }), now).await?;
            import(tx, n, ImportDeed::Apply { digest: Digest::of(b"x") }, now).await
        }
        Step::Refuse(n) => {
            let reason = Reason::parse("no").map_err(yike_model::Refusal::from)?;
            import(tx, n, ImportDeed::Refuse { reason }, now).await
        }
        Step::Fire => unreachable!("done outside of a transaction"),
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
