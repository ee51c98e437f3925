//! A reader's filter as conditions on columns. Lists: any of them; different fields: all of them. What the index of sessions by
//! time holds is compared there, before an event is read: who publishes it, its town, postcode and coordinates.

use chrono::Duration;
use diesel::prelude::*;

use super::super::backend::MultiBackend;
use super::super::column::ms;
use super::super::events::{level_step, tag};
use super::super::schema::{announces, centres as centres_table, event_tags, events, follows, sessions};
use super::super::sessions::first_word;
use super::super::{Conn, StoreError, centres, peers};
use super::{Addresses, Boxed, LONGEST_SESSION_DAYS};
use crate::domain::calendar::{DEFAULT_RADIUS_KM, Filter, Near};
use crate::domain::centre::CentreKind;
use crate::domain::event::Origin;
use crate::domain::peer::FollowState;
use crate::domain::text::fold;
use crate::domain::time::Instant;

/// A circle on the map.
pub(super) struct Area {
    /// Latitude and longitude in degrees.
    pub centre: (f64, f64),
    /// In kilometres.
    pub radius_km: f64,
}

/// What had to be looked up before the query can be made.
pub(super) struct Narrowed {
    pub area: Option<Area>,
    /// A town of which no place with coordinates is known: compared by name.
    town: Option<String>,
    publisher: Option<Origin>,
    network: Option<Origin>,
    tags: Vec<Tagged>,
}

/// Looks up the names in the filter; none when one of them is unknown here, so that nothing can match.
pub(super) fn narrow(
    conn: &mut Conn,
    filter: &Filter,
    now: Instant,
    addresses: &dyn Addresses,
) -> Result<Option<Narrowed>, StoreError> {
    let mut narrowed = Narrowed {
        area: None,
        town: None,
        publisher: None,
        network: None,
        tags: tags(conn, filter)?,
    };
    for (name, found) in [
        (&filter.centre, &mut narrowed.publisher),
        (&filter.network, &mut narrowed.network),
    ] {
        if let Some(name) = name {
            *found = actor(conn, name, addresses)?;
            if found.is_none() {
                return Ok(None);
            }
        }
    }
    let radius_km = filter.radius_km.unwrap_or(DEFAULT_RADIUS_KM).max(0.0);
    match &filter.near {
        None => {}
        Some(Near::Point(latitude, longitude)) => {
            narrowed.area = Some(Area {
                centre: (*latitude, *longitude),
                radius_km,
            });
        }
        Some(Near::Town(town)) => {
            let from = filter.from.map_or(now, |from| from.min(now));
            match town_point(conn, town, from)? {
                Some(centre) => narrowed.area = Some(Area { centre, radius_km }),
                None => narrowed.town = Some(town.clone()),
            }
        }
    }
    Ok(Some(narrowed))
}

/// A handle of ours, `handle@host`, or an ActivityPub id.
fn actor(conn: &mut Conn, name: &str, addresses: &dyn Addresses) -> Result<Option<Origin>, StoreError> {
    let name = name.trim().trim_start_matches('@');
    if name.contains("://") {
        for centre in centres::list(conn)? {
            if addresses.centre_uri(&centre.handle) == name {
                return Ok(Some(Origin::Local(centre.id)));
            }
        }
        return Ok(peers::by_uri(conn, name)?.map(|peer| Origin::Remote(peer.id)));
    }
    let (handle, host) = name
        .rsplit_once('@')
        .map_or((name, None), |(handle, host)| (handle, Some(host)));
    match host {
        Some(host) if host != addresses.host() => {
            Ok(peers::by_account(conn, handle, host)?.map(|peer| Origin::Remote(peer.id)))
        }
        _ => Ok(centres::by_handle(conn, handle)?.map(|centre| Origin::Local(centre.id))),
    }
}

/// Where a town or postcode is, as the places of what takes place there tell that is shown `from` then on: the middle of them.
fn town_point(conn: &mut Conn, town: &str, from: Instant) -> Result<Option<(f64, f64)>, StoreError> {
    let shown = sessions::table.inner_join(events::table).into_boxed::<MultiBackend>();
    let points: Vec<(f64, f64)> = in_town(town, shown)
        .filter(sessions::starts_at.gt(ms(from - Duration::days(LONGEST_SESSION_DAYS))))
        .filter(sessions::latitude.is_not_null().and(sessions::longitude.is_not_null()))
        .limit(100)
        .select((
            sessions::latitude.assume_not_null(),
            sessions::longitude.assume_not_null(),
        ))
        .load(conn)?;
    let Ok(count) = u32::try_from(points.len()) else {
        return Ok(None);
    };
    if count == 0 {
        return Ok(None);
    }
    let sum = points
        .iter()
        .fold((0.0, 0.0), |sum, point| (sum.0 + point.0, sum.1 + point.1));
    Ok(Some((sum.0 / f64::from(count), sum.1 / f64::from(count))))
}

impl Narrowed {
    /// The query with every condition but those of time.
    pub fn apply<'a>(&self, filter: &Filter) -> Boxed<'a> {
        let mut query = sessions::table.inner_join(events::table).into_boxed::<MultiBackend>();
        query = by_code(filter, query);
        for tag in &self.tags {
            query = by_tag(tag, query);
        }
        query = by_place(filter, query);
        if let Some(q) = &filter.q {
            for word in fold(q).split(' ').filter(|word| !word.is_empty()) {
                // Folded text holds letters and digits only: nothing to escape.
                query = query.filter(events::search_text.like(format!("%{word}%")));
            }
        }
        if let Some(area) = &self.area {
            query = in_box(area, query);
        }
        if let Some(town) = &self.town {
            query = in_town(town, query);
        }
        if let Some(publisher) = self.publisher {
            query = published_by(publisher, query);
        }
        if let Some(network) = self.network {
            query = gathered_by(network, query);
        }
        query
    }
}

fn by_code<'a>(filter: &Filter, mut query: Boxed<'a>) -> Boxed<'a> {
    if !filter.types.is_empty() {
        query = query.filter(events::event_type.eq_any(filter.types.clone()));
    }
    if !filter.formats.is_empty() {
        query = query.filter(events::format.eq_any(codes(&filter.formats, |it| it.as_str())));
    }
    if !filter.modes.is_empty() {
        query = query.filter(events::mode.eq_any(codes(&filter.modes, |it| it.as_str())));
    }
    if !filter.prices.is_empty() {
        query = query.filter(events::price.eq_any(codes(&filter.prices, |it| it.as_str())));
    }
    if let Some(levels) = levels(filter) {
        query = query.filter(levels);
    }
    query
}

fn codes<T: Copy>(all: &[T], code: impl Fn(T) -> &'static str) -> Vec<&'static str> {
    all.iter().map(|one| code(*one)).collect()
}

type Condition<'a> = Box<
    dyn BoxableExpression<
            diesel::dsl::InnerJoinQuerySource<sessions::table, events::table>,
            MultiBackend,
            SqlType = diesel::sql_types::Nullable<diesel::sql_types::Bool>,
        > + 'a,
>;

/// The range of the event holds one of the levels; an event that tells no level matches none.
fn levels<'a>(filter: &Filter) -> Option<Condition<'a>> {
    let mut any: Option<Condition<'a>> = None;
    for level in &filter.levels {
        let step = level_step(*level);
        let one = events::level_min.le(step).and(events::level_max.ge(step));
        any = Some(match any {
            None => Box::new(one),
            Some(others) => Box::new(others.or(one)),
        });
    }
    any
}

/// Everyone: matches any audience.
const EVERYONE: &str = "tous-publics";

/// A wish for events with one of some codes.
struct Tagged {
    kind: &'static str,
    codes: Vec<String>,
    /// Whether few events have one: then these are looked up first, instead of asking each session in turn.
    rare: bool,
}

/// How many events with a tag are still few.
const FEW: i64 = 500;

/// The tags of the filter; each must match.
fn tags(conn: &mut Conn, filter: &Filter) -> Result<Vec<Tagged>, StoreError> {
    let mut audiences = filter.audiences.clone();
    if !audiences.is_empty() {
        audiences.push(EVERYONE.to_owned());
    }
    let mut wishes = vec![
        (tag::THEME, filter.themes.clone()),
        (tag::LANGUAGE, filter.languages.clone()),
        (tag::AUDIENCE, audiences),
    ];
    wishes.extend(
        filter
            .accessibility
            .iter()
            .map(|code| (tag::ACCESSIBILITY, vec![code.clone()])),
    );
    let mut tags = Vec::new();
    for (kind, codes) in wishes.into_iter().filter(|(_, codes)| !codes.is_empty()) {
        let with = event_tags::table.filter(event_tags::kind.eq(kind).and(event_tags::code.eq_any(codes.clone())));
        let found: Vec<String> = with.limit(FEW + 1).select(event_tags::event_id).load(conn)?;
        let rare = i64::try_from(found.len()).is_ok_and(|count| count <= FEW);
        tags.push(Tagged { kind, codes, rare });
    }
    Ok(tags)
}

fn by_tag<'a>(tag: &Tagged, query: Boxed<'a>) -> Boxed<'a> {
    let with = event_tags::table
        .filter(
            event_tags::kind
                .eq(tag.kind)
                .and(event_tags::code.eq_any(tag.codes.clone())),
        )
        .select(event_tags::event_id);
    if tag.rare {
        query.filter(sessions::event_id.eq_any(with))
    } else {
        query.filter(diesel::dsl::exists(
            with.filter(event_tags::event_id.eq(sessions::event_id)),
        ))
    }
}

fn by_place<'a>(filter: &Filter, mut query: Boxed<'a>) -> Boxed<'a> {
    if let Some(city) = &filter.city {
        // « Villeneuve » finds « Villeneuve-d’Ascq », but « Lille » not « Lillebonne ».
        let city = fold(city);
        query = query
            .filter(sessions::town.eq(first_word(&city).to_owned()))
            .filter(events::city.eq(city.clone()).or(events::city.like(format!("{city} %"))));
    }
    if let Some(postcode) = &filter.postcode {
        let plain: String = postcode
            .chars()
            .filter(|letter| letter.is_ascii_alphanumeric())
            .collect();
        query = query.filter(sessions::postcode.like(format!("{plain}%")));
    }
    query
}

/// In a town of this name or with this postcode. A name has letters and a postcode has digits, so that most are compared in
/// the index; « Paris 12 » may be either.
fn in_town<'a>(town: &str, query: Boxed<'a>) -> Boxed<'a> {
    let (city, postcode) = (fold(town), town.trim().to_owned());
    let has_digits = city.contains(|letter: char| letter.is_ascii_digit());
    let has_letters = city.contains(|letter: char| letter.is_alphabetic());
    match (has_letters, has_digits) {
        (true, true) => query.filter(events::city.eq(city).or(sessions::postcode.eq(postcode))),
        (false, true) => query.filter(sessions::postcode.eq(postcode)),
        (_, false) => query
            .filter(sessions::town.eq(first_word(&city).to_owned()))
            .filter(events::city.eq(city)),
    }
}

/// The box around a circle; the exact distance is measured afterwards. Kilometres a degree: 40,008 / 360.
fn in_box<'a>(area: &Area, query: Boxed<'a>) -> Boxed<'a> {
    const KM_A_DEGREE: f64 = 111.13;
    let (latitude, longitude) = area.centre;
    let north = area.radius_km / KM_A_DEGREE * 1.01;
    let query = query.filter(sessions::latitude.between(latitude - north, latitude + north));
    let narrowest = (latitude.abs() + north).min(90.0).to_radians().cos();
    let east = north / narrowest.max(1e-6);
    if longitude - east < -180.0 || longitude + east > 180.0 {
        // Across the date line the distance alone decides.
        return query.filter(sessions::longitude.is_not_null());
    }
    query.filter(sessions::longitude.between(longitude - east, longitude + east))
}

fn published_by(publisher: Origin, query: Boxed<'_>) -> Boxed<'_> {
    match publisher {
        Origin::Local(centre) => query.filter(events::centre_id.eq(centre.to_string())),
        Origin::Remote(peer) => query.filter(events::peer_id.eq(peer.to_string())),
    }
}

/// Published or announced by the network; of a centre that is none, published by a peer it follows.
fn gathered_by(network: Origin, query: Boxed<'_>) -> Boxed<'_> {
    let announced = |by: String| {
        let announced = announces::table.filter(announces::announcer.eq(by));
        sessions::event_id.eq_any(announced.select(announces::event_id))
    };
    match network {
        Origin::Remote(peer) => {
            let peer = peer.to_string();
            query.filter(sessions::publisher.eq(peer.clone()).or(announced(peer)))
        }
        Origin::Local(centre) => {
            let centre = centre.to_string();
            let no_network = centres_table::table
                .find(centre.clone())
                .filter(centres_table::kind.ne(CentreKind::Network.as_str()));
            let followed = follows::table
                .filter(
                    follows::actor
                        .eq(centre.clone())
                        .and(follows::state.eq(FollowState::Accepted.as_str())),
                )
                .filter(diesel::dsl::exists(no_network))
                .select(follows::peer_id);
            query.filter(
                sessions::publisher
                    .eq(centre.clone())
                    .or(sessions::publisher.eq_any(followed))
                    .or(announced(centre)),
            )
        }
    }
}
