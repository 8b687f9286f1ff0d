//! Times answers for one point: `isochrones CITY.osm.pbf|CITY.streets GRAPH [ORIGINS=40] [ROUNDS=3]`.
//! GRAPH is a folder of the peer benchmarks; origins are nodes spread evenly over its list. An answer is
//! from longitude and latitude to the text of the GeoJSON: door to street, everything within 15 minutes
//! at 4.8 km/h, and the polygons for 5, 10 and 15 minutes. Prints one JSON line.

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use yike_streets::circles::costs::Costs;
use yike_streets::circles::isochrone::{Isochrone, IsochroneOptions, Isochroner};
use yike_streets::circles::profile::Profiles;
use yike_streets::circles::reach::{FacilityIndex, Reacher};
use yike_streets::circles::search::WalkGraph;
use yike_streets::network::build::{self, BuildOptions};
use yike_streets::network::file;
use yike_streets::network::snap::{Doors, SnapIndex, SnapOptions};
use yike_streets::osm::Rules;
use yike_streets::progress::Quiet;
use yike_streets::units::Coord;

#[path = "shared/peak.rs"]
mod peak;

const BANDS_DS: [u32; 3] = [3000, 6000, 9000];

/// 4.8 km/h, nothing slows down: what the peers are asked for.
const PLAIN: &str = r#"
[[profile]]
code = "plain"
zh = "测试"
en = "4.8 km/h"
speed_mm_s = 1333
source = "peer benchmarks"
"#;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [source, graph, rest @ ..] = args.as_slice() else {
        return Err("isochrones CITY GRAPH [ORIGINS] [ROUNDS]".into());
    };
    let count: usize = rest.first().map_or(Ok(40), |n| n.parse())?;
    let rounds: usize = rest.get(1).map_or(Ok(3), |n| n.parse())?;
    let start = Instant::now();
    let source = Path::new(source);
    let city = if source.extension().is_some_and(|e| e == "streets") {
        file::open(source)?
    } else {
        build::build(source, &Rules::builtin(), &BuildOptions::default(), &Quiet)?
    };
    let load_s = start.elapsed().as_secs_f64();
    let network = &city.network;
    let start = Instant::now();
    let index = SnapIndex::new(network, &SnapOptions::default());
    let costs = Costs::new(network, Profiles::from_toml(PLAIN)?.get("plain")?, None);
    let walk = WalkGraph::new(network, &costs);
    let facilities = FacilityIndex::new(Doors::of_facilities(&index, &city.facilities));
    let prep_s = start.elapsed().as_secs_f64();

    let mut reacher = Reacher::new(network, &costs, &walk);
    let mut isochroner = Isochroner::default();
    let (mut times, mut stages) = (Vec::new(), [0.0; 3]);
    let (mut bytes, mut failed, mut parts) = (0, 0, 0);
    for _ in 0..rounds {
        for origin in origins(Path::new(graph), count)? {
            let start = Instant::now();
            let Some(door) = index.snap(origin) else {
                failed += 1;
                continue;
            };
            let reach = reacher.reach(&[door], &facilities, BANDS_DS[2]);
            let reached = start.elapsed().as_secs_f64();
            let options = IsochroneOptions::default();
            let drawn = isochroner.draw(network, &costs, &reach, &BANDS_DS, &options);
            let polygons = start.elapsed().as_secs_f64();
            let text = geojson(&drawn);
            times.push(start.elapsed().as_secs_f64() * 1e3);
            stages[0] += reached * 1e3;
            stages[1] += (polygons - reached) * 1e3;
            stages[2] += (start.elapsed().as_secs_f64() - polygons) * 1e3;
            bytes = bytes.max(text.len());
            parts = parts.max(reach.parts.len());
        }
    }
    times.sort_by(f64::total_cmp);
    let median = times.get(times.len() / 2).copied().unwrap_or(0.0);
    let mean = |sum: f64| sum / times.len().max(1) as f64;
    let line = serde_json::json!({
        "engine": "yike", "task": "t4", "queries": times.len(), "failed": failed,
        "load_s": load_s, "prep_s": prep_s, "isochrone_ms_median": median,
        "isochrone_ms_max": times.last(), "bytes": bytes, "parts": parts, "rss_mb": peak::peak_mb(),
        "mean_ms": { "reach": mean(stages[0]), "polygons": mean(stages[1]), "text": mean(stages[2]) },
    });
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}

/// Every so many nodes of the graph, first and last included, as the peers' scripts take them.
fn origins(graph: &Path, count: usize) -> Result<Vec<Coord>, Box<dyn Error>> {
    let read = |name: &str| -> Result<Vec<f64>, Box<dyn Error>> {
        let bytes = std::fs::read(graph.join(name))?;
        let number =
            |b: &[u8]| f64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]);
        Ok(bytes.chunks_exact(8).map(number).collect())
    };
    let (lon, lat) = (read("lon.bin")?, read("lat.bin")?);
    let at = |i: usize| i * (lon.len() - 1) / (count - 1).max(1);
    Ok((0..count).map(at).map(|v| Coord::from_degrees(lon[v], lat[v])).collect())
}

fn geojson(bands: &[Isochrone]) -> String {
    let mut text = String::from("{\"type\":\"FeatureCollection\",\"features\":[");
    for (i, band) in bands.iter().enumerate() {
        text.push_str(if i > 0 { "," } else { "" });
        let minutes = band.ds / 600;
        let _ = write!(
            text,
            "{{\"type\":\"Feature\",\"properties\":{{\"minutes\":{minutes}}},\
             \"geometry\":{{\"type\":\"MultiPolygon\",\"coordinates\":["
        );
        for (i, polygon) in band.polygons.iter().enumerate() {
            text.push_str(if i > 0 { ",[" } else { "[" });
            for (i, ring) in polygon.iter().enumerate() {
                text.push_str(if i > 0 { ",[" } else { "[" });
                for (i, c) in ring.iter().enumerate() {
                    text.push_str(if i > 0 { ",[" } else { "[" });
                    degrees(&mut text, c.lon_e7);
                    text.push(',');
                    degrees(&mut text, c.lat_e7);
                    text.push(']');
                }
                text.push(']');
            }
            text.push(']');
        }
        text.push_str("]}}");
    }
    text.push_str("]}");
    text
}

/// Writes 1e-7 degrees as degrees with six decimals.
fn degrees(text: &mut String, e7: i32) {
    let micro = (e7.unsigned_abs() + 5) / 10;
    text.push_str(if e7 < 0 { "-" } else { "" });
    let mut digits = [b'0'; 10];
    let (mut rest, mut length) = (micro, 0);
    while rest > 0 || length < 7 {
        digits[9 - length] = b'0' + (rest % 10) as u8;
        (rest, length) = (rest / 10, length + 1);
    }
    let written = std::str::from_utf8(&digits[10 - length..]).unwrap_or_default();
    let (whole, part) = written.split_at(length - 6);
    text.push_str(whole);
    text.push('.');
    text.push_str(part);
}
