//! What the drill-down commands show: plain structs, one file for each view, printed by `output`.

mod logs;
mod migration;
mod timeline;

pub use logs::{LogLine, LogView};
pub use migration::{MigrationView, PhaseView, StepView, VolumeView};
pub use timeline::{Moment, Timeline};
