//! What a network announces, as `/api/v1/networks/{handle}` shows it and takes decisions.

use actix_web::http::header;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use maillage::app::centres;
use maillage::domain::centre::{CentreKind, CentreProfile};
use maillage::domain::member::Role;
use maillage::federation::networks;
use maillage::web::{Shared, app};
use serde_json::{Value, json};

use super::{call, centre, smallest};
use crate::support::node::on_both;

#[test]
fn a_network_has_members_a_rule_and_decisions_that_can_be_changed() {
    on_both(async |test| {
        centre(&test, "escale").await;
        let profile = CentreProfile {
            name: "RLIN".into(),
            ..CentreProfile::default()
        };
        centres::add(&test.node, CentreKind::Network, "rlin", profile)
            .await
            .expect("a network");
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        let admin = test.token(Role::Admin).await;
        let home = "/api/v1/networks/rlin";
        let asks = json!({"approval": true});
        assert_eq!(
            call!(service, "PUT", &format!("{home}/rule"), admin, asks).1["approval"],
            true
        );
        let member = format!("{home}/members/escale");
        assert_eq!(call!(service, "PUT", &member, admin, json!({"trusted": false})).0, 204);
        let mut event = smallest();
        event["centre"] = "escale".into();
        assert_eq!(call!(service, "POST", "/api/v1/events", admin, event).0, 201);
        networks::step(&test.node.federation).await.expect("looked at");

        let seen = async || call!(service, "GET", home, admin, Value::Null).1;
        let shown = seen().await;
        assert_eq!(shown["members"][0]["member"], "escale");
        assert_eq!(shown["waiting"][0]["title"], "Les mardis numériques");
        assert_eq!(shown["decided"], json!([]));
        let subject = shown["waiting"][0]["subject"].clone();
        let decisions = format!("{home}/decisions");
        for decision in ["refused", "approved"] {
            let said = json!({"subject": subject, "decision": decision});
            assert_eq!(call!(service, "POST", &decisions, admin, said).0, 204);
            let shown = seen().await;
            assert_eq!(shown["waiting"], json!([]));
            let decided = &shown["decided"][0];
            assert_eq!(
                (&decided["subject"], &decided["decision"], &decided["publisher"]),
                (&subject, &json!(decision), &json!("Centre escale"))
            );
        }
        let back = json!({"subject": subject, "decision": "waiting"});
        assert_eq!(call!(service, "POST", &decisions, admin, back).0, 204);
        let shown = seen().await;
        assert_eq!(shown["decided"], json!([]));
        assert_eq!(shown["waiting"][0]["subject"], subject);
        let unknown = json!({"subject": "https://x.example/1", "decision": "approved"});
        assert_eq!(call!(service, "POST", &decisions, admin, unknown).0, 404);
        assert_eq!(seen().await["decided"], json!([]), "nothing is kept of it");
    });
}
