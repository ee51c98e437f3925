//! What waits for other servers, read, hurried and given up by programs.

use std::time::Duration;

use chrono::TimeDelta;
use maillage::store::StoreError;

use super::*;
use crate::support::node::morning;
use crate::support::outbox::{fail, record};

async fn prepared(test: &TestNode) {
    let prepare = |conn: &mut maillage::store::Conn| {
        let hour = TimeDelta::hours(1);
        record(conn, "a.test:8081", 2, morning() - hour);
        fail(
            conn,
            "a.test:8081",
            "503 ask\n<b>anne@a.test</b> later",
            morning(),
            morning() + hour,
        );
        record(conn, "b.test", 1, morning());
        record(conn, "c.test", 1, morning());
        Ok::<_, StoreError>(())
    };
    test.node.store.write(prepare).await.expect("deliveries");
}

#[test]
fn what_waits_is_listed_in_pages() {
    on_both(async |test| {
        prepared(&test).await;
        let token = test.token(Role::Reception).await;
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        let (status, page) = call!(service, "GET", "/api/v1/deliveries?limit=2", token, Value::Null);
        assert_eq!(status, 200);
        let first = json!({
            "host": "a.test:8081", "waiting": 2, "oldest": "2026-11-23T06:00:00Z", "last_success": null,
            "last_error": "503 ask … later", "failures": 1, "failing_since": "2026-11-23T07:00:00Z",
            "next_attempt": "2026-11-23T08:00:00Z",
        });
        assert_eq!(page["items"][0], first);
        let document: Value = serde_json::from_str(include_str!("../../../src/web/api/openapi.json")).expect("JSON");
        let described = document["components"]["schemas"]["Waiting"]["properties"].as_object();
        let described: Vec<_> = described.expect("properties").keys().collect();
        assert_eq!(
            described,
            first.as_object().expect("an object").keys().collect::<Vec<_>>()
        );
        assert_eq!(page["items"][1]["host"], "b.test");
        let next = page["next"].as_str().expect("a next page");
        let rest = format!("/api/v1/deliveries?limit=2&cursor={next}");
        let (_, rest) = call!(service, "GET", &rest, token, Value::Null);
        assert_eq!(rest["items"][0]["host"], "c.test");
        assert_eq!(
            (rest["items"].as_array().map(Vec::len), &rest["next"]),
            (Some(1), &Value::Null)
        );
        let (status, problem) = call!(service, "GET", "/api/v1/deliveries?limit=0", token, Value::Null);
        assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!("limit")));
    });
}

#[test]
fn a_retry_is_due_at_once_and_wakes_the_worker() {
    on_both(async |test| {
        prepared(&test).await;
        let token = test.token(Role::Editor).await;
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        let quiet = tokio::time::timeout(Duration::from_millis(20), test.node.federation.outbox_bell.notified());
        assert!(quiet.await.is_err(), "nobody rang yet");
        let path = "/api/v1/deliveries/a.test%3A8081/retry";
        let (status, one) = call!(service, "POST", path, token, Value::Null);
        assert_eq!((status, &one["waiting"]), (200, &json!(2)));
        assert_eq!(one["next_attempt"], "2026-11-23T07:00:00Z");
        let rung = tokio::time::timeout(Duration::from_secs(5), test.node.federation.outbox_bell.notified());
        rung.await.expect("the worker is told");
        let (status, problem) = call!(
            service,
            "POST",
            "/api/v1/deliveries/nobody.test/retry",
            token,
            Value::Null
        );
        assert_eq!((status, &problem["status"]), (404, &json!(404)));
    });
}

#[test]
fn giving_up_closes_what_waits_for_that_server_alone() {
    on_both(async |test| {
        prepared(&test).await;
        let token = test.token(Role::Admin).await;
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        let path = "/api/v1/deliveries/a.test%3A8081/give-up";
        let given_up = |count: u64| (200, json!({"host": "a.test:8081", "given_up": count}));
        assert_eq!(call!(service, "POST", path, token, Value::Null), given_up(2));
        assert_eq!(call!(service, "POST", path, token, Value::Null), given_up(0));
        let (_, page) = call!(service, "GET", "/api/v1/deliveries", token, Value::Null);
        let left: Vec<_> = page["items"]
            .as_array()
            .expect("items")
            .iter()
            .map(|one| &one["host"])
            .collect();
        assert_eq!(left, ["b.test", "c.test"]);
        let (status, problem) = call!(
            service,
            "POST",
            "/api/v1/deliveries/nobody.test/give-up",
            token,
            Value::Null
        );
        assert_eq!((status, &problem["status"]), (404, &json!(404)));
    });
}
