//! Whether a route matches a request, and what does not.

use eg_ir::{
    Name,
    route::{HttpRoute, PathMatch, RouteMatch, StringMatch, ValueMatch, VirtualHost},
};
use regex::Regex;
use serde::Serialize;

use super::request::Seen;

/// Why something does not serve a request: the first thing that does not fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "type")]
#[non_exhaustive]
pub enum Mismatch {
    /// The listener is at another port.
    Port {
        /// The ports at which clients reach it.
        listens: Vec<u16>,
    },
    /// One side speaks TLS, the other does not.
    Tls {
        /// Whether TLS is spoken here.
        spoken: bool,
    },
    /// TLS asks for another server name.
    ServerName {
        /// The names that are served.
        expected: Vec<Name>,
        /// The name that is asked for.
        #[serde(skip_serializing_if = "Option::is_none")]
        found: Option<String>,
    },
    /// It closes its connections, because it has no routes.
    Unrouted,
    /// The host is another one.
    Host {
        /// The hosts that are served.
        expected: Vec<Name>,
        /// The host of the request.
        found: String,
    },
    /// The path does not match.
    Path {
        /// What it must be.
        expected: PathMatch,
        /// The normalised path of the request.
        found: String,
    },
    /// A header, query parameter or cookie does not match.
    Value {
        /// Which of them.
        place: Place,
        /// Its name.
        name: String,
        /// What it must be.
        expected: StringMatch,
        /// What it is, if the request has it.
        #[serde(skip_serializing_if = "Option::is_none")]
        found: Option<String>,
    },
    /// It matches, but another route is tried before it.
    Precedence {
        /// The name of that route.
        route: Name,
    },
    /// It is not in force.
    Condition {
        /// The type of the condition that is false.
        condition: String,
        /// Its reason.
        reason: String,
        /// Its message.
        message: String,
    },
    /// It has an expression that this program cannot evaluate, other than a proxy.
    Unknown {
        /// The expression.
        expression: String,
    },
}

/// Where a named value is in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Place {
    /// The method.
    Method,
    /// A header.
    Header,
    /// A query parameter.
    Query,
    /// A cookie.
    Cookie,
}

/// The first route of a virtual host that matches.
pub(super) fn first_match<'i>(host: &'i VirtualHost, seen: &Seen) -> Option<&'i HttpRoute> {
    host.routes.values().map(AsRef::as_ref).find(|route| mismatch(&route.matches, seen).is_none())
}

/// The first condition that a request does not meet: path, then headers, query parameters and cookies.
pub(super) fn mismatch(matches: &RouteMatch, seen: &Seen) -> Option<Mismatch> {
    let RouteMatch { path, headers, query, cookies } = matches;
    let values = [(Place::Header, headers), (Place::Query, query), (Place::Cookie, cookies)];
    path.as_ref().and_then(|path| path_mismatch(path, &seen.path)).or_else(|| {
        let mut values =
            values.into_iter().flat_map(|(place, list)| list.iter().map(move |one| (place, one)));
        values.find_map(|(place, value)| value_mismatch(place, value, seen))
    })
}

fn path_mismatch(expected: &PathMatch, path: &str) -> Option<Mismatch> {
    let holds = match expected {
        PathMatch::Exact(exact) => path == exact,
        PathMatch::Prefix(prefix) if prefix == "/" => path.starts_with('/'),
        PathMatch::Prefix(prefix) => {
            path.strip_prefix(prefix.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        }
        PathMatch::Regex(expression) => match whole(expression) {
            Some(regex) => regex.is_match(path),
            None => return Some(Mismatch::Unknown { expression: expression.clone() }),
        },
    };
    (!holds).then(|| Mismatch::Path { expected: expected.clone(), found: path.to_owned() })
}

fn value_mismatch(place: Place, ValueMatch { name, value }: &ValueMatch, seen: &Seen) -> Option<Mismatch> {
    let found = match place {
        Place::Header | Place::Method => seen.headers.get(&name.to_ascii_lowercase()),
        Place::Query => seen.query.get(name),
        Place::Cookie => seen.cookies.get(name),
    };
    let compared = found.map(|found| equals(value, found));
    if let (Some(None), StringMatch::Regex(expression)) = (compared, value) {
        return Some(Mismatch::Unknown { expression: expression.clone() });
    }
    let holds = compared.flatten() == Some(true);
    (!holds).then(|| Mismatch::Value {
        place: if name == ":method" { Place::Method } else { place },
        name: name.clone(),
        expected: value.clone(),
        found: found.cloned(),
    })
}

/// Whether a text is as it must be; `None` for an expression that cannot be evaluated here.
pub(super) fn equals(expected: &StringMatch, text: &str) -> Option<bool> {
    Some(match expected {
        StringMatch::Exact(exact) => text == exact,
        StringMatch::Prefix(prefix) => text.starts_with(prefix.as_str()),
        StringMatch::Suffix(suffix) => text.ends_with(suffix.as_str()),
        StringMatch::Regex(expression) => whole(expression)?.is_match(text),
    })
}

/// An expression that must match a whole text. A few that proxies know cannot be evaluated here.
fn whole(expression: &str) -> Option<Regex> {
    Regex::new(&format!("^(?:{expression})$")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::{Request, path::Normalised, path::normalise};

    fn seen(url: &str, headers: &[&str]) -> Seen {
        let request = headers
            .iter()
            .fold(Request::parse(url).unwrap(), |request, header| request.with_header_text(header).unwrap());
        let Normalised::Path(path) = normalise(&request.path) else { panic!("{url}") };
        Seen::new(&request, path)
    }

    #[track_caller]
    fn check_path(path: PathMatch, good: &[&str], bad: &[&str]) {
        let matches = RouteMatch { path: Some(path), ..RouteMatch::default() };
        for (paths, holds) in [(good, true), (bad, false)] {
            for path in paths {
                let found = mismatch(&matches, &seen(&format!("http://a{path}"), &[]));
                assert_eq!(found.is_none(), holds, "{matches:?} {path}");
            }
        }
    }

    #[test]
    fn paths_match_as_in_envoy() {
        check_path(PathMatch::Exact("/a".into()), &["/a", "/a?x=1", "/b/../a"], &["/a/", "/A", "/ab"]);
        check_path(PathMatch::Prefix("/a".into()), &["/a", "/a/", "/a/b?x", "//a"], &["/ab", "/", "/A"]);
        check_path(PathMatch::Prefix("/".into()), &["/", "/x"], &[]);
        check_path(PathMatch::Regex("/v[0-9]+|/x".into()), &["/v12", "/x"], &["/v1/a", "/v", "/xx"]);
    }

    #[test]
    fn values_match_whole_texts() {
        let exact = |name: &str, value: &str| ValueMatch {
            name: name.into(),
            value: StringMatch::Exact(value.into()),
        };
        let regex = ValueMatch { name: "v".into(), value: StringMatch::Regex("[0-9]+".into()) };
        let matches = RouteMatch {
            headers: vec![exact("X-Env", "a"), exact(":method", "GET")],
            query: vec![regex],
            cookies: vec![exact("c", "1")],
            ..RouteMatch::default()
        };
        let good = ["x-env=a", "cookie=c=1"];
        assert_eq!(mismatch(&matches, &seen("http://a/?v=12", &good)), None);
        let place = |url: &str, headers: &[&str]| match mismatch(&matches, &seen(url, headers)) {
            Some(Mismatch::Value { place, name, found, .. }) => (place, name, found),
            other => panic!("{other:?}"),
        };
        assert_eq!(place("http://a/?v=12", &[]), (Place::Header, "X-Env".to_owned(), None));
        assert_eq!(place("http://a/?v=1x", &good), (Place::Query, "v".to_owned(), Some("1x".to_owned())));
        assert_eq!(place("http://a/?v=1", &["x-env=a"]), (Place::Cookie, "c".to_owned(), None));
        let twice = ["x-env=a", "x-env=b", "cookie=c=1"];
        assert_eq!(place("http://a/?v=1", &twice).2.as_deref(), Some("a,b"));
    }
}
