//! What bears another name than in an earlier build: Terraform finds it again, instead of making it anew.
//!
//! The blocks follow from `renamed_from` alone, so that they stand in every build for whoever has not applied them yet.

use std::collections::BTreeSet;

use super::place::identifier;
use crate::ir::Traced;
use crate::ir::value::Name;
use crate::output::hcl::{Block, Body, Node};
use crate::plan::infrastructure::environments::EnvironmentPlan;

/// A block for each address of the module that a former name had. `addresses`: all of the module.
pub(super) fn blocks(environments: &[EnvironmentPlan], addresses: impl FnOnce() -> BTreeSet<String>) -> Vec<Block> {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut blocks = Vec::new();
    let all = environments.iter().flat_map(|environment| &environment.datastores);
    // Most never had another: their addresses need not be looked for.
    let mut renamed_ones = all.filter(|datastore| !datastore.renamed_from.is_empty()).peekable();
    if renamed_ones.peek().is_none() {
        return blocks;
    }
    let addresses = addresses();
    for datastore in renamed_ones {
        if !seen.insert(datastore.name.as_str()) {
            continue;
        }
        let names: Vec<&Traced<Name>> = datastore.renamed_from.iter().chain([&datastore.name]).collect();
        let current = identifier(datastore.name.as_str());
        let own: Vec<&String> = addresses.iter().filter(|address| renamed(address, &current, "").is_some()).collect();
        for pair in names.windows(2) {
            let [from, to] = pair else { continue };
            for address in &own {
                let said = |name: &Traced<Name>| renamed(address, &current, &identifier(name.as_str()));
                let (Some(old), Some(new)) = (said(from), said(to)) else { continue };
                if addresses.contains(&old) {
                    continue;
                }
                let body =
                    Body::default().with("from", Node::code(old, from.origin)).with("to", Node::code(new, to.origin));
                blocks.push(Block::new("moved", body, from.origin));
            }
        }
    }
    blocks
}

/// An address with another name in the place of one, where whole words of it are that name.
fn renamed(address: &str, current: &str, other: &str) -> Option<String> {
    let (kind, name) = address.split_once('.')?;
    let mut start = 0;
    while let Some(at) = name[start..].find(current).map(|at| at + start) {
        let end = at + current.len();
        let whole = (at == 0 || name[..at].ends_with('_')) && (end == name.len() || name[end..].starts_with('_'));
        if whole {
            return Some(format!("{kind}.{}{other}{}", &name[..at], &name[end..]));
        }
        start = at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_are_renamed() {
        let said = |address, current, other| renamed(address, current, other);
        assert_eq!(said("aws_x.orders_db", "orders_db", "shop").as_deref(), Some("aws_x.shop"));
        assert_eq!(said("aws_x.api_to_orders_db", "orders_db", "shop").as_deref(), Some("aws_x.api_to_shop"));
        assert_eq!(said("aws_x.reorders_db", "orders_db", "shop"), None);
        assert_eq!(said("aws_x.orders_dbs", "orders_db", "shop"), None);
    }
}
