//! The one place where an error becomes a status and a sentence a resident understands.

use askama::Template;
use axum::Json;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{Html, IntoResponse, Response};
use serde_json::json;
use yike_app::{AppError, Kind};
use yike_model::Refusal;

use crate::front::language::Language;
use crate::front::page::Section;
use crate::front::visit::Visit;
use crate::pages::Link;
use crate::pages::plain::{Drawing, PlainPage};

/// What went wrong, as the outside is told: never a path of the machine, never a stack.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The status.
    pub status: StatusCode,
    /// Stable word; `error-` before it is the key of the sentence.
    pub code: &'static str,
    /// The particular case, in English, for the JSON answer and under the sentence.
    pub detail: Option<String>,
}

impl Fault {
    /// There is no such page or thing.
    pub const fn missing() -> Self {
        Self { status: StatusCode::NOT_FOUND, code: "missing", detail: None }
    }

    /// A form was not ours or is too old.
    pub const fn form() -> Self {
        Self { status: StatusCode::FORBIDDEN, code: "form", detail: None }
    }

    /// The question cannot be read.
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code: "invalid", detail: Some(detail.into()) }
    }

    /// A fault of ours; the log has more.
    pub const fn ours() -> Self {
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, code: "ours", detail: None }
    }

    /// Too much is going on; it may be had in a moment.
    pub const fn busy() -> Self {
        Self { status: StatusCode::SERVICE_UNAVAILABLE, code: "busy", detail: None }
    }

    /// The place lies outside the streets.
    pub const fn outside() -> Self {
        Self { status: StatusCode::NOT_FOUND, code: "outside", detail: None }
    }

    /// The fault as a page.
    pub fn page(&self, visit: &Visit) -> Response {
        let p = visit.page(Section::Front, visit.language.text(&format!("error-{}", self.code)));
        let drawing = match self.code {
            "not-permitted" => Drawing::Gate,
            "missing" | "outside" | "empty" | "old-study" => Drawing::LostWay,
            _ => Drawing::Break,
        };
        let next = match self.code {
            "not-permitted" => Link::new("/sign-in", p.t("to-sign-in")),
            "old-study" if visit.is_staff() => Link::new("/studies", p.t("coverage-none-go")),
            "outside" => Link::new("/nearby", p.t("nearby-other-place")),
            _ => Link::new("/", p.t("to-front")),
        };
        let page = PlainPage {
            drawing,
            sentence: p.t(&format!("error-{}", self.code)).into_owned(),
            told: p.t(&format!("error-{}-told", self.code)).into_owned(),
            detail: self.detail.clone(),
            form: None,
            next,
            p,
        };
        (self.status, visit.cookies(), render(&page)).into_response()
    }

    /// The fault as JSON.
    pub fn json(&self, language: Language) -> Response {
        let sentence = language.text(&format!("error-{}", self.code));
        let body =
            json!({"error": {"code": self.code, "message": sentence, "detail": self.detail}});
        let mut response = (self.status, Json(body)).into_response();
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, axum::http::HeaderValue::from_static("2"));
        }
        response
    }
}

impl From<AppError> for Fault {
    fn from(error: AppError) -> Self {
        let told = |status, code| Self { status, code, detail: Some(error.to_string()) };
        match (&error, error.kind()) {
            (AppError::Refused(refusal), _) => match refusal {
                Refusal::NotPermitted { .. } => {
                    Self { status: StatusCode::FORBIDDEN, code: "not-permitted", detail: None }
                }
                Refusal::Missing { .. } => Self::missing(),
                Refusal::Exists { .. } | Refusal::WrongState { .. } | Refusal::Stale { .. } => {
                    told(StatusCode::CONFLICT, "conflict")
                }
                Refusal::Invalid { .. } => told(StatusCode::BAD_REQUEST, "invalid"),
                Refusal::Limit { .. } => told(StatusCode::BAD_REQUEST, "limit"),
                Refusal::TooOften { .. } => told(StatusCode::TOO_MANY_REQUESTS, "too-often"),
            },
            (AppError::Photo(fault), _) => Self {
                status: StatusCode::BAD_REQUEST,
                code: "photo",
                detail: Some(fault.code().to_owned()),
            },
            (AppError::Outside, _) => Self::outside(),
            (AppError::Empty(_), _) => {
                Self { status: StatusCode::NOT_FOUND, code: "empty", detail: None }
            }
            (AppError::OldStudy, _) => {
                Self { status: StatusCode::GONE, code: "old-study", detail: None }
            }
            (_, Kind::Input) => told(StatusCode::BAD_REQUEST, "invalid"),
            (_, Kind::Refused | Kind::Cancelled) => told(StatusCode::CONFLICT, "conflict"),
            (_, Kind::Busy) => Self::busy(),
            (_, Kind::Fault) => {
                tracing::error!(%error, "a request failed by a fault of ours");
                Self { status: StatusCode::INTERNAL_SERVER_ERROR, code: "ours", detail: None }
            }
        }
    }
}

/// A fault with nobody to tell it to in their language: while reading who asks.
impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        self.json(Language::Chinese)
    }
}

/// What a page's handler returns.
pub type PageResult = Result<Response, PageFault>;

/// A fault together with the visit it happened in, so that it can be told as a page.
pub struct PageFault(Box<(Fault, Visit)>);

impl IntoResponse for PageFault {
    fn into_response(self) -> Response {
        self.0.0.page(&self.0.1)
    }
}

/// Turns any error of a page's handler into a page in the visitor's language.
pub trait OnPage<T> {
    /// The value, or the fault for this visit.
    fn on(self, visit: &Visit) -> Result<T, PageFault>;
}

impl<T, E: Into<Fault>> OnPage<T> for Result<T, E> {
    fn on(self, visit: &Visit) -> Result<T, PageFault> {
        self.map_err(|error| PageFault(Box::new((error.into(), visit.clone()))))
    }
}

/// Writes a template out.
pub fn render(page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
