//! A secret of the installation, and the digests only it can make.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::digest::Digest;

/// 256 secret bits. What has few possible values, such as a phone number, an address or a code of six
/// digits, is found again from a plain digest by trying them all; not from a digest made with a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(Digest);

impl Key {
    /// Takes 32 random bytes, or those that were kept.
    pub const fn new(bytes: Digest) -> Self {
        Self(bytes)
    }

    /// What is kept of it, which is all of it.
    pub const fn reveal(&self) -> Digest {
        self.0
    }

    /// HMAC-SHA256 over what the digest is for (`label`) and the parts, each behind its length.
    pub fn digest(&self, label: &'static str, parts: &[&[u8]]) -> Digest {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.0.as_bytes()).expect("any length will do");
        for part in [label.as_bytes()].iter().chain(parts) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        Digest::from_bytes(mac.finalize().into_bytes().into())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// HMAC-SHA256 as RFC 2104 has it, by hand.
    fn slow(key: &[u8], text: &[u8]) -> Digest {
        let block = |pad: u8| {
            let mut block = [pad; 64];
            block.iter_mut().zip(key).for_each(|(b, k)| *b ^= k);
            block
        };
        let inner = Digest::of(&[&block(0x36)[..], text].concat());
        Digest::of(&[&block(0x5c)[..], inner.as_bytes()].concat())
    }

    #[test]
    fn it_is_hmac_over_lengths_and_parts() {
        let key = Key::new(Digest::of(b"k"));
        let mut text = Vec::new();
        for part in [&b"phone"[..], b"+8613812345678", b""] {
            text.extend((part.len() as u64).to_be_bytes());
            text.extend(part);
        }
        let made = key.digest("phone", &[b"+8613812345678", b""]);
        assert_eq!(made, slow(key.reveal().as_bytes(), &text));
    }

    #[test]
    fn another_key_label_or_part_is_another_digest() {
        let (one, other) = (Key::new(Digest::of(b"1")), Key::new(Digest::of(b"2")));
        let made = one.digest("a", &[b"bc"]);
        assert_ne!(made, other.digest("a", &[b"bc"]));
        assert_ne!(made, one.digest("ab", &[b"c"]));
        assert_ne!(made, one.digest("a", &[b"b", b"c"]));
        assert_eq!(format!("{one:?}"), "Key(hidden)");
    }
}
