//! Rules of resolving: what holds where no document says anything. Room 0.

use crate::rules;

rules! { room 0;
    REPLICAS = "one-replica": "one replica runs where neither `replicas` nor `scaling` is given";
    DRAIN = "drain-30s": "a component has 30 seconds to finish what it began";
    ROLLING = "strategy-rolling": "a new version replaces the old one replica by replica";
    ROLLBACK = "rollback-automatic": "a new version that does badly is taken back without asking";
    ROLLBACK_ON_HEALTH = "rollback-on-health": "replicas that do not become ready take a new version back";
    ROLLBACK_ON_ERRORS = "rollback-on-error-rate": "the component counts its failed requests and has an objective for them, so they can take a new version back";
    ROLLBACK_ON_LATENCY = "rollback-on-latency": "the component measures its latency and has an objective for it, so it can take a new version back";
    ROLLBACK_ON_BURN = "rollback-on-slo-burn": "the component has an objective, so an error budget that burns fast can take a new version back";
    TLS_TERMINATE = "tls-terminate": "TLS of a public port ends at the load balancer";
    TLS_IN_COMPONENT = "tls-in-component": "an `https` port that is not public ends TLS in the component";
    TLS_NONE = "tls-none": "a port that is not public speaks plain text inside of the environment's network";
    TLS_NOT_OVER_UDP = "tls-not-over-udp": "a load balancer can't end TLS on a `udp` port";
    HTTPS_PORT = "https-on-443": "a public `https` port is called on 443";
    MQTT_TLS_PORT = "mqtt-on-8883": "public MQTT over TLS is called on 8883, the port that is registered for it";
    ACCESS = "access-write": "a dependency is written to where its access is not given; writing includes reading";
    LOG_FORMAT = "logs-json": "a component writes one JSON object a line";
    NO_TRACES = "no-traces": "a component that does not say so sends no traces";
    NAMESPACE = "namespace": "a namespace is called after the system and the environment";
    ZONES = "two-zones": "an environment spans two zones, the fewest that managed clusters and databases take";
    ZONES_IN_PRODUCTION = "three-zones": "production spans three zones, so that two carry the load when one is lost";
    NO_HIGH_AVAILABILITY = "single-datastore": "a datastore has one instance where neither the input nor a domain profile says more";
    NOT_FIFO = "not-fifo": "messages keep no order where it is not asked for";
    NOT_VERSIONED = "not-versioned": "old versions of objects are not kept where it is not asked for";
    PLATFORM = "platform": "nothing is said about what the cluster has";
    BRANCHES = "branches": "nothing is said about branches";
    QUALITY_GATES = "quality-gates": "nothing is said about what the evidence must reach";
    QUALITY_THRESHOLDS = "quality-thresholds": "nothing is said about what code must reach";
    DEPENDENCY_POLICY = "dependency-policy": "nothing is said about what dependencies must keep to";
    SUPPLY_CHAIN = "supply-chain": "nothing is said about proofs of origin";
    NO_MANIFEST = "no-manifest": "the manifest can't be read, so its defaults hold while the other documents are checked";
    OPERATIONS = "operations": "nothing is said about operations";
}
