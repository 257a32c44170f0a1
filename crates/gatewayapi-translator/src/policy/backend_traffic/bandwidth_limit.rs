//! Limits of bytes per time.
//!
//! API: `BackendTrafficPolicy.spec.bandwidthLimit`. IR: [`BandwidthLimit`]. Each route has its own limits, which all its requests share.
//!
//! Fail mode: closed; less than 1 KiB per second makes routes answer 500.

use eg_api::v1alpha1::{BackendTrafficPolicySpec, BandwidthLimitSpec, BandwidthLimitValue};
use eg_diag::Code;
use eg_ir::{FeatureId, features, route::BandwidthLimit};

use super::{BackendTraffic, BackendTrafficSlot};
use crate::policy::reading::{ReadField, Reading};

static INVALID: Code = Code::error("invalid-bandwidth-limit", "Accepted", "Invalid");

/// How many seconds the units have.
const UNITS: &[(&str, u64)] = &[("Second", 1), ("Minute", 60), ("Hour", 3600)];

/// Limits of bytes per time.
pub(super) struct BandwidthLimitField;

impl ReadField<BackendTraffic> for BandwidthLimitField {
    const ID: FeatureId = features::BANDWIDTH_LIMIT;
    const NAME: &'static str = "bandwidthLimit";
    const INVALID: &'static Code = &INVALID;
    type Written = BandwidthLimitSpec;

    fn written(spec: &BackendTrafficPolicySpec) -> Option<&BandwidthLimitSpec> {
        spec.bandwidth_limit.as_ref()
    }

    fn read(
        BandwidthLimitSpec { request, response }: &BandwidthLimitSpec,
        _: &BackendTrafficPolicySpec,
        slot: &mut BackendTrafficSlot,
        mut reading: Reading<'_>,
    ) {
        if request.is_none() && response.is_none() {
            reading.refuse("expected a limit of requests or of responses");
        }
        let mut limit = |direction, limit: Option<&BandwidthLimitValue>| {
            kib_per_second(limit?, reading.at(direction).at("limit"))
        };
        let request_kib = limit("request", request.as_ref().map(|request| &request.limit));
        let response_kib = limit("response", response.as_ref().map(|response| &response.limit));
        let trailers = response.as_ref().and_then(|response| response.response_trailers.as_ref());
        let trailers = trailers.map(|trailers| trailers.prefix.clone().unwrap_or_default());
        for (direction, limit) in [("request", request_kib), ("response", response_kib)] {
            if limit.is_some() {
                slot.need(features::BANDWIDTH_LIMIT, direction, &direction);
            }
        }
        slot.route_mut().bandwidth_limit = Some(BandwidthLimit { request_kib, response_kib, trailers });
    }
}

fn kib_per_second(
    BandwidthLimitValue { unit, value }: &BandwidthLimitValue,
    mut reading: Reading<'_>,
) -> Option<u64> {
    let seconds = reading.at("unit").word(unit, UNITS);
    let bytes = reading.at("value").value(value.to_u64());
    let kib = bytes? / seconds? / 1024;
    if kib == 0 {
        reading.refuse("expected at least 1Ki per second");
    }
    Some(kib).filter(|kib| *kib > 0)
}
