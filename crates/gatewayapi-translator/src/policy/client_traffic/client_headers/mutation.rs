//! Changes of headers: additions first, then replacements, defaults and removals.

use eg_api::{gateway::HttpHeader, v1alpha1::HttpHeaderFilter};
use eg_ir::listener::HeaderMutation;

use crate::{header, policy::reading::Reading};

/// Makes a mutation of a name and a value.
type Make = fn(String, String) -> HeaderMutation;

/// The changes that a filter makes, those left out that cannot be made.
pub(super) fn lower(filter: &HttpHeaderFilter, mut reading: Reading<'_>) -> Vec<HeaderMutation> {
    let HttpHeaderFilter { add, add_if_absent, remove, remove_on_match, set } = filter;
    let mut mutations = Vec::new();
    let lists: [(&[HttpHeader], &'static str, Make); 3] = [
        (add, "add", |name, value| HeaderMutation::Append { name, value }),
        (set, "set", |name, value| HeaderMutation::Set { name, value }),
        (add_if_absent, "addIfAbsent", |name, value| HeaderMutation::AddIfAbsent { name, value }),
    ];
    let mut named: Vec<&str> = Vec::new();
    for (headers, field, make) in lists {
        for (position, HttpHeader { name, value }) in headers.iter().enumerate() {
            let checked = header::check_name(name).and_then(|()| header::check_value(name, value));
            if reading.at(field).nth(position).value(checked).is_some()
                && !named.iter().any(|known| known.eq_ignore_ascii_case(name))
            {
                named.push(name);
                mutations.push(make(name.clone(), value.clone()));
            }
        }
    }
    let mut removed: Vec<&str> = Vec::new();
    for (position, name) in remove.iter().enumerate() {
        if name.is_empty() {
            reading.at("remove").nth(position).refuse(header::NEEDS_NAME);
        } else if !removed.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            removed.push(name);
            mutations.push(HeaderMutation::Remove(name.clone()));
        }
    }
    let mut reading = reading.at("removeOnMatch");
    let matchers = remove_on_match.iter().enumerate();
    let matchers = matchers.filter_map(|(position, matcher)| reading.nth(position).text(matcher));
    mutations.extend(matchers.map(HeaderMutation::RemoveOnMatch));
    mutations
}
