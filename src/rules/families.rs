//! Where the error texts of a family stand. The one place that knows the `mtc` room's side of it.

use std::sync::LazyLock;

use crate::model::Component;
use crate::mtc;

static NAMES: LazyLock<Vec<&'static str>> = LazyLock::new(|| mtc::families().iter().map(|(family, _)| *family).collect());

/// Every family.
pub(crate) fn families() -> &'static [&'static str] {
    &NAMES
}

/// Logs whose error values belong to a family, the one that must be there first.
pub(crate) fn components(family: &str) -> &'static [Component] {
    mtc::families().iter().find(|(known, _)| *known == family).map_or(&[], |(_, components)| components)
}
