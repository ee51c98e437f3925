//! A network or a whole node that is followed tells which events of its programme are new or changed: an Update of a page of
//! its `upcomingEvents`, with the events as their authors signed them.

use std::sync::Arc;

use super::Receipt;
use crate::federation::budget::Budget;
use crate::federation::context::Federation;
use crate::federation::convert::activity_in::ObjectRef;
use crate::federation::convert::json::Value;
use crate::federation::convert::{collection_in, read};
use crate::federation::intake;
use crate::federation::listed::{self, Item};
use crate::federation::refused::NotTaken;
use crate::store::{Conn, pulls};

/// The page, if the object is one of the sender's programme.
pub(super) fn page<'a>(object: &'a ObjectRef, receipt: &Receipt) -> Option<&'a Value> {
    let page = object
        .embedded()
        .filter(|page| read::is_a(page, "OrderedCollectionPage"))?;
    let of = read::first_reference(page, "partOf")?;
    (receipt.sender.upcoming.as_deref() == Some(of.as_str())).then_some(page)
}

/// Keeps what a page lists.
///
/// # Errors
/// [`NotTaken::Ignored`] when the sender is not followed.
pub(super) async fn keep(federation: &Federation, receipt: Receipt, page: &Value) -> Result<(), NotTaken> {
    if !intake::is_followed(federation, receipt.sender.id).await? {
        return Err(NotTaken::Ignored("not_followed"));
    }
    let sender = Arc::clone(&receipt.sender);
    let (roads, mut budget) = (listed::roads(page), Budget::of_a_message());
    let (mut found, mut missed) = (Vec::new(), false);
    for item in collection_in::items(page) {
        match listed::item(federation, item, &sender, &roads, &mut budget).await {
            Ok(item) => found.push(item),
            Err(NotTaken::Failed(error)) => return Err(NotTaken::Failed(error)),
            Err(passed) => {
                missed = true;
                tracing::debug!(peer.host = %sender.host, %passed, "an announced event was passed over");
            }
        }
    }
    // A node tells one date of a series, and nothing of what is no more: the rest is read.
    let of_series = |item: &Item| item.told.as_ref().is_some_and(|told| told.event.facts.series.is_some());
    let more = sender.kind == "Application" && (found.is_empty() || found.iter().any(of_series));
    let own = federation.clone();
    federation
        .store
        .try_write(move |conn| {
            receipt.take_of_followed(conn)?;
            for item in &found {
                keep_one(conn, &own, item, &receipt)?;
            }
            if missed || more {
                pulls::schedule(conn, sender.id, receipt.now)?;
            }
            Ok::<_, NotTaken>(())
        })
        .await?;
    federation.pull_bell.notify_one();
    Ok(())
}

fn keep_one(conn: &mut Conn, federation: &Federation, item: &Item, receipt: &Receipt) -> Result<(), NotTaken> {
    let kept = match &item.told {
        Some(told) if item.is_of(&receipt.sender) => intake::keep(conn, told).map(|_| ()),
        _ => {
            let ours = federation.urls.read(&item.uri);
            listed::keep(conn, ours, item, &receipt.sender, receipt.now).map(|_| ())
        }
    };
    match kept {
        Err(NotTaken::Failed(error)) => Err(NotTaken::Failed(error)),
        _ => Ok(()),
    }
}
