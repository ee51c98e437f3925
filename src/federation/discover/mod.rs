//! From what a person types to an actor: `@name@host`, `acct:name@host`, a URL, or a domain.
//!
//! A handle is only believed when its host and the actor agree on it both ways, across two hosts when the domain is split.

mod nodeinfo;
mod resource;
mod webfinger;

use std::sync::Arc;

use url::Url;

pub use nodeinfo::{NodeInfo, node_info};
pub use resource::{Resource, webfinger_answer};
pub use webfinger::Handle;

use super::convert::json::Value;
use super::fetch::{Accept, FetchError, Fetched, Fetcher};
use super::guard::same_origin;

/// An actor, found.
#[derive(Debug, Clone)]
pub struct Discovered {
    /// Its `id`.
    pub actor: Url,
    /// Its document; `document.final_url` equals `actor`.
    pub document: Arc<Fetched>,
    /// Its handle, when host and actor agree on one. An actor without is still usable.
    pub handle: Option<Handle>,
}

/// Finds the actor that `text` means.
pub async fn discover(fetcher: &Fetcher, text: &str) -> Result<Discovered, FetchError> {
    let text = text.trim();
    if text.starts_with("https://") || text.starts_with("http://") {
        let url = Url::parse(text).map_err(|_| FetchError::Document("address"))?;
        return by_url(fetcher, &url).await;
    }
    match Handle::parse(text) {
        Some(handle) => by_handle(fetcher, &handle).await,
        None => by_host(fetcher, webfinger::host_url(fetcher, text)?).await,
    }
}

async fn by_url(fetcher: &Fetcher, url: &Url) -> Result<Discovered, FetchError> {
    match actor_at(fetcher, url).await {
        Ok((actor, document)) => {
            let handle = handle_of(fetcher, &actor, &document.value).await;
            Ok(Discovered {
                actor,
                document,
                handle,
            })
        }
        // The home page of a node: what person copies from the browser.
        Err(error) if url.path() == "/" && !matches!(error, FetchError::Blocked(_)) => {
            by_host(fetcher, url.clone()).await
        }
        Err(error) => Err(error),
    }
}

/// Software whose application actor tells of the events of its host; that of others (WordPress) only signs requests.
const TELLING: [&str; 3] = ["maillage", "mobilizon", "gancio"];

/// The application actor where it tells of all that its host has, else whom the host names for itself.
async fn by_host(fetcher: &Fetcher, base: Url) -> Result<Discovered, FetchError> {
    let (info, silence) = match node_info(fetcher, &base).await {
        Err(error) if says_nothing(&error) => (NodeInfo::default(), Some(error)),
        info => (info?, None),
    };
    let tells = info.software.as_deref().is_some_and(|name| TELLING.contains(&name));
    let address = match info.application {
        Some(address) if tells => address,
        application => match (webfinger::ask(fetcher, &base, base.as_str()).await, application) {
            (Ok(said), _) => said.actor,
            (Err(_), Some(address)) => address,
            // With neither there is no actor, which the first answer says, whatever was met at the second.
            (Err(error), None) => return Err(silence.unwrap_or(error)),
        },
    };
    let (actor, document) = actor_at(fetcher, &address).await?;
    let handle = handle_of(fetcher, &actor, &document.value).await;
    Ok(Discovered {
        actor,
        document,
        handle,
    })
}

/// Whether a host has no NodeInfo that can be read, and may have an actor all the same.
fn says_nothing(error: &FetchError) -> bool {
    match error {
        FetchError::Blocked(_) => false,
        FetchError::ContentType | FetchError::Json | FetchError::Status(401) => true,
        error => error.is_permanent(),
    }
}

async fn by_handle(fetcher: &Fetcher, asked: &Handle) -> Result<Discovered, FetchError> {
    let found = webfinger::resolve(fetcher, asked).await?;
    let (actor, document) = actor_at(fetcher, &found.actor).await?;
    if actor != found.actor {
        return Err(FetchError::Document("webfinger_actor"));
    }
    if !agrees(fetcher, &actor, &document.value, &found.handle).await {
        return Err(FetchError::Document("webfinger_round_trip"));
    }
    Ok(Discovered {
        actor,
        document,
        handle: Some(found.handle),
    })
}

/// Fetches an actor. A document that names another id on the same host is fetched again from there, once.
async fn actor_at(fetcher: &Fetcher, url: &Url) -> Result<(Url, Arc<Fetched>), FetchError> {
    let mut document = fetcher.get_json(url, Accept::ActivityJson).await?;
    let id = id_of(&document.value)?;
    if id != document.final_url {
        if !same_origin(&id, &document.final_url) {
            return Err(FetchError::Document("foreign_id"));
        }
        document = fetcher.get_json(&id, Accept::ActivityJson).await?;
        if id_of(&document.value)? != document.final_url {
            return Err(FetchError::Document("id_is_not_address"));
        }
    }
    if document.value["inbox"].as_str().is_none() {
        return Err(FetchError::Document("not_an_actor"));
    }
    Ok((document.final_url.clone(), document))
}

fn id_of(document: &Value) -> Result<Url, FetchError> {
    let id = document["id"].as_str().and_then(|id| Url::parse(id).ok());
    id.ok_or(FetchError::Document("no_id"))
}

/// Whether the actor's side knows the handle: it is on its own host and bears the name, it states it (FEP-2c59), or its
/// host's WebFinger does (split domain).
async fn agrees(fetcher: &Fetcher, actor: &Url, document: &Value, handle: &Handle) -> bool {
    let Some(name) = document["preferredUsername"].as_str() else {
        return false;
    };
    let own = Handle::new(name, actor);
    let stated = document["webfinger"].as_str().and_then(Handle::parse);
    if own == *handle || stated.as_ref() == Some(handle) {
        return true;
    }
    own.host != handle.host
        && webfinger::resolve(fetcher, &own)
            .await
            .is_ok_and(|found| found.is(handle, actor))
}

/// The handle of an actor found by its address, when its host confirms one.
async fn handle_of(fetcher: &Fetcher, actor: &Url, document: &Value) -> Option<Handle> {
    let own = Handle::new(document["preferredUsername"].as_str()?, actor);
    let found = webfinger::resolve(fetcher, &own).await.ok()?;
    (found.actor == *actor).then_some(found.handle)
}
