//! From `.proto` files to one descriptor set, without `protoc`.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use prost::Message;
use prost_types::{FileDescriptorProto, FileDescriptorSet};
use protox::file::{File, FileResolver, GoogleFileResolver};

use crate::Result;

/// Every file of every root, imports before importers.
pub(crate) struct DescriptorSet {
    /// The encoded set. Options of extension type (`validate.rules`) survive only here.
    pub(crate) bytes: Vec<u8>,
    /// The same set decoded, for the code generator.
    pub(crate) descriptors: FileDescriptorSet,
}

/// A `FileDescriptorSet` that does not look into its files, so that unknown options are not lost.
#[derive(Clone, PartialEq, Message)]
struct RawSet {
    #[prost(bytes = "vec", repeated, tag = "1")]
    file: Vec<Vec<u8>>,
}

/// Compiles every `.proto` file under `roots`.
///
/// protox resolves a partly qualified name against every file of its pool where `protoc` looks at direct imports only;
/// one pool per file keeps the answer the same.
pub(crate) fn compile(roots: &[PathBuf]) -> Result<DescriptorSet> {
    compile_some(roots, names(roots)?)
}

/// Compiles these files, with what they import from `roots`.
pub(crate) fn compile_some(roots: &[PathBuf], names: BTreeSet<String>) -> Result<DescriptorSet> {
    let resolver = Resolver { roots, cache: RefCell::default() };
    let mut seen = BTreeSet::new();
    let mut raw = RawSet::default();
    for name in names {
        let bytes = compile_one(&resolver, &name).map_err(|error| format!("{name}: {error}"))?;
        for file in RawSet::decode(bytes.as_slice())?.file {
            if seen.insert(FileDescriptorProto::decode(file.as_slice())?.name().to_owned()) {
                raw.file.push(file);
            }
        }
    }
    let bytes = raw.encode_to_vec();
    let descriptors = FileDescriptorSet::decode(bytes.as_slice())?;
    Ok(DescriptorSet { bytes, descriptors })
}

fn compile_one(resolver: &Resolver<'_>, name: &str) -> Result<Vec<u8>> {
    // The compiler wants to own its resolver; what outlives it is the cache of parsed files.
    let mut files = Vec::new();
    resolver.closure(name, &mut BTreeSet::new(), &mut files)?;
    let mut compiler = protox::Compiler::with_file_resolver(Parsed { files });
    compiler.include_imports(true).include_source_info(false).open_file(name)?;
    Ok(compiler.encode_file_descriptor_set())
}

/// Import names of all files, sorted.
pub(crate) fn names(roots: &[PathBuf]) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for root in roots {
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder)? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "proto") {
                    names.insert(import_name(path.strip_prefix(root)?));
                }
            }
        }
    }
    Ok(names)
}

fn import_name(path: &Path) -> String {
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

struct Resolver<'a> {
    roots: &'a [PathBuf],
    cache: RefCell<BTreeMap<String, File>>,
}

impl Resolver<'_> {
    /// Collects `name` and everything it imports.
    fn closure(&self, name: &str, seen: &mut BTreeSet<String>, files: &mut Vec<File>) -> Result<()> {
        if !seen.insert(name.to_owned()) {
            return Ok(());
        }
        let file = self.parse(name)?;
        for import in &file.file_descriptor_proto().dependency {
            self.closure(import, seen, files)?;
        }
        files.push(file);
        Ok(())
    }

    fn parse(&self, name: &str) -> Result<File> {
        if let Some(file) = self.cache.borrow().get(name) {
            return Ok(file.clone());
        }
        let file = match self.roots.iter().map(|root| root.join(name)).find(|path| path.is_file()) {
            Some(path) => File::from_source(name, &amend(name, std::fs::read_to_string(path)?))?,
            None => GoogleFileResolver::new().open_file(name)?,
        };
        self.cache.borrow_mut().insert(name.to_owned(), file.clone());
        Ok(file)
    }
}

/// Qualifies the one name that protox looks for in a scope where it is not.
fn amend(name: &str, source: String) -> String {
    if name == "envoy/extensions/clusters/dynamic_forward_proxy/v3/cluster.proto" {
        let package = "common.dynamic_forward_proxy.v3.DnsCacheConfig";
        return source.replace(&format!(" {package}"), &format!(" .envoy.extensions.{package}"));
    }
    source
}

/// The files of one compilation, already parsed.
struct Parsed {
    files: Vec<File>,
}

impl FileResolver for Parsed {
    fn open_file(&self, name: &str) -> std::result::Result<File, protox::Error> {
        let found = self.files.iter().find(|file| file.name() == name);
        found.cloned().ok_or_else(|| protox::Error::file_not_found(name))
    }
}
