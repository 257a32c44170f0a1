//! What is held back until it is complete.
//!
//! The first state of a core may raise demands, and questions to stages. Proxies that were told half of it would serve
//! half of it, so nothing leaves before those are answered, failed, or were waited for long enough.

use std::collections::BTreeSet;

use eg_ir::IrKey;
use eg_xds_translator::QuestionKey;

use crate::Effects;

/// Lets effects pass once everything of the first state is known.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    open: bool,
    /// Whether effects were held back.
    held: bool,
    unanswered: BTreeSet<(IrKey, QuestionKey)>,
}

/// What to do with the effects of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passage {
    /// They leave.
    Pass,
    /// They stay, all but questions.
    Hold,
    /// They leave together with all that was held back.
    Release,
}

impl Gate {
    /// Whether effects pass.
    pub(crate) fn is_open(&self) -> bool {
        self.open
    }

    /// A question was answered, or the answer failed.
    pub(crate) fn answered(&mut self, fleet: &IrKey, question: &QuestionKey) {
        if !self.open {
            self.unanswered.remove(&(fleet.clone(), question.clone()));
        }
    }

    /// Decides about the effects of a step after which everything else is known, demands if `answered`; with `give_up`,
    /// whatever is missing.
    pub(crate) fn decide(&mut self, effects: &Effects, answered: bool, give_up: bool) -> Passage {
        if self.open {
            return Passage::Pass;
        }
        for (fleet, question) in &effects.forget {
            self.unanswered.remove(&(fleet.clone(), question.clone()));
        }
        self.unanswered.retain(|(fleet, _)| !effects.withdraw.contains(fleet));
        let asked = effects.ask.iter().map(|(fleet, question)| (fleet.clone(), question.key.clone()));
        self.unanswered.extend(asked);
        let is_known = self.unanswered.is_empty() && answered;
        if !is_known && !give_up {
            self.held = true;
            return Passage::Hold;
        }
        self.open = true;
        self.unanswered.clear();
        if self.held { Passage::Release } else { Passage::Pass }
    }
}
