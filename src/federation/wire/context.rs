//! The `@context` of every document of ours.
//!
//! Terms are written out instead of naming the remote contexts of FEP-8a8e and schema.org: peers that expand JSON-LD would
//! have to fetch those, and some fetch what they do not know on every delivery. `location` stays ActivityStreams' own,
//! because a peer that expands (Friendica) reads it there. Nothing here needs JSON-LD 1.1, for the same peer's sake.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

/// Namespace of what only Maillage says: a URN, since no page stands behind it.
pub const NAMESPACE: &str = "urn:maillage:ns:";

/// All facts of an event as the HTTP interface writes them, without title and schedule.
pub const FACTS: &str = "maillage:facts";

/// The series of a session: `uri`, and `rrule` where there are words for it.
pub const SERIES: &str = "maillage:series";

/// The audience of everybody.
pub const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// Terms and what they mean. A prefix stands before the terms that use it.
const TERMS: [(&str, &str); 40] = [
    ("Hashtag", "as:Hashtag"),
    ("manuallyApprovesFollowers", "as:manuallyApprovesFollowers"),
    ("sensitive", "as:sensitive"),
    ("toot", "http://joinmastodon.org/ns#"),
    ("discoverable", "toot:discoverable"),
    ("indexable", "toot:indexable"),
    ("webfinger", "https://purl.archive.org/socialweb/webfinger#webfinger"),
    ("Multikey", "https://w3id.org/security#Multikey"),
    ("DataIntegrityProof", "https://w3id.org/security#DataIntegrityProof"),
    ("fep8a8e", "https://w3id.org/fep/8a8e/"),
    ("EventScheduled", "fep8a8e:EventScheduled"),
    ("EventRescheduled", "fep8a8e:EventRescheduled"),
    ("EventMovedOnline", "fep8a8e:EventMovedOnline"),
    ("EventPostponed", "fep8a8e:EventPostponed"),
    ("EventCancelled", "fep8a8e:EventCancelled"),
    ("organizers", "fep8a8e:organizers"),
    ("OrganizersCollection", "fep8a8e:OrganizersCollection"),
    ("mz", "https://joinmobilizon.org/ns#"),
    ("timezone", "mz:timezone"),
    ("joinMode", "mz:joinMode"),
    ("externalParticipationUrl", "mz:externalParticipationUrl"),
    ("isOnline", "mz:isOnline"),
    ("repliesModerationOption", "mz:repliesModerationOption"),
    ("ical", "http://www.w3.org/2002/12/cal/ical#"),
    ("status", "ical:status"),
    ("sc", "http://schema.org#"),
    ("PropertyValue", "sc:PropertyValue"),
    ("value", "sc:value"),
    ("VirtualLocation", "sc:VirtualLocation"),
    ("PostalAddress", "sc:PostalAddress"),
    ("address", "sc:address"),
    ("streetAddress", "sc:streetAddress"),
    ("postalCode", "sc:postalCode"),
    ("addressLocality", "sc:addressLocality"),
    ("addressCountry", "sc:addressCountry"),
    ("category", "sc:category"),
    ("inLanguage", "sc:inLanguage"),
    ("maximumAttendeeCapacity", "sc:maximumAttendeeCapacity"),
    ("remainingAttendeeCapacity", "sc:remainingAttendeeCapacity"),
    ("maillage", NAMESPACE),
];

/// Terms whose values have a type: addresses, words of a vocabulary, booleans, dates, keys.
const TYPED_TERMS: [(&str, &str, &str); 13] = [
    ("assertionMethod", "https://w3id.org/security#assertionMethod", "@id"),
    ("controller", "https://w3id.org/security#controller", "@id"),
    (
        "publicKeyMultibase",
        "https://w3id.org/security#publicKeyMultibase",
        "https://w3id.org/security#multibase",
    ),
    // Proofs (FEP-8b32). The W3C's own context makes `proof` a graph, which takes JSON-LD 1.1.
    ("proof", "https://w3id.org/security#proof", "@id"),
    (
        "cryptosuite",
        "https://w3id.org/security#cryptosuite",
        "https://w3id.org/security#cryptosuiteString",
    ),
    ("proofPurpose", "https://w3id.org/security#proofPurpose", "@vocab"),
    (
        "proofValue",
        "https://w3id.org/security#proofValue",
        "https://w3id.org/security#multibase",
    ),
    (
        "verificationMethod",
        "https://w3id.org/security#verificationMethod",
        "@id",
    ),
    ("implements", "https://w3id.org/fep/844e/implements", "@id"),
    ("upcomingEvents", "fep8a8e:upcomingEvents", "@id"),
    ("eventStatus", "fep8a8e:eventStatus", "@vocab"),
    (
        "displayEndTime",
        "fep8a8e:displayEndTime",
        "http://www.w3.org/2001/XMLSchema#boolean",
    ),
    (
        "previousStartTime",
        "fep8a8e:previousStartTime",
        "http://www.w3.org/2001/XMLSchema#dateTime",
    ),
];

/// The context that gives every term used here its meaning.
pub fn context() -> Value {
    static CONTEXT: LazyLock<Value> = LazyLock::new(|| {
        let plain = TERMS.iter().map(|(term, iri)| ((*term).to_owned(), json!(iri)));
        let typed = TYPED_TERMS
            .iter()
            .map(|(term, iri, kind)| ((*term).to_owned(), json!({ "@id": iri, "@type": kind })));
        let terms: Map<String, Value> = plain.chain(typed).collect();
        json!([
            "https://www.w3.org/ns/activitystreams",
            "https://w3id.org/security/v1",
            terms
        ])
    });
    CONTEXT.clone()
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
