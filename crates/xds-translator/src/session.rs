//! Successive versions of one fleet, each at the cost of what changed.

use std::{collections::BTreeMap, sync::Arc};

use eg_diag::Diagnostic;
use eg_ir::{Name, OrdMap, Origin, XdsDiff, XdsIr};
use prost::Message;

use crate::{
    Finding, ModelDelta, NodePath, ResourceType, XdsModel, XdsTranslator,
    check::check,
    cluster,
    finding::guarded,
    http::{self, ResourceSink},
    listener,
    pack::{Packed, Shared},
    route::HostMap,
    secret,
};

mod patch;
mod quarantine;
mod stage;
mod table;

use patch::{Patches, Target};
use quarantine::Quarantine;

/// How many nodes were emitted, to show that work follows the change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Emitted {
    /// Routes that were encoded.
    pub routes: usize,
    /// Virtual hosts that were put together from their routes.
    pub virtual_hosts: usize,
    /// Resources that were packed: route configurations, and everything else.
    pub resources: usize,
    /// Resources to which patches were applied.
    pub patched: usize,
}

/// Translates successive versions of one fleet's IR.
///
/// After each update the model equals what [`XdsTranslator::translate`] makes of the same IR, with exceptions that a
/// translation from scratch does not know: a listener, cluster, endpoint set or secret that cannot be emitted keeps its
/// last good form, and so does what proxies [refused](Session::refused); and the answers of stages are part of what a
/// session knows ([`Session::answer`]).
#[derive(Debug)]
pub struct Session {
    translator: XdsTranslator,
    ir: XdsIr,
    model: XdsModel,
    tables: OrdMap<Name, HostMap>,
    /// What the features of each listener need beside the IR.
    needed: BTreeMap<Name, ResourceSink>,
    patches: Patches,
    /// Resources other than route configurations as they were before they changed last.
    previous: BTreeMap<Target, Shared>,
    quarantine: Quarantine,
    emitted: Emitted,
    staging: stage::Staging,
}

impl Session {
    pub(crate) fn new(translator: XdsTranslator) -> Self {
        Self {
            translator,
            ir: XdsIr::default(),
            model: XdsModel::default(),
            tables: OrdMap::new(),
            needed: BTreeMap::new(),
            patches: Patches::default(),
            previous: BTreeMap::new(),
            quarantine: Quarantine::default(),
            emitted: Emitted::default(),
            staging: stage::Staging::default(),
        }
    }

    /// The current model.
    pub fn model(&self) -> &XdsModel {
        &self.model
    }

    /// Ends the session and returns its model.
    pub fn into_model(self) -> XdsModel {
        self.model
    }

    /// What the last update emitted.
    pub fn emitted(&self) -> Emitted {
        self.emitted
    }

    /// A session that starts over with this IR and knows nothing but what stages said: their answers, and the forms in which
    /// slices were served last, which stand for those that wait for an answer. The delta has the questions that are new,
    /// and those that are not asked any more.
    #[must_use]
    pub fn start_over(&self, ir: &XdsIr) -> (Self, ModelDelta) {
        let mut scratch = self.translator.session();
        scratch.staging = self.staging.without_users();
        let mut delta = scratch.update(ir);
        delta.forgotten.extend(scratch.staging.forget_unused());
        (scratch, delta)
    }

    /// Translates the next version of the IR and says what changed.
    pub fn update(&mut self, ir: &XdsIr) -> ModelDelta {
        let mut delta = ModelDelta::default();
        self.emitted = Emitted::default();
        let old = std::mem::replace(&mut self.ir, ir.clone());
        let before = self.model.counts();
        let XdsDiff { listeners, routes, clusters, endpoints, secrets, patches, globals } = ir.diff(&old);
        self.change_patches(ir, &patches, &mut delta);
        if globals {
            self.update_ready(&old, ir, &mut delta);
        }
        for name in &listeners {
            self.update_listener(ir, name, &mut delta);
        }
        for table in &routes {
            self.update_table(&old, ir, table, &mut delta);
        }
        for name in &clusters {
            self.update_cluster(ir, name, &mut delta);
        }
        for name in &endpoints {
            self.update_endpoints(ir, name, &mut delta);
        }
        for name in &secrets {
            self.update_secret(ir, name, &mut delta);
        }
        self.apply_patches(&mut delta);
        self.model.compact(before);
        delta
    }

    fn update_ready(&mut self, old: &XdsIr, ir: &XdsIr, delta: &mut ModelDelta) {
        let name_of = |ir: &XdsIr| ir.globals.ready.as_ref().map(listener::ready_name);
        let name = name_of(ir);
        if let Some(old) = name_of(old)
            && Some(&old) != name.as_ref()
        {
            self.withdraw(ResourceType::Listener, &old, delta);
        }
        if let (Some(name), Some(ready)) = (name, &ir.globals.ready) {
            let emitted = guarded(|| Ok(listener::ready(ready)));
            self.publish(ResourceType::Listener, &name, &[], emitted, delta);
        }
    }

    fn update_listener(&mut self, ir: &XdsIr, name: &Name, delta: &mut ModelDelta) {
        let Some(listener) = ir.listeners.get(name) else {
            let needed = self.needed.remove(name);
            self.withdraw(ResourceType::Listener, name, delta);
            self.update_needed(ir, needed.unwrap_or_default(), delta);
            return;
        };
        let features = self.translator.features.clone();
        let origins = listener::origins(listener);
        let emitted = guarded(|| {
            let mut needed = http::resources(&features.http, listener)?;
            listener::resources(listener, &mut needed);
            Ok((listener::emit(&features, listener)?, needed))
        });
        let emitted = emitted.map(|(message, needed)| {
            let old = self.needed.insert(name.clone(), needed).unwrap_or_default();
            (message, old)
        });
        let (message, old) = match emitted {
            Ok((message, old)) => (Ok(message), old),
            Err(diagnostic) => (Err(diagnostic), ResourceSink::default()),
        };
        self.publish(ResourceType::Listener, name, &origins, message, delta);
        let mut touched = old;
        if let Some(new) = self.needed.get(name) {
            touched.clusters.extend(new.clusters.iter().cloned());
            touched.secrets.extend(new.secrets.iter().cloned());
        }
        self.update_needed(ir, touched, delta);
    }

    /// Emits again what listeners need or needed; a resource of the IR of the same name wins.
    fn update_needed(&mut self, ir: &XdsIr, touched: ResourceSink, delta: &mut ModelDelta) {
        for cluster in touched.clusters {
            self.update_cluster(ir, &cluster.name, delta);
        }
        for secret in touched.secrets {
            self.update_secret(ir, &secret.name, delta);
        }
    }

    fn update_cluster(&mut self, ir: &XdsIr, name: &Name, delta: &mut ModelDelta) {
        let needed = || {
            let all = self.needed.values().flat_map(|needed| &needed.clusters);
            all.into_iter().find(|cluster| cluster.name == *name).cloned().map(Arc::new)
        };
        let Some(cluster) = ir.clusters.get(name).cloned().or_else(needed) else {
            return self.withdraw(ResourceType::Cluster, name, delta);
        };
        let features = self.translator.features.clone();
        let emitted = guarded(|| cluster::emit(&features, &cluster));
        self.publish(ResourceType::Cluster, name, std::slice::from_ref(&cluster.origin), emitted, delta);
    }

    fn update_endpoints(&mut self, ir: &XdsIr, name: &Name, delta: &mut ModelDelta) {
        let Some(endpoints) = ir.endpoints.get(name) else {
            return self.withdraw(ResourceType::Endpoint, name, delta);
        };
        let origins: Vec<Origin> =
            endpoints.localities.iter().map(|locality| locality.origin.clone()).collect();
        let emitted = guarded(|| Ok(cluster::load_assignment(endpoints)));
        self.publish(ResourceType::Endpoint, name, &origins, emitted, delta);
    }

    fn update_secret(&mut self, ir: &XdsIr, name: &Name, delta: &mut ModelDelta) {
        let needed = || {
            let all = self.needed.values().flat_map(|needed| &needed.secrets);
            all.into_iter().find(|secret| secret.name == *name).cloned().map(Arc::new)
        };
        let Some(secret) = ir.secrets.get(name).cloned().or_else(needed) else {
            return self.withdraw(ResourceType::Secret, name, delta);
        };
        let emitted = guarded(|| secret::emit(&secret));
        self.publish(ResourceType::Secret, name, std::slice::from_ref(&secret.origin), emitted, delta);
    }

    /// Packs what was emitted, or keeps the last good form.
    fn publish<M: Message>(
        &mut self,
        resource_type: ResourceType,
        name: &Name,
        origins: &[Origin],
        emitted: Result<M, Diagnostic>,
        delta: &mut ModelDelta,
    ) {
        let node = NodePath::resource(resource_type, name.clone());
        let packed = emitted.and_then(|message| {
            let packed = Packed::new(&message, origins.to_vec());
            check(resource_type.type_url(), &packed.body)?;
            Ok(packed)
        });
        match packed {
            Ok(packed) => {
                self.emitted.resources += 1;
                self.publish_staged(&(resource_type, name.clone()), Arc::new(packed), delta);
            }
            Err(diagnostic) => {
                let finding = Finding::new(node.clone(), origins, diagnostic);
                self.model.find(&node, Some(finding), delta);
            }
        }
    }

    /// Publishes a resource, or its last good form if it is the one that proxies refused; then returns why.
    fn publish_packed(
        &mut self,
        target: &Target,
        packed: Shared,
        delta: &mut ModelDelta,
    ) -> Option<Diagnostic> {
        self.abandon(target, delta);
        let before = self.patches.plain(target).or_else(|| self.model.resources(target.0).get(&target.1));
        if let Some(before) = before
            && before.version != packed.version
            && !self.quarantine.replaces(target)
        {
            let before = Arc::clone(before);
            self.previous.insert(target.clone(), before);
        }
        let (packed, refusal) = self.quarantine.settle_whole(target, packed);
        self.place(target.0, &target.1, Some(packed), delta);
        refusal
    }

    fn withdraw(&mut self, resource_type: ResourceType, name: &Name, delta: &mut ModelDelta) {
        let target = (resource_type, name.clone());
        self.quarantine.forget(&target);
        self.previous.remove(&target);
        self.staging.release_resource(&target, delta);
        self.place(resource_type, name, None, delta);
        self.model.find(&NodePath::resource(resource_type, name.clone()), None, delta);
    }
}
