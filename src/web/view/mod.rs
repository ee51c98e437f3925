//! Pages as values: each template of `templates/` has a struct whose fields are ready to be shown. No I/O here.

pub mod assets;
mod page;

pub use page::{Alternate, LanguageLink, Link, MenuItem, Page, Picture, Section};
