//! The directory as the national schema of places of digital mediation has it (LaMednum 1.0.2): CSV in UTF-8, commas, several
//! values joined by `|`, the columns in their order, the values verbatim. A cell is empty where nothing is known. Behind
//! these columns stand ours, which the schema has no place for.

use chrono::SecondsFormat;

use crate::domain::directory::Structure;
use crate::domain::event::Format;
use crate::domain::place::Place;
use crate::domain::vocabulary::{
    ACCESS_MODES, AUDIENCES, FORMATS, Language, PRICES, SERVICES, SPECIAL_SUPPORT, TYPOLOGIES, Term, Vocabulary,
};

/// The columns of the schema, then ours.
pub const COLUMNS: [&str; 40] = [
    "id",
    "pivot",
    "nom",
    "commune",
    "code_postal",
    "code_insee",
    "adresse",
    "complement_adresse",
    "latitude",
    "longitude",
    "typologie",
    "telephone",
    "courriels",
    "site_web",
    "horaires",
    "presentation_resume",
    "presentation_detail",
    "source",
    "itinerance",
    "structure_parente",
    "date_maj",
    "services",
    "publics_specifiquement_adresses",
    "prise_en_charge_specifique",
    "frais_a_charge",
    "dispositif_programmes_nationaux",
    "formations_labels",
    "autres_formations_labels",
    "modalites_acces",
    "modalites_accompagnement",
    "fiche_acces_libre",
    "prise_rdv",
    "types",
    "themes",
    "niveau_min",
    "niveau_max",
    "langues",
    "accessibilite",
    "prochaine_seance",
    "seances_a_venir",
];

/// The file, lines ended by CRLF. `source` says who gathered it.
pub fn file(structures: &[Structure], source: &str) -> String {
    let mut csv = format!("{}\r\n", COLUMNS.join(","));
    for structure in structures {
        let cells: Vec<String> = row(structure, source).iter().map(|cell| quote(cell)).collect();
        csv.push_str(&cells.join(","));
        csv.push_str("\r\n");
    }
    csv
}

fn row(structure: &Structure, source: &str) -> Vec<String> {
    let mut row = who_and_where(structure);
    row.extend([
        String::new(),
        crate::domain::text::shorten(&structure.description, 280),
        String::new(),
        source.to_owned(),
        if structure.offer.itinerant {
            "Itinérant".to_owned()
        } else {
            String::new()
        },
        String::new(),
        structure.verified.format("%Y-%m-%d").to_string(),
    ]);
    row.extend(what_and_how(structure));
    row.extend(ours(structure));
    row
}

fn who_and_where(structure: &Structure) -> Vec<String> {
    let place = structure.known_place().cloned().unwrap_or_else(|| only_town(structure));
    let degrees = |degrees: Option<f64>| degrees.map(|it| it.to_string()).unwrap_or_default();
    let typology = structure
        .typology
        .clone()
        .filter(|code| TYPOLOGIES.term(code).is_some());
    vec![
        structure.source.uri.clone(),
        // The SIRET or RNA number: nobody asked for it.
        String::new(),
        structure.source.name.clone(),
        place.city,
        place.postcode,
        place.insee.unwrap_or_default(),
        place.address,
        place.complement.unwrap_or_default(),
        degrees(place.latitude),
        degrees(place.longitude),
        typology.unwrap_or_default(),
        structure
            .known_phone()
            .filter(|phone| phone.starts_with('+'))
            .unwrap_or_default()
            .to_owned(),
        structure.known_email().unwrap_or_default().to_owned(),
        structure.website.clone().unwrap_or_default(),
    ]
}

/// Where a structure has no place of its own: the town, when all happens in one.
fn only_town(structure: &Structure) -> Place {
    match structure.offer.towns.as_slice() {
        [town] => Place {
            city: town.clone(),
            ..Place::default()
        },
        _ => Place::default(),
    }
}

fn what_and_how(structure: &Structure) -> Vec<String> {
    let offer = &structure.offer;
    let prices: Vec<String> = offer.prices.iter().map(|price| price.as_str().to_owned()).collect();
    vec![
        labels(&SERVICES, &offer.services),
        audiences(&offer.audiences),
        labels(&SPECIAL_SUPPORT, &offer.special_support),
        labels(&PRICES, &prices),
        String::new(),
        String::new(),
        String::new(),
        labels(&ACCESS_MODES, &offer.access),
        formats(&offer.formats),
        String::new(),
        String::new(),
    ]
}

fn ours(structure: &Structure) -> Vec<String> {
    let offer = &structure.offer;
    let next = offer.next.as_ref().map(|(session, facts)| {
        let start = session.occurrence.start.with_timezone(&facts.schedule.zone);
        start.to_rfc3339_opts(SecondsFormat::Secs, true)
    });
    let level = |level: Option<crate::domain::event::Level>| level.map(|it| it.as_str()).unwrap_or_default().to_owned();
    vec![
        offer.types.join("|"),
        offer.themes.join("|"),
        level(offer.levels.map(|it| it.0)),
        level(offer.levels.map(|it| it.1)),
        offer.languages.join("|"),
        offer.accessibility.join("|"),
        next.unwrap_or_default(),
        offer.sessions.to_string(),
    ]
}

/// The values of the schema are the French labels, with its straight apostrophe; a peer's own word is none of them.
fn labels(vocabulary: &'static Vocabulary, codes: &[String]) -> String {
    let known = codes.iter().filter_map(|code| vocabulary.term(code));
    let labels: Vec<String> = known
        .map(|term| term.label(Language::French).replace('’', "'"))
        .collect();
    labels.join("|")
}

/// The five publics of the schema; everyone is an empty cell.
fn audiences(codes: &[String]) -> String {
    if codes.iter().any(|code| code == "tous-publics") {
        return String::new();
    }
    values(&AUDIENCES, codes)
}

fn formats(formats: &[Format]) -> String {
    let codes: Vec<String> = formats.iter().map(|format| format.as_str().to_owned()).collect();
    values(&FORMATS, &codes)
}

/// What codes of ours stand for in the schema, each value once.
fn values(vocabulary: &'static Vocabulary, codes: &[String]) -> String {
    let mut values: Vec<&str> = Vec::new();
    for value in codes
        .iter()
        .filter_map(|code| vocabulary.term(code))
        .flat_map(Term::mednum)
    {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values.join("|")
}

/// As the calendar's CSV, but for the sign of a telephone number, which the schema wants: `+33353010101` computes to
/// nothing worse than itself.
fn quote(cell: &str) -> String {
    let number = cell
        .strip_prefix('+')
        .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
    if number {
        cell.to_owned()
    } else {
        super::csv::quote(cell)
    }
}
