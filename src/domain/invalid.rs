//! Why something a person or a program sent is refused: the field, and the reason in French and English.

use std::fmt;

/// One refused field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// The field, as a path in the JSON of the interface: `place.postcode`, `exdates[2]`.
    pub field: String,
    /// What is wrong with it.
    pub reason: Reason,
}

impl Invalid {
    /// `field` is refused for `reason`.
    pub fn new(field: impl Into<String>, reason: Reason) -> Self {
        Self {
            field: field.into(),
            reason,
        }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.reason.english())
    }
}

/// All that is wrong with one submission; never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct Refusal(pub Vec<Invalid>);

impl From<Invalid> for Refusal {
    fn from(invalid: Invalid) -> Self {
        Self(vec![invalid])
    }
}

/// Declares the reasons with their stable code and their two sentences.
macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident $({ $($part:ident: $type:ty),* })? = $code:literal, $fr:literal, $en:literal;)*) => {
        /// Why a field is refused.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Reason { $($(#[$doc])* $variant $({ $(#[allow(missing_docs)] $part: $type),* })?),* }

        impl Reason {
            /// A stable word for programs.
            pub fn code(&self) -> &'static str {
                match self { $(Self::$variant $({ $($part: _),* })? => $code),* }
            }

            /// The sentence for people, in French.
            pub fn french(&self) -> String {
                match self { $(Self::$variant $({ $($part),* })? => format!($fr),)* }
            }

            /// The sentence for people, in English.
            pub fn english(&self) -> String {
                match self { $(Self::$variant $({ $($part),* })? => format!($en),)* }
            }
        }
    };
}

reasons! {
    /// Nothing there.
    Required = "required", "À remplir.", "This is required.";
    /// Not a text.
    NotText = "not-text", "Doit être un texte.", "Must be a text.";
    /// Not a list.
    NotAList = "not-a-list", "Doit être une liste.", "Must be a list.";
    /// Not an object.
    NotAnObject = "not-an-object", "Doit être un objet JSON.", "Must be a JSON object.";
    /// Not true or false.
    NotABoolean = "not-a-boolean", "Doit être vrai ou faux.", "Must be true or false.";
    /// Not a number.
    NotANumber = "not-a-number", "Doit être un nombre.", "Must be a number.";
    /// Out of bounds.
    OutOfRange { min: i64, max: i64 } = "out-of-range", "Doit être entre {min} et {max}.", "Must be between {min} and {max}.";
    /// Too few characters.
    TooShort { min: usize } = "too-short", "Au moins {min} caractères.", "At least {min} characters.";
    /// Too many characters.
    TooLong { max: usize, length: usize } = "too-long", "{max} caractères au plus ; il y en a {length}.", "At most {max} characters; there are {length}.";
    /// Too many items.
    TooMany { max: usize } = "too-many", "{max} éléments au plus.", "At most {max} items.";
    /// Control characters.
    ControlCharacter = "control-character", "Contient un caractère de contrôle.", "Contains a control character.";
    /// Not what a file should hold there.
    Unreadable { detail: String } = "unreadable", "Illisible : {detail}.", "Unreadable: {detail}.";
    /// A field that does not exist.
    UnknownField = "unknown-field", "Ce champ n’existe pas.", "There is no such field.";
    /// A code that is not in the list.
    UnknownCode { code: String, list: String } = "unknown-code", "« {code} » n’est pas un code connu ({list}).", "“{code}” is not a known code ({list}).";
    /// No moment in time.
    NotADate = "not-a-date", "Date et heure attendues, par exemple 2026-11-24T09:00 ou 2026-11-24T09:00:00+01:00.", "A date and time is expected, such as 2026-11-24T09:00 or 2026-11-24T09:00:00+01:00.";
    /// No time zone.
    NotAZone = "not-a-zone", "Fuseau horaire inconnu ; par exemple Europe/Paris.", "Unknown time zone; for instance Europe/Paris.";
    /// End before start.
    EndBeforeStart = "end-before-start", "La fin doit venir après le début.", "The end must come after the start.";
    /// More than a day.
    SessionTooLong = "session-too-long", "Une séance dure 24 heures au plus. Pour plusieurs jours, utilisez une répétition.", "A session lasts at most 24 hours. Use a recurrence for several days.";
    /// No address of a page.
    NotAUrl = "not-a-url", "Adresse web attendue, commençant par https:// ou http://.", "A web address is expected, starting with https:// or http://.";
    /// No telephone number.
    NotAPhone = "not-a-phone", "Numéro de téléphone attendu, par exemple 03 53 01 01 01.", "A telephone number is expected, such as 03 53 01 01 01.";
    /// No e-mail address.
    NotAnEmail = "not-an-email", "Adresse électronique attendue, par exemple accueil@centre.example.", "An e-mail address is expected, such as accueil@centre.example.";
    /// No postcode.
    NotAPostcode = "not-a-postcode", "Code postal attendu : cinq chiffres.", "A postcode is expected: five digits.";
    /// No INSEE code.
    NotAnInseeCode = "not-an-insee-code", "Code INSEE attendu : cinq caractères, par exemple 59512 ou 2A004.", "An INSEE code is expected: five characters, such as 59512 or 2A004.";
    /// No handle.
    NotAHandle = "not-a-handle", "1 à 64 lettres minuscules sans accent, chiffres ou _.", "1 to 64 of a-z, 0-9 and _.";
    /// A handle in use.
    Taken = "taken", "Déjà pris.", "Already taken.";
    /// One coordinate without the other.
    LoneCoordinate = "lone-coordinate", "Latitude et longitude vont ensemble.", "Latitude and longitude go together.";
    /// Highest below lowest.
    MaxBelowMin = "max-below-min", "Le maximum est plus petit que le minimum.", "The maximum is lower than the minimum.";
    /// Needed by another field.
    NeededBy { other: String } = "needed-by", "À remplir à cause du champ « {other} ».", "Required because of the field “{other}”.";
    /// Not with another field.
    NotWith { other: String } = "not-with", "Ne va pas avec le champ « {other} ».", "Does not go with the field “{other}”.";
    /// No recurrence rule.
    NotARule { detail: String } = "not-a-rule", "Règle de répétition (RRULE) illisible : {detail}.", "Unreadable recurrence rule (RRULE): {detail}.";
    /// Hourly or finer.
    TooFine = "too-fine", "Une répétition se fait par jour, semaine, mois ou année, pas plus finement.", "A recurrence is daily, weekly, monthly or yearly, not finer.";
    /// Without an end.
    EndlessRule = "endless-rule", "La répétition doit avoir une fin : une date (UNTIL) ou un nombre (COUNT).", "The recurrence must end: a date (UNTIL) or a number (COUNT).";
    /// More than the limit.
    TooManySessions { max: usize } = "too-many-sessions", "Une série compte {max} séances au plus.", "A series has at most {max} sessions.";
    /// Nothing left.
    NoSession = "no-session", "La répétition ne donne aucune séance.", "The recurrence gives no session.";
    /// Exceptions without a rule.
    ExceptionsWithoutRule = "exceptions-without-rule", "Des exceptions sans règle de répétition (rrule).", "Exceptions without a recurrence rule (rrule).";
    /// No cursor of ours.
    NotACursor = "not-a-cursor", "Ce n’est pas un curseur de ce nœud.", "This is not a cursor of this node.";
    /// It cannot change.
    Fixed = "fixed", "Ne peut plus changer.", "This cannot change any more.";
    /// Not one of ours.
    UnknownCentre { handle: String } = "unknown-centre", "Aucun centre « {handle} » sur ce nœud.", "There is no centre “{handle}” on this node.";
    /// One of our own actors.
    OwnActor = "own-actor", "Ce compte est sur ce nœud : inutile de le suivre.", "This account is on this node: there is no need to follow it.";
    /// A host with which nothing is exchanged.
    BlockedHost = "blocked-host", "Ce serveur est bloqué sur ce nœud.", "This server is blocked on this node.";
    /// Neither a domain nor an account.
    NotADomain = "not-a-domain", "Nom de domaine attendu, par exemple serveur.example, ou l’adresse d’un compte.", "A domain name is expected, such as server.example, or the address of an account.";
    /// Nobody answers there.
    NobodyThere { target: String, detail: String } = "nobody-there", "Aucun compte trouvé pour « {target} » : {detail}.", "No account found for “{target}”: {detail}.";
    /// A page, a feed of posts, or a file: nothing dated to follow.
    NoAgenda { target: String } = "no-agenda", "À « {target} » il n’y a ni compte ni agenda : il faut l’adresse d’un compte, ou celle d’un agenda iCalendar (.ics). Un flux Atom ou RSS annonce des articles, pas des séances datées.", "There is neither an account nor an agenda at “{target}”: the address of an account is needed, or that of an iCalendar agenda (.ics). An Atom or RSS feed announces posts, not dated sessions.";
    /// Weak password.
    WeakPassword { min: usize } = "weak-password", "Au moins {min} caractères, et pas un mot de passe courant.", "At least {min} characters, and not a common password.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_field_and_reason_in_both_languages() {
        let invalid = Invalid::new("title", Reason::TooLong { max: 140, length: 150 });
        assert_eq!(invalid.to_string(), "title: At most 140 characters; there are 150.");
        assert!(invalid.reason.french().contains("140 caractères"));
        assert_eq!(invalid.reason.code(), "too-long");
    }
}
