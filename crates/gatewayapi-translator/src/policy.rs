//! Policies: what they ask for, where they apply, and what their status says about it.
//!
//! - `ancestor`: who uses a policy, which is what its status has an entry for;
//! - `backend_tls`: BackendTLSPolicies.

use eg_api::gateway::BackendTlsPolicy;
use eg_resources::Object;

use crate::engine::Engine;

pub(crate) mod ancestor;
pub(crate) mod backend_tls;

/// Registers the units of this module.
pub(crate) fn register(engine: &mut Engine) {
    engine.root_for_each_object::<backend_tls::BackendTlsPolicyRoot>(BackendTlsPolicy::KIND);
}
