//! Kinds of policies.

use std::{borrow::Cow, fmt, hash::Hash, sync::Arc};

use eg_api::{
    gateway::{Gateway, GrpcRoute, HttpRoute, ListenerSet, TcpRoute, TlsRoute, UdpRoute},
    meta::ObjectMeta,
    v1alpha1::PolicyTargetReferences,
};
use eg_diag::{Kind, ObjectRef};
use eg_resources::Object;
use serde::{Serialize, de::DeserializeOwned};

use super::field::PolicyField;
use crate::Features;

/// One kind of policy, as the authors of its fields see it.
///
/// Implemented by a marker for each kind of this crate, such as [`ClientTraffic`](super::ClientTraffic).
pub trait PolicyKind: Sized + Send + Sync + 'static {
    /// What a policy of the kind says.
    type Spec;
    /// What a policy can be lowered for, as far as fields tell the difference.
    type Place: Clone + Ord + Hash + fmt::Debug + Send + Sync + 'static;
    /// The part of the IR that its fields fill.
    type Slot: Clone + Default + PartialEq + Send + Sync + 'static;
}

/// The kinds of objects that are targeted by policies for all kinds of routes.
pub(crate) const GATEWAYS_AND_ROUTES: &[Kind] = &[
    Gateway::KIND,
    ListenerSet::KIND,
    HttpRoute::KIND,
    GrpcRoute::KIND,
    TlsRoute::KIND,
    TcpRoute::KIND,
    UdpRoute::KIND,
];

/// What attachment knows of a kind.
pub(crate) trait Targeting: Send + Sync + 'static {
    /// The API object.
    type Object: Object;
    /// The kinds of objects that may be targeted.
    const TARGETS: &'static [Kind];
    /// Whether targets may be selected by their labels.
    const SELECTS: bool = true;
    /// The names of the units.
    const TARGETING: TargetingNames;

    /// What an object targets.
    fn targets(object: &Self::Object) -> Cow<'_, PolicyTargetReferences>;
}

/// What this crate knows of a kind whose policies have fields.
pub(crate) trait Attachable: Targeting + PolicyKind<Spec: Serialize + DeserializeOwned> {
    /// Lists that are merged, by their JSON pointers. With a key, entries are the same that have the same value of it.
    const MERGED_LISTS: &'static [(&'static str, Option<&'static str>)] = &[];
    /// The names of the units.
    const UNITS: UnitNames;
    /// The rank of lowering, which is above that of everything that its fields read.
    const RANK: u8;

    /// What an object says.
    fn spec(object: &Self::Object) -> &Self::Spec;

    /// How the policy of a route is merged over that of its parent; `None` when it replaces it.
    fn merge_type(spec: &Self::Spec) -> Option<&str> {
        let _ = spec;
        None
    }

    /// The built-in fields, in the order in which they are lowered.
    fn fields() -> &'static [&'static dyn PolicyField<Self>];

    /// The fields that an embedder added.
    fn added(features: &Features) -> &[Arc<dyn PolicyField<Self>>] {
        let _ = features;
        &[]
    }

    /// What remains of the slot when a field could not be lowered. Whatever the policy is for fails closed then.
    fn close(slot: &mut Self::Slot);
}

/// A kind whose policies routes ask for.
pub(crate) trait OfRoutes: Attachable {
    /// What policies are lowered for: a route at the Gateway that serves it, or the Gateway itself.
    fn place(user: &ObjectRef, gateway: &ObjectRef) -> Self::Place;
}

/// The names of the units that attach the policies of a kind.
pub(crate) struct TargetingNames {
    pub(crate) in_use: &'static str,
    pub(crate) targets: &'static str,
    pub(crate) selection: &'static str,
    pub(crate) policies: &'static str,
}

/// The names of the units for which the policies of a kind are lowered.
pub(crate) struct UnitNames {
    pub(crate) effective: &'static str,
    pub(crate) lowered: &'static str,
    pub(crate) status: &'static str,
    pub(crate) of_gateway: &'static str,
}

/// A policy as its author wrote it.
pub struct Declared<'a, P: PolicyKind> {
    /// What it says.
    pub spec: &'a P::Spec,
    /// Its metadata; a vendor's field may be an annotation.
    pub meta: &'a ObjectMeta,
}

impl<P: PolicyKind> fmt::Debug for Declared<'_, P> {
    /// Names the policy; what it says may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Declared").field("name", &self.meta.name).finish_non_exhaustive()
    }
}
