//! Requests that are refused while too many fail.
//!
//! API: `BackendTrafficPolicy.spec.admissionControl`. Envoy: the filter `admission_control` among the filters of the cluster, so that
//! each cluster counts its own successes.

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId,
    cluster::{AdmissionControl as Settings, Cluster, UpstreamProtocol},
    features,
};

use super::{ClusterDraft, ClusterFeature};
use crate::envoy::{
    admission_control::{
        AdmissionControl as Filter,
        admission_control::{
            EvaluationCriteria, SuccessCriteria,
            success_criteria::{GrpcCriteria, HttpCriteria},
        },
    },
    any, core, hcm, kind, millis,
};

/// The name of the filter.
const FILTER: &str = "envoy.filters.http.admission_control";

/// Requests that are refused while too many fail.
pub(super) struct AdmissionControl;

impl ClusterFeature for AdmissionControl {
    fn id(&self) -> FeatureId {
        features::ADMISSION_CONTROL
    }

    fn cluster(&self, ir: &Cluster, draft: &mut ClusterDraft) -> Result<(), Diagnostic> {
        let settings = ir.traffic.as_ref().and_then(|traffic| traffic.admission_control.as_ref());
        if let Some(settings) = settings.filter(|_| ir.protocol != UpstreamProtocol::Opaque) {
            draft.http.http_filters.push(hcm::HttpFilter {
                name: FILTER.to_owned(),
                config_type: Some(hcm::http_filter::ConfigType::TypedConfig(any(&emit(settings)))),
                ..hcm::HttpFilter::default()
            });
        }
        Ok(())
    }
}

fn emit(settings: &Settings) -> Filter {
    let Settings {
        window_ms,
        min_success_percent,
        aggression,
        min_requests_per_s,
        max_refused_percent,
        http_successes,
        grpc_successes,
    } = settings;
    let percent = |percent: u8| core::RuntimePercent {
        default_value: Some(kind::Percent { value: percent.into() }),
        runtime_key: String::new(),
    };
    let range = |status: &u16| {
        let start = i32::from(*status);
        kind::Int32Range { start, end: start + 1 }
    };
    let http = HttpCriteria { http_success_status: http_successes.iter().map(range).collect() };
    let grpc =
        GrpcCriteria { grpc_success_status: grpc_successes.iter().map(|code| (*code).into()).collect() };
    Filter {
        enabled: Some(core::RuntimeFeatureFlag { default_value: Some(true), runtime_key: String::new() }),
        sampling_window: window_ms.map(millis),
        aggression: aggression.map(|aggression| core::RuntimeDouble {
            default_value: aggression.into(),
            runtime_key: String::new(),
        }),
        sr_threshold: min_success_percent.map(percent),
        rps_threshold: min_requests_per_s
            .map(|requests| core::RuntimeUInt32 { default_value: requests, runtime_key: String::new() }),
        max_rejection_probability: max_refused_percent.map(percent),
        evaluation_criteria: Some(EvaluationCriteria::SuccessCriteria(SuccessCriteria {
            http_criteria: (!http_successes.is_empty()).then_some(http),
            grpc_criteria: (!grpc_successes.is_empty()).then_some(grpc),
        })),
    }
}
