//! SecurityPolicies.

use eg_api::v1alpha1::SecurityPolicy;
use eg_resources::Object;

use crate::engine::Engine;

pub(crate) mod oidc;

/// Registers the units of this module.
pub(crate) fn register(engine: &mut Engine) {
    engine.root_for_each_object::<oidc::ProviderOf>(SecurityPolicy::KIND);
}
