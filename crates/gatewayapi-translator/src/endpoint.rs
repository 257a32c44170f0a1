//! Endpoints of backends.

/// Registers the units of this module.
pub(crate) fn register(_engine: &mut crate::engine::Engine) {}
