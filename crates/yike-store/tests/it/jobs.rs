//! Workers: one job each, heard of, cancelled.

use yike_model::jobs::{Job, JobDeed};
use yike_model::spine::By;
use yike_store::{Beat, ClaimedJob, Store, Tx};

use crate::world::{LEASE, at, district, node, queue, refusal};

async fn claim(store: &Store, name: &'static str, now: i64) -> Option<ClaimedJob> {
    store
        .write(async move |tx: &mut Tx| tx.claim_job(&node(name), LEASE, at(now)).await)
        .await
        .unwrap()
}

async fn beat(store: &Store, claimed: &ClaimedJob, done: u64, now: i64) -> Beat {
    let claimed = claimed.clone();
    store
        .write(async move |tx: &mut Tx| {
            tx.beat(&claimed, ("reach", done, 10), LEASE, at(now)).await
        })
        .await
        .unwrap()
}

async fn act(
    store: &Store,
    claimed: &ClaimedJob,
    deed: JobDeed,
    now: i64,
) -> Result<Job, yike_store::StoreError> {
    let (district, id) = (claimed.district.clone(), claimed.id);
    store
        .write(async move |tx: &mut Tx| {
            tx.act::<Job>(&district, id, deed.clone(), By::SYSTEM, at(now)).await
        })
        .await
        .map(|acted| acted.state)
}

yike_store::on_both! {
    /// Jobs are taken in the order they were asked for, each by one worker.
    async fn taken_in_order_each_once(db) {
        db.store.write(async |tx: &mut Tx| {
            queue(tx, 1, 1).await?;
            queue(tx, 2, 1).await
        }).await.unwrap();
        let (a, b) = tokio::join!(claim(&db.store, "a", 1), claim(&db.store, "b", 1));
        let mut ids = [a.unwrap().id, b.unwrap().id];
        ids.sort_unstable();
        assert_eq!(ids, [crate::world::nth(1), crate::world::nth(2)]);
        assert_eq!(claim(&db.store, "c", 1).await, None);
    }

    /// A worker that is heard of keeps its job; its progress can be seen.
    async fn beats_keep_the_lease(db) {
        db.store.write(async |tx: &mut Tx| queue(tx, 1, 2).await).await.unwrap();
        let claimed = claim(&db.store, "a", 0).await.unwrap();
        assert_eq!(beat(&db.store, &claimed, 4, 25).await, Beat::GoOn);
        assert_eq!(db.store.fire_due(at(40), 10).await.unwrap().done, 0, "the lease was pushed to 55");
        let mut reader = db.store.read().await.unwrap();
        let progress = reader.job_progress(&district(), claimed.id).await.unwrap().unwrap();
        assert_eq!((progress.stage.as_str(), progress.done, progress.of), ("reach", 4, 10));
        assert_eq!((progress.attempt, progress.beat_at), (1, at(25)));
        assert_eq!(db.store.fire_due(at(56), 10).await.unwrap().done, 1);
        assert_eq!(beat(&db.store, &claimed, 5, 57).await, Beat::Lost);
        let late = JobDeed::Finish { attempt: 1, result: "{}".into() };
        assert_eq!(refusal(act(&db.store, &claimed, late, 58).await).code(), "wrong_state");
        let second = claim(&db.store, "b", 60).await.unwrap();
        assert_eq!(second.job.attempts, 2);
        assert_eq!(beat(&db.store, &claimed, 6, 61).await, Beat::Lost, "the first worker stays out");
        act(&db.store, &second, JobDeed::Finish { attempt: 2, result: "{}".into() }, 62).await.unwrap();
        assert!(db.store.verify().await.unwrap().holds());
    }

    /// A worker learns from its beat that somebody wants to cancel.
    async fn cancel_reaches_the_worker(db) {
        db.store.write(async |tx: &mut Tx| queue(tx, 1, 2).await).await.unwrap();
        let claimed = claim(&db.store, "a", 0).await.unwrap();
        act(&db.store, &claimed, JobDeed::AskCancel, 1).await.unwrap();
        assert_eq!(beat(&db.store, &claimed, 1, 2).await, Beat::Cancel);
        act(&db.store, &claimed, JobDeed::Cancel { attempt: 1 }, 3).await.unwrap();
        assert_eq!(beat(&db.store, &claimed, 1, 4).await, Beat::Lost);
        assert_eq!(db.store.fire_due(at(100), 10).await.unwrap().done, 0, "no lease runs any more");
    }
}
