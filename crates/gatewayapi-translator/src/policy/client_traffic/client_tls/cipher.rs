//! The cipher suites that proxies know.
//!
//! One that they do not know would make them refuse the listener. Suites in brackets with bars between them are equally
//! wanted.

use crate::policy::reading::Reading;

/// The suites by both of their names, in the order of their numbers: OpenSSL's, and IANA's.
const KNOWN: &[(&str, &str)] = &[
    ("DES-CBC3-SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA"),
    ("AES128-SHA", "TLS_RSA_WITH_AES_128_CBC_SHA"),
    ("AES256-SHA", "TLS_RSA_WITH_AES_256_CBC_SHA"),
    ("PSK-AES128-CBC-SHA", "TLS_PSK_WITH_AES_128_CBC_SHA"),
    ("PSK-AES256-CBC-SHA", "TLS_PSK_WITH_AES_256_CBC_SHA"),
    ("AES128-GCM-SHA256", "TLS_RSA_WITH_AES_128_GCM_SHA256"),
    ("AES256-GCM-SHA384", "TLS_RSA_WITH_AES_256_GCM_SHA384"),
    ("ECDHE-ECDSA-AES128-SHA", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"),
    ("ECDHE-ECDSA-AES256-SHA", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"),
    ("ECDHE-RSA-AES128-SHA", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"),
    ("ECDHE-RSA-AES256-SHA", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"),
    ("ECDHE-RSA-AES128-SHA256", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"),
    ("ECDHE-ECDSA-AES128-GCM-SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
    ("ECDHE-ECDSA-AES256-GCM-SHA384", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
    ("ECDHE-RSA-AES128-GCM-SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
    ("ECDHE-RSA-AES256-GCM-SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
    ("ECDHE-PSK-AES128-CBC-SHA", "TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA"),
    ("ECDHE-PSK-AES256-CBC-SHA", "TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA"),
    ("ECDHE-RSA-CHACHA20-POLY1305", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
    ("ECDHE-ECDSA-CHACHA20-POLY1305", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
    ("ECDHE-PSK-CHACHA20-POLY1305", "TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256"),
];

/// The suites that proxies know of those that are wanted. The oldest version may be one without a choice.
pub(super) fn read(wanted: &[String], min_version: Option<&str>, mut reading: Reading<'_>) -> Vec<String> {
    if !wanted.is_empty() && min_version == Some("1.3") {
        reading
            .refuse("the cipher suites of TLS 1.3 cannot be chosen, and minVersion allows no other version");
        return Vec::new();
    }
    let mut known = Vec::new();
    for (position, suite) in wanted.iter().enumerate() {
        if is_known(suite) {
            known.push(suite.clone());
        } else {
            reading.nth(position).refuse(format!("{suite:?} is no cipher suite that the proxies know"));
        }
    }
    known
}

fn is_known(suite: &str) -> bool {
    let one = |name: &str| KNOWN.iter().any(|(openssl, iana)| name == *openssl || name == *iana);
    match suite.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(group) => group.split('|').all(one),
        None => one(suite),
    }
}

#[cfg(test)]
mod tests {
    use super::is_known;

    #[test]
    fn suites_have_two_names_and_groups() {
        for known in [
            "ECDHE-RSA-AES128-GCM-SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "[ECDHE-ECDSA-AES128-GCM-SHA256|ECDHE-ECDSA-CHACHA20-POLY1305]",
        ] {
            assert!(is_known(known), "{known}");
        }
        for unknown in ["", "ALL", "TLS_AES_128_GCM_SHA256", "[]", "[AES128-SHA|NONE]", "[AES128-SHA"] {
            assert!(!is_known(unknown), "{unknown}");
        }
    }
}
