//! Killed at random moments, again and again: what was acknowledged is there, and everything holds.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use yike_model::jobs::{Job, JobDeed};
use yike_model::places::{Missing, PlaceKind, PlaceRow};
use yike_model::spine::By;
use yike_model::text::PlaceName;
use yike_model::{DistrictId, JobId, Timestamp};
use yike_store::testing::{TestDb, run};
use yike_store::{Engine, Store, StoreError, Tx};

use crate::world::{LEASE, at, checked_import, node, nth, spec};

/// Tells the child where to write.
const ADDRESS: &str = "YIKE_CRASH_ADDRESS";
/// Tells the child which round it is: its ids and its district must be new.
const ROUND: &str = "YIKE_CRASH_ROUND";

const ROUNDS: u16 = 20;

/// What the child says when something is committed: subject and number of events.
fn acknowledge(district: &DistrictId, id: JobId, seq: i64) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "ack {district} {id} {seq}").and_then(|()| out.flush()).unwrap();
}

/// A job's whole life, each step acknowledged.
async fn live(store: &Store, district: &DistrictId, n: u16) -> Result<(), StoreError> {
    let id: JobId = nth(n);
    let steps = [
        JobDeed::Queue(spec(3)),
        JobDeed::Start { node: node("crash"), lease: LEASE },
        JobDeed::AskCancel,
        JobDeed::Cancel { attempt: 1 },
    ];
    for step in steps {
        let (of, deed) = (district.clone(), step);
        let acted = store
            .write(async move |tx: &mut Tx| {
                tx.act::<Job>(&of, id, deed.clone(), By::SYSTEM, at(0)).await
            })
            .await?;
        acknowledge(district, id, acted.seq);
    }
    Ok(())
}

/// Imports of a growing district, whole or not at all.
async fn grow(
    store: &Store,
    district: &DistrictId,
    n: u16,
    now: Timestamp,
) -> Result<(), StoreError> {
    let of = district.clone();
    store
        .write(async move |tx: &mut Tx| {
            let id = nth::<yike_model::ImportId>(n);
            checked_import(tx, &of, id, yike_model::imports::ImportKind::Places, now).await?;
            let row = |number: u16, kind, parent: Option<&str>, name: String| PlaceRow {
                row: u64::from(number),
                kind,
                code: Some(if number == 1 { of.as_str() } else { name.as_str() }.parse().unwrap()),
                name: PlaceName::parse(&name).unwrap(),
                aliases: Vec::new(),
                parent: parent.map(|parent| parent.parse().unwrap()),
                point: None,
            };
            let mut rows = vec![row(1, PlaceKind::District, None, "d".into())];
            rows.extend(
                (2..200).map(|i| {
                    row(i, PlaceKind::Subdistrict, Some(of.as_str()), format!("s{n}-{i}"))
                }),
            );
            let plan = tx.plan_places(&of, rows, Missing::Close, now).await?.unwrap();
            let digest = tx.apply_places(&of, &plan).await?;
            let deed = yike_model::imports::ImportDeed::Apply { digest };
            tx.act::<yike_model::imports::Import>(&of, id, deed, By::SYSTEM, now).await
        })
        .await
        .map(|_| ())
}

/// Does deeds side by side, `limit` of each kind.
async fn deeds(store: &Store, round: u16, limit: u16) {
    let district: DistrictId = format!("round-{round}").parse().unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..6_u16 {
        let (store, district) = (store.clone(), district.clone());
        tasks.spawn(async move {
            for n in 0..limit {
                live(&store, &district, task * 10_000 + n).await.unwrap();
            }
        });
    }
    for n in 0..limit.min(5_000) {
        grow(store, &district, 60_000 + n, at(i64::from(n))).await.unwrap();
    }
    for done in tasks.join_all().await {
        let () = done;
    }
}

/// The child of the test below; on its own, a short run of the same deeds.
#[test]
fn deeds_until_stopped() {
    let Ok(address) = std::env::var(ADDRESS) else {
        return run(Engine::Sqlite, async |db: &TestDb| {
            deeds(&db.store, 0, 5).await;
            let verified = db.store.verify().await.unwrap();
            assert!(verified.holds(), "{verified:?}");
            assert_eq!(verified.subjects, 6 * 5 + 5);
        });
    };
    let round = std::env::var(ROUND).unwrap().parse().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = if address.starts_with("postgres") {
            Store::open_postgres(&address, at(0)).await.unwrap()
        } else {
            Store::open_sqlite(&address, at(0)).await.unwrap()
        };
        deeds(&store, round, u16::MAX).await;
    });
}

fn child(db: &TestDb, round: u16) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::deeds_until_stopped", "--nocapture"])
        .env(ADDRESS, db.address())
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Lets a child work until `after` its first acknowledgement (a busy machine may take long to start
/// it), kills it, and gives what it had acknowledged.
fn killed(db: &TestDb, round: u16, after: Duration) -> Vec<(DistrictId, JobId, i64)> {
    let mut child = child(db, round);
    let out = BufReader::new(child.stdout.take().unwrap());
    let (began, first) = std::sync::mpsc::channel();
    let reading = std::thread::spawn(move || {
        let lines = out.lines().map_while(Result::ok).filter(|line| line.starts_with("ack "));
        lines.inspect(|_| began.send(()).unwrap_or_default()).collect::<Vec<_>>()
    });
    first.recv_timeout(Duration::from_mins(2)).expect("the child does a deed");
    std::thread::sleep(after);
    // SIGKILL: no destructor, no flush.
    child.kill().unwrap();
    child.wait().unwrap();
    let ack = |line: String| {
        let parts: Vec<_> = line.split(' ').collect();
        Some((
            parts.get(1)?.parse().ok()?,
            parts.get(2)?.parse().ok()?,
            parts.get(3)?.parse().ok()?,
        ))
    };
    reading.join().unwrap().into_iter().filter_map(ack).collect()
}

yike_store::on_both! {
    /// Twenty rounds in one database, each killed at another moment.
    async fn killed_at_random_moments(db) {
        let mut acknowledged = 0;
        // Moments that differ from run to run, by the address of the database.
        let seed = yike_model::Digest::of(db.address().as_bytes());
        let mut moment = u64::from_be_bytes(*seed.as_bytes().first_chunk().unwrap());
        for round in 1..=ROUNDS {
            moment = moment.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let after = Duration::from_millis((moment >> 33) % 300);
            let acks = killed(db, round, after);
            acknowledged += acks.len();
            let store = db.again().await;
            let verified = store.verify().await.unwrap();
            assert!(verified.holds(), "round {round}: {:?}", verified.differences);
            let mut reader = store.read().await.unwrap();
            for (district, id, seq) in acks {
                let kept = reader.subject::<Job>(&district, id).await.unwrap();
                let kept = kept.unwrap_or_else(|| panic!("round {round}: {id} was acknowledged and is lost"));
                assert!(kept.seq >= seq, "round {round}: {id} had {seq} events, now {}", kept.seq);
            }
            drop(reader);
            store.close().await;
        }
        assert!(acknowledged >= usize::from(ROUNDS), "only {acknowledged} deeds");
    }
}
