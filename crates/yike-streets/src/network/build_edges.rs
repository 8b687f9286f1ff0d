//! From chains to the columns of a [`Network`].

use rayon::prelude::*;

use super::build_lines::Lines;
use super::build_pieces::{self, Chains};
use super::order::{components, hilbert};
use super::{Network, StreetClass};
use crate::column::Texts;
use crate::osm::findings::Collector;
use crate::osm::gather::Gathered;
use crate::units::Coord;

const NONE: u32 = u32::MAX;

/// An edge before it has its place.
#[derive(Clone, Copy, Debug)]
struct Edge {
    from: u32,
    to: u32,
    dm: u32,
    chain: u32,
    /// The chain runs from `to` to `from`.
    backwards: bool,
}

/// Contracts the lines and lays the network out.
pub(crate) fn network(mut lines: Lines, gathered: &Gathered, found: &mut Collector) -> Network {
    let chains = build_pieces::contract(&mut lines);
    let (nodes, number) = number_nodes(&lines, &chains, gathered);
    let mut edges: Vec<Edge> = (0..chains.len() as u32)
        .into_par_iter()
        .map(|chain| edge(chain, &lines, &chains, &number, &gathered.node_coord))
        .collect();
    edges.par_sort_unstable_by(|a, b| compare(a, b, &lines, &chains));
    edges.dedup_by(|later, kept| {
        let double = same(later, kept, &lines, &chains);
        let of = lines.attributes[chains.of(kept.chain as usize) as usize];
        // Areas side by side share their outline: that is no mistake.
        if double && StreetClass::of(of.traits) != StreetClass::AreaLink {
            let node = gathered.node_id[nodes[kept.from as usize] as usize];
            found.note("street-drawn-twice", || format!("from node/{node}"));
        }
        double
    });
    columns(&lines, &chains, &nodes, &edges, gathered)
}

/// The nodes at chains' ends along the Hilbert curve, and the new number of each old node.
fn number_nodes(lines: &Lines, chains: &Chains, gathered: &Gathered) -> (Vec<u32>, Vec<u32>) {
    let mut number = vec![NONE; lines.node_traits.len()];
    let mut nodes = Vec::new();
    for i in 0..chains.len() {
        let mut along = chains.nodes(lines, i);
        for node in [along.next(), along.next_back()].into_iter().flatten() {
            if number[node as usize] == NONE {
                number[node as usize] = 0;
                nodes.push(node);
            }
        }
    }
    let mut keyed: Vec<(u64, u32)> = nodes
        .into_par_iter()
        .map(|node| (hilbert(gathered.node_coord[node as usize]), node))
        .collect();
    // Nodes at one place keep the order of their ids.
    keyed.par_sort_unstable();
    let nodes: Vec<u32> = keyed.into_iter().map(|(_, node)| node).collect();
    for (new, old) in nodes.iter().enumerate() {
        number[*old as usize] = new as u32;
    }
    (nodes, number)
}

fn edge(chain: u32, lines: &Lines, chains: &Chains, number: &[u32], coords: &[Coord]) -> Edge {
    let mut along = chains.nodes(lines, chain as usize);
    let first = along.next().expect("a chain has two ends");
    let (mut metres, mut last, mut second) = (0.0, first, NONE);
    let mut before_last = first;
    for node in along {
        metres += coords[last as usize].metres_to(coords[node as usize]);
        if second == NONE {
            second = node;
        }
        before_last = last;
        last = node;
    }
    let (from, to) = (number[first as usize], number[last as usize]);
    // A ring has no natural direction: begin with the lower of its two neighbours.
    let backwards = from > to || (from == to && before_last < second);
    let dm = ((metres * 10.0).round() as u32).max(1);
    Edge { from: from.min(to), to: from.max(to), dm, chain, backwards }
}

/// The inner nodes of an edge, in its direction.
fn inner<'a>(edge: &Edge, lines: &'a Lines, chains: &'a Chains) -> impl Iterator<Item = u32> + 'a {
    let mut along = chains.nodes(lines, edge.chain as usize);
    along.next();
    along.next_back();
    let (mut forwards, mut backwards) =
        if edge.backwards { (None, Some(along.rev())) } else { (Some(along), None) };
    std::iter::from_fn(move || match (&mut forwards, &mut backwards) {
        (Some(along), _) => along.next(),
        (None, Some(along)) => along.next(),
        (None, None) => None,
    })
}

/// By ends, then by everything else, so that the order follows from the map alone.
fn compare(a: &Edge, b: &Edge, lines: &Lines, chains: &Chains) -> std::cmp::Ordering {
    let ends = |e: &Edge| (e.from, e.to, e.dm);
    ends(a).cmp(&ends(b)).then_with(|| {
        let of = |e: &Edge| {
            let of = lines.attributes[chains.of(e.chain as usize) as usize];
            (of.traits, of.hours, of.name)
        };
        of(a).cmp(&of(b)).then_with(|| inner(a, lines, chains).cmp(inner(b, lines, chains)))
    })
}

/// Whether two edges are one stretch drawn twice.
fn same(a: &Edge, b: &Edge, lines: &Lines, chains: &Chains) -> bool {
    compare(a, b, lines, chains).is_eq()
}

/// How many arcs leave each node, summed up: where each node's arcs start.
fn first_arcs(n: usize, edges: &[Edge]) -> Vec<u32> {
    let mut first = vec![0u32; n + 1];
    for edge in edges {
        first[edge.from as usize + 1] += 1;
        first[edge.to as usize + 1] += 1;
    }
    for i in 0..n {
        first[i + 1] += first[i];
    }
    first
}

fn columns(
    lines: &Lines,
    chains: &Chains,
    nodes: &[u32],
    edges: &[Edge],
    gathered: &Gathered,
) -> Network {
    let first_arc = first_arcs(nodes.len(), edges);
    let mut next = first_arc.clone();
    let (mut head, mut on) = (vec![0; edges.len() * 2], vec![0; edges.len() * 2]);
    for (i, edge) in edges.iter().enumerate() {
        for (tail, to) in [(edge.from, edge.to), (edge.to, edge.from)] {
            let arc = next[tail as usize] as usize;
            next[tail as usize] += 1;
            (head[arc], on[arc]) = (to, i as u32);
        }
    }
    let of = |e: &Edge| lines.attributes[chains.of(e.chain as usize) as usize];
    let (mut first_shape, mut shape) = (vec![0u32], Vec::new());
    for edge in edges {
        shape.extend(inner(edge, lines, chains).map(|n| gathered.node_coord[n as usize]));
        first_shape.push(shape.len() as u32);
    }
    let names = Names::used(edges.iter().map(|e| of(e).name), &lines.names.texts);
    let ends = edges.iter().map(|e| (e.from, e.to));
    Network {
        node_coord: nodes
            .iter()
            .map(|n| gathered.node_coord[*n as usize])
            .collect::<Vec<_>>()
            .into(),
        node_traits: nodes
            .iter()
            .map(|n| lines.node_traits[*n as usize])
            .collect::<Vec<_>>()
            .into(),
        node_hours: nodes
            .iter()
            .map(|n| lines.node_hours.get(n).copied().unwrap_or(0))
            .collect::<Vec<_>>()
            .into(),
        node_component: components(nodes.len(), ends).into(),
        first_arc: first_arc.into(),
        arc_head: head.into(),
        arc_edge: on.into(),
        edge_from: edges.iter().map(|e| e.from).collect::<Vec<_>>().into(),
        edge_to: edges.iter().map(|e| e.to).collect::<Vec<_>>().into(),
        edge_dm: edges.iter().map(|e| e.dm).collect::<Vec<_>>().into(),
        edge_traits: edges.iter().map(|e| of(e).traits).collect::<Vec<_>>().into(),
        edge_hours: edges.iter().map(|e| of(e).hours).collect::<Vec<_>>().into(),
        edge_name: names.column.into(),
        first_shape: first_shape.into(),
        shape: shape.into(),
        names: Texts::pack(names.texts),
        hours: Texts::pack(&lines.hours.texts),
    }
}

/// The names that edges bear, in order of first use.
struct Names<'a> {
    column: Vec<u32>,
    texts: Vec<&'a str>,
}

impl<'a> Names<'a> {
    fn used(edges: impl Iterator<Item = u32>, all: &'a [String]) -> Self {
        let mut number = vec![NONE; all.len()];
        number[0] = 0;
        let mut texts = vec![""];
        let column = edges
            .map(|name| {
                let slot = &mut number[name as usize];
                if *slot == NONE {
                    *slot = texts.len() as u32;
                    texts.push(&all[name as usize]);
                }
                *slot
            })
            .collect();
        Self { column, texts }
    }
}
