//! `yike streets`: from an OpenStreetMap file to a `.streets` file, and what is in one.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::Serialize;
use yike_streets::city::City;
use yike_streets::network::build::{self, BuildError, BuildOptions};
use yike_streets::network::{Network, StreetClass, file};
use yike_streets::osm::{Findings, Rules, class_name};

use crate::fault::{BadInput, Cancelled};
use crate::shell::Shell;

/// Walking networks from OpenStreetMap
#[derive(Debug, clap::Args)]
pub struct Streets {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Build(Build),
    Info(Info),
}

impl Streets {
    /// Runs the subcommand.
    pub fn run(self, shell: &Shell) -> Result<()> {
        match self.command {
            Command::Build(build) => build.run(shell),
            Command::Info(info) => info.run(shell),
        }
    }
}

/// Build a streets file from an OpenStreetMap file
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  yike streets build hangzhou.osm.pbf -o hangzhou.streets
  yike streets build town.osm.gz -o town.streets --rules our-walk.toml --json

The file's kind is told by its content: .osm.pbf, .osm, .osm.gz or .osm.bz2. The same input gives the
same bytes, whatever the number of threads.")]
struct Build {
    /// OpenStreetMap file
    #[arg(value_name = "CITY.osm.pbf")]
    source: PathBuf,
    /// Streets file to write
    #[arg(long, short, value_name = "CITY.streets")]
    output: PathBuf,
    /// Table of walkable ways instead of the built-in one
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// Table of facility categories instead of the built-in one
    #[arg(long, value_name = "FILE")]
    categories: Option<PathBuf>,
    /// Threads to use; 0 is one for each processor
    #[arg(long, default_value_t = 0, value_name = "N")]
    threads: usize,
    /// Leave out the shapes of the base map
    #[arg(long)]
    no_scene: bool,
    /// Walk on railway and bus platforms too
    #[arg(long)]
    platforms: bool,
    /// Take ferries that carry walkers as streets
    #[arg(long)]
    ferries: bool,
}

impl Build {
    fn run(self, shell: &Shell) -> Result<()> {
        let rules = self.read_rules()?;
        let options = BuildOptions {
            threads: self.threads,
            features: true,
            scene: !self.no_scene,
            platforms: self.platforms,
            ferries: self.ferries,
        };
        let progress = shell.progress();
        let built = build::build(&self.source, &rules, &options, &progress);
        progress.finish();
        let city = built.map_err(|error| match error {
            BuildError::Cancelled => anyhow::Error::new(Cancelled),
            BuildError::Read { .. } => anyhow::Error::new(BadInput(error.to_string())),
            other => other.into(),
        })?;
        file::write(&city, &self.output)?;
        answer(shell, &city, &self.output)
    }

    fn read_rules(&self) -> Result<Rules> {
        if self.rules.is_none() && self.categories.is_none() {
            return Ok(Rules::builtin());
        }
        let text = |path: &Option<PathBuf>, builtin: &str| match path {
            None => Ok(builtin.to_owned()),
            Some(path) => std::fs::read_to_string(path)
                .with_context(|| format!("{} cannot be read", path.display())),
        };
        let walk = text(&self.rules, Rules::builtin_walk())?;
        let categories = text(&self.categories, Rules::builtin_categories())?;
        Rules::from_toml(&walk, &categories).map_err(|e| BadInput(e.to_string()).into())
    }
}

/// Show what is in a streets file
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  yike streets info hangzhou.streets
  yike streets info hangzhou.streets --json")]
struct Info {
    /// Streets file
    #[arg(value_name = "CITY.streets")]
    file: PathBuf,
}

impl Info {
    fn run(self, shell: &Shell) -> Result<()> {
        let city = file::open(&self.file).map_err(|error| match error {
            file::FileError::Io { .. } => anyhow::Error::new(error),
            other => BadInput(other.to_string()).into(),
        })?;
        answer(shell, &city, &self.file)
    }
}

fn answer(shell: &Shell, city: &City, path: &Path) -> Result<()> {
    let bytes = std::fs::metadata(path)?.len();
    let report = Report::of(city, path, bytes);
    shell.answer(&report, |out| report.print(out))
}

/// What there is to say about a city.
#[derive(Debug, Serialize)]
struct Report<'a> {
    file: String,
    meta: &'a yike_streets::city::Meta,
    nodes: usize,
    edges: usize,
    bends: usize,
    metres: u64,
    metres_by_class: BTreeMap<String, u64>,
    components: Vec<Component>,
    component_count: usize,
    nodes_at_the_edge_of_the_data: usize,
    homes: usize,
    dwellings: u64,
    homes_with_doors: usize,
    facilities: usize,
    facilities_by_category: BTreeMap<&'a str, usize>,
    shapes: usize,
    file_bytes: u64,
    network_bytes: usize,
    bytes_per_node: f64,
    bytes_per_edge: f64,
    findings: &'a Findings,
}

/// A part of the network without a way to the others.
#[derive(Debug, Serialize)]
struct Component {
    nodes: usize,
    metres: u64,
}

/// How many components are listed.
const COMPONENTS_SHOWN: usize = 10;

impl<'a> Report<'a> {
    fn of(city: &'a City, path: &Path, file_bytes: u64) -> Self {
        let network = &city.network;
        let (by_class, components) = (metres_by_class(network), components(network));
        let network_bytes = network_bytes(network);
        let per = |count: usize| network_bytes as f64 / count.max(1) as f64;
        let doors = &city.homes.first_entrance;
        let facilities = &city.facilities;
        let count = |c: usize| facilities.of_category(c).count();
        Self {
            file: path.display().to_string(),
            meta: &city.meta,
            nodes: network.nodes(),
            edges: network.edges(),
            bends: network.shape.len(),
            metres: network.edge_dm.iter().map(|dm| u64::from(*dm)).sum::<u64>() / 10,
            metres_by_class: by_class,
            component_count: components.len(),
            components: components.into_iter().take(COMPONENTS_SHOWN).collect(),
            nodes_at_the_edge_of_the_data: cut_nodes(network),
            homes: city.homes.len(),
            dwellings: city.homes.dwellings.iter().map(|d| u64::from(*d)).sum(),
            homes_with_doors: doors.windows(2).filter(|w| w[0] < w[1]).count(),
            facilities: facilities.len(),
            facilities_by_category: facilities
                .categories
                .iter()
                .enumerate()
                .map(|(c, category)| (category.code.as_str(), count(c)))
                .filter(|(_, count)| *count > 0)
                .collect(),
            shapes: city.scene.kind.len(),
            file_bytes,
            network_bytes,
            bytes_per_node: per(network.nodes()),
            bytes_per_edge: per(network.edges()),
            findings: &city.findings,
        }
    }

    fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        let meta = self.meta;
        writeln!(out, "{}: built by {} from {}", self.file, meta.built_by, meta.source)?;
        writeln!(
            out,
            "data of {}, {}",
            meta.data_date.as_deref().unwrap_or("unknown date"),
            meta.attribution
        )?;
        writeln!(
            out,
            "\n{} nodes, {} edges, {} bends, {:.1} km\n{} components:",
            self.nodes,
            self.edges,
            self.bends,
            self.metres as f64 / 1000.0,
            self.component_count,
        )?;
        for component in &self.components {
            writeln!(
                out,
                "  {:>9} nodes  {:>10.1} km",
                component.nodes,
                component.metres as f64 / 1000.0
            )?;
        }
        writeln!(out, "{} nodes where the data ends", self.nodes_at_the_edge_of_the_data)?;
        writeln!(out, "\nlength by class:")?;
        for (class, metres) in &self.metres_by_class {
            writeln!(out, "  {class:<16} {:>10.1} km", *metres as f64 / 1000.0)?;
        }
        writeln!(
            out,
            "\n{} homes ({} with doors, {} dwellings), {} facilities, {} shapes",
            self.homes, self.homes_with_doors, self.dwellings, self.facilities, self.shapes
        )?;
        for (code, count) in &self.facilities_by_category {
            writeln!(out, "  {code:<24} {count:>7}")?;
        }
        writeln!(
            out,
            "\nfile {:.1} MB; network in memory {:.1} MB: {:.1} bytes a node, {:.1} an edge",
            self.file_bytes as f64 / 1e6,
            self.network_bytes as f64 / 1e6,
            self.bytes_per_node,
            self.bytes_per_edge,
        )?;
        self.print_findings(out)
    }

    fn print_findings(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "\nfindings:")?;
        if self.findings.0.is_empty() {
            writeln!(out, "  none")?;
        }
        for finding in &self.findings.0 {
            let shown: Vec<&str> = finding.examples.iter().take(3).map(String::as_str).collect();
            writeln!(out, "  {:<32} {:>8}  {}", finding.kind, finding.count, shown.join(", "))?;
        }
        Ok(())
    }
}

fn cut_nodes(network: &Network) -> usize {
    let cut = yike_streets::network::NodeTrait::CUT;
    network.node_traits.iter().filter(|traits| *traits & cut != 0).count()
}

fn metres_by_class(network: &Network) -> BTreeMap<String, u64> {
    let mut dm = [0u64; StreetClass::ALL.len()];
    for (traits, length) in network.edge_traits.iter().zip(network.edge_dm.iter()) {
        dm[StreetClass::of(*traits) as usize] += u64::from(*length);
    }
    let named = StreetClass::ALL.into_iter().map(|c| (class_name(c), dm[c as usize] / 10));
    named.filter(|(_, metres)| *metres > 0).collect()
}

/// The components, the largest first.
fn components(network: &Network) -> Vec<Component> {
    let count = network.node_component.iter().max().map_or(0, |last| *last as usize + 1);
    let mut dm = vec![0u64; count];
    let mut nodes = vec![0; count];
    for component in network.node_component.iter() {
        nodes[*component as usize] += 1;
    }
    for (from, length) in network.edge_from.iter().zip(network.edge_dm.iter()) {
        dm[network.node_component[*from as usize] as usize] += u64::from(*length);
    }
    let part = |(nodes, dm): (usize, u64)| Component { nodes, metres: dm / 10 };
    nodes.into_iter().zip(dm).map(part).collect()
}

/// Bytes of all columns that walks need.
fn network_bytes(network: &Network) -> usize {
    let n = network;
    let nodes = size_of_val(&n.node_coord[..])
        + size_of_val(&n.node_traits[..])
        + size_of_val(&n.node_hours[..])
        + size_of_val(&n.node_component[..])
        + size_of_val(&n.first_arc[..]);
    let arcs = size_of_val(&n.arc_head[..]) + size_of_val(&n.arc_edge[..]);
    let edges = size_of_val(&n.edge_from[..])
        + size_of_val(&n.edge_to[..])
        + size_of_val(&n.edge_dm[..])
        + size_of_val(&n.edge_traits[..])
        + size_of_val(&n.edge_hours[..])
        + size_of_val(&n.edge_name[..])
        + size_of_val(&n.first_shape[..])
        + size_of_val(&n.shape[..]);
    nodes + arcs + edges
}
