//! Which file holds which object, and what changed. Pure: it is told what files hold.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    path::Path,
    sync::Arc,
};

use eg_diag::ObjectRef;
use eg_resources::{AnyObject, Change};

use crate::{Problem, parse::Parsed};

/// What became of a file.
#[derive(Debug)]
pub(crate) enum FileState {
    /// It holds this.
    Parsed(Parsed),
    /// It is there and cannot be read, for this reason; what it held stays.
    Unreadable(String),
    /// It is gone.
    Gone,
}

/// One file's form of an object.
#[derive(Debug)]
struct Claim {
    path: Arc<Path>,
    object: AnyObject,
}

/// The objects of all files.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// The objects that each file holds.
    files: BTreeMap<Arc<Path>, Vec<ObjectRef>>,
    /// The form of each object that counts: the one with the first path.
    claims: BTreeMap<ObjectRef, Claim>,
    /// Further forms of objects, in the order of paths. There are some by mistake only.
    contested: BTreeMap<ObjectRef, Vec<Claim>>,
    /// What is wrong with each file, for those with which something is.
    faults: BTreeMap<Arc<Path>, Vec<Problem>>,
}

impl Index {
    /// Takes note of what became of files, and says which objects changed by it.
    pub(crate) fn update(&mut self, files: impl IntoIterator<Item = (Arc<Path>, FileState)>) -> Vec<Change> {
        let mut before: BTreeMap<ObjectRef, Option<AnyObject>> = BTreeMap::new();
        for (path, state) in files {
            let objects = match state {
                FileState::Parsed(parsed) => self.settle(&path, parsed),
                FileState::Unreadable(reason) => {
                    let problem = Problem {
                        path: Arc::clone(&path),
                        document: None,
                        line: None,
                        object: None,
                        message: format!("cannot be read: {reason}"),
                    };
                    self.faults.insert(path, vec![problem]);
                    continue;
                }
                FileState::Gone => {
                    self.faults.remove(&path);
                    Vec::new()
                }
            };
            let held = self.files.remove(&path).unwrap_or_default();
            for key in held.iter().chain(objects.iter().map(AnyObject::key)) {
                if !before.contains_key(key) {
                    before.insert(key.clone(), self.get(key).cloned());
                }
            }
            self.replace(path, &held, objects);
        }
        before.into_iter().filter_map(|(key, old)| self.change(key, old.as_ref())).collect()
    }

    /// Every object, each in the form that counts.
    pub(crate) fn objects(&self) -> Vec<AnyObject> {
        self.claims.values().map(|claim| claim.object.clone()).collect()
    }

    /// Everything that is wrong.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let mut problems: Vec<Problem> = self.faults.values().flatten().cloned().collect();
        for (key, others) in &self.contested {
            let Some(first) = self.claims.get(key) else { continue };
            problems.extend(others.iter().map(|claim| Problem {
                path: Arc::clone(&claim.path),
                document: None,
                line: None,
                object: Some(key.clone()),
                message: format!("has no effect, because {} describes the same object", first.path.display()),
            }));
        }
        problems
    }

    fn get(&self, key: &ObjectRef) -> Option<&AnyObject> {
        self.claims.get(key).map(|claim| &claim.object)
    }

    /// What the file holds from now on: its good objects, and the last good form of those whose document is bad.
    fn settle(&mut self, path: &Arc<Path>, parsed: Parsed) -> Vec<AnyObject> {
        let Parsed { mut objects, broken, has_unreadable, problems } = parsed;
        let good: BTreeSet<ObjectRef> = objects.iter().map(|object| object.key().clone()).collect();
        for key in self.files.get(path).into_iter().flatten() {
            // A document that does not say what it is may be any of those that are missing.
            let kept = has_unreadable || broken.contains(key);
            if kept && !good.contains(key) {
                let others = self.contested.get(key).into_iter().flatten();
                let claims = self.claims.get(key).into_iter().chain(others);
                objects.extend(claims.filter(|claim| claim.path == *path).map(|claim| claim.object.clone()));
            }
        }
        if problems.is_empty() {
            self.faults.remove(path);
        } else {
            self.faults.insert(Arc::clone(path), problems);
        }
        objects
    }

    fn replace(&mut self, path: Arc<Path>, held: &[ObjectRef], objects: Vec<AnyObject>) {
        for key in held {
            self.withdraw(&path, key);
        }
        let mut keys = Vec::with_capacity(objects.len());
        for object in objects {
            keys.push(object.key().clone());
            self.claim(Claim { path: Arc::clone(&path), object });
        }
        if !keys.is_empty() {
            self.files.insert(path, keys);
        }
    }

    /// The file does not hold the object any more; another that does takes its place.
    fn withdraw(&mut self, path: &Arc<Path>, key: &ObjectRef) {
        if let Some(others) = self.contested.get_mut(key) {
            others.retain(|claim| claim.path != *path);
        }
        if self.claims.get(key).is_some_and(|first| first.path == *path) {
            let heir = self.contested.get_mut(key).filter(|others| !others.is_empty());
            match heir.map(|others| others.remove(0)) {
                Some(heir) => self.claims.insert(key.clone(), heir),
                None => self.claims.remove(key),
            };
        }
        if self.contested.get(key).is_some_and(Vec::is_empty) {
            self.contested.remove(key);
        }
    }

    fn claim(&mut self, mut claim: Claim) {
        let key = claim.object.key().clone();
        match self.claims.entry(key.clone()) {
            Entry::Vacant(place) => {
                place.insert(claim);
            }
            Entry::Occupied(mut first) => {
                if claim.path < first.get().path {
                    std::mem::swap(first.get_mut(), &mut claim);
                }
                let others = self.contested.entry(key).or_default();
                let at = others.partition_point(|other| other.path < claim.path);
                others.insert(at, claim);
            }
        }
    }

    fn change(&self, key: ObjectRef, old: Option<&AnyObject>) -> Option<Change> {
        match (old, self.get(&key)) {
            (Some(old), Some(new)) if old == new => None,
            (_, Some(new)) => Some(Change::Upsert(new.clone())),
            (Some(_), None) => Some(Change::Remove(key)),
            (None, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use eg_resources::Decoder;

    use super::*;
    use crate::parse::parse;

    fn map(name: &str, value: &str) -> String {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{value: '{value}'}}\n---\n"
        )
    }

    fn state(path: &str, text: &str) -> (Arc<Path>, FileState) {
        let path: Arc<Path> = Path::new(path).into();
        let parsed = parse(&path, text.as_bytes(), &Decoder::new());
        (path, FileState::Parsed(parsed))
    }

    fn update(index: &mut Index, path: &str, text: &str) -> Vec<String> {
        shown(&index.update([state(path, text)]))
    }

    fn shown(changes: &[Change]) -> Vec<String> {
        let shown = |change: &Change| match change {
            Change::Upsert(object) => {
                format!("+{}={}", object.key().name, object.to_json()["data"]["value"].as_str().unwrap())
            }
            Change::Remove(key) => format!("-{}", key.name),
        };
        changes.iter().map(shown).collect()
    }

    #[test]
    fn only_what_differs_is_a_change() {
        let mut index = Index::default();
        assert_eq!(update(&mut index, "a", &(map("x", "1") + &map("x2", "1"))), ["+x=1", "+x2=1"]);
        assert_eq!(update(&mut index, "a", &(map("x2", "1") + &map("x", "2"))), ["+x=2"]);
        assert_eq!(update(&mut index, "a", &map("x2", "1")), ["-x"]);
        assert_eq!(shown(&index.update([(Path::new("a").into(), FileState::Gone)])), ["-x2"]);
        assert_eq!(index.objects(), []);
    }

    #[test]
    fn an_object_that_moves_between_files_does_not_change() {
        let mut index = Index::default();
        update(&mut index, "a", &map("x", "1"));
        let moved = index.update([state("a", ""), state("b", &map("x", "1"))]);
        assert_eq!(shown(&moved), [""; 0]);
        assert_eq!(index.problems(), []);
    }

    #[test]
    fn the_first_path_wins_whatever_came_first() {
        let mut index = Index::default();
        update(&mut index, "b", &map("x", "b"));
        assert_eq!(update(&mut index, "a", &map("x", "a")), ["+x=a"]);
        let problems = index.problems();
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].path.as_ref(), Path::new("b"));
        assert_eq!(update(&mut index, "a", ""), ["+x=b"]);
        assert_eq!(index.problems(), []);
    }

    #[test]
    fn bad_documents_keep_what_was_there_and_stop_nothing_else() {
        let mut index = Index::default();
        update(&mut index, "a", &(map("x", "1") + &map("x2", "1") + &map("z", "1")));
        let broken = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: [1]\n---\n";
        assert_eq!(update(&mut index, "a", &(broken.to_owned() + &map("x2", "2"))), ["+x2=2", "-z"]);
        assert_eq!(index.objects().len(), 2);
        assert_eq!(index.problems().len(), 1);
        let unreadable = "kind: [\n---\n";
        assert_eq!(update(&mut index, "a", &(unreadable.to_owned() + &map("x2", "3"))), ["+x2=3"]);
        assert_eq!(update(&mut index, "a", &map("x2", "3")), ["-x"]);
        assert_eq!(index.problems(), []);
    }

    #[test]
    fn a_file_that_cannot_be_read_keeps_everything() {
        let mut index = Index::default();
        update(&mut index, "a", &map("x", "1"));
        let changes = index.update([(Path::new("a").into(), FileState::Unreadable("denied".to_owned()))]);
        assert_eq!(shown(&changes), [""; 0]);
        assert_eq!(index.problems()[0].to_string(), "a: cannot be read: denied");
        assert_eq!(update(&mut index, "a", &map("x", "1")), [""; 0]);
        assert_eq!(index.problems(), []);
    }
}
