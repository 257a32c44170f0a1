//! Requests that other sites make browsers send.
//!
//! API: `SecurityPolicy.spec.csrf`. IR: [`Csrf`]. The scheme of an origin does not matter, and a wildcard stands for any text. A part
//! that is none fails closed.

use eg_api::{gateway::Fraction as Part, v1alpha1::Csrf as Written};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{
    FeatureId, features,
    route::{Csrf, Fraction},
};

use super::{RouteSecurity, Security, SecurityPlace};
use crate::{
    policy::{Declared, FieldCx, PolicyField},
    route::http::cors::origin,
};

static INVALID: Code = Code::error("invalid-csrf", "Accepted", "Invalid");

/// Requests that other sites make browsers send.
pub(super) struct CsrfField;

impl PolicyField<Security> for CsrfField {
    fn id(&self) -> FeatureId {
        features::CSRF
    }

    fn is_set(&self, policy: &Declared<'_, Security>) -> bool {
        policy.spec.csrf.is_some()
    }

    fn applies(&self, place: &SecurityPlace) -> bool {
        !place.of_connections
    }

    fn lower(&self, cx: &FieldCx<'_, '_, Security>, slot: &mut RouteSecurity) -> Result<(), Diagnostic> {
        if let Some(Written { additional_origins, shadow_fraction }) = &cx.policy.spec.csrf {
            let without_scheme =
                |text: &String| origin(text.split_once("://").map_or(text, |(_, rest)| rest));
            let csrf = Csrf {
                origins: additional_origins.iter().map(without_scheme).collect(),
                shadow: shadow_fraction.as_ref().map(part).transpose()?,
            };
            slot.settings_mut().csrf = Some(csrf.into());
        }
        Ok(())
    }
}

fn part(part: &Part) -> Result<Fraction, Diagnostic> {
    let (numerator, denominator) = (part.numerator, part.denominator.unwrap_or(100));
    let fraction = u32::try_from(numerator).ok().zip(u32::try_from(denominator).ok());
    let fraction = fraction.filter(|(numerator, denominator)| *denominator != 0 && numerator <= denominator);
    fraction.map(|(numerator, denominator)| Fraction { numerator, denominator }).ok_or_else(|| {
        let at = FieldPath::spec().field("csrf").field("shadowFraction");
        Diagnostic::new(&INVALID, at, format!("{numerator} of {denominator} is no part of requests"))
    })
}
