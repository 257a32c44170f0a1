//! Clients that show a key with each request.
//!
//! API: `SecurityPolicy.spec.apiKeyAuth`. Envoy: the filter `api_key_auth`, off on listeners with a route that needs it, and the
//! keys on the route, which turns it on. The filter of the listener wants keys too, and has those of its first route. A request
//! without a key, or with an unknown one, gets 401.

use eg_diag::{Diagnostic, FieldPath};
use eg_ir::{
    FeatureId, features,
    route::{ApiKey, ApiKeyAuth as Settings, ApiKeyForwarding, ApiKeySource, Auth},
};

use super::{FilterChain, HttpFeature, RouteCx, ServerCx};
use crate::{
    envoy::{any, api_key_auth, route},
    finding::not_expressible,
};

/// The name of the filter.
const FILTER: &str = "envoy.filters.http.api_key_auth";

/// Clients that show a key with each request.
pub(super) struct ApiKeyAuth;

impl HttpFeature for ApiKeyAuth {
    fn id(&self) -> FeatureId {
        features::API_KEY_AUTH
    }

    fn filters(&self, cx: ServerCx<'_>, chain: &mut FilterChain) -> Result<(), Diagnostic> {
        let of_keys = |auth: &Auth| match auth {
            Auth::ApiKeyAuth(settings) => Some(settings.clone()),
            _ => None,
        };
        if let Some(settings) = cx.server.auths.iter().find_map(of_keys) {
            let api_key_auth::ApiKeyAuthPerRoute { credentials, key_sources, forwarding, .. } =
                emit(&settings)?;
            chain.add_disabled(FILTER, &api_key_auth::ApiKeyAuth { credentials, key_sources, forwarding });
        }
        Ok(())
    }

    fn route(&self, cx: RouteCx<'_>, route: &mut route::Route) -> Result<(), Diagnostic> {
        let settings = cx.route.security.as_ref().and_then(|security| security.api_key_auth.as_ref());
        if let Some(settings) = settings {
            route.typed_per_filter_config.insert(FILTER.to_owned(), any(&emit(settings)?));
        }
        Ok(())
    }
}

fn emit(
    Settings { keys, sources, forwarding }: &Settings,
) -> Result<api_key_auth::ApiKeyAuthPerRoute, Diagnostic> {
    Ok(api_key_auth::ApiKeyAuthPerRoute {
        credentials: keys.iter().map(credential).collect::<Result<_, _>>()?,
        key_sources: sources.iter().map(source).collect(),
        forwarding: forwarding.as_ref().map(|ApiKeyForwarding { header, hide_key }| {
            api_key_auth::Forwarding {
                header: header.clone().unwrap_or_default(),
                hide_credentials: *hide_key,
            }
        }),
        ..api_key_auth::ApiKeyAuthPerRoute::default()
    })
}

fn credential(ApiKey { client, key }: &ApiKey) -> Result<api_key_auth::Credential, Diagnostic> {
    let key = std::str::from_utf8(key.expose())
        .map_err(|_| not_expressible(FieldPath::root(), format!("the key of client {client} is no text")))?;
    Ok(api_key_auth::Credential { key: key.to_owned(), client: client.clone() })
}

fn source(source: &ApiKeySource) -> api_key_auth::KeySource {
    let mut place = api_key_auth::KeySource::default();
    match source {
        ApiKeySource::Header(name) => place.header.clone_from(name),
        ApiKeySource::Query(name) => place.query.clone_from(name),
        ApiKeySource::Cookie(name) => place.cookie.clone_from(name),
    }
    place
}
