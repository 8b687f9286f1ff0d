//! House checks of Yike: `cargo x tidy`.

fn main() {}
