use serde::Serialize;

use crate::finding::Severity;

/// A cluster, as every view names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClusterLine {
    /// `c1`, `c2`, …; objects refer to it.
    pub id: String,
    /// Name in the gather.
    pub name: String,
    /// `host`, `source`, `target`.
    pub roles: Vec<String>,
    /// End of its gather: ages are counted back from here.
    pub now: Option<String>,
}

/// Whether an object is in the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    /// It was read.
    Found,
    /// Others name it, its kind was collected there, and it is not among them.
    Missing,
    /// Others name it, and nobody collected its kind there.
    NotCollected,
}

/// How an object stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Health {
    /// As it should be.
    Good,
    /// On its way.
    Pending,
    /// Not as it should be.
    Bad,
    /// Nothing in it says so.
    Unknown,
}

/// A finding that sits on an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// `F1`, `F2`, …, as in the report.
    pub finding: String,
    /// How bad it is.
    pub severity: Severity,
}

/// Bytes as people write them.
pub fn bytes(count: u64) -> String {
    const UNITS: &[&str] = &["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let (mut whole, mut tenth, mut unit) = (count, 0, None);
    for next in UNITS {
        if whole < 1024 {
            break;
        }
        tenth = whole % 1024 * 10 / 1024;
        whole /= 1024;
        unit = Some(next);
    }
    unit.map_or_else(|| format!("{count} B"), |unit| format!("{whole}.{tenth} {unit}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_read_well() {
        for (count, text) in [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1_572_864, "1.5 MiB"), (u64::MAX, "15.9 EiB")] {
            assert_eq!(bytes(count), text);
        }
    }
}
