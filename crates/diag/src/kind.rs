//! Kinds of objects.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    ops::Deref,
    sync::{Mutex, MutexGuard},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The group and name of a kind: what a [`Kind`] points at.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KindNames {
    /// The API group; empty for the core group.
    pub group: &'static str,
    /// The kind within the group.
    pub kind: &'static str,
    /// Tells most different kinds apart without a look at their texts.
    digest: u64,
}

impl KindNames {
    /// The names of a kind; a `static` of them makes a [`Kind`].
    pub const fn new(group: &'static str, kind: &'static str) -> Self {
        let digest = digest(digest(0xcbf2_9ce4_8422_2325, group.as_bytes()), kind.as_bytes());
        Self { group, kind, digest }
    }
}

/// FNV-1a, and the end of the text, so that texts that are joined differently differ.
const fn digest(mut state: u64, bytes: &[u8]) -> u64 {
    let mut rest = bytes;
    while let [byte, tail @ ..] = rest {
        // `From` is not `const`; this widens.
        state = (state ^ *byte as u64).wrapping_mul(0x0100_0000_01b3);
        rest = tail;
    }
    (state ^ 0xff).wrapping_mul(0x0100_0000_01b3)
}

/// The API group and kind of an object, such as `gateway.networking.k8s.io` and `HTTPRoute`.
///
/// It is one word wide and `Copy`; equality and order are by text. The version of the API is not part of it.
/// [`kind!`](crate::kind!) makes one of names that are known when the program is compiled.
#[derive(Clone, Copy)]
pub struct Kind(&'static KindNames);

impl Kind {
    /// The kind of these names.
    pub const fn new(names: &'static KindNames) -> Self {
        Self(names)
    }

    /// A kind whose names come from configuration or from an object.
    ///
    /// Names never seen before are kept for the life of the process, so call this with the kinds that are configured,
    /// not with whatever text a tenant may write.
    pub fn intern(group: &str, kind: &str) -> Self {
        let mut interned = interned();
        if let Some(known) = find(&interned, group, kind) {
            return known;
        }
        let leak = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
        let kept = Self(Box::leak(Box::new(KindNames::new(leak(group), leak(kind)))));
        interned.push(kept);
        kept
    }

    /// The kind of these names if [`Kind::intern`] was called with them before. Nothing is kept of names that were not.
    pub fn known(group: &str, kind: &str) -> Option<Self> {
        find(&interned(), group, kind)
    }
}

/// The [`Kind`] of a group and a name that are known when the program is compiled.
///
/// ```
/// use eg_diag::{Kind, kind};
///
/// const WIDGET: Kind = kind!("example.com", "Widget");
/// assert_eq!(WIDGET.group, "example.com");
/// ```
#[macro_export]
macro_rules! kind {
    ($group:expr, $kind:expr $(,)?) => {{
        // One place for all who use the kind, so that equal kinds nearly always are the same place.
        static NAMES: $crate::KindNames = $crate::KindNames::new($group, $kind);
        $crate::Kind::new(&NAMES)
    }};
}

/// The kinds that were interned; there are as many as are configured.
static INTERNED: Mutex<Vec<Kind>> = Mutex::new(Vec::new());

fn interned() -> MutexGuard<'static, Vec<Kind>> {
    // A panic while the lock is held leaves a complete list behind, so a poisoned lock is usable.
    INTERNED.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn find(kinds: &[Kind], group: &str, kind: &str) -> Option<Kind> {
    kinds.iter().copied().find(|known| known.group == group && known.kind == kind)
}

impl Deref for Kind {
    type Target = KindNames;

    fn deref(&self) -> &KindNames {
        self.0
    }
}

// By hand, because equal kinds nearly always are the very same place, and kinds are the first thing that is compared
// wherever objects are looked up.
impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0) || (self.digest == other.digest && self.0 == other.0)
    }
}

impl Eq for Kind {}

impl Hash for Kind {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.digest.hash(state);
    }
}

impl Ord for Kind {
    fn cmp(&self, other: &Self) -> Ordering {
        if std::ptr::eq(self.0, other.0) { Ordering::Equal } else { self.0.cmp(other.0) }
    }
}

impl PartialOrd for Kind {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Kind {
    /// Writes `Kind` for the core group and `Kind.group` otherwise.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind)?;
        if self.group.is_empty() { Ok(()) } else { write!(f, ".{}", self.group) }
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (kind, group) = text.split_once('.').unwrap_or((&text, ""));
        Ok(Self::intern(group, kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_equal_and_ordered_by_text() {
        let (here, there) = (kind!("example.com", "Widget"), kind!("example.com", "Widget"));
        assert!(!std::ptr::eq(here.0, there.0));
        assert_eq!(here, there);
        assert_eq!(here.cmp(&there), Ordering::Equal);
        assert_eq!(here.digest, there.digest);

        let ordered = [
            kind!("", "Service"),
            kind!("example.co", "mWidget"),
            kind!("example.com", "Gadget"),
            here,
            kind!("example.net", "Gadget"),
        ];
        assert!(ordered.is_sorted_by(|left, right| left < right && left != right));
    }

    #[test]
    fn interned_kinds_equal_static_ones() {
        let kind = kind!("example.com", "Widget");
        assert_eq!(Kind::intern("example.com", "Widget"), kind);
        assert_eq!(Kind::known("example.com", "Widget"), Some(kind));
        assert_eq!(Kind::known("example.com", "Never"), None);
        assert_eq!(kind.to_string(), "Widget.example.com");
        assert_eq!(kind!("", "Secret").to_string(), "Secret");
    }
}
