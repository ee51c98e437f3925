//! Maillage's own programme file: JSON with French keys, as centres write it and as the demo programme is written.
//! Pure: names, labels and nesting become those of the interface; the rules stay in `domain::event::read`.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::domain::centre::{CentreKind, CentreProfile};
use crate::domain::event::read_place;
use crate::domain::invalid::{Invalid, Reason};
use crate::domain::text::{Handle, fold, telephone};
use crate::domain::vocabulary::{ACCESS_MODES, SERVICES, SPECIAL_SUPPORT, TYPOLOGIES, Vocabulary};

use super::plan::PlannedCentre;

/// A network of the file.
#[derive(Deserialize)]
pub(super) struct Network {
    id: String,
    nom: String,
    #[serde(default)]
    description: String,
    /// Identifiers of what it follows.
    #[serde(default)]
    pub suit: Vec<String>,
}

/// A structure of the file.
#[derive(Deserialize)]
pub(super) struct Structure {
    pub id: String,
    pub nom: String,
    #[serde(default)]
    description: String,
    typologie: Option<String>,
    domaine: Option<String>,
    telephone: Option<String>,
    courriel: Option<String>,
    lieu_principal: Option<String>,
    adresse: Option<String>,
    code_postal: Option<String>,
    commune: Option<String>,
}

impl Network {
    pub fn planned(&self) -> Result<PlannedCentre, Invalid> {
        Ok(PlannedCentre {
            handle: handle_of(&self.id)?,
            kind: CentreKind::Network,
            profile: CentreProfile {
                name: self.nom.clone(),
                description: self.description.clone(),
                ..CentreProfile::default()
            },
        })
    }
}

impl Structure {
    pub fn planned(&self) -> Result<PlannedCentre, Invalid> {
        let typology = self.typologie.clone();
        if let Some(code) = typology.as_ref().filter(|code| TYPOLOGIES.term(code).is_none()) {
            let list = TYPOLOGIES.name.to_owned();
            return Err(Invalid::new(
                "typologie",
                Reason::UnknownCode {
                    code: code.clone(),
                    list,
                },
            ));
        }
        let phone = match &self.telephone {
            Some(text) => Some(telephone(text).ok_or_else(|| Invalid::new("telephone", Reason::NotAPhone))?),
            None => None,
        };
        Ok(PlannedCentre {
            handle: handle_of(&self.id)?,
            kind: CentreKind::Centre,
            profile: CentreProfile {
                name: self.nom.clone(),
                description: self.description.clone(),
                typology,
                place: self.place()?,
                phone,
                email: self.courriel.clone(),
                website: self.domaine.as_ref().map(|domain| format!("https://{domain}/")),
            },
        })
    }

    fn place(&self) -> Result<Option<crate::domain::place::Place>, Invalid> {
        let Some(city) = &self.commune else {
            return Ok(None);
        };
        let place = json!({
            "name": self.lieu_principal.as_ref().unwrap_or(&self.nom),
            "address": self.adresse,
            "postcode": self.code_postal,
            "city": city,
        });
        let first = |mut problems: Vec<Invalid>| {
            let problem = problems.swap_remove(0);
            let field = match problem.field.as_str() {
                "name" => "lieu_principal",
                "address" => "adresse",
                "postcode" => "code_postal",
                _ => "commune",
            };
            Invalid::new(field, problem.reason)
        };
        read_place(&place).map(Some).map_err(|refusal| first(refusal.0))
    }
}

/// `escale-canal` becomes `escale_canal`.
pub(super) fn handle_of(id: &str) -> Result<Handle, Invalid> {
    fold(id)
        .replace(' ', "_")
        .parse()
        .map_err(|_| Invalid::new("id", Reason::NotAHandle))
}

/// How one key of the file becomes one of the interface.
enum Rule {
    /// The same value.
    Same,
    /// Told for other uses; not an event's business.
    Ignored,
    /// A list of French labels of a national list: the codes.
    Labels(&'static LazyLock<Vocabulary>),
    /// An object with keys of its own.
    Object(&'static [Key]),
    /// « Itinérant » or « Fixe ».
    Itinerant,
    /// Identifiers of structures: their names.
    Names,
}

/// One key: in the file, in the interface, and how.
struct Key(&'static str, &'static str, Rule);

static EVENT: &[Key] = &[
    Key("id", "external_id", Rule::Same),
    Key("structure", "centre", Rule::Ignored),
    Key("titre", "title", Rule::Same),
    Key("resume", "summary", Rule::Same),
    Key("description", "description", Rule::Same),
    Key("type", "type", Rule::Same),
    Key("format", "format", Rule::Same),
    Key("thematiques", "themes", Rule::Same),
    Key("services", "services", Rule::Labels(&SERVICES)),
    Key("niveau_min", "level_min", Rule::Same),
    Key("niveau_max", "level_max", Rule::Same),
    Key("publics", "audiences", Rule::Same),
    Key("publics_mednum", "", Rule::Ignored),
    Key("prise_en_charge", "special_support", Rule::Labels(&SPECIAL_SUPPORT)),
    Key("age", "age", Rule::Same),
    Key("lieu", "place", Rule::Object(PLACE)),
    Key("debut", "start", Rule::Same),
    Key("fin", "end", Rule::Same),
    Key("fuseau", "timezone", Rule::Same),
    Key("rrule", "rrule", Rule::Same),
    Key("exdates", "exdates", Rule::Same),
    Key("occurrences_attendues", "", Rule::Ignored),
    Key("parcours", "course", Rule::Object(COURSE)),
    Key("frais", "price", Rule::Same),
    Key("tarif_precisions", "price_detail", Rule::Same),
    Key("inscription", "registration", Rule::Object(REGISTRATION)),
    Key("contact", "contact", Rule::Object(CONTACT)),
    Key("langues", "languages", Rule::Same),
    Key("accessibilite", "accessibility", Rule::Same),
    Key("amenagements", "accommodations", Rule::Same),
    Key("materiel", "equipment", Rule::Object(EQUIPMENT)),
    Key("mode_participation", "mode", Rule::Same),
    Key("lien_en_ligne", "online_url", Rule::Same),
    Key("statut", "status", Rule::Same),
    Key("precision_statut", "status_detail", Rule::Same),
    Key("ouvert_prescription", "open_to_prescription", Rule::Same),
    Key("co_organisateurs", "co_organisers", Rule::Names),
    Key("image", "image", Rule::Same),
    Key("mots_cles", "tags", Rule::Same),
    Key("inspire_de", "", Rule::Ignored),
];

static PLACE: &[Key] = &[
    Key("nom", "name", Rule::Same),
    Key("adresse", "address", Rule::Same),
    Key("complement", "complement", Rule::Same),
    Key("code_postal", "postcode", Rule::Same),
    Key("commune", "city", Rule::Same),
    Key("code_insee", "insee", Rule::Same),
    Key("latitude", "latitude", Rule::Same),
    Key("longitude", "longitude", Rule::Same),
    Key("itinerance", "itinerant", Rule::Itinerant),
    Key("qpv_suppose", "", Rule::Ignored),
];

static COURSE: &[Key] = &[
    Key("seances", "sessions", Rule::Same),
    Key("inscription", "registration", Rule::Same),
];

static REGISTRATION: &[Key] = &[
    Key("mode", "mode", Rule::Same),
    Key("modalites_acces", "access", Rule::Labels(&ACCESS_MODES)),
    Key("obligatoire", "", Rule::Ignored),
    Key("telephone", "phone", Rule::Same),
    Key("courriel", "email", Rule::Same),
    Key("url", "url", Rule::Same),
    Key("places", "capacity", Rule::Same),
    Key("liste_attente", "waiting_list", Rule::Same),
];

static CONTACT: &[Key] = &[
    Key("telephone", "phone", Rule::Same),
    Key("telephone_e164", "", Rule::Ignored),
    Key("courriel", "email", Rule::Same),
];

static EQUIPMENT: &[Key] = &[
    Key("fourni", "provided", Rule::Same),
    Key("types", "types", Rule::Same),
    Key("apporter_son_appareil", "bring_own", Rule::Same),
];

/// An event of the file in the shape of the interface. `names` gives the name of each structure's identifier.
/// A key that is not known stays, so that the rules refuse it by its name.
pub(super) fn to_interface(event: &Map<String, Value>, names: &HashMap<&str, &str>) -> Map<String, Value> {
    translate(event, EVENT, names)
}

/// The name in the file of a field of the interface: `place.postcode` is `lieu.code_postal`.
pub(super) fn name_in_file(field: &str) -> String {
    let mut keys = EVENT;
    let mut parts = Vec::new();
    for part in field.split('.') {
        let (name, index) = part.find('[').map_or((part, ""), |at| part.split_at(at));
        let found = keys.iter().find(|key| key.1 == name);
        parts.push(format!("{}{index}", found.map_or(name, |key| key.0)));
        keys = match found {
            Some(Key(_, _, Rule::Object(inner))) => inner,
            _ => &[],
        };
    }
    parts.join(".")
}

fn translate(object: &Map<String, Value>, keys: &[Key], names: &HashMap<&str, &str>) -> Map<String, Value> {
    let mut translated = Map::new();
    for (name, value) in object {
        match keys.iter().find(|key| key.0 == name) {
            None => drop(translated.insert(name.clone(), value.clone())),
            Some(Key(_, _, Rule::Ignored)) => {}
            Some(Key(_, name, rule)) => drop(translated.insert((*name).to_owned(), apply(rule, value, names))),
        }
    }
    translated
}

fn apply(rule: &Rule, value: &Value, names: &HashMap<&str, &str>) -> Value {
    match (rule, value) {
        (Rule::Object(keys), Value::Object(object)) => Value::Object(translate(object, keys, names)),
        (Rule::Labels(list), Value::Array(labels)) => labels.iter().map(|label| code_of(list, label)).collect(),
        (Rule::Names, Value::Array(ids)) => ids.iter().map(|id| name_of(id, names)).collect(),
        (Rule::Itinerant, Value::String(word)) if word == "Itinérant" => Value::Bool(true),
        (Rule::Itinerant, Value::String(word)) if word == "Fixe" => Value::Bool(false),
        _ => value.clone(),
    }
}

fn code_of(list: &Vocabulary, label: &Value) -> Value {
    label
        .as_str()
        .and_then(|text| list.term_labelled(text))
        .map_or_else(|| label.clone(), |term| Value::String(term.code.clone()))
}

fn name_of(id: &Value, names: &HashMap<&str, &str>) -> Value {
    id.as_str()
        .and_then(|id| names.get(id))
        .map_or_else(|| id.clone(), |name| Value::String((*name).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_named_as_the_file_names_them() {
        assert_eq!(name_in_file("place.postcode"), "lieu.code_postal");
        assert_eq!(name_in_file("exdates[2]"), "exdates[2]");
        assert_eq!(name_in_file("services[0]"), "services[0]");
        assert_eq!(name_in_file("themes[1]"), "thematiques[1]");
        assert_eq!(name_in_file("colour"), "colour");
    }

    #[test]
    fn handles_come_from_identifiers() {
        assert_eq!(handle_of("escale-canal").unwrap().as_str(), "escale_canal");
        assert_eq!(handle_of("Maison d’Élan").unwrap().as_str(), "maison_d_elan");
        assert!(handle_of("---").is_err());
    }
}
