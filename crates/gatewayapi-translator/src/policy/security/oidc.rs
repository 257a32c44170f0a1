//! `oidc` of a SecurityPolicy: users log in at an OpenID Connect provider.
//!
//! A provider that is named by its issuer alone says itself where users log in and where tokens are issued; that is asked
//! of the outside world, and nothing is let through before it is known. What the policy says wins over what the provider
//! says.

use std::sync::Arc;

use eg_api::v1alpha1::{OidcProvider as Written, SecurityPolicy};
use eg_diag::{Code, Diagnostic, FieldPath, ObjectRef};
use eg_resources::{Demand, OidcDiscovery, OidcProvider};

use crate::{
    assembly::Assembly,
    demand,
    engine::{ReadCx, Root, Unit},
};

static NOT_DISCOVERED: Code = Code::error("oidc-not-discovered", "Accepted", "Invalid");

/// The provider of a policy, or why it is not known; `None` for a policy without one.
pub(crate) struct ProviderOf;

impl Unit for ProviderOf {
    type Key = ObjectRef;
    type Out = Option<Result<OidcProvider, Diagnostic>>;
    const NAME: &'static str = "oidc_provider";
    const RANK: u8 = 2;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> Self::Out {
        let policy = cx.object::<SecurityPolicy>(key)?;
        let written = &policy.spec.oidc.as_ref()?.provider;
        Some(provider(cx, key, written))
    }
}

impl Root for ProviderOf {
    fn publish(_: &mut Assembly<'_>, _: &ObjectRef, _: Option<&Arc<Self::Out>>) {}
}

fn provider(cx: &ReadCx<'_>, policy: &ObjectRef, written: &Written) -> Result<OidcProvider, Diagnostic> {
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
        let path = FieldPath::root().field("spec").field("oidc").field("provider").field("issuer");
        let message = format!("what `{}` says of itself is not known: {why}", written.issuer);
        Diagnostic::new(&NOT_DISCOVERED, path, message)
    };
    let discovery =
        demand::ask::<OidcDiscovery>(cx, policy, Demand::OidcDiscovery(written.issuer.as_str().into()))
            .ok_or_else(|| unknown("it has not answered yet"))?;
    let said = discovery.outcome.as_ref().map_err(|why| unknown(why))?;
    Ok(OidcProvider {
        authorization_endpoint: authorization_endpoint.unwrap_or_else(|| said.authorization_endpoint.clone()),
        token_endpoint: token_endpoint.unwrap_or_else(|| said.token_endpoint.clone()),
        end_session_endpoint: end_session_endpoint.or_else(|| said.end_session_endpoint.clone()),
    })
}
