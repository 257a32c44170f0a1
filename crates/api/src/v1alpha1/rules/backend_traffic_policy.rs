//! CEL rules of the types in `backend_traffic_policy`.

use crate::schema::Rules;

pub(crate) const BACKEND_TRAFFIC_POLICY_SPEC: Rules = &[
    (
        "(has(self.targetRef) && !has(self.targetRefs)) || (!has(self.targetRef) && has(self.targetRefs)) || (has(self.targetSelectors) && self.targetSelectors.size() > 0) ",
        "one of targetRef and targetRefs, or targetSelectors, is needed",
    ),
    (
        "has(self.targetRef) ? self.targetRef.group == 'gateway.networking.k8s.io' : true ",
        "targetRef must be of group gateway.networking.k8s.io",
    ),
    (
        "has(self.targetRef) ? self.targetRef.kind in ['Gateway', 'ListenerSet', 'HTTPRoute', 'GRPCRoute', 'UDPRoute', 'TCPRoute', 'TLSRoute'] : true",
        "targetRef must be a Gateway, ListenerSet, HTTPRoute, GRPCRoute, UDPRoute, TCPRoute or TLSRoute",
    ),
    (
        "has(self.targetRefs) ? self.targetRefs.all(ref, ref.group == 'gateway.networking.k8s.io') : true ",
        "targetRefs must be of group gateway.networking.k8s.io",
    ),
    (
        "has(self.targetRefs) ? self.targetRefs.all(ref, ref.kind in ['Gateway', 'ListenerSet', 'HTTPRoute', 'GRPCRoute', 'UDPRoute', 'TCPRoute', 'TLSRoute']) : true ",
        "targetRefs must be Gateways, ListenerSets, HTTPRoutes, GRPCRoutes, UDPRoutes, TCPRoutes or TLSRoutes",
    ),
    (
        "!has(self.mergeType) || ((!has(self.targetRef) || self.targetRef.kind in ['HTTPRoute', 'GRPCRoute', 'UDPRoute', 'TCPRoute', 'TLSRoute']) && (!has(self.targetRefs) || self.targetRefs.all(ref, ref.kind in ['HTTPRoute', 'GRPCRoute', 'UDPRoute', 'TCPRoute', 'TLSRoute'])) && (!has(self.targetSelectors) || self.targetSelectors.all(sel, sel.kind in ['HTTPRoute', 'GRPCRoute', 'UDPRoute', 'TCPRoute', 'TLSRoute'])))",
        "mergeType is only for policies all of whose targets are routes",
    ),
    ("!has(self.compression) || !has(self.compressor)", "compression and compressor cannot both be set"),
    (
        "!has(self.requestBuffer) || !has(self.httpUpgrade) || self.httpUpgrade.size() == 0",
        "requestBuffer and httpUpgrade cannot both be set",
    ),
    (
        "!has(self.admissionControl) || ((!has(self.targetRef) || self.targetRef.kind in ['Gateway', 'ListenerSet', 'HTTPRoute', 'GRPCRoute']) && (!has(self.targetRefs) || self.targetRefs.all(ref, ref.kind in ['Gateway', 'ListenerSet', 'HTTPRoute', 'GRPCRoute'])) && (!has(self.targetSelectors) || self.targetSelectors.all(sel, sel.kind in ['Gateway', 'ListenerSet', 'HTTPRoute', 'GRPCRoute'])))",
        "admissionControl is only for Gateways, ListenerSets, HTTPRoutes and GRPCRoutes",
    ),
    (
        "!((has(self.connection) && has(self.connection.preconnect) && has(self.connection.preconnect.predictivePercent)) && !(has(self.loadBalancer) && has(self.loadBalancer.type) && self.loadBalancer.type in ['Random', 'RoundRobin']))",
        "predictivePercent is only for the load balancers Random and RoundRobin",
    ),
];

pub(crate) const BACKEND_TRAFFIC_POLICY_SPEC_MERGE_TYPE: Rules =
    &[("self != 'Replace'", "Replace is what happens when mergeType is unset")];

pub(crate) const PROTOCOL_UPGRADE_CONFIG: Rules =
    &[("!has(self.connect) || self.type == 'CONNECT'", "connect is only for type CONNECT")];

pub(crate) const ADMISSION_CONTROL: Rules = &[
    (
        "!has(self.minSuccessRate) || (self.minSuccessRate >= 1 && self.minSuccessRate <= 100)",
        "minSuccessRate must be from 1 to 100",
    ),
    (
        "!has(self.maxRejectionPercent) || (self.maxRejectionPercent >= 0 && self.maxRejectionPercent <= 100)",
        "maxRejectionPercent must be from 0 to 100",
    ),
    (
        "!has(self.samplingWindow) || duration(self.samplingWindow) >= duration('1s')",
        "samplingWindow must be at least 1s",
    ),
];

pub(crate) const BANDWIDTH_LIMIT_SPEC: Rules =
    &[("has(self.request) || has(self.response)", "one of request and response is needed")];

pub(crate) const FAULT_INJECTION: Rules =
    &[(" has(self.delay) || has(self.abort) ", "one of delay and abort is needed")];

pub(crate) const FAULT_INJECTION_ABORT: Rules = &[
    (" !(has(self.httpStatus) && has(self.grpcStatus)) ", "httpStatus and grpcStatus cannot both be set"),
    (" has(self.httpStatus) || has(self.grpcStatus) ", "one of httpStatus and grpcStatus is needed"),
];

pub(crate) const LOCAL_RATE_LIMIT_RULES: Rules = &[
    ("self.all(r, !has(r.cost) || !has(r.cost.response))", "local limits do not count responses"),
    ("self.all(r, !has(r.limit.fromMetadata))", "local limits cannot come from metadata"),
];

pub(crate) const RATE_LIMIT_COST_SPECIFIER: Rules =
    &[("!(has(self.number) && has(self.metadata))", "number and metadata cannot both be set")];

pub(crate) const RATE_LIMIT_SELECT_CONDITION: Rules = &[(
    "has(self.headers) || has(self.methods) || has(self.path) || has(self.sourceCIDR) || has(self.queryParams)",
    "at least one condition is needed",
)];

pub(crate) const RESPONSE_OVERRIDE: Rules = &[(
    "(has(self.response) && !has(self.redirect)) || (!has(self.response) && has(self.redirect))",
    "exactly one of response and redirect is needed",
)];

pub(crate) const CUSTOM_RESPONSE_MATCH: Rules = &[(
    "has(self.statusCodes) || has(self.responseHeaders)",
    "one of statusCodes and responseHeaders is needed",
)];

pub(crate) const STATUS_CODE_MATCH: Rules = &[
    ("(!has(self.type) || self.type == 'Value')? has(self.value) : true", "value is needed for type Value"),
    ("(has(self.type) && self.type == 'Range')? has(self.range) : true", "range is needed for type Range"),
];

pub(crate) const STATUS_CODE_RANGE: Rules = &[("self.end > self.start", "end must be greater than start")];

pub(crate) const CUSTOM_REDIRECT_PATH: Rules =
    &[("self.type == 'ReplaceFullPath'", "only ReplaceFullPath is possible here")];

pub(crate) const CUSTOM_RESPONSE_HEADER: Rules =
    &[("!has(self.remove) || size(self.remove) == 0", "headers cannot be removed here")];
