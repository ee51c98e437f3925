//! The asking side of NodeInfo (FEP-f1d5), with the application actor's link (FEP-2677).

use url::Url;

use crate::federation::convert::json::Value;
use crate::federation::fetch::{Accept, FetchError, Fetcher};

const SCHEMA: &str = "http://nodeinfo.diaspora.software/ns/schema/";
const APPLICATION: &str = "https://www.w3.org/ns/activitystreams#Application";
/// Longest name or version that is kept, in characters.
const MAX_WORD: usize = 64;
/// More links than this are not looked at.
const MAX_LINKS: usize = 32;

/// What a node says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NodeInfo {
    /// The software, in lower case.
    pub software: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// The actor of the node itself.
    pub application: Option<Url>,
}

/// Asks the node whose origin is that of `base`. A document that cannot be had leaves software and version out.
pub async fn node_info(fetcher: &Fetcher, base: &Url) -> Result<NodeInfo, FetchError> {
    let index = base
        .join("/.well-known/nodeinfo")
        .map_err(|_| FetchError::Document("address"))?;
    let index = fetcher.get_json(&index, Accept::NodeInfo).await?;
    let mut info = NodeInfo {
        application: application(&index.value),
        ..NodeInfo::default()
    };
    if let Some(address) = newest(&index.value)
        && let Ok(document) = fetcher.get_json(&address, Accept::NodeInfo).await
    {
        let software = &document.value["software"];
        info.software = word(&software["name"]).map(|name| name.to_lowercase());
        info.version = word(&software["version"]);
    }
    Ok(info)
}

fn links(index: &Value) -> impl Iterator<Item = (&str, Url)> {
    let links = index["links"].as_array().unwrap_or_default();
    links
        .iter()
        .take(MAX_LINKS)
        .filter_map(|link| Some((link["rel"].as_str()?, Url::parse(link["href"].as_str()?).ok()?)))
}

fn application(index: &Value) -> Option<Url> {
    links(index).find(|(rel, _)| *rel == APPLICATION).map(|(_, url)| url)
}

/// The document of the highest version.
fn newest(index: &Value) -> Option<Url> {
    let versions = links(index).filter_map(|(rel, url)| Some((rel.strip_prefix(SCHEMA)?.to_owned(), url)));
    versions.max_by(|one, other| one.0.cmp(&other.0)).map(|(_, url)| url)
}

fn word(value: &Value) -> Option<String> {
    let text: String = value
        .as_str()?
        .chars()
        .filter(|letter| !letter.is_control())
        .take(MAX_WORD)
        .collect();
    (!text.is_empty()).then_some(text)
}
