//! Faults that are made on purpose.
//!
//! API: `BackendTrafficPolicy.spec.faultInjection`. IR: [`FaultInjection`]. Parts are percentages, of which four decimals count.
//!
//! Fail mode: closed; a delay that is no length of time, or a status that is none, makes routes answer 500.

use eg_api::v1alpha1::{
    BackendTrafficPolicySpec, FaultInjection as Written, FaultInjectionAbort, FaultInjectionDelay,
};
use eg_diag::Code;
use eg_ir::{
    FeatureId, features,
    route::{AbortStatus, FaultAbort, FaultDelay, FaultInjection},
};
use serde_json::Number;

use super::{BackendTraffic, BackendTrafficSlot};
use crate::policy::reading::{ReadField, Reading};

static INVALID: Code = Code::error("invalid-fault-injection", "Accepted", "Invalid");

/// Faults that are made on purpose.
pub(super) struct FaultInjectionField;

impl ReadField<BackendTraffic> for FaultInjectionField {
    const ID: FeatureId = features::FAULT_INJECTION;
    const NAME: &'static str = "faultInjection";
    const INVALID: &'static Code = &INVALID;
    type Written = Written;

    fn written(spec: &BackendTrafficPolicySpec) -> Option<&Written> {
        spec.fault_injection.as_ref()
    }

    fn read(
        Written { abort, delay }: &Written,
        _: &BackendTrafficPolicySpec,
        slot: &mut BackendTrafficSlot,
        mut reading: Reading<'_>,
    ) {
        let delay = delay.as_ref().and_then(|written| waiting(written, reading.at("delay")));
        let abort = abort.as_ref().and_then(|written| failing(written, reading.at("abort")));
        if delay.is_some() || abort.is_some() {
            slot.route_mut().fault = Some(FaultInjection { delay, abort });
        }
    }
}

fn waiting(
    FaultInjectionDelay { fixed_delay, percentage }: &FaultInjectionDelay,
    mut reading: Reading<'_>,
) -> Option<FaultDelay> {
    let millis = reading.millis("fixedDelay", Some(fixed_delay))?;
    Some(FaultDelay { millis, parts_per_million: part(percentage.as_ref(), &mut reading)? })
}

fn failing(
    FaultInjectionAbort { grpc_status, http_status, percentage }: &FaultInjectionAbort,
    mut reading: Reading<'_>,
) -> Option<FaultAbort> {
    let parts_per_million = part(percentage.as_ref(), &mut reading)?;
    let status = match (http_status, grpc_status) {
        (Some(status), None) => {
            let known = u16::try_from(*status).ok().filter(|status| (200..600).contains(status));
            let known = known.ok_or_else(|| format!("expected a status code, found {status}"));
            reading.at("httpStatus").value(known).map(AbortStatus::Http)
        }
        (None, Some(status)) => {
            let known = u8::try_from(*status).ok().filter(|status| *status <= 16);
            let known = known.ok_or_else(|| format!("expected a status from 0 to 16, found {status}"));
            reading.at("grpcStatus").value(known).map(AbortStatus::Grpc)
        }
        _ => {
            reading.refuse("expected either a status of HTTP or one of gRPC");
            None
        }
    };
    Some(FaultAbort { status: status?, parts_per_million })
}

/// A percentage in millionths; absent is all.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the range of percent was checked"
)]
fn part(percentage: Option<&Number>, reading: &mut Reading<'_>) -> Option<u32> {
    let percent = percentage.map_or(Some(100.0), Number::as_f64);
    let percent = percent.filter(|percent| (0.0..=100.0).contains(percent));
    let percent = percent.ok_or("expected a number from 0 to 100");
    reading.at("percentage").value(percent).map(|percent| (percent * 10_000.0).round() as u32)
}
