//! Transactions: all or nothing, together, whatever goes wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use yike_model::jobs::Job;
use yike_model::{JobId, Refusal};
use yike_store::testing::{TestDb, run};
use yike_store::{Engine, Page, Store, StoreError, Tx};

use crate::world::{at, district, nth, queue};

async fn jobs(store: &Store) -> usize {
    let mut reader = store.read().await.unwrap();
    reader.subjects::<Job>(&district(), None, &Page::first(500)).await.unwrap().len()
}

yike_store::on_both! {
    /// A deed that fails after it has written leaves nothing; its neighbours in the group stay.
    async fn a_failing_deed_takes_nobody_with_it(db) {
        let mut writing = tokio::task::JoinSet::new();
        for n in 0..60_u16 {
            let store = db.store.clone();
            writing.spawn(async move {
                store.write(async move |tx: &mut Tx| {
                    queue(tx, n, 1).await?;
                    match n % 3 {
                        0 => Ok(()),
                        1 => Err(Refusal::missing("thing", n.to_string()).into()),
                        _ => panic!("a fault in deed {n}"),
                    }
                }).await
            });
        }
        let outcomes = writing.join_all().await;
        let count = |fits: fn(&Result<(), StoreError>) -> bool| outcomes.iter().filter(|o| fits(o)).count();
        assert_eq!(count(Result::is_ok), 20);
        assert_eq!(count(|o| matches!(o, Err(StoreError::Refused(_)))), 20);
        assert_eq!(count(|o| matches!(o, Err(StoreError::Panicked))), 20);
        assert_eq!(jobs(&db.store).await, 20);
        assert!(db.store.verify().await.unwrap().holds());
    }

    /// A caller that stops waiting does not stop the writer.
    async fn a_caller_may_leave(db) {
        for n in 0..10 {
            let store = db.store.clone();
            let caller = tokio::spawn(async move { store.write(async move |tx: &mut Tx| queue(tx, n, 1).await).await });
            tokio::task::yield_now().await;
            caller.abort();
        }
        db.store.write(async |tx: &mut Tx| queue(tx, 100, 1).await).await.unwrap();
        assert!(db.store.verify().await.unwrap().holds());
    }

    /// A database that may not be written says so, and what to do.
    async fn read_only(db) {
        let result = db.store.write(async |tx: &mut Tx| {
            tx.meddle(match db_engine(tx) {
                Engine::Sqlite => "pragma query_only = on",
                Engine::Postgres => "set transaction read only",
            }).await?;
            queue(tx, 1, 1).await
        }).await;
        assert!(matches!(result, Err(StoreError::ReadOnly)), "{result:?}");
        assert_eq!(jobs(&db.store).await, 0);
    }

    /// A database of a newer program is left alone, with a clear message.
    async fn a_newer_database_is_refused(db) {
        db.meddle("insert into schema_steps (step, name, checksum, applied_at) values (99, '0099_future', 'x', 0)").await;
        let why = db.try_again().await.err().unwrap().to_string();
        assert!(why.contains("newer Yike (schema step 99, 0099_future"), "{why}");
        db.meddle("delete from schema_steps where step = 99; update schema_steps set checksum = 'x' where step = 2").await;
        let why = db.try_again().await.err().unwrap().to_string();
        assert!(why.contains("schema step 2 of the database (0002_places) is not the one of this program"), "{why}");
    }

    /// Several nodes that start at once on a new database make it once.
    async fn many_starts_at_once(db) {
        let drop = |table: &&str| format!("drop table {table}; ");
        let all: String = yike_store::testing::tables().iter().chain(&["schema_steps"]).map(drop).collect();
        db.meddle(&all).await;
        let (a, b, c) = tokio::join!(db.try_again(), db.try_again(), db.try_again());
        for store in [a.unwrap(), b.unwrap(), c.unwrap()] {
            store.write(async |tx: &mut Tx| tx.notify(&district(), &notice(), at(0)).await).await.unwrap();
            store.close().await;
        }
    }

    /// The counters of a store tell deeds from commits.
    async fn counters(db) {
        let before = db.store.counters();
        db.store.write(async |tx: &mut Tx| queue(tx, 1, 1).await).await.unwrap();
        let refused = db.store.write(async |tx: &mut Tx| queue(tx, 1, 1).await).await;
        assert!(refused.is_err());
        let after = db.store.counters();
        assert_eq!((after.done - before.done, after.failed - before.failed), (1, 1));
        assert!(after.commits > before.commits);
    }
}

fn notice() -> yike_model::spine::Notice {
    yike_model::spine::Notice {
        channel: "mail".into(),
        to: "x".into(),
        template: "t".into(),
        values: "{}".into(),
        key: "k".into(),
    }
}

fn db_engine(tx: &Tx) -> Engine {
    tx.engine()
}

/// SQLite: deeds that arrive together share commits.
#[test]
fn deeds_share_commits_on_sqlite() {
    run(Engine::Sqlite, async |db: &TestDb| {
        let before = db.store.counters();
        let mut writing = tokio::task::JoinSet::new();
        for n in 0..400_u16 {
            let store = db.store.clone();
            writing.spawn(async move {
                store.write(async move |tx: &mut Tx| queue(tx, n, 1).await).await
            });
        }
        for outcome in writing.join_all().await {
            outcome.unwrap();
        }
        let after = db.store.counters();
        assert_eq!(after.done - before.done, 400);
        let commits = after.commits - before.commits;
        assert!(commits <= 100, "{commits} commits for 400 deeds");
    });
}

/// SQLite undoes a whole transaction when the disk is full: the full deed is told, the others of its
/// group are done again and kept.
#[test]
fn a_full_disk_on_sqlite() {
    run(Engine::Sqlite, async |db: &TestDb| {
        let pages = db
            .store
            .write(async |tx: &mut Tx| tx.meddle("pragma max_page_count = 120").await)
            .await;
        pages.unwrap();
        let tried = Arc::new(AtomicU32::new(0));
        let mut writing = tokio::task::JoinSet::new();
        for n in 0..20_u16 {
            let (store, tried) = (db.store.clone(), Arc::clone(&tried));
            writing.spawn(async move {
                store
                    .write(async move |tx: &mut Tx| {
                        tried.fetch_add(1, Ordering::Relaxed);
                        if n == 7 {
                            let big = yike_model::jobs::JobSpec {
                                spec: "x".repeat(60_000),
                                ..crate::world::spec(1)
                            };
                            for m in 0..20 {
                                let deed = yike_model::jobs::JobDeed::Queue(big.clone());
                                let id: JobId = nth(1_000 + m);
                                tx.act::<Job>(
                                    &district(),
                                    id,
                                    deed,
                                    yike_model::spine::By::SYSTEM,
                                    at(0),
                                )
                                .await?;
                            }
                            return Ok(());
                        }
                        queue(tx, n, 1).await.map(|_| ())
                    })
                    .await
            });
        }
        let outcomes = writing.join_all().await;
        let full = outcomes.iter().filter(|o| matches!(o, Err(StoreError::Full))).count();
        assert_eq!((full, outcomes.iter().filter(|o| o.is_ok()).count()), (1, 19), "{outcomes:?}");
        assert_eq!(jobs(&db.store).await, 19);
        assert!(db.store.verify().await.unwrap().holds());
    });
}

/// A copy of a SQLite database made in use is whole, and never overwrites.
#[test]
fn backup_of_sqlite() {
    run(Engine::Sqlite, async |db: &TestDb| {
        db.store.write(async |tx: &mut Tx| queue(tx, 1, 1).await).await.unwrap();
        let copy = db.folder().join("copy.db");
        db.store.backup(&copy).await.unwrap();
        assert!(db.store.backup(&copy).await.unwrap_err().to_string().contains("exists already"));
        let opened = Store::open_sqlite(&copy, at(0)).await.unwrap();
        assert_eq!(jobs(&opened).await, 1);
        assert!(opened.verify().await.unwrap().holds());
        opened.close().await;
        // The reader that made it still cannot write, and the store still can.
        db.store.write(async |tx: &mut Tx| queue(tx, 2, 1).await).await.unwrap();
    });
}

/// Files that are not databases, and places where none can be.
#[test]
fn files_that_do_not_open() {
    run(Engine::Sqlite, async |db: &TestDb| {
        let text = db.folder().join("text.db");
        std::fs::write(
            &text,
            "not a database, but long enough to have a header of its own".repeat(50),
        )
        .unwrap();
        let why = Store::open_sqlite(&text, at(0)).await.err().unwrap();
        assert!(matches!(why, StoreError::Damaged(_)), "{why:?}");
        for path in [db.folder().join("no/such/folder/a.db"), db.folder()] {
            let why = Store::open_sqlite(&path, at(0)).await.err().unwrap();
            assert!(matches!(why, StoreError::Unreachable { .. }), "{why:?}");
            assert!(why.to_string().contains(&path.display().to_string()), "{why}");
        }
    });
}

/// Servers that do not answer; the password is in no message.
#[test]
fn servers_that_do_not_open() {
    run(Engine::Sqlite, async |_: &TestDb| {
        for url in ["postgres://yike:geheim@127.0.0.1:1/yike", "not a url geheim"] {
            let why = Store::open_postgres(url, at(0)).await.err().unwrap().to_string();
            assert!(why.contains("cannot open the database") && !why.contains("geheim"), "{why}");
        }
    });
}
