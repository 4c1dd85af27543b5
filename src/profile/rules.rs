//! The rules of the domain profiles. Room 1.

use crate::rules;

rules! { room 1;
    PROTOCOL_DRAIN = "protocol-drain": "domain `protocol`: connections live long, so a replica has 5 minutes to hand them over before it ends";
    PROTOCOL_IDLE = "protocol-idle-timeout": "domain `protocol`: connections are silent for long between messages, so a load balancer keeps them for an hour";
    PROTOCOL_ZONES = "protocol-zones": "domain `protocol`: clients reconnect all at once when a zone is lost, so three zones share them";
    BUSINESS_HIGH_AVAILABILITY = "business-high-availability": "domain `business`: records must stay reachable when a zone is lost, so datastores have a second instance";
    BUSINESS_BACKUP = "business-backup": "domain `business`: records must come back after a mistake, so databases are backed up for 7 days, to any moment";
    BUSINESS_VERSIONED = "business-versioned": "domain `business`: objects must come back after a mistake, so buckets keep old versions";
    DATA_DRAIN = "data-drain": "domain `data`: a worker finishes the batch in its hands before it is replaced, so it has 5 minutes";
    DATA_DEAD_LETTERS = "data-dead-letters": "domain `data`: a record that fails 5 times goes to the dead letters, so that it holds up no other";
    DATA_LIFECYCLE = "data-lifecycle": "domain `data`: data is read often for a month and seldom after half a year, so it moves to colder storage then";
    REALTIME_CPU = "realtime-cpu": "domain `realtime`: the CPU limit is the CPU request, so that no neighbour's burst shows as jitter";
    REALTIME_CANARY = "realtime-canary": "domain `realtime`: a new version takes over in small steps, and each is judged by the latency objective";
}
