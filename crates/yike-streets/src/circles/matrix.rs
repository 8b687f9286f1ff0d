//! From each of many sites: every node within a limit, with its distance.

use rayon::prelude::*;

use crate::circles::ladder::Graph;
use crate::circles::queue::Buckets;

/// Buckets are `1 << SHIFT` wide.
const SHIFT: u32 = 7;
/// Sites a thread takes at a time.
const GROUP: usize = 32;
const FAR: u32 = u32::MAX;

/// One walk: (site, node, distance).
pub type Walk = (u32, u32, u32);

/// Finds, from each site (a node number), every node at most `limit` away. In groups of sites, sorted by
/// site (its position in `sites`); within a site the nodes are in the order they were reached.
pub fn walks_within(graph: &Graph, sites: &[u32], limit: u32) -> Vec<Vec<Walk>> {
    let groups = sites.par_chunks(GROUP).enumerate();
    let rooms = || NodeSearch::new(graph.nodes());
    let walks = groups.map_init(rooms, |search, (group, sites)| {
        let mut walks = Vec::new();
        for (i, node) in sites.iter().enumerate() {
            let site = (group * GROUP + i) as u32;
            search.run(graph, &[*node], limit);
            walks.extend(search.take().map(|(node, at)| (site, node, at)));
        }
        walks
    });
    walks.collect()
}

/// Room for one bounded search after the other.
pub(crate) struct NodeSearch {
    /// All [`FAR`] between searches.
    label: Vec<u32>,
    reached: Vec<u32>,
    queue: Buckets<u32, u32>,
}

impl NodeSearch {
    pub(crate) fn new(nodes: usize) -> Self {
        Self { label: vec![FAR; nodes], reached: Vec::new(), queue: Buckets::new(SHIFT) }
    }

    /// Finds every node at most `limit` from the nearest of the sources.
    pub(crate) fn run(&mut self, graph: &Graph, sources: &[u32], limit: u32) {
        for &source in sources {
            self.label[source as usize] = 0;
            self.reached.push(source);
            self.queue.push(0, source);
        }
        while let Some((at, v)) = self.queue.pop() {
            if self.label[v as usize] != at {
                continue;
            }
            for &(head, length) in graph.at(v) {
                let (to, label) = (at + length, &mut self.label[head as usize]);
                if to < *label && to <= limit {
                    if *label == FAR {
                        self.reached.push(head);
                    }
                    *label = to;
                    self.queue.push(to, head);
                }
            }
        }
    }

    /// What the search found, each node once: (node, distance). Clears the room.
    pub(crate) fn take(&mut self) -> impl ExactSizeIterator<Item = (u32, u32)> + '_ {
        let label = &mut self.label;
        self.reached.drain(..).map(|v| (v, std::mem::replace(&mut label[v as usize], FAR)))
    }
}
