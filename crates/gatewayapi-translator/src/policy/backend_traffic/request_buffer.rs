//! Requests that are read before they are sent on.
//!
//! API: `BackendTrafficPolicy.spec.requestBuffer`. IR: `request_buffer_bytes` of routes. Larger requests are answered 413. Requests of
//! such routes do not upgrade their connection, because there is no end up to which they could be read.
//!
//! Fail mode: closed; a size that is none, and `httpUpgrade` beside it, make routes answer 500.

use eg_api::v1alpha1::{BackendTrafficPolicySpec, RequestBuffer};
use eg_diag::Code;
use eg_ir::{FeatureId, Name, features};

use super::{BackendTraffic, BackendTrafficSlot};
use crate::policy::reading::{ReadField, Reading};

static INVALID: Code = Code::error("invalid-request-buffer", "Accepted", "Invalid");

/// Requests that are read before they are sent on.
pub(super) struct RequestBufferField;

impl ReadField<BackendTraffic> for RequestBufferField {
    const ID: FeatureId = features::REQUEST_BUFFER;
    const NAME: &'static str = "requestBuffer";
    const INVALID: &'static Code = &INVALID;
    type Written = RequestBuffer;

    fn written(spec: &BackendTrafficPolicySpec) -> Option<&RequestBuffer> {
        spec.request_buffer.as_ref()
    }

    fn read(
        RequestBuffer { limit }: &RequestBuffer,
        spec: &BackendTrafficPolicySpec,
        slot: &mut BackendTrafficSlot,
        mut reading: Reading<'_>,
    ) {
        if !spec.http_upgrade.is_empty() {
            reading.refuse("requests that upgrade their connection cannot be read before they are sent on");
        }
        let limit = reading.bytes("limit", limit.as_ref(), 1..=u32::MAX);
        if let Some(bytes) = limit {
            slot.need(features::REQUEST_BUFFER, Name::default(), &bytes);
            let route = slot.route_mut();
            route.request_buffer_bytes = Some(bytes);
            route.upgrades = Some(Vec::new());
        }
    }
}
