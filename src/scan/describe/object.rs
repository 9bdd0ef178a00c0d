//! What `oc describe` prints of a volume job: the object itself, its keys written for people.

use super::volumes::VolumeLine;
use super::{Described, LONGEST, Said, cut};

/// Keys at the left border. Another word there is the rest of a value with line breaks.
const TOP: &[&str] = &["Name", "Namespace", "Labels", "Annotations", "API Version", "Kind", "Metadata", "Spec", "Status", "Events"];

/// Values that are wanted, by path.
#[derive(Debug, Default)]
struct Values {
    pod: Option<String>,
    pod_namespace: Option<String>,
    volume: Option<(String, u32)>,
    done: Option<f64>,
    total: Option<f64>,
}

pub(super) fn read(lines: &[(u32, &str)], found: &mut Described) {
    let mut path: Vec<(usize, &str)> = Vec::new();
    let mut values = Values::default();
    // A message may go on over several lines.
    let mut in_message = false;
    for &(number, line) in lines {
        let trimmed = line.trim();
        let indent = line.len() - line.trim_start().len();
        let key = trimmed.split_once(':').filter(|(key, _)| is_key(key) && (indent > 0 || TOP.contains(key)));
        let is_sibling = |key: &str| path.iter().any(|(known, _)| *known == indent) && (indent == 0 || is_status_key(key));
        let Some((key, value)) = key.filter(|(key, _)| !in_message || is_sibling(key)) else {
            if in_message
                && !trimmed.is_empty()
                && let Some(message) = &mut found.message
                && message.text.len() + trimmed.len() < LONGEST
            {
                message.text.push(' ');
                message.text.push_str(trimmed);
            }
            continue;
        };
        in_message = false;
        path.retain(|(known, _)| *known < indent);
        path.push((indent, key));
        if path.len() > 8 {
            return;
        }
        let value = value.trim();
        if value.is_empty() {
            continue;
        }
        let keys: Vec<&str> = path.iter().map(|(_, key)| *key).collect();
        match keys.as_slice() {
            ["Status", "Phase"] => found.phase = Some(Said { text: cut(value), line: number }),
            ["Status", "Message"] => {
                found.message = Some(Said { text: cut(value), line: number });
                in_message = true;
            }
            ["Spec", "Pod", "Name"] => values.pod = Some(cut(value)),
            ["Spec", "Pod", "Namespace"] => values.pod_namespace = Some(cut(value)),
            ["Spec", "Volume"] => values.volume = Some((cut(value), number)),
            ["Status", "Progress", "Bytes Done"] => values.done = value.parse().ok(),
            ["Status", "Progress", "Total Bytes"] => values.total = value.parse().ok(),
            _ => {}
        }
    }
    finish(values, found);
}

fn is_key(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_uppercase()) && key.len() <= 40 && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ')
}

/// Keys of a status: inside a message any word may stand before a colon.
fn is_status_key(key: &str) -> bool {
    matches!(key, "Completion Timestamp" | "Start Timestamp" | "Path" | "Phase" | "Progress" | "Snapshot ID" | "Accepted Timestamp")
}

fn finish(values: Values, found: &mut Described) {
    let (Some(pod), Some((volume, line))) = (values.pod, values.volume) else { return };
    let progress = match (values.done, values.total) {
        (Some(done), Some(total)) if total > 0.0 => Some(format!("{:.2}%", done * 100.0 / total)),
        _ => None,
    };
    let phase = found.phase.as_ref().map_or_else(|| "New".to_owned(), |phase| phase.text.clone());
    found.volumes.push(VolumeLine { namespace: values.pod_namespace.unwrap_or_default(), pod, volume, phase, progress, line });
}
