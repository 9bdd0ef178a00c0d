//! What could not be read, as data.

use std::fmt;

/// Why a piece of the input is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GapKind {
    /// The container ends before its content does.
    Truncated,
    /// The container is damaged.
    Corrupt,
    /// A limit was reached.
    Limit,
    /// A line was longer than the limit and lost its middle.
    LongLine,
    /// A member has a name that leads out of the archive, or none at all.
    Refused,
    /// A container of a kind that is recognised but not read.
    Unsupported,
    /// The operating system refused.
    Unreadable,
}

impl GapKind {
    /// The word that reports print.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Truncated => "truncated",
            Self::Corrupt => "corrupt",
            Self::Limit => "limit",
            Self::LongLine => "long-line",
            Self::Refused => "refused",
            Self::Unsupported => "unsupported",
            Self::Unreadable => "unreadable",
        }
    }

    /// Whether data is missing for a reason that lies in the input as delivered, so that absence proves nothing.
    pub fn is_loss(self) -> bool {
        matches!(self, Self::Truncated | Self::Corrupt | Self::Limit | Self::Unreadable)
    }
}

/// One piece of the input that is missing or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveGap {
    /// Why.
    pub kind: GapKind,
    /// The container or file concerned; empty for the input itself.
    pub path: String,
    /// Where: an offset in the unpacked bytes of `path`.
    pub offset: Option<u64>,
    /// The last member that was read before, when the gap is in a container.
    pub after: Option<String>,
    /// What happened, as a fragment of a sentence.
    pub detail: String,
}

impl ArchiveGap {
    pub(super) fn new(kind: GapKind, path: &str, detail: impl Into<String>) -> Self {
        Self { kind, path: path.to_owned(), offset: None, after: None, detail: detail.into() }
    }
}

impl fmt::Display for ArchiveGap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { "the input" } else { &self.path };
        write!(f, "{path}: {}", self.detail)?;
        if let Some(offset) = self.offset {
            write!(f, " at byte {offset}")?;
        }
        if let Some(after) = &self.after {
            write!(f, ", last member {after}")?;
        }
        Ok(())
    }
}
