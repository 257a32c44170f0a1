//! Connections: their age, their end, and the streams on them.

use std::{future::Future, io, pin::pin, sync::Arc};

use futures_util::{Stream, StreamExt};
use hyper::{body::Incoming, server::conn::http2, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::watch,
    task::JoinSet,
};
use tonic::{body::Body, transport::server::Connected};
use tower_service::Service;

use super::{Drain, Server};

pub(super) async fn serve<IO>(
    server: &Server,
    incoming: impl Stream<Item = io::Result<IO>>,
    shutdown: impl Future<Output = ()>,
) where
    IO: AsyncRead + AsyncWrite + Connected + Unpin + Send + 'static,
{
    let mut connections = JoinSet::new();
    let stop = Arc::new(watch::Sender::new(false));
    {
        // What accepts is dropped before the connections are drained, which closes its socket.
        let mut incoming = pin!(incoming);
        let mut shutdown = pin!(shutdown);
        loop {
            tokio::select! {
                () = &mut shutdown => break,
                next = incoming.next() => match next {
                    Some(Ok(io)) => {
                        connections.spawn(connection(server.clone(), io, Drain(stop.subscribe())));
                    }
                    Some(Err(error)) => tracing::debug!("could not accept a connection: {error}"),
                    None => break,
                },
                Some(_) = connections.join_next() => {}
            }
        }
    }
    stop.send_replace(true);
    let drained = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(server.options().max_connection_age_grace, drained).await.is_err() {
        tracing::debug!("cut connections that did not end in time");
    }
}

/// Serves one connection until it ends, grows old, or the server stops.
async fn connection<IO>(server: Server, io: IO, stop: Drain)
where
    IO: AsyncRead + AsyncWrite + Connected + Unpin + Send + 'static,
{
    let info = io.connect_info();
    let drain = watch::Sender::new(false);
    let draining = Drain(drain.subscribe());
    let xds = server.service();
    let service = service_fn(move |request: http::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(info.clone());
        request.extensions_mut().insert(draining.clone());
        xds.clone().call(request)
    });
    let options = server.options();
    let mut connection = pin!(
        http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .keep_alive_interval(options.keepalive_interval)
            .keep_alive_timeout(options.keepalive_timeout)
            .max_concurrent_streams(options.max_concurrent_streams)
            .serve_connection(TokioIo::new(io), service)
    );
    let ended = tokio::select! {
        ended = &mut connection => Some(ended),
        () = tokio::time::sleep(options.pick_age()) => None,
        () = stop.signalled() => None,
    };
    let ended = if let Some(ended) = ended {
        ended
    } else {
        drain.send_replace(true);
        connection.as_mut().graceful_shutdown();
        let Ok(ended) = tokio::time::timeout(options.max_connection_age_grace, connection).await else {
            return tracing::debug!("cut a connection that did not end in time");
        };
        ended
    };
    if let Err(error) = ended {
        tracing::debug!("a connection ended with an error: {error}");
    }
}
