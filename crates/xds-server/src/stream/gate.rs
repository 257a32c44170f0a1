//! What is sent when: the order of additions, the holding back of removals, and the deadlines of both.

use std::{sync::Arc, time::Instant};

use super::{Response, StreamState, plan::Planned, subscription::Outstanding};
use prost::Message;

use crate::{Protocol, ResourceName, Seq, TypeUrl, View, view::Table};

/// How many warm-up timeouts a client has to acknowledge a response that keeps newer clusters or listeners from being
/// sent at all. Afterwards routes no longer wait for what cannot be sent.
const STUCK: u32 = 3;

impl StreamState {
    /// The next response, if the client should get one now. `view` is the newest of the stream's group.
    pub fn poll_response(&mut self, view: &Arc<View>, now: Instant) -> Option<Response> {
        self.polled = Some(now);
        loop {
            // A round that every waiting type has been brought to is over.
            let target = self.round.take().filter(|round| self.some_type_is_behind(round));
            let target = target.unwrap_or_else(|| view.clone());
            let response =
                self.poll_additions(&target, view, now).or_else(|| self.poll_removals(&target, view, now));
            let newest = target.seq() == view.seq();
            if self.some_type_is_behind(&target) {
                self.round = Some(target);
                return response;
            }
            if response.is_some() || newest {
                return response;
            }
        }
    }

    fn poll_additions(&mut self, target: &View, view: &View, now: Instant) -> Option<Response> {
        for at in 0..self.subscriptions.len() {
            let sub = &self.subscriptions[at];
            let source = if takes_part_in_rounds(&sub.type_url) { target } else { view };
            if sub.outstanding.is_some() || self.must_wait(at, source, now) {
                continue;
            }
            if let Some(planned) = self.subscriptions[at].plan_additions(source) {
                self.owe_endpoints(at, &planned);
                return Some(self.send(at, planned, now));
            }
        }
        None
    }

    fn poll_removals(&mut self, target: &View, view: &View, now: Instant) -> Option<Response> {
        for at in 0..self.subscriptions.len() {
            let sub = &self.subscriptions[at];
            if sub.held.is_empty() || sub.outstanding.is_some() {
                continue;
            }
            let open = self.removals_open_through(&sub.type_url);
            let source = if takes_part_in_rounds(&sub.type_url) { target } else { view };
            let delay = self.timing.removal_delay;
            let sub = &mut self.subscriptions[at];
            for held in sub.held.values_mut() {
                held.due = (held.seq <= open).then(|| held.due.unwrap_or(now + delay));
            }
            if let Some(planned) = sub.plan_removals(source, now) {
                return Some(self.send(at, planned, now));
            }
        }
        None
    }

    /// When [`poll_response`](Self::poll_response) should be called again, even if nothing else happens before.
    pub fn next_deadline(&self) -> Option<Instant> {
        let removals =
            self.subscriptions.iter().flat_map(|sub| sub.held.values().filter_map(|held| held.due));
        let warm_up = self.timing.warm_up_timeout;
        let warm_ups = self.subscriptions.iter().filter_map(move |sub| {
            let sent = sub.outstanding.as_ref()?;
            let awaited = sub.type_url == TypeUrl::CLUSTER || sub.type_url == TypeUrl::LISTENER;
            (awaited && self.round.is_some())
                .then_some([sent.sent_at + warm_up, sent.sent_at + warm_up * STUCK])
        });
        // What was due when the stream was last polled waits for something else than time.
        removals.chain(warm_ups.flatten()).filter(|at| Some(*at) > self.polled).min()
    }

    /// Whether a type that waits for others has something of `view` left to send.
    fn some_type_is_behind(&self, view: &View) -> bool {
        self.subscriptions.iter().any(|sub| {
            let waits = !sub.type_url.addition_waits_for().is_empty();
            waits && sub.outstanding.is_none() && sub.is_behind(table(view, &sub.type_url))
        })
    }

    /// Whether a subscription's additions of a view must wait for types that come before.
    fn must_wait(&self, at: usize, view: &View, now: Instant) -> bool {
        self.subscriptions[at].type_url.addition_waits_for().iter().any(|earlier| {
            self.subscription(earlier).is_some_and(|sub| {
                sub.through < view.seq()
                    && !sub.outstanding.as_ref().is_some_and(|sent| {
                        let sent_all = !sub.is_behind(table(view, &sub.type_url));
                        let patience = self.timing.warm_up_timeout * if sent_all { 1 } else { STUCK };
                        now >= sent.sent_at + patience
                    })
            })
        })
    }

    /// The newest view whose removals of this type the client is ready for: everything that may refer to them is
    /// acknowledged at that view, and nothing that was rejected or is held back keeps an older reference alive.
    fn removals_open_through(&self, type_url: &TypeUrl) -> Seq {
        let users = type_url.removal_waits_for().iter().filter_map(|user| self.subscription(user));
        users
            .map(|sub| {
                if !sub.rejected.is_empty() || !sub.retries.is_empty() {
                    return Seq(0);
                }
                let before_held = sub.held.values().map(|held| Seq(held.seq.0.saturating_sub(1))).min();
                before_held.map_or(sub.through, |seq| seq.min(sub.through))
            })
            .min()
            .unwrap_or(Seq(u64::MAX))
    }

    /// Makes the endpoints of sent clusters due, if the client has them.
    ///
    /// A cluster that changes warms anew and wants its endpoints again, but a delta client that has asked for them does
    /// not ask twice; without this it would wait for its fetch timeout.
    fn owe_endpoints(&mut self, at: usize, planned: &Planned) {
        if self.protocol != Protocol::Delta || self.subscriptions[at].type_url != TypeUrl::CLUSTER {
            return;
        }
        let Some(endpoints) = self.subscriptions.iter_mut().find(|sub| sub.type_url == TypeUrl::ENDPOINT)
        else {
            return;
        };
        for ((cluster, _), body) in planned.items.resources.iter().zip(&planned.bodies) {
            let own = endpoint_name(body).map_or_else(|| cluster.clone(), ResourceName::from);
            if endpoints.names.contains(&own) || (endpoints.wildcard && endpoints.sent.contains_key(&own)) {
                endpoints.owed.insert(own);
            }
        }
    }

    fn send(&mut self, at: usize, planned: Planned, now: Instant) -> Response {
        let nonce = self.next_nonce();
        let sub = &mut self.subscriptions[at];
        let items = Arc::new(planned.items);
        sub.outstanding = Some(Outstanding { nonce, items: items.clone(), sent_at: now });
        Response { type_url: sub.type_url.clone(), nonce, items, bodies: planned.bodies }
    }
}

/// Whether the type takes part in rounds: it waits for others, or others wait for it.
fn takes_part_in_rounds(type_url: &TypeUrl) -> bool {
    *type_url == TypeUrl::CLUSTER || !type_url.addition_waits_for().is_empty()
}

/// The name under which a cluster asks for its endpoints, if it is not the cluster's own.
fn endpoint_name(cluster: &[u8]) -> Option<String> {
    /// The one field of `envoy.config.cluster.v3.Cluster` that matters here.
    #[derive(Clone, PartialEq, prost::Message)]
    struct Cluster {
        #[prost(message, optional, tag = "3")]
        eds_cluster_config: Option<EdsClusterConfig>,
    }
    #[derive(Clone, PartialEq, prost::Message)]
    struct EdsClusterConfig {
        #[prost(string, tag = "2")]
        service_name: String,
    }
    let config = Cluster::decode(cluster).ok()?.eds_cluster_config?;
    (!config.service_name.is_empty()).then_some(config.service_name)
}

/// The resources of a type in a view.
pub(super) fn table<'a>(view: &'a View, type_url: &TypeUrl) -> &'a Table {
    view.table(type_url).unwrap_or_else(|| Table::empty())
}
