//! Why the literals of a template are what they are.

crate::rules! {
    room 22;
    TEMPLATE = "template": "the form in which CloudFormation reads a template";
    DESCRIPTION = "stack-description": "a stack says what it is for, so that a list of stacks can be read";
    IMPORT = "value-of-another-stack": "a stack reads what another one made from a parameter of Systems Manager: an export could never change while somebody reads it";
    PARAMETER = "value-of-an-environment": "what differs between environments is a parameter, and stands in the environment's own file";
    ONLY_SOME = "only-in-some-environments": "what only some environments have bears a condition by the environment's name";
    EXPORT = "value-for-other-stacks": "what only the cloud knows of a resource is told to later stacks by a parameter of Systems Manager";
    KEEP = "keep-data": "what holds data outlives its stack: CloudFormation keeps it, or a last snapshot of it";
    STACK_POLICY = "stack-policy": "an update may not replace nor delete what holds data";
    TEMPLATES = "template-bucket": "the bucket for templates that are too large for a call, up to `-` and the account's number";
    STACKS = "stacks-in-order": "the stacks in the order in which they are deployed: each refers to earlier ones alone";
    PROTECTED = "termination-protection": "a stack with data or shared parts can't be deleted by accident";
    NO_EGRESS = "no-default-egress": "a security group without a rule for what leaves gets one for everything from CloudFormation; one that leads nowhere prevents that";
    KEY_POLICY = "key-policy": "the account administers the key, and one service uses it for what is of this account";
    TRUST = "trust-policy": "who may assume a role";
    SECURE_TRANSPORT = "tls-only": "requests without TLS are refused";
    ROUTES = "routes": "public subnets lead to the internet gateway, private ones to a NAT gateway, those of datastores nowhere";
    PUBLIC_ACCESS = "no-public-access": "no bucket is public, whatever its policy says";
    PASSWORD = "generated-password": "a password is made in the secret store and stands in no template; it has no character that a URL would write otherwise";
    DATABASE = "database-practice": "encrypted, not public, minor versions by themselves, tags on snapshots";
    CACHE = "cache-practice": "encrypted at rest and in transit";
    BROKER = "broker-practice": "TLS alone, encrypted at rest, logs kept";
    CLUSTER = "cluster-practice": "who may use the cluster is said by access entries alone";
    NODE = "node-practice": "a node's metadata service asks for a token, and its disk is encrypted";
    SERVICE = "service-practice": "tasks have no public address; what fails to start is taken back";
    CONTAINER = "container-practice": "a container logs to its own group";
    BALANCER = "balancer-practice": "invalid headers are dropped, requests are made harmless, and requests are logged";
    HANDED = "value-of-another-region": "a stack can't read a parameter of another region: the deployment reads it and hands it over";
    BROKERS = "addresses-of-brokers": "CloudFormation doesn't know the addresses of a Kafka cluster: the deployment asks for them and writes the secret";
    HELD = "held-task-definition": "infrastructure changes first and versions later: until then a component runs what it ran";
    FORWARD = "forward-all": "at rest all requests go to the stable version";
    CDN = "cdn-practice": "HTTPS alone, by the bucket's own name and no other way";
    ALARM = "alarm-practice": "who is told of an alarm is told of its end";
    BACKUP = "backup-practice": "what is backed up";
    TRAIL = "trail-practice": "all regions, with digests that prove that nothing was changed";
    BUDGET = "budget-practice": "who is told, and when";
    IMAGES = "image-practice": "a tag never moves, each image is scanned, and one without a tag goes";
}
