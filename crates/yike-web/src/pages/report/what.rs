//! Screen 3: one line, who will handle it and by when, and what is like it near by.

use yike_app::cases::{Preview, Who};
use yike_model::cases::Category;
use yike_model::places::{Place, PlaceKind};
use yike_store::CaseLine;

use super::kind::{UNSURE, name_of};
use super::{Filled, ReportPage, Similar, Step};
use crate::error::Fault;
use crate::front::visit::Visit;
use crate::front::when;
use crate::pages::Choice;
use crate::state::Web;

/// How many categories are suggested.
const SUGGESTED: usize = 4;

/// What a report goes under whose words suggest nothing.
const ENQUIRY: &str = "enquiry";

/// The screen.
pub async fn page(
    web: &Web,
    visit: &Visit,
    filled: &Filled,
    wrong: &str,
) -> Result<ReportPage, Fault> {
    let mut page = ReportPage::blank(visit, filled, Step::What, wrong);
    page.chosen = super::place::chosen(web, visit, filled).await?;
    let Some(category) = category(web, visit, filled).await? else {
        return Ok(page);
    };
    page.chosen.insert(0, name_of(visit, &category));
    page.kinds = suggestions(web, visit, filled, &category).await?;
    let preview = preview(web, visit, filled, &category.code).await?;
    page.promise = promise(web, visit, &preview);
    page.similar = similar(web, visit, &preview);
    page.urgent = category.may_be_urgent.then_some(filled.urgent);
    page.open = (!category.private).then_some(filled.open);
    Ok(page)
}

/// The category: the one chosen, else the one the words suggest; none while there are no words.
pub async fn category(
    web: &Web,
    visit: &Visit,
    filled: &Filled,
) -> Result<Option<Category>, Fault> {
    let rules = web.app.rules(&visit.actor).await?;
    if !filled.kind.is_empty() && filled.kind != UNSURE {
        return Ok(Some(rules.category(&filled.kind).map_err(yike_app::AppError::from)?.clone()));
    }
    if filled.text.trim().is_empty() {
        return Ok(None);
    }
    let fits = |category: &&Category| category.emergency.is_empty() && category.link.is_empty();
    let suggested = rules.catalogue.suggest(&filled.text, 20).into_iter().find(fits).cloned();
    Ok(suggested.or_else(|| rules.catalogue.get(ENQUIRY).cloned()))
}

/// What the words suggest, with the one that stands; nothing where somebody chose for himself.
async fn suggestions(
    web: &Web,
    visit: &Visit,
    filled: &Filled,
    stands: &Category,
) -> Result<Vec<Choice>, Fault> {
    if filled.kind != UNSURE && !filled.kind.is_empty() {
        return Ok(Vec::new());
    }
    let rules = web.app.rules(&visit.actor).await?;
    let mut choices = vec![Choice::new(&stands.code, name_of(visit, stands), true)];
    for category in rules.catalogue.suggest(&filled.text, SUGGESTED) {
        if category.code != stands.code && category.emergency.is_empty() {
            choices.push(Choice::new(&category.code, name_of(visit, category), false));
        }
    }
    Ok(choices)
}

async fn preview(
    web: &Web,
    visit: &Visit,
    filled: &Filled,
    category: &str,
) -> Result<Preview, Fault> {
    let place = Some(filled.place.as_str()).filter(|place| !place.is_empty());
    let ask = (place, filled.at());
    Ok(web.app.preview_report(&visit.actor, category, ask.0, ask.1, filled.urgent).await?)
}

fn promise(web: &Web, visit: &Visit, preview: &Preview) -> String {
    let who = unit_words(visit, &preview.who, &preview.path);
    let until = when::said(visit.language, preview.until, web.app.now()).said;
    visit
        .language
        .fill("report-promise", &[("who", who.into()), ("when", until.into())])
        .into_owned()
}

/// Who answers for a case, as people say it: the name of the post, else the place and the role.
pub fn unit_words(visit: &Visit, who: &Who, path: &[Place]) -> String {
    if let Some(title) = &who.title {
        return title.clone();
    }
    let mut place = visit.name(who.place.name.as_str());
    if who.place.kind == PlaceKind::Entrance
        && let Some(building) = path.iter().find(|place| place.kind == PlaceKind::Building)
    {
        place = visit
            .language
            .fill(
                "unit-door",
                &[("building", visit.name(building.name.as_str()).into()), ("door", place.into())],
            )
            .into_owned();
    }
    let key = format!("unit-{}", who.unit.role.code());
    visit.language.fill(&key, &[("place", place.into())]).into_owned()
}

fn similar(web: &Web, visit: &Visit, preview: &Preview) -> Vec<Similar> {
    let name = name_of(visit, &preview.category);
    let one = |line: &CaseLine| {
        let since = when::said(visit.language, line.reported, web.app.now()).said;
        let state = visit.language.text(&format!("stage-{}", line.stage));
        let told = [("when", since.into()), ("state", state.into_owned().into())];
        Similar {
            id: line.id.to_string(),
            words: format!("{name} · {}", line.number),
            told: visit.language.fill("report-similar-told", &told).into_owned(),
        }
    };
    preview.similar.iter().map(one).collect()
}
