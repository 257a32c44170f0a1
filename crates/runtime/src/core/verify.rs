//! Comparing sessions with translations from scratch while they work.
//!
//! Sessions promise what starting over would give, for the cost of what changed. With this switch every step is done
//! both ways. A difference is a bug of ours: it is told, counted, and what starting over gives is put into force.

use std::{collections::BTreeSet, fmt};

use eg_diag::ObjectRef;
use eg_gatewayapi_translator::{Translation, TranslationDelta};
use eg_ir::{IrKey, Name, XdsDiff};
use eg_xds_translator::{ModelDelta, NodePath, ResourceType, XdsModel};

use super::{Core, difference, with_ready_port};
use crate::{Effects, Publication};

/// Something that a session got wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// The IR of a fleet.
    Ir {
        /// The fleet.
        fleet: IrKey,
        /// What differs.
        what: Box<XdsDiff>,
    },
    /// The infrastructure of a fleet.
    Infra {
        /// The fleet.
        fleet: IrKey,
    },
    /// The status of an object.
    Status {
        /// The object.
        object: ObjectRef,
    },
    /// What a stage is shown.
    Slice {
        /// The fleet.
        fleet: IrKey,
        /// The name of the stage.
        stage: Name,
        /// The object that the slice was made from.
        object: ObjectRef,
    },
    /// A resource for Envoy.
    Resource {
        /// The fleet.
        fleet: IrKey,
        /// Its type.
        resource_type: ResourceType,
        /// Its name.
        name: Name,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ir { fleet, what } => write!(f, "the IR of fleet {fleet}: {what:?}"),
            Self::Infra { fleet } => write!(f, "the infrastructure of fleet {fleet}"),
            Self::Status { object } => write!(f, "the status of {object}"),
            Self::Slice { fleet, stage, object } => {
                write!(f, "what the stage `{stage}` is shown of {object} in fleet {fleet}")
            }
            Self::Resource { fleet, resource_type, name } => {
                write!(f, "{resource_type:?} {name} of fleet {fleet}")
            }
        }
    }
}

impl Core {
    /// Compares the sessions with translation and emission from scratch, and goes on with the latter where they differ.
    pub(super) fn verify(&mut self, effects: &mut Effects) {
        let snapshot = self.store.snapshot();
        let mut scratch = self.translator.session();
        scratch.update(&snapshot, &snapshot.as_delta());
        let changed = difference(self.session.current(), scratch.current());
        if !changed.is_empty() {
            self.tell_apart(&changed, scratch.current(), effects);
            self.session = scratch;
            self.carry_out(changed, BTreeSet::new(), effects);
        }
        for fleet in self.session.current().xds.keys().cloned().collect::<Vec<_>>() {
            self.verify_emission(fleet, effects);
        }
    }

    fn tell_apart(&self, changed: &TranslationDelta, scratch: &Translation, effects: &mut Effects) {
        let TranslationDelta { xds, infra, statuses, demands: _ } = changed;
        effects.differences.extend(xds.iter().map(|fleet| {
            let of = |translation: &Translation| translation.xds.get(fleet).cloned().unwrap_or_default();
            let what = Box::new(of(scratch).diff(&of(self.session.current())));
            Difference::Ir { fleet: fleet.clone(), what }
        }));
        effects.differences.extend(infra.iter().map(|fleet| Difference::Infra { fleet: fleet.clone() }));
        effects
            .differences
            .extend(statuses.iter().map(|object| Difference::Status { object: object.clone() }));
    }

    fn verify_emission(&mut self, fleet: IrKey, effects: &mut Effects) {
        let (Some(ir), Some(session)) = (self.session.current().xds.get(&fleet), self.fleets.get(&fleet))
        else {
            return;
        };
        // Starting over does not know what proxies refused.
        if session.is_quarantined() {
            return;
        }
        let ir = with_ready_port(ir.clone(), self.ready_ports.get(&fleet).copied());
        let (scratch, staged) = session.start_over(&ir);
        let mut delta = apart(session.model(), scratch.model());
        if delta.is_empty() && staged.asked.is_empty() {
            return;
        }
        // What waits for answers is served in its last form, whatever it is now.
        effects.differences.extend(staged.asked.iter().map(|question| Difference::Slice {
            fleet: fleet.clone(),
            stage: question.key.stage.clone(),
            object: question.origin.object.clone(),
        }));
        let upserts = delta.upserts.iter().map(|(resource_type, name, _)| (*resource_type, name));
        let removals = delta.removals.iter().map(|(resource_type, name)| (*resource_type, name));
        effects.differences.extend(upserts.chain(removals).map(|(resource_type, name)| {
            Difference::Resource { fleet: fleet.clone(), resource_type, name: name.clone() }
        }));
        self.fleets.insert(fleet.clone(), scratch);
        (delta.asked, delta.forgotten) = (staged.asked, staged.forgotten);
        let delta = effects.take_questions(&fleet, delta);
        effects.publish.push(Publication { fleet, delta });
    }
}

/// What leads from one model to another that should be equal.
///
/// A resource that cannot be emitted keeps its last good form in a session, which starting over does not know; it is no
/// difference.
fn apart(session: &XdsModel, scratch: &XdsModel) -> ModelDelta {
    let excused: BTreeSet<&NodePath> = session.findings().map(|finding| &finding.node).collect();
    let mut delta = ModelDelta::default();
    for resource_type in ResourceType::ALL {
        let (old, new) = (session.resources(resource_type), scratch.resources(resource_type));
        let is_excused = |name: &Name| excused.contains(&NodePath::resource(resource_type, name.clone()));
        for (name, packed) in new {
            if old.get(name).is_none_or(|old| old.version != packed.version) && !is_excused(name) {
                delta.upserts.push((resource_type, name.clone(), packed.clone()));
            }
        }
        let gone = old.keys().filter(|name| !new.contains_key(*name) && !is_excused(name));
        delta.removals.extend(gone.map(|name| (resource_type, name.clone())));
    }
    delta
}
