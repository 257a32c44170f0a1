//! How paths are normalised before routes are matched.
//!
//! API: `ClientTrafficPolicy.spec.path`, for listeners that serve HTTP. IR: [`ClientPath`]. An action that nobody knows fails
//! closed.

use eg_api::v1alpha1::{ClientTrafficPolicySpec, PathSettings};
use eg_diag::Code;
use eg_ir::{
    FeatureId, features,
    listener::{ClientPath, ClientSettings, EscapedSlashes},
};

use super::{ClientTraffic, ListenerProtocol};
use crate::policy::reading::{ReadField, Reading};

static INVALID: Code = Code::error("invalid-client-path", "Accepted", "Invalid");

const ACTIONS: &[(&str, EscapedSlashes)] = &[
    ("KeepUnchanged", EscapedSlashes::Keep),
    ("RejectRequest", EscapedSlashes::Reject),
    ("UnescapeAndForward", EscapedSlashes::UnescapeAndForward),
    ("UnescapeAndRedirect", EscapedSlashes::UnescapeAndRedirect),
];

/// How paths are normalised before routes are matched.
pub(super) struct ClientPathField;

impl ReadField<ClientTraffic> for ClientPathField {
    const ID: FeatureId = features::CLIENT_PATH;
    const NAME: &'static str = "path";
    const INVALID: &'static Code = &INVALID;
    type Written = PathSettings;

    fn written(spec: &ClientTrafficPolicySpec) -> Option<&PathSettings> {
        spec.path.as_ref()
    }

    fn is_for(place: &ListenerProtocol) -> bool {
        place.is_http()
    }

    fn read(
        PathSettings { disable_merge_slashes, escaped_slashes_action }: &PathSettings,
        _: &ClientTrafficPolicySpec,
        slot: &mut ClientSettings,
        mut reading: Reading<'_>,
    ) {
        let action = reading.one_of("escapedSlashesAction", escaped_slashes_action.as_ref(), ACTIONS);
        slot.path = ClientPath {
            escaped_slashes: action.unwrap_or_default(),
            keep_adjacent_slashes: disable_merge_slashes.unwrap_or_default(),
        };
    }
}
