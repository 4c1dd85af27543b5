//! The rules by which the infrastructure plan sets what no input states.

crate::rules! { room 2;
    DELIVERABLE = "deliverable": "each deliverable states its name and the version of its schema";
    FORM = "workload-form": "a component runs by its kind: services and workers as replicas, with an identity of their own where a volume is persistent";
    ROUTED = "routed-port": "a load balancer routes http, https, grpc and websocket by host and path, unless TLS passes through it; other ports get a listener of their own";
    ANY_PATH = "any-path": "a public port without `path` takes all requests of its host";
    SCRATCH_SIZE = "scratch-size": "scratch space without `size` holds 256Mi";
    LINGER = "linger": "a component with ports still answers for 5s after it was told to stop, because its callers learn of it late";
    LINGER_PUBLIC = "linger-public": "a public component still answers for 15s after it was told to stop: its load balancer learns of it later than its neighbours";
    NO_LINGER = "no-linger": "a component without ports has no callers to wait for";
    ROUTER_PORT = "router-port": "a canary shifts the requests of the component's first public http, https, grpc or websocket port";
    FAILURE_LIMIT = "failure-limit": "two bad measures may be an accident, a third takes the version back";
    MANAGED = "managed-part": "pathc installs what its spec pins";
    PRESENT = "present-part": "a part that the spec does not pin must be there";
    EXISTING_CLUSTER = "existing-cluster": "a cluster that an environment names exists; any other is made";
    CLUSTER_NAME = "cluster-name": "a cluster is called `SYSTEM-ENVIRONMENT`";
    NETWORK = "network": "an environment without `cidr` gets a /16 of 10.0.0.0/8, chosen by its name, so that it stays when others come";
    SUBNETS = "subnets": "half of the range is for components, one part in 256 for each load balancer and datastore subnet; eight zones have room, so that a further zone moves nothing";
    PULL_SECRET = "pull-secret": "images of a registry with `basic` or `github` sign-in are pulled with the secret `SYSTEM/ENVIRONMENT/registry`; a public image starts without it";
    QUOTA = "quota": "all replicas at their maximum with the spec's headroom, or with every rollout and migration at once where that is more, in whole cores and gibibytes";
    RESOURCE_NAME = "resource-name": "a resource is called `SYSTEM-ENVIRONMENT-NAME`";
    DATASTORE_SECRET = "datastore-secret": "a datastore's address and credentials are the secret `SYSTEM/ENVIRONMENT/DATASTORE`";
    DEPENDENCY_VARIABLE = "dependency-variable": "each dependency sets `NAME_ATTRIBUTE` for all that it tells about itself, unless the component sets it";
    SECRET_PATH = "secret-path": "a secret without `from` is `SYSTEM/ENVIRONMENT/COMPONENT/NAME`";
    NO_POINT_IN_TIME = "no-point-in-time": "backups are daily unless `point_in_time` is asked for";
    SPREAD = "spread": "replicas of a critical component in production must stand in different zones, others should";
    ZONE_AFFINITY = "zone-affinity": "domain `realtime`: replicas of a component stand in different zones, and a caller asks those of its own while there are any: a request that crosses zones is a slow one";
    SCALING_QUERY = "scaling-query": "scaling by a metric asks the monitoring system for its sum over all replicas";
    RETENTION = "retention": "log lines are kept for 30 days and audit records for a year unless `operations.retention` says otherwise";
}
