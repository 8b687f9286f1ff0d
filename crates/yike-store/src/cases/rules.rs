//! Rulebooks: versions of the rules cases go by. A version never changes, so what was read once is kept
//! in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use yike_model::cases::Rulebook;
use yike_model::spine::Doer;
use yike_model::{Digest, DistrictId, Refusal, Timestamp};

use crate::db::{Reader, Tx, execute, fetch_all, fetch_optional};
use crate::error::StoreError;
use crate::ledger::time;

/// Rulebooks that were read, by digest. Bounded: a district has few, and of those few are in use.
#[derive(Debug, Default)]
pub struct RulesCache(Mutex<BTreeMap<String, Arc<Rulebook>>>);

/// Most rulebooks held in memory.
const HELD: usize = 64;

impl RulesCache {
    fn get(&self, digest: &str) -> Option<Arc<Rulebook>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(digest).cloned()
    }

    fn put(&self, digest: String, rules: Arc<Rulebook>) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= HELD {
            held.pop_first();
        }
        held.insert(digest, rules);
    }
}

/// A version in the list of versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulesVersion {
    /// 1, 2, ...
    pub version: u32,
    /// Why it was made.
    pub note: String,
    /// By whom: a person's id, `system` or `anonymous`.
    pub made_by: String,
    /// Since when it is in force.
    pub from: Timestamp,
}

impl Reader {
    /// A version of the rules.
    pub async fn rulebook(
        &mut self,
        district: &DistrictId,
        version: u32,
    ) -> Result<Arc<Rulebook>, StoreError> {
        let digest = fetch_optional!(
            self,
            (String,),
            "select digest from rulebooks where district = $1 and version = $2",
            district.as_str(),
            version as i32,
        )?;
        let Some((digest,)) = digest else {
            let why = format!("version {version} is missing");
            return Err(StoreError::unreadable("the rules", why));
        };
        self.rulebook_of(district, version, digest).await
    }

    async fn rulebook_of(
        &mut self,
        district: &DistrictId,
        version: u32,
        digest: String,
    ) -> Result<Arc<Rulebook>, StoreError> {
        if let Some(rules) = self.rules.get(&digest) {
            return Ok(rules);
        }
        let row = fetch_optional!(
            self,
            (String,),
            "select body from rulebooks where district = $1 and version = $2",
            district.as_str(),
            version as i32,
        )?;
        let (body,) = row.ok_or_else(|| StoreError::unreadable("the rules", "they are gone"))?;
        let rules: Rulebook =
            serde_json::from_str(&body).map_err(|why| StoreError::unreadable("the rules", why))?;
        let rules = Arc::new(rules);
        self.rules.put(digest, rules.clone());
        Ok(rules)
    }

    /// The rules in force; the neutral ones where a district has made none of its own.
    pub async fn newest_rules(
        &mut self,
        district: &DistrictId,
    ) -> Result<Arc<Rulebook>, StoreError> {
        match self.newest_version(district).await? {
            Some((version, digest)) => self.rulebook_of(district, version, digest).await,
            None => Ok(self.neutral()),
        }
    }

    fn neutral(&self) -> Arc<Rulebook> {
        const NAME: &str = "neutral";
        self.rules.get(NAME).unwrap_or_else(|| {
            let rules = Arc::new(Rulebook::neutral());
            self.rules.put(NAME.into(), rules.clone());
            rules
        })
    }

    async fn newest_version(
        &mut self,
        district: &DistrictId,
    ) -> Result<Option<(u32, String)>, StoreError> {
        let row = fetch_optional!(
            self,
            (i32, String),
            "select version, digest from rulebooks where district = $1 order by version desc limit 1",
            district.as_str(),
        )?;
        Ok(row.map(|(version, digest)| (version as u32, digest)))
    }

    /// All versions, the newest first; at most 500.
    pub async fn rules_versions(
        &mut self,
        district: &DistrictId,
    ) -> Result<Vec<RulesVersion>, StoreError> {
        let rows = fetch_all!(
            self,
            (i32, String, String, i64),
            "select version, note, made_by, from_at from rulebooks where district = $1
             order by version desc limit 500",
            district.as_str(),
        )?;
        rows.into_iter()
            .map(|(version, note, made_by, from)| {
                Ok(RulesVersion { version: version as u32, note, made_by, from: time(from)? })
            })
            .collect()
    }
}

impl Tx {
    /// The rules in force. A district that has none of its own gets the neutral ones as its first
    /// version now, so that a case keeps them even when a newer program ships others.
    pub async fn settle_rules(
        &mut self,
        district: &DistrictId,
    ) -> Result<Arc<Rulebook>, StoreError> {
        if let Some((version, digest)) = self.newest_version(district).await? {
            return self.rulebook_of(district, version, digest).await;
        }
        let neutral = self.neutral();
        self.add_rules(
            district,
            &neutral,
            "the neutral rules that ship",
            Doer::System,
            Timestamp::FIRST,
        )
        .await?;
        Ok(neutral)
    }

    /// Makes a new version of the rules; its number must be the next one.
    pub async fn make_rules(
        &mut self,
        district: &DistrictId,
        rules: &Rulebook,
        (note, by): (&str, Doer),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        rules.check()?;
        let newest = self.settle_rules(district).await?.version;
        if rules.version != newest + 1 {
            let (state, deed) = ("changed since", "changed");
            return Err(Refusal::WrongState { what: "rulebook", state, deed }.into());
        }
        self.add_rules(district, rules, note, by, now).await
    }

    async fn add_rules(
        &mut self,
        district: &DistrictId,
        rules: &Rulebook,
        note: &str,
        by: Doer,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let body =
            serde_json::to_string(rules).map_err(|why| StoreError::unreadable("the rules", why))?;
        let digest = Digest::of(body.as_bytes()).to_string();
        let added = execute!(
            self,
            "insert into rulebooks (district, version, digest, body, note, made_by, from_at)
             values ($1, $2, $3, $4, $5, $6, $7) on conflict (district, version) do nothing",
            district.as_str(),
            rules.version as i32,
            digest,
            body,
            note,
            by.to_string(),
            now.millis(),
        )?;
        if added == 1 { Ok(()) } else { Err(StoreError::Overtaken) }
    }
}
