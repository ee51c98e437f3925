//! Ordered collections and their pages.

use serde::Serialize;
use serde_json::{Value, json};
use url::Url;

use super::context::with_context;

/// An OrderedCollection, with its items or with a first page.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderedCollection {
    /// Its address.
    pub id: Url,
    /// `OrderedCollection`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// How many items in all.
    pub total_items: u64,
    /// Where they begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<Url>,
}

impl OrderedCollection {
    /// A collection of which only the number is told: followers are counted, never listed.
    pub fn counted(id: Url, total_items: u64) -> Self {
        Self {
            id,
            kind: "OrderedCollection",
            total_items,
            first: None,
        }
    }

    /// A collection whose items begin at page `first`.
    pub fn paged(id: Url, total_items: u64, first: Url) -> Self {
        Self {
            first: Some(first),
            ..Self::counted(id, total_items)
        }
    }

    /// The document to serve.
    pub fn document(&self) -> Value {
        with_context(json!(self))
    }
}

/// An OrderedCollectionPage.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderedCollectionPage {
    /// Its address.
    pub id: Url,
    /// `OrderedCollectionPage`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The collection.
    pub part_of: Url,
    /// How many items in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_items: Option<u64>,
    /// Items of this page, in order.
    pub ordered_items: Vec<Value>,
    /// Where it goes on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<Url>,
}

impl OrderedCollectionPage {
    /// The page at `id` of the collection `part_of`.
    pub fn new(id: Url, part_of: Url, ordered_items: Vec<Value>, next: Option<Url>) -> Self {
        Self {
            id,
            kind: "OrderedCollectionPage",
            part_of,
            total_items: None,
            ordered_items,
            next,
        }
    }

    /// The document to serve.
    pub fn document(&self) -> Value {
        with_context(json!(self))
    }
}
