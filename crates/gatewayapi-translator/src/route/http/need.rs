//! What routes need their listener to provide: the filters that their features configure.

use std::sync::Arc;

use eg_ir::{
    Extension, FeatureId, Name, features,
    route::{HttpRoute as IrRoute, RouteAction, RouteOrder},
};

use crate::{engine::ReadCx, fanout::Needs, route::kind::Place};

/// Something that a route needs: the feature, what is needed of it, and the settings.
type Need = (FeatureId, Name, Extension);

/// Tells the listener what a route needs that is at this place in the order of routes, and what it needs like other routes.
pub(super) fn send(
    cx: &ReadCx<'_>,
    place: &Place<'_>,
    route: &IrRoute,
    order: &RouteOrder,
    shared: &[(FeatureId, Name, Arc<Extension>)],
) {
    let listener = || (place.fleet().clone(), place.listener.ir_name.clone());
    for (feature, name, settings) in shared {
        cx.send::<Needs>(listener(), (feature.clone(), name.clone(), order.clone()), Arc::clone(settings));
    }
    for (feature, name, settings) in of(route) {
        cx.send::<Needs>(listener(), (feature, name, order.clone()), Arc::new(settings));
    }
}

fn of(route: &IrRoute) -> impl Iterator<Item = Need> + '_ {
    let IrRoute { action, cors, oidc, session_persistence, credential_injection, extensions, .. } = route;
    let plain = |feature: FeatureId| (feature, Name::default(), Extension::default());
    let by_host = matches!(action, RouteAction::Forward(forward) if forward.by_host);
    let resolver = by_host.then(|| plain(features::DYNAMIC_RESOLVER));
    let cors = cors.as_ref().map(|_| plain(features::CORS));
    let oidc = oidc.as_ref().map(|_| plain(features::OIDC));
    let session = session_persistence
        .as_ref()
        .map(|session| (features::SESSION_PERSISTENCE, Name::default(), Extension::of(session)));
    let credential = credential_injection.as_ref().map(|injection| {
        (features::CREDENTIAL_INJECTION, injection.name.clone(), Extension::of(&**injection))
    });
    let added = extensions.keys().cloned().map(plain);
    resolver.into_iter().chain(cors).chain(oidc).chain(session).chain(credential).chain(added)
}
