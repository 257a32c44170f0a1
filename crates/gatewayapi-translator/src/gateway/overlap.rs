//! HTTPS listeners on one port whose hostnames or certificates overlap.
//!
//! API: hostnames and certificates of `Gateway.spec.listeners[]`, reported in the condition `OverlappingTLSConfig`. Envoy: the
//! protocols that a filter chain offers (`alpn_protocols`).
//!
//! A client may reuse an HTTP/2 connection for every name in the certificate, also for those of another listener. So the
//! listeners say that they overlap, and where certificates do, or might because another server has them, HTTP/2 is not
//! offered.

use eg_ir::Name;

use super::{
    listener::{Certificate, ListenerState},
    view::Protocol,
};

/// Marks the listeners that overlap with another one on their port.
pub(super) fn detect(listeners: &mut [&mut ListenerState]) {
    let found: Vec<Option<Overlap>> =
        (0..listeners.len()).map(|position| find(listeners, position)).collect();
    for (listener, overlap) in listeners.iter_mut().zip(found) {
        let Some(overlap) = overlap else { continue };
        let (reason, message) = match overlap {
            Overlap::Certificates { own, other, listener } => (
                "OverlappingCertificates",
                format!(
                    "The certificate is for {own} and overlaps with that of listener {listener}, which is for {other}; \
                     HTTP/2 is not offered unless a ClientTrafficPolicy names the protocols."
                ),
            ),
            Overlap::Opaque => (
                "SDSCertificateOpaque",
                "Another server has the certificate, whose names are not known here, and the port has other listeners; \
                 HTTP/2 is not offered unless a ClientTrafficPolicy names the protocols."
                    .to_owned(),
            ),
            Overlap::Hostnames { other, listener } => (
                "OverlappingHostnames",
                format!("The hostname overlaps with {other} of listener {listener}."),
            ),
        };
        listener.overlaps = reason != "OverlappingHostnames";
        listener.conditions.set("OverlappingTLSConfig", true, reason, message);
    }
}

enum Overlap {
    Opaque,
    Certificates { own: Name, other: Name, listener: Name },
    Hostnames { other: Name, listener: Name },
}

fn find(listeners: &[&mut ListenerState], position: usize) -> Option<Overlap> {
    let own = &*listeners[position];
    let takes_part =
        |listener: &ListenerState| listener.ready() && listener.protocol == Some(Protocol::Https);
    if !takes_part(own) {
        return None;
    }
    let others =
        listeners.iter().enumerate().filter(|(other, _)| *other != position).map(|(_, other)| &**other);
    let others: Vec<&ListenerState> =
        others.filter(|other| takes_part(other) && other.port == own.port).collect();
    if !others.is_empty() && own.certificates.iter().any(Certificate::is_opaque) {
        return Some(Overlap::Opaque);
    }
    let names = |listener: &ListenerState| -> Vec<Name> {
        let known_to_clients =
            listener.certificates.iter().filter(|certificate| !certificate.common_name_only);
        known_to_clients.flat_map(|certificate| &certificate.names).cloned().collect()
    };
    for other in &others {
        for name in names(own) {
            if let Some(theirs) = names(other).into_iter().find(|theirs| overlap(&name, theirs)) {
                return Some(Overlap::Certificates {
                    own: name,
                    other: theirs,
                    listener: other.section.clone(),
                });
            }
        }
    }
    let everything = Name::from("*");
    let hostname = own.hostname.as_ref().unwrap_or(&everything);
    others.into_iter().find_map(|other| {
        let theirs = other.hostname.as_ref().unwrap_or(&everything);
        overlap(hostname, theirs)
            .then(|| Overlap::Hostnames { other: theirs.clone(), listener: other.section.clone() })
    })
}

/// Whether there is a hostname that both patterns match.
fn overlap(a: &str, b: &str) -> bool {
    let covers = |wide: &str, narrow: &str| {
        wide == "*"
            || wide.strip_prefix('*').is_some_and(|suffix| narrow.trim_start_matches('*').ends_with(suffix))
    };
    a.eq_ignore_ascii_case(b) || covers(a, b) || covers(b, a)
}

#[cfg(test)]
mod tests {
    use super::overlap;

    #[test]
    fn patterns_overlap_where_a_name_matches_both() {
        for (a, b, expected) in [
            ("a.example.com", "a.example.com", true),
            ("*.example.com", "a.example.com", true),
            ("a.example.com", "*.example.com", true),
            ("*", "a.example.com", true),
            ("*.example.com", "*.a.example.com", true),
            ("*.example.com", "example.com", false),
            ("a.example.com", "b.example.com", false),
        ] {
            assert_eq!(overlap(a, b), expected, "{a} {b}");
        }
    }
}
