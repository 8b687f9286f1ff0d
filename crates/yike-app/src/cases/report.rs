//! Reporting: who will handle it and by when, what is like it near by, and the report itself.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use yike_model::cases::access::Sight;
use yike_model::cases::decide::PHOTOS_LIMIT;
use yike_model::cases::{
    Case, CaseDeed, CaseNumber, Category, Do, Path, Report, Shared, Source, Tier, Unit,
};
use yike_model::digest::Hasher;
use yike_model::id::{PhotoId, WordsId};
use yike_model::people::{Actor, Deed, Posting};
use yike_model::photos::{Derivative, PhotoPart};
use yike_model::places::{Place, PlaceKind, Point};
use yike_model::spine::{By, Doer};
use yike_model::text::CaseText;
use yike_model::{CaseId, Digest, PersonId, Refusal, Timestamp};
use yike_store::{Alike, CaseLine, NewPhoto, NewWords, Reader, StoreError, Tx};

use super::work::Writing;
use super::{the_case, way};
use crate::app::App;
use crate::error::AppError;
use crate::photos::Photo;

/// How long a draft can wait to be sent.
pub(crate) const DRAFT_LASTS: Duration = Duration::from_hours(30 * 24);

/// The secret of a report that is being written: 128 random bits and the moment it was begun. Its case's
/// id follows from it, so that sending it twice makes one case; whoever has it can look at the case.
#[derive(Clone, PartialEq, Eq)]
pub struct Draft {
    begun: Timestamp,
    secret: [u8; 16],
}

impl Draft {
    /// The id of the case it becomes.
    pub fn case(&self) -> CaseId {
        let digest = self.digest();
        let random = digest.as_bytes().first_chunk::<10>().copied().unwrap_or_default();
        CaseId::new(self.begun, random)
    }

    /// The id of what is said with it, where it is sent to a case that is there.
    pub(super) fn words(&self) -> WordsId {
        WordsId::new(self.begun, self.part(0))
    }

    /// The id of the nth photo sent with it.
    pub(super) fn photo(&self, n: usize) -> PhotoId {
        PhotoId::new(self.begun, self.part(1 + n as u64))
    }

    fn part(&self, n: u64) -> [u8; 10] {
        let mut hasher = Hasher::new("yike-draft-part-1");
        hasher.number(n as i64).field(self.digest().as_bytes());
        hasher.finish().as_bytes().first_chunk::<10>().copied().unwrap_or_default()
    }

    /// What is stored of it.
    fn digest(&self) -> Digest {
        let mut hasher = Hasher::new("yike-draft-1");
        hasher.number(self.begun.millis()).field(self.secret);
        hasher.finish()
    }
}

/// As it stands in forms and tracking addresses: the moment in milliseconds, a point, 32 hex digits.
impl fmt::Display for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.", self.begun.millis())?;
        self.secret.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Draft(hidden)")
    }
}

impl FromStr for Draft {
    type Err = Refusal;
    fn from_str(text: &str) -> Result<Self, Refusal> {
        let bad = || Refusal::missing("case", "with this address");
        let (begun, hex) = text.split_once('.').ok_or_else(bad)?;
        let begun = begun.parse().ok().and_then(Timestamp::from_millis).ok_or_else(bad)?;
        if hex.len() != 32 || !hex.bytes().all(|c| c.is_ascii_hexdigit()) {
            return Err(bad());
        }
        let mut secret = [0; 16];
        for (byte, pair) in secret.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
            let digit = |c: u8| (c as char).to_digit(16).unwrap_or(0) as u8;
            *byte = digit(pair[0]) * 16 + digit(pair[1]);
        }
        Ok(Self { begun, secret })
    }
}

/// A report as it comes in.
#[derive(Clone, Debug)]
pub struct NewReport {
    /// Its secret.
    pub draft: Draft,
    /// Category.
    pub category: String,
    /// The finest place named: id or code. Where there is none, the point says which community.
    pub place: Option<String>,
    /// Which shared part.
    pub shared: Option<Shared>,
    /// Which floor.
    pub floor: Option<i8>,
    /// Where, exactly.
    pub point: Option<Point>,
    /// Which home, for counting households; stored as a digest only.
    pub room: Option<String>,
    /// What was said.
    pub text: Option<CaseText>,
    /// What was shown.
    pub photos: Vec<Photo>,
    /// What was shown while the form was filled in; see [`App::keep_draft_photo`].
    pub kept: Vec<PhotoId>,
    /// Whether its reporter says it is urgent.
    pub urgent: bool,
    /// Whether words and photos may be shown in public, without a name.
    pub open: bool,
    /// How it came in.
    pub source: Source,
    /// Handled on the spot by who found it: what was done.
    pub done: Option<CaseText>,
}

/// Who answers for a case, as people are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// The unit.
    pub unit: Unit,
    /// The place it looks after.
    pub place: Place,
    /// The telephone of the post, if it is posted.
    pub phone: Option<String>,
    /// What the post is called, if it is posted.
    pub title: Option<String>,
}

/// What is known before a report is sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// The category.
    pub category: Category,
    /// The place, with those it stands in, from the district down.
    pub path: Vec<Place>,
    /// Who will handle it.
    pub who: Who,
    /// By when, before it goes to somebody else.
    pub until: Timestamp,
    /// Open cases like it near by.
    pub similar: Vec<CaseLine>,
}

/// A report that is now a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Reported {
    /// The case.
    pub id: CaseId,
    /// What people call it by.
    pub number: CaseNumber,
    /// The secret of the address by which it can be looked at.
    pub track: Draft,
    /// Whether it was there already: the same report came twice.
    pub again: bool,
    /// The case.
    pub case: Case,
}

impl App {
    /// Begins a report.
    pub fn new_draft(&self) -> Draft {
        let mut secret = [0; 16];
        self.random.fill(&mut secret);
        Draft { begun: self.now(), secret }
    }

    /// Who will handle a report, by when, and what is like it near by.
    pub async fn preview_report(
        &self,
        actor: &Actor,
        category: &str,
        place: Option<&str>,
        point: Option<Point>,
        urgent: bool,
    ) -> Result<Preview, AppError> {
        self.permit(actor, Deed::ReportCase).await?;
        let path = self.report_path(place, point).await?;
        let (district, mut reader) = (self.district()?, self.read().await?);
        let rules = reader.newest_rules(district).await?;
        let category = rules.category(category)?.clone();
        let report = self.probe(&category, way(&path)?, urgent);
        let deed = CaseDeed::plain(Do::Report(Box::new(report)));
        let outcome = yike_model::spine::act::<Case>(None, deed, By::SYSTEM, self.now(), &rules)?;
        let case = outcome.ok_or_else(|| AppError::Fault("a report made no case".into()))?.state;
        let near = way(&path)?;
        let near = [PlaceKind::Estate, PlaceKind::Community]
            .into_iter()
            .find_map(|kind| near.at(kind).map(|id| (kind, id)));
        let similar = match near {
            Some(near) => reader.similar_cases(district, near, &category.code, 3).await?,
            None => Vec::new(),
        };
        let who = self.who(&mut reader, case.owner).await?;
        let until = case.tier_until.unwrap_or_else(|| self.now());
        Ok(Preview { category, path, who, until, similar })
    }

    /// A report to try the rules with: nothing of it is kept.
    fn probe(&self, category: &Category, path: Path, urgent: bool) -> Report {
        Report {
            id: CaseId::new(self.now(), [0; 10]),
            category: category.code.clone(),
            urgent,
            open: false,
            source: Source::Resident,
            path,
            shared: None,
            floor: None,
            point: None,
            reporter: None,
            words: None,
            photos: Vec::new(),
            households: 1,
            unmanned: Vec::new(),
            done: None,
        }
    }

    /// The places from the district down to where something is reported.
    pub(super) async fn report_path(
        &self,
        place: Option<&str>,
        point: Option<Point>,
    ) -> Result<Vec<Place>, AppError> {
        let district = self.district()?;
        match (place.filter(|key| !key.is_empty()), point) {
            (Some(key), _) => {
                // Before the reader is taken: whoever holds one does not wait for another.
                let place = self.find_place(key).await?;
                Ok(self.read().await?.path(district, place.id).await?)
            }
            (None, Some(point)) => {
                let mut reader = self.read().await?;
                let places = reader.places_at(district, point).await?;
                match places.last() {
                    Some(finest) => Ok(reader.path(district, finest.id).await?),
                    None => {
                        Err(Refusal::invalid("place", "this point lies outside the district")
                            .into())
                    }
                }
            }
            (None, None) => Err(Refusal::invalid("place", "say where it is").into()),
        }
    }

    /// A unit as people are told of it.
    pub(super) async fn who(&self, reader: &mut Reader, unit: Unit) -> Result<Who, AppError> {
        let district = self.district()?;
        let place = reader.place_versions(district, unit.place).await?.into_iter().next();
        let place = place.ok_or_else(|| AppError::missing("place", unit.place))?;
        let rules = reader.newest_rules(district).await?;
        let duty = rules.roster.iter().find(|d| d.role == unit.role && d.place == place.code);
        Ok(Who {
            unit,
            place,
            phone: duty.map(|duty| duty.phone.clone()),
            title: duty.map(|duty| duty.title.clone()),
        })
    }

    /// Reports: the case is there, and stays, once this returns. The same draft again gives the same case.
    pub async fn report_case(
        &self,
        actor: &Actor,
        report: NewReport,
    ) -> Result<Reported, AppError> {
        let by = self.permit(actor, Deed::ReportCase).await?;
        self.check_draft(&report.draft)?;
        check_source(actor, report.source)?;
        let path = self.report_path(report.place.as_deref(), report.point).await?;
        let new = self.gather(actor, report, way(&path)?).await?;
        let (district, now) = (self.district()?.clone(), self.now());
        let own = actor.clone();
        let kept = new.clone();
        let done = self
            .store
            .write(async move |tx: &mut Tx| {
                let writing = Writing { district: &district, actor: &own, now };
                new.report(tx, &writing, by).await
            })
            .await;
        match self.noted(actor, Deed::ReportCase, done).await {
            Ok(case) => Ok(kept.reported(case, false)),
            Err(AppError::Refused(Refusal::Exists { .. })) => {
                self.reported_before(actor, kept).await
            }
            Err(error) => Err(error),
        }
    }

    /// The same draft came before: if from the same person, that is its answer.
    async fn reported_before(&self, actor: &Actor, new: Gathered) -> Result<Reported, AppError> {
        let mut reader = self.read().await?;
        let kept = the_case(&mut reader, self.district()?, new.report.id).await?;
        if yike_model::cases::access::sight(actor, &kept.state) < Sight::Own {
            return Err(AppError::missing("case", "with this address"));
        }
        Ok(new.reported(kept.state, true))
    }

    /// Keeps a photo for a report that is still being written; who never sends it is forgotten with it.
    pub async fn keep_draft_photo(
        &self,
        actor: &Actor,
        draft: &Draft,
        upload: Vec<u8>,
        from: IpAddr,
    ) -> Result<PhotoId, AppError> {
        self.permit(actor, Deed::ReportCase).await?;
        self.check_draft(draft)?;
        self.count_from(from, "photos", self.phones.photos_hour).await?;
        let Photo { full, small } = self.prepare_photo(upload).await?;
        let (id, case) = (self.new_photo_id(), draft.case());
        let (district, now) = (self.district()?.clone(), self.now());
        self.store
            .write(async move |tx: &mut Tx| {
                if tx.photos_of(&district, case).await?.len() >= PHOTOS_LIMIT {
                    let limit = PHOTOS_LIMIT as u64;
                    return Err(Refusal::Limit { what: "photos", limit }.into());
                }
                let (full, small) = (full.clone(), small.clone());
                let photo = NewPhoto { id, subject: case.into(), full, small };
                tx.keep_photo(&district, &photo, now).await
            })
            .await?;
        Ok(id)
    }

    /// A photo of a report that is still being written, for who has its secret.
    pub async fn draft_photo(&self, draft: &Draft, id: PhotoId) -> Result<Derivative, AppError> {
        let unknown = || AppError::missing("photo", id);
        let mut reader = self.read().await?;
        let found = reader.photo(self.district()?, id, PhotoPart::Small).await?;
        let (subject, derivative) = found.ok_or_else(unknown)?;
        if subject == draft.case().into() { Ok(derivative) } else { Err(unknown()) }
    }

    pub(super) fn check_draft(&self, draft: &Draft) -> Result<(), AppError> {
        let now = self.now();
        let (earliest, latest) = (now.minus(DRAFT_LASTS), now.plus(Duration::from_hours(24)));
        if draft.begun < earliest || draft.begun > latest {
            let why = "this form is too old, or the clock of its device is wrong; open it again";
            return Err(Refusal::invalid("draft", why).into());
        }
        Ok(())
    }

    /// Everything that a report needs, looked up and made ready before the transaction.
    async fn gather(
        &self,
        actor: &Actor,
        report: NewReport,
        path: Path,
    ) -> Result<Gathered, AppError> {
        let mut reader = self.read().await?;
        let rules = reader.newest_rules(self.district()?).await?;
        let category = rules.category(&report.category)?;
        let words = report.text.as_ref().map(|text| self.new_words(text));
        let done = report.done.as_ref().map(|text| self.new_words(text));
        let photos: Vec<(PhotoId, Photo)> =
            report.photos.into_iter().map(|photo| (self.new_photo_id(), photo)).collect();
        let id = report.draft.case();
        let known = reader.photos_of(self.district()?, id).await?;
        let mut shown = report.kept;
        if shown.iter().any(|id| !known.iter().any(|photo| photo.id == *id)) {
            return Err(AppError::missing("photo", "of this report"));
        }
        shown.extend(photos.iter().map(|(id, _)| *id));
        let reporter = match actor {
            Actor::Person { id, .. } if report.source != Source::Patrol => Some(*id),
            _ => None,
        };
        let unit = match actor {
            Actor::Person { postings, .. } => postings.iter().find_map(|posting| {
                let unit = path.unit(posting.role)?;
                let below = posting.place.is_none_or(|place| path.holds(place));
                below.then_some(unit)
            }),
            _ => None,
        };
        let alike = [PlaceKind::Building, PlaceKind::Estate, PlaceKind::Community]
            .into_iter()
            .find_map(|kind| path.at(kind));
        let household = household(&path, report.room.as_deref(), actor.doer());
        let since = self.now().minus(Duration::from_hours(24 * u64::from(rules.ladder.crowd_days)));
        let texts = [category.zh.as_str(), category.en.as_str()].join(" ");
        Ok(Gathered {
            report: Report {
                id,
                category: report.category,
                urgent: report.urgent,
                open: report.open,
                source: report.source,
                path,
                shared: report.shared,
                floor: report.floor,
                point: report.point,
                reporter,
                words: words.as_ref().map(NewWords::reference),
                photos: shown,
                households: 1,
                unmanned: Vec::new(),
                done: done.as_ref().map(NewWords::reference),
            },
            draft: report.draft,
            unit,
            words,
            done,
            photos,
            household,
            alike,
            since,
            texts,
        })
    }
}

/// Only who holds a post can say that he is on duty or at the counter.
fn check_source(actor: &Actor, source: Source) -> Result<(), AppError> {
    let staff = |posting: &Posting| Tier::of(posting.role).is_some();
    let fits = match (source, actor) {
        (_, Actor::System) | (Source::Resident | Source::Open311, _) => true,
        (Source::Patrol | Source::Counter, Actor::Person { postings, .. }) => {
            postings.iter().any(staff)
        }
        _ => false,
    };
    if fits { Ok(()) } else { Err(Refusal::invalid("source", "this is not yours to say").into()) }
}

/// Who counts as one household: a home where one is named, else whoever reports. A digest, so that what
/// is kept tells neither.
fn household(path: &Path, room: Option<&str>, doer: Doer) -> Option<Digest> {
    let mut hasher = Hasher::new("yike-household-1");
    match (path.end(), room.map(str::trim).filter(|room| !room.is_empty())) {
        (Some(place), Some(room)) => hasher.field("home").field(place.to_string()).field(room),
        _ if matches!(doer, Doer::Person(_)) => hasher.field("person").field(doer.to_string()),
        _ => return None,
    };
    Some(hasher.finish())
}

/// A report with all that is written with it.
#[derive(Clone, Debug)]
struct Gathered {
    report: Report,
    draft: Draft,
    unit: Option<Unit>,
    words: Option<NewWords>,
    done: Option<NewWords>,
    photos: Vec<(PhotoId, Photo)>,
    household: Option<Digest>,
    alike: Option<yike_model::PlaceId>,
    since: Timestamp,
    texts: String,
}

impl Gathered {
    async fn report(&self, tx: &mut Tx, writing: &Writing<'_>, by: By) -> Result<Case, StoreError> {
        let (district, now, id) = (writing.district, writing.now, self.report.id);
        let mut report = self.report.clone();
        if let (Some(place), Some(household)) = (self.alike, &self.household) {
            let category = report.category.clone();
            let alike = Alike { place, category: &category };
            tx.note_household(district, alike, (household, id), now).await?;
            report.households = tx.households(district, alike, self.since).await?.max(1);
        }
        let deed = CaseDeed { unit: self.unit, what: Do::Report(Box::new(report)) };
        let acted = tx.act::<Case>(district, id, deed, by, now).await?;
        writing.keep(tx, id, self.words.as_ref(), &self.photos).await?;
        if let Some(done) = &self.done {
            tx.keep_words(district, id, done, false, now).await?;
        }
        tx.index_case(district, id, &self.texts).await?;
        tx.track(district, id, &self.draft.digest(), now).await?;
        Ok(acted.state)
    }

    fn reported(self, case: Case, again: bool) -> Reported {
        let number = case.filing.number.clone();
        Reported { id: self.report.id, number, track: self.draft, again, case }
    }
}

impl App {
    /// "The same here": follows a case that somebody else reported, and counts as one more household.
    pub async fn join_case(&self, actor: &Actor, key: &str) -> Result<(), AppError> {
        self.permit(actor, Deed::WorkCase).await?;
        let Actor::Person { id: person, .. } = *actor else {
            return Err(Refusal::invalid("person", "open a session first").into());
        };
        let id = self.case_id(key).await?;
        let (district, now, own) = (self.district()?.clone(), self.now(), actor.clone());
        let done = self
            .store
            .write(async move |tx: &mut Tx| join(tx, &district, (&own, person), id, now).await)
            .await;
        self.noted(actor, Deed::WorkCase, done).await
    }

    /// The case an address's secret stands for; the same answer for one that never was.
    pub(super) async fn tracked_case(&self, secret: &str) -> Result<CaseId, AppError> {
        let unknown = || AppError::missing("case", "with this address");
        let draft: Draft = secret.parse().map_err(|_| unknown())?;
        let mut reader = self.read().await?;
        reader.tracked(self.district()?, &draft.digest()).await?.ok_or_else(unknown)
    }
}

async fn join(
    tx: &mut Tx,
    district: &yike_model::DistrictId,
    (actor, person): (&Actor, PersonId),
    id: CaseId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let kept = the_case(tx, district, id).await?;
    let case = &kept.state;
    let probe = Do::Join { households: 1 };
    let pass = yike_model::cases::access::may(actor, case, &probe)?;
    if !tx.follow(district, id, person, now).await? {
        return Ok(());
    }
    let path = &case.filing.spot.path;
    let place = [PlaceKind::Building, PlaceKind::Estate, PlaceKind::Community]
        .into_iter()
        .find_map(|kind| path.at(kind));
    let Some(place) = place else { return Ok(()) };
    let alike = Alike { place, category: &case.filing.category };
    if let Some(household) = household(path, None, actor.doer()) {
        tx.note_household(district, alike, (&household, id), now).await?;
    }
    let rules = tx.rulebook(district, case.filing.rules).await?;
    let days = Duration::from_hours(24 * u64::from(rules.ladder.crowd_days));
    let households = tx.households(district, alike, now.minus(days)).await?;
    let deed = CaseDeed { unit: pass.unit, what: Do::Join { households } };
    tx.act::<Case>(district, id, deed, pass.by, now).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_comes_back_and_says_nothing() {
        let draft =
            Draft { begun: Timestamp::FIRST.plus(Duration::from_secs(9)), secret: [0xab; 16] };
        let text = draft.to_string();
        assert_eq!(text, format!("9000.{}", "ab".repeat(16)));
        assert_eq!(text.parse::<Draft>().unwrap(), draft);
        assert!(!draft.case().to_string().contains("abab"), "the id does not give the secret away");
        for bad in ["", "9000", "x.ab", "9000.ab", "-1.abababababababababababababababab"] {
            assert!(bad.parse::<Draft>().is_err(), "{bad}");
        }
    }
}
