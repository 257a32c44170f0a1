//! What must happen after a step.

use std::sync::Arc;

use eg_ir::{InfraIr, IrKey};
use eg_resources::{Demand, Rejected, StatusUpdate};
use eg_xds_translator::{ModelDelta, Question, QuestionKey};

use crate::Difference;

/// Everything that the shell around a [`Core`](crate::Core) must do after a step.
#[derive(Debug, Default)]
pub struct Effects {
    /// What proxies must be told.
    pub publish: Vec<Publication>,
    /// Fleets that are gone.
    pub withdraw: Vec<IrKey>,
    /// Fleets whose infrastructure is new or differs.
    pub apply: Vec<(IrKey, Arc<InfraIr>)>,
    /// Fleets whose infrastructure must go.
    pub delete: Vec<IrKey>,
    /// Statuses that differ from those last asked for.
    pub statuses: Vec<StatusUpdate>,
    /// What stages must be asked; answers come back as [`Event::Staged`](crate::Event::Staged).
    pub ask: Vec<(IrKey, Question)>,
    /// Questions that need no answer any more. One that is in `ask` too is asked anew.
    pub forget: Vec<(IrKey, QuestionKey)>,
    /// What must be learned from the outside world; answers come back as [`Event::Answered`](crate::Event::Answered).
    pub demand: Vec<Demand>,
    /// What nobody needs to know any more.
    pub undemand: Vec<Demand>,
    /// Objects that stay out because another source owns them.
    pub rejected: Vec<Rejected>,
    /// What sessions got wrong, where that is looked for.
    pub differences: Vec<Difference>,
    /// When the next [`Event::Tick`](crate::Event::Tick) is due although nothing changes, in seconds since 1970.
    pub wake_at: Option<i64>,
}

impl Effects {
    /// Takes over the questions of a delta.
    pub(crate) fn take_questions(&mut self, fleet: &IrKey, mut delta: ModelDelta) -> ModelDelta {
        for key in std::mem::take(&mut delta.forgotten) {
            // One that was raised earlier in the same step need not be asked at all.
            let raised = self.ask.iter().position(|(of, question)| of == fleet && question.key == key);
            match raised {
                Some(at) => drop(self.ask.remove(at)),
                None => self.forget.push((fleet.clone(), key)),
            }
        }
        let asked = std::mem::take(&mut delta.asked);
        self.ask.extend(asked.into_iter().map(|question| (fleet.clone(), question)));
        delta
    }

    /// Leaves nothing but questions, demands and what ends them, and what is about sources and time.
    pub(crate) fn withhold(&mut self) {
        self.publish.clear();
        self.apply.clear();
        self.delete.clear();
        self.statuses.clear();
    }
}

/// What the proxies of one fleet must be told.
#[derive(Debug)]
pub struct Publication {
    /// The fleet.
    pub fleet: IrKey,
    /// What differs from what they were told before.
    pub delta: ModelDelta,
}
