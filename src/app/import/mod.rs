//! Import of a programme: a file is read and checked whole (`plan`), then its events are brought in by one transaction.
//!
//! Repeating an import changes nothing: a centre is found by its handle, an event by its `external_id`. What is there
//! already stays as it is, as the staff may have changed it since; [`Report::different`] counts where the file says
//! something else.

mod plan;
mod programme;

use std::collections::HashMap;

use futures_util::future::try_join_all;

use super::{Error, Node, centres, events};
use crate::domain::centre::{Centre, CentreKind};
use crate::domain::invalid::{Invalid, Reason};
use crate::domain::text::Handle;
use crate::federation::outbox;
use crate::store;

pub use plan::{Fault, Plan, PlannedCentre, PlannedEvent, PlannedFollow, plan};

/// Why a file is not imported; then nothing of it is.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Not JSON, or not the shape of a programme; the text names line and column.
    #[error("{0}")]
    Unreadable(#[from] serde_json::Error),
    /// Something in it is refused.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Refused(Vec<Fault>),
    /// No such centre, neither on the node nor in the file.
    #[error("there is no centre “{0}” on this node or in the file")]
    UnknownCentre(String),
    /// The node could not do it.
    #[error(transparent)]
    Node(#[from] Error),
}

/// What an import did.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// Centres and networks that are new.
    pub centres: usize,
    /// Events that are new.
    pub events: usize,
    /// Events that were there already.
    pub known: usize,
    /// Those of them of which the file says something else.
    pub different: usize,
}

/// Imports `text`: everything in it, or with `only` a handle: the events of that structure of the file, or if the file
/// has none of that name all events into that centre of the node.
///
/// # Errors
/// [`ImportError`]; nothing is imported then.
pub async fn import(node: &Node, text: &str, only: Option<&str>) -> Result<Report, ImportError> {
    bring(node, plan(text)?, only).await
}

/// Imports what was planned.
///
/// # Errors
/// As [`import`].
pub async fn bring(node: &Node, plan: Plan, only: Option<&str>) -> Result<Report, ImportError> {
    let plan = match only {
        Some(handle) => narrowed(plan, handle),
        None => plan,
    };
    let all = centres::list(node).await?;
    let mut here: HashMap<Handle, Centre> = all.into_iter().map(|centre| (centre.handle.clone(), centre)).collect();
    let assigned = assign(&plan, &here, only)?;
    let new: Vec<_> = plan
        .centres
        .iter()
        .filter(|planned| !here.contains_key(&planned.handle))
        .collect();
    for planned in &new {
        centres::check(&planned.profile)?;
    }
    // Together: making the keys of one takes a good part of a second of one processor.
    let added = new
        .iter()
        .map(|planned| centres::add(node, planned.kind, planned.handle.as_str(), planned.profile.clone()));
    for centre in try_join_all(added).await? {
        here.insert(centre.handle.clone(), centre);
    }
    let placed = assigned
        .into_iter()
        .filter_map(|(handle, event)| Some((here.get(&handle)?.clone(), event)))
        .collect();
    let written = write(node, placed).await?;
    Ok(Report {
        centres: new.len(),
        ..written
    })
}

/// One structure of the file alone, or everything for one centre of the node.
fn narrowed(mut plan: Plan, handle: &str) -> Plan {
    plan.follows.clear();
    if plan.centres.iter().any(|centre| centre.handle.as_str() == handle) {
        plan.centres.retain(|centre| centre.handle.as_str() == handle);
        plan.events
            .retain(|event| event.centre.as_ref().is_some_and(|centre| centre.as_str() == handle));
    } else {
        plan.centres.clear();
        for event in &mut plan.events {
            event.centre = handle.parse().ok();
        }
    }
    plan
}

/// Each event with the centre it goes to, before anything is written.
fn assign(
    plan: &Plan,
    here: &HashMap<Handle, Centre>,
    only: Option<&str>,
) -> Result<Vec<(Handle, PlannedEvent)>, ImportError> {
    let known = |handle: &Handle| here.contains_key(handle) || plan.centres.iter().any(|new| new.handle == *handle);
    if let Some(handle) = only.filter(|handle| !handle.parse().is_ok_and(|handle| known(&handle))) {
        return Err(ImportError::UnknownCentre(handle.to_owned()));
    }
    let alone = only_centre(plan, here);
    let (mut assigned, mut faults) = (Vec::new(), Vec::new());
    for event in &plan.events {
        let reason = match event.centre.as_ref().or(alone.as_ref()) {
            Some(handle) if known(handle) => {
                assigned.push((handle.clone(), event.clone()));
                continue;
            }
            Some(handle) => Reason::UnknownCentre {
                handle: handle.to_string(),
            },
            None => Reason::Required,
        };
        faults.push(Fault {
            line: event.line,
            item: event.facts.external_id.clone().unwrap_or_default(),
            problem: Invalid::new("centre", reason),
        });
    }
    if faults.is_empty() {
        Ok(assigned)
    } else {
        Err(ImportError::Refused(faults))
    }
}

/// Where an event goes that names no centre: the only one there is.
fn only_centre(plan: &Plan, here: &HashMap<Handle, Centre>) -> Option<Handle> {
    let of_node = here
        .values()
        .filter(|centre| centre.kind == CentreKind::Centre)
        .map(|centre| &centre.handle);
    let of_file = plan
        .centres
        .iter()
        .filter(|centre| centre.kind == CentreKind::Centre && !here.contains_key(&centre.handle))
        .map(|centre| &centre.handle);
    let mut all = of_node.chain(of_file);
    let first = all.next()?;
    all.next().is_none().then(|| first.clone())
}

/// All events or none.
async fn write(node: &Node, placed: Vec<(Centre, PlannedEvent)>) -> Result<Report, Error> {
    let (actor, now) = (node.clone(), node.now());
    let report = node
        .store
        .try_write(move |conn| {
            let mut report = Report::default();
            for (centre, planned) in &placed {
                let external_id = planned.facts.external_id.as_deref().unwrap_or_default();
                match store::events::by_external_id(conn, centre.id, external_id)? {
                    Some(event) => {
                        report.known += 1;
                        report.different += usize::from(event.facts != planned.facts);
                    }
                    None => {
                        events::publish_in(conn, &actor, centre, planned.facts.clone(), now)?;
                        report.events += 1;
                    }
                }
            }
            Ok::<_, Error>(report)
        })
        .await?;
    outbox::wake(&node.federation);
    Ok(report)
}
