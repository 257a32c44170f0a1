//! How paths are normalised before routes are matched.
//!
//! API: `ClientTrafficPolicy.spec.path`, for listeners that serve HTTP. IR: [`ClientPath`]. An action that nobody knows fails
//! closed.

use eg_api::v1alpha1::PathSettings;
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{
    FeatureId, features,
    listener::{ClientPath, ClientSettings, EscapedSlashes},
};

use super::{ClientTraffic, ListenerProtocol, choice};
use crate::policy::{Declared, FieldCx, PolicyField};

static INVALID: Code = Code::error("invalid-client-path", "Accepted", "Invalid");

const ACTIONS: &[(&str, EscapedSlashes)] = &[
    ("KeepUnchanged", EscapedSlashes::Keep),
    ("RejectRequest", EscapedSlashes::Reject),
    ("UnescapeAndForward", EscapedSlashes::UnescapeAndForward),
    ("UnescapeAndRedirect", EscapedSlashes::UnescapeAndRedirect),
];

/// How paths are normalised before routes are matched.
pub(super) struct ClientPathField;

impl PolicyField<ClientTraffic> for ClientPathField {
    fn id(&self) -> FeatureId {
        features::CLIENT_PATH
    }

    fn is_set(&self, policy: &Declared<'_, ClientTraffic>) -> bool {
        policy.spec.path.is_some()
    }

    fn applies(&self, place: &ListenerProtocol) -> bool {
        place.is_http()
    }

    fn lower(
        &self,
        cx: &FieldCx<'_, '_, ClientTraffic>,
        slot: &mut ClientSettings,
    ) -> Result<(), Diagnostic> {
        let Some(path) = &cx.policy.spec.path else { return Ok(()) };
        let PathSettings { disable_merge_slashes, escaped_slashes_action } = path;
        let at = FieldPath::spec().field("path").field("escapedSlashesAction");
        let action =
            escaped_slashes_action.as_deref().map(|action| choice::one_of(action, ACTIONS, &INVALID, at));
        slot.path = ClientPath {
            escaped_slashes: action.transpose()?.unwrap_or_default(),
            keep_adjacent_slashes: disable_merge_slashes.unwrap_or_default(),
        };
        Ok(())
    }
}
