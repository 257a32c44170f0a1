//! Backend objects: their addresses, and their status.

use std::{net::IpAddr, sync::Arc};

use eg_api::v1alpha1::{Backend as BackendObject, BackendEndpoint};
use eg_diag::{Code, ObjectRef};
use eg_ir::{
    Origin,
    cluster::{Endpoint, EndpointAddress, UpstreamProtocol},
};
use eg_resources::{Object, Status, StatusUpdate};

use super::{ADDRESS, ADDRESS_TYPE, Addresses, Backend, NOT_FOUND, Problem, UNSUPPORTED, tls};
use crate::{
    assembly::Assembly,
    engine::{ReadCx, Root, Unit},
    hostname, origin,
    status::{condition::Conditions, update_of},
};

static CONTRADICTION: Code = Code::error("contradictory-backend", "ResolvedRefs", "InvalidBackendRef");

/// The type of Backends whose endpoints are whatever host is asked for.
const DYNAMIC: &str = "DynamicResolver";

/// The protocol that the name of an application protocol stands for.
pub(super) fn protocol(name: &str) -> UpstreamProtocol {
    match name {
        "kubernetes.io/h2c" | "gateway.envoyproxy.io/h2c" | "grpc" => UpstreamProtocol::Http2,
        "kubernetes.io/ws"
        | "kubernetes.io/wss"
        | "gateway.envoyproxy.io/ws"
        | "gateway.envoyproxy.io/wss" => UpstreamProtocol::Http1Only,
        _ => UpstreamProtocol::Http1,
    }
}

/// The Backend of this name as a backend of a route.
pub(super) fn resolve(cx: &ReadCx<'_>, key: &ObjectRef, port: Option<u16>) -> Result<Backend, Problem> {
    let settings = &cx.env().settings;
    if !settings.enable_backend {
        let message = "the configuration of the control plane does not allow references to Backends";
        return Err(Problem::new(&UNSUPPORTED, message));
    }
    let Some(object) = cx.object::<BackendObject>(key) else {
        return Err(Problem::new(&NOT_FOUND, format!("{key} does not exist")));
    };
    validate(&object, settings.infrastructure.allows_loopback())?;
    let spec = &object.spec;
    let is_dynamic = spec.r#type.as_deref() == Some(DYNAMIC);
    let section = port.map(|port| port.to_string().into());
    let (policies, tls) = tls::resolve(cx, key, section.as_ref(), spec.tls.as_ref());
    Ok(Backend {
        origin: Origin { generation: 0, ..origin::of(&*object) },
        protocol: spec.app_protocols.iter().map(|name| protocol(name)).max().unwrap_or_default(),
        fallback: spec.fallback.unwrap_or(false),
        zone_aware: None,
        addresses: if is_dynamic { Addresses::Dynamic } else { addresses(&spec.endpoints)? },
        service: Vec::new(),
        policies,
        tls,
    })
}

/// The endpoints, which are all hostnames or all IP addresses.
fn addresses(endpoints: &[BackendEndpoint]) -> Result<Addresses, Problem> {
    let of_hostnames = endpoints.iter().filter(|endpoint| endpoint.fqdn.is_some()).count();
    if of_hostnames != 0 && of_hostnames != endpoints.len() {
        let message = "a Backend of hostnames must not have IP addresses or Unix sockets too";
        return Err(Problem::new(&ADDRESS_TYPE, message));
    }
    let mut found = endpoints.iter().map(endpoint).collect::<Result<Vec<_>, _>>()?;
    found.sort_unstable();
    found.dedup();
    Ok(if of_hostnames == 0 { Addresses::Fixed(found) } else { Addresses::Hostnames(found) })
}

fn endpoint(endpoint: &BackendEndpoint) -> Result<Endpoint, Problem> {
    let (host, port) = match (&endpoint.fqdn, &endpoint.ip, &endpoint.unix) {
        (Some(fqdn), _, _) => (fqdn.hostname.as_str(), fqdn.port),
        (None, Some(ip), _) => (ip.address.as_str(), ip.port),
        (None, None, Some(unix)) => {
            return Ok(Endpoint {
                address: EndpointAddress::Unix(unix.path.as_str().into()),
                hostname: endpoint.hostname.as_deref().map(Into::into),
                draining: false,
            });
        }
        (None, None, None) => return Err(Problem::new(&ADDRESS, "an endpoint has no address")),
    };
    let port = u16::try_from(port)
        .map_err(|_| Problem::new(&ADDRESS, format!("{port} is not the number of a port")))?;
    Ok(Endpoint {
        address: EndpointAddress::Socket { host: host.into(), port },
        hostname: endpoint.hostname.as_deref().map(Into::into),
        draining: false,
    })
}

/// What is wrong with a Backend whoever refers to it.
fn validate(object: &BackendObject, allows_loopback: bool) -> Result<(), Problem> {
    if object.spec.r#type.as_deref() == Some(DYNAMIC) && !object.spec.endpoints.is_empty() {
        let message = "a Backend of type DynamicResolver finds its endpoints itself, and must name none";
        return Err(Problem::new(&CONTRADICTION, message));
    }
    for endpoint in &object.spec.endpoints {
        if let Some(fqdn) = &endpoint.fqdn {
            let name = fqdn.hostname.strip_suffix('.').unwrap_or(&fqdn.hostname);
            if !hostname::is_precise(name) {
                return Err(Problem::new(&ADDRESS, format!("`{}` is not a hostname", fqdn.hostname)));
            }
            if !name.contains('.') && !allows_loopback {
                let message = format!("hostname `{name}` needs at least two labels separated by a dot");
                return Err(Problem::new(&ADDRESS, message));
            }
        }
        if let Some(ip) = &endpoint.ip {
            let Ok(address) = ip.address.parse::<IpAddr>() else {
                return Err(Problem::new(&ADDRESS, format!("`{}` is not an IP address", ip.address)));
            };
            if address.to_canonical().is_loopback() && !allows_loopback {
                let message = format!(
                    "{address} is an address of the proxy itself, which only proxies on this host may use"
                );
                return Err(Problem::new(&ADDRESS, message));
            }
        }
    }
    Ok(())
}

/// The status of a Backend.
///
/// A Backend that is not accepted says so with a condition of type `Invalid` and reason `Accepted`, because that is what
/// its users have learned to look for.
pub(crate) struct BackendRoot;

impl Unit for BackendRoot {
    type Key = ObjectRef;
    type Out = Option<StatusUpdate>;
    const NAME: &'static str = "backend_status";
    const RANK: u8 = 13;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> Self::Out {
        let object = cx.object::<BackendObject>(key)?;
        let settings = &cx.env().settings;
        let mut conditions = Conditions::of(object.meta().generation());
        if !settings.enable_backend {
            let message = "The configuration of the control plane does not enable Backends.";
            conditions.set("Invalid", false, "Accepted", message);
        } else if let Err(problem) = validate(&object, settings.infrastructure.allows_loopback()) {
            let message = format!("The Backend is not accepted: {}.", problem.message);
            conditions.set("Invalid", false, "Accepted", message);
        } else {
            conditions.set("Accepted", true, "Accepted", "The Backend is valid.");
        }
        Some(update_of(&*object, Status::Conditions { conditions: conditions.into_list() }))
    }
}

impl Root for BackendRoot {
    fn publish(assembly: &mut Assembly<'_>, key: &ObjectRef, out: Option<&Arc<Self::Out>>) {
        assembly.status(key, out.and_then(|out| out.as_ref().as_ref()));
    }
}
