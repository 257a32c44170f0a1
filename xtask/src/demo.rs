//! `cargo xtask demo`: the quickstart, on this machine, without Kubernetes.

use crate::command::{Failure, Workspace};
use crate::envoy;
use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    process::{Child, Command},
    time::{Duration, Instant},
};

/// Where the quickstart's Gateway listens.
const GATEWAY: ([u8; 4], u16) = ([127, 0, 0, 1], 8888);

/// The quickstart's backends: name and port, as in `examples/quickstart/resources/`.
const BACKENDS: &[(&str, &str)] = &[("one", "127.0.0.1:3001"), ("two", "127.0.0.1:3002")];

/// Starts backends and gateway and waits for Ctrl-C; with `--check` asks once, prints the answer and stops everything.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let check = arguments.iter().any(|argument| argument == "--check");
    let envoy = envoy::ensure(workspace)?;
    workspace.run_cargo(&["build", "--quiet", "--package", "eg-envoy-gateway"])?;
    workspace.run_cargo(&[
        "build",
        "--quiet",
        "--package",
        "eg-testkit",
        "--example",
        "echo",
        "--features",
        "echo",
    ])?;
    let mut running = Vec::new();
    for (name, address) in BACKENDS {
        let echo = workspace.binary("debug", "examples/echo");
        running.push(Running::start("echo", workspace.command(echo).args([*name, *address]))?);
    }
    let mut gateway = workspace.command(workspace.binary("debug", "envoy-gateway"));
    gateway.args(["server", "-c", "examples/quickstart/config.yaml"]).env("ENVOY_PATH", envoy);
    running.push(Running::start("envoy-gateway", &mut gateway)?);
    let answer = wait_for_answer(&mut running, Duration::from_secs(30))?;
    println!("{answer}\n");
    if !check {
        println!("The gateway answers. Try:\n");
        println!("    curl -H 'Host: www.example.com' http://127.0.0.1:{}/hello", GATEWAY.1);
        println!(
            "\nThen edit examples/quickstart/resources/routes.yaml: give backend `two` some weight, or add a"
        );
        println!("header modifier, save, and ask again. Ctrl-C stops everything.");
        while running.iter_mut().all(Running::is_alive) {
            std::thread::sleep(Duration::from_millis(200));
        }
        return Err(Failure::new("one of the programs ended"));
    }
    while let Some(program) = running.pop() {
        program.stop()?;
    }
    println!("xtask demo: ok");
    Ok(())
}

/// Asks until the gateway answers with 200; fails when a program ends or the time is up.
fn wait_for_answer(running: &mut [Running], patience: Duration) -> Result<String, Failure> {
    let deadline = Instant::now() + patience;
    loop {
        let last = match ask() {
            Ok(answer) if answer.starts_with("HTTP/1.1 200") => return Ok(answer),
            Ok(answer) => answer.lines().next().unwrap_or_default().to_owned(),
            Err(error) => error.to_string(),
        };
        if let Some(dead) =
            running.iter_mut().find_map(|program| (!program.is_alive()).then_some(program.name))
        {
            return Err(Failure::new(format!("{dead} ended before the gateway answered")));
        }
        if Instant::now() > deadline {
            return Err(Failure::new(format!("no answer after {patience:?}; the last attempt: {last}")));
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// One GET through the gateway, the whole answer as text.
fn ask() -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&SocketAddr::from(GATEWAY), Duration::from_secs(1))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(b"GET /hello HTTP/1.1\r\nHost: www.example.com\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

/// A program of the demo; ends with this value.
struct Running {
    name: &'static str,
    child: Child,
}

impl Running {
    fn start(name: &'static str, command: &mut Command) -> Result<Self, Failure> {
        let child = command.spawn().map_err(|error| Failure::new(format!("{name}: {error}")))?;
        Ok(Self { name, child })
    }

    fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Asks the program to end and waits; one that ended before, or does not end in time, is a failure.
    fn stop(mut self) -> Result<(), Failure> {
        if !self.is_alive() {
            return Err(Failure::new(format!("{} ended early", self.name)));
        }
        self.terminate()
    }

    /// Asks nicely, so that a gateway can stop its proxies, and waits.
    fn terminate(&mut self) -> Result<(), Failure> {
        if !self.is_alive() {
            return Ok(());
        }
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        let deadline = Instant::now() + Duration::from_secs(15);
        while asked.success() && Instant::now() < deadline {
            if !self.is_alive() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Err(Failure::new(format!("{} did not end when asked to", self.name)))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Err(failure) = self.terminate() {
            eprintln!("xtask demo: {failure}");
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}
