//! Objects that several tests begin with.

/// A class, and the Gateway `gw` with an HTTP listener at this port and the listeners of further lines.
pub(crate) fn gateway(port: u16, listeners: &str) -> String {
    format!(
        "
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {{name: eg}}
spec: {{controllerName: gateway.envoyproxy.io/gatewayclass-controller}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {{name: gw, namespace: default}}
spec:
  gatewayClassName: eg
  listeners:
    - {{name: http, protocol: HTTP, port: {port}}}
{listeners}
---
"
    )
}
