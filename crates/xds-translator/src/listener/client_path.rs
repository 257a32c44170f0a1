//! How paths are normalised before routes are matched.
//!
//! API: `ClientTrafficPolicy.spec.path`. Envoy: the connection manager. Without a policy, adjacent slashes are merged, and
//! paths with escaped slashes are redirected, so that nobody gets around a route by spelling its path differently.

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId, features,
    listener::{ClientPath as Normalisation, EscapedSlashes},
};

use super::ListenerFeature;
use crate::{envoy::hcm, http::ServerCx};

/// How paths are normalised before routes are matched.
pub(super) struct ClientPath;

impl ListenerFeature for ClientPath {
    fn id(&self) -> FeatureId {
        features::CLIENT_PATH
    }

    fn connection_manager(
        &self,
        cx: ServerCx<'_>,
        manager: &mut hcm::HttpConnectionManager,
    ) -> Result<(), Diagnostic> {
        use hcm::http_connection_manager::PathWithEscapedSlashesAction as Action;
        let Normalisation { escaped_slashes, keep_adjacent_slashes } = &cx.server.client.path;
        let action = match escaped_slashes {
            EscapedSlashes::UnescapeAndRedirect => Action::UnescapeAndRedirect,
            EscapedSlashes::UnescapeAndForward => Action::UnescapeAndForward,
            EscapedSlashes::Keep => Action::KeepUnchanged,
            EscapedSlashes::Reject => Action::RejectRequest,
        };
        manager.normalize_path = Some(true);
        manager.merge_slashes = !keep_adjacent_slashes;
        manager.path_with_escaped_slashes_action = action.into();
        Ok(())
    }
}
