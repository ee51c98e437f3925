//! The answering side of WebFinger: what is asked for, and the answer.

use activitypub_federation::fetch::webfinger::{Webfinger, WebfingerLink, build_webfinger_response};
use url::Url;

use super::webfinger::Handle;
use crate::federation::guard::same_origin;

/// What `resource=` asks for, on this node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// An account by name.
    Account(String),
    /// Something with an address here: an actor or its page.
    Address(Url),
    /// The node itself: `https://host/` (FEP-d556), or `acct:host@host` as Mastodon asks.
    Node,
}

impl Resource {
    /// Reads the parameter for the node at `base`; `None` when it is unreadable or asks for another host. Both the host
    /// with its port and without are ours.
    pub fn parse(text: &str, base: &Url) -> Option<Self> {
        if text.starts_with("https://") || text.starts_with("http://") {
            let url = Url::parse(text).ok().filter(|url| same_origin(url, base))?;
            let is_root = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
            return Some(if is_root { Self::Node } else { Self::Address(url) });
        }
        let handle = Handle::parse(text)?;
        let own = Handle::new("", base).host;
        let host = base.host_str().unwrap_or_default();
        if handle.host != own && handle.host != host {
            return None;
        }
        Some(if handle.name.eq_ignore_ascii_case(host) {
            Self::Node
        } else {
            Self::Account(handle.name)
        })
    }
}

/// The answer for an account: its page, its actor, and (with `{uri}` in it) where other servers send who wants to follow.
pub fn webfinger_answer(handle: &Handle, actor: &Url, page: &Url, subscribe: Option<String>) -> Webfinger {
    let mut answer = build_webfinger_response(format!("acct:{handle}"), actor.clone());
    for link in &mut answer.links {
        if link.rel.as_deref() != Some("self") {
            link.href = Some(page.clone());
        }
    }
    answer.links.extend(subscribe.map(|template| WebfingerLink {
        rel: Some("http://ostatus.org/schema/1.0/subscribe".to_owned()),
        template: Some(template),
        ..WebfingerLink::default()
    }));
    answer.aliases = if page == actor {
        vec![actor.clone()]
    } else {
        vec![actor.clone(), page.clone()]
    };
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Url {
        Url::parse("https://agenda.example/").expect("a URL")
    }

    #[test]
    fn resources_of_this_node_are_recognised() {
        let account = Some(Resource::Account("agenda".into()));
        assert_eq!(Resource::parse("acct:agenda@agenda.example", &base()), account);
        assert_eq!(Resource::parse("@agenda@AGENDA.example", &base()), account);
        assert_eq!(
            Resource::parse("https://agenda.example/", &base()),
            Some(Resource::Node)
        );
        assert_eq!(Resource::parse("https://agenda.example", &base()), Some(Resource::Node));
        assert_eq!(
            Resource::parse("acct:agenda.example@agenda.example", &base()),
            Some(Resource::Node)
        );
        let group = Url::parse("https://agenda.example/groups/agenda").expect("a URL");
        assert_eq!(Resource::parse(group.as_str(), &base()), Some(Resource::Address(group)));
        let local = Url::parse("http://localhost:8080/").expect("a URL");
        assert_eq!(Resource::parse("acct:agenda@localhost:8080", &local), account);
        assert_eq!(Resource::parse("acct:agenda@localhost", &local), account);
    }

    #[test]
    fn other_hosts_and_nonsense_are_not() {
        for text in [
            "acct:agenda@other.example",
            "https://other.example/",
            "http://agenda.example/",
            "agenda",
            "",
            "acct:agenda@agenda.example@other.example",
            "mailto:x@agenda.example",
            "acct:agenda@agenda.example:8443",
        ] {
            assert_eq!(Resource::parse(text, &base()), None, "{text}");
        }
    }

    #[test]
    fn the_answer_has_page_actor_and_subscription() {
        let actor = Url::parse("https://agenda.example/groups/agenda").expect("a URL");
        let page = Url::parse("https://agenda.example/centres/agenda").expect("a URL");
        let template = "https://agenda.example/interact?uri={uri}".to_owned();
        let answer = webfinger_answer(&Handle::new("agenda", &base()), &actor, &page, Some(template));
        let json = serde_json::to_value(&answer).expect("JSON");
        assert_eq!(json["subject"], "acct:agenda@agenda.example");
        let of = |rel: &str| {
            answer
                .links
                .iter()
                .find(|link| link.rel.as_deref() == Some(rel))
                .expect("a link")
        };
        assert_eq!(of("self").href.as_ref(), Some(&actor));
        assert_eq!(of("self").kind.as_deref(), Some("application/activity+json"));
        assert_eq!(of("http://webfinger.net/rel/profile-page").href.as_ref(), Some(&page));
    }
}
