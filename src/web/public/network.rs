//! `/network`: the centres and networks whose sessions this calendar gathers.

use actix_web::HttpResponse;

use super::Frame;
use crate::domain::centre::{Centre, CentreKind};
use crate::domain::peer::{Freshness, Peer};
use crate::domain::text::fold;
use crate::domain::time::Instant;
use crate::store::{Conn, StoreError, centres, changes, directory, follows, pulls};
use crate::web::Error;
use crate::web::view::Section;
use crate::web::view::centre::{NetworkGroup, NetworkMember, NetworkPage};
use crate::web::view::freshness::Fresh;

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
    let etag = frame.etag_with(changes::stamp(conn)?, &directory::followed_stamp(conn)?);
    if frame.has(&etag) {
        return Ok(Err(etag));
    }
    let centres = centres::list(conn)?;
    let mut peers = follows::peers_read(conn)?;
    peers.sort_by_cached_key(|peer| fold(&peer.name));
    let heard = pulls::heard(conn, peers.iter().map(|peer| peer.id))?;
    let peers = peers.into_iter().map(|peer| {
        let heard = heard.get(&peer.id).copied();
        (peer, heard)
    });
    Ok(Ok((centres, peers.collect(), etag)))
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
        let fresh = match heard {
            Some(heard) => Fresh::new(t, Freshness::of(*heard, frame.now), zone),
            None => Fresh::unread(t),
        };
        NetworkMember::followed(peer, Some(fresh))
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
