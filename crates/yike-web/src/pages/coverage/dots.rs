//! The homes of a study as dots on a map: who reaches a service, who does not, and who cannot be told.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::IntoResponse;
use yike_app::streets::circles::study::Part;
use yike_app::streets::map::{Mark, Tone};
use yike_app::streets::units::Coord;
use yike_app::studies::HomePoint;

use super::filter::{Filter, study_id};
use crate::api::{Answer, OnJson};
use crate::front::visit::Visit;
use crate::geo::{self, Shown, ShownPoint};
use crate::pages::LegendItem;
use crate::pages::ask::escape;
use crate::state::Web;

/// Tones of the dots, with the keys of what they mean.
const CLASSES: [(Tone, &str); 3] = [
    (Tone::Near, "legend-home-covered"),
    (Tone::Gap, "legend-home-gap"),
    (Tone::Beyond, "legend-home-unknown"),
];

const fn class(part: Part) -> usize {
    match part {
        Part::Covered => 0,
        Part::Lacking => 1,
        Part::Edge | Part::Unplaced => 2,
    }
}

/// `GET /api/v1/studies/{study}/{service}/homes`: the homes of a cell for the map island, as GeoJSON.
pub async fn json(
    State(web): State<Web>,
    visit: Visit,
    Path((id, service)): Path<(String, String)>,
    Query(filter): Query<Filter>,
) -> Answer {
    let study = study_id(&id).on(&visit)?;
    let ask = filter.to_app();
    // No band is of no minutes: whoever may ask is told that there is no such cell.
    let minutes = filter.minutes.parse().unwrap_or_default();
    let band = (service.as_str(), minutes);
    let all = web.app.study_home_points(&visit.actor, study, &ask, band).await.on(&visit)?;
    let profile = if ask.profile.is_empty() { "adult" } else { &ask.profile };
    let shown = Shown { points: points(&visit, profile, &all), ..Shown::default() };
    Ok(Json(shown.points_json()).into_response())
}

/// The homes as points of a map; each leads to what is reached from it.
pub fn points(visit: &Visit, profile: &str, homes: &[HomePoint]) -> Vec<ShownPoint> {
    let words = CLASSES.map(|(_, key)| visit.language.text(key));
    let point = |home: &HomePoint| {
        let class = class(home.part);
        let [lon_e7, lat_e7] = home.at_e7;
        let people = visit.language.fill("home-people", &[("n", home.people.into())]);
        let name = if home.name.is_empty() { &home.id } else { &home.name };
        ShownPoint {
            at: Coord { lon_e7, lat_e7 },
            tone: CLASSES[class].0,
            mark: Mark::Home,
            name: visit.name(name),
            told: format!("{people} · {}", words[class]),
            href: format!("/nearby?home={}&profile={profile}", escape(&home.id)),
        }
    };
    homes.iter().map(point).collect()
}

/// What the dots mean.
pub fn legend(visit: &Visit) -> Vec<LegendItem> {
    CLASSES.iter().map(|(tone, key)| geo::legend_item(*tone, visit.language.text(key))).collect()
}
