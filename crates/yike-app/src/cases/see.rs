//! Seeing a case: as much of it as whoever asks may see, what happened, and what he can do next.

use std::collections::BTreeMap;
use std::sync::Arc;

use yike_model::cases::access::{Sight, may, sight};
use yike_model::cases::{
    Ask, Case, CaseDeed, CaseEvent, Category, Do, Rating, Rulebook, Stage, Unit, Words,
};
use yike_model::digest::Digest;
use yike_model::id::{PhotoId, WordsId};
use yike_model::people::{Actor, Deed, PhoneNumber, Role};
use yike_model::photos::Derivative;
use yike_model::places::Place;
use yike_model::spine::{Doer, Entry, Subject as _};
use yike_model::{CaseId, PersonId, Timestamp};

use super::report::Who;
use super::the_case;
use super::wish::WishKind;
use crate::app::App;
use crate::error::AppError;

/// Who did something, as far as the one who reads may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// Who reported it.
    Reporter,
    /// Somebody in a role.
    Role(Role),
    /// The clock, or the system.
    Clock,
    /// Somebody else, of whom no more is said.
    Somebody,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Happened {
    /// The number of the event.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Speaker,
    /// What.
    pub event: CaseEvent,
    /// What was said with it, as far as it may be read.
    pub words: Option<String>,
}

/// What can be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What.
    pub kind: WishKind,
    /// To whom, for what goes to somebody.
    pub to: Vec<Who>,
}

/// A case as it is seen.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseView {
    /// Its id.
    pub id: CaseId,
    /// How many events it has.
    pub seq: i64,
    /// How much of it is seen.
    pub sight: Sight,
    /// The case. What may not be seen of it is not shown by pages: see `sight`.
    pub case: Case,
    /// Its category, by the rules it goes by.
    pub category: Category,
    /// Where it is, from the district down.
    pub path: Vec<Place>,
    /// Who answers for it.
    pub owner: Who,
    /// What happened, oldest first.
    pub history: Vec<Happened>,
    /// What was reported, as far as it may be read.
    pub words: Option<String>,
    /// Photos that may be seen.
    pub photos: Vec<PhotoId>,
    /// What whoever asks can do, the likeliest first.
    pub actions: Vec<Action>,
    /// The rules it goes by.
    pub rules: Arc<Rulebook>,
    /// The numbers of cases it was merged into or stands for.
    pub linked: BTreeMap<CaseId, String>,
    /// Whether whoever asks may be told who reported it, which is noted.
    pub may_ask_reporter: bool,
}

/// Who reported a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reporter {
    /// The id by which everything else knows them.
    pub person: PersonId,
    /// Their phone, if they gave it.
    pub phone: Option<PhoneNumber>,
}

impl App {
    /// A case, by its id or number.
    pub async fn case(&self, actor: &Actor, key: &str) -> Result<CaseView, AppError> {
        self.permit(actor, Deed::SeeCase).await?;
        let id = self.case_id(key).await?;
        self.look_at_case(actor, id, Sight::Nothing).await
    }

    /// Refuses whoever may do nothing to any case.
    pub async fn may_work(&self, actor: &Actor) -> Result<(), AppError> {
        self.permit(actor, Deed::WorkCase).await.map(drop)
    }

    /// A case by the secret of its address: read only, as its reporter sees it.
    pub async fn case_by_track(&self, actor: &Actor, secret: &str) -> Result<CaseView, AppError> {
        self.permit(actor, Deed::SeeCase).await?;
        let id = self.tracked_case(secret).await?;
        self.look_at_case(actor, id, Sight::Own).await
    }

    async fn look_at_case(
        &self,
        actor: &Actor,
        id: CaseId,
        least: Sight,
    ) -> Result<CaseView, AppError> {
        let (district, mut reader) = (self.district()?, self.read().await?);
        let kept = the_case(&mut reader, district, id).await?;
        let seen = sight(actor, &kept.state).max(least);
        if seen == Sight::Nothing {
            return Err(AppError::missing("case", id));
        }
        let case = kept.state;
        let rules = reader.rulebook(district, case.filing.rules).await?;
        let mut path = Vec::new();
        for place in case.filing.spot.path.ids() {
            // As it is called now; where it is gone, as it was called last.
            path.extend(reader.place_versions(district, place).await?.into_iter().next());
        }
        let words = reader.words_of(district, id).await?;
        let entries = reader.history(district, id, 0).await?;
        let history = history(&case, &entries, &words, seen)?;
        let owner = self.who(&mut reader, case.owner).await?;
        let mut actions = Vec::new();
        for (kind, units) in feasible(actor, &case, self.now(), &rules) {
            let mut to = Vec::new();
            for unit in units {
                to.push(self.who(&mut reader, unit).await?);
            }
            actions.push(Action { kind, to });
        }
        let (own_words, photos) = shown(&case, &words, seen);
        let category = rules.category(&case.filing.category)?.clone();
        let seq = kept.seq;
        let linked = reader.case_lines(district, &others(&case)).await?;
        let linked = linked.into_iter().map(|line| (line.id, line.number)).collect();
        let may_ask_reporter =
            case.filing.reporter.is_some() && may(actor, &case, &Do::Contact).is_ok();
        Ok(CaseView {
            id,
            seq,
            sight: seen,
            case,
            category,
            path,
            owner,
            history,
            words: own_words,
            photos,
            actions,
            rules,
            linked,
            may_ask_reporter,
        })
    }

    /// A photo of a case, for who may see it.
    pub async fn case_photo(
        &self,
        actor: &Actor,
        (key, track): (&str, Option<&str>),
        photo: PhotoId,
        part: yike_model::photos::PhotoPart,
    ) -> Result<Derivative, AppError> {
        let view = match track {
            Some(secret) => self.case_by_track(actor, secret).await?,
            None => self.case(actor, key).await?,
        };
        let unknown = || AppError::missing("photo", photo);
        if !view.photos.contains(&photo) {
            return Err(unknown());
        }
        let mut reader = self.read().await?;
        let (_, derivative) =
            reader.photo(self.district()?, photo, part).await?.ok_or_else(unknown)?;
        Ok(derivative)
    }

    /// Who reported a case: shown only to who handles it, and noted.
    pub async fn case_reporter(
        &self,
        actor: &Actor,
        key: &str,
    ) -> Result<Option<Reporter>, AppError> {
        self.permit(actor, Deed::WorkCase).await?;
        let id = self.case_id(key).await?;
        let district = self.district()?;
        let mut reader = self.read().await?;
        let case = the_case(&mut reader, district, id).await?.state;
        let pass = may(actor, &case, &Do::Contact)?;
        let reporter = match case.filing.reporter {
            Some(person) => {
                let resident = reader.resident(district, person).await?;
                Some(Reporter { person, phone: resident.and_then(|resident| resident.phone) })
            }
            None => None,
        };
        drop(reader);
        self.note_seen(pass.by, Deed::SeeReporter, id.to_string()).await?;
        Ok(reporter)
    }
}

/// The cases that a case stands for, or the one that stands for it.
fn others(case: &Case) -> Vec<CaseId> {
    let mut others = case.stands_for.clone();
    if let Stage::Merged { into } = case.stage {
        others.push(into);
    }
    others
}

/// What was reported and what was shown, as far as it may be seen.
fn shown(
    case: &Case,
    words: &BTreeMap<WordsId, String>,
    seen: Sight,
) -> (Option<String>, Vec<PhotoId>) {
    let open = seen >= Sight::Own || case.filing.open;
    let own = case.filing.words.filter(|_| open).and_then(|own| words.get(&own.id).cloned());
    let mut photos = if open { case.filing.photos.clone() } else { Vec::new() };
    if seen >= Sight::Own {
        photos.extend(&case.photos);
    }
    (own, photos)
}

/// What happened, as far as it may be seen.
fn history(
    case: &Case,
    entries: &[Entry],
    words: &BTreeMap<WordsId, String>,
    seen: Sight,
) -> Result<Vec<Happened>, AppError> {
    let mut all = Vec::new();
    for entry in entries {
        let event: CaseEvent = serde_json::from_str(&entry.payload)
            .map_err(|why| AppError::Fault(format!("an event cannot be read: {why}")))?;
        if !is_seen(&event, seen) {
            continue;
        }
        let readable = seen >= Sight::Own || matches!(event, CaseEvent::Shelved { .. });
        let said = event.words().filter(|_| readable && words_seen(&event, seen));
        let by = match entry.by.doer {
            Doer::Person(id) if Some(id) == case.filing.reporter && entry.by.role.is_none() => {
                Speaker::Reporter
            }
            Doer::System => Speaker::Clock,
            _ => entry.by.role.map_or(Speaker::Somebody, Speaker::Role),
        };
        let words = said.and_then(|said| words.get(&said.id).cloned());
        all.push(Happened { seq: entry.seq, at: entry.at, by, event, words });
    }
    Ok(all)
}

/// Whether an event is for these eyes.
fn is_seen(event: &CaseEvent, seen: Sight) -> bool {
    let course = matches!(
        event,
        CaseEvent::Reported { .. }
            | CaseEvent::Filed
            | CaseEvent::Accepted { .. }
            | CaseEvent::Climbed { .. }
            | CaseEvent::Extended { .. }
            | CaseEvent::Shelved { .. }
            | CaseEvent::Resumed { .. }
            | CaseEvent::FedBack { .. }
            | CaseEvent::Reworked { .. }
            | CaseEvent::Closed { .. }
            | CaseEvent::Merged { .. }
            | CaseEvent::Absorbed { .. }
            | CaseEvent::Overdue
    );
    let own = matches!(
        event,
        CaseEvent::Verified { .. }
            | CaseEvent::Rejected { .. }
            | CaseEvent::Appealed { .. }
            | CaseEvent::Offered { .. }
            | CaseEvent::Joined { .. }
            | CaseEvent::Contacted
            | CaseEvent::Rated { .. }
            | CaseEvent::Reclassified { .. }
            | CaseEvent::Remarked { shown: true, .. }
    );
    match seen {
        Sight::Full => true,
        Sight::Own => course || own,
        Sight::Public => course,
        Sight::Nothing => false,
    }
}

/// Whether what was said with an event is for its reporter, too.
const fn words_seen(event: &CaseEvent, seen: Sight) -> bool {
    matches!(seen, Sight::Full)
        || matches!(
            event,
            CaseEvent::Reported { .. }
                | CaseEvent::Rejected { .. }
                | CaseEvent::Appealed { .. }
                | CaseEvent::Shelved { .. }
                | CaseEvent::FedBack { .. }
                | CaseEvent::Reworked { .. }
                | CaseEvent::Closed { .. }
                | CaseEvent::Remarked { .. }
        )
}

/// What an actor could do now: what he may, and what the rules would not refuse. Each is tried on the
/// rules themselves, so that a page offers neither too little nor too much.
fn feasible(
    actor: &Actor,
    case: &Case,
    now: Timestamp,
    rules: &Rulebook,
) -> Vec<(WishKind, Vec<Unit>)> {
    let goes = |what: Do| {
        let Ok(pass) = may(actor, case, &what) else { return false };
        let deed = CaseDeed { unit: pass.unit, what };
        Case::decide(Some(case), deed, pass.by, now, rules).is_ok_and(|events| !events.is_empty())
    };
    let words =
        Words { id: WordsId::from_uuid(CaseId::new(now, [0; 10]).uuid()), digest: Digest::ZERO };
    let units: Vec<Unit> =
        Role::ALL.into_iter().filter_map(|role| case.filing.spot.path.unit(role)).collect();
    let mut all = Vec::new();
    for kind in WishKind::ALL {
        let to_units = |deed: &dyn Fn(Unit) -> Do| -> Vec<Unit> {
            units.iter().copied().filter(|unit| goes(deed(*unit))).collect()
        };
        let to = match kind {
            WishKind::Dispatch => to_units(&|to| Do::Dispatch { to, named: false }),
            WishKind::AddTask => to_units(&|to| Do::AddTask { to, words }),
            _ => Vec::new(),
        };
        let offered = match kind {
            WishKind::Dispatch | WishKind::AddTask => !to.is_empty(),
            WishKind::AnswerTask => case.tasks.iter().any(|task| {
                let number = task.number;
                goes(Do::AnswerTask { number, done: true, words })
                    || goes(Do::AnswerTask { number, done: false, words })
            }),
            // Accepting what one has already is offered only while nobody works on it.
            _ => probe(kind, case, words, now, rules).is_some_and(goes),
        };
        if offered {
            all.push((kind, to));
        }
    }
    all
}

/// A deed of a kind that is refused only if every one of its kind is.
fn probe(
    kind: WishKind,
    case: &Case,
    words: Words,
    now: Timestamp,
    rules: &Rulebook,
) -> Option<Do> {
    let review = now.plus(std::time::Duration::from_hours(24));
    let rating = Rating { solved: true, satisfied: case.rating.is_none_or(|r| !r.satisfied) };
    Some(match kind {
        WishKind::Accept => Do::Accept,
        WishKind::FeedBack => Do::FeedBack(words),
        WishKind::Check => Do::Check { holds: true, words: None },
        WishKind::File => Do::File,
        WishKind::Reject => Do::Reject(words),
        WishKind::Decline => Do::Decline(words),
        WishKind::HandUp => Do::HandUp(words),
        WishKind::Extend => Do::Ask { ask: Ask::Extension { span: rules.ladder.extension }, words },
        WishKind::Shelve => Do::Ask { ask: Ask::Shelving { review }, words },
        WishKind::Return => Do::Ask { ask: Ask::Return, words },
        WishKind::Answer => Do::Answer { granted: false, words: None },
        WishKind::Resume => Do::Resume,
        WishKind::Verify => Do::Verify(None),
        WishKind::Contact => Do::Contact,
        WishKind::Reclassify => {
            Do::Reclassify { category: case.filing.category.clone(), urgent: case.filing.urgent }
        }
        WishKind::Press => Do::Press(words),
        WishKind::Merge if !matches!(case.stage, Stage::Merged { .. }) => {
            Do::Merge { into: CaseId::new(now, [1; 10]) }
        }
        WishKind::Remark => Do::Remark { words: Some(words), photos: Vec::new(), shown: true },
        WishKind::Confirm => Do::Confirm,
        WishKind::Deny => Do::Deny(None),
        WishKind::Rate => Do::Rate(rating),
        WishKind::Appeal => Do::Appeal(words),
        _ => return None,
    })
}
