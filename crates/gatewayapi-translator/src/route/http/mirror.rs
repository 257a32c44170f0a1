//! Copies of requests.
//!
//! API: filter `RequestMirror`. A mirror whose backend is invalid or has no endpoints is left out, and the status of the
//! route says so; requests themselves are served.

use eg_api::gateway::{BackendReference, HttpRequestMirrorFilter};
use eg_diag::{Code, Diagnostic};
use eg_ir::{
    FeatureId, features,
    route::{BackendFilters, Fraction, Mirror},
};

use super::filter::{FilterCx, FilterSettings, FilterSpec, RouteFilter, RuleDraft};
use crate::{names, refs::backend::BackendKey, route::destination::Destination};

static INVALID: Code = Code::error("invalid-mirror-fraction", "Accepted", "UnsupportedValue");

const PERCENT: u32 = 100;

/// The filter.
pub(super) struct RequestMirror;

impl RouteFilter for RequestMirror {
    fn id(&self) -> FeatureId {
        features::MIRROR
    }

    fn apply(
        &self,
        cx: &FilterCx<'_, '_>,
        filter: &FilterSpec<'_>,
        draft: &mut RuleDraft,
        problems: &mut Vec<Diagnostic>,
    ) -> bool {
        let FilterSettings::Mirror(mirror) = filter.settings else { return false };
        let path = filter.path.field("requestMirror");
        let fraction = match fraction(mirror) {
            Ok(fraction) => fraction,
            Err(message) => {
                problems.push(Diagnostic::new(&INVALID, path, message));
                return true;
            }
        };
        let name = names::mirror(&cx.place.name, filter.position);
        let protocol = cx.place.traffic.protocol();
        let mut destination = Destination::new(cx.cx, cx.place.consumer, name.clone(), protocol);
        let backend = &mirror.backend_ref;
        let key = BackendKey::new(cx.place.route, backend);
        let at = path.field("backendRef");
        destination.add(
            names::mirror_backend(&name),
            key,
            backend.weight(),
            Ok(BackendFilters::default()),
            &at,
        );
        problems.append(&mut destination.problems);
        if let Some(cluster) = destination.finish_mirror(cx.place.number()) {
            draft.clusters.push(cluster);
            draft.mirrors.push(Mirror { cluster: name, fraction });
        }
        true
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
