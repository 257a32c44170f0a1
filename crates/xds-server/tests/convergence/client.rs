//! Clients that behave like Envoy: endpoints are asked for by the clusters there are, routes by the listeners there are,
//! and the acknowledgement of clusters is delayed while one of them has no endpoints yet.

use std::collections::{BTreeMap, BTreeSet};

use eg_xds_server::{
    Protocol, TypeUrl, Version, View,
    stream::{Response, StreamState, Timing},
    xds_api::pb::{
        envoy::service::discovery::v3::{DeltaDiscoveryRequest, DiscoveryRequest},
        google::rpc,
    },
};

use crate::world::{BAD, Contents, references};

pub(crate) trait Client {
    /// The types whose resources a reconnect spares when nothing changed, whatever happened before.
    const CLAIMS: &'static [TypeUrl];

    /// Opens a stream; `before` is the client as it was on the stream before.
    fn connect(before: Option<&Self>, timing: Timing) -> Self;
    fn state(&mut self) -> &mut StreamState;
    /// Applies a response and answers it, unless the answer has to wait.
    fn read(&mut self, response: &Response, view: Option<&View>);
    /// Sends the answer that waited; false when there is none.
    fn warm(&mut self, view: Option<&View>) -> bool;
    /// Panics when a route uses a cluster that is not there.
    fn check(&self);
    /// What the client has of `all`; more counts only where the protocol can take it away.
    fn has(&self, all: &Contents) -> Contents;
}

/// The resources a client has.
#[derive(Clone, Debug, Default)]
struct Resources {
    by_type: Contents,
    /// Clusters that the client refused and therefore lacks through nobody's fault but the store's.
    refused: BTreeSet<String>,
}

impl Resources {
    fn table(&mut self, url: &TypeUrl) -> &mut BTreeMap<String, String> {
        self.by_type.entry(url.clone()).or_default()
    }

    fn get(&self, url: &TypeUrl) -> BTreeMap<String, String> {
        self.by_type.get(url).cloned().unwrap_or_default()
    }

    /// Names of a type that other resources make the client want.
    fn wanted(&self, url: &TypeUrl) -> BTreeSet<String> {
        if *url == TypeUrl::ENDPOINT {
            self.get(&TypeUrl::CLUSTER).into_keys().collect()
        } else {
            self.get(&TypeUrl::LISTENER).values().flat_map(|text| references(text)).collect()
        }
    }

    fn note_refusals(&mut self, response: &Response) {
        if response.type_url == TypeUrl::CLUSTER {
            for (name, body) in contents(response) {
                if body.contains(BAD) {
                    self.refused.insert(name)
                } else {
                    self.refused.remove(&name)
                };
            }
        }
    }

    fn check(&self) {
        let clusters = self.get(&TypeUrl::CLUSTER);
        for (route, text) in self.get(&TypeUrl::ROUTE) {
            for cluster in references(&text) {
                let there = clusters.contains_key(&cluster) || self.refused.contains(&cluster);
                assert!(there, "{route} uses {cluster}, which is not there: {self:?}");
            }
        }
    }

    fn has(&self) -> Contents {
        [TypeUrl::CLUSTER, TypeUrl::ENDPOINT, TypeUrl::ROUTE, TypeUrl::LISTENER]
            .map(|url| (url.clone(), self.get(&url)))
            .into()
    }
}

fn contents(response: &Response) -> Vec<(String, String)> {
    let names = response.items.resources.iter().map(|(name, _)| name.to_string());
    let texts = response.bodies.iter().map(|body| String::from_utf8_lossy(body).into_owned());
    names.zip(texts).collect()
}

fn rejection(bad: &BTreeSet<String>, named: bool) -> Option<rpc::Status> {
    (!bad.is_empty()).then(|| {
        let culprits = bad.iter().map(String::as_str).collect::<Vec<_>>().join(" and ");
        let message = if named { format!("error in {culprits}") } else { "error".to_owned() };
        rpc::Status { code: 13, message, ..Default::default() }
    })
}

fn bad_names(response: &Response) -> BTreeSet<String> {
    contents(response).into_iter().filter(|(_, text)| text.contains(BAD)).map(|(name, _)| name).collect()
}

pub(crate) struct Delta {
    state: StreamState,
    resources: Resources,
    names: BTreeMap<TypeUrl, BTreeSet<String>>,
    waiting: Option<DeltaDiscoveryRequest>,
}

impl Delta {
    fn send(&mut self, request: DeltaDiscoveryRequest, view: Option<&View>) {
        self.state.on_delta(request, view).expect("keeps to the protocol");
    }

    /// Asks for what is newly wanted and drops the rest.
    fn follow(&mut self, url: &TypeUrl, view: Option<&View>) {
        let wanted = self.resources.wanted(url);
        let had = self.names.insert(url.clone(), wanted.clone()).unwrap_or_default();
        let (new, gone): (Vec<_>, Vec<_>) =
            (wanted.difference(&had).cloned().collect(), had.difference(&wanted).cloned().collect());
        self.resources.table(url).retain(|name, _| wanted.contains(name));
        if !new.is_empty() || !gone.is_empty() {
            let request = DeltaDiscoveryRequest {
                type_url: url.as_str().into(),
                resource_names_subscribe: new,
                resource_names_unsubscribe: gone,
                ..Default::default()
            };
            self.send(request, view);
        }
    }
}

impl Client for Delta {
    const CLAIMS: &'static [TypeUrl] =
        &[TypeUrl::CLUSTER, TypeUrl::ENDPOINT, TypeUrl::LISTENER, TypeUrl::ROUTE];

    fn connect(before: Option<&Self>, timing: Timing) -> Self {
        let resources = before.map(|before| before.resources.clone()).unwrap_or_default();
        let state = StreamState::new(Protocol::Delta, None, timing);
        let mut client = Self { state, resources, names: BTreeMap::new(), waiting: None };
        for url in [TypeUrl::CLUSTER, TypeUrl::ENDPOINT, TypeUrl::LISTENER, TypeUrl::ROUTE] {
            let named = url == TypeUrl::ENDPOINT || url == TypeUrl::ROUTE;
            let wanted = if named { client.resources.wanted(&url) } else { BTreeSet::new() };
            if named && wanted.is_empty() {
                continue;
            }
            let versions = client.resources.get(&url);
            let versions =
                versions.into_iter().map(|(name, text)| (name, Version::of(text.as_bytes()).to_string()));
            let request = DeltaDiscoveryRequest {
                type_url: url.as_str().into(),
                resource_names_subscribe: wanted.iter().cloned().collect(),
                initial_resource_versions: versions.collect(),
                ..Default::default()
            };
            client.names.insert(url, wanted);
            client.send(request, None);
        }
        client
    }

    fn state(&mut self) -> &mut StreamState {
        &mut self.state
    }

    fn read(&mut self, response: &Response, view: Option<&View>) {
        let url = &response.type_url;
        let bad = bad_names(response);
        self.resources.note_refusals(response);
        // Envoy applies the good part of clusters and listeners and says which part is bad; of others it drops all.
        let partial = *url == TypeUrl::CLUSTER || *url == TypeUrl::LISTENER;
        let wanted = self.names.get(url).cloned().unwrap_or_default();
        if bad.is_empty() || partial {
            let table = self.resources.table(url);
            for name in &response.items.removed {
                table.remove(&**name);
            }
            let good = contents(response).into_iter().filter(|(name, _)| !bad.contains(name));
            table.extend(good.filter(|(name, _)| partial || wanted.contains(name)));
        }
        let answer = DeltaDiscoveryRequest {
            type_url: url.as_str().into(),
            response_nonce: response.nonce.to_string(),
            error_detail: rejection(&bad, partial),
            ..Default::default()
        };
        if *url == TypeUrl::CLUSTER {
            self.waiting = Some(answer);
            self.follow(&TypeUrl::ENDPOINT, view);
        } else {
            self.send(answer, view);
            if *url == TypeUrl::LISTENER {
                self.follow(&TypeUrl::ROUTE, view);
            }
        }
    }

    fn warm(&mut self, view: Option<&View>) -> bool {
        let waiting = self.waiting.take();
        waiting.map(|answer| self.send(answer, view)).is_some()
    }

    fn check(&self) {
        self.resources.check();
    }

    fn has(&self, _: &Contents) -> Contents {
        self.resources.has()
    }
}

pub(crate) struct Sotw {
    state: StreamState,
    resources: Resources,
    /// The version and the nonce of the last response that was accepted, by type.
    last: BTreeMap<TypeUrl, (String, String)>,
    names: BTreeMap<TypeUrl, BTreeSet<String>>,
    waiting: Option<DiscoveryRequest>,
}

impl Sotw {
    fn request(&self, url: &TypeUrl) -> DiscoveryRequest {
        let (version_info, response_nonce) = self.last.get(url).cloned().unwrap_or_default();
        DiscoveryRequest {
            type_url: url.as_str().into(),
            resource_names: self.names.get(url).into_iter().flatten().cloned().collect(),
            version_info,
            response_nonce,
            ..Default::default()
        }
    }

    fn send(&mut self, request: DiscoveryRequest, view: Option<&View>) {
        self.state.on_sotw(request, view).expect("keeps to the protocol");
    }

    fn follow(&mut self, url: &TypeUrl, view: Option<&View>) {
        let wanted = self.resources.wanted(url);
        self.resources.table(url).retain(|name, _| wanted.contains(name));
        let first = !self.names.contains_key(url);
        if first && wanted.is_empty() {
            return;
        }
        if self.names.insert(url.clone(), wanted.clone()) != Some(wanted) {
            self.send(self.request(url), view);
        }
    }
}

impl Client for Sotw {
    // The version of named resources covers the names at the time of the last response; those may be fewer now.
    const CLAIMS: &'static [TypeUrl] = &[TypeUrl::CLUSTER, TypeUrl::LISTENER];

    fn connect(before: Option<&Self>, timing: Timing) -> Self {
        let mut client = Self {
            state: StreamState::new(Protocol::Sotw, None, timing),
            resources: before.map(|before| before.resources.clone()).unwrap_or_default(),
            last: BTreeMap::new(),
            names: BTreeMap::new(),
            waiting: None,
        };
        for url in [TypeUrl::CLUSTER, TypeUrl::ENDPOINT, TypeUrl::LISTENER, TypeUrl::ROUTE] {
            let named = url == TypeUrl::ENDPOINT || url == TypeUrl::ROUTE;
            let wanted = if named { client.resources.wanted(&url) } else { BTreeSet::new() };
            if named && wanted.is_empty() {
                continue;
            }
            client.names.insert(url.clone(), wanted);
            let version = before.and_then(|before| before.last.get(&url)).map(|(version, _)| version.clone());
            let request =
                DiscoveryRequest { version_info: version.unwrap_or_default(), ..client.request(&url) };
            client.send(request, None);
        }
        client
    }

    fn state(&mut self) -> &mut StreamState {
        &mut self.state
    }

    fn read(&mut self, response: &Response, view: Option<&View>) {
        let url = &response.type_url;
        let bad = bad_names(response);
        self.resources.note_refusals(response);
        let whole = *url == TypeUrl::CLUSTER || *url == TypeUrl::LISTENER;
        let wanted = self.names.get(url).cloned().unwrap_or_default();
        let version = response.items.version.map(|version| version.to_string()).unwrap_or_default();
        let nonce = response.nonce.to_string();
        if whole {
            // Envoy applies the good part, and keeps what it had of the rest.
            let all = contents(response);
            let table = self.resources.table(url);
            table.retain(|name, _| all.iter().any(|(listed, _)| listed == name));
            table.extend(all.into_iter().filter(|(name, _)| !bad.contains(name)));
        } else if bad.is_empty() {
            let wanted_ones = contents(response).into_iter().filter(|(name, _)| wanted.contains(name));
            self.resources.table(url).extend(wanted_ones);
        }
        if bad.is_empty() {
            self.last.insert(url.clone(), (version, nonce));
        } else {
            self.last.entry(url.clone()).or_default().1 = nonce;
        }
        let answer = DiscoveryRequest { error_detail: rejection(&bad, whole), ..self.request(url) };
        if *url == TypeUrl::CLUSTER {
            self.waiting = Some(answer);
            self.follow(&TypeUrl::ENDPOINT, view);
        } else {
            self.send(answer, view);
            if *url == TypeUrl::LISTENER {
                self.follow(&TypeUrl::ROUTE, view);
            }
        }
    }

    fn warm(&mut self, view: Option<&View>) -> bool {
        let waiting = self.waiting.take();
        waiting.map(|answer| self.send(answer, view)).is_some()
    }

    fn check(&self) {
        self.resources.check();
    }

    fn has(&self, all: &Contents) -> Contents {
        let mut has = self.resources.has();
        for url in [TypeUrl::ENDPOINT, TypeUrl::ROUTE] {
            has.entry(url.clone()).and_modify(|table| table.retain(|name, _| all[&url].contains_key(name)));
        }
        has
    }
}
