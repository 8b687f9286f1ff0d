//! What a server-drawn picture shows besides the base map.

use crate::units::{Bounds, Coord};

/// What a shape or point stands for; look.md's colours, each also told apart without colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Within the nearest band (5 minutes).
    Near,
    /// Within the second band (10 minutes).
    Middle,
    /// Within the third band (15 minutes).
    Far,
    /// Out of reach: hatched.
    Beyond,
    /// A gap: what is missing.
    Gap,
    /// Unvalued: an outline or a grey dot.
    Plain,
    /// Class 1 (fewest) of five of a choropleth of people lacking something.
    Share1,
    /// Class 2 of five.
    Share2,
    /// Class 3 of five.
    Share3,
    /// Class 4 of five.
    Share4,
    /// Class 5 (most) of five.
    Share5,
}

impl Tone {
    /// All tones.
    pub const ALL: [Self; 11] = [
        Self::Near,
        Self::Middle,
        Self::Far,
        Self::Beyond,
        Self::Gap,
        Self::Plain,
        Self::Share1,
        Self::Share2,
        Self::Share3,
        Self::Share4,
        Self::Share5,
    ];

    /// Fill colour on paper.
    pub fn colour(self) -> &'static str {
        match self {
            Self::Near => "#0B6E5F",
            Self::Middle => "#4DA08F",
            Self::Far => "#A9D3C5",
            Self::Beyond => "#C9C6BC",
            Self::Gap | Self::Share4 => "#B45309",
            Self::Plain => "#55606E",
            Self::Share1 => "#F7ECDD",
            Self::Share2 => "#EBC89B",
            Self::Share3 => "#D6934F",
            Self::Share5 => "#7A3606",
        }
    }

    /// Word used in CSS classes, `m-` before it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Near => "near",
            Self::Middle => "middle",
            Self::Far => "far",
            Self::Beyond => "beyond",
            Self::Gap => "gap",
            Self::Plain => "plain",
            Self::Share1 => "share1",
            Self::Share2 => "share2",
            Self::Share3 => "share3",
            Self::Share4 => "share4",
            Self::Share5 => "share5",
        }
    }
}

/// What part of the world a picture shows.
#[derive(Clone, Copy, Debug)]
pub enum View {
    /// All of a box, with a margin.
    Fit(Bounds),
    /// So many metres from side to side around a point.
    Around(Coord, f64),
}

/// How much of the base map is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// Everything the scale has room for, with names.
    Full,
    /// Water, green and main streets only, for data that covers the ground.
    Quiet,
    /// Nothing.
    None,
}

/// A filled area: a reach band, a community of a choropleth.
#[derive(Clone, Debug)]
pub struct Area {
    /// Closed rings, each outer ring followed by its holes.
    pub rings: Vec<Vec<Coord>>,
    /// What it stands for.
    pub tone: Tone,
    /// Name, drawn where there is room and told to screen readers; empty for none.
    pub label: String,
}

/// How a point is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Where the walk starts.
    Start,
    /// A facility.
    Facility,
    /// A home: a small dot.
    Home,
}

/// A marked point.
#[derive(Clone, Debug)]
pub struct Point {
    /// Where it is.
    pub at: Coord,
    /// How it is drawn.
    pub mark: Mark,
    /// What it stands for.
    pub tone: Tone,
    /// Written beside it (a name, a number in the list); empty for none.
    pub label: String,
}

/// A picture to draw with [`crate::map::Atlas::svg`].
#[derive(Clone, Debug)]
pub struct Picture {
    /// Width in pixels, 100 to 4,000.
    pub width: u32,
    /// Height in pixels, 100 to 4,000.
    pub height: u32,
    /// What part of the world.
    pub view: View,
    /// How much of the base map.
    pub base: Base,
    /// Areas, the first one lowest. Reach bands go in from far to near.
    pub areas: Vec<Area>,
    /// Points, the first one lowest.
    pub points: Vec<Point>,
    /// What the picture shows, in one sentence, for screen readers.
    pub title: String,
    /// What stands at its foot: source and date.
    pub credit: String,
    /// Whether the base map is labelled in English where it has English names.
    pub english: bool,
    /// Word for metres and kilometres on the scale bar: `("m", "km")` or `("米", "公里")`.
    pub units: (String, String),
    /// Prefix of ids inside the picture, so that several can stand on one page.
    pub id: String,
    /// Upper bound of the result in bytes; the smallest things are left out to keep it.
    pub max_bytes: usize,
}

impl Picture {
    /// A 720 x 540 picture of `view` with the whole base map and nothing on it.
    pub fn new(id: &str, view: View) -> Self {
        Self {
            width: 720,
            height: 540,
            view,
            base: Base::Full,
            areas: Vec::new(),
            points: Vec::new(),
            title: String::new(),
            credit: String::new(),
            english: false,
            units: ("m".to_owned(), "km".to_owned()),
            id: id.to_owned(),
            max_bytes: 400_000,
        }
    }
}
