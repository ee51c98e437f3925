//! Import of a programme, once and again.

use maillage::app::import::{ImportError, Report, import};
use maillage::app::{centres, events};
use maillage::domain::centre::{CentreKind, CentreProfile};
use maillage::store;

use crate::support::node::{TestNode, on_both};

const DEMO: &str = include_str!("../../src/cli/demo/programme.json");

async fn counts(test: &TestNode) -> (usize, usize) {
    let events = test
        .node
        .store
        .read(|conn| store::events::list_local(conn, None, None, 1000))
        .await
        .expect("events");
    (centres::list(&test.node).await.expect("centres").len(), events.len())
}

#[test]
fn the_demo_programme_is_imported_once_however_often_it_is() {
    on_both(async |test| {
        let first = import(&test.node, DEMO, None).await.expect("imported");
        assert_eq!((first.centres, first.events, first.known), (27, 54, 0));
        assert_eq!(counts(&test).await, (27, 54));
        let updated = || async {
            test.node
                .store
                .read(|conn| store::events::list_local(conn, None, None, 1000))
                .await
                .expect("events")
        };
        let before = updated().await;
        let again = import(&test.node, DEMO, None).await.expect("imported");
        assert_eq!(
            (again.centres, again.events, again.known, again.different),
            (0, 0, 54, 0)
        );
        assert_eq!(updated().await, before);
    });
}

#[test]
fn what_the_staff_changed_stays() {
    on_both(async |test| {
        import(&test.node, DEMO, Some("escale_canal")).await.expect("imported");
        let all = test
            .node
            .store
            .read(|conn| store::events::list_local(conn, None, None, 100))
            .await;
        let event = all.expect("events").remove(0);
        events::cancel(&test.node, event.id, None).await.expect("cancelled");
        let again = import(&test.node, DEMO, Some("escale_canal")).await.expect("imported");
        assert_eq!((again.events, again.different), (0, 1));
        let kept = test
            .node
            .store
            .read(move |conn| store::events::by_id(conn, event.id))
            .await;
        assert_eq!(
            kept.expect("answer").expect("the event").facts.status.as_str(),
            "cancelled"
        );
    });
}

#[test]
fn one_structure_alone_or_everything_into_one_centre() {
    on_both(async |test| {
        let one = import(&test.node, DEMO, Some("fil_rouge")).await.expect("imported");
        assert_eq!(one.centres, 1);
        assert!((1..10).contains(&one.events), "{one:?}");
        let profile = CentreProfile {
            name: "Le mien".into(),
            ..CentreProfile::default()
        };
        centres::add(&test.node, CentreKind::Centre, "le_mien", profile)
            .await
            .expect("a centre");
        let all = import(&test.node, DEMO, Some("le_mien")).await.expect("imported");
        assert_eq!((all.centres, all.events), (0, 54));
        let nobody = import(&test.node, DEMO, Some("nulle_part")).await.expect_err("refused");
        assert!(matches!(nobody, ImportError::UnknownCentre(_)), "{nobody}");
        assert_eq!(counts(&test).await, (2, 54 + one.events));
    });
}

#[test]
fn a_malformed_file_names_its_line_and_brings_nothing() {
    on_both(async |test| {
        let late = DEMO.rfind("\"titre\": ").expect("a title");
        let line = 1 + DEMO[..late].lines().count() - 1;
        let cut = DEMO.replacen("\"events\": [", "\"events\": [ oops", 1);
        let cut_line = cut.lines().position(|text| text.contains("oops")).expect("the line") + 1;
        let syntax = import(&test.node, &cut, None).await.expect_err("refused").to_string();
        assert!(syntax.contains(&format!("line {cut_line}")), "{syntax}");
        let mut wrong = DEMO.to_owned();
        wrong.replace_range(
            late..,
            &DEMO[late..].replacen("\"titre\": \"", "\"titre\": \"\\u0007", 1),
        );
        let refused = import(&test.node, &wrong, None).await.expect_err("refused").to_string();
        assert!(refused.starts_with(&format!("line {line}, ")), "{refused}");
        assert!(refused.contains("titre: "), "{refused}");
        assert_eq!(counts(&test).await, (0, 0));
    });
}

#[test]
fn an_event_that_names_no_centre_goes_to_the_only_one() {
    on_both(async |test| {
        let text =
            r#"[{"title": "Atelier", "start": "2026-11-24T09:00", "end": "2026-11-24T12:00", "mode": "online"}]"#;
        let refused = import(&test.node, text, None).await.expect_err("refused");
        assert!(matches!(refused, ImportError::Refused(_)), "{refused}");
        let profile = CentreProfile {
            name: "Le mien".into(),
            ..CentreProfile::default()
        };
        centres::add(&test.node, CentreKind::Centre, "le_mien", profile)
            .await
            .expect("a centre");
        let expected = Report {
            events: 1,
            ..Report::default()
        };
        assert_eq!(import(&test.node, text, None).await.expect("imported"), expected);
    });
}
