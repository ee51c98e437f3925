//! Who publishes the sessions of an event and where they are, beside each of them: the look-up of what may be the same
//! workshop reads nothing but an index.

use diesel::prelude::*;

use crate::domain::event::{Event, EventFacts};
use crate::domain::text::fold;
use crate::store::announces::origin_text;
use crate::store::schema::sessions;

/// Columns of `sessions` that are the same for all sessions of an event.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = sessions, treat_none_as_null = true)]
pub(in crate::store) struct Whereabouts {
    /// The first two digits of a French postcode, `""` when unknown.
    pub area: String,
    /// The id of a centre or of a peer.
    pub publisher: String,
    /// The first word of the town, folded (« Roubaix Cedex »); `""` when unknown.
    pub town: String,
    /// `""` when unknown.
    pub postcode: String,
    /// In degrees.
    pub latitude: Option<f64>,
    /// In degrees.
    pub longitude: Option<f64>,
}

impl Whereabouts {
    /// Those of an event as it says.
    pub fn of(event: &Event) -> Self {
        Self::told(&event.facts, origin_text(event.origin))
    }

    /// Those of whatever `publisher` tells in `facts`.
    pub fn told(facts: &EventFacts, publisher: String) -> Self {
        let place = facts.place.as_ref();
        let postcode = place.map_or("", |place| place.postcode.as_str());
        let town = place.map(|place| fold(&place.city)).unwrap_or_default();
        Self {
            area: area(postcode).to_owned(),
            publisher,
            town: first_word(&town).to_owned(),
            postcode: postcode.to_owned(),
            latitude: place.and_then(|place| place.latitude),
            longitude: place.and_then(|place| place.longitude),
        }
    }
}

/// What stands in the column `town` of sessions for a folded name.
pub(in crate::store) fn first_word(folded: &str) -> &str {
    folded.split(' ').next().unwrap_or_default()
}

/// The département, nearly.
fn area(postcode: &str) -> &str {
    let whole = postcode.chars().count() == 5;
    let end = postcode.char_indices().nth(2).map_or(0, |(at, _)| at);
    if whole { &postcode[..end] } else { "" }
}
