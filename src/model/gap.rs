use std::fmt;

use super::EntryPath;

/// Why a piece of an input could not be used. The words are those of the JSON report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GapReason {
    /// The archive or a file in it ends early.
    Truncated,
    /// Content that is neither the manifest nor the log it should be.
    Unparsable,
    /// The gather saved an error message instead of data.
    Stderr,
    /// A file without content where content was due.
    Empty,
    /// The operating system or the container format refused it.
    Unreadable,
    /// One of our own limits cut it.
    Limit,
    /// The gather could not log in to the cluster.
    Login,
    /// Data of two clusters seem to be mixed here.
    Suspect,
    /// Recognised, or recognised as nothing of ours, and left unread on purpose.
    NotRead,
    /// Names and addresses were replaced by tokens before the archive was handed out.
    Obfuscated,
}

impl GapReason {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Truncated => "truncated",
            Self::Unparsable => "unparsable",
            Self::Stderr => "stderr",
            Self::Empty => "empty",
            Self::Unreadable => "unreadable",
            Self::Limit => "limit",
            Self::Login => "login",
            Self::Suspect => "suspect",
            Self::NotRead => "not-read",
            Self::Obfuscated => "obfuscated",
        }
    }
}

impl fmt::Display for GapReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A piece of an input that could not be read. Damage is data: it never stops a run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// Which input, by position on the command line.
    pub input: u32,
    /// The file concerned, or the input itself when the path is empty.
    pub path: EntryPath,
    /// The kind of damage.
    pub reason: GapReason,
    /// What was seen, in words.
    pub detail: String,
}
