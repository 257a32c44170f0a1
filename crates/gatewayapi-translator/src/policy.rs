//! Policies: what they ask for, where they apply, and what their status says about it.
//!
//! - `ancestor`: who uses a policy, which is what its status has an entry for;
//! - `backend_tls`: BackendTLSPolicies;
//! - `patch`: EnvoyPatchPolicies.

use eg_api::{gateway::BackendTlsPolicy, v1alpha1::EnvoyPatchPolicy};
use eg_resources::Object;

use crate::{engine::Engine, fanout::Patches};

pub(crate) mod ancestor;
pub(crate) mod backend_tls;
mod patch;

/// Registers the units of this module.
pub(crate) fn register(engine: &mut Engine) {
    engine.root_for_each_object::<backend_tls::BackendTlsPolicyRoot>(BackendTlsPolicy::KIND);
    engine.root_for_each_object::<patch::PatchFanout>(EnvoyPatchPolicy::KIND);
    engine.root_for_each_object::<patch::EnvoyPatchPolicyRoot>(EnvoyPatchPolicy::KIND);
    engine.root_for_each_group::<Patches, patch::PatchesUnit>();
}
