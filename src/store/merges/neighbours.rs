//! Sessions that start at the same moment near each other: the few that may be the same workshop.

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Double, Text};

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
    let known = !here.area.is_empty();
    // A type for each, by which it is known and prepared once; nearly every event asks the first.
    let found = if known {
        Near::<true, false>::of(starts_at, &here).load(conn)
    } else {
        Near::<false, false>::of(starts_at, &here).load(conn)
    }?;
    if (found.len() as i64) < LOOKED_AT {
        return Ok(found);
    }
    // Of many, the same ones on every node.
    if known {
        Near::<true, true>::of(starts_at, &here).load(conn)
    } else {
        Near::<false, true>::of(starts_at, &here).load(conn)
    }
}

/// The sessions of one moment near a place, decided on the index `sessions_by_time` alone: of one area or none (`IN_AREA`) or
/// of any, the first [`LOOKED_AT`] by the uri of their events (`BY_URI`) or any. Written out for the reason of
/// [`crate::store::insert`].
struct Near<'a, const IN_AREA: bool, const BY_URI: bool> {
    starts_at: i64,
    publisher: &'a str,
    town: &'a str,
    postcode: &'a str,
    /// From south to north.
    latitude: (f64, f64),
    /// From west to east.
    longitude: (f64, f64),
    area: &'a str,
}

impl<'a, const IN_AREA: bool, const BY_URI: bool> Near<'a, IN_AREA, BY_URI> {
    fn of(starts_at: i64, here: &'a Whereabouts) -> Self {
        let known = |text: &'a str| if text.is_empty() { NOWHERE.0 } else { text };
        let (latitude, longitude) = here.latitude.zip(here.longitude).unwrap_or((NOWHERE.1, NOWHERE.1));
        Self {
            starts_at,
            publisher: &here.publisher,
            town: known(&here.town),
            postcode: known(&here.postcode),
            latitude: (latitude - NEAR, latitude + NEAR),
            longitude: (longitude - NEAR, longitude + NEAR),
            area: &here.area,
        }
    }

    fn load(&self, conn: &mut Conn) -> Result<Vec<String>, StoreError> {
        Ok(natively!(conn, |conn| RunQueryDsl::load(self, conn))?)
    }
}

impl<DB: Backend, const IN_AREA: bool, const BY_URI: bool> QueryFragment<DB> for Near<'_, IN_AREA, BY_URI>
where
    str: ToSql<Text, DB>,
    i64: ToSql<BigInt, DB>,
    f64: ToSql<Double, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(if BY_URI {
            "SELECT sessions.id, events.uri FROM sessions INNER JOIN events ON sessions.event_id = events.id"
        } else {
            "SELECT sessions.id FROM sessions"
        });
        out.push_sql(" WHERE sessions.starts_at = ");
        out.push_bind_param::<BigInt, _>(&self.starts_at)?;
        if IN_AREA {
            // Not `IN`, for which SQLite makes a table.
            out.push_sql(" AND (sessions.area = ");
            out.push_bind_param::<Text, _>(self.area)?;
            out.push_sql(" OR sessions.area = '')");
        }
        out.push_sql(" AND sessions.publisher <> ");
        out.push_bind_param::<Text, _>(self.publisher)?;
        out.push_sql(" AND (sessions.town = ");
        out.push_bind_param::<Text, _>(self.town)?;
        out.push_sql(" OR sessions.postcode = ");
        out.push_bind_param::<Text, _>(self.postcode)?;
        out.push_sql(" OR (sessions.latitude BETWEEN ");
        out.push_bind_param::<Double, _>(&self.latitude.0)?;
        out.push_sql(" AND ");
        out.push_bind_param::<Double, _>(&self.latitude.1)?;
        out.push_sql(" AND sessions.longitude BETWEEN ");
        out.push_bind_param::<Double, _>(&self.longitude.0)?;
        out.push_sql(" AND ");
        out.push_bind_param::<Double, _>(&self.longitude.1)?;
        out.push_sql("))");
        if BY_URI {
            out.push_sql(" ORDER BY 2");
        }
        out.push_sql(" LIMIT ");
        out.push_bind_param::<BigInt, _>(&LOOKED_AT)
    }
}

impl<const IN_AREA: bool, const BY_URI: bool> QueryId for Near<'_, IN_AREA, BY_URI> {
    type QueryId = Near<'static, IN_AREA, BY_URI>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<const IN_AREA: bool, const BY_URI: bool> Query for Near<'_, IN_AREA, BY_URI> {
    type SqlType = Text;
}

impl<C: Connection, const IN_AREA: bool, const BY_URI: bool> RunQueryDsl<C> for &Near<'_, IN_AREA, BY_URI> {}

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
