//! Opening a store, reading, writing, closing.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::SqlitePoolOptions;
use sqlx::{PgPool, SqlitePool};
use yike_model::Timestamp;

use crate::cases::RulesCache;
use crate::db::{Conn, Reader, Tx, execute};
use crate::dialect;
use crate::error::StoreError;
use crate::migrate::migrate;
use crate::writer::{Counters, Writer};

/// Connections for reading.
const READERS: u32 = 8;

/// Connections for writing to PostgreSQL; SQLite has one.
pub const WRITERS: u32 = 8;

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

/// A database of Yike's. Clones share it.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    readers: Readers,
    writer: Writer,
    rules: Arc<RulesCache>,
}

enum Readers {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Store {
    /// Opens or makes a SQLite file and brings it up to date.
    pub async fn open_sqlite(path: impl AsRef<Path>, now: Timestamp) -> Result<Self, StoreError> {
        let path = path.as_ref();
        let unreachable = |error: StoreError| match error {
            StoreError::Database(why) => {
                StoreError::Unreachable { at: path.display().to_string(), why: why.to_string() }
            }
            other => other,
        };
        let options = dialect::sqlite_options(path);
        let rules = Arc::new(RulesCache::default());
        let pool = SqlitePoolOptions::new().max_connections(1).min_connections(1);
        let pool = pool.idle_timeout(None).max_lifetime(None).test_before_acquire(false);
        let writers = pool.connect_with(options.clone().create_if_missing(true)).await;
        let writers = writers.map_err(|e| unreachable(e.into()))?;
        let conn = writers.acquire().await.map_err(|e| unreachable(e.into()))?;
        let mut tx = Tx::new(Conn::Sqlite(conn), rules.clone());
        migrate(&mut tx, now).await.map_err(unreachable)?;
        let readers = SqlitePoolOptions::new().max_connections(READERS).test_before_acquire(false);
        let readers = readers.connect_lazy_with(options.pragma("query_only", "on"));
        let writer = Writer::sqlite(tx, writers)?;
        Ok(Self { inner: Arc::new(Inner { readers: Readers::Sqlite(readers), writer, rules }) })
    }

    /// Opens a PostgreSQL database (`postgres://user:secret@host:port/name`) and brings it up to date.
    pub async fn open_postgres(url: &str, now: Timestamp) -> Result<Self, StoreError> {
        let options = dialect::postgres_options(url).map_err(|why| {
            // Without the URL: it may hold a password.
            StoreError::Unreachable { at: "(the given URL)".into(), why: why.to_string() }
        })?;
        Self::open_postgres_with(options, now).await
    }

    /// The same, for options made elsewhere.
    pub(crate) async fn open_postgres_with(
        options: PgConnectOptions,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let rules = Arc::new(RulesCache::default());
        let at = format!("{}:{}", options.get_host(), options.get_port());
        let pool = PgPoolOptions::new().max_connections(READERS);
        let pool = pool.acquire_timeout(Duration::from_secs(30));
        let readers = pool
            .connect_with(options.clone())
            .await
            .map_err(|why| StoreError::Unreachable { at, why: why.to_string() })?;
        let mut tx = Tx::new(Conn::Postgres(readers.acquire().await?), rules.clone());
        dialect::check_collation(&mut tx).await?;
        dialect::warn_if_lossy(&mut tx).await?;
        migrate(&mut tx, now).await?;
        drop(tx);
        let writer = Writer::postgres(options, rules.clone())?;
        Ok(Self { inner: Arc::new(Inner { readers: Readers::Postgres(readers), writer, rules }) })
    }

    /// Which database this is.
    pub fn engine(&self) -> Engine {
        match self.inner.readers {
            Readers::Sqlite(_) => Engine::Sqlite,
            Readers::Postgres(_) => Engine::Postgres,
        }
    }

    /// A connection for reading; waits while all are in use.
    pub async fn read(&self) -> Result<Reader, StoreError> {
        let conn = match &self.inner.readers {
            Readers::Sqlite(pool) => Conn::Sqlite(pool.acquire().await?),
            Readers::Postgres(pool) => Conn::Postgres(pool.acquire().await?),
        };
        Ok(Reader::new(conn, self.inner.rules.clone()))
    }

    /// Reads several things in one unchanging picture of the database.
    pub async fn snapshot<T>(
        &self,
        look: impl AsyncFnOnce(&mut Reader) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut reader = self.read().await?;
        let begin = dialect::begin_read(&reader.conn);
        // Until the end: the caller may stop waiting in the middle.
        reader.spoil();
        execute!(reader, begin)?;
        let seen = look(&mut reader).await;
        execute!(reader, "rollback")?;
        reader.unspoil();
        seen
    }

    /// Does a deed: what it writes is written whole and lasts, or not at all.
    ///
    /// The deed may run more than once (when another writer was first), so it must have no effect but
    /// through the transaction. It holds up other writers: it must not wait for anything else, nor write
    /// through the store again. Refusals are its answer: return them as [`StoreError::Refused`].
    pub async fn write<T, F>(&self, deed: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: AsyncFn(&mut Tx) -> Result<T, StoreError> + Send + 'static,
    {
        self.inner.writer.write(deed).await
    }

    /// What was written since the store was opened.
    pub fn counters(&self) -> Counters {
        self.inner.writer.counters()
    }

    /// Writes a copy of a SQLite database to a new file, while it is in use.
    pub async fn backup(&self, to: &Path) -> Result<(), StoreError> {
        let Readers::Sqlite(pool) = &self.inner.readers else {
            return Err(StoreError::Schema("back up PostgreSQL with pg_dump".into()));
        };
        if to.exists() {
            let why = format!("{} exists already: give the name of a new file", to.display());
            return Err(StoreError::Schema(why));
        }
        let to = to.to_str().ok_or_else(|| {
            StoreError::Schema("the name of the backup is not valid Unicode".into())
        })?;
        let mut conn = pool.acquire().await?;
        sqlx::query("pragma query_only = off").execute(&mut *conn).await?;
        let done = sqlx::query(dialect::BACKUP_SQLITE).bind(to).execute(&mut *conn).await;
        sqlx::query("pragma query_only = on").execute(&mut *conn).await?;
        done?;
        Ok(())
    }

    /// Ends all writing (deeds under way are finished) and closes the connections.
    pub async fn close(&self) {
        self.inner.writer.close().await;
        match &self.inner.readers {
            Readers::Sqlite(pool) => pool.close().await,
            Readers::Postgres(pool) => pool.close().await,
        }
    }
}
