//! Edits of request and response headers.
//!
//! API: filters `RequestHeaderModifier` and `ResponseHeaderModifier`. Envoy: the header lists of a route or of a weighted
//! cluster. Removals run after additions. Where endpoints report their load for the proxy alone, the reports are removed, too.

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId, features,
    route::{HeaderEdits, HeaderValue},
};

use super::{HttpFeature, RouteCx};
use crate::envoy::{core, route};

/// The headers in which endpoints report their load.
const LOAD_REPORTS: [&str; 2] = ["endpoint-load-metrics", "endpoint-load-metrics-bin"];

/// Edits of request and response headers.
pub(super) struct HeaderModifier;

impl HttpFeature for HeaderModifier {
    fn id(&self) -> FeatureId {
        features::HEADER_MODIFIER
    }

    fn route(&self, cx: RouteCx<'_>, route: &mut route::Route) -> Result<(), Diagnostic> {
        if let Some(edits) = &cx.route.request_headers {
            route.request_headers_to_add = to_add(edits);
            route.request_headers_to_remove.clone_from(&edits.remove);
        }
        if let Some(edits) = &cx.route.response_headers {
            route.response_headers_to_add = to_add(edits);
            route.response_headers_to_remove.clone_from(&edits.remove);
        }
        if cx.route.traffic.as_ref().is_some_and(|traffic| traffic.hides_load) {
            route.response_headers_to_remove.extend(LOAD_REPORTS.map(str::to_owned));
        }
        Ok(())
    }
}

/// The headers to add or to set.
pub(super) fn to_add(edits: &HeaderEdits) -> Vec<core::HeaderValueOption> {
    use core::header_value_option::HeaderAppendAction;
    let option = |HeaderValue { name, value, append }: &HeaderValue| {
        let action = if *append {
            HeaderAppendAction::AppendIfExistsOrAdd
        } else {
            HeaderAppendAction::OverwriteIfExistsOrAdd
        };
        core::HeaderValueOption {
            header: Some(core::HeaderValue {
                key: name.clone(),
                value: value.clone(),
                ..core::HeaderValue::default()
            }),
            append_action: action.into(),
            keep_empty_value: value.is_empty(),
            ..core::HeaderValueOption::default()
        }
    };
    edits.values.iter().map(option).collect()
}
