//! Acknowledgements and rejections.

use xds_api::pb::google::rpc;

use super::{Event, Items, name::mentions, subscription::Subscription};
use crate::{Ack, Nack};

impl Subscription {
    /// Takes the answer to the outstanding response; an answer to anything else means nothing.
    pub(super) fn settle(&mut self, nonce: &str, error: Option<rpc::Status>) -> Option<Event> {
        let answered = self.outstanding.take_if(|sent| sent.nonce.is(nonce))?;
        self.settled_nonce = Some(answered.nonce);
        let items = answered.items;
        let event = match error {
            None => {
                self.accept(&items);
                let (resources, removed) = (items.resources.clone(), items.removed.clone());
                Event::Acked(Ack {
                    type_url: self.type_url.clone(),
                    nonce: nonce.to_owned(),
                    resources,
                    removed,
                })
            }
            Some(status) => Event::Nacked(self.reject(&items, nonce, status.message)),
        };
        if self.names_changed && self.owed.is_empty() {
            self.names.share();
            self.names_changed = false;
        }
        if self.retries.is_empty() {
            self.through = self.sent_seq;
        }
        Some(event)
    }

    fn accept(&mut self, items: &Items) {
        if self.full_state {
            self.rejected.clear();
        }
        for (name, _) in &items.resources {
            self.rejected.remove(name);
        }
        for name in &items.removed {
            self.rejected.remove(name);
        }
    }

    /// Notes what was refused. A client may have dropped the good part of a response together with the bad, so the
    /// part that is not known to be bad is sent again, by halves when the client's words name nothing.
    fn reject(&mut self, items: &Items, nonce: &str, detail: String) -> Nack {
        let all = &items.resources;
        let (named, rest): (Vec<_>, Vec<_>) =
            all.iter().cloned().partition(|(name, _)| mentions(&detail, name));
        let alone = all.len() == 1;
        let isolated = alone || !named.is_empty();
        let suspects = if alone || named.is_empty() { all.clone() } else { named };
        if isolated || self.full_state {
            // A name that was unsubscribed meanwhile is forgotten by the client too.
            let wanted: Vec<_> = suspects.iter().filter(|(name, _)| self.wants(name)).cloned().collect();
            self.rejected.extend(wanted);
        }
        if !self.full_state && !alone {
            if isolated {
                self.retries.extend((!rest.is_empty()).then_some(rest));
            } else {
                let (first, second) = all.split_at(all.len() / 2);
                self.retries
                    .extend([second, first].into_iter().filter(|half| !half.is_empty()).map(<[_]>::to_vec));
            }
        }
        for name in &items.removed {
            self.rejected.remove(name);
            if !all.is_empty() {
                // Removed again with what comes next. A rejection of nothing but removals is final.
                self.owed.insert(name.clone());
            }
        }
        Nack { type_url: self.type_url.clone(), nonce: nonce.to_owned(), suspects, isolated, detail }
    }
}
