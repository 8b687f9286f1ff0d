//! Forms that were posted: read whole, and only if they are ours.

use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use serde::de::DeserializeOwned;

use super::csrf;
use crate::error::Fault;
use crate::state::Web;

/// The fields of a form of ours. Refused when the form does not repeat the visitor's secret.
#[derive(Clone, Debug)]
pub struct Posted(Vec<(String, String)>);

impl Posted {
    /// The fields of a form that was read elsewhere, and is ours.
    pub(super) const fn new(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }

    /// The first value of a field; empty where it was left out.
    pub fn one(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    /// The same form with another value of a field.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut fields: Vec<_> = self.0.iter().filter(|(key, _)| key != name).cloned().collect();
        fields.push((name.to_owned(), value.to_owned()));
        Self(fields)
    }

    /// All values of a field.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
    }
}

impl FromRequest<Web> for Posted {
    type Rejection = Fault;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Fault> {
        let headers: HeaderMap = request.headers().clone();
        let fields: Vec<(String, String)> = fields(request, web).await?;
        let posted = Self(fields);
        if csrf::holds(&headers, posted.one("csrf")) { Ok(posted) } else { Err(Fault::form()) }
    }
}

async fn fields<T: DeserializeOwned>(request: Request, web: &Web) -> Result<T, Fault> {
    match axum::Form::<T>::from_request(request, web).await {
        Ok(axum::Form(fields)) => Ok(fields),
        Err(why) => Err(Fault::invalid(why.body_text())),
    }
}
