//! What a file would bring, fully checked before anything is written.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::ImportError;
use super::programme::{Network, Structure, handle_of, name_in_file, to_interface};
use crate::domain::centre::{CentreKind, CentreProfile};
use crate::domain::event::{EventFacts, read};
use crate::domain::invalid::{Invalid, Reason};
use crate::domain::text::Handle;

/// A file, read and checked.
#[derive(Debug, Default)]
pub struct Plan {
    /// Centres and networks.
    pub centres: Vec<PlannedCentre>,
    /// Who follows whom.
    pub follows: Vec<PlannedFollow>,
    /// Events, in the order of the file.
    pub events: Vec<PlannedEvent>,
}

/// A centre or network of the file.
#[derive(Debug, Clone)]
pub struct PlannedCentre {
    /// Its handle, made of its identifier.
    pub handle: Handle,
    /// Centre or network.
    pub kind: CentreKind,
    /// What the file tells of it.
    pub profile: CentreProfile,
}

/// A network of the file follows a centre of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedFollow {
    /// Who follows.
    pub network: Handle,
    /// Who is followed.
    pub centre: Handle,
}

/// An event of the file.
#[derive(Debug, Clone)]
pub struct PlannedEvent {
    /// Whose it is, when the file tells.
    pub centre: Option<Handle>,
    /// What it is; always with an `external_id`.
    pub facts: EventFacts,
    /// The line of the file on which it begins.
    pub line: usize,
}

/// One thing that is wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, {item}: {problem}")]
pub struct Fault {
    /// Line of the file, from 1.
    pub line: usize,
    /// Which event or structure.
    pub item: String,
    /// The field as the file names it, and the reason.
    pub problem: Invalid,
}

#[derive(Deserialize)]
struct File<'a> {
    #[serde(borrow, default)]
    reseaux: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    structures: Vec<&'a RawValue>,
    #[serde(borrow, alias = "evenements")]
    events: Vec<&'a RawValue>,
}

/// Reads a programme: Maillage's file, `{"events": […]}` or a list of events in the shape of the interface.
///
/// # Errors
/// The line that is not JSON, or everything that is refused with its lines.
pub fn plan(text: &str) -> Result<Plan, ImportError> {
    let text = text.trim_start_matches('\u{feff}');
    let file = if text.trim_start().starts_with('[') {
        File {
            reseaux: Vec::new(),
            structures: Vec::new(),
            events: serde_json::from_str(text)?,
        }
    } else {
        serde_json::from_str(text)?
    };
    let mut reader = Reader {
        text,
        faults: Vec::new(),
    };
    let plan = reader.plan(&file);
    if reader.faults.is_empty() {
        Ok(plan)
    } else {
        Err(ImportError::Refused(reader.faults))
    }
}

struct Reader<'a> {
    text: &'a str,
    faults: Vec<Fault>,
}

impl<'a> Reader<'a> {
    fn plan(&mut self, file: &File<'a>) -> Plan {
        let mut plan = Plan::default();
        let structures: Vec<(Structure, _)> = file.structures.iter().filter_map(|raw| self.item(raw)).collect();
        for (structure, raw) in &structures {
            match structure.planned() {
                Ok(centre) => plan.centres.push(centre),
                Err(problem) => self.fault(raw, &structure.id, problem),
            }
        }
        let networks: Vec<(Network, _)> = file.reseaux.iter().filter_map(|raw| self.item(raw)).collect();
        for (network, raw) in &networks {
            self.network(network, raw, &mut plan);
        }
        let names: HashMap<&str, &str> = structures
            .iter()
            .map(|(structure, _)| (structure.id.as_str(), structure.nom.as_str()))
            .collect();
        let mut seen = HashSet::new();
        for (at, raw) in file.events.iter().enumerate() {
            let Some(event) = self.event(at, raw, &names) else {
                continue;
            };
            let external_id = event.facts.external_id.clone().unwrap_or_default();
            if seen.insert((event.centre.clone(), external_id.clone())) {
                plan.events.push(event);
            } else {
                self.fault(raw, &external_id, Invalid::new("id", Reason::Taken));
            }
        }
        plan
    }

    fn network(&mut self, network: &Network, raw: &'a RawValue, plan: &mut Plan) {
        let planned = match network.planned() {
            Ok(planned) => planned,
            Err(problem) => return self.fault(raw, "reseaux", problem),
        };
        for (at, id) in network.suit.iter().enumerate() {
            match handle_of(id) {
                Ok(centre) => plan.follows.push(PlannedFollow {
                    network: planned.handle.clone(),
                    centre,
                }),
                Err(problem) => self.fault(
                    raw,
                    planned.handle.as_str(),
                    Invalid::new(format!("suit[{at}]"), problem.reason),
                ),
            }
        }
        plan.centres.push(planned);
    }

    /// An object of the file; what is missing or of another kind is a fault on its line.
    fn item<T: Deserialize<'a>>(&mut self, raw: &&'a RawValue) -> Option<(T, &'a RawValue)> {
        match serde_json::from_str(raw.get()) {
            Ok(item) => Some((item, *raw)),
            Err(error) => {
                let line = self.line(raw) + error.line().saturating_sub(1);
                self.faults.push(Fault {
                    line,
                    item: "structures, reseaux".to_owned(),
                    problem: Invalid::new(
                        "",
                        Reason::Unreadable {
                            detail: error.to_string(),
                        },
                    ),
                });
                None
            }
        }
    }

    fn event(&mut self, at: usize, raw: &'a RawValue, names: &HashMap<&str, &str>) -> Option<PlannedEvent> {
        let item = format!("event {}", at + 1);
        let Ok(object) = serde_json::from_str::<Map<String, Value>>(raw.get()) else {
            self.fault(raw, &item, Invalid::new("", Reason::NotAnObject));
            return None;
        };
        let french = object.contains_key("titre");
        let centre = self.centre(raw, &object, if french { "structure" } else { "centre" });
        let mut event = if french { to_interface(&object, names) } else { object };
        identify(&mut event);
        let item = event["external_id"].as_str().unwrap_or(&item).to_owned();
        match read(&Value::Object(event)) {
            Ok(facts) => Some(PlannedEvent {
                centre: centre?,
                facts,
                line: self.line(raw),
            }),
            Err(refusal) => {
                for problem in refusal.0 {
                    let field = if french {
                        name_in_file(&problem.field)
                    } else {
                        problem.field
                    };
                    self.fault(raw, &item, Invalid::new(field, problem.reason));
                }
                None
            }
        }
    }

    /// The centre an event names, if it names one; `None` is a fault.
    fn centre(&mut self, raw: &'a RawValue, event: &Map<String, Value>, key: &str) -> Option<Option<Handle>> {
        let problem = match event.get(key) {
            None | Some(Value::Null) => return Some(None),
            Some(Value::String(id)) => match handle_of(id) {
                Ok(handle) => return Some(Some(handle)),
                Err(problem) => problem.reason,
            },
            Some(_) => Reason::NotText,
        };
        self.fault(raw, key, Invalid::new(key, problem));
        None
    }

    fn fault(&mut self, raw: &'a RawValue, item: &str, problem: Invalid) {
        let at = locate(raw, &problem.field);
        self.faults.push(Fault {
            line: self.line(at),
            item: item.to_owned(),
            problem,
        });
    }

    /// The line on which a part of the text begins.
    fn line(&self, part: &RawValue) -> usize {
        let offset = (part.get().as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let before = self.text.as_bytes().get(..offset).unwrap_or_default();
        1 + before.iter().filter(|byte| **byte == b'\n').count()
    }
}

/// The name under which the event is found again: what the file calls it, else its title and start.
fn identify(event: &mut Map<String, Value>) {
    let told = ["external_id", "uri", "id"]
        .iter()
        .find_map(|key| event.get(*key).filter(|value| value.is_string()).cloned());
    let text = |key: &str| event.get(key).and_then(Value::as_str).unwrap_or_default();
    let named = told.unwrap_or_else(|| {
        let made = format!("{} {}", text("start"), text("title"));
        Value::String(crate::domain::text::shorten(&made, 255))
    });
    event.insert("external_id".to_owned(), named);
}

/// The part of `raw` at `path` (`lieu.code_postal`, `exdates[2]`), or the nearest around it.
fn locate<'a>(raw: &'a RawValue, path: &str) -> &'a RawValue {
    let mut found = raw;
    for part in path.split(['.', '[']).map(|part| part.trim_end_matches(']')) {
        let inner = match part.parse::<usize>() {
            Ok(at) => serde_json::from_str::<Vec<&RawValue>>(found.get())
                .ok()
                .and_then(|items| items.get(at).copied()),
            Err(_) => serde_json::from_str::<HashMap<String, &RawValue>>(found.get())
                .ok()
                .and_then(|fields| fields.get(part).copied()),
        };
        match inner {
            Some(inner) => found = inner,
            None => break,
        }
    }
    found
}

#[cfg(test)]
mod tests;
