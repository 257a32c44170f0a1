//! What proxies said to what they were told.

use eg_ir::{IrKey, Name};
use eg_xds_translator::{ResourceType, Version};

use super::Core;
use crate::{Effects, Publication};

/// What a proxy said to one version of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The fleet that the proxy is of.
    pub fleet: IrKey,
    /// The type of the resource.
    pub resource_type: ResourceType,
    /// The name of the resource.
    pub resource: Name,
    /// The version that was sent.
    pub version: Version,
    /// The words with which it was refused; `None` when it was accepted.
    pub refusal: Option<String>,
}

impl Core {
    /// Whether it matters now which resources proxies accept. Refusals matter always.
    pub fn is_searching(&self) -> bool {
        self.fleets.values().any(eg_xds_translator::Session::is_searching)
    }

    /// Replaces what proxies refuse.
    pub(super) fn take_judgements(&mut self, judgements: Vec<Judgement>, effects: &mut Effects) {
        for Judgement { fleet, resource_type, resource, version, refusal } in judgements {
            let Some(session) = self.fleets.get_mut(&fleet) else { continue };
            let delta = match refusal {
                Some(words) => session.refused(resource_type, &resource, version, &words),
                None => session.accepted(resource_type, &resource, version),
            };
            self.outcomes.note(&fleet, &delta);
            let delta = effects.take_questions(&fleet, delta);
            if !delta.is_empty() {
                effects.publish.push(Publication { fleet, delta });
            }
        }
    }
}
