//! What requests do to a stream: subscriptions, claims, re-subscriptions.

use xds_api::pb::envoy::service::discovery::v3::{DeltaDiscoveryRequest, DiscoveryRequest};

use super::{
    Event, ProtocolError, StreamState,
    name_set::NameSet,
    subscription::{Claim, Subscription},
};
use crate::{Protocol, ResourceName, TypeUrl, Version, View, view::Versions};

const WILDCARD: &str = "*";

impl StreamState {
    /// Takes a delta request, and says what it told about an earlier response. `view` only saves memory: names that
    /// it knows share its allocation.
    pub fn on_delta(
        &mut self,
        request: DeltaDiscoveryRequest,
        view: Option<&View>,
    ) -> Result<Option<Event>, ProtocolError> {
        if self.protocol != Protocol::Delta {
            return Err(ProtocolError::WrongProtocol);
        }
        let type_url = self.type_of(&request.type_url)?;
        let names = Names { view, type_url: &type_url };
        let (sub, first) = self.subscription_mut(&type_url);
        if first {
            // A nonce here is from an earlier stream and means nothing.
            sub.open_delta(request, &names);
            return Ok(None);
        }
        let event = sub.settle(&request.response_nonce, request.error_detail);
        for name in request.resource_names_unsubscribe {
            sub.unsubscribe(&names.intern(name));
        }
        for name in request.resource_names_subscribe {
            sub.subscribe(names.intern(name));
        }
        Ok(event)
    }

    /// Takes a state-of-the-world request, and says what it told about an earlier response. `view` only saves memory:
    /// names that it knows share its allocation.
    pub fn on_sotw(
        &mut self,
        request: DiscoveryRequest,
        view: Option<&View>,
    ) -> Result<Option<Event>, ProtocolError> {
        if self.protocol != Protocol::Sotw {
            return Err(ProtocolError::WrongProtocol);
        }
        let type_url = self.type_of(&request.type_url)?;
        let names = Names { view, type_url: &type_url };
        let wanted: NameSet = request.resource_names.into_iter().map(|name| names.intern(name)).collect();
        let (sub, first) = self.subscription_mut(&type_url);
        if first {
            sub.open_sotw(wanted, &request.version_info);
            return Ok(None);
        }
        let nonce = &request.response_nonce;
        let answers = sub.outstanding.as_ref().is_some_and(|sent| sent.nonce.is(nonce));
        let spontaneous = sub.settled_nonce.map_or(nonce.is_empty(), |last| last.is(nonce));
        if !answers && (!spontaneous || sub.outstanding.is_some()) {
            // The client wrote this before it saw our last response; its answer to that will repeat all it wants.
            return Ok(None);
        }
        let event = sub.settle(nonce, request.error_detail);
        sub.want(wanted, !answers);
        Ok(event)
    }

    fn type_of(&self, url: &str) -> Result<TypeUrl, ProtocolError> {
        match &self.only {
            Some(only) if url.is_empty() || url == only.as_str() => Ok(only.clone()),
            Some(only) => Err(ProtocolError::WrongType { expected: only.clone(), found: url.to_owned() }),
            None if url.is_empty() => Err(ProtocolError::MissingType),
            None => Ok(TypeUrl::from(url)),
        }
    }

    /// The subscription to a type, and whether it is new.
    fn subscription_mut(&mut self, type_url: &TypeUrl) -> (&mut Subscription, bool) {
        let protocol = self.protocol;
        let place = self
            .subscriptions
            .binary_search_by(|sub| (sub.type_url.rank(), &sub.type_url).cmp(&(type_url.rank(), type_url)));
        let (at, first) = match place {
            Ok(at) => (at, false),
            Err(at) => {
                self.subscriptions.insert(at, Subscription::new(type_url.clone(), protocol));
                (at, true)
            }
        };
        (&mut self.subscriptions[at], first)
    }
}

/// Makes names share the allocation of the store.
struct Names<'a> {
    view: Option<&'a View>,
    type_url: &'a TypeUrl,
}

impl Names<'_> {
    fn intern(&self, name: String) -> ResourceName {
        let known = self.view.and_then(|view| view.table(self.type_url));
        match known.and_then(|table| table.versions.get_key_value(name.as_str())) {
            Some((known, _)) => known.clone(),
            None => name.into(),
        }
    }
}

impl Subscription {
    fn open_delta(&mut self, request: DeltaDiscoveryRequest, names: &Names<'_>) {
        let asked = request.resource_names_subscribe;
        self.legacy_wildcard = asked.is_empty();
        self.wildcard = self.legacy_wildcard || asked.iter().any(|name| name == WILDCARD);
        self.names =
            asked.into_iter().filter(|name| name != WILDCARD).map(|name| names.intern(name)).collect();
        // A client that has resources is past its start and does not wait for an empty answer.
        self.names_changed = true;
        self.must_respond = self.wildcard && request.initial_resource_versions.is_empty();
        let claims: Versions = request
            .initial_resource_versions
            .into_iter()
            .map(|(name, version)| (names.intern(name), Version::parse(&version).unwrap_or(Version::UNKNOWN)))
            .filter(|(name, _)| self.wants(name))
            .collect();
        self.owed = self.names.iter().filter(|name| !claims.contains_key(*name)).cloned().collect();
        if !claims.is_empty() {
            self.claim = Claim::Versions(claims);
        }
    }

    fn subscribe(&mut self, name: ResourceName) {
        if &*name != WILDCARD {
            self.rejected.remove(&name);
            self.owed.insert(name.clone());
            self.names.insert(name);
            self.names_changed = true;
        } else if self.wildcard {
            self.owed.extend(self.sent.keys().cloned());
            self.must_respond = true;
        } else {
            let names = &self.names;
            self.sent = self.sent.iter().filter(|(name, _)| names.contains(name)).map(pair).collect();
            self.wildcard = true;
            self.must_respond = true;
        }
    }

    fn unsubscribe(&mut self, name: &ResourceName) {
        if &**name == WILDCARD {
            self.end_wildcard();
        } else if self.names.remove(name) || self.wildcard {
            self.names_changed = true;
            if self.wildcard {
                // The client dropped it, yet the wildcard still covers it.
                self.owed.insert(name.clone());
            } else {
                self.forget(name);
            }
        }
    }

    fn open_sotw(&mut self, mut wanted: NameSet, version: &str) {
        self.legacy_wildcard = wanted.is_empty();
        self.wildcard = wanted.remove(WILDCARD) || self.legacy_wildcard;
        self.names = wanted;
        self.names_changed = true;
        self.full_state =
            self.wildcard || self.type_url == TypeUrl::CLUSTER || self.type_url == TypeUrl::LISTENER;
        self.keeps_bodies = self.type_url == TypeUrl::CLUSTER;
        if version.is_empty() {
            self.must_respond = self.full_state;
            self.owed = self.names.iter().cloned().collect();
        } else {
            self.claim = Claim::Whole(Version::parse(version).unwrap_or(Version::UNKNOWN));
        }
    }

    /// Replaces what the client wants. `spontaneous` says that the request answers no response, so that one which asks
    /// for nothing new is a re-subscription.
    fn want(&mut self, mut wanted: NameSet, spontaneous: bool) {
        let legacy = wanted.is_empty() && self.legacy_wildcard;
        let wildcard = wanted.remove(WILDCARD) || legacy;
        let names = wanted;
        let added: Vec<_> = names.iter().filter(|name| !self.names.contains(name)).cloned().collect();
        let dropped: Vec<_> = self.names.iter().filter(|name| !names.contains(name)).cloned().collect();
        let widened = wildcard && !self.wildcard;
        if spontaneous && !widened && added.is_empty() && dropped.is_empty() && wildcard == self.wildcard {
            self.owed.extend(names.iter().cloned());
            self.must_respond = self.full_state;
        }
        self.names_changed |= !added.is_empty() || !dropped.is_empty();
        if self.names_changed {
            self.names = names;
        }
        if wildcard {
            self.legacy_wildcard &= self.names.is_empty();
            self.must_respond |= widened;
            self.wildcard = true;
            self.full_state = true;
        } else {
            self.end_wildcard();
            for name in &dropped {
                self.forget(name);
            }
        }
        self.must_respond |= self.full_state && !added.is_empty();
        self.owed.extend(added);
    }
}

fn pair((name, version): (&ResourceName, &Version)) -> (ResourceName, Version) {
    (name.clone(), *version)
}
