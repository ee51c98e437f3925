//! Agendas that do not federate, followed by their address: read politely, shown and credited, never sent on.

mod bounds;

use chrono::TimeDelta;
use maillage::app::{Error, events, following};
use maillage::domain::id::FollowId;
use maillage::federation::fetch::FetchError;
use serde_json::Value;

use super::networks::{follow_as, network};
use crate::support::database::Database;
use crate::support::foreign::Foreign;
use crate::support::network::{Home, Running, clock, workshop};
use crate::support::server::{Reply, Server};

const ICS: &str = "text/calendar; charset=utf-8";

struct Scene {
    node: Running,
    other: Foreign,
}

impl Scene {
    async fn new() -> Self {
        let clock = clock();
        let home = Home::new("noeud", Database::sqlite(), &clock);
        Self {
            node: home.start().await,
            other: Foreign::start("mjc", &clock),
        }
    }

    fn serve(&self, events: &[&str]) {
        self.other.serve_as("/agenda.ics", 200, ICS, &file(events));
    }

    async fn follow(&self) {
        self.node.follow(&self.other.url("/agenda.ics")).await;
        self.node.pull().await;
    }

    async fn later(&self) {
        self.node.clock.advance(TimeDelta::hours(25));
        self.node.pull().await;
    }

    /// Titles with their local start, in order.
    async fn shown(&self) -> Vec<String> {
        let all = self.node.calendar().await.into_iter();
        all.map(|shown| format!("{} {}", &shown.start[..16], shown.title))
            .collect()
    }

    async fn first(&self) -> Value {
        let calendar = self.node.get("/api/v1/calendar", "application/json").await.json();
        calendar["items"][0].clone()
    }

    async fn follow_item(&self) -> Value {
        let follows = self.node.get("/api/v1/follows", "application/json").await.json();
        follows["items"][0].clone()
    }

    async fn problem(&self) -> String {
        self.follow_item().await["problem"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }
}

fn file(events: &[&str]) -> String {
    let events: String = events
        .iter()
        .map(|event| format!("BEGIN:VEVENT\n{event}\nEND:VEVENT\n"))
        .collect();
    format!("BEGIN:VCALENDAR\nVERSION:2.0\nX-WR-CALNAME:Agenda de la MJC\n{events}END:VCALENDAR\n")
        .replace('\n', "\r\n")
}

#[tokio::test]
async fn an_agenda_is_followed_read_and_credited() {
    let scene = Scene::new().await;
    scene.serve(&["UID:1@mjc\nSUMMARY:Café\n  numérique\\, avec thé\nDTSTART;TZID=Romance Standard Time:20261201T140000\n\
        DTEND;TZID=Romance Standard Time:20261201T160000\nDESCRIPTION:Un\\nDeux\\; trois\nURL:https://mjc.example/cafe\n\
        LOCATION:MJC du Fort\\, 3 rue Haute\\, 59100 Roubaix\nGEO:50.69;3.17\nCATEGORIES:Smartphone,Tricot\n\
        BEGIN:VALARM\nTRIGGER:-PT15M\nSUMMARY:Alarme\nEND:VALARM"]);
    scene.follow().await;
    assert_eq!(scene.node.follow_states().await, ["accepted"], "nobody is asked");
    assert_eq!(scene.other.posts(), Vec::<Value>::new(), "nothing is sent");
    assert_eq!(scene.shown().await, ["2026-12-01T14:00 Café numérique, avec thé"]);
    let item = scene.first().await;
    assert_eq!(item["origin"]["name"], "Agenda de la MJC");
    assert_eq!(item["url"], "https://mjc.example/cafe");
    assert_eq!(item["description"], "Un\nDeux; trois");
    assert_eq!(item["place"]["postcode"], "59100");
    assert_eq!(item["place"]["city"], "Roubaix");
    assert_eq!(item["place"]["latitude"], 50.69);
    assert!(item["tags"].to_string().contains("Tricot"), "{item}");
    assert_eq!(scene.problem().await, "");
    let outbox = scene.node.get("/actor/outbox", "application/activity+json").await;
    assert!(!outbox.text.contains("Create"), "not published under our name");

    let follow = scene.follow_item().await;
    assert_eq!(follow["kind"], "Source");
    let id: FollowId = follow["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    following::unfollow(&scene.node.node, id).await.expect("unfollowed");
    scene.node.deliver().await;
    assert!(scene.node.titles().await.is_empty());
    assert_eq!(scene.other.posts(), Vec::<Value>::new());
}

#[tokio::test]
async fn a_network_that_follows_what_its_site_follows_already_shows_it_at_once() {
    let scene = Scene::new().await;
    scene.serve(&["UID:un\nDTSTART:20261203T130000Z\nDTEND:20261203T150000Z\nSUMMARY:Café"]);
    scene.follow().await;
    let network = network(&scene.node, "rlin").await;
    follow_as(&scene.node, &network, &scene.other.url("/agenda.ics")).await;
    let federation = &scene.node.node.federation;
    while maillage::federation::networks::step(federation)
        .await
        .expect("looked at")
        > 0
    {}
    let list = scene
        .node
        .get("/api/v1/calendar?network=rlin", "application/json")
        .await
        .json();
    assert_eq!(list["items"][0]["title"], "Café", "{list}");
}

#[tokio::test]
async fn a_rule_is_read_in_its_zone_with_its_exceptions() {
    let scene = Scene::new().await;
    let master = "UID:hebdo\nSUMMARY:Atelier\nDTSTART;TZID=Europe/Paris:20200107T090000\nDURATION:PT2H\n\
        RRULE:FREQ=WEEKLY\nEXDATE;TZID=Europe/Paris:20261201T090000";
    let moved = "UID:hebdo\nSUMMARY:Atelier déplacé\nRECURRENCE-ID;TZID=Europe/Paris:20261208T090000\n\
        DTSTART;TZID=Europe/Paris:20261209T100000\nDTEND;TZID=Europe/Paris:20261209T110000";
    let off = "UID:hebdo\nSUMMARY:Atelier\nSTATUS:CANCELLED\nRECURRENCE-ID:20261215T080000Z\n\
        DTSTART;TZID=Europe/Paris:20261215T090000\nDURATION:PT2H";
    scene.serve(&[master, moved, off]);
    scene.follow().await;
    let shown = scene.shown().await;
    assert_eq!(shown[0], "2026-11-24T09:00 Atelier", "begun years ago, without end");
    assert_eq!(shown[1], "2026-12-09T10:00 Atelier déplacé");
    assert_eq!(shown[2], "2026-12-15T09:00 Atelier");
    assert!(
        shown.contains(&"2027-03-30T09:00 Atelier".to_owned()),
        "nine o’clock in summer too"
    );
    assert!((70..=82).contains(&shown.len()), "{}", shown.len());
    let cancelled = scene
        .node
        .calendar()
        .await
        .into_iter()
        .filter(|shown| shown.status == "cancelled");
    assert_eq!(cancelled.count(), 1);
}

#[tokio::test]
async fn changes_by_uid_are_followed_and_what_vanished_leaves() {
    let scene = Scene::new().await;
    let one = "UID:1\nSUMMARY:Un\nDTSTART:20261201T090000";
    scene.serve(&[
        one,
        "UID:2\nSUMMARY:Deux\nDTSTART:20261202T080000Z",
        "UID:3\nSUMMARY:Fête\nDTSTART;VALUE=DATE:20261203",
    ]);
    scene.follow().await;
    let before = scene.shown().await;
    assert_eq!(
        before,
        ["2026-12-01T09:00 Un", "2026-12-02T09:00 Deux", "2026-12-03T00:00 Fête"],
        "floating, UTC, a day"
    );
    let uri = scene.first().await["uri"].clone();
    let updated = scene.first().await["updated"].clone();
    scene.serve(&[
        "UID:1\nSUMMARY:Un et demi\nDTSTART:20261204T090000",
        "UID:2\nSUMMARY:Deux\nDTSTART:20261202T080000Z",
    ]);
    scene.later().await;
    assert_eq!(
        scene.shown().await,
        ["2026-12-02T09:00 Deux", "2026-12-04T09:00 Un et demi"]
    );
    let calendar = scene.node.calendar().await;
    assert_eq!(
        calendar[1].uri,
        uri.as_str().expect("a uri"),
        "the same event on another date"
    );
    assert_eq!(
        scene.first().await["updated"],
        updated,
        "what is the same was not changed"
    );

    // Cut in the middle: nothing is taken for gone.
    let whole = file(&["UID:2\nSUMMARY:Deux\nDTSTART:20261202T080000Z", one]);
    scene
        .other
        .serve_as("/agenda.ics", 200, ICS, &whole[..whole.len() - 60]);
    scene.later().await;
    assert!(scene.problem().await.contains("truncated"), "{}", scene.problem().await);
    assert_eq!(scene.node.titles().await.len(), 2);

    // Not an agenda any more, then not there: what was known stays, and it is told.
    scene
        .other
        .serve_as("/agenda.ics", 200, "text/html", "<html>Bientôt</html>");
    scene.later().await;
    assert!(scene.problem().await.contains("no_agenda"), "{}", scene.problem().await);
    scene.other.serve_as("/agenda.ics", 503, ICS, "");
    scene.later().await;
    assert!(
        scene.problem().await.contains("status_5xx"),
        "{}",
        scene.problem().await
    );
    assert_eq!(scene.node.titles().await.len(), 2);
}

#[tokio::test]
async fn an_agenda_is_asked_once_an_hour_at_most_and_silence_makes_it_rarer() {
    let scene = Scene::new().await;
    scene.serve(&["UID:1\nSUMMARY:Un\nDTSTART:20261201T090000"]);
    scene.follow().await;
    let asked = || scene.other.asked_for("/agenda.ics");
    let first = asked();
    scene.node.clock.advance(TimeDelta::minutes(59));
    scene.node.pull().await;
    assert_eq!(asked(), first);
    scene.other.serve_as("/agenda.ics", 500, ICS, "");
    scene.later().await;
    let failed = asked();
    assert_eq!(failed, first + 1);
    scene.node.clock.advance(TimeDelta::hours(20));
    scene.node.pull().await;
    assert_eq!(asked(), failed, "a day without an answer: another day of peace");
}

#[tokio::test]
async fn a_website_that_names_its_agenda_is_enough_and_a_feed_of_posts_is_not() {
    let scene = Scene::new().await;
    scene.serve(&["UID:1\nSUMMARY:Un\nDTSTART:20261201T090000"]);
    let page = r#"<html><head><link rel="alternate" type="text/calendar" href="/agenda.ics"></head></html>"#;
    scene.other.serve_as("/agenda", 200, "text/html", page);
    scene.node.follow(&scene.other.url("/agenda")).await;
    scene.node.pull().await;
    assert_eq!(scene.node.titles().await, ["Un"]);
    scene.node.follow(&scene.other.url("/agenda.ics")).await;
    assert_eq!(scene.node.follow_states().await, ["accepted"], "the same agenda");

    let atom = r#"<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Un article</title>
        <updated>2026-11-20T10:00:00Z</updated></entry></feed>"#;
    for (body, path) in [(atom, "/feed"), ("<html>rien</html>", "/rien")] {
        scene.other.serve_as(path, 200, "text/html", body);
        let refused = following::follow(&scene.node.node, &scene.other.url(path), None).await;
        match refused {
            Err(Error::Refused(refusal)) => {
                assert_eq!(refusal.0[0].reason.code(), "no-agenda");
                assert!(refusal.0[0].reason.french().contains(".ics"));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn an_agenda_that_moved_is_found_at_its_new_host_and_never_inside() {
    let scene = Scene::new().await;
    scene.serve(&["UID:1\nSUMMARY:Un\nDTSTART:20261201T090000"]);
    let moved = scene.other.url("/agenda.ics");
    let server = Server::start(move |request| match request.target.as_str() {
        "/agenda.ics" => Reply::redirect(&moved),
        "/boucle" => Reply::redirect("/boucle"),
        inside => Reply::redirect(inside.trim_start_matches('/')),
    });
    let at = |path: &str| server.url_at("ancien.localhost", path);
    let fetcher = &scene.node.node.federation.fetcher;
    let found = fetcher.get_text(&at("/agenda.ics"), None).await;
    let found = found.expect("an answer").expect("a file");
    assert_eq!(found.address.as_str(), scene.other.url("/agenda.ics"));
    assert_eq!(fetcher.get_text(&at("/boucle"), None).await, Err(FetchError::Redirect));
    for inside in [
        "http://10.0.0.1/agenda.ics",
        "http://169.254.169.254/latest",
        "http://[::ffff:192.168.1.1]/",
        "http://192.168.1.1:8080/agenda.ics",
        "gopher://a.example/",
        "file:///etc/passwd",
    ] {
        let refused = fetcher.get_text(&at(&format!("/{inside}")), None).await;
        assert!(matches!(refused, Err(FetchError::Blocked(_))), "{inside}: {refused:?}");
    }
    scene.node.follow(at("/agenda.ics").as_str()).await;
    scene.node.pull().await;
    assert_eq!(scene.node.titles().await, ["Un"]);
}

#[tokio::test]
async fn an_agenda_whose_page_is_at_another_host_by_now_is_found_by_the_old_address() {
    let scene = Scene::new().await;
    let events = ["UID:1\nSUMMARY:Un\nDTSTART:20261201T090000"];
    scene.other.serve_as("/agenda/", 200, ICS, &file(&events));
    let moved = scene.other.url("/agenda/");
    let apex = Server::start(move |_| Reply::new(301, &format!("location: {moved}\r\n"), b""));
    scene
        .node
        .follow(apex.url_at("apex.localhost", "/agenda/").as_str())
        .await;
    scene.node.pull().await;
    assert_eq!(scene.node.titles().await, ["Un"]);
}

#[tokio::test]
async fn a_feed_that_tells_when_is_followed_as_an_agenda_is() {
    let scene = Scene::new().await;
    let entry = |number: u32, title: &str, start: &str| {
        format!(
            "<item><title>{title}</title><link>https://mjc.example/{number}</link>\
             <ev:startdate>{start}</ev:startdate><ev:location>MJC, 3 rue Neuve, 37000 Tours</ev:location></item>"
        )
    };
    let serve = |items: &[String]| {
        let module = "http://purl.org/rss/1.0/modules/event/";
        let rss = format!("<rss xmlns:ev=\"{module}\"><channel>{}</channel></rss>", items.concat());
        scene.other.serve_as("/feed", 200, "application/rss+xml", &rss);
    };
    serve(&[
        entry(1, "Souris", "2026-12-01T18:00+01:00"),
        entry(2, "Clavier", "2026-12-02T18:00+01:00"),
    ]);
    scene.node.follow(&scene.other.url("/feed")).await;
    scene.node.pull().await;
    assert_eq!(
        scene.shown().await,
        ["2026-12-01T18:00 Souris", "2026-12-02T18:00 Clavier"]
    );
    // A feed has the newest posts only: what rolled out of it is still to come.
    serve(&[
        entry(2, "Clavier", "2026-12-03T18:00+01:00"),
        entry(3, "Écran", "2026-12-04T18:00+01:00"),
    ]);
    scene.later().await;
    assert_eq!(
        scene.shown().await,
        [
            "2026-12-01T18:00 Souris",
            "2026-12-03T18:00 Clavier",
            "2026-12-04T18:00 Écran"
        ]
    );
    assert_eq!(scene.problem().await, "");
}

#[tokio::test]
async fn our_own_atom_feed_can_be_followed_where_we_cannot() {
    let scene = Scene::new().await;
    let clock = clock();
    let home = Home::new("ailleurs", Database::sqlite(), &clock);
    let elsewhere = home.start().await;
    let centre = elsewhere.centre("agenda").await;
    events::publish(&elsewhere.node, centre.id, workshop("Café numérique", 30))
        .await
        .expect("published");
    let feed = elsewhere.get("/calendar.atom", "application/atom+xml").await;
    assert_eq!(feed.status, 200);
    scene
        .other
        .serve_as("/copie.atom", 200, "application/atom+xml", &feed.text);
    scene.node.follow(&scene.other.url("/copie.atom")).await;
    scene.node.pull().await;
    let (there, here) = (elsewhere.calendar().await, scene.node.calendar().await);
    assert_eq!(here.len(), 1);
    assert_eq!(here[0].start, there[0].start);
    assert!(here[0].title.starts_with("Café numérique"), "{}", here[0].title);
}

#[tokio::test]
async fn a_hostile_agenda_is_bounded_and_told() {
    let scene = Scene::new().await;
    let many: Vec<String> = (0..300)
        .map(|n| format!("UID:m{n}\nSUMMARY:Même jour\nDTSTART:20261201T090000"))
        .collect();
    let mut events: Vec<&str> = many.iter().map(String::as_str).collect();
    events.extend([
        "UID:fin\nSUMMARY:Fin\nDTSTART:20261201T090000\nRRULE:FREQ=SECONDLY",
        "UID:jamais\nSUMMARY:Jamais\nDTSTART:20261201T090000\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "UID:zero\nSUMMARY:An zéro\nDTSTART:00000101T000000",
        "UID:loin\nSUMMARY:Loin\nDTSTART:21260101T090000",
        "SUMMARY:Sans nom\nDTSTART:20261201T090000",
        "UID:prive\nSUMMARY:Privé\nCLASS:PRIVATE\nDTSTART:20261202T090000",
        "UID:bon\nSUMMARY:<script>alert(1)</script>Bon\nDTSTART:20261202T100000\nURL:javascript:alert(1)\n\
         DESCRIPTION:<p onclick=\"x\">Bonjour</p><script>x</script>",
    ]);
    scene.serve(&events);
    scene.follow().await;
    let problem = scene.problem().await;
    assert_eq!(
        problem,
        "no_uid; too_many_on_a_day: 100; unreadable_event; unreadable_rule"
    );
    let shown = scene.shown().await;
    assert_eq!(shown.len(), 201);
    assert_eq!(shown[200], "2026-12-02T10:00 Bon");
    let page = scene
        .node
        .get("/api/v1/calendar?limit=200&from=2026-12-02", "application/json")
        .await
        .json();
    let bon = &page["items"][0];
    assert!(
        !bon.to_string().contains("<script")
            && !bon.to_string().contains("javascript")
            && !bon.to_string().contains("onclick"),
        "{bon}"
    );
    scene
        .other
        .serve_as("/agenda.ics", 200, ICS, &"a".repeat(5 * 1024 * 1024));
    scene.later().await;
    assert_eq!(scene.problem().await, "answer_too_large");
}
