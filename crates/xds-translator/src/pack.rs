//! Resources as the bytes that proxies receive, and their versions.

use std::{fmt, sync::Arc};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use eg_ir::{Name, Origin};
use prost::Message;

use crate::route::HostMap;

/// The types of resources that a fleet receives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResourceType {
    /// Clusters (CDS).
    Cluster,
    /// The endpoints of one cluster (EDS).
    Endpoint,
    /// Secrets (SDS).
    Secret,
    /// Listeners (LDS).
    Listener,
    /// Route configurations (RDS).
    Route,
}

impl ResourceType {
    /// All types, in the order in which additions are safe.
    pub const ALL: [Self; 5] = [Self::Cluster, Self::Endpoint, Self::Secret, Self::Listener, Self::Route];

    /// The type of this type URL.
    pub fn of_url(type_url: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|resource_type| resource_type.type_url() == type_url)
    }

    /// The type URL in discovery requests and in `Any`.
    pub const fn type_url(self) -> &'static str {
        match self {
            Self::Cluster => "type.googleapis.com/envoy.config.cluster.v3.Cluster",
            Self::Endpoint => "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment",
            Self::Secret => "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret",
            Self::Listener => "type.googleapis.com/envoy.config.listener.v3.Listener",
            Self::Route => "type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
        }
    }
}

/// A hash of the content of a resource: 128 bits, shown as 22 characters of URL-safe base64.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version([u8; 16]);

impl Version {
    /// The version of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self::truncated(&blake3::hash(bytes))
    }

    /// The version of this text, if it is one.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// The version of something made of parts, from the versions of the parts: only what changed is hashed again.
    pub(crate) fn of_parts<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            hasher.update(&part.0);
        }
        Self::truncated(&hasher.finalize())
    }

    fn truncated(hash: &blake3::Hash) -> Self {
        let mut version = [0; 16];
        version.copy_from_slice(&hash.as_bytes()[..16]);
        Self(version)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A resource as proxies receive it.
#[derive(Clone, PartialEq, Eq)]
pub struct Packed {
    /// The hash of its content.
    pub version: Version,
    /// The encoded message: the value of an `Any` whose type URL is [`ResourceType::type_url`].
    pub body: Bytes,
    /// What it was made from.
    pub origins: Origins,
}

impl fmt::Debug for Packed {
    /// Leaves out the body, which may hold a private key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Packed")
            .field("version", &self.version)
            .field("bytes", &self.body.len())
            .field("origins", &self.origins)
            .finish()
    }
}

impl Packed {
    /// Packs a message that was made from these objects.
    pub fn new(message: &impl Message, origins: Vec<Origin>) -> Self {
        let body = Bytes::from(message.encode_to_vec());
        Self { version: Version::of(&body), body, origins: Origins::of(origins) }
    }
}

/// The objects that a resource, and each virtual host and route inside of it, was made from.
#[derive(Clone, PartialEq, Eq)]
pub struct Origins(Made);

#[derive(Clone, PartialEq, Eq)]
enum Made {
    /// Any resource but a route configuration.
    Of(Box<[Origin]>),
    /// A route configuration.
    Hosts(Box<HostMap>),
}

impl Default for Origins {
    fn default() -> Self {
        Self::of(Vec::new())
    }
}

impl Origins {
    /// A resource that was made from these objects.
    pub fn of(whole: Vec<Origin>) -> Self {
        Self(Made::Of(whole.into()))
    }

    /// A route configuration that was made from these virtual hosts.
    pub(crate) fn of_hosts(hosts: HostMap) -> Self {
        Self(Made::Hosts(Box::new(hosts)))
    }

    /// The virtual hosts of a route configuration.
    pub(crate) fn hosts(&self) -> Option<&HostMap> {
        match &self.0 {
            Made::Hosts(hosts) => Some(hosts),
            Made::Of(_) => None,
        }
    }

    /// The objects of the resource as a whole; empty for a route configuration.
    pub fn whole(&self) -> &[Origin] {
        match &self.0 {
            Made::Of(whole) => whole,
            Made::Hosts(_) => &[],
        }
    }

    /// The virtual hosts of a route configuration: domain, name and origin.
    pub fn virtual_hosts(&self) -> impl Iterator<Item = (&Name, &Name, &Origin)> {
        let hosts = self.hosts().into_iter().flatten();
        hosts.map(|(domain, host)| (domain, &host.name, &host.origin))
    }

    /// The routes of the virtual host of this domain, in order: name in Envoy and origin.
    pub fn routes(&self, domain: &str) -> impl Iterator<Item = (&Name, &Origin)> {
        let host = self.hosts().and_then(|hosts| hosts.get(domain));
        host.into_iter().flat_map(|host| host.routes.values().map(|route| (&route.name, &route.origin)))
    }

    /// The number of routes in all virtual hosts.
    pub fn route_count(&self) -> usize {
        self.hosts().into_iter().flat_map(HostMap::values).map(|host| host.routes.len()).sum()
    }
}

impl fmt::Debug for Origins {
    /// Counts routes instead of listing them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Origins")
            .field("whole", &self.whole())
            .field("virtual_hosts", &self.hosts().map_or(0, HostMap::len))
            .finish()
    }
}

/// A resource in a model.
pub(crate) type Shared = Arc<Packed>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_22_characters_of_content() {
        let version = Version::of(b"content").to_string();
        assert_eq!(version.len(), 22);
        assert_eq!(version, Version::of(b"content").to_string());
        assert_ne!(version, Version::of(b"other").to_string());
        assert_eq!(Version::parse(&version), Some(Version::of(b"content")));
        assert_eq!(Version::parse("too short"), None);
    }

    #[test]
    fn bodies_do_not_show() {
        let packed = Packed::new(&"hunter2".to_owned(), Vec::new());
        assert!(!format!("{packed:?}").contains("hunter2"));
    }
}
