//! Trees of other tools that come with a case: recognised, so that nothing in them is taken for a gather, and not read.

use super::tree::last_name;
use super::{Gather, Layout, Note, NoteKind, Tree};

pub(super) static LAYOUT: Layout = Layout { name: "foreign", find, texts: &[] };

fn find(tree: &Tree) -> Vec<Gather> {
    let mut found: Vec<Gather> = Vec::new();
    for dir in tree.with_child(&["sos_commands", "insights_commands", "config"]) {
        let Some(what) = tool(tree, dir) else { continue };
        if found.last().is_some_and(|gather| dir.starts_with(gather.root.as_str())) {
            continue;
        }
        let text = format!("is {what}; it was recognised and is not read");
        let note = Note { path: dir.to_owned(), kind: NoteKind::NotRead, text };
        found.push(Gather { flavour: LAYOUT.name, root: dir.to_owned(), clusters: Vec::new(), host_dirs: Vec::new(), notes: vec![note] });
    }
    found
}

/// What wrote a directory, where two of its marks agree. The top of an input is never such a tree: a case may hold more.
fn tool(tree: &Tree, dir: &str) -> Option<&'static str> {
    let has = |names: &[&str]| names.iter().all(|name| tree.has_child(dir, name));
    if has(&["sos_commands", "sos_logs"]) || has(&["sos_commands", "sos_reports"]) {
        return Some("a sosreport of a node");
    }
    if has(&["insights_commands", "meta_data"]) || (last_name(dir).starts_with("insights-") && has(&["config", "events"])) {
        return Some("an Insights archive");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sosreport_is_no_gather_whatever_lies_in_it() {
        let tree =
            Tree::new(["case/sosreport-w1/sos_commands/x", "case/sosreport-w1/sos_logs/y", "case/sosreport-w1/etc/namespaces/a/core/pods.yaml"]);
        let found = find(&tree);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].root, "case/sosreport-w1/");
    }
}
