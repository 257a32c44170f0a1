//! Faults that are made on purpose.
//!
//! API: `BackendTrafficPolicy.spec.faultInjection`. IR: [`FaultInjection`]. Parts are percentages, of which four decimals count.
//!
//! Fail mode: closed; a delay that is no length of time, or a status that is none, makes routes answer 500.

use eg_api::v1alpha1::{FaultInjection as Written, FaultInjectionAbort, FaultInjectionDelay};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{
    FeatureId, features,
    route::{AbortStatus, FaultAbort, FaultDelay, FaultInjection},
};
use serde_json::Number;

use super::{BackendTraffic, BackendTrafficSlot, Reader};
use crate::policy::{Declared, FieldCx, PolicyField};

static INVALID: Code = Code::error("invalid-fault-injection", "Accepted", "Invalid");

/// Faults that are made on purpose.
pub(super) struct FaultInjectionField;

impl PolicyField<BackendTraffic> for FaultInjectionField {
    fn id(&self) -> FeatureId {
        features::FAULT_INJECTION
    }

    fn is_set(&self, policy: &Declared<'_, BackendTraffic>) -> bool {
        policy.spec.fault_injection.is_some()
    }

    fn validate(&self, policy: &Declared<'_, BackendTraffic>, problems: &mut Vec<Diagnostic>) {
        lower(policy, problems);
    }

    fn lower(
        &self,
        cx: &FieldCx<'_, '_, BackendTraffic>,
        slot: &mut BackendTrafficSlot,
    ) -> Result<(), Diagnostic> {
        slot.route_mut().fault = lower(cx.policy, &mut Vec::new());
        Ok(())
    }
}

fn lower(policy: &Declared<'_, BackendTraffic>, problems: &mut Vec<Diagnostic>) -> Option<FaultInjection> {
    let Written { abort, delay } = policy.spec.fault_injection.as_ref()?;
    let mut reader = Reader::new(&INVALID, problems);
    let at = FieldPath::spec().field("faultInjection");
    let delay = delay.as_ref().and_then(|FaultInjectionDelay { fixed_delay, percentage }| {
        let at = at.field("delay");
        let millis = reader.millis(Some(fixed_delay), at.field("fixedDelay"))?;
        let parts_per_million = part(percentage.as_ref(), &at, &mut reader)?;
        Some(FaultDelay { millis, parts_per_million })
    });
    let abort = abort.as_ref().and_then(|FaultInjectionAbort { grpc_status, http_status, percentage }| {
        let at = at.field("abort");
        let parts_per_million = part(percentage.as_ref(), &at, &mut reader)?;
        let status = match (http_status, grpc_status) {
            (Some(status), None) => {
                let known = u16::try_from(*status).ok().filter(|status| (200..600).contains(status));
                let known = known.ok_or_else(|| format!("expected a status code, found {status}"));
                reader.known(known, at.field("httpStatus")).map(AbortStatus::Http)
            }
            (None, Some(status)) => {
                let known = u8::try_from(*status).ok().filter(|status| *status <= 16);
                let known = known.ok_or_else(|| format!("expected a status from 0 to 16, found {status}"));
                reader.known(known, at.field("grpcStatus")).map(AbortStatus::Grpc)
            }
            _ => {
                reader.refuse(at, "expected either a status of HTTP or one of gRPC");
                None
            }
        };
        Some(FaultAbort { status: status?, parts_per_million })
    });
    (delay.is_some() || abort.is_some()).then_some(FaultInjection { delay, abort })
}

/// A percentage in millionths; absent is all.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the range of percent was checked"
)]
fn part(percentage: Option<&Number>, at: &FieldPath, reader: &mut Reader<'_>) -> Option<u32> {
    let percent = percentage.map_or(Some(100.0), Number::as_f64);
    let percent = percent.filter(|percent| (0.0..=100.0).contains(percent));
    let percent = percent.ok_or_else(|| "expected a number from 0 to 100".to_owned());
    reader.known(percent, at.field("percentage")).map(|percent| (percent * 10_000.0).round() as u32)
}
