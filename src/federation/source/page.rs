//! A page of a website that names its agenda: `<link rel="alternate" type="text/calendar" href="…">`.

use url::Url;

use crate::federation::convert::read::web_url;

/// How much of a page is looked at, in bytes: its head.
const MAX_HEAD: usize = 256 * 1024;
/// Longest tag whose attributes are read, in bytes: each attribute is looked for from the beginning of the tag.
pub(super) const MAX_TAG: usize = 4 * 1024;

/// The agenda that the page at `address` names.
pub fn agenda(page: &str, address: &Url) -> Option<Url> {
    tags(page).find_map(|tag| {
        let value = |name| attribute(tag, name).unwrap_or_default();
        let is_alternate = value("rel")
            .split_ascii_whitespace()
            .any(|word| word.eq_ignore_ascii_case("alternate"));
        let kind = value("type")
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        if !is_alternate || kind != "text/calendar" {
            return None;
        }
        let href = value("href").replace("&amp;", "&").replace("&#038;", "&");
        let href = href.replacen("webcal://", "https://", 1);
        web_url(address.join(href.trim()).ok()?.as_str())
    })
}

/// Whether a text is an Atom or RSS feed.
pub fn is_feed(text: &str) -> bool {
    let mut end = text.len().min(2_000);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let head = &text[..end];
    ["<feed", "<rss", "<rdf:RDF"].iter().any(|mark| head.contains(mark))
}

/// What stands between `<link` and `>`, where that is no longer than [`MAX_TAG`].
fn tags(page: &str) -> impl Iterator<Item = &str> {
    let mut rest = page;
    std::iter::from_fn(move || {
        loop {
            if page.len() - rest.len() > MAX_HEAD {
                return None;
            }
            rest = &rest[rest.find('<')? + 1..];
            if rest.get(..5).is_some_and(|name| name.eq_ignore_ascii_case("link ")) {
                let (tag, after) = rest.split_once('>')?;
                // What begins within a tag is none.
                rest = after;
                if tag.len() <= MAX_TAG {
                    return Some(&tag[5..]);
                }
            }
        }
    })
}

/// The value of an attribute of a tag.
pub(super) fn attribute(tag: &str, name: &str) -> Option<String> {
    let mut rest = tag;
    while let Some((before, after)) = rest.split_once('=') {
        let found = before.split_ascii_whitespace().next_back().unwrap_or_default();
        let after = after.trim_start();
        let (value, next) = match after.chars().next() {
            Some(quote @ ('"' | '\'')) => after[1..].split_once(quote)?,
            _ => after.split_once([' ', '\t', '\n']).unwrap_or((after, "")),
        };
        if found.eq_ignore_ascii_case(name) {
            return Some(value.to_owned());
        }
        rest = next;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_its_agenda() {
        let address = Url::parse("https://mjc.example/agenda/").expect("a URL");
        for (page, expected) in [
            (
                r#"<HEAD><Link rel="alternate" type="text/calendar" title="a=b" href="/?ical=1&amp;x=2"></HEAD>"#,
                Some("https://mjc.example/?ical=1&x=2"),
            ),
            (
                "<link rel='alternate' type='text/calendar' href='webcal://cal.example/a.ics'>",
                Some("https://cal.example/a.ics"),
            ),
            (
                "<link type=text/calendar rel=alternate href=a.ics />",
                Some("https://mjc.example/agenda/a.ics"),
            ),
            (
                r#"<link rel="alternate" type="application/rss+xml" href="/feed">"#,
                None,
            ),
            (
                r#"<link rel="alternate" type="text/calendar" href="javascript:alert(1)">"#,
                None,
            ),
            ("<link rel=alternate type=\"text/calendar", None),
            ("<<<<", None),
        ] {
            assert_eq!(agenda(page, &address).as_ref().map(Url::as_str), expected, "{page}");
        }
    }

    #[test]
    fn tags_within_a_tag_take_no_time_and_hide_nothing_behind_it() {
        let address = Url::parse("https://mjc.example/agenda/").expect("a URL");
        let page = format!(
            "{}><link rel=alternate type=text/calendar href=a.ics>",
            "<link a=b ".repeat(25_000)
        );
        let clock = std::time::Instant::now();
        let found = agenda(&page, &address);
        assert!(clock.elapsed().as_secs() < 5, "{:?}", clock.elapsed());
        assert_eq!(
            found.map(String::from).as_deref(),
            Some("https://mjc.example/agenda/a.ics")
        );
    }
}
