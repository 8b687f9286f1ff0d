//! The browser's part, built by `web/` and carried in the binary.
//!
//! Each file is served under a path that holds a digest of its bytes, so that browsers may keep it
//! for ever; build.mjs puts compressed copies beside it. A build without `web/dist` still serves
//! every page: they are plain, but they work.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, VARY,
};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../web/dist"]
#[allow_missing = true]
struct Dist;

/// Where the files are served.
pub const ROUTE: &str = "/assets/{digest}/{name}";

/// The path of a file of `web/dist`.
pub fn url(name: &str) -> String {
    let digest = digests().get(name).map_or("none", String::as_str);
    format!("/assets/{digest}/{name}")
}

/// The first 16 hex digits of each file's SHA-256.
fn digests() -> &'static BTreeMap<String, String> {
    static DIGESTS: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    DIGESTS.get_or_init(|| {
        Dist::iter()
            .filter_map(|name| {
                let hash = Dist::get(&name)?.metadata.sha256_hash();
                let first = hash.first_chunk().expect("a SHA-256 is longer than 8 bytes");
                let digest = format!("{:016x}", u64::from_be_bytes(*first));
                Some((name.into_owned(), digest))
            })
            .collect()
    })
}

/// Serves a file, compressed where the browser takes it.
pub async fn serve(Path((_, name)): Path<(String, String)>, headers: HeaderMap) -> Response {
    let kind = match name.rsplit_once('.').map(|(_, end)| end) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain; charset=utf-8",
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let takes = headers.get(ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or("");
    let packed = [("br", "br"), ("gzip", "gz")].into_iter().find_map(|(encoding, end)| {
        let wanted = takes.split(',').any(|t| t.trim().split(';').next() == Some(encoding));
        wanted.then(|| Dist::get(&format!("{name}.{end}"))).flatten().map(|f| (encoding, f))
    });
    let always = [
        (CONTENT_TYPE, kind),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (VARY, "accept-encoding"),
    ];
    match packed {
        Some((encoding, file)) => {
            (always, [(CONTENT_ENCODING, encoding)], file.data.into_owned()).into_response()
        }
        None => match Dist::get(&name) {
            Some(file) => (always, file.data.into_owned()).into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        },
    }
}
