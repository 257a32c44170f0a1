//! Sessions whose requests go to the endpoint that answered the first one.
//!
//! API: `HTTPRoute.spec.rules[].sessionPersistence`, and the same of GRPCRoutes. Envoy: the filter `stateful_session`, off
//! on listeners, with the cookie or header on the route. The endpoint that a client names must be one of the cluster; any
//! other name is as good as none.

use eg_diag::{Diagnostic, FieldPath};
use eg_ir::{FeatureId, features, route::SessionPersistence as Session};
use prost::Name;

use super::{FilterChain, HttpFeature, RouteCx, ServerCx};
use crate::{
    envoy::{any, cookie_session, core, header_session, http_type, millis, route, stateful_session},
    finding::not_expressible,
};

/// The name of the filter.
const FILTER: &str = "envoy.filters.http.stateful_session";

/// Sessions whose requests go to the endpoint that answered the first one.
pub(super) struct SessionPersistence;

impl HttpFeature for SessionPersistence {
    fn id(&self) -> FeatureId {
        features::SESSION_PERSISTENCE
    }

    fn filters(&self, cx: ServerCx<'_>, chain: &mut FilterChain) -> Result<(), Diagnostic> {
        // The filter wants some settings although it is off; each route brings its own.
        if let Some(first) = cx.needed(&features::SESSION_PERSISTENCE).next() {
            chain.add_disabled(FILTER, &emit(&first?)?);
        }
        Ok(())
    }

    fn route(&self, cx: RouteCx<'_>, route: &mut route::Route) -> Result<(), Diagnostic> {
        use stateful_session::{StatefulSessionPerRoute, stateful_session_per_route::Override};
        if let Some(session) = &cx.route.session_persistence {
            let settings = Override::StatefulSession(emit(session)?);
            let own = StatefulSessionPerRoute { r#override: Some(settings) };
            route.typed_per_filter_config.insert(FILTER.to_owned(), any(&own));
        }
        Ok(())
    }
}

fn emit(session: &Session) -> Result<stateful_session::StatefulSession, Diagnostic> {
    let state = match session {
        Session::Cookie { name, path, ttl_ms } => {
            let cookie = http_type::Cookie {
                name: name.clone(),
                path: path.clone(),
                ttl: ttl_ms.map(millis),
                ..http_type::Cookie::default()
            };
            let state = cookie_session::CookieBasedSessionState { cookie: Some(cookie) };
            extension("envoy.http.stateful_session.cookie", &state)
        }
        Session::Header { name } => {
            let state = header_session::HeaderBasedSessionState { name: name.clone() };
            extension("envoy.http.stateful_session.header", &state)
        }
        other => {
            let path = FieldPath::spec().field("rules");
            return Err(not_expressible(path, format!("unknown session persistence {other:?}")));
        }
    };
    Ok(stateful_session::StatefulSession {
        session_state: Some(state),
        ..stateful_session::StatefulSession::default()
    })
}

fn extension(name: &str, state: &impl Name) -> core::TypedExtensionConfig {
    core::TypedExtensionConfig { name: name.to_owned(), typed_config: Some(any(state)) }
}
