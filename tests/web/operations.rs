//! Health and metrics.

use std::net::SocketAddr;

use actix_web::http::{StatusCode, header};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use diesel::connection::SimpleConnection;
use maillage::config::{Config, Secret};
use maillage::web::{Shared, app};
use url::Url;

use crate::support::database::{Database, both};
use crate::support::node::{TestNode, on_both};

const TOKEN: &str = "a token that is long enough";

fn from(address: &str) -> TestRequest {
    TestRequest::get().peer_addr(SocketAddr::new(address.parse().expect("an address"), 4000))
}

#[test]
fn the_node_is_live_and_ready() {
    on_both(async |test| {
        let service = init_service(app(Shared::new(test.node))).await;
        for (path, word) in [("/health/live", "live\n"), ("/health/ready", "ready\n")] {
            let response = call_service(&service, TestRequest::with_uri(path).to_request()).await;
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            assert_eq!(read_body(response).await, word);
        }
    });
}

#[test]
fn a_node_whose_database_is_not_up_to_date_is_live_but_not_ready() {
    both(|database| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let test = TestNode::open(database).await;
            let service = init_service(app(Shared::new(test.node))).await;
            database
                .conn()
                .batch_execute("DELETE FROM __diesel_schema_migrations")
                .expect("forgotten");
            let ready = call_service(&service, TestRequest::with_uri("/health/ready").to_request()).await;
            assert_eq!(ready.status(), StatusCode::SERVICE_UNAVAILABLE);
            let live = call_service(&service, TestRequest::with_uri("/health/live").to_request()).await;
            assert_eq!(live.status(), StatusCode::OK);
        });
    });
}

#[test]
fn metrics_count_by_route_and_never_by_path() {
    on_both(async |test| {
        let service = init_service(app(Shared::new(test.node))).await;
        for path in ["/nothing/here", "/nothing/there?q=secret", "/health/live"] {
            call_service(&service, TestRequest::with_uri(path).to_request()).await;
        }
        let response = call_service(&service, from("127.0.0.1").uri("/metrics").to_request()).await;
        let text = String::from_utf8(read_body(response).await.to_vec()).expect("text");
        assert!(
            text.contains(r#"maillage_http_requests_total{route="(none)",method="GET",status="404"} 2"#),
            "{text}"
        );
        assert!(
            text.contains(r#"{route="/health/live",method="GET",status="200"} 1"#),
            "{text}"
        );
        assert!(!text.contains("nothing") && !text.contains("secret"), "{text}");
    });
}

#[actix_web::test]
async fn metrics_are_for_this_machine_or_for_who_has_the_token() {
    let database = Database::sqlite();
    let closed = TestNode::open(&database).await;
    let mut config = Config::new(Url::parse("http://un.test").expect("url"), database.folder());
    config.metrics.token = Some(Secret::new(TOKEN));
    let open = TestNode::open_with(&database, config).await;
    let (closed, open) = (
        init_service(app(Shared::new(closed.node))).await,
        init_service(app(Shared::new(open.node))).await,
    );
    let request = |address: &str| from(address).uri("/metrics");
    let bearer = |token: &str| (header::AUTHORIZATION, format!("Bearer {token}"));
    for (service, request, status) in [
        (&closed, request("::1"), 200),
        (&closed, request("192.0.2.1"), 403),
        (&closed, request("192.0.2.1").insert_header(bearer("")), 403),
        // A reverse proxy on this machine brings requests from everywhere.
        (
            &closed,
            request("127.0.0.1").insert_header(("X-Forwarded-For", "192.0.2.1")),
            403,
        ),
        (&open, request("192.0.2.1"), 401),
        (
            &open,
            request("192.0.2.1").insert_header(bearer("another token altogether")),
            401,
        ),
        (&open, request("192.0.2.1").insert_header(bearer(TOKEN)), 200),
    ] {
        let response = call_service(service, request.to_request()).await;
        assert_eq!(response.status().as_u16(), status);
    }
}
