//! The asking side of WebFinger (RFC 7033).

use url::Url;

use crate::federation::convert::json::Value;
use crate::federation::fetch::{Accept, FetchError, Fetcher};

/// Longest account name, in characters.
const MAX_NAME: usize = 64;
/// More links than this in an answer are not looked at.
const MAX_LINKS: usize = 64;

/// An account on a host, both in lower case where case does not count.
#[derive(Debug, Clone)]
pub struct Handle {
    /// The account.
    pub name: String,
    /// The host, with its port if it has one of its own.
    pub host: String,
}

impl Handle {
    /// The account `name` on the host of `url`.
    pub fn new(name: &str, url: &Url) -> Self {
        let host = url.host_str().unwrap_or_default();
        let host = url
            .port()
            .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Self {
            name: name.to_owned(),
            host,
        }
    }

    /// Reads `@name@host`, `name@host` or `acct:name@host`. The host must be nothing but a host (and a port): a path or a
    /// second `@` in it would lead the question elsewhere (CVE-2025-25194).
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix("acct:").unwrap_or(text);
        let (name, host) = text.strip_prefix('@').unwrap_or(text).split_once('@')?;
        let plain = |letter: char| letter.is_alphanumeric() || "_.-".contains(letter);
        if name.is_empty() || name.chars().count() > MAX_NAME || !name.chars().all(plain) {
            return None;
        }
        host_of(host).map(|url| Self::new(name, &url))
    }
}

impl PartialEq for Handle {
    fn eq(&self, other: &Self) -> bool {
        self.host == other.host && self.name.to_lowercase() == other.name.to_lowercase()
    }
}

impl std::fmt::Display for Handle {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}@{}", self.name, self.host)
    }
}

/// What a host says of a resource.
#[derive(Debug, Clone)]
pub(super) struct Said {
    subject: Option<Handle>,
    /// The `self` link.
    pub(super) actor: Url,
}

/// What hosts agree on about a handle.
#[derive(Debug, Clone)]
pub(super) struct Resolved {
    /// The handle to use, which may differ from the one asked for.
    pub(super) handle: Handle,
    /// The actor.
    pub(super) actor: Url,
}

impl Resolved {
    pub(super) fn is(&self, handle: &Handle, actor: &Url) -> bool {
        self.handle == *handle && self.actor == *actor
    }
}

/// Asks the host of a handle. When it names another host (split domain), that one is asked, once, and must agree.
pub(super) async fn resolve(fetcher: &Fetcher, handle: &Handle) -> Result<Resolved, FetchError> {
    let said = ask_account(fetcher, handle).await?;
    let subject = said.subject.unwrap_or_else(|| handle.clone());
    if subject.host != handle.host {
        let confirmed = ask_account(fetcher, &subject).await?;
        if confirmed.actor != said.actor || confirmed.subject.as_ref() != Some(&subject) {
            return Err(FetchError::Document("webfinger_split_domain"));
        }
    }
    Ok(Resolved {
        handle: subject,
        actor: said.actor,
    })
}

async fn ask_account(fetcher: &Fetcher, handle: &Handle) -> Result<Said, FetchError> {
    let base = host_url(fetcher, &handle.host)?;
    ask(fetcher, &base, &format!("acct:{handle}")).await
}

/// Asks the host of `base` about a resource.
pub(super) async fn ask(fetcher: &Fetcher, base: &Url, resource: &str) -> Result<Said, FetchError> {
    let mut url = base
        .join("/.well-known/webfinger")
        .map_err(|_| FetchError::Document("address"))?;
    let resource = resource.replace('%', "%25").replace('&', "%26").replace('+', "%2B");
    url.set_query(Some(&format!("resource={resource}")));
    let answer = fetcher.get_json(&url, Accept::WebFinger).await?;
    read(&answer.value).ok_or(FetchError::Document("webfinger_without_actor"))
}

fn read(answer: &Value) -> Option<Said> {
    let links = answer["links"].as_array()?;
    let actor = links.iter().take(MAX_LINKS).find_map(|link| {
        let kind = link["type"].as_str()?;
        let is_actor = link["rel"].as_str()? == "self" && Accept::ActivityJson.fits(kind);
        is_actor.then(|| Url::parse(link["href"].as_str()?).ok()).flatten()
    })?;
    Some(Said {
        subject: answer["subject"].as_str().and_then(Handle::parse),
        actor,
    })
}

/// The root of a host given by name: https, unless it is one of this machine and the policy permits that.
pub(super) fn host_url(fetcher: &Fetcher, host: &str) -> Result<Url, FetchError> {
    let mut url = host_of(host).ok_or(FetchError::Document("address"))?;
    if fetcher.policy().is_loopback(&url) {
        url.set_scheme("http").map_err(|()| FetchError::Document("address"))?;
    }
    fetcher.policy().check_url(&url)?;
    Ok(url)
}

/// `host` or `host:port` as a URL; nothing else.
fn host_of(text: &str) -> Option<Url> {
    if text.is_empty() || text.contains(|letter: char| "/?#@\\%".contains(letter) || letter.is_whitespace()) {
        return None;
    }
    Url::parse(&format!("https://{text}/"))
        .ok()
        .filter(|url| url.host_str().is_some_and(|host| !host.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_are_read_in_every_form() {
        for text in [
            "@agenda@lille.example",
            "agenda@LILLE.example",
            "acct:Agenda@lille.example",
        ] {
            let handle = Handle::parse(text).expect(text);
            assert_eq!(
                handle,
                Handle::parse("agenda@lille.example").expect("a handle"),
                "{text}"
            );
        }
        assert_eq!(
            Handle::parse("@a@localhost:8081").map(|handle| handle.to_string()),
            Some("a@localhost:8081".into())
        );
        assert_eq!(
            Handle::parse("@a@école.example").map(|handle| handle.host),
            Some("xn--cole-9oa.example".into())
        );
    }

    #[test]
    fn a_handle_that_would_lead_elsewhere_is_none() {
        for text in [
            "@a@b.example/path",
            "@a@b.example?x",
            "@a@b.example#x",
            "@a@user@b.example",
            "@a@",
            "@@b.example",
            "a",
            "@a b@c.example",
            "@a@b .example",
            "@a/b@c.example",
            "@a@b.example%2f",
            "@a@b.example\\x",
            "@a@[",
            "",
        ] {
            assert!(Handle::parse(text).is_none(), "{text}");
        }
        assert!(Handle::parse(&format!("{}@b.example", "a".repeat(65))).is_none());
    }
}
