//! Secrets from the operating system.

/// 32 random bytes; the process cannot go on safely without them.
///
/// # Panics
/// When the operating system has no randomness to give.
pub fn bytes() -> [u8; 32] {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the operating system gives randomness");
    bytes
}

/// A secret as 64 hex digits.
pub fn secret() -> String {
    use std::fmt::Write;
    bytes().iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
