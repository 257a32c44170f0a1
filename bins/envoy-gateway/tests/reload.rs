//! The configuration file is edited while Envoy serves: the change shows, and nothing is interrupted.

#![expect(clippy::unwrap_used, reason = "a test cannot go on without what it prepares")]

use std::{fs, net::SocketAddr, path::Path, process::Command, time::Duration};

use eg_testkit::{
    client::Request,
    echo::{Echo, Protocol},
    envoy,
    load::{Load, time_to_live},
    port,
};
use rustix::process::{Signal, kill_process};
use server::Server;

#[path = "shared/server.rs"]
mod server;

const PATIENCE: Duration = Duration::from_secs(30);

/// A configuration that runs Envoy on this machine, with these further lines.
fn configure(home: &Path, more: &str) {
    let at = home.display();
    let text = format!(
        "apiVersion: gateway.envoyproxy.io/v1alpha1
kind: EnvoyGateway
provider:
  type: Custom
  custom:
    resource: {{type: File, file: {{paths: ['{at}/objects']}}}}
    infrastructure:
      type: Host
      host: {{configHome: '{at}', dataHome: '{at}', stateHome: '{at}', runtimeDir: '{at}/run'}}
envoyProxy: {{logging: {{level: {{default: error}}}}, telemetry: {{accessLog: {{disable: true}}}}}}
{more}
"
    );
    // A file that is half written must not be read.
    fs::write(home.join("draft"), text).unwrap();
    fs::rename(home.join("draft"), home.join("config.yaml")).unwrap();
}

fn objects(listener: u16, service: SocketAddr, backend: SocketAddr) -> String {
    let (service, backend) = (service.port(), backend.port());
    let route = |path: &str, reference: &str| {
        format!(
            "
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: {path}}}
spec:
  parentRefs: [{{name: gw}}]
  rules: [{{matches: [{{path: {{value: /{path}}}}}], backendRefs: [{reference}]}}]"
        )
    };
    format!(
        "apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {{name: eg}}
spec: {{controllerName: gateway.envoyproxy.io/gatewayclass-controller}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {{name: gw}}
spec: {{gatewayClassName: eg, listeners: [{{name: http, protocol: HTTP, port: {listener}}}]}}
---
apiVersion: v1
kind: Service
metadata: {{name: one}}
spec: {{ports: [{{name: http, port: 80}}]}}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: one-a, labels: {{kubernetes.io/service-name: one}}}}
addressType: IPv4
ports: [{{name: http, protocol: TCP, port: {service}}}]
endpoints: [{{addresses: [127.0.0.1], conditions: {{ready: true}}}}]
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: Backend
metadata: {{name: two}}
spec: {{endpoints: [{{ip: {{address: 127.0.0.1, port: {backend}}}}}]}}{}{}
",
        route("one", "{name: one, port: 80}"),
        route("two", "{group: gateway.envoyproxy.io, kind: Backend, name: two}"),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edited_configuration_shows_while_streams_ports_and_requests_live_on() {
    let home = tempfile::tempdir().unwrap();
    let one = Echo::start("default", "one", Protocol::Http1).await.unwrap();
    let two = Echo::start("default", "two", Protocol::Http1).await.unwrap();
    let listener = SocketAddr::from(([127, 0, 0, 1], port::free()));
    fs::create_dir(home.path().join("objects")).unwrap();
    fs::write(home.path().join("objects/in.yaml"), objects(listener.port(), one.address(), two.address()))
        .unwrap();
    configure(home.path(), "");
    let mut command = Command::new(env!("CARGO_BIN_EXE_envoy-gateway"));
    command
        .args(["server", "--xds-port", "0", "--metrics-port", "0", "-c"])
        .arg(home.path().join("config.yaml"));
    command.env("ENVOY_PATH", envoy::find().unwrap());
    let mut server = Server::start(command);

    let answers = |path: &'static str, status: u16| async move {
        let request = Request::get(listener, "a.example.com", path);
        time_to_live(&request, PATIENCE, |response| response.status == status).await.unwrap();
    };
    answers("/one", 200).await;
    answers("/two", 500).await;
    let requests = vec![("a.example.com".to_owned(), "/one".to_owned())];
    let load = Load { target: listener, requests, connections: 4, rate: 200 }.start();

    // What is wrong is refused with its line, and what was in force stays.
    configure(home.path(), "extensionApis: {enableBackend: 7}");
    let refused = server.says("is not used");
    assert!(refused.contains("config.yaml:11: extensionApis.enableBackend"), "{refused}");
    answers("/two", 500).await;
    configure(home.path(), "extensionApis: {enableBackend: true}");
    answers("/two", 200).await;
    configure(home.path(), "extensionApis: {enableBackend: true}\nxdsServer: {maxConnectionAge: 1h}");
    let later = server.says("when the control plane starts again");
    assert!(later.contains("xdsServer.maxConnectionAge"), "{later}");
    configure(home.path(), "extensionApis: {enableBackend: false}");
    answers("/two", 500).await;

    let report = load.finish().await;
    assert_eq!(report.failures(), 0, "{report}");
    assert!(report.good > 0);
    kill_process(server.pid(), Signal::TERM).unwrap();
    assert_eq!(server.ends(), 0);
    let count = |text: &str| server.log().iter().filter(|line| line.contains(text)).count();
    assert_eq!(count("a proxy connected"), 1, "{:#?}", server.log());
    assert_eq!(count("xDS is served"), 1);
    assert_eq!(count("proxy started"), 1);
}
