//! CEL rules of the types in `cluster_settings`.

use crate::schema::Rules;

pub(crate) const CLUSTER_SETTINGS: Rules = &[(
    "!((has(self.connection) && has(self.connection.preconnect) && has(self.connection.preconnect.predictivePercent)) && !(has(self.loadBalancer) && has(self.loadBalancer.type) && self.loadBalancer.type in ['Random', 'RoundRobin']))",
    "predictivePercent is only for the load balancers Random and RoundRobin",
)];

pub(crate) const ACTIVE_HEALTH_CHECK: Rules = &[
    ("self.type == 'HTTP' ? has(self.http) : !has(self.http)", "http is needed for type HTTP, and only then"),
    ("self.type == 'TCP' ? has(self.tcp) : !has(self.tcp)", "tcp is needed for type TCP, and only then"),
    ("has(self.grpc) ? self.type == 'GRPC' : true", "grpc is only for type GRPC"),
];

pub(crate) const HTTP_ACTIVE_HEALTH_CHECKER: Rules = &[(
    "!has(self.requestBody) || (has(self.method) && self.method.upperAscii() in ['POST','PUT'])",
    "requestBody is only for the methods POST and PUT",
)];

pub(crate) const ACTIVE_HEALTH_CHECK_PAYLOAD: Rules = &[
    ("self.type == 'Text' ? has(self.text) : !has(self.text)", "text is needed for type Text, and only then"),
    (
        "self.type == 'Binary' ? has(self.binary) : !has(self.binary)",
        "binary is needed for type Binary, and only then",
    ),
];

pub(crate) const PROXY_HEALTH_CHECK_LOG_MATCHES: Rules = &[(
    "self.exists(e, e == 'Failure' || e == 'FailureSeriesStart') == self.exists(e, e == 'Success' || e == 'HealthyTransition')",
    "events of failure and of success must be chosen together",
)];

pub(crate) const PROXY_HEALTH_CHECK_LOG_SINK: Rules =
    &[("self.type == 'File' ? has(self.file) : !has(self.file)", "file is needed for type File")];

pub(crate) const HTTP2_KEEPALIVE_SETTINGS: Rules = &[(
    "!has(self.timeout) || !has(self.interval) || duration(self.timeout) < duration(self.interval)",
    "timeout must be shorter than interval",
)];

pub(crate) const LOAD_BALANCER: Rules = &[
    (
        "self.type == 'ConsistentHash' ? has(self.consistentHash) : !has(self.consistentHash)",
        "consistentHash is needed for type ConsistentHash, and only then",
    ),
    (
        "self.type == 'BackendUtilization' ? has(self.backendUtilization) : !has(self.backendUtilization)",
        "backendUtilization is needed for type BackendUtilization, and only then",
    ),
    (
        "self.type == 'DynamicModule' ? has(self.dynamicModule) : !has(self.dynamicModule)",
        "dynamicModule is needed for type DynamicModule, and only then",
    ),
    (
        "self.type in ['Random', 'ConsistentHash', 'DynamicModule'] ? !has(self.slowStart) : true",
        "slowStart is not for the types Random, ConsistentHash and DynamicModule",
    ),
    (
        "self.type == 'ConsistentHash' && has(self.zoneAware) ? !has(self.zoneAware.preferLocal) : true",
        "preferLocal is not for type ConsistentHash",
    ),
    (
        "self.type == 'BackendUtilization' && has(self.zoneAware) ? !has(self.zoneAware.preferLocal) : true",
        "preferLocal is not for type BackendUtilization",
    ),
    ("self.type == 'DynamicModule' ? !has(self.zoneAware) : true", "zoneAware is not for type DynamicModule"),
    (
        "has(self.zoneAware) ? !(has(self.zoneAware.preferLocal) && has(self.zoneAware.weightedZones)) : true",
        "preferLocal and weightedZones cannot both be set",
    ),
    (
        "self.type == 'DynamicModule' ? !has(self.endpointOverride) : true",
        "endpointOverride is not for type DynamicModule",
    ),
];

pub(crate) const OUT_OF_BAND_REPORTING_REPORTING_PERIOD: Rules =
    &[("duration(self) > duration('0s')", "the period must be longer than 0s")];

pub(crate) const CONSISTENT_HASH: Rules = &[
    (
        "self.type == 'Header' ? has(self.header) : !has(self.header)",
        "header is needed for type Header, and only then",
    ),
    (
        "self.type == 'Headers' ? has(self.headers) : !has(self.headers)",
        "headers is needed for type Headers, and only then",
    ),
    (
        "self.type == 'Cookie' ? has(self.cookie) : !has(self.cookie)",
        "cookie is needed for type Cookie, and only then",
    ),
    (
        "self.type == 'QueryParams' ? has(self.queryParams) : !has(self.queryParams)",
        "queryParams is needed for type QueryParams, and only then",
    ),
];
