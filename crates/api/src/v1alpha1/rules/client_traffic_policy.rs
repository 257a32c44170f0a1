//! CEL rules of the types in `client_traffic_policy`.

use crate::schema::Rules;

pub(crate) const CLIENT_TRAFFIC_POLICY_SPEC: Rules = &[
    (
        "(has(self.targetRef) && !has(self.targetRefs)) || (!has(self.targetRef) && has(self.targetRefs)) || (has(self.targetSelectors) && self.targetSelectors.size() > 0) ",
        "one of targetRef and targetRefs, or targetSelectors, is needed",
    ),
    (
        "has(self.targetRef) ? self.targetRef.group == 'gateway.networking.k8s.io' : true",
        "targetRef must be of group gateway.networking.k8s.io",
    ),
    (
        "has(self.targetRef) ? self.targetRef.kind in ['Gateway', 'ListenerSet'] : true",
        "targetRef must be a Gateway or ListenerSet",
    ),
    (
        "has(self.targetRefs) ? self.targetRefs.all(ref, ref.group == 'gateway.networking.k8s.io') : true",
        "targetRefs must be of group gateway.networking.k8s.io",
    ),
    (
        "has(self.targetRefs) ? self.targetRefs.all(ref, ref.kind in ['Gateway', 'ListenerSet']) : true",
        "targetRefs must be Gateways or ListenerSets",
    ),
];

pub(crate) const CLIENT_IP_DETECTION_SETTINGS: Rules = &[(
    "[has(self.xForwardedFor), has(self.customHeader), has(self.directSourceIP)].filter(x, x).size() == 1",
    "exactly one of xForwardedFor, customHeader and directSourceIP is needed",
)];

pub(crate) const X_FORWARDED_FOR_SETTINGS: Rules = &[(
    "(has(self.numTrustedHops) && !has(self.trustedCIDRs)) || (!has(self.numTrustedHops) && has(self.trustedCIDRs))",
    "exactly one of numTrustedHops and trustedCIDRs is needed",
)];

pub(crate) const CONNECTION_LIMIT: Rules =
    &[("!has(self.closeDelay) || has(self.value)", "closeDelay needs a value")];

pub(crate) const HEADER_SETTINGS: Rules = &[(
    "!(has(self.preserveXRequestID) && has(self.requestID))",
    "preserveXRequestID and requestID cannot both be set",
)];

pub(crate) const X_FORWARDED_CLIENT_CERT: Rules = &[(
    "(has(self.certDetailsToAdd) && self.certDetailsToAdd.size() > 0) ? (self.mode == 'AppendForward' || self.mode == 'SanitizeSet') : true",
    "certDetailsToAdd is only for the modes AppendForward and SanitizeSet",
)];

pub(crate) const CLIENT_TLS_SETTINGS: Rules = &[
    (
        "has(self.minVersion) && self.minVersion == '1.3' ? !has(self.ciphers) : true",
        "ciphers cannot be chosen when minVersion is 1.3",
    ),
    (
        r#"has(self.minVersion) && has(self.maxVersion) ? {"Auto":0,"1.0":1,"1.1":2,"1.2":3,"1.3":4}[self.minVersion] <= {"1.0":1,"1.1":2,"1.2":3,"1.3":4,"Auto":5}[self.maxVersion] : !has(self.minVersion) && has(self.maxVersion) ? 3 <= {"1.0":1,"1.1":2,"1.2":3,"1.3":4,"Auto":5}[self.maxVersion] : true"#,
        "minVersion must not be newer than maxVersion, whose oldest is 1.2 when minVersion is unset",
    ),
];

pub(crate) const CLIENT_VALIDATION_CONTEXT: Rules = &[(
    "!has(self.allowExpiredCertificate) || !self.allowExpiredCertificate || !has(self.mode) || self.mode in ['VerifyIfGiven', 'RequireAndVerify']",
    "allowExpiredCertificate is only for the modes VerifyIfGiven and RequireAndVerify",
)];
