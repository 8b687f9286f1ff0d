//! The `yike` program.

fn main() {}
