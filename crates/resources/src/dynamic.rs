//! Objects of kinds that are known by configuration only.

use eg_api::meta::ObjectMeta;
use eg_diag::{Kind, ObjectRef};
use serde_json::Value;

use crate::{Object, kinds::known};

/// An object whose kind no type describes: metadata and JSON.
///
/// Its `spec.targetRef`, `spec.targetRefs` and `spec.targetSelectors` are indexed like those of a policy.
#[derive(Clone, Debug, PartialEq)]
pub struct DynamicObject {
    /// Group and kind.
    pub kind: Kind,
    /// Version of the API it was written in, such as `v1alpha1`.
    pub version: String,
    /// Metadata.
    pub metadata: ObjectMeta,
    /// The whole object as it was written, without `status`.
    pub body: Value,
}

impl DynamicObject {
    fn target_refs(&self) -> impl Iterator<Item = &Value> {
        let spec = &self.body["spec"];
        let many = spec["targetRefs"].as_array().into_iter().flatten();
        many.chain(Some(&spec["targetRef"]).filter(|target| target.is_object()))
    }
}

impl Object for DynamicObject {
    const KIND: Kind = eg_diag::kind!("", "");

    fn meta(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn kind(&self) -> Kind {
        self.kind
    }

    fn references(&self, visit: &mut dyn FnMut(ObjectRef)) {
        for target in self.target_refs() {
            let text = |field: &str| target[field].as_str().unwrap_or_default();
            let namespace =
                target["namespace"].as_str().or(self.metadata.namespace.as_deref()).unwrap_or_default();
            if let Some(kind) = known(text("group"), text("kind")) {
                visit(ObjectRef::new(kind, namespace, text("name")));
            }
        }
    }

    fn selects(&self, visit: &mut dyn FnMut(Kind)) {
        for selector in self.body["spec"]["targetSelectors"].as_array().into_iter().flatten() {
            let group = selector["group"].as_str().unwrap_or("gateway.networking.k8s.io");
            if let Some(kind) = selector["kind"].as_str().and_then(|kind| known(group, kind)) {
                visit(kind);
            }
        }
    }

    fn forget_outputs(&mut self) {
        self.metadata.forget_version();
        if let Some(body) = self.body.as_object_mut() {
            body.remove("status");
        }
        if let Some(metadata) = self.body.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.remove("resourceVersion");
            metadata.remove("managedFields");
        }
    }

    fn to_json(&self) -> Value {
        self.body.clone()
    }
}
