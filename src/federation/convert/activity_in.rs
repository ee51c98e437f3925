//! An activity of a peer: who does what to what, before anything is believed of it.

use std::sync::Arc;

use url::Url;

use super::json::Value;
use super::read::{self, Audience};
use crate::federation::guard::same_origin;

/// Types that this node acts upon; the first of them that an activity has, is what it is.
const KNOWN: [&str; 12] = [
    "Follow", "Accept", "Reject", "Undo", "Create", "Update", "Delete", "Announce", "Invite", "Join", "Leave", "Move",
];

/// What an activity is about.
#[derive(Debug, Clone, PartialEq)]
pub enum ObjectRef {
    /// Named by its id.
    Id(Url),
    /// Carried along. Believed only if its id is of the actor's own origin, else fetched.
    Embedded(Carried),
}

/// An object within its activity, which is not copied.
#[derive(Debug, Clone)]
pub struct Carried {
    activity: Arc<Value>,
    id: Option<Url>,
}

impl Carried {
    /// The object.
    pub fn object(&self) -> &Value {
        read::items(&self.activity, "object").next().unwrap_or(&Value::Null)
    }
}

impl PartialEq for Carried {
    fn eq(&self, other: &Self) -> bool {
        self.object() == other.object()
    }
}

impl ObjectRef {
    /// The id of the object, if it has one.
    pub fn id(&self) -> Option<&Url> {
        match self {
            Self::Id(id) => Some(id),
            Self::Embedded(carried) => carried.id.as_ref(),
        }
    }

    /// The same, without the rest.
    pub fn into_id(self) -> Option<Url> {
        match self {
            Self::Id(id) => Some(id),
            Self::Embedded(carried) => carried.id,
        }
    }

    /// Whether the object is told to be a `name`; one that is only named could be anything.
    pub fn is_a(&self, name: &str) -> bool {
        self.embedded().is_some_and(|object| read::is_a(object, name))
    }

    /// What was carried along.
    pub fn embedded(&self) -> Option<&Value> {
        match self {
            Self::Id(_) => None,
            Self::Embedded(carried) => Some(carried.object()),
        }
    }
}

/// An activity of a peer.
#[derive(Debug, Clone, PartialEq)]
pub struct Incoming {
    /// Its id; some peers leave it out.
    pub id: Option<Url>,
    /// What it does: one of those known here, else the first type it tells.
    pub kind: String,
    /// Who does it. Whether the signature is theirs is for the caller to check.
    pub actor: Url,
    /// To what.
    pub object: ObjectRef,
    /// Whom it is meant for.
    pub audience: Audience,
    /// Of an Announce: the networks between the actor and the publisher, nearest first.
    pub via: Vec<String>,
}

/// Why a document is no activity that is acted upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ActivityRefusal {
    /// A list, a text …
    #[error("an activity must be a JSON object")]
    NotAnObject,
    /// No type.
    #[error("the activity has no type")]
    NoType,
    /// No actor, or several.
    #[error("the activity must name one actor")]
    NoActor,
    /// No object, several, or something that is none.
    #[error("the activity must have one object")]
    NoObject,
    /// An id that is no address of the web.
    #[error("the id of the activity must be an http or https address")]
    BadId,
    /// An id of somebody else's origin.
    #[error("the activity and its actor must be of the same origin")]
    ForeignId,
}

/// [`activity_of`] a document of somebody else, which is copied.
///
/// # Errors
/// As [`activity_of`].
pub fn activity(document: &Value) -> Result<Incoming, ActivityRefusal> {
    activity_of(&Arc::new(document.clone()), &[])
}

/// Reads an activity. An actor that is spelt like an address in `known` is not parsed again.
///
/// # Errors
/// What is missing, or an id of another origin than the actor's.
pub fn activity_of(document: &Arc<Value>, known: &[&Url]) -> Result<Incoming, ActivityRefusal> {
    if !document.is_object() {
        return Err(ActivityRefusal::NotAnObject);
    }
    let kind = kind(document).ok_or(ActivityRefusal::NoType)?;
    let actor = only(document, "actor")
        .and_then(|actor| read::reference_among(actor, known))
        .ok_or(ActivityRefusal::NoActor)?;
    let id = match read::field(document, "id") {
        None => None,
        Some(value) => Some(value.as_str().and_then(read::web_url).ok_or(ActivityRefusal::BadId)?),
    };
    if id.as_ref().is_some_and(|id| !same_origin(id, &actor)) {
        return Err(ActivityRefusal::ForeignId);
    }
    Ok(Incoming {
        id,
        kind: kind.to_owned(),
        actor,
        object: object(document, kind).ok_or(ActivityRefusal::NoObject)?,
        audience: Audience::of(document),
        via: crate::federation::listed::via(document),
    })
}

fn kind(document: &Value) -> Option<&str> {
    read::types(document)
        .find(|one| KNOWN.contains(one))
        .or_else(|| read::types(document).next())
        .filter(|kind| kind.len() <= 64)
}

/// The value of `key` where there is exactly one.
fn only<'a>(document: &'a Value, key: &str) -> Option<&'a Value> {
    let mut values = read::items(document, key);
    values.next().filter(|_| values.next().is_none())
}

/// The object. What is not acted upon may have several: a Flag names an actor and the posts that are reported.
fn object(document: &Arc<Value>, kind: &str) -> Option<ObjectRef> {
    let value = if KNOWN.contains(&kind) {
        only(document, "object")?
    } else {
        read::items(document, "object").next()?
    };
    match value {
        Value::Object(map) if map.len() == 1 => read::reference(value).map(ObjectRef::Id),
        Value::Object(_) => Some(ObjectRef::Embedded(Carried {
            id: read::reference(value),
            activity: Arc::clone(document),
        })),
        _ => read::reference(value).map(ObjectRef::Id),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::federation::convert::json::document;

    fn follow() -> Json {
        json!({
            "id": "https://a.example/1",
            "type": "Follow",
            "actor": "https://a.example/u",
            "object": "https://b.example/g",
        })
    }

    fn with(key: &str, value: Json) -> Result<Incoming, ActivityRefusal> {
        let mut document = follow();
        document[key] = value;
        activity(&document.into())
    }

    #[test]
    fn spellings_of_the_same_thing_read_the_same() {
        let plain = activity(&follow().into()).unwrap();
        for (key, value) in [
            ("type", json!(["as:Follow"])),
            ("type", json!(["Strange", "Follow"])),
            ("actor", json!({ "id": "https://a.example/u", "type": "Person" })),
            ("actor", json!(["https://a.example/u"])),
            ("object", json!(["https://b.example/g"])),
            ("object", json!({ "id": "https://b.example/g" })),
        ] {
            assert_eq!(with(key, value.clone()), Ok(plain.clone()), "{key}: {value}");
        }
        assert_eq!(with("id", json!(null)).unwrap().id, None);
    }

    #[test]
    fn what_is_missing_or_foreign_is_refused() {
        use ActivityRefusal as No;
        for (key, value, reason) in [
            ("type", json!(null), No::NoType),
            ("type", json!([]), No::NoType),
            ("type", json!(3), No::NoType),
            ("actor", json!(null), No::NoActor),
            ("actor", json!("urn:x"), No::NoActor),
            (
                "actor",
                json!(["https://a.example/u", "https://a.example/v"]),
                No::NoActor,
            ),
            ("object", json!(null), No::NoObject),
            (
                "object",
                json!(["https://b.example/g", "https://b.example/h"]),
                No::NoObject,
            ),
            ("object", json!(3), No::NoObject),
            ("id", json!([]), No::BadId),
            ("id", json!("javascript:alert(1)"), No::BadId),
            ("id", json!("https://evil.example/1"), No::ForeignId),
            ("id", json!("https://a.example:8443/1"), No::ForeignId),
            ("id", json!("http://a.example/1"), No::ForeignId),
        ] {
            assert_eq!(with(key, value.clone()), Err(reason), "{key}: {value}");
        }
        for document in [document!([follow()]), document!("Follow"), document!(null)] {
            assert_eq!(activity(&document), Err(No::NotAnObject));
        }
    }

    #[test]
    fn an_embedded_object_keeps_all_it_carries() {
        let read = with(
            "object",
            json!({ "id": "https://a.example/e", "type": ["Event"], "name": "x" }),
        )
        .unwrap();
        assert!(read.object.is_a("Event"));
        assert_eq!(read.object.id().unwrap().as_str(), "https://a.example/e");
        assert_eq!(read.object.embedded().unwrap()["name"], "x");
    }
}
