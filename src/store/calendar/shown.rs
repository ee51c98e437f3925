//! Which session of a workshop that several publish a filter shows: the one into which the others are merged, where the filter
//! finds it. Else one that stands behind it: what is looked for among the events of a partner, or by a theme that only
//! partners tell, is found, and once.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use super::filter::Narrowed;
use super::{Conn, StoreError, in_time, within};
use crate::domain::calendar::Filter;
use crate::domain::event::Status;
use crate::domain::time::Instant;
use crate::store::schema::{events, sessions};

/// Its id, whether it does not take place, the uri of its event, and where that is.
type Row = (String, String, String, (Option<f64>, Option<f64>));

/// For each of these sessions, into which others are merged, the one of them all that is shown. Those of which none is found
/// are left out.
pub(super) fn for_each(
    conn: &mut Conn,
    filter: &Filter,
    narrowed: &Narrowed,
    now: Instant,
    merged: HashSet<String>,
) -> Result<HashMap<String, String>, StoreError> {
    if merged.is_empty() {
        return Ok(HashMap::new());
    }
    let query = || in_time(filter, now, None, narrowed.apply(filter));
    let found = query()
        .filter(sessions::id.eq_any(&merged))
        .select((sessions::id, (sessions::latitude, sessions::longitude)))
        .load::<(String, (Option<f64>, Option<f64>))>(conn)?;
    let found = found.into_iter().filter(|(_, point)| is_inside(narrowed, *point));
    let mut shown: HashMap<String, String> = found.map(|(id, _)| (id.clone(), id)).collect();
    let rest: Vec<&String> = merged.iter().filter(|id| !shown.contains_key(*id)).collect();
    if rest.is_empty() {
        return Ok(shown);
    }
    let mut behind = query()
        .filter(sessions::merged_into.assume_not_null().eq_any(rest))
        .select((
            sessions::merged_into.assume_not_null(),
            (
                sessions::id,
                events::status,
                events::uri,
                (sessions::latitude, sessions::longitude),
            ),
        ))
        .load::<(String, Row)>(conn)?;
    behind.retain(|(_, (.., point))| is_inside(narrowed, *point));
    behind.sort_by(|(_, one), (_, other)| rank(one).cmp(&rank(other)));
    for (into, (id, ..)) in behind {
        shown.entry(into).or_insert(id);
    }
    Ok(shown)
}

/// What takes place before what is called off, as among all that are one (`domain::merge::groups`).
fn rank((id, status, uri, _): &Row) -> (bool, &str, &str) {
    let is_off = [Status::Cancelled, Status::Postponed]
        .iter()
        .any(|off| off.as_str() == status);
    (is_off, uri, id)
}

fn is_inside(narrowed: &Narrowed, point: (Option<f64>, Option<f64>)) -> bool {
    narrowed.area.as_ref().is_none_or(|area| within(area, point))
}
