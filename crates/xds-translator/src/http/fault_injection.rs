//! Faults that are made on purpose.
//!
//! API: `BackendTrafficPolicy.spec.faultInjection`. Envoy: the filter `fault`, without faults on listeners with a route that
//! needs it, and with them on the route. Requests that health checks of the proxy answer are none of its business.

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId, features,
    route::{AbortStatus, FaultAbort, FaultDelay, FaultInjection as Faults},
};

use super::{FilterChain, HttpFeature, RouteCx, ServerCx};
use crate::envoy::{
    any,
    fault::{FaultAbort as Abort, HttpFault, fault_abort::ErrorType},
    fault_common::{FaultDelay as Delay, fault_delay::FaultDelaySecifier},
    kind::{FractionalPercent, fractional_percent::DenominatorType},
    millis, route,
};

/// The name of the filter.
const FILTER: &str = "envoy.filters.http.fault";

/// Faults that are made on purpose.
pub(super) struct FaultInjection;

impl HttpFeature for FaultInjection {
    fn id(&self) -> FeatureId {
        features::FAULT_INJECTION
    }

    fn filters(&self, cx: ServerCx<'_>, chain: &mut FilterChain) -> Result<(), Diagnostic> {
        if cx.is_needed(&features::FAULT_INJECTION) {
            chain.add(FILTER, &HttpFault::default());
        }
        Ok(())
    }

    fn route(&self, cx: RouteCx<'_>, route: &mut route::Route) -> Result<(), Diagnostic> {
        let faults = cx.route.traffic.as_ref().and_then(|traffic| traffic.fault.as_ref());
        if let Some(faults) = faults {
            route.typed_per_filter_config.insert(FILTER.to_owned(), any(&emit(faults)));
        }
        Ok(())
    }
}

fn emit(Faults { delay, abort }: &Faults) -> HttpFault {
    HttpFault {
        delay: delay.as_ref().map(|FaultDelay { millis: time, parts_per_million }| Delay {
            percentage: Some(part(*parts_per_million)),
            fault_delay_secifier: Some(FaultDelaySecifier::FixedDelay(millis(*time))),
        }),
        abort: abort.as_ref().map(|FaultAbort { status, parts_per_million }| Abort {
            percentage: Some(part(*parts_per_million)),
            error_type: Some(match status {
                AbortStatus::Http(status) => ErrorType::HttpStatus((*status).into()),
                AbortStatus::Grpc(status) => ErrorType::GrpcStatus((*status).into()),
            }),
            ..Abort::default()
        }),
        ..HttpFault::default()
    }
}

fn part(numerator: u32) -> FractionalPercent {
    FractionalPercent { numerator, denominator: DenominatorType::Million.into() }
}
