//! The files that give proxies their TLS identity.
#![cfg(all(feature = "host", unix))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use eg_infra::host::SdsFiles;
use serde_json::Value;
use std::{fs, path::Path};

#[test]
fn both_files_name_the_identity_and_who_may_be_the_control_plane() {
    let home = tempfile::tempdir().unwrap();
    let directory = home.path().join("a/sds");
    let files = SdsFiles::write(&directory, Path::new("/certs/envoy")).unwrap();
    assert_eq!(SdsFiles::write(&directory, Path::new("/certs/envoy")).unwrap(), files);
    let read = |path: &Path| -> Value { serde_json::from_slice(&fs::read(path).unwrap()).unwrap() };

    let certificate = read(&files.certificate);
    assert_eq!(certificate["resources"][0]["name"], "xds_certificate");
    let tls = &certificate["resources"][0]["tls_certificate"];
    assert_eq!(tls["certificate_chain"]["filename"], "/certs/envoy/tls.crt");
    assert_eq!(tls["private_key"]["filename"], "/certs/envoy/tls.key");

    let trusted = read(&files.trusted_ca);
    assert_eq!(trusted["resources"][0]["name"], "xds_trusted_ca");
    let context = &trusted["resources"][0]["validation_context"];
    assert_eq!(context["trusted_ca"]["filename"], "/certs/envoy/ca.crt");
    let names = context["match_typed_subject_alt_names"].as_array().unwrap();
    assert!(names.iter().any(|name| name["matcher"]["exact"] == "envoy-gateway"));
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 2, "nothing temporary is left");
}
