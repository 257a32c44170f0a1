//! Hostnames: whether a text is one, and which requests they have in common.

use eg_ir::Name;

/// The longest name that DNS knows.
const MAX_LENGTH: usize = 253;
const MAX_LABEL: usize = 63;

/// Whether the text is a hostname without a wildcard.
pub(crate) fn is_precise(name: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_label = |label: &str| {
        (1..=MAX_LABEL).contains(&label.len())
            && label.bytes().all(is_inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= MAX_LENGTH && name.split('.').all(is_label)
}

/// Whether every request for `host`, which may itself be a wildcard, is one for `pattern`: they are equal, or the
/// pattern's `*` stands for one or more labels of the host.
pub(crate) fn covers(pattern: &str, host: &str) -> bool {
    if pattern == host {
        return true;
    }
    let Some(suffix) = pattern.strip_prefix('*') else { return false };
    // The suffix starts with a dot, so that the star stands for whole labels, and for at least one.
    host.len() > suffix.len() && host.ends_with(suffix)
}

/// The hostnames under which a listener serves a route.
///
/// They are what the hostnames of both have in common, in the more specific spelling, without those that another
/// listener on the port claims more specifically; `*` when neither names any.
pub(crate) fn intersection(route: &[String], listener: Option<&Name>, others: &[Name]) -> Vec<Name> {
    if route.is_empty() {
        return vec![listener.cloned().unwrap_or_else(|| "*".into())];
    }
    let common = |host: &String| match listener {
        None => Some(Name::from(host.as_str())),
        Some(listener) if covers(listener, host) => Some(host.as_str().into()),
        Some(listener) if covers(host, listener) => Some(listener.clone()),
        Some(_) => None,
    };
    let mut hosts: Vec<Name> = route.iter().filter_map(common).collect();
    hosts.sort_unstable();
    hosts.dedup();
    let is_more_specific =
        |other: &Name| listener.is_none_or(|listener| listener != other && covers(listener, other));
    let claimed = |host: &Name| others.iter().any(|other| is_more_specific(other) && covers(other, host));
    hosts.retain(|host| !claimed(host));
    hosts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_other_text() {
        for name in ["a", "a.b", "xn--a.example.com", "1.2.3.4"] {
            assert!(is_precise(name), "{name}");
        }
        for other in ["", "*.a", "a..b", "-a.b", "a-.b", "A.b", "a_b", "a.", &"a".repeat(64)] {
            assert!(!is_precise(other), "{other}");
        }
    }

    #[test]
    fn intersections_are_the_more_specific_name() {
        let check = |route: &[&str], listener: Option<&str>, others: &[&str], expect: &[&str]| {
            let route: Vec<String> = route.iter().map(|host| (*host).to_owned()).collect();
            let others: Vec<Name> = others.iter().map(|host| (*host).into()).collect();
            let hosts = intersection(&route, listener.map(Name::from).as_ref(), &others);
            let hosts: Vec<&str> = hosts.iter().map(|host| &**host).collect();
            assert_eq!(hosts, expect, "{route:?} on {listener:?} beside {others:?}");
        };
        check(&[], None, &[], &["*"]);
        check(&[], Some("*.a.com"), &[], &["*.a.com"]);
        check(&["x.a.com", "b.com", "x.a.com"], None, &[], &["b.com", "x.a.com"]);
        check(&["x.a.com", "a.com", "x.y.a.com", "xa.com"], Some("*.a.com"), &[], &["x.a.com", "x.y.a.com"]);
        check(&["*.a.com"], Some("x.a.com"), &[], &["x.a.com"]);
        check(&["*.x.a.com", "*.com"], Some("*.a.com"), &[], &["*.a.com", "*.x.a.com"]);
        check(&["b.com"], Some("a.com"), &[], &[]);
        check(&["b.com", "*.a.com", "x.a.com"], None, &["*.a.com"], &["b.com"]);
        check(&["x.a.com"], Some("*.a.com"), &["*.com"], &["x.a.com"]);
        check(&["x.y.a.com", "z.a.com"], Some("*.a.com"), &["*.y.a.com"], &["z.a.com"]);
    }
}
