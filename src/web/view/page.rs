//! What every page has around its content: title, menu, languages, feeds, description for cards and search engines.

use super::assets::{Assets, assets};
use crate::locale::Locale;

/// Where a page stands in the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// The calendar and its events.
    Calendar,
    /// Who does what.
    Network,
    /// Subscribing.
    Subscribe,
    /// Anywhere else.
    Elsewhere,
}

/// The frame of a page, read by `layout.html`.
pub struct Page {
    /// The texts.
    pub t: Locale,
    /// The node's name.
    pub node: String,
    /// Title of the page; empty on the home page.
    pub title: String,
    /// Where it stands in the menu.
    pub section: Section,
    /// Its absolute address.
    pub address: String,
    /// Its path and query on this node.
    pub path: String,
    /// One or two sentences for cards and search engines.
    pub description: String,
    /// The same content in other forms.
    pub alternates: Vec<Alternate>,
    /// A picture for cards.
    pub image: Option<Picture>,
    /// Whether search engines may keep it.
    pub indexed: bool,
    /// schema.org data, already safe within a `<script>`.
    pub json_ld: Option<String>,
    /// The account to follow, with its `@`.
    pub follow: Option<String>,
    /// Addresses of stylesheet, fonts and pictograms.
    pub assets: &'static Assets,
}

/// A `<link rel="alternate">`.
#[derive(Debug, Clone)]
pub struct Alternate {
    /// Its type.
    pub media_type: &'static str,
    /// Where it is.
    pub href: String,
    /// Its name.
    pub title: String,
}

/// A picture with its words.
#[derive(Debug, Clone)]
pub struct Picture {
    /// Where it is.
    pub url: String,
    /// What it shows.
    pub alt: String,
}

/// A link with its words.
#[derive(Debug, Clone)]
pub struct Link {
    /// Where it leads.
    pub href: String,
    /// What it says.
    pub words: String,
}

/// An entry of the menu.
pub struct MenuItem {
    /// Where it leads.
    pub href: &'static str,
    /// What it says.
    pub label: String,
    /// Whether this page is in it.
    pub current: bool,
}

/// A link to this page in another language.
pub struct LanguageLink {
    /// The same page, asked for in that language.
    pub href: String,
    /// BCP 47 tag.
    pub tag: &'static str,
    /// The language's own name.
    pub name: &'static str,
}

impl Page {
    /// A page of `node` at `base` (no final slash) + `path`.
    pub fn new(t: Locale, node: &str, base: &str, path: &str, section: Section, title: impl Into<String>) -> Self {
        Self {
            t,
            node: node.to_owned(),
            title: title.into(),
            section,
            address: format!("{base}{path}"),
            path: path.to_owned(),
            description: t.text("page-description"),
            alternates: Vec::new(),
            image: None,
            indexed: true,
            json_ld: None,
            follow: None,
            assets: assets(),
        }
    }

    /// « Les mardis numériques — RLIN Roubaix ».
    pub fn full_title(&self) -> String {
        if self.title.is_empty() {
            return self.node.clone();
        }
        let variables = [
            ("title", self.title.as_str().into()),
            ("node", self.node.as_str().into()),
        ];
        self.t.text_with("title-of", &variables)
    }

    /// The main menu.
    pub fn menu(&self) -> Vec<MenuItem> {
        [
            ("/", self.t.text("nav-calendar"), Section::Calendar),
            ("/network/directory", self.t.text("nav-network"), Section::Network),
            ("/sabonner", self.t.text("nav-subscribe"), Section::Subscribe),
        ]
        .into_iter()
        .map(|(href, label, section)| MenuItem {
            href,
            label,
            current: self.section == section,
        })
        .collect()
    }

    /// This page in the other languages.
    pub fn languages(&self) -> Vec<LanguageLink> {
        let others = Locale::ALL.into_iter().filter(|other| *other != self.t);
        others
            .map(|other| LanguageLink {
                href: self.in_language(other.tag()),
                tag: other.tag(),
                name: other.own_name(),
            })
            .collect()
    }

    fn in_language(&self, tag: &str) -> String {
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let kept = query
            .split('&')
            .filter(|pair| !pair.is_empty() && !pair.starts_with("lang="));
        let all: Vec<String> = kept.map(str::to_owned).chain([format!("lang={tag}")]).collect();
        format!("{path}?{}", all.join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_link_keeps_the_choice_and_replaces_the_language() {
        let page = Page::new(
            Locale::french(),
            "Nœud",
            "https://a.example",
            "/?city=Roubaix&lang=fr",
            Section::Calendar,
            "",
        );
        assert_eq!(page.languages()[0].href, "/?city=Roubaix&lang=en");
        assert_eq!(page.full_title(), "Nœud");
        assert!(page.menu()[0].current && !page.menu()[1].current);
    }
}
