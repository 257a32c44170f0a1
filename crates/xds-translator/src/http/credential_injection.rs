//! Credentials that the proxy adds to requests.
//!
//! API: `HTTPRouteFilter.spec.credentialInjection` of a rule. Envoy: one filter `credential_injector` for each HTTPRouteFilter,
//! off on listeners, which a route turns on. The credential itself is a secret that Envoy fetches by name; until it has it, and
//! when it has none, requests are refused.

use eg_diag::Diagnostic;
use eg_ir::{FeatureId, features, route::CredentialInjection as Injection};

use super::{FilterChain, HttpFeature, RouteCx, ServerCx, processor};
use crate::{
    envoy::{any, core, credential_injector, generic_credential, route},
    secret,
};

/// Credentials that the proxy adds to requests.
pub(super) struct CredentialInjection;

impl HttpFeature for CredentialInjection {
    fn id(&self) -> FeatureId {
        features::CREDENTIAL_INJECTION
    }

    fn filters(&self, cx: ServerCx<'_>, chain: &mut FilterChain) -> Result<(), Diagnostic> {
        for injection in cx.needed::<Injection>(&features::CREDENTIAL_INJECTION) {
            let injection = injection?;
            chain.add_disabled(&filter_name(&injection), &emit(&injection));
        }
        Ok(())
    }

    fn route(&self, cx: RouteCx<'_>, route: &mut route::Route) -> Result<(), Diagnostic> {
        if let Some(injection) = &cx.route.credential_injection {
            route.typed_per_filter_config.insert(filter_name(injection), processor::as_on_the_listener());
        }
        Ok(())
    }
}

/// The name of the filter of one HTTPRouteFilter.
pub(crate) fn filter_name(injection: &Injection) -> String {
    format!("envoy.filters.http.credential_injector/{}", injection.name)
}

/// The settings of the filter.
pub(crate) fn emit(
    Injection { name: _, secret: credential, header, overwrite }: &Injection,
) -> credential_injector::CredentialInjector {
    let generic = generic_credential::Generic {
        credential: Some(secret::reference(&credential.clone().into())),
        header: header.clone().unwrap_or_default(),
        ..generic_credential::Generic::default()
    };
    credential_injector::CredentialInjector {
        overwrite: *overwrite,
        credential: Some(core::TypedExtensionConfig {
            name: "envoy.http.injected_credentials.generic".to_owned(),
            typed_config: Some(any(&generic)),
        }),
        ..credential_injector::CredentialInjector::default()
    }
}
