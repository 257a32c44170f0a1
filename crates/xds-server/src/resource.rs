//! Resources as the server sees them: a name, a version and bytes.

use std::{fmt, sync::Arc};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;

/// The name of a resource, shared by the store and the streams.
pub type ResourceName = Arc<str>;

/// Nodes that get the same configuration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeGroup(pub Arc<str>);

impl From<&str> for NodeGroup {
    fn from(name: &str) -> Self {
        Self(name.into())
    }
}

impl fmt::Display for NodeGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A content hash: equal versions mean equal bytes, on every replica and after every restart.
///
/// On the wire it is 22 characters of unpadded base64url.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version([u8; 16]);

impl Version {
    /// Length of the text form in bytes.
    pub const TEXT_LEN: usize = 22;

    /// Hashes the encoded message of a resource.
    #[must_use]
    pub fn of(content: &[u8]) -> Self {
        Self::truncate(&blake3::hash(content))
    }

    /// Hashes a set of named resources, given in the order of their names.
    pub(crate) fn of_set<'a>(set: impl IntoIterator<Item = (&'a str, Version)>) -> Self {
        let mut hasher = blake3::Hasher::new();
        for (name, version) in set {
            hasher.update(&(name.len() as u64).to_le_bytes());
            hasher.update(name.as_bytes());
            hasher.update(&version.0);
        }
        Self::truncate(&hasher.finalize())
    }

    fn truncate(hash: &blake3::Hash) -> Self {
        let mut short = [0; 16];
        short.copy_from_slice(&hash.as_bytes()[..16]);
        Self(short)
    }

    /// Reads the text form; `None` when a client claims a version that is none of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 16];
        match URL_SAFE_NO_PAD.decode_slice(text, &mut bytes) {
            Ok(16) => Some(Self(bytes)),
            _ => None,
        }
    }

    /// A version that no content has, for a claim that cannot be read.
    pub(crate) const UNKNOWN: Self = Self([0; 16]);

    pub(crate) fn text(self) -> [u8; Self::TEXT_LEN] {
        let mut text = [b'A'; Self::TEXT_LEN];
        // 16 bytes always become 22 characters, so the only possible error, a short buffer, cannot happen.
        let written = URL_SAFE_NO_PAD.encode_slice(self.0, &mut text);
        debug_assert_eq!(written, Ok(Self::TEXT_LEN));
        text
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One resource: the encoded message and its version.
///
/// `Debug` shows the size of the body only, because the body of a secret is a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Resource {
    /// Content hash of the body.
    pub version: Version,
    /// The encoded message, which becomes the `value` of an `Any`.
    pub body: Bytes,
}

impl Resource {
    /// Wraps an encoded message and computes its version.
    #[must_use]
    pub fn new(body: Bytes) -> Self {
        Self { version: Version::of(&body), body }
    }

    /// Encodes a message and computes its version.
    pub fn encode(message: &impl prost::Message) -> Self {
        Self::new(message.encode_to_vec().into())
    }
}

impl fmt::Debug for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resource").field("version", &self.version).field("len", &self.body.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_round_trips() {
        let version = Version::of(b"cluster");
        let text = version.to_string();
        assert_eq!(text.len(), Version::TEXT_LEN);
        assert_eq!(text.as_bytes(), version.text());
        assert_eq!(Version::parse(&text), Some(version));
        for foreign in ["", "17", "not base64 at all!!!!!", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            assert_eq!(Version::parse(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn the_hash_of_a_set_separates_names_from_each_other() {
        let v = Version::of(b"x");
        assert_ne!(Version::of_set([("ab", v), ("c", v)]), Version::of_set([("a", v), ("bc", v)]));
        assert_ne!(Version::of_set([]), Version::of_set([("", v)]));
    }

    #[test]
    fn debug_hides_the_body() {
        let shown = format!("{:?}", Resource::new(Bytes::from_static(b"private key")));
        assert!(!shown.contains("private") && shown.contains("len: 11"), "{shown}");
    }
}
