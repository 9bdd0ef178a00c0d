//! What one input may cost.

/// The bounds that keep a hostile or broken input from taking the machine.
///
/// Every limit depends on content alone, so the same input always ends at the same byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Containers inside one another; the input itself is the first.
    pub nesting: u8,
    /// Members of all containers together.
    pub entries: u64,
    /// Bytes that the paths of all files may take together: every one of them is kept until the layout is known.
    pub names: u64,
    /// Bytes that all decompressors together may produce.
    pub unpacked: u64,
    /// Unpacked bytes per compressed byte, within one member.
    pub ratio: u64,
    /// The ratio counts only after this many bytes of one member: a small repetitive log is no bomb.
    pub ratio_floor: u64,
    /// Unpacked bytes of all members together per byte of the input: many small bombs, or bombs in bombs, each within the ratio.
    pub total_ratio: u64,
    /// That counts only after this many unpacked bytes.
    pub total_floor: u64,
    /// The longest file that is handed out in one piece; the rest of a longer one is left out.
    pub whole: usize,
    /// The longest line of a streamed file; a longer one loses its middle. Never below [`super::CHUNK`].
    pub line: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            nesting: 5,
            entries: 2_000_000,
            names: 384 << 20,
            unpacked: 256 << 30,
            ratio: 1000,
            ratio_floor: 16 << 20,
            total_ratio: 250,
            total_floor: 4 << 30,
            whole: 256 << 20,
            line: 1 << 20,
        }
    }
}
