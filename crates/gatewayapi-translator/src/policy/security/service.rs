//! Services that the proxy asks for a policy: those of named backends, and hosts of the web.
//!
//! API: `backendRefs` and `backendSettings` of `extAuth`, `jwt.providers[].remoteJWKS` and `oidc.provider`. Backends have what those
//! of routes have: addresses, TLS and its policies, and weights; and may be Unix sockets. A reference that leads nowhere fails
//! closed, and so does a setting that cannot be read.

use std::{net::IpAddr, sync::Arc};

use eg_api::v1alpha1::BackendCluster;
use eg_diag::{Diagnostic, FieldPath};
use eg_ir::{
    Name,
    cluster::{
        Cluster, Discovery, Endpoint, EndpointAddress, EndpointSet, Locality, UpstreamProtocol, UpstreamTls,
    },
    route::Retry,
};

use super::Security;
use crate::{
    policy::{
        FieldCx,
        service::{self, Service},
    },
    route::destination::PlannedCluster,
};

/// The service of these backends; `at` is the field that has them.
pub(super) fn of_backends(
    cx: &FieldCx<'_, '_, Security>,
    backends: &BackendCluster,
    cluster: (Name, UpstreamProtocol),
    at: &FieldPath,
) -> Result<Service, (FieldPath, String)> {
    service::lower(cx.refs, &cx.place.gateway, cluster, backends, at)
        .map_err(|problem| (problem.path, problem.message))
}

/// The service that a policy fetches something from.
pub(super) struct Source {
    pub(super) cluster: PlannedCluster,
    pub(super) retry: Option<Retry>,
    /// How long an answer may take, in milliseconds.
    pub(super) request_ms: Option<u64>,
}

impl From<Service> for Source {
    fn from(Service { cluster, authority: _, retry, request_ms }: Service) -> Self {
        Self { cluster, retry, request_ms }
    }
}

/// The service of a host of the web, which is in the URL at a field; `at` is the field that has the settings.
pub(super) fn of_web(
    cx: &FieldCx<'_, '_, Security>,
    settings: &BackendCluster,
    (url, field): (&str, &'static str),
    at: &FieldPath,
) -> Result<Source, (FieldPath, String)> {
    let told = |problem: Diagnostic| (problem.path, problem.message);
    let traffic = service::traffic(cx.refs, settings, at).map_err(told)?;
    let cluster = of_url(url).map_err(|why| (at.field(field), why))?;
    let planned =
        PlannedCluster { rule: 0, cluster: Arc::new(cluster), endpoints: None, secrets: Vec::new() };
    Ok(Source { cluster: traffic.shape(planned), retry: traffic.retry, request_ms: traffic.request_ms })
}

/// The cluster of the host in a URL, which must be a name, or why there is none.
fn of_url(url: &str) -> Result<Cluster, String> {
    let wrong = |why: &str| format!("`{url}` cannot be used: {why}");
    let (scheme, rest) = url.split_once("://").ok_or_else(|| wrong("it is no URL"))?;
    let secure = match scheme {
        "https" => true,
        "http" => false,
        _ => return Err(wrong("its scheme is neither http nor https")),
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().map_err(|_| wrong("its port is no number"))?),
        None => (authority, if secure { 443 } else { 80 }),
    };
    if !is_name(host) {
        return Err(wrong("its host is no domain name"));
    }
    let name: Name = format!("{}_{port}", host.replace('.', "_")).into();
    let endpoint = Endpoint {
        address: EndpointAddress::Socket { host: host.into(), port },
        hostname: None,
        draining: false,
    };
    let locality = Locality {
        region: format!("{name}/backend/-1").into(),
        weight: Some(1),
        endpoints: [endpoint].into(),
        ..Locality::default()
    };
    let tls = secure.then(|| Arc::new(UpstreamTls { web_host: Some(host.into()), ..UpstreamTls::default() }));
    let endpoints =
        EndpointSet { cluster: name.clone(), localities: vec![locality], ..EndpointSet::default() };
    Ok(Cluster { name, discovery: Discovery::Dns(Arc::new(endpoints)), tls, ..Cluster::default() })
}

fn is_name(host: &str) -> bool {
    let labels = host.split('.');
    let sound = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    host.contains('.') && labels.clone().all(sound) && host.parse::<IpAddr>().is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, expected: Option<&str>) {
        let name = of_url(url).ok().map(|cluster| cluster.name.to_string());
        assert_eq!(name.as_deref(), expected, "{url}");
    }

    #[test]
    fn hosts_of_the_web_have_names() {
        check("https://id.example.com/token?x=1", Some("id_example_com_443"));
        check("http://id.example.com:8080", Some("id_example_com_8080"));
        for wrong in [
            "",
            "id.example.com",
            "ftp://id.example.com",
            "https://10.0.0.1/t",
            "https://[::1]/t",
            "https://u@id.example.com/t",
            "https://localhost/t",
        ] {
            check(wrong, None);
        }
    }
}
