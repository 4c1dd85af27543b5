//! A module while it grows: blocks by file, in the order in which they are added.

use std::collections::BTreeMap;

use crate::ir::Origin;
use crate::output::doc::Text;
use crate::output::hcl::{Block, Body};
use crate::plan::aws::graph::{Id, Owner};

use super::place::identifier;

/// Blocks by file.
#[derive(Debug, Default)]
pub(super) struct Module {
    files: Vec<(String, Vec<Block>)>,
    index: BTreeMap<String, usize>,
}

impl Module {
    /// Adds a block to a file.
    pub(super) fn add(&mut self, file: &str, mut block: Block) {
        // All blocks of all environments are held at once.
        block.body.shrink();
        let index = match self.index.get(file) {
            Some(index) => *index,
            None => {
                self.index.insert(file.to_owned(), self.files.len());
                self.files.push((file.to_owned(), Vec::new()));
                self.files.len() - 1
            }
        };
        self.files[index].1.push(block);
    }

    /// Adds a resource.
    pub(super) fn resource(&mut self, file: &str, kind: &'static str, name: &Id, body: Body, origin: Origin) {
        self.add(file, block("resource", kind, identifier(name.as_str()), body, origin));
    }

    /// Adds a data source.
    pub(super) fn data(&mut self, file: &str, kind: &'static str, name: &str, body: Body, origin: Origin) {
        self.add(file, block("data", kind, identifier(name), body, origin));
    }

    /// The files with their blocks.
    pub(super) fn into_files(self) -> Vec<(String, Vec<Block>)> {
        self.files
    }
}

pub(super) fn block(keyword: &'static str, kind: &'static str, name: String, body: Body, origin: Origin) -> Block {
    Block::labelled(keyword, [Text::from(kind), Text::from(name)], body, origin)
}

/// The file of what an owner has; `shared` for what belongs to the environment as a whole.
pub(super) fn file_of(owner: &Owner, shared: &str) -> String {
    match owner {
        Owner::Datastore(name) => format!("datastore_{}.tf", identifier(name.as_str())),
        Owner::Component(name) => format!("component_{}.tf", identifier(name.as_str())),
        Owner::Account | Owner::Network | Owner::Platform => shared.to_owned(),
    }
}
