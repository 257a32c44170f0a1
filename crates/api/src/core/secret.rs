//! Secret: confidential bytes by name.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::meta::ObjectMeta;

/// Confidential bytes by name. `Debug` shows names and sizes, never contents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Secret {
    /// Name, namespace and bookkeeping of the object.
    pub metadata: ObjectMeta,
    /// What the bytes are for, `kubernetes.io/tls` for example.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
    /// The bytes by name. Texts given as `stringData` are in here too.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub data: BTreeMap<String, ByteString>,
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Default, Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        struct Written {
            metadata: ObjectMeta,
            r#type: Option<String>,
            data: BTreeMap<String, ByteString>,
            string_data: BTreeMap<String, String>,
        }
        let Written { metadata, r#type, mut data, string_data } = Written::deserialize(deserializer)?;
        data.extend(string_data.into_iter().map(|(name, text)| (name, ByteString(text.into_bytes()))));
        Ok(Self { metadata, r#type, data })
    }
}

/// Bytes that are base64 when written. `Debug` shows their number only.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct ByteString(pub Vec<u8>);

impl ByteString {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes as text, if they are UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }
}

impl fmt::Debug for ByteString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} bytes>", self.0.len())
    }
}

impl Serialize for ByteString {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for ByteString {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut text = crate::meta::text(deserializer)?.into_owned();
        text.retain(|c| !matches!(c, '\n' | '\r'));
        STANDARD.decode(text).map(Self).map_err(|_| serde::de::Error::custom("value is not base64"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn string_data_joins_data() {
        let secret: Secret =
            serde_json::from_str(r#"{"type":"Opaque","data":{"a":"aGk="},"stringData":{"b":"there"}}"#)
                .unwrap();
        assert_eq!(secret.data["a"].as_str(), Some("hi"));
        assert_eq!(secret.data["b"].as_bytes(), b"there");
        assert_eq!(serde_json::to_value(&secret).unwrap()["data"]["b"], "dGhlcmU=");
    }

    #[test]
    fn debug_does_not_show_contents() {
        let secret: Secret = serde_json::from_str(r#"{"stringData":{"password":"hunter2"}}"#).unwrap();
        let shown = format!("{secret:?}");
        assert!(shown.contains("<7 bytes>"), "{shown}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
