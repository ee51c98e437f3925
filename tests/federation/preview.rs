//! Who is there, before following: asked for and shown, nothing kept, nobody told.

use maillage::app::{Error, events, following};
use maillage::domain::invalid::Reason;
use maillage::store::{peers, pulls};
use serde_json::json;

use crate::support::database::Database;
use crate::support::foreign::Foreign;
use crate::support::network::{Home, Running, clock, workshop};

async fn preview(node: &Running, target: &str) -> following::Preview {
    following::preview(&node.node, target).await.expect("somebody")
}

/// How many are to come, and whether there may be more.
fn count(found: &following::Preview) -> Option<(u64, bool)> {
    found.upcoming.map(|known| (known.count, known.or_more))
}

async fn is_known(node: &Running, uri: &str) -> bool {
    let uri = uri.to_owned();
    let known = node.node.store.read(move |conn| peers::by_uri(conn, &uri)).await;
    known.expect("an answer").is_some()
}

#[tokio::test]
async fn another_node_says_its_name_its_software_and_how_much_is_to_come() {
    let clock = clock();
    let (one, other) = (
        Home::new("un", Database::sqlite(), &clock),
        Home::new("autre", Database::sqlite(), &clock),
    );
    let (node, other) = (one.start().await, other.start().await);
    let centre = other.centre("agenda").await;
    for title in ["Café", "Atelier"] {
        events::publish(&other.node, centre.id, workshop(title, 30))
            .await
            .expect("published");
    }
    let found = preview(&node, &other.group("agenda")).await;
    assert_eq!(found.peer.name, centre.profile.name);
    assert_eq!(found.peer.software.as_deref(), Some("maillage"));
    assert_eq!((found.peer.kind.as_str(), count(&found)), ("Group", Some((2, false))));
    assert_eq!(found.town, centre.profile.place.map(|place| place.city));
    assert!(found.since.is_some() && found.follows.is_empty());
    assert!(!is_known(&node, &found.peer.uri).await, "nothing is kept");
    node.follow(&other.group("agenda")).await;
    assert_eq!(preview(&node, &other.group("agenda")).await.follows.len(), 1);
}

#[tokio::test]
async fn an_agenda_and_an_actor_without_a_programme_are_shown_as_they_are() {
    let clock = clock();
    let home = Home::new("noeud", Database::sqlite(), &clock);
    let (node, server) = (home.start().await, Foreign::start("mjc", &clock));
    let actor = server.actor("Person", "aline");
    let mut document = server.document("/aline");
    document["location"] = json!({ "type": "Place", "name": "  Roubaix " });
    document["published"] = json!("2024-02-01T00:00:00Z");
    server.serve("/aline", &document);
    let found = preview(&node, &actor.id).await;
    assert_eq!((found.peer.kind.as_str(), count(&found)), ("Person", Some((0, false))));
    assert_eq!(found.town.as_deref(), Some("Roubaix"));
    assert_eq!(
        found.since.map(|since| since.to_rfc3339()).as_deref(),
        Some("2024-02-01T00:00:00+00:00")
    );

    let named = json!({ "type": "OrderedCollection", "totalItems": 4000, "orderedItems": [server.url("/notes/1")] });
    server.serve("/aline/outbox", &named);
    let fresh = Home::new("frais", Database::sqlite(), &clock).start().await;
    assert_eq!(
        count(&preview(&fresh, &actor.id).await),
        None,
        "what is named may be anything"
    );

    let file = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nX-WR-CALNAME:MJC du quartier\r\n\
        BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261201T090000Z\r\nSUMMARY:Café\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\nEND:VEVENT\r\n\
        BEGIN:VEVENT\r\nUID:2\r\nDTSTART:20200101T090000Z\r\nSUMMARY:Passé\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    server.serve_as("/agenda.ics", 200, "text/calendar; charset=utf-8", file);
    let found = preview(&node, &server.url("/agenda.ics")).await;
    assert!(found.peer.is_source());
    assert_eq!(
        (found.peer.name.as_str(), count(&found)),
        ("MJC du quartier", Some((3, false)))
    );
    assert!(!is_known(&node, &found.peer.uri).await);
    let due = node
        .node
        .store
        .read(move |conn| pulls::state(conn, found.peer.id))
        .await;
    assert_eq!(due.expect("an answer"), None, "nothing will be read");
}

#[tokio::test]
async fn nobody_ourselves_and_what_is_no_agenda_are_refused_with_the_field() {
    let clock = clock();
    let home = Home::new("noeud", Database::sqlite(), &clock);
    let (node, server) = (home.start().await, Foreign::start("page", &clock));
    node.centre("agenda").await;
    server.serve_as("/", 200, "text/html", "<html><title>Bonjour</title></html>");
    for (target, code) in [
        (node.group("agenda"), Reason::OwnActor.code()),
        (server.url("/rien"), "nobody-there"),
        (server.url("/"), "no-agenda"),
        ("@nobody@127.0.0.1:1".to_owned(), "nobody-there"),
        (String::new(), "nobody-there"),
    ] {
        match following::preview(&node.node, &target).await {
            Err(Error::Refused(refusal)) => {
                assert_eq!(refusal.0[0].field, "target");
                assert_eq!(refusal.0[0].reason.code(), code, "{target}");
            }
            other => panic!("{target}: {other:?}"),
        }
    }
}
