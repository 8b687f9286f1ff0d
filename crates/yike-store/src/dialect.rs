//! Every place where the two databases need different words, each with its reason. Nothing else in
//! this crate asks which one it talks to.

use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

use crate::db::{Conn, Reader, fetch_optional};
use crate::error::StoreError;

/// 1. How a connection is opened. SQLite: write-ahead log, foreign keys, and a full sync at each
///    commit, without which an acknowledged deed can be lost with the power.
pub fn sqlite_options(path: &std::path::Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(30))
        .pragma("trusted_schema", "off")
        .pragma("cache_size", "-32768")
        .statement_cache_capacity(200)
}

/// 2. PostgreSQL reads its address and secrets from a URL.
pub fn postgres_options(url: &str) -> Result<PgConnectOptions, sqlx::Error> {
    let options: PgConnectOptions = url.parse()?;
    Ok(options.application_name("yike").statement_cache_capacity(200))
}

/// 3. How a write transaction begins. SQLite must take its write lock at once: a transaction that
///    begins as a reader fails at its first write if another was faster, without waiting. PostgreSQL
///    must be told to give what SQLite's single writer gives by nature: serializable transactions.
pub const fn begin_write(conn: &Conn) -> &'static str {
    match conn {
        Conn::Sqlite(_) => "begin immediate",
        Conn::Postgres(_) => "begin isolation level serializable",
    }
}

/// 4. How a reader gets one unchanging picture over several statements.
pub const fn begin_read(conn: &Conn) -> &'static str {
    match conn {
        Conn::Sqlite(_) => "begin deferred",
        Conn::Postgres(_) => "begin isolation level repeatable read read only",
    }
}

/// 5. Whether text sorts by code point. SQLite always does; PostgreSQL does if the database was
///    created with collation C. Search by range and equal order on both need it.
pub async fn check_collation(reader: &mut Reader) -> Result<(), StoreError> {
    let sorted = "select cast(case when 'a' < 'B' then 1 else 0 end as bigint)";
    match fetch_optional!(reader, (i64,), sorted)? {
        Some((0,)) => Ok(()),
        _ => Err(StoreError::Schema(
            "the PostgreSQL database sorts by language; create it with: create database yike \
             template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'"
                .into(),
        )),
    }
}

// 6. What an error means is told by each database's own codes: see `From<sqlx::Error>` in `error.rs`.
// 7. SQLite's one writer groups deeds by the savepoints below, PostgreSQL's server by itself: see
//    `writer.rs`. Two statements in one, since each is a trip to the connection's thread.

/// Begins a group and its first deed.
pub const BEGIN_GROUP: &str = "begin immediate; savepoint deed";

/// Ends a deed that is to stay, and begins the next.
pub const NEXT_DEED: &str = "release deed; savepoint deed";

/// Undoes a deed; the next may begin in its place.
pub const UNDO_DEED: &str = "rollback to deed";

/// 8. Copying the whole database while it is in use: SQLite can, PostgreSQL has `pg_dump` for it.
pub const BACKUP_SQLITE: &str = "vacuum into $1";

/// 9. A PostgreSQL server can be told to acknowledge before it has written; then a deed can be lost with
///    the power. That is the operator's choice, but one to be told about.
pub async fn warn_if_lossy(reader: &mut Reader) -> Result<(), StoreError> {
    let lossy = "select current_setting('synchronous_commit'), current_setting('fsync')";
    let settings = fetch_optional!(reader, (String, String), lossy)?;
    if settings.is_some_and(|(commit, fsync)| commit == "off" || fsync == "off") {
        tracing::warn!(
            "the PostgreSQL server has synchronous_commit or fsync off: deeds can be lost with the power"
        );
    }
    Ok(())
}
