//! When an event happens, and its five fields in JSON.

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::domain::invalid::Reason;
use crate::domain::recurrence::{Occurrence, Recurrence, expand};
use crate::domain::time::{DEFAULT_ZONE, Instant};

/// The first session, its zone and its recurrence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Fields", into = "Fields")]
pub struct Schedule {
    /// Zone of the wall clock.
    pub zone: Tz,
    /// Start of the first session.
    pub start: Instant,
    /// End of the first session, after `start`.
    pub end: Instant,
    /// Whether a peer told the end; when not, `end` is a guess that is not shown.
    pub end_known: bool,
    /// How it repeats.
    pub recurrence: Option<Recurrence>,
}

impl Schedule {
    /// One session in `zone`.
    pub fn once(zone: Tz, start: Instant, end: Instant) -> Self {
        Self {
            zone,
            start,
            end,
            end_known: true,
            recurrence: None,
        }
    }

    /// All sessions.
    ///
    /// # Errors
    /// As [`expand`].
    pub fn sessions(&self) -> Result<Vec<Occurrence>, Reason> {
        expand(self.start, self.end, self.zone, self.recurrence.as_ref())
    }
}

/// The JSON form: RFC 3339 with the zone's offset, and no member that says nothing.
#[derive(Serialize, Deserialize)]
struct Fields {
    start: String,
    end: String,
    timezone: Tz,
    #[serde(default = "known", skip_serializing_if = "is_known")]
    end_known: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rrule: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    exdates: Vec<NaiveDate>,
}

fn known() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_known(known: &bool) -> bool {
    *known
}

impl From<Schedule> for Fields {
    fn from(schedule: Schedule) -> Self {
        let shown = |instant: Instant| {
            instant
                .with_timezone(&schedule.zone)
                .to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
        };
        let (start, end) = (shown(schedule.start), shown(schedule.end));
        let (rrule, exdates) = match schedule.recurrence {
            Some(recurrence) => (Some(recurrence.rule), recurrence.exceptions),
            None => (None, Vec::new()),
        };
        Self {
            start,
            end,
            timezone: schedule.zone,
            end_known: schedule.end_known,
            rrule,
            exdates,
        }
    }
}

/// What was stored was written by `Fields::from`; anything else becomes 1970, visibly wrong, rather than a panic.
impl From<Fields> for Schedule {
    fn from(fields: Fields) -> Self {
        let instant = |text: &str| text.parse::<Instant>().unwrap_or_default();
        Self {
            zone: fields.timezone,
            start: instant(&fields.start),
            end: instant(&fields.end),
            end_known: fields.end_known,
            recurrence: fields.rrule.map(|rule| Recurrence {
                rule,
                exceptions: fields.exdates,
            }),
        }
    }
}

impl Default for Schedule {
    fn default() -> Self {
        Self::once(DEFAULT_ZONE, Instant::default(), Instant::default())
    }
}
