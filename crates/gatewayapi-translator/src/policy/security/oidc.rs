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
    gateway::SecretObjectReference,
    meta::Duration,
    v1alpha1::{Oidc as Written, OidcDenyRedirectHeader},
};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{
    FeatureId, Name, Origin, Secret, SecretBytes, SecretContent,
    cluster::{
        Cluster, Discovery, Endpoint, EndpointAddress, EndpointSet, Locality, PeerValidation, ServerName,
        TlsProfile, UpstreamTls,
    },
    features,
    route::{Oidc, OidcCookies, SameSite, StringMatch, ValueMatch},
};
use eg_resources::{Demand, Object, OidcDiscovery, OidcProvider};

use super::{LogIn, RouteSecurity, Security};
use crate::{
    duration::millis,
    names,
    policy::{Declared, FieldCx, PolicyField},
    re2,
    refs::{RefCx, Unresolved},
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

    fn lower(&self, cx: &FieldCx<'_, '_, Security>, slot: &mut RouteSecurity) -> Result<(), Diagnostic> {
        if let Some(written) = &cx.policy.spec.oidc {
            slot.oidc = Some(log_in(cx, written)?);
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

fn log_in(cx: &FieldCx<'_, '_, Security>, written: &Written) -> Result<LogIn, Diagnostic> {
    let refs = cx.refs;
    let policy = refs.from();
    let name: Name = format!("securitypolicy/{}/{}", policy.namespace, policy.name).into();
    let provider = provider(refs, written)?;
    let cluster = token_cluster(&provider.token_endpoint)?;
    let password = content(refs, &written.client_secret, "client-secret", &path().field("clientSecret"))?;
    let client_id = match (&written.client_id, &written.client_id_ref) {
        (Some(id), _) => id.clone(),
        (None, Some(reference)) => {
            let at = path().field("clientIDRef");
            String::from_utf8(content(refs, reference, "client-id", &at)?)
                .map_err(|_| invalid(at, "the identity is not UTF-8"))?
        }
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
    settings.token_cluster = cluster.name.clone();
    settings.client_id = client_id;
    settings.client_secret = client_secret.name.clone();
    settings.hmac_secret = hmac_secret.name.clone();
    let settings = Arc::new(settings);
    let mut secrets = vec![client_secret, hmac_secret];
    if cluster.tls.is_some() {
        let name = names::SYSTEM_AUTHORITIES.into();
        secrets.push(Arc::new(Secret { name, origin: Origin::default(), content: SecretContent::SystemCa }));
    }
    Ok(LogIn { settings, cluster: Arc::new(cluster), secrets })
}

/// Where users log in: what the policy says, and otherwise the provider.
fn provider(refs: RefCx<'_, '_>, written: &Written) -> Result<OidcProvider, Diagnostic> {
    let at = path().field("provider");
    let written = &written.provider;
    if !written.backend.references().is_empty() || written.backend.backend_settings.is_some() {
        return Err(invalid(at.field("backendRefs"), "backends of providers are not part of this build"));
    }
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

/// An entry of a Secret that the policy names.
fn content(
    refs: RefCx<'_, '_>,
    reference: &SecretObjectReference,
    entry: &str,
    at: &FieldPath,
) -> Result<Vec<u8>, Diagnostic> {
    if !reference.group().is_empty() || reference.kind() != "Secret" {
        return Err(invalid(at.clone(), format!("expected a Secret, found kind {}", reference.kind())));
    }
    let target = refs.target(core::Secret::KIND, reference.namespace.as_deref(), &reference.name);
    let secret = refs.follow::<core::Secret>(&target).map_err(|why| {
        let message = match why {
            Unresolved::NotPermitted => {
                format!("no ReferenceGrant in namespace {} permits the use of {target}", target.namespace)
            }
            Unresolved::NotFound => format!("{target} does not exist"),
        };
        invalid(at.clone(), message)
    })?;
    let content = secret.data.get(entry).map(|content| content.as_bytes().to_vec());
    content
        .filter(|content| !content.is_empty())
        .ok_or_else(|| invalid(at.clone(), format!("{target} has no entry {entry}")))
}

/// The part of the settings that is in the policy itself.
fn settings(cx: &FieldCx<'_, '_, Security>, written: &Written) -> Result<Oidc, Diagnostic> {
    let (redirect_url, redirect_path) = match &written.redirect_url {
        Some(url) => (url.clone(), redirect_path(url)?),
        None => (REDIRECT.0.to_owned(), REDIRECT.1.to_owned()),
    };
    if written.pass_through_auth_header.unwrap_or(false) {
        let message = "who shows a bearer token passes unasked only where `jwt` checks it, which is not part of this build";
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
        refresh: written.refresh_token.unwrap_or(true),
        plain_tokens: written.disable_token_encryption.unwrap_or(false),
        token_ttl_s: seconds(&written.default_token_ttl, "defaultTokenTTL")?,
        refresh_token_ttl_s: seconds(&written.default_refresh_token_ttl, "defaultRefreshTokenTTL")?,
        csrf_token_ttl_s: seconds(&written.csrf_token_ttl, "csrfTokenTTL")?,
        deny_redirect: denied.map(deny).collect::<Result<_, _>>()?,
        ..Oidc::default()
    })
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

/// The cluster of a token endpoint, whose host must be a name.
fn token_cluster(url: &str) -> Result<Cluster, Diagnostic> {
    let wrong = |why: &str| {
        invalid(path().field("provider").field("tokenEndpoint"), format!("`{url}` cannot be used: {why}"))
    };
    let (scheme, rest) = url.split_once("://").ok_or_else(|| wrong("it is no URL"))?;
    let secure = match scheme {
        "https" => true,
        "http" => false,
        _ => return Err(wrong("its scheme is neither http nor https")),
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().map_err(|_| wrong("its port is no number"))?),
        None => (authority, if secure { 443 } else { 80 }),
    };
    let is_name = |host: &str| {
        let labels = host.split('.');
        let sound = |label: &str| {
            !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        host.contains('.') && labels.clone().all(sound) && host.parse::<std::net::IpAddr>().is_err()
    };
    if !is_name(host) {
        return Err(wrong("its host is no domain name"));
    }
    let name: Name = format!("{}_{port}", host.replace('.', "_")).into();
    let profile: Name = format!("{name}/tls/0").into();
    let endpoint = Endpoint {
        address: EndpointAddress::Socket { host: host.into(), port },
        hostname: None,
        draining: false,
    };
    let locality = Locality {
        region: format!("{name}/backend/-1").into(),
        weight: Some(1),
        tls: secure.then(|| profile.clone()),
        endpoints: vec![endpoint],
        ..Locality::default()
    };
    let tls = secure.then(|| {
        let validation = PeerValidation { trusted_ca: names::SYSTEM_AUTHORITIES.into(), names: Vec::new() };
        let server_name = ServerName::Fixed(host.into());
        let profile =
            TlsProfile { name: profile, server_name, validation: Some(validation), ..TlsProfile::default() };
        Arc::new(UpstreamTls { profiles: vec![profile], some_plain: false })
    });
    let endpoints = EndpointSet { cluster: name.clone(), localities: vec![locality] };
    Ok(Cluster { name, discovery: Discovery::Dns(Arc::new(endpoints)), tls, ..Cluster::default() })
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

    #[track_caller]
    fn check_cluster(url: &str, expected: Option<&str>) {
        assert_eq!(
            token_cluster(url).ok().map(|cluster| cluster.name.to_string()).as_deref(),
            expected,
            "{url}"
        );
    }

    #[test]
    fn tokens_come_from_hosts_with_names() {
        check_cluster("https://id.example.com/token?x=1", Some("id_example_com_443"));
        check_cluster("http://id.example.com:8080", Some("id_example_com_8080"));
        for wrong in [
            "",
            "id.example.com",
            "ftp://id.example.com",
            "https://10.0.0.1/t",
            "https://[::1]/t",
            "https://u@id.example.com/t",
            "https://localhost/t",
        ] {
            check_cluster(wrong, None);
        }
    }
}
