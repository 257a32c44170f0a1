//! What routes need their listener to provide: the filters that their features configure.

use std::sync::Arc;

use eg_ir::{
    Extension, FeatureId, Name, features,
    route::{Auth, HttpRoute as IrRoute, RouteAction, RouteOrder, RouteSecurity, RouteTraffic},
};

use crate::{
    engine::ReadCx,
    fanout::{AuthNeeds, Needs},
    route::kind::Place,
};

/// Something that a route needs: the feature, what is needed of it, and the settings.
type Need = (FeatureId, Name, Extension);

/// Tells the listener what a route needs that is at this place in the order of routes, and what it needs like other routes.
pub(super) fn send(
    cx: &ReadCx<'_>,
    place: &Place<'_>,
    route: &IrRoute,
    order: &RouteOrder,
    shared: &[&(FeatureId, Name, Arc<Extension>)],
) {
    let listener = || (place.fleet().clone(), place.listener.ir_name.clone());
    for (feature, name, settings) in shared {
        cx.send::<Needs>(listener(), (feature.clone(), name.clone(), order.clone()), Arc::clone(settings));
    }
    for (feature, name, settings) in of(route) {
        cx.send::<Needs>(listener(), (feature, name, order.clone()), Arc::new(settings));
    }
    for auth in route.security.iter().flat_map(|security| security.auths()) {
        let listener = (place.fleet().clone(), place.listener.ir_name.clone());
        cx.send::<AuthNeeds>(listener, (named(&auth), order.clone()), auth);
    }
}

fn of(route: &IrRoute) -> impl Iterator<Item = Need> + '_ {
    let IrRoute {
        action,
        cors,
        security,
        session_persistence,
        credential_injection,
        traffic,
        extensions,
        ..
    } = route;
    let plain = |feature: FeatureId| (feature, Name::default(), Extension::default());
    let by_host = matches!(action, RouteAction::Forward(forward) if forward.by_host);
    let resolver = by_host.then(|| plain(features::DYNAMIC_RESOLVER));
    let traffic = traffic.as_deref();
    let is_shaped = |shaped: fn(&RouteTraffic) -> bool| traffic.is_some_and(shaped);
    let security = security.as_deref();
    let is_asked = |asked: fn(&RouteSecurity) -> bool| security.is_some_and(asked);
    let of_policies = [
        (features::CORS, cors.is_some() || is_asked(|security| security.cors.is_some())),
        (features::FAULT_INJECTION, is_shaped(|traffic| traffic.fault.is_some())),
        (features::LOCAL_RATE_LIMIT, is_shaped(|traffic| traffic.local_rate_limit.is_some())),
        (features::CSRF, is_asked(|security| security.csrf.is_some())),
        (features::OIDC, is_asked(|security| security.oidc.is_some())),
        (features::AUTHORIZATION, is_asked(|security| security.authorization.is_some())),
    ];
    let of_policies = of_policies.into_iter().filter(|(_, asked)| *asked).map(|(feature, _)| feature);
    let session = session_persistence
        .as_ref()
        .map(|session| (features::SESSION_PERSISTENCE, Name::default(), Extension::of(session)));
    let credential = credential_injection.as_ref().map(|injection| {
        (features::CREDENTIAL_INJECTION, injection.name.clone(), Extension::of(&**injection))
    });
    let added = extensions.keys().cloned().map(plain);
    resolver.into_iter().chain(of_policies.map(plain)).chain(session).chain(credential).chain(added)
}

/// What tells the auths of a listener apart: the kind, and whose it is. Of keys of clients a listener knows only the first.
fn named(auth: &Auth) -> (u8, Name) {
    match auth {
        Auth::ExtAuth(settings) => (0, settings.name.clone()),
        Auth::ApiKeyAuth(_) => (1, Name::default()),
        Auth::BasicAuth(settings) => (2, settings.name.clone()),
        Auth::Jwt(settings) => (3, settings.name.clone()),
    }
}
