//! The lines of an iCalendar file (RFC 5545 §3.1): unfolded, split into name, parameters and value, bounded.

/// Longest line that is read, unfolded; the rest of it is left out.
const MAX_LINE: usize = 64 * 1024;
/// Parameters of one line that are read.
const MAX_PARAMETERS: usize = 16;

/// `NAME;PARAMETER=value:VALUE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Where it begins in the file, from 1.
    pub number: usize,
    /// In upper case.
    pub name: String,
    /// Names in upper case, values without quotes.
    pub parameters: Vec<(String, String)>,
    /// As it stands: see [`text`].
    pub value: String,
}

impl Line {
    /// The value of a parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// The lines of `file`, one by one. What is no line of iCalendar is passed over.
pub fn lines(file: &str) -> impl Iterator<Item = Line> + '_ {
    let mut physical = file
        .trim_start_matches('\u{feff}')
        .split('\n')
        .enumerate()
        .map(|(at, line)| (at + 1, line.strip_suffix('\r').unwrap_or(line)))
        .peekable();
    std::iter::from_fn(move || {
        loop {
            let (number, first) = physical.next()?;
            let mut whole = bounded(first, MAX_LINE).to_owned();
            while let Some((_, more)) = physical.next_if(|(_, line)| line.starts_with([' ', '\t'])) {
                whole.push_str(bounded(&more[1..], MAX_LINE.saturating_sub(whole.len())));
            }
            if let Some(line) = split(number, &whole) {
                return Some(line);
            }
        }
    })
}

fn bounded(text: &str, max: usize) -> &str {
    let mut end = text.len().min(max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn split(number: usize, line: &str) -> Option<Line> {
    let mut quoted = false;
    let colon = line.char_indices().find(|(_, letter)| {
        quoted ^= *letter == '"';
        *letter == ':' && !quoted
    });
    let (head, value) = (&line[..colon?.0], &line[colon?.0 + 1..]);
    let mut quoted = false;
    let mut parts = head.split(|letter| {
        quoted ^= letter == '"';
        letter == ';' && !quoted
    });
    let name = parts.next()?.trim().to_ascii_uppercase();
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if name.is_empty() || !name.bytes().all(is_name) {
        return None;
    }
    let parameters = parts.take(MAX_PARAMETERS).filter_map(|part| {
        let (name, value) = part.split_once('=')?;
        Some((
            name.trim().to_ascii_uppercase(),
            value.trim().trim_matches('"').to_owned(),
        ))
    });
    Some(Line {
        number,
        parameters: parameters.collect(),
        name,
        value: value.to_owned(),
    })
}

/// A TEXT value (RFC 5545 §3.3.11) as people read it.
pub fn text(value: &str) -> String {
    let mut read = String::with_capacity(value.len());
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('n' | 'N') => read.push('\n'),
                Some(escaped) => read.push(escaped),
                None => {}
            },
            letter => read.push(letter),
        }
    }
    read
}

/// The texts of a list, whose commas are not escaped.
pub fn texts(value: &str) -> Vec<String> {
    let (mut all, mut from, mut escaped) = (Vec::new(), 0, false);
    for (at, letter) in value.char_indices() {
        if letter == ',' && !escaped {
            all.push(text(&value[from..at]));
            from = at + 1;
        }
        escaped = letter == '\\' && !escaped;
    }
    all.push(text(&value[from..]));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_lines_and_quoted_parameters_are_read() {
        let file = "BEGIN:VEVENT\r\nSUMMARY;LANGUAGE=fr;X=\"a:b;c\":Café\r\n  num\r\n\térique\r\nrubbish\r\nEND:VEVENT";
        let read: Vec<Line> = lines(file).collect();
        assert_eq!(read.len(), 3);
        assert_eq!((read[1].number, read[1].value.as_str()), (2, "Café numérique"));
        assert_eq!(read[1].parameter("X"), Some("a:b;c"));
        assert_eq!(read[2].number, 6);
    }

    #[test]
    fn texts_are_unescaped_and_lists_split() {
        assert_eq!(text(r"Un\, deux\; trois\\\nquatre"), "Un, deux; trois\\\nquatre");
        assert_eq!(texts(r"Emploi\, droits,Santé"), ["Emploi, droits", "Santé"]);
    }

    #[test]
    fn a_line_without_end_is_bounded() {
        let file = format!("SUMMARY:{}", "é".repeat(200_000));
        assert!(lines(&file).next().is_some_and(|line| line.value.len() <= MAX_LINE));
    }
}
