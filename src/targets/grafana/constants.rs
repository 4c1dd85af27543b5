//! What all dashboards have alike: it is written once and copied from then on.

use crate::output::json::Constant;
use crate::plan::monitoring::dashboards::{PanelKind, PanelState, PanelUnit};

/// Queries whose letters are kept.
const QUERIES: usize = 8;

/// The parts of dashboards that depend on nothing but the target spec, and on words that the plan has few of.
#[derive(Debug, Default)]
pub(super) struct Constants {
    /// How a dashboard behaves, behind its tags.
    pub(super) behaviour: Constant,
    /// The annotations of Grafana's own.
    pub(super) own_annotations: Constant,
    /// When the pipeline has released something.
    pub(super) releases: Constant,
    /// The choice of the data source.
    pub(super) chosen_datasource: Constant,
    /// The data source of a panel.
    pub(super) datasource: Constant,
    /// The type of a row's title.
    pub(super) row: Constant,
    /// The letters by which queries are known.
    pub(super) letters: [Constant; QUERIES],
    kinds: [OfKind; PanelKind::ALL.len()],
    states: [OfState; PanelState::ALL.len()],
    /// Links to one dashboard, to all of a kind, and to an address.
    links: [OfLink; 3],
}

/// What all panels of a kind have alike.
#[derive(Debug, Default)]
pub(super) struct OfKind {
    /// Its type.
    pub(super) kind: Constant,
    /// How values are shown, by unit, where nothing says what they mean.
    pub(super) plain: [Constant; PanelUnit::ALL.len()],
    /// The beginning of the same, by unit, where something does.
    pub(super) with_states: [Constant; PanelUnit::ALL.len()],
    /// Its options.
    pub(super) options: Constant,
    /// How its queries are asked.
    pub(super) form: Constant,
}

/// What all steps of a state have alike.
#[derive(Debug, Default)]
pub(super) struct OfState {
    /// The lowest step.
    pub(super) lowest: Constant,
    /// The colour.
    pub(super) color: Constant,
}

/// What all links of a kind have alike.
#[derive(Debug, Default)]
pub(super) struct OfLink {
    /// Before its address.
    pub(super) before: Constant,
    /// Behind its address.
    pub(super) behind: Constant,
}

/// What a link leads to.
#[derive(Clone, Copy)]
pub(super) enum Leads {
    Dashboard,
    AllOfAKind,
    Address,
}

impl Constants {
    /// Those of a kind of panel.
    pub(super) const fn of_kind(&self, kind: PanelKind) -> &OfKind {
        &self.kinds[kind as usize]
    }

    /// Those of a state.
    pub(super) const fn of_state(&self, state: PanelState) -> &OfState {
        &self.states[state as usize]
    }

    /// Those of a kind of link.
    pub(super) const fn of_link(&self, leads: Leads) -> &OfLink {
        &self.links[leads as usize]
    }
}
