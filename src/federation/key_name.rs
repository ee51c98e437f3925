//! The addresses by which senders name their keys, read once: each request names one, and most were named before.

use std::sync::Arc;

use url::Url;

use super::convert::read;
use super::memory::Memory;
use super::urls;

/// Most names that are remembered.
const MOST: usize = 1_024;
/// A longer one is read each time, so that nobody fills our memory with them. In bytes.
const LONGEST: usize = 256;

/// What a keyId says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct KeyName {
    /// It as an address.
    pub key: Url,
    /// Without its fragment: the owner of the key, as most write it.
    pub owner: Url,
    /// The host, with a port that is not the usual one.
    pub host: String,
}

impl KeyName {
    fn of(key_id: &str) -> Option<Self> {
        let key = read::web_url(key_id)?;
        let mut owner = key.clone();
        owner.set_fragment(None);
        Some(Self {
            host: urls::host(&key),
            key,
            owner,
        })
    }
}

/// The memory of them.
#[derive(Debug)]
pub struct KeyNames(Memory<String, Arc<KeyName>>);

impl Default for KeyNames {
    fn default() -> Self {
        Self(Memory::of(MOST))
    }
}

impl KeyNames {
    /// Reads a keyId; nothing where it is no address of the web.
    pub(super) fn read(&self, key_id: &str) -> Option<Arc<KeyName>> {
        if let Some(known) = self.0.get(key_id) {
            return Some(known);
        }
        let name = Arc::new(KeyName::of(key_id)?);
        if key_id.len() <= LONGEST {
            self.0.insert(key_id.to_owned(), Arc::clone(&name));
        }
        Some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_whose_and_where_it_is() {
        let names = KeyNames::default();
        let read = || names.read("https://a.example:8443/u#main-key").unwrap();
        let first = read();
        assert_eq!(first.key.as_str(), "https://a.example:8443/u#main-key");
        assert_eq!(first.owner.as_str(), "https://a.example:8443/u");
        assert_eq!(first.host, "a.example:8443");
        assert!(Arc::ptr_eq(&first, &read()), "it is not read twice");
        assert_eq!(names.read("a.example"), None);
    }

    #[test]
    fn a_long_one_is_read_and_not_kept() {
        let names = KeyNames::default();
        let long = format!("https://a.example/{}", "x".repeat(LONGEST));
        let read = || names.read(&long).unwrap();
        assert!(!Arc::ptr_eq(&read(), &read()));
    }
}
