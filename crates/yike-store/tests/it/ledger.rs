//! Events, state, and who is first.

use yike_model::jobs::{Job, JobDeed, JobState};
use yike_model::spine::{By, Doer};
use yike_model::{Digest, PersonId};
use yike_store::{Page, StoreError, Tx};

use crate::world::{LEASE, at, district, node, nth, queue, refusal};

yike_store::on_both! {
    /// A deed leaves an event that carries the hash of the one before, and the state.
    async fn a_deed_leaves_event_and_state(db) {
        let id = db.store.write(async |tx: &mut Tx| queue(tx, 1, 1).await).await.unwrap();
        let person = By { doer: Doer::Person(PersonId::new(at(0), [1; 10])), role: Some(yike_model::people::Role::Planner) };
        let acted = db.store.write(async move |tx: &mut Tx| {
            tx.act::<Job>(&district(), id, JobDeed::AskCancel, person, at(5)).await
        }).await.unwrap();
        assert_eq!((acted.seq, acted.state.status_word()), (2, "cancelled"));

        let mut reader = db.store.read().await.unwrap();
        let kept = reader.subject::<Job>(&district(), id).await.unwrap().unwrap();
        assert_eq!(kept.state, acted.state);
        assert_eq!((kept.seq, kept.made_at, kept.changed_at), (2, at(0), at(5)));

        let events = reader.history(&district(), id, 0).await.unwrap();
        assert_eq!(events.len(), 2);
        assert_eq!(events[0].prev, Digest::ZERO);
        assert_eq!(events[1].prev, events[0].hash);
        assert_eq!(events[1].by, person);
        assert!(events.iter().all(|event| event.computed_hash() == event.hash));
        assert_eq!(reader.history(&district(), id, 1).await.unwrap().len(), 1);
    }

    /// A refusal is the answer, and nothing is written.
    async fn a_refusal_writes_nothing(db) {
        let result = db.store.write(async |tx: &mut Tx| {
            queue(tx, 1, 1).await?;
            queue(tx, 1, 1).await
        }).await;
        assert_eq!(refusal(result).code(), "exists");
        let mut reader = db.store.read().await.unwrap();
        assert!(reader.subjects::<Job>(&district(), None, &Page::default()).await.unwrap().is_empty());
        assert!(reader.history(&district(), nth::<yike_model::JobId>(1), 0).await.unwrap().is_empty());
    }

    /// Of many writers who meet at one subject, one is first and the others decide again.
    async fn one_of_many_writers_wins(db) {
        let id = db.store.write(async |tx: &mut Tx| queue(tx, 1, 5).await).await.unwrap();
        let stores = [db.store.clone(), db.again().await];
        let mut racing = tokio::task::JoinSet::new();
        for n in 0..16 {
            let store = stores[n % 2].clone();
            racing.spawn(async move {
                store.write(async move |tx: &mut Tx| {
                    let node = node(&format!("node {n}"));
                    tx.act::<Job>(&district(), id, JobDeed::Start { node, lease: LEASE }, By::SYSTEM, at(1)).await
                }).await
            });
        }
        let outcomes = racing.join_all().await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        for lost in outcomes.into_iter().filter(Result::is_err) {
            assert_eq!(refusal(lost).to_string(), "the job is running: it cannot be started");
        }
        let kept = db.store.read().await.unwrap().subject::<Job>(&district(), id).await.unwrap().unwrap();
        assert_eq!(kept.seq, 2);
        stores[1].close().await;
    }

    /// All of many deeds to one subject are done, one after the other, whoever loses a race.
    async fn no_deed_is_lost(db) {
        let stores = [db.store.clone(), db.again().await];
        let mut racing = tokio::task::JoinSet::new();
        for n in 0..40_u16 {
            let store = stores[usize::from(n) % 2].clone();
            racing.spawn(async move { store.write(async move |tx: &mut Tx| queue(tx, n, 1).await).await });
        }
        for outcome in racing.join_all().await {
            outcome.unwrap();
        }
        let mut reader = db.store.read().await.unwrap();
        let all = reader.subjects::<Job>(&district(), Some("queued"), &Page::first(500)).await.unwrap();
        assert_eq!(all.len(), 40);
        assert!(db.store.verify().await.unwrap().holds());
        stores[1].close().await;
    }

    /// Lists are newest first, in pages, by status, and never mix districts.
    async fn lists_have_pages(db) {
        db.store.write(async |tx: &mut Tx| {
            for n in 0..5 {
                queue(tx, n, 1).await?;
            }
            tx.act::<Job>(&district(), nth::<yike_model::JobId>(2), JobDeed::AskCancel, By::SYSTEM, at(1)).await
        }).await.unwrap();
        let mut reader = db.store.read().await.unwrap();
        let first = reader.subjects::<Job>(&district(), None, &Page::first(3)).await.unwrap();
        assert_eq!(first.iter().map(|kept| kept.id).collect::<Vec<_>>(), [nth(4), nth(3), nth(2)]);
        let page = Page { after: Some(first[2].id.to_string()), limit: 3 };
        let rest = reader.subjects::<Job>(&district(), None, &page).await.unwrap();
        assert_eq!(rest.iter().map(|kept| kept.id).collect::<Vec<_>>(), [nth(1), nth(0)]);
        let queued = reader.subjects::<Job>(&district(), Some("queued"), &Page::default()).await.unwrap();
        assert_eq!(queued.len(), 4);
        let other = "330106".parse().unwrap();
        assert!(reader.subjects::<Job>(&other, None, &Page::default()).await.unwrap().is_empty());
        assert_eq!(reader.subject::<Job>(&other, nth::<yike_model::JobId>(1)).await.unwrap(), None);
    }

    /// Setting the clock back does not turn history around.
    async fn time_does_not_run_backwards(db) {
        let id = db.store.write(async |tx: &mut Tx| queue(tx, 1, 1).await).await.unwrap();
        let acted = db.store.write(async move |tx: &mut Tx| {
            tx.act::<Job>(&district(), id, JobDeed::AskCancel, By::SYSTEM, at(-500)).await
        }).await.unwrap();
        assert_eq!(acted.state.state, JobState::Cancelled { at: at(0) });
    }

    /// What is read in a snapshot belongs together, whatever is written meanwhile.
    async fn a_snapshot_does_not_move(db) {
        let count = db.store.snapshot(async |reader| {
            let before = reader.subjects::<Job>(&district(), None, &Page::default()).await?.len();
            db.store.write(async |tx: &mut Tx| queue(tx, 1, 1).await).await?;
            let after = reader.subjects::<Job>(&district(), None, &Page::default()).await?.len();
            Ok((before, after))
        }).await.unwrap();
        assert_eq!(count, (0, 0));
        let mut reader = db.store.read().await.unwrap();
        assert_eq!(reader.subjects::<Job>(&district(), None, &Page::default()).await.unwrap().len(), 1);
    }

    /// After closing, writing is refused, not lost.
    async fn a_closed_store_says_so(db) {
        let store = db.again().await;
        store.close().await;
        let result = store.write(async |tx: &mut Tx| queue(tx, 1, 1).await).await;
        assert!(matches!(result, Err(StoreError::Closed)), "{result:?}");
    }
}

/// The word for a state, without importing the trait everywhere.
trait StatusWord {
    fn status_word(&self) -> &'static str;
}

impl StatusWord for Job {
    fn status_word(&self) -> &'static str {
        yike_model::spine::Subject::status(self)
    }
}
