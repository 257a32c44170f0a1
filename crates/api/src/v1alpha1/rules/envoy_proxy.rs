//! CEL rules of the types in `envoy_proxy`.

use crate::schema::Rules;

pub(crate) const ENVOY_PROXY_SPEC: Rules = &[
    ("!has(self.luaValidation) || !has(self.lua)", "luaValidation and lua cannot both be set"),
    (
        "!(has(self.mergeGateways) && self.mergeGateways && has(self.mergeBackends))",
        "mergeGateways and mergeBackends cannot both be set",
    ),
];

pub(crate) const BACKEND_TLS_CONFIG: Rules = &[
    (
        "has(self.minVersion) && self.minVersion == '1.3' ? !has(self.ciphers) : true",
        "ciphers cannot be chosen when minVersion is 1.3",
    ),
    (
        r#"has(self.minVersion) && has(self.maxVersion) ? {"Auto":0,"1.0":1,"1.1":2,"1.2":3,"1.3":4}[self.minVersion] <= {"1.0":1,"1.1":2,"1.2":3,"1.3":4,"Auto":5}[self.maxVersion] : !has(self.minVersion) && has(self.maxVersion) ? 3 <= {"1.0":1,"1.1":2,"1.2":3,"1.3":4,"Auto":5}[self.maxVersion] : true"#,
        "minVersion must not be newer than maxVersion, whose oldest is 1.2 when minVersion is unset",
    ),
];

pub(crate) const FILTER_POSITION: Rules = &[
    ("(has(self.before) || has(self.after))", "one of before and after is needed"),
    (
        "(has(self.before) && !has(self.after)) || (!has(self.before) && has(self.after))",
        "only one of before and after may be set",
    ),
];

pub(crate) const PROXY_BOOTSTRAP: Rules = &[(
    "self.type == 'JSONPatch' ? self.jsonPatches.size() > 0 : has(self.value)",
    "jsonPatches is needed for type JSONPatch, and value for the others",
)];

pub(crate) const DYNAMIC_MODULE_SOURCE: Rules = &[
    (
        "self.type == 'Remote' ? has(self.remote) : !has(self.remote)",
        "remote is needed for type Remote, and only then",
    ),
    ("self.type != 'Local' || has(self.local)", "local is needed for type Local"),
    ("self.type == 'Remote' ? !has(self.local) : true", "local is not for type Remote"),
];

pub(crate) const GEO_IP_PROVIDER: Rules =
    &[("self.type == 'MaxMind' ? has(self.maxMind) : true", "maxMind is needed for type MaxMind")];

pub(crate) const GEO_IP_MAX_MIND: Rules = &[(
    "has(self.cityDbSource) || has(self.countryDbSource) || has(self.asnDbSource) || has(self.ispDbSource) || has(self.anonymousIpDbSource)",
    "one database is needed",
)];

pub(crate) const LUA_VALIDATION_CONFIG: Rules = &[(
    "!has(self.strictValidation) || !has(self.validationType) || self.validationType == 'Strict'",
    "strictValidation is only for type Strict",
)];

pub(crate) const STRICT_VALIDATION_ALLOWED_ENV_VARS: Rules =
    &[("self.all(e, e.trim() != '')", "names of variables must not be blank")];

pub(crate) const STRICT_VALIDATION_ALLOWED_PATHS: Rules = &[
    ("self.all(p, p.trim() != '')", "paths must not be blank"),
    ("self.all(p, !p.matches('^/+$'))", "the whole file system cannot be allowed"),
];

pub(crate) const ENVOY_PROXY_KUBERNETES_PROVIDER: Rules = &[
    (
        "((has(self.envoyDeployment) && !has(self.envoyDaemonSet)) || (!has(self.envoyDeployment) && has(self.envoyDaemonSet))) || (!has(self.envoyDeployment) && !has(self.envoyDaemonSet))",
        "envoyDeployment and envoyDaemonSet cannot both be set",
    ),
    (
        "((has(self.envoyHpa) && !has(self.envoyDaemonSet)) || (!has(self.envoyHpa) && has(self.envoyDaemonSet))) || (!has(self.envoyHpa) && !has(self.envoyDaemonSet))",
        "a DaemonSet has no autoscaler: envoyHpa and envoyDaemonSet cannot both be set",
    ),
];

pub(crate) const KUBERNETES_CONTAINER_SPEC: Rules =
    &[("!has(self.image) || !has(self.imageRepository)", "image and imageRepository cannot both be set")];

pub(crate) const KUBERNETES_CONTAINER_SPEC_IMAGE: Rules = &[(
    "self.matches('^[a-zA-Z0-9._-]+(:[0-9]+)?(/[a-zA-Z0-9._/-]+)?(:[a-zA-Z0-9._-]+)?(@sha256:[a-z0-9]+)?$')",
    "an image has the form registry/repository:tag@digest, with only the repository needed",
)];

pub(crate) const KUBERNETES_CONTAINER_SPEC_IMAGE_REPOSITORY: Rules = &[(
    "self.matches('^[a-zA-Z0-9._-]+(:[0-9]+)?[a-zA-Z0-9._/-]+$')",
    "a repository of images has no tag and no digest",
)];

pub(crate) const KUBERNETES_HORIZONTAL_POD_AUTOSCALER_SPEC: Rules = &[(
    "!has(self.minReplicas) || self.maxReplicas >= self.minReplicas",
    "maxReplicas must not be less than minReplicas",
)];

pub(crate) const KUBERNETES_HORIZONTAL_POD_AUTOSCALER_SPEC_MAX_REPLICAS: Rules =
    &[("self > 0", "maxReplicas must be greater than 0")];

pub(crate) const KUBERNETES_HORIZONTAL_POD_AUTOSCALER_SPEC_MIN_REPLICAS: Rules =
    &[("self > 0", "maxReplicas must be greater than 0")];

pub(crate) const KUBERNETES_POD_DISRUPTION_BUDGET_SPEC: Rules = &[(
    "(has(self.minAvailable) && !has(self.maxUnavailable)) || (!has(self.minAvailable) && has(self.maxUnavailable))",
    "exactly one of minAvailable and maxUnavailable is needed",
)];

pub(crate) const KUBERNETES_SERVICE_SPEC: Rules = &[
    (
        "!has(self.allocateLoadBalancerNodePorts) || self.type == 'LoadBalancer'",
        "allocateLoadBalancerNodePorts is only for type LoadBalancer",
    ),
    (
        "!has(self.loadBalancerSourceRanges) || self.type == 'LoadBalancer'",
        "loadBalancerSourceRanges is only for type LoadBalancer",
    ),
    (
        "!has(self.loadBalancerIP) || self.type == 'LoadBalancer'",
        "loadBalancerIP is only for type LoadBalancer",
    ),
];

pub(crate) const KUBERNETES_SERVICE_SPEC_LOAD_BALANCER_IP: Rules = &[(
    r#"self.matches(r"^((25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)\.){3}(25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)$")"#,
    "loadBalancerIP must be an IPv4 address",
)];

pub(crate) const PROXY_ACCESS_LOG_FORMAT: Rules = &[
    ("has(self.type) && self.type == 'Text' ? has(self.text) : true", "text is needed for type Text"),
    ("has(self.type) && self.type == 'Text' ? !has(self.json) : true", "json is not for type Text"),
    ("has(self.type) && self.type == 'JSON' ? has(self.json) : true", "json is needed for type JSON"),
    ("has(self.type) && self.type == 'JSON' ? !has(self.text) : true", "text is not for type JSON"),
    (
        "!has(self.type) ? (has(self.text) || has(self.json)) : true",
        "one of text and json is needed when type is unset",
    ),
];

pub(crate) const PROXY_ACCESS_LOG_SINK: Rules = &[
    ("self.type == 'ALS' ? has(self.als) : !has(self.als)", "als is needed for type ALS, and only then"),
    ("self.type == 'File' ? has(self.file) : !has(self.file)", "file is needed for type File"),
    (
        "self.type == 'OpenTelemetry' ? has(self.openTelemetry) : !has(self.openTelemetry)",
        "openTelemetry is needed for type OpenTelemetry, and only then",
    ),
];

pub(crate) const ALS_ENVOY_PROXY_ACCESS_LOG: Rules = &[
    ("self.type == 'HTTP' || !has(self.http)", "http is only for type HTTP"),
    ("!has(self.backendRef)", "use backendRefs instead of backendRef"),
    ("has(self.backendRefs) && self.backendRefs.size() > 0", "backendRefs is needed"),
    (
        "has(self.backendRefs) ? self.backendRefs.all(f, f.kind == 'Service' || f.kind == 'Backend') : true",
        "backendRefs must be Services or Backends",
    ),
    (
        r#"has(self.backendRefs) ? (self.backendRefs.all(f, f.group == "" || f.group == 'gateway.envoyproxy.io')) : true"#,
        "backendRefs must be of the core group or gateway.envoyproxy.io",
    ),
];

pub(crate) const OPEN_TELEMETRY_ENVOY_PROXY_ACCESS_LOG: Rules = &[
    ("has(self.host) || self.backendRefs.size() > 0", "one of host and backendRefs is needed"),
    ("!has(self.backendRef)", "use backendRefs instead of backendRef"),
    (
        "has(self.backendRefs) ? self.backendRefs.all(f, f.kind == 'Service' || f.kind == 'Backend') : true",
        "backendRefs must be Services or Backends",
    ),
    (
        r#"has(self.backendRefs) ? (self.backendRefs.all(f, f.group == "" || f.group == 'gateway.envoyproxy.io')) : true"#,
        "backendRefs must be of the core group or gateway.envoyproxy.io",
    ),
    (
        "!has(self.resources) || !has(self.resourceAttributes)",
        "resources and resourceAttributes cannot both be set",
    ),
];

pub(crate) const PROXY_METRIC_SINK: Rules = &[(
    "self.type == 'OpenTelemetry' ? has(self.openTelemetry) : !has(self.openTelemetry)",
    "openTelemetry is needed for type OpenTelemetry, and only then",
)];

pub(crate) const PROXY_OPEN_TELEMETRY_SINK: Rules = &[
    ("has(self.host) || self.backendRefs.size() > 0", "one of host and backendRefs is needed"),
    ("!has(self.backendRef)", "use backendRefs instead of backendRef"),
    (
        "has(self.backendRefs) ? self.backendRefs.all(f, f.kind == 'Service' || f.kind == 'Backend') : true",
        "backendRefs must be Services or Backends",
    ),
    (
        r#"has(self.backendRefs) ? (self.backendRefs.all(f, f.group == "" || f.group == 'gateway.envoyproxy.io')) : true"#,
        "backendRefs must be of the core group or gateway.envoyproxy.io",
    ),
];

pub(crate) const PROXY_TRACING: Rules = &[(
    "!(has(self.samplingRate) && has(self.samplingFraction))",
    "samplingRate and samplingFraction cannot both be set",
)];

pub(crate) const TRACING_PROVIDER: Rules = &[
    ("has(self.host) || self.backendRefs.size() > 0", "one of host and backendRefs is needed"),
    ("!has(self.backendRef)", "use backendRefs instead of backendRef"),
    (
        "has(self.backendRefs) ? self.backendRefs.all(f, f.kind == 'Service' || f.kind == 'Backend') : true",
        "backendRefs must be Services or Backends",
    ),
    (
        r#"has(self.backendRefs) ? (self.backendRefs.all(f, f.group == "" || f.group == 'gateway.envoyproxy.io')) : true"#,
        "backendRefs must be of the core group or gateway.envoyproxy.io",
    ),
    (
        "has(self.openTelemetry) ? self.type == 'OpenTelemetry' : true",
        "openTelemetry is only for type OpenTelemetry",
    ),
];

pub(crate) const TRACING_PROVIDER_SERVICE_NAME: Rules = &[(r#"self != """#, "serviceName must not be empty")];

pub(crate) const O_TEL_SAMPLER: Rules = &[(
    "has(self.samplingPercentage) ? (self.type == 'TraceIdRatio' || self.type == 'ParentBasedTraceIdRatio') : true",
    "samplingPercentage is only for the types with TraceIdRatio",
)];
