//! Labels and annotations.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
};

/// A few texts by name, such as labels and annotations, in the order of their names.
///
/// Every object has two of these, and most hold little or nothing, so they are one list as long as what is in it; a tree would
/// take half a KiB for one label.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextMap(Box<[(String, String)]>);

impl TextMap {
    /// A map without entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// The text of this name.
    pub fn get(&self, name: &str) -> Option<&String> {
        let at = self.0.binary_search_by(|(known, _)| known.as_str().cmp(name)).ok()?;
        self.0.get(at).map(|(_, text)| text)
    }

    /// Whether there is a text of this name.
    pub fn contains_key(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Names and texts, in the order of names.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &String)> {
        self.0.iter().map(|(name, text)| (name, text))
    }

    /// Takes the text of this name out.
    pub fn remove(&mut self, name: &str) {
        if self.contains_key(name) {
            let entries = std::mem::take(&mut self.0).into_vec();
            self.0 = entries.into_iter().filter(|(known, _)| known != name).collect();
        }
    }
}

/// The last text of a name counts.
impl FromIterator<(String, String)> for TextMap {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(entries: I) -> Self {
        let mut entries: Vec<_> = entries.into_iter().collect();
        // Stable, so that of equal names the last one stays behind the others.
        entries.sort_by(|(left, _), (right, _)| left.cmp(right));
        entries.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                std::mem::swap(later, earlier);
            }
            same
        });
        Self(entries.into_boxed_slice())
    }
}

impl fmt::Debug for TextMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Serialize for TextMap {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for TextMap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = TextMap;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<TextMap, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry::<String, String>()? {
                    entries.push(entry);
                }
                Ok(entries.into_iter().collect())
            }
        }

        deserializer.deserialize_map(Entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_by_name_and_written_in_order() {
        let map: TextMap = serde_json::from_str(r#"{"b": "2", "a": "1", "c": "3"}"#).unwrap();
        assert_eq!(map.get("b").map(String::as_str), Some("2"));
        assert_eq!(map.get("d"), None);
        assert_eq!(serde_json::to_string(&map).unwrap(), r#"{"a":"1","b":"2","c":"3"}"#);
    }

    #[test]
    fn the_last_of_equal_names_counts() {
        let entry = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let map: TextMap =
            [entry("a", "1"), entry("b", "1"), entry("a", "2"), entry("a", "3")].into_iter().collect();
        assert_eq!(map, [entry("a", "3"), entry("b", "1")].into_iter().collect());
    }

    #[test]
    fn what_is_taken_out_is_gone() {
        let mut map: TextMap = [("a".to_owned(), "1".to_owned())].into_iter().collect();
        map.remove("b");
        assert_eq!(map.len(), 1);
        map.remove("a");
        assert!(map.is_empty());
    }
}
