//! The order in which the routes of a virtual host are tried.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::{PathMatch, RouteMatch, StringMatch, ValueMatch};
use crate::Name;

/// The place of a route in its virtual host: the more specific match goes first, ties keep the order of the rules.
///
/// The rules are those of Gateway API (`HTTPRouteMatch`): exact paths, then regular expressions, then prefixes; longer
/// paths first; then the number of headers, of exact headers, of cookies, of exact cookies, of query parameters and of
/// exact query parameters, most first. A prefix of `/` counts as no path.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RouteOrder {
    /// How specific the match is, most specific first; all zero where the user wants routes in the order written.
    pub specificity: Reverse<[u32; 8]>,
    /// When the route object was created, in seconds since 1970; older ones first.
    pub created: i64,
    /// The namespace of the route object.
    pub namespace: Name,
    /// The name of the route object.
    pub name: Name,
    /// The kind of the route object.
    pub kind: Name,
    /// The position of the rule, and of the match in the rule.
    pub position: (u32, u32),
    /// The name of the gateway listener, for a route that is attached to several that share a virtual host.
    pub listener: Name,
}

impl RouteOrder {
    /// How specific a match is.
    pub fn specificity(matches: &RouteMatch) -> Reverse<[u32; 8]> {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let exact = |values: &[ValueMatch]| {
            count(values.iter().filter(|value| matches!(value.value, StringMatch::Exact(_))).count())
        };
        let (kind, length) = match &matches.path {
            Some(PathMatch::Exact(path)) => (2, path.len()),
            Some(PathMatch::Regex(path)) => (1, path.len()),
            Some(PathMatch::Prefix(path)) if path == "/" => (0, 0),
            Some(PathMatch::Prefix(path)) => (0, path.len()),
            None => (0, 0),
        };
        Reverse([
            kind,
            count(length),
            count(matches.headers.len()),
            exact(&matches.headers),
            count(matches.cookies.len()),
            exact(&matches.cookies),
            count(matches.query.len()),
            exact(&matches.query),
        ])
    }
}

/// Serialises an ordered map of routes as the list of its entries, because text formats want text as keys.
pub(super) mod as_list {
    use std::sync::Arc;

    use imbl::OrdMap;
    use serde::{Deserialize, Deserializer, Serializer};

    use super::{super::HttpRoute, RouteOrder};

    pub(in crate::route) fn serialize<S: Serializer>(
        routes: &OrdMap<RouteOrder, Arc<HttpRoute>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(routes.values())
    }

    /// Reads routes in the order in which they are tried.
    pub(in crate::route) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<OrdMap<RouteOrder, Arc<HttpRoute>>, D::Error> {
        let routes = Vec::<Arc<HttpRoute>>::deserialize(deserializer)?;
        let ordered = (0..).zip(routes).map(|(position, route)| {
            (RouteOrder { position: (position, 0), ..RouteOrder::default() }, route)
        });
        Ok(ordered.collect())
    }

    #[cfg(test)]
    mod tests {
        use super::super::super::VirtualHost;

        #[test]
        fn routes_keep_their_order_through_json() {
            let json = serde_json::json!({
                "name": "h", "domain": "*",
                "routes": [{"name": "b"}, {"name": "a"}],
            });
            let host: VirtualHost = serde_json::from_value(json).unwrap();
            let names: Vec<_> = host.routes.values().map(|route| route.name.to_string()).collect();
            assert_eq!(names, ["b", "a"]);
            let again = serde_json::to_value(&host).unwrap();
            assert_eq!(serde_json::from_value::<VirtualHost>(again).unwrap(), host);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(path: Option<PathMatch>, headers: usize) -> Reverse<[u32; 8]> {
        let header = ValueMatch { name: "a".into(), value: StringMatch::Exact("b".into()) };
        RouteOrder::specificity(&RouteMatch { path, headers: vec![header; headers], ..RouteMatch::default() })
    }

    #[test]
    fn specific_matches_go_first() {
        let ordered = [
            order(Some(PathMatch::Exact("/a".into())), 0),
            order(Some(PathMatch::Regex("/a.*".into())), 9),
            order(Some(PathMatch::Prefix("/abc".into())), 0),
            order(Some(PathMatch::Prefix("/ab".into())), 1),
            order(Some(PathMatch::Prefix("/ab".into())), 0),
            order(Some(PathMatch::Prefix("/".into())), 1),
            order(None, 0),
        ];
        assert!(ordered.is_sorted());
    }
}
