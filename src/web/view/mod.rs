//! Pages as values: each template of `templates/` has a struct whose fields are ready to be shown. No I/O here.

pub mod about;
pub mod assets;
pub mod calendar;
pub mod centre;
pub mod credits;
pub mod desk;
pub mod directory;
pub mod event;
mod event_about;
pub mod filter;
pub mod freshness;
pub mod message;
mod page;
pub mod parts;
pub mod session;

pub use page::{Alternate, LanguageLink, Link, MenuItem, Page, Picture, Section};
