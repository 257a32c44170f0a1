//! JSON Web Tokens.
//!
//! API: `SecurityPolicy.spec.jwt`. IR: [`Jwt`]. The keys of a provider are in the policy or a ConfigMap of its namespace, or are
//! fetched by the proxy: from the host in their URI, or from named backends. What cannot be read or found fails closed, whether
//! or not the policy lets requests pass without a valid token.

use std::collections::BTreeSet;

use eg_api::{
    core::ConfigMap,
    meta::Duration,
    v1alpha1::{Jwt as Written, JwtExtractor, JwtProvider as WrittenProvider, LocalJwks, RemoteJwks},
};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{
    FeatureId,
    cluster::UpstreamProtocol,
    features,
    route::{ClaimHeader, Jwt, JwtKeys, JwtPlaces, JwtProvider, PrefixedHeader},
};
use eg_resources::Object;

use super::{RouteSecurity, Security, SecurityPlace, service};
use crate::{
    duration::millis,
    names,
    policy::{Declared, FieldCx, PolicyField, service::warn},
};

static INVALID: Code = Code::error("invalid-jwt", "Accepted", "Invalid");

/// The entry of a ConfigMap with keys; without it the first entry is.
const KEYS: &str = "jwks";
/// The time for an answer with keys, in milliseconds.
const TIMEOUT_MS: u64 = 10_000;
/// How long keys hold unless the policy says so, in milliseconds.
const CACHE_MS: u64 = 300_000;

/// JSON Web Tokens.
pub(super) struct JwtField;

impl PolicyField<Security> for JwtField {
    fn id(&self) -> FeatureId {
        features::JWT
    }

    fn is_set(&self, policy: &Declared<'_, Security>) -> bool {
        policy.spec.jwt.is_some()
    }

    fn applies(&self, place: &SecurityPlace) -> bool {
        !place.of_connections
    }

    fn warn(&self, policy: &Declared<'_, Security>, warnings: &mut Vec<Diagnostic>) {
        let providers = policy.spec.jwt.iter().flat_map(|jwt| &jwt.providers).enumerate();
        for (position, provider) in providers {
            if let Some(remote) = &provider.remote_jwks {
                let at = path().field("providers").index(position).field("remoteJWKS");
                warn(&remote.backend, &at, warnings);
            }
        }
    }

    fn validate(&self, policy: &Declared<'_, Security>, problems: &mut Vec<Diagnostic>) {
        let providers = policy.spec.jwt.iter().flat_map(|jwt| &jwt.providers).enumerate();
        let mut names = BTreeSet::new();
        for (position, WrittenProvider { name, issuer, recompute_route, claim_to_headers, .. }) in providers {
            let at = path().field("providers").index(position);
            if name.is_empty() || !names.insert(name) {
                let why = format!("expected a name that no other provider has, found `{name}`");
                problems.push(invalid(at.field("name"), why));
            }
            if issuer.as_ref().is_some_and(|issuer| !is_issuer(issuer)) {
                problems.push(invalid(at.field("issuer"), "expected a URI or an address of mail"));
            }
            if recompute_route.unwrap_or(false) && claim_to_headers.is_empty() {
                let why = "the route is chosen anew by headers with claims, and there are none";
                problems.push(invalid(at.field("recomputeRoute"), why));
            }
        }
    }

    fn lower(&self, cx: &FieldCx<'_, '_, Security>, slot: &mut RouteSecurity) -> Result<(), Diagnostic> {
        let Some(Written { fail_open, optional, providers }) = &cx.policy.spec.jwt else { return Ok(()) };
        let lowered = providers.iter().enumerate().map(|(position, written)| {
            let keys = keys(cx, (position, written), slot)?;
            Ok(provider(written, keys))
        });
        let providers: Vec<JwtProvider> = lowered.collect::<Result<_, Diagnostic>>()?;
        if providers.is_empty() {
            return Err(invalid(path().field("providers"), "tokens need a provider"));
        }
        let settings = Jwt {
            name: names::security_policy(cx.refs.from()),
            providers,
            missing_passes: optional.unwrap_or(false),
            wrong_passes: fail_open.unwrap_or(false),
        };
        slot.settings_mut().jwt = Some(settings.into());
        Ok(())
    }
}

fn path() -> FieldPath {
    FieldPath::spec().field("jwt")
}

fn invalid(at: FieldPath, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(&INVALID, at, message)
}

/// Whether a text with a colon has a scheme in front of it, or one with an `@` something on both sides.
fn is_issuer(issuer: &str) -> bool {
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    };
    if let Some((scheme, rest)) = issuer.split_once(':') {
        return is_scheme(scheme) && !rest.is_empty() && !rest.contains(char::is_whitespace);
    }
    match issuer.split_once('@') {
        Some((user, host)) => !user.is_empty() && !host.is_empty() && !host.contains('@'),
        None => true,
    }
}

fn provider(written: &WrittenProvider, keys: JwtKeys) -> JwtProvider {
    let WrittenProvider {
        audiences,
        claim_to_headers,
        extract_from,
        issuer,
        local_jwks: _,
        name,
        recompute_route,
        remote_jwks: _,
    } = written;
    let claim = |written: &eg_api::v1alpha1::ClaimToHeader| ClaimHeader {
        claim: written.claim.clone(),
        header: written.header.clone(),
    };
    JwtProvider {
        name: name.clone(),
        issuer: issuer.clone().filter(|issuer| !issuer.is_empty()),
        audiences: audiences.clone(),
        keys,
        claim_headers: claim_to_headers.iter().map(claim).collect(),
        choose_again: recompute_route.unwrap_or(false),
        places: extract_from.as_ref().map(|JwtExtractor { cookies, headers, params }| JwtPlaces {
            headers: headers
                .iter()
                .map(|header| PrefixedHeader {
                    name: header.name.clone(),
                    prefix: header.value_prefix.clone().unwrap_or_default(),
                })
                .collect(),
            cookies: cookies.clone(),
            params: params.clone(),
        }),
    }
}

/// The keys of a provider. The clusters that they come from go into the slot.
fn keys(
    cx: &FieldCx<'_, '_, Security>,
    (position, written): (usize, &WrittenProvider),
    slot: &mut RouteSecurity,
) -> Result<JwtKeys, Diagnostic> {
    let at = path().field("providers").index(position);
    match (&written.local_jwks, &written.remote_jwks) {
        (Some(local), None) => local_keys(cx, local).map_err(|why| invalid(at.field("localJWKS"), why)),
        (None, Some(remote)) => remote_keys(cx, (position, remote), &at.field("remoteJWKS"), slot),
        _ => Err(invalid(at, "expected either `localJWKS` or `remoteJWKS`")),
    }
}

fn local_keys(
    cx: &FieldCx<'_, '_, Security>,
    LocalJwks { inline, r#type, value_ref }: &LocalJwks,
) -> Result<JwtKeys, String> {
    let keys = match (r#type.as_str(), value_ref) {
        ("ValueRef", Some(reference)) => {
            if !reference.group.is_empty() || reference.kind != ConfigMap::KIND.kind {
                return Err(format!("expected a ConfigMap, found kind {}", reference.kind));
            }
            let target = cx.refs.target(ConfigMap::KIND, None, &reference.name);
            let map = cx.refs.follow::<ConfigMap>(&target).map_err(|_| format!("{target} does not exist"))?;
            let keys = map.data.get(KEYS).or_else(|| map.data.values().next());
            keys.cloned().ok_or_else(|| format!("{target} has no keys"))?
        }
        ("ValueRef", None) => return Err("`valueRef` is missing".to_owned()),
        _ => inline.clone().unwrap_or_default(),
    };
    let is_set = serde_json::from_str::<serde_json::Value>(&keys).is_ok_and(|set| set["keys"].is_array());
    if !is_set {
        return Err("expected a JSON Web Key Set, with a list `keys`".to_owned());
    }
    Ok(JwtKeys::Local(keys))
}

fn remote_keys(
    cx: &FieldCx<'_, '_, Security>,
    (position, remote): (usize, &RemoteJwks),
    at: &FieldPath,
    slot: &mut RouteSecurity,
) -> Result<JwtKeys, Diagnostic> {
    let RemoteJwks { backend, cache_duration, failed_refetch_duration, uri } = remote;
    let time = |time: &Option<Duration>, field: &'static str| {
        let time = time.as_ref().map(|time| millis(time).map_err(|why| invalid(at.field(field), why)));
        time.transpose()
    };
    // The deprecated `backendRef` never counted here.
    let asked = if backend.backend_refs.is_empty() {
        service::of_web(cx, backend, (uri, "uri"), at)
    } else {
        let name = format!("{}/jwt/{position}", names::security_policy(cx.refs.from())).into();
        let asked = service::of_backends(cx, backend, (name, UpstreamProtocol::default()), at);
        asked.map(Into::into)
    };
    let service::Source { cluster: planned, retry, request_ms } =
        asked.map_err(|(at, why)| invalid(at, why))?;
    let cluster = planned.cluster.name.clone();
    slot.clusters.push(planned);
    Ok(JwtKeys::Remote {
        uri: uri.clone(),
        cluster,
        timeout_ms: request_ms.unwrap_or(TIMEOUT_MS),
        cache_ms: time(cache_duration, "cacheDuration")?.unwrap_or(CACHE_MS),
        refetch_ms: time(failed_refetch_duration, "failedRefetchDuration")?,
        retry: retry.map(Box::new),
    })
}

#[cfg(test)]
mod tests {
    use super::is_issuer;

    #[test]
    fn issuers_are_uris_addresses_or_names() {
        for issuer in ["https://id.example.com", "urn:example:id", "bot@example.com", "example"] {
            assert!(is_issuer(issuer), "{issuer}");
        }
        for issuer in ["://id", "1http://id", "@example.com", "bot@", "a@b@c", "https: //id"] {
            assert!(!is_issuer(issuer), "{issuer}");
        }
    }
}
