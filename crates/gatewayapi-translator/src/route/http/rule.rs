//! Rules of HTTPRoutes.

use std::sync::Arc;

use eg_api::gateway::{HttpRoute, HttpRouteRule};
use eg_diag::{Diagnostic, FieldPath, ObjectRef};
use eg_ir::{
    Name, Origin,
    route::{HttpRoute as IrRoute, RouteAction, RouteMatch},
};
use eg_resources::Object;

use super::{
    HttpRules, LoweredMatch, direct_response,
    filter::{self, FilterCx, RuleDraft},
    forward, redirect, retry, route_match, timeout,
};
use crate::{engine::ReadCx, names, origin, policy::ancestor::Consumer, refs::RefCx, route::kind::Lowered};

/// Where a rule is.
pub(super) struct RulePlace<'a> {
    /// The route, for one Gateway.
    pub(super) consumer: Consumer<'a>,
    pub(super) route: &'a ObjectRef,
    pub(super) position: usize,
    /// The name of the rule, which is that of its cluster.
    pub(super) name: Name,
    pub(super) path: FieldPath,
    pub(super) origin: Origin,
}

impl RulePlace<'_> {
    /// The position as the IR counts.
    pub(super) fn number(&self) -> u32 {
        u32::try_from(self.position).unwrap_or(u32::MAX)
    }
}

/// Lowers all rules of a route.
pub(super) fn lower(cx: &ReadCx<'_>, consumer: Consumer<'_>, route: &HttpRoute) -> Lowered<HttpRules> {
    let created = route.meta().created().unwrap_or_default();
    let mut lowered = Lowered {
        rules: HttpRules { created, matches: Vec::new() },
        count: route.spec.rules.len(),
        ..Lowered::default()
    };
    let of_route = origin::of(route);
    for (position, rule) in route.spec.rules.iter().enumerate() {
        let place = RulePlace {
            consumer,
            route: consumer.object,
            position,
            name: names::rule(consumer.object, position),
            path: FieldPath::spec().field("rules").index(position),
            origin: Origin { section: rule.name.as_deref().map(Into::into), ..of_route.clone() },
        };
        lower_rule(cx, &place, rule, &mut lowered);
    }
    lowered
}

fn lower_rule(
    cx: &ReadCx<'_>,
    place: &RulePlace<'_>,
    rule: &HttpRouteRule,
    lowered: &mut Lowered<HttpRules>,
) {
    let mut problems = Vec::new();
    let mut draft = RuleDraft::default();
    let filter_cx = FilterCx { cx, refs: RefCx::new(cx, place.route), place };
    filter::lower_all(&filter_cx, &rule.filters, &mut draft, &mut problems);
    let limits = timeout::lower(rule.timeouts.as_ref(), &place.path, &mut problems);
    match retry::lower(rule.retry.as_ref(), limits.backend_request, &place.path) {
        Ok(retry) => draft.retry = retry,
        Err(problem) => problems.push(problem),
    }
    // Without retries there is one attempt, whose limit is that of the whole exchange.
    let attempt = limits.backend_request.filter(|_| rule.retry.is_none());
    draft.timeout_ms = attempt.or(limits.request);
    let matches = route_match::lower(&rule.matches, &place.path);
    let destination = forward::lower(cx, place, &rule.backend_refs, &mut problems);

    let matches = match matches {
        Ok(matches) => matches,
        Err(problem) => {
            problems.push(problem);
            Vec::new()
        }
    };
    let is_refused = problems.iter().any(|problem: &Diagnostic| problem.code.condition == "Accepted");
    let action = match draft.action.take() {
        _ if is_refused => direct_response::refused(),
        Some(action) => action,
        None => {
            let (action, clusters) = destination.finish(place.number(), &place.origin);
            lowered.clusters.extend(clusters);
            action
        }
    };
    if matches!(action, RouteAction::Forward(_)) {
        lowered.clusters.append(&mut draft.clusters);
    } else {
        draft.mirrors.clear();
    }
    let routes = matches
        .into_iter()
        .map(|(match_position, matches)| one_match(place, match_position, matches, &action, &draft));
    lowered.rules.matches.extend(routes);
    lowered.problems.extend(problems.into_iter().map(|problem| (place.position, problem)));
}

fn one_match(
    place: &RulePlace<'_>,
    position: Option<usize>,
    matches: RouteMatch,
    action: &RouteAction,
    draft: &RuleDraft,
) -> LoweredMatch {
    let name = match position {
        Some(position) => names::route_match(&place.name, position),
        None => format!("{}/match/-1", place.name).into(),
    };
    let RuleDraft {
        request_headers, response_headers, rewrite, mirrors, timeout_ms, retry, extensions, ..
    } = draft;
    let number = position.and_then(|position| u32::try_from(position).ok()).unwrap_or_default();
    LoweredMatch {
        position: (place.number(), number),
        hash: route_match::hash(&matches),
        redirects_to_listener: matches!(action, RouteAction::Redirect(to) if redirect::follows_listener(to)),
        route: Arc::new(IrRoute {
            name,
            origin: place.origin.clone(),
            matches,
            action: action.clone(),
            request_headers: request_headers.clone(),
            response_headers: response_headers.clone(),
            rewrite: rewrite.clone(),
            mirrors: mirrors.clone(),
            timeout_ms: *timeout_ms,
            retry: retry.clone(),
            extensions: extensions.clone(),
            ..IrRoute::default()
        }),
    }
}
