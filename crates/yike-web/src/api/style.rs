//! How the map island draws our tiles: light or dark, labelled in the visitor's language.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, OnJson};
use crate::error::Fault;
use crate::front::language::Language;
use crate::front::visit::Visit;
use crate::state::Web;

/// The base style on paper; sources are filled in for the district at hand.
const STYLE: &str = include_str!("../style.json");

/// Colours of the style on paper, and at night: the same as of the server's pictures (`map.css`).
const AT_NIGHT: [(&str, &str); 25] = [
    ("#1D2733", "#ECE8DF"),
    ("#2F6275", "#8FBFD2"),
    ("#3F6B36", "#9CC293"),
    ("#55606E", "#C2C6C9"),
    ("#6A5F7C", "#BDB3CF"),
    ("#6B675C", "#B8B3A6"),
    ("#8A7F99", "#8F86A3"),
    ("#8E8671", "#7D796C"),
    ("#A79DB4", "#776E8C"),
    ("#A9A395", "#6B6A66"),
    ("#B9B2A2", "#565048"),
    ("#BDB6A3", "#565C61"),
    ("#CFE3EA", "#1B3542"),
    ("#D5CDBC", "#353B42"),
    ("#DCC692", "#2C2A24"),
    ("#DCD5C4", "#22272C"),
    ("#DCE9D5", "#1F2D22"),
    ("#E2DED3", "#22272C"),
    ("#EAE5DA", "#272C32"),
    ("#F1ECDF", "#22262B"),
    ("#F3F1EA", "#2A3036"),
    ("#F4EEDF", "#47453D"),
    ("#F6E7C6", "#5A5343"),
    ("#FBFAF6", "#14191E"),
    ("#FFFFFF", "#3A4148"),
];

/// Which style is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct StyleAsk {
    /// `dark`, or anything else for light.
    scheme: String,
}

/// `GET /api/v1/style.json?scheme=`.
pub async fn style(
    State(web): State<Web>,
    visit: Visit,
    Query(ask): Query<StyleAsk>,
    headers: HeaderMap,
) -> Answer {
    let info = web.app.map_info(&visit.actor).await.on(&visit)?;
    let mut style = drawn(ask.scheme == "dark", visit.language).on(&visit)?;
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let host = text("host").unwrap_or("localhost");
    // Tiles need a full address; whether the visitor came by HTTPS, only a proxy before us can tell.
    let scheme = text("x-forwarded-proto").filter(|s| *s == "https").unwrap_or("http");
    let bounds = info.bounds;
    let degrees = |e7: i32| f64::from(e7) / 1e7;
    let credit = crate::geo::credit(visit.language, &info.attribution, info.data_date.as_deref());
    let source = &mut style["sources"]["yike"];
    source["tiles"] =
        json!([format!("{scheme}://{host}/tiles/{}/{{z}}/{{x}}/{{y}}", info.version)]);
    source["attribution"] = json!(escape_html(&credit));
    if !bounds.is_empty() {
        source["bounds"] = json!([
            degrees(bounds.west_e7),
            degrees(bounds.south_e7),
            degrees(bounds.east_e7),
            degrees(bounds.north_e7)
        ]);
    }
    Ok(Json(style).into_response())
}

/// The style without its source.
fn drawn(dark: bool, language: Language) -> Result<Value, Fault> {
    let mut text = STYLE.to_owned();
    if dark {
        // The quotes keep a colour that was put in from being taken for the next one.
        for (day, night) in AT_NIGHT {
            text = text.replace(&format!("\"{day}\""), &format!("\"{}\"", night.to_lowercase()));
        }
    }
    if language == Language::English {
        let local = r#""text-field": ["get", "name"]"#;
        let english = r#""text-field": ["coalesce", ["get", "name_en"], ["get", "name"]]"#;
        text = text.replace(local, english);
    }
    serde_json::from_str(&text).map_err(|error| {
        tracing::error!(%error, "style.json");
        Fault::ours()
    })
}

/// The map island puts the credit into the page as HTML.
fn escape_html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_colour_of_the_day_is_left_at_night() {
        let text = drawn(true, Language::Chinese).unwrap().to_string();
        // Those of the file are written in capitals, those put in are not; digits alone are both.
        let left: Vec<&str> = text
            .match_indices("\"#")
            .map(|(at, _)| &text[at + 1..at + 8])
            .filter(|colour| colour.chars().any(|c| c.is_ascii_uppercase()))
            .collect();
        assert_eq!(left, Vec::<&str>::new());
    }

    #[test]
    fn english_maps_ask_for_english_names_and_fall_back() {
        let text = drawn(false, Language::English).unwrap().to_string();
        assert!(!text.contains(r#""text-field":["get","name"]"#));
        assert!(text.matches("name_en").count() >= 4);
        assert!(!drawn(false, Language::Chinese).unwrap().to_string().contains("name_en"));
    }
}
