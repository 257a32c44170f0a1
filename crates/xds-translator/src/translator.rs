//! The translator and its features.

use std::sync::Arc;

use eg_ir::XdsIr;

use crate::{Features, Session, XdsModel};

/// Translates IR into packed Envoy resources.
///
/// Cloning is cheap. The translation is a pure function of the features and the IR.
#[derive(Clone, Debug, Default)]
pub struct XdsTranslator {
    pub(crate) features: Arc<Features>,
}

impl XdsTranslator {
    /// A translator with these features.
    pub fn new(features: Features) -> Self {
        Self { features: Arc::new(features) }
    }

    /// The model of a fleet, from scratch.
    ///
    /// What can be emitted is; the rest fails closed and is reported in [`XdsModel::findings`].
    pub fn translate(&self, ir: &XdsIr) -> XdsModel {
        let mut session = self.session();
        session.update(ir);
        session.into_model()
    }

    /// A session that translates successive versions of one fleet's IR, each at the cost of what changed.
    pub fn session(&self) -> Session {
        Session::new(self.clone())
    }
}
