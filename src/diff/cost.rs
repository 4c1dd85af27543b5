//! What a change is estimated to cost: the estimates of two versions, told apart by environment and resource.

use std::collections::BTreeMap;

use super::Version;
use super::renaming::Renaming;
use crate::ir::Origin;
use crate::ir::value::Decimal;
use crate::output::resource;
use crate::source::Scalar as _;

/// What the environments of one version are estimated to cost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Estimates {
    /// By environment.
    pub environments: BTreeMap<String, Estimate>,
}

/// What one environment is estimated to cost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Estimate {
    /// US dollars a month, for all that has a price.
    pub monthly_usd: Decimal,
    /// What each resource with a price costs, in US dollars a month.
    pub resources: Vec<(String, Decimal)>,
    /// Where resources come from, where that is known.
    pub origins: BTreeMap<String, Origin>,
}

/// What an environment costs before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    /// The environment.
    pub environment: String,
    /// US dollars a month before; none where the environment is new.
    pub old: Option<Decimal>,
    /// US dollars a month after; none where the environment is gone.
    pub new: Option<Decimal>,
}

impl Cost {
    /// What it costs more, in US dollars a month.
    #[must_use]
    pub fn difference(&self) -> Decimal {
        let zero = Decimal::whole(0);
        self.new.unwrap_or(zero).minus(self.old.unwrap_or(zero))
    }
}

/// What a resource costs more, and where it comes from in both versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceCost {
    /// The environment.
    pub environment: String,
    /// The resource, as the estimate calls it.
    pub resource: String,
    /// What it costs more, in US dollars a month.
    pub difference: Decimal,
    /// Where it comes from in the new version.
    pub new: Option<Origin>,
    /// Where it came from in the old one.
    pub old: Option<Origin>,
}

/// What differs between two estimates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Costs {
    /// By environment, in the order of promotion.
    pub environments: Vec<Cost>,
    /// By resource.
    pub resources: Vec<ResourceCost>,
}

impl Estimates {
    /// Reads the estimates of a version out of its deliverables, where no inputs of it are known.
    #[must_use]
    pub fn read(version: &Version) -> Estimates {
        let mut found = Estimates::default();
        let is_it = |path: &camino::Utf8Path| path.file_stem() == Some("environment_configurations");
        let texts = version.files.iter().filter(|(path, file)| file.target == "path" && is_it(path));
        for field in texts.filter_map(|(_, file)| resource::fields(&file.text)).flatten() {
            let Some((environment, rest)) = estimated(&field.path) else { continue };
            let Ok(usd) = Decimal::read(&field.value) else { continue };
            let estimate = found.environments.entry(environment.to_owned()).or_default();
            if rest == "monthly_usd" {
                estimate.monthly_usd = usd;
            } else if let Some(name) =
                rest.strip_prefix("resources[").and_then(|rest| rest.strip_suffix("].monthly_usd"))
            {
                estimate.resources.push((name.to_owned(), usd));
            }
        }
        found
    }

    /// The same under new names: what is only called otherwise costs nothing more.
    #[must_use]
    pub fn renamed(self, renamings: &[Renaming]) -> Estimates {
        let new = |name: String| renamings.iter().fold(name, |name, renaming| renaming.apply(&name));
        let of_environment = |(name, mut estimate): (String, Estimate)| {
            for (name, _) in &mut estimate.resources {
                *name = new(std::mem::take(name));
            }
            estimate.origins = estimate.origins.into_iter().map(|(name, origin)| (new(name), origin)).collect();
            (new(name), estimate)
        };
        Estimates { environments: self.environments.into_iter().map(of_environment).collect() }
    }

    /// What differs from an older estimate. `order`: the environments in the order of promotion.
    #[must_use]
    pub fn since(&self, old: &Estimates, order: &[String]) -> Costs {
        let mut costs = Costs::default();
        for environment in order {
            let (before, after) = (old.environments.get(environment), self.environments.get(environment));
            let usd = |estimate: Option<&Estimate>| estimate.map(|estimate| estimate.monthly_usd);
            let cost = Cost { environment: environment.clone(), old: usd(before), new: usd(after) };
            if cost.difference() != Decimal::whole(0) {
                costs.environments.push(cost);
            }
            let (before, after) = (before.map(Estimate::by_name), after.map(Estimate::by_name));
            let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
            for name in after.keys().chain(before.keys().filter(|name| !after.contains_key(*name))) {
                let known = |of: &BTreeMap<&str, (Decimal, Option<Origin>)>| of.get(name).copied();
                let (old, new) = (known(&before), known(&after));
                let usd = |of: Option<(Decimal, _)>| of.map_or(Decimal::whole(0), |(usd, _)| usd);
                let difference = usd(new).minus(usd(old));
                if difference != Decimal::whole(0) {
                    costs.resources.push(ResourceCost {
                        environment: environment.clone(),
                        resource: (*name).to_owned(),
                        difference,
                        new: new.and_then(|(_, origin)| origin),
                        old: old.and_then(|(_, origin)| origin),
                    });
                }
            }
        }
        costs
    }
}

impl Estimate {
    /// What resources of one name cost together.
    fn by_name(&self) -> BTreeMap<&str, (Decimal, Option<Origin>)> {
        let mut found: BTreeMap<&str, (Decimal, Option<Origin>)> = BTreeMap::new();
        for (name, usd) in &self.resources {
            let known = found.entry(name).or_insert((Decimal::whole(0), self.origins.get(name).copied()));
            known.0 = known.0.plus(*usd);
        }
        found
    }
}

/// The environment and the rest of a path of an estimate, within the deliverable that holds it.
#[must_use]
pub fn estimated(path: &str) -> Option<(&str, &str)> {
    path.strip_prefix("environments[")?.split_once("].estimate.")
}

/// A difference with its sign, in whole cents.
#[must_use]
pub fn signed(difference: Decimal) -> String {
    let text = difference.to_string();
    let (sign, digits) = text.strip_prefix('-').map_or(("+", text.as_str()), |digits| ("-", digits));
    format!("{sign}{} USD", grouped(digits))
}

/// An amount, in whole cents.
#[must_use]
pub fn usd(amount: Decimal) -> String {
    format!("{} USD", grouped(&amount.to_string()))
}

/// Digits with two places after the point, and a comma before each three.
fn grouped(digits: &str) -> String {
    let (whole, cents) = digits.split_once('.').unwrap_or((digits, ""));
    let mut out = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    format!("{out}.{cents:0<2.2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_shown_in_cents() {
        assert_eq!(signed(Decimal::new(4105, 1)), "+410.50 USD");
        assert_eq!(signed(Decimal::whole(-1234567)), "-1,234,567.00 USD");
        assert_eq!(usd(Decimal::new(99, 2)), "0.99 USD");
    }

    #[test]
    fn estimates_are_told_apart_by_resource() {
        let estimate = |usd: i64, resources: &[(&str, i64)]| Estimate {
            monthly_usd: Decimal::whole(usd),
            resources: resources.iter().map(|(name, usd)| ((*name).to_owned(), Decimal::whole(*usd))).collect(),
            origins: BTreeMap::new(),
        };
        let estimates = |environments: &[(&str, Estimate)]| Estimates {
            environments: environments.iter().map(|(name, estimate)| ((*name).to_owned(), estimate.clone())).collect(),
        };
        let old = estimates(&[("staging", estimate(10, &[("a", 4), ("a", 6)])), ("old", estimate(3, &[("x", 3)]))]);
        let new = estimates(&[("staging", estimate(13, &[("a", 11), ("b", 2)])), ("new", estimate(5, &[("y", 5)]))]);
        let renamed = old.clone().renamed(&[Renaming::new("a", "it"), Renaming::new("old", "older")]);
        assert!(renamed.environments["older"].resources[0].0 == "x" && old.since(&old, &[]) == Costs::default());
        let order = ["staging", "new", "old"].map(str::to_owned);
        let costs = new.since(&old, &order);
        let shown: Vec<String> =
            costs.environments.iter().map(|cost| format!("{} {}", cost.environment, cost.difference())).collect();
        assert_eq!(shown, ["staging 3", "new 5", "old -3"]);
        let shown: Vec<String> =
            costs.resources.iter().map(|of| format!("{} {}", of.resource, of.difference)).collect();
        assert_eq!(shown, ["a 1", "b 2", "y 5", "x -3"]);
    }
}
