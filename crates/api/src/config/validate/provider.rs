//! Where configuration comes from, and what runs the proxies.

use eg_diag::FieldPath;

use super::Checks;
use crate::config::{
    EnvoyGatewayCustomProvider, EnvoyGatewayInfrastructureProvider, EnvoyGatewayKubernetesProvider,
    EnvoyGatewayProvider, EnvoyGatewayResourceProvider, KubernetesClient, KubernetesWatchMode,
    LeaderElection,
};
use crate::v1alpha1::{
    KubernetesDeploymentSpec, KubernetesHorizontalPodAutoscalerSpec, KubernetesPatchSpec,
    KubernetesPodDisruptionBudgetSpec,
};

impl Checks {
    pub(super) fn provider(&mut self, provider: &EnvoyGatewayProvider, path: &FieldPath) {
        match provider.r#type.as_str() {
            "Kubernetes" => {
                if let Some(kubernetes) = &provider.kubernetes {
                    self.kubernetes(kubernetes, &path.field("kubernetes"));
                }
            }
            "Custom" => match &provider.custom {
                Some(custom) => self.custom(custom, &path.field("custom")),
                None => self.needed(&path.field("custom")),
            },
            other => self.one_of(other, &["Kubernetes", "Custom"], &path.field("type")),
        }
    }

    fn kubernetes(&mut self, kubernetes: &EnvoyGatewayKubernetesProvider, path: &FieldPath) {
        self.watch(kubernetes.watch.as_ref(), &path.field("watch"));
        self.leader_election(kubernetes.leader_election.as_ref(), &path.field("leaderElection"));
        self.client(kubernetes.client.as_ref(), &path.field("client"));
        self.duration(kubernetes.cache_sync_period.as_ref(), &path.field("cacheSyncPeriod"));
        if let Some(mode) = kubernetes.deploy.as_ref().and_then(|deploy| deploy.r#type.as_deref()) {
            let path = path.field("deploy").field("type");
            self.one_of(mode, &["ControllerNamespace", "GatewayNamespace"], &path);
        }
        if let Some(image) = kubernetes.shutdown_manager.as_ref().and_then(|manager| manager.image.as_deref())
        {
            self.not_empty(image, &path.field("shutdownManager").field("image"));
        }
        if let Some(deployment) = &kubernetes.rate_limit_deployment {
            self.deployment(deployment, &path.field("rateLimitDeployment"));
        }
        if let Some(autoscaler) = &kubernetes.rate_limit_hpa {
            self.autoscaler(autoscaler, &path.field("rateLimitHpa"));
        }
        if let Some(budget) = &kubernetes.rate_limit_pdb {
            self.disruption_budget(budget, &path.field("rateLimitPDB"));
        }
    }

    fn watch(&mut self, watch: Option<&KubernetesWatchMode>, path: &FieldPath) {
        let Some(watch) = watch else { return };
        match watch.r#type.as_deref().unwrap_or_default() {
            "Namespaces" if watch.namespaces.is_empty() => self.needed(&path.field("namespaces")),
            "NamespaceSelector" if watch.namespace_selector.is_none() => {
                self.needed(&path.field("namespaceSelector"));
            }
            other => self.one_of(other, &["Namespaces", "NamespaceSelector"], &path.field("type")),
        }
    }

    fn leader_election(&mut self, election: Option<&LeaderElection>, path: &FieldPath) {
        let Some(election) = election.filter(|election| election.disable != Some(true)) else { return };
        let fields = [
            ("leaseDuration", &election.lease_duration),
            ("renewDeadline", &election.renew_deadline),
            ("retryPeriod", &election.retry_period),
        ];
        for (name, duration) in fields {
            self.duration(duration.as_ref(), &path.field(name));
        }
        let times = fields.map(|(name, duration)| (name, duration.as_ref().and_then(|d| d.to_std().ok())));
        for pair in times.windows(2) {
            if let [(longer, Some(long)), (shorter, Some(short))] = pair
                && short >= long
            {
                self.add(&path.field(shorter), format!("must be shorter than {longer}"));
            }
        }
    }

    fn client(&mut self, client: Option<&KubernetesClient>, path: &FieldPath) {
        let Some(limit) = client.and_then(|client| client.rate_limit.as_ref()) else { return };
        let path = path.field("rateLimit");
        self.range(limit.qps.map(i64::from), 1, i64::from(i32::MAX), &path.field("qps"));
        self.range(limit.burst.map(i64::from), 1, i64::from(i32::MAX), &path.field("burst"));
    }

    fn deployment(&mut self, deployment: &KubernetesDeploymentSpec, path: &FieldPath) {
        self.range(deployment.replicas.map(i64::from), 0, i64::from(i32::MAX), &path.field("replicas"));
        self.patch(deployment.patch.as_ref(), path);
        if let Some(container) = &deployment.container
            && container.image.is_some()
            && container.image_repository.is_some()
        {
            self.add(&path.field("container").field("imageRepository"), "cannot be set beside image");
        }
    }

    fn autoscaler(&mut self, autoscaler: &KubernetesHorizontalPodAutoscalerSpec, path: &FieldPath) {
        let most = i64::from(autoscaler.max_replicas);
        self.range(Some(most), 1, i64::from(i32::MAX), &path.field("maxReplicas"));
        self.range(autoscaler.min_replicas.map(i64::from), 1, most.max(1), &path.field("minReplicas"));
        self.patch(autoscaler.patch.as_ref(), path);
    }

    fn disruption_budget(&mut self, budget: &KubernetesPodDisruptionBudgetSpec, path: &FieldPath) {
        if budget.min_available.is_some() && budget.max_unavailable.is_some() {
            self.add(&path.field("maxUnavailable"), "cannot be set beside minAvailable");
        }
        self.patch(budget.patch.as_ref(), path);
    }

    fn patch(&mut self, change: Option<&KubernetesPatchSpec>, object: &FieldPath) {
        let Some(change) = change else { return };
        let path = object.field("patch");
        if let Some(r#type) = &change.r#type {
            self.one_of(r#type, &["StrategicMerge", "JSONMerge"], &path.field("type"));
        }
        if change.value.is_null() {
            self.needed(&path.field("value"));
        }
    }

    fn custom(&mut self, custom: &EnvoyGatewayCustomProvider, path: &FieldPath) {
        self.resource(&custom.resource, &path.field("resource"));
        if let Some(infrastructure) = &custom.infrastructure {
            self.infrastructure(infrastructure, &path.field("infrastructure"));
        }
    }

    fn resource(&mut self, resource: &EnvoyGatewayResourceProvider, path: &FieldPath) {
        match resource.r#type.as_str() {
            "File" => {
                let path = path.field("file").field("paths");
                let paths = resource.file.as_ref().map(|file| file.paths.as_slice()).unwrap_or_default();
                if paths.is_empty() {
                    self.needed(&path);
                }
                for (index, file) in paths.iter().enumerate() {
                    self.not_empty(file, &path.index(index));
                }
            }
            "Kubernetes" => {
                if let Some(kubernetes) = &resource.kubernetes {
                    let path = path.field("kubernetes");
                    self.watch(kubernetes.watch.as_ref(), &path.field("watch"));
                    self.leader_election(kubernetes.leader_election.as_ref(), &path.field("leaderElection"));
                    self.client(kubernetes.client.as_ref(), &path.field("client"));
                    self.duration(kubernetes.cache_sync_period.as_ref(), &path.field("cacheSyncPeriod"));
                }
            }
            other => self.one_of(other, &["File", "Kubernetes"], &path.field("type")),
        }
    }

    fn infrastructure(&mut self, infrastructure: &EnvoyGatewayInfrastructureProvider, path: &FieldPath) {
        match (infrastructure.r#type.as_str(), &infrastructure.remote) {
            ("Host", _) => {}
            ("Remote", Some(remote)) => self.service(&remote.service, &path.field("remote").field("service")),
            ("Remote", None) => self.needed(&path.field("remote")),
            (other, _) => self.one_of(other, &["Host", "Remote"], &path.field("type")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use serde_json::{Value, json};

    fn kubernetes(settings: &Value, expect: &[&str]) {
        let expect: Vec<String> = expect.iter().map(|path| format!("provider.kubernetes.{path}")).collect();
        let expect: Vec<&str> = expect.iter().map(String::as_str).collect();
        check(json!({ "provider": { "type": "Kubernetes", "kubernetes": settings } }), &expect);
    }

    #[test]
    fn kubernetes_settings() {
        kubernetes(&json!({ "watch": { "type": "Namespaces" } }), &["watch.namespaces"]);
        kubernetes(&json!({ "watch": { "type": "NamespaceSelector" } }), &["watch.namespaceSelector"]);
        kubernetes(&json!({ "watch": { "type": "All" } }), &["watch.type"]);
        kubernetes(&json!({ "watch": { "type": "Namespaces", "namespaces": ["a"] } }), &[]);
        kubernetes(&json!({ "deploy": { "type": "Anywhere" } }), &["deploy.type"]);
        kubernetes(&json!({ "client": { "rateLimit": { "qps": 0 } } }), &["client.rateLimit.qps"]);
        kubernetes(
            &json!({ "leaderElection": { "renewDeadline": "15s" } }),
            &["leaderElection.renewDeadline"],
        );
        kubernetes(&json!({ "leaderElection": { "renewDeadline": "15s", "disable": true } }), &[]);
        kubernetes(&json!({ "cacheSyncPeriod": "often" }), &["cacheSyncPeriod"]);
    }

    #[test]
    fn objects_of_the_rate_limit_service() {
        kubernetes(
            &json!({ "rateLimitDeployment": {
                "patch": { "type": "Replace" }, "container": { "image": "a", "imageRepository": "b" },
            } }),
            &[
                "rateLimitDeployment.patch.type",
                "rateLimitDeployment.patch.value",
                "rateLimitDeployment.container.imageRepository",
            ],
        );
        kubernetes(
            &json!({ "rateLimitHpa": { "minReplicas": 3, "maxReplicas": 2 } }),
            &["rateLimitHpa.minReplicas"],
        );
        kubernetes(
            &json!({ "rateLimitPDB": { "minAvailable": 1, "maxUnavailable": 1 } }),
            &["rateLimitPDB.maxUnavailable"],
        );
    }

    #[test]
    fn custom_providers() {
        let custom = |custom: Value| json!({ "provider": { "type": "Custom", "custom": custom } });
        check(json!({ "provider": { "type": "Custom" } }), &["provider.custom"]);
        check(custom(json!({ "resource": { "type": "File" } })), &["provider.custom.resource.file.paths"]);
        check(custom(json!({ "resource": { "type": "Etcd" } })), &["provider.custom.resource.type"]);
        let with = |infrastructure: Value| {
            custom(json!({
                "resource": { "type": "File", "file": { "paths": ["/a"] } },
                "infrastructure": infrastructure,
            }))
        };
        check(with(json!({ "type": "Host" })), &[]);
        check(with(json!({ "type": "Remote" })), &["provider.custom.infrastructure.remote"]);
        check(
            with(json!({ "type": "Remote", "remote": { "service": {} } })),
            &["provider.custom.infrastructure.remote.service"],
        );
        check(with(json!({ "type": "Moon" })), &["provider.custom.infrastructure.type"]);
    }
}
