//! Patches that may change what is explained.
//!
//! An EnvoyPatchPolicy changes resources after they were made from the IR. What it makes of them is not followed, so it is
//! named wherever it changes a resource that the answer speaks of.

use eg_ir::{Name, XdsIr};

use super::answer::{Outcome, Patched, Serving};

/// The policies that patch the listener, the route configuration or the clusters of an answer.
pub(super) fn of(ir: &XdsIr, serving: &Serving, outcome: &Outcome) -> Vec<Patched> {
    let mut names: Vec<&Name> = Vec::new();
    if let Some(listening) = &serving.listening {
        names.push(&listening.name);
        names.extend(&listening.routes);
    }
    if let Outcome::Forwarded { destinations } | Outcome::Streamed { destinations } = outcome {
        names.extend(destinations.iter().filter_map(|destination| destination.cluster.as_ref()));
    }
    let mut found: Vec<Patched> = Vec::new();
    for policy in ir.patches.values() {
        for patch in policy.patches.iter().filter(|patch| names.contains(&&patch.resource)) {
            let patched = Patched { policy: policy.origin.object.clone(), resource: patch.resource.clone() };
            if !found.contains(&patched) {
                found.push(patched);
            }
        }
    }
    found
}
