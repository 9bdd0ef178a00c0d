use crate::graph::Graph;
use crate::model::{ClusterId, Timestamp};
use crate::rules::binding::Binding;
use crate::rules::cel::{BARE, Program, Scope, Val};
use crate::rules::outcome::Lack;

/// What a name stands for in one row.
#[derive(Debug, Clone)]
pub(super) enum Slot<'a> {
    /// Its clause was not reached, or stands in another alternative.
    Unbound,
    /// Its optional clause found nothing, and would have.
    Null,
    /// Its optional clause could not be decided.
    Undecided(Lack),
    /// Its clause could not be decided; the row is pending.
    Missing,
    Bound(Binding<'a>),
}

/// One row on its way through the clauses.
#[derive(Debug, Clone)]
pub(super) struct Row<'a> {
    pub(super) slots: Vec<Slot<'a>>,
    /// Slots in the order in which they were bound.
    pub(super) order: Vec<usize>,
    /// Cluster of the first clause.
    pub(super) cluster: Option<ClusterId>,
    /// What made it pending.
    pub(super) pending: Vec<Lack>,
    /// Alternatives taken; earlier ones are the better proof.
    pub(super) alternatives: Vec<usize>,
    /// It rests on the present state of an object.
    pub(super) state: bool,
    /// A list in it may lack elements.
    pub(super) incomplete: bool,
    /// Traps that could not be ruled out.
    pub(super) untested: Vec<String>,
}

/// What to go back to after a branch.
pub(super) struct Mark {
    order: usize,
    pending: usize,
    alternatives: usize,
    state: bool,
    incomplete: bool,
}

impl<'a> Row<'a> {
    pub(super) fn new(slots: usize) -> Self {
        Self {
            slots: vec![Slot::Unbound; slots],
            order: Vec::new(),
            cluster: None,
            pending: Vec::new(),
            alternatives: Vec::new(),
            state: false,
            incomplete: false,
            untested: Vec::new(),
        }
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            order: self.order.len(),
            pending: self.pending.len(),
            alternatives: self.alternatives.len(),
            state: self.state,
            incomplete: self.incomplete,
        }
    }

    pub(super) fn restore(&mut self, mark: &Mark) {
        for slot in self.order.drain(mark.order..) {
            self.slots[slot] = Slot::Unbound;
        }
        self.pending.truncate(mark.pending);
        self.alternatives.truncate(mark.alternatives);
        self.state = mark.state;
        self.incomplete = mark.incomplete;
    }

    pub(super) fn set(&mut self, slot: Option<usize>, value: Slot<'a>) {
        let Some(slot) = slot else { return };
        self.slots[slot] = value;
        self.order.push(slot);
    }

    pub(super) fn bound(&self, slot: usize) -> Option<&Binding<'a>> {
        match self.slots.get(slot) {
            Some(Slot::Bound(binding)) => Some(binding),
            _ => None,
        }
    }

    /// Everything bound, in order.
    pub(super) fn bindings(&self) -> impl Iterator<Item = &Binding<'a>> {
        self.order.iter().filter_map(|&slot| self.bound(slot))
    }

    pub(super) fn is_missing(&self, slot: usize) -> bool {
        matches!(self.slots.get(slot), Some(Slot::Missing))
    }

    /// Cluster that `same` means.
    pub(super) fn here(&self) -> Option<ClusterId> {
        self.bindings().find_map(Binding::cluster).or(self.cluster)
    }

    /// Earliest and latest time of what is bound.
    pub(super) fn times(&self) -> (Option<Timestamp>, Option<Timestamp>) {
        let times: Vec<_> = self.bindings().map(Binding::times).collect();
        (times.iter().filter_map(|(first, _)| *first).min(), times.iter().filter_map(|(_, last)| *last).max())
    }
}

/// Whether a name keeps an expression from being evaluated.
pub(super) enum Blocked {
    No,
    /// Its clause made the row pending.
    Pending,
    /// Its optional clause could not be decided.
    Undecided(Lack),
}

/// The names of a row as an expression sees them.
pub(super) struct RowScope<'s, 'a> {
    pub(super) graph: &'a Graph,
    pub(super) names: &'s [String],
    pub(super) row: &'s Row<'a>,
    /// The candidate under test, by its own name.
    pub(super) candidate: Option<(&'s str, Val<'a>)>,
    pub(super) cluster: Option<ClusterId>,
}

impl<'a> RowScope<'_, 'a> {
    fn slot(&self, name: &str) -> Option<&Slot<'a>> {
        self.row.slots.get(self.names.iter().position(|known| known == name)?)
    }

    /// What keeps the expression from being evaluated: a name whose clause could not be decided.
    pub(super) fn blocked(&self, program: &Program) -> Blocked {
        for name in &program.names {
            if self.candidate.as_ref().is_some_and(|(own, _)| own == name) {
                continue;
            }
            match self.slot(name) {
                Some(Slot::Missing) => return Blocked::Pending,
                // An author who asks `known()` has thought of it.
                Some(Slot::Undecided(lack)) if program.asks.is_empty() => return Blocked::Undecided(lack.clone()),
                _ => {}
            }
        }
        Blocked::No
    }
}

impl<'a> Scope<'a> for RowScope<'_, 'a> {
    fn name(&self, name: &str) -> Val<'a> {
        if let Some((own, value)) = &self.candidate {
            if *own == name {
                return value.clone();
            }
            if BARE.contains(&name) {
                return value.member(name);
            }
        }
        match self.slot(name) {
            Some(Slot::Bound(binding)) => Val::Thing(binding.clone()),
            _ => Val::Null,
        }
    }

    fn known(&self, name: &str) -> bool {
        !matches!(self.slot(name), Some(Slot::Undecided(_) | Slot::Missing))
    }

    fn now(&self) -> Option<Timestamp> {
        self.cluster.and_then(|cluster| self.graph.clusters.get(cluster.index())).and_then(|cluster| cluster.now)
    }
}
