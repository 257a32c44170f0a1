//! JSON Web Tokens.
//!
//! API: `SecurityPolicy.spec.jwt`. Envoy: the filter `jwt_authn`, on listeners with a route that needs it, with the providers and
//! requirements of all of them; a route names its requirement. Providers that are equal are one, because the name of each has a
//! hash of what it says; so have requirements. A request without a valid token gets 401. What a token says is kept for
//! conditions of `authorization`, under the name of its provider in the policy.

use std::fmt::Write;

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId, features,
    route::{Auth, ClaimHeader, Jwt as Settings, JwtKeys, JwtPlaces, JwtProvider, PrefixedHeader},
};
use jwt_authn::{
    jwt_provider::{JwksSourceSpecifier, NormalizePayload},
    jwt_requirement::RequiresType,
};
use prost::Message;
use sha2::{Digest, Sha256};

use super::{FilterChain, HttpFeature, RouteCx, ServerCx, retry};
use crate::{
    envoy::{any, core, jwt_authn, millis, route},
    splice,
};

/// The name of the filter.
pub(super) const FILTER: &str = "envoy.filters.http.jwt_authn";

/// JSON Web Tokens.
pub(super) struct Jwt;

impl HttpFeature for Jwt {
    fn id(&self) -> FeatureId {
        features::JWT
    }

    fn filters(&self, cx: ServerCx<'_>, chain: &mut FilterChain) -> Result<(), Diagnostic> {
        let mut config = jwt_authn::JwtAuthentication::default();
        for auth in &cx.server.auths {
            let Auth::Jwt(settings) = auth else { continue };
            let named: Vec<_> = settings.providers.iter().map(provider).collect();
            let (name, requirement) = requirement(settings, named.iter().map(|(name, _)| name.clone()));
            config.requirement_map.insert(name, requirement);
            config.providers.extend(named);
        }
        if !config.requirement_map.is_empty() {
            chain.add(FILTER, &config);
        }
        Ok(())
    }

    fn route(&self, cx: RouteCx<'_>, route: &mut route::Route) -> Result<(), Diagnostic> {
        use jwt_authn::per_route_config::RequirementSpecifier;
        let settings = cx.route.security.as_ref().and_then(|security| security.jwt.as_ref());
        if let Some(settings) = settings {
            let names = settings.providers.iter().map(|one| provider(one).0);
            let (name, _) = requirement(settings, names);
            let config = jwt_authn::PerRouteConfig {
                requirement_specifier: Some(RequirementSpecifier::RequirementName(name)),
            };
            route.typed_per_filter_config.insert(FILTER.to_owned(), any(&config));
        }
        Ok(())
    }
}

/// What a policy asks for, with its name.
fn requirement(
    settings: &Settings,
    providers: impl Iterator<Item = String>,
) -> (String, jwt_authn::JwtRequirement) {
    let mut any_of: Vec<RequiresType> = providers.map(RequiresType::ProviderName).collect();
    let mut names: Vec<&str> = settings.providers.iter().map(|provider| provider.name.as_str()).collect();
    if settings.wrong_passes {
        any_of.push(RequiresType::AllowMissingOrFailed(()));
        names.push("missing-or-failed");
    } else if settings.missing_passes {
        any_of.push(RequiresType::AllowMissing(()));
        names.push("missing");
    }
    let one = |requires| jwt_authn::JwtRequirement { requires_type: Some(requires) };
    let mut any_of: Vec<_> = any_of.into_iter().map(one).collect();
    let requirement = match any_of.pop() {
        Some(only) if any_of.is_empty() => only,
        last => {
            any_of.extend(last);
            one(RequiresType::RequiresAny(jwt_authn::JwtRequirementOrList { requirements: any_of }))
        }
    };
    (with_hash(&names.join("-or-"), &requirement.encode_to_vec()), requirement)
}

/// A provider with its name.
fn provider(settings: &JwtProvider) -> (String, jwt_authn::JwtProvider) {
    let JwtProvider { name, issuer, audiences, keys, claim_headers, choose_again, places } = settings;
    let JwtPlaces { headers, cookies, params } = places.clone().unwrap_or_default();
    let header = |PrefixedHeader { name, prefix }| jwt_authn::JwtHeader { name, value_prefix: prefix };
    let claim = |ClaimHeader { claim, header }: &ClaimHeader| jwt_authn::JwtClaimToHeader {
        header_name: header.clone(),
        claim_name: claim.clone(),
        ..jwt_authn::JwtClaimToHeader::default()
    };
    let provider = jwt_authn::JwtProvider {
        issuer: issuer.clone().unwrap_or_default(),
        audiences: audiences.clone(),
        forward: true,
        from_headers: headers.into_iter().map(header).collect(),
        from_params: params,
        from_cookies: cookies,
        payload_in_metadata: name.clone(),
        // A text with several scopes becomes a list of them.
        normalize_payload_in_metadata: Some(NormalizePayload {
            space_delimited_claims: vec!["scope".to_owned(), "scp".to_owned()],
        }),
        claim_to_headers: claim_headers.iter().map(claim).collect(),
        clear_route_cache: *choose_again,
        jwks_source_specifier: Some(source(keys)),
        ..jwt_authn::JwtProvider::default()
    };
    (with_hash(name, &canonical(&provider)), provider)
}

fn source(keys: &JwtKeys) -> JwksSourceSpecifier {
    match keys {
        JwtKeys::Local(keys) => JwksSourceSpecifier::LocalJwks(core::DataSource {
            specifier: Some(core::data_source::Specifier::InlineString(keys.clone())),
            ..core::DataSource::default()
        }),
        JwtKeys::Remote { uri, cluster, timeout_ms, cache_ms, refetch_ms, retry: retries } => {
            JwksSourceSpecifier::RemoteJwks(jwt_authn::RemoteJwks {
                http_uri: Some(core::HttpUri {
                    uri: uri.clone(),
                    timeout: Some(millis(*timeout_ms)),
                    http_upstream_type: Some(core::http_uri::HttpUpstreamType::Cluster(cluster.to_string())),
                }),
                cache_duration: Some(millis(*cache_ms)),
                async_fetch: Some(jwt_authn::JwksAsyncFetch {
                    failed_refetch_duration: refetch_ms.map(millis),
                    ..jwt_authn::JwksAsyncFetch::default()
                }),
                retry_policy: retries.as_deref().map(retry::of_service),
            })
        }
    }
}

/// A provider as bytes, in the order in which other writers of Protocol Buffers have fields: those of a `oneof` come last. The
/// names that people find in metrics and dumps are then those that they know.
fn canonical(provider: &jwt_authn::JwtProvider) -> Vec<u8> {
    let mut bytes =
        jwt_authn::JwtProvider { jwks_source_specifier: None, ..provider.clone() }.encode_to_vec();
    match &provider.jwks_source_specifier {
        Some(JwksSourceSpecifier::RemoteJwks(remote)) => {
            let mut source = Vec::new();
            if let Some(uri) = &remote.http_uri {
                let mut plain = core::HttpUri { http_upstream_type: None, ..uri.clone() }.encode_to_vec();
                let upstream = core::HttpUri {
                    http_upstream_type: uri.http_upstream_type.clone(),
                    ..core::HttpUri::default()
                };
                plain.extend(upstream.encode_to_vec());
                source.extend(splice::field(1, &plain));
            }
            source.extend(jwt_authn::RemoteJwks { http_uri: None, ..remote.clone() }.encode_to_vec());
            bytes.extend(splice::field(3, &source));
        }
        other => {
            let source = jwt_authn::JwtProvider {
                jwks_source_specifier: other.clone(),
                ..jwt_authn::JwtProvider::default()
            };
            bytes.extend(source.encode_to_vec());
        }
    }
    bytes
}

fn with_hash(name: &str, bytes: &[u8]) -> String {
    let mut named = format!("{name}_");
    for byte in Sha256::digest(bytes).iter().take(8) {
        let _ = write!(named, "{byte:02x}");
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_people_know() {
        let one = JwtProvider {
            name: "shop".to_owned(),
            issuer: Some("https://id.example.com".to_owned()),
            audiences: vec!["shop".to_owned()],
            claim_headers: vec![ClaimHeader { claim: "sub".to_owned(), header: "x-user".to_owned() }],
            keys: JwtKeys::Remote {
                uri: "https://id.example.com/keys".to_owned(),
                cluster: "id_example_com_443".into(),
                timeout_ms: 10_000,
                cache_ms: 300_000,
                refetch_ms: None,
                retry: None,
            },
            ..JwtProvider::default()
        };
        let (name, _) = provider(&one);
        assert_eq!(name, "shop_22863e809cc461de");
        let settings = Settings { providers: vec![one], ..Settings::default() };
        assert_eq!(requirement(&settings, std::iter::once(name)).0, "shop_06e27b04749b9157");
    }
}
