//! `/network`: the centres and networks whose sessions this calendar gathers.

use std::collections::BTreeMap;

use actix_web::HttpResponse;

use super::Frame;
use crate::domain::centre::{Centre, CentreKind};
use crate::domain::peer::{FollowState, Freshness, Peer};
use crate::domain::text::fold;
use crate::domain::time::Instant;
use crate::store::{Conn, StoreError, centres, changes, follows, pulls};
use crate::web::Error;
use crate::web::view::Section;
use crate::web::view::centre::{NetworkGroup, NetworkMember, NetworkPage};
use crate::web::view::freshness::Fresh;

/// Follows that are read: a town has tens, a large network some hundreds.
const FOLLOWS: i64 = 1000;

/// Who does what.
///
/// # Errors
/// Only what the database refuses.
pub async fn page(frame: Frame) -> Result<HttpResponse, Error> {
    let reading = frame.clone();
    match frame.node.store.read(move |conn| read(conn, &reading)).await? {
        Ok((centres, peers, etag)) => frame.html(&show(&frame, &centres, &peers), &etag, None),
        Err(etag) => Ok(frame.not_modified(&etag)),
    }
}

type Found = (Vec<Centre>, Vec<(Peer, Option<Instant>)>, String);

fn read(conn: &mut Conn, frame: &Frame) -> Result<Result<Found, String>, StoreError> {
    let centres = centres::list(conn)?;
    let follows = follows::list(conn, None, FOLLOWS)?;
    // Follows change without a change of the calendar: their number and states are part of the validator.
    let states: String = follows
        .iter()
        .map(|(follow, peer)| format!("{}{}", follow.state, peer.fetched))
        .collect();
    let etag = frame.etag_with(changes::stamp(conn)?, &states);
    if frame.has(&etag) {
        return Ok(Err(etag));
    }
    let accepted = follows
        .into_iter()
        .filter(|(follow, _)| follow.state == FollowState::Accepted);
    // Two of our centres may follow the same peer.
    let peers: BTreeMap<String, Peer> = accepted.map(|(_, peer)| (peer.uri.clone(), peer)).collect();
    let mut heard = pulls::heard(conn, peers.values().map(|peer| peer.id))?;
    let mut peers: Vec<(Peer, Option<Instant>)> = peers
        .into_values()
        .map(|peer| {
            let heard = heard.remove(&peer.id);
            (peer, heard)
        })
        .collect();
    peers.sort_by_key(|(peer, _)| fold(&peer.name));
    Ok(Ok((centres, peers, etag)))
}

fn show(frame: &Frame, centres: &[Centre], peers: &[(Peer, Option<Instant>)]) -> NetworkPage {
    let t = frame.t;
    let host = frame.addresses().host();
    let of_kind = |kind: CentreKind| {
        let mut own: Vec<&Centre> = centres.iter().filter(|centre| centre.kind == kind).collect();
        own.sort_by_key(|centre| fold(&centre.profile.name));
        own.into_iter()
            .map(|centre| NetworkMember::local(centre, &host))
            .collect()
    };
    let zone = frame.node.config.node.timezone;
    let followed = peers.iter().map(|(peer, heard)| {
        let fresh = heard.map(|heard| Fresh::new(t, Freshness::of(heard, frame.now), zone));
        NetworkMember::followed(peer, fresh)
    });
    let groups = [
        NetworkGroup::new(t, t.text("network-networks"), of_kind(CentreKind::Network)),
        NetworkGroup::new(t, t.text("network-here"), of_kind(CentreKind::Centre)),
        NetworkGroup::new(t, t.text("network-followed"), followed.collect()),
    ];
    NetworkPage {
        page: frame.page(Section::Network, t.text("network-title")),
        lead: t.text("network-lead"),
        groups: groups.into_iter().flatten().collect(),
    }
}
