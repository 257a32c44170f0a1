//! What happens to files, and what a source makes of it; with the watches of the operating system.

#![expect(clippy::unwrap_used, reason = "a test cannot go on without what it prepares")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use eg_provider_file::{FileOptions, FileSource, Problem, Problems};
use eg_resources::{Batch, BoxFuture, Change, ChangeSink, Closed, ResourceSource, SourceId};
use eg_testkit::deadline;
use tempfile::TempDir;
use tokio::{sync::watch, task::JoinHandle, time::timeout};

const PATIENCE: Duration = Duration::from_secs(10);

/// Objects by name, each with its value, and how many changes made them.
#[derive(Clone, Debug, Default, PartialEq)]
struct World {
    objects: BTreeMap<String, String>,
    changes: usize,
}

struct Collector(watch::Sender<World>);

impl ChangeSink for Collector {
    fn send<'a>(&'a self, _: &'a SourceId, batch: Batch) -> BoxFuture<'a, Result<(), Closed>> {
        let changes = match batch {
            Batch::Replace(objects) => objects.into_iter().map(Change::Upsert).collect(),
            Batch::Changes(changes) => changes,
        };
        self.0.send_modify(|world| {
            for change in changes {
                world.changes += 1;
                let name = change.key().name.to_string();
                match change {
                    Change::Upsert(object) => {
                        let value = object.to_json()["data"]["value"].as_str().unwrap_or("?").to_owned();
                        world.objects.insert(name, value);
                    }
                    Change::Remove(_) => drop(world.objects.remove(&name)),
                }
            }
        });
        Box::pin(async { Ok(()) })
    }
}

/// A directory and a source of it that runs.
struct Scene {
    directory: TempDir,
    world: watch::Receiver<World>,
    problems: Problems,
    running: JoinHandle<()>,
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.running.abort();
    }
}

impl Scene {
    /// Prepares a directory, and runs a source of `root` in it. The periodic look comes too late to help.
    fn start(root: &str, prepare: impl FnOnce(&Path)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        prepare(directory.path());
        let mut options = FileOptions::new([directory.path().join(root)]);
        options.look_every = PATIENCE * 10;
        let problems = options.problems.clone();
        let (sender, world) = watch::channel(World::default());
        let running = tokio::spawn(async move {
            // How it ends shows in what it sends.
            let _ended = Box::new(FileSource::new(options)).run(Arc::new(Collector(sender))).await;
        });
        Self { directory, world, problems, running }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Waits until these are the objects and their values.
    async fn has(&mut self, expected: &[(&str, &str)]) {
        let expected: BTreeMap<String, String> =
            expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let reached = self.reaches(|world| world.objects == expected).await;
        assert!(reached, "expected {expected:?}, got {:?}", self.world.borrow());
    }

    /// Waits until the world satisfies a rule; whether it does in time.
    async fn reaches(&mut self, rule: impl Fn(&World) -> bool) -> bool {
        timeout(PATIENCE, self.world.wait_for(rule)).await.is_ok_and(|world| world.is_ok())
    }

    fn changes(&self) -> usize {
        self.world.borrow().changes
    }

    /// Waits until the problems satisfy a rule.
    async fn has_problems(&self, rule: impl Fn(&[Problem]) -> bool) {
        let attempt =
            || async { if rule(&self.problems.list()) { Ok(()) } else { Err(self.problems.list()) } };
        let reached = deadline::poll(PATIENCE, attempt).await;
        assert!(reached.is_ok(), "problems: {reached:?}");
    }
}

fn map(name: &str, value: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{value: '{value}'}}\n")
}

fn put(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[tokio::test]
async fn files_that_are_renamed_over_are_read_again() {
    let mut scene = Scene::start("in", |at| put(&at.join("in/a.yaml"), &map("x", "1")));
    scene.has(&[("x", "1")]).await;
    for value in ["2", "3", "4"] {
        scene.write("in/.draft", &map("x", value));
        fs::rename(scene.path("in/.draft"), scene.path("in/a.yaml")).unwrap();
        scene.has(&[("x", value)]).await;
    }
}

#[tokio::test]
async fn files_that_are_removed_and_written_again_never_lose_their_objects() {
    let mut scene =
        Scene::start("in", |at| put(&at.join("in/a.yaml"), &(map("x", "1") + "---\n" + &map("x2", "1"))));
    scene.has(&[("x", "1"), ("x2", "1")]).await;
    // As some editors do.
    fs::rename(scene.path("in/a.yaml"), scene.path("in/a.yaml~")).unwrap();
    scene.write("in/a.yaml", &(map("x", "2") + "---\n" + &map("x2", "1")));
    scene.has(&[("x", "2"), ("x2", "1")]).await;
    assert_eq!(scene.changes(), 3, "a removal was sent in between");
}

#[cfg(unix)]
#[tokio::test]
async fn links_that_are_swapped_show_the_new_files() {
    use std::os::unix::fs::symlink;
    // The shape of a mounted ConfigMap.
    let mut scene = Scene::start("in", |at| {
        put(&at.join("in/..v1/a.yaml"), &map("x", "1"));
        put(&at.join("in/..v2/a.yaml"), &map("x", "2"));
        put(&at.join("in/..v3/a.yaml"), &map("x", "3"));
        symlink("..v1", at.join("in/..data")).unwrap();
        symlink("..data/a.yaml", at.join("in/a.yaml")).unwrap();
    });
    scene.has(&[("x", "1")]).await;
    for version in ["2", "3"] {
        symlink(format!("..v{version}"), scene.path("in/..data_tmp")).unwrap();
        fs::rename(scene.path("in/..data_tmp"), scene.path("in/..data")).unwrap();
        scene.has(&[("x", version)]).await;
    }
    // And the file behind the link.
    scene.write("in/..v3/a.yaml", &map("x", "4"));
    scene.has(&[("x", "4")]).await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_root_that_is_a_link_may_lead_elsewhere() {
    use std::os::unix::fs::symlink;
    let mut scene = Scene::start("current/objects", |at| {
        put(&at.join("v1/objects/a.yaml"), &map("x", "1"));
        put(&at.join("v2/objects/a.yaml"), &map("x", "2"));
        symlink("v1", at.join("current")).unwrap();
    });
    scene.has(&[("x", "1")]).await;
    symlink("v2", scene.path("next")).unwrap();
    fs::rename(scene.path("next"), scene.path("current")).unwrap();
    scene.has(&[("x", "2")]).await;
    scene.write("v2/objects/a.yaml", &map("x", "3"));
    scene.has(&[("x", "3")]).await;
}

#[tokio::test]
async fn directories_come_go_and_are_exchanged() {
    let mut scene = Scene::start("in", |at| put(&at.join("in/a.yaml"), &map("a", "1")));
    scene.has(&[("a", "1")]).await;
    put(&scene.path("in/deep/er/b.yaml"), &map("b", "1"));
    scene.has(&[("a", "1"), ("b", "1")]).await;
    scene.write("in/deep/er/b.yaml", &map("b", "2"));
    scene.has(&[("a", "1"), ("b", "2")]).await;
    fs::remove_dir_all(scene.path("in/deep")).unwrap();
    scene.has(&[("a", "1")]).await;
    put(&scene.path("other/c.yaml"), &map("c", "1"));
    fs::rename(scene.path("in"), scene.path("old")).unwrap();
    fs::rename(scene.path("other"), scene.path("in")).unwrap();
    scene.has(&[("c", "1")]).await;
    scene.write("in/c.yaml", &map("c", "2"));
    scene.has(&[("c", "2")]).await;
}

#[tokio::test]
async fn a_root_that_is_missing_is_told_and_read_when_it_comes() {
    let mut scene = Scene::start("not/yet/a.yaml", |_| {});
    scene.has_problems(|problems| problems.len() == 1 && problems[0].path.ends_with("not/yet/a.yaml")).await;
    put(&scene.path("not/yet/a.yaml"), &map("x", "1"));
    scene.has(&[("x", "1")]).await;
    scene.has_problems(<[Problem]>::is_empty).await;
    fs::remove_file(scene.path("not/yet/a.yaml")).unwrap();
    scene.has(&[]).await;
}

#[tokio::test]
async fn a_bad_document_is_told_and_keeps_the_last_good_form() {
    let two = |x: &str, y: &str| format!("{x}---\n{y}");
    let mut scene =
        Scene::start("in", |at| put(&at.join("in/a.yaml"), &two(&map("x", "1"), &map("x2", "1"))));
    scene.has(&[("x", "1"), ("x2", "1")]).await;
    scene.write("in/a.yaml", &two("kind: [\n", &map("x2", "2")));
    scene.has(&[("x", "1"), ("x2", "2")]).await;
    scene.has_problems(|problems| problems.len() == 1 && problems[0].document == Some(1)).await;
    scene.write("in/b.yaml", &map("z", "1"));
    scene.has(&[("x", "1"), ("x2", "2"), ("z", "1")]).await;
    scene.write("in/a.yaml", &two(&map("x", "3"), &map("x2", "2")));
    scene.has(&[("x", "3"), ("x2", "2"), ("z", "1")]).await;
    scene.has_problems(<[Problem]>::is_empty).await;
}

#[tokio::test]
async fn only_what_differs_is_sent() {
    let many = |edited: &str| {
        let documents: Vec<String> =
            (0..20).map(|n| map(&format!("m{n}"), if n == 7 { edited } else { "1" })).collect();
        documents.join("---\n")
    };
    let mut scene = Scene::start("in", |at| put(&at.join("in/a.yaml"), &many("1")));
    let world = |edited: &'static str| -> Vec<(String, &'static str)> {
        (0..20).map(|n| (format!("m{n}"), if n == 7 { edited } else { "1" })).collect()
    };
    let expected = world("1");
    scene.has(&expected.iter().map(|(name, value)| (name.as_str(), *value)).collect::<Vec<_>>()).await;
    // The same bytes again, and then one edit: only the edit is sent.
    scene.write("in/a.yaml", &many("1"));
    scene.write("in/a.yaml", &many("2"));
    let expected = world("2");
    scene.has(&expected.iter().map(|(name, value)| (name.as_str(), *value)).collect::<Vec<_>>()).await;
    assert_eq!(scene.changes(), 21);
}

#[tokio::test]
async fn many_files_are_read_and_one_edit_is_one_change() {
    let mut scene = Scene::start("in", |at| {
        for n in 0..300 {
            put(&at.join(format!("in/{n}.yaml")), &map(&format!("m{n}"), "1"));
        }
    });
    assert!(scene.reaches(|world| world.objects.len() == 300).await);
    scene.write("in/123.yaml", &map("m123", "2"));
    let edited = |world: &World| world.objects.get("m123").is_some_and(|value| value == "2");
    assert!(scene.reaches(edited).await);
    assert_eq!(scene.changes(), 301);
}
