//! Names of IR nodes and xDS resources. Users' patches, dashboards and statistics refer to them, so they are a contract.

use eg_diag::ObjectRef;
use eg_ir::{IrKey, Name, cluster::EndpointAddress};
use sha2::{Digest, Sha256};

use crate::Settings;

/// The key of a Gateway's own fleet.
pub(crate) fn fleet(gateway: &ObjectRef) -> IrKey {
    IrKey::new(gateway.qualified_name())
}

/// A gateway listener: `<namespace>/<gateway>/<listener>`.
pub(crate) fn listener(gateway: &ObjectRef, listener: &str) -> Name {
    format!("{}/{}/{listener}", gateway.namespace, gateway.name).into()
}

/// Whether sockets and what plain-text HTTP shares are named by their port (runtime flag `XDSNameSchemeV2`) instead of by
/// the first gateway listener, so that no name changes when that listener goes.
pub(crate) fn by_port(settings: &Settings) -> bool {
    settings.flag("XDSNameSchemeV2")
}

/// Something that belongs to a port of the Gateway: `<protocol>-<port>`.
pub(crate) fn of_port(protocol: &str, port: u16) -> Name {
    format!("{protocol}-{port}").into()
}

/// An entry of a listener set: `<namespace>/<gateway>/<set namespace>/<set>/<listener>`.
pub(crate) fn set_listener(gateway: &ObjectRef, set: &ObjectRef, listener: &str) -> Name {
    format!("{}/{}/{}/{}/{listener}", gateway.namespace, gateway.name, set.namespace, set.name).into()
}

/// A rule of a route, which is also the name of its cluster: `httproute/<namespace>/<name>/rule/<index>`.
pub(crate) fn rule(route: &ObjectRef, rule: usize) -> Name {
    format!("{}/rule/{rule}", self::route(route)).into()
}

/// A route, which is also the name of its filter chain where it has one: `tcproute/<namespace>/<name>`.
pub(crate) fn route(route: &ObjectRef) -> Name {
    format!("{}/{}/{}", route.kind.kind.to_ascii_lowercase(), route.namespace, route.name).into()
}

/// The cluster of a route of connections or datagrams, which has one for all its rules: `<route>/rule/-1`.
pub(crate) fn stream_cluster(route: &str) -> Name {
    format!("{route}/rule/-1").into()
}

/// A match of a rule: `<rule>/match/<index>`; the domain is added when the route is emitted.
pub(crate) fn route_match(rule: &str, position: usize) -> Name {
    format!("{rule}/match/{position}").into()
}

/// A backend reference of a rule: `<rule>/backend/<index>`.
pub(crate) fn backend(rule: &str, position: usize) -> Name {
    format!("{rule}/backend/{position}").into()
}

/// A mirror of a rule: `<rule>-mirror-<index>`.
pub(crate) fn mirror(rule: &str, position: usize) -> Name {
    format!("{rule}-mirror-{position}").into()
}

/// A mirror's only backend reference, which has no position in its rule: `<mirror>/backend/-1`.
pub(crate) fn mirror_backend(mirror: &str) -> Name {
    format!("{mirror}/backend/-1").into()
}

/// A virtual host: `<listener>/<domain>`, with underscores for dots.
pub(crate) fn virtual_host(listener: &str, domain: &str) -> Name {
    format!("{listener}/{}", domain.replace('.', "_")).into()
}

/// A virtual host in the second scheme of names, in which route tables and not domains belong to listeners.
pub(crate) fn domain(domain: &str) -> Name {
    domain.replace('.', "_").into()
}

/// How TLS is spoken to a backend of a cluster: `<cluster>/tls/<index>`.
pub(crate) fn tls_profile(cluster: &str, position: usize) -> Name {
    format!("{cluster}/tls/{position}").into()
}

/// The secret that holds the certificate authorities that an object names: `<name>/<namespace>-ca`.
pub(crate) fn authorities(object: &ObjectRef) -> Name {
    format!("{}/{}-ca", object.name, object.namespace).into()
}

/// The cluster of another server of secrets: `sds_<address>_<hash of the address>`.
pub(crate) fn secret_server(address: &EndpointAddress) -> Name {
    let address = match address {
        EndpointAddress::Unix(path) => path.to_string(),
        EndpointAddress::Socket { host, port } => format!("{host}:{port}"),
    };
    let plain = |letter: char| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '_' };
    let readable: String = address.trim_start_matches('/').chars().map(plain).collect();
    let hash = Sha256::digest(address.as_bytes());
    let hash = hash.iter().take(16).fold(0_u128, |hash, byte| hash << 8 | u128::from(*byte));
    format!("sds_{readable}_{hash:032x}").into()
}

/// What a SecurityPolicy is called in the proxy: `securitypolicy/<namespace>/<name>`.
pub(crate) fn security_policy(policy: &ObjectRef) -> Name {
    format!("securitypolicy/{}/{}", policy.namespace, policy.name).into()
}

/// The secret that stands for the certificate authorities of the proxy's image.
pub(crate) const SYSTEM_AUTHORITIES: &str = "system_ca_certificates";

/// The secret that holds a certificate for a listener: `<namespace>/<name>`.
pub(crate) fn secret(secret: &ObjectRef) -> Name {
    secret.qualified_name().into()
}

/// The secret that holds the authorities for certificates of clients: `gateway/<namespace>/<gateway>/<port>/ca.crt`, with
/// `default` where there is no port.
pub(crate) fn client_authorities(gateway: &ObjectRef, port: Option<u16>) -> Name {
    let port = port.map_or_else(|| "default".to_owned(), |port| port.to_string());
    format!("gateway/{}/{}/{port}/ca.crt", gateway.namespace, gateway.name).into()
}

/// The secret that holds the authorities for certificates of clients that a policy names: `<namespace>/<name>/ca.crt`.
pub(crate) fn policy_authorities(policy: &ObjectRef) -> Name {
    format!("{}/ca.crt", policy.qualified_name()).into()
}

/// The socket for QUIC beside another one: `<listener>-quic`.
pub(crate) fn quic(listener: &str) -> Name {
    format!("{listener}-quic").into()
}

/// What an HTTPRouteFilter is called among the filters of a listener: `httproutefilter/<namespace>/<name>`.
pub(crate) fn http_route_filter(filter: &ObjectRef) -> Name {
    format!("httproutefilter/{}/{}", filter.namespace, filter.name).into()
}

/// A piece of code in an EnvoyExtensionPolicy, by the field that has it: `envoyextensionpolicy/<namespace>/<name>/<field>/<index>`.
pub(crate) fn extension(policy: &ObjectRef, field: &str, position: usize) -> Name {
    format!("{}/{field}/{position}", route(policy)).into()
}

/// The secret that holds the credential of an HTTPRouteFilter.
pub(crate) fn credential(filter: &str) -> Name {
    format!("credential_injector/credential/{filter}").into()
}

/// The session of a rule that does not name it: the name of the rule with dashes for slashes, which headers cannot have.
pub(crate) fn session(rule: &str) -> String {
    rule.replace('/', "-")
}

/// The route that answers preflights for a match: `<match>/cors-preflight`.
pub(crate) fn preflight(route_match: &str) -> Name {
    format!("{route_match}/cors-preflight").into()
}

/// The route that answers requests on connections of the wrong listener, or that nobody serves: `<listener>/misdirected`.
pub(crate) fn misdirected(listener: &str) -> Name {
    format!("{listener}/misdirected").into()
}
