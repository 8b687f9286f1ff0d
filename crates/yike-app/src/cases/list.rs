//! The inbox: what waits for whoever asks, by what happens next.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use yike_model::cases::access::{Sight, oversees, sight};
use yike_model::cases::{Case, Rulebook, Tier, Unit, seat};
use yike_model::people::{Actor, Deed, Posting, Role};
use yike_model::places::{Place, PlaceKind};
use yike_model::{CaseId, PlaceId, Timestamp};
use yike_store::{CaseFilter, CaseLine, ListAsk, OpenCell, Reader, Scope};

use crate::app::App;
use crate::error::AppError;

/// Most cases of one page of an inbox.
pub const INBOX_LIMIT: u32 = 50;

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
    /// Only cases past their deadline.
    pub late: bool,
    /// Only cases in whose words this stands, or with this number; empty for all.
    pub words: String,
    /// After this one, in the order of the list: the milliseconds of what happens next, and its id.
    pub after: Option<(i64, CaseId)>,
}

/// A line of the inbox.
#[derive(Clone, Debug, PartialEq)]
pub struct InboxLine {
    /// Its row.
    pub line: CaseLine,
    /// How many events the case has: what a form made from the line was made on.
    pub seq: i64,
    /// The case.
    pub case: Case,
    /// What the category is called, in Chinese and English.
    pub category: [String; 2],
    /// What was reported, as far as it may be read.
    pub words: Option<String>,
    /// How it stands with its time.
    pub light: Light,
    /// Where: estate, building and entrance, as far as they are named; else the finest place named.
    pub places: Vec<Place>,
    /// The place of the unit that answers for it.
    pub owner: Option<Place>,
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
    /// How many open cases there are before filters, by tier, stage and whether they are late; none
    /// where whoever asks sees only some of them, and in searches.
    pub counts: Option<Vec<OpenCell>>,
    /// Where the next page begins, if there is one.
    pub more: Option<(i64, CaseId)>,
    /// Whether whoever asks holds a post that answers for cases, or checks them.
    pub post: bool,
}

impl App {
    /// What waits for whoever asks.
    pub async fn inbox(&self, actor: &Actor, ask: &InboxAsk) -> Result<Inbox, AppError> {
        self.permit(actor, Deed::SeeInbox).await?;
        let mut reader = self.read().await?;
        let posts = self.posts(&mut reader, actor).await?;
        let mut inbox = Inbox { post: !posts.is_empty(), ..Inbox::default() };
        let mut lines = Lines::new(self, actor);
        if ask.words.trim().is_empty() {
            let scopes = scopes(&self.outermost(&mut reader, &posts, ask.all).await?, ask.all);
            inbox.counts = self.count(&mut reader, &posts, &scopes).await?;
            inbox.more = lines.by_next(&mut reader, ask, &scopes).await?;
        } else {
            for line in self.found(&mut reader, &ask.words).await? {
                let own = posts.iter().any(|post| post.unit == Some(line.owner));
                let wanted = ask.tier.is_none_or(|tier| tier == line.tier)
                    && (ask.stage.is_empty() || ask.stage == line.stage)
                    && (!ask.late || line.late);
                if wanted {
                    lines.take(&mut reader, line, (own, false)).await?;
                }
            }
        }
        inbox.lines = lines.found;
        Ok(inbox)
    }

    /// How many open cases the scopes have; none where whoever asks may see only some of them.
    async fn count(
        &self,
        reader: &mut Reader,
        posts: &[Post],
        scopes: &[Listed],
    ) -> Result<Option<Vec<OpenCell>>, AppError> {
        let district = self.district()?;
        let own: BTreeSet<Unit> = posts.iter().filter_map(|post| post.unit).collect();
        let (mut cells, mut waiting) = (BTreeMap::new(), BTreeMap::new());
        for Listed { scope, own: mine, role, stage, .. } in scopes {
            if let Scope::Waiting(_) = scope {
                let page = ListAsk { scope: scope.clone(), after: None, limit: WAITING_LIMIT };
                let lines = reader.list_cases(district, &page).await?;
                let others = lines.into_iter().filter(|line| !own.contains(&line.owner));
                waiting.extend(others.map(|line| (line.id, line)));
                continue;
            }
            if !mine && !oversees(*role) {
                return Ok(None);
            }
            for cell in reader.count_open(district, scope).await? {
                let seen = *mine || !cell.private || Tier::of(*role) > Some(cell.tier);
                if seen && stage.is_none_or(|stage| stage == cell.stage) {
                    *cells.entry((cell.tier, cell.stage, cell.late)).or_insert(0) += cell.count;
                }
            }
        }
        for line in waiting.into_values() {
            *cells.entry((line.tier, line.stage, line.late)).or_insert(0) += 1;
        }
        let cell =
            |((tier, stage, late), count)| OpenCell { tier, stage, late, private: false, count };
        Ok(Some(cells.into_iter().map(cell).collect()))
    }

    /// Posts whose places do not lie in one another, so that nothing is counted twice; where only one's
    /// own cases are asked for, all of them.
    async fn outermost(
        &self,
        reader: &mut Reader,
        posts: &[Post],
        all: bool,
    ) -> Result<Vec<Post>, AppError> {
        let mut kept: Vec<Post> = Vec::new();
        for post in posts {
            let mut inside = kept.iter().any(|other| all && other.at == post.at);
            if all && posts.len() > 1 {
                for above in reader.path(self.district()?, post.at.1).await? {
                    inside |= posts.iter().any(|o| o.at.1 == above.id && o.at.1 != post.at.1);
                }
            }
            if !inside {
                kept.push(*post);
            }
        }
        Ok(kept)
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

    /// The posts of whoever asks.
    async fn posts(&self, reader: &mut Reader, actor: &Actor) -> Result<Vec<Post>, AppError> {
        let Actor::Person { postings, .. } = actor else { return Ok(Vec::new()) };
        let district = self.district()?;
        let mut posts = Vec::new();
        for Posting { role, place, district: of } in postings {
            if of != district || (Tier::of(*role).is_none() && *role != Role::Checker) {
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

/// Most cases waiting for one unit that are counted.
const WAITING_LIMIT: u32 = 500;

/// How often the lists are read on to fill one page, where most of what stands on them may not be seen.
const ROUNDS: usize = 20;

/// A post somebody holds.
#[derive(Clone, Copy)]
struct Post {
    role: Role,
    /// The unit it is, where it stands at a place of its kind.
    unit: Option<Unit>,
    /// Where it stands.
    at: (PlaceKind, PlaceId),
}

/// A list an inbox is put together from.
struct Listed {
    scope: Scope,
    /// Whether what stands on it is the asker's own.
    own: bool,
    /// Whether he is asked about it.
    asked: bool,
    /// For which role it is listed.
    role: Role,
    /// Only what stands here.
    stage: Option<&'static str>,
}

/// The lists of posts.
fn scopes(posts: &[Post], all: bool) -> Vec<Listed> {
    let mut scopes = Vec::new();
    for post in posts {
        let role = post.role;
        let mut list = |scope, own, asked, stage| {
            scopes.push(Listed { scope, own, asked, role, stage });
        };
        if all {
            list(Scope::At(post.at.0, post.at.1), false, false, None);
            continue;
        }
        match post.unit {
            Some(unit) => {
                list(Scope::Owned(unit), true, false, None);
                list(Scope::Waiting(unit), false, true, None);
            }
            // A post above its places, such as the lead of all grid workers of a community.
            None if Tier::of(role).is_some() => {
                list(Scope::RoleAt(role, post.at.0, post.at.1), true, false, None);
            }
            // A checker's own is what waits for a check.
            None if role == Role::Checker => {
                list(Scope::At(post.at.0, post.at.1), false, false, Some("checking"));
            }
            None => {}
        }
    }
    scopes
}

/// The order of the list: the milliseconds of what happens next, and the case.
type Key = (i64, CaseId);

/// Lines in order, each with whether it is the asker's own, and whether he is asked about it.
type Found = BTreeMap<Key, (CaseLine, (bool, bool))>;

/// The lines of a page of an inbox being put together.
struct Lines<'a> {
    app: &'a App,
    actor: &'a Actor,
    names: BTreeMap<PlaceId, Option<Place>>,
    rules: BTreeMap<u32, Arc<Rulebook>>,
    found: Vec<InboxLine>,
}

impl<'a> Lines<'a> {
    const fn new(app: &'a App, actor: &'a Actor) -> Self {
        Self { app, actor, names: BTreeMap::new(), rules: BTreeMap::new(), found: Vec::new() }
    }

    /// Fills a page from several lists, what happens next first; says where the next page begins.
    async fn by_next(
        &mut self,
        reader: &mut Reader,
        ask: &InboxAsk,
        scopes: &[Listed],
    ) -> Result<Option<Key>, AppError> {
        let mut after = ask.after;
        for _ in 0..ROUNDS {
            let (found, read_to) = self.round(reader, ask, scopes, after).await?;
            for (key, (line, own)) in found {
                if self.found.len() == INBOX_LIMIT as usize {
                    return Ok(after);
                }
                self.take(reader, line, own).await?;
                after = Some(key);
            }
            match read_to {
                Some(key) => after = Some(key),
                None => return Ok(None),
            }
        }
        Ok(after)
    }

    /// One page of each list, merged; what lies beyond the shortest reach of them is left for later.
    async fn round(
        &self,
        reader: &mut Reader,
        ask: &InboxAsk,
        scopes: &[Listed],
        after: Option<Key>,
    ) -> Result<(Found, Option<Key>), AppError> {
        let district = self.app.district()?;
        let mut found = Found::new();
        let mut read_to: Option<Key> = None;
        for listed in scopes {
            let stage = listed.stage.map_or_else(|| ask.stage.clone(), str::to_owned);
            let filter = CaseFilter { tier: ask.tier, stage, late: ask.late };
            let page = ListAsk { scope: listed.scope.clone(), after, limit: INBOX_LIMIT + 1 };
            let lines = reader.list_open(district, &page, &filter).await?;
            let full = lines.len() > INBOX_LIMIT as usize;
            let mut last = None;
            for line in lines {
                let key = (line.next.map_or(i64::MAX, Timestamp::millis), line.id);
                last = Some(key);
                let entry = found.entry(key).or_insert((line, (false, false)));
                entry.1 = (entry.1.0 | listed.own, entry.1.1 | listed.asked);
            }
            if full {
                read_to = read_to.min(last).or(last);
            }
        }
        if let Some(to) = read_to {
            found.retain(|key, _| *key <= to);
        }
        Ok((found, read_to))
    }

    /// Adds a line, if whoever asks may see the case.
    async fn take(
        &mut self,
        reader: &mut Reader,
        line: CaseLine,
        (own, asked): (bool, bool),
    ) -> Result<(), AppError> {
        let district = self.app.district()?;
        let Some(kept) = reader.subject::<Case>(district, line.id).await? else { return Ok(()) };
        if sight(self.actor, &kept.state) < Sight::Own {
            return Ok(());
        }
        let case = kept.state;
        let places = self.near(reader, &case).await?;
        let owner = self.place(reader, case.owner.place).await?;
        let version = case.filing.rules;
        let rules = match self.rules.get(&version) {
            Some(rules) => rules.clone(),
            None => reader.rulebook(district, version).await?,
        };
        self.rules.insert(version, rules.clone());
        let category = rules.category(&case.filing.category)?;
        let words = match case.filing.words {
            Some(words) => reader.words(district, words.id).await?,
            None => None,
        };
        let light = Light::of(&line, self.app.now());
        let category = [category.zh.clone(), category.en.clone()];
        let seq = kept.seq;
        self.found.push(InboxLine {
            line,
            seq,
            case,
            category,
            words,
            light,
            places,
            owner,
            own,
            asked,
        });
        Ok(())
    }

    /// Estate, building and entrance of a case, as far as they are named; else the finest place.
    async fn near(&mut self, reader: &mut Reader, case: &Case) -> Result<Vec<Place>, AppError> {
        let path = &case.filing.spot.path;
        let kinds = [PlaceKind::Estate, PlaceKind::Building, PlaceKind::Entrance];
        let mut ids: Vec<PlaceId> = kinds.into_iter().filter_map(|kind| path.at(kind)).collect();
        if ids.is_empty() {
            ids.extend(path.end());
        }
        let mut places = Vec::new();
        for id in ids {
            places.extend(self.place(reader, id).await?);
        }
        Ok(places)
    }

    /// A place as it is called now; where it is gone, as it was called last.
    async fn place(&mut self, reader: &mut Reader, id: PlaceId) -> Result<Option<Place>, AppError> {
        if let Some(known) = self.names.get(&id) {
            return Ok(known.clone());
        }
        let versions = reader.place_versions(self.app.district()?, id).await?;
        let place = versions.into_iter().next();
        self.names.insert(id, place.clone());
        Ok(place)
    }
}
