//! Finds circles: files or folders that use each other.
//!
//! Each folder has a graph of its own, whose nodes are its files and its subfolders. A use of one
//! file by another is an edge in the graph of the innermost folder that holds both. Any circle of
//! files, and any circle of folders, is a circle in one of these graphs.

use std::collections::{BTreeMap, BTreeSet};

use crate::Use;

type Graph<'a> = BTreeMap<&'a str, BTreeMap<&'a str, &'a Use>>;

/// Describes each group of files and folders that use each other in a circle.
pub fn find(uses: &[Use]) -> Vec<String> {
    let mut graphs: BTreeMap<&str, Graph> = BTreeMap::new();
    // A re-export is an arrow of its room, but whoever names it uses the file where the name is
    // declared.
    for used in uses.iter().filter(|used| used.from != used.to && !used.is_reexport) {
        let (folder, from, to) = nodes(&used.from, &used.to);
        graphs.entry(folder).or_default().entry(from).or_default().entry(to).or_insert(used);
    }
    graphs.iter().flat_map(|(folder, graph)| describe(folder, graph)).collect()
}

/// The innermost folder that holds two files, and the entries of that folder that they are or lie
/// in.
fn nodes<'a>(from: &'a str, to: &'a str) -> (&'a str, &'a str, &'a str) {
    let mut start = 0;
    for (at, _) in from.match_indices('/') {
        match to.get(..=at) == Some(&from[..=at]) {
            true => start = at + 1,
            false => break,
        }
    }
    let entry = |path: &'a str| path[start..].split('/').next().unwrap_or_default();
    (from[..start].trim_end_matches('/'), entry(from), entry(to))
}

fn describe(folder: &str, graph: &Graph) -> Vec<String> {
    let reached: BTreeMap<&str, BTreeSet<&str>> = graph.keys().map(|node| (*node, reach(graph, node))).collect();
    let mut described = BTreeSet::new();
    let mut circles = Vec::new();
    for (node, others) in &reached {
        if !others.contains(node) || described.contains(node) {
            continue;
        }
        let together = |other: &&&str| reached.get(**other).is_some_and(|back| back.contains(node));
        let group: BTreeSet<&str> = others.iter().filter(together).copied().collect();
        let names = group.iter().copied().collect::<Vec<_>>().join(", ");
        let mut text = format!("{}: {names} use each other in a circle", if folder.is_empty() { "." } else { folder });
        for (from, to) in graph.iter().filter(|(from, _)| group.contains(*from)) {
            for (to, used) in to.iter().filter(|(to, _)| group.contains(*to)) {
                text += &format!("\n    {from} → {to}: {} names `{}` of {}", used.from, used.name, used.to);
            }
        }
        described.extend(group);
        circles.push(text);
    }
    circles
}

/// Every node that can be reached from a node by at least one edge.
fn reach<'a>(graph: &Graph<'a>, start: &str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open = vec![start];
    while let Some(node) = open.pop() {
        for next in graph.get(node).into_iter().flat_map(|edges| edges.keys().copied()) {
            if reached.insert(next) {
                open.push(next);
            }
        }
    }
    reached
}
