//! Our actors as peers see them.

use url::Url;

use super::html::{escape, paragraphs};
use crate::domain::centre::Centre;
use crate::domain::place;
use crate::domain::time::Instant;
use crate::federation::urls::{Collection, OurActor, Urls};
use crate::federation::wire::actor::{
    Actor, Endpoints, Generator, Multikey, PropertyValue, PublicKey, RFC_9421, RFC_9421_ED25519,
};
use crate::federation::wire::event::{Place, PostalAddress};
use crate::federation::wire::utc;
use crate::locale::{self, place_line};

/// The public keys of one of our actors.
#[derive(Debug, Clone)]
pub struct PublicKeys {
    /// RSA, SubjectPublicKeyInfo in PEM.
    pub rsa_pem: String,
    /// Ed25519, multibase (FEP-521a).
    pub ed25519_multibase: Option<String>,
}

/// The instance actor: speaks for the node called `name`, and signs its fetches.
pub fn node_actor(name: &str, since: Instant, keys: &PublicKeys, urls: &Urls) -> Actor {
    let summary = paragraphs("Ce compte représente le nœud entier : il relaie ce que publient ses centres.");
    Actor {
        name: name.to_owned(),
        summary,
        published: utc(since),
        updated: utc(since),
        ..bare("Application", &OurActor::Node, keys, urls)
    }
}

/// The Group actor of a centre or network.
pub fn centre_actor(centre: &Centre, keys: &PublicKeys, urls: &Urls) -> Actor {
    let actor = OurActor::Centre(centre.handle.clone());
    let profile = &centre.profile;
    Actor {
        name: profile.name.clone(),
        summary: paragraphs(&profile.description),
        published: utc(centre.created),
        updated: utc(centre.updated),
        attachment: lines(centre),
        location: profile.place.as_ref().map(place),
        ..bare("Group", &actor, keys, urls)
    }
}

fn bare(kind: &'static str, actor: &OurActor, keys: &PublicKeys, urls: &Urls) -> Actor {
    let id = urls.actor(actor);
    let account = urls.account(actor);
    Actor {
        kind,
        preferred_username: account.split('@').next().unwrap_or_default().to_owned(),
        webfinger: account,
        name: String::new(),
        summary: String::new(),
        url: urls.actor_page(actor),
        inbox: urls.collection(actor, Collection::Inbox),
        outbox: urls.collection(actor, Collection::Outbox),
        followers: urls.collection(actor, Collection::Followers),
        following: urls.collection(actor, Collection::Following),
        upcoming_events: urls.collection(actor, Collection::Upcoming),
        endpoints: Endpoints {
            shared_inbox: urls.shared_inbox(),
        },
        public_key: PublicKey {
            id: urls.rsa_key(actor),
            owner: id.clone(),
            public_key_pem: keys.rsa_pem.clone(),
        },
        assertion_method: multikeys(actor, &id, keys, urls),
        generator: Generator {
            kind: "Application",
            id: urls.actor(&OurActor::Node),
            implements: [RFC_9421, RFC_9421_ED25519],
        },
        manually_approves_followers: false,
        discoverable: true,
        indexable: true,
        published: String::new(),
        updated: String::new(),
        attachment: Vec::new(),
        location: None,
        id,
    }
}

fn multikeys(actor: &OurActor, id: &Url, keys: &PublicKeys, urls: &Urls) -> Vec<Multikey> {
    let key = keys.ed25519_multibase.iter().map(|multibase| Multikey {
        id: urls.multikey(actor, multibase),
        kind: "Multikey",
        controller: id.clone(),
        public_key_multibase: multibase.clone(),
    });
    key.collect()
}

/// Telephone first: whoever reads this for somebody else will call.
fn lines(centre: &Centre) -> Vec<PropertyValue> {
    let profile = &centre.profile;
    let phone = profile.phone.as_deref().map(|phone| escape(&locale::phone(phone)));
    let address = profile.place.as_ref().map(|place| escape(&place_line(place)));
    let site = profile.website.as_deref().map(link);
    [("Téléphone", phone), ("Adresse", address), ("Site", site)]
        .into_iter()
        .filter_map(|(name, value)| Some(PropertyValue::new(name, value?)))
        .collect()
}

/// A link that says where it leads.
pub(super) fn link(url: &str) -> String {
    let shown = url.trim_start_matches("https://").trim_start_matches("http://");
    format!(
        "<a href=\"{}\" rel=\"me nofollow noopener\">{}</a>",
        escape(url),
        escape(shown.trim_end_matches('/'))
    )
}

/// A place with its postal address.
pub(super) fn place(place: &place::Place) -> Place {
    let street = match &place.complement {
        Some(complement) => format!("{}, {complement}", place.address),
        None => place.address.clone(),
    };
    Place {
        kind: "Place",
        name: place.name.clone(),
        address: PostalAddress {
            kind: "PostalAddress",
            street_address: street.trim_start_matches(", ").to_owned(),
            postal_code: place.postcode.clone(),
            address_locality: place.city.clone(),
            address_country: "France",
        },
        latitude: place.latitude,
        longitude: place.longitude,
    }
}
