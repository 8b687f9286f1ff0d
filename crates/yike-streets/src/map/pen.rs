//! Writing SVG short and safe.

use std::fmt::Write;

use super::shapes::Dot;

/// Appends a line or ring as relative path commands in tenths of a pixel.
pub(super) fn path(d: &mut String, points: &[Dot], close: bool) {
    let tenth = |v: f64| (v * 10.0).round() as i64;
    let mut at = (tenth(points[0].0), tenth(points[0].1));
    let _ = write!(d, "M{} {}", Tenths(at.0), Tenths(at.1));
    let last = points.len() - usize::from(close);
    let mut first = true;
    for &(x, y) in &points[1..last] {
        let to = (tenth(x), tenth(y));
        let (dx, dy) = (to.0 - at.0, to.1 - at.1);
        if (dx, dy) == (0, 0) {
            continue;
        }
        let lead = if first {
            "l"
        } else if dx < 0 {
            ""
        } else {
            " "
        };
        let gap = if dy < 0 { "" } else { " " };
        let _ = write!(d, "{lead}{}{gap}{}", Tenths(dx), Tenths(dy));
        (at, first) = (to, false);
    }
    if close {
        d.push('z');
    }
}

/// A number of tenths written as short as can be.
struct Tenths(i64);

impl std::fmt::Display for Tenths {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (sign, n) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        match (n / 10, n % 10) {
            (whole, 0) => write!(f, "{sign}{whole}"),
            (0, tenth) => write!(f, "{sign}.{tenth}"),
            (whole, tenth) => write!(f, "{sign}{whole}.{tenth}"),
        }
    }
}

/// A pixel position to one decimal, written short.
pub(super) struct Short(pub f64);

impl std::fmt::Display for Short {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Tenths((self.0 * 10.0).round() as i64).fmt(f)
    }
}

/// Makes a text safe between tags and in attributes.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c if c.is_control() => {}
            c => safe.push(c),
        }
    }
    safe
}
