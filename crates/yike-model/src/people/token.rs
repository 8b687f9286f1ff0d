//! Secrets handed to people: session cookies and one-time links. Only their digest is ever stored.

use std::fmt;
use std::str::FromStr;

use crate::digest::{BadDigest, Digest, Hasher};

/// 256 random bits, made by the caller. Written as 64 lower-case hex digits; `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(Digest);

impl Token {
    /// Makes a token from 32 random bytes.
    pub const fn new(random: [u8; 32]) -> Self {
        Self(Digest::from_bytes(random))
    }

    /// The secret as text, to be given to the person once.
    pub fn reveal(&self) -> String {
        self.0.to_string()
    }

    /// What is stored: a digest from which the token cannot be had.
    pub fn digest(&self) -> Digest {
        let mut hasher = Hasher::new("yike-token-1");
        hasher.field(self.0.as_bytes());
        hasher.finish()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(hidden)")
    }
}

impl FromStr for Token {
    type Err = BadDigest;
    fn from_str(text: &str) -> Result<Self, BadDigest> {
        text.parse().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_shows_only_when_asked() {
        let token = Token::new([7; 32]);
        assert_eq!(token.reveal().parse(), Ok(token.clone()));
        assert!(!format!("{token:?}").contains("07"));
        assert_ne!(token.digest().to_string(), token.reveal());
    }
}
