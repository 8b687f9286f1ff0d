//! Kernels on a made-up city, for changes while working: `cargo bench -p yike-streets`. For claims beside other
//! engines use `bench/run.py`.

use criterion::{Criterion, criterion_group, criterion_main};
use yike_streets::circles::ladder::{FAR, Graph, Ladder};
use yike_streets::circles::matrix::walks_within;
use yike_streets::circles::nearest_few::nearest_few;
use yike_streets::circles::nearest_nodes::nearest_one;
use yike_streets::circles::within::{Present, sum_within};

/// Crossings each way.
const SIDE: u32 = 150;
const LIMIT_DM: u32 = 12_000;

/// The same pseudo-random numbers every time (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ (x >> 31)) % u64::from(bound)) as u32
    }
}

/// A grid with three of ten streets missing, 40 to 80 m each.
fn city(dice: &mut Dice) -> Graph {
    let mut edges = Vec::new();
    for v in 0..SIDE * SIDE {
        let (x, y) = (v % SIDE, v / SIDE);
        for (there, next) in [(x + 1 < SIDE, v + 1), (y + 1 < SIDE, v + SIDE)] {
            if there && dice.below(10) >= 3 {
                edges.push((v, next, 400 + dice.below(400)));
            }
        }
    }
    Graph::of_edges((SIDE * SIDE) as usize, edges.iter().copied())
}

fn kernels(c: &mut Criterion) {
    let mut dice = Dice(1);
    let graph = city(&mut dice);
    let nodes = graph.nodes() as u32;
    let sources: Vec<Vec<u32>> =
        (0..10).map(|_| (0..100).map(|_| dice.below(nodes)).collect()).collect();
    let people: Vec<u32> = (0..nodes).map(|_| dice.below(45)).collect();
    let mut facilities: Vec<(u32, u8)> = sources
        .iter()
        .enumerate()
        .flat_map(|(c, nodes)| nodes.iter().map(move |v| (*v, c as u8)))
        .collect();
    facilities.sort_unstable();
    let sites: Vec<u32> = (0..200).map(|i| i * nodes / 200).collect();

    c.bench_function("ladder of 3", |b| b.iter(|| Ladder::new(&graph, 3, FAR)));
    let ladder = Ladder::new(&graph, 3, FAR);
    c.bench_function("nearest of 10 categories", |b| b.iter(|| nearest_one(&ladder, &sources)));
    let ladder = Ladder::new(&graph, 6, FAR);
    c.bench_function("5 nearest of 10 categories", |b| {
        b.iter(|| nearest_few(&ladder, &sources, 5));
    });
    let whole = Ladder::new(&graph, usize::MAX, LIMIT_DM);
    let present = Present { people: &people, facilities: &facilities, categories: 10 };
    c.bench_function("sums within 1,200 m", |b| {
        b.iter(|| sum_within(&graph, &whole, &present, LIMIT_DM));
    });
    c.bench_function("200 sites to 1,200 m", |b| {
        b.iter(|| walks_within(&graph, &sites, LIMIT_DM));
    });
}

criterion_group! {
    name = circles;
    config = Criterion::default().sample_size(20);
    targets = kernels
}
criterion_main!(circles);
