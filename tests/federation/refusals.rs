//! What an inbox answers: each row of the table in FEDERATION.md, and that the table is complete.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::TimeDelta;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use maillage::domain::time::Clock as _;
use maillage::store::{peers, tombstones};
use serde_json::{Value, json};

use super::hostile::Scene;
use crate::support::database::Database;
use crate::support::foreign::{Foreign, Letter};
use crate::support::network::{Home, clock};

/// An Update that is taken in as it is.
fn update(scene: &Scene) -> Letter {
    scene
        .agenda
        .letter(&scene.node, &scene.agenda.says("Update", scene.rewritten()))
}

async fn answer(scene: &Scene, letter: &Letter, path: &str) -> (u16, String) {
    let response = letter.send_to(path, &scene.node).await;
    let status = response.status().as_u16();
    let later = response.headers().contains_key("retry-after");
    assert_eq!(later, status == 429 || status == 503, "{status}");
    let body: Value = response.json().await.unwrap_or_default();
    (status, body["reason"].as_str().unwrap_or_default().to_owned())
}

async fn refused(scene: &Scene, letter: &Letter, status: u16, reason: &str) {
    assert_eq!(answer(scene, letter, "/inbox").await, (status, reason.to_owned()));
}

/// How often the inbox ended so.
async fn counted(scene: &Scene, outcome: &str, reason: &str) -> u64 {
    let text = scene.node.get("/metrics", "*/*").await.text;
    let series = format!(r#"maillage_inbox_total{{outcome="{outcome}",reason="{reason}"}} "#);
    let line = text.lines().find_map(|line| line.strip_prefix(&series));
    line.map_or(0, |count| count.parse().expect("a count"))
}

#[tokio::test]
async fn taken_in_repeated_and_of_no_use_are_202() {
    let scene = Scene::set().await;
    let letter = update(&scene);
    for (outcome, reason) in [("accepted", "accepted"), ("duplicate", "duplicate")] {
        let before = counted(&scene, outcome, reason).await;
        assert_eq!(letter.send(&scene.node).await, 202);
        assert_eq!(counted(&scene, outcome, reason).await, before + 1);
    }
    let signed_again = Letter::signed(
        &scene.agenda.signer,
        &scene.node.base,
        letter.body.clone(),
        scene.node.clock.now() + TimeDelta::seconds(5),
    );
    assert_eq!(signed_again.send(&scene.node).await, 202);
    assert_eq!(counted(&scene, "duplicate", "duplicate").await, 2);
    assert_eq!(
        scene.agenda.tell(&scene.node, "Like", scene.event["id"].clone()).await,
        202
    );
    assert_eq!(counted(&scene, "ignored", "unused_type").await, 1);
}

#[tokio::test]
async fn a_guess_at_what_was_taken_in_is_no_repetition() {
    let scene = Scene::set().await;
    let letter = update(&scene);
    assert_eq!(letter.send(&scene.node).await, 202);
    let mut guess = letter.clone();
    for (name, value) in &mut guess.headers {
        if name == "signature" {
            *value = value.replace("signature=\"", "signature=\"AAAA");
        }
    }
    refused(&scene, &guess, 401, "signature_wrong").await;
    // Nor later, when the key may have been rotated; and it is asked for once, however often one guesses.
    scene.node.clock.advance(TimeDelta::minutes(1));
    let asked = scene.honest.asked_for("/agenda");
    for _ in 0..5 {
        refused(&scene, &guess, 401, "signature_wrong").await;
    }
    assert_eq!(scene.honest.asked_for("/agenda"), asked + 1);
    assert_eq!(counted(&scene, "duplicate", "duplicate").await, 0);
    assert_eq!(letter.send(&scene.node).await, 202);
    assert_eq!(counted(&scene, "duplicate", "duplicate").await, 1);
    let thief = scene.mallory.naming(&scene.mallory.signer.key_id);
    let theirs = Letter::signed(&thief.signer, &scene.node.base, letter.body, scene.node.clock.now());
    refused(&scene, &theirs, 403, "foreign_key").await;
}

#[tokio::test]
async fn a_key_is_named_by_an_address_on_the_web() {
    let scene = Scene::set().await;
    let names = [
        "https://user:pass@agenda.example/actor",
        "ftp://agenda.example/actor",
        "did:key:z6Mk",
        "actor",
    ];
    for name in names {
        let mut activity = scene.mallory.says("Follow", scene.node.group("agenda"));
        activity["actor"] = json!(name);
        activity["id"] = json!(null);
        let key = scene.mallory.naming(&format!("{name}#main-key"));
        refused(&scene, &key.letter(&scene.node, &activity), 401, "key_id").await;
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_400_and_what_cannot_be_shown_422() {
    let scene = Scene::set().await;
    let now = scene.node.clock.now();
    let sign = |body: &str| Letter::signed(&scene.agenda.signer, &scene.node.base, body.into(), now);
    refused(&scene, &sign("{"), 400, "json").await;
    refused(&scene, &sign("[]"), 400, "activity").await;
    let mut nameless = scene.rewritten();
    nameless["name"] = json!("");
    let nameless = scene.agenda.letter(&scene.node, &scene.agenda.says("Update", nameless));
    refused(&scene, &nameless, 422, "unreadable_event").await;
    scene.unharmed().await;
}

#[tokio::test]
async fn a_signature_that_does_not_hold_is_401_and_a_foreign_object_403() {
    let scene = Scene::set().await;
    refused(&scene, &update(&scene).without("signature"), 401, "signature_missing").await;
    let other = update(&scene).with("date", "Mon, 23 Nov 2026 07:01:00 GMT");
    refused(&scene, &other, 401, "signature_wrong").await;
    let foreign = scene
        .mallory
        .letter(&scene.node, &scene.mallory.says("Update", scene.rewritten()));
    refused(&scene, &foreign, 403, "foreign_object").await;
    scene.unharmed().await;
}

/// It is nothing of ActivityPub's: some proxies and clients send it all the same.
#[tokio::test]
async fn a_bearer_token_beside_a_signature_is_passed_over() {
    let scene = Scene::set().await;
    let both = update(&scene).with("authorization", "Bearer abc");
    assert_eq!(both.send(&scene.node).await, 202);
    assert_eq!(scene.node.titles().await, ["Détourné"]);
    let alone = update(&scene).without("signature").with("authorization", "Bearer abc");
    refused(&scene, &alone, 401, "signature_missing").await;
}

#[tokio::test]
async fn a_blocked_host_is_403_whatever_it_sends_and_costs_no_fetch() {
    let scene = Scene::set_with(|config| config.federation.blocked_hosts = vec!["mechant.localhost".into()]).await;
    let now = scene.node.clock.now();
    let before = scene.evil.requests();
    let rubbish = Letter::signed(&scene.mallory.signer, &scene.node.base, b"{".to_vec(), now);
    refused(&scene, &rubbish, 403, "blocked").await;
    assert_eq!(scene.evil.requests(), before);
}

#[tokio::test]
async fn an_inbox_of_nobody_is_404_and_of_a_centre_that_is_no_more_410() {
    let scene = Scene::set().await;
    let activity = scene.agenda.says("Update", scene.rewritten()).to_string().into_bytes();
    let now = scene.node.clock.now();
    let to = |path: &str| Letter::signed_for(path, &scene.agenda.signer, &scene.node.base, activity.clone(), now);
    for (path, status, reason) in [
        ("/groups/personne/inbox", 404, "inbox"),
        ("/groups/Pas%20un%20nom/inbox", 404, "inbox"),
        ("/groups/fermee/inbox", 410, "centre_gone"),
        ("/groups/agenda/inbox", 202, ""),
    ] {
        if status == 410 {
            let (gone, at) = (scene.node.group("fermee"), now);
            let store = &scene.node.node.store;
            store
                .write(move |conn| tombstones::insert(conn, &gone, at))
                .await
                .expect("a tombstone");
        }
        assert_eq!(
            answer(&scene, &to(path), path).await,
            (status, reason.to_owned()),
            "{path}"
        );
    }
    let follow = scene
        .agenda
        .letter(&scene.node, &scene.agenda.says("Follow", scene.node.group("personne")));
    refused(&scene, &follow, 404, "actor").await;
}

#[tokio::test]
async fn every_address_of_federation_says_405_to_a_wrong_method() {
    let scene = Scene::set().await;
    let event = uuid::Uuid::nil();
    let mut wrong = vec![("GET", "/inbox".to_owned()), ("GET", "/actor/inbox".to_owned())];
    wrong.push(("DELETE", "/groups/agenda/inbox".to_owned()));
    for path in ["/actor", "/groups/agenda", "/centres/agenda", "/.well-known/webfinger"] {
        wrong.push(("POST", path.to_owned()));
    }
    for path in ["/.well-known/host-meta", "/.well-known/nodeinfo", "/nodeinfo/2.1"] {
        wrong.push(("PUT", path.to_owned()));
    }
    for collection in ["outbox", "followers", "following", "upcoming"] {
        wrong.push(("POST", format!("/actor/{collection}")));
        wrong.push(("POST", format!("/groups/agenda/{collection}")));
    }
    for kind in ["events", "activities", "notes"] {
        wrong.push(("POST", format!("/{kind}/{event}")));
    }
    for (method, path) in wrong {
        for accept in ["application/activity+json", "*/*"] {
            let method: reqwest::Method = method.parse().expect("a method");
            let request = scene.node.client.request(method.clone(), scene.node.address(&path));
            let response = request.header("accept", accept).send().await.expect("an answer");
            assert_eq!(response.status().as_u16(), 405, "{method} {path} {accept}");
            assert!(response.headers().contains_key("allow"), "{method} {path} {accept}");
        }
    }
}

#[tokio::test]
async fn too_much_is_413_and_another_type_415() {
    let scene = Scene::set().await;
    let mut large = update(&scene);
    large.body = vec![b' '; 1024 * 1024 + 1];
    refused(&scene, &large, 413, "too_large").await;
    for kind in ["text/plain", "application/json", "application/octet-stream", ""] {
        let letter = update(&scene).with("content-type", kind);
        refused(&scene, &letter, 415, "content_type").await;
    }
    let packed = update(&scene).with("content-encoding", "gzip");
    refused(&scene, &packed, 415, "content_encoding").await;
    scene.unharmed().await;
    let profile = r#"application/ld+json; profile="https://www.w3.org/ns/activitystreams""#;
    for kind in [
        profile,
        "application/ld+json",
        "Application/Activity+JSON; charset=utf-8",
    ] {
        let letter = scene
            .agenda
            .letter(&scene.node, &scene.agenda.says("Like", scene.event["id"].clone()));
        // The type is signed as our own actors sign it, so another one makes the signature wrong, not the type.
        assert_eq!(letter.with("content-type", kind).send(&scene.node).await, 401, "{kind}");
    }
}

#[tokio::test]
async fn more_than_the_share_of_a_host_is_429_until_time_has_gone_by() {
    let scene = Scene::set_with(|config| config.federation.inbox_per_minute = 6).await;
    let mut statuses = Vec::new();
    for _ in 0..8 {
        statuses.push(scene.agenda.tell(&scene.node, "Like", scene.event["id"].clone()).await);
    }
    assert_eq!(statuses.first(), Some(&202));
    assert_eq!(statuses.last(), Some(&429));
    refused(&scene, &update(&scene), 429, "pace").await;
    assert_eq!(
        scene.mallory.tell(&scene.node, "Like", "https://a.example/1").await,
        202,
        "another host"
    );
    scene.node.clock.advance(TimeDelta::seconds(10));
    assert_eq!(update(&scene).send(&scene.node).await, 202);
}

#[tokio::test]
async fn rubbish_from_an_address_is_429_but_not_for_who_is_known_there() {
    let scene = Scene::set_with(|config| config.federation.inbox_failures = 5).await;
    for _ in 0..5 {
        refused(&scene, &update(&scene).without("signature"), 401, "signature_missing").await;
    }
    refused(&scene, &update(&scene).without("signature"), 429, "failures").await;
    let before = scene.evil.requests();
    let stranger = scene
        .mallory
        .letter(&scene.node, &scene.mallory.says("Like", "https://a.example/1"));
    refused(&scene, &stranger, 429, "failures").await;
    assert_eq!(scene.evil.requests(), before, "no key is fetched for it");
    assert_eq!(
        update(&scene).send(&scene.node).await,
        202,
        "the neighbour that is known"
    );
    scene.node.clock.advance(TimeDelta::minutes(5));
    assert_eq!(
        scene.mallory.tell(&scene.node, "Like", "https://a.example/1").await,
        202
    );
}

#[tokio::test]
async fn a_key_that_cannot_be_had_for_now_is_503() {
    let scene = Scene::set().await;
    for (status, reason) in [(500, "status_5xx"), (401, "status_4xx")] {
        let name = format!("inconnu{status}");
        let stranger = scene.evil.actor("Person", &name);
        scene.evil.serve_as(&format!("/{name}"), status, "text/plain", "later");
        let letter = stranger.letter(&scene.node, &stranger.says("Like", "https://a.example/1"));
        refused(&scene, &letter, 503, reason).await;
    }
}

/// With authorised fetch: our key could not be had there, or one of the clocks is wrong.
#[tokio::test]
async fn a_server_that_cannot_check_who_asks_for_now_refuses_no_event_for_good() {
    let scene = Scene::set().await;
    let author = scene.honest.actor("Group", "autre");
    let event = scene.honest.event(&author, "garde", "Gardé");
    scene.honest.serve_as("/events/garde", 401, "text/plain", "who?");
    let announce = || {
        let announce = scene.agenda.says("Announce", event["id"].clone());
        scene.agenda.letter(&scene.node, &announce)
    };
    refused(&scene, &announce(), 503, "status_4xx").await;
    scene.honest.serve("/events/garde", &event);
    scene.node.clock.advance(TimeDelta::seconds(10));
    assert_eq!(announce().send(&scene.node).await, 202);
    assert_eq!(scene.node.titles().await.len(), 2);
}

#[tokio::test]
async fn a_key_that_is_anothers_or_nobodys_is_asked_for_once_in_a_while() {
    let scene = Scene::set().await;
    scene.node.clock.advance(TimeDelta::minutes(1));
    let neighbour = scene.honest.actor("Group", "voisin");
    let stranger = scene.honest.actor("Person", "inconnue");
    let anothers = scene.agenda.naming(&neighbour.signer.key_id);
    let nobodys = stranger.naming(&format!("{}#nope", stranger.id));
    for (sender, path, reason) in [
        (anothers, "/voisin", "key_of_another"),
        (nobodys, "/inconnue", "key_unavailable"),
    ] {
        let like = || sender.letter(&scene.node, &sender.says("Like", "https://a.example/1"));
        for asked in 1..=2 {
            refused(&scene, &like(), 401, reason).await;
            refused(&scene, &like(), 503, "asked_lately").await;
            assert_eq!(scene.honest.asked_for(path), asked, "{path}");
            scene.node.clock.advance(TimeDelta::seconds(30));
        }
    }
    let asked = scene.honest.asked_for("/voisin");
    assert_eq!(neighbour.tell(&scene.node, "Like", "https://a.example/1").await, 202);
    assert_eq!(scene.honest.asked_for("/voisin"), asked, "its own key is known by now");
}

#[tokio::test]
async fn a_key_that_another_process_replaced_is_not_believed_any_more() {
    let scene = Scene::set().await;
    let heir = scene.honest.actor("Group", "heritier");
    let (uri, pem) = (scene.agenda.id.clone(), heir.signer.key.public_pem().expect("a PEM"));
    let store = &scene.node.node.store;
    store
        .write(move |conn| {
            let mut peer = peers::by_uri(conn, &uri)?.expect("the peer");
            pem.clone_into(&mut peer.keys[0].public_key);
            peers::upsert(conn, &peer).map(drop)
        })
        .await
        .expect("another key");
    refused(&scene, &update(&scene), 401, "signature_wrong").await;
    scene.unharmed().await;
    let by_heir = heir.naming(&scene.agenda.signer.key_id);
    let letter = by_heir.letter(&scene.node, &scene.agenda.says("Update", scene.rewritten()));
    assert_eq!(letter.send(&scene.node).await, 202);
}

/// The reasons that the source can give, by status.
fn in_source() -> BTreeMap<String, BTreeSet<String>> {
    let federation = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/federation");
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut add = |status: &str, word: &str| _ = found.entry(status.to_owned()).or_default().insert(word.to_owned());
    for (status, word) in [
        ("202", "accepted"),
        ("202", "duplicate"),
        ("202", "not_public"),
        ("413", "too_large"),
        ("503", "failure"),
        ("503", "sender_changed"),
        ("503", "slow"),
        ("400", "body"),
    ] {
        add(status, word);
    }
    let statuses = [
        ("Ignored(\"", "202"),
        ("Malformed(\"", "400"),
        ("Unauthenticated(\"", "401"),
        ("Forbidden(\"", "403"),
        ("Unknown(\"", "404"),
        ("Gone(\"", "410"),
        ("UnsupportedType(\"", "415"),
        ("Unprocessable(\"", "422"),
        ("TooMany(\"", "429"),
        ("Unavailable(\"", "503"),
    ];
    for file in files(&federation) {
        let text = std::fs::read_to_string(&file).expect("a source");
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        // Readings of programmes use the same type, and answer nobody.
        if !file.ends_with("pull.rs") && !file.starts_with(federation.join("signature")) {
            for (mark, status) in statuses {
                for rest in text.split(&format!("::{mark}")).skip(1) {
                    add(status, rest.split('"').next().unwrap_or_default());
                }
            }
        }
        let status = match file.strip_prefix(&federation).ok().and_then(Path::to_str) {
            Some("signature/error.rs") => "401",
            Some("fetch/error.rs" | "guard.rs") => "503",
            _ => continue,
        };
        for rest in text.split("=> \"").skip(1) {
            add(status, rest.split('"').next().unwrap_or_default());
        }
    }
    found
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .collect()
}

#[test]
fn each_reason_is_one_word_for_one_status_and_stands_in_the_table() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("FEDERATION.md")).expect("the page");
    let mut documented: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut all = BTreeSet::new();
    let table = page.split("## What an inbox answers").nth(1).expect("the table");
    for row in table.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        for word in cells[3].split_whitespace().map(|word| word.trim_matches('`')) {
            assert!(all.insert(word.to_owned()), "{word} stands for two things");
            let status = cells[1].trim_matches('`').to_owned();
            documented.entry(status).or_default().insert(word.to_owned());
        }
    }
    assert_eq!(in_source(), documented);
}

/// SQLite's full disk is in `tests/faults/disk.rs`, with a disk that is full; a server's own cannot be filled here, so a trigger
/// says what it would say.
#[tokio::test]
async fn a_full_disk_of_a_database_server_is_503_and_nothing_is_half_done() {
    let Some(database) = Database::postgres() else { return };
    let mut conn = database.conn();
    let clock = clock();
    let home = Home::new("noeud", database, &clock);
    let node = home.start().await;
    let server = Foreign::start("pair", &clock);
    let actor = server.actor("Group", "agenda");
    node.follow(&actor.id).await;
    node.deliver().await;
    let asked = server.received(&node).await.pop().expect("a Follow");
    assert_eq!(actor.tell(&node, "Accept", asked).await, 202);
    // The last table that is written: all before it has to be taken back.
    conn.batch_execute(
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
           RAISE EXCEPTION 'could not extend file \"base/1/2\": No space left on device' USING ERRCODE = 'disk_full'; \
         END $$; \
         CREATE TRIGGER full_disk BEFORE INSERT ON sessions FOR EACH ROW EXECUTE FUNCTION full_disk()",
    )
    .expect("a trigger");
    let create = actor.says("Create", server.event(&actor, "un", "Un atelier"));
    let response = actor.letter(&node, &create).send_to("/inbox", &node).await;
    assert_eq!(response.status(), 503);
    assert!(response.headers().contains_key("retry-after"));
    assert!(node.titles().await.is_empty());
    let left = node.node.store.read(|conn| {
        let events = diesel::sql_query("SELECT count(*) AS count FROM events");
        Ok(events.get_result::<Count>(conn)?.count)
    });
    assert_eq!(left.await.expect("a count"), 0, "the event went with its session");
    conn.batch_execute("DROP TRIGGER full_disk ON sessions")
        .expect("space again");
    assert_eq!(actor.send(&node, &create).await, 202);
    assert_eq!(
        node.titles().await,
        ["Un atelier"],
        "the same again, as its sender repeats it"
    );
    home.stop(node).await;
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}
