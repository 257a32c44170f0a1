//! Rules of routes whose requests are HTTP.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use eg_api::gateway::SessionPersistence;
use eg_diag::{Diagnostic, FieldPath, ObjectRef};
use eg_ir::{
    Name, Origin,
    cluster::UpstreamProtocol,
    route::{HeaderEdits, HttpRoute as IrRoute, RouteAction, RouteMatch},
};

use super::{
    HttpRules, LoweredMatch, cors, direct_response,
    filter::{self, FilterCx, RuleDraft, TypedFilter},
    forward::{self, RuleBackend},
    redirect,
    route_match::{self, Positioned},
    session_persistence,
};
use crate::{
    engine::ReadCx,
    names, origin,
    policy::ancestor::Consumer,
    refs::RefCx,
    route::{
        kind::{Lowered, RouteKind},
        routing::{RouteRouting, RuleRouting},
    },
};

/// A rule of a route whose requests are HTTP.
pub(in crate::route) trait Rule {
    /// Its filters.
    type Filter: TypedFilter;

    /// Its backend references.
    type Backend: RuleBackend;

    /// What its requests are.
    const TRAFFIC: Traffic;

    /// The name that the user gave it.
    fn name(&self) -> Option<&str>;

    /// What is done to its requests.
    fn filters(&self) -> &[Self::Filter];

    /// Where its requests go.
    fn backends(&self) -> &[Self::Backend];

    /// Which requests it serves; `path` is where the rule is.
    fn matches(&self, path: &FieldPath) -> Result<Vec<Positioned>, Diagnostic>;

    /// How the requests of a session are kept at one endpoint.
    fn session(&self) -> Option<&SessionPersistence>;

    /// Adds what it says of time limits and of retries.
    fn limit(&self, path: &FieldPath, draft: &mut RuleDraft, problems: &mut Vec<Diagnostic>);
}

/// What requests are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::route) enum Traffic {
    Http,
    Grpc,
}

impl Traffic {
    /// What backends speak at least, whatever they say themselves.
    pub(super) fn protocol(self) -> UpstreamProtocol {
        match self {
            Self::Http => UpstreamProtocol::default(),
            Self::Grpc => UpstreamProtocol::Http2,
        }
    }

    /// The protocols to which connections may be upgraded, as the IR has them.
    fn upgrades(self) -> Option<Vec<Name>> {
        match self {
            Self::Http => None,
            Self::Grpc => Some(Vec::new()),
        }
    }
}

/// Where a rule is.
pub(super) struct RulePlace<'a> {
    /// The route, for one Gateway.
    pub(super) consumer: Consumer<'a>,
    pub(super) route: &'a ObjectRef,
    pub(super) traffic: Traffic,
    pub(super) routing: RuleRouting<'a>,
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
pub(in crate::route) fn lower<R: Rule>(
    cx: &ReadCx<'_>,
    consumer: Consumer<'_>,
    route: &impl RouteKind,
    rules: &[R],
) -> Lowered<HttpRules> {
    each(cx, consumer, route, rules, |place, rule, lowered| lower_rule(cx, place, rule, lowered))
}

/// The same after that panicked, which is a bug: a rule that does answers 500 to what it matches.
pub(in crate::route) fn refuse<R: Rule>(
    cx: &ReadCx<'_>,
    consumer: Consumer<'_>,
    route: &impl RouteKind,
    rules: &[R],
) -> Lowered<HttpRules> {
    each(cx, consumer, route, rules, |place, rule, lowered| {
        let mut alone = Lowered::default();
        if guarded(|| lower_rule(cx, place, rule, &mut alone)).is_none() {
            alone = Lowered::default();
            refuse_rule(cx, place, rule, &mut alone);
        }
        let Lowered { rules: HttpRules { created: _, matches, secrets }, count: _, problems, clusters } =
            alone;
        lowered.rules.matches.extend(matches);
        lowered.rules.secrets.extend(secrets);
        lowered.problems.extend(problems);
        lowered.clusters.extend(clusters);
    })
}

/// Goes over the rules of a route.
fn each<R: Rule>(
    cx: &ReadCx<'_>,
    consumer: Consumer<'_>,
    route: &impl RouteKind,
    rules: &[R],
    lower: impl Fn(&RulePlace<'_>, &R, &mut Lowered<HttpRules>),
) -> Lowered<HttpRules> {
    let created = route.meta().created().unwrap_or_default();
    let mut lowered = Lowered {
        rules: HttpRules { created, ..HttpRules::default() },
        count: rules.len(),
        ..Lowered::default()
    };
    let of_route = origin::of(route);
    let routing = RouteRouting::new(cx, consumer, route.hostnames());
    for (position, rule) in rules.iter().enumerate() {
        let name: Option<Name> = rule.name().map(Into::into);
        let place = RulePlace {
            consumer,
            route: consumer.object,
            traffic: R::TRAFFIC,
            routing: RuleRouting { of_route: &routing, rule: name.as_ref() },
            position,
            name: names::rule(consumer.object, position),
            path: FieldPath::spec().field("rules").index(position),
            origin: Origin { section: name.clone(), ..of_route.clone() },
        };
        lower(&place, rule, &mut lowered);
    }
    // There are as many of these as there are routes.
    lowered.rules.shrink();
    lowered.clusters.shrink_to_fit();
    lowered.problems.shrink_to_fit();
    lowered
}

/// Runs what may panic; nothing if it does. What it wrote until then is for the caller to judge.
fn guarded<T>(run: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(run)).ok()
}

/// Answers 500 to the requests of a rule. Filters say which these are, too, as far as they do not panic.
fn refuse_rule(cx: &ReadCx<'_>, place: &RulePlace<'_>, rule: &impl Rule, lowered: &mut Lowered<HttpRules>) {
    let mut draft = RuleDraft::default();
    let filter_cx = FilterCx { cx, refs: RefCx::new(cx, place.route), place };
    for filter in rule.filters() {
        guarded(|| filter::lower_all(&filter_cx, std::slice::from_ref(filter), &mut draft, &mut Vec::new()));
    }
    let matches = guarded(|| rule.matches(&place.path)).and_then(Result::ok).unwrap_or_default();
    if !draft.matches_nothing {
        let matches = route_match::with_cookies(matches, &draft.cookies);
        serve(place, matches, &direct_response::refused(), &RuleDraft::default(), lowered);
    }
}

fn lower_rule(cx: &ReadCx<'_>, place: &RulePlace<'_>, rule: &impl Rule, lowered: &mut Lowered<HttpRules>) {
    let mut problems = Vec::new();
    let mut draft = RuleDraft::default();
    let filter_cx = FilterCx { cx, refs: RefCx::new(cx, place.route), place };
    filter::lower_all(&filter_cx, rule.filters(), &mut draft, &mut problems);
    rule.limit(&place.path, &mut draft, &mut problems);
    match session_persistence::lower(rule.session(), &place.name, &place.path) {
        Ok(session) => draft.session = session,
        Err(problem) => problems.push(problem),
    }
    let matches = rule.matches(&place.path);
    let mut destination = forward::lower(&filter_cx, rule.backends(), &mut problems);
    forward::check_host(&mut destination, draft.rewrite.as_ref(), place, &mut problems);

    let matches = match matches {
        Ok(_) if draft.matches_nothing => Vec::new(),
        Ok(matches) => route_match::with_cookies(matches, &draft.cookies),
        Err(problem) => {
            problems.push(problem);
            Vec::new()
        }
    };
    let is_refused =
        draft.is_refused || problems.iter().any(|problem: &Diagnostic| problem.code.condition == "Accepted");
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
    serve(place, matches, &action, &draft, lowered);
    lowered.rules.secrets.append(&mut draft.secrets);
    lowered.problems.extend(problems.into_iter().map(|problem| (place.position, problem)));
}

/// Adds the routes of the matches of a rule.
fn serve(
    place: &RulePlace<'_>,
    matches: Vec<Positioned>,
    action: &RouteAction,
    draft: &RuleDraft,
    lowered: &mut Lowered<HttpRules>,
) {
    let routes = matches
        .into_iter()
        .flat_map(|(match_position, matches)| one_match(place, match_position, matches, action, draft));
    let placed = (0..)
        .zip(routes)
        .map(|(position, matched)| LoweredMatch { position: (place.number(), position), ..matched });
    lowered.rules.matches.extend(placed);
}

/// The route of a match, and the one for its preflights if they need one.
fn one_match(
    place: &RulePlace<'_>,
    position: Option<usize>,
    matches: RouteMatch,
    action: &RouteAction,
    draft: &RuleDraft,
) -> impl Iterator<Item = LoweredMatch> {
    let name = match position {
        Some(position) => names::route_match(&place.name, position),
        None => format!("{}/match/-1", place.name).into(),
    };
    let RuleDraft {
        request_headers,
        response_headers,
        rewrite,
        mirrors,
        timeout_ms,
        retry,
        extensions,
        cors,
        session,
        credential,
        ..
    } = draft;
    let lowered = |hash, route| LoweredMatch {
        position: (0, 0),
        hash,
        redirects_to_listener: matches!(action, RouteAction::Redirect(to) if redirect::follows_listener(to)),
        route: Arc::new(IrRoute {
            origin: place.origin.clone(),
            action: action.clone(),
            upgrades: place.traffic.upgrades(),
            cors: cors.clone(),
            ..route
        }),
    };
    let preflights = cors.as_ref().and_then(|_| cors::preflights(&matches)).map(|matches| {
        lowered(None, IrRoute { name: names::preflight(&name), matches, ..IrRoute::default() })
    });
    let hash = route_match::hash(&matches);
    let session = session.as_ref().map(|session| session_persistence::at(session, matches.path.as_ref()));
    let edits = |edits: &HeaderEdits| (!edits.is_empty()).then(|| Arc::new(edits.clone()));
    let route = IrRoute {
        name,
        matches,
        request_headers: edits(request_headers),
        response_headers: edits(response_headers),
        rewrite: rewrite.clone().map(Arc::new),
        mirrors: mirrors.clone(),
        timeout_ms: *timeout_ms,
        retry: retry.clone(),
        session_persistence: session.map(Box::new),
        credential_injection: credential.clone(),
        extensions: extensions.clone(),
        ..IrRoute::default()
    };
    std::iter::once(lowered(Some(hash), route)).chain(preflights)
}
