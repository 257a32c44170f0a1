//! Answers of the outside world, given by a file.
//!
//! The control plane asks the outside world for a few things that an object only names. Offline, the file answers; what is
//! not in it cannot be had. Answers that no translation asks for are checked all the same, so that a file that is wrong
//! does not stay unnoticed until then.

use std::collections::BTreeSet;

use eg_resources::Demand;
use eg_runtime::Event;
use serde::Deserialize;

use crate::output::Error;

/// The answers, by what is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub(crate) struct Facts {
    /// For SecurityPolicies with OIDC whose provider is named by its issuer alone.
    oidc_discovery: Vec<OidcDiscovery>,
    /// For EnvoyExtensionPolicies with Wasm modules.
    wasm_cache: Vec<WasmModule>,
}

/// What an OIDC provider says of itself.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OidcDiscovery {
    /// The URL of the discovery document.
    url: String,
    /// The HTTP status of the answer.
    status: u16,
    /// The document.
    #[serde(default)]
    body: String,
}

/// A Wasm module that was fetched, or why it was not.
#[derive(Debug, Deserialize)]
struct WasmModule {
    /// Where the user says that it is.
    url: String,
    /// Where proxies get it.
    #[serde(default, rename = "servedURL")]
    served_url: Option<String>,
    /// Its digest in hexadecimal digits.
    #[serde(default)]
    sha256: Option<String>,
    /// Why it cannot be had.
    #[serde(default)]
    error: Option<String>,
}

impl Facts {
    /// What the outside world says about a demand.
    pub(crate) fn answer(&self, demand: &Demand) -> Event {
        let url = demand.url();
        let answer = match self.oidc_discovery.iter().find(|discovery| discovery.url == url) {
            Some(OidcDiscovery { status: 200, body, .. }) => demand.read(body.as_bytes()),
            Some(OidcDiscovery { status, .. }) => Err(format!("{url} answers with status {status}")),
            None => Err(format!("the file of facts says nothing about {url}")),
        };
        Event::Answered { demand: demand.clone(), answer }
    }

    /// Whether each answer makes sense, and each question has one answer.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let wrong = |what: String| Err(Error::Usage(format!("facts: {what}")));
        let mut asked = BTreeSet::new();
        for OidcDiscovery { url, status, body } in &self.oidc_discovery {
            if !asked.insert(("oidc-discovery", url)) {
                return wrong(format!("{url} has two answers"));
            }
            if !(100..600).contains(status) {
                return wrong(format!("{url}: {status} is no HTTP status"));
            }
            if *status == 200 && body.is_empty() {
                return wrong(format!("{url}: a successful answer has a body"));
            }
        }
        for WasmModule { url, served_url, sha256, error } in &self.wasm_cache {
            if !asked.insert(("wasm-cache", url)) {
                return wrong(format!("{url} has two answers"));
            }
            let is_digest = |text: &String| text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
            if error.is_none() && (served_url.is_none() || !sha256.as_ref().is_some_and(is_digest)) {
                return wrong(format!("{url} needs servedURL and sha256, or error"));
            }
        }
        Ok(())
    }
}
