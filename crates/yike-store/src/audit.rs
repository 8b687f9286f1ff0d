//! The audit: who did or saw what, or was refused; lines are only added.

use yike_model::id::AuditId;
use yike_model::people::{Deed, Role};
use yike_model::spine::By;
use yike_model::text::clip;
use yike_model::{DistrictId, Timestamp};

use crate::db::{Reader, Tx, execute, fetch_all};
use crate::error::StoreError;
use crate::ledger::time;
use crate::page::Page;

/// A line to be added. Holds ids, never names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditLine {
    /// Its id.
    pub id: AuditId,
    /// Who, in which role.
    pub by: By,
    /// What was done or asked for.
    pub deed: Deed,
    /// To what: the id of a place or subject.
    pub object: Option<String>,
    /// Why it was refused; none if it was done.
    pub refused: Option<String>,
}

/// A line as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// Its id; later lines have greater ids.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// Who: a person's id, `system` or `anonymous`.
    pub actor: String,
    /// In which role; may be empty.
    pub role: String,
    /// What.
    pub deed: String,
    /// To what.
    pub object: Option<String>,
    /// `done` or `refused`.
    pub outcome: String,
    /// Why it was refused.
    pub detail: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    at: i64,
    actor: String,
    role: String,
    deed: String,
    object: Option<String>,
    outcome: String,
    detail: Option<String>,
}

impl Tx {
    /// Adds a line.
    pub async fn audit(
        &mut self,
        district: &DistrictId,
        line: &AuditLine,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "insert into audit (district, id, at, actor, role, deed, object, outcome, detail)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            district.as_str(),
            line.id.to_string(),
            now.millis(),
            line.by.doer.to_string(),
            line.by.role.map_or("", Role::code),
            line.deed.code(),
            line.object.as_deref(),
            if line.refused.is_none() { "done" } else { "refused" },
            line.refused.as_deref().map(|why| clip(why, 500)),
        )?;
        Ok(())
    }
}

impl Reader {
    /// Lines of the audit, newest first. The next page is after the id of the last.
    pub async fn audit_lines(
        &mut self,
        district: &DistrictId,
        page: &Page,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let rows = fetch_all!(
            self,
            Row,
            "select id, at, actor, role, deed, object, outcome, detail from audit
             where district = $1 and id < $2 order by id desc limit $3",
            district.as_str(),
            page.after.as_deref().unwrap_or("~"),
            page.rows(),
        )?;
        let line = |row: Row| {
            let at = time(row.at)?;
            let Row { id, actor, role, deed, object, outcome, detail, .. } = row;
            Ok(AuditRow { id, at, actor, role, deed, object, outcome, detail })
        };
        rows.into_iter().map(line).collect()
    }
}
