//! Cookies: reading them from a request and writing them for a year, a session, or away.

use axum::http::header::{COOKIE, HeaderMap, HeaderValue};

/// The language chosen.
pub const LANGUAGE: &str = "yike_lang";
/// The view chosen.
pub const VIEW: &str = "yike_view";
/// The session of a signed-in person.
pub const SESSION: &str = "yike_session";
/// What forms must repeat, see [`super::csrf`].
pub const CSRF: &str = "yike_csrf";

const YEAR_S: u32 = 365 * 24 * 3600;

/// The value of a cookie.
pub fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// How long a cookie is kept.
#[derive(Clone, Copy, Debug)]
pub enum Keep {
    /// A year: a choice of how pages look.
    Year,
    /// Until the browser closes or the server ends it.
    Session,
    /// Not at all: it is taken away.
    Gone,
}

/// A `Set-Cookie` value. Values are words and hex digits of our own making. Scripts never see them;
/// `secure` keeps them off plain HTTP where the site is served by HTTPS.
pub fn write(name: &str, value: &str, keep: Keep, secure: bool) -> HeaderValue {
    let keep = match keep {
        Keep::Year => format!("; Max-Age={YEAR_S}"),
        Keep::Session => String::new(),
        Keep::Gone => "; Max-Age=0".to_owned(),
    };
    let secure = if secure { "; Secure" } else { "" };
    HeaderValue::from_str(&format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{keep}{secure}"))
        .unwrap_or_else(|_| HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_cookie_is_read_among_several() {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_static("a=1; yike_view=elder; yike_viewer=x"));
        assert_eq!(read(&headers, VIEW), Some("elder"));
        assert_eq!(read(&headers, LANGUAGE), None);
    }

    #[test]
    fn a_cookie_is_out_of_reach_of_scripts() {
        let cookie = write(VIEW, "elder", Keep::Year, true);
        let text = cookie.to_str().unwrap();
        assert!(
            text.contains("HttpOnly") && text.contains("SameSite=Lax") && text.contains("Secure")
        );
    }
}
