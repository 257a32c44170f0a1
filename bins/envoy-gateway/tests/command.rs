//! The program as its users start it.

#![expect(clippy::unwrap_used, reason = "a test cannot go on without what it prepares")]

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use server::Server;

#[path = "shared/server.rs"]
mod server;

const PATIENCE: Duration = Duration::from_secs(30);

/// Serves at free ports of this machine, without TLS.
const LOOPBACK: [&str; 7] =
    ["--xds-host", "127.0.0.1", "--xds-port", "0", "--xds-plaintext", "--metrics-port", "0"];

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_envoy-gateway"));
    command.args(arguments).stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> Output {
    program(arguments).output().unwrap()
}

fn configuration(directory: &Path, extra: &str) -> String {
    let path = directory.join("config.yaml");
    let objects = directory.join("objects");
    fs::create_dir_all(&objects).unwrap();
    let text = format!(
        "apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: EnvoyGateway\nprovider:\n  type: Custom\n  custom:\n    \
         resource: {{type: File, file: {{paths: ['{}']}}}}\n{extra}",
        objects.display()
    );
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_wrong_configuration_is_refused_with_the_field() {
    let directory = tempfile::tempdir().unwrap();
    let config = configuration(directory.path(), "logging: {level: {default: loud}}\n");
    let output = run(&["server", "-c", &config]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(error.contains("logging.level"), "{error}");
}

#[test]
fn kubernetes_is_refused_clearly() {
    let output = run(&["server"]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(error.contains("provider.type") && error.contains("Kubernetes"), "{error}");
}

#[test]
fn versions_are_told_in_every_format() {
    let text = |arguments: &[&str]| String::from_utf8(run(arguments).stdout).unwrap();
    assert!(text(&["version"]).starts_with("ENVOY_GATEWAY_VERSION: v"));
    let json: serde_json::Value = serde_json::from_str(&text(&["version", "-o", "json"])).unwrap();
    let yaml: serde_json::Value = serde_saphyr::from_str(&text(&["version", "-o", "yaml"])).unwrap();
    assert_eq!(json, yaml);
    assert!(json["envoyProxyVersion"].is_string());
}

#[test]
fn certificates_are_made_once_and_replaced_on_request() {
    let home = tempfile::tempdir().unwrap();
    let certgen = |more: &[&str]| {
        let mut arguments = vec!["certgen", "--local", "--config-home", home.path().to_str().unwrap()];
        arguments.extend(more);
        assert!(run(&arguments).status.success());
        fs::read(home.path().join("certs/envoy-gateway/tls.crt")).unwrap()
    };
    let first = certgen(&[]);
    assert_eq!(certgen(&[]), first);
    assert_ne!(certgen(&["--overwrite"]), first);
    assert!(!run(&["certgen"]).status.success(), "without --local there is nothing to do it for");
}

#[test]
fn xds_is_served_at_the_port_that_is_logged_until_asked_to_end() {
    let directory = tempfile::tempdir().unwrap();
    let config = configuration(directory.path(), "");
    let arguments = [&["server", "-c", &config][..], &LOOPBACK].concat();
    for signal in [Signal::TERM, Signal::INT] {
        let mut server = Server::start(program(&arguments));
        let line = server.says("xDS is served");
        let address = line.split("address=").nth(1).unwrap().split_whitespace().next().unwrap();
        assert!(TcpStream::connect(address).is_ok(), "{address}");
        server.says("the control plane runs");
        kill_process(server.pid(), signal).unwrap();
        server.says("the control plane has ended");
        assert_eq!(server.ends(), 0);
    }
}

/// What is at this address and path.
fn page(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn metrics_are_shown_at_the_port_that_is_logged_unless_they_are_switched_off() {
    let directory = tempfile::tempdir().unwrap();
    let config = configuration(directory.path(), "");
    let arguments = [&["server", "-c", &config][..], &LOOPBACK, &["--metrics-host", "127.0.0.1"]].concat();
    let mut server = Server::start(program(&arguments));
    let line = server.says("metrics are shown");
    let address = line.split("address=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    server.says("the control plane runs");
    let began = Instant::now();
    while !page(&address, "/metrics").contains("\nwatchable_event_total{runner=\"gateway-api\",") {
        assert!(began.elapsed() < PATIENCE, "{}", page(&address, "/metrics"));
    }
    assert!(page(&address, "/").starts_with("HTTP/1.1 404 "));

    // Two of them do not fit in one place, and the program says what to do.
    let port = address.rsplit(':').next().unwrap();
    let arguments = [&arguments[..arguments.len() - 3], &[port, "--metrics-host", "127.0.0.1"]].concat();
    let second = run(&arguments);
    let error = String::from_utf8(second.stderr).unwrap();
    assert!(!second.status.success() && error.contains("--metrics-port"), "{error}");

    let disabled = "telemetry: {metrics: {prometheus: {disable: true}}}\n";
    let config = configuration(directory.path(), disabled);
    let arguments = [&["server", "-c", &config][..], &LOOPBACK].concat();
    let mut quiet = Server::start(program(&arguments));
    quiet.says("the control plane runs");
    assert!(!quiet.log().iter().any(|line| line.contains("metrics are shown")));
}

#[test]
fn work_goes_on_while_nobody_reads_the_log() {
    let directory = tempfile::tempdir().unwrap();
    let config = configuration(directory.path(), "");
    let class = |number: usize| {
        format!(
            "---\napiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {{name: c{number}}}\n\
             spec: {{controllerName: gateway.envoyproxy.io/gatewayclass-controller}}\n"
        )
    };
    // Each is worth a line; together they are more than a pipe holds.
    let classes: String = (0..1500).map(class).collect();
    fs::write(directory.path().join("objects/in.yaml"), classes).unwrap();
    let port = eg_testkit::port::free().to_string();
    let arguments =
        [&["server", "-c", &config][..], &LOOPBACK[..6], &[&port, "--metrics-host", "127.0.0.1"]].concat();
    let child = program(&arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut server = Unread(child);
    let began = Instant::now();
    let written = "\nstatus_update_total{kind=\"GatewayClass\",status=\"success\",reason=\"\"} 1500\n";
    let address = format!("127.0.0.1:{port}");
    while !(TcpStream::connect(&address).is_ok() && page(&address, "/metrics").contains(written)) {
        assert!(began.elapsed() < PATIENCE, "the program waits for its reader");
        std::thread::sleep(Duration::from_millis(50));
    }
    kill_process(Pid::from_child(&server.0), Signal::TERM).unwrap();
    assert!(server.0.wait().unwrap().success());
}

/// A program whose output nobody reads; killed if a test leaves it.
struct Unread(Child);

impl Drop for Unread {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _ended = self.0.wait();
    }
}

#[test]
fn a_changed_configuration_is_put_to_work_and_a_wrong_one_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let config = configuration(directory.path(), "");
    let class = "apiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {name: c}\n\
                 spec: {controllerName: x.example/mine}\n";
    fs::write(directory.path().join("objects/in.yaml"), class).unwrap();
    let mut server = Server::start(program(&[&["server", "-c", &config][..], &LOOPBACK].concat()));
    server.says("the control plane runs");
    configuration(directory.path(), "logging: {level: {default: loud}}\n");
    assert!(server.says("is not used").contains("logging.level"));
    configuration(directory.path(), "gateway: {controllerName: x.example/mine}\n");
    server.says("Accepted=True");
    kill_process(server.pid(), Signal::TERM).unwrap();
    assert_eq!(server.ends(), 0);
}

#[test]
fn neither_proxies_nor_statuses_are_left_behind() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name).display().to_string();
    let host = format!(
        "    infrastructure: {{type: Host, host: {{configHome: '{0}', dataHome: '{0}', stateHome: '{0}', runtimeDir: '{1}'}}}}\n",
        at("home"),
        at("run")
    );
    let config = configuration(directory.path(), &host);
    let objects = "
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: c}
spec: {controllerName: gateway.envoyproxy.io/gatewayclass-controller}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: g}
spec: {gatewayClassName: c, listeners: [{name: http, port: PORT, protocol: HTTP}]}
";
    let objects = objects.replace("PORT", &eg_testkit::port::free().to_string());
    fs::write(directory.path().join("objects/in.yaml"), objects).unwrap();
    let statuses = at("statuses");
    let mut command = program(&[
        "server",
        "-c",
        &config,
        "--xds-port",
        "0",
        "--metrics-port",
        "0",
        "--status-dir",
        &statuses,
    ]);
    command.env("ENVOY_PATH", eg_testkit::envoy::find().unwrap());
    let mut server = Server::start(command);
    let line = server.says("proxy started");
    let pid = line.split("pid=").nth(1).unwrap().split_whitespace().next().unwrap().parse().unwrap();
    let proxy = Pid::from_raw(pid).unwrap();
    server.says("proxy is live");
    let status = Path::new(&statuses).join("Gateway/default/g.yaml");
    let began = Instant::now();
    while !fs::read_to_string(&status).unwrap_or_default().contains("reason: Programmed") {
        assert!(began.elapsed() < PATIENCE, "{:#?}", server.log());
        std::thread::yield_now();
    }
    fs::remove_file(directory.path().join("objects/in.yaml")).unwrap();
    server.says("proxy ended");
    assert!(!status.exists(), "the status outlives its object");
    kill_process(server.pid(), Signal::TERM).unwrap();
    server.says("the control plane has ended");
    assert_eq!(server.ends(), 0);
    assert!(test_kill_process(proxy).is_err(), "the proxy still runs");
}
