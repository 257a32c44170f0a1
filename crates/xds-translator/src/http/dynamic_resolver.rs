//! Requests that go where their host says.
//!
//! API: `Backend.spec.type: DynamicResolver`. Envoy: a cluster of type `dynamic_forward_proxy`, and before it the filter
//! `rbac`, by which each such route refuses hosts that name the proxy itself, where its administration listens. It looks at
//! what decides where the request goes: the `Host` header, or the header from which the route takes the host instead. A
//! route that writes one host for all requests needs no guard, unless that host is the proxy.

use eg_diag::{Diagnostic, FieldPath};
use eg_ir::{
    FeatureId, features,
    route::{HostRewrite, HttpRoute, RouteAction},
};

use super::{FilterChain, HttpFeature, RouteCx, ServerCx};
use crate::{
    envoy::{any, http_rbac, route},
    finding::not_expressible,
    rbac::{self, Action},
};

/// The name of the filter.
const FILTER: &str = "envoy.filters.http.rbac.dfp_loopback_deny";

/// The hosts that name the proxy itself, as regular expressions.
const LOOPBACK: [&str; 7] = [
    r"127\.0\.0\.1",
    "localhost",
    r"localhost\.localdomain",
    "ip6-localhost",
    "ip6-loopback",
    r"\[::1\]",
    "::1",
];

/// Requests that go where their host says.
pub(super) struct DynamicResolver;

impl HttpFeature for DynamicResolver {
    fn id(&self) -> FeatureId {
        features::DYNAMIC_RESOLVER
    }

    fn filters(&self, cx: ServerCx<'_>, chain: &mut FilterChain) -> Result<(), Diagnostic> {
        if cx.is_needed(&features::DYNAMIC_RESOLVER) {
            chain.add(FILTER, &http_rbac::Rbac::default());
        }
        Ok(())
    }

    fn route(&self, cx: RouteCx<'_>, route: &mut route::Route) -> Result<(), Diagnostic> {
        if !matches!(&cx.route.action, RouteAction::Forward(forward) if forward.by_host) {
            return Ok(());
        }
        if let Some(header) = deciding_header(cx.route)? {
            route.typed_per_filter_config.insert(FILTER.to_owned(), any(&guard(header)));
        }
        Ok(())
    }
}

/// The header that says where a request goes; `None` where the route says it.
fn deciding_header(route: &HttpRoute) -> Result<Option<&str>, Diagnostic> {
    let refused = |message: &str| Err(not_expressible(FieldPath::root(), message));
    match route.rewrite.as_ref().and_then(|rewrite| rewrite.host.as_ref()) {
        None => Ok(Some(":authority")),
        Some(HostRewrite::Header(header)) => Ok(Some(header)),
        Some(HostRewrite::Literal(host)) if names_proxy(host) => {
            refused("the host that the route writes is the proxy itself")
        }
        Some(HostRewrite::Literal(_)) => Ok(None),
        Some(_) => refused("what makes the host of a request cannot be guarded"),
    }
}

/// Whether a host, perhaps with a port, names the proxy itself, so that no request may go there because its host says so.
pub fn names_proxy(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    LOOPBACK.iter().any(|pattern| {
        let name = pattern.replace('\\', "");
        let port = host.strip_prefix(&name).map(|rest| rest.strip_prefix(':'));
        matches!(port, Some(Some(port)) if port.bytes().all(|byte| byte.is_ascii_digit())) || host == name
    })
}

fn guard(header: &str) -> http_rbac::RbacPerRoute {
    let is = |host: &&str| rbac::header(header, rbac::expression(format!("^{host}(?::\\d+)?$")));
    let proxy = rbac::any_of(LOOPBACK.iter().map(is).collect());
    let refused = rbac::rule("deny-loopback-host", Action::Deny, proxy);
    let matcher = rbac::matcher(vec![refused], Action::Allow);
    http_rbac::RbacPerRoute {
        rbac: Some(http_rbac::Rbac { matcher: Some(matcher), ..http_rbac::Rbac::default() }),
    }
}

#[cfg(test)]
mod tests {
    use super::names_proxy;

    #[test]
    fn the_proxy_has_several_names() {
        for host in ["localhost", "LocalHost:80", "127.0.0.1", "127.0.0.1:19000", "[::1]", "[::1]:80", "::1"]
        {
            assert!(names_proxy(host), "{host}");
        }
        for host in ["localhost.example.com", "127.0.0.10", "example.com:80", "localhosts"] {
            assert!(!names_proxy(host), "{host}");
        }
    }
}
