//! Answers given by the proxy itself.
//!
//! API: `HTTPRouteFilter.spec.directResponse`. The body is a format string of the access log, inline or in key
//! `response.body` of a ConfigMap; without that key, the first one is taken. Calls of gRPC cannot be answered with success,
//! because an answer without a message is none.
//!
//! Precedence: an answer goes before the backends of the rule. Besides a redirect, another answer or a mirror it is refused.
//!
//! Fail mode: closed. A rule whose body cannot be read, or is no format, answers 500.
//!
//! Answers also stand in for what is missing: 500 for a rule that was refused or has no valid backend, 503 for one without
//! endpoints.

use eg_api::{
    gateway::{HttpHeader, HttpHeaderFilter},
    v1alpha1::{CustomResponseBody, HttpDirectResponseFilter},
};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::route::{Body, DirectResponse, HeaderValue, RouteAction};

use super::{
    filter::{FilterCx, RuleDraft},
    header_modifier::{self, Direction},
    http_route_filter::Described,
    rule::Traffic,
};
use crate::{
    format, header,
    refs::{RefCx, config_map},
};

static INVALID: Code = Code::error("invalid-direct-response", "Accepted", "UnsupportedValue");

/// The status code of an answer that names none.
const OK: i64 = 200;
/// The key of a ConfigMap that has the body.
const KEY: &str = "response.body";
/// The longest body, in bytes.
const MAX_BODY: usize = 1024 * 1024;

/// What a rule answers that was refused.
pub(super) fn refused() -> RouteAction {
    RouteAction::DirectResponse(DirectResponse::default())
}

/// Adds the answer to a rule, which can have only one.
pub(super) fn apply(
    cx: &FilterCx<'_, '_>,
    response: &HttpDirectResponseFilter,
    by: &Described<'_>,
    draft: &mut RuleDraft,
) -> Result<(), Diagnostic> {
    let HttpDirectResponseFilter { body, content_type, header, status_code } = response;
    let at = FieldPath::spec().field("directResponse");
    if draft.action.is_some() {
        return Err(by.problem(&INVALID, &at, "a rule has only one redirect or direct response"));
    }
    let problem = |(at, message): Wrong| by.problem(&INVALID, &at, &message);
    let body = body.as_ref().map(|body| self::body(cx.refs, body, &at.field("body")));
    let body = body.transpose().map_err(problem)?.flatten();
    let code = status_code.unwrap_or(OK);
    let status = match u16::try_from(code) {
        Ok(status @ 200..=299) if cx.place.traffic == Traffic::Grpc => {
            let message =
                format!("a call of gRPC cannot be answered with {status}: there is no message in it");
            return Err(by.problem(&INVALID, &at.field("statusCode"), &message));
        }
        Ok(status @ 200..=599) => status,
        _ => {
            let message = format!("{code} is not a status code between 200 and 599");
            return Err(by.problem(&INVALID, &at.field("statusCode"), &message));
        }
    };
    let headers = headers(content_type.as_deref(), header.as_ref(), &at).map_err(problem)?;
    draft.response_headers.values.extend(headers);
    draft.action = Some(RouteAction::DirectResponse(DirectResponse { status, body }));
    Ok(())
}

/// Where something is wrong, and what.
pub(crate) type Wrong = (FieldPath, String);

/// The headers of an answer, which has its fields at a path; a header may be there several times.
pub(crate) fn headers(
    content_type: Option<&str>,
    header: Option<&HttpHeaderFilter>,
    at: &FieldPath,
) -> Result<Vec<HeaderValue>, Wrong> {
    let mut values = Vec::new();
    let mut add = |name: &str, value: &str, append: bool, at: &FieldPath| {
        header_modifier::check_name(name, Direction::Response, at)
            .map_err(|problem| (at.clone(), problem.message))?;
        header::check_value(name, value).map_err(|message| (at.clone(), message))?;
        values.push(HeaderValue { name: name.to_owned(), value: value.to_owned(), append });
        Ok(())
    };
    if let Some(content_type) = content_type {
        add("Content-Type", content_type, false, &at.field("contentType"))?;
    }
    if let Some(HttpHeaderFilter { set, add: added, .. }) = header {
        let at = at.field("header");
        for (headers, append, field) in [(added, true, "add"), (set, false, "set")] {
            for (position, HttpHeader { name, value }) in headers.iter().enumerate() {
                add(name, value, append, &at.field(field).index(position))?;
            }
        }
    }
    Ok(values)
}

/// The body at a path.
pub(crate) fn body(
    refs: RefCx<'_, '_>,
    body: &CustomResponseBody,
    at: &FieldPath,
) -> Result<Option<Body>, Wrong> {
    let CustomResponseBody { inline, r#type, value_ref } = body;
    let bytes = match (r#type.as_str(), inline, value_ref) {
        ("ValueRef", _, Some(reference)) => config_map::entry(refs, &reference.name, KEY)
            .map_err(|message| (at.field("valueRef"), message))?,
        ("ValueRef", _, None) => {
            return Err((at.field("valueRef"), "type ValueRef needs a valueRef".to_owned()));
        }
        ("Inline" | "", Some(inline), _) => inline.as_bytes().to_vec(),
        ("Inline" | "", None, _) => return Ok(None),
        (other, _, _) => {
            return Err((at.field("type"), format!("`{other}` is neither `Inline` nor `ValueRef`")));
        }
    };
    if bytes.len() > MAX_BODY {
        return Err((at.clone(), format!("a body has at most {MAX_BODY} bytes")));
    }
    format::check(&bytes).map_err(|message| (at.clone(), message))?;
    Ok(Some(Body::from(bytes.as_slice())))
}
