//! The features of the conformance suite of Gateway API v1.6.1.

use super::{
    Channel::{self, Experimental, Standard},
    Feature,
    Level::{self, Core, Extended},
    Support::{self, No, Partly, Yes},
};

/// All features that the suite knows, in its order: those of Gateways and routes, then those of meshes.
pub const FEATURES: &[Feature] = &[
    feature("Gateway", Core, Standard, Yes),
    feature("ReferenceGrant", Core, Standard, Yes),
    feature("HTTPRoute", Core, Standard, Yes),
    feature("GRPCRoute", Core, Standard, Yes),
    feature("TLSRoute", Core, Standard, Yes),
    feature("TCPRoute", Core, Standard, Yes),
    feature("UDPRoute", Core, Standard, Yes),
    feature("GatewayAddressEmpty", Extended, Standard, Yes),
    feature("GatewayBackendClientCertificate", Extended, Standard, Yes),
    feature("GatewayFrontendClientCertificateValidation", Extended, Standard, Yes),
    feature("GatewayFrontendClientCertificateValidationInsecureFallback", Extended, Standard, Yes),
    feature("GatewayHTTPListenerIsolation", Extended, Standard, Yes),
    feature(
        "GatewayHTTPSListenerDetectMisdirectedRequests",
        Extended,
        Standard,
        Partly("with the runtime flag `DetectMisdirectedRequests`"),
    ),
    feature(
        "GatewayInfrastructurePropagation",
        Extended,
        Standard,
        Partly(
            "labels and annotations are handed to the platform that runs proxies; processes on a host have none",
        ),
    ),
    feature("GatewayPort8080", Extended, Standard, Yes),
    feature("GatewayStaticAddresses", Extended, Standard, Yes),
    feature("ListenerSet", Extended, Standard, Yes),
    feature("HTTPRoute303RedirectStatusCode", Extended, Standard, Yes),
    feature("HTTPRoute307RedirectStatusCode", Extended, Standard, Yes),
    feature("HTTPRoute308RedirectStatusCode", Extended, Standard, Yes),
    feature("HTTPRouteBackendProtocolH2C", Extended, Standard, Yes),
    feature("HTTPRouteBackendProtocolWebSocket", Extended, Standard, Yes),
    feature("HTTPRouteBackendRequestHeaderModification", Extended, Standard, Yes),
    feature("HTTPRouteBackendTimeout", Extended, Standard, Yes),
    feature("HTTPRouteCORS", Extended, Standard, Yes),
    feature("HTTPRouteDestinationPortMatching", Extended, Experimental, Yes),
    feature("HTTPRouteHostRewrite", Extended, Standard, Yes),
    feature("HTTPRouteMethodMatching", Extended, Standard, Yes),
    feature("HTTPRouteNamedRouteRule", Extended, Standard, Yes),
    feature("HTTPRouteParentRefPort", Extended, Standard, Yes),
    feature("HTTPRoutePathRedirect", Extended, Standard, Yes),
    feature("HTTPRoutePathRewrite", Extended, Standard, Yes),
    feature("HTTPRoutePortRedirect", Extended, Standard, Yes),
    feature("HTTPRouteQueryParamMatching", Extended, Standard, Yes),
    feature("HTTPRouteRequestMirror", Extended, Standard, Yes),
    feature("HTTPRouteRequestMultipleMirrors", Extended, Standard, Yes),
    feature("HTTPRouteRequestPercentageMirror", Extended, Standard, Yes),
    feature("HTTPRouteRequestTimeout", Extended, Standard, Yes),
    feature("HTTPRouteResponseHeaderModification", Extended, Standard, Yes),
    feature("HTTPRouteRetry", Extended, Experimental, Yes),
    feature("HTTPRouteRetryBackendTimeout", Extended, Experimental, Yes),
    feature("HTTPRouteRetryConnectionError", Extended, Experimental, Yes),
    feature("HTTPRouteSchemeRedirect", Extended, Standard, Yes),
    feature("BackendTLSPolicy", Extended, Standard, Yes),
    feature("BackendTLSPolicySANValidation", Extended, Standard, Yes),
    feature("TLSRouteModeMixed", Extended, Experimental, Yes),
    feature("TLSRouteModeTerminate", Extended, Standard, Yes),
    feature("GRPCRouteNamedRouteRule", Extended, Standard, Yes),
    feature("Mesh", Core, Standard, NO_MESH),
    feature("MeshClusterIPMatching", Extended, Standard, NO_MESH),
    feature("MeshConsumerRoute", Extended, Standard, NO_MESH),
    feature("MeshHTTPRouteBackendRequestHeaderModification", Extended, Standard, NO_MESH),
    feature("MeshHTTPRouteNamedRouteRule", Extended, Standard, NO_MESH),
    feature("MeshHTTPRouteQueryParamMatching", Extended, Standard, NO_MESH),
    feature("MeshHTTPRouteRedirectPath", Extended, Standard, NO_MESH),
    feature("MeshHTTPRouteRedirectPort", Extended, Standard, NO_MESH),
    feature("MeshHTTPRouteRewritePath", Extended, Standard, NO_MESH),
    feature("MeshHTTPRouteSchemeRedirect", Extended, Standard, NO_MESH),
];

/// Routes whose parent is a Service.
const NO_MESH: Support = No("routes attach to Gateways and listener sets alone");

const fn feature(name: &'static str, level: Level, channel: Channel, support: Support) -> Feature {
    Feature { name, level, channel, support }
}
