//! Where IR nodes come from.

use eg_diag::ObjectRef;
use std::{collections::BTreeMap, sync::Arc};

use eg_ir::Origin;
use eg_resources::Object;

use crate::engine::{ReadCx, Unit};

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

/// The generation of an object, without what else changes in it; 0 when there is none.
pub(crate) struct GenerationOf;

impl Unit for GenerationOf {
    type Key = ObjectRef;
    type Out = i64;
    const NAME: &'static str = "generation";
    const RANK: u8 = 1;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> i64 {
        cx.get_any(key).map(|object| object.meta().generation()).unwrap_or_default()
    }
}
