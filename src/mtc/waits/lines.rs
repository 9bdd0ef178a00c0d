//! The last resort: progress lines of the pipeline name the object that a run works on, even where it was not gathered.

use super::Waits;
use super::walk::Walk;
use crate::graph::ObjectId;
use crate::graph::tape::Value;
use crate::model::ObjectRef;

/// Objects that the unfinished lines of the unfinished step name, the last line first: it is the newest.
pub(super) fn named(walk: &mut Walk<'_>, run: ObjectId) {
    let object = walk.graph.object(run);
    let steps: Vec<_> = object.field("status.pipeline").into_iter().flat_map(Value::items).collect();
    let flag = |step: &Value<'_>, key| step.get(key).and_then(Value::as_bool) == Some(true);
    let open = |step: &&Value<'_>| flag(step, "failed") || (step.get("started").is_some() && step.get("completed").is_none());
    let Some(step) = steps.iter().rfind(open) else { return };
    let lines: Vec<String> = step.get("progress").into_iter().flat_map(Value::items).filter_map(|line| Some(line.text()?.into_owned())).collect();
    for line in lines.iter().rev() {
        let Some((kind, namespace, name, state)) = parse(line) else { continue };
        if state.contains("Completed") || state.contains("Succeeded") {
            continue;
        }
        let cluster = match kind {
            "Backup" | "PodVolumeBackup" => walk.source,
            "Restore" | "PodVolumeRestore" => walk.target,
            _ => None,
        };
        let Some(cluster) = cluster else { continue };
        if let Some(id) = walk.graph.find(cluster, kind, Some(namespace), name).next() {
            walk.leaf(id);
        } else {
            let object = ObjectRef { cluster, kind: kind.into(), namespace: Some(namespace.into()), name: name.into(), uid: None };
            walk.found.push(Waits { object, id: None, path: Vec::new() });
        }
    }
}

/// Reads `Kind namespace/name: state`. The controller forgets a space after `PodVolumeRestore` and writes the state there as well.
fn parse(line: &str) -> Option<(&str, &str, &str, &str)> {
    let (head, state) = line.split_once(": ")?;
    let (kind, object) = head.trim().split_once(' ')?;
    let (namespace, name) = object.trim().split_once('/')?;
    let kind = ["PodVolumeBackup", "PodVolumeRestore", "Backup", "Restore", "Job"].into_iter().find(|known| kind.starts_with(known))?;
    let plain = |text: &str| !text.is_empty() && !text.contains([' ', '/']);
    (plain(namespace) && plain(name)).then_some((kind, namespace, name, state))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn progress_lines_name_their_object() {
        let line = "Restore openshift-migration/m-stage-x: 3 out of estimated total of 9 objects restored (12s)";
        assert_eq!(parse(line).unwrap().2, "m-stage-x");
        assert_eq!(parse("PodVolumeRestoreCompleted openshift-migration/r-1: done").unwrap().0, "PodVolumeRestore");
        assert_eq!(parse("All the stage pods are restored, waiting for restore to Complete"), None);
        assert_eq!(parse("3 total volumes; 1 successful: x/y"), None);
    }
}
