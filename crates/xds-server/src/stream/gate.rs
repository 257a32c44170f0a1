//! What is sent when: the order of additions, the holding back of removals, and the deadlines of both.

use std::{sync::Arc, time::Instant};

use super::{Response, StreamState, plan::Planned, subscription::Outstanding};
use crate::{Seq, TypeUrl, View, view::Table};

impl StreamState {
    /// The next response, if the client should get one now. `view` is the newest of the stream's group.
    pub fn poll_response(&mut self, view: &Arc<View>, now: Instant) -> Option<Response> {
        // A round that every waiting type has been brought to is over.
        let target = self.round.take().filter(|round| self.some_type_is_behind(round));
        let target = target.unwrap_or_else(|| view.clone());
        let response =
            self.poll_additions(&target, view, now).or_else(|| self.poll_removals(&target, view, now));
        if self.some_type_is_behind(&target) {
            self.round = Some(target);
        }
        response
    }

    fn poll_additions(&mut self, target: &View, view: &View, now: Instant) -> Option<Response> {
        for at in 0..self.subscriptions.len() {
            let sub = &self.subscriptions[at];
            let source = if takes_part_in_rounds(&sub.type_url) { target } else { view };
            if sub.outstanding.is_some() || self.must_wait(at, source.seq(), now) {
                continue;
            }
            if let Some(planned) = self.subscriptions[at].plan_additions(source) {
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
            (awaited && self.round.is_some()).then(|| sent.sent_at + warm_up)
        });
        removals.chain(warm_ups).min()
    }

    /// Whether a type that waits for others has something of `view` left to send.
    fn some_type_is_behind(&self, view: &View) -> bool {
        self.subscriptions.iter().any(|sub| {
            let waits = !sub.type_url.addition_waits_for().is_empty();
            waits && sub.outstanding.is_none() && sub.is_behind(table(view, &sub.type_url))
        })
    }

    /// Whether a subscription's additions of the view at `seq` must wait for types that come before.
    fn must_wait(&self, at: usize, seq: Seq, now: Instant) -> bool {
        self.subscriptions[at].type_url.addition_waits_for().iter().any(|earlier| {
            self.subscription(earlier).is_some_and(|sub| {
                let overdue = |sent: &Outstanding| now >= sent.sent_at + self.timing.warm_up_timeout;
                sub.through < seq && !sub.outstanding.as_ref().is_some_and(overdue)
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

/// The resources of a type in a view.
pub(super) fn table<'a>(view: &'a View, type_url: &TypeUrl) -> &'a Table {
    view.table(type_url).unwrap_or_else(|| Table::empty())
}
