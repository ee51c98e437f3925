//! What an iCalendar file tells of a series apart from its rule: single dates, and dates from one on.

use std::collections::HashSet;

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use chrono_tz::Tz;

use super::component::Component;
use crate::domain::recurrence::Occurrence;
use crate::domain::time::{instant_of, local_of};

/// What is told apart from the rule of a series.
pub(super) struct Apart<'c> {
    pub(super) dates: HashSet<NaiveDate>,
    /// Those that stand for all later dates too (RANGE=THISANDFUTURE), in order.
    pub(super) later: Vec<Later<'c>>,
}

/// How the dates of a series are from one of them on.
pub(super) struct Later<'c> {
    pub(super) from: NaiveDate,
    pub(super) component: &'c Component,
    /// How much later by the clock on the wall; none where only the hour is known.
    pub(super) shift: Option<TimeDelta>,
    pub(super) hour: NaiveTime,
    pub(super) zone: Tz,
    pub(super) length: TimeDelta,
    /// Whether the end is told.
    pub(super) known: bool,
}

impl Later<'_> {
    /// The session that was planned so, as it is; `None` where no calendar has such a day.
    pub(super) fn change(&self, planned: Occurrence) -> Option<Occurrence> {
        let local = match self.shift {
            Some(shift) => local_of(planned.start, self.zone).checked_add_signed(shift)?,
            None => planned.date.and_time(self.hour),
        };
        let start = instant_of(local, self.zone);
        Some(Occurrence {
            start,
            end: start.checked_add_signed(self.length)?,
            ..planned
        })
    }
}
