//! Rules of rate limits: the requests that count, and how many there may be.

use eg_api::v1alpha1::{
    HeaderMatch, MethodMatch, PathMatch, QueryParamMatch, RateLimitCost, RateLimitRule as Written,
    RateLimitSelectCondition, RateLimitValue, SourceMatch,
};
use eg_ir::route::{
    Network, PathMatch as Path, RateLimit, RateLimitRule, RateUnit, RequestSelector, SelectedPath,
    SelectedSource, SelectedValue, Selection, StringMatch,
};
use ipnet::IpNet;

use crate::policy::reading::Reading;

const UNITS: &[(&str, RateUnit)] = &[
    ("Second", RateUnit::Second),
    ("Minute", RateUnit::Minute),
    ("Hour", RateUnit::Hour),
    ("Day", RateUnit::Day),
    ("Week", RateUnit::Week),
    ("Month", RateUnit::Month),
    ("Year", RateUnit::Year),
];

const TOLD: &[(&str, bool)] = &[("Off", false), ("DraftVersion03", true)];

/// A rule, unless something is wrong with it.
pub(super) fn rule(written: &Written, mut reading: Reading<'_>) -> Option<RateLimitRule> {
    // Who else counts together is known where the rules are.
    let Written { client_selectors, cost, limit, shadow_mode, shared: _, x_rate_limit_headers } = written;
    let RateLimitValue { from_metadata: _, requests, unit } = limit;
    let mut at = reading.at("limit");
    let limit = at.count("requests", Some(*requests)).zip(at.at("unit").word(unit, UNITS));
    let mut at = reading.at("clientSelectors");
    let selectors = client_selectors.iter().enumerate();
    let selectors = selectors.filter_map(|(position, written)| selector(written, at.nth(position))).collect();
    let cost = cost.as_ref().and_then(|cost| counted(cost, reading.at("cost")));
    let is_told = reading.one_of("xRateLimitHeaders", x_rate_limit_headers.as_ref(), TOLD);
    let (requests, unit) = limit?;
    let limit = RateLimit { requests, unit };
    Some(RateLimitRule { selectors, limit, cost, shadow: shadow_mode.unwrap_or_default(), is_told })
}

/// How much a request counts.
fn counted(RateLimitCost { request, response: _ }: &RateLimitCost, mut reading: Reading<'_>) -> Option<u64> {
    let number = request.as_ref()?.number?;
    let known = u64::try_from(number).map_err(|_| format!("expected no negative number, found {number}"));
    reading.at("request").at("number").value(known)
}

fn selector(written: &RateLimitSelectCondition, mut reading: Reading<'_>) -> Option<RequestSelector> {
    let RateLimitSelectCondition { headers, methods, path, query_params, source_cidr } = written;
    if *written == RateLimitSelectCondition::default() {
        reading.refuse("expected a condition on headers, method, path, address or query parameters");
        return None;
    }
    let mut at = reading.at("headers");
    let each = headers.iter().enumerate();
    let headers = each.filter_map(|(position, HeaderMatch { invert, name, r#type, value })| {
        let value = selection(r#type.as_deref(), value.as_ref(), *invert, at.nth(position))?;
        Some(SelectedValue { name: name.clone(), value })
    });
    let headers = headers.collect();
    let mut at = reading.at("queryParams");
    let each = query_params.iter().enumerate();
    let query = each.filter_map(|(position, QueryParamMatch { invert, name, r#type, value })| {
        let value = selection(r#type.as_deref(), value.as_ref(), *invert, at.nth(position))?;
        Some(SelectedValue { name: name.clone(), value })
    });
    let query = query.collect();
    let methods = methods.iter().map(|MethodMatch { invert, value }| {
        turned(StringMatch::Exact(value.clone()), invert.unwrap_or_default())
    });
    Some(RequestSelector {
        headers,
        methods: methods.collect(),
        path: path.as_ref().and_then(|path| of_path(path, reading.at("path"))),
        source: source_cidr.as_ref().and_then(|source| of_source(source, reading.at("sourceCIDR"))),
        query,
    })
}

/// A condition, or its contrary.
fn turned(value: StringMatch, invert: bool) -> Selection {
    if invert { Selection::IsNot(value) } else { Selection::Is(value) }
}

fn selection(
    r#type: Option<&str>,
    value: Option<&String>,
    invert: Option<bool>,
    mut reading: Reading<'_>,
) -> Option<Selection> {
    let invert = invert.unwrap_or_default();
    match (r#type, value) {
        (Some("Distinct"), _) if invert => {
            reading.at("invert").refuse("of type `Distinct` there is no contrary");
            None
        }
        (Some("Distinct"), _) => Some(Selection::Each),
        (r#type, Some(value)) => Some(turned(reading.compared(r#type, value)?, invert)),
        (_, None) => {
            reading.at("value").refuse("expected a value to compare with");
            None
        }
    }
}

fn of_path(
    PathMatch { invert, r#type, value }: &PathMatch,
    mut reading: Reading<'_>,
) -> Option<SelectedPath> {
    let path = match r#type.as_deref() {
        None | Some("PathPrefix") => Path::Prefix(value.clone()),
        Some("Exact") => Path::Exact(value.clone()),
        Some("RegularExpression") => Path::Regex(reading.expression(value)?),
        Some(other) => {
            reading.at("type").refuse(format!("`{other}` is not a way to compare"));
            return None;
        }
    };
    Some(SelectedPath { path, is_not: invert.unwrap_or_default() })
}

fn of_source(
    SourceMatch { invert, r#type, value }: &SourceMatch,
    mut reading: Reading<'_>,
) -> Option<SelectedSource> {
    let network = value.parse::<IpNet>().map_err(|_| format!("`{value}` is no range of addresses"));
    let network = reading.at("value").value(network)?.trunc();
    Some(SelectedSource {
        network: Network { address: network.addr().to_string(), prefix: network.prefix_len() },
        is_not: invert.unwrap_or_default(),
        each: r#type.as_deref() == Some("Distinct"),
    })
}
