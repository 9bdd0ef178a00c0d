//! The summary that the OADP gather writes beside its data, `oadp-must-gather-summary.md`: what it says about the gather itself.

/// What is taken from a summary. Its tables of objects repeat the lists beside it, which are read instead.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// Version of the gather.
    pub version: Option<String>,
    /// Full id of the cluster; its directory bears only the first eight characters.
    pub cluster_id: Option<String>,
    /// Logs that the gather could not fetch, as `Backup openshift-adp/nightly: <error>`.
    pub missing_logs: Vec<String>,
    /// No OADP operator was found.
    pub no_operator: bool,
}

/// Rows of one summary that are looked at; a cluster may have thousands of backups.
const MISSING: usize = 100;

/// Reads a summary; what it does not understand it passes over.
pub fn read(text: &str) -> Summary {
    let mut summary = Summary::default();
    let mut heading = "";
    for line in text.lines().map(str::trim) {
        if let Some(rest) = line.strip_prefix("# OADP must-gather summary version") {
            summary.version = Some(plain(rest)).filter(|version| !version.is_empty());
        } else if let Some(title) = line.strip_prefix("###") {
            heading = title.trim();
        } else if line.contains("No OADP Operator was found") {
            summary.no_operator = true;
        } else if line.starts_with('|') {
            row(line, heading, &mut summary);
        }
    }
    summary
}

fn row(line: &str, heading: &str, summary: &mut Summary) {
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let id = cells.iter().find(|cell| is_uuid(&plain(cell)));
    if let (true, Some(id)) = (summary.cluster_id.is_none() && heading.is_empty(), id) {
        summary.cluster_id = Some(plain(id));
    }
    // A status shows the same sign; it says so.
    let failed =
        cells.iter().filter_map(|cell| cell.strip_prefix('❌')).map(str::trim).find(|cell| !cell.starts_with("status") && !cell.starts_with("No "));
    if let (Some(error), [namespace, name, ..]) = (failed, &cells[..])
        && summary.missing_logs.len() < MISSING
    {
        let kind = heading.split_whitespace().next().unwrap_or("object");
        summary.missing_logs.push(format!("{kind} {}/{}: {}", plain(namespace), plain(name), plain(error)));
    }
}

/// Without the marks of markdown around a word.
fn plain(cell: &str) -> String {
    cell.trim().trim_matches(['`', '*']).trim().to_owned()
}

/// Whether a text is the id of a cluster.
pub fn is_uuid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_names_the_cluster_and_the_logs_it_lacks() {
        let text = "# OADP must-gather summary version `1.5.0`\n\n## Errors\n\n\
            ❌ Backup **nightly** with **status phase Failed** in **openshift-adp** namespace\n\n\
            ## Cluster information\n\n| Cluster ID | OpenShift version |\n| ---- | ---- |\n| 0a1b2c3d-1111-2222-3333-444455556666 | 4.16.3 |\n\n\
            ### Backups\n\n| Namespace | Name | status.phase | describe | logs | yaml |\n| --- | --- | --- | --- | --- | --- |\n\
            | openshift-adp | nightly | ❌ status phase Failed | [`describe`](d) | ❌ timed out waiting for download URL | [`yaml`](y) |\n\
            | openshift-adp | weekly | ✅ status phase Completed | [`describe`](d) | [`logs`](l) | [`yaml`](y) |\n\
            | ❌ No Restore was found in the cluster |\n";
        let summary = read(text);
        assert_eq!(summary.version.as_deref(), Some("1.5.0"));
        assert_eq!(summary.cluster_id.as_deref(), Some("0a1b2c3d-1111-2222-3333-444455556666"));
        assert_eq!(summary.missing_logs, ["Backups openshift-adp/nightly: timed out waiting for download URL"]);
        assert!(!summary.no_operator);
    }

    #[test]
    fn any_text_is_survived() {
        for text in ["", "|", "||||", "| ❌ |", "###", "# OADP must-gather summary version", "🚫 No OADP Operator was found installed in the cluster"]
        {
            let summary = read(text);
            assert_eq!(summary.no_operator, text.starts_with('🚫'));
            assert_eq!(summary.cluster_id, None);
        }
    }
}
