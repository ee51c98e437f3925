//! CSV (RFC 4180) for spreadsheets: a line a session, UTF-8 with a byte order mark so that Excel reads the accents.

use chrono::SecondsFormat;

use super::{Item, clean};

/// Names of the columns, the same as in the JSON where both exist.
const COLUMNS: &[&str] = &[
    "start",
    "end",
    "title",
    "status",
    "type",
    "themes",
    "level_min",
    "level_max",
    "audiences",
    "languages",
    "mode",
    "place",
    "address",
    "postcode",
    "city",
    "latitude",
    "longitude",
    "price",
    "price_detail",
    "registration",
    "phone",
    "email",
    "summary",
    "publisher",
    "url",
    "uri",
    "heard",
];

/// The file, lines ended by CRLF.
pub fn file(items: &[Item<'_>]) -> String {
    let mut csv = format!("\u{feff}{}\r\n", COLUMNS.join(","));
    for item in items {
        let cells: Vec<String> = row(item).iter().map(|cell| quote(cell)).collect();
        csv.push_str(&cells.join(","));
        csv.push_str("\r\n");
    }
    csv
}

fn row(item: &Item<'_>) -> Vec<String> {
    let (entry, facts) = (item.entry, &item.entry.event.facts);
    let zone = facts.schedule.zone;
    let occurrence = &entry.session.occurrence;
    let end = facts.schedule.end_known.then(|| occurrence.end.with_timezone(&zone));
    let place = facts.place.clone().unwrap_or_default();
    let heard = entry.publisher.heard;
    let heard = heard.map(|heard| heard.to_rfc3339_opts(SecondsFormat::Secs, true));
    let code = |code: Option<&'static str>| code.unwrap_or_default().to_owned();
    vec![
        occurrence
            .start
            .with_timezone(&zone)
            .to_rfc3339_opts(SecondsFormat::Secs, true),
        end.map(|end| end.to_rfc3339_opts(SecondsFormat::Secs, true))
            .unwrap_or_default(),
        facts.title.clone(),
        facts.status.as_str().to_owned(),
        facts.event_type.clone().unwrap_or_default(),
        facts.themes.join("|"),
        code(facts.level_min.map(|level| level.as_str())),
        code(facts.level_max.map(|level| level.as_str())),
        facts.audiences.join("|"),
        facts.languages.join("|"),
        facts.mode.as_str().to_owned(),
        place.name,
        place.address,
        place.postcode,
        place.city,
        place.latitude.map(|degrees| degrees.to_string()).unwrap_or_default(),
        place.longitude.map(|degrees| degrees.to_string()).unwrap_or_default(),
        code(facts.price.map(|price| price.as_str())),
        facts.price_detail.clone().unwrap_or_default(),
        code(
            facts
                .registration
                .as_ref()
                .map(|registration| registration.mode.as_str()),
        ),
        facts.phone().map(national).unwrap_or_default(),
        facts.contact.email.clone().unwrap_or_default(),
        facts.lead(),
        entry.publishers().join("|"),
        entry.url.clone(),
        entry.uri.clone(),
        heard.unwrap_or_default(),
    ]
}

/// A French number as `03 53 01 01 01`: `+33…` would be guarded as a formula and lose its first zero as a number.
fn national(number: &str) -> String {
    match number
        .strip_prefix("+33")
        .filter(|rest| rest.len() == 9 && rest.is_ascii())
    {
        Some(rest) => format!(
            "0{} {} {} {} {}",
            &rest[..1],
            &rest[1..3],
            &rest[3..5],
            &rest[5..7],
            &rest[7..]
        ),
        None => number.to_owned(),
    }
}

/// Quoted where RFC 4180 asks for it, and behind an apostrophe where a spreadsheet would compute it (OWASP, CSV
/// injection). Numbers such as a negative longitude stay numbers.
pub(super) fn quote(cell: &str) -> String {
    let cell = clean(cell);
    let formula = cell.starts_with(['=', '+', '-', '@', '\t']) && cell.parse::<f64>().is_err();
    let guarded = if formula { format!("'{cell}") } else { cell };
    if guarded.contains([',', '"', '\n', ';']) {
        format!("\"{}\"", guarded.replace('"', "\"\""))
    } else {
        guarded
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::sample::{entry, item};

    #[test]
    fn a_session_is_a_line_under_its_columns() {
        let entry = entry();
        let csv = file(&[item(&entry)]);
        let lines: Vec<&str> = csv.trim_start_matches('\u{feff}').split_terminator("\r\n").collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(row(&item(&entry)).len(), COLUMNS.len());
        assert!(lines[1].starts_with("2026-11-24T09:00:00+01:00,2026-11-24T12:00:00+01:00,Les mardis numériques,"));
        assert!(lines[1].contains(",03 53 01 01 01,"));
    }

    #[test]
    fn nothing_is_computed_or_breaks_its_cell() {
        assert_eq!(quote("=1+1"), "'=1+1");
        assert_eq!(quote("@SUM(A1),x"), "\"'@SUM(A1),x\"");
        assert_eq!(quote("+33 1"), "'+33 1");
        assert_eq!(quote("-cmd"), "'-cmd");
        assert_eq!(quote("-1.47"), "-1.47");
        assert_eq!(quote("\t=1"), "'=1");
        assert_eq!(quote("a\r\nb"), "\"a\nb\"");
        assert_eq!(quote("say \"hi\""), "\"say \"\"hi\"\"\"");
    }
}
