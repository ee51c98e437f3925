//! What people do on the nodes, as the dice say.

use std::rc::Rc;

use chrono::TimeDelta;
use maillage::app::{events, following, keys as app_keys};
use maillage::domain::event::{EventFacts, Schedule, Status};
use maillage::domain::place::Place;
use maillage::domain::recurrence::Recurrence;
use maillage::domain::time::{Clock as _, DEFAULT_ZONE, Instant};
use maillage::store::follows;

use super::keys;
use super::model::{Party, Published};
use super::network;
use super::site::NETWORKS;
use super::world::World;

impl World {
    /// One thing that somebody does somewhere.
    pub async fn somebody_acts(self: &Rc<Self>) {
        let at = self.dice.place(self.sites.len());
        match self.dice.below(100) {
            0..10 => self.foreigners_act(),
            10..14 => self.agenda_changes(),
            14..57 => self.staff_acts(at).await,
            57..60 => self.staff_judges(at).await,
            60..78 => self.follow(at).await,
            78..86 => self.unfollow(at).await,
            86..90 => self.rotate(at).await,
            90..92 => self.person_follows(at).await,
            92..95 => self.moderate(at).await,
            95..97 => self.crash(at),
            _ => self.set_clock(at),
        }
    }

    /// One change of the programme of `at`.
    pub async fn staff_acts(self: &Rc<Self>, at: usize) {
        let Some(run) = self.sites[at].run() else { return };
        let own: Vec<usize> = {
            let model = self.model.borrow();
            let alive = |event: &Published| event.by == Party::Node(at) && !event.deleted;
            (0..model.events.len())
                .filter(|one| alive(&model.events[*one]))
                .collect()
        };
        if own.is_empty() || self.dice.chance(500) {
            let twin = self.dice.chance(350).then(|| self.twin(at)).flatten();
            let facts = twin.unwrap_or_else(|| self.new_facts(self.sites[at].clock.now()));
            let event = events::publish(&run.node, self.sites[at].centre, facts)
                .await
                .expect("published");
            self.note(&format!("n{at} publishes {} ({})", event.facts.title, event.uri));
            self.model.borrow_mut().events.push(Published {
                by: Party::Node(at),
                id: Some(event.id),
                facts: event.facts,
                deleted: false,
            });
            return;
        }
        let one = own[self.dice.place(own.len())];
        let (Some(id), title) = ({
            let model = self.model.borrow();
            (model.events[one].id, model.events[one].facts.title.clone())
        }) else {
            return;
        };
        let changed = match self.dice.below(10) {
            0..3 => {
                self.note(&format!("n{at} deletes {title}"));
                events::delete(&run.node, id).await.expect("deleted");
                self.model.borrow_mut().events[one].deleted = true;
                return;
            }
            3..5 => {
                self.note(&format!("n{at} cancels {title}"));
                events::cancel(&run.node, id, None).await
            }
            word => {
                let (number, minutes) = (self.dice.number(), self.dice.between(1, 600));
                self.note(&format!("n{at} changes {title}"));
                let amended = events::amend(&run.node, id, move |facts| {
                    let mut facts = facts.clone();
                    let name = facts.title.split(" v").next().unwrap_or_default().to_owned();
                    facts.title = format!("{name} v{:x}", number % 0xffff);
                    if word > 7 {
                        facts.schedule.start += TimeDelta::minutes(minutes);
                        facts.schedule.end += TimeDelta::minutes(minutes);
                    }
                    Ok(facts)
                });
                amended.await
            }
        };
        self.model.borrow_mut().events[one].facts = changed.expect("changed").facts;
    }

    /// One change of the programme of the other software.
    fn foreigners_act(&self) {
        let now = super::time::instant(self.time.ms());
        let mut model = self.model.borrow_mut();
        let alive = |event: &Published| event.by == Party::Foreign && !event.deleted;
        let own: Vec<usize> = (0..model.events.len())
            .filter(|one| alive(&model.events[*one]))
            .collect();
        if own.is_empty() || self.dice.chance(350) {
            let mut facts = self.once(now);
            facts.title = format!("{:012x}", self.dice.number() >> 16);
            let (number, schedule) = (model.events.len(), &facts.schedule);
            self.note(&format!("the foreigners publish {} ({number})", facts.title));
            self.foreign
                .publish(number, &facts.title, schedule.start, schedule.end, now);
            model.events.push(Published {
                by: Party::Foreign,
                id: None,
                facts,
                deleted: false,
            });
            return;
        }
        let one = own[self.dice.place(own.len())];
        let event = &mut model.events[one];
        match self.dice.below(10) {
            0..2 => {
                event.deleted = true;
                self.foreign.delete(one);
            }
            2..4 => {
                event.facts.status = Status::Cancelled;
                self.foreign.change(one, None, now);
            }
            _ => {
                event.facts.title = format!("{:012x}", self.dice.number() >> 16);
                self.foreign.change(one, Some(&event.facts.title), now);
            }
        }
        self.note(&format!("the foreigners change {one}: {}", event.facts.title));
    }

    /// What the other software has to send goes out, and what is not taken waits.
    pub async fn foreigners_send(self: &Rc<Self>) {
        for letter in self.foreign.letters() {
            let parcel = self.foreign.sealed(&letter, super::time::instant(self.time.ms()));
            let answer = network::carry(self, parcel).await;
            self.traffic.ends().await;
            if !matches!(&answer, Some(Ok(reply)) if reply.status < 300) {
                self.foreign.keep(letter);
            }
        }
    }

    /// Something that takes two hours, once.
    fn once(&self, now: Instant) -> EventFacts {
        let minutes = self.dice.between(60, 40 * 24 * 60);
        // Programmes are written to the minute.
        let start = now + TimeDelta::minutes(minutes) - TimeDelta::milliseconds(now.timestamp_millis() % 60_000);
        let title = format!("{:012x}", self.dice.number() >> 16);
        let mut facts = EventFacts::new(title, Schedule::once(DEFAULT_ZONE, start, start + TimeDelta::hours(2)));
        facts.place = Some(Place {
            name: "Maison du quai".into(),
            address: "12 rue du Quai".into(),
            postcode: "59000".into(),
            city: "Lille".into(),
            ..Place::default()
        });
        facts
    }

    /// What another node publishes too, as a partner would: the same title, place and hour.
    fn twin(&self, at: usize) -> Option<EventFacts> {
        let model = self.model.borrow();
        let soon = self.sites[at].clock.now() + TimeDelta::minutes(30);
        let same = |one: &EventFacts, other: &EventFacts| one.title == other.title;
        let wanted = |event: &&Published| {
            event.id.is_some()
                && !event.deleted
                && event.by != Party::Node(at)
                && event.facts.schedule.recurrence.is_none()
                && event.facts.status == Status::Scheduled
                && event.facts.schedule.start > soon
        };
        let others: Vec<&Published> = model.events.iter().filter(wanted).collect();
        let one = others.get(self.dice.place(others.len().max(1)))?;
        let own = |event: &&Published| event.by == Party::Node(at) && same(&event.facts, &one.facts);
        model.events.iter().find(own).is_none().then(|| one.facts.clone())
    }

    pub fn new_facts(&self, now: Instant) -> EventFacts {
        let mut facts = self.once(now);
        if self.dice.chance(250) {
            facts.schedule.recurrence = Some(Recurrence {
                rule: format!("FREQ=WEEKLY;COUNT={}", self.dice.between(2, 6)),
                exceptions: Vec::new(),
            });
        }
        facts
    }

    /// `at` or its network follows somebody.
    pub async fn follow(self: &Rc<Self>, at: usize) {
        let count = self.sites.len();
        let follower = match self.dice.below(4) {
            0..2 if self.sites[at].network.is_some() => Party::Network(at),
            _ => Party::Node(at),
        };
        let target = match self.dice.place(count + NETWORKS.min(count) + 2) {
            place if place < count => Party::Node(place),
            place if place == count => Party::Foreign,
            place if place == count + 1 => Party::Agenda,
            place => Party::Network(place - count - 2),
        };
        // Nobody follows what is at home.
        if !matches!(target, Party::Node(there) | Party::Network(there) if there == at) {
            self.follow_that(at, follower, target).await;
        }
    }

    pub async fn follow_that(self: &Rc<Self>, at: usize, follower: Party, target: Party) {
        let Some(run) = self.sites[at].run() else { return };
        self.note(&format!("{follower} follows {target}"));
        let key = (follower, target);
        let before = self.model.borrow().follows.get(&key).copied().unwrap_or(Some(false));
        let (group, centre) = (
            self.group(target),
            self.sites[at].network.filter(|_| follower == Party::Network(at)),
        );
        let outcome = self
            .unless_dead(&run, following::follow(&run.node, &group, centre))
            .await;
        let follows = match outcome {
            Some(Ok(_)) => Some(true),
            Some(Err(error)) => {
                self.note(&format!("{follower} cannot follow {target}: {error}"));
                before
            }
            None if before == Some(true) => before,
            None => None,
        };
        self.model.borrow_mut().follows.insert(key, follows);
    }

    async fn unfollow(self: &Rc<Self>, at: usize) {
        let Some(run) = self.sites[at].run() else { return };
        let all = run
            .node
            .store
            .read(|conn| follows::list(conn, None, 1_000))
            .await
            .expect("follows");
        if all.is_empty() {
            return;
        }
        let (follow, peer) = &all[self.dice.place(all.len())];
        let (follower, target) = (self.follower(at, follow), self.party(&peer.uri));
        self.note(&format!("{follower} unfollows {target}"));
        following::unfollow(&run.node, follow.id).await.expect("unfollowed");
        self.model.borrow_mut().follows.insert((follower, target), Some(false));
    }

    async fn rotate(&self, at: usize) {
        let Some(run) = self.sites[at].run() else { return };
        let owner = self.dice.chance(700).then_some(self.sites[at].centre);
        // Spare keys are few: what counts is that they change.
        let spare = 2 * self.sites.len() + self.dice.place(4);
        self.note(&format!(
            "n{at} rotates the keys of {}",
            if owner.is_some() { "its centre" } else { "the node" }
        ));
        let pairs = keys::pairs(spare, owner, self.sites[at].clock.now());
        app_keys::replace(&run.node, owner, pairs).await.expect("rotated");
    }

    /// A person on another server follows a centre or a network, and tries until it is taken in.
    async fn person_follows(self: &Rc<Self>, at: usize) {
        let followed = match self.sites[at].network {
            Some(_) if self.dice.chance(600) => Party::Network(at),
            _ => Party::Node(at),
        };
        let parcel = self
            .social
            .follow(&self.group(followed), super::time::instant(self.time.ms()));
        let status = network::deliver(self, &parcel).await.map(|reply| reply.status);
        self.note(&format!("a person follows {followed}: {status:?}"));
    }

    fn set_clock(&self, at: usize) {
        let skew = self.dice.between(-4 * 60_000, 4 * 60_000);
        self.note(&format!("the clock of n{at} is set {} s ahead", skew / 1_000));
        self.sites[at]
            .clock
            .skew
            .store(skew, std::sync::atomic::Ordering::Relaxed);
    }
}
