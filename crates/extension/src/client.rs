//! A server as a stage.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use eg_xds_translator::{BoxFuture, Question, SliceKind, Stage, StageError};
use prost::Message;
use tonic::{Code, Response, Status, transport::Channel};

use crate::{
    ExtensionOptions, TlsMaterial, connect,
    pb::{
        PostHttpListenerExtensionContext, PostHttpListenerModifyRequest, PostVirtualHostExtensionContext,
        PostVirtualHostModifyRequest, envoy_gateway_extension_client::EnvoyGatewayExtensionClient,
    },
    retry,
};

/// An extension server as a [`Stage`].
#[derive(Clone)]
pub struct ExtensionStage {
    inner: Arc<Inner>,
}

struct Inner {
    options: ExtensionOptions,
    link: Mutex<Link>,
}

/// The connection, and what it is made with.
struct Link {
    /// What TLS takes, or why it is not there.
    tls: Result<Option<TlsMaterial>, String>,
    channel: Option<Channel>,
    /// Counts channels, so that only the one that failed is given up.
    generation: u64,
}

impl fmt::Debug for ExtensionStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExtensionStage").field("options", &self.inner.options).finish_non_exhaustive()
    }
}

impl ExtensionStage {
    /// A stage that connects when it is asked something.
    pub fn new(options: ExtensionOptions) -> Self {
        let tls = if options.tls { Err("its certificates are not known yet".to_owned()) } else { Ok(None) };
        let link = Mutex::new(Link { tls, channel: None, generation: 0 });
        Self { inner: Arc::new(Inner { options, link }) }
    }

    /// Gives what TLS takes, or says why it is not there. New connections use it; a connection that was made with
    /// something else is given up. It has no effect on a server without TLS.
    pub fn set_tls(&self, material: Result<TlsMaterial, String>) {
        let material = material.map(Some);
        let mut link = self.inner.link();
        if self.inner.options.tls && link.tls != material {
            link.tls = material;
            link.channel = None;
        }
    }
}

impl Stage for ExtensionStage {
    fn name(&self) -> &str {
        &self.inner.options.name
    }

    fn wants(&self, kind: SliceKind) -> bool {
        self.inner.options.hooks.contains(&kind)
    }

    fn fails_open(&self) -> bool {
        self.inner.options.fail_open
    }

    fn time_limit(&self) -> Duration {
        self.inner.options.time_limit
    }

    fn ask(&self, question: Question) -> BoxFuture<Result<Option<Bytes>, StageError>> {
        let inner = Arc::clone(&self.inner);
        Box::pin(async move { inner.ask(&question).await })
    }
}

impl Inner {
    fn link(&self) -> MutexGuard<'_, Link> {
        self.link.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The channel in use, or a new one.
    fn channel(&self) -> Result<(Channel, u64), StageError> {
        let mut link = self.link();
        if link.channel.is_none() {
            let tls = link.tls.as_ref().map_err(|why| StageError::Misconfigured(why.clone()))?;
            let channel = connect::channel(&self.options, tls.as_ref())?;
            link.channel = Some(channel);
            link.generation += 1;
        }
        let missing = || StageError::Misconfigured("there is no connection".to_owned());
        link.channel.clone().map(|channel| (channel, link.generation)).ok_or_else(missing)
    }

    async fn ask(&self, question: &Question) -> Result<Option<Bytes>, StageError> {
        match question.key.kind {
            SliceKind::VirtualHost => self.virtual_host(&question.slice).await,
            SliceKind::HttpListener => self.listener(&question.slice).await,
            _ => Ok(None),
        }
    }

    async fn virtual_host(&self, slice: &[u8]) -> Result<Option<Bytes>, StageError> {
        let request = PostVirtualHostModifyRequest {
            virtual_host: Some(decoded(slice)?),
            post_virtual_host_context: Some(PostVirtualHostExtensionContext {}),
        };
        let answer = Box::pin(self.call(request, |mut client, request| async move {
            client.post_virtual_host_modify(request).await
        }));
        Ok(answer.await?.virtual_host.map(|answer| answer.encode_to_vec().into()))
    }

    async fn listener(&self, slice: &[u8]) -> Result<Option<Bytes>, StageError> {
        let request = PostHttpListenerModifyRequest {
            listener: Some(decoded(slice)?),
            post_listener_context: Some(PostHttpListenerExtensionContext::default()),
        };
        let answer = Box::pin(self.call(request, |mut client, request| async move {
            client.post_http_listener_modify(request).await
        }));
        Ok(answer.await?.listener.map(|answer| answer.encode_to_vec().into()))
    }

    /// Calls the server, again as often as is configured.
    async fn call<Q: Clone, A, F: Future<Output = Result<Response<A>, Status>>>(
        &self,
        request: Q,
        method: impl Fn(EnvoyGatewayExtensionClient<Channel>, Q) -> F,
    ) -> Result<A, StageError> {
        let (channel, generation) = self.channel()?;
        let client = EnvoyGatewayExtensionClient::new(channel)
            .max_decoding_message_size(self.options.max_message_size)
            .max_encoding_message_size(self.options.max_message_size);
        // Who gives up waiting drops this future: the connection may be half dead then, and a new one is not.
        let mut suspicion = Suspicion { inner: self, generation, raised: true };
        let response = retry::call(&self.options.retry, || method(client.clone(), request.clone())).await;
        suspicion.raised = false;
        response.map(Response::into_inner).map_err(|status| self.failure(status))
    }

    fn failure(&self, status: Status) -> StageError {
        if status.code() == Code::Unavailable {
            let what = format!("the extension server `{}` cannot be reached", self.options.name);
            return StageError::Unreachable { what, source: Box::new(status) };
        }
        StageError::Refused(format!("{:?}: {}", status.code(), status.message()))
    }
}

fn decoded<M: Message + Default>(slice: &[u8]) -> Result<M, StageError> {
    M::decode(slice).map_err(|error| StageError::Unusable(error.to_string()))
}

/// Gives up a connection on which an answer was waited for in vain.
struct Suspicion<'a> {
    inner: &'a Inner,
    generation: u64,
    raised: bool,
}

impl Drop for Suspicion<'_> {
    fn drop(&mut self) {
        let mut link = self.inner.link();
        if self.raised && link.generation == self.generation {
            link.channel = None;
        }
    }
}
