//! Nearby: what one door or point reaches on foot, and what is missing there. Computed on the spot from
//! the streets; no study is needed.

use std::sync::Arc;

use serde::Serialize;
use yike_model::people::{Actor, Deed};
use yike_streets::circles::edge;
use yike_streets::circles::hours::WeekTime;
use yike_streets::circles::isochrone::{Isochrone, IsochroneOptions, Isochroner};
use yike_streets::circles::nearest::Near;
use yike_streets::circles::profile::{self, Profile};
use yike_streets::circles::reach::{Reach, Reacher};
use yike_streets::circles::standard::{Item, Standard};
use yike_streets::circles::study::reach_dm;
use yike_streets::facilities::Category;
use yike_streets::network::snap::Snapped;
use yike_streets::units::Coord;

use crate::app::App;
use crate::error::AppError;
use crate::town::Town;

/// Longest time one may ask for, minutes.
pub const MAX_MINUTES: u16 = 60;

/// How far the nearest of what is not within reach is looked for, minutes.
const BEYOND_MINUTES: u16 = 45;

/// Most facilities named for each category.
pub const FACILITIES_NAMED: usize = 12;

/// Where a walk starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum From {
    /// A point.
    Point(Coord),
    /// A place, by its id or code.
    Place(String),
    /// A home of the data, by its id there.
    Home(String),
}

/// The question.
#[derive(Clone, Debug)]
pub struct NearbyAsk {
    /// Where the walk starts.
    pub from: From,
    /// Who walks: a profile's code.
    pub profile: String,
    /// Bands in minutes, rising; 1 to 8 of them, at most [`MAX_MINUTES`].
    pub minutes: Vec<u16>,
    /// When, for gates with hours; all are open where not given.
    pub at: Option<WeekTime>,
    /// Which standard says what should be there: a code of [`Standard::BUILTIN`].
    pub standard: String,
}

impl NearbyAsk {
    /// The usual question: an adult, 5, 10 and 15 minutes, the national standard.
    pub fn new(from: From) -> Self {
        Self {
            from,
            profile: "adult".into(),
            minutes: vec![5, 10, 15],
            at: None,
            standard: "gb50180".into(),
        }
    }
}

/// A facility on foot.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Found {
    /// Its id in the data.
    pub id: String,
    /// Its name; empty where unknown.
    pub name: String,
    /// Longitude and latitude in degrees, WGS 84.
    pub at: [f64; 2],
    /// Walking time, deciseconds.
    pub ds: u32,
    /// Length of the walk, decimetres.
    pub dm: u32,
}

/// What is reached of one category.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CategoryNear {
    /// The category.
    pub category: Category,
    /// How many are within each band.
    pub within: Vec<u32>,
    /// Those within the longest band, nearest first, at most [`FACILITIES_NAMED`].
    pub found: Vec<Found>,
    /// The nearest where none is within: `None` where there is none within 45 minutes either.
    pub beyond: Option<Found>,
    /// Whether the data has any facility of this category at all.
    pub in_data: bool,
}

/// An item of the standard that is not met.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MissingItem {
    /// Its code.
    pub code: String,
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
    /// The tier it belongs to.
    pub tier: String,
    /// Whether the standard only recommends it.
    pub optional: bool,
    /// How far it may be, minutes, if the limit is a time.
    pub minutes: Option<u32>,
    /// How far it may be, metres, if the limit is a distance.
    pub metres: Option<u32>,
    /// The nearest that would serve, if any is within 45 minutes.
    pub nearest: Option<Found>,
    /// Whether the data has anything that would serve: where not, the data may be what is missing.
    pub in_data: bool,
    /// Whether the data ends within the walk, so that one may lie beyond it.
    pub at_edge: bool,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Nearby {
    /// Where the walk starts.
    pub from: Coord,
    /// Name of the place or home; empty for a point.
    pub name: String,
    /// Id or code of the place or home it starts from.
    pub key: Option<String>,
    /// Where it meets the streets; `None` where no street is near, and then nothing is reached.
    pub door: Option<Snapped>,
    /// Who walks.
    pub profile: Profile,
    /// Bands in minutes.
    pub minutes: Vec<u16>,
    /// The standard that says what is missing.
    pub standard: Arc<Standard>,
    /// Every category, in the order of the data.
    pub categories: Vec<CategoryNear>,
    /// What the standard asks for and is not there.
    pub missing: Vec<MissingItem>,
    /// How many items of the standard are there.
    pub met: usize,
    /// The areas reached, one a band, the smallest first.
    pub areas: Vec<Isochrone>,
    /// Whether the data ends within the longest band.
    pub at_edge: bool,
    /// How old the map data is, `YYYY-MM-DD`, where known.
    pub data_date: Option<String>,
    /// Who must be named where this is shown.
    pub attribution: String,
}

impl App {
    /// Answers what is reached on foot from a place, home or point.
    pub async fn nearby(&self, actor: &Actor, ask: NearbyAsk) -> Result<Nearby, AppError> {
        self.permit(actor, Deed::AskNearby).await?;
        let profile = profile::builtin().get(&ask.profile)?.clone();
        check_minutes(&ask.minutes)?;
        let standard = Standard::builtin(&ask.standard).ok_or_else(|| {
            AppError::input(format!(
                "{:.40} is not a standard: there are {}",
                ask.standard,
                Standard::BUILTIN.join(", ")
            ))
        })?;
        let town = self.town().await?;
        let start = self.start(&town, &ask.from).await?;
        self.compute(move || Ok(answer(&town, start, profile, &ask, Arc::new(standard)))).await
    }

    async fn start(&self, town: &Town, from: &From) -> Result<Start, AppError> {
        match from {
            From::Point(at) => {
                if town.snap.snap(*at).is_none() {
                    return Err(AppError::Outside);
                }
                Ok(Start { at: *at, name: String::new(), key: None, doors: vec![*at] })
            }
            From::Home(id) => home(town, id),
            From::Place(key) => {
                let place = self.find_place(key).await?;
                let code = place.code.to_string();
                // A building or entrance that is a home of the data starts at the home's own doors.
                if let Ok(start) = home(town, &code) {
                    return Ok(Start { name: place.name.to_string(), ..start });
                }
                let at = match place.point {
                    Some(at) => Some(at),
                    None => self.middle(&place).await?,
                };
                let at = at.ok_or_else(|| {
                    AppError::input(format!(
                        "{} has no position in the data: choose a building in it, or a point on the map",
                        place.name
                    ))
                })?;
                let at = Coord { lon_e7: at.lon_e7, lat_e7: at.lat_e7 };
                let name = place.name.to_string();
                Ok(Start { at, name, key: Some(code), doors: vec![at] })
            }
        }
    }

    /// The middle of the box around a place's boundary.
    async fn middle(
        &self,
        place: &yike_model::places::Place,
    ) -> Result<Option<yike_model::places::Point>, AppError> {
        let boundary = self.read().await?.boundary(self.district()?, place.id).await?;
        Ok(boundary.map(|boundary| {
            let b = boundary.bounds();
            let mid = |a: i32, b: i32| i32::midpoint(a, b);
            yike_model::places::Point { lon_e7: mid(b.west, b.east), lat_e7: mid(b.south, b.north) }
        }))
    }

    /// Profiles there are.
    pub async fn profiles(&self, actor: &Actor) -> Result<Vec<Profile>, AppError> {
        self.permit(actor, Deed::SeeStandards).await?;
        Ok(profile::builtin().iter().cloned().collect())
    }

    /// Standards there are.
    pub async fn standards(&self, actor: &Actor) -> Result<Vec<Standard>, AppError> {
        self.permit(actor, Deed::SeeStandards).await?;
        Ok(Standard::BUILTIN.iter().filter_map(|code| Standard::builtin(code)).collect())
    }
}

/// Refuses bands no question may have.
fn check_minutes(minutes: &[u16]) -> Result<(), AppError> {
    let rising = minutes.is_sorted_by(|a, b| a < b);
    let bounded = minutes.iter().all(|m| (1..=MAX_MINUTES).contains(m));
    if (1..=8).contains(&minutes.len()) && rising && bounded {
        return Ok(());
    }
    Err(AppError::input(format!(
        "minutes {minutes:?}: give 1 to 8 rising numbers up to {MAX_MINUTES}"
    )))
}

/// Where a walk starts, with its doors.
struct Start {
    at: Coord,
    name: String,
    key: Option<String>,
    doors: Vec<Coord>,
}

/// A home of the data as a start.
fn home(town: &Town, id: &str) -> Result<Start, AppError> {
    let homes = &town.city.homes;
    let at = homes
        .id
        .iter()
        .position(|known| known == id)
        .ok_or_else(|| AppError::missing("home", format!("{id:.60}")))?;
    let mapped = match (homes.first_entrance.get(at), homes.first_entrance.get(at + 1)) {
        (Some(&from), Some(&to)) => &homes.entrance[from as usize..to as usize],
        _ => &[],
    };
    let doors = if mapped.is_empty() { vec![homes.coord[at]] } else { mapped.to_vec() };
    let name = homes.name.get(at).to_owned();
    Ok(Start { at: homes.coord[at], name, key: Some(id.to_owned()), doors })
}

fn answer(
    town: &Town,
    start: Start,
    profile: Profile,
    ask: &NearbyAsk,
    standard: Arc<Standard>,
) -> Nearby {
    let walk = town.walk(&profile, ask.at);
    let network = &town.city.network;
    let usable = |e| walk.costs.walkable(e);
    let doors: Vec<Snapped> =
        start.doors.iter().filter_map(|door| town.snap.snap_where(*door, &usable)).collect();
    let bands: Vec<u32> = ask.minutes.iter().map(|m| u32::from(*m) * 600).collect();
    let longest = bands.last().copied().unwrap_or_default();
    let limit = longest.max(u32::from(BEYOND_MINUTES) * 600);
    let mut reacher = Reacher::new(network, &walk.costs, &walk.graph);
    let reach = reacher.reach(&doors, &walk.facilities, limit);
    let options = IsochroneOptions::default();
    // Only what the bands hold: the search went farther, and a wider area is drawn coarser.
    let parts = reach.parts.iter().filter(|p| p.from_ds.min(p.to_ds) <= longest).copied().collect();
    let within = Reach { limit_ds: longest, parts, facilities: Vec::new() };
    let areas = Isochroner::default().draw(network, &walk.costs, &within, &bands, &options);
    let edge_dm = edge::distances_dm(network, town.city.meta.bounds, &[start.at])[0];
    let sorted = Sorted { town, near: &reach.facilities, bands: &bands };
    let (missing, met) = sorted.items(&standard, |limit_dm| edge_dm <= limit_dm, &profile);
    Nearby {
        from: start.at,
        name: start.name,
        key: start.key,
        door: doors.first().copied(),
        minutes: ask.minutes.clone(),
        categories: sorted.categories(),
        missing,
        met,
        areas,
        at_edge: edge_dm <= reach_dm(&profile, longest),
        data_date: town.city.meta.data_date.clone(),
        attribution: town.city.meta.attribution.clone(),
        standard,
        profile,
    }
}

/// Reached facilities, to be sorted by what they are.
struct Sorted<'a> {
    town: &'a Town,
    near: &'a [Near],
    bands: &'a [u32],
}

impl Sorted<'_> {
    fn found(&self, near: &Near) -> Found {
        let facilities = &self.town.city.facilities;
        let i = near.facility as usize;
        let at = facilities.coord[i];
        Found {
            id: facilities.id.get(i).to_owned(),
            name: facilities.name.get(i).to_owned(),
            at: [at.lon(), at.lat()],
            ds: near.ds,
            dm: near.dm,
        }
    }

    fn categories(&self) -> Vec<CategoryNear> {
        let facilities = &self.town.city.facilities;
        let longest = self.bands.last().copied().unwrap_or_default();
        let one = |(c, category): (usize, &Category)| {
            let of = |near: &&Near| facilities.of[near.facility as usize] >> c & 1 == 1;
            let near: Vec<&Near> = self.near.iter().filter(of).collect();
            let within = |band: &u32| near.iter().filter(|n| n.ds <= *band).count() as u32;
            let (inside, outside): (Vec<&Near>, Vec<&Near>) =
                near.iter().partition(|n| n.ds <= longest);
            let first = if inside.is_empty() { outside.first() } else { None };
            CategoryNear {
                category: category.clone(),
                within: self.bands.iter().map(within).collect(),
                found: inside.iter().take(FACILITIES_NAMED).map(|n| self.found(n)).collect(),
                beyond: first.map(|n| self.found(n)),
                in_data: facilities.of.iter().any(|of| of >> c & 1 == 1),
            }
        };
        facilities.categories.iter().enumerate().map(one).collect()
    }

    /// The items of the standard that are not met, and how many are.
    fn items(
        &self,
        standard: &Standard,
        ends_within: impl Fn(u32) -> bool,
        profile: &Profile,
    ) -> (Vec<MissingItem>, usize) {
        let mut met = 0;
        let mut missing = Vec::new();
        for item in &standard.items {
            let limit = standard.limit(item);
            let serves = self.server(standard, item);
            let of = &self.town.city.facilities.of;
            let mut near = self.near.iter().filter(|n| serves(of[n.facility as usize]));
            if near.clone().any(|n| limit.allows(n.ds, n.dm)) {
                met += 1;
                continue;
            }
            let limit_dm = limit.dm.or(limit.ds.map(|ds| reach_dm(profile, ds)));
            missing.push(MissingItem {
                code: item.code.clone(),
                zh: item.zh.clone(),
                en: item.en.clone(),
                tier: item.tier.clone(),
                optional: item.optional,
                minutes: limit.ds.map(|ds| ds / 600),
                metres: limit.dm.map(|dm| dm / 10),
                nearest: near.next().map(|n| self.found(n)),
                in_data: of.iter().any(|of| serves(*of)),
                at_edge: limit_dm.is_some_and(&ends_within),
            });
        }
        (missing, met)
    }

    /// Whether facilities of these categories serve an item: of one that answers it, and of none that
    /// only a larger tier counts.
    fn server(&self, standard: &Standard, item: &Item) -> impl Fn(u128) -> bool + use<> {
        let categories = &self.town.city.facilities.categories;
        let mask =
            |code: &str| categories.iter().position(|c| c.code == code).map_or(0, |c| 1_u128 << c);
        let wanted = item.any_of.iter().fold(0, |all, code| all | mask(code));
        let excluded = standard.excluded(item).into_iter().fold(0, |all, code| all | mask(code));
        move |of| of & wanted != 0 && of & excluded == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_bounded_and_rise() {
        assert!(check_minutes(&[5, 10, 15]).is_ok());
        for bad in [&[][..], &[0], &[61], &[10, 5], &[5, 5], &[1, 2, 3, 4, 5, 6, 7, 8, 9]] {
            assert!(check_minutes(bad).is_err(), "{bad:?}");
        }
    }
}
