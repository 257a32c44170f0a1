//! What happens to headers between clients and routes.
//!
//! API: `ClientTrafficPolicy.spec.headers`. IR: [`ClientHeaders`]. It is for listeners that serve HTTP. Of changes of one
//! header the first one counts. A change that cannot be made, a size out of bounds and a value that nobody knows fail
//! closed; what else the field says is used for the answers all the same.
//!
//! - `mutation`: changes of headers.

use eg_api::{
    meta::Quantity,
    v1alpha1::{HeaderSettings, XForwardedClientCert},
};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{
    FeatureId, features,
    listener::{
        CertDetail, ClientHeaders, ClientSettings, ForwardMode, ForwardedClientCert, RequestId, Underscores,
    },
};

use super::{ClientTraffic, ListenerProtocol, choice};
use crate::policy::{Declared, FieldCx, PolicyField, status::deprecated};

mod mutation;

static INVALID: Code = Code::error("invalid-client-headers", "Accepted", "Invalid");

/// The size limits of a request's headers, in KiB.
const SIZES: std::ops::RangeInclusive<u64> = 1..=8192;

/// What happens to headers between clients and routes.
pub(super) struct ClientHeadersField;

impl PolicyField<ClientTraffic> for ClientHeadersField {
    fn id(&self) -> FeatureId {
        features::CLIENT_HEADERS
    }

    fn is_set(&self, policy: &Declared<'_, ClientTraffic>) -> bool {
        policy.spec.headers.is_some()
    }

    fn applies(&self, place: &ListenerProtocol) -> bool {
        place.is_http()
    }

    fn warn(&self, policy: &Declared<'_, ClientTraffic>, warnings: &mut Vec<Diagnostic>) {
        let headers = policy.spec.headers.as_ref();
        if headers.is_some_and(|headers| headers.preserve_x_request_id.is_some()) {
            let at = path();
            warnings.push(deprecated(at.field("preserveXRequestID"), &at.field("requestID")));
        }
    }

    fn validate(&self, policy: &Declared<'_, ClientTraffic>, problems: &mut Vec<Diagnostic>) {
        lower(policy, problems);
    }

    fn lower(
        &self,
        cx: &FieldCx<'_, '_, ClientTraffic>,
        slot: &mut ClientSettings,
    ) -> Result<(), Diagnostic> {
        slot.headers = lower(cx.policy, &mut Vec::new());
        Ok(())
    }
}

fn path() -> FieldPath {
    FieldPath::spec().field("headers")
}

fn lower(policy: &Declared<'_, ClientTraffic>, problems: &mut Vec<Diagnostic>) -> ClientHeaders {
    let Some(headers) = &policy.spec.headers else { return ClientHeaders::default() };
    let HeaderSettings {
        disable_rate_limit_headers,
        early_request_headers,
        enable_envoy_headers,
        host,
        late_response_headers,
        max_request_header_limit,
        preserve_x_request_id,
        request_id,
        with_underscores_action,
        x_forwarded_client_cert,
    } = headers;
    let at = path();
    let underscores = with_underscores_action
        .as_deref()
        .and_then(|text| or_problem(one_of(text, UNDERSCORES, at.field("withUnderscoresAction")), problems));
    let preserve = preserve_x_request_id.unwrap_or_default().then_some(RequestId::PreserveOrGenerate);
    let mut lowered = ClientHeaders {
        envoy_headers: enable_envoy_headers.unwrap_or_default(),
        no_rate_limit_headers: disable_rate_limit_headers.unwrap_or_default(),
        underscores: underscores.unwrap_or_default(),
        strip_trailing_host_dot: host
            .as_ref()
            .and_then(|host| host.strip_trailing_host_dot)
            .unwrap_or_default(),
        ..ClientHeaders::default()
    };
    lowered.request_id = match request_id {
        Some(text) => or_problem(one_of(text, REQUEST_IDS, at.field("requestID")), problems),
        None => preserve,
    };
    if let Some(limit) = max_request_header_limit {
        lowered.max_request_kib = or_problem(kib(limit, &at.field("maxRequestHeaderLimit")), problems);
    }
    if let Some(forwarded) = x_forwarded_client_cert {
        let forwarded = forwarded_client_cert(forwarded, &at.field("xForwardedClientCert"));
        lowered.forwarded_client_cert = or_problem(forwarded, problems);
    }
    let mut mutations = |filter: &Option<_>, at: FieldPath| {
        filter.as_ref().map(|filter| mutation::lower(filter, &at, problems)).unwrap_or_default()
    };
    lowered.early_request = mutations(early_request_headers, at.field("earlyRequestHeaders"));
    lowered.late_response = mutations(late_response_headers, at.field("lateResponseHeaders"));
    lowered
}

/// The value, unless something is wrong with it.
fn or_problem<T>(result: Result<T, Diagnostic>, problems: &mut Vec<Diagnostic>) -> Option<T> {
    result.map_err(|problem| problems.push(problem)).ok()
}

const UNDERSCORES: &[(&str, Underscores)] = &[
    ("Allow", Underscores::Allow),
    ("RejectRequest", Underscores::Reject),
    ("DropHeader", Underscores::Drop),
];

const REQUEST_IDS: &[(&str, RequestId)] = &[
    ("PreserveOrGenerate", RequestId::PreserveOrGenerate),
    ("Preserve", RequestId::Preserve),
    ("Generate", RequestId::Generate),
    ("Disable", RequestId::Disable),
];

const MODES: &[(&str, ForwardMode)] = &[
    ("Sanitize", ForwardMode::Sanitize),
    ("ForwardOnly", ForwardMode::ForwardOnly),
    ("AppendForward", ForwardMode::AppendForward),
    ("SanitizeSet", ForwardMode::SanitizeSet),
    ("AlwaysForwardOnly", ForwardMode::AlwaysForwardOnly),
];

const DETAILS: &[(&str, CertDetail)] = &[
    ("Subject", CertDetail::Subject),
    ("Cert", CertDetail::Cert),
    ("Chain", CertDetail::Chain),
    ("DNS", CertDetail::Dns),
    ("URI", CertDetail::Uri),
];

/// The value that a word stands for.
fn one_of<T: Copy>(text: &str, values: &[(&str, T)], at: FieldPath) -> Result<T, Diagnostic> {
    choice::one_of(text, values, &INVALID, at)
}

/// A size in KiB, rounded up.
fn kib(limit: &Quantity, at: &FieldPath) -> Result<u32, Diagnostic> {
    let fail = |message| Diagnostic::new(&INVALID, at.clone(), message);
    let bytes = limit.to_u64().map_err(|error| fail(error.to_string()))?;
    let size = bytes.div_ceil(1024);
    if bytes < 1024 || !SIZES.contains(&size) {
        let (least, most) = (SIZES.start(), SIZES.end());
        return Err(fail(format!("expected a size from {least}Ki to {most}Ki, found {limit}")));
    }
    u32::try_from(size).map_err(|error| fail(error.to_string()))
}

/// Facts about the certificate are told only where the header is written anew.
fn forwarded_client_cert(
    XForwardedClientCert { mode, cert_details_to_add }: &XForwardedClientCert,
    at: &FieldPath,
) -> Result<ForwardedClientCert, Diagnostic> {
    let mode = mode.as_deref().map(|text| one_of(text, MODES, at.field("mode"))).transpose()?;
    let mode = mode.unwrap_or_default();
    let details = cert_details_to_add.iter().enumerate();
    let details =
        details.map(|(position, text)| one_of(text, DETAILS, at.field("certDetailsToAdd").index(position)));
    let details = details.collect::<Result<Vec<_>, _>>()?;
    let is_written = matches!(mode, ForwardMode::AppendForward | ForwardMode::SanitizeSet);
    Ok(ForwardedClientCert { mode, details: if is_written { details } else { Vec::new() } })
}
