//! Proxies that an earlier control plane left running go on serving until their successors do, or end.

use crate::fixture::{
    FixedAnswer, Host, bootstrap, envoy, eventually, free_port, get, options, pids, target,
};
use eg_infra::{Provisioner, host::HostProvisioner};
use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Child, Command, Stdio},
};
use tempfile::TempDir;

/// A proxy as a control plane that was killed would have left it; ended and reaped when dropped.
struct Leftover(Child);

impl Leftover {
    fn start(home: &Path, fleet: &str, port: u16) -> Self {
        let admin = free_port();
        let directory =
            home.canonicalize().unwrap().join("runtime/fleets").join(fleet).join(admin.to_string());
        fs::create_dir_all(&directory).unwrap();
        let file = directory.join("bootstrap.yaml");
        fs::write(&file, bootstrap(admin, port, "old")).unwrap();
        let mut command = Command::new(envoy());
        command.arg("-c").arg(&file).args(["--disable-hot-restart", "--concurrency", "1", "-l", "warn"]);
        Self(command.stderr(Stdio::null()).spawn().unwrap())
    }

    fn has_ended(&mut self) -> bool {
        self.0.try_wait().unwrap().is_some()
    }
}

impl Drop for Leftover {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn a_fleet_inherits_its_old_proxy_and_ends_it_once_the_new_one_serves() {
    let (home, port): (TempDir, u16) = (tempfile::tempdir().unwrap(), free_port());
    let mut old = Leftover::start(home.path(), "ns_gw", port);
    eventually("the old proxy serves", async || get(port).await.is_some()).await;
    let host = Host { provisioner: HostProvisioner::new(options(home.path())).unwrap(), home };
    host.provisioner.retain(&BTreeSet::from([target("ns/gw")])).await.unwrap();
    assert!(!old.has_ended(), "it serves until its successor does");
    host.serve("ns/gw", &FixedAnswer::new(port, "new")).await;
    eventually("only the new proxy is left", async || {
        let pids = host.pids();
        pids.len() == 1 && pids[0] != old.0.id()
    })
    .await;
    assert_eq!(get(port).await.unwrap(), "new");
    host.provisioner.shutdown().await;
}

#[tokio::test]
async fn a_proxy_that_nobody_asks_for_any_more_is_ended() {
    let (home, port) = (tempfile::tempdir().unwrap(), free_port());
    let _old = Leftover::start(home.path(), "ns_gone", port);
    eventually("the old proxy serves", async || get(port).await.is_some()).await;
    let provisioner = HostProvisioner::new(options(home.path())).unwrap();
    provisioner.retain(&BTreeSet::new()).await.unwrap();
    eventually("the old proxy is gone", async || pids(home.path()).is_empty()).await;
}

#[tokio::test]
async fn shutdown_ends_old_proxies_too() {
    let (home, port) = (tempfile::tempdir().unwrap(), free_port());
    let _old = Leftover::start(home.path(), "ns_gw", port);
    eventually("the old proxy serves", async || get(port).await.is_some()).await;
    HostProvisioner::new(options(home.path())).unwrap().shutdown().await;
    assert!(pids(home.path()).is_empty());
}

#[tokio::test]
async fn what_an_ended_proxy_left_is_removed() {
    let home = tempfile::tempdir().unwrap();
    let directory = home.path().join("runtime/fleets/ns_gw/12345");
    fs::create_dir_all(&directory).unwrap();
    fs::write(directory.join("bootstrap.yaml"), "x").unwrap();
    let _provisioner = HostProvisioner::new(options(home.path())).unwrap();
    assert!(!directory.exists());
}
