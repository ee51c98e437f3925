//! Moves the demo programme by whole weeks: days of the week, hours and « le premier samedi du mois » stay true.

use anyhow::anyhow;
use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta};
use chrono_tz::Tz;

use crate::app::import::Plan;
use crate::domain::event::Schedule;
use crate::domain::recurrence::Recurrence;
use crate::domain::time::{DEFAULT_ZONE, Instant, instant_of, local_of};

/// How UNTIL is written in UTC (RFC 5545 §3.3.5).
const UTC: &str = "%Y%m%dT%H%M%SZ";

/// Moves everything so that the week of the first event becomes the week of `now`.
pub(super) fn to_week_of(plan: &mut Plan, now: Instant) -> Result<(), anyhow::Error> {
    let first = plan.events.iter().map(|event| event.facts.schedule.start).min();
    let Some(first) = first else { return Ok(()) };
    let step = monday(local_of(now, DEFAULT_ZONE).date()) - monday(local_of(first, DEFAULT_ZONE).date());
    for event in &mut plan.events {
        event.facts.schedule = moved(&event.facts.schedule, step)?;
    }
    Ok(())
}

fn monday(day: NaiveDate) -> NaiveDate {
    day - TimeDelta::days(i64::from(day.weekday().num_days_from_monday()))
}

fn moved(schedule: &Schedule, step: TimeDelta) -> Result<Schedule, anyhow::Error> {
    let zone = schedule.zone;
    let recurrence = schedule.recurrence.as_ref().map(|recurrence| Recurrence {
        rule: moved_rule(&recurrence.rule, zone, step),
        exceptions: recurrence.exceptions.iter().map(|date| *date + step).collect(),
    });
    let mut moved = Schedule {
        start: moved_instant(schedule.start, zone, step),
        end: moved_instant(schedule.end, zone, step),
        recurrence,
        ..schedule.clone()
    };
    // « BYDAY=1SA » moved by weeks begins on another Saturday of the month: the first session is the next one that
    // the rule gives.
    let sessions = moved
        .sessions()
        .map_err(|reason| anyhow!("a moved event: {}", reason.english()))?;
    if let Some(first) = sessions.first() {
        (moved.start, moved.end) = (first.start, first.end);
    }
    Ok(moved)
}

/// The same time on the wall clock of another week.
fn moved_instant(instant: Instant, zone: Tz, step: TimeDelta) -> Instant {
    instant_of(local_of(instant, zone) + step, zone)
}

/// The same rule with its UNTIL moved; the demo programme writes it in UTC.
fn moved_rule(rule: &str, zone: Tz, step: TimeDelta) -> String {
    let part = |part: &str| {
        let until = part
            .strip_prefix("UNTIL=")
            .and_then(|until| NaiveDateTime::parse_from_str(until, UTC).ok());
        match until {
            Some(until) => format!("UNTIL={}", moved_instant(until.and_utc(), zone, step).format(UTC)),
            None => part.to_owned(),
        }
    };
    rule.split(';').map(part).collect::<Vec<_>>().join(";")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::import::plan;

    fn moved_to(now: &str) -> (Plan, Plan) {
        let before = plan(&crate::packed::text(super::super::PROGRAMME).expect("a text")).expect("the programme");
        let mut after = plan(&crate::packed::text(super::super::PROGRAMME).expect("a text")).expect("the programme");
        to_week_of(&mut after, now.parse().expect("an instant")).expect("moved");
        (before, after)
    }

    #[test]
    fn the_week_of_the_programme_changes_nothing() {
        let (before, after) = moved_to("2026-11-29T22:59:00Z");
        for (before, after) in before.events.iter().zip(&after.events) {
            assert_eq!(before.facts, after.facts);
        }
    }

    #[test]
    fn days_of_the_week_and_hours_stay_across_the_change_of_clocks() {
        let (before, after) = moved_to("2027-04-07T10:00:00Z");
        let first = after
            .events
            .iter()
            .map(|event| event.facts.schedule.start)
            .min()
            .expect("events");
        assert_eq!(local_of(first, DEFAULT_ZONE).to_string(), "2027-04-05 09:00:00");
        for (before, after) in before.events.iter().zip(&after.events) {
            let (before, after) = (&before.facts.schedule, &after.facts.schedule);
            let (was, is) = (local_of(before.start, before.zone), local_of(after.start, after.zone));
            assert_eq!((was.weekday(), was.time()), (is.weekday(), is.time()));
            assert_eq!(
                local_of(before.end, before.zone).time(),
                local_of(after.end, after.zone).time()
            );
            let (were, are) = (
                before.sessions().expect("sessions"),
                after.sessions().expect("sessions"),
            );
            let monthly = before
                .recurrence
                .as_ref()
                .is_some_and(|recurrence| recurrence.rule.contains("MONTHLY"));
            assert!(
                monthly || were.len() == are.len(),
                "{} became {}",
                were.len(),
                are.len()
            );
            assert!(!monthly || are.len() + 2 >= were.len());
        }
    }

    #[test]
    fn the_first_saturday_of_the_month_stays_the_first() {
        let (_, after) = moved_to("2027-05-12T10:00:00Z");
        let schedules = after.events.iter().map(|event| &event.facts.schedule);
        let firsts = schedules.filter(|schedule| {
            schedule
                .recurrence
                .as_ref()
                .is_some_and(|recurrence| recurrence.rule.contains("BYDAY=1SA"))
        });
        for schedule in firsts {
            assert!(local_of(schedule.start, schedule.zone).day() <= 7, "{}", schedule.start);
        }
    }
}
