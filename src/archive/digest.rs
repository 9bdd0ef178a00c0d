//! The identity of an input: its SHA-256.

use std::fs::File;
use std::path::Path;

use super::container::Input;

/// Hashes a regular file; `None` when it cannot be read, which the walk reports itself.
pub(super) fn of_file(path: &Path) -> Option<[u8; 32]> {
    let file = File::open(path).ok()?;
    Input::new(file, Vec::new(), true).finish().0
}
