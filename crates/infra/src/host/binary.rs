//! Finding Envoy.

use std::{
    env,
    ffi::OsString,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

/// The Envoy release whose protocol types this product is generated from.
const VERSION: &str = "1.39.3";

/// Where Envoy is looked for, in this order: the configured path, `ENVOY_PATH`, `.tools/envoy-*` in a directory or one
/// above it, `envoy-versions/*` under the data directory, and `PATH`.
///
/// A configured path and `ENVOY_PATH` are obeyed: when one is given and is not an executable file, the search ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BinarySearch {
    /// The path from the configuration.
    pub configured: Option<PathBuf>,
    /// The value of `ENVOY_PATH`.
    pub envoy_path: Option<PathBuf>,
    /// The directory in which, and above which, `.tools` is looked for.
    pub tools_from: Option<PathBuf>,
    /// The data directory.
    pub data_home: Option<PathBuf>,
    /// The value of `PATH`.
    pub path: Option<OsString>,
}

/// No Envoy was found; the message says how to get one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no Envoy executable found; looked at {}. In a checkout of this project run `cargo xtask envoy`. Elsewhere download \
     envoy-{VERSION} for your platform from https://github.com/envoyproxy/envoy/releases/tag/v{VERSION}, make it executable, \
     and put it on PATH as `envoy` or set ENVOY_PATH to it",
    searched.join(", ")
)]
pub struct BinaryNotFound {
    /// The places that were looked at.
    pub searched: Vec<String>,
}

impl BinarySearch {
    /// The search of this process: its environment, and `.tools` from its working directory upward.
    pub fn from_environment(configured: Option<PathBuf>, data_home: Option<PathBuf>) -> Self {
        let envoy_path = env::var_os("ENVOY_PATH").filter(|path| !path.is_empty()).map(PathBuf::from);
        Self {
            configured,
            envoy_path,
            tools_from: env::current_dir().ok(),
            data_home,
            path: env::var_os("PATH"),
        }
    }

    /// Looks for Envoy in the file system.
    pub fn find(&self) -> Result<PathBuf, BinaryNotFound> {
        let mut searched = Vec::new();
        for (what, path) in [("the configuration", &self.configured), ("ENVOY_PATH", &self.envoy_path)] {
            if let Some(path) = path {
                searched.push(format!("{} (from {what})", path.display()));
                return if is_executable(path) { Ok(path.clone()) } else { Err(BinaryNotFound { searched }) };
            }
        }
        if let Some(start) = &self.tools_from {
            searched.push(format!(".tools/envoy-*/ in {} and above", start.display()));
            let tools = start.ancestors().flat_map(|directory| versions(&directory.join(".tools"), "envoy-"));
            if let Some(found) =
                tools.flat_map(|version| candidates(&version)).find(|path| is_executable(path))
            {
                return Ok(found);
            }
        }
        if let Some(data) = &self.data_home {
            let data = data.join("envoy-versions");
            searched.push(format!("{}/*/bin/envoy", data.display()));
            let versions = versions(&data, "").into_iter();
            if let Some(found) =
                versions.flat_map(|version| candidates(&version)).find(|path| is_executable(path))
            {
                return Ok(found);
            }
        }
        searched.push("PATH".to_owned());
        let directories =
            self.path.as_ref().map(|path| env::split_paths(path).collect::<Vec<_>>()).unwrap_or_default();
        let found =
            directories.into_iter().map(|directory| directory.join("envoy")).find(|path| is_executable(path));
        found.ok_or(BinaryNotFound { searched })
    }
}

/// Sub-directories with this prefix, the highest name first so that the newest release wins.
fn versions(directory: &Path, prefix: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().filter_map(Result::ok);
    let mut found: Vec<PathBuf> = entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(|entry| entry.path())
        .collect();
    found.sort_by_key(|path| std::cmp::Reverse(numbers(path)));
    found
}

/// The numbers in a directory's name, so that 1.10 sorts after 1.9.
fn numbers(path: &Path) -> Vec<u64> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.split(|letter: char| !letter.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
}

/// The places of the executable in an unpacked release: as a Python wheel, as func-e keeps it, and bare.
fn candidates(version: &Path) -> [PathBuf; 3] {
    ["envoy/_bin/envoy", "bin/envoy", "envoy"].map(|place| version.join(place))
}

fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(path: &Path, mode: u32) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn each_place_yields_to_the_one_before_it() {
        let root = tempfile::tempdir().unwrap();
        let at = |place: &str| root.path().join(place);
        let mut search = BinarySearch {
            tools_from: Some(at("a/b")),
            data_home: Some(at("data")),
            path: Some(env::join_paths([at("none"), at("path")]).unwrap()),
            ..BinarySearch::default()
        };
        put(&at("path/envoy"), 0o755);
        assert_eq!(search.find().unwrap(), at("path/envoy"));
        put(&at("data/envoy-versions/1.39.3/bin/envoy"), 0o755);
        assert_eq!(search.find().unwrap(), at("data/envoy-versions/1.39.3/bin/envoy"));
        put(&at(".tools/envoy-1.9.0/envoy/_bin/envoy"), 0o755);
        put(&at(".tools/envoy-1.39.3/envoy/_bin/envoy"), 0o755);
        assert_eq!(search.find().unwrap(), at(".tools/envoy-1.39.3/envoy/_bin/envoy"));
        put(&at("own"), 0o755);
        search.envoy_path = Some(at("own"));
        assert_eq!(search.find().unwrap(), at("own"));
        put(&at("configured"), 0o755);
        search.configured = Some(at("configured"));
        assert_eq!(search.find().unwrap(), at("configured"));
    }

    #[test]
    fn a_path_that_was_given_is_obeyed() {
        let root = tempfile::tempdir().unwrap();
        put(&root.path().join("path/envoy"), 0o755);
        put(&root.path().join("not-executable"), 0o644);
        let search = BinarySearch {
            envoy_path: Some(root.path().join("not-executable")),
            path: Some(root.path().join("path").into_os_string()),
            ..BinarySearch::default()
        };
        let error = search.find().unwrap_err();
        assert_eq!(error.searched.len(), 1);
        assert!(error.searched[0].ends_with("not-executable (from ENVOY_PATH)"), "{error}");
    }

    #[test]
    fn the_error_says_how_to_get_envoy() {
        let error = BinarySearch::default().find().unwrap_err().to_string();
        for hint in ["cargo xtask envoy", "ENVOY_PATH", "https://", VERSION] {
            assert!(error.contains(hint), "{hint} is missing in: {error}");
        }
    }
}
