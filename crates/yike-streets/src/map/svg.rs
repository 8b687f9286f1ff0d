//! Server-drawn pictures: the same map as the tiles', as one SVG element.
//!
//! Colours stand as presentation attributes, so the picture is right on its own (in a report, in
//! print) and a page's style sheet can still change them for the dark scheme by class.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::items::{Item, Street, is_private, shape_kind, shape_name, shape_parts};
use super::labels::{Label, settle, straight_stretch, text_width};
use super::pen::{Short, escape, path};
use super::picture::{Base, Mark, Picture, Tone, View};
use super::project::{World, metres_per_world};
use super::shapes::{
    Dot, Window, clip_line, clip_ring, doubled_area, length, simplify, simplify_ring,
};
use super::tile::{group_rings, middle};
use super::{Atlas, chain};
use crate::city::SceneKind;
use crate::network::{Network, StreetClass};
use crate::units::{Bounds, Coord};

const FONT: &str = "Noto Sans SC, Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif";

/// See [`Atlas::svg`].
pub(super) fn draw(atlas: &Atlas, picture: &Picture) -> String {
    let mut rough = 1.0;
    loop {
        let svg = Canvas::new(atlas, picture, rough).draw();
        if svg.len() <= picture.max_bytes || rough >= 64.0 {
            return svg;
        }
        rough *= 2.0;
    }
}

struct Canvas<'a> {
    atlas: &'a Atlas,
    picture: &'a Picture,
    width: f64,
    height: f64,
    /// Pixels per world unit, and the picture's corner in pixels.
    scale: f64,
    corner: Dot,
    metres_per_pixel: f64,
    window: Window,
    /// 1 for the fine drawing; doubled while the picture is too large.
    rough: f64,
    out: String,
    labels: Vec<Label>,
}

impl<'a> Canvas<'a> {
    fn new(atlas: &'a Atlas, picture: &'a Picture, rough: f64) -> Self {
        let width = f64::from(picture.width.clamp(100, 4_000));
        let height = f64::from(picture.height.clamp(100, 4_000));
        let (centre, scale) = frame(picture.view, width, height);
        let middle = World::of(centre);
        let margin = 8.0;
        Self {
            atlas,
            picture,
            width,
            height,
            scale,
            corner: (middle.x * scale - width / 2.0, middle.y * scale - height / 2.0),
            metres_per_pixel: metres_per_world(centre.lat()) / scale,
            window: Window {
                left: -margin,
                top: -margin,
                right: width + margin,
                bottom: height + margin,
            },
            rough,
            out: String::with_capacity(64 * 1024),
            labels: Vec::new(),
        }
    }

    fn draw(mut self) -> String {
        let (w, h) = (self.width, self.height);
        let (title, id) = (escape(&self.picture.title), escape(&self.picture.id));
        let _ = write!(
            self.out,
            r##"<svg xmlns="http://www.w3.org/2000/svg" class="m" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" aria-labelledby="{id}-t" font-family="{FONT}"><title id="{id}-t">{title}</title><defs><pattern id="{id}-h" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="m-hatch" d="M0 0V6" stroke="#8A8577" stroke-width="1.6"/></pattern><clipPath id="{id}-c"><path d="M0 0H{w}V{h}H0z"/></clipPath></defs><g clip-path="url(#{id}-c)"><path class="m-paper" fill="#FBFAF6" d="M0 0H{w}V{h}H0z"/>"##,
        );
        if self.picture.base != Base::None {
            self.base();
        }
        self.areas();
        self.points();
        self.names();
        self.furniture();
        self.out.push_str("</g></svg>");
        self.out
    }

    fn place(&self, c: Coord) -> Dot {
        let world = World::of(c);
        (world.x * self.scale - self.corner.0, world.y * self.scale - self.corner.1)
    }

    /// The tile zoom that shows the world this large; tiles are 512 pixels wide.
    fn zoom(&self) -> f64 {
        (self.scale / 512.0).log2() - (self.rough.log2() / 2.0)
    }

    /// The coordinates that are drawn.
    fn ground_window(&self) -> Bounds {
        let corner = |x: f64, y: f64| {
            let (x, y) = ((self.corner.0 + x) / self.scale, (self.corner.1 + y) / self.scale);
            World { x: x.clamp(0.0, 1.0), y: y.clamp(0.0, 1.0) }.coord()
        };
        let mut window = Bounds::EMPTY;
        window.add(corner(self.window.left, self.window.top));
        window.add(corner(self.window.right, self.window.bottom));
        window
    }

    /// Draws the base map from the ground up.
    fn base(&mut self) {
        let window = self.ground_window();
        let quiet = self.picture.base == Base::Quiet;
        let zoom = if quiet { self.zoom().min(13.5) } else { self.zoom() };
        // A picture is looked at still: it shows a little more than a tile of its zoom would.
        let found = self.atlas.index.query(&window, (zoom + 0.6).clamp(0.0, 16.0) as u8);
        let mut ground: BTreeMap<Ground, String> = BTreeMap::new();
        let mut streets = Streets::new();
        for item in found {
            match item {
                Item::Edge(e) => sort_edge(&self.atlas.city.network, e, &mut streets),
                Item::Shape(s) => self.shape(s, &mut ground),
                Item::Boundary(b) => self.boundary(b as usize, &mut ground),
            }
        }
        let mut lines: BTreeMap<(Street, bool), String> = BTreeMap::new();
        for ((street, private, name), edges) in streets {
            let d = lines.entry((street, private)).or_default();
            self.street(street, self.said(name), &edges, d);
        }
        for (ground, d) in ground.iter().filter(|(g, _)| **g < Ground::Rail) {
            self.ground(*ground, d);
        }
        self.streets(&lines);
        for (ground, d) in ground.iter().filter(|(g, _)| **g >= Ground::Rail) {
            self.ground(*ground, d);
        }
    }

    fn shape(&mut self, s: u32, ground: &mut BTreeMap<Ground, String>) {
        let atlas = self.atlas;
        let city = &atlas.city;
        let Some(kind) = shape_kind(city, s) else { return };
        let name = self.said(shape_name(city, s));
        let parts: Vec<Vec<Dot>> = shape_parts(city, s)
            .map(|part| part.iter().map(|&c| self.place(c)).collect())
            .collect();
        match kind {
            SceneKind::Building => self.area(&parts, ground.entry(Ground::Building).or_default()),
            SceneKind::Water => {
                self.area(&parts, ground.entry(Ground::Water).or_default());
                self.name_area(name, "water", &parts);
            }
            SceneKind::Green => {
                self.area(&parts, ground.entry(Ground::Green).or_default());
                self.name_area(name, "green", &parts);
            }
            SceneKind::Square => self.area(&parts, ground.entry(Ground::Square).or_default()),
            SceneKind::Waterway => self.line(&parts, ground.entry(Ground::Waterway).or_default()),
            SceneKind::Rail => self.line(&parts, ground.entry(Ground::Rail).or_default()),
            SceneKind::Road => self.line(&parts, ground.entry(Ground::Road).or_default()),
            SceneKind::Pier => self.line(&parts, ground.entry(Ground::Pier).or_default()),
            SceneKind::Wall => self.line(&parts, ground.entry(Ground::Wall).or_default()),
            SceneKind::PlaceLabel | SceneKind::Station => {
                if let (false, Some(&at)) = (name.is_empty(), parts.first().and_then(|p| p.first()))
                {
                    let class = if kind == SceneKind::Station { "station" } else { "place" };
                    self.wish(name, at, 13.0, 0.0, class);
                }
            }
        }
    }

    /// A name of the base map in the picture's language.
    fn said<'n>(&self, name: &'n str) -> &'n str
    where
        'a: 'n,
    {
        let english = self.picture.english.then(|| self.atlas.city.english.get(name)).flatten();
        english.unwrap_or(name)
    }

    fn boundary(&mut self, b: usize, ground: &mut BTreeMap<Ground, String>) {
        let atlas = self.atlas;
        let boundary = &atlas.boundaries[b];
        let rings: Vec<Vec<Dot>> = boundary
            .rings
            .iter()
            .map(|ring| ring.iter().map(|&c| self.place(c)).collect())
            .collect();
        self.line(&rings, ground.entry(Ground::Boundary).or_default());
    }

    fn area(&self, parts: &[Vec<Dot>], d: &mut String) {
        let smallest = 2.0 * self.rough * self.rough;
        for rings in group_rings(parts) {
            for (i, ring) in rings.into_iter().enumerate() {
                let ring = simplify_ring(&clip_ring(ring, &self.window), 0.3 * self.rough);
                if doubled_area(&ring).abs() / 2.0 < smallest {
                    if i == 0 {
                        break;
                    }
                    continue;
                }
                path(d, &ring, true);
            }
        }
    }

    fn line(&self, parts: &[Vec<Dot>], d: &mut String) {
        for part in parts {
            self.cut(part, d);
        }
    }

    fn cut(&self, line: &[Dot], d: &mut String) {
        for piece in clip_line(line, &self.window) {
            let piece = simplify(&piece, 0.3 * self.rough);
            if length(&piece) >= self.rough {
                path(d, &piece, false);
            }
        }
    }

    fn street(&mut self, street: Street, name: &str, edges: &[(u32, u32, u32)], d: &mut String) {
        for chain in chain::join(edges) {
            let mut line: Vec<Dot> = Vec::new();
            for (edge, forward) in chain {
                let mut points: Vec<Dot> =
                    self.atlas.city.network.line(edge).map(|c| self.place(c)).collect();
                if !forward {
                    points.reverse();
                }
                line.extend(points.into_iter().skip(usize::from(!line.is_empty())));
            }
            self.cut(&line, d);
            let quiet = self.picture.base == Base::Quiet && street < Street::Major;
            if name.is_empty() || street <= Street::Service || quiet {
                continue;
            }
            let size = if street >= Street::Middle { 11.5 } else { 10.5 };
            let room = text_width(name, size) + 16.0;
            for piece in clip_line(&line, &self.window) {
                if let Some((at, turn)) = straight_stretch(&simplify(&piece, 1.0), room) {
                    self.wish(name, at, size, turn, "street");
                }
            }
        }
    }

    /// Casings first, then fills, the important streets last, so that crossings read well.
    fn streets(&mut self, lines: &BTreeMap<(Street, bool), String>) {
        let zoom = self.zoom();
        for ((street, _), d) in lines {
            if *street >= Street::Service {
                let width = street_width(*street, zoom) + 1.2;
                self.stroke("m-casing", "#E2DED3", width, None, d);
            }
        }
        for ((street, private), d) in lines {
            let width = street_width(*street, zoom);
            match street {
                Street::Path => self.stroke("m-path", "#BDB6A3", width, Some("3 2.4"), d),
                Street::Steps => self.stroke("m-steps", "#8E8671", width, Some("1.4 1.4"), d),
                Street::Walk => self.stroke("m-walk", "#F4EEDF", width, None, d),
                _ if *private => self.stroke("m-private", "#F3F1EA", width, None, d),
                Street::Major => self.stroke("m-major", "#F6E7C6", width, None, d),
                _ => self.stroke("m-street", "#FFFFFF", width, None, d),
            }
        }
    }

    fn stroke(&mut self, class: &str, colour: &str, width: f64, dash: Option<&str>, d: &str) {
        if d.is_empty() {
            return;
        }
        let _ = write!(
            self.out,
            r#"<path class="{class}" fill="none" stroke="{colour}" stroke-width="{width:.1}" stroke-linejoin="round""#,
        );
        match dash {
            Some(dash) => {
                let _ = write!(self.out, r#" stroke-dasharray="{dash}""#);
            }
            None => self.out.push_str(r#" stroke-linecap="round""#),
        }
        let _ = write!(self.out, r#" d="{d}"/>"#);
    }

    fn ground(&mut self, ground: Ground, d: &str) {
        let fill = match ground {
            Ground::Green => ("m-green", "#DCE9D5"),
            Ground::Water => ("m-water", "#CFE3EA"),
            Ground::Square => ("m-square", "#F1ECDF"),
            Ground::Building => ("m-building", "#EAE5DA"),
            Ground::Waterway => return self.stroke("m-waterway", "#CFE3EA", 2.0, None, d),
            Ground::Road => return self.stroke("m-major", "#F6E7C6", 3.0, None, d),
            Ground::Pier => return self.stroke("m-street", "#FFFFFF", 2.0, None, d),
            Ground::Wall => return self.stroke("m-wall", "#B9B2A2", 0.8, None, d),
            Ground::Rail => {
                self.stroke("m-rail", "#A9A395", 2.2, None, d);
                return self.stroke("m-rail-gap", "#FBFAF6", 1.0, Some("5 5"), d);
            }
            Ground::Boundary => {
                return self.stroke("m-boundary", "#8A7F99", 1.2, Some("7 3 1.5 3"), d);
            }
        };
        if !d.is_empty() {
            let _ = write!(
                self.out,
                r#"<path class="{}" fill="{}" fill-rule="evenodd" d="{d}"/>"#,
                fill.0, fill.1
            );
        }
    }

    /// Bands and choropleths over the base map, which shows through them.
    fn areas(&mut self) {
        let picture = self.picture;
        for area in &picture.areas {
            let mut d = String::new();
            let mut largest: Vec<Dot> = Vec::new();
            for ring in &area.rings {
                let ring: Vec<Dot> = ring.iter().map(|&c| self.place(c)).collect();
                let ring = simplify_ring(&clip_ring(&ring, &self.window), 0.4 * self.rough);
                if ring.is_empty() {
                    continue;
                }
                path(&mut d, &ring, true);
                if doubled_area(&ring).abs() > doubled_area(&largest).abs() {
                    largest = ring;
                }
            }
            if d.is_empty() {
                continue;
            }
            let (fill, opacity) = match area.tone {
                Tone::Beyond => (format!("url(#{}-h)", escape(&picture.id)), 0.55),
                Tone::Plain => ("none".to_owned(), 1.0),
                // Shares are told apart by shade alone: the ground must not shine through much.
                tone if tone.code().starts_with("share") => (tone.colour().to_owned(), 0.8),
                tone => (tone.colour().to_owned(), 0.5),
            };
            let (code, stroke) = (area.tone.code(), area.tone.colour());
            let _ = write!(
                self.out,
                r#"<path class="m-area m-{code}" fill="{fill}" fill-opacity="{opacity}" fill-rule="evenodd" stroke="{stroke}" stroke-width="1.4" stroke-linejoin="round" d="{d}">"#,
            );
            if !area.label.is_empty() {
                let _ = write!(self.out, "<title>{}</title>", escape(&area.label));
                if let Some(at) = middle(&largest) {
                    self.wish(&area.label, at, 12.0, 0.0, "area");
                }
            }
            self.out.push_str("</path>");
        }
    }

    fn points(&mut self) {
        let picture = self.picture;
        let mut homes: BTreeMap<Tone, String> = BTreeMap::new();
        let size = (4.5 - self.metres_per_pixel / 8.0).clamp(1.6, 4.5);
        for point in &picture.points {
            let (x, y) = self.place(point.at);
            let w = self.window;
            if x < w.left || x > w.right || y < w.top || y > w.bottom {
                continue;
            }
            let (code, colour) = (point.tone.code(), point.tone.colour());
            match point.mark {
                Mark::Home => {
                    let d = homes.entry(point.tone).or_default();
                    let _ = match point.tone {
                        // A stroke of the hatching: told apart without colour.
                        Tone::Beyond => {
                            let half = size / 2.0;
                            let (x, y) = (Short(x - half), Short(y + half));
                            write!(d, "M{x} {y}l{} {}", Short(size), Short(-size))
                        }
                        _ => write!(d, "M{} {}h0", Short(x), Short(y)),
                    };
                }
                Mark::Facility => {
                    let _ = write!(
                        self.out,
                        r##"<circle class="m-point m-{code}" cx="{}" cy="{}" r="5.5" fill="{colour}" stroke="#FBFAF6" stroke-width="1.6"/>"##,
                        Short(x),
                        Short(y),
                    );
                    if !point.label.is_empty() {
                        let room = 11.0 + text_width(&point.label, 12.0) / 2.0;
                        self.wish_first(&point.label, (x + room, y), 12.0, "point");
                    }
                }
                Mark::Start => {
                    let _ = write!(
                        self.out,
                        r##"<g class="m-start"><circle cx="{x:.1}" cy="{y:.1}" r="10" fill="#FBFAF6" stroke="#1D2733" stroke-width="2.5"/><circle cx="{x:.1}" cy="{y:.1}" r="4.5" fill="#1D2733"/></g>"##,
                    );
                }
            }
        }
        for (tone, d) in homes {
            let (colour, size) = match tone {
                Tone::Beyond => ("#8A8577", size / 3.0),
                tone => (tone.colour(), size),
            };
            let code = tone.code();
            let _ = write!(
                self.out,
                r#"<path class="m-homes m-{code}" fill="none" stroke="{colour}" stroke-width="{size:.1}" stroke-linecap="round" d="{d}"/>"#,
            );
        }
    }

    fn wish(&mut self, text: &str, at: Dot, size: f64, turn: f64, class: &'static str) {
        self.labels.push(Label { text: text.to_owned(), at, size, turn, class });
    }

    /// Wishes for a label before all others: what the picture is about outranks the base map.
    fn wish_first(&mut self, text: &str, at: Dot, size: f64, class: &'static str) {
        self.labels.insert(0, Label { text: text.to_owned(), at, size, turn: 0.0, class });
    }

    fn name_area(&mut self, name: &str, class: &'static str, parts: &[Vec<Dot>]) {
        let Some(outer) = parts.first().filter(|_| !name.is_empty()) else { return };
        let room = text_width(name, 11.5) * 24.0;
        if doubled_area(outer).abs() / 2.0 >= room
            && let Some(at) = middle(outer)
        {
            self.wish(name, at, 11.5, 0.0, class);
        }
    }

    fn names(&mut self) {
        let order = |class: &str| {
            ["point", "area", "place", "station", "water", "green", "street"]
                .iter()
                .position(|c| *c == class)
        };
        let mut wanted = std::mem::take(&mut self.labels);
        wanted.sort_by_key(|label| order(label.class));
        wanted.truncate((600.0 / self.rough) as usize);
        let taken: Vec<Dot> = self
            .picture
            .points
            .iter()
            .filter(|p| p.mark != Mark::Home)
            .map(|p| self.place(p.at))
            .collect();
        // The foot of the picture belongs to the scale bar and the credit.
        let kept = settle(wanted, self.width, self.height - 34.0, &taken);
        for label in kept {
            let (x, y) = label.at;
            let colour = match label.class {
                "water" => "#2F6275",
                "green" => "#3F6B36",
                "street" => "#55606E",
                _ => "#1D2733",
            };
            let _ = write!(
                self.out,
                r##"<text class="m-label m-{}" x="{x:.1}" y="{y:.1}" font-size="{}" fill="{colour}" stroke="#FBFAF6" stroke-width="3" stroke-linejoin="round" paint-order="stroke" text-anchor="middle" dominant-baseline="central""##,
                label.class, label.size,
            );
            if label.turn.abs() > 0.5 {
                let _ = write!(self.out, r#" transform="rotate({:.1} {x:.1} {y:.1})""#, label.turn);
            }
            let _ = write!(self.out, ">{}</text>", escape(&label.text));
        }
    }

    /// Scale bar, north arrow and credit.
    fn furniture(&mut self) {
        let (metres, bar) = scale_bar(self.metres_per_pixel, self.width / 4.0);
        let (m, km) = &self.picture.units;
        let label = if metres >= 1000.0 {
            format!("{} {}", metres / 1000.0, escape(km))
        } else {
            format!("{metres} {}", escape(m))
        };
        let (w, foot) = (self.width, self.height - 12.0);
        let _ = write!(
            self.out,
            r##"<g class="m-scale"><path d="M12 {top}V{foot}H{end:.1}V{top}" fill="none" stroke="#FBFAF6" stroke-width="5"/><path class="m-ink" d="M12 {top}V{foot}H{end:.1}V{top}" fill="none" stroke="#1D2733" stroke-width="1.6"/><text class="m-label" x="{mid:.1}" y="{ty}" font-size="11" fill="#1D2733" stroke="#FBFAF6" stroke-width="3" paint-order="stroke" text-anchor="middle">{label}</text></g>"##,
            top = foot - 5.0,
            end = 12.0 + bar,
            mid = 12.0 + bar / 2.0,
            ty = foot - 7.0,
        );
        let nx = w - 20.0;
        let _ = write!(
            self.out,
            r##"<g class="m-north"><path d="M{nx} 10l6 16l-6 -4l-6 4z" fill="#1D2733" stroke="#FBFAF6" stroke-width="1.5" paint-order="stroke"/><text class="m-label" x="{nx}" y="38" font-size="11" fill="#1D2733" stroke="#FBFAF6" stroke-width="3" paint-order="stroke" text-anchor="middle">N</text></g>"##,
        );
        if !self.picture.credit.is_empty() {
            let _ = write!(
                self.out,
                r##"<text class="m-label m-credit" x="{x}" y="{foot}" font-size="10.5" fill="#55606E" stroke="#FBFAF6" stroke-width="3" paint-order="stroke" text-anchor="end">{}</text>"##,
                escape(&self.picture.credit),
                x = w - 8.0,
            );
        }
    }
}

/// The edges of each street, told apart by class, privacy and name.
type Streets<'a> = BTreeMap<(Street, bool, &'a str), Vec<(u32, u32, u32)>>;

fn sort_edge<'a>(network: &'a Network, e: u32, streets: &mut Streets<'a>) {
    let i = e as usize;
    let traits = network.edge_traits[i];
    if let Some(street) = Street::of(StreetClass::of(traits)) {
        let name = network.names.get(network.edge_name[i] as usize);
        let ends = (network.edge_from[i], network.edge_to[i], e);
        streets.entry((street, is_private(traits), name)).or_default().push(ends);
    }
}

/// What lies on the ground besides streets, from the bottom up.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Ground {
    Green,
    Water,
    Waterway,
    Square,
    Building,
    // From here on over the streets.
    Rail,
    Road,
    Pier,
    Wall,
    Boundary,
}

/// Centre and scale (pixels per world unit) of a view.
fn frame(view: View, width: f64, height: f64) -> (Coord, f64) {
    match view {
        View::Around(at, metres) => {
            (at, width * metres_per_world(at.lat()) / metres.clamp(50.0, 2_000_000.0))
        }
        View::Fit(bounds) if bounds.is_empty() => (Coord::default(), width),
        View::Fit(b) => {
            let west_north = World::of(Coord { lon_e7: b.west_e7, lat_e7: b.north_e7 });
            let east_south = World::of(Coord { lon_e7: b.east_e7, lat_e7: b.south_e7 });
            let middle = World {
                x: f64::midpoint(west_north.x, east_south.x),
                y: f64::midpoint(west_north.y, east_south.y),
            };
            // Half a kilometre at least, so that a single point still shows its surroundings.
            let least = 500.0 / metres_per_world(middle.coord().lat());
            let across = (east_south.x - west_north.x).max(least) * 1.06;
            let down = (east_south.y - west_north.y).max(least) * 1.06;
            (middle.coord(), (width / across).min(height / down))
        }
    }
}

fn street_width(street: Street, zoom: f64) -> f64 {
    let at_14 = match street {
        Street::Path | Street::Steps => 0.7,
        Street::Service => 1.1,
        Street::Minor | Street::Walk => 1.9,
        Street::Middle => 2.8,
        Street::Major => 3.8,
    };
    (at_14 * 1.5_f64.powf(zoom - 14.0)).clamp(0.4, at_14 * 4.0)
}

/// The longest round length (1, 2 or 5 of some power of ten metres) within `room` pixels.
fn scale_bar(metres_per_pixel: f64, room: f64) -> (f64, f64) {
    let mut best = 1.0;
    let mut power = 1.0;
    while power < 1e7 {
        for step in [1.0, 2.0, 5.0] {
            if step * power / metres_per_pixel <= room {
                best = step * power;
            }
        }
        power *= 10.0;
    }
    (best, best / metres_per_pixel)
}
