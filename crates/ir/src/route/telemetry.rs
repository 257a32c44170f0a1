//! What is observed of the requests of a route.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Fraction;
use crate::listener::SpanTag;

/// What is observed of the requests of a route.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RouteTelemetry {
    /// The name of the route's statistics, with operators for what is known of the route; absent keeps none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stat_name: Option<String>,
    /// How requests are traced, where the listener traces at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracing: Option<RouteTracing>,
}

/// How the requests of a route are traced; what is absent is as for all requests of the listener.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RouteTracing {
    /// The part of the requests that are traced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampling: Option<Fraction>,
    /// The part of the requests whose client wishes a trace that get one; absent is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_sampling: Option<Fraction>,
    /// The part of the requests that are traced at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overall_sampling: Option<Fraction>,
    /// Tags of spans by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, SpanTag>,
    /// The name of spans of requests that arrive, with command operators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The name of spans towards backends, with command operators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upstream_operation: Option<String>,
}
