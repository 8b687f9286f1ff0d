//! Generates an invented district, deterministic from a seed and a size, as real files.
