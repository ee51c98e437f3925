//! What we ask for, and which content types count as an answer. A page, an image or an uploaded file is never read as
//! an ActivityPub object (CVE-2024-25623).

const ACTIVITY_STREAMS: &str = "https://www.w3.org/ns/activitystreams";

/// A kind of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Accept {
    /// An actor, object, activity or collection.
    ActivityJson,
    /// A WebFinger answer (RFC 7033).
    WebFinger,
    /// The NodeInfo index, or NodeInfo itself.
    NodeInfo,
}

impl Accept {
    /// The `Accept` header.
    pub(super) fn header(self) -> &'static str {
        match self {
            Self::ActivityJson => {
                r#"application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams""#
            }
            Self::WebFinger => "application/jrd+json, application/json",
            Self::NodeInfo => "application/json, application/jrd+json",
        }
    }

    /// Whether a redirect may lead to another origin. Split domains redirect WebFinger (RFC 7033 §7); what it answers
    /// is then confirmed by the actor's own host. An object is only believed from where its address is.
    pub(super) fn may_leave_origin(self) -> bool {
        self == Self::WebFinger
    }

    /// Whether `content_type` (any case, blanks, order and quoting of parameters) is an answer.
    pub fn fits(self, content_type: &str) -> bool {
        let (kind, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
        let kind = kind.trim().to_ascii_lowercase();
        match self {
            Self::ActivityJson => {
                kind == "application/activity+json" || kind == "application/ld+json" && names_streams(parameters)
            }
            // The index of NodeInfo is a list of links too, and served as one by some (Fedify).
            Self::WebFinger | Self::NodeInfo => kind == "application/jrd+json" || kind == "application/json",
        }
    }
}

/// Whether the `profile` parameter (a list of URIs) holds that of ActivityStreams.
fn names_streams(parameters: &str) -> bool {
    parameters
        .split(';')
        .filter_map(|parameter| parameter.split_once('='))
        .any(|(name, value)| {
            let mut profiles = value.trim().trim_matches('"').split_ascii_whitespace();
            name.trim().eq_ignore_ascii_case("profile") && profiles.any(|profile| profile == ACTIVITY_STREAMS)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn activity_json_is_read_in_every_spelling() {
        for text in [
            "application/activity+json",
            "application/activity+json;charset=utf-8",
            "Application/Activity+JSON ; charset=UTF-8",
            r#"application/ld+json; profile="https://www.w3.org/ns/activitystreams""#,
            r#"application/ld+json;profile=https://www.w3.org/ns/activitystreams"#,
            r#"application/ld+json; charset=utf-8; Profile="https://www.w3.org/ns/activitystreams""#,
            r#"application/ld+json; profile="http://x.example/ https://www.w3.org/ns/activitystreams""#,
        ] {
            assert!(Accept::ActivityJson.fits(text), "{text}");
        }
    }

    #[test]
    fn other_types_are_no_activity_json() {
        for text in [
            "",
            "text/plain",
            "text/html",
            "application/json",
            "image/png",
            "application/ld+json",
            r#"application/ld+json; profile="https://evil.example/""#,
            "application/activity+jsonx",
            "text/html; profile=https://www.w3.org/ns/activitystreams",
        ] {
            assert!(!Accept::ActivityJson.fits(text), "{text}");
        }
        assert!(Accept::WebFinger.fits("application/jrd+json; charset=utf-8"));
        assert!(!Accept::WebFinger.fits("text/html"));
        assert!(
            Accept::NodeInfo.fits(r#"application/json; profile="http://nodeinfo.diaspora.software/ns/schema/2.0#""#)
        );
        assert!(Accept::NodeInfo.fits("application/jrd+json"));
        assert!(!Accept::NodeInfo.fits("text/html"));
    }
}
