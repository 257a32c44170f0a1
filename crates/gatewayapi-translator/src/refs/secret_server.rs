//! Secrets that say which other server has a secret.
//!
//! API: Secrets of type `gateway.envoyproxy.io/sds`, whose `url` is the server (`unix://` and an absolute path, or host and
//! port) and whose `secretName` is the secret there. They stand for certificates of listeners and of the proxy as a client,
//! and for authorities of backends. The configuration of the control plane has to allow them.

use eg_api::core;
use eg_diag::ObjectRef;
use eg_ir::{
    Name, Origin, Secret, SecretContent,
    cluster::{Cluster, Discovery, EndpointAddress},
};

use crate::{engine::ReadCx, names};

const TYPE: &str = "gateway.envoyproxy.io/sds";
const SECRET_NAME: &str = "secretName";
const URL: &str = "url";

/// Whether another server has what a Secret stands for.
pub(crate) fn is_reference(secret: &core::Secret) -> bool {
    secret.r#type.as_deref() == Some(TYPE)
}

/// What a Secret of this type refers to.
pub(crate) fn read(cx: &ReadCx<'_>, key: &ObjectRef, secret: &core::Secret) -> Result<Secret, String> {
    if !cx.env().settings.enable_sds_secret_ref {
        return Err(format!(
            "{key} refers to a server of secrets, which the configuration of the control plane does not allow"
        ));
    }
    let field = |name: &str| {
        let value = secret.data.get(name).and_then(|value| std::str::from_utf8(value.as_bytes()).ok());
        let value = value.map(str::trim).filter(|value| !value.is_empty());
        value.ok_or_else(|| format!("{key} has no {name}"))
    };
    let address = address(field(URL)?).map_err(|problem| format!("{key}: {URL}: {problem}"))?;
    let cluster = Cluster {
        name: names::secret_server(&address),
        discovery: Discovery::SecretServer(address),
        ..Cluster::default()
    };
    Ok(Secret {
        name: Name::from(field(SECRET_NAME)?),
        origin: Origin::of(key.clone()),
        content: SecretContent::Elsewhere(cluster.into()),
    })
}

fn address(url: &str) -> Result<EndpointAddress, String> {
    if let Some(path) = url.strip_prefix("unix://") {
        if path.starts_with('/') {
            return Ok(EndpointAddress::Unix(path.into()));
        }
        return Err(format!("expected an absolute path after unix://, found {path:?}"));
    }
    let socket = url.rsplit_once(':').filter(|(host, _)| !host.is_empty() && !host.contains('/'));
    match socket.map(|(host, port)| (host.trim_matches(['[', ']']), port.parse::<u16>())) {
        Some((host, Ok(port))) => Ok(EndpointAddress::Socket { host: host.into(), port }),
        _ => Err(format!("expected unix:// and a path, or host and port, found {url:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_a_unix_socket_or_a_host_with_a_port() {
        let socket = |host: &str, port| Ok(EndpointAddress::Socket { host: host.into(), port });
        assert_eq!(
            address("unix:///run/agent/socket"),
            Ok(EndpointAddress::Unix("/run/agent/socket".into()))
        );
        assert_eq!(address("sds.example.com:8080"), socket("sds.example.com", 8080));
        assert_eq!(address("[2001:db8::1]:8080"), socket("2001:db8::1", 8080));
        for wrong in
            ["/run/agent/socket", "unix://run/socket", "https://sds.example.com:1", "host", ":1", "host:x"]
        {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }
}
