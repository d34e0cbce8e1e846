//! How much of a text is read.

/// A limit of reading, as [`ProblemKind::LimitExceeded`](crate::ProblemKind::LimitExceeded) names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// [`Limits::max_bytes`]
    FileSize,
    /// [`Limits::max_nesting`]
    Nesting,
    /// [`Limits::max_nodes`]
    Nodes,
    /// [`Limits::max_aliased_nodes`]
    AliasedNodes,
    /// [`Limits::max_scalar_bytes`]
    ValueSize,
    /// [`Limits::max_problems`]
    Problems,
}

/// The most that is read of a text. Inputs are untrusted: each limit turns an attack into a problem with a span.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Collections within one another, aliases followed. The rooms downstream recurse over nodes; at this depth their
    /// stacks stay far below 1 MB, and no manifest of the corpus goes beyond 20.
    pub max_nesting: usize,
    /// Nodes of a text, what aliases and merge keys repeat included. A node takes about 100 bytes with its text and its
    /// entry; a 16 MB manifest has about one million.
    pub max_nodes: usize,
    /// Nodes of one document that are there through aliases. goyaml refuses documents from about this figure on
    /// (`alias_ratio_range_low` in its `decode.go`).
    pub max_aliased_nodes: usize,
    /// Length of a text in bytes. Offsets of a span are 32 bits wide.
    pub max_bytes: usize,
    /// Length of a scalar in bytes.
    pub max_scalar_bytes: usize,
    /// Problems that are described one by one; how many there are beyond that is said in a last one.
    pub max_problems: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            max_nesting: 200,
            max_nodes: 5_000_000,
            max_aliased_nodes: 400_000,
            max_bytes: 256 << 20,
            max_scalar_bytes: 16 << 20,
            max_problems: 500,
        }
    }
}
