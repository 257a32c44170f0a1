//! What a listener does to headers before a route is chosen, and what it answers by itself.
//!
//! API: `ClientTrafficPolicy.spec.headers` and `healthCheck`. Values with Envoy's command operators are taken as they are written.

use std::borrow::Cow;

use eg_ir::{
    listener::{ClientHeaders, ClientHealthCheck, HeaderMutation, Underscores},
    route::StringMatch,
};

use super::{
    Outcome, Request,
    matching::equals,
    request::{Seen, split_port},
};

/// The request as routes see it, or what is answered instead.
pub(super) fn received<'r>(
    request: &'r Request,
    headers: &ClientHeaders,
) -> Result<Cow<'r, Request>, Outcome> {
    // The rest is of no consequence to routes.
    let ClientHeaders { underscores, early_request, strip_trailing_host_dot, .. } = headers;
    let mut request = Cow::Borrowed(request);
    let odd = request.headers.iter().find(|(name, _)| name.contains('_')).map(|(name, _)| name.clone());
    match (odd, underscores) {
        (Some(name), Underscores::Reject) => {
            let why = format!("the name of header `{name}` has an underscore");
            return Err(Outcome::Rejected { status: 400, why });
        }
        (Some(_), Underscores::Drop) => request.to_mut().headers.retain(|(name, _)| !name.contains('_')),
        _ => {}
    }
    for mutation in early_request {
        mutate(&mut request.to_mut().headers, mutation);
    }
    if *strip_trailing_host_dot {
        let (host, port) = split_port(&request.authority);
        if let Some(host) = host.strip_suffix('.') {
            let port = port.map(|port| format!(":{port}")).unwrap_or_default();
            let authority = format!("{host}{port}");
            request.to_mut().authority = authority;
        }
    }
    Ok(request)
}

/// What is answered to a health check of what is in front of the proxies, by proxies that are not draining.
pub(super) fn health(seen: &Seen, check: Option<&ClientHealthCheck>) -> Option<Outcome> {
    let asks = check.is_some_and(|check| check.path == seen.path && seen.query_text.is_empty());
    asks.then_some(Outcome::Answered { status: 200, body: None })
}

fn mutate(headers: &mut Vec<(String, String)>, mutation: &HeaderMutation) {
    let is_there = |headers: &[(String, String)], name: &str| {
        headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name))
    };
    match mutation {
        HeaderMutation::AddIfAbsent { name, .. } if is_there(headers, name) => {}
        HeaderMutation::Append { name, value } | HeaderMutation::AddIfAbsent { name, value } => {
            headers.push((name.clone(), value.clone()));
        }
        HeaderMutation::Set { name, value } => {
            headers.retain(|(own, _)| !own.eq_ignore_ascii_case(name));
            headers.push((name.clone(), value.clone()));
        }
        HeaderMutation::Remove(name) => headers.retain(|(own, _)| !own.eq_ignore_ascii_case(name)),
        HeaderMutation::RemoveOnMatch(pattern) => headers.retain(|(own, _)| !fits(pattern, own)),
    }
}

fn fits(pattern: &StringMatch, name: &str) -> bool {
    equals(pattern, &name.to_ascii_lowercase()) == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(headers: &ClientHeaders, url: &str, sent: &[(&str, &str)]) -> Result<(String, String), u16> {
        let request = Request::parse(url).unwrap();
        let request = sent.iter().fold(request, |request, (name, value)| request.with_header(name, value));
        match received(&request, headers) {
            Ok(request) => {
                let headers: Vec<String> =
                    request.headers.iter().map(|(name, value)| format!("{name}={value}")).collect();
                Ok((request.authority.clone(), headers.join(" ")))
            }
            Err(Outcome::Rejected { status, .. }) => Err(status),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn underscores_are_refused_dropped_or_let_through() {
        let with = |underscores| ClientHeaders { underscores, ..ClientHeaders::default() };
        let sent = [("a_b", "1"), ("c", "2")];
        let headers = |underscores| after(&with(underscores), "http://h", &sent).map(|(_, headers)| headers);
        assert_eq!(headers(Underscores::Reject), Err(400));
        assert_eq!(headers(Underscores::Drop), Ok("c=2".to_owned()));
        assert_eq!(headers(Underscores::Allow), Ok("a_b=1 c=2".to_owned()));
    }

    #[test]
    fn early_changes_are_made_in_order() {
        let (name, value) = (|text: &str| text.to_owned(), "v".to_owned());
        let early_request = vec![
            HeaderMutation::AddIfAbsent { name: name("a"), value: value.clone() },
            HeaderMutation::AddIfAbsent { name: name("b"), value: value.clone() },
            HeaderMutation::Append { name: name("b"), value: value.clone() },
            HeaderMutation::Set { name: name("C"), value },
            HeaderMutation::Remove(name("D")),
            HeaderMutation::RemoveOnMatch(StringMatch::Suffix("-tmp".to_owned())),
        ];
        let headers =
            ClientHeaders { early_request, strip_trailing_host_dot: true, ..ClientHeaders::default() };
        let sent = [("A", "1"), ("c", "1"), ("d", "1"), ("x-TMP", "1")];
        let seen = after(&headers, "http://h.example.:81", &sent);
        assert_eq!(seen, Ok(("h.example:81".to_owned(), "A=1 b=v b=v C=v".to_owned())));
    }
}
