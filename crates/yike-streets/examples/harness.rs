//! Runs our kernels on the graph folders of the peer benchmarks, as their floor program does:
//! `harness DIR TASK [threads=1] [order=hilbert] [limit_dm=12000] [out_dir]`, TASK one of t1k1, t1k5, t2,
//! t3. Prints one line of JSON; writes the reference files with an output folder.
//!
//! Preparation (ordering the nodes, the ladder) is timed apart as `prep_s`; reading the files is `load_s`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use yike_streets::circles::ladder::{FAR, Graph, Ladder};
use yike_streets::circles::matrix::walks_within;
use yike_streets::circles::nearest_few::nearest_few;
use yike_streets::circles::nearest_nodes::nearest_one;
use yike_streets::circles::within::{Present, sum_within};

#[path = "shared/peak.rs"]
mod peak;
use peak::peak_mb;

const CATEGORIES: usize = 10;
const SITES: u64 = 2000;

type Failure = Box<dyn std::error::Error>;

/// Node numbers of the files and ours: `rank[file] = ours`.
struct Input {
    rank: Vec<u32>,
    graph: Graph,
    people: Vec<u32>,
    facilities: Vec<Vec<u32>>,
    edges: usize,
}

/// A graph as the files have it.
struct Files {
    lon: Vec<f64>,
    lat: Vec<f64>,
    ends: [Vec<u32>; 2],
    dm: Vec<u32>,
    people: Vec<u32>,
    facilities: Vec<u32>,
}

fn words<T>(dir: &Path, name: &str, read: impl Fn(&[u8]) -> T) -> Result<Vec<T>, Failure> {
    let path = dir.join(name);
    let bytes = fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(bytes.chunks_exact(size_of::<T>()).map(read).collect())
}

impl Files {
    fn read(dir: &Path) -> Result<Self, Failure> {
        let int = |b: &[u8]| u32::from_le_bytes([b[0], b[1], b[2], b[3]]);
        let float = |b: &[u8]| f64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]);
        Ok(Self {
            lon: words(dir, "lon.bin", float)?,
            lat: words(dir, "lat.bin", float)?,
            ends: [words(dir, "u.bin", int)?, words(dir, "v.bin", int)?],
            dm: words(dir, "dm.bin", int)?,
            people: words(dir, "pop.bin", int)?,
            facilities: words(dir, "fac.bin", int)?,
        })
    }

    /// Orders the nodes along a Hilbert curve and lists the arcs.
    fn prepare(&self, order: &str) -> Input {
        let nodes = self.lon.len();
        let mut rank: Vec<u32> = (0..nodes as u32).collect();
        if order == "hilbert" {
            for (i, (_, node)) in self.along_curve().iter().enumerate() {
                rank[*node as usize] = i as u32;
            }
        }
        let [u, v] = &self.ends;
        let edges = u.iter().zip(v).zip(&self.dm);
        let edges = edges.map(|((u, v), dm)| (rank[*u as usize], rank[*v as usize], *dm));
        let graph = Graph::of_edges(nodes, edges);
        let mut people = vec![0; nodes];
        for (node, count) in self.people.iter().enumerate() {
            people[rank[node] as usize] = *count;
        }
        let category = |c: &[u32]| c.iter().map(|f| rank[*f as usize]).collect();
        let each = (self.facilities.len() / CATEGORIES).max(1);
        let facilities = self.facilities.chunks(each).map(category).collect();
        Input { graph, people, facilities, edges: u.len(), rank }
    }

    /// (place on the curve, node), sorted.
    fn along_curve(&self) -> Vec<(u32, u32)> {
        let range = |values: &[f64]| {
            let fold = |(low, high): (f64, f64), v: &f64| (low.min(*v), high.max(*v));
            values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), fold)
        };
        let (x, y) = (range(&self.lon), range(&self.lat));
        let scale = |v: f64, (low, high): (f64, f64)| {
            ((v - low) / (high - low).max(f64::MIN_POSITIVE) * 65535.0) as u32
        };
        let place = |(i, (lon, lat)): (usize, (&f64, &f64))| {
            (hilbert(scale(*lon, x), scale(*lat, y)), i as u32)
        };
        let mut places: Vec<(u32, u32)> =
            self.lon.iter().zip(&self.lat).enumerate().map(place).collect();
        places.sort_unstable();
        places
    }
}

/// Place of a point of a 65,536 square along the Hilbert curve.
fn hilbert(mut x: u32, mut y: u32) -> u32 {
    let mut place = 0;
    let mut side = 1 << 15;
    while side > 0 {
        let (right, up) = (u32::from(x & side > 0), u32::from(y & side > 0));
        place += side * side * ((3 * right) ^ up);
        if up == 0 {
            if right == 1 {
                (x, y) = (65535 - x, 65535 - y);
            }
            (x, y) = (y, x);
        }
        side /= 2;
    }
    place
}

/// What a task found: its time, a checksum, and its files.
struct Outcome {
    prepared: Instant,
    answered: Instant,
    check: u64,
    files: Vec<(String, Vec<u8>)>,
}

fn nearest(input: &Input, k: usize, write: bool) -> Outcome {
    let most = if k == 1 { 3 } else { 6 };
    let ladder = Ladder::new(&input.graph, most, FAR);
    let prepared = Instant::now();
    let mut bytes = Vec::new();
    let mut check = 0;
    let answered;
    if k == 1 {
        let found = nearest_one(&ladder, &input.facilities);
        check = found.sum(CATEGORIES);
        answered = Instant::now();
        if write {
            for c in 0..CATEGORIES {
                let ranks = input.rank.iter();
                bytes.extend(
                    ranks.flat_map(|v| found.at(c, ladder.step[*v as usize]).to_le_bytes()),
                );
            }
        }
    } else {
        let found = nearest_few(&ladder, &input.facilities, k);
        answered = Instant::now();
        for category in &found {
            for v in &input.rank {
                for (_, distance) in category.at(ladder.step[*v as usize]) {
                    check += u64::from(distance);
                    if write {
                        bytes.extend(distance.to_le_bytes());
                    }
                }
            }
        }
    }
    Outcome { prepared, answered, check, files: vec![(format!("t1k{k}.bin"), bytes)] }
}

fn within(input: &Input, limit: u32) -> Outcome {
    let ladder = Ladder::new(&input.graph, usize::MAX, limit);
    let mut facilities: Vec<(u32, u8)> = Vec::new();
    for (c, nodes) in input.facilities.iter().enumerate() {
        facilities.extend(nodes.iter().map(|v| (*v, c as u8)));
    }
    facilities.sort_unstable();
    let present =
        Present { people: &input.people, facilities: &facilities, categories: CATEGORIES };
    let prepared = Instant::now();
    let found = sum_within(&input.graph, &ladder, &present, limit);
    let answered = Instant::now();
    let people = input.rank.iter().flat_map(|v| found.people[*v as usize].to_le_bytes());
    let counts = input.rank.iter().flat_map(|v| {
        let v = *v as usize * CATEGORIES;
        found.counts[v..v + CATEGORIES].iter().flat_map(|c| c.to_le_bytes())
    });
    let files =
        vec![("t2_pop.bin".into(), people.collect()), ("t2_cnt.bin".into(), counts.collect())];
    Outcome { prepared, answered, check: found.people.iter().sum(), files }
}

fn matrix(input: &Input, limit: u32) -> Outcome {
    let nodes = input.rank.len() as u64;
    let sites: Vec<u32> = (0..SITES).map(|k| input.rank[(k * nodes / SITES) as usize]).collect();
    let prepared = Instant::now();
    let found = walks_within(&input.graph, &sites, limit);
    let answered = Instant::now();
    let mut file_node = vec![0; input.rank.len()];
    for (node, v) in input.rank.iter().enumerate() {
        file_node[*v as usize] = node as u32;
    }
    let walks = found.iter().flatten();
    let check = walks.clone().map(|w| u64::from(w.2)).sum();
    let bytes = walks.flat_map(|w| [w.0, file_node[w.1 as usize], w.2]).flat_map(u32::to_le_bytes);
    Outcome { prepared, answered, check, files: vec![("t3.bin".into(), bytes.collect())] }
}

#[expect(clippy::print_stdout, reason = "the line of JSON is the purpose of the program")]
fn main() -> Result<(), Failure> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [dir, task, rest @ ..] = args.as_slice() else {
        return Err(
            "harness DIR TASK [threads=1] [order=hilbert] [limit_dm=12000] [out_dir]".into()
        );
    };
    let threads: usize = rest.first().map_or(Ok(1), |t| t.parse())?;
    let order = rest.get(1).map_or("hilbert", String::as_str);
    let limit: u32 = rest.get(2).map_or(Ok(12_000), |l| l.parse())?;
    let out = rest.get(3).map(PathBuf::from);
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global()?;
    rayon::join(|| (), || ());

    let start = Instant::now();
    let files = Files::read(Path::new(dir))?;
    let loaded = Instant::now();
    let input = files.prepare(order);
    let outcome = match task.as_str() {
        "t1k1" => nearest(&input, 1, out.is_some()),
        "t1k5" => nearest(&input, 5, out.is_some()),
        "t2" => within(&input, limit),
        "t3" => matrix(&input, limit),
        other => return Err(format!("no task `{other}`: t1k1, t1k5, t2, t3").into()),
    };
    if let Some(out) = out {
        for (name, bytes) in &outcome.files {
            fs::write(out.join(name), bytes)?;
        }
    }
    println!(
        "{{\"engine\":\"yike\",\"task\":\"{task}\",\"nodes\":{},\"edges\":{},\"threads\":{threads},\
         \"order\":\"{order}\",\"limit_dm\":{limit},\"load_s\":{:.4},\"prep_s\":{:.5},\
         \"query_s\":{:.5},\"check\":{},\"rss_mb\":{}}}",
        input.rank.len(),
        input.edges,
        (loaded - start).as_secs_f64(),
        (outcome.prepared - loaded).as_secs_f64(),
        (outcome.answered - outcome.prepared).as_secs_f64(),
        outcome.check,
        peak_mb(),
    );
    Ok(())
}
