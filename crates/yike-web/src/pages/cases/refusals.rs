//! Why something was not done to a case, in the reader's language.

use yike_app::AppError;
use yike_model::Refusal;
use yike_model::text::BadText;

use crate::error::Fault;
use crate::front::language::{Language, Value};
use crate::front::visit::Visit;
use crate::pages::plain;

/// What of a refusal has words of its own.
const FIELDS: [&str; 14] = [
    "text",
    "review",
    "extension",
    "unit",
    "to",
    "named",
    "tasks",
    "check",
    "deny",
    "remark",
    "into",
    "place",
    "source",
    "draft",
];

/// A refusal in words.
pub fn words(language: Language, refusal: &Refusal) -> String {
    let text = |key: &str| language.text(key).into_owned();
    match refusal {
        Refusal::NotPermitted { .. } => text("no-not-yours"),
        Refusal::Missing { what, .. } if *what == "case" => text("no-case"),
        Refusal::Exists { .. } => text("no-already"),
        Refusal::WrongState { state, .. } => {
            let key = format!("stage-{state}");
            let state = if language.has(&key) { text(&key) } else { text("no-state-other") };
            language.fill("no-state", &[("state", state.into())]).into_owned()
        }
        Refusal::Invalid { field, why } => {
            if FIELDS.contains(field) {
                return text(&format!("no-{field}"));
            }
            language.fill("no-other", &[("why", why.into())]).into_owned()
        }
        Refusal::Stale { .. } => text("no-stale"),
        Refusal::Limit { limit, .. } => {
            language.fill("no-limit", &[("n", Value::Count(*limit))]).into_owned()
        }
        other => language.fill("no-other", &[("why", other.to_string().into())]).into_owned(),
    }
}

/// What is wrong with a text, in words.
pub fn text(language: Language, bad: &BadText) -> String {
    match bad {
        BadText::Empty { .. } => language.text("no-text").into_owned(),
        BadText::TooLong { count, limit, .. } => {
            let values = [("n", count.into()), ("limit", limit.into())];
            language.fill("no-text-long", &values).into_owned()
        }
        BadText::Control { .. } => language.text("no-text-control").into_owned(),
    }
}

/// An error in words, for a form; nothing where it is no answer to a form but a fault of ours.
pub fn told(visit: &Visit, error: &AppError) -> Option<String> {
    match error {
        AppError::Refused(refusal) => Some(words(visit.language, refusal)),
        AppError::Photo(_) => Some(plain::told(visit, &Fault::from(error.clone()))),
        _ => None,
    }
}
