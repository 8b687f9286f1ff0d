//! Screen 1: what kind of thing it is, and a photo. Emergencies are turned to their numbers at once.

use axum::response::{IntoResponse, Response};
use yike_model::cases::{Category, Rulebook};

use super::{Emergency, Filled, Group, ReportPage, Step};
use crate::error::{Fault, render};
use crate::front::visit::Visit;
use crate::pages::plain::{Drawing, PlainPage};
use crate::pages::{Choice, Link, pick};
use crate::state::Web;

/// Where the words decide.
pub const UNSURE: &str = "unsure";

/// The screen.
pub async fn page(
    web: &Web,
    visit: &Visit,
    filled: &Filled,
    wrong: &str,
) -> Result<ReportPage, Fault> {
    let rules = web.app.rules(&visit.actor).await?;
    let mut page = ReportPage::blank(visit, filled, Step::Kind, wrong);
    page.emergencies = emergencies(visit, &rules);
    page.groups = groups(visit, &rules, &filled.kind);
    if !filled.place.is_empty() {
        page.chosen = super::place::chosen(web, visit, filled).await.unwrap_or_default();
    }
    Ok(page)
}

/// A category's name in the reader's language.
pub fn name_of(visit: &Visit, category: &Category) -> String {
    pick(visit.language, &category.zh, &category.en)
}

/// What is turned to a number at once: each number once.
fn emergencies(visit: &Visit, rules: &Rulebook) -> Vec<Emergency> {
    let mut all: Vec<Emergency> = Vec::new();
    for category in rules.catalogue.all().iter().filter(|c| !c.emergency.is_empty()) {
        let name = name_of(visit, category);
        match all.iter_mut().find(|known| known.number == category.emergency) {
            Some(known) => {
                known.name.push_str(&visit.language.text("list-comma"));
                known.name.push_str(&name);
            }
            None => all.push(Emergency { number: category.emergency.clone(), name }),
        }
    }
    all
}

fn groups(visit: &Visit, rules: &Rulebook, chosen: &str) -> Vec<Group> {
    let mut groups: Vec<(String, Group)> = Vec::new();
    for category in rules.catalogue.all().iter().filter(|c| c.emergency.is_empty()) {
        let on = category.code == chosen;
        let choice = Choice::new(&category.code, name_of(visit, category), on);
        if let Some((_, group)) = groups.iter_mut().find(|(code, _)| *code == category.group) {
            group.kinds.push(choice);
            group.open |= on;
            continue;
        }
        let key = format!("group-{}", category.group);
        let name = if visit.language.has(&key) {
            visit.language.text(&key).into_owned()
        } else {
            category.group.clone()
        };
        groups.push((category.group.clone(), Group { name, kinds: vec![choice], open: on }));
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// The page in place of the next screen for what is not for a form: an emergency, a petition.
pub async fn emergency(
    web: &Web,
    visit: &Visit,
    filled: &Filled,
) -> Result<Option<Response>, Fault> {
    let rules = web.app.rules(&visit.actor).await?;
    let Some(category) = rules.catalogue.get(&filled.kind) else { return Ok(None) };
    let p = visit.page(crate::front::page::Section::Report, visit.language.text("report-title"));
    let (sentence, told, next) = if !category.emergency.is_empty() {
        let number = category.emergency.as_str();
        let call = Link::new(format!("tel:{number}"), p.t1("report-call", "number", number));
        (p.t1("report-emergency", "number", number), p.t("report-emergency-told"), call)
    } else if !category.link.is_empty() {
        let next = Link::new("/", p.t("to-front"));
        (p.t("report-elsewhere"), std::borrow::Cow::Owned(category.link.clone()), next)
    } else {
        return Ok(None);
    };
    let page = PlainPage {
        drawing: Drawing::Letter,
        sentence: sentence.into_owned(),
        told: told.into_owned(),
        detail: None,
        form: None,
        next,
        p,
    };
    Ok(Some((visit.cookies(), render(&page)).into_response()))
}
