//! What a rule of a rate limit compares: a chain of conditions for each kind of request that counts.

use eg_ir::route::{
    Network, PathMatch, RateLimitRule, RequestSelector, SelectedPath, SelectedSource, SelectedValue,
    Selection, StringMatch, ValueMatch,
};

use super::route_match::{header, query_parameter};
use crate::envoy::{
    literal, matcher,
    route::{
        HeaderMatcher, RateLimit,
        rate_limit::{
            Action, HitsAddend, XRateLimitOption,
            action::{
                ActionSpecifier, GenericKey, HeaderValueMatch, QueryParameterValueMatch, QueryParameters,
                RemoteAddressMatch, RequestHeaders,
            },
        },
    },
    xds_core,
};

/// What the address of a client is called in a text.
const CLIENT: &str = "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%";

/// One condition, which adds an entry to the descriptor of a request.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) key: String,
    /// The value of the entry; absent is one that the request has, whose values are counted for themselves.
    pub(super) value: Option<String>,
    pub(super) action: Action,
}

/// The keys under which addresses of clients are entered: that of the network, and that of the address itself.
pub(super) struct SourceKeys {
    pub(super) network: String,
    pub(super) address: String,
}

/// The chains of conditions of the rule that has this number, one of which a request has to meet.
pub(super) fn chains(number: usize, rule: &RateLimitRule, keys: &SourceKeys) -> Vec<Vec<Link>> {
    if rule.selectors.is_empty() {
        return vec![vec![named(format!("rule-{number}-match--1"))]];
    }
    let of_each = rule.selectors.iter().flat_map(|selector| {
        let methods = selector.methods.iter().map(Some);
        let any = selector.methods.is_empty().then_some(None);
        methods.chain(any).map(move |method| chain(number, selector, method, keys))
    });
    of_each.collect()
}

/// What the chains of a rule make of a request.
pub(super) fn limit(rule: &RateLimitRule, chain: &[Link], is_told: Option<bool>) -> RateLimit {
    let option = match is_told {
        None => XRateLimitOption::Unspecified,
        Some(false) => XRateLimitOption::Off,
        Some(true) => XRateLimitOption::DraftVersion03,
    };
    RateLimit {
        actions: chain.iter().map(|link| link.action.clone()).collect(),
        hits_addend: rule.cost.map(|cost| HitsAddend { number: Some(cost), ..HitsAddend::default() }),
        x_ratelimit_option: option.into(),
        ..RateLimit::default()
    }
}

/// A condition that all requests meet.
pub(super) fn named(key: String) -> Link {
    let generic =
        GenericKey { descriptor_key: key.clone(), descriptor_value: key.clone(), ..GenericKey::default() };
    link(key.clone(), Some(key), ActionSpecifier::GenericKey(generic))
}

fn chain(
    number: usize,
    selector: &RequestSelector,
    method: Option<&Selection>,
    keys: &SourceKeys,
) -> Vec<Link> {
    let RequestSelector { headers, methods: _, path, source, query } = selector;
    let key = |position: usize| format!("rule-{number}-match-{position}");
    let named = |(position, SelectedValue { name, value }): (usize, &SelectedValue)| {
        of_header(key(position), name, value)
    };
    let asked = |(position, SelectedValue { name, value }): (usize, &SelectedValue)| {
        of_query(key(headers.len() + position), name, value)
    };
    let method = method.map(|method| of_header(format!("rule-{number}-method"), ":method", method));
    let path = path.as_ref().map(|path| of_path(format!("rule-{number}-path"), path));
    let source = source.iter().flat_map(|source| of_source(keys, source));
    let named = headers.iter().enumerate().map(named);
    named.chain(method).chain(path).chain(source).chain(query.iter().enumerate().map(asked)).collect()
}

fn link(key: String, value: Option<String>, action: ActionSpecifier) -> Link {
    Link { key, value, action: Action { action_specifier: Some(action) } }
}

fn of_header(key: String, name: &str, selection: &Selection) -> Link {
    let (value, is) = match selection {
        Selection::Is(value) => (value, true),
        Selection::IsNot(value) => (value, false),
        Selection::Each => {
            let any = RequestHeaders {
                header_name: name.to_owned(),
                descriptor_key: key.clone(),
                ..RequestHeaders::default()
            };
            return link(key, None, ActionSpecifier::RequestHeaders(any));
        }
    };
    compared(key, header(&ValueMatch { name: name.to_owned(), value: value.clone() }), is)
}

fn compared(key: String, header: HeaderMatcher, is: bool) -> Link {
    let matched = HeaderValueMatch {
        descriptor_key: key.clone(),
        descriptor_value: key.clone(),
        expect_match: Some(is),
        headers: vec![header],
        ..HeaderValueMatch::default()
    };
    link(key.clone(), Some(key), ActionSpecifier::HeaderValueMatch(matched))
}

fn of_query(key: String, name: &str, selection: &Selection) -> Link {
    let (value, is) = match selection {
        Selection::Is(value) => (value, true),
        Selection::IsNot(value) => (value, false),
        Selection::Each => {
            let any = QueryParameters {
                query_parameter_name: name.to_owned(),
                descriptor_key: key.clone(),
                ..QueryParameters::default()
            };
            return link(key, None, ActionSpecifier::QueryParameters(any));
        }
    };
    let parameter = query_parameter(&ValueMatch { name: name.to_owned(), value: value.clone() });
    let matched = QueryParameterValueMatch {
        descriptor_key: key.clone(),
        descriptor_value: key.clone(),
        expect_match: Some(is),
        query_parameters: vec![parameter],
        ..QueryParameterValueMatch::default()
    };
    link(key.clone(), Some(key), ActionSpecifier::QueryParameterValueMatch(matched))
}

/// The path is compared as it is sent. A prefix ends where a segment or the path does.
fn of_path(key: String, SelectedPath { path, is_not }: &SelectedPath) -> Link {
    let value = match path {
        PathMatch::Exact(path) => StringMatch::Exact(path.clone()),
        PathMatch::Regex(regex) => StringMatch::Regex(regex.clone()),
        PathMatch::Prefix(prefix) => StringMatch::Regex(beginning(prefix)),
    };
    compared(key, header(&ValueMatch { name: ":path".to_owned(), value }), !is_not)
}

/// A regular expression for paths that begin with these segments, as they are sent.
pub(super) fn beginning(prefix: &str) -> String {
    format!(r"^{}(/.*|\?.*|#.*|;.*|$)", literal(prefix.strip_suffix('/').unwrap_or(prefix)))
}

/// The network and, where each address is counted for itself, the address.
fn of_source(
    SourceKeys { network: key, address }: &SourceKeys,
    SelectedSource { network, is_not, each }: &SelectedSource,
) -> Vec<Link> {
    let Network { address: first, prefix } = network;
    let invert = if *is_not { "invert:" } else { "" };
    let name = format!("{invert}{first}/{prefix}");
    let matched = |key: &str, value: &str| {
        let range =
            xds_core::CidrRange { address_prefix: first.clone(), prefix_len: Some(u32::from(*prefix)) };
        let addresses = matcher::AddressMatcher { ranges: vec![range], invert_match: *is_not };
        ActionSpecifier::RemoteAddressMatch(RemoteAddressMatch {
            descriptor_key: key.to_owned(),
            descriptor_value: value.to_owned(),
            address_matcher: Some(addresses),
            ..RemoteAddressMatch::default()
        })
    };
    let mut links = vec![link(key.clone(), Some(name.clone()), matched(key, &name))];
    if *each {
        links.push(link(address.clone(), None, matched(address, CLIENT)));
    }
    links
}
