//! Sessions that start at the same moment near each other: the few that may be the same workshop.

use diesel::prelude::*;

use crate::domain::event::{EventFacts, Mode};
use crate::store::backend::natively;
use crate::store::schema::{events, sessions};
use crate::store::sessions::Whereabouts;
use crate::store::{Conn, StoreError};

/// Sessions of one moment and area that are looked at: each costs its facts, and somebody may publish hundreds.
const LOOKED_AT: i64 = 32;
/// What is near, in degrees: a kilometre or so.
const NEAR: f64 = 0.016;
/// Stands for a name, a postcode or a degree that is not known: nothing has it.
const NOWHERE: (&str, f64) = ("?", 999.0);

/// The sessions that start at this moment near where `facts` are, by columns alone: a town whose name begins alike (« Roubaix
/// Cedex »), its postcode, or points within a kilometre or so. Who publishes several things for one moment means several
/// things, unless they are dates of one series.
pub(super) fn at_the_same_time(
    conn: &mut Conn,
    starts_at: i64,
    publisher: &str,
    facts: &EventFacts,
) -> Result<Vec<String>, StoreError> {
    let own = if facts.series.is_some() { "" } else { publisher };
    let here = Whereabouts::told(facts, own.to_owned());
    if facts.mode == Mode::Online {
        return online_at(conn, starts_at, &here);
    }
    if facts.place.is_none() {
        // Nobody knows where: nothing is in the same place.
        return Ok(Vec::new());
    }
    let known = |text: String| if text.is_empty() { NOWHERE.0.to_owned() } else { text };
    let (latitude, longitude) = here.latitude.zip(here.longitude).unwrap_or((NOWHERE.1, NOWHERE.1));
    let near = sessions::latitude
        .between(latitude - NEAR, latitude + NEAR)
        .and(sessions::longitude.between(longitude - NEAR, longitude + NEAR));
    let there = sessions::town
        .eq(known(here.town))
        .or(sessions::postcode.eq(known(here.postcode)));
    // All is decided on the index.
    let others = sessions::table
        .filter(sessions::starts_at.eq(starts_at))
        .filter(sessions::publisher.ne(here.publisher))
        .filter(there.nullable().or(near));
    let few = others.clone().select(sessions::id).limit(LOOKED_AT);
    let known_area = !here.area.is_empty();
    let in_area = sessions::area.eq(here.area).or(sessions::area.eq(""));
    let found: Vec<String> = if known_area {
        // What nearly every event asks: prepared once.
        let few = few.filter(in_area.clone());
        natively!(conn, |conn| few.load(conn))?
    } else {
        few.load(conn)?
    };
    if (found.len() as i64) < LOOKED_AT {
        return Ok(found);
    }
    // Of many, the same ones on every node.
    let first = others
        .inner_join(events::table)
        .order(events::uri)
        .select(sessions::id)
        .limit(LOOKED_AT);
    Ok(if known_area {
        first.filter(in_area).load(conn)?
    } else {
        first.load(conn)?
    })
}

/// The same, of what takes place online.
fn online_at(conn: &mut Conn, starts_at: i64, here: &Whereabouts) -> Result<Vec<String>, StoreError> {
    let mut others = sessions::table
        .inner_join(events::table)
        .filter(sessions::starts_at.eq(starts_at))
        .filter(sessions::publisher.ne(&here.publisher))
        .filter(events::mode.eq(Mode::Online.as_str()))
        .order(events::uri)
        .select(sessions::id)
        .limit(LOOKED_AT)
        .into_boxed();
    if !here.area.is_empty() {
        others = others.filter(sessions::area.eq(&here.area).or(sessions::area.eq("")));
    }
    Ok(others.load(conn)?)
}
