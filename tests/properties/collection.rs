//! Collections of peers: a page never leads to another host, and never carries more than is read of it.

use maillage::federation::convert::collection_in::{self, MAX_PAGE_ITEMS, Next};
use maillage::federation::convert::json;
use maillage::federation::guard::same_origin;
use url::Url;

/// More pages within pages than the depth of a document allows.
const MANY: usize = 200;

/// Walks through a collection as far as it goes without a request.
pub fn holds(input: &[u8]) {
    let Ok(document) = json::parse(input) else { return };
    let address = Url::parse("https://a.example/upcoming").expect("a URL");
    let mut page = &document;
    for _ in 0..MANY {
        let items = collection_in::items(page);
        assert!(items.len() <= MAX_PAGE_ITEMS);
        for item in items.iter().take(50) {
            let _ = collection_in::object(item);
        }
        match collection_in::next(page, &address) {
            Next::Here(next) => page = next,
            Next::At(url) => {
                assert!(same_origin(&url, &address), "{url}");
                return;
            }
            Next::End | Next::Elsewhere => return,
        }
    }
    panic!("a document has no end");
}
