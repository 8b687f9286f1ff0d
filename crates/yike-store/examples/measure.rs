//! Measures the store beside a bare program that writes the same bytes in the same batches.
//!
//! `cargo run --release -p yike-store --example measure [POSTGRES_URL]` prints durable deeds a second
//! for several numbers of callers, the bare program's, their ratio, and how long imports of places take.
//! A PostgreSQL database given is filled and not emptied again: give one to throw away.

#![expect(clippy::print_stdout, reason = "a program that prints figures")]

use std::time::{Duration, Instant};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection as _, SqliteConnection};
use yike_model::id::SubjectId;
use yike_model::jobs::{Job, JobDeed, JobKind, JobSpec};
use yike_model::places::{Missing, PlaceKind, PlaceRow};
use yike_model::spine::By;
use yike_model::text::PlaceName;
use yike_model::{DistrictId, JobId, Timestamp};
use yike_store::{Store, Tx};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let dir = tempfile::tempdir()?;
        for callers in [1, 16, 256] {
            // Turn by turn, the best of each: the machine and its disk are never quiet for long.
            let (mut best, mut floor, mut largest) = (0_f64, 0_f64, 1);
            for turn in 0..5 {
                let file = |of: &str| dir.path().join(format!("{of}-{callers}-{turn}.db"));
                let store = Store::open_sqlite(file("ours"), Timestamp::FIRST).await?;
                let count = 500.max(callers * 20);
                let (rate, batch) = ours(&store, "330105", count, callers).await?;
                store.close().await;
                floor = floor.max(bare(&file("bare"), count, batch).await?);
                (best, largest) = (best.max(rate), largest.max(batch));
            }
            let ratio = best / floor;
            println!(
                "sqlite: {callers} callers: {best:.0} deeds/s in batches of up to {largest}; bare {floor:.0}; ratio {ratio:.2}"
            );
        }
        let store = Store::open_sqlite(&dir.path().join("places.db"), Timestamp::FIRST).await?;
        places("sqlite", &store).await?;
        if let Some(url) = std::env::args().nth(1) {
            let store = Store::open_postgres(&url, Timestamp::FIRST).await?;
            let district = format!("m{}", std::process::id());
            for callers in [1, 16, 256] {
                let count = 2_000.max(callers * 40);
                let (rate, _) = ours(&store, &format!("{district}-{callers}"), count, callers).await?;
                println!("postgres: {callers} callers: {rate:.0} deeds/s, races {}", store.counters().races);
            }
            places("postgres", &store).await?;
        }
        Ok(())
    })
}

fn job_id(n: usize) -> JobId {
    let mut random = [0; 10];
    random[2..].copy_from_slice(&n.to_be_bytes());
    SubjectId::new(Timestamp::FIRST, random).into()
}

fn spec() -> JobSpec {
    JobSpec {
        kind: JobKind::Study,
        title: "a study".into(),
        title_en: String::new(),
        spec: "{}".into(),
        max_attempts: 3,
    }
}

/// Deeds a second of `callers` who each wait for one deed before the next, and deeds per commit.
async fn ours(
    store: &Store,
    district: &str,
    count: usize,
    callers: usize,
) -> Result<(f64, usize), Failure> {
    let district: DistrictId = district.parse()?;
    let before = store.counters();
    let began = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for caller in 0..callers {
        let (store, district) = (store.clone(), district.clone());
        tasks.spawn(async move {
            for n in (caller..count).step_by(callers) {
                let district = district.clone();
                let deed = async move |tx: &mut Tx| {
                    let deed = JobDeed::Queue(spec());
                    tx.act::<Job>(&district, job_id(n), deed, By::SYSTEM, Timestamp::FIRST).await
                };
                store.write(deed).await?;
            }
            Ok::<_, yike_store::StoreError>(())
        });
    }
    for outcome in tasks.join_all().await {
        outcome?;
    }
    let commits = store.counters().commits - before.commits;
    Ok((count as f64 / began.elapsed().as_secs_f64(), count.div_ceil(commits as usize)))
}

/// The floor: the rows of the same deeds, ready made, in transactions of `batch`.
async fn bare(path: &std::path::Path, count: usize, batch: usize) -> Result<f64, Failure> {
    // The schema is the store's.
    Store::open_sqlite(path, Timestamp::FIRST).await?.close().await;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let mut conn = SqliteConnection::connect_with(&options).await?;
    let payload = serde_json::to_string(&yike_model::jobs::JobEvent::Queued { spec: spec() })?;
    let state = format!(
        r#"{{"spec":{},"asked_at":0,"asked_by":"system","attempts":0,"cancel_asked":null,"state":{{"is":"queued"}}}}"#,
        serde_json::to_string(&spec())?
    );
    let (hash, zero) = ("a".repeat(64), "0".repeat(64));
    let began = Instant::now();
    let mut n = 0;
    while n < count {
        sqlx::query("begin immediate").execute(&mut conn).await?;
        for _ in 0..batch.min(count - n) {
            let id = job_id(n).to_string();
            sqlx::query(
                "insert into events
                   (district, subject, seq, kind, at, actor, role, version, payload, prev, hash)
                 values ('330105', $1, 1, 'job', 0, 'system', '', 1, $2, $3, $4)",
            )
            .bind(&id)
            .bind(&payload)
            .bind(&zero)
            .bind(&hash)
            .execute(&mut conn)
            .await?;
            sqlx::query(
                "insert into subjects
                   (district, kind, id, seq, head, status, state, made_at, changed_at)
                 values ('330105', 'job', $1, 1, $2, 'queued', $3, 0, 0)",
            )
            .bind(&id)
            .bind(&hash)
            .bind(&state)
            .execute(&mut conn)
            .await?;
            n += 1;
        }
        sqlx::query("commit").execute(&mut conn).await?;
    }
    Ok(count as f64 / began.elapsed().as_secs_f64())
}

/// Imports of a district of 197 places and of 150,197, and searches in the latter.
async fn places(engine: &str, store: &Store) -> Result<(), Failure> {
    for buildings in [0, 150_000] {
        let district: DistrictId = format!("p{}-{buildings}", std::process::id()).parse()?;
        let rows = district_rows(&district, buildings)?;
        let count = rows.len();
        let began = Instant::now();
        let of = district.clone();
        let planned = store
            .write(async move |tx: &mut Tx| {
                let began = Instant::now();
                let from = Timestamp::FIRST;
                let plan = tx.plan_places(&of, rows.clone(), Missing::Close, from).await?;
                let planned = began.elapsed();
                let plan = plan.map_err(|_| yike_store::StoreError::Closed)?;
                tx.apply_places(&of, &plan).await?;
                Ok(planned)
            })
            .await?;
        println!("{engine}: {count} places in {:?}, of it planning {planned:?}", began.elapsed());
        let mut reader = store.read().await?;
        for typed in ["第3社区", "s", "sq", "社区", "第3苑7幢"] {
            let mut best = Duration::MAX;
            for _ in 0..20 {
                let began = Instant::now();
                reader.search_places(&district, typed, 10).await?;
                best = best.min(began.elapsed());
            }
            println!("{engine}: search {typed:?} in {count} places: {best:?}");
        }
    }
    Ok(())
}

fn district_rows(district: &DistrictId, buildings: u64) -> Result<Vec<PlaceRow>, Failure> {
    let mut rows = Vec::new();
    let mut add =
        |kind, code: String, name: String, parent: Option<String>| -> Result<(), Failure> {
            rows.push(PlaceRow {
                row: rows.len() as u64 + 2,
                kind,
                code: Some(code.parse()?),
                name: PlaceName::parse(&name)?,
                aliases: Vec::new(),
                parent: parent.map(|parent| parent.parse()).transpose()?,
                point: None,
            });
            Ok(())
        };
    add(PlaceKind::District, district.to_string(), "拱墅区".into(), None)?;
    for n in 0..18 {
        add(
            PlaceKind::Subdistrict,
            format!("s{n}"),
            format!("第{n}街道"),
            Some(district.to_string()),
        )?;
    }
    for n in 0..178 {
        add(
            PlaceKind::Community,
            format!("c{n}"),
            format!("第{n}社区"),
            Some(format!("s{}", n % 18)),
        )?;
    }
    for n in 0..buildings / 100 {
        add(PlaceKind::Estate, format!("e{n}"), format!("第{n}苑"), Some(format!("c{}", n % 178)))?;
        for b in 1..100 {
            add(
                PlaceKind::Building,
                format!("e{n}-B{b}"),
                format!("{b}幢"),
                Some(format!("e{n}")),
            )?;
        }
    }
    Ok(rows)
}
