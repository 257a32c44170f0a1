//! Who may do what.
//!
//! API: `SecurityPolicy.spec.authorization`. IR: [`Authorization`]. The first rule that matches decides, and without one the default,
//! which denies. Conditions on tokens need `jwt` in the same policy. What cannot be compared, and conditions that are not part
//! of this build (expressions in CEL, places of addresses), fail closed.

use eg_api::v1alpha1::{
    Authorization as Written, AuthorizationRule as WrittenRule, JwtPrincipal, Operation,
    PathMatch as WrittenPath, Principal,
};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{
    FeatureId, features,
    route::{
        Authorization, AuthorizationRule, ClaimCondition, HeaderCondition, Network, PathMatch,
        TokenCondition, Verdict,
    },
};
use ipnet::IpNet;

use super::{RouteSecurity, Security};
use crate::{
    names,
    policy::{Declared, FieldCx, PolicyField},
    re2,
};

static INVALID: Code = Code::error("invalid-authorization", "Accepted", "Invalid");

/// Who may do what.
pub(super) struct AuthorizationField;

impl PolicyField<Security> for AuthorizationField {
    fn id(&self) -> FeatureId {
        features::AUTHORIZATION
    }

    fn is_set(&self, policy: &Declared<'_, Security>) -> bool {
        policy.spec.authorization.is_some()
    }

    fn lower(&self, cx: &FieldCx<'_, '_, Security>, slot: &mut RouteSecurity) -> Result<(), Diagnostic> {
        let Some(Written { default_action, rules }) = &cx.policy.spec.authorization else { return Ok(()) };
        let otherwise = match default_action.as_deref() {
            None => Verdict::default(),
            Some(action) => verdict(action, path().field("defaultAction"))?,
        };
        let lowered = rules.iter().enumerate().map(|(position, rule)| lower(cx, position, rule));
        let settings = Authorization { rules: lowered.collect::<Result<_, _>>()?, otherwise };
        slot.settings_mut().authorization = Some(settings.into());
        Ok(())
    }
}

fn path() -> FieldPath {
    FieldPath::spec().field("authorization")
}

fn invalid(at: FieldPath, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(&INVALID, at, message)
}

fn verdict(action: &str, at: FieldPath) -> Result<Verdict, Diagnostic> {
    match action {
        "Allow" => Ok(Verdict::Allow),
        "Deny" => Ok(Verdict::Deny),
        other => Err(invalid(at, format!("expected `Allow` or `Deny`, found `{other}`"))),
    }
}

fn lower(
    cx: &FieldCx<'_, '_, Security>,
    position: usize,
    rule: &WrittenRule,
) -> Result<AuthorizationRule, Diagnostic> {
    let WrittenRule { action, cel, name, operation, principal } = rule;
    let at = path().field("rules").index(position);
    let of_request = cel.is_some()
        || operation.is_some()
        || principal.as_ref().is_some_and(|who| who.jwt.is_some() || !who.headers.is_empty());
    if cx.place.of_connections && of_request {
        let why = "of connections that are not HTTP nothing but the address of the client is known";
        return Err(invalid(at, why));
    }
    if cel.is_some() {
        return Err(invalid(at.field("cel"), "expressions are not part of this build"));
    }
    let made = || format!("{}/authorization/rule/{position}", names::security_policy(cx.refs.from()));
    let mut lowered = AuthorizationRule {
        name: name.clone().unwrap_or_else(made),
        verdict: verdict(action, at.field("action"))?,
        ..AuthorizationRule::default()
    };
    if let Some(Operation { methods, path }) = operation {
        lowered.methods.clone_from(methods);
        let at = at.field("operation").field("path");
        lowered.path = path.as_ref().map(|path| lower_path(path, &at)).transpose()?;
    }
    if let Some(principal) = principal {
        who(cx, principal, &at.field("principal"), &mut lowered)?;
    }
    let is_empty = lowered.networks.is_empty() && lowered.token.is_none() && lowered.headers.is_empty();
    if is_empty {
        return Err(invalid(at.field("principal"), "a rule has to say who it is about"));
    }
    Ok(lowered)
}

fn lower_path(written: &WrittenPath, at: &FieldPath) -> Result<PathMatch, Diagnostic> {
    let WrittenPath { invert, r#type, value } = written;
    if invert.unwrap_or(false) {
        return Err(invalid(at.field("invert"), "conditions on paths cannot be turned round here"));
    }
    match r#type.as_deref() {
        Some("Exact") => Ok(PathMatch::Exact(value.clone())),
        None | Some("PathPrefix") => Ok(PathMatch::Prefix(value.clone())),
        Some("RegularExpression") => {
            re2::check(value).map_err(|error| invalid(at.field("value"), error.to_string()))?;
            Ok(PathMatch::Regex(value.clone()))
        }
        Some(other) => Err(invalid(at.field("type"), format!("`{other}` is no way to compare paths"))),
    }
}

fn who(
    cx: &FieldCx<'_, '_, Security>,
    principal: &Principal,
    at: &FieldPath,
    rule: &mut AuthorizationRule,
) -> Result<(), Diagnostic> {
    let Principal { client_cidrs, client_ip_geo_locations, headers, jwt } = principal;
    if !client_ip_geo_locations.is_empty() {
        let at = at.field("clientIPGeoLocations");
        return Err(invalid(at, "places of addresses are not part of this build"));
    }
    let networks = client_cidrs.iter().enumerate().map(|(position, text)| {
        let network: IpNet = text.parse().map_err(|_| {
            invalid(at.field("clientCIDRs").index(position), format!("`{text}` is no range of addresses"))
        })?;
        let network = network.trunc();
        Ok(Network { address: network.addr().to_string(), prefix: network.prefix_len() })
    });
    rule.networks = networks.collect::<Result<_, Diagnostic>>()?;
    for (position, header) in headers.iter().enumerate() {
        if header.values.is_empty() {
            return Err(invalid(at.field("headers").index(position), "a header has to have some value"));
        }
        rule.headers.push(HeaderCondition { name: header.name.clone(), values: header.values.clone() });
    }
    rule.token = jwt.as_ref().map(|jwt| token(cx, jwt, &at.field("jwt"))).transpose()?;
    Ok(())
}

fn token(
    cx: &FieldCx<'_, '_, Security>,
    JwtPrincipal { claims, provider, scopes }: &JwtPrincipal,
    at: &FieldPath,
) -> Result<TokenCondition, Diagnostic> {
    let providers = cx.policy.spec.jwt.iter().flat_map(|jwt| &jwt.providers);
    if !providers.map(|known| &known.name).any(|known| known == provider) {
        return Err(invalid(at.field("provider"), format!("`jwt` of the policy has no provider {provider}")));
    }
    if claims.is_empty() && scopes.is_empty() {
        return Err(invalid(at.clone(), "a token has to have some claim or scope"));
    }
    let claim = |(position, claim): (usize, &eg_api::v1alpha1::JwtClaim)| {
        let at = at.field("claims").index(position);
        if claim.values.is_empty() {
            return Err(invalid(at.field("values"), "a claim has to have some value"));
        }
        let is_list = match claim.value_type.as_deref() {
            None | Some("String") => false,
            Some("StringArray") => true,
            Some(other) => return Err(invalid(at.field("valueType"), format!("`{other}` is no type"))),
        };
        let path = claim.name.split('.').map(str::to_owned).collect();
        Ok(ClaimCondition { path, is_list, values: claim.values.clone() })
    };
    Ok(TokenCondition {
        provider: provider.clone(),
        scopes: scopes.clone(),
        claims: claims.iter().enumerate().map(claim).collect::<Result<_, _>>()?,
    })
}
