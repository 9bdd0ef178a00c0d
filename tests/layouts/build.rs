//! Cases read from archives in memory, and questions about what came of them.

use mig_analyze::archive::Source;
use mig_analyze::archive::pack::Tar;
use mig_analyze::graph::{Graph, Log, Object};
use mig_analyze::model::GapReason;
use mig_analyze::rules::Pack;
use mig_analyze::{Error, Options, Quiet, read_case};

use crate::case::{Manifest, cluster};

/// Directories of images as the client names them.
pub(crate) const MTC_IMAGE: &str =
    "must-gather.local.4832041553094271561/quay-io-konveyor-must-gather-sha256-0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0";
pub(crate) const OADP_IMAGE: &str =
    "must-gather.local.1/registry-redhat-io-oadp-oadp-mustgather-rhel9-sha256-0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0";

/// Reads archives as one case, each under the name that it was given.
pub(crate) fn try_read(inputs: Vec<(&str, Vec<u8>)>) -> Result<Graph, Error> {
    let sources: Vec<(String, Source)> = inputs.into_iter().map(|(name, bytes)| (name.to_owned(), Source::bytes(name, bytes))).collect();
    let options = Options { workers: Some(0), ..Options::default() };
    read_case(&sources, &Pack::default(), &options, &Quiet).map(|(graph, _)| graph)
}

/// Reads one archive.
pub(crate) fn read(tar: Tar) -> Graph {
    try_read(vec![("case.tar.gz", tar.gzip())]).unwrap_or_else(|error| panic!("{error:?}"))
}

/// The text of the error for a case that cannot be analyzed, with its help.
pub(crate) fn refused(inputs: Vec<(&str, Vec<u8>)>) -> String {
    use miette::Diagnostic as _;
    let Err(error) = try_read(inputs) else { panic!("this was analyzed") };
    format!("{error}: {}", error.help().map(|help| help.to_string()).unwrap_or_default())
}

/// Reason and path of each gap, in order.
pub(crate) fn gaps(graph: &Graph) -> Vec<(GapReason, &str)> {
    let mut gaps: Vec<_> = graph.gaps.iter().map(|gap| (gap.reason, gap.path.as_str())).collect();
    gaps.sort_unstable();
    gaps
}

/// Where an object is, by cluster name; empty when it was not read.
pub(crate) fn homes(graph: &Graph, kind: &str, name: &str) -> Vec<String> {
    graph.named(kind, name).map(|id| graph.cluster(graph.object(id).cluster).name.to_string()).collect()
}

/// Whether the absence of a kind in a namespace of a cluster is evidence.
pub(crate) fn covered(graph: &Graph, name: &str, kind: &str, namespace: Option<&str>) -> bool {
    graph.coverage.objects(cluster(graph, name).0, kind, namespace).is_full()
}

pub(crate) fn log<'g>(graph: &'g Graph, end: &str) -> &'g Log {
    let found: Vec<&Log> = graph.logs.iter().filter(|log| log.path.as_str().ends_with(end)).collect();
    let [log] = found[..] else {
        panic!("{} logs end with {end}: {:?}", found.len(), graph.logs.iter().map(|log| log.path.as_str()).collect::<Vec<_>>())
    };
    log
}

pub(crate) fn objects<'g>(graph: &'g Graph, kind: &str) -> Vec<&'g Object> {
    graph.of_kind(kind).map(|id| graph.object(id)).collect()
}

/// A cluster-scoped object.
pub(crate) fn scoped(api: &'static str, kind: &'static str, name: &str, uid: &str, body: &str) -> String {
    Manifest::new(api, kind, "", name, uid).body(body).yaml().replace("  namespace: \n", "")
}

/// As `oc get` prints all objects of a kind: a list without a kind of its own.
pub(crate) fn list(items: &[Manifest]) -> String {
    let mut text = "apiVersion: v1\nitems:\n".to_owned();
    for item in items {
        let yaml = item.yaml();
        for (number, line) in yaml.lines().enumerate() {
            text.push_str(if number == 0 { "- " } else { "  " });
            text.push_str(line);
            text.push('\n');
        }
    }
    text + "kind: List\nmetadata:\n  resourceVersion: \"\"\n"
}

/// A line as Velero logs it.
pub(crate) fn logrus(clock: &str, text: &str) -> String {
    format!("time=\"2024-03-01T{clock}Z\" level=info msg=\"{text}\" logSource=\"pkg/x.go:1\"\n")
}
