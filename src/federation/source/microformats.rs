//! Events in the classes of a page (microformats h-event): `p-name`, `dt-start`, `dt-end`, `p-location`, `p-summary`, `u-url`.

use super::markup::Told;
use super::page::{MAX_TAG, attribute};
use crate::federation::convert::html::to_text;

/// Tags of one page that are looked at.
const MAX_TAGS: usize = 100_000;
/// How deep the elements of an event may nest.
const MAX_DEPTH: usize = 64;
/// Bytes of one property.
const MAX_TEXT: usize = 20_000;
/// Elements that hold nothing.
const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "param",
];
/// Elements whose end may be left out, each with those before which it ends (HTML, optional tags).
const ENDED_BY: [(&str, &[&str]); 8] = [
    ("li", &["li"]),
    ("dt", &["dt", "dd"]),
    ("dd", &["dt", "dd"]),
    ("td", &["td", "th", "tr", "tbody"]),
    ("th", &["td", "th", "tr", "tbody"]),
    ("tr", &["tr", "tbody"]),
    ("option", &["option"]),
    (
        "p",
        &[
            "address",
            "article",
            "aside",
            "blockquote",
            "dd",
            "details",
            "div",
            "dl",
            "dt",
            "footer",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "header",
            "hr",
            "li",
            "main",
            "nav",
            "ol",
            "p",
            "pre",
            "section",
            "table",
            "td",
            "th",
            "tr",
            "ul",
        ],
    ),
];

/// An event that is being read: the elements that are open, its own first.
#[derive(Default)]
struct Reading {
    told: Told,
    open: Vec<Element>,
}

/// An open element: its name, the properties that it holds, where its text begins.
struct Element {
    name: String,
    properties: Vec<&'static str>,
    from: usize,
}

impl Reading {
    /// Ends the open elements down to `depth`, with what `page` holds before `end`.
    fn close(&mut self, depth: usize, page: &str, end: usize) {
        while self.open.len() > depth
            && let Some(element) = self.open.pop()
        {
            for property in element.properties {
                set(
                    &mut self.told,
                    property,
                    page.get(element.from..end).unwrap_or_default(),
                );
            }
        }
    }

    /// Where the element stands that an end tag closes; one that closes nothing is passed over.
    fn closed_by(&self, name: &str) -> Option<usize> {
        self.open.iter().rposition(|element| element.name == name)
    }

    /// From which element on those end that a start tag ends without a word.
    fn ended_by(&self, name: &str) -> usize {
        let ends = |element: &&Element| {
            let known = ENDED_BY.iter().find(|(open, _)| *open == element.name);
            known.is_some_and(|(_, by)| by.contains(&name))
        };
        self.open.len() - self.open.iter().rev().take_while(ends).count()
    }

    /// Takes what the attributes of a start tag tell; the properties whose text counts. Each counts once, however often it
    /// is named.
    fn attributes(&mut self, tag: &str, classes: &str) -> Vec<&'static str> {
        let (mut named, mut by_text): (Vec<&str>, Vec<&'static str>) = (Vec::new(), Vec::new());
        for property in classes.split_ascii_whitespace().filter_map(known) {
            if named.contains(&property) {
                continue;
            }
            named.push(property);
            let wanted = if property == "u-url" { "href" } else { "datetime" };
            match attribute(tag, wanted).or_else(|| attribute(tag, "value")) {
                Some(value) if property.starts_with(['u', 'd']) => set(&mut self.told, property, &value),
                _ => by_text.push(property),
            }
        }
        by_text
    }
}

/// Up to `max` events of `page`. Elements that are never closed end as in a browser, or with the page.
pub fn events(page: &str, max: usize) -> Vec<Told> {
    let mut events = Vec::new();
    let mut current: Option<Reading> = None;
    let mut at = 0;
    for _ in 0..MAX_TAGS {
        let Some((begin, end)) = next_tag(page, at) else { break };
        at = end + 1;
        let tag = &page[begin + 1..end];
        let name = name_of(tag);
        if !name.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            continue;
        }
        let starts = !tag.starts_with('/');
        if let Some(mut reading) = current.take() {
            let depth = if starts {
                Some(reading.ended_by(&name))
            } else {
                reading.closed_by(&name)
            };
            reading.close(depth.unwrap_or(usize::MAX), page, begin);
            match reading.open.len() {
                0 => events.push(reading.told),
                1..=MAX_DEPTH => current = Some(reading),
                _ => {}
            }
        }
        if events.len() >= max {
            return events;
        }
        if starts {
            open(&mut current, tag, name, at);
        }
    }
    if let Some(mut reading) = current {
        reading.close(0, page, page.len());
        events.push(reading.told);
    }
    events
}

/// An element begins: of the event that is being read, or an event.
fn open(current: &mut Option<Reading>, tag: &str, name: String, from: usize) {
    let alone = tag.ends_with('/') || VOID.contains(&name.as_str());
    // A longer one begins an element all the same.
    let tag = if tag.len() <= MAX_TAG { tag } else { "" };
    let classes = attribute(tag, "class").unwrap_or_default();
    let properties = match current.as_mut() {
        Some(reading) => reading.attributes(tag, &classes),
        None if alone || !classes.split_ascii_whitespace().any(|class| class == "h-event") => return,
        None => Vec::new(),
    };
    if !alone {
        current
            .get_or_insert_default()
            .open
            .push(Element { name, properties, from });
    }
}

/// Where the next tag begins and ends.
fn next_tag(page: &str, from: usize) -> Option<(usize, usize)> {
    let begin = page[from..].find('<').map(|found| from + found)?;
    let end = page[begin..].find('>').map(|found| begin + found)?;
    Some((begin, end))
}

fn name_of(tag: &str) -> String {
    let name = tag.trim_start_matches('/').split([' ', '\t', '\n', '\r', '/']).next();
    name.unwrap_or_default().to_ascii_lowercase()
}

fn known(class: &str) -> Option<&'static str> {
    [
        "p-name",
        "dt-start",
        "dt-end",
        "p-location",
        "p-summary",
        "e-content",
        "u-url",
    ]
    .into_iter()
    .find(|name| *name == class)
}

/// The first of each name counts.
fn set(told: &mut Told, property: &str, html: &str) {
    let (field, has_lines) = match property {
        "p-name" => (&mut told.name, false),
        "dt-start" => (&mut told.start, false),
        "dt-end" => (&mut told.end, false),
        "p-location" => (&mut told.place, false),
        "u-url" => (&mut told.url, false),
        _ => (&mut told.description, true),
    };
    if !field.is_empty() || html.len() > MAX_TEXT {
        return;
    }
    let text = to_text(html, 10_000);
    *field = if has_lines { text } else { text.replace('\n', " ") };
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Name, start and place of each event.
    fn read(page: &str) -> Vec<[String; 3]> {
        let events = events(page, 10).into_iter();
        events.map(|told| [told.name, told.start, told.place]).collect()
    }

    #[test]
    fn elements_that_are_not_closed_end_as_in_a_browser() {
        let page = "<ul><li class=h-event><p class=p-name>Café<p class=p-location>Salle <b>2</b>\
                    <time class=dt-start datetime=2026-12-01>mardi</time>\
                    <li class=h-event><p class=p-name>Souris</p><time class=dt-start datetime=2026-12-02>mercredi\
                    </ul><p>Mentions légales";
        let one = ["Café", "2026-12-01", "Salle 2mardi"].map(String::from);
        let read = read(page);
        assert_eq!((read.len(), &read[0]), (2, &one));
        assert_eq!(read[1][..2], ["Souris", "2026-12-02"].map(String::from));
    }

    #[test]
    fn an_end_tag_closes_what_is_within_and_a_stray_one_nothing() {
        let page = "<div class=\"h-event\"></i><div><span class=\"p-name\">Café <em>libre</span></div>\
                    <time class=\"dt-start\" datetime=\"2026-12-01\"></time></div><div class=\"p-name\">Autre</div>";
        assert_eq!(read(page), [["Café libre", "2026-12-01", ""].map(String::from)]);
    }

    #[test]
    fn a_tag_that_names_a_property_again_and_again_takes_no_time() {
        let clock = std::time::Instant::now();
        let long = format!(
            "<div class=h-event><p class=\"{}\">x</p><b class=p-name>Café</b></div>",
            "dt-start ".repeat(120_000)
        );
        let many = format!(
            "<div class=h-event><b class=p-name>Café</b>{}</div>",
            format!("<i class=\"{}\">x</i>", "dt-start ".repeat(400)).repeat(300)
        );
        assert_eq!(read(&long), [["Café", "", ""].map(String::from)]);
        assert_eq!(read(&many), [["Café", "x", ""].map(String::from)]);
        assert!(clock.elapsed().as_secs() < 5, "{:?}", clock.elapsed());
    }

    #[test]
    fn depth_and_number_are_bounded() {
        let deep = format!(
            "<div class=\"h-event\">{}<i class=\"p-name\">x</i>",
            "<div>".repeat(100_000)
        );
        assert_eq!(events(&deep, 10), Vec::new());
        let many = "<p class=h-event><b class=p-name>x</b>".repeat(20_000);
        assert_eq!(events(&many, 300).len(), 300);
    }
}
