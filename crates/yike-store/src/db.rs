//! The two databases behind one face: a connection that is one or the other, and the macro that writes
//! an expression once for both.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use sqlx::pool::PoolConnection;
use sqlx::{Postgres, Sqlite};

use crate::cases::RulesCache;

/// A connection of either kind.
pub enum Conn {
    /// To a SQLite file.
    Sqlite(PoolConnection<Sqlite>),
    /// To a PostgreSQL server.
    Postgres(PoolConnection<Postgres>),
}

/// Reads. Each statement sees what was committed when it began.
pub struct Reader {
    pub(crate) conn: Conn,
    /// Rules that were read before, by any connection of the store.
    pub(crate) rules: Arc<RulesCache>,
    /// Whether a transaction is open that must not go back into the pool.
    spoilt: bool,
}

impl Reader {
    pub(crate) const fn new(conn: Conn, rules: Arc<RulesCache>) -> Self {
        Self { conn, rules, spoilt: false }
    }

    /// From now on the connection is closed, not used again, when it is dropped.
    pub(crate) fn spoil(&mut self) {
        self.spoilt = true;
    }

    /// The connection is as new again.
    pub(crate) fn unspoil(&mut self) {
        self.spoilt = false;
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if self.spoilt {
            match &mut self.conn {
                Conn::Sqlite(conn) => conn.close_on_drop(),
                Conn::Postgres(conn) => conn.close_on_drop(),
            }
        }
    }
}

/// A write transaction: reads and writes. Handed to the deed by [`crate::Store::write`], which commits.
pub struct Tx {
    reader: Reader,
}

impl Tx {
    pub(crate) const fn new(conn: Conn, rules: Arc<RulesCache>) -> Self {
        Self { reader: Reader::new(conn, rules) }
    }
}

/// Whatever can be read outside can be read inside a transaction.
impl Deref for Tx {
    type Target = Reader;
    fn deref(&self) -> &Reader {
        &self.reader
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Reader {
        &mut self.reader
    }
}

/// Expands one expression for the driver at hand: `on!(self, c => query.execute(c).await)`.
macro_rules! on {
    ($reader:expr, $c:ident => $body:expr) => {
        match &mut $reader.conn {
            $crate::db::Conn::Sqlite(conn) => {
                let $c = &mut **conn;
                $body
            }
            $crate::db::Conn::Postgres(conn) => {
                let $c = &mut **conn;
                $body
            }
        }
    };
}

/// Runs a statement and gives the number of rows it touched.
macro_rules! execute {
    ($reader:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::db::on!($reader, c => sqlx::query($sql)$(.bind($bind))*.execute(c).await
            .map(|done| done.rows_affected()).map_err($crate::StoreError::from))
    };
}

/// Reads all rows of a statement into `$row`.
macro_rules! fetch_all {
    ($reader:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::db::on!($reader, c => sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.fetch_all(c).await
            .map_err($crate::StoreError::from))
    };
}

/// Reads one row of a statement, or none, into `$row`.
macro_rules! fetch_optional {
    ($reader:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::db::on!($reader, c => sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.fetch_optional(c).await
            .map_err($crate::StoreError::from))
    };
}

pub(crate) use {execute, fetch_all, fetch_optional, on};
