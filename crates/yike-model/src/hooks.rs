//! News for other programs: what goes out by webhook, and who wants which of it.
//!
//! News are public facts about something with a number or id; never words, names or telephone numbers.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::BadId;
use crate::time::Timestamp;

/// Kinds of events are named after the project, as CloudEvents ask for: `org.yike.case.closed`.
pub const EVENT_PREFIX: &str = "org.yike.";

/// The word that stands for all news of cases.
const ALL_CASES: &str = "case.*";

/// What can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// A case was reported.
    CaseReported,
    /// It was taken as a case 立案.
    CaseFiled,
    /// It was given to a unit 派遣.
    CaseDispatched,
    /// It went up a tier.
    CaseClimbed,
    /// It is over 结案.
    CaseClosed,
    /// It was closed or rejected, and is open again.
    CaseReopened,
    /// It was not taken as a case 不予立案.
    CaseRejected,
    /// It was put off with approval 挂账.
    CaseShelved,
    /// It is off the shelf.
    CaseResumed,
    /// It ran past its deadline.
    CaseOverdue,
    /// Another case stands for it.
    CaseMerged,
    /// It is public no more: what was kept of it has to go.
    CaseWithdrawn,
    /// A study was computed.
    StudyComputed,
    /// Not news: text messages, which the gateway sends on to a telephone.
    Sms,
}

impl Topic {
    /// All topics.
    pub const ALL: [Self; 14] = [
        Self::CaseReported,
        Self::CaseFiled,
        Self::CaseDispatched,
        Self::CaseClimbed,
        Self::CaseClosed,
        Self::CaseReopened,
        Self::CaseRejected,
        Self::CaseShelved,
        Self::CaseResumed,
        Self::CaseOverdue,
        Self::CaseMerged,
        Self::CaseWithdrawn,
        Self::StudyComputed,
        Self::Sms,
    ];

    /// The word for it on the command line, in the outbox and after [`EVENT_PREFIX`].
    pub const fn code(self) -> &'static str {
        match self {
            Self::CaseReported => "case.reported",
            Self::CaseFiled => "case.filed",
            Self::CaseDispatched => "case.dispatched",
            Self::CaseClimbed => "case.climbed",
            Self::CaseClosed => "case.closed",
            Self::CaseReopened => "case.reopened",
            Self::CaseRejected => "case.rejected",
            Self::CaseShelved => "case.shelved",
            Self::CaseResumed => "case.resumed",
            Self::CaseOverdue => "case.overdue",
            Self::CaseMerged => "case.merged",
            Self::CaseWithdrawn => "case.withdrawn",
            Self::StudyComputed => "study.computed",
            Self::Sms => "sms",
        }
    }

    /// What happened, without what it happened to: `closed`.
    pub fn verb(self) -> &'static str {
        self.code().rsplit('.').next().unwrap_or(self.code())
    }
}

impl FromStr for Topic {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        Self::ALL.into_iter().find(|topic| topic.code() == text).ok_or_else(|| {
            let all = Self::ALL.map(Self::code).join(", ");
            BadId(format!("{text:.60} is not a topic: there are {ALL_CASES}, {all}"))
        })
    }
}

/// What a receiver wants: topics, or `case.*` for all news of cases, those of later versions too. A
/// gateway for text messages gets nothing else, since it alone learns telephone numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topics(BTreeSet<String>);

impl Topics {
    /// Whether a topic is among them.
    pub fn has(&self, topic: Topic) -> bool {
        let code = topic.code();
        self.0.contains(code) || (code.starts_with("case.") && self.0.contains(ALL_CASES))
    }

    /// Whether this is a gateway for text messages.
    pub fn is_gateway(&self) -> bool {
        self.has(Topic::Sms)
    }
}

impl fmt::Display for Topics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<_> = self.0.iter().map(String::as_str).collect();
        f.write_str(&words.join(" "))
    }
}

impl FromStr for Topics {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let mut topics = BTreeSet::new();
        for word in text.split([' ', ',']).filter(|word| !word.is_empty()) {
            if word != ALL_CASES {
                word.parse::<Topic>()?;
            }
            topics.insert(word.to_owned());
        }
        if topics.is_empty() {
            return Err(BadId(format!("no topic is given: try {ALL_CASES}")));
        }
        let topics = Self(topics);
        if topics.is_gateway() && topics.0.len() > 1 {
            let why = "a gateway for text messages gets nothing else: make a second receiver";
            return Err(BadId(why.into()));
        }
        Ok(topics)
    }
}

/// One piece of news, as it waits in the outbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    /// The same for whoever is told, and however often: repeats are dropped by it.
    pub id: String,
    /// What it is about, by its public number or its id.
    pub subject: String,
    /// When it happened.
    pub at: Timestamp,
    /// Greater than that of all that happened to the same subject before; none where nothing followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<i64>,
    /// Public facts: a JSON object.
    pub data: serde_json::Value,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_words() {
        let topics: Topics = "study.computed,case.closed".parse().unwrap();
        assert!(topics.has(Topic::CaseClosed) && topics.has(Topic::StudyComputed));
        assert!(!topics.has(Topic::CaseFiled) && !topics.is_gateway());
        assert_eq!(topics.to_string().parse(), Ok(topics));
        let all: Topics = "case.*".parse().unwrap();
        for topic in Topic::ALL {
            assert_eq!(all.has(topic), topic.code().starts_with("case."), "{topic:?}");
            assert_eq!(topic.code().parse(), Ok(topic));
        }
        assert_eq!(Topic::CaseClosed.verb(), "closed");
        assert!("sms".parse::<Topics>().unwrap().is_gateway());
        for bad in ["", " , ", "case", "case.lost", "*", "sms case.*"] {
            assert!(bad.parse::<Topics>().is_err(), "{bad}");
        }
    }
}
