//! Labels of objects, without what else changes in them.

use eg_api::meta::TextMap;
use eg_diag::ObjectRef;

use crate::engine::{ReadCx, Unit};

/// The labels of an object; `None` when there is no such object.
pub(crate) struct LabelsOf;

impl Unit for LabelsOf {
    type Key = ObjectRef;
    type Out = Option<TextMap>;
    const NAME: &'static str = "labels";
    const RANK: u8 = 1;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> Self::Out {
        cx.get_any(key).map(|object| object.meta().labels.clone())
    }
}
