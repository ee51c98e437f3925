//! What a network announces: its rule, and the road by which an event reached it.
//!
//! An event is a network's when a member publishes it, or when a member that is a network announces it. Each announcement
//! names the networks between the announcer and the publisher (its *road*). A road that leads through ourselves is none:
//! what only comes back to us is not ours to announce, so that a circle of networks ends, and ends again when the
//! publisher leaves it.

use serde::{Deserialize, Serialize};

use super::code::codes;
use super::event::{EventFacts, Mode};
use super::invalid::{Invalid, Reason, Refusal};
use super::vocabulary::THEMES;

/// Networks between an announcer and a publisher: further away, an event is not announced.
pub const LONGEST_ROAD: usize = 16;
/// Codes of one list of a rule.
const MOST_CODES: usize = 200;

/// Which events of its members a network announces; those that meet every condition. An empty list is no condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rule {
    /// Postcodes or their beginnings: « 59 », « 59100 ».
    pub postcodes: Vec<String>,
    /// INSEE codes of towns or their beginnings: « 59512 », « 2A ».
    pub insee: Vec<String>,
    /// Theme codes: one of them.
    pub themes: Vec<String>,
    /// Whether a territory keeps what takes place online only.
    pub online: bool,
    /// Only what staff approved, or what a trusted member publishes.
    pub approval: bool,
}

impl Default for Rule {
    fn default() -> Self {
        Self {
            postcodes: Vec::new(),
            insee: Vec::new(),
            themes: Vec::new(),
            online: true,
            approval: false,
        }
    }
}

codes! {
    /// What staff decided on an event.
    pub enum Decision {
        /// Nothing yet.
        Waiting = "waiting",
        /// To be announced.
        Approved = "approved",
        /// Not to be announced.
        Refused = "refused",
    }
}

codes! {
    /// Why an event of a member is not announced.
    pub enum Withheld {
        /// It is elsewhere, or does not tell where.
        Territory = "territory",
        /// It has none of the themes.
        Theme = "theme",
        /// Staff has to look at it.
        Waiting = "waiting",
        /// Staff refused it.
        Refused = "refused",
    }
}

impl Rule {
    /// The rule without blanks and repetitions.
    ///
    /// # Errors
    /// A refusal of each list that holds something else than codes.
    pub fn checked(mut self) -> Result<Self, Refusal> {
        let mut invalid = Vec::new();
        let lists = [
            ("postcodes", &mut self.postcodes, is_postcode as fn(&str) -> bool),
            ("insee", &mut self.insee, is_insee),
            ("themes", &mut self.themes, |code| THEMES.term(code).is_some()),
        ];
        for (field, codes, is_code) in lists {
            for code in codes.iter_mut() {
                *code = if field == "insee" {
                    code.trim().to_uppercase()
                } else {
                    code.trim().to_owned()
                };
            }
            codes.retain(|code| !code.is_empty());
            codes.sort_unstable();
            codes.dedup();
            if codes.len() > MOST_CODES {
                invalid.push(Invalid::new(field, Reason::TooMany { max: MOST_CODES }));
            }
            if let Some(code) = codes.iter().find(|code| !is_code(code)) {
                let (code, list) = (code.clone(), field.to_owned());
                invalid.push(Invalid::new(field, Reason::UnknownCode { code, list }));
            }
        }
        if invalid.is_empty() {
            Ok(self)
        } else {
            Err(Refusal(invalid))
        }
    }

    /// Whether an event is announced; `trusted`: a member that vouches for it is; `decision`: what staff said of it.
    ///
    /// # Errors
    /// Why not.
    pub fn announces(&self, facts: &EventFacts, trusted: bool, decision: Option<Decision>) -> Result<(), Withheld> {
        if decision == Some(Decision::Refused) {
            return Err(Withheld::Refused);
        }
        if !self.covers(facts) {
            return Err(Withheld::Territory);
        }
        if !self.themes.is_empty() && !facts.themes.iter().any(|theme| self.themes.contains(theme)) {
            return Err(Withheld::Theme);
        }
        if self.approval && !trusted && decision != Some(Decision::Approved) {
            return Err(Withheld::Waiting);
        }
        Ok(())
    }

    /// There is no table of towns: a code is compared with what the event's place tells. A postcode answers for an INSEE
    /// code only where the two are the same, for a whole département.
    fn covers(&self, facts: &EventFacts) -> bool {
        if self.postcodes.is_empty() && self.insee.is_empty() {
            return true;
        }
        let Some(place) = &facts.place else {
            return self.online && facts.mode == Mode::Online;
        };
        if self.postcodes.iter().any(|code| place.postcode.starts_with(code)) {
            return true;
        }
        match place.insee.as_deref().filter(|insee| !insee.is_empty()) {
            Some(insee) => self.insee.iter().any(|code| insee.starts_with(code.as_str())),
            None => self.insee.iter().any(|code| {
                let area = match code.as_str() {
                    "2A" | "2B" => "20",
                    code => code,
                };
                code.len() <= 3 && place.postcode.starts_with(area)
            }),
        }
    }
}

fn is_postcode(code: &str) -> bool {
    (1..=5).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_insee(code: &str) -> bool {
    let digits = code
        .strip_prefix("2A")
        .or_else(|| code.strip_prefix("2B"))
        .unwrap_or(code);
    (2..=5).contains(&code.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The shortest of the `roads` that does not lead through `own`, if there is one; of several the first in the alphabet, so
/// that it stays the same.
pub fn road(own: &str, roads: impl IntoIterator<Item = Vec<String>>) -> Option<Vec<String>> {
    roads
        .into_iter()
        .filter(|road| road.len() <= LONGEST_ROAD && !road.iter().any(|network| network == own))
        .min_by(|a, b| (a.len(), a).cmp(&(b.len(), b)))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::domain::event::Schedule;
    use crate::domain::place::Place;
    use crate::domain::time::{DEFAULT_ZONE, Instant};

    fn facts(postcode: &str, insee: Option<&str>) -> EventFacts {
        let start = Instant::default();
        let mut facts = EventFacts::new(
            "Atelier",
            Schedule::once(DEFAULT_ZONE, start, start + TimeDelta::hours(1)),
        );
        facts.place = Some(Place {
            postcode: postcode.to_owned(),
            insee: insee.map(str::to_owned),
            ..Place::default()
        });
        facts
    }

    fn codes(codes: &[&str]) -> Vec<String> {
        codes.iter().map(|code| (*code).to_owned()).collect()
    }

    #[test]
    fn a_territory_is_compared_with_what_the_place_tells() {
        let rule = |postcodes: &[&str], insee: &[&str]| Rule {
            postcodes: codes(postcodes),
            insee: codes(insee),
            ..Rule::default()
        };
        let no = Err(Withheld::Territory);
        for (rule, postcode, insee, expected) in [
            (rule(&[], &[]), "", None, Ok(())),
            (rule(&["59"], &[]), "59100", None, Ok(())),
            (rule(&["59"], &[]), "62000", None, no),
            (rule(&["59"], &[]), "", None, no),
            (rule(&[], &["59512"]), "59100", Some("59512"), Ok(())),
            (rule(&[], &["59512"]), "59100", None, no),
            (rule(&[], &["59350"]), "59350", None, no),
            (rule(&[], &["59"]), "59100", None, Ok(())),
            (rule(&[], &["2A"]), "20000", None, Ok(())),
            (rule(&[], &["2A"]), "20200", Some("2B033"), no),
            (rule(&["62"], &["59"]), "59100", Some("59512"), Ok(())),
        ] {
            assert_eq!(
                rule.announces(&facts(postcode, insee), false, None),
                expected,
                "{rule:?} {postcode} {insee:?}"
            );
        }
    }

    #[test]
    fn an_online_workshop_is_of_a_territory_when_the_rule_says_so() {
        let mut online = facts("", None);
        (online.place, online.mode) = (None, Mode::Online);
        let mut rule = Rule {
            postcodes: codes(&["59"]),
            ..Rule::default()
        };
        assert_eq!(rule.announces(&online, false, None), Ok(()));
        rule.online = false;
        assert_eq!(rule.announces(&online, false, None), Err(Withheld::Territory));
    }

    #[test]
    fn themes_approval_and_trust() {
        let mut event = facts("59100", None);
        let mut rule = Rule {
            themes: codes(&["parentalite"]),
            ..Rule::default()
        };
        assert_eq!(rule.announces(&event, true, None), Err(Withheld::Theme));
        event.themes = codes(&["autre", "parentalite"]);
        assert_eq!(rule.announces(&event, false, None), Ok(()));
        rule.approval = true;
        assert_eq!(rule.announces(&event, false, None), Err(Withheld::Waiting));
        assert_eq!(
            rule.announces(&event, false, Some(Decision::Waiting)),
            Err(Withheld::Waiting)
        );
        assert_eq!(rule.announces(&event, false, Some(Decision::Approved)), Ok(()));
        assert_eq!(rule.announces(&event, true, None), Ok(()));
        assert_eq!(
            rule.announces(&event, true, Some(Decision::Refused)),
            Err(Withheld::Refused)
        );
    }

    #[test]
    fn a_road_through_ourselves_is_none_and_the_shortest_counts() {
        let of = |roads: &[&[&str]]| road("me", roads.iter().map(|road| codes(road)));
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[&[]]), Some(vec![]));
        assert_eq!(of(&[&["b", "me"], &["me"]]), None);
        assert_eq!(of(&[&["b", "c"], &["d"], &["a"], &["me"]]), Some(codes(&["a"])));
        assert_eq!(road("me", [vec!["x".to_owned(); LONGEST_ROAD + 1]]), None);
    }

    #[test]
    fn a_rule_is_tidied_or_refused() {
        let rule = Rule {
            postcodes: codes(&[" 59 ", "", "59"]),
            insee: codes(&["2a"]),
            ..Rule::default()
        };
        let tidy = rule.checked().expect("codes");
        assert_eq!((tidy.postcodes, tidy.insee), (codes(&["59"]), codes(&["2A"])));
        let wrong = Rule {
            postcodes: codes(&["Lille"]),
            insee: codes(&["5"]),
            themes: codes(&["x"]),
            ..Rule::default()
        };
        assert_eq!(wrong.checked().expect_err("no codes").0.len(), 3);
    }
}
