//! Resource types and the order in which a stream must see them.

use std::{cmp::Ordering, fmt, hash, sync::Arc};

/// The type of a resource, as the URL that names its message in an `Any`.
///
/// The server treats every type alike, apart from the order of the well-known ones; a type that has no constant here
/// is served as soon as the store holds resources of it.
#[derive(Clone)]
pub struct TypeUrl(Repr);

#[derive(Clone)]
enum Repr {
    Known(&'static str),
    Other(Arc<str>),
}

impl TypeUrl {
    /// Clusters (CDS).
    pub const CLUSTER: Self = Self::from_static("type.googleapis.com/envoy.config.cluster.v3.Cluster");
    /// Cluster load assignments (EDS).
    pub const ENDPOINT: Self =
        Self::from_static("type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment");
    /// Secrets (SDS).
    pub const SECRET: Self =
        Self::from_static("type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret");
    /// Listeners (LDS).
    pub const LISTENER: Self = Self::from_static("type.googleapis.com/envoy.config.listener.v3.Listener");
    /// Route configurations (RDS).
    pub const ROUTE: Self = Self::from_static("type.googleapis.com/envoy.config.route.v3.RouteConfiguration");
    /// Scoped route configurations (SRDS).
    pub const SCOPED_ROUTE: Self =
        Self::from_static("type.googleapis.com/envoy.config.route.v3.ScopedRouteConfiguration");
    /// Virtual hosts sent one by one (VHDS).
    pub const VIRTUAL_HOST: Self = Self::from_static("type.googleapis.com/envoy.config.route.v3.VirtualHost");
    /// Runtime layers (RTDS).
    pub const RUNTIME: Self = Self::from_static("type.googleapis.com/envoy.service.runtime.v3.Runtime");
    /// Extension configurations (ECDS).
    pub const EXTENSION_CONFIG: Self =
        Self::from_static("type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig");
    /// Configurations of the global rate-limit service.
    pub const RATE_LIMIT_CONFIG: Self =
        Self::from_static("type.googleapis.com/ratelimit.config.ratelimit.v3.RateLimitConfig");

    const KNOWN: [Self; 10] = [
        Self::CLUSTER,
        Self::ENDPOINT,
        Self::SECRET,
        Self::LISTENER,
        Self::ROUTE,
        Self::SCOPED_ROUTE,
        Self::VIRTUAL_HOST,
        Self::RUNTIME,
        Self::EXTENSION_CONFIG,
        Self::RATE_LIMIT_CONFIG,
    ];

    /// Names a type by a URL that is known when the program is built.
    #[must_use]
    pub const fn from_static(url: &'static str) -> Self {
        Self(Repr::Known(url))
    }

    /// The URL as it appears on the wire.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Repr::Known(url) => url,
            Repr::Other(url) => url,
        }
    }

    /// Where the type stands in the order of additions: RTDS, CDS, EDS, SDS, ECDS, LDS, SRDS, RDS, VHDS, all others.
    pub(crate) fn rank(&self) -> u8 {
        const ORDER: [TypeUrl; 9] = [
            TypeUrl::RUNTIME,
            TypeUrl::CLUSTER,
            TypeUrl::ENDPOINT,
            TypeUrl::SECRET,
            TypeUrl::EXTENSION_CONFIG,
            TypeUrl::LISTENER,
            TypeUrl::SCOPED_ROUTE,
            TypeUrl::ROUTE,
            TypeUrl::VIRTUAL_HOST,
        ];
        (0u8..).zip(&ORDER).find(|(_, url)| *url == self).map_or(u8::MAX, |(rank, _)| rank)
    }

    /// The types whose current state must be acknowledged before additions and changes of this type are sent, because
    /// they may refer to what those types have just added.
    pub(crate) fn addition_waits_for(&self) -> &'static [TypeUrl] {
        const CLUSTERS: &[TypeUrl] = &[TypeUrl::CLUSTER];
        const LISTENERS: &[TypeUrl] = &[TypeUrl::CLUSTER, TypeUrl::LISTENER];
        if *self == Self::LISTENER || *self == Self::EXTENSION_CONFIG {
            CLUSTERS
        } else if *self == Self::ROUTE || *self == Self::SCOPED_ROUTE || *self == Self::VIRTUAL_HOST {
            LISTENERS
        } else {
            &[]
        }
    }

    /// The types that may still refer to a resource of this type, and so must have been acknowledged before one is
    /// removed.
    pub(crate) fn removal_waits_for(&self) -> &'static [TypeUrl] {
        const CLUSTER_USERS: &[TypeUrl] = &[
            TypeUrl::LISTENER,
            TypeUrl::ROUTE,
            TypeUrl::SCOPED_ROUTE,
            TypeUrl::VIRTUAL_HOST,
            TypeUrl::EXTENSION_CONFIG,
        ];
        const ENDPOINT_USERS: &[TypeUrl] = &[
            TypeUrl::CLUSTER,
            TypeUrl::LISTENER,
            TypeUrl::ROUTE,
            TypeUrl::SCOPED_ROUTE,
            TypeUrl::VIRTUAL_HOST,
            TypeUrl::EXTENSION_CONFIG,
        ];
        const ROUTE_USERS: &[TypeUrl] = &[TypeUrl::LISTENER, TypeUrl::SCOPED_ROUTE];
        if *self == Self::CLUSTER {
            CLUSTER_USERS
        } else if *self == Self::ENDPOINT || *self == Self::SECRET {
            ENDPOINT_USERS
        } else if *self == Self::ROUTE || *self == Self::EXTENSION_CONFIG {
            ROUTE_USERS
        } else {
            &[]
        }
    }
}

impl From<&str> for TypeUrl {
    fn from(url: &str) -> Self {
        match Self::KNOWN.iter().find(|known| known.as_str() == url) {
            Some(known) => known.clone(),
            None => Self(Repr::Other(url.into())),
        }
    }
}

impl PartialEq for TypeUrl {
    fn eq(&self, other: &Self) -> bool {
        let (a, b) = (self.as_str(), other.as_str());
        std::ptr::eq(a, b) || a == b
    }
}

impl Eq for TypeUrl {}

impl PartialOrd for TypeUrl {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for TypeUrl {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl hash::Hash for TypeUrl {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for TypeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for TypeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_url_costs_no_allocation() {
        for known in &TypeUrl::KNOWN {
            assert!(matches!(TypeUrl::from(known.as_str()).0, Repr::Known(_)), "{known}");
        }
        assert_eq!(TypeUrl::from("example.com/x.Y"), TypeUrl::from_static("example.com/x.Y"));
    }

    #[test]
    fn what_an_addition_waits_for_comes_earlier() {
        for known in &TypeUrl::KNOWN {
            for earlier in known.addition_waits_for() {
                assert!(earlier.rank() < known.rank(), "{known} waits for {earlier}");
            }
        }
    }
}
