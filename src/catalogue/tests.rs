//! The catalogue, and that it can be read.
