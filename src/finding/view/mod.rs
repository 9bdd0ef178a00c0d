//! What the drill-down commands show: plain structs, one file for each view, printed by `output`.

mod coverage;
mod description;
mod shared;
mod table;
mod tree;

pub use coverage::{Coverage, CoveredCluster, DatasetLine, HoleLine, KindCount, LogCover, NamespaceCount, SkippedRule};
pub use description::{ConditionLine, Description, EventLine, FindingLine, HitLine, PlaceLine, RelationLine};
pub use shared::{ClusterLine, Health, Mark, Presence};
pub use table::{Column, Row, Table};
pub use tree::{Tree, TreeNode};
