//! Names of zones as calendar software writes them, to those of the IANA database.

use chrono_tz::Tz;

/// The zones of Outlook and Exchange (Unicode CLDR `windowsZones`, territory 001) that calendars in French name.
const WINDOWS: [(&str, Tz); 24] = [
    ("Romance Standard Time", Tz::Europe__Paris),
    ("W. Europe Standard Time", Tz::Europe__Berlin),
    ("Central Europe Standard Time", Tz::Europe__Budapest),
    ("Central European Standard Time", Tz::Europe__Warsaw),
    ("GMT Standard Time", Tz::Europe__London),
    ("Greenwich Standard Time", Tz::Atlantic__Reykjavik),
    ("E. Europe Standard Time", Tz::Europe__Chisinau),
    ("FLE Standard Time", Tz::Europe__Kiev),
    ("GTB Standard Time", Tz::Europe__Bucharest),
    ("Turkey Standard Time", Tz::Europe__Istanbul),
    ("Russian Standard Time", Tz::Europe__Moscow),
    ("Morocco Standard Time", Tz::Africa__Casablanca),
    ("W. Central Africa Standard Time", Tz::Africa__Lagos),
    ("SA Western Standard Time", Tz::America__La_Paz),
    ("SA Eastern Standard Time", Tz::America__Cayenne),
    ("Saint Pierre Standard Time", Tz::America__Miquelon),
    ("Mauritius Standard Time", Tz::Indian__Mauritius),
    ("E. Africa Standard Time", Tz::Africa__Nairobi),
    ("Central Pacific Standard Time", Tz::Pacific__Guadalcanal),
    ("Hawaiian Standard Time", Tz::Pacific__Honolulu),
    ("UTC+12", Tz::Pacific__Wallis),
    ("Eastern Standard Time", Tz::America__New_York),
    ("Pacific Standard Time", Tz::America__Los_Angeles),
    ("UTC", Tz::UTC),
];

/// The zone that `name` means: an IANA name, bare or at the end of a path (`/freeassociation.sourceforge.net/Europe/Paris`),
/// a Windows name, or what Outlook shows (`(UTC+01:00) Bruxelles, Copenhague, Madrid, Paris`).
pub fn zone(name: &str) -> Option<Tz> {
    let name = name.trim().trim_matches('"');
    if name.len() > 200 {
        return None;
    }
    if let Ok(zone) = name.parse() {
        return Some(zone);
    }
    if let Some((_, zone)) = WINDOWS.iter().find(|(windows, _)| windows.eq_ignore_ascii_case(name)) {
        return Some(*zone);
    }
    if name.starts_with('(') && name.contains("Paris") {
        return Some(Tz::Europe__Paris);
    }
    let tails = name.match_indices('/').map(|(at, _)| &name[at + 1..]);
    tails.into_iter().find_map(|tail| tail.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_all_software_are_known() {
        for (name, expected) in [
            ("Europe/Paris", Some(Tz::Europe__Paris)),
            ("Romance Standard Time", Some(Tz::Europe__Paris)),
            ("romance standard time", Some(Tz::Europe__Paris)),
            ("/freeassociation.sourceforge.net/Europe/Paris", Some(Tz::Europe__Paris)),
            ("/mozilla.org/20050126_1/Indian/Reunion", Some(Tz::Indian__Reunion)),
            (
                "(UTC+01:00) Bruxelles, Copenhague, Madrid, Paris",
                Some(Tz::Europe__Paris),
            ),
            ("Custom zone", None),
            ("", None),
        ] {
            assert_eq!(zone(name), expected, "{name}");
        }
    }
}
