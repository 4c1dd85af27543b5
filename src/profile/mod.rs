//! The four domain profiles: defaults and nothing else. What the input says wins, and a default that a profile set names
//! its rule. A component's own domain comes before the manifest's.

mod business;
mod data;
mod protocol;
mod realtime;
pub mod rules;

use crate::ir::Traced;
use crate::ir::choice::Domain;
use crate::ir::value::Duration;
use crate::source::Rule;

/// The defaults of one domain; `None`: the domain has no opinion.
#[derive(Debug)]
pub struct Profile {
    /// The domain.
    pub domain: Domain,
    /// How long a component may take to finish what it began.
    pub drain: Option<Traced<Duration>>,
    /// The same for a worker.
    pub worker_drain: Option<Traced<Duration>>,
    /// How long a connection may be idle on a public port whose connections live long.
    pub idle_timeout: Option<Traced<Duration>>,
    /// Whether the CPU limit is the CPU request.
    pub static_cpu: Option<Rule>,
    /// How a new version takes over where requests can be routed and latency is judged.
    pub canary: Option<Gradual>,
    /// Zones of each environment that is not for development.
    pub availability_zones: Option<Traced<u32>>,
    /// Whether a datastore outlives the loss of a zone.
    pub high_availability: Option<Traced<bool>>,
    /// How databases are backed up.
    pub backup: Option<BackupDefault>,
    /// Whether buckets keep old versions of objects.
    pub versioned: Option<Traced<bool>>,
    /// After how many failed takes a message goes to the dead letters.
    pub dead_letter_after: Option<Traced<u32>>,
    /// When objects move to cheaper storage.
    pub lifecycle: Option<LifecycleDefault>,
}

/// A gradual takeover.
#[derive(Debug)]
pub struct Gradual {
    /// Shares of requests in percent, each with the time until the next.
    pub steps: &'static [(i64, Option<Duration>)],
    /// How often latency is judged.
    pub interval: Duration,
    /// The rule.
    pub rule: Rule,
}

/// A backup.
#[derive(Debug)]
pub struct BackupDefault {
    /// How long backups are kept.
    pub retention: Duration,
    /// Whether any moment of the retention can be brought back.
    pub point_in_time: bool,
    /// The rule.
    pub rule: Rule,
}

/// The life of an object.
#[derive(Debug)]
pub struct LifecycleDefault {
    /// When it moves to cold storage.
    pub cold_after: Duration,
    /// When it moves to the archive.
    pub archive_after: Duration,
    /// The rule.
    pub rule: Rule,
}

impl Profile {
    /// A profile without an opinion on anything.
    const fn silent(domain: Domain) -> Profile {
        Profile {
            domain,
            drain: None,
            worker_drain: None,
            idle_timeout: None,
            static_cpu: None,
            canary: None,
            availability_zones: None,
            high_availability: None,
            backup: None,
            versioned: None,
            dead_letter_after: None,
            lifecycle: None,
        }
    }
}

/// The profile of a domain.
#[must_use]
pub fn of(domain: Domain) -> &'static Profile {
    match domain {
        Domain::Protocol => &protocol::PROFILE,
        Domain::Business => &business::PROFILE,
        Domain::Data => &data::PROFILE,
        Domain::Realtime => &realtime::PROFILE,
    }
}

/// The profiles that a value is looked up in, in order.
#[derive(Clone, Copy, Debug)]
pub struct Profiles {
    own: &'static Profile,
    system: &'static Profile,
}

impl Profiles {
    /// The component's own domain, then the manifest's.
    #[must_use]
    pub fn new(own: Domain, system: Domain) -> Profiles {
        Profiles { own: of(own), system: of(system) }
    }

    /// The first opinion.
    pub fn find<T>(self, opinion: impl Fn(&'static Profile) -> Option<T>) -> Option<T> {
        opinion(self.own).or_else(|| opinion(self.system))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_domain_has_its_own_profile() {
        for domain in Domain::ALL {
            assert_eq!(of(*domain).domain, *domain);
        }
    }

    #[test]
    fn the_own_domain_comes_before_the_systems() {
        let both = Profiles::new(Domain::Protocol, Domain::Business);
        assert_eq!(both.find(|profile| profile.drain.as_ref()).map(|drain| drain.value), Some(Duration::minutes(5)));
        assert_eq!(both.find(|profile| profile.high_availability).map(|on| on.value), Some(true));
        assert!(Profiles::new(Domain::Data, Domain::Realtime).find(|profile| profile.high_availability).is_none());
    }

    #[test]
    fn the_canary_of_a_profile_ends_with_all_requests() {
        for domain in Domain::ALL {
            let Some(canary) = &of(*domain).canary else { continue };
            assert!(canary.steps.windows(2).all(|pair| pair[0].0 < pair[1].0), "{domain}");
            assert_eq!(canary.steps.last().map(|step| step.0), Some(100), "{domain}");
            let pauses = canary.steps.iter().filter_map(|step| step.1);
            assert!(pauses.into_iter().all(|pause| pause >= canary.interval), "{domain}");
        }
    }
}
