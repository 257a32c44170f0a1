//! A vendor's kind of route filter, without a fork.
//!
//! API: an object of kind `BodyLimit`, group `vendor.example`, that a rule of an HTTPRoute names with an `ExtensionRef`:
//!
//! ```yaml
//! apiVersion: vendor.example/v1
//! kind: BodyLimit
//! metadata: {name: small, namespace: shop}
//! spec: {maxBytes: 1024}
//! ```
//!
//! Envoy: the filter `buffer`, off on the listener and on for the routes that ask for it. A limit that cannot be used fails
//! closed: the rule answers 500, and the statuses of both the route and the limit say why.
//!
//! One [`FeatureId`] ties both sides together: [`route_filter`] is for the Gateway API translator, [`http_feature`] for the xDS
//! translator. The kind is one of `extensionManager.resources` in the configuration, so that objects of it are read.

use eg_diag::{Code, Diagnostic, FieldPath, Kind, ObjectRef};
use eg_gatewayapi_translator::{
    FilterCx, FilterSettings, FilterSpec, RouteFilter, RuleDraft, Unresolved, resources::DynamicObject,
};
use eg_ir::{Extension, FeatureId};
use eg_xds_translator::{
    http::{FilterChain, HttpFeature, RouteCx, ServerCx},
    xds_api::{
        pack,
        pb::envoy::{
            config::route::v3::Route,
            extensions::filters::http::buffer::v3::{Buffer, BufferPerRoute, buffer_per_route::Override},
        },
    },
};
use serde_json::json;

/// The feature on both sides.
pub const BODY_LIMIT: FeatureId = FeatureId::new("vendor.example/body_limit");

/// The kind of the objects.
pub const KIND: Kind = eg_diag::kind!("vendor.example", "BodyLimit");

/// The name of Envoy's filter.
const FILTER: &str = "envoy.filters.http.buffer";

static MISSING: Code = Code::error("missing-body-limit", "Accepted", "UnsupportedValue");
static INVALID: Code = Code::error("invalid-body-limit", "Accepted", "Invalid");

/// What the filter means in a route.
pub fn route_filter() -> impl RouteFilter {
    BodyLimit
}

/// What it becomes in Envoy.
pub fn http_feature() -> impl HttpFeature {
    BodyLimit
}

struct BodyLimit;

impl RouteFilter for BodyLimit {
    fn id(&self) -> FeatureId {
        BODY_LIMIT
    }

    fn apply(
        &self,
        cx: &FilterCx<'_, '_>,
        filter: &FilterSpec<'_>,
        draft: &mut RuleDraft,
        problems: &mut Vec<Diagnostic>,
    ) -> bool {
        let FilterSettings::Extension(reference) = filter.settings else { return false };
        if (reference.group.as_str(), reference.kind.as_str()) != (KIND.group, KIND.kind) {
            return false;
        }
        let object = cx.refs.target(KIND, None, &reference.name);
        match limit(cx, &object) {
            Ok(Ok(bytes)) => {
                draft.extensions.insert(BODY_LIMIT, Extension(json!({ "maxBytes": bytes })));
                cx.report(&object, &[]);
            }
            Ok(Err(problem)) => {
                problems.push(Diagnostic::new(&INVALID, filter.path.clone(), format!("{object}: {problem}")));
                cx.report(&object, &[problem]);
            }
            Err(_) => {
                let message = format!("{object} does not exist");
                problems.push(Diagnostic::new(&MISSING, filter.path.clone(), message));
            }
        }
        true
    }
}

/// The limit in an object, or what is wrong with it.
fn limit(cx: &FilterCx<'_, '_>, object: &ObjectRef) -> Result<Result<u32, Diagnostic>, Unresolved> {
    let object = cx.refs.follow::<DynamicObject>(object)?;
    let bytes = object.body["spec"]["maxBytes"].as_u64().and_then(|bytes| u32::try_from(bytes).ok());
    Ok(bytes.filter(|bytes| *bytes > 0).ok_or_else(|| {
        let at = FieldPath::spec().field("maxBytes");
        Diagnostic::new(&INVALID, at, "expected a number of bytes from 1 to 4294967295")
    }))
}

impl HttpFeature for BodyLimit {
    fn id(&self) -> FeatureId {
        BODY_LIMIT
    }

    /// Listeners know what their routes need.
    fn filters(&self, cx: ServerCx<'_>, chain: &mut FilterChain) -> Result<(), Diagnostic> {
        if cx.server.needs.contains_key(&BODY_LIMIT) {
            chain.add_disabled(FILTER, &Buffer { max_request_bytes: Some(u32::MAX) });
        }
        Ok(())
    }

    fn route(&self, cx: RouteCx<'_>, route: &mut Route) -> Result<(), Diagnostic> {
        if let Some(Extension(limit)) = cx.route.extensions.get(&BODY_LIMIT) {
            let bytes = limit["maxBytes"].as_u64().and_then(|bytes| u32::try_from(bytes).ok());
            let buffer = Override::Buffer(Buffer { max_request_bytes: bytes });
            let config = pack(&BufferPerRoute { r#override: Some(buffer) });
            route.typed_per_filter_config.insert(FILTER.to_owned(), config);
        }
        Ok(())
    }
}
