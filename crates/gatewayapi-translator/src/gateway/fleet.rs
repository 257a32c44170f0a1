//! The infrastructure of a fleet, put together from what its Gateways sent.

use std::{collections::BTreeMap, sync::Arc};

use eg_api::v1alpha1::EnvoyProxySpec;
use eg_diag::ObjectRef;
use eg_ir::{
    Globals, InfraIr, IrKey, ReadyListener,
    infra::{InfraListener, PortProtocol, ProxySettings},
};
use eg_resources::Object;
use serde::Serialize;
use serde_json::Value;

use crate::{
    assembly::Assembly,
    engine::{ReadCx, Root, Unit},
    fanout::{FleetMember, FleetMembers},
    gateway::EffectiveProxy,
    settings::Infrastructure,
};

pub(super) const OWNING_GATEWAY: &str = "gateway.envoyproxy.io/owning-gateway-name";
pub(super) const OWNING_NAMESPACE: &str = "gateway.envoyproxy.io/owning-gateway-namespace";
pub(super) const OWNING_CLASS: &str = "gateway.envoyproxy.io/owning-gatewayclass";

/// The infrastructure of one fleet.
pub(crate) struct FleetUnit;

/// What a fleet is, apart from its configuration.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Fleet {
    infra: Arc<InfraIr>,
    globals: Arc<Globals>,
    proxy: Option<EffectiveProxy>,
}

impl Unit for FleetUnit {
    type Key = IrKey;
    type Out = Fleet;
    const NAME: &'static str = "fleet";
    const RANK: u8 = 9;

    fn compute(cx: &ReadCx<'_>, key: &IrKey) -> Fleet {
        let members = cx.group::<FleetMembers>(key);
        let members: Vec<&FleetMember> = members.values().map(|member| &**member).collect();
        let Some(first) = members.first() else { return Fleet::default() };
        let spec = first.proxy.as_ref().map(|proxy| &*proxy.spec);
        let settings = &cx.env().settings;
        let own_namespace = settings.infrastructure == Infrastructure::GatewayNamespace && !first.merged;
        let class = ObjectRef::new(eg_api::gateway::GatewayClass::KIND, "", first.class.clone());
        let infra = InfraIr {
            name: if own_namespace { first.gateway.name.clone() } else { key.0.clone() },
            namespace: if own_namespace {
                first.gateway.namespace.clone()
            } else {
                settings.namespace.clone()
            },
            labels: labels(&members),
            annotations: joined(members.iter().map(|member| &member.annotations)),
            owner: Some(if own_namespace { first.gateway.clone() } else { class }),
            addresses: members.iter().flat_map(|member| &member.addresses).cloned().collect(),
            listeners: listeners(&members),
            proxy: spec.map(proxy_settings).unwrap_or_default(),
            platform: spec.map(platform).unwrap_or_default(),
        };
        let serves = members.iter().any(|member| member.serves);
        Fleet {
            infra: Arc::new(infra),
            globals: Arc::new(Globals { ready: serves.then(|| ready(spec)) }),
            proxy: first.proxy.clone(),
        }
    }
}

impl Root for FleetUnit {
    fn publish(assembly: &mut Assembly<'_>, key: &IrKey, out: Option<&Arc<Fleet>>) {
        assembly.infra(key, out.map(|fleet| (&fleet.infra, &fleet.globals)));
        assembly.proxy(key, out.and_then(|fleet| fleet.proxy.as_ref()));
    }
}

fn labels(members: &[&FleetMember]) -> BTreeMap<String, String> {
    let mut labels = joined(members.iter().map(|member| &member.labels));
    let mut own = |label: &str, value: &str| drop(labels.insert(label.to_owned(), value.to_owned()));
    let Some(first) = members.first() else { return labels };
    if first.merged {
        own(OWNING_CLASS, &first.class);
    } else {
        own(OWNING_GATEWAY, &first.gateway.name);
        own(OWNING_NAMESPACE, &first.gateway.namespace);
    }
    labels
}

fn joined<'a>(maps: impl Iterator<Item = &'a BTreeMap<String, String>>) -> BTreeMap<String, String> {
    maps.flatten().map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// The listeners of all members; one whose port another one serves already adds no port, but may add HTTP/3 to it.
fn listeners(members: &[&FleetMember]) -> Vec<InfraListener> {
    let mut taken = BTreeMap::new();
    let mut listeners: Vec<InfraListener> = Vec::new();
    for listener in members.iter().flat_map(|member| &member.listeners) {
        let mut listener = listener.clone();
        let own = listeners.len();
        let http3 = listener.http3;
        listener.ports.retain(|port| {
            let place = (port.service_port, port.protocol == PortProtocol::Udp);
            let owner = *taken.entry(place).or_insert(own);
            if let Some(owner) = listeners.get_mut(owner) {
                owner.http3 |= http3;
            }
            owner == own
        });
        if !listener.ports.is_empty() {
            listeners.push(listener);
        }
    }
    listeners
}

fn ready(proxy: Option<&EnvoyProxySpec>) -> ReadyListener {
    let (address, ipv4_compat) = match proxy.and_then(|proxy| proxy.ip_family.as_deref()) {
        // Probes may come over IPv4 also where traffic does not.
        Some("IPv6" | "DualStack") => ("::", true),
        _ => ("0.0.0.0", false),
    };
    ReadyListener { address: address.into(), ipv4_compat, ..ReadyListener::default() }
}

fn proxy_settings(spec: &EnvoyProxySpec) -> ProxySettings {
    let mut settings = ProxySettings {
        concurrency: spec.concurrency.and_then(|threads| u32::try_from(threads).ok()),
        extra_args: spec.extra_args.clone(),
        bootstrap: spec.bootstrap.as_ref().map(json),
        ..ProxySettings::default()
    };
    if let Some(logging) = &spec.logging {
        settings.log_levels = logging.level.clone();
    }
    if let Some(shutdown) = &spec.shutdown {
        let millis = |duration: &Option<eg_api::meta::Duration>| {
            let duration = duration.as_ref().and_then(|duration| duration.to_std().ok());
            duration.and_then(|duration| u64::try_from(duration.as_millis()).ok())
        };
        settings.drain_timeout_ms = millis(&shutdown.drain_timeout).unwrap_or(settings.drain_timeout_ms);
        settings.min_drain_ms = millis(&shutdown.min_drain_duration).unwrap_or(settings.min_drain_ms);
    }
    settings
}

/// The settings of the platform, which only the platform understands.
fn platform(spec: &EnvoyProxySpec) -> Value {
    spec.provider.as_ref().map(json).unwrap_or_default()
}

fn json(value: &impl Serialize) -> Value {
    value.serialize(serde_json::value::Serializer).unwrap_or_default()
}
