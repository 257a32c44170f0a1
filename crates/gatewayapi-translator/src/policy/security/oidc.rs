//! Users log in at an OpenID Connect provider.
//!
//! API: `SecurityPolicy.spec.oidc`. IR: [`Oidc`]. A provider that is named by its issuer alone says itself where users log in
//! and where tokens are issued; that is asked of the outside world. What the policy says wins over what the provider says.
//! Until everything is known, and if anything is wrong, the policy fails closed.
//!
//! The key of the cookies is in Secret `envoy-oidc-hmac` of the control plane's namespace, which comes with the installation.

use std::sync::Arc;

use eg_api::{
    core,
    meta::Duration,
    v1alpha1::{Oidc as Written, OidcDenyRedirectHeader},
};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{
    FeatureId, Origin, Secret, SecretBytes, SecretContent,
    cluster::UpstreamProtocol,
    features,
    route::{Oidc, OidcCookies, SameSite, StringMatch, ValueMatch},
};
use eg_resources::{Demand, OidcDiscovery, OidcProvider};

use super::{RouteSecurity, Security, SecurityPlace, secret, service};
use crate::{
    duration::millis,
    names,
    policy::{Declared, FieldCx, PolicyField, service::warn},
    re2,
    refs::RefCx,
};

static INVALID: Code = Code::error("invalid-oidc", "Accepted", "Invalid");

/// The Secret with the key of the cookies, and the entry in it.
const HMAC: (&str, &str) = ("envoy-oidc-hmac", "hmac-secret");
/// Where users come back to unless the policy says so.
const REDIRECT: (&str, &str) =
    ("%REQ(x-forwarded-proto)%://%REQ(:authority)%/oauth2/callback", "/oauth2/callback");
const LOGOUT: &str = "/logout";
const SCOPE: &str = "openid";

/// Users log in at an OpenID Connect provider.
pub(super) struct OidcField;

impl PolicyField<Security> for OidcField {
    fn id(&self) -> FeatureId {
        features::OIDC
    }

    fn is_set(&self, policy: &Declared<'_, Security>) -> bool {
        policy.spec.oidc.is_some()
    }

    fn applies(&self, place: &SecurityPlace) -> bool {
        !place.of_connections
    }

    fn warn(&self, policy: &Declared<'_, Security>, warnings: &mut Vec<Diagnostic>) {
        if let Some(written) = &policy.spec.oidc {
            warn(&written.provider.backend, &path().field("provider"), warnings);
        }
    }

    fn lower(&self, cx: &FieldCx<'_, '_, Security>, slot: &mut RouteSecurity) -> Result<(), Diagnostic> {
        if let Some(written) = &cx.policy.spec.oidc {
            let settings = log_in(cx, written, slot)?;
            slot.settings_mut().oidc = Some(settings.into());
        }
        Ok(())
    }
}

fn path() -> FieldPath {
    FieldPath::spec().field("oidc")
}

fn invalid(path: FieldPath, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(&INVALID, path, message)
}

fn log_in(
    cx: &FieldCx<'_, '_, Security>,
    written: &Written,
    slot: &mut RouteSecurity,
) -> Result<Oidc, Diagnostic> {
    let refs = cx.refs;
    let policy = refs.from();
    let name = names::security_policy(policy);
    let provider = provider(refs, written)?;
    let backend = &written.provider.backend;
    // The deprecated `backendRef` never counted here.
    let at = path().field("provider");
    let asked = if backend.backend_refs.is_empty() {
        service::of_web(cx, backend, (&provider.token_endpoint, "tokenEndpoint"), &at)
    } else {
        let cluster = (format!("{name}/oidc/0").into(), UpstreamProtocol::default());
        let asked = service::of_backends(cx, backend, cluster, &at);
        asked.map(Into::into)
    };
    let service::Source { cluster, retry, request_ms } = asked.map_err(|(at, why)| invalid(at, why))?;
    let entry = |reference, entry, field: &'static str| {
        secret::entry(refs, reference, entry).map_err(|why| invalid(path().field(field), why))
    };
    let password = entry(&written.client_secret, "client-secret", "clientSecret")?;
    let client_id = match (&written.client_id, &written.client_id_ref) {
        (Some(id), _) => id.clone(),
        (None, Some(reference)) => String::from_utf8(entry(reference, "client-id", "clientIDRef")?)
            .map_err(|_| invalid(path().field("clientIDRef"), "the identity is not UTF-8"))?,
        (None, None) => return Err(invalid(path().field("clientID"), "the application needs an identity")),
    };
    let key = refs.installed::<core::Secret>(HMAC.0);
    let key = key.and_then(|secret| secret.data.get(HMAC.1).map(|key| key.as_bytes().to_vec()));
    let key = key.filter(|key| !key.is_empty()).ok_or_else(|| {
        let message = format!("Secret {} of the control plane has no {}, which cookies need", HMAC.0, HMAC.1);
        invalid(path(), message)
    })?;
    let secret = |kind: &str, content: Vec<u8>| {
        Arc::new(Secret {
            name: format!("oauth2/{kind}/{name}").into(),
            origin: Origin::of(policy.clone()),
            content: SecretContent::Generic(SecretBytes::new(content)),
        })
    };
    let (client_secret, hmac_secret) = (secret("client_secret", password), secret("hmac_secret", key));
    let mut settings = settings(cx, written)?;
    settings.name = name;
    settings.authorization_endpoint = provider.authorization_endpoint;
    settings.token_endpoint = provider.token_endpoint;
    settings.end_session_endpoint = provider.end_session_endpoint;
    settings.token_cluster = cluster.cluster.name.clone();
    settings.token_retry = retry;
    settings.token_timeout_ms = request_ms;
    settings.client_id = client_id;
    settings.client_secret = client_secret.name.clone();
    settings.hmac_secret = hmac_secret.name.clone();
    slot.clusters.push(cluster);
    slot.secrets.extend([client_secret, hmac_secret]);
    Ok(settings)
}

/// Where users log in: what the policy says, and otherwise the provider.
fn provider(refs: RefCx<'_, '_>, written: &Written) -> Result<OidcProvider, Diagnostic> {
    let at = path().field("provider");
    let written = &written.provider;
    let stated = |url: &Option<String>| url.clone().filter(|url| !url.is_empty());
    let authorization_endpoint = stated(&written.authorization_endpoint);
    let token_endpoint = stated(&written.token_endpoint);
    let end_session_endpoint = stated(&written.end_session_endpoint);
    if let (Some(authorization_endpoint), Some(token_endpoint)) = (&authorization_endpoint, &token_endpoint) {
        return Ok(OidcProvider {
            authorization_endpoint: authorization_endpoint.clone(),
            token_endpoint: token_endpoint.clone(),
            end_session_endpoint,
        });
    }
    let unknown = |why: &str| {
        invalid(at.field("issuer"), format!("what `{}` says of itself is not known: {why}", written.issuer))
    };
    let discovery = refs
        .ask::<OidcDiscovery>(Demand::OidcDiscovery(written.issuer.as_str().into()))
        .ok_or_else(|| unknown("it has not answered yet"))?;
    let said = discovery.outcome.as_ref().map_err(|why| unknown(why))?;
    Ok(OidcProvider {
        authorization_endpoint: authorization_endpoint.unwrap_or_else(|| said.authorization_endpoint.clone()),
        token_endpoint: token_endpoint.unwrap_or_else(|| said.token_endpoint.clone()),
        end_session_endpoint: end_session_endpoint.or_else(|| said.end_session_endpoint.clone()),
    })
}

/// The part of the settings that is in the policy itself.
fn settings(cx: &FieldCx<'_, '_, Security>, written: &Written) -> Result<Oidc, Diagnostic> {
    let (redirect_url, redirect_path) = match &written.redirect_url {
        Some(url) => (url.clone(), redirect_path(url)?),
        None => (REDIRECT.0.to_owned(), REDIRECT.1.to_owned()),
    };
    let pass_bearer = written.pass_through_auth_header.unwrap_or(false);
    if pass_bearer && !checks_headers(cx) {
        let message = "who shows a bearer token passes unasked only where `jwt` looks for one in headers";
        return Err(invalid(path().field("passThroughAuthHeader"), message));
    }
    let mut scopes = written.scopes.clone();
    if !scopes.iter().any(|scope| scope == SCOPE) {
        scopes.push(SCOPE.to_owned());
    }
    let seconds = |time: &Option<Duration>, field: &'static str| {
        let millis = time.as_ref().map(|time| millis(time).map_err(|why| invalid(path().field(field), why)));
        millis.transpose().map(|millis| millis.map(|millis| millis / 1000))
    };
    let names = written.cookie_names.clone().unwrap_or_default();
    let same_site = written.cookie_config.as_ref().and_then(|config| config.same_site.as_deref());
    let denied = written.deny_redirect.iter().flat_map(|deny| &deny.headers);
    Ok(Oidc {
        cookies: OidcCookies {
            suffix: suffix(cx.policy.meta.uid.as_deref().unwrap_or_default()),
            access_token: names.access_token,
            id_token: names.id_token,
            domain: written.cookie_domain.clone(),
            same_site: same_site.and_then(|same_site| match same_site {
                "Strict" => Some(SameSite::Strict),
                "Lax" => Some(SameSite::Lax),
                "None" => Some(SameSite::None),
                _ => None,
            }),
        },
        scopes,
        resources: written.resources.clone(),
        redirect_url,
        redirect_path,
        logout_path: written.logout_path.clone().unwrap_or_else(|| LOGOUT.to_owned()),
        forward_access_token: written.forward_access_token.unwrap_or(false),
        forward_id_token: written.forward_id_token.as_ref().map(|forward| forward.header.clone()),
        pass_bearer,
        refresh: written.refresh_token.unwrap_or(true),
        plain_tokens: written.disable_token_encryption.unwrap_or(false),
        token_ttl_s: seconds(&written.default_token_ttl, "defaultTokenTTL")?,
        refresh_token_ttl_s: seconds(&written.default_refresh_token_ttl, "defaultRefreshTokenTTL")?,
        csrf_token_ttl_s: seconds(&written.csrf_token_ttl, "csrfTokenTTL")?,
        deny_redirect: denied.map(deny).collect::<Result<_, _>>()?,
        ..Oidc::default()
    })
}

/// Whether a token in a header is checked.
fn checks_headers(cx: &FieldCx<'_, '_, Security>) -> bool {
    let mut providers = cx.policy.spec.jwt.iter().flat_map(|jwt| &jwt.providers);
    providers.any(|provider| provider.extract_from.as_ref().is_none_or(|from| !from.headers.is_empty()))
}

fn deny(
    OidcDenyRedirectHeader { name, r#type, value }: &OidcDenyRedirectHeader,
) -> Result<ValueMatch, Diagnostic> {
    let text = value.clone();
    let value = match r#type.as_deref() {
        Some("Prefix") => StringMatch::Prefix(text),
        Some("Suffix") => StringMatch::Suffix(text),
        Some("RegularExpression") => {
            let at = path().field("denyRedirect").field("headers");
            re2::check(value).map_err(|error| invalid(at, error.to_string()))?;
            StringMatch::Regex(text)
        }
        _ => StringMatch::Exact(text),
    };
    Ok(ValueMatch { name: name.clone(), value })
}

/// The path of a URL to come back to; the scheme may be that of the request.
fn redirect_path(url: &str) -> Result<String, Diagnostic> {
    let wrong = || {
        let message =
            format!("`{url}` is no URL of scheme http or https, or that of the request, with a path");
        invalid(path().field("redirectURL"), message)
    };
    let (scheme, rest) = url.split_once("://").ok_or_else(wrong)?;
    let (host, path) = rest.split_once('/').ok_or_else(wrong)?;
    let known = ["http", "https", "%REQ(x-forwarded-proto)%"].contains(&scheme);
    if !known || host.is_empty() || path.is_empty() {
        return Err(wrong());
    }
    Ok(format!("/{path}"))
}

/// What tells the cookies of policies apart: a hash (FNV-1a, 32 bits) of the policy's identity.
fn suffix(uid: &str) -> String {
    let hash =
        uid.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    format!("{hash:x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_are_those_that_browsers_know_already() {
        assert_eq!(suffix(""), "811c9dc5");
        assert_eq!(suffix("b8284d0f-de82-4c65-b204-96a0d3f258a1"), "b0a1b740");
    }

    #[track_caller]
    fn check_redirect(url: &str, expected: Option<&str>) {
        assert_eq!(redirect_path(url).ok().as_deref(), expected, "{url}");
    }

    #[test]
    fn users_come_back_to_a_path() {
        check_redirect("https://a.example/callback", Some("/callback"));
        check_redirect("%REQ(x-forwarded-proto)%://%REQ(:authority)%/a/b", Some("/a/b"));
        for wrong in
            ["", "/callback", "https://a.example", "https://a.example/", "ftp://a.example/x", "https:///x"]
        {
            check_redirect(wrong, None);
        }
    }
}
