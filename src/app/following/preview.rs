//! Who is there, before following: asked for and shown, not kept.

use chrono::DateTime;

use super::find::{Found, find};
use super::upcoming::{Upcoming, upcoming};
use crate::app::{Error, Node};
use crate::domain::id::PeerId;
use crate::domain::peer::{Follow, Peer};
use crate::domain::text::shorten;
use crate::domain::time::Instant;
use crate::federation::convert::json::Value;
use crate::federation::convert::read;
use crate::federation::discover::Discovered;
use crate::federation::{peers, source};
use crate::store::{self, Conn, follows};

/// Longest name of a town.
const LONGEST_TOWN: usize = 80;

/// Who is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// The actor or agenda, as it would be remembered.
    pub peer: Peer,
    /// Where it is.
    pub town: Option<String>,
    /// How many of its events are to come; none where it does not say.
    pub upcoming: Option<Upcoming>,
    /// Since when it publishes.
    pub since: Option<Instant>,
    /// By whom on this node it is followed already.
    pub follows: Vec<Follow>,
}

/// Looks at whom `target` means, without telling them more than that we look.
///
/// # Errors
/// A refusal of `target` when nobody is found there.
pub async fn preview(node: &Node, target: &str) -> Result<Preview, Error> {
    let mut preview = match find(node, target).await? {
        Found::Actor(found, software) => of_actor(node, &found, software).await?,
        Found::Agenda(found) => of_agenda(node, &found),
    };
    let uri = preview.peer.uri.clone();
    let known = move |conn: &mut Conn| match store::peers::by_uri(conn, &uri)? {
        Some(peer) => follows::of_peer(conn, peer.id),
        None => Ok(Vec::new()),
    };
    preview.follows = node.store.read(known).await?;
    Ok(preview)
}

async fn of_actor(node: &Node, found: &Discovered, software: Option<String>) -> Result<Preview, Error> {
    let peer = peers::read(&node.federation, &found.document, software)?.peer().clone();
    let document = &found.document.value;
    let since = read::field(document, "published").and_then(Value::as_str);
    Ok(Preview {
        town: town(document),
        upcoming: upcoming(node, &peer).await,
        since: since.and_then(|text| Some(DateTime::parse_from_rfc3339(text).ok()?.to_utc())),
        follows: Vec::new(),
        peer,
    })
}

fn of_agenda(node: &Node, found: &source::Found) -> Preview {
    let now = node.now();
    let peer = source::peer(found, PeerId::new(now, node.random.as_ref()), now);
    let coming = found
        .calendar
        .sessions
        .iter()
        .filter(|dated| dated.occurrence.end > now);
    Preview {
        peer,
        town: None,
        upcoming: u64::try_from(coming.count()).ok().map(Upcoming::exactly),
        since: None,
        follows: Vec::new(),
    }
}

fn town(actor: &Value) -> Option<String> {
    let place = read::field(actor, "location")?;
    let address = read::field(place, "address").unwrap_or(place);
    let town = read::words(address, "addressLocality").or_else(|| read::words(place, "name"))?;
    Some(shorten(town.trim(), LONGEST_TOWN)).filter(|town| !town.is_empty())
}
