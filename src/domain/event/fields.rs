//! Reads the fields of a JSON object one by one and notes what is wrong with each, so that one answer names all.

use std::collections::HashSet;

use serde_json::{Map, Value};
use url::Url;

use crate::domain::invalid::{Invalid, Reason};
use crate::domain::text::telephone;
use crate::domain::vocabulary::Vocabulary;

/// A JSON object being read. What was asked for is known; what remains at the end does not exist.
pub(super) struct Fields<'a> {
    object: &'a Map<String, Value>,
    prefix: String,
    seen: HashSet<&'static str>,
    /// What is wrong so far.
    pub problems: Vec<Invalid>,
}

impl<'a> Fields<'a> {
    pub fn new(object: &'a Map<String, Value>, prefix: &str) -> Self {
        Self {
            object,
            prefix: prefix.to_owned(),
            seen: HashSet::new(),
            problems: Vec::new(),
        }
    }

    /// Notes that `key` is refused. Its first reason is enough: the others often follow from it.
    pub fn refuse(&mut self, key: &str, reason: Reason) {
        let field = format!("{}{key}", self.prefix);
        if self.problems.iter().all(|known| known.field != field) {
            self.problems.push(Invalid::new(field, reason));
        }
    }

    /// The value of `key`; JSON null and an empty text are as good as absent.
    pub fn value(&mut self, key: &'static str) -> Option<&'a Value> {
        self.seen.insert(key);
        self.object
            .get(key)
            .filter(|value| !value.is_null() && value.as_str().is_none_or(|text| !text.trim().is_empty()))
    }

    /// A text of at most `max` characters, trimmed.
    pub fn text(&mut self, key: &'static str, max: usize) -> Option<String> {
        let value = self.value(key)?;
        match check_text(value, max) {
            Ok(text) => Some(text),
            Err(reason) => {
                self.refuse(key, reason);
                None
            }
        }
    }

    /// A text that must be there.
    pub fn required(&mut self, key: &'static str, max: usize) -> String {
        if self.value(key).is_none() {
            self.refuse(key, Reason::Required);
            return String::new();
        }
        self.text(key, max).unwrap_or_default()
    }

    /// A text that `parse` understands.
    pub fn parsed<T>(&mut self, key: &'static str, parse: impl Fn(&str) -> Option<T>, reason: Reason) -> Option<T> {
        let text = self.text(key, 2000)?;
        let parsed = parse(&text);
        if parsed.is_none() {
            self.refuse(key, reason);
        }
        parsed
    }

    /// One code of `vocabulary`, as an enumeration.
    pub fn code<T: std::str::FromStr>(&mut self, key: &'static str, vocabulary: &Vocabulary) -> Option<T> {
        let text = self.text(key, 200)?;
        let found = text.parse().ok();
        if found.is_none() {
            self.refuse(key, unknown(&text, vocabulary.name));
        }
        found
    }

    /// One code of `vocabulary`, as text.
    pub fn term(&mut self, key: &'static str, vocabulary: &Vocabulary) -> Option<String> {
        let text = self.text(key, 200)?;
        if vocabulary.term(&text).is_some() {
            return Some(text);
        }
        self.refuse(key, unknown(&text, vocabulary.name));
        None
    }

    /// A list of texts.
    pub fn texts(&mut self, key: &'static str, max_items: usize, max: usize) -> Vec<String> {
        let Some(value) = self.value(key) else {
            return Vec::new();
        };
        let Some(items) = value.as_array() else {
            self.refuse(key, Reason::NotAList);
            return Vec::new();
        };
        if items.len() > max_items {
            self.refuse(key, Reason::TooMany { max: max_items });
            return Vec::new();
        }
        let mut texts = Vec::new();
        for (at, item) in items.iter().enumerate() {
            match check_text(item, max) {
                Ok(text) if text.is_empty() || texts.contains(&text) => {}
                Ok(text) => texts.push(text),
                Err(reason) => self.refuse(&format!("{key}[{at}]"), reason),
            }
        }
        texts
    }

    /// A list of codes of `vocabulary`.
    pub fn terms(&mut self, key: &'static str, vocabulary: &Vocabulary) -> Vec<String> {
        let texts = self.texts(key, 40, 200);
        for (at, text) in texts.iter().enumerate() {
            if vocabulary.term(text).is_none() {
                self.refuse(&format!("{key}[{at}]"), unknown(text, vocabulary.name));
            }
        }
        texts
    }

    /// true or false; absent is false.
    pub fn flag(&mut self, key: &'static str) -> bool {
        match self.value(key) {
            None => false,
            Some(Value::Bool(flag)) => *flag,
            Some(_) => {
                self.refuse(key, Reason::NotABoolean);
                false
            }
        }
    }

    /// A whole number from `min` to `max`.
    pub fn whole(&mut self, key: &'static str, min: i64, max: i64) -> Option<i64> {
        let value = self.value(key)?;
        match value.as_i64() {
            Some(number) if (min..=max).contains(&number) => Some(number),
            Some(_) => {
                self.refuse(key, Reason::OutOfRange { min, max });
                None
            }
            None => {
                self.refuse(key, Reason::NotANumber);
                None
            }
        }
    }

    /// A number from -`bound` to `bound`.
    pub fn degrees(&mut self, key: &'static str, bound: i64) -> Option<f64> {
        let value = self.value(key)?;
        #[allow(clippy::cast_precision_loss)]
        let fits = |number: &f64| number.abs() <= bound as f64;
        match value.as_f64() {
            Some(number) if fits(&number) => Some(number),
            Some(_) => {
                self.refuse(
                    key,
                    Reason::OutOfRange {
                        min: -bound,
                        max: bound,
                    },
                );
                None
            }
            None => {
                self.refuse(key, Reason::NotANumber);
                None
            }
        }
    }

    /// A web address.
    pub fn web_address(&mut self, key: &'static str) -> Option<String> {
        self.parsed(key, web_address, Reason::NotAUrl)
    }

    /// A telephone number.
    pub fn phone(&mut self, key: &'static str) -> Option<String> {
        self.parsed(key, telephone, Reason::NotAPhone)
    }

    /// An e-mail address.
    pub fn email(&mut self, key: &'static str) -> Option<String> {
        self.parsed(
            key,
            |text| looks_like_email(text).then(|| text.to_owned()),
            Reason::NotAnEmail,
        )
    }

    /// An object within, read by `read`.
    pub fn object<T>(&mut self, key: &'static str, read: impl FnOnce(&mut Fields<'a>) -> T) -> Option<T> {
        let value = self.value(key)?;
        let Some(object) = value.as_object() else {
            self.refuse(key, Reason::NotAnObject);
            return None;
        };
        let mut inner = Fields::new(object, &format!("{}{key}.", self.prefix));
        let result = read(&mut inner);
        self.problems.extend(inner.finish(&[]));
        Some(result)
    }

    /// The problems, with one more for each field that nobody asked for. `ignored` fields may be there.
    pub fn finish(mut self, ignored: &[&str]) -> Vec<Invalid> {
        let unknown: Vec<String> = self
            .object
            .keys()
            .filter(|key| !self.seen.contains(key.as_str()) && !ignored.contains(&key.as_str()))
            .cloned()
            .collect();
        for key in unknown {
            self.refuse(&key, Reason::UnknownField);
        }
        self.problems
    }
}

fn unknown(code: &str, list: &str) -> Reason {
    Reason::UnknownCode {
        code: code.chars().take(80).collect(),
        list: list.to_owned(),
    }
}

fn check_text(value: &Value, max: usize) -> Result<String, Reason> {
    let text = value.as_str().ok_or(Reason::NotText)?.trim().replace("\r\n", "\n");
    let length = text.chars().count();
    if length > max {
        return Err(Reason::TooLong { max, length });
    }
    if text
        .chars()
        .any(|letter| letter.is_control() && letter != '\n' && letter != '\t')
    {
        return Err(Reason::ControlCharacter);
    }
    Ok(text)
}

/// `http` or `https` with a host and without credentials.
pub(super) fn web_address(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let plain = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
    (plain && url.host_str().is_some_and(|host| !host.is_empty())).then(|| url.to_string())
}

/// One `@`, a dotted domain, no blanks: enough to catch a slip; only a message proves an address.
pub(crate) fn looks_like_email(text: &str) -> bool {
    let Some((user, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let plain = |part: &str| {
        part.chars()
            .all(|c| !c.is_whitespace() && !"<>()[],;:\"\\@".contains(c))
    };
    text.len() <= 254
        && !user.is_empty()
        && plain(user)
        && plain(domain)
        && domain.contains('.')
        && domain.split('.').all(|label| !label.is_empty())
}
