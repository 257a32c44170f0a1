//! What happens to headers between clients and routes.
//!
//! API: `ClientTrafficPolicy.spec.headers`. IR: [`ClientHeaders`]. It is for listeners that serve HTTP. Of changes of one
//! header the first one counts. A change that cannot be made, a size out of bounds and a value that nobody knows fail
//! closed; what else the field says is used for the answers all the same.
//!
//! - `mutation`: changes of headers.

use eg_api::{
    meta::Quantity,
    v1alpha1::{ClientTrafficPolicySpec, HeaderSettings, XForwardedClientCert},
};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{
    FeatureId, features,
    listener::{
        CertDetail, ClientHeaders, ClientSettings, ForwardMode, ForwardedClientCert, RequestId, Underscores,
    },
};

use super::{ClientTraffic, ListenerProtocol};
use crate::policy::{
    reading::{ReadField, Reading},
    status::deprecated,
};

mod mutation;

static INVALID: Code = Code::error("invalid-client-headers", "Accepted", "Invalid");

/// The size limits of a request's headers, in KiB.
const SIZES: std::ops::RangeInclusive<u32> = 1..=8192;

/// What happens to headers between clients and routes.
pub(super) struct ClientHeadersField;

impl ReadField<ClientTraffic> for ClientHeadersField {
    const ID: FeatureId = features::CLIENT_HEADERS;
    const NAME: &'static str = "headers";
    const INVALID: &'static Code = &INVALID;
    type Written = HeaderSettings;

    fn written(spec: &ClientTrafficPolicySpec) -> Option<&HeaderSettings> {
        spec.headers.as_ref()
    }

    fn is_for(place: &ListenerProtocol) -> bool {
        place.is_http()
    }

    fn attention(headers: &HeaderSettings, at: &FieldPath, warnings: &mut Vec<Diagnostic>) {
        if headers.preserve_x_request_id.is_some() {
            warnings.push(deprecated(at.field("preserveXRequestID"), &at.field("requestID")));
        }
    }

    fn read(
        written: &HeaderSettings,
        _: &ClientTrafficPolicySpec,
        slot: &mut ClientSettings,
        mut reading: Reading<'_>,
    ) {
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
        } = written;
        let underscores =
            reading.one_of("withUnderscoresAction", with_underscores_action.as_ref(), UNDERSCORES);
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
            Some(text) => reading.at("requestID").word(text, REQUEST_IDS),
            None => preserve_x_request_id.unwrap_or_default().then_some(RequestId::PreserveOrGenerate),
        };
        if let Some(limit) = max_request_header_limit {
            lowered.max_request_kib = reading.at("maxRequestHeaderLimit").value(kib(limit));
        }
        if let Some(forwarded) = x_forwarded_client_cert {
            lowered.forwarded_client_cert =
                forwarded_client_cert(forwarded, reading.at("xForwardedClientCert"));
        }
        let mut mutations = |filter: &Option<_>, field| {
            let filter = filter.as_ref();
            filter.map(|filter| mutation::lower(filter, reading.at(field))).unwrap_or_default()
        };
        lowered.early_request = mutations(early_request_headers, "earlyRequestHeaders");
        lowered.late_response = mutations(late_response_headers, "lateResponseHeaders");
        slot.headers = lowered;
    }
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

/// A size in KiB, rounded up.
fn kib(limit: &Quantity) -> Result<u32, String> {
    let bytes = limit.to_u64().map_err(|error| error.to_string())?;
    let size = u32::try_from(bytes.div_ceil(1024)).ok();
    size.filter(|size| bytes >= 1024 && SIZES.contains(size)).ok_or_else(|| {
        let (least, most) = (SIZES.start(), SIZES.end());
        format!("expected a size from {least}Ki to {most}Ki, found {limit}")
    })
}

/// Facts about the certificate are told only where the header is written anew.
fn forwarded_client_cert(
    XForwardedClientCert { mode, cert_details_to_add }: &XForwardedClientCert,
    mut reading: Reading<'_>,
) -> Option<ForwardedClientCert> {
    let mode = match mode {
        Some(mode) => reading.at("mode").word(mode, MODES)?,
        None => ForwardMode::default(),
    };
    let mut reading = reading.at("certDetailsToAdd");
    let details = cert_details_to_add.iter().enumerate();
    let details = details.map(|(position, text)| reading.nth(position).word(text, DETAILS));
    let details = details.collect::<Option<Vec<_>>>()?;
    let is_written = matches!(mode, ForwardMode::AppendForward | ForwardMode::SanitizeSet);
    Some(ForwardedClientCert { mode, details: if is_written { details } else { Vec::new() } })
}
