//! The format of `case.yaml`.

use super::placeholder::Values;
use crate::BoxError;
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// One case: what runs, what is asked, what must come back.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What the case shows, in a sentence.
    pub about: String,
    /// Backends by name.
    #[serde(default)]
    pub backends: BTreeMap<String, Backend>,
    /// Certificates by name, issued by the tests' authority for these host names.
    #[serde(default)]
    pub certificates: BTreeMap<String, Vec<String>>,
    /// Runtime flags that are on.
    #[serde(default)]
    pub flags: Vec<String>,
    /// Certificates by name that an authority issued whom nobody trusts.
    #[serde(default)]
    pub strangers: BTreeMap<String, Vec<String>>,
    /// What happens, in order.
    pub steps: Vec<Step>,
    /// Where the case was read from.
    #[serde(skip)]
    pub directory: PathBuf,
}

/// A backend of a case.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Backend {
    /// The namespace that its answers name.
    pub namespace: Option<String>,
    /// What it speaks.
    pub speaks: Speaks,
    /// With `tls`: the names in its certificate.
    pub names: Vec<String>,
    /// With `tls`: whether clients must present a certificate of the tests' authority.
    pub mutual: bool,
}

/// What a backend speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Speaks {
    /// HTTP/1.1 in the clear.
    #[default]
    Http1,
    /// HTTP/2 in the clear.
    H2c,
    /// TLS.
    Tls,
    /// Lines of text over TCP.
    Lines,
    /// Datagrams over UDP.
    Datagrams,
}

/// What a request is sent over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Over {
    /// HTTP.
    #[default]
    Http,
    /// A line of text, which is the path, over TCP; with `sni`, over TLS.
    Lines,
    /// A datagram, whose text is the path, over UDP.
    Datagrams,
}

/// A set of objects, and requests against it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Files with objects, in the case or a folder above it; all together they replace what the step before applied.
    #[serde(default = "in_yaml")]
    pub apply: Vec<String>,
    /// Backends to stop before the requests.
    #[serde(default)]
    pub stop: Vec<String>,
    /// The requests.
    pub requests: Vec<Exchange>,
}

fn in_yaml() -> Vec<String> {
    vec!["in.yaml".to_owned()]
}

/// A request and what must come of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// The name of the listener port, as in `${port:NAME}`.
    #[serde(default = "http")]
    pub port: String,
    /// What it is sent over.
    #[serde(default)]
    pub over: Over,
    /// Keeps the connection of a line under this name.
    pub keep: Option<String>,
    /// Sends the line on the connection that was kept under this name, in this step or an earlier one.
    pub kept: Option<String>,
    /// `Host`; without one, `127.0.0.1`.
    #[serde(default = "localhost")]
    pub host: String,
    /// Path with query.
    #[serde(default = "slash")]
    pub path: String,
    /// Method.
    #[serde(default = "get")]
    pub method: String,
    /// Further headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Body.
    #[serde(default)]
    pub body: String,
    /// TLS with this server name.
    pub sni: Option<String>,
    /// The certificate that the client presents.
    pub client: Option<String>,
    /// HTTP/2.
    #[serde(default)]
    pub http2: bool,
    /// A WebSocket on which this text is sent; the body of the answer is what comes back.
    pub websocket: Option<String>,
    /// A gRPC call with so many messages; trailers count as headers of the answer.
    pub grpc: Option<u32>,
    /// The same as gRPC-Web.
    #[serde(rename = "grpcWeb")]
    pub grpc_web: Option<u32>,
    /// With `times`: the response header that a session is kept in. What the first answer has of it is sent with the further
    /// requests, a cookie as cookie.
    pub session: Option<String>,
    /// Send it so many times; for `split` and `mirrored`.
    #[serde(default = "once")]
    pub times: u32,
    /// What must come of it.
    pub expect: Expect,
}

fn http() -> String {
    "http".to_owned()
}

fn localhost() -> String {
    "127.0.0.1".to_owned()
}

fn slash() -> String {
    "/".to_owned()
}

fn get() -> String {
    "GET".to_owned()
}

fn once() -> u32 {
    1
}

/// What must come of a request. Absent means: not looked at.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Expect {
    /// The connection or the TLS handshake must fail; nothing else is looked at.
    pub refused: bool,
    /// Status.
    pub status: Option<u16>,
    /// Response headers with these values; several values of one header joined with `, `.
    pub headers: BTreeMap<String, String>,
    /// Response headers that must contain these texts.
    pub contains: BTreeMap<String, String>,
    /// Response headers that must not be there.
    pub absent_headers: Vec<String>,
    /// The whole body.
    pub body: Option<String>,
    /// How many messages a gRPC call is answered with.
    pub messages: Option<usize>,
    /// All of `times` requests are answered by one backend, whichever it is.
    pub one_backend: bool,
    /// How many requests arrive at each backend for each one that is sent.
    pub arrived: BTreeMap<String, usize>,
    /// The backend that answered.
    pub backend: Option<String>,
    /// What that backend saw.
    pub seen: Seen,
    /// The certificate that the gateway presented.
    pub certificate: Option<String>,
    /// Of `times` requests, how many percent each backend answers; `status 500` stands for answers of the gateway itself.
    /// What is not named gets none.
    pub split: BTreeMap<String, f64>,
    /// Of `times` requests, how many percent are mirrored to each backend.
    pub mirrored: BTreeMap<String, f64>,
    /// How far `split` and `mirrored` may be off, in percentage points.
    pub tolerance: f64,
}

/// What a backend must have seen.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Seen {
    /// Path with query.
    pub path: Option<String>,
    /// Host.
    pub host: Option<String>,
    /// Method.
    pub method: Option<String>,
    /// `HTTP/1.1` or `HTTP/2.0`.
    pub proto: Option<String>,
    /// The server name of the backend's own TLS.
    pub server_name: Option<String>,
    /// Request headers with these values; several values of one header joined with `, `.
    pub headers: BTreeMap<String, String>,
    /// Request headers that must not be there.
    pub absent_headers: Vec<String>,
}

impl Case {
    /// Reads `case.yaml`, with `${port:NAME}` filled in; the error names the file. Other placeholders are for the hosts of
    /// requests and wait until the backends run.
    pub fn read(path: &Path, values: &mut Values) -> Result<Self, BoxError> {
        let text = std::fs::read_to_string(path)?;
        let text = values.fill_ports(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        let mut case: Self =
            serde_saphyr::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        path.parent().unwrap_or(Path::new(".")).clone_into(&mut case.directory);
        Ok(case)
    }

    /// The objects of a step, its files joined into one multi-document text, placeholders still in it.
    pub fn objects(&self, step: &Step) -> Result<String, BoxError> {
        let mut text = String::new();
        for name in &step.apply {
            let path = self.find(name)?;
            let file =
                std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            text.push_str(&file);
            text.push_str("\n---\n");
        }
        Ok(text)
    }

    /// A file of the case, or of a folder above it, so that `shared/gateway.yaml` serves many cases.
    fn find(&self, name: &str) -> Result<PathBuf, BoxError> {
        let above = self.directory.ancestors().map(|folder| folder.join(name));
        let found = above.take(4).find(|path| path.is_file());
        found.ok_or_else(|| format!("no {name} in {} or above", self.directory.display()).into())
    }
}
