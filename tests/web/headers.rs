//! The headers that protect the reader.

use actix_web::test::{TestRequest, call_service, init_service};
use maillage::config::Config;
use maillage::web::{Shared, app};
use url::Url;

use super::header_of;
use crate::support::database::Database;
use crate::support::node::TestNode;

#[actix_web::test]
async fn every_answer_has_them_errors_too() {
    let database = Database::sqlite();
    let test = TestNode::open(&database).await;
    let service = init_service(app(Shared::new(test.node))).await;
    for path in ["/health/live", "/nowhere", "/api/v1/nowhere"] {
        let response = call_service(&service, TestRequest::with_uri(path).to_request()).await;
        let header = |name: &str| {
            response
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
        };
        let policy = header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "same-origin");
        assert!(header("permissions-policy").contains("camera=()"));
        assert_eq!(
            header("strict-transport-security"),
            "",
            "a trial has no TLS to insist on"
        );
    }
}

#[actix_web::test]
async fn a_node_on_https_insists_on_it() {
    let database = Database::sqlite();
    let config = Config::new(Url::parse("https://agenda.example").expect("url"), database.folder());
    let test = TestNode::open_with(&database, config).await;
    let service = init_service(app(Shared::new(test.node))).await;
    let response = call_service(&service, TestRequest::with_uri("/health/live").to_request()).await;
    assert_eq!(header_of(&response, "strict-transport-security"), "max-age=31536000");
}
