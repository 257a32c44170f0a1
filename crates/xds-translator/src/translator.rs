//! The translator and its features.

use std::sync::Arc;

use eg_ir::XdsIr;

use crate::{Features, Session, Stage, XdsModel};

/// Translates IR into packed Envoy resources.
///
/// Cloning is cheap. The translation is a pure function of the features and the IR.
#[derive(Clone, Debug, Default)]
pub struct XdsTranslator {
    pub(crate) features: Arc<Features>,
    pub(crate) stages: Arc<[Arc<dyn Stage>]>,
}

impl XdsTranslator {
    /// A translator with these features.
    pub fn new(features: Features) -> Self {
        Self { features: Arc::new(features), stages: Arc::default() }
    }

    /// The same with these stages, which see what is finished in this order.
    #[must_use]
    pub fn with_stages(mut self, stages: impl IntoIterator<Item = Arc<dyn Stage>>) -> Self {
        self.stages = stages.into_iter().collect();
        self
    }

    /// The stages, in order.
    pub fn stages(&self) -> &[Arc<dyn Stage>] {
        &self.stages
    }

    /// The model of a fleet, from scratch.
    ///
    /// What can be emitted is; the rest fails closed and is reported in [`XdsModel::findings`]. Stages have not answered
    /// yet, so what they want to see is served by their fail modes.
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
