//! Events in the classes of a page (microformats h-event): `p-name`, `dt-start`, `dt-end`, `p-location`, `p-summary`, `u-url`.

use super::markup::Told;
use super::page::attribute;
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

/// A property that is open: its name, the depth of its element, where its text begins.
type Open = (&'static str, usize, usize);

/// Up to `max` events of `page`. One whose element is never closed is left out.
pub fn events(page: &str, max: usize) -> Vec<Told> {
    let mut events = Vec::new();
    let mut current: Option<(Told, usize, Vec<Open>)> = None;
    let mut at = 0;
    for _ in 0..MAX_TAGS {
        let Some(begin) = page[at..].find('<').map(|found| at + found) else {
            break;
        };
        let Some(end) = page[begin..].find('>').map(|found| begin + found) else {
            break;
        };
        at = end + 1;
        let tag = &page[begin + 1..end];
        let name = tag
            .trim_start_matches('/')
            .split([' ', '\t', '\n', '\r', '/'])
            .next()
            .unwrap_or_default();
        let name = name.to_ascii_lowercase();
        if !name.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            continue;
        }
        let alone = tag.ends_with('/') || VOID.contains(&name.as_str());
        if tag.starts_with('/') {
            if let Some((told, depth, open)) = current.as_mut() {
                *depth -= 1;
                while let Some((property, _, from)) = open.pop_if(|(_, opened, _)| *opened == *depth) {
                    set(told, property, page.get(from..begin).unwrap_or_default());
                }
                if *depth == 0 {
                    events.extend(current.take().map(|(told, ..)| told));
                }
            }
            continue;
        }
        let classes = attribute(tag, "class").unwrap_or_default();
        if current.is_none() && !alone && classes.split_ascii_whitespace().any(|class| class == "h-event") {
            if events.len() >= max {
                break;
            }
            current = Some((Told::default(), 1, Vec::new()));
            continue;
        }
        let Some((told, depth, open)) = current.as_mut() else {
            continue;
        };
        for property in classes.split_ascii_whitespace().filter_map(known) {
            let wanted = if property == "u-url" { "href" } else { "datetime" };
            match attribute(tag, wanted).or_else(|| attribute(tag, "value")) {
                Some(value) if property.starts_with(['u', 'd']) => set(told, property, &value),
                _ if !alone => open.push((property, *depth, at)),
                _ => {}
            }
        }
        if !alone {
            *depth += 1;
        }
        if *depth > MAX_DEPTH {
            current = None;
        }
    }
    events
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
    if html.len() > MAX_TEXT {
        return;
    }
    let text = to_text(html, 10_000);
    let line = text.replace('\n', " ");
    let (field, value) = match property {
        "p-name" => (&mut told.name, line),
        "dt-start" => (&mut told.start, line),
        "dt-end" => (&mut told.end, line),
        "p-location" => (&mut told.place, line),
        "u-url" => (&mut told.url, line),
        _ => (&mut told.description, text),
    };
    if field.is_empty() {
        *field = value;
    }
}
