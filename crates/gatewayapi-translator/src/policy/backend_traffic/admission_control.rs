//! Requests that are refused while too many fail.
//!
//! API: `BackendTrafficPolicy.spec.admissionControl`. IR: [`AdmissionControl`] of clusters. Connections and datagrams of routes that are
//! not HTTP are never refused.
//!
//! Fail mode: closed; a number, a time or a status that is none makes routes answer 500.

use eg_api::v1alpha1::{AdmissionControl as Written, BackendTrafficPolicySpec};
use eg_diag::Code;
use eg_ir::{FeatureId, cluster::AdmissionControl, features};

use super::{BackendTraffic, BackendTrafficSlot};
use crate::policy::reading::{ReadField, Reading};

static INVALID: Code = Code::error("invalid-admission-control", "Accepted", "Invalid");

/// The shortest time over which successes are counted, in milliseconds.
const SHORTEST_WINDOW_MS: u64 = 1000;

/// The statuses of gRPC.
const STATUSES: &[(&str, u8)] = &[
    ("Ok", 0),
    ("Cancelled", 1),
    ("Unknown", 2),
    ("InvalidArgument", 3),
    ("DeadlineExceeded", 4),
    ("NotFound", 5),
    ("AlreadyExists", 6),
    ("PermissionDenied", 7),
    ("ResourceExhausted", 8),
    ("FailedPrecondition", 9),
    ("Aborted", 10),
    ("OutOfRange", 11),
    ("Unimplemented", 12),
    ("Internal", 13),
    ("Unavailable", 14),
    ("DataLoss", 15),
    ("Unauthenticated", 16),
];

/// Requests that are refused while too many fail.
pub(super) struct AdmissionControlField;

impl ReadField<BackendTraffic> for AdmissionControlField {
    const ID: FeatureId = features::ADMISSION_CONTROL;
    const NAME: &'static str = "admissionControl";
    const INVALID: &'static Code = &INVALID;
    type Written = Written;

    fn written(spec: &BackendTrafficPolicySpec) -> Option<&Written> {
        spec.admission_control.as_ref()
    }

    fn read(
        written: &Written,
        _: &BackendTrafficPolicySpec,
        slot: &mut BackendTrafficSlot,
        mut reading: Reading<'_>,
    ) {
        let Written {
            max_rejection_percent,
            min_request_rate,
            min_success_rate,
            rejection_aggression,
            sampling_window,
            success_criteria,
        } = written;
        let window_ms = reading.millis("samplingWindow", sampling_window.as_ref());
        if window_ms.is_some_and(|window| window < SHORTEST_WINDOW_MS) {
            reading.at("samplingWindow").refuse("expected at least 1s");
        }
        let criteria = success_criteria.clone().unwrap_or_default();
        let mut successes = reading.at("successCriteria");
        let of_http = criteria.http.unwrap_or_default().status_codes;
        let http_successes = {
            let mut http = successes.at("http");
            let mut codes = http.at("statusCodes");
            of_http.iter().filter_map(|code| codes.status(*code)).collect()
        };
        let of_grpc = criteria.grpc.unwrap_or_default().status_codes;
        let grpc_successes = {
            let mut grpc = successes.at("grpc");
            let mut codes = grpc.at("statusCodes");
            of_grpc.iter().filter_map(|code| codes.word(code, STATUSES)).collect()
        };
        slot.cluster_mut().admission_control = Some(AdmissionControl {
            window_ms,
            min_success_percent: reading.percent("minSuccessRate", *min_success_rate),
            aggression: reading.count("rejectionAggression", *rejection_aggression),
            min_requests_per_s: reading.count("minRequestRate", *min_request_rate),
            max_refused_percent: reading.percent("maxRejectionPercent", *max_rejection_percent),
            http_successes,
            grpc_successes,
        });
    }
}
