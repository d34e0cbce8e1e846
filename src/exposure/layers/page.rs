//! The page of layers.
