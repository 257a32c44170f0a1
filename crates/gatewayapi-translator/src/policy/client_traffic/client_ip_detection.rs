//! How the address of the client is found.
//!
//! API: `ClientTrafficPolicy.spec.clientIPDetection`, for listeners that serve HTTP: from `X-Forwarded-For`, from another
//! header, or from the connection, which is the default. IR: [`ClientIpDetection`].
//!
//! Fail mode: closed. With a network or a number that is none, who is trusted would not be known.

use std::net::IpAddr;

use eg_api::v1alpha1::{
    ClientIpDetectionSettings, ClientTrafficPolicySpec, CustomHeaderExtensionSettings, XForwardedForSettings,
};
use eg_diag::Code;
use eg_ir::{
    FeatureId, Name, features,
    listener::{ClientIpDetection, ClientSettings, TrustedProxies},
};

use super::{ClientTraffic, ListenerProtocol};
use crate::{
    header,
    policy::reading::{ReadField, Reading},
};

static INVALID: Code = Code::error("invalid-client-ip-detection", "Accepted", "Invalid");

/// How the address of the client is found.
pub(super) struct ClientIpDetectionField;

impl ReadField<ClientTraffic> for ClientIpDetectionField {
    const ID: FeatureId = features::CLIENT_IP_DETECTION;
    const NAME: &'static str = "clientIPDetection";
    const INVALID: &'static Code = &INVALID;
    type Written = ClientIpDetectionSettings;

    fn written(spec: &ClientTrafficPolicySpec) -> Option<&ClientIpDetectionSettings> {
        spec.client_ip_detection.as_ref()
    }

    fn is_for(place: &ListenerProtocol) -> bool {
        place.is_http()
    }

    fn read(
        ClientIpDetectionSettings { custom_header, direct_source_ip, x_forwarded_for }: &ClientIpDetectionSettings,
        _: &ClientTrafficPolicySpec,
        slot: &mut ClientSettings,
        mut reading: Reading<'_>,
    ) {
        slot.ip_detection = match (x_forwarded_for, custom_header, direct_source_ip) {
            (Some(settings), None, None) => forwarded_for(settings, reading.at("xForwardedFor")),
            (None, Some(settings), None) => own_header(settings, reading.at("customHeader")),
            (None, None, Some(_)) => None,
            _ => {
                reading.refuse("expected exactly one of xForwardedFor, customHeader and directSourceIP");
                None
            }
        };
    }
}

fn forwarded_for(
    XForwardedForSettings { disable_x_forwarded_for_append, num_trusted_hops, trusted_cidrs }: &XForwardedForSettings,
    mut reading: Reading<'_>,
) -> Option<ClientIpDetection> {
    let trusted = match (num_trusted_hops, trusted_cidrs.as_slice()) {
        (Some(hops), []) => {
            let hops = u32::try_from(*hops).map_err(|_| format!("expected no negative number, found {hops}"));
            TrustedProxies::Hops(reading.at("numTrustedHops").value(hops)?)
        }
        (None, networks @ [_, ..]) => {
            let mut reading = reading.at("trustedCIDRs");
            let known = networks.iter().enumerate();
            let known = known.map(|(position, text)| reading.nth(position).value(network(text)));
            // All of them are looked at, so that the status names every wrong one.
            let known: Vec<_> = known.collect();
            TrustedProxies::Networks(known.into_iter().collect::<Option<_>>()?)
        }
        _ => {
            reading.refuse("expected exactly one of numTrustedHops and trustedCIDRs");
            return None;
        }
    };
    let leaves_header = disable_x_forwarded_for_append.unwrap_or_default();
    Some(ClientIpDetection::XForwardedFor { trusted, leaves_header })
}

fn own_header(
    CustomHeaderExtensionSettings { fail_closed, name }: &CustomHeaderExtensionSettings,
    mut reading: Reading<'_>,
) -> Option<ClientIpDetection> {
    reading.at("name").value(header::check_name(name))?;
    Some(ClientIpDetection::Header { name: name.as_str().into(), required: fail_closed.unwrap_or_default() })
}

/// The address and the length of the prefix of a network in CIDR notation.
fn network(text: &str) -> Result<(Name, u8), String> {
    let parts = text.split_once('/').and_then(|(address, length)| {
        let (address, length) = (address.parse::<IpAddr>().ok()?, length.parse::<u8>().ok()?);
        let longest = if address.is_ipv4() { 32 } else { 128 };
        (length <= longest).then(|| (address.to_string().into(), length))
    });
    parts.ok_or_else(|| format!("expected a network such as 10.0.0.0/8, found {text:?}"))
}

#[cfg(test)]
mod tests {
    use super::network;

    #[test]
    fn networks_are_an_address_and_a_length() {
        assert_eq!(network("10.0.0.0/8"), Ok(("10.0.0.0".into(), 8)));
        assert_eq!(network("2001:db8::/32"), Ok(("2001:db8::".into(), 32)));
        for wrong in ["10.0.0.0", "10.0.0.0/33", "10.0.0/8", "/8", "::/129", "a/b"] {
            assert!(network(wrong).is_err(), "{wrong}");
        }
    }
}
