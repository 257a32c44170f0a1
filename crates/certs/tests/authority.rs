//! What signed certificates say, and that secrets stay out of `Debug`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use eg_certs::{AUTHORITY_NAME, Authority, Bundle, CertificateFacts, ControlPlaneNames, LeafRequest, Role};
use std::time::{Duration, SystemTime};

const DAY: Duration = Duration::from_hours(24);

fn moment() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_hours(500_000)
}

#[test]
fn a_leaf_carries_its_names_issuer_and_validity() {
    let authority = Authority::create("some authority", 10 * DAY, moment()).unwrap();
    let names =
        vec!["a.example".to_owned(), "*.b.example".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    let request = LeafRequest { common_name: "leaf".into(), names: names.clone(), validity: DAY };
    let facts = authority.issue(&request, moment()).unwrap().facts().unwrap();
    assert_eq!(facts.names, names);
    assert_eq!(facts.issuer, "some authority");
    assert_eq!(facts.not_after, moment() + DAY);
    assert_eq!(facts.not_before, moment() - Duration::from_hours(1));
}

#[test]
fn an_authority_taken_up_from_pem_signs_as_before() {
    let authority = Authority::create("kept", 10 * DAY, moment()).unwrap();
    let again = Authority::from_pem(authority.certificate_pem(), authority.key_pem()).unwrap();
    let request = LeafRequest { common_name: "leaf".into(), names: vec!["x".into()], validity: DAY };
    let identity = again.issue(&request, moment()).unwrap();
    assert_eq!(identity.ca_pem, authority.certificate_pem());
    assert_eq!(identity.facts().unwrap().issuer, "kept");
}

#[test]
fn a_bundle_has_the_names_of_the_place_it_runs_in() {
    let names = ControlPlaneNames::kubernetes("ns", "cluster.local");
    let bundle = Bundle::create(&names, moment()).unwrap();
    let names = |role| bundle.identity(role).facts().unwrap().names;
    for role in Role::ALL {
        assert_ne!(role.name(), AUTHORITY_NAME, "it would pass for self-signed");
    }
    assert_eq!(
        names(Role::Gateway),
        ["envoy-gateway", "envoy-gateway.ns", "envoy-gateway.ns.svc", "envoy-gateway.ns.svc.cluster.local"]
    );
    assert_eq!(names(Role::Proxy), ["*.ns"]);
    assert_eq!(names(Role::RateLimit), ["*.ns"]);
    let authority = CertificateFacts::parse("authority", &bundle.gateway.ca_pem).unwrap();
    assert_eq!(authority.issuer, AUTHORITY_NAME);
    assert_eq!(authority.not_after, moment() + Bundle::VALIDITY);
    assert_eq!(bundle.gateway.ca_pem, bundle.rate_limit.ca_pem);
}

#[test]
fn debug_shows_no_key() {
    let names = ControlPlaneNames::local();
    let authority = Authority::create("a", DAY, moment()).unwrap();
    let shown = format!("{:?} {authority:?}", Bundle::create(&names, moment()).unwrap());
    assert!(shown.contains("redacted"));
    assert!(!shown.contains("PRIVATE KEY"));
}

#[test]
fn text_that_is_no_certificate_is_named_in_the_error() {
    let error = CertificateFacts::parse("ca.crt", "hello").unwrap_err();
    assert!(error.to_string().starts_with("ca.crt is not usable"), "{error}");
}
