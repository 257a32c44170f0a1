//! Keeping, creating and renewing certificates on disk.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use eg_certs::{
    Authority, Bundle, CertificateDirectory, ControlPlaneNames, Ensured, Error, Existing, Identity,
    LeafRequest, OidcHmac, RenewalPolicy, RenewalReason, Role,
};
use std::{
    fs,
    path::Path,
    time::{Duration, SystemTime},
};

const DAY: Duration = Duration::from_hours(24);

fn moment() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_hours(500_000)
}

fn ensure(directory: &CertificateDirectory, now: SystemTime) -> Result<Ensured, Error> {
    directory.ensure(&ControlPlaneNames::local(), Existing::Keep, &RenewalPolicy::default(), now)
}

fn load(directory: &CertificateDirectory, role: Role) -> Identity {
    directory.load(role).unwrap().unwrap()
}

fn write(directory: &CertificateDirectory, role: Role, identity: &Identity) {
    let path = directory.of(role);
    fs::create_dir_all(&path).unwrap();
    fs::write(path.join("tls.crt"), &identity.certificate_pem).unwrap();
    fs::write(path.join("tls.key"), identity.key.expose()).unwrap();
    fs::write(path.join("ca.crt"), &identity.ca_pem).unwrap();
}

fn foreign(validity: Duration) -> Identity {
    let authority = Authority::create("somebody else", validity, moment()).unwrap();
    let request = LeafRequest { common_name: "x".into(), names: vec!["x".into()], validity };
    authority.issue(&request, moment()).unwrap()
}

#[test]
fn creates_once_and_keeps() {
    let home = tempfile::tempdir().unwrap();
    let directory = CertificateDirectory::new(home.path().join("deep/certs"));
    assert_eq!(ensure(&directory, moment()).unwrap(), Ensured::Created);
    let before = load(&directory, Role::Gateway);
    let hmac = directory.load_oidc_hmac().unwrap().unwrap();
    assert_eq!(hmac.len(), 32);
    assert_eq!(ensure(&directory, moment() + DAY).unwrap(), Ensured::Kept);
    assert_eq!(load(&directory, Role::Gateway), before);
    assert_eq!(directory.load_oidc_hmac().unwrap().unwrap(), hmac);
}

#[cfg(unix)]
#[test]
fn secrets_are_readable_by_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let directory = CertificateDirectory::new(home.path());
    ensure(&directory, moment()).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for role in Role::ALL {
        assert_eq!(mode(&directory.of(role).join("tls.key")), 0o600);
        assert_eq!(mode(&directory.of(role).join("tls.crt")), 0o644);
        assert_eq!(mode(&directory.of(role)), 0o700);
    }
    assert_eq!(mode(&home.path().join(OidcHmac::NAME).join(OidcHmac::KEY)), 0o600);
}

#[test]
fn renews_before_expiry_and_still_trusts_the_old_authority() {
    let home = tempfile::tempdir().unwrap();
    let directory = CertificateDirectory::new(home.path());
    ensure(&directory, moment()).unwrap();
    let old = load(&directory, Role::Proxy);
    let hmac = directory.load_oidc_hmac().unwrap();
    let late = moment() + Bundle::VALIDITY - 29 * DAY;
    assert_eq!(ensure(&directory, late).unwrap(), Ensured::Renewed(RenewalReason::Expiry(Role::Gateway)));
    let new = load(&directory, Role::Proxy);
    assert_ne!(new.certificate_pem, old.certificate_pem);
    assert!(new.ca_pem.ends_with(&old.ca_pem), "the old authority must stay trusted");
    assert!(new.ca_pem.len() > old.ca_pem.len());
    assert_eq!(directory.load_oidc_hmac().unwrap(), hmac, "sessions survive a renewal");
    assert_eq!(ensure(&directory, late).unwrap(), Ensured::Kept);
}

#[test]
fn an_expired_authority_is_not_trusted_any_more() {
    let home = tempfile::tempdir().unwrap();
    let directory = CertificateDirectory::new(home.path());
    ensure(&directory, moment()).unwrap();
    let old = load(&directory, Role::Proxy);
    ensure(&directory, moment() + Bundle::VALIDITY + DAY).unwrap();
    assert!(!load(&directory, Role::Proxy).ca_pem.contains(&old.ca_pem));
}

#[test]
fn a_newly_wanted_name_renews() {
    let home = tempfile::tempdir().unwrap();
    let directory = CertificateDirectory::new(home.path());
    ensure(&directory, moment()).unwrap();
    let mut names = ControlPlaneNames::local();
    names.gateway.push("gateway.example".into());
    let policy = RenewalPolicy::default();
    let ensured = directory.ensure(&names, Existing::Keep, &policy, moment()).unwrap();
    assert_eq!(ensured, Ensured::Renewed(RenewalReason::Names(Role::Gateway)));
    assert!(load(&directory, Role::Gateway).facts().unwrap().names.contains(&"gateway.example".to_owned()));
}

#[test]
fn a_set_of_ours_that_lost_a_file_is_made_whole() {
    let home = tempfile::tempdir().unwrap();
    let directory = CertificateDirectory::new(home.path());
    ensure(&directory, moment()).unwrap();
    fs::remove_file(directory.of(Role::RateLimit).join("tls.key")).unwrap();
    let ensured = ensure(&directory, moment()).unwrap();
    assert_eq!(ensured, Ensured::Renewed(RenewalReason::Missing(Role::RateLimit)));
    assert!(directory.load(Role::RateLimit).unwrap().is_some());
}

#[test]
fn certificates_of_others_are_kept_even_when_old() {
    let home = tempfile::tempdir().unwrap();
    let directory = CertificateDirectory::new(home.path());
    let identity = foreign(DAY);
    for role in Role::ALL {
        write(&directory, role, &identity);
    }
    assert_eq!(ensure(&directory, moment() + 365 * DAY).unwrap(), Ensured::Kept);
    assert_eq!(load(&directory, Role::Gateway), identity);
}

#[test]
fn an_incomplete_set_of_others_is_an_error_until_overwritten() {
    let home = tempfile::tempdir().unwrap();
    let directory = CertificateDirectory::new(home.path());
    let identity = foreign(DAY);
    write(&directory, Role::Gateway, &identity);
    let error = ensure(&directory, moment()).unwrap_err();
    let Error::Incomplete { missing, .. } = &error else { panic!("{error}") };
    assert_eq!(missing, &["envoy", "envoy-rate-limit"]);
    assert_eq!(load(&directory, Role::Gateway), identity);

    let (names, policy) = (ControlPlaneNames::local(), RenewalPolicy::default());
    let ensured = directory.ensure(&names, Existing::Overwrite, &policy, moment()).unwrap();
    assert_eq!(ensured, Ensured::Created);
    assert_ne!(load(&directory, Role::Gateway), identity);
    assert!(directory.load(Role::RateLimit).unwrap().is_some());
}

#[test]
fn a_file_that_is_no_certificate_is_an_error_and_stays() {
    let home = tempfile::tempdir().unwrap();
    let directory = CertificateDirectory::new(home.path());
    ensure(&directory, moment()).unwrap();
    let path = directory.of(Role::Proxy).join("tls.crt");
    fs::write(&path, "broken").unwrap();
    let error = ensure(&directory, moment()).unwrap_err();
    assert!(error.to_string().contains(&path.display().to_string()), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "broken");
}
