//! What pieces of work that share a transaction know of each other, on the thread that runs them (`writer.rs`).

use std::cell::Cell;

thread_local! {
    static GROUP: Cell<Option<Group>> = const { Cell::new(None) };
}

/// What a transaction knows so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Group {
    /// Something changed that the calendar shows: counted once, before the commit (`changes.rs`).
    pub is_changed: bool,
    /// No centre of this node is a network, so that none has to look at an event (`networks/queue.rs`).
    pub is_without_network: bool,
}

/// From now on this thread runs many pieces of work in one transaction.
pub(super) fn begin() {
    GROUP.set(Some(Group::default()));
}

/// What was known in the end.
pub(super) fn end() -> Group {
    GROUP.take().unwrap_or_default()
}

/// What is known so far; nothing where each piece of work has its own transaction.
pub(super) fn known() -> Option<Group> {
    GROUP.get()
}

/// Notes what the rest of the group is to know; whether there is a group.
pub(super) fn note(learn: impl FnOnce(&mut Group)) -> bool {
    let Some(mut group) = GROUP.get() else { return false };
    learn(&mut group);
    GROUP.set(Some(group));
    true
}
