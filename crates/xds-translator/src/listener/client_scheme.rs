//! The scheme of requests to backends.
//!
//! API: `ClientTrafficPolicy.spec.scheme`. Envoy: `scheme_header_transformation` of the connection manager.

use eg_diag::Diagnostic;
use eg_ir::{FeatureId, features, listener::ClientScheme as Scheme};

use super::ListenerFeature;
use crate::{
    envoy::{core, hcm},
    http::ServerCx,
};

/// The scheme of requests to backends.
pub(super) struct ClientScheme;

impl ListenerFeature for ClientScheme {
    fn id(&self) -> FeatureId {
        features::CLIENT_SCHEME
    }

    fn connection_manager(
        &self,
        cx: ServerCx<'_>,
        manager: &mut hcm::HttpConnectionManager,
    ) -> Result<(), Diagnostic> {
        if cx.server.client.scheme == Scheme::MatchBackend {
            manager.scheme_header_transformation =
                Some(core::SchemeHeaderTransformation { match_upstream: true, transformation: None });
        }
        Ok(())
    }
}
