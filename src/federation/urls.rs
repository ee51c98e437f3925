//! The only maker and reader of the addresses of this node: whatever is ours, is spelt here and nowhere else.
//!
//! An address is an identity in ActivityPub, so none of these may change once the node has run. Hosts are written with
//! their port where they have one (a node on trial), so that each origin (RFC 6454) stays an identity of its own.

use url::Url;
use uuid::Uuid;

use crate::domain::id::{ActivityId, EventId, SessionId};
use crate::domain::text::Handle;
use crate::federation::guard::same_origin;
use crate::store::calendar::Addresses;

/// Name of the instance actor before the `@`: what Mobilizon looks for (`relay@host`).
pub const NODE_NAME: &str = "relay";

/// An actor of this node.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum OurActor {
    /// The instance actor, which speaks for the node and signs its fetches.
    Node,
    /// A centre or a network.
    Centre(Handle),
}

/// A collection or box of an actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Collection {
    /// Where activities for it are posted.
    Inbox,
    /// What it did, newest first.
    Outbox,
    /// Who follows it: a count.
    Followers,
    /// Whom it follows: a count.
    Following,
    /// Its sessions to come, soonest first (FEP-8a8e `upcomingEvents`).
    Upcoming,
}

impl Collection {
    const ALL: [Self; 5] = [
        Self::Inbox,
        Self::Outbox,
        Self::Followers,
        Self::Following,
        Self::Upcoming,
    ];

    /// Last segment of its address.
    fn segment(self) -> &'static str {
        match self {
            Self::Inbox => "inbox",
            Self::Outbox => "outbox",
            Self::Followers => "followers",
            Self::Following => "following",
            Self::Upcoming => "upcoming",
        }
    }
}

/// What an address of this node is the address of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Ours {
    /// An actor.
    Actor(OurActor),
    /// A collection of an actor, or a page of it.
    Collection(OurActor, Collection),
    /// The inbox for the whole node.
    SharedInbox,
    /// A session, or an event: both live under `/events/`.
    Event(Uuid),
    /// A short note about an event.
    Note(Uuid),
    /// An activity.
    Activity(Uuid),
    /// The page of a centre, for people.
    CentrePage(Handle),
}

/// The addresses of the node known as `base`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Urls {
    base: Url,
}

impl Urls {
    /// Addresses under the origin of `base` (`server.base_url`, which has neither path nor query).
    pub fn new(mut base: Url) -> Self {
        base.set_path("/");
        base.set_query(None);
        base.set_fragment(None);
        Self { base }
    }

    /// `https://host/`.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// The host, with its port where it is not the scheme's own.
    pub fn host(&self) -> String {
        host(&self.base)
    }

    /// `handle@host`, without the first `@`.
    pub fn account(&self, actor: &OurActor) -> String {
        format!("{}@{}", name(actor), self.host())
    }

    /// Reads the account of WebFinger (RFC 7565): `acct:agenda@host`, `agenda@host`, `@agenda@host`.
    /// `None` when it is not of this host or not spelt like an actor of ours.
    pub fn read_account(&self, account: &str) -> Option<OurActor> {
        let account = account.strip_prefix("acct:").unwrap_or(account);
        let (name, host) = account.strip_prefix('@').unwrap_or(account).rsplit_once('@')?;
        if !host.eq_ignore_ascii_case(&self.host()) {
            return None;
        }
        match name.to_ascii_lowercase().as_str() {
            NODE_NAME => Some(OurActor::Node),
            name => name.parse().ok().map(OurActor::Centre),
        }
    }

    /// The id of an actor: `/actor`, `/groups/{handle}`.
    pub fn actor(&self, actor: &OurActor) -> Url {
        match actor {
            OurActor::Node => self.at("/actor"),
            OurActor::Centre(handle) => self.group(handle),
        }
    }

    /// The id of the actor of a centre: `/groups/{handle}`.
    pub fn group(&self, handle: &Handle) -> Url {
        self.at(&format!("/groups/{handle}"))
    }

    /// A collection of an actor: `/groups/{handle}/outbox`.
    pub fn collection(&self, actor: &OurActor, collection: Collection) -> Url {
        let mut url = self.actor(actor);
        let path = format!("{}/{}", url.path(), collection.segment());
        url.set_path(&path);
        url
    }

    /// The followers of an actor: the audience of its posts.
    pub fn followers(&self, actor: &OurActor) -> Url {
        self.collection(actor, Collection::Followers)
    }

    /// The page of a collection that begins at `cursor`.
    pub fn page(&self, actor: &OurActor, collection: Collection, cursor: &str) -> Url {
        let mut url = self.collection(actor, collection);
        url.query_pairs_mut().append_pair("page", cursor);
        url
    }

    /// The inbox for the whole node.
    pub fn shared_inbox(&self) -> Url {
        self.at("/inbox")
    }

    /// The id of the RSA key of an actor: `{actor}#main-key`, the name that every server expects.
    pub fn rsa_key(&self, actor: &OurActor) -> Url {
        self.key(actor, "main-key")
    }

    /// The id of an Ed25519 key of an actor: `{actor}#z6Mk…`, the key itself. Two keys never share a name, so that what an
    /// earlier one signed is never checked against a later one.
    pub fn multikey(&self, actor: &OurActor, multibase: &str) -> Url {
        self.key(actor, multibase)
    }

    fn key(&self, actor: &OurActor, fragment: &str) -> Url {
        let mut url = self.actor(actor);
        url.set_fragment(Some(fragment));
        url
    }

    /// The ActivityPub id of a dated session.
    pub fn session(&self, id: SessionId) -> Url {
        self.at(&format!("/events/{id}"))
    }

    /// The id of an event as a whole. For one with a single date it is that of its session.
    pub fn event(&self, id: EventId) -> Url {
        self.at(&format!("/events/{id}"))
    }

    /// The page of an event or session for people: the id itself, negotiated by `Accept`.
    pub fn event_page(&self, id: Uuid) -> Url {
        self.at(&format!("/events/{}", id.hyphenated()))
    }

    /// The id of an activity.
    pub fn activity(&self, id: ActivityId) -> Url {
        self.at(&format!("/activities/{id}"))
    }

    /// The id of the note that activity `id` publishes.
    pub fn note(&self, id: ActivityId) -> Url {
        self.at(&format!("/notes/{id}"))
    }

    /// The page of an actor for people: `/` for the node, `/centres/{handle}`.
    pub fn actor_page(&self, actor: &OurActor) -> Url {
        match actor {
            OurActor::Node => self.base.clone(),
            OurActor::Centre(handle) => self.centre_page(handle),
        }
    }

    /// The page of a centre for people.
    pub fn centre_page(&self, handle: &Handle) -> Url {
        self.at(&format!("/centres/{handle}"))
    }

    /// Sessions to come that hold `word`, for people.
    pub fn search(&self, word: &str) -> Url {
        let mut url = self.base.clone();
        url.query_pairs_mut().append_pair("q", word);
        url
    }

    /// Whether `url` is of this node's origin, whatever it addresses.
    pub fn is_ours(&self, url: &Url) -> bool {
        same_origin(&self.base, url)
    }

    /// What `url` addresses here; `None` for another origin and for what this module never makes.
    pub fn read(&self, url: &Url) -> Option<Ours> {
        let plain = url.username().is_empty() && url.password().is_none();
        if !self.is_ours(url) || !plain {
            return None;
        }
        let segments: Vec<&str> = url.path_segments()?.collect();
        let found = read_path(&segments)?;
        match (found, url.fragment(), url.query()) {
            (found, None, None) => Some(found),
            (found @ Ours::Collection(..), None, Some(_)) => Some(found),
            _ => None,
        }
    }

    /// As [`read`](Self::read), from text.
    pub fn read_text(&self, text: &str) -> Option<Ours> {
        self.read(&Url::parse(text).ok()?)
    }

    fn at(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(path);
        url
    }
}

/// What the calendar of the store cannot spell by itself.
impl Addresses for Urls {
    fn host(&self) -> String {
        Urls::host(self)
    }
    fn session_uri(&self, id: SessionId) -> String {
        self.session(id).into()
    }
    fn session_page(&self, id: SessionId) -> String {
        self.event_page(id.0).into()
    }
    fn centre_uri(&self, handle: &Handle) -> String {
        self.group(handle).into()
    }
    fn centre_page(&self, handle: &Handle) -> String {
        Urls::centre_page(self, handle).into()
    }
}

fn name(actor: &OurActor) -> &str {
    match actor {
        OurActor::Node => NODE_NAME,
        OurActor::Centre(handle) => handle.as_str(),
    }
}

fn read_path(segments: &[&str]) -> Option<Ours> {
    match segments {
        ["inbox"] => Some(Ours::SharedInbox),
        ["events", id] => uuid(id).map(Ours::Event),
        ["notes", id] => uuid(id).map(Ours::Note),
        ["activities", id] => uuid(id).map(Ours::Activity),
        ["centres", handle] => handle.parse().ok().map(Ours::CentrePage),
        ["actor"] => Some(Ours::Actor(OurActor::Node)),
        ["actor", last] => collection(last).map(|found| Ours::Collection(OurActor::Node, found)),
        ["groups", handle] => handle.parse().ok().map(|handle| Ours::Actor(OurActor::Centre(handle))),
        ["groups", handle, last] => {
            let actor = OurActor::Centre(handle.parse().ok()?);
            collection(last).map(|found| Ours::Collection(actor, found))
        }
        _ => None,
    }
}

/// One spelling only, hyphenated and in lower case: two addresses of one thing would be two identities for peers.
fn uuid(text: &str) -> Option<Uuid> {
    let id = Uuid::try_parse(text).ok()?;
    (id.hyphenated().to_string() == text).then_some(id)
}

fn collection(segment: &str) -> Option<Collection> {
    Collection::ALL.into_iter().find(|one| one.segment() == segment)
}

/// The host of `url`, with its port where it is not the scheme's own.
pub fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(base: &str) -> Urls {
        Urls::new(base.parse().unwrap())
    }

    fn agenda() -> OurActor {
        OurActor::Centre("agenda".parse().unwrap())
    }

    #[test]
    fn addresses_are_those_of_the_design() {
        let urls = urls("https://centre.example");
        let id = "01900000-0000-7000-8000-000000000001";
        let made = [
            urls.actor(&OurActor::Node),
            urls.collection(&OurActor::Node, Collection::Inbox),
            urls.actor(&agenda()),
            urls.collection(&agenda(), Collection::Upcoming),
            urls.rsa_key(&agenda()),
            urls.multikey(&agenda(), "z6MkrJ"),
            urls.session(id.parse().unwrap()),
            urls.activity(id.parse().unwrap()),
        ];
        assert_eq!(
            made.map(|url| url.to_string().replace("https://centre.example", "")),
            [
                "/actor",
                "/actor/inbox",
                "/groups/agenda",
                "/groups/agenda/upcoming",
                "/groups/agenda#main-key",
                "/groups/agenda#z6MkrJ",
                "/events/01900000-0000-7000-8000-000000000001",
                "/activities/01900000-0000-7000-8000-000000000001",
            ]
        );
        assert_eq!(urls.account(&agenda()), "agenda@centre.example");
    }

    #[test]
    fn what_is_made_is_read_back() {
        let urls = urls("http://a.test:8080");
        for actor in [OurActor::Node, agenda()] {
            assert_eq!(urls.read(&urls.actor(&actor)), Some(Ours::Actor(actor.clone())));
            assert_eq!(
                urls.read(&urls.rsa_key(&actor)),
                None,
                "a key is no document of its own"
            );
            for one in Collection::ALL {
                let expected = Some(Ours::Collection(actor.clone(), one));
                assert_eq!(urls.read(&urls.collection(&actor, one)), expected);
                assert_eq!(urls.read(&urls.page(&actor, one, "a b&c")), expected);
            }
            let account = urls.account(&actor);
            assert_eq!(urls.read_account(&format!("acct:{account}")), Some(actor.clone()));
            assert_eq!(urls.read_account(&format!("@{account}")), Some(actor));
        }
        assert_eq!(urls.read(&urls.shared_inbox()), Some(Ours::SharedInbox));
        assert_eq!(
            urls.read(&urls.actor_page(&agenda())),
            Some(Ours::CentrePage("agenda".parse().unwrap()))
        );
    }

    #[test]
    fn look_alikes_are_not_ours() {
        let urls = urls("http://a.test:8080");
        for text in [
            "http://a.test/actor",
            "https://a.test:8080/actor",
            "http://a.test.evil.example:8080/actor",
            "http://user@a.test:8080/actor",
            "http://a.test:8080/actor/",
            "http://a.test:8080//actor",
            "http://a.test:8080/actor?x=1",
            "http://a.test:8080/actor#other-key",
            "http://a.test:8080/groups/Agenda",
            "http://a.test:8080/groups/agenda/secret",
            "http://a.test:8080/events/01900000000070008000000000000001",
            "http://a.test:8080/events/01900000-0000-7000-8000-00000000000A",
            "data:text/plain,actor",
        ] {
            assert_eq!(urls.read_text(text), None, "{text}");
        }
        assert_eq!(urls.read_account("agenda@a.test"), None);
        assert_eq!(urls.read_account("agenda@a.test:8080@evil.example"), None);
    }
}
