//! Events of an Atom or RSS feed, where its entries tell machines when they take place: the event module of RSS
//! (`ev:startdate`), xCal (`xcal:dtstart`), Google's `gd:when`, or an h-event in the text of the entry. An entry without is a
//! post, whose date is that of its publication: it is passed over.

use std::cell::Cell;

use roxmltree::{Document, Node, ParsingOptions};

use super::markup::Told;
use super::microformats;
use crate::federation::convert::html::to_text;

/// Elements, texts and comments of one feed that are read.
const MAX_NODES: u32 = 200_000;
/// Attributes of one element: the parser compares each with all others.
const MAX_ATTRIBUTES: usize = 256;
/// Names of namespaces in one feed: the parser copies those of an element to each one within that adds to them.
const MAX_NAMESPACES: usize = 4_000;
/// Longest title and description, in characters.
const TEXTS: (usize, usize) = (500, 10_000);
/// <https://web.resource.org/rss/1.0/modules/event/>
const EVENT_MODULE: &str = "http://purl.org/rss/1.0/modules/event/";
/// RFC 6321, and its older name in feeds.
const XCAL: [&str; 2] = ["urn:ietf:params:xml:ns:xcal", "urn:ietf:params:xml:ns:icalendar-2.0"];
/// Google Data.
const GOOGLE: &str = "http://schemas.google.com/g/2005";
/// <https://www.georss.org/>
const GEORSS: &str = "http://www.georss.org/georss";

/// The feed as it stands, and how many bytes of its texts are still read.
struct Texts<'f> {
    feed: &'f str,
    left: Cell<usize>,
}

impl<'f> Texts<'f> {
    /// Each text is looked at twice: for an h-event, and for what people read. Entries within texts of entries would be as
    /// often as they are deep.
    fn of(feed: &'f str) -> Self {
        Self {
            feed,
            left: Cell::new(2 * feed.len()),
        }
    }

    /// The HTML of an element: its text, or, where it is XHTML, what stands in the feed. Nothing when too much was read.
    fn html(&self, element: Node<'f, '_>) -> &'f str {
        let is_xhtml = element.children().any(|child| child.is_element());
        let html = match is_xhtml {
            true => self.feed.get(element.range()),
            false => element.text(),
        };
        let html = html.unwrap_or_default();
        let left = self.left.get().checked_sub(html.len());
        self.left.set(left.unwrap_or_default());
        left.map_or("", |_| html)
    }
}

/// Up to `max` events of the feed `text`; none where it is no XML, has a document type definition, or is made to be read for
/// long.
pub fn events(text: &str, max: usize) -> Vec<Told> {
    let options = ParsingOptions {
        nodes_limit: MAX_NODES,
        ..ParsingOptions::default()
    };
    let text = text.trim_start_matches(|letter: char| letter == '\u{feff}' || letter.is_whitespace());
    if !is_modest(text) {
        return Vec::new();
    }
    let Ok(feed) = Document::parse_with_options(text, options) else {
        return Vec::new();
    };
    let is_entry = |node: &Node<'_, '_>| matches!(node.tag_name().name(), "entry" | "item");
    let entries = feed.descendants().filter(is_entry);
    let texts = Texts::of(text);
    entries.filter_map(|entry| event(&texts, entry)).take(max).collect()
}

/// Whether no element has more attributes, and the feed no more namespaces, than any needs.
fn is_modest(feed: &str) -> bool {
    if feed.matches("xmlns").nth(MAX_NAMESPACES).is_some() {
        return false;
    }
    let mut rest = feed;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let no_element = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")];
        let end = match no_element.iter().find(|(begin, _)| rest.starts_with(begin)) {
            Some((begin, end)) => rest[begin.len()..].find(end).map(|at| begin.len() + at),
            None => {
                let (mut quote, mut attributes): (Option<char>, usize) = (None, 0);
                rest.find(|letter: char| {
                    match quote {
                        Some(open) if open == letter => quote = None,
                        None if matches!(letter, '"' | '\'') => quote = Some(letter),
                        None if letter == '=' => attributes += 1,
                        _ => {}
                    }
                    letter == '>' && quote.is_none() || attributes > MAX_ATTRIBUTES
                })
                .filter(|_| attributes <= MAX_ATTRIBUTES)
            }
        };
        // One that is not closed is no XML.
        let Some(end) = end else { return false };
        rest = &rest[end..];
    }
    true
}

fn event<'f>(texts: &Texts<'f>, entry: Node<'f, '_>) -> Option<Told> {
    let mut told = by_modules(entry).or_else(|| in_its_text(texts, entry))?;
    let or = |known: &mut String, other: String| {
        if known.is_empty() {
            *known = other;
        }
    };
    or(
        &mut told.name,
        text_in(texts, entry, "title", TEXTS.0).replace('\n', " "),
    );
    or(&mut told.url, page(entry));
    let described = ["content", "encoded", "description", "summary"];
    let described = described.map(|name| text_in(texts, entry, name, TEXTS.1));
    or(
        &mut told.description,
        described.into_iter().find(|text| !text.is_empty()).unwrap_or_default(),
    );
    if let Some((latitude, longitude)) = text_of(entry, &[GEORSS], "point").split_once(' ') {
        or(&mut told.coordinates, format!("{latitude};{}", longitude.trim()));
    }
    Some(told)
}

/// What the modules of feeds tell.
fn by_modules(entry: Node<'_, '_>) -> Option<Told> {
    let google = child(entry, &[GOOGLE], "when");
    let of_google = |name: &str| {
        google
            .and_then(|when| when.attribute(name))
            .unwrap_or_default()
            .to_owned()
    };
    let place = child(entry, &[GOOGLE], "where").and_then(|place| place.attribute("valueString"));
    let ways = [
        (
            text_of(entry, &[EVENT_MODULE], "startdate"),
            text_of(entry, &[EVENT_MODULE], "enddate"),
        ),
        (text_of(entry, &XCAL, "dtstart"), text_of(entry, &XCAL, "dtend")),
        (of_google("startTime"), of_google("endTime")),
    ];
    let (start, end) = ways.into_iter().find(|(start, _)| !start.is_empty())?;
    let places = [
        text_of(entry, &[EVENT_MODULE], "location"),
        text_of(entry, &XCAL, "location"),
        place.unwrap_or_default().to_owned(),
    ];
    Some(Told {
        start,
        end,
        place: places.into_iter().find(|place| !place.is_empty()).unwrap_or_default(),
        cancelled: text_of(entry, &XCAL, "status").eq_ignore_ascii_case("cancelled"),
        ..Told::default()
    })
}

/// The h-event of an entry.
fn in_its_text<'f>(texts: &Texts<'f>, entry: Node<'f, '_>) -> Option<Told> {
    let described = entry.children().filter(|child| {
        let name = child.tag_name().name();
        matches!(name, "content" | "encoded" | "description" | "summary")
    });
    described
        .filter_map(|text| microformats::events(texts.html(text), 1).pop())
        .find(|told| !told.start.is_empty())
}

fn child<'a, 'input>(entry: Node<'a, 'input>, namespaces: &[&str], name: &str) -> Option<Node<'a, 'input>> {
    entry.children().find(|child| {
        let tag = child.tag_name();
        tag.name() == name && tag.namespace().is_some_and(|namespace| namespaces.contains(&namespace))
    })
}

fn text_of(entry: Node<'_, '_>, namespaces: &[&str], name: &str) -> String {
    let text = child(entry, namespaces, name).and_then(|child| child.text());
    text.unwrap_or_default().trim().to_owned()
}

/// The text of a child that may be HTML; the first of its name, whatever its namespace.
fn text_in<'f>(texts: &Texts<'f>, entry: Node<'f, '_>, name: &str, max: usize) -> String {
    let found = entry.children().find(|child| child.tag_name().name() == name);
    found.map_or_else(String::new, |found| to_text(texts.html(found), max))
}

/// The page of an entry: the alternate link of Atom, the text of RSS.
fn page(entry: Node<'_, '_>) -> String {
    let mut links = entry.children().filter(|child| child.tag_name().name() == "link");
    let is_page = |link: &Node<'_, '_>| matches!(link.attribute("rel"), None | Some("alternate"));
    let link = links.find(is_page);
    let address = link.and_then(|link| link.attribute("href").or_else(|| link.text()));
    address.unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(feed: &str) -> Told {
        let mut all = events(feed, 10);
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    #[test]
    fn rss_tells_by_its_event_module_and_by_xcal() {
        let rss = |inner: &str| {
            format!(
                "\u{feff}<?xml version=\"1.0\"?>\n<rss version=\"2.0\" xmlns:ev=\"{EVENT_MODULE}\" xmlns:x=\"{}\" \
                 xmlns:g=\"{GEORSS}\"><channel><title>MJC</title><item><title>Café &amp;amp; souris</title>\
                 <link> https://mjc.example/cafe </link><description><![CDATA[<p>Venez.</p>]]></description>\
                 <pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate>{inner}</item>\
                 <item><title>Un article</title><pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate></item></channel></rss>",
                XCAL[0]
            )
        };
        let by_module = rss(
            "<ev:startdate>2026-12-01T18:00+01:00</ev:startdate><ev:enddate>2026-12-01T20:00+01:00</ev:enddate>\
             <ev:location>MJC, Tours</ev:location><g:point>47.39 0.69</g:point>",
        );
        let told = one(&by_module);
        let expected = Told {
            name: "Café & souris".to_owned(),
            start: "2026-12-01T18:00+01:00".to_owned(),
            end: "2026-12-01T20:00+01:00".to_owned(),
            place: "MJC, Tours".to_owned(),
            coordinates: "47.39;0.69".to_owned(),
            description: "Venez.".to_owned(),
            url: "https://mjc.example/cafe".to_owned(),
            cancelled: false,
        };
        assert_eq!(told, expected);
        let by_xcal = rss(
            "<x:dtstart>2026-12-01T17:00:00Z</x:dtstart><x:location>MJC</x:location><x:status>CANCELLED</x:status>",
        );
        let told = one(&by_xcal);
        assert_eq!(
            (told.start.as_str(), told.place.as_str(), told.cancelled),
            ("2026-12-01T17:00:00Z", "MJC", true)
        );
    }

    #[test]
    fn atom_tells_by_google_or_by_an_h_event_in_its_text() {
        let atom = |inner: &str| {
            format!(
                "<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:gd=\"{GOOGLE}\"><entry><title type=\"html\">Caf&amp;eacute;</title>\
                 <link rel=\"self\" href=\"https://mjc.example/x.atom\"/><link href=\"https://mjc.example/x\"/>\
                 <updated>2026-11-02T10:00:00Z</updated>{inner}</entry></feed>"
            )
        };
        let told = one(&atom(
            "<gd:when startTime=\"2026-12-01\" endTime=\"2026-12-02\"/><gd:where valueString=\"Salle 2\"/>",
        ));
        assert_eq!(
            (told.name.as_str(), told.url.as_str()),
            ("Café", "https://mjc.example/x")
        );
        assert_eq!(
            (told.start.as_str(), told.end.as_str(), told.place.as_str()),
            ("2026-12-01", "2026-12-02", "Salle 2")
        );
        let event = "<div class=\"h-event\"><p class=\"p-name\">Souris</p><time class=\"dt-start\" datetime=\"2026-12-01T18:00\">x</time></div>";
        let escaped = event.replace('<', "&lt;").replace('>', "&gt;");
        for content in [
            format!("<content type=\"html\">{escaped}</content>"),
            format!("<content type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\">{event}</div></content>"),
        ] {
            let told = one(&atom(&content));
            assert_eq!(
                (told.name.as_str(), told.start.as_str()),
                ("Souris", "2026-12-01T18:00"),
                "{content}"
            );
        }
    }

    #[test]
    fn posts_bombs_and_rubbish_are_no_events() {
        let bomb = "<!DOCTYPE r [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>\
                    <rss xmlns:ev=\"http://purl.org/rss/1.0/modules/event/\"><item><title>&b;</title>\
                    <ev:startdate>2026-12-01</ev:startdate></item></rss>";
        let deep = format!("<rss>{}{}</rss>", "<item>".repeat(100_000), "</item>".repeat(100_000));
        let many = format!("<rss>{}</rss>", "<item/>".repeat(300_000));
        let post = "<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry><title>Un</title><updated>2026-11-02T10:00:00Z</updated></entry></feed>";
        for feed in [bomb, &deep, &many, post, "<rss><item>", "", "rien"] {
            let clock = std::time::Instant::now();
            assert_eq!(events(feed, 10), Vec::new());
            assert!(clock.elapsed().as_secs() < 5);
        }
        let three = format!(
            "<rss xmlns:ev=\"{EVENT_MODULE}\">{}</rss>",
            "<item><title>Un</title><ev:startdate>2026-12-01</ev:startdate></item>".repeat(3)
        );
        assert_eq!(events(&three, 2).len(), 2);
    }

    #[test]
    fn what_is_made_to_be_read_for_long_takes_no_time() {
        let nested = format!(
            "<rss>{}{}</rss>",
            "<item><content>".repeat(20_000),
            "</content></item>".repeat(20_000)
        );
        let attributes: String = (0..100_000).map(|number| format!(" a{number}=\"\"")).collect();
        let namespaces: String = (0..10_000).map(|number| format!("<a xmlns:n{number}=\"u\">")).collect();
        let namespaces = format!("{namespaces}{}", "</a>".repeat(10_000));
        for feed in [&nested, &format!("<rss{attributes}/>"), &namespaces] {
            let clock = std::time::Instant::now();
            assert_eq!(events(feed, 10), Vec::new());
            assert!(clock.elapsed().as_secs() < 5, "{:?}", clock.elapsed());
        }
        assert!(is_modest(&nested) && !is_modest(&namespaces));
    }

    #[test]
    fn signs_that_are_no_attributes_count_for_none() {
        let many = "=".repeat(1_000);
        for feed in [
            format!("<rss a='{many}' b=\">\"/>"),
            format!("<?xml {many}?><rss>{many}</rss>"),
            format!("<rss><!-- <a {many} --><![CDATA[<a {many}]]></rss>"),
        ] {
            assert!(is_modest(&feed), "{feed}");
        }
        assert!(!is_modest(&format!("<rss b=\">\" a{many}/>")));
    }
}
