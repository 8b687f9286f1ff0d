//! Schema migrations: one list for both databases, forward only, each applied in one transaction and
//! recorded with its checksum.

use yike_model::{Digest, Timestamp};

use crate::db::{Tx, execute, fetch_all, fetch_optional, on};
use crate::dialect;
use crate::error::StoreError;

/// A step of the schema.
pub struct Migration {
    /// Its name, which begins with its number.
    pub name: &'static str,
    /// Its statements.
    pub sql: &'static str,
}

/// All steps, oldest first. Released steps never change.
pub const MIGRATIONS: [Migration; 6] = [
    Migration { name: "0001_spine", sql: include_str!("../migrations/0001_spine.sql") },
    Migration { name: "0002_places", sql: include_str!("../migrations/0002_places.sql") },
    Migration {
        name: "0003_data_and_access",
        sql: include_str!("../migrations/0003_data_and_access.sql"),
    },
    Migration { name: "0004_cases", sql: include_str!("../migrations/0004_cases.sql") },
    Migration { name: "0005_photos", sql: include_str!("../migrations/0005_photos.sql") },
    Migration { name: "0006_people", sql: include_str!("../migrations/0006_people.sql") },
];

const TABLE: &str = "create table if not exists schema_steps (
  step bigint not null primary key,
  name text not null,
  checksum text not null,
  applied_at bigint not null
)";

/// How often a step is tried when several nodes start at once.
const TRIES: usize = 10;

#[derive(sqlx::FromRow)]
struct Applied {
    step: i64,
    name: String,
    checksum: String,
}

/// Brings the database up to date.
pub async fn migrate(tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
    // Two nodes may both find the table missing; the slower one then fails, and finds it there.
    if execute!(tx, TABLE).is_err() {
        execute!(tx, TABLE)?;
    }
    check_applied(tx).await?;
    for (step, migration) in (1..).zip(&MIGRATIONS) {
        for attempt in 1.. {
            match apply(tx, step, migration, now).await {
                Ok(()) => break,
                Err(error) if attempt == TRIES => return Err(error),
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
            }
        }
    }
    Ok(())
}

/// Refuses a database of a newer program, or one whose steps were not ours.
async fn check_applied(tx: &mut Tx) -> Result<(), StoreError> {
    let steps =
        fetch_all!(tx, Applied, "select step, name, checksum from schema_steps order by step")?;
    for step in steps {
        let Some(ours) = usize::try_from(step.step - 1).ok().and_then(|i| MIGRATIONS.get(i)) else {
            return Err(StoreError::Schema(format!(
                "the database was written by a newer Yike (schema step {}, {}; this program knows {}): use that version or a newer one",
                step.step,
                step.name,
                MIGRATIONS.len()
            )));
        };
        if step.checksum != checksum(ours) {
            return Err(StoreError::Schema(format!(
                "schema step {} of the database ({}) is not the one of this program ({}): it was made by an unreleased build; make a new database",
                step.step, step.name, ours.name
            )));
        }
    }
    Ok(())
}

fn checksum(migration: &Migration) -> String {
    Digest::of(migration.sql.as_bytes()).to_string()
}

/// Applies one step, unless another node has.
async fn apply(
    tx: &mut Tx,
    step: i64,
    migration: &Migration,
    now: Timestamp,
) -> Result<(), StoreError> {
    let known = "select step from schema_steps where step = $1";
    if fetch_optional!(tx, (i64,), known, step)?.is_some() {
        return Ok(());
    }
    let begin = dialect::begin_write(&tx.conn);
    execute!(tx, begin)?;
    let result = apply_in(tx, step, migration, now).await;
    let end = if result.is_ok() { "commit" } else { "rollback" };
    execute!(tx, end)?;
    result
}

async fn apply_in(
    tx: &mut Tx,
    step: i64,
    migration: &Migration,
    now: Timestamp,
) -> Result<(), StoreError> {
    // First the row: it makes a second node wait here, and then see that all is done.
    execute!(
        tx,
        "insert into schema_steps (step, name, checksum, applied_at) values ($1, $2, $3, $4)",
        step,
        migration.name,
        checksum(migration),
        now.millis(),
    )?;
    on!(tx, c => sqlx::raw_sql(migration.sql).execute(c).await.map(|_| ()))?;
    Ok(())
}
