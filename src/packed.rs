//! Texts in the program that `build.rs` compressed: those that are read seldom, or once.

use std::io::{self, Read as _};

use flate2::read::GzDecoder;

/// The text of a file that was compressed.
///
/// # Errors
/// When the bytes are none such: a fault of the build, which the tests of each text find.
pub fn text(packed: &[u8]) -> io::Result<String> {
    let mut text = String::new();
    GzDecoder::new(packed).read_to_string(&mut text)?;
    Ok(text)
}
