//! Verify finds what was changed behind the store's back, and names it.

use yike_model::JobId;
use yike_model::places::Missing;
use yike_store::Tx;
use yike_store::testing::TestDb;

use crate::places::{divisions, import};
use crate::world::{LEASE, at, node, nth, queue};

/// A small world: places, a queued job, a running one.
async fn fill(db: &TestDb) {
    import(&db.store, 1, divisions(), Missing::Close, at(0)).await.unwrap();
    db.store
        .write(async |tx: &mut Tx| {
            queue(tx, 10, 2).await?;
            tx.claim_job(&node("a"), LEASE, at(1)).await?;
            queue(tx, 11, 2).await
        })
        .await
        .unwrap();
    let verified = db.store.verify().await.unwrap();
    assert!(verified.holds(), "{verified:?}");
    assert_eq!((verified.subjects, verified.events, verified.places), (3, 6, 197));
}

/// What verify says after a change.
async fn after(db: &TestDb, change: &str) -> Vec<String> {
    fill(db).await;
    db.meddle(change).await;
    let verified = db.store.verify().await.unwrap();
    assert_eq!(verified.count as usize, verified.differences.len());
    verified.differences.iter().map(ToString::to_string).collect()
}

fn running() -> JobId {
    nth(10)
}

yike_store::on_both! {
    /// An event that was changed breaks its hash.
    async fn a_changed_event(db) {
        let id = running();
        let found = after(db, &format!("update events set actor = 'anonymous' where subject = '{id}' and seq = 1")).await;
        assert_eq!(found, [format!("330105 event {id}: event 1 was changed: its hash is wrong")]);
    }

    /// An event with its hash changed too breaks the chain.
    async fn a_removed_event(db) {
        let id = running();
        let found = after(db, &format!("delete from events where subject = '{id}' and seq = 1")).await;
        assert_eq!(found, [format!("330105 event {id}: event 1 is missing")]);
    }

    /// The last event gone: the state says more than the ledger.
    async fn a_removed_last_event(db) {
        let id = running();
        let found = after(db, &format!("delete from events where subject = '{id}' and seq = 2")).await;
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("its number of events is 2, by its events 1"), "{found:?}");
        assert!(found[1].contains("lease should not run"), "{found:?}");
    }

    /// A state that does not follow from the events; rebuilding puts it right.
    async fn a_changed_state(db) {
        let id = running();
        let found = after(db, &format!("update subjects set status = 'done' where id = '{id}'")).await;
        assert_eq!(found, [format!("330105 subject {id}: its status is done, by its events running")]);
        assert_eq!(db.store.rebuild().await.unwrap(), 3);
        assert!(db.store.verify().await.unwrap().holds());
    }

    /// States without events, events without a state, deadlines for nothing: rebuilding puts right what
    /// follows from the ledger.
    async fn things_missing_and_too_many(db) {
        let (id, other) = (running(), nth::<JobId>(77));
        let found = after(db, &format!(
            "update subjects set id = '{other}' where id = '{id}'; delete from deadlines; delete from place_terms where term = '夹城巷社区'"
        )).await;
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].contains("has events but no state"));
        assert!(found[1].contains("lease should run"));
        assert!(found[2].contains("search term"));
        db.store.rebuild().await.unwrap();
        let verified = db.store.verify().await.unwrap();
        assert!(verified.holds(), "{verified:?}");
    }

    /// A state more than there are histories.
    async fn a_state_without_events(db) {
        let id = nth::<JobId>(11);
        let found = after(db, &format!("delete from events where subject = '{id}'")).await;
        assert_eq!(found, [format!("330105 subject {id}: has a state but no events")]);
    }

    /// A place that was changed is not what its import wrote.
    async fn a_changed_place(db) {
        let found = after(db, "update places set lon = 120.0, lat = 30.0 where code = '330105001051'").await;
        assert_eq!(found, ["330105 place all: what is stored is not what the last import wrote"]);
    }

    /// A place hung where it cannot hang.
    async fn a_broken_tree(db) {
        let found = after(db, "update places set parent = id where code = '330105001051'").await;
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[1].contains("330105001051: stands below nothing fitting"));
    }

    /// A broken ledger is not built upon.
    async fn a_broken_ledger_is_not_rebuilt(db) {
        let id = running();
        after(db, &format!("delete from events where subject = '{id}' and seq = 1")).await;
        let why = db.store.rebuild().await.unwrap_err().to_string();
        assert!(why.contains(&id.to_string()) && why.contains("event 1 is missing"), "{why}");
        let verified = db.store.verify().await.unwrap();
        assert_eq!(verified.count, 1, "nothing was undone or changed: {verified:?}");
    }
}
