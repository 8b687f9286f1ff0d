//! Which data files a district works with: streets, homes, facilities; with digest and vintage.

use yike_model::imports::ImportKind;
use yike_model::text::FileName;
use yike_model::{Digest, DistrictId, ImportId, Timestamp};

use crate::db::{Reader, Tx, execute, fetch_all, fetch_optional};
use crate::error::StoreError;
use crate::ledger::time;

/// What a data file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DatasetKind {
    /// The walking network and base map.
    Streets,
    /// Homes and the people in them.
    Homes,
    /// Facilities.
    Facilities,
}

impl DatasetKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Streets, Self::Homes, Self::Facilities];

    /// The word for it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Streets => "streets",
            Self::Homes => "homes",
            Self::Facilities => "facilities",
        }
    }
}

impl TryFrom<ImportKind> for DatasetKind {
    type Error = ();
    fn try_from(kind: ImportKind) -> Result<Self, ()> {
        match kind {
            ImportKind::Streets => Ok(Self::Streets),
            ImportKind::Homes => Ok(Self::Homes),
            ImportKind::Facilities => Ok(Self::Facilities),
            ImportKind::Places | ImportKind::Boundaries => Err(()),
        }
    }
}

/// A data file to be worked with from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDataset {
    /// What it holds.
    pub kind: DatasetKind,
    /// Its name in the data folder.
    pub file: FileName,
    /// Its length in bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// The date of what it says, as `YYYY-MM-DD` or `YYYY`, if known.
    pub vintage: Option<String>,
    /// Who must be named where it is shown.
    pub attribution: String,
    /// Counts and versions: a JSON object.
    pub details: String,
    /// The import that brought it.
    pub import: ImportId,
}

/// A data file that is or was worked with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// 1, 2, ... for each kind.
    pub version: i32,
    /// The file.
    pub file: NewDataset,
    /// Since when.
    pub from: Timestamp,
    /// Until when; `None` if it is the one in use.
    pub to: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct Row {
    kind: String,
    version: i32,
    file: String,
    bytes: i64,
    digest: String,
    vintage: Option<String>,
    attribution: String,
    details: String,
    import: String,
    from_at: i64,
    to_at: Option<i64>,
}

impl Row {
    fn dataset(self) -> Result<Dataset, StoreError> {
        let bad = |why: String| StoreError::unreadable("a data set", why);
        let kind = DatasetKind::ALL.into_iter().find(|kind| kind.code() == self.kind);
        let file = NewDataset {
            kind: kind.ok_or_else(|| bad(self.kind.clone()))?,
            file: self.file.parse().map_err(|e| bad(format!("{e}")))?,
            bytes: u64::try_from(self.bytes).map_err(|e| bad(format!("{e}")))?,
            digest: self.digest.parse().map_err(|e| bad(format!("{e}")))?,
            vintage: self.vintage,
            attribution: self.attribution,
            details: self.details,
            import: self.import.parse().map_err(|e| bad(format!("{e}")))?,
        };
        let to = self.to_at.map(time).transpose()?;
        Ok(Dataset { version: self.version, file, from: time(self.from_at)?, to })
    }
}

impl Reader {
    /// The data file of a kind that is in use.
    pub async fn dataset(
        &mut self,
        district: &DistrictId,
        kind: DatasetKind,
    ) -> Result<Option<Dataset>, StoreError> {
        let row = fetch_optional!(
            self,
            Row,
            "select kind, version, file, bytes, digest, vintage, attribution, details, import,
               from_at, to_at
             from datasets where district = $1 and kind = $2 and to_at is null",
            district.as_str(),
            kind.code(),
        )?;
        row.map(Row::dataset).transpose()
    }

    /// All data files, by kind, the newest of each first; at most 500.
    pub async fn datasets(&mut self, district: &DistrictId) -> Result<Vec<Dataset>, StoreError> {
        let rows = fetch_all!(
            self,
            Row,
            "select kind, version, file, bytes, digest, vintage, attribution, details, import,
               from_at, to_at
             from datasets where district = $1 order by kind, version desc limit 500",
            district.as_str(),
        )?;
        rows.into_iter().map(Row::dataset).collect()
    }
}

impl Tx {
    /// Takes a data file into use; the one before of its kind goes out of use. Gives its version.
    pub async fn set_dataset(
        &mut self,
        district: &DistrictId,
        new: &NewDataset,
        now: Timestamp,
    ) -> Result<i32, StoreError> {
        let last = fetch_optional!(
            self,
            (Option<i32>,),
            "select max(version) from datasets where district = $1 and kind = $2",
            district.as_str(),
            new.kind.code(),
        )?;
        let version = last.and_then(|(last,)| last).unwrap_or(0) + 1;
        execute!(
            self,
            "update datasets set to_at = $3 where district = $1 and kind = $2 and to_at is null",
            district.as_str(),
            new.kind.code(),
            now.millis(),
        )?;
        execute!(
            self,
            "insert into datasets
               (district, kind, version, file, bytes, digest, vintage, attribution, details,
                import, from_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            district.as_str(),
            new.kind.code(),
            version,
            new.file.as_str(),
            i64::try_from(new.bytes).unwrap_or(i64::MAX),
            new.digest.to_string(),
            new.vintage.as_deref(),
            &new.attribution,
            &new.details,
            new.import.to_string(),
            now.millis(),
        )?;
        Ok(version)
    }
}
