//! The order in which the routes of a virtual host are tried.

use std::{
    cmp::{Ordering, Reverse},
    fmt,
    ops::Deref,
    sync::Arc,
};

use eg_diag::ObjectRef;
use serde::{Deserialize, Serialize};

use super::{PathMatch, RouteMatch, StringMatch, ValueMatch};
use crate::{Name, Origin};

/// The place of a route in its virtual host: the more specific match goes first, ties keep the order of the rules.
///
/// The rules are those of Gateway API (`HTTPRouteMatch`): exact paths, then regular expressions, then prefixes; longer
/// paths first; then the number of headers, of exact headers, of cookies, of exact cookies, of query parameters and of
/// exact query parameters, most first. A prefix of `/` counts as no path.
///
/// It is one pointer wide, because every collection of routes has it as key.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RouteOrder(Arc<RoutePlace>);

/// What a [`RouteOrder`] is made of, the weightiest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutePlace {
    /// How specific the match is, most specific first; all zero where the user wants routes in the order written.
    pub specificity: Reverse<[u32; 8]>,
    /// When the route object was created, in seconds since 1970; older ones first.
    pub created: i64,
    /// The route object: its namespace, its name, then its kind.
    pub route: ObjectRef,
    /// The position of the rule, and of the match in the rule.
    pub position: (u32, u32),
    /// The name of the gateway listener, for a route that is attached to several that share a virtual host.
    pub listener: Name,
}

impl Deref for RouteOrder {
    type Target = RoutePlace;

    fn deref(&self) -> &RoutePlace {
        &self.0
    }
}

impl From<RoutePlace> for RouteOrder {
    fn from(place: RoutePlace) -> Self {
        Self(Arc::new(place))
    }
}

impl fmt::Debug for RouteOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl Ord for RouteOrder {
    /// That of the places; copies of one order are equal without a look at it.
    fn cmp(&self, other: &Self) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) { Ordering::Equal } else { self.0.cmp(&other.0) }
    }
}

impl PartialOrd for RouteOrder {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Default for RoutePlace {
    fn default() -> Self {
        Self {
            specificity: Reverse::default(),
            created: 0,
            route: Origin::default().object,
            position: (0, 0),
            listener: Name::default(),
        }
    }
}

impl Ord for RoutePlace {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_route = || {
            let (one, other) = (&self.route, &other.route);
            if one == other {
                return Ordering::Equal;
            }
            let by_name = || one.name.cmp(&other.name);
            one.namespace.cmp(&other.namespace).then_with(by_name).then_with(|| one.kind.cmp(&other.kind))
        };
        let weightiest = (self.specificity, self.created).cmp(&(other.specificity, other.created));
        weightiest
            .then_with(by_route)
            .then_with(|| (self.position, &self.listener).cmp(&(other.position, &other.listener)))
    }
}

impl PartialOrd for RoutePlace {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl RoutePlace {
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

    use serde::{Deserialize, Deserializer, Serializer};

    use super::{super::HttpRoute, RouteOrder, RoutePlace};
    use crate::Ordered;

    pub(in crate::route) fn serialize<S: Serializer>(
        routes: &Ordered<RouteOrder, Arc<HttpRoute>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(routes.values())
    }

    /// Reads routes in the order in which they are tried.
    pub(in crate::route) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Ordered<RouteOrder, Arc<HttpRoute>>, D::Error> {
        let routes = Vec::<Arc<HttpRoute>>::deserialize(deserializer)?;
        let ordered = (0..).zip(routes).map(|(position, route)| {
            let place = RoutePlace { position: (position, 0), ..RoutePlace::default() };
            (RouteOrder::from(place), route)
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
        RoutePlace::specificity(&RouteMatch { path, headers: vec![header; headers], ..RouteMatch::default() })
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
