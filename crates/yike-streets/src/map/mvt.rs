//! Writing Mapbox Vector Tile 2 bytes: a few protobuf fields by hand.

use std::collections::HashMap;

use super::shapes::{Dot, doubled_area};

/// Width and height of a tile in its own units.
pub(super) const EXTENT: u32 = 4096;

/// A property of a feature.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Value {
    Text(String),
    Int(u64),
    True,
}

impl Value {
    fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Int(_) | Self::True => 10,
        }
    }
}

/// A feature's shape, already projected to tile units.
pub(super) enum Shape {
    Point(Dot),
    Lines(Vec<Vec<Dot>>),
    /// Outer rings each followed by their holes; how they wind is put right when written.
    Polygons(Vec<Vec<Vec<Dot>>>),
}

/// One layer being filled.
pub(super) struct Layer {
    name: &'static str,
    keys: Vec<&'static str>,
    values: Vec<u8>,
    value_ids: HashMap<Value, u32>,
    features: Vec<u8>,
}

impl Layer {
    pub(super) fn new(name: &'static str) -> Self {
        Self {
            name,
            keys: Vec::new(),
            values: Vec::new(),
            value_ids: HashMap::new(),
            features: Vec::new(),
        }
    }

    /// Bytes so far, near enough for a budget.
    pub(super) fn weight(&self) -> usize {
        self.features.len() + self.values.len()
    }

    /// Adds a feature of at most `room` bytes; a larger one, or one that rounds to nothing, is left
    /// out.
    pub(super) fn add(&mut self, shape: &Shape, properties: &[(&'static str, Value)], room: usize) {
        let mut pen = Pen::default();
        let kind = match shape {
            Shape::Point(at) => {
                pen.point(*at);
                1
            }
            Shape::Lines(lines) => {
                for line in lines {
                    pen.line(line);
                }
                2
            }
            Shape::Polygons(polygons) => {
                for rings in polygons {
                    pen.polygon(rings);
                }
                3
            }
        };
        let texts: usize = properties.iter().map(|(_, value)| value.len()).sum();
        // Five bytes are the most one command number takes.
        if pen.commands.is_empty() || room < pen.commands.len() * 5 + texts + 64 {
            return;
        }
        let tags: Vec<u32> =
            properties.iter().flat_map(|(key, value)| [self.key(key), self.value(value)]).collect();
        let mut feature = Vec::new();
        if !tags.is_empty() {
            put_packed(&mut feature, 2, &tags);
        }
        put_varint_field(&mut feature, 3, kind);
        put_packed(&mut feature, 4, &pen.commands);
        put_bytes(&mut self.features, 2, &feature);
    }

    fn key(&mut self, key: &'static str) -> u32 {
        let at = self.keys.iter().position(|k| *k == key).unwrap_or_else(|| {
            self.keys.push(key);
            self.keys.len() - 1
        });
        at as u32
    }

    fn value(&mut self, value: &Value) -> u32 {
        if let Some(&at) = self.value_ids.get(value) {
            return at;
        }
        let at = self.value_ids.len() as u32;
        self.value_ids.insert(value.clone(), at);
        let mut field = Vec::new();
        match value {
            Value::Text(text) => put_bytes(&mut field, 1, text.as_bytes()),
            Value::Int(n) => put_varint_field(&mut field, 5, *n),
            Value::True => put_varint_field(&mut field, 7, 1),
        }
        put_bytes(&mut self.values, 4, &field);
        at
    }

    /// Appends the layer to a tile; an empty one is left out.
    pub(super) fn write(&self, tile: &mut Vec<u8>) {
        if self.features.is_empty() {
            return;
        }
        let mut layer = Vec::with_capacity(self.weight() + 64);
        put_varint_field(&mut layer, 15, 2);
        put_bytes(&mut layer, 1, self.name.as_bytes());
        layer.extend_from_slice(&self.features);
        for key in &self.keys {
            put_bytes(&mut layer, 3, key.as_bytes());
        }
        layer.extend_from_slice(&self.values);
        put_varint_field(&mut layer, 5, u64::from(EXTENT));
        put_bytes(tile, 3, &layer);
    }
}

/// Writes geometry commands relative to where the last one ended.
#[derive(Default)]
struct Pen {
    commands: Vec<u32>,
    at: (i32, i32),
}

impl Pen {
    fn step(&mut self, to: (i32, i32)) {
        for delta in [to.0 - self.at.0, to.1 - self.at.1] {
            self.commands.push(((delta << 1) ^ (delta >> 31)) as u32);
        }
        self.at = to;
    }

    fn path(&mut self, points: &[(i32, i32)], close: bool) {
        self.commands.push(1 << 3 | 1);
        self.step(points[0]);
        self.commands.push((points.len() as u32 - 1) << 3 | 2);
        for &p in &points[1..] {
            self.step(p);
        }
        if close {
            self.commands.push(1 << 3 | 7);
        }
    }

    fn point(&mut self, at: Dot) {
        self.commands.push(1 << 3 | 1);
        self.step(round(at));
    }

    fn line(&mut self, line: &[Dot]) {
        let points = rounded(line);
        if points.len() >= 2 {
            self.path(&points, false);
        }
    }

    fn polygon(&mut self, rings: &[Vec<Dot>]) {
        for (i, ring) in rings.iter().enumerate() {
            let mut points = rounded(ring);
            if points.len() < 4 {
                if i == 0 {
                    return;
                }
                continue;
            }
            let exact: Vec<Dot> =
                points.iter().map(|&(x, y)| (f64::from(x), f64::from(y))).collect();
            let area = doubled_area(&exact);
            if area == 0.0 {
                if i == 0 {
                    return;
                }
                continue;
            }
            // Outer rings have positive area in tile coordinates, holes negative.
            if (area > 0.0) != (i == 0) {
                points.reverse();
            }
            points.pop();
            self.path(&points, true);
        }
    }
}

fn round((x, y): Dot) -> (i32, i32) {
    (x.round() as i32, y.round() as i32)
}

fn rounded(line: &[Dot]) -> Vec<(i32, i32)> {
    let mut points: Vec<_> = line.iter().map(|&p| round(p)).collect();
    points.dedup();
    points
}

fn put_varint(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

fn put_varint_field(out: &mut Vec<u8>, field: u32, n: u64) {
    put_varint(out, u64::from(field << 3));
    put_varint(out, n);
}

fn put_bytes(out: &mut Vec<u8>, field: u32, bytes: &[u8]) {
    put_varint(out, u64::from(field << 3 | 2));
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn put_packed(out: &mut Vec<u8>, field: u32, numbers: &[u32]) {
    let mut packed = Vec::with_capacity(numbers.len() * 2);
    for &n in numbers {
        put_varint(&mut packed, u64::from(n));
    }
    put_bytes(out, field, &packed);
}
