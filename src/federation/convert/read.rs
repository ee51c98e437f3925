//! Values of ActivityStreams as peers spell them: one or a list, an id or an object, a text or a language map.

use url::Url;

use super::html::clean_text;
use super::json::{Object, Value};
use crate::federation::guard::same_origin;
use crate::federation::wire::context::PUBLIC;

/// Longest address that is looked at, in bytes.
pub const MAX_URL: usize = 2048;
/// Most items of a list that are looked at.
pub const MAX_ITEMS: usize = 100;

/// The value of `key`, unless it is null.
pub fn field<'a>(object: &'a Value, key: &str) -> Option<&'a Value> {
    object.get(key).filter(|value| !value.is_null())
}

/// The items of a list, or the one value itself; at most [`MAX_ITEMS`].
pub fn each(value: &Value) -> impl Iterator<Item = &Value> {
    let items = match value {
        Value::Array(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    items.iter().filter(|item| !item.is_null()).take(MAX_ITEMS)
}

/// The items of `key`, or nothing.
pub fn items<'a>(object: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    object.get(key).into_iter().flat_map(each)
}

/// The types of an object, without namespace.
pub fn types(object: &Value) -> impl Iterator<Item = &str> {
    items(object, "type").filter_map(Value::as_str).map(|name| {
        name.strip_prefix("https://www.w3.org/ns/activitystreams#")
            .or_else(|| name.strip_prefix("as:"))
            .unwrap_or(name)
    })
}

/// Whether one of the types is `name`.
pub fn is_a(object: &Value, name: &str) -> bool {
    types(object).any(|one| one == name)
}

/// An address on the web: http or https, a host, no credentials, no more than [`MAX_URL`].
pub fn web_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok().filter(|_| text.len() <= MAX_URL)?;
    let plain = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
    (plain && url.host_str().is_some_and(|host| !host.is_empty())).then_some(url)
}

/// The address that a value is or names: a text, an object with `id`, a Link with `href`.
pub fn reference(value: &Value) -> Option<Url> {
    web_url(named(value)?)
}

/// What an object is named by, as it is spelt.
fn named(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        Value::Object(object) => object.get("id").or_else(|| object.get("href"))?.as_str(),
        _ => None,
    }
}

/// [`reference`], not parsed again where it is spelt like one that is known.
pub fn reference_among(value: &Value, known: &[&Url]) -> Option<Url> {
    let text = named(value)?;
    let same = known.iter().find(|one| one.as_str() == text);
    same.map_or_else(|| web_url(text), |one| Some((*one).clone()))
}

/// The `id` of an object.
pub fn id(object: &Value) -> Option<Url> {
    web_url(object.get("id")?.as_str()?)
}

/// The addresses that `key` names.
pub fn references(object: &Value, key: &str) -> Vec<Url> {
    references_among(object, key, &[]).collect()
}

/// The addresses that `key` names, as [`reference_among`] reads them.
pub fn references_among(object: &Value, key: &str, known: &[&Url]) -> impl Iterator<Item = Url> {
    items(object, key).filter_map(|value| reference_among(value, known))
}

/// The one address that `key` names, or the first.
pub fn first_reference(object: &Value, key: &str) -> Option<Url> {
    items(object, key).find_map(reference)
}

/// The page for people: the first HTML link of `url`. One of another origin than the id of the object is left out, so
/// that nobody's name stands above somebody else's page.
pub fn page(object: &Value, id: &Url) -> Option<Url> {
    let is_page = |link: &&Value| link.get("mediaType").is_none_or(|kind| *kind == "text/html");
    items(object, "url")
        .filter(is_page)
        .find_map(|link| reference_among(link, &[id]))
        .filter(|url| same_origin(url, id))
}

/// The words of `key`: a text, or the best language of its map. Empty texts count for nothing.
pub fn words<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    let plain = items(object, key).find_map(in_best_language);
    plain.or_else(|| object.get(&format!("{key}Map")).and_then(in_best_language))
}

fn in_best_language(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(&**text),
        Value::Object(map) => best_language(map),
        _ => None,
    }
    .filter(|text| !text.trim().is_empty())
}

/// French if there is any, else what has no language, else the first.
fn best_language(map: &Object) -> Option<&str> {
    let of = |tag: &str| map.get(tag).and_then(Value::as_str);
    of("fr")
        .or_else(|| of("fr-FR"))
        .or_else(|| of("und"))
        .or_else(|| of("@value"))
        .or_else(|| map.iter().find_map(|(_, value)| value.as_str()))
}

/// The words of `key` as one line of plain text, cut at `max` characters.
pub fn line(object: &Value, key: &str, max: usize) -> Option<String> {
    let text = clean_text(words(object, key)?, max);
    (!text.is_empty()).then_some(text)
}

/// Whom a document is meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Audience {
    /// It does not say.
    #[default]
    Unsaid,
    /// Those that it names.
    Some,
    /// Everybody may read it, calendar or not.
    Unlisted,
    /// Everybody is addressed directly: what FEP-8a8e asks of an event in a public calendar.
    Public,
}

impl Audience {
    /// Reads `to` and `cc`, each a text, an object or a list of both.
    pub fn of(object: &Value) -> Self {
        let widest = |key, everybody| {
            let recipients = items(object, key).filter_map(named);
            let each = recipients.map(|recipient| match recipient {
                "as:Public" | "Public" | PUBLIC => everybody,
                _ => Self::Some,
            });
            each.max().unwrap_or_default()
        };
        widest("to", Self::Public).max(widest("cc", Self::Unlisted))
    }

    /// Whether everybody is addressed directly.
    pub fn is_public(self) -> bool {
        self == Self::Public
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::federation::convert::json::document;

    #[test]
    fn everybody_has_three_names_and_many_places() {
        for to in [
            json!("as:Public"),
            json!("Public"),
            json!(PUBLIC),
            json!([PUBLIC]),
            json!(["https://a.example/f", { "id": PUBLIC }]),
        ] {
            let audience = Audience::of(&document!({ "to": to }));
            assert_eq!(audience, Audience::Public, "{to}");
        }
        let audience = Audience::of(&document!({ "to": [], "cc": "as:Public" }));
        assert_eq!(audience, Audience::Unlisted);
        for to in [json!(null), json!({}), json!(3), json!("public")] {
            assert!(!Audience::of(&document!({ "to": to })).is_public());
        }
    }

    #[test]
    fn words_come_in_french_if_there_are_any() {
        let both = document!({ "nameMap": { "en": "Workshop", "fr": "Atelier" } });
        assert_eq!(words(&both, "name"), Some("Atelier"));
        assert_eq!(words(&document!({ "name": { "de": "Kurs" } }), "name"), Some("Kurs"));
        assert_eq!(words(&document!({ "name": ["", "Atelier"] }), "name"), Some("Atelier"));
        assert_eq!(words(&document!({ "name": 3 }), "name"), None);
    }

    #[test]
    fn addresses_are_of_the_web() {
        assert!(web_url("https://a.example/x").is_some());
        for text in [
            "javascript:alert(1)",
            "data:text/html,x",
            "https://u:p@a.example/",
            "file:///etc/passwd",
            "a.example",
            "//a.example",
        ] {
            assert_eq!(web_url(text), None, "{text}");
        }
        assert_eq!(web_url(&format!("https://a.example/{}", "x".repeat(MAX_URL))), None);
    }
}
