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
    /// The newest time in its data, by its own clock.
    pub now: Option<String>,
    /// When it was collected: ages are counted back from here.
    pub collected: Option<String>,
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

/// An age as `oc get` prints it: the longer, the coarser.
pub fn age(seconds: i64) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    let both = |large: i64, unit: char, small: i64, smaller: char| {
        if small == 0 { format!("{large}{unit}") } else { format!("{large}{unit}{small}{smaller}") }
    };
    let seconds = seconds.max(0);
    match seconds {
        _ if seconds < 2 * MINUTE => format!("{seconds}s"),
        _ if seconds < 10 * MINUTE => both(seconds / MINUTE, 'm', seconds % MINUTE, 's'),
        _ if seconds < 3 * HOUR => format!("{}m", seconds / MINUTE),
        _ if seconds < 8 * HOUR => both(seconds / HOUR, 'h', seconds % HOUR / MINUTE, 'm'),
        _ if seconds < 2 * DAY => format!("{}h", seconds / HOUR),
        _ if seconds < 8 * DAY => both(seconds / DAY, 'd', seconds % DAY / HOUR, 'h'),
        _ if seconds < 2 * 365 * DAY => format!("{}d", seconds / DAY),
        _ if seconds < 8 * 365 * DAY => both(seconds / DAY / 365, 'y', seconds / DAY % 365, 'd'),
        _ => format!("{}y", seconds / DAY / 365),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_read_as_the_client_of_the_cluster_prints_them() {
        const DAY: i64 = 86_400;
        let told = [
            (-5, "0s"),
            (0, "0s"),
            (119, "119s"),
            (120, "2m"),
            (125, "2m5s"),
            (600, "10m"),
            (5_190, "86m"),
            (3 * 3_600, "3h"),
            (4 * 3_600 + 57 * 60, "4h57m"),
            (25 * 3_600 + 57 * 60, "25h"),
            (2 * DAY, "2d"),
            (4 * DAY + 23 * 3_600, "4d23h"),
            (39 * DAY + 22 * 3_600, "39d"),
            (800 * DAY, "2y70d"),
            (3_650 * DAY, "10y"),
        ];
        for (seconds, text) in told {
            assert_eq!(age(seconds), text);
        }
    }

    #[test]
    fn bytes_read_well() {
        for (count, text) in [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1_572_864, "1.5 MiB"), (u64::MAX, "15.9 EiB")] {
            assert_eq!(bytes(count), text);
        }
    }
}
