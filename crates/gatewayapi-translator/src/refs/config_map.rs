//! Texts in ConfigMaps.

use eg_api::core::ConfigMap;
use eg_resources::Object;

use super::RefCx;

/// The entry of this key, or else the first one, in a ConfigMap of the namespace of the object that refers.
pub(crate) fn entry(refs: RefCx<'_, '_>, name: &str, key: &str) -> Result<Vec<u8>, String> {
    let target = refs.target(ConfigMap::KIND, None, name);
    let Ok(map) = refs.follow::<ConfigMap>(&target) else {
        return Err(format!("{target} does not exist"));
    };
    let text = |text: &String| text.as_bytes().to_vec();
    let named = map.data.get(key).map(text);
    let named = named.or_else(|| map.binary_data.get(key).map(|bytes| bytes.as_bytes().to_vec()));
    let first = || map.data.values().next().map(text);
    let first_binary = || map.binary_data.values().next().map(|bytes| bytes.as_bytes().to_vec());
    named.or_else(first).or_else(first_binary).ok_or_else(|| format!("{target} is empty"))
}
