//! The store as sources and translators see it.

#![expect(clippy::unwrap_used, reason = "samples are known to be right")]

use eg_resources::{
    AnyObject, Batch, Bucket, Change, Decoder, Object, ObjectRef, SourceId, Store,
    api::{core::Service, gateway::HttpRoute},
};
use serde_json::json;

fn route(name: &str, service: &str) -> AnyObject {
    let object = json!({
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
        "metadata": {"namespace": "ns", "name": name, "resourceVersion": service.len().to_string()},
        "spec": {"rules": [{"backendRefs": [{"name": service, "port": 80}]}]},
        "status": {"parents": []},
    });
    Decoder::new().decode(object).unwrap()
}

fn service(name: &str) -> ObjectRef {
    ObjectRef::new(Service::KIND, "ns", name)
}

fn upsert(object: AnyObject) -> Batch {
    Batch::Changes(vec![Change::Upsert(object)])
}

#[test]
fn equal_objects_are_no_change() {
    let (source, mut store) = (SourceId::new("a"), Store::new());
    assert!(!store.apply(&source, upsert(route("r", "s"))).is_empty());
    let revision = store.snapshot().revision();
    assert!(store.apply(&source, upsert(route("r", "s"))).is_empty());
    let there_and_back =
        [upsert(route("r", "other")), upsert(route("r", "s"))].map(|batch| (source.clone(), batch));
    assert!(store.apply_all(there_and_back).is_empty());
    assert_eq!(store.snapshot().revision(), revision);
}

#[test]
fn references_follow_edits() {
    let (source, mut store) = (SourceId::new("a"), Store::new());
    store.apply(&source, upsert(route("r", "one")));
    let before = store.snapshot();
    let delta = store.apply(&source, upsert(route("r", "two")));
    let bucket = |name| Bucket::Referrers(HttpRoute::KIND, service(name));
    assert_eq!(delta.buckets.into_iter().collect::<Vec<_>>(), [bucket("one"), bucket("two")]);
    assert_eq!(store.snapshot().bucket(&bucket("one")).len(), 0);
    assert_eq!(store.snapshot().bucket(&bucket("two")).len(), 1);
    assert_eq!(before.bucket(&bucket("one")).len(), 1, "a snapshot does not change");
}

#[test]
fn content_does_not_touch_buckets() {
    let (source, mut store) = (SourceId::new("a"), Store::new());
    store.apply(&source, upsert(route("r", "s")));
    let edited = json!({
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
        "metadata": {"namespace": "ns", "name": "r"},
        "spec": {"hostnames": ["a.example"], "rules": [{"backendRefs": [{"name": "s", "port": 80}]}]},
    });
    let delta = store.apply(&source, upsert(Decoder::new().decode(edited).unwrap()));
    assert_eq!((delta.objects.len(), delta.buckets.len()), (1, 0));
}

#[test]
fn a_restarted_source_replaces_its_own_set() {
    let (a, b, mut store) = (SourceId::new("a"), SourceId::new("b"), Store::new());
    store.apply(&a, Batch::Replace(vec![route("one", "s"), route("two", "s")]));
    store.apply(&b, Batch::Replace(vec![route("three", "s")]));
    let delta = store.apply(&a, Batch::Replace(vec![route("two", "s")]));
    assert_eq!(delta.objects.len(), 1);
    let names: Vec<_> = store.snapshot().iter().map(|object| object.key().name.to_string()).collect();
    assert_eq!(names, ["three", "two"]);
}

#[test]
fn the_first_source_owns_and_the_other_inherits() {
    let (a, b, mut store) = (SourceId::new("a"), SourceId::new("b"), Store::new());
    store.apply(&b, upsert(route("r", "of-b")));
    let taken = store.apply(&a, upsert(route("r", "of-a")));
    assert_eq!((taken.objects.len(), taken.rejected.len()), (1, 1));
    assert_eq!(taken.rejected[0].source, b);
    let refused = store.apply(&b, upsert(route("r", "newer-of-b")));
    assert!(refused.is_empty());
    assert_eq!(refused.rejected[0].owner, a);

    store.apply(&a, Batch::Replace(Vec::new()));
    let snapshot = store.snapshot();
    let left = snapshot.get::<HttpRoute>("ns", "r").unwrap();
    assert_eq!(left.spec.rules[0].backend_refs[0].name, "newer-of-b");
    store.apply(&b, Batch::Replace(Vec::new()));
    assert!(store.snapshot().is_empty());
}

#[test]
fn objects_without_a_namespace_get_the_default_one() {
    let object = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}});
    let object = Decoder::new().decode(object).unwrap();
    assert_eq!(object.key().to_string(), "Service default/s");
    let class = json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass", "metadata": {"name": "c"}});
    assert_eq!(Decoder::new().decode(class).unwrap().key().to_string(), "GatewayClass c");
}

#[test]
fn errors_say_what_is_wrong() {
    let decode = |value| Decoder::new().decode(value).unwrap_err();
    assert_eq!(decode(json!({"kind": "Service"})).to_string(), "`apiVersion` is missing");
    let unknown = decode(json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}}));
    assert_eq!(unknown.to_string(), "Deployment of apps/v1 is not a kind that is read here");
    let wrong = decode(
        json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": {"ports": 3}}),
    );
    let source = std::error::Error::source(&wrong).unwrap().to_string();
    assert!(source.contains("expected a sequence"), "{source}");
}
