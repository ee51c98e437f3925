//! Who does what: computed from what is announced, the same on the page, in JSON and in the columns of the national schema.

use actix_web::cookie::Cookie;
use actix_web::http::{StatusCode, header};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use maillage::app::{centres, events};
use maillage::domain::centre::{CentreKind, CentreProfile};
use maillage::domain::event::{EventFacts, Format, Level, Price, Registration, RegistrationMode, Status};
use maillage::domain::peer::{FollowState, PeerContact};
use maillage::domain::place::Place;
use maillage::store::announces::{self, Announce};
use maillage::store::{Conn, StoreError, peers};
use maillage::web::{Shared, app};
use serde_json::Value;

use super::desk::visit;
use super::header_of;
use crate::store::samples;
use crate::support::node::{TestNode, on_both};

fn facts(title: &str, day: u32) -> EventFacts {
    let mut facts = samples::facts(title, &format!("2026-12-{day:02}T09:00:00Z"));
    facts.place = Some(Place {
        name: "La Bobine".into(),
        address: "3 rue du Fil".into(),
        postcode: "59200".into(),
        city: "Tourcoing".into(),
        insee: Some("59599".into()),
        ..Place::default()
    });
    facts
}

/// L’Escale (ours, of which nearly all is known), La Bobine (followed), Le Fil (announced by a followed network, nearly
/// nothing is known), and a centre of ours that announces nothing.
async fn network(test: &TestNode) {
    let place = Place {
        name: "L’Escale".into(),
        address: "80 rue de l’Alma".into(),
        postcode: "59100".into(),
        city: "Roubaix".into(),
        ..Place::default()
    };
    let profile = CentreProfile {
        name: "L’Escale du canal".into(),
        typology: Some("CS".into()),
        phone: Some("+33353010101".into()),
        place: Some(place.clone()),
        ..CentreProfile::default()
    };
    let escale = centres::add(&test.node, CentreKind::Centre, "escale", profile).await;
    let quiet = CentreProfile {
        name: "Zone calme".into(),
        ..CentreProfile::default()
    };
    centres::add(&test.node, CentreKind::Centre, "calme", quiet)
        .await
        .expect("a centre");
    let mut workshop = samples::facts("Les mardis numériques", "2026-12-01T09:00:00Z");
    workshop.place = Some(place);
    workshop.event_type = Some("atelier".into());
    workshop.themes = vec!["email".into()];
    workshop.services = vec!["maitrise-des-outils-numeriques-du-quotidien".into(), "inconnu".into()];
    workshop.audiences = vec!["seniors".into(), "parents".into(), "familles".into()];
    (workshop.level_min, workshop.level_max) = (Some(Level::Eloigne), Some(Level::Debutant));
    workshop.price = Some(Price::Gratuit);
    workshop.format = Some(Format::Mixte);
    workshop.registration = Some(Registration {
        mode: RegistrationMode::SansInscription,
        access: vec!["se-presenter".into(), "ce-lieu-n-accueille-pas-de-public".into()],
        phone: None,
        email: None,
        url: None,
        capacity: None,
        waiting_list: false,
    });
    let escale = escale.expect("a centre").id;
    events::publish(&test.node, escale, workshop).await.expect("an event");
    let stored = test.node.store.write(|conn: &mut Conn| {
        let bobine = samples::peer(conn, "bobine", "b.example");
        samples::follow(conn, None, bobine.id, FollowState::Accepted);
        for day in [2, 3] {
            let mut theirs = facts("Permanence", day);
            theirs.themes = vec!["securite_numerique".into()];
            theirs.contact.phone = Some("+33353010202".into());
            samples::remote(conn, &bobine, theirs);
        }
        let mut off = facts("Annulé", 1);
        off.status = Status::Cancelled;
        off.themes = vec!["logement".into()];
        samples::remote(conn, &bobine, off);
        let (mut hub, thread) = (
            samples::peer_of("reseau", "r.example"),
            samples::peer(conn, "fil", "f.example"),
        );
        // What its actor says of itself.
        hub.contact = Some(PeerContact {
            place: Some(Place {
                address: "8 rue du Moulin".into(),
                postcode: "59000".into(),
                city: "Lille".into(),
                ..Place::default()
            }),
            phone: Some("+33353010909".into()),
        });
        hub.id = peers::upsert(conn, &hub)?;
        samples::follow(conn, None, hub.id, FollowState::Accepted);
        let event = samples::remote(conn, &thread, samples::facts("Café", "2026-12-04T09:00:00Z"));
        announces::insert(
            conn,
            &Announce {
                event: event.id,
                by: maillage::domain::event::Origin::Remote(hub.id),
                activity_uri: "https://r.example/announces/1".into(),
                at: samples::now(),
                via: Vec::new(),
            },
        )?;
        Ok::<_, StoreError>(())
    });
    stored.await.expect("peers");
}

fn names(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().expect("items");
    items
        .iter()
        .map(|item| item["name"].as_str().expect("a name"))
        .collect()
}

#[test]
fn each_structure_stands_with_what_it_announces() {
    on_both(async |test| {
        network(&test).await;
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        let get = async |path: &str| visit!(service, "", path, "").2.replace('\u{a0}', " ");
        let page = get("/network/directory").await;
        assert!(page.contains(", se présenter, "), "the ways in: {page}");
        let list: Value = serde_json::from_str(&get("/network/directory.json").await).expect("JSON");
        assert_eq!(
            names(&list),
            [
                "L’Escale du canal",
                "Pair bobine",
                "Pair fil",
                "Pair reseau",
                "Zone calme"
            ]
        );
        let bobine = &list["items"][1];
        assert_eq!(
            (&bobine["sessions"], &bobine["phone"]),
            (&2.into(), &"+33353010202".into())
        );
        assert_eq!(
            (&bobine["place"]["address"], &bobine["themes"]),
            (&"3 rue du Fil".into(), &serde_json::json!(["securite_numerique"]))
        );
        assert_eq!(bobine["next_session"]["start"], "2026-12-02T10:00:00+01:00");
        let fil = &list["items"][2];
        assert_eq!(
            (&fil["place"], &fil["phone"], &fil["prices"]),
            (&Value::Null, &Value::Null, &serde_json::json!([]))
        );
        assert_eq!(list["items"][4]["sessions"], 0);
        let api: Value = serde_json::from_str(&get("/api/v1/directory").await).expect("JSON");
        assert_eq!(api, list);

        let page = get("/network/directory").await;
        for words in [
            "href=\"/centres/escale\"",
            "href=\"tel:+33353010101\"",
            "80 rue de l’Alma",
            "Atelier numérique",
            "Seniors, Parents, Familles",
            "Gratuit, sans inscription",
            "Mercredi 2 décembre, à 10 h — Permanence",
            "2 séances à venir",
            "Aucune séance annoncée pour le moment.",
            "À jour le",
            "5 structures",
        ] {
            assert!(page.contains(words), "{words} is missing: {page}");
        }
        assert!(!page.contains("Annulé"));
    });
}

#[test]
fn the_calendars_filters_say_who_does_this() {
    on_both(async |test| {
        network(&test).await;
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        for (query, found) in [
            ("theme=securite_numerique", vec!["Pair bobine"]),
            ("level=debutant", vec!["L’Escale du canal"]),
            ("audience=seniors", vec!["L’Escale du canal"]),
            ("city=Tourcoing", vec!["Pair bobine"]),
            ("theme=logement", vec![]),
            ("network=reseau%40r.example", vec!["Pair fil"]),
        ] {
            let (status, _, list) = visit!(service, "", &format!("/network/directory.json?{query}"), "");
            assert_eq!(status, StatusCode::OK);
            assert_eq!(names(&serde_json::from_str(&list).expect("JSON")), found, "{query}");
        }
        let page = visit!(service, "", "/network/directory?theme=logement", "").2;
        assert!(page.contains("Aucune structure n’annonce"), "{page}");
        assert_eq!(
            visit!(service, "", "/network/directory?theme=rien", "").0,
            StatusCode::UNPROCESSABLE_ENTITY
        );
    });
}

/// The columns of LaMednum 1.0.2, in their order (domain.md names them; schema.data.gouv.fr publishes them).
const MEDNUM: &str = "id,pivot,nom,commune,code_postal,code_insee,adresse,complement_adresse,latitude,longitude,typologie,\
    telephone,courriels,site_web,horaires,presentation_resume,presentation_detail,source,itinerance,structure_parente,\
    date_maj,services,publics_specifiquement_adresses,prise_en_charge_specifique,frais_a_charge,\
    dispositif_programmes_nationaux,formations_labels,autres_formations_labels,modalites_acces,modalites_accompagnement,\
    fiche_acces_libre,prise_rdv,";

#[test]
fn the_table_has_the_columns_and_the_values_of_the_national_schema() {
    on_both(async |test| {
        network(&test).await;
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        let table = visit!(service, "", "/network/directory.csv", "").2;
        assert!(table.starts_with(MEDNUM), "{table}");
        let lines: Vec<Vec<&str>> = table
            .trim_end()
            .split("\r\n")
            .map(|line| line.split(',').collect())
            .collect();
        let cell = |line: usize, name: &str| {
            let at = lines[0].iter().position(|column| *column == name).expect(name);
            lines[line][at]
        };
        assert!(lines.iter().all(|line| line.len() == lines[0].len()), "{table}");
        for (name, value) in [
            ("id", "http://un.test:8080/groups/escale"),
            ("pivot", ""),
            ("commune", "Roubaix"),
            ("code_postal", "59100"),
            ("typologie", "CS"),
            ("telephone", "+33353010101"),
            ("services", "Maîtrise des outils numériques du quotidien"),
            ("publics_specifiquement_adresses", "Seniors|Familles et/ou enfants"),
            ("frais_a_charge", "Gratuit"),
            ("modalites_acces", "Se présenter|Ce lieu n'accueille pas de public"),
            (
                "modalites_accompagnement",
                "Dans un atelier collectif|Accompagnement individuel",
            ),
            ("itinerance", ""),
            ("date_maj", "2026-11-23"),
            ("niveau_max", "debutant"),
        ] {
            assert_eq!(cell(1, name), value, "{name}");
        }
        assert_eq!((cell(2, "code_insee"), cell(2, "adresse")), ("59599", "3 rue du Fil"));
        assert_eq!(
            (cell(4, "adresse"), cell(4, "commune"), cell(4, "telephone")),
            ("8 rue du Moulin", "Lille", "+33353010909")
        );
        // Nothing is made up for somebody of whom nothing is known.
        let unknown = [
            "commune",
            "adresse",
            "telephone",
            "courriels",
            "typologie",
            "frais_a_charge",
            "services",
            "itinerance",
        ];
        assert!(unknown.iter().all(|name| cell(3, name).is_empty()), "{:?}", lines[3]);
    });
}
