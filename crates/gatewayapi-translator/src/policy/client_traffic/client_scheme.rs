//! The scheme of requests to backends.
//!
//! API: `ClientTrafficPolicy.spec.scheme`, for listeners that serve HTTP. IR: [`ClientScheme`]. A value that nobody knows
//! fails closed.

use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{
    FeatureId, features,
    listener::{ClientScheme, ClientSettings},
};

use super::{ClientTraffic, ListenerProtocol, choice};
use crate::policy::{Declared, FieldCx, PolicyField};

static INVALID: Code = Code::error("invalid-client-scheme", "Accepted", "Invalid");

const SCHEMES: &[(&str, ClientScheme)] =
    &[("Preserve", ClientScheme::Preserve), ("MatchBackend", ClientScheme::MatchBackend)];

/// The scheme of requests to backends.
pub(super) struct ClientSchemeField;

impl PolicyField<ClientTraffic> for ClientSchemeField {
    fn id(&self) -> FeatureId {
        features::CLIENT_SCHEME
    }

    fn is_set(&self, policy: &Declared<'_, ClientTraffic>) -> bool {
        policy.spec.scheme.is_some()
    }

    fn applies(&self, place: &ListenerProtocol) -> bool {
        place.is_http()
    }

    fn lower(
        &self,
        cx: &FieldCx<'_, '_, ClientTraffic>,
        slot: &mut ClientSettings,
    ) -> Result<(), Diagnostic> {
        let at = FieldPath::spec().field("scheme");
        let scheme = cx.policy.spec.scheme.as_deref();
        slot.scheme =
            scheme.map(|text| choice::one_of(text, SCHEMES, &INVALID, at)).transpose()?.unwrap_or_default();
        Ok(())
    }
}
