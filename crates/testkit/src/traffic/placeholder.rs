//! Placeholders in a case's objects: what is known only when the case runs.
//!
//! | placeholder | becomes |
//! |---|---|
//! | `${port:NAME}` | a free port, the same wherever the name occurs |
//! | `${backend:NAME:port}` | the port of that backend |
//! | `${backend:NAME:ip}` | its address |
//! | `${certificate:NAME:crt}`, `${certificate:NAME:key}` | base64 of the PEM, as in a Secret |
//! | `${authority:crt}` | base64 of the authority's PEM |
//! | `${authority:pem}` | the authority's PEM as a JSON string, for a ConfigMap |

use crate::{
    BoxError,
    client::raw::Lines,
    echo::Echo,
    port,
    tls::{AUTHORITY, Leaf},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::collections::BTreeMap;
use tokio::sync::Mutex;

/// What placeholders of one case stand for.
#[derive(Debug, Default)]
pub struct Values {
    /// Running backends by name.
    pub backends: BTreeMap<String, Echo>,
    /// Addresses of all backends, stopped ones included.
    pub addresses: BTreeMap<String, std::net::SocketAddr>,
    /// Certificates by name.
    pub certificates: BTreeMap<String, Leaf>,
    /// Ports given out so far, by name.
    pub ports: BTreeMap<String, u16>,
    /// Connections that requests kept, by name.
    pub connections: Mutex<BTreeMap<String, Lines>>,
}

impl Values {
    /// Fills in every placeholder; one that is unknown or malformed is an error.
    pub fn fill(&mut self, text: &str) -> Result<String, BoxError> {
        self.fill_some(text, |_| true)
    }

    /// Fills in ports, which are known before anything runs, and leaves all other placeholders as they stand.
    pub fn fill_ports(&mut self, text: &str) -> Result<String, BoxError> {
        self.fill_some(text, |name| name.starts_with("port:"))
    }

    fn fill_some(&mut self, text: &str, known: impl Fn(&str) -> bool) -> Result<String, BoxError> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}').ok_or("a placeholder is not closed")?;
            filled.push_str(before);
            if known(name) {
                filled.push_str(&self.value(name)?);
            } else {
                filled.extend(["${", name, "}"]);
            }
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    /// The port of this name.
    pub fn port(&mut self, name: &str) -> u16 {
        *self.ports.entry(name.to_owned()).or_insert_with(port::free)
    }

    fn value(&mut self, placeholder: &str) -> Result<String, BoxError> {
        let parts: Vec<&str> = placeholder.split(':').collect();
        let unknown = || BoxError::from(format!("unknown placeholder ${{{placeholder}}}"));
        match parts.as_slice() {
            ["port", name] => Ok(self.port(name).to_string()),
            ["backend", name, "port"] => {
                Ok(self.addresses.get(*name).ok_or_else(unknown)?.port().to_string())
            }
            ["backend", name, "ip"] => Ok(self.addresses.get(*name).ok_or_else(unknown)?.ip().to_string()),
            ["certificate", name, "crt"] => {
                Ok(STANDARD.encode(&self.certificates.get(*name).ok_or_else(unknown)?.certificate_pem))
            }
            ["certificate", name, "key"] => {
                Ok(STANDARD.encode(&self.certificates.get(*name).ok_or_else(unknown)?.key_pem))
            }
            ["authority", "crt"] => Ok(STANDARD.encode(AUTHORITY.pem())),
            ["authority", "pem"] => Ok(serde_json::to_string(AUTHORITY.pem())?),
            _ => Err(unknown()),
        }
    }
}
