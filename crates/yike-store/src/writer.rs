//! The writer: a thread with its own small runtime that runs deeds in transactions.
//!
//! SQLite: one deed after another on the one write connection. All deeds that wait when a transaction
//! begins, and all that arrive while it runs, share its commit (and so its sync to disk); a savepoint
//! around each keeps it all-or-nothing. While a commit syncs, the next deeds gather: the busier, the
//! larger the groups.
//!
//! PostgreSQL: deeds run side by side on several connections; the server groups commits itself. What
//! loses a race is decided again, a bounded number of times.
//!
//! Deeds run on this thread, so their futures need not be `Send`, and a deed that panics takes nobody
//! with it.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{PgPool, SqlitePool};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, oneshot};
use tokio::task::LocalSet;

use crate::cases::RulesCache;
use crate::db::{Conn, Tx, execute, on};
use crate::dialect;
use crate::error::StoreError;
use crate::store::WRITERS;

/// Deeds that may wait; more callers wait to be let in.
const QUEUE: usize = 1_024;

/// Most deeds in one commit, and how long one may gather: bounds what a caller waits for.
const GROUP: usize = 256;
const GATHER: Duration = Duration::from_millis(20);

/// How long a deed may run.
const DEED_LIMIT: Duration = Duration::from_mins(5);

/// How often a deed that loses races is decided again.
const RACES: u32 = 12;

/// What the writer has done since it started.
#[derive(Debug, Default)]
struct Meter {
    done: AtomicU64,
    failed: AtomicU64,
    commits: AtomicU64,
    races: AtomicU64,
}

/// What a store has written since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Deeds that were committed.
    pub done: u64,
    /// Deeds that were refused or failed.
    pub failed: u64,
    /// Commits; fewer than deeds where deeds shared them.
    pub commits: u64,
    /// Times a deed was decided again because another writer was first.
    pub races: u64,
}

impl Meter {
    fn read(&self) -> Counters {
        Counters {
            done: self.done.load(Relaxed),
            failed: self.failed.load(Relaxed),
            commits: self.commits.load(Relaxed),
            races: self.races.load(Relaxed),
        }
    }

    /// Counts a deed's end and answers its caller.
    fn settle(&self, deed: Box<dyn AnyDeed>, outcome: Result<(), StoreError>) {
        let counter = if outcome.is_ok() { &self.done } else { &self.failed };
        counter.fetch_add(1, Relaxed);
        deed.settle(outcome);
    }
}

/// A deed on its way: the closure, its result, and where the result is waited for.
struct Deed<T, F> {
    run: F,
    value: Option<T>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

/// A deed of any kind.
trait AnyDeed: Send {
    fn run<'a>(
        &'a mut self,
        tx: &'a mut Tx,
    ) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + 'a>>;
    /// Answers the caller; `Ok` only after the commit.
    fn settle(self: Box<Self>, outcome: Result<(), StoreError>);
}

impl<T, F> AnyDeed for Deed<T, F>
where
    T: Send + 'static,
    F: AsyncFn(&mut Tx) -> Result<T, StoreError> + Send + 'static,
{
    fn run<'a>(
        &'a mut self,
        tx: &'a mut Tx,
    ) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + 'a>> {
        Box::pin(async move {
            self.value = Some((self.run)(tx).await?);
            Ok(())
        })
    }

    fn settle(self: Box<Self>, outcome: Result<(), StoreError>) {
        let Self { value, reply, .. } = *self;
        let answer = outcome.map(|()| value.expect("a deed that succeeded left its value"));
        // Nobody may be waiting any more; what is committed stays.
        let _ = reply.send(answer);
    }
}

/// The face of the writer thread.
pub struct Writer {
    deeds: Mutex<Option<mpsc::Sender<Box<dyn AnyDeed>>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    meter: Arc<Meter>,
}

impl Writer {
    /// Starts the thread for a SQLite file; `tx` holds the pool's one connection.
    pub fn sqlite(tx: Tx, pool: SqlitePool) -> Result<Self, StoreError> {
        // Without sockets: waking the thread is then cheaper by half.
        let mut runtime = Builder::new_current_thread();
        runtime.enable_time();
        Self::start(runtime, move |runtime, deeds, meter| {
            runtime.block_on(async {
                sqlite(tx, deeds, &meter).await;
                pool.close().await;
            });
        })
    }

    /// Starts the thread for a PostgreSQL database.
    pub fn postgres(options: PgConnectOptions, rules: Arc<RulesCache>) -> Result<Self, StoreError> {
        let mut runtime = Builder::new_current_thread();
        runtime.enable_all();
        Self::start(runtime, move |runtime, deeds, meter| {
            LocalSet::new().block_on(&runtime, async {
                // Made here: connections belong to the runtime that drives them.
                let pool = PgPoolOptions::new().max_connections(WRITERS);
                let pool = pool.acquire_timeout(Duration::from_secs(30)).connect_lazy_with(options);
                postgres(&pool, &rules, deeds, &meter).await;
                pool.close().await;
            });
        })
    }

    fn start(
        mut runtime: Builder,
        work: impl FnOnce(Runtime, Queue, Arc<Meter>) + Send + 'static,
    ) -> Result<Self, StoreError> {
        let failed = |why: std::io::Error| StoreError::Unreachable {
            at: "(writer thread)".into(),
            why: why.to_string(),
        };
        let runtime = runtime.build().map_err(failed)?;
        let (deeds, queue) = mpsc::channel(QUEUE);
        let meter = Arc::new(Meter::default());
        let shared = Arc::clone(&meter);
        let thread = std::thread::Builder::new()
            .name("yike-writer".into())
            .spawn(move || work(runtime, queue, shared))
            .map_err(failed)?;
        Ok(Self { deeds: Mutex::new(Some(deeds)), thread: Mutex::new(Some(thread)), meter })
    }

    /// What was written so far.
    pub fn counters(&self) -> Counters {
        self.meter.read()
    }

    /// Runs a deed and waits until it is committed or undone.
    pub async fn write<T, F>(&self, run: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: AsyncFn(&mut Tx) -> Result<T, StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let deed: Box<dyn AnyDeed> = Box::new(Deed { run, value: None, reply });
        let deeds = self.deeds.lock().expect("nothing panics under this lock").clone();
        let deeds = deeds.ok_or(StoreError::Closed)?;
        deeds.send(deed).await.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Finishes what is queued and ends the thread.
    pub async fn close(&self) {
        drop(self.deeds.lock().expect("nothing panics under this lock").take());
        let thread = self.thread.lock().expect("nothing panics under this lock").take();
        if let Some(thread) = thread {
            // The thread's own panics were caught and answered one by one.
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

/// Runs a deed; a panic or too long a run is an error like others.
async fn guarded(deed: &mut dyn AnyDeed, tx: &mut Tx) -> Result<(), StoreError> {
    let mut run = pin!(deed.run(tx));
    let caught =
        poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| run.as_mut().poll(context))) {
            Ok(poll) => poll,
            Err(_) => Poll::Ready(Err(StoreError::Panicked)),
        });
    match tokio::time::timeout(DEED_LIMIT, caught).await {
        Ok(outcome) => outcome,
        Err(_) => Err(StoreError::TooSlow(DEED_LIMIT.as_secs())),
    }
}

type Queue = mpsc::Receiver<Box<dyn AnyDeed>>;

/// Serves a SQLite file until the queue is closed and empty.
async fn sqlite(mut tx: Tx, mut queue: Queue, meter: &Meter) {
    while let Some(first) = queue.recv().await {
        let mut again = group(&mut tx, first, &mut queue, meter).await;
        // A group that was lost as a whole is done again, each deed on its own.
        for deed in again.drain(..) {
            let (_, mut closed) = mpsc::channel(1);
            for deed in group(&mut tx, deed, &mut closed, meter).await {
                meter.settle(deed, Err(StoreError::Busy));
            }
        }
    }
}

/// Runs deeds in one transaction. Gives back deeds that were undone through no fault of their own.
async fn group(
    tx: &mut Tx,
    first: Box<dyn AnyDeed>,
    queue: &mut Queue,
    meter: &Meter,
) -> Vec<Box<dyn AnyDeed>> {
    if let Err(error) = script(tx, dialect::BEGIN_GROUP).await {
        meter.settle(first, Err(error));
        return Vec::new();
    }
    let began = Instant::now();
    let mut done: Vec<Box<dyn AnyDeed>> = Vec::new();
    let mut next = Some(first);
    while let Some(mut deed) = next.take() {
        let mut whole = Ok(());
        match guarded(&mut *deed, tx).await {
            Ok(()) => done.push(deed),
            Err(error) => {
                whole = script(tx, dialect::UNDO_DEED).await;
                meter.settle(deed, Err(error));
            }
        }
        if done.len() < GROUP && began.elapsed() < GATHER {
            next = queue.try_recv().ok();
        }
        if whole.is_ok() && next.is_some() {
            whole = script(tx, dialect::NEXT_DEED).await;
        }
        if whole.is_err() {
            // SQLite has undone the whole transaction (full disk, read error).
            let _ = script(tx, "rollback").await;
            done.extend(next);
            return done;
        }
    }
    let committed = script(tx, "commit").await;
    if committed.is_err() {
        let _ = script(tx, "rollback").await;
    }
    meter.commits.fetch_add(1, Relaxed);
    for deed in done {
        meter.settle(deed, committed.clone());
    }
    Vec::new()
}

/// Runs statements that give nothing back.
async fn script(tx: &mut Tx, sql: &'static str) -> Result<(), StoreError> {
    on!(tx, c => sqlx::raw_sql(sql).execute(c).await.map(|_| ()).map_err(StoreError::from))
}

/// Serves a PostgreSQL database until the queue is closed and all deeds are answered.
async fn postgres(pool: &PgPool, rules: &Arc<RulesCache>, mut queue: Queue, meter: &Arc<Meter>) {
    let pool = Rc::new(pool.clone());
    let mut running = tokio::task::JoinSet::new();
    while let Some(mut deed) = queue.recv().await {
        let (pool, rules, meter) = (Rc::clone(&pool), Arc::clone(rules), Arc::clone(meter));
        running.spawn_local(async move {
            let outcome = raced(&pool, &rules, &mut *deed, &meter).await;
            meter.settle(deed, outcome);
        });
        while running.len() >= QUEUE || running.try_join_next().is_some() {
            if running.len() >= QUEUE {
                running.join_next().await;
            }
        }
    }
    while running.join_next().await.is_some() {}
}

/// Runs a deed until it is committed, refused, or has lost too many races.
async fn raced(
    pool: &PgPool,
    rules: &Arc<RulesCache>,
    deed: &mut dyn AnyDeed,
    meter: &Meter,
) -> Result<(), StoreError> {
    let mut race = 0;
    loop {
        let outcome = in_transaction(pool, rules, deed).await;
        race += 1;
        match outcome {
            Ok(()) => {
                meter.commits.fetch_add(1, Relaxed);
                return Ok(());
            }
            Err(error) if error.is_race() && race < RACES => {
                // Grows, and differs between deeds and nodes by where they are in memory: two that
                // met once should not meet again.
                let spread = std::ptr::from_ref(&*deed).addr() as u64 / 16 % 7;
                let wait = (1_u64 << race.min(7)) + spread;
                meter.races.fetch_add(1, Relaxed);
                tokio::time::sleep(Duration::from_millis(wait)).await;
            }
            outcome => return outcome,
        }
    }
}

async fn in_transaction(
    pool: &PgPool,
    rules: &Arc<RulesCache>,
    deed: &mut dyn AnyDeed,
) -> Result<(), StoreError> {
    let mut tx = Tx::new(Conn::Postgres(pool.acquire().await?), rules.clone());
    let begin = dialect::begin_write(&tx.conn);
    execute!(tx, begin)?;
    let outcome = match guarded(deed, &mut tx).await {
        Ok(()) => execute!(tx, "commit").map(|_| ()),
        Err(error) => Err(error),
    };
    if outcome.is_err() && execute!(tx, "rollback").is_err() {
        tx.spoil();
    }
    outcome
}
