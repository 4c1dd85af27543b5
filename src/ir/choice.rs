//! The words of the language: kinds, tiers, protocols, stages.

use crate::choice;

choice! {
    /// The domain profile that adapts the defaults.
    pub enum Domain as "domain" {
        Protocol = "protocol": "long-lived connections: tcp, mqtt, websocket",
        Business = "business": "customer-facing services with records to keep",
        Data = "data": "batches, pipelines and models",
        Realtime = "realtime": "latency above all",
    }
}
choice! {
    /// Where components run.
    pub enum Runtime as "runtime" {
        Kubernetes = "kubernetes": "a managed Kubernetes cluster",
        Ecs = "ecs": "ECS on Fargate",
    }
}
choice! {
    /// Which of the two infrastructure targets the pipelines apply.
    pub enum Provisioner as "provisioner" {
        Terraform = "terraform": "Terraform or OpenTofu",
        Cloudformation = "cloudformation": "CloudFormation stacks",
    }
}
choice! {
    /// The cloud.
    pub enum Cloud as "cloud" { Aws = "aws": "Amazon Web Services" }
}
choice! {
    /// The controller that makes load balancers of ingresses.
    pub enum IngressController as "ingress controller" {
        Alb = "alb": "the AWS load balancer controller",
        Nginx = "nginx": "the nginx ingress controller",
    }
}
choice! {
    /// Who installs a controller of the cluster.
    pub enum Installed as "way to have a controller" {
        Managed = "managed": "pathc installs the pinned one",
        Present = "present": "the cluster has it",
    }
}
choice! {
    /// A compliance framework.
    pub enum Framework as "compliance framework" {
        Soc2 = "soc2": "SOC 2 (AICPA Trust Services Criteria)",
        Iso27001 = "iso27001": "ISO/IEC 27001",
        Hipaa = "hipaa": "HIPAA Security Rule",
        PciDss = "pci-dss": "PCI DSS",
        Gdpr = "gdpr": "GDPR",
    }
}
choice! {
    /// What a finding does.
    pub enum Level as "level" {
        Deny = "deny": "an error: nothing is written",
        Warn = "warn": "a warning",
        Allow = "allow": "nothing is said",
    }
}
choice! {
    /// What a component is.
    pub enum ComponentKind as "component kind" {
        Service = "service": "answers requests",
        Worker = "worker": "takes work from queues and topics",
        Cronjob = "cronjob": "runs by a schedule",
        Job = "job": "runs to its end",
        Website = "website": "static files behind a CDN",
        Library = "library": "evidence only, nothing is deployed",
    }
}
choice! {
    /// How much a component matters: availability defaults and alert severity.
    pub enum Tier as "tier" {
        Critical = "critical": "pages at night",
        Standard = "standard": "has an objective",
        Internal = "internal": "for colleagues",
    }
}
choice! {
    /// What is spoken on a port.
    pub enum Protocol as "protocol" {
        Http = "http": "HTTP",
        Https = "https": "HTTP over TLS in the component",
        Grpc = "grpc": "gRPC",
        Tcp = "tcp": "any TCP",
        Udp = "udp": "any UDP",
        Mqtt = "mqtt": "MQTT",
        Websocket = "websocket": "WebSocket over HTTP",
    }
}
choice! {
    /// Where TLS of a public port ends.
    pub enum Tls as "way to end TLS" {
        Terminate = "terminate": "at the load balancer",
        Passthrough = "passthrough": "in the component",
        None = "none": "plain text",
    }
}
choice! {
    /// What happens when a run of a cronjob is due while the last one still runs.
    pub enum Concurrency as "concurrency" {
        Forbid = "forbid": "the new run is skipped",
        Allow = "allow": "both run",
        Replace = "replace": "the old run is ended",
    }
}
choice! {
    /// What starts a job.
    pub enum Trigger as "trigger" {
        Deploy = "deploy": "each deployment",
        Manual = "manual": "a person",
    }
}
choice! {
    /// What a component does with a dependency.
    pub enum Access as "access" {
        Read = "read": "reads only",
        Write = "write": "reads and writes",
        Produce = "produce": "puts messages in",
        Consume = "consume": "takes messages out",
    }
}
choice! {
    /// The kind of a datastore.
    pub enum DatastoreKind as "datastore kind" {
        Postgres = "postgres": "PostgreSQL",
        Mysql = "mysql": "MySQL",
        Redis = "redis": "Redis or Valkey",
        Mongodb = "mongodb": "MongoDB",
        Kafka = "kafka": "Apache Kafka",
        Rabbitmq = "rabbitmq": "RabbitMQ",
        Queue = "queue": "a message queue",
        Topic = "topic": "a publish-subscribe topic",
        Bucket = "bucket": "object storage",
    }
}
choice! {
    /// The type of a metric.
    pub enum MetricType as "metric type" {
        Counter = "counter": "only grows",
        Gauge = "gauge": "goes up and down",
        Histogram = "histogram": "observations in buckets",
        Summary = "summary": "observations with quantiles",
    }
}
choice! {
    /// The form of a histogram.
    pub enum HistogramForm as "histogram form" {
        Classic = "classic": "one series a bucket",
        Native = "native": "one series with exponential buckets",
    }
}
choice! {
    /// The form of log lines.
    pub enum LogFormat as "log format" { Json = "json": "one JSON object a line", Text = "text": "plain lines" }
}
choice! {
    /// What a suite proves.
    pub enum SuiteKind as "suite kind" {
        Unit = "unit": "parts alone",
        Integration = "integration": "parts with their datastores",
        Contract = "contract": "a protocol or an interface",
        E2e = "e2e": "the whole system",
        Performance = "performance": "load and latency",
        Security = "security": "attacks and misuse",
        Smoke = "smoke": "that it answers at all",
    }
}
choice! {
    /// When a suite runs.
    pub enum SuiteStage as "suite stage" {
        Build = "build": "with each build",
        Release = "release": "before a release",
        PostDeploy = "post-deploy": "after a deployment",
    }
}
choice! {
    /// The form of a coverage report.
    pub enum CoverageFormat as "coverage format" {
        Lcov = "lcov": "LCOV",
        Cobertura = "cobertura": "Cobertura XML",
        Jacoco = "jacoco": "JaCoCo XML",
        Go = "go": "a Go cover profile",
    }
}
choice! {
    /// What a drill exercised.
    pub enum DrillKind as "drill kind" {
        Rollback = "rollback": "going back to an earlier version",
        Restore = "restore": "bringing data back from a backup",
        Failover = "failover": "losing a zone or a primary",
        Load = "load": "more than the peak",
        Chaos = "chaos": "parts failing at random",
    }
}
choice! {
    /// What a refactoring changed.
    pub enum RefactoringKind as "refactoring kind" {
        Rename = "rename": "names",
        Extract = "extract": "code into a part of its own",
        Inline = "inline": "a part into its caller",
        Move = "move": "code to another place",
        InterfaceChange = "interface-change": "what others call",
        SchemaChange = "schema-change": "how data is stored",
        DependencyUpgrade = "dependency-upgrade": "what it is built on",
        Performance = "performance": "speed",
    }
}
choice! {
    /// How the tests stood.
    pub enum TestState as "test state" { Pass = "pass": "green", Fail = "fail": "red" }
}
choice! {
    /// What builds a component.
    pub enum BuildTool as "build tool" {
        Cargo = "cargo": "Rust", Npm = "npm": "JavaScript", Pnpm = "pnpm": "JavaScript", Yarn = "yarn": "JavaScript",
        Maven = "maven": "Java", Gradle = "gradle": "Java", Go = "go": "Go", Pip = "pip": "Python",
        Poetry = "poetry": "Python", Uv = "uv": "Python", Make = "make": "anything", Dotnet = "dotnet": ".NET",
    }
}
choice! {
    /// How a registry is signed in to.
    pub enum RegistryAuth as "registry sign-in" {
        Github = "github": "the workflow's own token",
        Aws = "aws": "the environment's account",
        Basic = "basic": "a user and a password",
    }
}
choice! {
    /// The severity of a vulnerability or finding.
    pub enum Severity as "severity" {
        Critical = "critical": "act now", High = "high": "act this week", Medium = "medium": "plan", Low = "low": "note",
    }
}
choice! {
    /// The form of a bill of materials.
    pub enum SbomFormat as "bill of materials" {
        Cyclonedx = "cyclonedx": "CycloneDX", Spdx = "spdx": "SPDX", None = "none": "none",
    }
}
choice! {
    /// What signs packages.
    pub enum Signer as "signer" { Cosign = "cosign": "Sigstore cosign", None = "none": "nothing" }
}
choice! {
    /// The provenance that is attested.
    pub enum ProvenanceFormat as "provenance" { Slsa = "slsa": "SLSA", None = "none": "none" }
}
choice! {
    /// What an environment is for.
    pub enum EnvironmentKind as "environment kind" {
        Development = "development": "trying things", Staging = "staging": "proving a release", Production = "production": "users",
    }
}
choice! {
    /// What starts an automatic rollback.
    pub enum RollbackTrigger as "rollback trigger" {
        ErrorRate = "error-rate": "failed requests", Latency = "latency": "slow requests",
        SloBurn = "slo-burn": "an error budget that burns fast", Health = "health": "replicas that are not ready",
    }
}
choice! {
    /// A day of the week.
    pub enum Weekday as "weekday" {
        Mon = "mon": "Monday", Tue = "tue": "Tuesday", Wed = "wed": "Wednesday", Thu = "thu": "Thursday",
        Fri = "fri": "Friday", Sat = "sat": "Saturday", Sun = "sun": "Sunday",
    }
}
