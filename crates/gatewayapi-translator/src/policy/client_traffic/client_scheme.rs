//! The scheme of requests to backends.
//!
//! API: `ClientTrafficPolicy.spec.scheme`, for listeners that serve HTTP. IR: [`ClientScheme`]. A value that nobody knows
//! fails closed.

use eg_api::v1alpha1::ClientTrafficPolicySpec;
use eg_diag::Code;
use eg_ir::{
    FeatureId, features,
    listener::{ClientScheme, ClientSettings},
};

use super::{ClientTraffic, ListenerProtocol};
use crate::policy::reading::{ReadField, Reading};

static INVALID: Code = Code::error("invalid-client-scheme", "Accepted", "Invalid");

const SCHEMES: &[(&str, ClientScheme)] =
    &[("Preserve", ClientScheme::Preserve), ("MatchBackend", ClientScheme::MatchBackend)];

/// The scheme of requests to backends.
pub(super) struct ClientSchemeField;

impl ReadField<ClientTraffic> for ClientSchemeField {
    const ID: FeatureId = features::CLIENT_SCHEME;
    const NAME: &'static str = "scheme";
    const INVALID: &'static Code = &INVALID;
    type Written = String;

    fn written(spec: &ClientTrafficPolicySpec) -> Option<&String> {
        spec.scheme.as_ref()
    }

    fn is_for(place: &ListenerProtocol) -> bool {
        place.is_http()
    }

    fn read(
        scheme: &String,
        _: &ClientTrafficPolicySpec,
        slot: &mut ClientSettings,
        mut reading: Reading<'_>,
    ) {
        slot.scheme = reading.word(scheme, SCHEMES).unwrap_or_default();
    }
}
