//! Credentials that the proxy adds to the requests of one cluster.
//!
//! API: `HTTPRouteFilter.spec.credentialInjection` of a backend reference. Envoy: the filter `credential_injector` among the
//! filters of the cluster.

use eg_diag::Diagnostic;
use eg_ir::{FeatureId, cluster::Cluster, features};

use super::{ClusterDraft, ClusterFeature};
use crate::{
    envoy::{any, hcm},
    http::credential_injection::{emit, filter_name},
};

/// Credentials that the proxy adds to the requests of one cluster.
pub(super) struct CredentialInjection;

impl ClusterFeature for CredentialInjection {
    fn id(&self) -> FeatureId {
        features::CREDENTIAL_INJECTION
    }

    fn cluster(&self, ir: &Cluster, draft: &mut ClusterDraft) -> Result<(), Diagnostic> {
        if let Some(injection) = &ir.credential_injection {
            draft.http.http_filters.push(hcm::HttpFilter {
                name: filter_name(injection),
                config_type: Some(hcm::http_filter::ConfigType::TypedConfig(any(&emit(injection)))),
                ..hcm::HttpFilter::default()
            });
        }
        Ok(())
    }
}
