//! What the drill-down commands show: plain structs, one file for each view, printed by `output`.

mod logs;
mod migration;
mod timeline;

pub use logs::{LogLine, LogView};
pub use migration::{ImageView, MigrationView, PhaseView, StepView, VolumeView};
pub use timeline::{Moment, Timeline};
mod coverage;
mod description;
mod shared;
mod table;
mod tree;
mod velero;

pub use coverage::{Coverage, CoveredCluster, DatasetLine, HoleLine, KindCount, LogCover, NamespaceCount, SkippedRule};
pub use description::{ConditionLine, Description, EventLine, FindingLine, HitLine, PlaceLine, RelationLine};
pub use shared::{ClusterLine, Health, Mark, Presence, age, bytes};
pub use table::{Column, Row, Table};
pub use tree::{Tree, TreeNode};
pub use velero::{CollectedText, VeleroSection, VeleroSheet};
