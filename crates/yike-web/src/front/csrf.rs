//! Keeping other sites from posting in a visitor's name.
//!
//! Every form repeats a secret that the visitor's browser also sends as a cookie. Another site can
//! make the browser send the cookie, but cannot read it to repeat it. Browsers that say where a
//! request comes from are believed, too.

use axum::http::header::{HOST, HeaderMap, ORIGIN};

use super::cookies;

/// The secret of a visitor, if the cookie holds one of the right shape.
pub fn secret(headers: &HeaderMap) -> Option<&str> {
    cookies::read(headers, cookies::CSRF)
        .filter(|s| s.len() == 64 && s.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Whether a post comes from a form of ours: `repeated` is the form's field.
pub fn holds(headers: &HeaderMap, repeated: &str) -> bool {
    from_here(headers) && secret(headers).is_some_and(|own| same(own, repeated))
}

/// Whether the browser, if it says so, sends the request from a page of ours.
pub fn from_here(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let site = text("sec-fetch-site").is_none_or(|s| s == "same-origin" || s == "none");
    let origin = text(ORIGIN.as_str()).is_none_or(|origin| {
        // A proxy may end HTTPS before us: what must agree is the host.
        let host = origin.split_once("://").map_or(origin, |(_, host)| host);
        text(HOST.as_str()) == Some(host)
    });
    site && origin
}

/// Compares without telling by its time how much agreed.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn headers(pairs: &[(&'static str, String)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    #[test]
    fn a_form_of_ours_holds_and_a_strangers_does_not() {
        let secret = "ab".repeat(32);
        let cookie = ("cookie", format!("yike_csrf={secret}"));
        let own =
            headers(&[cookie.clone(), ("host", "x.cn".into()), ("origin", "https://x.cn".into())]);
        assert!(holds(&own, &secret));
        assert!(!holds(&own, &"ac".repeat(32)));
        assert!(!holds(&own, ""));
        let foreign = headers(&[
            cookie.clone(),
            ("host", "x.cn".into()),
            ("origin", "https://evil.cn".into()),
        ]);
        assert!(!holds(&foreign, &secret));
        let told = headers(&[cookie, ("sec-fetch-site", "cross-site".into())]);
        assert!(!holds(&told, &secret));
        assert!(!holds(&headers(&[]), ""));
    }
}
