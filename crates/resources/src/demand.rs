//! What translation must know and no object says: it is asked for, and the answer is a fact in the store.
//!
//! A demand is keyed by what the user wrote, and so is its fact. Nothing else of an answer reaches translation: not when it
//! came, nor from where.

use std::sync::Arc;

use eg_api::meta::ObjectMeta;
use eg_diag::{Kind, ObjectRef};
use serde::Deserialize;

use crate::{AnyObject, Object, fact::GROUP};

/// Something to be learned from the outside world.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Demand {
    /// What an OpenID Connect provider says of itself, by the URL of the issuer. It becomes an [`OidcDiscovery`].
    OidcDiscovery(Arc<str>),
}

impl Demand {
    /// The fact that is the answer.
    pub fn fact(&self) -> ObjectRef {
        match self {
            Self::OidcDiscovery(issuer) => ObjectRef::new(OidcDiscovery::KIND, "", Arc::clone(issuer)),
        }
    }

    /// The URL of the document that answers it.
    pub fn url(&self) -> String {
        match self {
            Self::OidcDiscovery(issuer) => {
                format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'))
            }
        }
    }

    /// Turns the document at the URL into the fact; the error says why it does not answer the demand.
    pub fn read(&self, document: &[u8]) -> Result<AnyObject, String> {
        match self {
            Self::OidcDiscovery(issuer) => {
                let provider = OidcProvider::parse(document)?;
                Ok(AnyObject::new(OidcDiscovery::new(issuer, Ok(provider))))
            }
        }
    }

    /// The fact that there is no answer.
    pub fn failed(&self, why: &str) -> AnyObject {
        match self {
            Self::OidcDiscovery(issuer) => AnyObject::new(OidcDiscovery::new(issuer, Err(why.to_owned()))),
        }
    }

    /// Whether a fact is an answer rather than a failure.
    pub fn is_answered_by(&self, fact: &AnyObject) -> bool {
        match self {
            Self::OidcDiscovery(_) => {
                fact.downcast::<OidcDiscovery>().is_some_and(|discovery| discovery.outcome.is_ok())
            }
        }
    }
}

/// What is known of an OpenID Connect provider.
#[derive(Clone, Debug, PartialEq)]
pub struct OidcDiscovery {
    metadata: ObjectMeta,
    /// What it says of itself, or why that is not known.
    pub outcome: Result<OidcProvider, String>,
}

impl OidcDiscovery {
    /// The fact about the issuer of this URL.
    pub fn new(issuer: &str, outcome: Result<OidcProvider, String>) -> Self {
        Self { metadata: ObjectMeta { name: issuer.to_owned(), ..ObjectMeta::default() }, outcome }
    }
}

impl Object for OidcDiscovery {
    const KIND: Kind = eg_diag::kind!(GROUP, "OidcDiscovery");

    fn meta(&self) -> &ObjectMeta {
        &self.metadata
    }
}

/// The part of a provider's metadata (OpenID Connect Discovery 1.0, section 3) that matters to proxies.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct OidcProvider {
    /// Where users are sent to log in.
    pub authorization_endpoint: String,
    /// Where codes become tokens.
    pub token_endpoint: String,
    /// Where users are sent to log out, if the provider has such a place.
    #[serde(default)]
    pub end_session_endpoint: Option<String>,
}

impl OidcProvider {
    /// Reads a discovery document.
    pub fn parse(document: &[u8]) -> Result<Self, String> {
        let provider: Self = serde_json::from_slice(document)
            .map_err(|error| format!("the discovery document cannot be read: {error}"))?;
        for (name, url) in [
            ("authorization_endpoint", &provider.authorization_endpoint),
            ("token_endpoint", &provider.token_endpoint),
        ] {
            if url.is_empty() {
                return Err(format!("the discovery document has an empty {name}"));
            }
        }
        Ok(provider)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demand(issuer: &str) -> Demand {
        Demand::OidcDiscovery(issuer.into())
    }

    #[test]
    fn the_document_is_below_the_issuer() {
        for issuer in ["https://a.example/realm", "https://a.example/realm/"] {
            assert_eq!(demand(issuer).url(), "https://a.example/realm/.well-known/openid-configuration");
        }
    }

    #[test]
    fn a_document_becomes_the_fact_of_its_issuer() {
        let demand = demand("https://a.example");
        let document =
            br#"{"authorization_endpoint": "https://a.example/a", "token_endpoint": "https://a.example/t",
            "jwks_uri": "https://a.example/k"}"#;
        let fact = demand.read(document).unwrap();
        assert_eq!(*fact.key(), demand.fact());
        assert!(demand.is_answered_by(&fact));
        let provider = fact.downcast::<OidcDiscovery>().unwrap().outcome.clone().unwrap();
        assert_eq!(provider.token_endpoint, "https://a.example/t");
        assert_eq!(provider.end_session_endpoint, None);
    }

    #[test]
    fn what_is_no_document_says_why() {
        for (document, why) in [
            ("not found", "cannot be read"),
            ("{}", "authorization_endpoint"),
            (r#"{"authorization_endpoint": "x", "token_endpoint": ""}"#, "token_endpoint"),
        ] {
            let error = demand("https://a.example").read(document.as_bytes()).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
        assert!(!demand("https://a.example").is_answered_by(&demand("https://a.example").failed("no")));
    }
}
