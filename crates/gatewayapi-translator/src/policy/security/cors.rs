//! Requests from scripts of other origins.
//!
//! API: `SecurityPolicy.spec.cors`. IR: [`Cors`]. What a rule says itself with the filter `CORS` goes before the policy. A wildcard
//! in an origin stands for any text. A list that has something else than names fails closed.

use eg_api::v1alpha1::Cors as Written;
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{FeatureId, features, route::Cors};

use super::{RouteSecurity, Security, SecurityPlace};
use crate::{
    duration::millis,
    policy::{Declared, FieldCx, PolicyField},
    route::http::cors::{is_token, origin},
};

static INVALID: Code = Code::error("invalid-cors-policy", "Accepted", "Invalid");

/// Requests from scripts of other origins.
pub(super) struct CorsField;

impl PolicyField<Security> for CorsField {
    fn id(&self) -> FeatureId {
        features::CORS
    }

    fn is_set(&self, policy: &Declared<'_, Security>) -> bool {
        policy.spec.cors.is_some()
    }

    fn applies(&self, place: &SecurityPlace) -> bool {
        !place.of_connections
    }

    fn lower(&self, cx: &FieldCx<'_, '_, Security>, slot: &mut RouteSecurity) -> Result<(), Diagnostic> {
        if let Some(written) = &cx.policy.spec.cors {
            slot.settings_mut().cors = Some(lower(written)?.into());
        }
        Ok(())
    }
}

fn lower(written: &Written) -> Result<Cors, Diagnostic> {
    let Written { allow_credentials, allow_headers, allow_methods, allow_origins, expose_headers, max_age } =
        written;
    let at = |field: &'static str| FieldPath::spec().field("cors").field(field);
    let lists =
        [("allowMethods", allow_methods), ("allowHeaders", allow_headers), ("exposeHeaders", expose_headers)];
    for (field, names) in lists {
        if let Some(name) = names.iter().find(|name| !is_token(name)) {
            return Err(Diagnostic::new(&INVALID, at(field), format!("`{name}` is not a name")));
        }
    }
    let max_age = max_age.as_ref().map(|age| {
        millis(age).map_err(|why| Diagnostic::new(&INVALID, at("maxAge"), why)).map(|millis| millis / 1000)
    });
    Ok(Cors {
        allow_origins: allow_origins.iter().map(|text| origin(text)).collect(),
        allow_methods: allow_methods.clone(),
        allow_headers: allow_headers.clone(),
        expose_headers: expose_headers.clone(),
        max_age_s: max_age.transpose()?,
        allow_credentials: allow_credentials.unwrap_or(false),
    })
}
