use serde::Serialize;

use super::ClusterLine;
use crate::finding::Target;

/// Objects of one kind as rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Table {
    /// Version of this format.
    pub schema: u32,
    /// Clusters that the rows refer to.
    pub clusters: Vec<ClusterLine>,
    /// Inputs by name, as the commands name them.
    pub inputs: Vec<String>,
    /// Kind of the objects.
    pub kind: String,
    /// Columns, in order.
    pub columns: Vec<Column>,
    /// Objects by cluster, namespace and name; events by time.
    pub rows: Vec<Row>,
    /// Why clusters without a row may have such objects all the same.
    pub notes: Vec<String>,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Heading.
    pub name: String,
    /// Shown on request only.
    pub wide: bool,
}

/// One object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The object; of an event, the object that it is about.
    pub object: Target,
    /// One text for each column.
    pub cells: Vec<String>,
    /// Commands that show it in the archive and on its cluster.
    pub see: Vec<String>,
}
