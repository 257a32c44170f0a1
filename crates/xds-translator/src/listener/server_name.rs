//! Connections that go to the host of their server name.
//!
//! API: a Backend of type `DynamicResolver` in a TLSRoute. Envoy: a filter that resolves the server name (SNI) before the TCP
//! proxy connects. Names that stand for the proxy itself are refused before that, so that nobody reaches its own ports.

use eg_ir::cluster::DnsCache;

use super::stream::filter;
use crate::{
    cluster::dns_cache,
    envoy::{listener as pb, matcher, network_rbac, rbac, regex, sni_resolver},
};

/// The port to which connections go.
const PORT: u32 = 443;

/// The names of the proxy itself.
const LOOPBACK: &str =
    r"(?i)^(localhost|localhost\.localdomain|ip6-localhost|ip6-loopback|127\.0\.0\.1|::1|\[::1\])\.?$";

/// The filters before the TCP proxy.
pub(super) fn filters(cache: &DnsCache, stat_prefix: &str) -> Vec<pb::Filter> {
    let resolver = sni_resolver::FilterConfig {
        dns_cache_config: Some(dns_cache(cache)),
        port_specifier: Some(sni_resolver::filter_config::PortSpecifier::PortValue(PORT)),
        ..sni_resolver::FilterConfig::default()
    };
    vec![
        filter("envoy.filters.network.rbac", &not_itself(stat_prefix)),
        filter("envoy.filters.network.sni_dynamic_forward_proxy", &resolver),
    ]
}

fn not_itself(stat_prefix: &str) -> network_rbac::Rbac {
    use rbac::{permission::Rule, principal::Identifier, rbac::Action};
    let loopback = matcher::StringMatcher {
        match_pattern: Some(matcher::string_matcher::MatchPattern::SafeRegex(regex(LOOPBACK))),
        ..matcher::StringMatcher::default()
    };
    let policy = rbac::Policy {
        permissions: vec![rbac::Permission { rule: Some(Rule::RequestedServerName(loopback)) }],
        principals: vec![rbac::Principal { identifier: Some(Identifier::Any(true)) }],
        ..rbac::Policy::default()
    };
    network_rbac::Rbac {
        rules: Some(rbac::Rbac {
            action: Action::Deny.into(),
            policies: [("deny-loopback-sni".to_owned(), policy)].into(),
            ..rbac::Rbac::default()
        }),
        stat_prefix: stat_prefix.to_owned(),
        ..network_rbac::Rbac::default()
    }
}
