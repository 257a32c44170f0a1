//! Which virtual host of a route table takes a request.

use std::sync::Arc;

use eg_ir::{Name, OrdMap, route::VirtualHost};

/// The virtual host for a host in lower case without a port: the name itself, then the longest wildcard, then `*`.
pub(super) fn choose<'i>(hosts: &'i OrdMap<Name, Arc<VirtualHost>>, host: &str) -> Option<&'i VirtualHost> {
    let of = |domain: &str| hosts.get(domain).map(AsRef::as_ref);
    of(host).or_else(|| wildcards(host).find_map(|domain| of(&domain))).or_else(|| of("*"))
}

/// The wildcards that stand for a name, longest first. A wildcard stands for every depth below it, not for itself.
pub(super) fn wildcards(name: &str) -> impl Iterator<Item = String> {
    name.match_indices('.').filter(|(dot, _)| *dot > 0).map(|(dot, _)| format!("*{}", &name[dot..]))
}

/// Whether a hostname as users write it, `*` and none included, stands for a host.
pub(super) fn covers(hostname: &str, host: &str) -> bool {
    hostname == "*" || hostname.eq_ignore_ascii_case(host) || {
        let hostname = hostname.to_ascii_lowercase();
        wildcards(host).any(|wildcard| wildcard == hostname)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(domains: &[&str], host: &str, expected: Option<&str>) {
        let hosts = domains.iter().map(|domain| {
            let domain = Name::from(*domain);
            (domain.clone(), Arc::new(VirtualHost { domain, ..VirtualHost::default() }))
        });
        let hosts: OrdMap<_, _> = hosts.collect();
        assert_eq!(choose(&hosts, host).map(|host| &*host.domain), expected, "{host}");
    }

    #[test]
    fn the_most_specific_domain_takes_the_request() {
        let domains = ["a.example.com", "*.example.com", "*.b.example.com", "*"];
        check(&domains, "a.example.com", Some("a.example.com"));
        check(&domains, "c.example.com", Some("*.example.com"));
        check(&domains, "x.y.b.example.com", Some("*.b.example.com"));
        check(&domains, "b.example.com", Some("*.example.com"));
        check(&domains, "example.com", Some("*"));
        check(&domains[..3], "example.com", None);
        check(&domains[..3], ".example.com", None);
    }

    #[test]
    fn hostnames_cover_hosts() {
        assert!(covers("*", "a") && covers("*.Example.com", "a.example.com") && covers("A.b", "a.b"));
        assert!(!covers("*.example.com", "example.com") && !covers("a.b", "b"));
    }
}
