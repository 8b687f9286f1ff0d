//! `.streets` files: a whole [`City`] in one checksummed, memory-mapped container.
//!
//! Everything that later code indexes with is checked on opening, so a file that opens cannot make
//! anything run out of bounds, even one made by hand to look right.

use std::path::Path;

use crate::city::{City, Scene, SceneKind};
use crate::column::Column;
pub use crate::container::FileError;
use crate::container::{Container, Kind, Writer};
use crate::english::English;
use crate::facilities::{Facilities, MAX_CATEGORIES};
use crate::homes::Homes;
use crate::network::Network;
use crate::units::Coord;

/// The container kind. The version rises with every change of a section.
pub const KIND: Kind = Kind {
    code: *b"STRT",
    name: "streets file",
    version: 1,
    remake: "yike streets build CITY.osm.pbf -o CITY.streets",
};

/// Writes a city in one step: the file is there whole or not at all.
pub fn write(city: &City, path: &Path) -> Result<(), FileError> {
    let too_large = |what: &str| FileError::TooLarge { path: path.to_owned(), what: what.into() };
    // Columns count with 32 bits; the last offset tells whether that held.
    if city.network.edges() > u32::MAX as usize / 2 || city.network.shape.len() > u32::MAX as usize
    {
        return Err(too_large("the network has more edges or bends than 32 bits count"));
    }
    writer(city).write(path)
}

/// The bytes [`write()`] would put into a file.
pub fn to_bytes(city: &City) -> Vec<u8> {
    writer(city).to_bytes()
}

fn writer(city: &City) -> Writer<'_> {
    let mut w = Writer::new(KIND);
    w.json("meta", &city.meta).json("findings", &city.findings);
    let n = &city.network;
    w.column("node.coord", &n.node_coord)
        .column("node.traits", &n.node_traits)
        .column("node.hours", &n.node_hours)
        .column("node.component", &n.node_component)
        .column("arc.first", &n.first_arc)
        .column("arc.head", &n.arc_head)
        .column("arc.edge", &n.arc_edge)
        .column("edge.from", &n.edge_from)
        .column("edge.to", &n.edge_to)
        .column("edge.dm", &n.edge_dm)
        .column("edge.traits", &n.edge_traits)
        .column("edge.hours", &n.edge_hours)
        .column("edge.name", &n.edge_name)
        .column("shape.first", &n.first_shape)
        .column("shape.coord", &n.shape)
        .texts("street.names", &n.names)
        .texts("street.hours", &n.hours);
    let h = &city.homes;
    w.texts("home.id", &h.id)
        .texts("home.name", &h.name)
        .column("home.coord", &h.coord)
        .column("home.levels", &h.levels)
        .column("home.dwellings", &h.dwellings)
        .column("home.footprint", &h.footprint_m2)
        .column("home.people", &h.people)
        .column("home.estimated", &h.estimated)
        .json("home.bands", &h.bands)
        .column("home.by_age", &h.by_age)
        .column("home.first_entrance", &h.first_entrance)
        .column("home.entrance", &h.entrance);
    let f = &city.facilities;
    w.json("facility.categories", &f.categories)
        .texts("facility.id", &f.id)
        .texts("facility.name", &f.name)
        .column("facility.coord", &f.coord)
        .column("facility.of", &f.of)
        .column("facility.first_entrance", &f.first_entrance)
        .column("facility.entrance", &f.entrance);
    let s = &city.scene;
    w.column("scene.kind", &s.kind)
        .column("scene.name", &s.name)
        .column("scene.first_part", &s.first_part)
        .column("scene.first_point", &s.first_point)
        .column("scene.point", &s.point)
        .texts("scene.names", &s.names)
        .texts("english.local", &city.english.local)
        .texts("english.name", &city.english.english);
    w
}

/// Maps a city and checks all of it.
pub fn open(path: &Path) -> Result<City, FileError> {
    let file = Container::open(path, KIND)?;
    Ok(City {
        meta: file.json("meta")?,
        findings: file.json("findings")?,
        network: open_network(&file)?,
        homes: open_homes(&file)?,
        facilities: open_facilities(&file)?,
        scene: open_scene(&file)?,
        english: open_english(&file)?,
    })
}

/// English names; files from before they were kept have none.
fn open_english(file: &Container) -> Result<English, FileError> {
    if !file.has("english.local.ends") {
        return Ok(English::default());
    }
    let local = file.texts("english.local")?;
    let english = English { english: file.texts_of("english.name", local.len())?, local };
    if english.is_sorted() {
        Ok(english)
    } else {
        Err(file.damaged("English names are not in order"))
    }
}

/// A column of positions on the globe.
fn coords(file: &Container, name: &str) -> Result<Column<Coord>, FileError> {
    let column: Column<Coord> = file.column(name)?;
    let off = |c: &Coord| {
        c.lon_e7.unsigned_abs() > 1_800_000_000 || c.lat_e7.unsigned_abs() > 900_000_000
    };
    match column.iter().position(off) {
        None => Ok(column),
        Some(at) => {
            Err(file.damaged(format!("position {at} of section `{name}` is off the globe")))
        }
    }
}

fn open_network(file: &Container) -> Result<Network, FileError> {
    let node_coord = coords(file, "node.coord")?;
    let edge_dm: Column<u32> = file.column("edge.dm")?;
    let (n, m) = (node_coord.len(), edge_dm.len());
    let shape = coords(file, "shape.coord")?;
    let (names, hours) = (file.texts("street.names")?, file.texts("street.hours")?);
    let network = Network {
        node_traits: file.column_of("node.traits", n)?,
        node_hours: file.column_of("node.hours", n)?,
        node_component: file.indices("node.component", n, n)?,
        first_arc: file.offsets("arc.first", n, m * 2)?,
        arc_head: file.indices("arc.head", m * 2, n)?,
        arc_edge: file.indices("arc.edge", m * 2, m)?,
        edge_from: file.indices("edge.from", m, n)?,
        edge_to: file.indices("edge.to", m, n)?,
        edge_traits: file.column_of("edge.traits", m)?,
        edge_hours: file.column_of("edge.hours", m)?,
        edge_name: file.indices("edge.name", m, names.len())?,
        first_shape: file.offsets("shape.first", m, shape.len())?,
        node_coord,
        edge_dm,
        shape,
        names,
        hours,
    };
    check_network(file, &network)?;
    Ok(network)
}

/// What must hold between the columns.
fn check_network(file: &Container, network: &Network) -> Result<(), FileError> {
    let hours = network.hours.len();
    let within = |h: &u16| usize::from(*h) < hours;
    if !network.node_hours.iter().chain(network.edge_hours.iter()).all(within) {
        return Err(file.damaged("a node or edge has opening hours that are not there"));
    }
    let ends = network.edge_from.iter().zip(network.edge_to.iter());
    if ends.clone().any(|(from, to)| from > to) {
        return Err(file.damaged("an edge runs from a higher to a lower node"));
    }
    if network.edge_dm.contains(&0) {
        return Err(file.damaged("an edge has no length"));
    }
    for tail in 0..network.nodes() {
        let arcs = network.first_arc[tail] as usize..network.first_arc[tail + 1] as usize;
        for arc in arcs {
            let edge = network.arc_edge[arc] as usize;
            let ends = (network.edge_from[edge], network.edge_to[edge]);
            let (tail, head) = (tail as u32, network.arc_head[arc]);
            if ends != (tail.min(head), tail.max(head)) {
                return Err(file.damaged(format!("arc {arc} does not lie on its edge {edge}")));
            }
        }
    }
    Ok(())
}

fn open_homes(file: &Container) -> Result<Homes, FileError> {
    let coord = coords(file, "home.coord")?;
    let entrance = coords(file, "home.entrance")?;
    let n = coord.len();
    let bands: Vec<crate::homes::AgeBand> = file.json("home.bands")?;
    Ok(Homes {
        id: file.texts_of("home.id", n)?,
        name: file.texts_of("home.name", n)?,
        levels: file.column_of("home.levels", n)?,
        dwellings: file.column_of("home.dwellings", n)?,
        footprint_m2: file.column_of("home.footprint", n)?,
        people: file.column_of("home.people", n)?,
        estimated: file.column_of("home.estimated", n)?,
        by_age: file.column_of("home.by_age", n * bands.len())?,
        first_entrance: file.offsets("home.first_entrance", n, entrance.len())?,
        bands,
        coord,
        entrance,
    })
}

fn open_facilities(file: &Container) -> Result<Facilities, FileError> {
    let coord = coords(file, "facility.coord")?;
    let entrance = coords(file, "facility.entrance")?;
    let n = coord.len();
    let categories: Vec<crate::facilities::Category> = file.json("facility.categories")?;
    let of: Column<u128> = file.column_of("facility.of", n)?;
    let known = categories.len();
    if known > MAX_CATEGORIES || (known < 128 && of.iter().any(|bits| bits >> known != 0)) {
        return Err(file.damaged("a facility is of a category that is not there"));
    }
    Ok(Facilities {
        id: file.texts_of("facility.id", n)?,
        name: file.texts_of("facility.name", n)?,
        first_entrance: file.offsets("facility.first_entrance", n, entrance.len())?,
        categories,
        coord,
        of,
        entrance,
    })
}

fn open_scene(file: &Container) -> Result<Scene, FileError> {
    let kind: Column<u8> = file.column("scene.kind")?;
    let point = coords(file, "scene.point")?;
    let first_point: Column<u32> = file.column("scene.first_point")?;
    let names = file.texts("scene.names")?;
    let parts = first_point.len().saturating_sub(1);
    if kind.iter().any(|k| *k > SceneKind::Wall as u8) {
        return Err(file.damaged("a shape of the base map is of a kind that does not exist"));
    }
    Ok(Scene {
        name: file.indices("scene.name", kind.len(), names.len())?,
        first_part: file.offsets("scene.first_part", kind.len(), parts)?,
        first_point: file.offsets("scene.first_point", parts, point.len())?,
        kind,
        point,
        names,
    })
}
