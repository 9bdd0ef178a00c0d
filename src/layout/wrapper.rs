//! What `oc adm must-gather` leaves on the client when the gather in the pod came to nothing: the wrapper without its content.

use super::tree::last_name;
use super::{Gather, Layout, Note, NoteKind, Tree};

pub(super) static LAYOUT: Layout = Layout { name: "wrapper", find, texts: &[] };

/// Parts of image names by which the content of a directory can be told when it is empty.
const IMAGES: &[(&str, &str)] = &[
    ("konveyor-must-gather", "the gather of MTC"),
    ("openshift-migration-must-gather", "the gather of MTC"),
    ("oadp-mustgather", "the gather of OADP"),
    ("oadp-must-gather", "the gather of OADP"),
    ("openshift-release-dev-ocp", "the general gather of OpenShift"),
    ("origin-must-gather", "the general gather of OpenShift"),
];

fn find(tree: &Tree) -> Vec<Gather> {
    let mut found = Vec::new();
    for dir in tree.dirs() {
        let notes: Vec<Note> = if is_wrapper(tree, dir) { hollow(tree, dir) } else { Vec::new() };
        if !notes.is_empty() {
            // It claims nothing but itself: what lies beside it is for others to find.
            let root = notes[0].path.clone();
            found.push(Gather { flavour: LAYOUT.name, root, clusters: Vec::new(), host_dirs: Vec::new(), notes });
        }
    }
    found
}

/// The client writes these beside the directories that it copies.
fn is_wrapper(tree: &Tree, dir: &str) -> bool {
    tree.has_file(dir, "must-gather.logs")
        || last_name(dir).starts_with("must-gather.local.")
        || (tree.has_file(dir, "event-filter.html") && tree.has_file(dir, "timestamp") && !tree.has_objects(dir))
}

/// Directories of images with nothing in them but the log, and the wrapper itself when it has none.
fn hollow(tree: &Tree, dir: &str) -> Vec<Note> {
    let of_image = |name: &&str| name.contains("-sha256-");
    let images: Vec<String> = tree.children(dir).filter(of_image).map(|name| format!("{dir}{name}/")).collect();
    let missing = |path: String, text: String| Note { path, kind: NoteKind::Missing, text };
    let mut notes = Vec::new();
    for image in images.iter().filter(|image| tree.children(image).next().is_none() && !has_content(tree, image)) {
        let what = IMAGES.iter().find(|(part, _)| image.contains(part)).map_or("a gather", |(_, what)| *what);
        notes.push(missing(image.clone(), format!("should hold {what} and holds nothing of it: the gather in the pod failed")));
    }
    let fallback = tree.children(dir).any(|name| name.starts_with("inspect.local."));
    let content = tree.children(dir).any(|name| !name.starts_with("inspect.local.")) || tree.has_objects(dir);
    if images.is_empty() && !content {
        let rest = if fallback { "; only what the client inspected afterwards is here" } else { "" };
        notes.push(missing(dir.to_owned(), format!("holds no gather: nothing was copied out of the pod, as after a timeout{rest}")));
    }
    notes
}

fn has_content(tree: &Tree, dir: &str) -> bool {
    const COMPANIONS: &[&str] = &["gather.logs", "timestamp", "event-filter.html", "version"];
    tree.files(dir).any(|file| !COMPANIONS.contains(&file))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notes(paths: &[&str]) -> Vec<String> {
        find(&Tree::new(paths.iter().copied()))
            .into_iter()
            .flat_map(|gather| gather.notes)
            .map(|note| format!("{} {}", note.path, note.text))
            .collect()
    }

    #[test]
    fn a_wrapper_with_content_is_no_find() {
        let image = "must-gather.local.1/quay-io-konveyor-must-gather-sha256-0f";
        assert!(notes(&["must-gather.local.1/must-gather.logs", &format!("{image}/must-gather.tar.gz!/must-gather/x.yaml")]).is_empty());
        assert!(notes(&["must-gather.local.1/timestamp", &format!("{image}/namespaces/a/core/pods.yaml")]).is_empty());
    }

    #[test]
    fn an_image_without_content_is_told_by_its_name() {
        let found =
            notes(&["must-gather.local.1/timestamp", "must-gather.local.1/registry-redhat-io-oadp-oadp-mustgather-rhel9-sha256-0f/gather.logs"]);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("should hold the gather of OADP"), "{found:?}");
    }
}
