//! `gather_metrics_dump` alone: a Prometheus database and nothing else.

use super::{Gather, Layout, Note, NoteKind, Tree};

pub(super) static LAYOUT: Layout = Layout { name: "metrics", find, texts: &[] };

const DATABASE: &str = "prom_data.tar.gz";

/// A full gather leaves the same file beside its archive, where it is one part of many and no word is lost about it.
fn find(tree: &Tree) -> Vec<Gather> {
    let alone = |dir: &&str| {
        let metrics = format!("{dir}metrics/");
        let archive = tree.children(dir).any(|name| name.ends_with('!')) || tree.has_file(dir, "must-gather.tar.gz");
        tree.has_file(&metrics, DATABASE) && !archive && !tree.has_objects(dir) && !tree.has_child(dir, "clusters")
    };
    let note = |dir: &str| Note {
        path: format!("{dir}metrics/{DATABASE}"),
        kind: NoteKind::NotRead,
        text: "is the Prometheus database of gather_metrics_dump; it was recognised and is not read".to_owned(),
    };
    tree.dirs()
        .filter(alone)
        .map(|dir| Gather {
            flavour: LAYOUT.name,
            root: format!("{dir}metrics/"),
            clusters: Vec::new(),
            host_dirs: Vec::new(),
            notes: vec![note(dir)],
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_of_a_full_gather_is_none_of_its_own() {
        let image = "must-gather.local.1/quay-io-konveyor-must-gather-sha256-0f1e2d";
        let database = format!("{image}/metrics/{DATABASE}");
        let packed = format!("{image}/must-gather.tar.gz!/must-gather/clusters/host/namespaces/om/crs/backups.velero.io/b.yaml");
        assert!(find(&Tree::new([database.as_str(), &packed])).is_empty());
        let alone = find(&Tree::new([database.as_str()]));
        assert_eq!(alone.len(), 1);
        assert_eq!((alone[0].notes[0].kind, alone[0].notes[0].path.as_str()), (NoteKind::NotRead, database.as_str()));
    }
}
