//! Atom (RFC 4287), for feed readers and for sites that list the next sessions.

use chrono::SecondsFormat;

use super::{Channel, Item, address, clean, one_line};
use crate::domain::event::Mode;
use crate::domain::time::Instant;

/// The feed as UTF-8 XML.
pub fn feed(channel: &Channel, items: &[Item<'_>]) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    let language = escape(channel.language);
    xml.push_str(&format!(
        "<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:ev=\"http://purl.org/rss/1.0/modules/event/\" xml:lang=\"{language}\">\n"
    ));
    element(&mut xml, "id", &channel.address);
    element(&mut xml, "title", &one_line(&channel.name));
    element(&mut xml, "updated", &date(channel.updated));
    link(&mut xml, "self", "application/atom+xml", &channel.address);
    link(&mut xml, "alternate", "text/html", &channel.page);
    xml.push_str("<generator>Maillage</generator>\n");
    for item in items {
        entry(&mut xml, item);
    }
    xml.push_str("</feed>\n");
    xml
}

fn entry(xml: &mut String, item: &Item<'_>) {
    let (entry, facts) = (item.entry, &item.entry.event.facts);
    xml.push_str("<entry>\n");
    element(xml, "id", &entry.uri);
    // The day is in the title: the sessions of a series would otherwise look the same.
    element(xml, "title", &one_line(&format!("{} — {}", item.title(), item.when)));
    element(xml, "published", &date(entry.event.published));
    element(xml, "updated", &date(entry.event.updated));
    for name in entry.publishers() {
        xml.push_str(&format!("<author><name>{}</name></author>\n", escape(&one_line(&name))));
    }
    link(xml, "alternate", "text/html", &entry.url);
    when_and_where(xml, item);
    for category in &item.categories {
        xml.push_str(&format!("<category term=\"{}\"/>\n", escape(&one_line(category))));
    }
    let mut lines = vec![item.when.clone()];
    lines.extend(item.lines.iter().cloned());
    lines.extend(Some(facts.lead()).filter(|words| !words.is_empty()));
    element(xml, "summary", &lines.join("\n"));
    xml.push_str("</entry>\n");
}

/// For those who read a calendar and not posts: the event module of RSS, as foreign markup (RFC 4287 §6).
fn when_and_where(xml: &mut String, item: &Item<'_>) {
    let (occurrence, facts) = (item.entry.session.occurrence, item.facts());
    element(xml, "ev:startdate", &date(occurrence.start));
    if facts.schedule.end_known {
        element(xml, "ev:enddate", &date(occurrence.end));
    }
    if let Some(place) = facts.place.as_ref().filter(|_| facts.mode != Mode::Online) {
        element(xml, "ev:location", &one_line(&address(place)));
    }
}

fn element(xml: &mut String, name: &str, text: &str) {
    xml.push_str(&format!("<{name}>{}</{name}>\n", escape(&clean(text))));
}

fn link(xml: &mut String, rel: &str, media_type: &str, href: &str) {
    xml.push_str(&format!(
        "<link rel=\"{rel}\" type=\"{media_type}\" href=\"{}\"/>\n",
        escape(&one_line(href))
    ));
}

fn date(instant: Instant) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::sample::{channel, entry, item};

    #[test]
    fn the_feed_has_what_rfc_4287_requires() {
        let entry = entry();
        let xml = feed(&channel(), &[item(&entry)]);
        for expected in [
            "<id>https://agenda.example/calendar.ics?city=Roubaix&amp;level=debutant</id>",
            "<updated>2026-11-02T10:00:00Z</updated>",
            "<link rel=\"self\" type=\"application/atom+xml\"",
            "<author><name>Centre social L’Escale du canal</name></author>",
            "<title>Les mardis numériques — Mardi 24 novembre, de 9 h à 12 h</title>",
            "<category term=\"Atelier numérique\"/>",
            "<ev:startdate>2026-11-24T08:00:00Z</ev:startdate>",
            "<ev:enddate>2026-11-24T11:00:00Z</ev:enddate>",
            "<ev:location>Centre social L’Escale du canal, 80 rue de l’Alma, 59100 Roubaix</ev:location>",
        ] {
            assert!(xml.contains(expected), "{expected} not in\n{xml}");
        }
    }

    #[test]
    fn hostile_words_stay_text() {
        let mut entry = entry();
        entry.event.facts.title = "</title><script>\u{0}\u{b}\u{ffff}\"]]>".into();
        entry.url = "javascript:\"><x".into();
        let xml = feed(&channel(), &[item(&entry)]);
        assert!(
            xml.contains("<title>&lt;/title&gt;&lt;script&gt;&quot;]]&gt; —"),
            "{xml}"
        );
        assert!(!xml.contains("<script") && !xml.contains("<x") && !xml.contains(['\u{0}', '\u{b}', '\u{ffff}']));
    }
}
