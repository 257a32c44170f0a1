//! HTTP/2 towards backends.
//!
//! API: `BackendTrafficPolicy.spec.http2`, which says what it says of clients too. IR: [`ClientHttp2`](eg_ir::listener::ClientHttp2) of clusters. Whether HTTP/2 is
//! spoken is said elsewhere.
//!
//! Fail mode: closed; a size, a number or a time that the protocol does not know makes routes answer 500.

use eg_api::v1alpha1::{BackendTrafficPolicySpec, Http2Settings};
use eg_diag::Code;
use eg_ir::{FeatureId, features};

use super::{BackendTraffic, BackendTrafficSlot};
use crate::policy::{
    client_traffic::client_http2,
    reading::{ReadField, Reading},
};

static INVALID: Code = Code::error("invalid-backend-http2", "Accepted", "Invalid");

/// HTTP/2 towards backends.
pub(super) struct BackendHttp2Field;

impl ReadField<BackendTraffic> for BackendHttp2Field {
    const ID: FeatureId = features::BACKEND_HTTP2;
    const NAME: &'static str = "http2";
    const INVALID: &'static Code = &INVALID;
    type Written = Http2Settings;

    fn written(spec: &BackendTrafficPolicySpec) -> Option<&Http2Settings> {
        spec.cluster.http2.as_ref()
    }

    fn read(
        written: &Http2Settings,
        _: &BackendTrafficPolicySpec,
        slot: &mut BackendTrafficSlot,
        reading: Reading<'_>,
    ) {
        slot.cluster_mut().http2 = client_http2::read(written, reading);
    }
}
