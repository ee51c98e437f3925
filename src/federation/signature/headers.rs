//! A look-up in the headers of a request, which refuses those that are there twice.

use super::SignatureError;

/// The headers of a request, names in any case.
pub(super) struct Headers<'a>(pub &'a [(&'a str, &'a [u8])]);

impl<'a> Headers<'a> {
    /// The value of a header, trimmed; an error when it is there twice or is no readable text.
    pub(super) fn one(&self, name: &str) -> Result<Option<&'a str>, SignatureError> {
        let mut values = self.0.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
        let Some((_, value)) = values.next() else {
            return Ok(None);
        };
        if values.next().is_some() {
            return Err(SignatureError::DuplicateHeader(name.to_owned()));
        }
        let text = std::str::from_utf8(value).map_err(|_| SignatureError::Malformed("a header is not text"))?;
        Ok(Some(text.trim_ascii()))
    }
}
