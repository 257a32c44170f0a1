//! What a real Envoy refuses costs the object at fault alone, and its status says so.

#![expect(clippy::expect_used, reason = "samples are known to be right")]

#[path = "shared/in_process.rs"]
mod in_process;
#[path = "shared/objects.rs"]
mod objects;

use std::time::Duration;

use eg_diag::Diagnostic;
use eg_ir::{FeatureId, route::PathMatch};
use eg_testkit::{
    client::Request,
    deadline,
    echo::{Echo, Protocol},
    port,
    traffic::gateway::Gateway,
};
use eg_xds_translator::{
    Features, XdsTranslator,
    http::{HttpFeature, RouteCx},
    xds_api::pb::envoy::{
        config::route::v3::{Route, route_match::PathSpecifier},
        r#type::matcher::v3::RegexMatcher,
    },
};
use in_process::{Running, Setup};

/// Makes a regular expression of paths that contain `refused`, which keeps all rules of the messages and which Envoy cannot
/// compile.
struct OnlyEnvoyRefuses;

impl HttpFeature for OnlyEnvoyRefuses {
    fn id(&self) -> FeatureId {
        FeatureId::new("vendor.example/only_envoy_refuses")
    }

    fn route(&self, cx: RouteCx<'_>, route: &mut Route) -> Result<(), Diagnostic> {
        let Some(PathMatch::Prefix(path)) = &cx.route.matches.path else { return Ok(()) };
        if path.contains("refused")
            && let Some(matches) = &mut route.r#match
        {
            let regex = RegexMatcher { regex: format!("{path}(unclosed"), ..RegexMatcher::default() };
            matches.path_specifier = Some(PathSpecifier::SafeRegex(regex));
        }
        Ok(())
    }
}

/// Everything but routes.
fn base(listener: u16, backend: &Echo) -> String {
    let (ip, port) = (backend.address().ip(), backend.address().port());
    let gateway = objects::gateway(listener, "");
    format!(
        "{gateway}
apiVersion: v1
kind: Service
metadata: {{name: one, namespace: default}}
spec: {{ports: [{{name: http, port: 80, targetPort: 3000}}]}}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: one-a, namespace: default, labels: {{kubernetes.io/service-name: one}}}}
addressType: IPv4
ports: [{{name: http, protocol: TCP, port: {port}}}]
endpoints: [{{addresses: ['{ip}'], conditions: {{ready: true}}}}]
"
    )
}

fn route(name: &str, generation: u32, path: &str) -> String {
    format!(
        "
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: {name}, namespace: default, generation: {generation}}}
spec:
  parentRefs: [{{name: gw}}]
  rules: [{{matches: [{{path: {{value: {path}}}}}], backendRefs: [{{name: one, port: 80}}]}}]
"
    )
}

/// A gateway, its objects that do not change, and where it listens.
struct Scene {
    gateway: Box<dyn Gateway>,
    base: String,
    port: u16,
    _backend: Echo,
}

impl Scene {
    async fn start() -> Self {
        let backend = Echo::start("default", "one", Protocol::Http1).await.expect("a backend");
        let port = port::free();
        let emitter = XdsTranslator::new(Features::default().with_http(OnlyEnvoyRefuses));
        let setup = Setup { emitter, verify_incremental: true, ..Setup::default() };
        let gateway = Box::new(Running::start(setup).await.expect("a gateway"));
        Self { gateway, base: base(port, &backend), port, _backend: backend }
    }

    async fn apply(&mut self, routes: &[String]) {
        let objects = self.base.clone() + &routes.concat();
        self.gateway.apply(&objects).await.expect("objects");
    }

    /// Waits until a path is answered with this status.
    async fn answers(&self, path: &str, status: u16) {
        let address = ([127, 0, 0, 1], self.port).into();
        let ask = || async move {
            match Request::get(address, "example.com", path).send().await {
                Ok(response) if response.status == status => Ok(()),
                Ok(response) => Err(format!("{path}: {}", response.status)),
                Err(error) => Err(format!("{path}: {error}")),
            }
        };
        deadline::poll(Duration::from_secs(20), ask).await.expect(path);
    }

    /// Waits until the complaints are as wanted.
    async fn complains(&self, wanted: impl Fn(&str) -> bool) {
        self.complains_within(Duration::from_secs(5), wanted).await;
    }

    async fn complains_within(&self, limit: Duration, wanted: impl Fn(&str) -> bool) {
        let ask = || async {
            let text = self.gateway.explain().await;
            if wanted(&text) { Ok(()) } else { Err(text) }
        };
        deadline::poll(limit, ask).await.expect("a status");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_route_costs_itself_alone_and_heals() {
    let mut scene = Scene::start().await;
    scene.apply(&[route("good", 1, "/good"), route("edited", 1, "/edited")]).await;
    scene.answers("/good", 200).await;
    scene.answers("/edited", 200).await;

    // One that was never good, one that was, and one that comes together with them.
    let (new, edited) = (route("new", 1, "/refused-new"), route("edited", 2, "/refused-edit"));
    scene.apply(&[route("good", 1, "/good"), edited.clone(), new.clone(), route("later", 1, "/later")]).await;
    let says = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(&format!("HTTPRoute default/{name}:")));
        line.is_some_and(|line| line.contains("\"Programmed\"") && line.contains("missing )"))
    };
    let both = |text: &str| says(text, "new") && says(text, "edited") && !says(text, "good");
    scene.complains_within(Duration::from_secs(1), both).await;
    scene.answers("/later", 200).await;
    scene.answers("/refused-new", 500).await;
    scene.answers("/edited", 200).await;
    scene.answers("/good", 200).await;

    // Others go on.
    scene.apply(&[route("good", 2, "/better"), edited, new, route("later", 1, "/later")]).await;
    scene.answers("/better", 200).await;
    scene.answers("/good", 404).await;
    scene.answers("/edited", 200).await;

    // New generations heal, without a restart.
    scene.apply(&[route("edited", 3, "/healed-edit"), route("new", 2, "/healed-new")]).await;
    scene.answers("/healed-edit", 200).await;
    scene.answers("/healed-new", 200).await;
    scene.answers("/edited", 404).await;
    scene.complains(|text| !says(text, "new") && !says(text, "edited")).await;
    scene.gateway.stop().await.expect("an end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_route_among_many_at_the_start_is_found() {
    let mut scene = Scene::start().await;
    let mut routes: Vec<String> =
        (0..60).map(|number| route(&format!("r{number}"), 1, &format!("/r{number}"))).collect();
    routes.insert(20, route("bad", 1, "/refused"));
    scene.apply(&routes).await;
    scene.answers("/r0", 200).await;
    scene.answers("/refused", 500).await;
    scene.answers("/r59", 200).await;
    scene.complains(|text| text.contains("HTTPRoute default/bad:") && text.contains("missing )")).await;
    scene.gateway.stop().await.expect("an end");
}
