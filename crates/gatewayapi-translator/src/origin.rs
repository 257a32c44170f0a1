//! Where IR nodes come from.

use std::{collections::BTreeMap, sync::Arc};

use eg_ir::Origin;
use eg_resources::Object;

/// The prefix of annotations that are meant for the proxies.
const FOR_PROXIES: &str = "gateway.envoyproxy.io/";

/// The origin of a node that is made from `object`.
pub(crate) fn of(object: &impl Object) -> Origin {
    let meta = object.meta();
    let annotations = meta.annotations.iter();
    let for_proxies: BTreeMap<String, String> = annotations
        .filter_map(|(key, value)| Some((key.strip_prefix(FOR_PROXIES)?.to_owned(), value.clone())))
        .collect();
    Origin {
        object: object.object_ref(),
        section: None,
        generation: meta.generation(),
        annotations: (!for_proxies.is_empty()).then(|| Arc::new(for_proxies)),
    }
}
