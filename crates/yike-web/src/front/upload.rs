//! Forms with photos: read whole, bounded, and only if they are ours.

use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use axum::http::{HeaderMap, StatusCode};

use super::csrf;
use super::form::Posted;
use crate::error::Fault;
use crate::state::Web;

/// Most photos of one form.
pub const FILES: usize = 6;

/// Most bytes of one photo.
pub const FILE_BYTES: usize = 20 * 1024 * 1024;

/// Most fields of one form.
const FIELDS: usize = 200;

/// The limit for routes that take photos: some large ones, or several of the usual.
pub fn limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(2 * FILE_BYTES + 1024 * 1024)
}

/// The fields and photos of a form of ours.
#[derive(Debug)]
pub struct Uploaded {
    /// Its fields.
    pub form: Posted,
    /// What was chosen as photos, in order; bytes as they came.
    pub photos: Vec<Vec<u8>>,
}

impl FromRequest<Web> for Uploaded {
    type Rejection = Fault;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Fault> {
        let headers: HeaderMap = request.headers().clone();
        let kind = headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or("");
        if !kind.starts_with("multipart/form-data") {
            let form = Posted::from_request(request, web).await?;
            return Ok(Self { form, photos: Vec::new() });
        }
        let multipart = Multipart::from_request(request, web).await;
        let multipart = multipart.map_err(|why| Fault::invalid(why.body_text()))?;
        read(&headers, multipart).await
    }
}

/// Reads the parts; the secret must come first, so that nobody else's bytes are held.
async fn read(headers: &HeaderMap, mut parts: Multipart) -> Result<Uploaded, Fault> {
    let (mut fields, mut photos) = (Vec::new(), Vec::new());
    let mut ours = false;
    while let Some(part) = parts.next_field().await.map_err(|why| broken(&why))? {
        let name = part.name().unwrap_or_default().to_owned();
        if part.file_name().is_some() {
            if !ours {
                return Err(Fault::form());
            }
            let bytes = part.bytes().await.map_err(|why| broken(&why))?;
            // A field left empty sends a file without a name and bytes.
            if bytes.is_empty() {
                continue;
            }
            if photos.len() == FILES {
                return Err(Fault::invalid(format!("photos: at most {FILES}")));
            }
            photos.push(bytes.to_vec());
            continue;
        }
        let value = part.text().await.map_err(|why| broken(&why))?;
        if name == "csrf" {
            ours = csrf::holds(headers, &value);
        }
        if fields.len() == FIELDS || value.len() > 64 * 1024 {
            return Err(Fault::invalid("the form has too much in it"));
        }
        fields.push((name, value));
    }
    if ours { Ok(Uploaded { form: Posted::new(fields), photos }) } else { Err(Fault::form()) }
}

fn broken(why: &axum::extract::multipart::MultipartError) -> Fault {
    if why.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Fault { status: why.status(), code: "photo-too-large", detail: None }
    } else {
        Fault::invalid(why.body_text())
    }
}
