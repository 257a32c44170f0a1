//! Changes of response headers after everything else.
//!
//! API: `ClientTrafficPolicy.spec.headers.lateResponseHeaders`. Envoy: the filter `header_mutation`. The other settings of
//! headers towards clients are those of the connection manager.

use eg_diag::Diagnostic;
use eg_ir::{FeatureId, features, listener::HeaderMutation};

use super::{FilterChain, HttpFeature, ServerCx, route_match};
use crate::envoy::{core, header_mutation, mutation_rules};

/// The name of the filter.
const FILTER: &str = "envoy.filters.http.header_mutation";

/// Changes of response headers after everything else.
pub(super) struct ClientHeaders;

impl HttpFeature for ClientHeaders {
    fn id(&self) -> FeatureId {
        features::CLIENT_HEADERS
    }

    fn filters(&self, cx: ServerCx<'_>, chain: &mut FilterChain) -> Result<(), Diagnostic> {
        let late = &cx.server.client.headers.late_response;
        if !late.is_empty() {
            let mutations =
                header_mutation::Mutations { response_mutations: mutations(late), ..Default::default() };
            let config = header_mutation::HeaderMutation { mutations: Some(mutations), ..Default::default() };
            chain.add(FILTER, &config);
        }
        Ok(())
    }
}

/// Changes of headers as Envoy spells them.
pub(crate) fn mutations(changes: &[HeaderMutation]) -> Vec<mutation_rules::HeaderMutation> {
    use core::header_value_option::HeaderAppendAction as How;
    use mutation_rules::header_mutation::{Action, RemoveOnMatch};
    let action = |change: &HeaderMutation| match change {
        HeaderMutation::Append { name, value } => {
            Action::Append(header(name, value, How::AppendIfExistsOrAdd))
        }
        HeaderMutation::Set { name, value } => {
            Action::Append(header(name, value, How::OverwriteIfExistsOrAdd))
        }
        HeaderMutation::AddIfAbsent { name, value } => Action::Append(header(name, value, How::AddIfAbsent)),
        HeaderMutation::Remove(name) => Action::Remove(name.clone()),
        HeaderMutation::RemoveOnMatch(matcher) => {
            Action::RemoveOnMatch(RemoveOnMatch { key_matcher: Some(route_match::string(matcher)) })
        }
    };
    changes.iter().map(|change| mutation_rules::HeaderMutation { action: Some(action(change)) }).collect()
}

fn header(
    name: &str,
    value: &str,
    how: core::header_value_option::HeaderAppendAction,
) -> core::HeaderValueOption {
    core::HeaderValueOption {
        header: Some(core::HeaderValue {
            key: name.to_owned(),
            value: value.to_owned(),
            ..core::HeaderValue::default()
        }),
        append_action: how.into(),
        ..core::HeaderValueOption::default()
    }
}
