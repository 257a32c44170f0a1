//! Copies of requests.
//!
//! API: filter `RequestMirror`.
//!
//! Precedence: none; each mirror of a rule gets its share.
//!
//! Fail mode: open. A mirror whose backend is invalid or has no endpoints is left out, and the status of the route says so;
//! requests themselves are served. A share that is none is refused, and the rule answers 500.

use eg_api::gateway::{BackendReference, HttpRequestMirrorFilter};
use eg_diag::{Code, Diagnostic};
use eg_ir::route::{BackendFilters, Fraction, Mirror};

use super::{
    filter::{FilterCx, FilterSpec, RuleDraft},
    rule::RulePlace,
};
use crate::{names, refs::backend::BackendKey, route::destination::Destination};

static INVALID: Code = Code::error("invalid-mirror-fraction", "Accepted", "UnsupportedValue");

const PERCENT: u32 = 100;

/// Adds the filter to a rule.
pub(super) fn apply(
    cx: &FilterCx<'_, '_>,
    mirror: &HttpRequestMirrorFilter,
    filter: &FilterSpec<'_>,
    draft: &mut RuleDraft,
    problems: &mut Vec<Diagnostic>,
) {
    let fraction = match fraction(mirror) {
        Ok(fraction) => fraction,
        Err(message) => {
            problems.push(Diagnostic::new(&INVALID, filter.path.clone(), message));
            return;
        }
    };
    let name = names::mirror(&cx.place.name, filter.position);
    let protocol = cx.place.traffic.protocol();
    let RulePlace { consumer, routing, .. } = *cx.place;
    let mut destination = Destination::new(cx.cx, consumer, name.clone(), protocol, routing);
    let backend = &mirror.backend_ref;
    let key = BackendKey::new(cx.place.route, backend);
    let at = filter.path.field("backendRef");
    let weight = backend.weight();
    destination.add(names::mirror_backend(&name), key, weight, Ok(BackendFilters::default()), &at);
    problems.append(&mut destination.problems);
    if let Some(cluster) = destination.finish_mirror(cx.place.number()) {
        draft.clusters.push(cluster);
        draft.mirrors.push(Mirror { cluster: name, fraction });
    }
}

/// The share of requests that is copied; `None` copies all.
fn fraction(mirror: &HttpRequestMirrorFilter) -> Result<Option<Fraction>, String> {
    let part =
        |number: i32| u32::try_from(number).map_err(|_| format!("{number} is not a share of requests"));
    if let Some(fraction) = &mirror.fraction {
        let numerator = part(fraction.numerator)?;
        let denominator = fraction.denominator.map_or(Ok(PERCENT), part)?;
        if denominator == 0 || numerator > denominator {
            return Err(format!("{numerator} of {denominator} is not a share of requests"));
        }
        return Ok(Some(Fraction { numerator, denominator }));
    }
    let Some(percent) = mirror.percent else { return Ok(None) };
    let numerator = part(percent)?;
    if numerator > PERCENT {
        return Err(format!("{percent} percent is not a share of requests"));
    }
    Ok(Some(Fraction { numerator, denominator: PERCENT }))
}
