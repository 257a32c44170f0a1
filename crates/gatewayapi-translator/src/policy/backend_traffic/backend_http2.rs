//! HTTP/2 towards backends.
//!
//! API: `BackendTrafficPolicy.spec.http2`, which says what it says of clients too. IR: [`ClientHttp2`] of clusters. Whether HTTP/2 is
//! spoken is said elsewhere.
//!
//! Fail mode: closed; a size, a number or a time that the protocol does not know makes routes answer 500.

use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{FeatureId, features, listener::ClientHttp2};

use super::{BackendTraffic, BackendTrafficSlot};
use crate::policy::{Declared, FieldCx, PolicyField, client_traffic::client_http2};

static INVALID: Code = Code::error("invalid-backend-http2", "Accepted", "Invalid");

/// HTTP/2 towards backends.
pub(super) struct BackendHttp2Field;

impl PolicyField<BackendTraffic> for BackendHttp2Field {
    fn id(&self) -> FeatureId {
        features::BACKEND_HTTP2
    }

    fn is_set(&self, policy: &Declared<'_, BackendTraffic>) -> bool {
        policy.spec.cluster.http2.is_some()
    }

    fn validate(&self, policy: &Declared<'_, BackendTraffic>, problems: &mut Vec<Diagnostic>) {
        lower(policy, problems);
    }

    fn lower(
        &self,
        cx: &FieldCx<'_, '_, BackendTraffic>,
        slot: &mut BackendTrafficSlot,
    ) -> Result<(), Diagnostic> {
        slot.cluster_mut().http2 = lower(cx.policy, &mut Vec::new());
        Ok(())
    }
}

fn lower(policy: &Declared<'_, BackendTraffic>, problems: &mut Vec<Diagnostic>) -> Option<ClientHttp2> {
    let written = policy.spec.cluster.http2.as_ref()?;
    client_http2::lower(written, &INVALID, FieldPath::spec().field("http2"), problems)
}
