//! Services and ServiceImports as backends.

use eg_api::{core::Service, multicluster::ServiceImport};
use eg_diag::ObjectRef;
use eg_ir::{
    Name, Origin,
    cluster::{Endpoint, EndpointAddress, UpstreamProtocol, ZoneAware},
    listener::Transport,
};
use eg_resources::Object;

use super::{
    Addresses, Backend, NOT_FOUND, PORT_NOT_FOUND, PORT_NOT_SPECIFIED, Problem, UNSUPPORTED,
    object::protocol, tls,
};
use crate::{
    engine::{ReadCx, Unit},
    fanout::SlicePort,
    origin,
};

/// Whether a port of this protocol carries that; one that says nothing is a port of TCP.
pub(crate) fn carries(protocol: Option<&str>, transport: Transport) -> bool {
    protocol.unwrap_or("TCP") == name(transport)
}

/// The protocol as Services spell it.
fn name(transport: Transport) -> &'static str {
    match transport {
        Transport::Tcp => "TCP",
        Transport::Udp | Transport::Quic => "UDP",
    }
}

/// What is known of a port of a Service or ServiceImport.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServicePort {
    /// Its name, by which EndpointSlices refer to it; empty when the only port has none.
    pub(crate) name: Name,
    app_protocol: Option<Name>,
}

/// A port of a Service or ServiceImport; `None` when there is no such port.
pub(crate) struct ServicePortOf;

impl Unit for ServicePortOf {
    type Key = SlicePort;
    type Out = Option<ServicePort>;
    const NAME: &'static str = "service_port";
    const RANK: u8 = 3;

    fn compute(cx: &ReadCx<'_>, key: &SlicePort) -> Self::Out {
        let SlicePort { service, port, transport } = key;
        let view = |name: &Option<String>, app_protocol: &Option<String>| ServicePort {
            name: name.as_deref().map_or_else(Name::default, Name::from),
            app_protocol: app_protocol.as_deref().map(Into::into),
        };
        if service.kind == Service::KIND {
            let object = cx.object::<Service>(service)?;
            let mut ports = object.spec.ports.iter();
            let found =
                ports.find(|p| p.port == i32::from(*port) && carries(p.protocol.as_deref(), *transport))?;
            return Some(view(&found.name, &found.app_protocol));
        }
        let object = cx.object::<ServiceImport>(service)?;
        let mut ports = object.spec.ports.iter();
        let found =
            ports.find(|p| p.port == i32::from(*port) && carries(p.protocol.as_deref(), *transport))?;
        Some(view(&found.name, &found.app_protocol))
    }
}

/// The Service or ServiceImport as a backend.
pub(super) fn resolve(
    cx: &ReadCx<'_>,
    service: &ObjectRef,
    port: Option<u16>,
    transport: Transport,
) -> Result<Backend, Problem> {
    let Some(port) = port.filter(|port| *port != 0) else {
        let message = format!("a reference to a {} must name one of its ports", service.kind.kind);
        return Err(Problem::new(&PORT_NOT_SPECIFIED, message));
    };
    let (found, zone_aware, addresses): (_, _, Vec<String>) = if service.kind == Service::KIND {
        let object = cx.object::<Service>(service).ok_or_else(|| not_found(service))?;
        if object.spec.r#type.as_deref() == Some("ExternalName") {
            let message = format!(
                "{service} is of type ExternalName, which is no backend; use a Backend with a hostname"
            );
            return Err(Problem::new(&UNSUPPORTED, message));
        }
        let addresses = object.spec.cluster_ip.iter().cloned().collect();
        (origin::of(&*object), service_zones(&object), addresses)
    } else {
        let object = cx.object::<ServiceImport>(service).ok_or_else(|| not_found(service))?;
        (origin::of(&*object), None, object.spec.ips.clone())
    };
    let key = SlicePort { service: service.clone(), port, transport };
    let Some(view) = (*cx.unit::<ServicePortOf>(&key)).clone() else {
        let message = format!("{service} has no {} port {port}", name(transport));
        return Err(Problem::new(&PORT_NOT_FOUND, message));
    };
    let (policies, tls) = tls::resolve(cx, service, Some(&view.name).filter(|name| !name.is_empty()), None);
    let mut addresses: Vec<_> = addresses.iter().filter_map(|address| at_port(address, port)).collect();
    addresses.shrink_to_fit();
    // The generation of a Service says nothing about a proxy's configuration, so it must not look like a change.
    let origin = Origin { generation: 0, ..found }.section(port.to_string());
    Ok(Backend {
        origin,
        protocol: view.app_protocol.as_deref().map_or(UpstreamProtocol::Http1, protocol),
        fallback: false,
        zone_aware,
        addresses: Addresses::Slices(key),
        service: addresses,
        policies,
        tls,
    })
}

/// The address of a Service itself; `None` for one that has none because it is headless.
pub(crate) fn at_port(address: &str, port: u16) -> Option<Endpoint> {
    (!matches!(address, "" | "None")).then(|| Endpoint {
        address: EndpointAddress::Socket { host: address.into(), port },
        hostname: None,
        draining: false,
    })
}

fn not_found(service: &ObjectRef) -> Problem {
    Problem::new(&NOT_FOUND, format!("{service} does not exist"))
}

/// A Service that wants its traffic to stay near gets it in the zone of the proxy as long as one endpoint is there.
fn service_zones(service: &Service) -> Option<ZoneAware> {
    let near = matches!(
        service.spec.traffic_distribution.as_deref(),
        Some("PreferClose" | "PreferSameZone" | "PreferSameNode")
    );
    let annotations = &service.meta().annotations;
    let mode = annotations
        .get("service.kubernetes.io/topology-mode")
        .or_else(|| annotations.get("service.kubernetes.io/topology-aware-hints"));
    let hinted = mode.is_some_and(|mode| mode.eq_ignore_ascii_case("auto"));
    (near || hinted).then_some(ZoneAware { min_cluster_size: 1, force_local_min: Some(1) })
}
