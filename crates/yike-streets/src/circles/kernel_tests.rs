//! The node kernels, held against Dijkstra with a binary heap on random graphs, and against arithmetic.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use proptest::prelude::*;

use crate::circles::ladder::{FAR, Graph, Ladder};
use crate::circles::matrix::walks_within;
use crate::circles::nearest_few::nearest_few;
use crate::circles::nearest_nodes::nearest_one;
use crate::circles::within::{Present, sum_within};

type Edges = Vec<(u32, u32, u32)>;

fn dijkstra(graph: &Graph, source: u32) -> Vec<u32> {
    let mut label = vec![FAR; graph.nodes()];
    let mut heap = BinaryHeap::from([Reverse((0, source))]);
    while let Some(Reverse((at, v))) = heap.pop() {
        if at < label[v as usize] {
            label[v as usize] = at;
            heap.extend(graph.at(v).iter().map(|(head, length)| Reverse((at + length, *head))));
        }
    }
    label
}

/// Distances between all nodes.
fn all(graph: &Graph) -> Vec<Vec<u32>> {
    (0..graph.nodes() as u32).map(|v| dijkstra(graph, v)).collect()
}

/// A random graph with multi-edges, loops, islands, lengths from 1, and many bends and dead ends.
fn graph() -> impl Strategy<Value = (usize, Edges)> {
    (2usize..40).prop_flat_map(|nodes| {
        let n = nodes as u32;
        let length = prop_oneof![Just(1u32), 1u32..200, 1u32..4000];
        let far = (0..n, 0..n, length.clone());
        let near = (0..n, 1..3u32, length).prop_map(move |(a, by, l)| (a, (a + by).min(n - 1), l));
        let edges = prop::collection::vec(prop_oneof![1 => far, 3 => near], 0..70);
        (Just(nodes), edges)
    })
}

fn build(nodes: usize, edges: &Edges) -> Graph {
    Graph::of_edges(nodes, edges.iter().copied())
}

/// The distances from every node to sources, nearest first, at most `k`, reached ones only.
fn nearest(all: &[Vec<u32>], node: usize, sources: &[u32], k: usize) -> Vec<(u32, u32)> {
    let mut list: Vec<(u32, u32)> = sources
        .iter()
        .enumerate()
        .map(|(i, s)| (all[*s as usize][node], i as u32))
        .filter(|e| e.0 < FAR)
        .collect();
    list.sort_unstable();
    list.truncate(k);
    list
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nearest_sources_are_those_of_the_twin(
        (nodes, edges) in graph(),
        most in prop::sample::select(vec![0, 1, 2, 3, 5, usize::MAX]),
        picks in prop::collection::vec(prop::collection::vec(0usize..1000, 0..7), 1..12),
        k in prop::sample::select(vec![1, 2, 3, 4, 5, 8]),
    ) {
        let graph = build(nodes, &edges);
        let all = all(&graph);
        let ladder = Ladder::new(&graph, most, FAR);
        let sources: Vec<Vec<u32>> =
            picks.iter().map(|c| c.iter().map(|p| (p % nodes) as u32).collect()).collect();
        let one = nearest_one(&ladder, &sources);
        let few = nearest_few(&ladder, &sources, k);
        for (c, sources) in sources.iter().enumerate() {
            for node in 0..nodes {
                let step = ladder.step[node];
                let expected = nearest(&all, node, sources, k);
                prop_assert_eq!(one.at(c, step), expected.first().map_or(FAR, |e| e.0));
                let found: Vec<_> = few[c].at(step).map(|(source, at)| (at, source)).collect();
                prop_assert_eq!(found, expected);
            }
        }
    }

    #[test]
    fn what_lies_within_a_limit_is_that_of_the_twin(
        (nodes, edges) in graph(),
        limit in prop::sample::select(vec![0, 1, 150, 3000, 16_383, 20_000]),
        people in prop::collection::vec(prop_oneof![0u32..50, 32_000u32..33_000, Just(4_000_000)], 40),
        facilities in prop::collection::btree_set((0u32..40, 0u8..3), 0..30),
        site in 0usize..1000,
    ) {
        let graph = build(nodes, &edges);
        let all = all(&graph);
        let facilities: Vec<(u32, u8)> =
            facilities.into_iter().filter(|f| (f.0 as usize) < nodes).collect();
        let present =
            Present { people: &people[..nodes], facilities: &facilities, categories: 3 };
        let ladder = Ladder::new(&graph, usize::MAX, limit);
        let found = sum_within(&graph, &ladder, &present, limit);
        for (source, from) in all.iter().enumerate() {
            let near = |v: usize| from[v] <= limit;
            let sum: u64 = (0..nodes).filter(|v| near(*v)).map(|v| u64::from(people[v])).sum();
            prop_assert_eq!(found.people[source], sum);
            for category in 0..3 {
                let here = |f: &&(u32, u8)| f.1 == category && near(f.0 as usize);
                let count = facilities.iter().filter(here).count() as u32;
                prop_assert_eq!(found.counts[source * 3 + usize::from(category)], count);
            }
        }
        let site = (site % nodes) as u32;
        let mut walks = walks_within(&graph, &[site, site], limit).concat();
        walks.sort_unstable();
        let expected = (0..2).flat_map(|i| {
            let to = (0..nodes as u32).map(move |v| (i, v));
            to.map(|(i, v)| (i, v, all[site as usize][v as usize])).filter(|w| w.2 <= limit)
        });
        prop_assert_eq!(walks, expected.collect::<Vec<_>>());
    }

    #[test]
    fn other_numbers_for_the_nodes_change_nothing((nodes, edges) in graph(), turn in 1usize..40) {
        let other = |v: u32| (nodes - 1 - (v as usize + turn) % nodes) as u32;
        let turned: Edges = edges.iter().map(|&(a, b, l)| (other(a), other(b), l)).collect();
        let sources = vec![vec![0, nodes as u32 / 2]];
        let turned_sources = vec![sources[0].iter().map(|v| other(*v)).collect::<Vec<_>>()];
        let (a, b) = (Ladder::new(&build(nodes, &edges), 3, FAR), Ladder::new(&build(nodes, &turned), 3, FAR));
        let (x, y) = (nearest_few(&a, &sources, 2), nearest_few(&b, &turned_sources, 2));
        for v in 0..nodes as u32 {
            let before: Vec<_> = x[0].at(a.step[v as usize]).collect();
            let after: Vec<_> = y[0].at(b.step[other(v) as usize]).collect();
            prop_assert_eq!(before, after);
        }
    }

    #[test]
    fn an_added_edge_lengthens_nothing((nodes, edges) in graph(), extra in (0u32..1000, 0u32..1000, 1u32..500)) {
        let n = nodes as u32;
        let mut more = edges.clone();
        more.push((extra.0 % n, extra.1 % n, extra.2));
        let sources = vec![vec![0]];
        let (a, b) = (Ladder::new(&build(nodes, &edges), 2, FAR), Ladder::new(&build(nodes, &more), 2, FAR));
        let (before, after) = (nearest_one(&a, &sources), nearest_one(&b, &sources));
        for v in 0..nodes {
            prop_assert!(after.at(0, b.step[v]) <= before.at(0, a.step[v]));
        }
    }
}

/// A city of 20 x 20 crossings, 100 m apart: what is reached is arithmetic.
fn grid_city() -> Graph {
    let at = |x: u32, y: u32| y * 20 + x;
    let east = (0..19).flat_map(|x| (0..20).map(move |y| (at(x, y), at(x + 1, y), 1000)));
    let north = (0..20).flat_map(|x| (0..19).map(move |y| (at(x, y), at(x, y + 1), 1000)));
    build(400, &east.chain(north).collect())
}

#[test]
fn a_grid_city_is_walked_around_corners() {
    let graph = grid_city();
    // People are powers of two in one row (those that fit), so that a sum tells which were counted.
    let people: Vec<u32> = (0..400).map(|v| if v / 20 == 10 { 1 << (v % 20) } else { 0 }).collect();
    let ladder = Ladder::new(&graph, usize::MAX, 3000);
    let present = Present { people: &people, facilities: &[(210, 0), (210, 1)], categories: 2 };
    let found = sum_within(&graph, &ladder, &present, 3000);
    for v in 0..400u32 {
        let (x, y) = (v % 20, v / 20);
        let left = 3i64 - i64::from(y.abs_diff(10));
        let sum: u64 = (0..20).filter(|c| i64::from(x.abs_diff(*c)) <= left).map(|c| 1 << c).sum();
        assert_eq!(found.people[v as usize], sum, "crossing {x}, {y}");
        let near = x.abs_diff(10) + y.abs_diff(10) <= 3;
        assert_eq!(found.counts[v as usize * 2..][..2], [u32::from(near); 2]);
    }
    let ladder = Ladder::new(&graph, 4, FAR);
    let nearest = nearest_one(&ladder, &[vec![0], vec![399, 210]]);
    for v in 0..400u32 {
        let (x, y) = (v % 20, v / 20);
        let step = ladder.step[v as usize];
        assert_eq!(nearest.at(0, step), 1000 * (x + y));
        let to = |a: u32, b: u32| 1000 * (x.abs_diff(a) + y.abs_diff(b));
        assert_eq!(nearest.at(1, step), to(19, 19).min(to(10, 10)));
    }
}

#[test]
fn the_number_of_threads_does_not_show() {
    let graph = grid_city();
    let ladder = Ladder::new(&graph, usize::MAX, 5000);
    let people: Vec<u32> = (0..400).collect();
    let present = Present { people: &people, facilities: &[(5, 0)], categories: 1 };
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let sources: Vec<Vec<u32>> = (0..10).map(|c| vec![c, 399 - 7 * c]).collect();
            let ladder = Ladder::new(&graph, 3, FAR);
            let one = nearest_one(&ladder, &sources);
            let rows: Vec<u32> = (0..10)
                .flat_map(|c| (0..400).map(move |s| (c, s)))
                .map(|(c, s)| one.at(c, s))
                .collect();
            rows
        })
    };
    assert_eq!(run(1), run(3));
    let within = sum_within(&graph, &ladder, &present, 5000);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    assert_eq!(pool.install(|| sum_within(&graph, &ladder, &present, 5000)), within);
}
