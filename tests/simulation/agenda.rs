//! An agenda that does not federate: an iCalendar file on some website, which somebody changes.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use chrono::TimeDelta;
use maillage::domain::event::Status;
use maillage::domain::time::Instant;

use super::model::{Party, Published};
use super::network::{Parcel, Reply};
use super::world::World;

/// Its address.
pub const ADDRESS: &str = "https://social.example/agenda.ics";

/// Whether a request is for it.
pub fn is_asked_for(parcel: &Parcel) -> bool {
    parcel.url.as_str() == ADDRESS
}

impl World {
    /// The file as it is now, or that it is as it was.
    pub fn agenda(&self, parcel: &Parcel) -> Reply {
        let model = self.model.borrow();
        let entries = model.events.iter().enumerate();
        let entries = entries.filter(|(_, event)| event.by == Party::Agenda && !event.deleted);
        let entries: String = entries.map(|(number, event)| entry(number, event)).collect();
        let file = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:agenda\r\nX-WR-CALNAME:La place\r\n{entries}END:VCALENDAR\r\n"
        );
        let mut hasher = DefaultHasher::new();
        file.hash(&mut hasher);
        let etag = format!("\"{:x}\"", hasher.finish());
        let known = parcel.headers.iter().find(|(name, _)| name == "if-none-match");
        if known.is_some_and(|(_, value)| value == etag.as_bytes()) {
            return Reply::status(304);
        }
        Reply {
            status: 200,
            headers: vec![
                ("content-type".to_owned(), b"text/calendar; charset=utf-8".to_vec()),
                ("etag".to_owned(), etag.into_bytes()),
            ],
            body: file.into_bytes(),
        }
    }

    /// One change of the file.
    pub fn agenda_changes(&self) {
        let now = super::time::instant(self.time.ms());
        let mut model = self.model.borrow_mut();
        let alive = |event: &Published| event.by == Party::Agenda && !event.deleted;
        let own: Vec<usize> = (0..model.events.len())
            .filter(|one| alive(&model.events[*one]))
            .collect();
        if own.is_empty() || self.dice.chance(400) {
            let mut facts = self.new_facts(now);
            facts.place = None;
            self.note(&format!("the agenda has {}", facts.title));
            model.events.push(Published {
                by: Party::Agenda,
                id: None,
                facts,
                deleted: false,
            });
            return;
        }
        let event = &mut model.events[own[self.dice.place(own.len())]];
        match self.dice.below(10) {
            0..3 => event.deleted = true,
            3..5 => event.facts.status = Status::Cancelled,
            5..7 => {
                let later = TimeDelta::minutes(self.dice.between(1, 600));
                event.facts.schedule.start += later;
                event.facts.schedule.end += later;
            }
            _ => event.facts.title = format!("{:012x}", self.dice.number() >> 16),
        }
        self.note(&format!("the agenda changes {}", event.facts.title));
    }
}

fn entry(number: usize, event: &Published) -> String {
    let schedule = &event.facts.schedule;
    let at = |instant: Instant| instant.format("%Y%m%dT%H%M%SZ").to_string();
    let rule = schedule.recurrence.as_ref();
    let rule = rule.map(|recurrence| format!("RRULE:{}\r\n", recurrence.rule));
    let status = match event.facts.status {
        Status::Cancelled => "CANCELLED",
        _ => "CONFIRMED",
    };
    format!(
        "BEGIN:VEVENT\r\nUID:{number}@social.example\r\nDTSTART:{}\r\nDTEND:{}\r\n{}SUMMARY:{}\r\nSTATUS:{status}\r\nEND:VEVENT\r\n",
        at(schedule.start),
        at(schedule.end),
        rule.unwrap_or_default(),
        event.facts.title,
    )
}
