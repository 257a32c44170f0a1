//! The generated clients and servers speak to each other.

use std::pin::Pin;

use tokio_stream::{Stream, StreamExt};
use tonic::{Request, Response, Status, Streaming};
use xds_api::pb::envoy::service::discovery::v3::aggregated_discovery_service_client::AggregatedDiscoveryServiceClient;
use xds_api::pb::envoy::service::discovery::v3::aggregated_discovery_service_server::{
    AggregatedDiscoveryService, AggregatedDiscoveryServiceServer,
};
use xds_api::pb::envoy::service::discovery::v3::{
    DeltaDiscoveryRequest, DeltaDiscoveryResponse, DiscoveryRequest, DiscoveryResponse,
};

/// Answers each request with its type URL.
struct Echo;

type Responses<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl AggregatedDiscoveryService for Echo {
    type StreamAggregatedResourcesStream = Responses<DiscoveryResponse>;
    type DeltaAggregatedResourcesStream = Responses<DeltaDiscoveryResponse>;

    async fn stream_aggregated_resources(
        &self,
        requests: Request<Streaming<DiscoveryRequest>>,
    ) -> Result<Response<Self::StreamAggregatedResourcesStream>, Status> {
        let responses = requests.into_inner().map(|request| {
            request.map(|request| DiscoveryResponse { type_url: request.type_url, ..Default::default() })
        });
        Ok(Response::new(Box::pin(responses)))
    }

    async fn delta_aggregated_resources(
        &self,
        _requests: Request<Streaming<DeltaDiscoveryRequest>>,
    ) -> Result<Response<Self::DeltaAggregatedResourcesStream>, Status> {
        Err(Status::unimplemented("only state of the world"))
    }
}

#[tokio::test]
async fn streams_run_in_process() {
    let mut client = AggregatedDiscoveryServiceClient::new(AggregatedDiscoveryServiceServer::new(Echo));
    let request = |type_url: &str| DiscoveryRequest { type_url: type_url.into(), ..Default::default() };
    let requests = tokio_stream::iter([request("a"), request("b")]);
    let responses = client.stream_aggregated_resources(requests).await.unwrap().into_inner();
    let answered: Vec<String> = responses.map(|response| response.unwrap().type_url).collect().await;
    assert_eq!(answered, ["a", "b"]);

    let refused = client.delta_aggregated_resources(tokio_stream::empty()).await.unwrap_err();
    assert_eq!(refused.code(), tonic::Code::Unimplemented);
}
