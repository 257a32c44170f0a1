//! Stages: editors of finished configuration that live outside of this process, such as extension servers.
//!
//! A [`Session`](crate::Session) shows a stage each slice that it wants as a [`Question`], and puts the [`Answer`] in its
//! place. Answers are remembered by content, so a slice is asked about again when it changed and not otherwise. Asking is
//! I/O and none of the session's business: questions leave with a [`ModelDelta`](crate::ModelDelta), answers come back
//! through [`Session::answer`](crate::Session::answer), whenever they are there. Meanwhile everything else goes on, and the
//! slice is served
//!
//! - in the last form that was answered, or
//! - at first sight by the fail mode of the stage: as it is, or in a form that refuses every request. A listener is not
//!   there before it was answered then.
//!
//! A stage that failed is left out if it fails open; otherwise the slice is served as before the answer.

use std::{error::Error, fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

use bytes::Bytes;
use eg_diag::Code;
use eg_ir::{Name, Origin};
use thiserror::Error;

use crate::{
    check::check,
    envoy::{listener, route},
    pack::Version,
    route::large_body,
};

/// A stage could not answer.
pub static STAGE_FAILED: Code = Code::error("xds-stage-failed", "Programmed", "Invalid");

/// The time that a stage has for an answer unless it says otherwise.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// A boxed future, so that stages can be trait objects.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The parts of a configuration that stages can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SliceKind {
    /// A virtual host with its routes: an `envoy.config.route.v3.VirtualHost`.
    VirtualHost,
    /// A listener that serves HTTP: an `envoy.config.listener.v3.Listener`. Its routes are elsewhere.
    HttpListener,
}

/// An editor of finished configuration outside of this process.
///
/// Implemented by clients of such editors. The first methods are pure, and a session calls them for every slice that
/// changed; only [`Stage::ask`] does I/O, and only the shell around a session calls it, once for each question, on a task
/// of its own, and again with back-off after a failure. Several stages see a slice one after the other.
pub trait Stage: fmt::Debug + Send + Sync + 'static {
    /// The name of the stage; unique among the stages of a translator.
    fn name(&self) -> &str;

    /// Whether the stage wants to see slices of this kind.
    fn wants(&self, kind: SliceKind) -> bool;

    /// Whether a slice is served as it is when the stage fails.
    fn fails_open(&self) -> bool;

    /// The time after which an answer counts as failed.
    fn time_limit(&self) -> Duration {
        TIME_LIMIT
    }

    /// Gets the answer: an encoded message of the kind that was asked about, or `None` to leave it as it is.
    fn ask(&self, question: Question) -> BoxFuture<Result<Option<Bytes>, StageError>>;
}

/// Why a stage has no answer.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StageError {
    /// The editor cannot be reached, or ended the connection.
    #[error("{what}")]
    Unreachable {
        /// What was tried.
        what: String,
        /// Why it failed.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The editor says that it cannot answer.
    #[error("the answer is an error: {0}")]
    Refused(String),
    /// There was no answer within the time limit.
    #[error("there is no answer after {} s", .0.as_secs_f64())]
    TimedOut(Duration),
    /// Envoy would reject the answer, or it is about something else.
    #[error("the answer cannot be used: {0}")]
    Unusable(String),
    /// The stage lacks something that it needs, such as a certificate.
    #[error("{0}")]
    Misconfigured(String),
}

/// Names a question: who is asked, and about what content.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QuestionKey {
    /// The name of the stage.
    pub stage: Name,
    /// The kind of the slice.
    pub kind: SliceKind,
    /// The content of the slice.
    pub content: Version,
}

/// What a stage is asked.
#[derive(Clone, PartialEq, Eq)]
pub struct Question {
    /// Its name.
    pub key: QuestionKey,
    /// The slice: an encoded message.
    pub slice: Bytes,
    /// The object that the slice was made from.
    pub origin: Origin,
}

impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Question")
            .field("key", &self.key)
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

impl Question {
    /// Turns what came back into an answer, if it can be used: Envoy accepts it, and it is about the same slice.
    ///
    /// The domains of a virtual host must stay, because two virtual hosts of one domain would make Envoy reject all of a
    /// table; so must the address of a listener, at which another one may be.
    pub fn accept(&self, message: Option<Bytes>) -> Result<Answer, StageError> {
        let Some(message) = message else { return Ok(Answer(None)) };
        let replacement = match self.key.kind {
            SliceKind::VirtualHost => {
                let (message, answered) = self.checked(&message, |host: &route::VirtualHost| {
                    (host.name.clone(), host.domains.clone())
                })?;
                Replacement { message, large_body: answered.routes.iter().any(large_body) }
            }
            SliceKind::HttpListener => {
                let (message, _) = self.checked(&message, |listener: &listener::Listener| {
                    (listener.name.clone(), listener.address.clone())
                })?;
                Replacement { message, large_body: false }
            }
        };
        Ok(Answer(Some(Arc::new(replacement))))
    }

    /// The answer as bytes and as a message, if Envoy accepts it and it has the same identity as the slice.
    fn checked<M: prost::Name + Default, I: PartialEq>(
        &self,
        message: &[u8],
        identity: impl Fn(&M) -> I,
    ) -> Result<(Bytes, M), StageError> {
        let unusable = |error: &dyn fmt::Display| StageError::Unusable(error.to_string());
        let decode = |bytes: &[u8]| M::decode(bytes).map_err(|error| unusable(&error));
        let (asked, answered) = (decode(&self.slice)?, decode(message)?);
        if identity(&asked) != identity(&answered) {
            let what = match self.key.kind {
                SliceKind::VirtualHost => {
                    "the name or the domains of the virtual host differ from those asked about"
                }
                SliceKind::HttpListener => {
                    "the name or the address of the listener differ from those asked about"
                }
            };
            return Err(StageError::Unusable(what.to_owned()));
        }
        // The server may write maps in any order; equal answers must be equal bytes.
        let message = xds_api::canonical(&answered);
        check(&M::full_name(), &message).map_err(|diagnostic| unusable(&diagnostic.message))?;
        Ok((message, answered))
    }
}

/// What a stage made of a slice.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer(pub(crate) Option<Arc<Replacement>>);

/// What stands in the place of a slice.
#[derive(PartialEq, Eq)]
pub(crate) struct Replacement {
    pub(crate) message: Bytes,
    pub(crate) large_body: bool,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Answer(replaced)" } else { "Answer(unchanged)" })
    }
}

#[cfg(test)]
mod tests {
    use prost::Message;

    use super::*;

    fn host(name: &str, domain: &str) -> route::VirtualHost {
        route::VirtualHost {
            name: name.to_owned(),
            domains: vec![domain.to_owned()],
            ..route::VirtualHost::default()
        }
    }

    fn question(about: &route::VirtualHost) -> Question {
        let slice = Bytes::from(about.encode_to_vec());
        let key =
            QuestionKey { stage: "s".into(), kind: SliceKind::VirtualHost, content: Version::of(&slice) };
        Question { key, slice, origin: Origin::default() }
    }

    #[track_caller]
    fn check_refused(answer: Vec<u8>, because: &str) {
        let error = question(&host("h", "a.example")).accept(Some(answer.into())).unwrap_err().to_string();
        assert!(error.contains(because), "{error}");
    }

    #[test]
    fn what_is_not_about_the_same_virtual_host_is_refused() {
        check_refused(host("h", "b.example").encode_to_vec(), "domains");
        check_refused(host("other", "a.example").encode_to_vec(), "name");
        check_refused(vec![0xff], "cannot be used");
    }

    #[test]
    fn what_envoy_would_reject_is_refused() {
        let mut broken = host("h", "a.example");
        broken.routes.push(route::Route::default());
        check_refused(broken.encode_to_vec(), "match");
    }

    #[test]
    fn an_answer_about_a_listener_keeps_name_and_address() {
        let at = |name: &str, port: u16| listener::Listener {
            name: name.to_owned(),
            address: Some(crate::envoy::socket_address("127.0.0.1", port, false)),
            ..listener::Listener::default()
        };
        let slice = Bytes::from(at("l", 80).encode_to_vec());
        let key =
            QuestionKey { stage: "s".into(), kind: SliceKind::HttpListener, content: Version::of(&slice) };
        let question = Question { key, slice, origin: Origin::default() };
        let accept = |listener: &listener::Listener| question.accept(Some(listener.encode_to_vec().into()));
        let changed = listener::Listener { stat_prefix: "p".to_owned(), ..at("l", 80) };
        assert!(accept(&changed).unwrap().0.is_some());
        for other in [at("other", 80), at("l", 81)] {
            let error = accept(&other).unwrap_err().to_string();
            assert!(error.contains("listener"), "{error}");
        }
    }

    #[test]
    fn silence_leaves_a_slice_as_it_is() {
        assert_eq!(question(&host("h", "a.example")).accept(None).unwrap(), Answer(None));
    }
}
