//! The base map's shapes, sorted by kind.

use super::block::NOWHERE;
use super::features::{Shaped, is_drawn};
use super::gather::{Feature, Gathered, Geometry, NOT_DRAWN};
use super::gather_nodes::Point;
use crate::city::{Scene, SceneKind};
use crate::column::Texts;
use crate::network::build_lines::Interned;
use crate::units::Coord;

const KINDS: usize = SceneKind::Wall as usize + 1;

/// Shapes of one kind.
#[derive(Default)]
struct Shapes {
    names: Vec<u32>,
    /// Parts of each shape.
    parts: Vec<u32>,
    /// Points of each part.
    points: Vec<u32>,
    coords: Vec<Coord>,
}

/// Collects shapes.
#[derive(Default)]
pub(crate) struct SceneBuilder {
    kinds: [Shapes; KINDS],
    names: Interned,
}

impl SceneBuilder {
    fn add<'c>(&mut self, kind: u8, name: &str, parts: impl Iterator<Item = &'c [Coord]>) {
        let name = self.names.add(name);
        let shapes = &mut self.kinds[kind as usize];
        let mut count = 0;
        for part in parts {
            shapes.points.push(part.len() as u32);
            shapes.coords.extend_from_slice(part);
            count += 1;
        }
        shapes.names.push(name);
        shapes.parts.push(count);
    }

    /// Adds a feature, if it is drawn.
    pub(crate) fn feature(&mut self, feature: &Feature, shape: &Shaped, gathered: &Gathered) {
        if !is_drawn(feature) {
            return;
        }
        let name = gathered.pool.get(feature.name);
        if feature.area {
            for (outer, holes) in &shape.rings {
                let parts = std::iter::once(outer).chain(holes).map(Vec::as_slice);
                self.add(feature.scene, name, parts);
            }
        } else {
            self.line(feature.scene, name, feature.geometry, gathered);
        }
    }

    /// Adds a label or station.
    pub(crate) fn point(&mut self, point: &Point, gathered: &Gathered) {
        if point.scene != NOT_DRAWN {
            let name = gathered.pool.get(point.name);
            self.add(point.scene, name, std::iter::once(&[point.coord][..]));
        }
    }

    /// Adds the streets that are not walked: the others are in the network.
    pub(crate) fn roads(&mut self, gathered: &Gathered) {
        for street in gathered.streets.iter().filter(|s| !s.walkable) {
            let name = gathered.pool.get(street.name);
            self.line(SceneKind::Road as u8, name, street.geometry, gathered);
        }
    }

    /// A way, in parts where nodes are missing.
    fn line(&mut self, kind: u8, name: &str, geometry: Geometry, gathered: &Gathered) {
        let Geometry::Way { start, end } = geometry else { return };
        let refs = &gathered.refs[start as usize..end as usize];
        let coords: Vec<Coord> = refs.iter().map(|n| gathered.node_coord[*n as usize]).collect();
        let parts: Vec<&[Coord]> =
            coords.split(|c| *c == NOWHERE).filter(|part| part.len() > 1).collect();
        if !parts.is_empty() {
            self.add(kind, name, parts.into_iter());
        }
    }

    pub(crate) fn finish(self) -> Scene {
        let (mut kind, mut name) = (Vec::new(), Vec::new());
        let (mut first_part, mut first_point) = (vec![0u32], vec![0u32]);
        let mut point = Vec::new();
        for (number, shapes) in self.kinds.into_iter().enumerate() {
            kind.resize(kind.len() + shapes.names.len(), number as u8);
            name.extend(shapes.names);
            let grown = |ends: &mut Vec<u32>, counts: Vec<u32>| {
                for count in counts {
                    ends.push(ends[ends.len() - 1] + count);
                }
            };
            grown(&mut first_part, shapes.parts);
            grown(&mut first_point, shapes.points);
            point.extend(shapes.coords);
        }
        Scene {
            kind: kind.into(),
            name: name.into(),
            first_part: first_part.into(),
            first_point: first_point.into(),
            point: point.into(),
            names: Texts::pack(self.names.texts),
        }
    }
}
