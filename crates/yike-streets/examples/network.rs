//! Times one build of a walking network: `network CITY.osm.pbf [THREADS] [--full] [-o CITY.streets]`.
//! Prints one JSON line. Without `--full` homes, facilities and the base map are left out, as the
//! engines it is compared with leave them out.

use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use yike_streets::network::build::{self, BuildOptions};
use yike_streets::network::file;
use yike_streets::osm::Rules;
use yike_streets::progress::Quiet;

#[path = "shared/peak.rs"]
mod peak;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let output = args.iter().position(|a| a == "-o").map(|at| args.drain(at..at + 2).nth(1));
    let full = args.iter().any(|a| a == "--full");
    args.retain(|a| a != "--full");
    let source = args.first().ok_or("give an OpenStreetMap file")?;
    let threads = args.get(1).map_or(Ok(0), |t| t.parse())?;
    let start = Instant::now();
    let rules = Rules::builtin();
    let options = BuildOptions { threads, scene: full, features: full, ..BuildOptions::default() };
    let city = build::build(Path::new(source), &rules, &options, &Quiet)?;
    let seconds = start.elapsed().as_secs_f64();
    let built_mb = peak::peak_mb();
    let mut file_bytes = None;
    if let Some(Some(output)) = output {
        file::write(&city, Path::new(&output))?;
        file_bytes = Some(std::fs::metadata(output)?.len());
    }
    let metres: f64 = city.network.edge_dm.iter().map(|dm| f64::from(*dm) / 10.0).sum();
    let line = serde_json::json!({
        "task": "t5", "engine": "yike", "threads": threads, "full": full, "wall_s": seconds,
        "rss_mb": built_mb, "file_bytes": file_bytes,
        "nodes": city.network.nodes(), "edges": city.network.edges(),
        "bends": city.network.shape.len(), "km": (metres / 1000.0).round(),
        "homes": city.homes.len(), "facilities": city.facilities.len(),
        "shapes": city.scene.kind.len(),
        "findings": city.findings.0.iter().map(|f| (f.kind.clone(), f.count.into()))
            .collect::<serde_json::Map<_, _>>(),
    });
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}
