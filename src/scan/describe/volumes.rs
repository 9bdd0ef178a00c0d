//! The sections that tell the state of each volume.

use super::MOST;

/// State of one volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolumeLine {
    /// Namespace of the pod.
    pub namespace: String,
    /// The pod.
    pub pod: String,
    /// The volume of the pod.
    pub volume: String,
    /// `Completed`, `Failed`, `In Progress`, `New` or another phase.
    pub phase: String,
    /// How far it is, as written: `45.10%`.
    pub progress: Option<String>,
    /// The line it stands on.
    pub line: u32,
}

/// A section under way.
#[derive(Debug)]
pub(super) struct Section {
    /// Whether the lines are about copies of files; snapshots are told in another shape.
    files: bool,
    phase: String,
}

const PHASES: &[&str] = &["Completed", "Failed", "In Progress", "New", "Canceled", "Canceling", "Prepared", "Accepted"];

/// The section that a key at the left border begins, if it is one about volumes.
pub(super) fn begin(key: &str) -> Option<Section> {
    let by_tool = key.ends_with(" Backups") || key.ends_with(" Restores");
    let files = by_tool && !key.starts_with("CSI ");
    (by_tool || key == "Backup Volumes").then(|| Section { files, phase: String::new() })
}

impl Section {
    pub(super) fn line(&mut self, number: u32, line: &str, found: &mut Vec<VolumeLine>) {
        let trimmed = line.trim();
        let Some((key, value)) = trimmed.split_once(':') else { return };
        let (key, value) = (key.trim(), value.trim());
        if PHASES.contains(&key) {
            key.clone_into(&mut self.phase);
            return;
        }
        let indent = line.len() - line.trim_start().len();
        if indent == 2 {
            // Since 1.14 one section holds all sorts of volumes, each below a line of its own.
            self.files = key.starts_with("Pod Volume ");
            self.phase.clear();
            return;
        }
        let Some((namespace, pod)) = key.split_once('/').filter(|_| self.files && !self.phase.is_empty()) else { return };
        for (volume, note) in volumes(value) {
            if found.len() >= MOST {
                return;
            }
            let progress = note.filter(|note| note.ends_with('%')).map(str::to_owned);
            found.push(VolumeLine {
                namespace: super::cut(namespace),
                pod: super::cut(pod),
                volume: super::cut(volume),
                phase: self.phase.clone(),
                progress,
                line: number,
            });
        }
    }
}

/// `a, b (45.10%), c (size: 3, incremental size: 1)` taken apart: a name, and what stands in brackets behind it.
fn volumes(text: &str) -> Vec<(&str, Option<&str>)> {
    let mut found = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let open = rest.find('(');
        let comma = rest.find(',');
        let (entry, after) = match (open, comma) {
            (Some(open), comma) if comma.is_none_or(|comma| open < comma) => {
                let Some(close) = rest[open..].find(')').map(|at| open + at) else { break };
                (rest[..=close].trim(), rest[close + 1..].trim_start_matches([',', ' ']))
            }
            (_, Some(comma)) => (rest[..comma].trim(), rest[comma + 1..].trim_start()),
            (_, None) => (rest.trim(), ""),
        };
        rest = after;
        let (name, note) = entry.split_once('(').map_or((entry, None), |(name, note)| (name.trim(), Some(note.trim_end_matches(')'))));
        if !name.is_empty() {
            found.push((name, note));
        }
    }
    found
}
