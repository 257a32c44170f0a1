//! How the address of the client is found.
//!
//! API: `ClientTrafficPolicy.spec.clientIPDetection`. Envoy: `original_ip_detection_extensions` of the connection manager,
//! which then leaves the address of the connection alone. Without settings, that is the address of the client.

use eg_diag::{Diagnostic, FieldPath};
use eg_ir::{
    FeatureId, features,
    listener::{ClientIpDetection as Detection, TrustedProxies},
};
use prost::Name as Message;

use super::ListenerFeature;
use crate::{
    envoy::{any, core, custom_header, hcm, kind, xff},
    finding::not_expressible,
    http::ServerCx,
};

/// How the address of the client is found.
pub(super) struct ClientIpDetection;

impl ListenerFeature for ClientIpDetection {
    fn id(&self) -> FeatureId {
        features::CLIENT_IP_DETECTION
    }

    fn connection_manager(
        &self,
        cx: ServerCx<'_>,
        manager: &mut hcm::HttpConnectionManager,
    ) -> Result<(), Diagnostic> {
        let extension = match &cx.server.client.ip_detection {
            None => return Ok(()),
            Some(Detection::XForwardedFor { trusted, leaves_header }) => {
                extension("xff", &forwarded_for(trusted, *leaves_header)?)
            }
            Some(Detection::Header { name, required }) => {
                let refusal = kind::HttpStatus { code: kind::StatusCode::Forbidden.into() };
                let config = custom_header::CustomHeaderConfig {
                    header_name: name.to_string(),
                    allow_extension_to_set_address_as_trusted: true,
                    reject_with_status: required.then_some(refusal),
                };
                extension("custom_header", &config)
            }
            Some(other) => return Err(unknown(format!("unknown source of the client's address {other:?}"))),
        };
        manager.original_ip_detection_extensions.push(extension);
        manager.use_remote_address = Some(false);
        Ok(())
    }
}

fn extension(name: &str, config: &impl Message) -> core::TypedExtensionConfig {
    core::TypedExtensionConfig {
        name: format!("envoy.extensions.http.original_ip_detection.{name}"),
        typed_config: Some(any(config)),
    }
}

fn forwarded_for(trusted: &TrustedProxies, leaves_header: bool) -> Result<xff::XffConfig, Diagnostic> {
    let config = xff::XffConfig { skip_xff_append: Some(leaves_header), ..xff::XffConfig::default() };
    match trusted {
        // Envoy counts only the proxies that wrote an address, which the last one did not.
        TrustedProxies::Hops(hops) => {
            Ok(xff::XffConfig { xff_num_trusted_hops: hops.saturating_sub(1), ..config })
        }
        TrustedProxies::Networks(networks) => {
            let cidrs = networks.iter().map(|(address, length)| core::CidrRange {
                address_prefix: address.to_string(),
                prefix_len: Some((*length).into()),
            });
            let cidrs = xff::XffTrustedCidrs { cidrs: cidrs.collect() };
            Ok(xff::XffConfig { xff_trusted_cidrs: Some(cidrs), ..config })
        }
        other => Err(unknown(format!("unknown kind of trusted proxies {other:?}"))),
    }
}

fn unknown(message: String) -> Diagnostic {
    not_expressible(FieldPath::root(), message)
}
