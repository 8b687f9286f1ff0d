//! A visit: who asks for a page, in which language and view.

use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT_LANGUAGE, HeaderMap, SET_COOKIE};
use axum::http::request::Parts;
use axum::response::{IntoResponseParts, ResponseParts};
use yike_app::access::Session;
use yike_app::names::EnglishNames;
use yike_model::cases::Tier;
use yike_model::people::{Actor, Role};

use super::cookies::{self, Keep};
use super::csrf;
use super::language::Language;
use super::page::{Page, Section};
use super::random;
use super::view::View;
use super::when;
use crate::error::Fault;
use crate::state::Web;

/// Who asks, and how they want to be answered.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The language of the answer.
    pub language: Language,
    /// The size of the answer.
    pub view: View,
    /// Who asks.
    pub actor: Actor,
    /// Their session, when signed in.
    pub session: Option<Session>,
    /// What forms must repeat.
    pub csrf: String,
    /// Path and query asked for.
    pub here: String,
    /// Name of the district in the reader's language.
    pub district: String,
    /// Whether the district is invented.
    pub demo: bool,
    /// What time it is.
    now: String,
    /// Names in English, for those who read it.
    names: EnglishNames,
    /// Cookies to set with the answer.
    set: Cookies,
}

impl Visit {
    /// The frame of a page.
    pub fn page(&self, section: Section, title: impl Into<String>) -> Page {
        Page {
            language: self.language,
            view: self.view,
            district: self.district.clone(),
            demo: self.demo,
            title: title.into(),
            section,
            here: self.here.clone(),
            staff: self.is_staff(),
            post: self.has_post(),
            csrf: self.csrf.clone(),
            now: self.now.clone(),
        }
    }

    /// A name of the data in the visitor's language, as far as it has one there.
    pub fn name(&self, local: &str) -> String {
        match self.language {
            Language::Chinese => local.to_owned(),
            Language::English => self.names.of(local),
        }
    }

    /// Whether the visitor is signed in as someone who plans or keeps data.
    pub fn is_staff(&self) -> bool {
        self.has(&[Role::Planner, Role::Administrator])
    }

    /// Whether the visitor holds a post that works on cases.
    pub fn has_post(&self) -> bool {
        let Actor::Person { postings, .. } = &self.actor else { return false };
        postings.iter().any(|p| Tier::of(p.role).is_some() || p.role == Role::Checker)
    }

    /// Whether the visitor has one of these roles anywhere. Only for what a page offers: whether a
    /// deed is done is decided by the app.
    pub fn has(&self, roles: &[Role]) -> bool {
        match &self.actor {
            Actor::Person { postings, .. } => postings.iter().any(|p| roles.contains(&p.role)),
            Actor::Anonymous | Actor::Program { .. } | Actor::System => false,
        }
    }

    /// The cookies to send with the answer.
    pub fn cookies(&self) -> Cookies {
        self.set.clone()
    }

    async fn read(parts: &Parts, web: &Web) -> Result<Self, Fault> {
        let headers = &parts.headers;
        let query = parts.uri.query().unwrap_or("");
        let asked = |key: &str| {
            query.split('&').filter_map(|pair| pair.split_once('=')).find(|(k, _)| *k == key)
        };
        let mut set = Cookies::new(web.config.secure_cookies);
        let language = match asked("lang").and_then(|(_, tag)| Language::of_tag(tag)) {
            Some(language) => {
                set.push(cookies::LANGUAGE, language.tag(), Keep::Year);
                language
            }
            None => wanted_language(headers),
        };
        let view = match asked("view").and_then(|(_, code)| View::of_code(code)) {
            Some(view) => {
                set.push(cookies::VIEW, view.code(), Keep::Year);
                view
            }
            None => {
                cookies::read(headers, cookies::VIEW).and_then(View::of_code).unwrap_or_default()
            }
        };
        let csrf = if let Some(secret) = csrf::secret(headers) {
            secret.to_owned()
        } else {
            let secret = random::secret();
            set.push(cookies::CSRF, &secret, Keep::Session);
            secret
        };
        let session = match cookies::read(headers, cookies::SESSION) {
            Some(secret) => web.app.session(secret).await?,
            None => None,
        };
        let place = web.district().await;
        let names = match language {
            Language::Chinese => EnglishNames::default(),
            Language::English => web.app.english_names(&Actor::Anonymous).await?,
        };
        Ok(Self {
            language,
            view,
            actor: session.as_ref().map_or(Actor::Anonymous, |s| s.actor.clone()),
            session,
            csrf,
            here: parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
            district: place.name(language),
            demo: place.demo,
            now: when::said(language, web.app.now(), web.app.now()).full,
            names,
            set,
        })
    }
}

/// The language of the cookie, else the one the browser asks for.
fn wanted_language(headers: &HeaderMap) -> Language {
    cookies::read(headers, cookies::LANGUAGE).and_then(Language::of_tag).unwrap_or_else(|| {
        let wish = headers.get(ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or("");
        Language::accepted(wish)
    })
}

impl FromRequestParts<Web> for Visit {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Fault> {
        Self::read(parts, web).await
    }
}

/// `Set-Cookie` headers of an answer.
#[derive(Clone, Debug, Default)]
pub struct Cookies {
    values: Vec<axum::http::HeaderValue>,
    secure: bool,
}

impl Cookies {
    /// None yet.
    pub fn new(secure: bool) -> Self {
        Self { values: Vec::new(), secure }
    }

    /// Adds one.
    pub fn push(&mut self, name: &str, value: &str, keep: Keep) {
        self.values.push(cookies::write(name, value, keep, self.secure));
    }
}

impl IntoResponseParts for Cookies {
    type Error = std::convert::Infallible;

    fn into_response_parts(
        self,
        mut response: ResponseParts,
    ) -> Result<ResponseParts, Self::Error> {
        for value in self.values {
            response.headers_mut().append(SET_COOKIE, value);
        }
        Ok(response)
    }
}
