//! Deadlines fire once, also late, also when several nodes look.

use yike_model::jobs::{Job, JobState};
use yike_store::{Fired, Tx};

use crate::world::{LEASE, at, district, node, nth, queue};

yike_store::on_both! {
    /// A lease that runs out gives the job back; before that nothing happens.
    async fn fires_when_due(db) {
        db.store.write(async |tx: &mut Tx| {
            queue(tx, 1, 2).await?;
            tx.claim_job(&node("a"), LEASE, at(0)).await
        }).await.unwrap();
        let mut reader = db.store.read().await.unwrap();
        assert_eq!(reader.next_deadline().await.unwrap(), Some(at(30)));
        let running = reader.deadlines(&district(), nth::<yike_model::JobId>(1)).await.unwrap();
        assert_eq!(running.iter().map(|d| (d.name.as_str(), d.due)).collect::<Vec<_>>(), [("lease", at(30))]);
        assert_eq!(db.store.fire_due(at(29), 100).await.unwrap(), Fired::default());
        let fired = db.store.fire_due(at(31), 100).await.unwrap();
        assert_eq!(fired, Fired { done: 1, moot: 0, failed: 0 });
        let job = reader.subject::<Job>(&district(), nth::<yike_model::JobId>(1)).await.unwrap().unwrap();
        assert_eq!(job.state.state, JobState::Queued);
        assert_eq!(reader.next_deadline().await.unwrap(), None);
        assert_eq!(db.store.fire_due(at(100), 100).await.unwrap(), Fired::default(), "only once");
    }

    /// A deadline that was missed while nothing ran fires at the next start.
    async fn fires_after_a_crash(db) {
        db.store.write(async |tx: &mut Tx| {
            queue(tx, 1, 1).await?;
            tx.claim_job(&node("a"), LEASE, at(0)).await
        }).await.unwrap();
        let store = db.again().await;
        assert_eq!(store.fire_due(at(100_000), 100).await.unwrap().done, 1);
        let mut reader = store.read().await.unwrap();
        let job = reader.subject::<Job>(&district(), nth::<yike_model::JobId>(1)).await.unwrap().unwrap();
        let JobState::Failed { error, .. } = job.state.state else { panic!("{job:?}") };
        assert_eq!(error, "nothing was heard of its worker a");
        drop(reader);
        store.close().await;
    }

    /// Of several nodes that see the same deadlines, one fires each.
    async fn several_nodes_fire_each_once(db) {
        db.store.write(async |tx: &mut Tx| {
            for n in 0..20 {
                queue(tx, n, 3).await?;
                tx.claim_job(&node("a"), LEASE, at(0)).await?;
            }
            Ok(())
        }).await.unwrap();
        let others = [db.again().await, db.again().await];
        let (a, b, c) = tokio::join!(
            db.store.fire_due(at(60), 100),
            others[0].fire_due(at(60), 100),
            others[1].fire_due(at(60), 100),
        );
        let fired = [a.unwrap(), b.unwrap(), c.unwrap()];
        assert_eq!(fired.iter().map(|fired| fired.done).sum::<u32>(), 20, "{fired:?}");
        assert_eq!(fired.iter().map(|fired| fired.failed).sum::<u32>(), 0, "{fired:?}");
        let mut reader = db.store.read().await.unwrap();
        for n in 0..20 {
            let events = reader.history(&district(), nth::<yike_model::JobId>(n), 0).await.unwrap();
            assert_eq!(events.len(), 3, "queued, started, requeued");
        }
        drop(reader);
        for other in others {
            other.close().await;
        }
    }

    /// A deadline whose subject cannot be read is put off, and stops no other.
    async fn a_broken_one_stops_no_other(db) {
        db.store.write(async |tx: &mut Tx| {
            for n in 0..3 {
                queue(tx, n, 3).await?;
                tx.claim_job(&node("a"), LEASE, at(0)).await?;
            }
            Ok(())
        }).await.unwrap();
        let broken: yike_model::JobId = nth(1);
        db.meddle(&format!("update subjects set state = '{{}}' where id = '{broken}'")).await;
        let fired = db.store.fire_due(at(60), 100).await.unwrap();
        assert_eq!(fired, Fired { done: 2, moot: 0, failed: 1 });
        assert_eq!(db.store.fire_due(at(60), 100).await.unwrap(), Fired::default(), "put off");
        assert_eq!(db.store.fire_due(at(62), 100).await.unwrap().failed, 1, "and tried again");
    }
}
