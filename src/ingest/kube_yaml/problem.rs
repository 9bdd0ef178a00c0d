//! What can be wrong with a file. None of it ends the run; most of it becomes a gap.

/// Something a reader of the file should know. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// No bytes, or white space only.
    Empty,
    /// The file holds what `oc` printed to stderr, and no YAML.
    Stderr {
        /// Where it begins.
        line: u32,
        /// The text, at most 4 KiB of it.
        text: String,
    },
    /// One stderr line stood before, between or behind the YAML and was dropped.
    StderrLine {
        /// Where it stood.
        line: u32,
        /// The line.
        text: String,
        /// Throttling and deprecation notes; the YAML around it is complete all the same.
        benign: bool,
    },
    /// Not YAML, or not an object.
    Unparsable {
        /// Where reading stopped.
        line: u32,
        /// Why.
        reason: String,
        /// The line itself.
        text: String,
    },
    /// Larger, deeper or fuller than the limits allow; the item is left out.
    Limit {
        /// Where the limit was hit.
        line: u32,
        /// Which one.
        reason: String,
    },
    /// The document is followed by the tail of an older, longer version of the file (`oc` before 4.14 did not truncate).
    TrailingGarbage {
        /// Its first line.
        line: u32,
        /// That line.
        text: String,
    },
    /// The file ends inside an object.
    Truncated {
        /// The first line that is missing or broken.
        line: u32,
    },
    /// Bytes that are not UTF-8 were replaced.
    NotUtf8 {
        /// The first of them.
        line: u32,
    },
    /// NUL bytes at the end of the file were dropped.
    NulTail {
        /// Where they begin.
        line: u32,
        /// How many.
        bytes: usize,
    },
}

impl Problem {
    /// The line it is about.
    pub fn line(&self) -> u32 {
        match self {
            Self::Empty => 1,
            Self::Stderr { line, .. }
            | Self::StderrLine { line, .. }
            | Self::Unparsable { line, .. }
            | Self::Limit { line, .. }
            | Self::TrailingGarbage { line, .. }
            | Self::Truncated { line }
            | Self::NotUtf8 { line }
            | Self::NulTail { line, .. } => *line,
        }
    }

    /// True when the objects of the file are complete in spite of it.
    pub fn is_benign(&self) -> bool {
        matches!(self, Self::StderrLine { benign: true, .. } | Self::NulTail { .. })
    }
}
