//! Screen 2: where. From a list, one step finer each time, or by searching; the map is never needed.

use yike_app::places::PlaceView;
use yike_model::cases::Shared;
use yike_model::places::{Place, PlaceKind};

use super::{Filled, ReportPage, Step};
use crate::error::Fault;
use crate::front::visit::Visit;
use crate::pages::Choice;
use crate::pages::front::{estates, placeholder};
use crate::state::Web;

/// The screen.
pub async fn page(
    web: &Web,
    visit: &Visit,
    filled: &Filled,
    wrong: &str,
) -> Result<ReportPage, Fault> {
    let mut page = ReportPage::blank(visit, filled, Step::Where, wrong);
    let estates = estates(web, visit, 1).await?;
    page.placeholder = placeholder(visit, estates.first());
    page.asked.clone_from(&filled.asked);
    page.parts = parts(visit, &filled.shared);
    let asked = filled.asked.trim();
    if !asked.is_empty() && filled.step == "find" {
        let hits = web.app.search_places(&visit.actor, asked).await?;
        for hit in hits {
            let name = in_full(visit, &hit.path, &hit.place);
            page.places.push(Choice::new(hit.place.code.as_str(), name, false));
        }
        let key = if page.places.is_empty() { "report-found-none" } else { "report-found" };
        page.places_told = visit.language.fill(key, &[("asked", asked.into())]).into_owned();
        return Ok(page);
    }
    let Some(view) = start(web, visit, filled).await? else { return Ok(page) };
    page.placed = view.place.kind >= PlaceKind::Estate;
    page.chosen = vec![in_full(visit, &view.path, &view.place)];
    if !page.hidden.iter().any(|(name, _)| *name == "place") {
        page.hidden.push(("place", view.place.code.to_string()));
    }
    if !view.below.is_empty() {
        let here = visit.language.text("report-here").into_owned();
        page.places.push(Choice::new("", here, true));
    }
    for below in finer(web, visit, &view).await? {
        page.places.push(Choice::new(below.code.as_str(), visit.name(below.name.as_str()), false));
    }
    if !page.places.is_empty() {
        page.places_told = visit.language.text("report-finer").into_owned();
    }
    Ok(page)
}

/// Where the list begins: the place chosen, or the smallest area around the visitor.
async fn start(web: &Web, visit: &Visit, filled: &Filled) -> Result<Option<PlaceView>, Fault> {
    if !filled.place.is_empty() {
        return Ok(Some(web.app.place(&visit.actor, &filled.place).await?));
    }
    let Some(at) = filled.at() else { return Ok(None) };
    let around = web.app.places_at(&visit.actor, at).await?;
    match around.last() {
        Some(place) => Ok(Some(web.app.place(&visit.actor, place.code.as_str()).await?)),
        None => Err(Fault::outside()),
    }
}

/// What lies in a place, as people name it: the estates of a community, not its grids.
async fn finer(web: &Web, visit: &Visit, view: &PlaceView) -> Result<Vec<Place>, Fault> {
    let mut places = Vec::new();
    for below in &view.below {
        if below.kind == PlaceKind::Grid {
            places.extend(web.app.place(&visit.actor, below.code.as_str()).await?.below);
        } else {
            places.push(below.clone());
        }
    }
    Ok(places)
}

/// A place with what it stands in, as one says it: from the community down, without grids.
pub fn in_full(visit: &Visit, path: &[Place], place: &Place) -> String {
    let named =
        |place: &&Place| place.kind >= PlaceKind::Community && place.kind != PlaceKind::Grid;
    let all = path.iter().chain([place]);
    let names: Vec<String> =
        all.filter(named).map(|place| visit.name(place.name.as_str())).collect();
    match names.as_slice() {
        [] => visit.name(place.name.as_str()),
        names => names.join(" "),
    }
}

/// The place chosen, in a line.
pub async fn chosen(web: &Web, visit: &Visit, filled: &Filled) -> Result<Vec<String>, Fault> {
    if filled.place.is_empty() {
        return Ok(Vec::new());
    }
    let view = web.app.place(&visit.actor, &filled.place).await?;
    let mut line = in_full(visit, &view.path, &view.place);
    if let Some(part) = filled.shared() {
        line.push(' ');
        line.push_str(&visit.language.text(&format!("part-{}", part.code())));
    }
    if let Some(floor) = filled.floor() {
        line.push(' ');
        let floor = floor.to_string();
        line.push_str(&visit.language.fill("report-floor-n", &[("n", floor.into())]));
    }
    Ok(vec![line])
}

/// Takes the choice; says whether the place is fine enough to go on. A choice that holds finer ones is
/// shown again with those.
pub async fn settle(web: &Web, visit: &Visit, filled: &mut Filled) -> Result<bool, Fault> {
    if filled.into.is_empty() {
        return Ok(!filled.place.is_empty() || filled.at().is_some());
    }
    filled.place = std::mem::take(&mut filled.into);
    filled.asked.clear();
    let view = web.app.place(&visit.actor, &filled.place).await?;
    Ok(view.place.kind >= PlaceKind::Entrance || view.below.is_empty())
}

fn parts(visit: &Visit, chosen: &str) -> Vec<Choice> {
    let none = Choice::new("", visit.language.text("part-none"), chosen.is_empty());
    let part = |part: Shared| {
        let name = visit.language.text(&format!("part-{}", part.code()));
        Choice::new(part.code(), name, part.code() == chosen)
    };
    std::iter::once(none).chain(Shared::ALL.into_iter().map(part)).collect()
}
