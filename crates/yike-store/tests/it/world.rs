//! What the tests talk about: one district, ids that count up, times in seconds.

use std::time::Duration;

use yike_model::id::SubjectId;
use yike_model::imports::{Check, ImportDeed, ImportKind, SourceFile};
use yike_model::jobs::{JobDeed, JobKind, JobSpec};
use yike_model::spine::By;
use yike_model::text::{FileName, NodeName};
use yike_model::{Digest, DistrictId, ImportId, JobId, Refusal, Timestamp};
use yike_store::{StoreError, Tx};

pub const LEASE: Duration = Duration::from_secs(30);

pub fn district() -> DistrictId {
    "330105".parse().unwrap()
}

pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000 + seconds * 1_000).unwrap()
}

/// The `n`-th id.
pub fn nth<T: From<SubjectId>>(n: u16) -> T {
    let mut random = [0; 10];
    random[8..].copy_from_slice(&n.to_be_bytes());
    T::from(SubjectId::new(at(0), random))
}

pub fn node(name: &str) -> NodeName {
    NodeName::parse(name).unwrap()
}

pub fn spec(max_attempts: u32) -> JobSpec {
    JobSpec {
        kind: JobKind::Study,
        title: "t".into(),
        title_en: String::new(),
        spec: "{}".into(),
        max_attempts,
    }
}

/// Queues the `n`-th job.
pub async fn queue(tx: &mut Tx, n: u16, max_attempts: u32) -> Result<JobId, StoreError> {
    let id: JobId = nth(n);
    let deed = JobDeed::Queue(spec(max_attempts));
    tx.act::<yike_model::jobs::Job>(&district(), id, deed, By::SYSTEM, at(0)).await?;
    Ok(id)
}

/// Proposes and checks an import, which then can be applied.
pub async fn checked_import(
    tx: &mut Tx,
    district: &DistrictId,
    id: ImportId,
    kind: ImportKind,
    now: Timestamp,
) -> Result<(), StoreError> {
    let file = SourceFile {
        name: FileName::parse("f.csv").map_err(Refusal::from)?,
        bytes: 1,
        digest: Digest::of(b"f"),
    };
    for deed in [ImportDeed::Propose { kind, file }, ImportDeed::Check(Check::default())] {
        tx.act::<yike_model::imports::Import>(district, id, deed, By::SYSTEM, now).await?;
    }
    Ok(())
}

/// The refusal inside an error.
pub fn refusal<T: std::fmt::Debug>(result: Result<T, StoreError>) -> Refusal {
    match result {
        Err(StoreError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}
