//! An Event: FEP-8a8e, in the form that Mobilizon takes whole (no nulls where it wants objects, one location, words in
//! capitals). A checker in the tests codes each of its conditions.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use url::Url;

/// A text in one or several languages, by BCP 47 tag. Mastodon takes the language of a post from nothing else.
pub type LanguageMap = BTreeMap<&'static str, String>;

/// An Event of ours, without `@context`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Address and identity of the session.
    pub id: Url,
    /// `Event`, never a list.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The centre; one text, since Mobilizon finds nobody in a list.
    pub attributed_to: Url,
    /// Everybody.
    pub to: Vec<String>,
    /// The centre's followers.
    pub cc: Vec<String>,
    /// Title, plain text.
    pub name: String,
    /// Title by language.
    pub name_map: LanguageMap,
    /// The practical facts in `<p>`s.
    pub summary: String,
    /// The same by language.
    pub summary_map: LanguageMap,
    /// Title, practical facts and description.
    pub content: String,
    /// The same by language.
    pub content_map: LanguageMap,
    /// `text/html`.
    pub media_type: &'static str,
    /// BCP 47 tag.
    pub in_language: &'static str,
    /// Page for people.
    pub url: Url,
    /// Never in the future, never changed.
    pub published: String,
    /// Strictly newer with each change.
    pub updated: String,
    /// RFC 3339 with the zone's offset.
    pub start_time: String,
    /// After `start_time`.
    pub end_time: String,
    /// Whether people may read `end_time`.
    pub display_end_time: bool,
    /// IANA zone.
    pub timezone: String,
    /// The date it had before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_start_time: Option<String>,
    /// FEP-8a8e status.
    pub event_status: &'static str,
    /// iCalendar status.
    pub status: &'static str,
    /// iCalendar status under the name that older Mobilizon reads.
    #[serde(rename = "ical:status")]
    pub ical_status: &'static str,
    /// `external`: registration is by telephone or on a page, never by Join.
    pub join_mode: &'static str,
    /// That page.
    pub external_participation_url: Url,
    /// `closed`: comments would be read by nobody here.
    pub replies_moderation_option: &'static str,
    /// Number of places.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum_attendee_capacity: Option<u32>,
    /// Zero when full, else not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining_attendee_capacity: Option<u32>,
    /// Mobilizon's category.
    pub category: &'static str,
    /// Whether one can take part from afar.
    pub is_online: bool,
    /// One Place or VirtualLocation, never a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// Who organises (FEP-8a8e).
    pub organizers: Organizers,
    /// Always a list; each item with its `mediaType`.
    pub attachment: Vec<Attachment>,
    /// Hashtags.
    pub tag: Vec<Hashtag>,
    /// Every fact, for a Maillage peer.
    #[serde(rename = "maillage:facts")]
    pub facts: Value,
    /// The series it belongs to, for a Maillage peer.
    #[serde(rename = "maillage:series", skip_serializing_if = "Option::is_none")]
    pub series: Option<Series>,
}

/// Where it happens.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Location {
    /// A place to go to.
    Place(Place),
    /// Online only.
    Virtual(VirtualLocation),
}

/// A place. Without an id, under which Mobilizon would keep it unchanged for ever.
#[derive(Debug, Clone, Serialize)]
pub struct Place {
    /// `Place`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Always an object: Mobilizon fails on a text.
    pub address: PostalAddress,
    /// Degrees north, written with a decimal point: Mobilizon takes no whole number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latitude: Option<f64>,
    /// Degrees east.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longitude: Option<f64>,
}

/// A postal address (schema.org).
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PostalAddress {
    /// `PostalAddress`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Number and street.
    pub street_address: String,
    /// Five digits.
    pub postal_code: String,
    /// Town.
    pub address_locality: String,
    /// `France`.
    pub address_country: &'static str,
}

/// A place to connect to (schema.org).
#[derive(Debug, Clone, Serialize)]
pub struct VirtualLocation {
    /// `VirtualLocation`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// « En ligne ».
    pub name: &'static str,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// Who organises.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Organizers {
    /// `OrganizersCollection`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// How many.
    pub total_items: usize,
    /// Actors by their id, others as an Organization with a name.
    pub items: Vec<Value>,
}

/// A picture or a link.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type", rename_all_fields = "camelCase")]
pub enum Attachment {
    /// A picture: `name` is `Banner` for Mobilizon, `summary` the words for those who do not see it.
    Document {
        /// Its type, such as `image/jpeg`.
        media_type: &'static str,
        /// Where it is.
        url: String,
        /// `Banner`.
        name: &'static str,
        /// What it shows.
        summary: String,
    },
    /// A page: `name` is `Website` for Mobilizon.
    Link {
        /// `text/html`.
        media_type: &'static str,
        /// Where it is.
        href: String,
        /// `Website`.
        name: &'static str,
    },
}

/// A hashtag.
#[derive(Debug, Clone, Serialize)]
pub struct Hashtag {
    /// `Hashtag`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// With its `#`.
    pub name: String,
    /// Events of ours that have it.
    pub href: Url,
}

/// The series of a session.
#[derive(Debug, Clone, Serialize)]
pub struct Series {
    /// Id of the whole.
    pub uri: String,
    /// RRULE.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rrule: Option<String>,
}
