//! A collection of a peer, page by page: its items and where it goes on. Totals are not read: they may be anything.

use url::Url;

use super::activity_in::{ObjectRef, activity};
use super::json::Value;
use super::read;
use crate::federation::guard::same_origin;

/// Items read of one page.
pub const MAX_PAGE_ITEMS: usize = 2000;
/// Activities that are unwrapped around an item.
const MAX_WRAPS: usize = 2;

/// Where a collection goes on after a page.
#[derive(Debug, Clone, PartialEq)]
pub enum Next<'a> {
    /// Nowhere: this was all.
    End,
    /// At a page that is carried along.
    Here(&'a Value),
    /// At an address of the collection's origin.
    At(Url),
    /// At something that is not followed: another origin, no address.
    Elsewhere,
}

/// The items that a collection or page carries, at most [`MAX_PAGE_ITEMS`].
pub fn items(page: &Value) -> &[Value] {
    let items = all_items(page);
    &items[..items.len().min(MAX_PAGE_ITEMS)]
}

/// Whether a page carries more than [`items`] gives.
pub fn is_cut(page: &Value) -> bool {
    all_items(page).len() > MAX_PAGE_ITEMS
}

fn all_items(page: &Value) -> &[Value] {
    let items = ["orderedItems", "items"]
        .iter()
        .find_map(|key| page.get(key)?.as_array());
    items.unwrap_or_default()
}

/// Where the collection at `address` goes on: from itself at its first page, from a page at the next.
pub fn next<'a>(page: &'a Value, address: &Url) -> Next<'a> {
    let is_page = read::types(page).any(|kind| kind.ends_with("Page"));
    let first = if is_page { None } else { read::field(page, "first") };
    let Some(next) = first.or_else(|| read::field(page, "next")) else {
        return Next::End;
    };
    if next.is_object() && next.get("type").is_some() {
        return Next::Here(next);
    }
    match read::reference(next).filter(|url| same_origin(url, address)) {
        Some(url) => Next::At(url),
        None => Next::Elsewhere,
    }
}

/// The object of an item: an Event, or what the activity around it is about (Mobilizon's relay announces whole
/// activities), or the address of any.
pub fn object(item: &Value) -> Value {
    let mut object = item.clone();
    for _ in 0..MAX_WRAPS {
        if read::is_a(&object, "Event") {
            break;
        }
        let Ok(inner) = activity(&object) else { break };
        object = match inner.object {
            ObjectRef::Embedded(carried) => carried.object().clone(),
            ObjectRef::Id(id) => Value::String(id.as_str().into()),
        };
    }
    object
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::federation::convert::json::document;

    fn address() -> Url {
        Url::parse("https://a.example/upcoming").expect("a URL")
    }

    #[test]
    fn a_collection_goes_on_at_its_first_page_and_a_page_at_the_next() {
        let collection = document!({"type": "OrderedCollection", "first": "https://a.example/upcoming?page=1"});
        let first = Url::parse("https://a.example/upcoming?page=1").expect("a URL");
        assert_eq!(next(&collection, &address()), Next::At(first));
        let page = document!({"type": "OrderedCollectionPage", "first": "https://a.example/1"});
        assert_eq!(next(&page, &address()), Next::End);
        let embedded = document!({"type": "OrderedCollection", "first": {"type": "OrderedCollectionPage"}});
        assert_eq!(next(&embedded, &address()), Next::Here(&embedded["first"]));
    }

    #[test]
    fn pages_of_other_hosts_are_not_followed() {
        for elsewhere in [json!("https://b.example/2"), json!("file:///etc/passwd"), json!(2)] {
            let page = document!({"type": "OrderedCollectionPage", "next": elsewhere});
            assert_eq!(next(&page, &address()), Next::Elsewhere);
        }
    }

    #[test]
    fn the_event_of_an_announced_activity_is_found() {
        let event = json!({"type": "Event", "id": "https://a.example/e"});
        let create = json!({"type": "Create", "actor": "https://a.example/a", "object": event});
        let announce = document!({"type": "Announce", "actor": "https://a.example/r", "object": create});
        assert_eq!(object(&announce), Value::from(event));
        let named = document!({"type": "Announce", "actor": "https://a.example/r", "object": "https://a.example/e"});
        assert_eq!(object(&named), document!("https://a.example/e"));
    }
}
