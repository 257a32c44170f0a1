//! Responses that are replaced.
//!
//! API: `BackendTrafficPolicy.spec.responseOverride`. IR: [`ResponseOverride`]. Bodies are format strings of the access log, inline or
//! in key `response.body` of a ConfigMap; without that key, the first one is taken.
//!
//! Precedence: the first entry that matches a response replaces it.
//!
//! Fail mode: closed; a status, a condition or a body that cannot be read makes routes answer 500.

use eg_api::{
    gateway::HttpPathModifierType,
    v1alpha1::{
        CustomRedirect, CustomResponse, CustomResponseMatch, ResponseOverride as Written, StatusCodeMatch,
    },
};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{
    FeatureId, features,
    route::{Answerer, Replacement, ResponseOverride, ResponseRule, ValueMatch},
};

use super::{BackendTraffic, BackendTrafficSlot};
use crate::{
    policy::{Declared, FieldCx, PolicyField, reading::Reading},
    refs::RefCx,
    route::http::direct_response::{body, headers},
};

static INVALID: Code = Code::error("invalid-response-override", "Accepted", "Invalid");

/// The status code of a redirect that names none.
const FOUND: i64 = 302;

const SOURCES: &[(&str, Option<Answerer>)] =
    &[("All", None), ("Backend", Some(Answerer::Backend)), ("Local", Some(Answerer::Proxy))];

/// Responses that are replaced.
pub(super) struct ResponseOverrideField;

impl PolicyField<BackendTraffic> for ResponseOverrideField {
    fn id(&self) -> FeatureId {
        features::RESPONSE_OVERRIDE
    }

    fn is_set(&self, policy: &Declared<'_, BackendTraffic>) -> bool {
        !policy.spec.response_override.is_empty()
    }

    fn lower(
        &self,
        cx: &FieldCx<'_, '_, BackendTraffic>,
        slot: &mut BackendTrafficSlot,
    ) -> Result<(), Diagnostic> {
        let mut problems = Vec::new();
        let mut rules = Vec::new();
        let at = FieldPath::spec().field("responseOverride");
        for (position, written) in cx.policy.spec.response_override.iter().enumerate() {
            let reading = Reading::new(&INVALID, at.index(position), &mut problems);
            rules.extend(rule(cx.refs, written, &at.index(position), reading));
        }
        if let Some(first) = problems.into_iter().next() {
            return Err(first);
        }
        let meta = cx.policy.meta;
        let policy = format!("{}/{}", meta.namespace(), meta.name);
        let settings = ResponseOverride { policy: policy.into(), rules };
        slot.need(features::RESPONSE_OVERRIDE, settings.policy.clone(), &settings);
        slot.route_mut().response_override = Some(settings);
        Ok(())
    }
}

fn rule(
    refs: RefCx<'_, '_>,
    Written { r#match, redirect, response, source }: &Written,
    at: &FieldPath,
    mut reading: Reading<'_>,
) -> Option<ResponseRule> {
    let answered_by = reading.one_of("source", source.as_ref(), SOURCES).flatten();
    let CustomResponseMatch { response_headers, status_codes } = r#match;
    let mut matched = reading.at("match");
    let mut headers_at = matched.at("responseHeaders");
    let headers = response_headers.iter().enumerate().filter_map(|(position, header)| {
        let value = headers_at.nth(position).at("value").text(&header.value)?;
        Some(ValueMatch { name: header.name.clone(), value })
    });
    let headers = headers.collect();
    let mut statuses_at = matched.at("statusCodes");
    let statuses = status_codes.iter().enumerate();
    let statuses = statuses.filter_map(|(position, status)| range(status, statuses_at.nth(position)));
    let statuses = statuses.collect();
    let replacement = match (response, redirect) {
        (Some(response), None) => answer(refs, response, &at.field("response"), reading.at("response")),
        (None, Some(redirect)) => redirected(redirect, reading.at("redirect")),
        _ => {
            reading.refuse("expected exactly one of response and redirect");
            None
        }
    };
    Some(ResponseRule { statuses, headers, answered_by, replacement: replacement? })
}

fn range(
    StatusCodeMatch { range, r#type, value }: &StatusCodeMatch,
    mut reading: Reading<'_>,
) -> Option<(u16, u16)> {
    match (r#type.as_str(), value, range) {
        ("" | "Value", Some(value), _) => reading.at("value").status(*value).map(|status| (status, status)),
        ("Range", _, Some(range)) => {
            let mut at = reading.at("range");
            let (start, end) = (at.at("start").status(range.start), at.at("end").status(range.end));
            let (start, end) = (start?, end?);
            if start > end {
                at.refuse("expected an end that is no less than the start");
            }
            Some((start, end))
        }
        (other, ..) => {
            reading.refuse(format!("expected a value of type `{other}`"));
            None
        }
    }
}

fn answer(
    refs: RefCx<'_, '_>,
    CustomResponse { body: written, content_type, header, status_code }: &CustomResponse,
    at: &FieldPath,
    mut reading: Reading<'_>,
) -> Option<Replacement> {
    let status = match status_code {
        Some(status) => Some(reading.at("statusCode").status(*status)?),
        None => None,
    };
    let headers = headers(content_type.as_deref(), header.as_ref(), at);
    let headers = reading.found(headers)?;
    let body = written.as_ref().map(|written| body(refs, written, &at.field("body"))).transpose();
    let body = reading.found(body)?.flatten();
    let body = body.map(|body| String::from_utf8(body.as_bytes().to_vec())).transpose();
    let body = reading.at("body").value(body.map_err(|_| "expected text"))?;
    Some(Replacement::Answer { status, body, headers })
}

fn redirected(written: &CustomRedirect, mut reading: Reading<'_>) -> Option<Replacement> {
    let CustomRedirect { hostname, path, port, scheme, status_code } = written;
    let status = reading.at("statusCode").status(status_code.unwrap_or(FOUND))?;
    let path = match path {
        Some(path) if path.r#type == HttpPathModifierType::ReplaceFullPath => path.replace_full_path.clone(),
        Some(_) => {
            reading.at("path").at("type").refuse("expected `ReplaceFullPath`");
            return None;
        }
        None => None,
    };
    let port = match port {
        Some(port) => Some(reading.port("port", *port)?),
        None => None,
    };
    Some(Replacement::Redirect { status, scheme: scheme.clone(), host: hostname.clone(), port, path })
}
