//! Names may be given by any beginning that only one thing has.

use super::Failure;
pub(super) use crate::views::Candidate;
use crate::views::{self, SelectError};

/// The one whose name or UID starts so.
pub(super) fn choose<T>(what: &str, prefix: &str, all: Vec<Candidate<'_, T>>) -> Result<T, Failure> {
    views::choose(what, prefix, all).map_err(Failure::from)
}

impl From<SelectError> for Failure {
    fn from(error: SelectError) -> Self {
        Self::Usage { what: error.to_string(), help: Some(error.help()) }
    }
}
