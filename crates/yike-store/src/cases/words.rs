//! What was said about cases: kept apart from the ledger, found by pairs of letters, deleted when it
//! must be.

use std::collections::BTreeSet;

use yike_model::cases::Words;
use yike_model::digest::Hasher;
use yike_model::id::{SubjectId, WordsId};
use yike_model::{CaseId, DistrictId, Timestamp};

use crate::db::{Reader, Tx, execute, fetch_all, fetch_optional};
use crate::error::StoreError;

/// Most pairs of letters of one text that are searched.
const TERMS: usize = 400;

/// Most cases looked at to answer one search.
const LOOKED_AT: i64 = 2_000;

/// A text to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWords {
    /// Its id.
    pub id: WordsId,
    /// The text.
    pub body: String,
    /// Random bytes as hex digits: without them the digest in the ledger tells nothing.
    pub salt: String,
}

impl NewWords {
    /// What stands in the ledger for it.
    pub fn reference(&self) -> Words {
        let mut hasher = Hasher::new("yike-words-1");
        hasher.field(&self.salt).field(&self.body);
        Words { id: self.id, digest: hasher.finish() }
    }
}

/// The pairs of letters of a text, in small letters; a single letter stands for itself.
pub(super) fn terms(text: &str) -> BTreeSet<String> {
    let lower = text.to_lowercase();
    let mut found = BTreeSet::new();
    for word in lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let letters: Vec<char> = word.chars().collect();
        if letters.len() == 1 {
            found.insert(word.to_owned());
        }
        found.extend(letters.windows(2).map(|pair| pair.iter().collect::<String>()));
        if found.len() >= TERMS {
            break;
        }
    }
    found
}

impl Reader {
    /// The texts of a case, by their ids.
    pub async fn words_of(
        &mut self,
        district: &DistrictId,
        case: impl Into<SubjectId>,
    ) -> Result<std::collections::BTreeMap<WordsId, String>, StoreError> {
        let rows = fetch_all!(
            self,
            (String, String),
            "select id, body from case_words where district = $1 and subject = $2 order by id limit 2000",
            district.as_str(),
            case.into().to_string(),
        )?;
        rows.into_iter()
            .map(|(id, body)| {
                Ok((id.parse().map_err(|why| StoreError::unreadable("a text", why))?, body))
            })
            .collect()
    }

    /// One text.
    pub async fn words(
        &mut self,
        district: &DistrictId,
        id: WordsId,
    ) -> Result<Option<String>, StoreError> {
        let row = fetch_optional!(
            self,
            (String,),
            "select body from case_words where district = $1 and id = $2",
            district.as_str(),
            id.to_string(),
        )?;
        Ok(row.map(|(body,)| body))
    }

    /// Cases in whose words all that was typed stands, the newest first, at most `limit`. Begins with
    /// the rarest pair of letters.
    pub async fn search_cases(
        &mut self,
        district: &DistrictId,
        typed: &str,
        limit: usize,
    ) -> Result<Vec<CaseId>, StoreError> {
        let mut counted = Vec::new();
        for term in terms(typed).into_iter().take(12) {
            let row = fetch_optional!(
                self,
                (i64,),
                "select count(*) from (
                   select 1 as one from case_terms where district = $1 and term = $2 limit $3) few",
                district.as_str(),
                &term,
                LOOKED_AT,
            )?;
            counted.push((row.map_or(0, |(count,)| count), term));
        }
        counted.sort();
        let Some((_, rarest)) = counted.first() else { return Ok(Vec::new()) };
        // The other pairs narrow it down: the three rarest of them say nearly all.
        let other = |n: usize| counted.get(n).map_or(rarest.as_str(), |(_, term)| term.as_str());
        let rows = fetch_all!(
            self,
            (String,),
            "select t.subject from case_terms t
             where t.district = $1 and t.term = $2
               and exists (select 1 from case_terms a
                 where a.district = $1 and a.term = $3 and a.subject = t.subject)
               and exists (select 1 from case_terms b
                 where b.district = $1 and b.term = $4 and b.subject = t.subject)
               and exists (select 1 from case_terms c
                 where c.district = $1 and c.term = $5 and c.subject = t.subject)
             order by t.subject desc limit $6",
            district.as_str(),
            rarest.as_str(),
            other(1),
            other(2),
            other(3),
            limit as i64,
        )?;
        rows.iter()
            .map(|(id,)| id.parse().map_err(|why| StoreError::unreadable("a case", why)))
            .collect()
    }
}

impl Tx {
    /// Keeps a text of a case; `searched` makes the case be found by it.
    pub async fn keep_words(
        &mut self,
        district: &DistrictId,
        case: CaseId,
        words: &NewWords,
        searched: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "insert into case_words (district, id, subject, body, salt, made_at)
             values ($1, $2, $3, $4, $5, $6)",
            district.as_str(),
            words.id.to_string(),
            case.to_string(),
            &words.body,
            &words.salt,
            now.millis(),
        )?;
        if searched {
            self.index_case(district, case, &words.body).await?;
        }
        Ok(())
    }

    /// Makes a case be found by a text.
    pub async fn index_case(
        &mut self,
        district: &DistrictId,
        case: CaseId,
        text: &str,
    ) -> Result<(), StoreError> {
        let terms: Vec<String> = terms(text).into_iter().collect();
        // Eight rows a statement: each trip to the database costs more than a row.
        for few in terms.chunks(8) {
            let one = |n: usize| few.get(n).unwrap_or(&few[0]).as_str();
            execute!(
                self,
                "insert into case_terms (district, term, subject)
                 select $1, term, $2 from (
                   select $3 as term union select $4 union select $5 union select $6
                   union select $7 union select $8 union select $9 union select $10) terms
                 where true on conflict (district, term, subject) do nothing",
                district.as_str(),
                case.to_string(),
                one(0),
                one(1),
                one(2),
                one(3),
                one(4),
                one(5),
                one(6),
                one(7),
            )?;
        }
        Ok(())
    }

    /// Deletes what was said about a case, and what it is found by.
    pub async fn forget_words(
        &mut self,
        district: &DistrictId,
        case: CaseId,
    ) -> Result<u64, StoreError> {
        execute!(
            self,
            "delete from case_terms where district = $1 and subject = $2",
            district.as_str(),
            case.to_string(),
        )?;
        execute!(
            self,
            "delete from case_words where district = $1 and subject = $2",
            district.as_str(),
            case.to_string(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_of_letters() {
        let of = |text| terms(text).into_iter().collect::<Vec<_>>().join(" ");
        assert_eq!(of("楼道灯，不亮"), "不亮 楼道 道灯");
        assert_eq!(of("Lamp a"), "a am la mp");
        assert_eq!(of("!?"), "");
    }

    #[test]
    fn the_digest_hides_the_text_without_its_salt() {
        let words = |salt: &str| NewWords {
            id: WordsId::new(Timestamp::FIRST, [1; 10]),
            body: "灯".into(),
            salt: salt.into(),
        };
        assert_ne!(words("00").reference().digest, words("01").reference().digest);
    }
}
