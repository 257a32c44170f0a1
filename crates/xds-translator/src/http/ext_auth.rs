//! Services that are asked about requests.
//!
//! API: `SecurityPolicy.spec.extAuth`. Envoy: one filter `ext_authz` for each policy, off on listeners, which a route turns on. A
//! request that the service refuses gets its answer; one that it cannot be asked about gets 403, or what the policy says,
//! or passes where the policy fails open.

use std::collections::BTreeMap;

use eg_diag::{Diagnostic, FieldPath};
use eg_ir::{
    FeatureId, features,
    route::{Auth, ExtAuth as Settings, ExtAuthService},
};

use super::{FilterChain, HttpFeature, RouteCx, ServerCx, retry};
use crate::{
    envoy::{any, core, ext_authz, kind, matcher, millis, route},
    finding::not_expressible,
    metadata::NAMESPACE,
};

/// Services that are asked about requests.
pub(super) struct ExtAuth;

impl HttpFeature for ExtAuth {
    fn id(&self) -> FeatureId {
        features::EXT_AUTH
    }

    fn filters(&self, cx: ServerCx<'_>, chain: &mut FilterChain) -> Result<(), Diagnostic> {
        for auth in &cx.server.auths {
            if let Auth::ExtAuth(settings) = auth {
                chain.add_disabled(&filter_name(settings), &emit(settings));
            }
        }
        Ok(())
    }

    fn route(&self, cx: RouteCx<'_>, route: &mut route::Route) -> Result<(), Diagnostic> {
        let settings = cx.route.security.as_ref().and_then(|security| security.ext_auth.as_ref());
        if let Some(settings) = settings {
            let check = ext_authz::CheckSettings {
                context_extensions: context(settings)?,
                ..ext_authz::CheckSettings::default()
            };
            let config = ext_authz::ExtAuthzPerRoute {
                r#override: Some(ext_authz::ext_authz_per_route::Override::CheckSettings(check)),
            };
            route.typed_per_filter_config.insert(filter_name(settings), any(&config));
        }
        Ok(())
    }
}

fn filter_name(settings: &Settings) -> String {
    format!("envoy.filters.http.ext_authz/{}", settings.name)
}

fn context(settings: &Settings) -> Result<BTreeMap<String, String>, Diagnostic> {
    let text = |(name, value): (&String, &eg_ir::SecretBytes)| {
        let value = std::str::from_utf8(value.expose())
            .map_err(|_| not_expressible(FieldPath::root(), format!("the value of {name} is no text")))?;
        Ok((name.clone(), value.to_owned()))
    };
    settings.context.iter().map(text).collect()
}

fn emit(settings: &Settings) -> ext_authz::ExtAuthz {
    let Settings {
        name: _,
        cluster,
        service,
        timeout_ms,
        retry: retries,
        headers,
        body_bytes,
        context: _,
        tells_route,
        choose_again,
        fail_open,
        error_status,
    } = settings;
    let retry_policy = retries.as_ref().map(retry::of_service);
    let timeout = Some(millis(*timeout_ms));
    let services = match service {
        ExtAuthService::Grpc { authority } => {
            use core::grpc_service::{EnvoyGrpc, TargetSpecifier};
            let target = EnvoyGrpc {
                cluster_name: cluster.to_string(),
                authority: authority.clone(),
                ..EnvoyGrpc::default()
            };
            ext_authz::ext_authz::Services::GrpcService(core::GrpcService {
                timeout,
                retry_policy,
                target_specifier: Some(TargetSpecifier::EnvoyGrpc(target)),
                ..core::GrpcService::default()
            })
        }
        ExtAuthService::Http { authority, path_prefix, path, headers_to_backend } => {
            let to_backend = (!headers_to_backend.is_empty()).then(|| names(headers_to_backend));
            let at = path_prefix.as_deref().or(path.as_deref()).unwrap_or_default();
            ext_authz::ext_authz::Services::HttpService(ext_authz::HttpService {
                server_uri: Some(core::HttpUri {
                    uri: format!("http://{authority}{at}"),
                    timeout,
                    http_upstream_type: Some(core::http_uri::HttpUpstreamType::Cluster(cluster.to_string())),
                }),
                path_prefix: path_prefix.clone().unwrap_or_default(),
                path_override: path.clone().unwrap_or_default(),
                authorization_response: to_backend.map(|names| ext_authz::AuthorizationResponse {
                    allowed_upstream_headers: Some(names),
                    ..ext_authz::AuthorizationResponse::default()
                }),
                retry_policy,
                ..ext_authz::HttpService::default()
            })
        }
    };
    ext_authz::ExtAuthz {
        transport_api_version: core::ApiVersion::V3.into(),
        failure_mode_allow: *fail_open,
        with_request_body: body_bytes.map(|max_request_bytes| ext_authz::BufferSettings {
            max_request_bytes,
            ..ext_authz::BufferSettings::default()
        }),
        clear_route_cache: *choose_again,
        status_on_error: error_status.map(|status| kind::HttpStatus { code: i32::from(status) }),
        route_metadata_context_namespaces: tells_route.then(|| NAMESPACE.to_owned()).into_iter().collect(),
        allowed_headers: (!headers.is_empty()).then(|| names(headers)),
        services: Some(services),
        ..ext_authz::ExtAuthz::default()
    }
}

/// Headers of these names.
fn names(names: &[String]) -> matcher::ListStringMatcher {
    let name = |name: &String| matcher::StringMatcher {
        ignore_case: true,
        match_pattern: Some(matcher::string_matcher::MatchPattern::Exact(name.clone())),
    };
    matcher::ListStringMatcher { patterns: names.iter().map(name).collect() }
}
