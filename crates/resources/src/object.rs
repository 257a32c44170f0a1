//! Typed objects and their type-erased form.

use std::{any::Any, fmt, sync::Arc};

use eg_api::meta::ObjectMeta;
use eg_diag::{Kind, ObjectRef};
use serde_json::Value;

/// A typed object that the store can hold.
///
/// Implemented by every kind of `eg_api`, by [`DynamicObject`](crate::DynamicObject) for kinds known only by
/// configuration, by the facts of this crate, and by an embedder for kinds of its own.
pub trait Object: Clone + fmt::Debug + PartialEq + Send + Sync + 'static {
    /// The group and kind, where the type has one kind. A type of many kinds overrides [`Object::kind`].
    const KIND: Kind;

    /// The metadata.
    fn meta(&self) -> &ObjectMeta;

    /// The group and kind of this object.
    fn kind(&self) -> Kind {
        Self::KIND
    }

    /// Visits every object that this one names in its spec. The store indexes them, so that "who refers to this" is one
    /// look-up.
    fn references(&self, _visit: &mut dyn FnMut(ObjectRef)) {}

    /// Visits the kinds from which the object's own selectors pick objects.
    fn selects(&self, _visit: &mut dyn FnMut(Kind)) {}

    /// Visits the labels by which translation looks for objects of this kind. The store indexes them; other labels of the
    /// object can be read and not be looked for.
    fn labels(&self, _visit: &mut dyn FnMut(&str, &str)) {}

    /// Removes what is not an input of translation: the resource version, what `kubectl apply` noted, and the status of most
    /// kinds. Two objects
    /// that are equal afterwards mean the same.
    fn forget_outputs(&mut self) {}

    /// The object as JSON, for dumps and for `egctl`.
    fn to_json(&self) -> Value {
        Value::Null
    }

    /// The identity of this object.
    fn object_ref(&self) -> ObjectRef {
        let meta = self.meta();
        ObjectRef::new(self.kind(), meta.namespace.as_deref().unwrap_or_default(), meta.name.as_str())
    }
}

/// What is known of an object whose type is erased.
trait Erased: Any + Send + Sync {
    fn meta(&self) -> &ObjectMeta;
    fn references(&self, visit: &mut dyn FnMut(ObjectRef));
    fn selects(&self, visit: &mut dyn FnMut(Kind));
    fn labels(&self, visit: &mut dyn FnMut(&str, &str));
    fn same(&self, other: &dyn Any) -> bool;
    fn to_json(&self) -> Value;
    fn as_any(&self) -> &dyn Any;
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
}

impl<K: Object> Erased for K {
    fn meta(&self) -> &ObjectMeta {
        Object::meta(self)
    }

    fn references(&self, visit: &mut dyn FnMut(ObjectRef)) {
        Object::references(self, visit);
    }

    fn selects(&self, visit: &mut dyn FnMut(Kind)) {
        Object::selects(self, visit);
    }

    fn labels(&self, visit: &mut dyn FnMut(&str, &str)) {
        Object::labels(self, visit);
    }

    fn same(&self, other: &dyn Any) -> bool {
        other.downcast_ref::<K>() == Some(self)
    }

    fn to_json(&self) -> Value {
        Object::to_json(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}

/// An [`Object`] with its type erased; cloning shares it.
#[derive(Clone)]
pub struct AnyObject {
    key: ObjectRef,
    value: Arc<dyn Erased>,
}

impl AnyObject {
    /// Erases the type of `object`, after it forgot what is not an input.
    pub fn new<K: Object>(mut object: K) -> Self {
        object.forget_outputs();
        Self { key: object.object_ref(), value: Arc::new(object) }
    }

    /// The identity of the object.
    pub fn key(&self) -> &ObjectRef {
        &self.key
    }

    /// The metadata of the object.
    pub fn meta(&self) -> &ObjectMeta {
        self.value.meta()
    }

    /// The typed object; `None` when it is of another type.
    pub fn downcast<K: Object>(&self) -> Option<Arc<K>> {
        Arc::clone(&self.value).into_any().downcast().ok()
    }

    /// A borrow of the typed object; `None` when it is of another type.
    pub fn downcast_ref<K: Object>(&self) -> Option<&K> {
        self.value.as_any().downcast_ref()
    }

    /// Visits every object that this one names.
    pub fn references(&self, visit: &mut dyn FnMut(ObjectRef)) {
        self.value.references(visit);
    }

    /// Visits the kinds from which the object's selectors pick.
    pub fn selects(&self, visit: &mut dyn FnMut(Kind)) {
        self.value.selects(visit);
    }

    /// Visits the labels by which translation looks for this object.
    pub fn labels(&self, visit: &mut dyn FnMut(&str, &str)) {
        self.value.labels(visit);
    }

    /// The object as JSON.
    pub fn to_json(&self) -> Value {
        self.value.to_json()
    }
}

impl PartialEq for AnyObject {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.value, &other.value)
            || (self.key == other.key && self.value.same(other.value.as_any()))
    }
}

impl fmt::Debug for AnyObject {
    /// Names the object; its content may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AnyObject").field(&self.key).finish()
    }
}
