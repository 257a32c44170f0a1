//! HTTP/1 of clients.
//!
//! API: `ClientTrafficPolicy.spec.http1`, for listeners that serve HTTP. IR: [`ClientHttp1`].
//!
//! Fail mode: closed. So it is with an expression that is none, and without the one default host that is wanted.
//!
//! With `http10.useDefaultHost`, requests without a host are for the hostname of the listener or, where that is a wildcard,
//! for the only hostname of its routes. Where there is none or more than one, the policy is refused, because requests would
//! reach routes by chance.

use std::{collections::BTreeSet, sync::Arc};

use eg_api::{
    gateway::{GrpcRoute, HttpRoute},
    v1alpha1::{ClientTrafficPolicy, ClientTrafficPolicySpec, Http1Settings},
};
use eg_diag::{Code, Diagnostic, FieldPath, ObjectRef};
use eg_ir::{
    FeatureId, Name, features,
    listener::{ClientHttp1, ClientSettings},
};

use super::{ClientTraffic, ListenerProtocol};
use crate::{
    engine::ReadCx,
    gateway::view::BindView,
    policy::reading::{ReadField, Reading},
    route::{bind, kind::RouteKind},
};

static INVALID: Code = Code::error("invalid-client-http1", "Accepted", "Invalid");
static NO_DEFAULT_HOST: Code = Code::error("no-default-host", "Accepted", "Invalid");

/// HTTP/1 of clients.
pub(super) struct ClientHttp1Field;

impl ReadField<ClientTraffic> for ClientHttp1Field {
    const ID: FeatureId = features::CLIENT_HTTP1;
    const NAME: &'static str = "http1";
    const INVALID: &'static Code = &INVALID;
    type Written = Http1Settings;

    fn written(spec: &ClientTrafficPolicySpec) -> Option<&Http1Settings> {
        spec.http1.as_ref()
    }

    fn is_for(place: &ListenerProtocol) -> bool {
        place.is_http()
    }

    fn read(
        written: &Http1Settings,
        _: &ClientTrafficPolicySpec,
        slot: &mut ClientSettings,
        mut reading: Reading<'_>,
    ) {
        let Http1Settings {
            // Of connections.
            disable_safe_max_connection_duration: _,
            enable_trailers,
            http10,
            ignored_upgrade_types,
            preserve_header_case,
        } = written;
        let mut reading = reading.at("ignoredUpgradeTypes");
        let ignored = ignored_upgrade_types.iter().enumerate();
        let ignored = ignored.filter_map(|(position, text)| reading.nth(position).text(text));
        let lowered = ClientHttp1 {
            trailers: enable_trailers.unwrap_or_default(),
            header_case: preserve_header_case.unwrap_or_default(),
            http10: http10.is_some(),
            // That of the listener, which is not known here.
            default_host: None,
            ignored_upgrades: ignored.collect(),
        };
        slot.http1 = (lowered != ClientHttp1::default()).then(|| Arc::new(lowered));
    }
}

/// The host of requests of HTTP/1.0 that name none, if a policy wants one for a listener, the only one in `view`.
pub(super) fn default_host(
    cx: &ReadCx<'_>,
    policy: &ObjectRef,
    view: impl FnOnce() -> BindView,
) -> Result<Option<Name>, Diagnostic> {
    let policy = cx.object::<ClientTrafficPolicy>(policy);
    let http1 = policy.as_ref().and_then(|policy| policy.spec.http1.as_ref());
    let wanted = http1.and_then(|http1| http1.http10.as_ref()?.use_default_host).unwrap_or_default();
    if !wanted {
        return Ok(None);
    }
    let view = view();
    let Some(listener) = view.listeners.first() else { return Ok(None) };
    if let Some(hostname) = listener.hostname.as_ref().filter(|hostname| !hostname.contains('*')) {
        return Ok(Some(hostname.clone()));
    }
    let mut hosts = BTreeSet::new();
    hosts_of::<HttpRoute>(cx, &view, &mut hosts);
    hosts_of::<GrpcRoute>(cx, &view, &mut hosts);
    hosts.retain(|host| !host.contains('*'));
    if hosts.len() == 1 {
        return Ok(hosts.pop_first());
    }
    let at = FieldPath::spec().field("http1").field("http10").field("useDefaultHost");
    let message = format!(
        "listener {} is for every hostname and its routes have {} hostnames without a wildcard, so that there is no \
         default host",
        listener.section,
        hosts.len()
    );
    Err(Diagnostic::new(&NO_DEFAULT_HOST, at, message))
}

/// Adds the hostnames under which routes of a kind are served.
fn hosts_of<R: RouteKind>(cx: &ReadCx<'_>, view: &BindView, hosts: &mut BTreeSet<Name>) {
    let Some(listener) = view.listeners.first() else { return };
    for key in cx.referrers(R::KIND, &listener.parent) {
        let Some(route) = cx.object::<R>(&key) else { continue };
        for reference in route.parent_refs() {
            let Some(parent) = bind::parent(cx, &key, reference) else { continue };
            let named = view.named_by(&parent.view(reference));
            let bound = bind::bind(cx, &key, route.hostnames(), &named).unwrap_or_default();
            hosts.extend(bound.into_iter().flat_map(|bound| bound.hosts));
        }
    }
}
