//! Answers given by the proxy itself.
//!
//! API: `HTTPRouteFilter.spec.directResponse`, and every rule that cannot be served as written (500). Envoy:
//! `DirectResponseAction`. The body is a format string, so that it may name properties of the request.

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId, features,
    route::{Body, DirectResponse as Answer, RouteAction},
};

use super::{HttpFeature, RouteCx};
use crate::envoy::{core, route};

/// Answers given by the proxy itself.
pub(super) struct DirectResponse;

impl HttpFeature for DirectResponse {
    fn id(&self) -> FeatureId {
        features::DIRECT_RESPONSE
    }

    fn route(&self, cx: RouteCx<'_>, route: &mut route::Route) -> Result<(), Diagnostic> {
        let RouteAction::DirectResponse(Answer { status, body }) = &cx.route.action else {
            return Ok(());
        };
        route.action = Some(route::route::Action::DirectResponse(route::DirectResponseAction {
            status: (*status).into(),
            body: None,
            body_format: body.as_ref().map(body_format),
        }));
        Ok(())
    }
}

fn body_format(body: &Body) -> core::SubstitutionFormatString {
    use core::{data_source::Specifier, substitution_format_string::Format};
    let source = core::DataSource {
        specifier: Some(Specifier::InlineBytes(body.as_bytes().to_vec())),
        ..core::DataSource::default()
    };
    core::SubstitutionFormatString {
        format: Some(Format::TextFormatSource(source)),
        ..core::SubstitutionFormatString::default()
    }
}
