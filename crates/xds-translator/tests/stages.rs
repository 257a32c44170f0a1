//! Stages see what changed, once, and cost nothing else its update.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use bytes::Bytes;
use eg_diag::ObjectRef;
use eg_ir::{
    Name, Origin, XdsIr,
    listener::{HttpServer, Listener},
    route::{
        DirectResponse, HttpRoute, PathMatch, RouteAction, RouteMatch, RouteOrder, RouteTable, VirtualHost,
    },
};
use eg_xds_translator::{
    Answer, BoxFuture, ModelDelta, Packed, Question, QuestionKey, ResourceType, STAGE_FAILED, Session,
    SliceKind, Stage, StageError, XdsTranslator,
    xds_api::pb::envoy::config::{core::v3 as core, listener::v3 as pb_listener, route::v3 as pb},
};
use proptest::prelude::*;
use prost::Message;

const TABLE: &str = "shop/web/http";

/// A stage whose answers the test gives.
#[derive(Debug)]
struct Told {
    name: &'static str,
    fails_open: bool,
    kind: SliceKind,
}

impl Stage for Told {
    fn name(&self) -> &str {
        self.name
    }

    fn wants(&self, kind: SliceKind) -> bool {
        kind == self.kind
    }

    fn fails_open(&self) -> bool {
        self.fails_open
    }

    fn ask(&self, _: Question) -> BoxFuture<Result<Option<Bytes>, StageError>> {
        Box::pin(async { Ok(None) })
    }
}

fn translator(stages: &[(&'static str, bool)]) -> XdsTranslator {
    telling(SliceKind::VirtualHost, stages)
}

/// A translator with stages that see slices of this kind.
fn telling(kind: SliceKind, stages: &[(&'static str, bool)]) -> XdsTranslator {
    let stages = stages
        .iter()
        .map(|(name, fails_open)| Arc::new(Told { name, fails_open: *fails_open, kind }) as Arc<dyn Stage>);
    XdsTranslator::default().with_stages(stages)
}

fn fails_closed() -> XdsTranslator {
    translator(&[("told", false)])
}

fn fails_open() -> XdsTranslator {
    translator(&[("told", true)])
}

/// Virtual hosts by domain; each answers with its status.
fn ir(hosts: &[(&str, u16)]) -> XdsIr {
    let origin =
        Origin::of(ObjectRef::new(eg_diag::kind!("gateway.networking.k8s.io", "Gateway"), "shop", "web"));
    let host = |(domain, status): &(&str, u16)| {
        let route = HttpRoute {
            name: format!("route/{domain}").into(),
            origin: origin.clone(),
            matches: RouteMatch { path: Some(PathMatch::Prefix("/".into())), ..RouteMatch::default() },
            action: RouteAction::DirectResponse(DirectResponse {
                status: *status,
                ..DirectResponse::default()
            }),
            ..HttpRoute::default()
        };
        let host = VirtualHost {
            name: format!("{TABLE}/{domain}").into(),
            domain: (*domain).into(),
            origin: origin.clone(),
            routes: [(RouteOrder::default(), Arc::new(route))].into_iter().collect(),
            ..VirtualHost::default()
        };
        (Name::from(*domain), Arc::new(host))
    };
    let table = RouteTable { name: TABLE.into(), virtual_hosts: hosts.iter().map(host).collect() };
    XdsIr { routes: [(Name::from(TABLE), Arc::new(table))].into_iter().collect(), ..XdsIr::default() }
}

fn served(session: &Session) -> pb::RouteConfiguration {
    let packed = session.model().get(ResourceType::Route, TABLE).expect("the table is there");
    pb::RouteConfiguration::decode(packed.body.clone()).expect("a route configuration")
}

/// The status with which each domain answers, and the names of its routes.
fn statuses(session: &Session) -> BTreeMap<String, u32> {
    let status = |host: &pb::VirtualHost| match &host.routes[0].action {
        Some(pb::route::Action::DirectResponse(response)) => response.status,
        other => panic!("{other:?}"),
    };
    served(session).virtual_hosts.iter().map(|host| (host.domains[0].clone(), status(host))).collect()
}

fn shows(session: &Session, expected: &[(&str, u32)]) {
    let expected: BTreeMap<String, u32> =
        expected.iter().map(|(domain, status)| ((*domain).to_owned(), *status)).collect();
    assert_eq!(statuses(session), expected);
}

/// The slice with another status.
fn with_status(question: &Question, add: u32) -> Answer {
    let mut host = pb::VirtualHost::decode(question.slice.clone()).expect("a virtual host");
    for route in &mut host.routes {
        if let Some(pb::route::Action::DirectResponse(response)) = &mut route.action {
            response.status += add;
        }
    }
    question.accept(Some(host.encode_to_vec().into())).expect("Envoy accepts it")
}

fn answer_all(session: &mut Session, delta: &ModelDelta, add: u32) -> ModelDelta {
    session.answer(delta.asked.iter().map(|question| (question.key.clone(), Ok(with_status(question, add)))))
}

fn only_key(delta: &ModelDelta) -> QuestionKey {
    assert_eq!(delta.asked.len(), 1, "{delta:?}");
    delta.asked[0].key.clone()
}

#[test]
fn an_answer_is_served_in_the_place_of_the_virtual_host() {
    let mut session = fails_closed().session();
    let delta = session.update(&ir(&[("a", 200), ("b", 200)]));
    assert_eq!(delta.asked.len(), 2);
    let delta = answer_all(&mut session, &delta, 4);
    shows(&session, &[("a", 204), ("b", 204)]);
    assert_eq!(delta.upserts.len(), 1);
    assert!(session.model().findings().next().is_none());
}

#[test]
fn until_the_first_answer_the_fail_mode_decides() {
    for (translator, status) in [(fails_closed(), 500), (fails_open(), 200)] {
        let mut session = translator.session();
        session.update(&ir(&[("a", 200)]));
        shows(&session, &[("a", status)]);
    }
}

#[test]
fn an_unrelated_edit_asks_nothing_again() {
    let mut session = fails_closed().session();
    let delta = session.update(&ir(&[("a", 200), ("b", 200)]));
    answer_all(&mut session, &delta, 4);
    let delta = session.update(&ir(&[("a", 200), ("b", 201)]));
    assert_eq!((delta.asked.len(), delta.forgotten.len()), (1, 1));
    // While nobody answers, the last form that was answered is served; the other host has its own.
    shows(&session, &[("a", 204), ("b", 204)]);
    answer_all(&mut session, &delta, 4);
    shows(&session, &[("a", 204), ("b", 205)]);
    assert!(session.update(&ir(&[("a", 200), ("b", 201)])).is_empty());
}

#[test]
fn a_hung_stage_delays_no_other_virtual_host() {
    let mut session = fails_closed().session();
    let delta = session.update(&ir(&[("a", 200)]));
    answer_all(&mut session, &delta, 4);
    let hung = session.update(&ir(&[("a", 201)]));
    let delta = session.update(&ir(&[("a", 201), ("b", 200)]));
    answer_all(&mut session, &delta, 4);
    shows(&session, &[("a", 204), ("b", 204)]);
    answer_all(&mut session, &hung, 4);
    shows(&session, &[("a", 205), ("b", 204)]);
}

#[test]
fn a_failure_keeps_what_was_answered_before_and_is_found() {
    let mut session = fails_closed().session();
    let delta = session.update(&ir(&[("a", 200)]));
    answer_all(&mut session, &delta, 4);
    let delta = session.update(&ir(&[("a", 201)]));
    let failed = session.answer([(only_key(&delta), Err("no answer".to_owned()))]);
    shows(&session, &[("a", 204)]);
    assert_eq!(failed.raised.len(), 1);
    assert_eq!(failed.raised[0].diagnostic.code, &STAGE_FAILED);
    assert_eq!(failed.raised[0].origin.object.to_string(), "Gateway shop/web");
    assert!(failed.raised[0].diagnostic.message.contains("told"), "{}", failed.raised[0].diagnostic.message);
    // The same failure again says nothing new, and a late answer is still one.
    assert!(session.answer([(only_key(&delta), Err("no answer".to_owned()))]).is_empty());
    let late = answer_all(&mut session, &delta, 4);
    assert_eq!(late.withdrawn.len(), 1);
    shows(&session, &[("a", 205)]);
}

#[test]
fn a_failure_of_a_stage_that_fails_open_leaves_the_virtual_host_as_it_is() {
    let mut session = fails_open().session();
    let delta = session.update(&ir(&[("a", 200)]));
    answer_all(&mut session, &delta, 4);
    let delta = session.update(&ir(&[("a", 201)]));
    session.answer([(only_key(&delta), Err("no answer".to_owned()))]);
    shows(&session, &[("a", 201)]);
    assert_eq!(session.model().findings().count(), 1);
}

#[test]
fn stages_see_what_the_ones_before_them_made() {
    let mut session = translator(&[("first", true), ("second", false)]).session();
    let first = session.update(&ir(&[("a", 200)]));
    assert_eq!(&*only_key(&first).stage, "first");
    shows(&session, &[("a", 500)]);
    let second = answer_all(&mut session, &first, 4);
    assert_eq!(&*only_key(&second).stage, "second");
    answer_all(&mut session, &second, 10);
    shows(&session, &[("a", 214)]);
}

#[test]
fn what_nobody_needs_is_forgotten() {
    let mut session = fails_closed().session();
    let delta = session.update(&ir(&[("a", 200), ("b", 200)]));
    let asked: BTreeSet<QuestionKey> = delta.asked.iter().map(|question| question.key.clone()).collect();
    let gone = session.update(&XdsIr::default());
    assert_eq!(gone.forgotten.into_iter().collect::<BTreeSet<_>>(), asked);
    // An answer that comes too late changes nothing.
    assert!(answer_all(&mut session, &delta, 4).is_empty());
}

#[test]
fn without_stages_nothing_is_asked() {
    let mut session = XdsTranslator::default().session();
    assert!(session.update(&ir(&[("a", 200)])).asked.is_empty());
    shows(&session, &[("a", 200)]);
}

/// Answers until nothing is asked any more.
fn settle(session: &mut Session, mut delta: ModelDelta) {
    while !delta.asked.is_empty() {
        delta = answer_all(session, &delta, 4);
    }
}

/// Lets stages answer, and proxies refuse tables in which something answers with 213, until nobody has anything to say.
/// Returns how many tables were refused.
fn converse(session: &mut Session, mut delta: ModelDelta) -> usize {
    let mut refused = 0;
    loop {
        settle(session, delta);
        let version = session.model().get(ResourceType::Route, TABLE).expect("the table is there").version;
        let routes = served(session).virtual_hosts.into_iter().flat_map(|host| host.routes);
        let is_bad = |route: &pb::Route| match &route.action {
            Some(pb::route::Action::DirectResponse(response)) => response.status == 213,
            _ => false,
        };
        if routes.into_iter().any(|route| is_bad(&route)) {
            refused += 1;
            assert!(refused < 20, "the search does not end");
            delta = session.refused(ResourceType::Route, TABLE, version, "no such status");
        } else if session.is_searching() {
            delta = session.accepted(ResourceType::Route, TABLE, version);
        } else {
            return refused;
        }
    }
}

#[test]
fn what_proxies_refuse_is_found_although_stages_have_a_say() {
    let mut session = fails_closed().session();
    let delta = session.update(&ir(&[("a", 200), ("b", 200)]));
    assert_eq!(converse(&mut session, delta), 0);

    // One that was good, and one that is new.
    let delta = session.update(&ir(&[("a", 201), ("b", 209), ("new", 209)]));
    assert!((1..10).contains(&converse(&mut session, delta)));
    shows(&session, &[("a", 205), ("b", 204), ("new", 504)]);
    let blamed: BTreeSet<_> =
        session.model().findings().filter_map(|finding| finding.node.domain.clone()).collect();
    assert_eq!(blamed, BTreeSet::from(["b".into(), "new".into()]));

    // Others go on, and a new form heals.
    let delta = session.update(&ir(&[("a", 202), ("b", 209), ("new", 209)]));
    assert_eq!(converse(&mut session, delta), 0);
    shows(&session, &[("a", 206), ("b", 204), ("new", 504)]);
    let delta = session.update(&ir(&[("a", 202), ("b", 203), ("new", 203)]));
    assert_eq!(converse(&mut session, delta), 0);
    shows(&session, &[("a", 206), ("b", 207), ("new", 207)]);
    assert!(session.model().findings().next().is_none());
}

#[test]
fn a_search_waits_for_stages_and_ends_with_a_change() {
    let mut session = fails_closed().session();
    let delta = session.update(&ir(&[("a", 200), ("b", 209)]));
    settle(&mut session, delta);
    let version =
        |session: &Session| session.model().get(ResourceType::Route, TABLE).map(|packed| packed.version);
    let shown = version(&session).expect("the table is there");
    let hunt = session.refused(ResourceType::Route, TABLE, shown, "no");
    assert!(session.is_searching() && !hunt.asked.is_empty());
    // Nothing else is shown before the stage answered, and what was said of it before says nothing new.
    assert_eq!(version(&session), Some(shown));
    assert!(session.refused(ResourceType::Route, TABLE, shown, "no").is_empty());
    let delta = session.update(&ir(&[("a", 200), ("b", 201)]));
    assert!(!session.is_searching());
    settle(&mut session, hunt);
    settle(&mut session, delta);
    shows(&session, &[("a", 204), ("b", 205)]);
}

#[test]
fn starting_over_asks_nothing_that_was_answered_and_serves_the_same() {
    let translator = translator(&[("first", true), ("second", false)]);
    let mut session = translator.session();
    let delta = session.update(&ir(&[("a", 200), ("b", 200)]));
    settle(&mut session, delta);
    // One waits for its first stage, one for its second, and one has the same content as before.
    let world = ir(&[("a", 201), ("b", 200), ("c", 200)]);
    let delta = session.update(&world);
    let about_c = delta.asked.iter().filter(|question| question.slice.windows(4).any(|at| at == b"te/c"));
    let answers = about_c.map(|question| (question.key.clone(), Ok(with_status(question, 4))));
    assert_eq!(session.answer(answers.collect::<Vec<_>>()).asked.len(), 1);
    shows(&session, &[("a", 208), ("b", 208), ("c", 500)]);
    let (scratch, delta) = session.start_over(&world);
    assert_eq!(scratch.model(), session.model());
    assert_eq!((delta.asked, delta.forgotten), (Vec::new(), Vec::new()));

    // What another world does not need is forgotten, and what is new to it is asked.
    let (mut scratch, delta) = session.start_over(&ir(&[("b", 202)]));
    assert_eq!((delta.asked.len(), delta.forgotten.len()), (1, 5), "{delta:?}");
    settle(&mut scratch, delta);
    shows(&scratch, &[("b", 210)]);
}

/// Listeners by name and port, and one that serves no HTTP.
fn listening(ports: &[(&str, u16)]) -> XdsIr {
    let listener = |(name, port): &(&str, u16)| {
        let http = HttpServer { name: (*name).into(), routes: TABLE.into(), ..HttpServer::default() };
        let listener = Listener {
            name: (*name).into(),
            address: "127.0.0.1".into(),
            port: *port,
            http: Some(Arc::new(http)),
            ..Listener::default()
        };
        (Name::from(*name), Arc::new(listener))
    };
    let stream =
        Listener { name: "stream".into(), address: "127.0.0.1".into(), port: 9, ..Listener::default() };
    let listeners = ports.iter().map(listener).chain([(Name::from("stream"), Arc::new(stream))]);
    XdsIr { listeners: listeners.collect(), ..XdsIr::default() }
}

/// The listeners that are served, with their ports and statistics prefixes.
fn sockets(session: &Session) -> Vec<(String, u32, String)> {
    let listener = |(name, packed): (&Name, &Arc<Packed>)| {
        let listener = pb_listener::Listener::decode(packed.body.clone()).expect("a listener");
        let Some(core::address::Address::SocketAddress(socket)) =
            listener.address.and_then(|address| address.address)
        else {
            panic!("{name} has no socket")
        };
        let Some(core::socket_address::PortSpecifier::PortValue(port)) = socket.port_specifier else {
            panic!("{name} has no port")
        };
        (name.to_string(), port, listener.stat_prefix)
    };
    session.model().resources(ResourceType::Listener).iter().map(listener).collect()
}

/// Answers that give each listener a prefix for its statistics.
fn prefixed(delta: &ModelDelta) -> Vec<(QuestionKey, Result<Answer, String>)> {
    let answer = |question: &Question| {
        let mut listener = pb_listener::Listener::decode(question.slice.clone()).expect("a listener");
        listener.stat_prefix = format!("of-{}", listener.name);
        let answer = question.accept(Some(listener.encode_to_vec().into()));
        (question.key.clone(), Ok(answer.expect("Envoy accepts it")))
    };
    delta.asked.iter().map(answer).collect()
}

fn socket(name: &str, port: u32, prefix: &str) -> (String, u32, String) {
    (name.to_owned(), port, prefix.to_owned())
}

#[test]
fn an_http_listener_is_served_as_it_was_answered() {
    for (fails_open, at_first) in [(false, vec![]), (true, vec![socket("a", 80, "")])] {
        let stream = || socket("stream", 9, "");
        let mut session = telling(SliceKind::HttpListener, &[("told", fails_open)]).session();
        let delta = session.update(&listening(&[("a", 80)]));
        assert_eq!(delta.asked.len(), 1, "the one for HTTP alone");
        assert_eq!(sockets(&session), [at_first, vec![stream()]].concat());
        session.answer(prefixed(&delta));
        assert_eq!(sockets(&session), [socket("a", 80, "of-a"), stream()]);

        // Another form waits for its answer; others do not.
        let world = listening(&[("a", 81), ("b", 82)]);
        let delta = session.update(&world);
        assert_eq!((delta.asked.len(), delta.forgotten.len()), (2, 1));
        let (about_b, about_a): (Vec<_>, Vec<_>) = prefixed(&delta)
            .into_iter()
            .zip(&delta.asked)
            .partition(|(_, question)| question.slice.windows(3).any(|at| at == b"\n\x01b"));
        session.answer(about_b.into_iter().map(|(answer, _)| answer));
        assert_eq!(sockets(&session), [socket("a", 80, "of-a"), socket("b", 82, "of-b"), stream()]);
        assert_eq!(session.start_over(&world).0.model(), session.model());

        // A failure is found; an answer after it is one all the same.
        let failed = about_a.iter().map(|((key, _), _)| (key.clone(), Err("no answer".to_owned())));
        let delta = session.answer(failed.collect::<Vec<_>>());
        assert_eq!(delta.raised.len(), 1, "{delta:?}");
        assert_eq!(delta.raised[0].diagnostic.code, &STAGE_FAILED);
        let expected = if fails_open { socket("a", 81, "") } else { socket("a", 80, "of-a") };
        assert_eq!(sockets(&session)[0], expected);
        let delta = session.answer(about_a.into_iter().map(|(answer, _)| answer));
        assert_eq!((delta.withdrawn.len(), &sockets(&session)[0]), (1, &socket("a", 81, "of-a")));

        let delta = session.update(&XdsIr::default());
        assert_eq!((delta.removals.len(), delta.forgotten.len()), (3, 2));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever was served before, a session whose questions are all answered serves what one from scratch does.
    #[test]
    fn a_session_equals_a_translation_from_scratch(
        worlds in prop::collection::vec(
            (prop::collection::btree_map(prop::sample::select(vec!["a", "b", "c"]), 200_u16..203, 0..=3), any::<bool>()),
            1..6,
        ),
    ) {
        let translator = translator(&[("first", true), ("second", false)]);
        let mut session = translator.session();
        let mut open = Vec::new();
        for (world, answered) in worlds {
            let world = ir(&world.into_iter().collect::<Vec<_>>());
            let mut delta = session.update(&world);
            open.append(&mut delta.asked);
            if !answered {
                let (scratch, _) = session.start_over(&world);
                prop_assert_eq!(scratch.model(), session.model());
                continue;
            }
            delta.asked = std::mem::take(&mut open);
            settle(&mut session, delta);
            let mut scratch = translator.session();
            let delta = scratch.update(&world);
            settle(&mut scratch, delta);
            prop_assert_eq!(session.model(), scratch.model());
            let (scratch, delta) = session.start_over(&world);
            prop_assert_eq!(session.model(), scratch.model());
            prop_assert_eq!((delta.asked, delta.forgotten), (Vec::new(), Vec::new()));
        }
    }
}
