//! Statuses as files.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use eg_diag::{Identity, Kind, ObjectRef};
use eg_resources::{AnyObject, BoxFuture, Change, SourceError, StatusSink, StatusUpdate};
use serde_json::{Map, Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::scan::list;

mod transition;

/// A [`StatusSink`] that logs what changes and, given a directory, writes one YAML file for each object:
/// `<kind>/<namespace>/<name>.yaml`, without the namespace for kinds that have none.
///
/// Files are replaced by renaming, so readers never see half of one. An empty status removes the file, and so does the end
/// of the object, which [`FileOptions::statuses`](crate::FileOptions::statuses) tells of. A status that cannot be written
/// is reported and tried again with the next write.
#[derive(Clone, Debug)]
pub struct FileStatusSink {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    directory: Option<PathBuf>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// What was last written, so that times are kept and equal statuses cost nothing.
    written: BTreeMap<ObjectRef, Written>,
    /// What could not be written, with the reason that was reported.
    failed: BTreeMap<ObjectRef, (StatusUpdate, String)>,
    /// Objects that went away lately: their last statuses may still be on the way here.
    gone: BTreeMap<ObjectRef, Instant>,
}

/// A status as JSON text, which takes a tenth of the memory of its tree.
#[derive(Debug)]
struct Written(Box<str>);

impl Written {
    fn of(status: &Value) -> Self {
        Self(status.to_string().into_boxed_str())
    }

    fn value(&self) -> Value {
        serde_json::from_str(&self.0).unwrap_or_default()
    }
}

/// How long statuses of an object that went away may be on the way.
const LATE: Duration = Duration::from_mins(1);

impl FileStatusSink {
    /// A sink that writes to this directory, which is created when it is needed, or one that only logs.
    pub fn new(directory: Option<PathBuf>) -> Self {
        Self { shared: Arc::new(Shared { directory, state: Mutex::default() }) }
    }

    /// The file of an object's status; `None` when there is no directory or the object's names make no file name.
    pub fn path_of(&self, object: &ObjectRef) -> Option<PathBuf> {
        path_of(self.shared.directory.as_deref()?, object)
    }

    /// Removes the files of all objects but these: those that an earlier run left, of these foreign kinds too.
    pub(crate) fn retain(&self, objects: &[AnyObject], foreign: &[Kind]) {
        let Some(directory) = &self.shared.directory else { return };
        let kept: BTreeSet<PathBuf> =
            objects.iter().filter_map(|object| path_of(directory, object.key())).collect();
        let ours = eg_api::kinds::KINDS.iter().map(|kind| kind.kind);
        for kind in ours.chain(foreign.iter().map(|kind| kind.kind)) {
            let listing = list(&[directory.join(kind)], &mut |_| {});
            for path in listing.files.keys().filter(|path| !kept.contains(&***path)) {
                report(remove(path), || path.display().to_string());
            }
        }
    }

    /// Takes note of objects that changed: the file of one that is gone is removed.
    pub(crate) fn follow(&self, changes: &[Change]) {
        let mut state = self.shared.state();
        state.gone.retain(|_, since| since.elapsed() < LATE);
        for change in changes {
            let key = change.key();
            if let Change::Upsert(_) = change {
                state.gone.remove(key);
                continue;
            }
            state.gone.insert(key.clone(), Instant::now());
            state.failed.remove(key);
            state.written.remove(key);
            if let Some(path) = self.path_of(key) {
                report(remove(&path), || key.to_string());
            }
        }
    }
}

fn report(removed: io::Result<()>, what: impl Fn() -> String) {
    if let Err(error) = removed {
        tracing::warn!(%error, "the status of {} is out of date and cannot be removed", what());
    }
}

impl StatusSink for FileStatusSink {
    fn write<'a>(&'a self, updates: &'a [StatusUpdate]) -> BoxFuture<'a, Result<(), SourceError>> {
        let (shared, updates) = (Arc::clone(&self.shared), updates.to_vec());
        Box::pin(async move {
            let written = tokio::task::spawn_blocking(move || shared.write_all(updates, SystemTime::now()));
            written.await.map_err(|error| SourceError::Transient {
                what: "writing statuses did not end".to_owned(),
                source: Box::new(error),
            })
        })
    }
}

impl Shared {
    fn write_all(&self, updates: Vec<StatusUpdate>, now: SystemTime) {
        let mut state = self.state();
        let now = OffsetDateTime::from(now).replace_nanosecond(0).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let now = now.format(&Rfc3339).unwrap_or_default();
        let mut failed = std::mem::take(&mut state.failed);
        let mut due: BTreeMap<ObjectRef, StatusUpdate> =
            failed.iter().map(|(key, (update, _))| (key.clone(), update.clone())).collect();
        let updates = updates.into_iter().filter(|update| !state.gone.contains_key(&update.object));
        due.extend(updates.map(|update| (update.object.clone(), update)));
        for (key, update) in due {
            if let Err(error) = self.write_one(&mut state.written, &update, &now) {
                let reason = error.to_string();
                if failed.remove(&key).is_none_or(|(_, before)| before != reason) {
                    tracing::warn!(object = %key, "the status cannot be written: {reason}");
                }
                state.failed.insert(key, (update, reason));
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // What a panic left behind is at worst written once more.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_one(
        &self,
        written: &mut BTreeMap<ObjectRef, Written>,
        update: &StatusUpdate,
        now: &str,
    ) -> io::Result<()> {
        let key = &update.object;
        let path = match &self.directory {
            Some(directory) => Some(path_of(directory, key).ok_or_else(|| {
                io::Error::new(io::ErrorKind::InvalidInput, "its name cannot be that of a file")
            })?),
            None => None,
        };
        let before = match (written.get(key), &path) {
            (Some(before), _) => before.value(),
            // An earlier run may have written it.
            (None, Some(path)) => read_status(path),
            (None, None) => Value::Null,
        };
        let mut status = serde_json::to_value(&update.status).map_err(io::Error::other)?;
        if is_empty(&status) {
            written.remove(key);
            return path.map_or(Ok(()), |path| remove(&path));
        }
        transition::stamp(&mut status, &before, now);
        if status == before && written.contains_key(key) {
            return Ok(());
        }
        if let Some(path) = path
            && status != before
        {
            write(&path, &document(update, &status))?;
        }
        let summary = transition::summary(&status);
        if summary != transition::summary(&before) {
            tracing::info!(object = %key, "status: {summary}");
        }
        written.insert(key.clone(), Written::of(&status));
        Ok(())
    }
}

/// The file of an object: names of objects are tame, but nothing here relies on it.
fn path_of(directory: &Path, object: &ObjectRef) -> Option<PathBuf> {
    let kind = object.kind;
    let is_known =
        eg_api::kinds::KINDS.iter().any(|known| (known.group, known.kind) == (kind.group, kind.kind));
    let folder = if is_known { kind.kind.to_owned() } else { format!("{}.{}", kind.kind, kind.group) };
    let namespace = Some(&*object.namespace).filter(|namespace| !namespace.is_empty());
    let tame = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.contains(['/', '\\', '\0']);
    let parts = [Some(folder.as_str()), namespace, Some(&*object.name)];
    if !parts.iter().flatten().all(|part| tame(part)) {
        return None;
    }
    let mut path = directory.join(&folder);
    path.extend(namespace);
    path.push(format!("{}.yaml", object.name));
    Some(path)
}

/// The object with its status and little else, as `kubectl` would show it.
fn document(update: &StatusUpdate, status: &Value) -> Value {
    let Identity { kind, namespace, name } = &*update.object;
    let known =
        eg_api::kinds::KINDS.iter().find(|known| (known.group, known.kind) == (kind.group, kind.kind));
    let mut metadata = Map::from_iter([("name".to_owned(), json!(**name))]);
    if !namespace.is_empty() {
        metadata.insert("namespace".to_owned(), json!(**namespace));
    }
    let mut document = Map::new();
    if let Some(known) = known {
        document.insert("apiVersion".to_owned(), known.api_version().into());
    }
    document.insert("kind".to_owned(), kind.kind.into());
    document.insert("metadata".to_owned(), metadata.into());
    document.insert("status".to_owned(), status.clone());
    document.into()
}

fn read_status(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_default();
    // What cannot be read is written anew.
    let mut document: Value = serde_saphyr::from_str(&text).unwrap_or_default();
    document["status"].take()
}

fn write(path: &Path, document: &Value) -> io::Result<()> {
    let text = serde_saphyr::to_string(document).map_err(io::Error::other)?;
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    // Hidden, so that whoever reads the directory passes it over.
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let draft = path.with_file_name(format!(".{name}.new"));
    fs::write(&draft, text)?;
    fs::rename(&draft, path)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Whether a status says nothing.
fn is_empty(status: &Value) -> bool {
    match status {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.values().all(is_empty),
    }
}

#[cfg(test)]
mod tests {
    use eg_diag::Kind;

    use super::*;

    #[test]
    fn files_are_named_after_kind_namespace_and_name() {
        let sink = FileStatusSink::new(Some(PathBuf::from("/s")));
        let path = |group: &str, kind: &str, namespace: &str, name: &str| {
            sink.path_of(&ObjectRef::new(Kind::intern(group, kind), namespace, name))
        };
        let api = "gateway.networking.k8s.io";
        assert_eq!(path(api, "Gateway", "n", "g").unwrap(), Path::new("/s/Gateway/n/g.yaml"));
        assert_eq!(path(api, "GatewayClass", "", "c").unwrap(), Path::new("/s/GatewayClass/c.yaml"));
        assert_eq!(
            path("x.example", "Gateway", "n", "g").unwrap(),
            Path::new("/s/Gateway.x.example/n/g.yaml")
        );
        for wild in ["..", "a/b", ""] {
            assert_eq!(path(api, "Gateway", "n", wild), None, "{wild}");
        }
    }
}
