//! Routes, virtual hosts and route configurations, each encoded once and spliced into the next.

use std::sync::Arc;

use bytes::Bytes;
use eg_diag::Diagnostic;
use eg_ir::{
    Name, OrdMap, Ordered, Origin,
    route::{HttpRoute, RouteOrder, VirtualHost},
};
use prost::{Message, Name as _};

use crate::{
    Features,
    check::check,
    envoy::{matcher, route as pb},
    finding::guarded,
    http::RouteCx,
    metadata,
    pack::{Origins, Packed, Version},
    splice,
    stage::Replacement,
};

/// Direct responses above this size need the route configuration to allow them, in bytes.
const DEFAULT_BODY_LIMIT: usize = 4096;
/// The size allowed when some direct response is above the default, in bytes.
const RAISED_BODY_LIMIT: u32 = 1024 * 1024;

/// The tag of `VirtualHost.routes`.
const ROUTES_TAG: u32 = 3;
/// The tag of `RouteConfiguration.virtual_hosts`.
const VIRTUAL_HOSTS_TAG: u32 = 2;

/// Emitted virtual hosts by domain.
pub(crate) type HostMap = OrdMap<Name, Arc<EmittedHost>>;

/// A route as it stands in the bytes of its virtual host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EmittedRoute {
    /// The name in Envoy.
    pub(crate) name: Name,
    pub(crate) origin: Origin,
    version: Version,
    /// The field `routes`, with its key and length.
    field: Bytes,
    /// Whether the body of its direct response is above Envoy's default limit.
    large_body: bool,
    /// Why it answers 500 instead of doing what the user wants.
    pub(crate) diagnostic: Option<Box<Diagnostic>>,
}

/// A virtual host as it stands in the bytes of its route configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EmittedHost {
    /// The name in Envoy.
    pub(crate) name: Name,
    pub(crate) domain: Name,
    pub(crate) origin: Origin,
    pub(crate) routes: Ordered<RouteOrder, Arc<EmittedRoute>>,
    emitted: ServedHost,
    /// What is served in its place, where stages have a say.
    pub(crate) served: Option<Box<ServedHost>>,
    /// Why it is left out.
    pub(crate) diagnostic: Option<Box<Diagnostic>>,
}

/// What a route configuration holds of a virtual host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServedHost {
    version: Version,
    /// The field `virtual_hosts`, with its key and length.
    field: Bytes,
    large_body: bool,
}

impl EmittedHost {
    /// The virtual host as it was emitted.
    pub(crate) fn emitted(&self) -> &ServedHost {
        &self.emitted
    }

    fn served(&self) -> &ServedHost {
        self.served.as_deref().unwrap_or(&self.emitted)
    }
}

impl ServedHost {
    /// What a stage wants in its place.
    pub(crate) fn replaced(replacement: &Replacement) -> Self {
        let Replacement { message, large_body } = replacement;
        Self {
            version: Version::of(message),
            field: splice::field(VIRTUAL_HOSTS_TAG, message),
            large_body: *large_body,
        }
    }

    /// The virtual host as a message.
    pub(crate) fn message(&self) -> Bytes {
        splice::content(&self.field)
    }
}

/// Emits one route. A route that cannot be expressed answers 500, and is left out if what it matches is at fault.
pub(crate) fn emit_route(features: &Features, route: &HttpRoute, domain: &str) -> EmittedRoute {
    let name = format!("{}/{}", route.name, domain.replace('.', "_"));
    let emitted = guarded(|| {
        let message = try_route(features, route, domain, &name)?;
        Ok((checked(&message)?, large_body(&message)))
    });
    let (encoded, large_body, diagnostic) = match emitted {
        Ok((encoded, large_body)) => (Some(encoded), large_body, None),
        // When not even what it matches is valid, nothing can answer in its place.
        Err(diagnostic) => (checked(&fail_closed(route, &name)).ok(), false, Some(diagnostic)),
    };
    EmittedRoute {
        name: name.into(),
        origin: route.origin.clone(),
        version: Version::of(encoded.as_deref().unwrap_or_default()),
        field: encoded.map(|encoded| splice::field(ROUTES_TAG, &encoded)).unwrap_or_default(),
        large_body,
        diagnostic: diagnostic.map(Box::new),
    }
}

impl EmittedRoute {
    /// This form of a route in the place of another one.
    pub(crate) fn as_form_of(&self, other: &Self, diagnostic: Option<Diagnostic>) -> Self {
        Self {
            name: other.name.clone(),
            origin: other.origin.clone(),
            version: self.version,
            field: self.field.clone(),
            large_body: self.large_body,
            diagnostic: diagnostic.map(Box::new),
        }
    }
}

/// A route that is not sent.
pub(crate) fn left_out(route: &EmittedRoute, diagnostic: Option<Diagnostic>) -> EmittedRoute {
    EmittedRoute {
        name: route.name.clone(),
        origin: route.origin.clone(),
        version: Version::of(&[]),
        field: Bytes::new(),
        large_body: false,
        diagnostic: diagnostic.map(Box::new),
    }
}

/// A route that answers 500 to what it matches; it is left out if what it matches is at fault.
pub(crate) fn closed(ir: &HttpRoute, route: &EmittedRoute, diagnostic: Option<Diagnostic>) -> EmittedRoute {
    let left_out = left_out(route, diagnostic);
    match checked(&fail_closed(ir, &route.name)) {
        Ok(encoded) => EmittedRoute {
            version: Version::of(&encoded),
            field: splice::field(ROUTES_TAG, &encoded),
            ..left_out
        },
        Err(_) => left_out,
    }
}

/// Encodes a message that breaks no rule.
fn checked<M: prost::Name>(message: &M) -> Result<Vec<u8>, Diagnostic> {
    let encoded = message.encode_to_vec();
    check(&M::full_name(), &encoded)?;
    Ok(encoded)
}

fn try_route(
    features: &Features,
    route: &HttpRoute,
    domain: &str,
    name: &str,
) -> Result<pb::Route, Diagnostic> {
    // Every field has its feature in `http`; this fails to compile when one is added.
    let HttpRoute {
        name: _,
        origin,
        matches: _,
        action: _,
        request_headers: _,
        response_headers: _,
        rewrite: _,
        mirrors: _,
        upgrades: _,
        timeout_ms: _,
        retry: _,
        cors: _,
        session_persistence: _,
        credential_injection: _,
        security: _,
        processors: _,
        traffic: _,
        policies,
        extensions: _,
    } = route;
    let mut message = pb::Route {
        name: name.to_owned(),
        metadata: metadata::with_policies(origin, policies),
        ..pb::Route::default()
    };
    for feature in &features.http {
        feature.route(RouteCx { route, domain }, &mut message)?;
    }
    Ok(message)
}

/// What stands for a route that cannot be expressed: the same requests, answered with 500.
fn fail_closed(route: &HttpRoute, name: &str) -> pb::Route {
    pb::Route {
        name: name.to_owned(),
        metadata: metadata::with_policies(&route.origin, &route.policies),
        r#match: Some(crate::http::matches(&route.matches)),
        action: Some(refuse()),
        ..pb::Route::default()
    }
}

fn refuse() -> pb::route::Action {
    let response = pb::DirectResponseAction { status: 500, ..pb::DirectResponseAction::default() };
    pb::route::Action::DirectResponse(response)
}

pub(crate) fn large_body(route: &pb::Route) -> bool {
    use crate::envoy::core::{data_source::Specifier, substitution_format_string::Format};
    let Some(pb::route::Action::DirectResponse(response)) = &route.action else {
        return false;
    };
    let source = match response.body_format.as_ref().and_then(|format| format.format.as_ref()) {
        Some(Format::TextFormatSource(source)) => Some(source),
        _ => response.body.as_ref(),
    };
    match source.and_then(|source| source.specifier.as_ref()) {
        Some(Specifier::InlineBytes(body)) => body.len() > DEFAULT_BODY_LIMIT,
        Some(Specifier::InlineString(body)) => body.len() > DEFAULT_BODY_LIMIT,
        _ => false,
    }
}

/// Emits a virtual host around its emitted routes. One that breaks a rule is left out: its domain is served by nobody.
pub(crate) fn emit_host(host: &VirtualHost, routes: Ordered<RouteOrder, Arc<EmittedRoute>>) -> EmittedHost {
    let VirtualHost { name, domain, origin, stats, routes: _ } = host;
    // Fields before and after the routes, so that the bytes are those of the whole message.
    let before = pb::VirtualHost {
        name: name.to_string(),
        domains: vec![domain.to_string()],
        ..pb::VirtualHost::default()
    };
    let after = pb::VirtualHost {
        virtual_clusters: stats.then(|| counted(domain)).into_iter().collect(),
        metadata: metadata::of(origin),
        ..pb::VirtualHost::default()
    };
    let (before, after) = (before.encode_to_vec(), after.encode_to_vec());
    let diagnostic = check(&pb::VirtualHost::full_name(), &before).err().map(Box::new);
    let parts: Vec<&Bytes> = routes.values().map(|route| &route.field).collect();
    let field = match diagnostic {
        None => splice::message_field(VIRTUAL_HOSTS_TAG, &before, &parts, &after),
        Some(_) => Bytes::new(),
    };
    let within = splice::parts_within(&field, &parts, after.len());
    let frame = [Version::of(&before), Version::of(&after)];
    let emitted = ServedHost {
        version: Version::of_parts(frame.iter().chain(routes.values().map(|route| &route.version))),
        field,
        large_body: routes.values().any(|route| route.large_body),
    };
    let shared = |(route, field): (&Arc<EmittedRoute>, Bytes)| {
        Arc::new(EmittedRoute { field, ..EmittedRoute::clone(route) })
    };
    let routes = match within {
        Some(fields) => routes.keys().cloned().zip(routes.values().zip(fields).map(shared)).collect(),
        None => routes,
    };
    EmittedHost {
        name: name.clone(),
        domain: domain.clone(),
        origin: origin.clone(),
        emitted,
        served: None,
        diagnostic,
        routes,
    }
}

/// What Envoy keeps statistics of: the requests for the domain.
fn counted(domain: &str) -> pb::VirtualCluster {
    use pb::header_matcher::HeaderMatchSpecifier;
    let authority = matcher::StringMatcher {
        match_pattern: Some(matcher::string_matcher::MatchPattern::Prefix(domain.to_owned())),
        ..matcher::StringMatcher::default()
    };
    pb::VirtualCluster {
        name: domain.replace('.', "_"),
        headers: vec![pb::HeaderMatcher {
            name: ":authority".to_owned(),
            header_match_specifier: Some(HeaderMatchSpecifier::StringMatch(authority)),
            ..pb::HeaderMatcher::default()
        }],
    }
}

/// What stands for a virtual host that must not be served: the same requests, answered with 500.
pub(crate) fn refusing_host(host: &EmittedHost) -> ServedHost {
    let refusal = pb::Route {
        name: format!("{}/refused", host.name),
        r#match: Some(pb::RouteMatch {
            path_specifier: Some(pb::route_match::PathSpecifier::Prefix("/".to_owned())),
            ..pb::RouteMatch::default()
        }),
        action: Some(refuse()),
        ..pb::Route::default()
    };
    let message = pb::VirtualHost {
        name: host.name.to_string(),
        domains: vec![host.domain.to_string()],
        routes: vec![refusal],
        metadata: metadata::of(&host.origin),
        ..pb::VirtualHost::default()
    };
    ServedHost::replaced(&Replacement { message: message.encode_to_vec().into(), large_body: false })
}

/// Packs a route configuration of emitted virtual hosts.
pub(crate) fn pack_table(name: &str, hosts: HostMap) -> Packed {
    let before = pb::RouteConfiguration { name: name.to_owned(), ..pb::RouteConfiguration::default() };
    let large_body = hosts.values().any(|host| host.served().large_body);
    let after = pb::RouteConfiguration {
        ignore_port_in_host_matching: true,
        max_direct_response_body_size_bytes: large_body.then_some(RAISED_BODY_LIMIT),
        ..pb::RouteConfiguration::default()
    };
    let (before, after) = (before.encode_to_vec(), after.encode_to_vec());
    let frame = [Version::of(&before), Version::of(&after)];
    let parts: Vec<&Bytes> = hosts.values().map(|host| &host.served().field).collect();
    let version = Version::of_parts(frame.iter().chain(hosts.values().map(|host| &host.served().version)));
    let body = splice::message(&before, &parts, &after);
    let shared = |(host, field): (&Arc<EmittedHost>, Bytes)| {
        let mut host = EmittedHost::clone(host);
        match &mut host.served {
            Some(served) => served.field = field,
            None => host.emitted.field = field,
        }
        Arc::new(host)
    };
    let hosts = match splice::parts_within(&body, &parts, after.len()) {
        Some(fields) => hosts.keys().cloned().zip(hosts.values().zip(fields).map(shared)).collect(),
        None => hosts,
    };
    Packed { version, body, origins: Origins::of_hosts(hosts) }
}
