//! One resource while it is patched.

use bytes::Bytes;
use eg_ir::patch::{Patch, PatchPolicy};
use serde_json::Value;
use xds_api::{Case, encoded_to_json, json_to_encoded};

use super::{Target, Turn};
use crate::{
    ResourceType,
    check::check,
    pack::{Origins, Packed, Shared, Version},
    patch::{self, Op, PatchOperation},
};

/// Why a patch is not in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// There is no such resource.
    Missing,
    /// It does not apply, or the result is not valid.
    Refused(String),
}

/// The resource that a patch is for; `None` when its type is unknown.
pub(super) fn target(patch: &Patch) -> Option<Target> {
    let resource_type = ResourceType::of_url(&patch.resource_type)?;
    let named = patch.value.as_ref().filter(|_| adds_whole(patch));
    let named = named.and_then(|value| name_in(value.expose()));
    Some((resource_type, named.map_or_else(|| patch.resource.clone(), Into::into)))
}

/// Whether a patch adds a whole resource rather than a part of one.
fn adds_whole(patch: &Patch) -> bool {
    let is_unset = |place: Option<&str>| place.is_none_or(str::is_empty);
    &*patch.op == "add" && is_unset(patch.path.as_deref()) && is_unset(patch.json_path.as_deref())
}

/// The name in a resource; that of endpoints is the name of their cluster.
fn name_in(resource: &Value) -> Option<&str> {
    ["name", "cluster_name", "clusterName"].iter().find_map(|field| resource[*field].as_str())
}

/// A resource with some of its patches.
pub(super) struct Draft<'a> {
    target: &'a Target,
    plain: Option<&'a Shared>,
    /// As patches see it; absent while there is no such resource.
    document: Option<Value>,
    /// Encoded, if a patch is in force.
    body: Option<Bytes>,
    origins: Origins,
}

impl<'a> Draft<'a> {
    pub(super) fn new(target: &'a Target, plain: Option<&'a Shared>) -> Self {
        let origins = plain.map(|plain| plain.origins.clone()).unwrap_or_default();
        let document =
            plain.and_then(|plain| encoded_to_json(target.0.type_url(), &plain.body, Case::Snake).ok());
        Self { target, plain, document, body: None, origins }
    }

    /// Applies the patches of one policy and returns those that are left out.
    pub(super) fn apply(&mut self, policy: &PatchPolicy, turns: &[Turn]) -> Vec<(Turn, Failure)> {
        let patches: Vec<(&Turn, &Patch)> =
            turns.iter().filter_map(|turn| Some((turn, policy.patches.get(turn.1)?))).collect();
        let before = self.document.clone();
        let mut failures = Vec::new();
        for (turn, patch) in &patches {
            if let Err(failure) = self.operate(patch) {
                failures.push(((*turn).clone(), failure));
            }
        }
        if failures.len() < patches.len() && self.encode().is_err() {
            self.document = before;
            failures = self.apply_one_by_one(&patches);
        }
        if failures.len() < patches.len() && self.plain.is_none() {
            self.origins = Origins::of(vec![policy.origin.clone()]);
        }
        failures
    }

    /// The same with a check after each, so that those that spoil the result are known.
    fn apply_one_by_one(&mut self, patches: &[(&Turn, &Patch)]) -> Vec<(Turn, Failure)> {
        let mut failures = Vec::new();
        for (turn, patch) in patches {
            let before = self.document.clone();
            if let Err(failure) = self.operate(patch).and_then(|()| self.encode()) {
                self.document = before;
                failures.push(((*turn).clone(), failure));
            }
        }
        failures
    }

    /// Changes the document; nothing is left of a patch that does not apply.
    fn operate(&mut self, patch: &Patch) -> Result<(), Failure> {
        let refused = |text: &dyn std::fmt::Display| {
            let place = [&patch.json_path, &patch.path].into_iter().flatten();
            let place: Vec<&str> = place.map(|place| &**place).collect();
            Failure::Refused(format!("{} {:?}: {text}", patch.op, place.join(" + ")))
        };
        let op = Op::named(&patch.op).ok_or_else(|| refused(&"no such operation"))?;
        let text = |text: &Option<eg_ir::Name>| text.as_deref().map(str::to_owned);
        let operation = PatchOperation {
            op,
            path: text(&patch.path),
            json_path: text(&patch.json_path),
            from: text(&patch.from),
            value: patch.value.as_ref().map(|value| value.expose().clone()),
        };
        if adds_whole(patch) {
            let value = operation.value.ok_or_else(|| refused(&"needs a value"))?;
            self.document = Some(value);
            return Ok(());
        }
        let document = self.document.as_mut().ok_or(Failure::Missing)?;
        patch::apply(document, &[operation]).map_err(|error| refused(&error.problem))
    }

    /// Encodes the document, if it is a valid resource of its name.
    fn encode(&mut self) -> Result<(), Failure> {
        let (resource_type, name) = self.target;
        let Some(document) = &self.document else { return Err(Failure::Missing) };
        // What is wrong with a secret may say what is in it.
        let is_secret = *resource_type == ResourceType::Secret;
        let refused = |text: String| {
            let text = if is_secret { "the result is no valid secret".to_owned() } else { text };
            Failure::Refused(text)
        };
        if name_in(document) != Some(&**name) {
            return Err(Failure::Refused(format!("the result is not named {name:?} any more")));
        }
        let body = json_to_encoded(resource_type.type_url(), document)
            .map_err(|error| refused(format!("the result is no valid resource: {error}")))?;
        check(resource_type.type_url(), &body).map_err(|problem| refused(problem.message))?;
        self.body = Some(body);
        Ok(())
    }

    /// The resource as it is published.
    pub(super) fn finish(self) -> Option<Shared> {
        match self.body {
            Some(body) => {
                Some(Shared::new(Packed { version: Version::of(&body), body, origins: self.origins }))
            }
            None => self.plain.cloned(),
        }
    }
}
