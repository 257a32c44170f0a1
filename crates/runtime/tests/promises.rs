//! Promises that take the whole pipeline and a real Envoy to keep.

#![expect(clippy::unwrap_used, reason = "a test cannot go on without what it prepares")]

#[path = "shared/in_process.rs"]
mod in_process;
#[path = "shared/objects.rs"]
mod objects;

use std::{fs, net::SocketAddr, path::Path, process::Command, sync::Arc, time::Duration};

use eg_provider_file::{FileOptions, FileSource, Problems};
use eg_resources::{AnyObject, BoxFuture, ChangeSink, Decoder, ResourceSource, SourceError, SourceId};
use eg_runtime::SourceFactory;
use eg_testkit::{
    client::Request,
    deadline,
    echo::{Echo, Protocol},
    load::{Load, time_to_live},
    memory::{MemorySource, MemoryWorld},
    port,
    tls::AUTHORITY,
    traffic::{gateway::Gateway, placeholder::Values},
};
use in_process::{Running, Setup};
use tokio::sync::{Notify, watch};

const PATIENCE: Duration = Duration::from_secs(20);

/// Two backends, a free port, and words for objects.
struct Scene {
    backends: [Echo; 2],
    listener: SocketAddr,
}

impl Scene {
    async fn new() -> Self {
        let backends = [
            Echo::start("default", "one", Protocol::Http1).await.unwrap(),
            Echo::start("default", "two", Protocol::Http1).await.unwrap(),
        ];
        Self { backends, listener: SocketAddr::from(([127, 0, 0, 1], port::free())) }
    }

    /// A class, a Gateway with an HTTP listener and these ones, and Backends `one` and `two`.
    fn base(&self, listeners: &str) -> String {
        let [one, two] = self.backends.each_ref().map(|backend| backend.address().port());
        let gateway = objects::gateway(self.listener.port(), listeners);
        format!(
            "{gateway}
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: Backend
metadata: {{name: one}}
spec: {{endpoints: [{{ip: {{address: 127.0.0.1, port: {one}}}}}]}}
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: Backend
metadata: {{name: two}}
spec: {{endpoints: [{{ip: {{address: 127.0.0.1, port: {two}}}}}]}}
"
        )
    }

    /// Waits until a path is answered with this status, by this backend if it is one's answer.
    async fn answers(&self, path: &str, status: u16, backend: Option<&str>) {
        let request = Request::get(self.listener, "a.example.com", path);
        let live = time_to_live(&request, PATIENCE, |response| {
            let pod = response.echoed().map(|echoed| echoed.pod).ok();
            response.status == status && pod.as_deref() == backend
        });
        live.await.unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    fn load(&self, path: &str) -> eg_testkit::load::Running {
        let requests = vec![("a.example.com".to_owned(), path.to_owned())];
        Load { target: self.listener, requests, connections: 2, rate: 100 }.start()
    }
}

/// A pipeline of these sources that is compared with starting over.
fn verifying(sources: Vec<(SourceId, SourceFactory)>) -> Setup {
    Setup { verify_incremental: true, sources, ..Setup::default() }
}

/// A route for a path to a backend.
fn route(name: &str, path: &str, backend: &str) -> String {
    format!(
        "
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: {name}}}
spec:
  parentRefs: [{{name: gw}}]
  rules:
    - matches: [{{path: {{value: {path}}}}}]
      backendRefs: [{{group: gateway.envoyproxy.io, kind: Backend, name: {backend}}}]
"
    )
}

fn decode(text: &str) -> Vec<AnyObject> {
    let documents: Vec<serde_json::Value> = serde_saphyr::from_multiple(text).unwrap();
    let objects = documents.into_iter().filter(|document| !document.is_null());
    objects.map(|document| Decoder::new().decode(document).unwrap()).collect()
}

/// A source of files below a directory, and what is wrong with them.
fn files(directory: &Path) -> ((SourceId, SourceFactory), Problems) {
    let options = FileOptions::new([directory]);
    let problems = options.problems.clone();
    ((FileSource::source_id(), Box::new(move || Box::new(FileSource::new(options.clone())))), problems)
}

/// Replaces a file in one step.
fn put(directory: &Path, name: &str, text: &str) {
    fs::write(directory.join(".draft"), text).unwrap();
    fs::rename(directory.join(".draft"), directory.join(name)).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_that_is_killed_comes_back_and_follows_what_changed_meanwhile() {
    let scene = Scene::new().await;
    let mut running = Running::start(verifying(Vec::new())).await.unwrap();
    running.apply(&(scene.base("") + &route("a", "/a", "one"))).await.unwrap();
    scene.answers("/a", 200, Some("one")).await;
    let before = running.proxies();
    assert_eq!(before.len(), 1);
    let killed = Command::new("kill").args(["-KILL", &before[0].to_string()]).status().unwrap();
    assert!(killed.success());
    running.apply(&(scene.base("") + &route("a", "/b", "two"))).await.unwrap();
    scene.answers("/b", 200, Some("two")).await;
    scene.answers("/a", 404, None).await;
    assert_ne!(running.proxies(), before);
    Box::new(running).stop().await.unwrap();
}

/// A mistake: a file with it, the object whose status tells of it, and words that the status has.
struct Mistake {
    text: String,
    object: &'static str,
    words: &'static [&'static str],
}

fn mistakes() -> Vec<Mistake> {
    let [one, other] = [AUTHORITY.issue(&["a.example.com"]), AUTHORITY.issue(&["a.example.com"])];
    let mut values = Values::default();
    values.certificates.insert("one".to_owned(), one);
    values.certificates.insert("other".to_owned(), other);
    let secret = "
apiVersion: v1
kind: Secret
metadata: {name: mismatch}
type: kubernetes.io/tls
data: {tls.crt: '${certificate:one:crt}', tls.key: '${certificate:other:key}'}
";
    vec![
        Mistake {
            text: route("regex", "/r", "one").replace("value: /r", "type: RegularExpression, value: '/r('"),
            object: "HTTPRoute default/regex",
            words: &["spec.rules[0].matches[0].path", "/r("],
        },
        Mistake {
            text: String::new(),
            object: "Gateway default/gw",
            words: &[
                "spec.listeners[1].tls.certificateRefs[0]",
                "absent",
                "\"ResolvedRefs\",\"status\":\"False\"",
            ],
        },
        Mistake {
            text: values.fill(secret).unwrap(),
            object: "Gateway default/gw",
            words: &["spec.listeners[2].tls.certificateRefs[0]", "mismatch"],
        },
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mistakes_are_told_with_object_and_field_and_cost_nobody_else_a_request() {
    let scene = Scene::new().await;
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let secured = |name: &str, secret: &str| {
        let port = port::free();
        format!(
            "    - {{name: {name}, protocol: HTTPS, port: {port}, tls: {{certificateRefs: [{{name: {secret}}}]}}}}\n"
        )
    };
    let listeners = secured("first", "absent") + &secured("second", "mismatch");
    put(at, "base.yaml", &scene.base(&listeners));
    put(at, "good.yaml", &route("good", "/good", "one"));
    put(at, "edited.yaml", &route("edited", "/edited", "one"));
    let (source, problems) = files(at);
    let running = Running::start(verifying(vec![source])).await.unwrap();
    scene.answers("/good", 200, Some("one")).await;
    scene.answers("/edited", 200, Some("one")).await;
    let load = scene.load("/good");

    for (number, Mistake { text, object, words }) in mistakes().into_iter().enumerate() {
        put(at, &format!("mistake-{number}.yaml"), &text);
        let told = deadline::poll(PATIENCE, || async {
            let status = running.status(object);
            if words.iter().all(|word| status.contains(word)) { Ok(()) } else { Err(status) }
        });
        told.await.unwrap_or_else(|status| panic!("{object}: {words:?} not in {status}"));
        // What comes afterwards is not held up.
        put(at, "later.yaml", &route("later", &format!("/later-{number}"), "two"));
        scene.answers(&format!("/later-{number}"), 200, Some("two")).await;
    }

    // A file that is no YAML keeps the last good form of its objects, and is named with its line.
    put(at, "edited.yaml", "apiVersion: v1\nkind: [\n");
    let told = deadline::poll(PATIENCE, || async {
        let list = problems.list();
        let is_it = |text: &str| text.contains("edited.yaml:1") && text.contains("line ");
        if list.iter().any(|problem| is_it(&problem.to_string())) { Ok(()) } else { Err(list) }
    });
    told.await.unwrap();
    scene.answers("/edited", 200, Some("one")).await;
    put(at, "later.yaml", &route("later", "/last", "two"));
    scene.answers("/last", 200, Some("two")).await;

    let report = load.finish().await;
    assert_eq!(report.failures(), 0, "{report}");
    Box::new(running).stop().await.unwrap();
}

/// A source that ends, as if it lost its connection, whenever the number changes.
struct Unsteady {
    inner: MemorySource,
    ends: watch::Receiver<u32>,
    ended: Arc<Notify>,
}

impl ResourceSource for Unsteady {
    fn id(&self) -> SourceId {
        self.inner.id()
    }

    fn run(self: Box<Self>, sink: Arc<dyn ChangeSink>) -> BoxFuture<'static, Result<(), SourceError>> {
        let Self { inner, mut ends, ended } = *self;
        ends.mark_unchanged();
        Box::pin(async move {
            tokio::select! {
                outcome = Box::new(inner).run(sink) => outcome,
                _ = ends.changed() => {
                    ended.notify_one();
                    let source = std::io::Error::other("gone").into();
                    Err(SourceError::Transient { what: "the connection ended".to_owned(), source })
                }
            }
        })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_sources_serve_together_and_one_that_restarts_replaces_only_its_own() {
    let scene = Scene::new().await;
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    put(at, "base.yaml", &(scene.base("") + &route("of-files", "/files", "one")));
    put(at, "both.yaml", &route("of-both", "/both", "one"));
    let world = MemoryWorld::new(decode(
        &(route("of-memory", "/memory", "two")
            + &route("gone", "/gone", "two")
            + &route("of-both", "/both", "two")),
    ));
    let (end, ends) = watch::channel(0);
    let ended = Arc::new(Notify::new());
    let (watched, told) = (world.clone(), Arc::clone(&ended));
    let memory: SourceFactory = Box::new(move || {
        let inner = watched.source("in-process");
        Box::new(Unsteady { inner, ends: ends.clone(), ended: Arc::clone(&told) })
    });
    let (source, _problems) = files(at);
    let running =
        Running::start(verifying(vec![source, (SourceId::new("in-process"), memory)])).await.unwrap();
    scene.answers("/files", 200, Some("one")).await;
    scene.answers("/memory", 200, Some("two")).await;
    scene.answers("/gone", 200, Some("two")).await;
    // Of an object that both have, the source whose name comes first owns it.
    scene.answers("/both", 200, Some("one")).await;
    let load = scene.load("/files");

    end.send_modify(|times| *times += 1);
    ended.notified().await;
    // What it sent before stays in force until it is back; meanwhile its objects change.
    scene.answers("/memory", 200, Some("two")).await;
    world.replace(&decode(&(route("of-memory", "/memory", "one") + &route("of-both", "/both", "two"))));
    scene.answers("/memory", 200, Some("one")).await;
    scene.answers("/gone", 404, None).await;
    scene.answers("/both", 200, Some("one")).await;
    fs::remove_file(at.join("both.yaml")).unwrap();
    scene.answers("/both", 200, Some("two")).await;

    let report = load.finish().await;
    assert_eq!(report.failures(), 0, "{report}");
    Box::new(running).stop().await.unwrap();
}
