//! HTTP: routes, what is read from requests, what is answered. Reads through `store`, writes only through `app`.

pub mod extract;
pub mod view;
