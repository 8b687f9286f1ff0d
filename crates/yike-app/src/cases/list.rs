//! The inbox: what waits for whoever asks, by what happens next.

use std::collections::{BTreeMap, BTreeSet};

use yike_model::cases::access::{Sight, sight};
use yike_model::cases::{Case, Tier, Unit, seat};
use yike_model::people::{Actor, Deed, Posting, Role};
use yike_model::places::{Place, PlaceKind};
use yike_model::{CaseId, PlaceId, Timestamp};
use yike_store::{CaseLine, ListAsk, Reader, Scope};

use crate::app::App;
use crate::error::AppError;

/// Most cases of one page of an inbox.
pub const INBOX_LIMIT: u32 = 100;

/// How a case stands with its time: word, shape and colour on pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Light {
    /// Past its deadline.
    Late,
    /// Little of its time is left.
    Soon,
    /// There is time.
    OnTime,
    /// Its clock stands still, for a reason that is shown.
    Waiting,
}

impl Light {
    /// How a case stands at a moment: `Soon` is the last quarter of its time.
    pub fn of(line: &CaseLine, now: Timestamp) -> Self {
        if !line.live || line.stage == "shelved" {
            return Self::Waiting;
        }
        if line.late || line.due.is_some_and(|due| due <= now && line.stage != "checking") {
            return Self::Late;
        }
        let Some(next) = line.next else { return Self::Waiting };
        let (left, whole) = (next.since(now), next.since(line.reported));
        if left * 4 <= whole { Self::Soon } else { Self::OnTime }
    }
}

/// Which part of the inbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InboxAsk {
    /// Everything open at one's places, not only what waits for oneself.
    pub all: bool,
    /// Only cases of this tier.
    pub tier: Option<Tier>,
    /// Only cases in this stage; empty for all.
    pub stage: String,
    /// Only cases in whose words this stands, or with this number; empty for all.
    pub words: String,
    /// After this one, in the order of the list: the milliseconds of what happens next, and its id.
    pub after: Option<(i64, CaseId)>,
}

/// A line of the inbox.
#[derive(Clone, Debug, PartialEq)]
pub struct InboxLine {
    /// The case.
    pub line: CaseLine,
    /// How it stands with its time.
    pub light: Light,
    /// Where: the finest place named and the estate or community it stands in.
    pub places: Vec<Place>,
    /// Whether it is the asker's own, not only seen by him.
    pub own: bool,
    /// Whether it is held out to him, or he is asked about it.
    pub asked: bool,
}

/// An inbox.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inbox {
    /// Its lines, what happens next first.
    pub lines: Vec<InboxLine>,
    /// How many of them each tier has.
    pub tiers: BTreeMap<Tier, usize>,
    /// Where the next page begins, if there is one.
    pub more: Option<(i64, CaseId)>,
}

impl App {
    /// What waits for whoever asks.
    pub async fn inbox(&self, actor: &Actor, ask: &InboxAsk) -> Result<Inbox, AppError> {
        self.permit(actor, Deed::SeeInbox).await?;
        let (district, mut reader) = (self.district()?, self.read().await?);
        let posts = self.posts(&mut reader, actor).await?;
        let mut found: BTreeMap<(i64, CaseId), (CaseLine, bool, bool)> = BTreeMap::new();
        if ask.words.trim().is_empty() {
            for (scope, own, asked) in scopes(&posts, ask.all) {
                let page = ListAsk { scope, after: ask.after, limit: INBOX_LIMIT + 1 };
                for line in reader.list_cases(district, &page).await? {
                    let key = (line.next.map_or(i64::MAX, Timestamp::millis), line.id);
                    let entry = found.entry(key).or_insert((line, false, false));
                    (entry.1, entry.2) = (entry.1 | own, entry.2 | asked);
                }
            }
        } else {
            for line in self.found(&mut reader, &ask.words).await? {
                let own = posts.iter().any(|post| post.unit == Some(line.owner));
                found.insert((-line.reported.millis(), line.id), (line, own, false));
            }
        }
        let mut inbox = Inbox::default();
        for (key, (line, own, asked)) in found {
            let wanted = ask.tier.is_none_or(|tier| tier == line.tier)
                && (ask.stage.is_empty() || ask.stage == line.stage);
            if !wanted || !self.may_list(&mut reader, actor, &line, own || asked).await? {
                continue;
            }
            if inbox.lines.len() == INBOX_LIMIT as usize {
                inbox.more = inbox.lines.last().map(|last: &InboxLine| {
                    (last.line.next.map_or(i64::MAX, Timestamp::millis), last.line.id)
                });
                break;
            }
            let _ = key;
            *inbox.tiers.entry(line.tier).or_default() += 1;
            let places = self.places_of(&mut reader, &line).await?;
            let light = Light::of(&line, self.now());
            inbox.lines.push(InboxLine { line, light, places, own, asked });
        }
        Ok(inbox)
    }

    /// Cases with this number, or in whose words this stands; the newest first.
    async fn found(&self, reader: &mut Reader, words: &str) -> Result<Vec<CaseLine>, AppError> {
        let district = self.district()?;
        let ids = match words.parse::<yike_model::cases::CaseNumber>() {
            Ok(number) => {
                reader.case_by_number(district, number.as_str()).await?.into_iter().collect()
            }
            Err(_) => reader.search_cases(district, words, INBOX_LIMIT as usize).await?,
        };
        Ok(reader.case_lines(district, &ids).await?)
    }

    /// Whether a line may stand in the list of whoever asks: what waits for him may; the rest is asked of
    /// the one place that decides.
    async fn may_list(
        &self,
        reader: &mut Reader,
        actor: &Actor,
        line: &CaseLine,
        own: bool,
    ) -> Result<bool, AppError> {
        if own {
            return Ok(true);
        }
        let kept = reader.subject::<Case>(self.district()?, line.id).await?;
        Ok(kept.is_some_and(|kept| sight(actor, &kept.state) >= Sight::Own))
    }

    /// The places a line of a list names.
    pub(super) async fn places_of(
        &self,
        reader: &mut Reader,
        line: &CaseLine,
    ) -> Result<Vec<Place>, AppError> {
        let ids: BTreeSet<PlaceId> = [line.estate, line.place].into_iter().flatten().collect();
        let mut places = Vec::new();
        for id in ids {
            places.extend(reader.place_versions(self.district()?, id).await?.into_iter().next());
        }
        places.sort_by_key(|place| place.kind);
        Ok(places)
    }

    /// The posts of whoever asks.
    async fn posts(&self, reader: &mut Reader, actor: &Actor) -> Result<Vec<Post>, AppError> {
        let Actor::Person { postings, .. } = actor else { return Ok(Vec::new()) };
        let district = self.district()?;
        let mut posts = Vec::new();
        for Posting { role, place, district: of } in postings {
            if of != district {
                continue;
            }
            let at = if let Some(id) = place {
                reader.place(district, *id).await?
            } else {
                let page = yike_store::Page::first(1);
                let roots = reader.places_of_kind(district, PlaceKind::District, &page).await?;
                roots.into_iter().next()
            };
            let Some(at) = at else { continue };
            let unit = (seat(*role) == Some(at.kind)).then_some(Unit { place: at.id, role: *role });
            posts.push(Post { role: *role, unit, at: (at.kind, at.id) });
        }
        Ok(posts)
    }

    /// The cases whoever asks reported, the newest first.
    pub async fn own_cases(&self, actor: &Actor) -> Result<Vec<CaseLine>, AppError> {
        self.permit(actor, Deed::SeeCase).await?;
        let Actor::Person { id, .. } = actor else { return Ok(Vec::new()) };
        let ask = ListAsk { scope: Scope::Reported(*id), after: None, limit: 100 };
        Ok(self.read().await?.list_cases(self.district()?, &ask).await?)
    }
}

/// A post somebody holds.
struct Post {
    role: Role,
    /// The unit it is, where it stands at a place of its kind.
    unit: Option<Unit>,
    /// Where it stands.
    at: (PlaceKind, PlaceId),
}

/// The lists an inbox is put together from: scope, whether it is one's own, whether one is asked.
fn scopes(posts: &[Post], all: bool) -> Vec<(Scope, bool, bool)> {
    let mut scopes = Vec::new();
    for post in posts {
        match post.unit {
            Some(unit) => {
                scopes.push((Scope::Owned(unit), true, false));
                scopes.push((Scope::Waiting(unit), false, true));
            }
            // A post above its places, such as the lead of all grid workers of a community.
            None if Tier::of(post.role).is_some() => {
                scopes.push((Scope::RoleAt(post.role, post.at.0, post.at.1), true, false));
            }
            None => {}
        }
        if all || post.role == Role::Checker {
            scopes.push((Scope::At(post.at.0, post.at.1), false, false));
        }
    }
    scopes
}
