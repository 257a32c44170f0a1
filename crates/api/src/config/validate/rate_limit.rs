//! The rate-limit service.

use eg_diag::FieldPath;

use super::Checks;
use crate::config::{RateLimit, RateLimitRedisSettings, RateLimitTracing};

impl Checks {
    pub(super) fn rate_limit(&mut self, rate_limit: &RateLimit, path: &FieldPath) {
        let backend = path.field("backend");
        match (rate_limit.backend.r#type.as_str(), &rate_limit.backend.redis) {
            ("Redis", Some(redis)) => self.redis(redis, &backend.field("redis")),
            ("Redis", None) => self.needed(&backend.field("redis")),
            (other, _) => self.one_of(other, &["Redis"], &backend.field("type")),
        }
        self.duration(rate_limit.timeout.as_ref(), &path.field("timeout"));
        let tracing = rate_limit.telemetry.as_ref().and_then(|telemetry| telemetry.tracing.as_ref());
        if let Some(tracing) = tracing {
            self.rate_limit_tracing(tracing, &path.field("telemetry").field("tracing"));
        }
    }

    fn redis(&mut self, redis: &RateLimitRedisSettings, path: &FieldPath) {
        match (&redis.url, &redis.url_ref) {
            (Some(url), None) => self.not_empty(url, &path.field("url")),
            (None, Some(source)) => {
                let path = path.field("urlRef").field("secretKeyRef");
                self.not_empty(
                    source.secret_key_ref.name.as_deref().unwrap_or_default(),
                    &path.field("name"),
                );
                self.not_empty(&source.secret_key_ref.key, &path.field("key"));
                if source.secret_key_ref.optional == Some(true) {
                    self.add(&path.field("optional"), "must not be true: the service needs the URL");
                }
            }
            _ => self.add(path, "needs exactly one of url and urlRef"),
        }
        if let Some(certificate) = redis.tls.as_ref().and_then(|tls| tls.certificate_ref.as_ref()) {
            self.not_empty(&certificate.name, &path.field("tls").field("certificateRef").field("name"));
        }
    }

    fn rate_limit_tracing(&mut self, tracing: &RateLimitTracing, path: &FieldPath) {
        self.range(tracing.sampling_rate.map(i64::from), 0, 100, &path.field("samplingRate"));
        let at = path.field("provider");
        match &tracing.provider {
            None => self.needed(&at),
            Some(provider) => {
                if let Some(r#type) = &provider.r#type {
                    self.one_of(r#type, &["OpenTelemetry"], &at.field("type"));
                }
                self.not_empty(&provider.url, &at.field("url"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use serde_json::{Value, json};

    #[test]
    fn the_database() {
        let with = |redis: Value| json!({ "rateLimit": { "backend": { "type": "Redis", "redis": redis } } });
        check(with(json!({ "url": "redis.example.com:6379" })), &[]);
        check(with(json!({ "url": "" })), &["rateLimit.backend.redis.url"]);
        check(with(json!({})), &["rateLimit.backend.redis"]);
        let secret = json!({ "secretKeyRef": { "name": "redis", "key": "url" } });
        check(with(json!({ "urlRef": secret })), &[]);
        check(with(json!({ "url": "a:1", "urlRef": secret })), &["rateLimit.backend.redis"]);
        let optional = json!({ "secretKeyRef": { "name": "redis", "key": "url", "optional": true } });
        check(with(json!({ "urlRef": optional })), &["rateLimit.backend.redis.urlRef.secretKeyRef.optional"]);
        check(json!({ "rateLimit": { "backend": { "type": "Redis" } } }), &["rateLimit.backend.redis"]);
        check(json!({ "rateLimit": { "backend": { "type": "Memcached" } } }), &["rateLimit.backend.type"]);
    }

    #[test]
    fn its_telemetry() {
        let with = |tracing: Value| {
            json!({ "rateLimit": {
                "backend": { "type": "Redis", "redis": { "url": "a:1" } },
                "telemetry": { "tracing": tracing },
            } })
        };
        check(with(json!({ "provider": { "url": "http://collector:4318" }, "samplingRate": 100 })), &[]);
        check(
            with(json!({ "samplingRate": 101 })),
            &["rateLimit.telemetry.tracing.samplingRate", "rateLimit.telemetry.tracing.provider"],
        );
    }
}
