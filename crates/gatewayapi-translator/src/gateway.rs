//! GatewayClasses, Gateways and their listeners.

pub(crate) mod view;

/// Registers the units of this module.
pub(crate) fn register(_engine: &mut crate::engine::Engine) {}
