//! The workspace on disk and the programs that the commands start.

use std::{
    ffi::OsStr,
    fmt,
    path::{Path, PathBuf},
    process::Command,
};

/// Why a command did not succeed, in words for the terminal.
#[derive(Debug)]
pub struct Failure(String);

impl Failure {
    /// A failure with this explanation.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self(format!("unexpected JSON: {error}"))
    }
}

/// The checkout that a command works on.
#[derive(Clone, Debug)]
pub struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The workspace that this program was built in, or the current directory if it moved since.
    pub fn locate() -> Result<Self, Failure> {
        let built = Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf);
        let here = std::env::current_dir()?;
        built
            .into_iter()
            .chain(here.ancestors().map(Path::to_path_buf))
            .find(|directory| directory.join("Cargo.lock").is_file())
            .map(|root| Self { root })
            .ok_or_else(|| Failure::new("no Cargo.lock above the current directory"))
    }

    /// A workspace at a given place.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The directory of the root `Cargo.toml`.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path below the root.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// The directory where cargo puts what it builds.
    pub fn target(&self) -> PathBuf {
        match std::env::var_os("CARGO_TARGET_DIR") {
            Some(directory) => self.root.join(directory),
            None => self.path("target"),
        }
    }

    /// The path of a built binary; `profile` is the name of cargo's output folder.
    pub fn binary(&self, profile: &str, name: &str) -> PathBuf {
        self.target().join(profile).join(name)
    }

    /// A command that starts in the root directory.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }

    /// The `cargo` that started this program.
    pub fn cargo(&self) -> Command {
        self.command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
    }

    /// Runs cargo with these arguments and inherits its output; a failure names the command.
    pub fn run_cargo(&self, arguments: &[&str]) -> Result<(), Failure> {
        let mut command = self.cargo();
        command.args(arguments);
        run(&mut command)
    }

    /// What `cargo metadata` says about the workspace's own packages.
    pub fn metadata(&self) -> Result<serde_json::Value, Failure> {
        let mut command = self.cargo();
        command.args(["metadata", "--format-version", "1", "--no-deps"]);
        Ok(serde_json::from_str(&output(&mut command)?)?)
    }
}

/// Runs a command with inherited output and fails unless it succeeds.
pub fn run(command: &mut Command) -> Result<(), Failure> {
    let status = command.status().map_err(|error| Failure::new(format!("{}: {error}", shown(command))))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::new(format!("`{}` ended with {status}", shown(command))))
    }
}

/// Runs a command and returns its standard output; a failure carries its standard error.
pub fn output(command: &mut Command) -> Result<String, Failure> {
    let result = command.output().map_err(|error| Failure::new(format!("{}: {error}", shown(command))))?;
    if !result.status.success() {
        let stderr = String::from_utf8_lossy(&result.stderr);
        return Err(Failure::new(format!("`{}` ended with {}\n{stderr}", shown(command), result.status)));
    }
    Ok(String::from_utf8_lossy(&result.stdout).into_owned())
}

/// The command line as a person would type it.
fn shown(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}
