//! Pages with one thing to say: not found, not permitted, signed out.

use askama::Template;

use super::Link;
use crate::front::page::Page;

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
