//! Names on a picture: few, legible, never on top of each other.

use super::shapes::Dot;

/// A name and where it would like to stand.
#[derive(Clone, Debug)]
pub(super) struct Label {
    pub text: String,
    /// Middle of the text.
    pub at: Dot,
    /// Size in pixels.
    pub size: f64,
    /// Turn in degrees, -90 to 90.
    pub turn: f64,
    /// CSS class without its prefix.
    pub class: &'static str,
}

/// Keeps those labels that fit inside `width` x `height` without touching one kept before.
pub(super) fn settle(wanted: Vec<Label>, width: f64, height: f64, taken: &[Dot]) -> Vec<Label> {
    let mut circles: Vec<(Dot, f64)> = taken.iter().map(|&at| (at, 8.0)).collect();
    let mut names: Vec<(String, Dot)> = Vec::new();
    let mut kept = Vec::new();
    for label in wanted {
        let own = circles_of(&label);
        let in_frame = own
            .iter()
            .all(|&((x, y), r)| x - r >= 0.0 && y - r >= 0.0 && x + r <= width && y + r <= height);
        let free = own.iter().all(|a| circles.iter().all(|b| apart(a, b)));
        // The same name again makes sense only far away.
        let told = names.iter().any(|(name, at)| {
            *name == label.text && (at.0 - label.at.0).hypot(at.1 - label.at.1) < 260.0
        });
        if in_frame && free && !told {
            circles.extend(own);
            names.push((label.text.clone(), label.at));
            kept.push(label);
        }
    }
    kept
}

fn apart(a: &(Dot, f64), b: &(Dot, f64)) -> bool {
    (a.0.0 - b.0.0).hypot(a.0.1 - b.0.1) >= a.1 + b.1
}

/// A turned text covered by a row of circles.
fn circles_of(label: &Label) -> Vec<(Dot, f64)> {
    let radius = label.size * 0.65;
    let half = (text_width(&label.text, label.size) / 2.0 - radius).max(0.0);
    let steps = (half / radius).ceil().max(1.0);
    let (sin, cos) = label.turn.to_radians().sin_cos();
    (0..=(2.0 * steps) as u32)
        .map(|i| {
            let along = half * (f64::from(i) / steps - 1.0);
            ((label.at.0 + along * cos, label.at.1 + along * sin), radius)
        })
        .collect()
}

/// Width of a text in pixels, near enough: ideographs are square, other letters about half of it.
pub(super) fn text_width(text: &str, size: f64) -> f64 {
    text.chars().map(|c| if c >= '\u{2e80}' { 1.0 } else { 0.56 }).sum::<f64>() * size
}

/// The straightest stretch of a line that is at least `room` long: its middle and its turn.
pub(super) fn straight_stretch(line: &[Dot], room: f64) -> Option<(Dot, f64)> {
    let mut best: Option<(f64, Dot, f64)> = None;
    for (i, &from) in line.iter().enumerate() {
        let mut run = 0.0;
        for pair in line[i..].windows(2) {
            run += (pair[1].0 - pair[0].0).hypot(pair[1].1 - pair[0].1);
            let chord = (pair[1].0 - from.0).hypot(pair[1].1 - from.1);
            if chord < run * 0.985 {
                break;
            }
            if chord >= room && best.as_ref().is_none_or(|(longest, ..)| chord > *longest) {
                let turn = (pair[1].1 - from.1).atan2(pair[1].0 - from.0).to_degrees();
                let middle = (f64::midpoint(from.0, pair[1].0), f64::midpoint(from.1, pair[1].1));
                best = Some((chord, middle, upright(turn)));
            }
        }
    }
    best.map(|(_, at, turn)| (at, turn))
}

/// Turns a text that would stand on its head the other way round.
fn upright(turn: f64) -> f64 {
    if turn > 90.0 {
        turn - 180.0
    } else if turn < -90.0 {
        turn + 180.0
    } else {
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(text: &str, x: f64, y: f64) -> Label {
        Label { text: text.to_owned(), at: (x, y), size: 12.0, turn: 0.0, class: "place" }
    }

    #[test]
    fn the_second_of_two_names_on_one_spot_gives_way() {
        let kept = settle(
            vec![label("柳岸新村", 50.0, 50.0), label("河东", 60.0, 52.0)],
            100.0,
            100.0,
            &[],
        );
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].text, "柳岸新村");
    }

    #[test]
    fn a_name_that_would_leave_the_picture_is_left_out() {
        assert!(settle(vec![label("柳岸新村", 5.0, 50.0)], 100.0, 100.0, &[]).is_empty());
    }

    #[test]
    fn a_street_running_west_is_still_read_from_left_to_right() {
        let (at, turn) = straight_stretch(&[(100.0, 0.0), (0.0, 0.0)], 50.0).unwrap();
        assert_eq!(at, (50.0, 0.0));
        assert!(turn.abs() < 1e-9, "{turn}");
    }
}
