//! What connected Envoys cost: memory at rest, and work for one change.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use eg_xds_server::{
    Changes, MemoryStore, NodeGroup, Options, Protocol, Resource, SnapshotStore, TypeUrl, View,
    stream::{Response, StreamState, Timing},
    xds_api::pb::envoy::service::discovery::v3::DeltaDiscoveryRequest,
};

const STREAMS: usize = 100;
const ROUTES: usize = 1000;

fn request(url: &TypeUrl, names: Vec<String>) -> DeltaDiscoveryRequest {
    DeltaDiscoveryRequest {
        type_url: url.as_str().into(),
        resource_names_subscribe: names,
        ..Default::default()
    }
}

/// Sends what there is to send and acknowledges it; returns how many resources that were.
fn drain(stream: &mut StreamState, view: &Arc<View>) -> usize {
    let mut count = 0;
    while let Some(Response { type_url, nonce, items, .. }) = stream.poll_response(view, Instant::now()) {
        count += items.resources.len();
        let ack =
            DeltaDiscoveryRequest { response_nonce: nonce.to_string(), ..request(&type_url, Vec::new()) };
        stream.on_delta(ack, Some(view)).expect("keeps to the protocol");
    }
    count
}

/// The memory this process occupies.
fn resident_bytes() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("runs on Linux");
    let pages: usize = statm.split(' ').nth(1).and_then(|pages| pages.parse().ok()).expect("is a number");
    pages * 4096
}

#[test]
#[cfg(target_os = "linux")]
fn streams_stay_within_the_budget() {
    let (store, group) = (MemoryStore::new(), NodeGroup::from("ns/gw"));
    let name = |n: usize| format!("httproute/some-namespace/some-route-{n}/rule/0");
    let resource = |n: usize, salt: &str| Resource::new(format!("{n}{salt}{}", "x".repeat(300)).into());
    let all = (0..ROUTES).flat_map(|n| {
        [TypeUrl::CLUSTER, TypeUrl::ENDPOINT].map(|url| (url, name(n).into(), resource(n, "")))
    });
    store.replace(&group, all);
    let view = store.view(&group).expect("is published");

    let before = resident_bytes();
    let mut streams: Vec<StreamState> = (0..STREAMS)
        .map(|_| {
            let mut stream = StreamState::new(Protocol::Delta, None, Timing::from(&Options::default()));
            stream
                .on_delta(request(&TypeUrl::CLUSTER, Vec::new()), Some(&view))
                .expect("keeps to the protocol");
            let names = (0..ROUTES).map(name).collect();
            stream.on_delta(request(&TypeUrl::ENDPOINT, names), Some(&view)).expect("keeps to the protocol");
            assert_eq!(drain(&mut stream, &view), 2 * ROUTES);
            stream
        })
        .collect();
    let each = resident_bytes().saturating_sub(before) / STREAMS;
    assert!(each <= 64 * 1024, "{each} bytes a stream");

    let changes = Changes::default().upsert(TypeUrl::ENDPOINT, name(500), resource(500, "new"));
    store.update(&group, changes);
    let view = store.view(&group).expect("is published");
    let start = Instant::now();
    let sent: usize = streams.iter_mut().map(|stream| drain(stream, &view)).sum();
    let each = start.elapsed() / u32::try_from(STREAMS).expect("is small");
    assert_eq!(sent, STREAMS, "each stream gets the one resource that changed");
    // Looking at all of the resources takes ten times as long, also without optimisation.
    assert!(each < Duration::from_micros(500), "{each:?} a stream for one change");
}
