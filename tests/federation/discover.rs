//! Finding actors and keys: both sides must say the same, or nobody is believed.

use maillage::federation::actor_key::fetch_key;
use maillage::federation::discover::{discover, node_info};
use maillage::federation::fetch::FetchError;
use serde_json::{Value, json};

use super::fetch::{fetcher, signer};
use crate::support::server::{Reply, Request, Server};

/// A small fediverse on one port: each host of the table answers for itself.
fn fediverse(answer: impl Fn(&str, &Request) -> Option<Value> + Send + Sync + 'static) -> Server {
    Server::start(move |request| {
        let kind = match request.target.as_str() {
            target if target.starts_with("/.well-known/webfinger") => "application/jrd+json",
            "/.well-known/nodeinfo" | "/nodeinfo/2.1" => "application/json; charset=utf-8",
            _ => "application/activity+json",
        };
        match answer(request.header("host"), request) {
            Some(value) => Reply::typed(kind, &value.to_string()),
            None => Reply::status(404),
        }
    })
}

fn port_of(host: &str) -> &str {
    host.split_once(':').map_or("", |(_, port)| port)
}

fn jrd(subject: &str, actor: &str) -> Option<Value> {
    Some(json!({"subject": subject, "links": [
        {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": "https://x.example/"},
        {"rel": "self", "type": "application/activity+json", "href": actor},
    ]}))
}

fn actor(id: &str, name: &str) -> Value {
    json!({"id": id, "type": "Group", "preferredUsername": name, "inbox": format!("{id}/inbox")})
}

/// An honest node: `@agenda@host` is `http://host/groups/agenda`.
fn honest(host: &str, request: &Request) -> Option<Value> {
    let id = format!("http://{host}/groups/agenda");
    if request.target == format!("/.well-known/webfinger?resource=acct:agenda@{host}") {
        return jrd(&format!("acct:agenda@{host}"), &id);
    }
    match request.target.as_str() {
        "/groups/agenda" => Some(actor(&id, "agenda")),
        "/actor" => Some(actor(&format!("http://{host}/actor"), "relay")),
        "/.well-known/nodeinfo" => Some(json!({"links": [
            {"rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": format!("http://{host}/nodeinfo/2.0")},
            {"rel": "http://nodeinfo.diaspora.software/ns/schema/2.1", "href": format!("http://{host}/nodeinfo/2.1")},
            {"rel": "https://www.w3.org/ns/activitystreams#Application", "href": format!("http://{host}/actor")},
        ]})),
        "/nodeinfo/2.1" => Some(json!({"software": {"name": "Gancio", "version": "1.21.0"}})),
        _ => None,
    }
}

#[tokio::test]
async fn an_actor_is_found_by_handle_address_and_host() {
    let server = fediverse(honest);
    let host = format!("lille.test:{}", server.port);
    let id = format!("http://{host}/groups/agenda");
    for text in [format!("@agenda@{host}"), format!("acct:agenda@{host}"), id.clone()] {
        let found = discover(&fetcher(), &text).await.expect("found");
        assert_eq!(found.actor.as_str(), id, "{text}");
        assert_eq!(
            found.handle.map(|handle| handle.to_string()),
            Some(format!("agenda@{host}")),
            "{text}"
        );
    }
    // Software that publishes as its application actor.
    for text in [host.clone(), format!("http://{host}/")] {
        let found = discover(&fetcher(), &text).await.expect("found");
        assert_eq!(found.actor.as_str(), format!("http://{host}/actor"), "{text}");
    }
}

#[tokio::test]
async fn a_maillage_node_is_found_by_its_host_as_itself_with_all_its_centres() {
    let server = fediverse(|host, request| match request.target.as_str() {
        "/nodeinfo/2.1" => Some(json!({"software": {"name": "maillage", "version": "0.1.0"}})),
        _ => honest(host, request),
    });
    let host = format!("lille.test:{}", server.port);
    let found = discover(&fetcher(), &host).await.expect("found");
    assert_eq!(found.actor.as_str(), format!("http://{host}/actor"));
}

#[tokio::test]
async fn node_info_tells_software_version_and_application() {
    let server = fediverse(honest);
    let info = node_info(&fetcher(), &server.url_at("lille.test", "/"))
        .await
        .expect("known");
    assert_eq!(
        (info.software.as_deref(), info.version.as_deref()),
        (Some("gancio"), Some("1.21.0"))
    );
    assert_eq!(info.application, Some(server.url_at("lille.test", "/actor")));
}

#[tokio::test]
async fn an_index_of_node_info_is_asked_for_and_read_in_either_type() {
    let server = Server::start(|request| {
        let kind = match request.target.as_str() {
            "/.well-known/nodeinfo" if request.header("accept").contains("application/jrd+json") => {
                "application/jrd+json"
            }
            "/nodeinfo/2.1" => "application/json",
            _ => return Reply::status(406),
        };
        let answer = honest(request.header("host"), request).expect("an answer");
        Reply::typed(kind, &answer.to_string())
    });
    let info = node_info(&fetcher(), &server.url_at("lille.test", "/")).await;
    assert_eq!(info.expect("known").software.as_deref(), Some("gancio"));
}

/// A host with an actor, which answers so when it is asked for its NodeInfo, and so when it is asked whom it names.
fn says_of_node_info(status: u16, kind: &'static str, body: &'static str, webfinger: u16) -> Server {
    Server::start(move |request| {
        let host = request.header("host");
        let id = format!("http://{host}/groups/agenda");
        match request.target.as_str() {
            "/.well-known/nodeinfo" => Reply::new(status, &format!("content-type: {kind}\r\n"), body.as_bytes()),
            "/groups/agenda" => Reply::activity(&actor(&id, "agenda").to_string()),
            target if target.starts_with("/.well-known/webfinger") => {
                let answer = jrd(&format!("acct:agenda@{host}"), &id).expect("an answer");
                let kind = "content-type: application/jrd+json\r\n";
                Reply::new(webfinger, kind, answer.to_string().as_bytes())
            }
            _ => Reply::status(404),
        }
    })
}

#[tokio::test]
async fn a_host_whose_node_info_says_nothing_is_asked_whom_it_names() {
    for (status, kind, body) in [
        (404, "text/html", "<html>"),
        (403, "text/html", "<html>"),
        (200, "text/html", "<html>"),
        (200, "application/json", "rien"),
    ] {
        let server = says_of_node_info(status, kind, body, 200);
        let host = format!("lille.test:{}", server.port);
        for text in [host.clone(), format!("http://{host}/")] {
            let found = discover(&fetcher(), &text).await.expect("found");
            assert_eq!(
                found.actor.as_str(),
                format!("http://{host}/groups/agenda"),
                "{status} {kind}"
            );
        }
    }
}

#[tokio::test]
async fn of_a_host_that_says_nothing_at_all_the_first_answer_counts() {
    for (node_info, webfinger) in [(404, 503), (503, 200)] {
        let server = says_of_node_info(node_info, "text/html", "", webfinger);
        let error = discover(&fetcher(), &format!("lille.test:{}", server.port)).await;
        assert_eq!(error.expect_err("nobody"), FetchError::Status(node_info));
    }
}

/// The handle lives on `ville.test`, the actor on `agenda.ville.test`.
fn split(host: &str, request: &Request, subject_on_actor_host: &str) -> Option<Value> {
    let port = port_of(host);
    let id = format!("http://agenda.ville.test:{port}/groups/agenda");
    let subject = |name: &str| format!("acct:agenda@{name}:{port}");
    if request.target.starts_with("/.well-known/webfinger") {
        let said = if host.starts_with("agenda.") {
            subject_on_actor_host
        } else {
            "ville.test"
        };
        return jrd(&subject(said), &id);
    }
    (request.target == "/groups/agenda").then(|| actor(&id, "agenda"))
}

#[tokio::test]
async fn a_split_domain_that_agrees_both_ways_is_believed() {
    let server = fediverse(|host, request| split(host, request, "ville.test"));
    let handle = format!("agenda@ville.test:{}", server.port);
    for text in [
        format!("@{handle}"),
        format!("@agenda@agenda.ville.test:{}", server.port),
        server.url_at("agenda.ville.test", "/groups/agenda").to_string(),
    ] {
        let found = discover(&fetcher(), &text).await.expect("found");
        assert_eq!(
            found.handle.map(|found| found.to_string()),
            Some(handle.clone()),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_handle_that_the_actors_host_does_not_know_is_refused() {
    // `ville.test` claims an actor whose own host calls it otherwise.
    let server = fediverse(|host, request| split(host, request, "agenda.ville.test"));
    let error = discover(&fetcher(), &format!("@agenda@ville.test:{}", server.port))
        .await
        .expect_err("refused");
    assert_eq!(error, FetchError::Document("webfinger_round_trip"));
}

#[tokio::test]
async fn an_actor_cannot_borrow_a_handle_of_another_host() {
    // The attacker's host says that its actor is `agenda@victim.test`; the victim's host knows its own.
    let server = fediverse(|host, request| {
        if host.starts_with("victim.") {
            return honest(host, request);
        }
        let victim = format!("acct:agenda@victim.test:{}", port_of(host));
        let id = format!("http://{host}/groups/agenda");
        if request.target.starts_with("/.well-known/webfinger") {
            jrd(&victim, &id)
        } else {
            honest(host, request)
        }
    });
    let host = format!("evil.test:{}", server.port);
    let error = discover(&fetcher(), &format!("@agenda@{host}"))
        .await
        .expect_err("refused");
    assert_eq!(error, FetchError::Document("webfinger_split_domain"));
    let by_address = discover(&fetcher(), &format!("http://{host}/groups/agenda"))
        .await
        .expect("an actor");
    assert!(by_address.handle.is_none(), "usable, but under no handle");
}

#[tokio::test]
async fn a_document_with_a_foreign_id_is_refused() {
    let server = fediverse(|host, _| Some(actor(&format!("http://victim.test:{}/actor", port_of(host)), "agenda")));
    let error = discover(&fetcher(), server.url_at("evil.test", "/upload").as_str())
        .await
        .expect_err("refused");
    assert_eq!(error, FetchError::Document("foreign_id"));
}

#[tokio::test]
async fn links_that_point_inside_are_not_followed() {
    let server = fediverse(|host, request| match request.target.as_str() {
        "/.well-known/nodeinfo" => Some(json!({"links": [
            {"rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": "http://169.254.169.254/latest"},
            {"rel": "https://www.w3.org/ns/activitystreams#Application", "href": "http://10.0.0.1/actor"},
        ]})),
        _ => jrd(&format!("acct:agenda@{host}"), "http://10.0.0.1/actor"),
    });
    let host = format!("evil.test:{}", server.port);
    for text in [format!("@agenda@{host}"), host.clone()] {
        let error = discover(&fetcher(), &text).await.expect_err("refused");
        assert!(matches!(error, FetchError::Blocked(_)), "{text}: {error:?}");
    }
}

#[tokio::test]
async fn what_is_no_address_is_refused_without_a_request() {
    for text in [
        "",
        "agenda",
        "@agenda@",
        "file:///etc/passwd",
        "http://10.0.0.1/",
        "@a@10.0.0.1",
        "a b",
        "https://[",
    ] {
        let error = discover(&fetcher(), text).await.expect_err("refused");
        assert!(error.is_permanent(), "{text}: {error:?}");
    }
}

// Keys

fn with_key(id: &str, key_id: &str, owner: &str) -> Value {
    let pem = signer().key.public_pem().expect("PEM");
    let mut document = actor(id, "agenda");
    document["publicKey"] = json!({"id": key_id, "owner": owner, "publicKeyPem": pem});
    document
}

/// The actor at `/a` lists `listed`; at `/a/main-key` stands a bare key or a partial actor.
fn keys(listed: &'static str, bare: bool) -> Server {
    fediverse(move |host, request| {
        let id = format!("http://{host}/a");
        let document = with_key(&id, &format!("{id}{listed}"), &id);
        match request.target.as_str() {
            "/a" => Some(document),
            "/a/main-key" if bare => {
                let mut key = document["publicKey"].clone();
                key["id"] = json!(format!("{id}/main-key"));
                Some(key)
            }
            "/a/main-key" => Some(json!({"id": id, "publicKey": document["publicKey"]})),
            _ => None,
        }
    })
}

#[tokio::test]
async fn a_key_is_found_inside_the_actor_alone_or_in_a_partial_actor() {
    for (listed, bare) in [("#main-key", true), ("/main-key", true), ("/main-key", false)] {
        let server = keys(listed, bare);
        let id = server.url_at("lille.test", "/a");
        let found = fetch_key(&fetcher(), &format!("{id}{listed}")).await.expect("found");
        assert_eq!((found.published.owner, &found.actor.final_url), (id.clone(), &id));
    }
}

#[tokio::test]
async fn a_key_that_its_owner_does_not_list_is_refused() {
    let server = keys("#main-key", true);
    let error = fetch_key(&fetcher(), server.url_at("lille.test", "/a/main-key").as_str())
        .await
        .expect_err("refused");
    assert_eq!(error, FetchError::Document("key_not_listed"));
}

#[tokio::test]
async fn a_key_that_names_an_owner_elsewhere_is_refused() {
    let server = fediverse(|host, request| {
        let port = port_of(host);
        let victim = format!("http://victim.test:{port}/a");
        match (host.split(':').next(), request.target.as_str()) {
            (Some("victim.test"), "/a") => Some(with_key(&victim, &format!("{victim}#main-key"), &victim)),
            (_, "/key") => Some(json!({"id": format!("http://{host}/key"), "owner": victim, "publicKeyPem": "x"})),
            (_, "/a") => Some(with_key(
                &format!("http://{host}/a"),
                &format!("{victim}#main-key"),
                &victim,
            )),
            _ => None,
        }
    });
    for path in ["/key", "/a#main-key"] {
        let error = fetch_key(&fetcher(), server.url_at("evil.test", path).as_str())
            .await
            .expect_err("refused");
        assert_eq!(error, FetchError::Document("key_of_foreign_owner"), "{path}");
    }
    assert!(
        fetch_key(&fetcher(), server.url_at("victim.test", "/a#main-key").as_str())
            .await
            .is_ok()
    );
}
