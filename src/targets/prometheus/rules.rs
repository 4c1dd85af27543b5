//! Why the literals of rules, tests and configurations are what they are.

use crate::rules;

rules! {
    room 9;
    RECORDING = "recording-rule": "an objective is recorded under the names and labels of Sloth, so that alerts are cheap and dashboards for its rules show it";
    ALERT = "alert-rule": "an alert carries who it is for and what it is about as labels, by which it is routed and kept quiet";
    ANNOTATION = "alert-annotation": "an alert says what it means, and links to its runbook and its dashboard";
    UNIT_TEST = "alert-unit-test": "each alert is proved by series on which it is quiet, fires, and is quiet again";
    ROUTE = "alert-route": "alerts of this system go to their team by severity; what belongs to nobody here tells nobody";
    INHIBITION = "alert-inhibition": "what follows from an outage is kept quiet while the outage is told";
    RECEIVER = "alert-receiver": "a key is read from a file when it is needed, so that no configuration holds one";
    MUTE = "mute-time": "a ticket that a rollout itself causes waits until the deployment window closes";
    SCRAPE = "scrape-configuration": "every series carries `job`, the component, and `environment`, by which expressions name it";
    KEYS = "alert-keys": "keys of on-call services stand in the cloud's store, and reach Alertmanager as files";
    OBJECT = "rule-object": "the operator of the managed stack loads rules as objects of the cluster";
    SCRAPE_UNPROVED = "scrape-unproved": "replicas are asked by their addresses, which no certificate names: as for probes, metrics are encrypted and the certificate is not proved";
}
