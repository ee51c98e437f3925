//! The `@context` of every document of ours.
//!
//! Terms are written out instead of naming the remote contexts of FEP-8a8e and schema.org: peers that expand JSON-LD would
//! have to fetch those, and some fetch what they do not know on every delivery. `location` stays ActivityStreams' own,
//! because a peer that expands (Friendica) reads it there. Nothing here needs JSON-LD 1.1, for the same peer's sake.

use serde_json::{Value, json};

/// Namespace of what only Maillage says: a URN, since no page stands behind it.
pub const NAMESPACE: &str = "urn:maillage:ns:";

/// All facts of an event as the HTTP interface writes them, without title and schedule.
pub const FACTS: &str = "maillage:facts";

/// The series of a session: `uri`, and `rrule` where there are words for it.
pub const SERIES: &str = "maillage:series";

/// The audience of everybody.
pub const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// The context that gives every term used here its meaning.
pub fn context() -> Value {
    json!([
        "https://www.w3.org/ns/activitystreams",
        "https://w3id.org/security/v1",
        {
            "Hashtag": "as:Hashtag",
            "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
            "sensitive": "as:sensitive",
            "toot": "http://joinmastodon.org/ns#",
            "discoverable": "toot:discoverable",
            "indexable": "toot:indexable",
            "webfinger": {
                "@id": "https://purl.archive.org/socialweb/webfinger#webfinger",
                "@type": "http://www.w3.org/2001/XMLSchema#string",
            },
            "Multikey": "https://w3id.org/security#Multikey",
            "assertionMethod": {
                "@id": "https://w3id.org/security#assertionMethod", "@type": "@id", "@container": "@set",
            },
            "controller": { "@id": "https://w3id.org/security#controller", "@type": "@id" },
            "publicKeyMultibase": {
                "@id": "https://w3id.org/security#publicKeyMultibase",
                "@type": "https://w3id.org/security#multibase",
            },
            "fep8a8e": "https://w3id.org/fep/8a8e/",
            "displayEndTime": {
                "@id": "fep8a8e:displayEndTime", "@type": "http://www.w3.org/2001/XMLSchema#boolean",
            },
            "eventStatus": { "@id": "fep8a8e:eventStatus", "@type": "@vocab" },
            "EventScheduled": "fep8a8e:EventScheduled",
            "EventRescheduled": "fep8a8e:EventRescheduled",
            "EventMovedOnline": "fep8a8e:EventMovedOnline",
            "EventPostponed": "fep8a8e:EventPostponed",
            "EventCancelled": "fep8a8e:EventCancelled",
            "previousStartTime": {
                "@id": "fep8a8e:previousStartTime", "@type": "http://www.w3.org/2001/XMLSchema#dateTime",
            },
            "organizers": "fep8a8e:organizers",
            "OrganizersCollection": "fep8a8e:OrganizersCollection",
            "upcomingEvents": { "@id": "fep8a8e:upcomingEvents", "@type": "@id" },
            "mz": "https://joinmobilizon.org/ns#",
            "timezone": "mz:timezone",
            "joinMode": "mz:joinMode",
            "externalParticipationUrl": "mz:externalParticipationUrl",
            "isOnline": "mz:isOnline",
            "repliesModerationOption": "mz:repliesModerationOption",
            "ical": "http://www.w3.org/2002/12/cal/ical#",
            "status": "ical:status",
            "sc": "http://schema.org#",
            "PropertyValue": "sc:PropertyValue",
            "value": "sc:value",
            "VirtualLocation": "sc:VirtualLocation",
            "PostalAddress": "sc:PostalAddress",
            "address": "sc:address",
            "streetAddress": "sc:streetAddress",
            "postalCode": "sc:postalCode",
            "addressLocality": "sc:addressLocality",
            "addressCountry": "sc:addressCountry",
            "category": "sc:category",
            "inLanguage": "sc:inLanguage",
            "maximumAttendeeCapacity": "sc:maximumAttendeeCapacity",
            "remainingAttendeeCapacity": "sc:remainingAttendeeCapacity",
            "maillage": NAMESPACE,
        }
    ])
}

/// `document` as it is served or posted, with its context.
pub fn with_context(mut document: Value) -> Value {
    if let Some(object) = document.as_object_mut() {
        object.insert("@context".to_owned(), context());
    }
    document
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_context_has_to_be_fetched_and_location_is_left_alone() {
        let context = context();
        let remote: Vec<&str> = context.as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert_eq!(
            remote,
            ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"]
        );
        assert!(context[2].get("location").is_none());
        assert!(context[2].get("Place").is_none());
    }

    #[test]
    fn every_prefix_used_is_declared() {
        let context = context();
        for (term, meaning) in context[2].as_object().unwrap() {
            let iri = meaning.as_str().or(meaning["@id"].as_str()).unwrap();
            let (prefix, rest) = iri.split_once(':').unwrap();
            let known = rest.starts_with("//") || prefix == "as" || prefix == "urn" || context[2].get(prefix).is_some();
            assert!(known, "{term}: {iri}");
        }
    }
}
