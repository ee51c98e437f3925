//! What is known of an event. The serialised names are those of `POST /api/v1/events`.

use serde::{Deserialize, Serialize};

use super::schedule::Schedule;
use crate::domain::code::codes;
use crate::domain::place::Place;
use crate::domain::text::shorten;

/// Characters of a summary.
pub(super) const MAX_SUMMARY: usize = 200;

codes! {
    /// Digital skill level, ascending.
    pub enum Level {
        /// First steps.
        Eloigne = "eloigne",
        /// Beginner.
        Debutant = "debutant",
        /// Intermediate.
        Intermediaire = "intermediaire",
        /// Advanced.
        Avance = "avance",
        /// Independent.
        Autonome = "autonome",
    }
}

codes! {
    /// How people are accompanied.
    pub enum Format {
        /// One to one.
        Individuel = "individuel",
        /// In a group.
        Collectif = "collectif",
        /// One to one within a group.
        Mixte = "mixte",
        /// Free access.
        Autonomie = "autonomie",
        /// Remote.
        Distance = "distance",
    }
}

codes! {
    /// Where people take part (OpenAgenda attendanceMode 1, 2, 3).
    pub enum Mode {
        /// On site.
        Offline = "offline",
        /// Online.
        Online = "online",
        /// Both.
        Mixed = "mixed",
    }
}

codes! {
    /// What it costs.
    pub enum Price {
        /// Free.
        Gratuit = "gratuit",
        /// Free under conditions.
        GratuitSousCondition = "gratuit-sous-condition",
        /// Paid.
        Payant = "payant",
    }
}

codes! {
    /// How to register.
    pub enum RegistrationMode {
        /// Just come.
        SansInscription = "sans-inscription",
        /// Booking advised.
        InscriptionConseillee = "inscription-conseillee",
        /// Booking required.
        InscriptionObligatoire = "inscription-obligatoire",
        /// By appointment.
        SurRendezVous = "sur-rendez-vous",
        /// With or without an appointment.
        AvecOuSansRendezVous = "avec-ou-sans-rendez-vous",
        /// Referral by a professional.
        SurOrientation = "sur-orientation",
    }
}

codes! {
    /// Where the event stands (OpenAgenda status 1 to 6).
    pub enum Status {
        /// As planned.
        Scheduled = "scheduled",
        /// On another date than first announced.
        Rescheduled = "rescheduled",
        /// On site at first, now online.
        MovedOnline = "moved-online",
        /// No date any more for now.
        Postponed = "postponed",
        /// No place left.
        Full = "full",
        /// Will not happen.
        Cancelled = "cancelled",
    }
}

codes! {
    /// How one registers for a course of several sessions.
    pub enum CourseRegistration {
        /// Once for all sessions.
        Once = "une-fois-pour-toutes",
        /// Session by session.
        EachSession = "a-la-carte",
    }
}

/// For whom it is made accessible (OpenAgenda).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Accessibility {
    /// Intellectual disability.
    pub ii: bool,
    /// Hearing impairment.
    pub hi: bool,
    /// Visual impairment.
    pub vi: bool,
    /// Psychological disability.
    pub pi: bool,
    /// Motor disability.
    pub mi: bool,
}

impl Accessibility {
    /// The codes that hold.
    pub fn codes(self) -> Vec<&'static str> {
        let all = [
            ("ii", self.ii),
            ("hi", self.hi),
            ("vi", self.vi),
            ("pi", self.pi),
            ("mi", self.mi),
        ];
        all.into_iter()
            .filter(|(_, holds)| *holds)
            .map(|(code, _)| code)
            .collect()
    }
}

/// Ages in years, both included, 0 to 120.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ages {
    /// Youngest.
    pub min: u8,
    /// Oldest.
    pub max: u8,
}

/// What to work on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Equipment {
    /// Provided on site.
    pub provided: bool,
    /// Codes of the equipment vocabulary.
    pub types: Vec<String>,
    /// People may or must bring their own.
    pub bring_own: bool,
}

/// How to register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// The mode.
    pub mode: RegistrationMode,
    /// Codes of the access modes vocabulary.
    #[serde(default)]
    pub access: Vec<String>,
    /// Telephone for registering (E.164), if not that of the contact.
    #[serde(default)]
    pub phone: Option<String>,
    /// E-mail for registering, if not that of the contact.
    #[serde(default)]
    pub email: Option<String>,
    /// Page for registering.
    #[serde(default)]
    pub url: Option<String>,
    /// Number of places.
    #[serde(default)]
    pub capacity: Option<u32>,
    /// Whether there is a waiting list.
    #[serde(default)]
    pub waiting_list: bool,
}

/// Whom to ask: a structure's number and address, never a person's.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    /// Telephone (E.164).
    pub phone: Option<String>,
    /// E-mail.
    pub email: Option<String>,
}

/// A partner who organises with the publisher.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoOrganiser {
    /// Name for people.
    pub name: String,
    /// ActivityPub id, when it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
}

/// A course: several sessions meant to be followed together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    /// Number of sessions.
    pub sessions: u16,
    /// How one registers.
    pub registration: CourseRegistration,
}

/// A picture with its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Where it is.
    pub url: String,
    /// What it shows; required, so that nobody is left out.
    pub alt: String,
}

/// The series that a session of a peer belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// ActivityPub id of the series.
    pub uri: String,
    /// RRULE of the series, for words such as « tous les mardis ».
    #[serde(default)]
    pub rule: Option<String>,
}

/// All that is known of an event. A `None` or empty list of a peer's event is something the peer did not tell. As it is kept,
/// what says nothing is left out: half of the members of most events, and two rows where there was one fit in a page of
/// the database. [`EventFacts::to_json`] has all members.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventFacts {
    /// What the publisher calls the event in a file or in other software: unique within its centre, so that an import
    /// that is repeated finds what it brought before. Ours only, never sent to peers; ≤ 255 characters.
    #[serde(default, skip_serializing_if = "is_unsaid")]
    pub external_id: Option<String>,
    /// 3 to 140 characters (OpenAgenda; Mobilizon's minimum). Peers may send more.
    pub title: String,
    /// One or two sentences; ≤ 200 characters.
    #[serde(default, skip_serializing_if = "is_unsaid")]
    pub summary: String,
    /// Plain text, paragraphs by blank lines; ≤ 10,000 characters.
    #[serde(default, skip_serializing_if = "is_unsaid")]
    pub description: String,
    /// A peer's description as sanitised HTML, where that says more than the paragraphs of `description`.
    #[serde(default, skip_serializing_if = "is_unsaid")]
    pub description_html: Option<String>,
    /// Code of the event types vocabulary.
    #[serde(default, rename = "type", skip_serializing_if = "is_unsaid")]
    pub event_type: Option<String>,
    /// Format.
    #[serde(default, skip_serializing_if = "is_unsaid")]
    pub format: Option<Format>,
    /// Codes of the themes vocabulary.
    #[serde(default, skip_serializing_if = "is_unsaid")]
    pub themes: Vec<String>,
    /// Codes of the services vocabulary.
    #[serde(default, skip_serializing_if = "is_unsaid")]
    pub services: Vec<String>,
    /// Lowest level; with `level_max`, or neither: all levels.
    #[serde(default, skip_serializing_if = "is_unsaid")]
    pub level_min: Option<Level>,
    /// Highest level.
    #[serde(default, skip_serializing_if = "is_unsaid")]
    pub level_max: Option<Level>,
    /// Codes of the audiences vocabulary; empty: everyone.
    #[serde(default, skip_serializing_if = "is_unsaid")]
    pub audiences: Vec<String>,
    /// Ages, when limited.
    #[serde(default, skip_serializing_if = "is_unsaid")]
    pub age: Option<Ages>,
    /// Codes of the special support vocabulary.
    #[serde(default, skip_serializing_if = "is_unsaid")]
    pub special_support: Vec<String>,
    /// Codes of the languages vocabulary; empty: unknown.
    #[serde(default, skip_serializing_if = "is_unsaid")]
    pub languages: Vec<String>,
    /// Accessibility.
    #[serde(default, skip_serializing_if = "is_unsaid")]
    pub accessibility: Accessibility,
    /// Arrangements in words: « boucle magnétique ».
    #[serde(default, skip_serializing_if = "is_unsaid")]
    pub accommodations: Vec<String>,
    /// Equipment.
    #[serde(default, skip_serializing_if = "is_unsaid")]
    pub equipment: Equipment,
    /// On site, online or both.
    #[serde(default = "offline")]
    pub mode: Mode,
    /// Where to connect, when online.
    #[serde(default, skip_serializing_if = "is_unsaid")]
    pub online_url: Option<String>,
    /// Where to go, when on site.
    #[serde(default, skip_serializing_if = "is_unsaid")]
    pub place: Option<Place>,
    /// Price.
    #[serde(default, skip_serializing_if = "is_unsaid")]
    pub price: Option<Price>,
    /// Conditions in words; ≤ 255 characters.
    #[serde(default, skip_serializing_if = "is_unsaid")]
    pub price_detail: Option<String>,
    /// How to register.
    #[serde(default, skip_serializing_if = "is_unsaid")]
    pub registration: Option<Registration>,
    /// Whom to ask.
    #[serde(default, skip_serializing_if = "is_unsaid")]
    pub contact: Contact,
    /// Partners.
    #[serde(default, skip_serializing_if = "is_unsaid")]
    pub co_organisers: Vec<CoOrganiser>,
    /// Where it stands.
    #[serde(default = "scheduled")]
    pub status: Status,
    /// Why, in words; ≤ 255 characters.
    #[serde(default, skip_serializing_if = "is_unsaid")]
    pub status_detail: Option<String>,
    /// When: `start`, `end`, `timezone`, `rrule`, `exdates`.
    #[serde(flatten)]
    pub schedule: Schedule,
    /// The course it is part of or makes.
    #[serde(default, skip_serializing_if = "is_unsaid")]
    pub course: Option<Course>,
    /// Professionals may send people.
    #[serde(default, skip_serializing_if = "is_unsaid")]
    pub open_to_prescription: bool,
    /// Picture.
    #[serde(default, skip_serializing_if = "is_unsaid")]
    pub image: Option<Image>,
    /// Free words; ≤ 255 characters together.
    #[serde(default, skip_serializing_if = "is_unsaid")]
    pub tags: Vec<String>,
    /// A peer's series.
    #[serde(default, skip_serializing_if = "is_unsaid")]
    pub series: Option<Series>,
}

/// Whether a member is what it is when nobody said anything of it.
fn is_unsaid<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn offline() -> Mode {
    Mode::Offline
}

fn scheduled() -> Status {
    Status::Scheduled
}

impl EventFacts {
    /// The bare minimum that is known of any event; everything else unknown.
    pub fn new(title: impl Into<String>, schedule: Schedule) -> Self {
        Self {
            external_id: None,
            title: title.into(),
            summary: String::new(),
            description: String::new(),
            description_html: None,
            event_type: None,
            format: None,
            themes: Vec::new(),
            services: Vec::new(),
            level_min: None,
            level_max: None,
            audiences: Vec::new(),
            age: None,
            special_support: Vec::new(),
            languages: Vec::new(),
            accessibility: Accessibility::default(),
            accommodations: Vec::new(),
            equipment: Equipment::default(),
            mode: Mode::Offline,
            online_url: None,
            place: None,
            price: None,
            price_detail: None,
            registration: None,
            contact: Contact::default(),
            co_organisers: Vec::new(),
            status: Status::Scheduled,
            status_detail: None,
            schedule,
            course: None,
            open_to_prescription: false,
            image: None,
            tags: Vec::new(),
            series: None,
        }
    }

    /// The event in one or two sentences, at most 200 characters: its summary, else how the description begins.
    pub fn lead(&self) -> String {
        if !self.summary.is_empty() {
            return self.summary.clone();
        }
        // A word has a letter and a blank: more of them than fit.
        let words: Vec<&str> = self.description.split_whitespace().take(MAX_SUMMARY).collect();
        shorten(&words.join(" "), MAX_SUMMARY)
    }

    /// The telephone to show first: that for registering, else the contact's.
    pub fn phone(&self) -> Option<&str> {
        let registration = self
            .registration
            .as_ref()
            .and_then(|registration| registration.phone.as_deref());
        registration.or(self.contact.phone.as_deref())
    }
}
