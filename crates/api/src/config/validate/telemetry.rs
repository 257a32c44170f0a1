//! Logs, metrics and traces of the control plane.

use eg_diag::FieldPath;

use super::Checks;
use crate::config::{EnvoyGateway, EnvoyGatewayOpenTelemetrySink};

/// Parts that have a log level of their own.
const COMPONENTS: [&str; 8] = [
    "default",
    "provider",
    "gateway-api",
    "xds-translator",
    "xds-server",
    "xds",
    "infrastructure",
    "global-ratelimit",
];
const LEVELS: [&str; 4] = ["debug", "info", "warn", "error"];

impl Checks {
    pub(super) fn telemetry(&mut self, config: &EnvoyGateway, root: &FieldPath) {
        if let Some(logging) = &config.logging {
            let path = root.field("logging");
            for (component, level) in &logging.level {
                let path = path.field("level").key(component);
                self.one_of(component, &COMPONENTS, &path);
                self.one_of(level, &LEVELS, &path);
            }
            if let Some(encoder) = &logging.encoder {
                self.one_of(encoder, &["Text", "JSON"], &path.field("encoder"));
            }
        }
        let Some(telemetry) = &config.telemetry else { return };
        let path = root.field("telemetry");
        for (index, sink) in telemetry.metrics.iter().flat_map(|metrics| &metrics.sinks).enumerate() {
            let path = path.field("metrics").field("sinks").index(index);
            self.collector(&sink.r#type, sink.open_telemetry.as_ref(), &path);
        }
        if let Some(traces) = &telemetry.traces {
            let path = path.field("traces");
            self.part(traces.sampling_rate.as_ref(), &path.field("samplingRate"));
            match &traces.sink {
                Some(sink) => {
                    self.collector(&sink.r#type, sink.open_telemetry.as_ref(), &path.field("sink"));
                }
                None => self.needed(&path.field("sink")),
            }
        }
    }

    fn collector(&mut self, r#type: &str, sink: Option<&EnvoyGatewayOpenTelemetrySink>, path: &FieldPath) {
        self.one_of(r#type, &["OpenTelemetry"], &path.field("type"));
        let path = path.field("openTelemetry");
        let Some(sink) = sink else { return self.needed(&path) };
        self.not_empty(&sink.host, &path.field("host"));
        self.range(sink.port.map(i64::from), 1, 65_535, &path.field("port"));
        self.one_of(&sink.protocol, &["grpc", "http"], &path.field("protocol"));
        self.duration(sink.export_interval.as_ref(), &path.field("exportInterval"));
        self.duration(sink.export_timeout.as_ref(), &path.field("exportTimeout"));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use serde_json::json;

    #[test]
    fn log_levels() {
        check(
            json!({ "logging": { "level": { "default": "debug", "xds": "warn" }, "encoder": "JSON" } }),
            &[],
        );
        check(
            json!({ "logging": { "level": { "default": "trace", "ui": "info" }, "encoder": "XML" } }),
            &["logging.level[default]", "logging.level[ui]", "logging.encoder"],
        );
    }

    #[test]
    fn collectors() {
        let sink = json!({ "openTelemetry": { "host": "collector", "protocol": "grpc" } });
        check(json!({ "telemetry": { "metrics": { "sinks": [sink] }, "traces": { "sink": sink } } }), &[]);
        check(
            json!({ "telemetry": {
                "metrics": { "sinks": [
                    {}, { "openTelemetry": { "protocol": "udp", "port": 0, "exportInterval": "0s" } },
                ] },
                "traces": { "samplingRate": { "numerator": 3, "denominator": 2 } },
            } }),
            &[
                "telemetry.metrics.sinks[0].openTelemetry",
                "telemetry.metrics.sinks[1].openTelemetry.host",
                "telemetry.metrics.sinks[1].openTelemetry.port",
                "telemetry.metrics.sinks[1].openTelemetry.protocol",
                "telemetry.metrics.sinks[1].openTelemetry.exportInterval",
                "telemetry.traces.samplingRate.numerator",
                "telemetry.traces.sink",
            ],
        );
    }
}
