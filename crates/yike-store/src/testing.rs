//! Tests on both databases: each gets a fresh one of each kind, PostgreSQL being a real server.
//!
//! ```text
//! yike_store::on_both! {
//!     /// Says what it shows.
//!     async fn a_name(db) {
//!         db.store.write(async |tx: &mut Tx| { ... }).await.unwrap();
//!     }
//! }
//! ```
//! makes the tests `a_name::sqlite` and `a_name::postgres`, so that a log shows both.

use std::path::PathBuf;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection as _};
use tempfile::TempDir;
use yike_model::Timestamp;

use crate::db::{Conn, Tx, fetch_all, fetch_optional, on};
use crate::dialect;
use crate::error::StoreError;
use crate::store::{Engine, Store};

/// Names the server for tests: `postgres://user@host:port/database`.
pub const SERVER: &str = "YIKE_TEST_PG";

/// A fresh database.
pub struct TestDb {
    /// The opened store.
    pub store: Store,
    /// Which kind.
    pub engine: Engine,
    dir: TempDir,
    server: Option<(PgConnectOptions, String)>,
}

impl TestDb {
    /// Makes a fresh database.
    pub async fn fresh(engine: Engine) -> Self {
        let dir = TempDir::with_prefix("yike").expect("a temporary folder can be made");
        let server = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(schema(&dir).await),
        };
        let store = open(engine, &dir, server.as_ref()).await;
        let store = store.unwrap_or_else(|why| panic!("a fresh {engine:?} database opens: {why}"));
        Self { store, engine, dir, server }
    }

    /// Opens the same database once more, as another process would.
    pub async fn again(&self) -> Store {
        self.try_again().await.unwrap_or_else(|why| panic!("{:?} opens again: {why}", self.engine))
    }

    /// The same, if it can be opened.
    pub async fn try_again(&self) -> Result<Store, StoreError> {
        open(self.engine, &self.dir, self.server.as_ref()).await
    }

    /// What another process opens: the path of a file, or a URL.
    pub fn address(&self) -> String {
        match &self.server {
            None => self.file().display().to_string(),
            Some((_, name)) => {
                let url = std::env::var(SERVER).expect("it was there before");
                let sign = if url.contains('?') { '&' } else { '?' };
                format!("{url}{sign}options=-c%20search_path%3D{name}")
            }
        }
    }

    /// The SQLite file.
    pub fn file(&self) -> PathBuf {
        self.dir.path().join("yike.db")
    }

    /// A folder for the test's own files.
    pub fn folder(&self) -> PathBuf {
        self.dir.path().to_owned()
    }

    /// Runs statements behind the store's back, to damage what it wrote.
    pub async fn meddle(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        match &self.server {
            None => {
                let options = dialect::sqlite_options(&self.file());
                let mut conn = sqlx::SqliteConnection::connect_with(&options).await.expect("opens");
                sqlx::raw_sql(sql).execute(&mut conn).await.expect("the statement is right");
            }
            Some((options, _)) => {
                let mut conn = PgConnection::connect_with(options).await.expect("opens");
                sqlx::raw_sql(sql).execute(&mut conn).await.expect("the statement is right");
            }
        }
    }

    /// Every column of every table in which a text stands, as `table.column`.
    pub async fn holding(&self, text: &str) -> Vec<String> {
        let columns = match &self.server {
            None => "select name from pragma_table_info($1)",
            Some(_) => {
                "select cast(column_name as text) from information_schema.columns
                 where table_schema = current_schema() and table_name = $1"
            }
        };
        let mut reader = self.store.read().await.expect("it can be read");
        let mut holding = Vec::new();
        for table in tables() {
            let names = fetch_all!(reader, (String,), columns, table).expect("it has columns");
            assert!(!names.is_empty(), "{table} has no columns");
            for (column,) in names {
                // The test's own names and text.
                let sql = AssertSqlSafe(format!(
                    "select count(*) from {table} where cast({column} as text) like '%{text}%'"
                ));
                let found = fetch_optional!(reader, (i64,), sql).expect("it can be read");
                if found.is_some_and(|(rows,)| rows > 0) {
                    holding.push(format!("{table}.{column}"));
                }
            }
        }
        holding
    }

    async fn end(self) {
        self.store.close().await;
        if let Some((_, name)) = &self.server {
            let mut conn = PgConnection::connect_with(&server()).await.expect("opens");
            let drop = AssertSqlSafe(format!("drop schema {name} cascade"));
            sqlx::raw_sql(drop).execute(&mut conn).await.expect("the schema can be dropped");
        }
    }
}

/// The names of the schema's steps, in order.
pub fn migration_names() -> Vec<&'static str> {
    crate::migrate::MIGRATIONS.iter().map(|migration| migration.name).collect()
}

/// The tables all steps make.
pub fn tables() -> Vec<&'static str> {
    let text = crate::migrate::MIGRATIONS.iter().flat_map(|migration| migration.sql.lines());
    text.filter_map(|line| line.strip_prefix("create table ")?.split(' ').next()).collect()
}

fn server() -> PgConnectOptions {
    let url = std::env::var(SERVER).unwrap_or_else(|_| {
        panic!(
            "{SERVER} is not set, so there is no PostgreSQL to test on: run `make test`, or \
             `scripts/with-postgres.sh cargo nextest run`"
        )
    });
    dialect::postgres_options(&url).expect("the URL of the test server can be read")
}

/// A schema of its own on the test server, named after the test's folder.
async fn schema(dir: &TempDir) -> (PgConnectOptions, String) {
    let folder = dir.path().file_name().and_then(|name| name.to_str()).expect("its name is plain");
    let name = format!("{}_{}", folder.to_lowercase().replace('.', "_"), std::process::id());
    let mut conn = PgConnection::connect_with(&server()).await.unwrap_or_else(|why| {
        panic!("the server of {SERVER} does not answer ({why}): run `make test`")
    });
    let make = AssertSqlSafe(format!("create schema {name}"));
    sqlx::raw_sql(make).execute(&mut conn).await.expect("a schema can be made");
    let options = server().options([("search_path", name.as_str())]);
    (options, name)
}

async fn open(
    engine: Engine,
    dir: &TempDir,
    server: Option<&(PgConnectOptions, String)>,
) -> Result<Store, StoreError> {
    let now = Timestamp::FIRST;
    match (engine, server) {
        (Engine::Postgres, Some((options, _))) => {
            Store::open_postgres_with(options.clone(), now).await
        }
        _ => Store::open_sqlite(dir.path().join("yike.db"), now).await,
    }
}

impl Tx {
    /// Runs a statement of any kind in the transaction, to bring about what is hard to bring about.
    pub async fn meddle(&mut self, sql: &'static str) -> Result<(), StoreError> {
        on!(self, c => sqlx::raw_sql(sql).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Which database it is.
    pub fn engine(&self) -> Engine {
        match self.conn {
            Conn::Sqlite(_) => Engine::Sqlite,
            Conn::Postgres(_) => Engine::Postgres,
        }
    }
}

/// Runs a test body on a fresh database.
pub fn run(engine: Engine, body: impl AsyncFnOnce(&TestDb)) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime can be made");
    runtime.block_on(async {
        let db = TestDb::fresh(engine).await;
        body(&db).await;
        db.end().await;
    });
}

/// Makes two tests of each function: on SQLite and on PostgreSQL.
#[macro_export]
macro_rules! on_both {
    ($($(#[$meta:meta])* async fn $name:ident($db:ident) $body:block)*) => {$(
        $(#[$meta])*
        mod $name {
            use super::*;

            async fn body($db: &$crate::testing::TestDb) $body

            #[test]
            fn sqlite() {
                $crate::testing::run($crate::Engine::Sqlite, async |db: &$crate::testing::TestDb| body(db).await);
            }

            #[test]
            fn postgres() {
                $crate::testing::run($crate::Engine::Postgres, async |db: &$crate::testing::TestDb| body(db).await);
            }
        }
    )*};
}
