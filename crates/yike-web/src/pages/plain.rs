//! Pages with one thing to say: not found, not permitted, signed out.

use askama::Template;

use super::Link;
use crate::error::Fault;
use crate::front::page::Page;
use crate::front::visit::Visit;

/// What a fault means, in one or two sentences on the page where it happened.
pub fn told(visit: &Visit, fault: &Fault) -> String {
    let text = |key: &str| visit.language.text(key);
    if fault.code == "photo" {
        let code = fault.detail.as_deref().and_then(|code| code.strip_prefix("photo_"));
        let code = code.unwrap_or("other").replace('_', "-");
        return text(&format!("photo-{code}")).into_owned();
    }
    let key = format!("error-{}", fault.code);
    format!("{} {}", text(&key), text(&format!("{key}-told")))
}

/// What is drawn beside the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawing {
    /// A street that bends round nothing: not found.
    LostWay,
    /// A gate: not permitted.
    Gate,
    /// A broken street: a fault.
    Break,
    /// An envelope: sign-in.
    Letter,
}

/// A button that posts.
#[derive(Clone, Debug)]
pub struct PostButton {
    /// Where it posts to.
    pub action: String,
    /// Fields that go along.
    pub hidden: Vec<(&'static str, String)>,
    /// What it says.
    pub button: String,
}

/// The page.
#[derive(Template)]
#[template(path = "plain.html")]
pub struct PlainPage {
    /// The frame.
    pub p: Page,
    /// What is drawn.
    pub drawing: Drawing,
    /// What happened.
    pub sentence: String,
    /// What it means and what to do.
    pub told: String,
    /// The particular case, where there is more to say.
    pub detail: Option<String>,
    /// A thing to do here.
    pub form: Option<PostButton>,
    /// The way on.
    pub next: Link,
}
