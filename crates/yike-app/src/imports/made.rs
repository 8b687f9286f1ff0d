//! What a check made of a file of streets, homes or facilities: the data file to be taken into use.

use serde::{Deserialize, Serialize};
use yike_model::imports::ImportKind;
use yike_model::text::FileName;
use yike_model::{Digest, ImportId, Refusal};
use yike_store::{DatasetKind, NewDataset};

use super::address::AddressRow;
use crate::error::AppError;

/// A data file, made and waiting.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Made {
    /// The name it will have: the kind and the digest of its bytes.
    pub file: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// The date of what it says.
    pub vintage: Option<String>,
    /// Who must be named where it is shown.
    pub attribution: String,
    /// Counts and versions: a JSON object.
    pub details: String,
    /// Places its addresses name.
    #[serde(default)]
    pub places: Vec<AddressRow>,
}

impl Made {
    /// As it is taken into use.
    pub fn dataset(&self, kind: ImportKind, import: ImportId) -> Result<NewDataset, AppError> {
        let kind = DatasetKind::try_from(kind)
            .map_err(|()| AppError::Fault(format!("{} are no data file", kind.code())))?;
        Ok(NewDataset {
            kind,
            file: FileName::parse(&self.file).map_err(Refusal::from)?,
            bytes: self.bytes,
            digest: self.digest,
            vintage: self.vintage.clone(),
            attribution: self.attribution.clone(),
            details: self.details.clone(),
            import,
        })
    }
}
