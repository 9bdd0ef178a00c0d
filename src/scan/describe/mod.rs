//! Reads what `velero backup describe`, `velero restore describe` and `oc describe` of volume jobs print.
//!
//! A backup and a restore keep only the *number* of their errors in the cluster; what the errors say lies in the bucket, and these texts
//! are often the only copy of it in an archive. They are made for people: columns padded with spaces, sections that came and went with
//! the versions, messages with line breaks of their own, and in the midst of it the complaints of the client that wrote the text. Those
//! are kept apart ([`Described::complaints`]): they are about the collection, never about the migration.

mod object;
mod results;
mod volumes;

#[cfg(test)]
mod tests;

use results::Results;
pub use results::{Scope, Told};
pub use volumes::VolumeLine;

/// What a text describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DescribedKind {
    /// A Backup of Velero.
    Backup,
    /// A Restore of Velero.
    Restore,
    /// A volume backup.
    PodVolumeBackup,
    /// A volume restore.
    PodVolumeRestore,
}

impl DescribedKind {
    /// The kind as Kubernetes writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Backup => "Backup",
            Self::Restore => "Restore",
            Self::PodVolumeBackup => "PodVolumeBackup",
            Self::PodVolumeRestore => "PodVolumeRestore",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Backup, Self::Restore, Self::PodVolumeBackup, Self::PodVolumeRestore].into_iter().find(|kind| kind.as_str() == word)
    }
}

/// A piece of text with the line it begins on, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The text, its line breaks turned into spaces.
    pub text: String,
    /// Where it begins.
    pub line: u32,
}

/// One description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// What it describes.
    pub kind: DescribedKind,
    /// Its name.
    pub name: String,
    /// Line of the name.
    pub line: u32,
    /// Its namespace.
    pub namespace: Option<String>,
    /// Its phase, without the hint that follows it.
    pub phase: Option<Said>,
    /// Message of a volume job.
    pub message: Option<Said>,
    /// Why it was rejected before it began.
    pub validation: Vec<Said>,
    /// Errors, each with where it belongs.
    pub errors: Vec<Told>,
    /// Warnings, each with where it belongs.
    pub warnings: Vec<Told>,
    /// Number of errors, where only that is told.
    pub error_count: Option<u64>,
    /// Number of warnings, where only that is told.
    pub warning_count: Option<u64>,
    /// State of each volume.
    pub volumes: Vec<VolumeLine>,
    /// What the client could not read; never about the migration.
    pub complaints: Vec<Said>,
    /// True where the text ends with the complaint that the client was stopped.
    pub cut: bool,
}

/// Pieces of one sort that are kept; nobody reads more, and a forged text must not buy them.
const MOST: usize = 1_000;

/// Longest piece in bytes.
const LONGEST: usize = 2_000;

impl Described {
    fn new(kind: DescribedKind, name: String, line: u32) -> Self {
        Self {
            kind,
            name,
            line,
            namespace: None,
            phase: None,
            message: None,
            validation: Vec::new(),
            errors: Vec::new(),
            warnings: Vec::new(),
            error_count: None,
            warning_count: None,
            volumes: Vec::new(),
            complaints: Vec::new(),
            cut: false,
        }
    }
}

/// Keys that begin a section at the left border. Messages may hold line breaks, so an unknown word with a colon there is text.
const KEYS: &[&str] = &[
    "Name",
    "Namespace",
    "Labels",
    "Annotations",
    "Phase",
    "Queue position",
    "Resource policies",
    "Uploader config",
    "Validation errors",
    "Warnings",
    "Errors",
    "Namespaces",
    "Resources",
    "Label selector",
    "Or label selector",
    "Storage Location",
    "Velero-Native Snapshot PVs",
    "File System Backup (Default)",
    "Snapshot Move Data",
    "Data Mover",
    "TTL",
    "CSISnapshotTimeout",
    "ItemOperationTimeout",
    "Hooks",
    "OrderedResources",
    "Backup Format Version",
    "Started",
    "Completed",
    "Expiration",
    "Total items to be backed up",
    "Estimated total items to be backed up",
    "Items backed up",
    "Items backed up so far",
    "Backup Item Operations",
    "Resource List",
    "Backup Volumes",
    "Velero-Native Snapshots",
    "CSI Volume Snapshots",
    "HooksAttempted",
    "HooksFailed",
    "Backup",
    "Total items to be restored",
    "Items restored",
    "Namespace mappings",
    "Restore PVs",
    "CSI Snapshot Restores",
    "Existing Resource Policy",
    "Preserve Service NodePorts",
    "Resource modifier",
    "Restore Item Operations",
];

/// Keys that only the description of a restore has.
const OF_RESTORES: &[&str] =
    &["Backup", "Restore PVs", "Items restored", "Total items to be restored", "Namespace mappings", "Existing Resource Policy"];

/// Reads a description. `hint` is what the file's name says it is, for a text that ends too early to tell by itself.
///
/// A text without a name is no description: a complaint of the client, or something else.
pub fn parse(text: &str, hint: Option<DescribedKind>) -> Option<Described> {
    let lines: Vec<(u32, &str)> = (1_u32..).zip(text.lines()).collect();
    let top = |key: &'static str| {
        lines.iter().find_map(move |(number, line)| {
            let value = line.strip_prefix(key)?.strip_prefix(':')?;
            Some((*number, value.trim()))
        })
    };
    let (line, name) = top("Name").filter(|(_, name)| !name.is_empty())?;
    let stated = top("Kind").and_then(|(_, kind)| DescribedKind::parse(kind));
    let is_restore = lines.iter().any(|(_, line)| top_key(line).is_some_and(|(key, _)| OF_RESTORES.contains(&key)));
    let guessed = if is_restore { DescribedKind::Restore } else { DescribedKind::Backup };
    let has_sections = lines.iter().any(|(_, line)| top_key(line).is_some_and(|(key, _)| matches!(key, "Phase" | "Started" | "Storage Location")));
    let kind = stated.or(hint).or_else(|| (is_restore || has_sections).then_some(guessed))?;
    let mut found = Described::new(kind, cut(name), line);
    found.namespace = top("Namespace").map(|(_, namespace)| cut(namespace)).filter(|namespace| !namespace.is_empty());
    match kind {
        DescribedKind::Backup | DescribedKind::Restore => velero(&lines, &mut found),
        DescribedKind::PodVolumeBackup | DescribedKind::PodVolumeRestore => object::read(&lines, &mut found),
    }
    complaints(&lines, &mut found);
    Some(found)
}

/// The part of a text that lines are sorted into.
#[derive(Debug)]
enum Section {
    Other,
    Validation,
    Errors(Results),
    Warnings(Results),
    Volumes(volumes::Section),
}

fn velero(lines: &[(u32, &str)], found: &mut Described) {
    let mut section = Section::Other;
    for &(number, line) in lines {
        if is_noise(line) {
            continue;
        }
        if let Some((key, value)) = top_key(line) {
            section = begin(key, value, number, found);
            continue;
        }
        match &mut section {
            Section::Other => {}
            Section::Validation => {
                if found.validation.len() < MOST && line.starts_with(char::is_whitespace) && !line.trim().is_empty() {
                    found.validation.push(Said { text: cut(line.trim()), line: number });
                }
            }
            Section::Errors(results) => results.line(number, line, &mut found.errors),
            Section::Warnings(results) => results.line(number, line, &mut found.warnings),
            Section::Volumes(volumes) => volumes.line(number, line, &mut found.volumes),
        }
    }
}

fn begin(key: &str, value: &str, number: u32, found: &mut Described) -> Section {
    let plain = value.trim();
    match key {
        "Phase" if found.phase.is_none() => {
            let phase = plain.split(" (run ").next().unwrap_or(plain).trim();
            found.phase = Some(Said { text: cut(phase), line: number }).filter(|phase| !phase.text.is_empty() && phase.text != "<none>");
            Section::Other
        }
        "Validation errors" => {
            if !plain.is_empty() && plain != "<none>" {
                found.validation.push(Said { text: cut(plain), line: number });
            }
            Section::Validation
        }
        "Errors" => {
            found.error_count = plain.parse().ok().or(found.error_count);
            Section::Errors(Results::default())
        }
        "Warnings" => {
            found.warning_count = plain.parse().ok().or(found.warning_count);
            Section::Warnings(Results::default())
        }
        key => volumes::begin(key).map_or(Section::Other, Section::Volumes),
    }
}

/// Key and value of a line at the left border that begins a section.
fn top_key(line: &str) -> Option<(&str, &str)> {
    if line.starts_with(char::is_whitespace) {
        return None;
    }
    let (key, value) = line.split_once(':')?;
    let versioned = ["Backups", "Restores"].iter().any(|end| key.strip_suffix(end).is_some_and(|tool| tool.ends_with(' ') && tool.len() < 20));
    let counted = key.starts_with("Deletion Attempts");
    // Without details the key carries a hint.
    let bare = key.split(" (specify ").next().unwrap_or(key);
    (KEYS.contains(&bare) || versioned || counted).then_some((bare, value))
}

/// What the shell and the client print around the matter.
fn is_noise(line: &str) -> bool {
    ["Defaulted container ", "Defaulting container name to ", "Use 'oc describe "].iter().any(|start| line.starts_with(start))
}

/// Complaints of the client: they stand in angle brackets where a value should be, or on lines of their own.
fn complaints(lines: &[(u32, &str)], found: &mut Described) {
    for &(number, line) in lines {
        let trimmed = line.trim();
        found.cut |= trimmed.starts_with("command terminated with exit code ");
        let bracketed = trimmed.find('<').map(|at| &trimmed[at..]).filter(|value| {
            ["<error getting ", "<error decoding ", "<error concluding "].iter().any(|start| value.starts_with(start))
                || (value.starts_with('<') && value.ends_with(" not found>"))
        });
        let own_line = ["An error occurred: ", "WARNING: Error ", "error getting "].iter().any(|start| line.starts_with(start));
        let text = bracketed.or(own_line.then_some(trimmed));
        if let Some(text) = text
            && found.complaints.len() < MOST
        {
            found.complaints.push(Said { text: cut(text), line: number });
        }
    }
}

/// At most that much of a piece, at a character border.
fn cut(text: &str) -> String {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}
