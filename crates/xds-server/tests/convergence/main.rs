//! Random histories of a store and of clients that acknowledge, reject, are slow and reconnect: in the end the client has
//! what the store has, and at no time does a route that the client accepted use a cluster that it lacks.
//!
//! The state machine is driven directly, so that time and the order of messages belong to the test.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

mod client;
mod world;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use client::{Client, Delta, Sotw};
use eg_xds_server::{
    MemoryStore, NodeGroup, SnapshotStore, View,
    stream::{Response, Timing},
};
use proptest::prelude::*;
use world::{Edit, World};

const TIMING: Timing =
    Timing { warm_up_timeout: Duration::from_secs(20), removal_delay: Duration::from_secs(1) };

#[derive(Clone, Debug)]
enum Step {
    Edit(Vec<Edit>),
    /// The client reads one response, if one is on its way.
    Read,
    /// The client sends an acknowledgement that it delays until its clusters are warm.
    Warm,
    /// The client reads and answers until nothing is left to do.
    CatchUp,
    Pass(Duration),
    Reconnect,
}

fn step(reconnects: bool) -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => prop::collection::vec(world::edit(), 1..6).prop_map(Step::Edit),
        6 => Just(Step::Read),
        2 => Just(Step::Warm),
        1 => Just(Step::CatchUp),
        1 => prop::sample::select(vec![10, 900, 1100, 25_000]).prop_map(|ms| Step::Pass(Duration::from_millis(ms))),
        u32::from(reconnects) => Just(Step::Reconnect),
    ]
}

/// A store, a client, and what is between them.
struct Run<C> {
    store: MemoryStore,
    group: NodeGroup,
    world: World,
    client: C,
    /// Sent and not read.
    wire: Vec<Response>,
    now: Instant,
    /// How long the client has left something unanswered.
    slow: Duration,
}

impl<C: Client> Run<C> {
    fn new() -> Self {
        let mut run = Self {
            store: MemoryStore::new(),
            group: NodeGroup::from("g"),
            world: World::default(),
            client: C::connect(None, TIMING),
            wire: Vec::new(),
            now: Instant::now(),
            slow: Duration::ZERO,
        };
        run.pump();
        run
    }

    fn view(&self) -> Option<Arc<View>> {
        self.store.view(&self.group)
    }

    /// Lets the server send what it wants to send now.
    fn pump(&mut self) {
        let Some(view) = self.view() else { return };
        while let Some(response) = self.client.state().poll_response(&view, self.now) {
            let on_the_way = self.wire.iter().filter(|sent| sent.type_url == response.type_url).count();
            assert_eq!(on_the_way, 0, "two responses of {} on the way", response.type_url);
            self.wire.push(response);
        }
    }

    fn read(&mut self) -> bool {
        if self.wire.is_empty() {
            return false;
        }
        let response = self.wire.remove(0);
        let view = self.view();
        self.client.read(&response, view.as_deref());
        self.client.check();
        self.pump();
        true
    }

    fn warm(&mut self) -> bool {
        let view = self.view();
        let sent = self.client.warm(view.as_deref());
        self.pump();
        sent
    }

    fn catch_up(&mut self) {
        self.slow = Duration::ZERO;
        for _ in 0..10_000 {
            if self.read() || self.warm() {
                continue;
            }
            let Some(deadline) = self.client.state().next_deadline() else { return };
            self.now = self.now.max(deadline);
            let before = self.wire.len();
            self.pump();
            let moved = self.wire.len() > before || self.client.state().next_deadline() != Some(deadline);
            assert!(moved, "a deadline passed and nothing came of it");
        }
        panic!("client and server never come to rest");
    }

    fn reconnect(&mut self) {
        self.wire.clear();
        self.client = C::connect(Some(&self.client), TIMING);
        self.pump();
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Edit(edits) => {
                for edit in edits {
                    self.world.apply(edit);
                }
                self.store.replace(&self.group, self.world.resources());
                self.pump();
            }
            Step::Read => _ = self.read(),
            Step::Warm => _ = self.warm(),
            Step::CatchUp => self.catch_up(),
            Step::Pass(time) => {
                self.slow += *time;
                if self.slow > 2 * TIMING.warm_up_timeout {
                    // Nothing can be promised to a client that never answers.
                    self.catch_up();
                }
                self.now += *time;
                self.pump();
            }
            Step::Reconnect => self.reconnect(),
        }
    }

    /// Ends the history: everything bad is mended and everyone has time.
    fn settle(&mut self) {
        self.world.mend();
        self.store.replace(&self.group, self.world.resources());
        self.pump();
        self.catch_up();
    }
}

fn check<C: Client>(steps: &[Step]) {
    let mut run = Run::<C>::new();
    for step in steps {
        run.step(step);
    }
    run.settle();
    let expected = run.world.expected();
    assert_eq!(run.client.has(&expected), expected, "the client does not have what the store has");
    run.reconnect();
    run.wire.retain(|response| C::CLAIMS.contains(&response.type_url));
    let resent: usize = run.wire.iter().map(|response| response.items.resources.len()).sum();
    assert_eq!(resent, 0, "a reconnect with equal content resends: {:?}", run.wire);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn delta_clients_converge(steps in prop::collection::vec(step(true), 1..60)) {
        check::<Delta>(&steps);
    }

    // A state-of-the-world client that reconnects does not say what it has, so the server cannot spare its old clusters.
    #[test]
    fn state_of_the_world_clients_converge(steps in prop::collection::vec(step(false), 1..60)) {
        check::<Sotw>(&steps);
    }
}
