//! Routes: binding to listeners, and lowering to the IR.

/// Registers the units of this module.
pub(crate) fn register(_engine: &mut crate::engine::Engine) {}
