//! Stylesheet, fonts and pictograms, part of the program. Each has its content's hash in its address, so that a browser
//! keeps it for ever and never shows an old one.

use std::borrow::Cow;
use std::sync::LazyLock;

use aws_lc_rs::digest;

/// One file served under `/assets/`.
pub struct Asset {
    /// `/assets/NAME-HASH.EXTENSION`.
    pub path: String,
    /// For `Content-Type`.
    pub media_type: &'static str,
    /// The content.
    pub body: Cow<'static, [u8]>,
}

/// Every file, with the addresses that templates need.
pub struct Assets {
    /// The stylesheet.
    pub style: String,
    /// Atkinson Hyperlegible Next, for text.
    pub text_font: String,
    /// Bricolage Grotesque, for headings and hours.
    pub display_font: String,
    /// The pictograms, a symbol each.
    pub icons: String,
    /// The node's mark, for tabs and bookmarks.
    pub mark: String,
    files: Vec<Asset>,
}

/// The stylesheet in its order: tokens, elements, components, paper.
const STYLE: &str = concat!(
    include_str!("assets/css/1-tokens.css"),
    include_str!("assets/css/2-base.css"),
    include_str!("assets/css/3-site.css"),
    include_str!("assets/css/4-forms.css"),
    include_str!("assets/css/5-calendar.css"),
    include_str!("assets/css/6-event.css"),
    include_str!("assets/css/6-desk.css"),
    include_str!("assets/css/7-print.css"),
);

/// The files of this program, built once.
pub fn assets() -> &'static Assets {
    static ASSETS: LazyLock<Assets> = LazyLock::new(build);
    &ASSETS
}

impl Assets {
    /// The file at `/assets/{name}`.
    pub fn find(&self, name: &str) -> Option<&Asset> {
        self.files
            .iter()
            .find(|asset| asset.path.strip_prefix("/assets/") == Some(name))
    }
}

fn build() -> Assets {
    let text = Asset::new(
        "atkinson",
        "woff2",
        "font/woff2",
        include_bytes!("assets/fonts/atkinson-latin.woff2"),
    );
    let display = Asset::new(
        "bricolage",
        "woff2",
        "font/woff2",
        include_bytes!("assets/fonts/bricolage-latin.woff2"),
    );
    let icons = Asset::new("icons", "svg", "image/svg+xml", include_bytes!("assets/icons.svg"));
    let mark = Asset::new("mark", "svg", "image/svg+xml", include_bytes!("assets/mark.svg"));
    // The fonts' addresses are known only now; the stylesheet's own hash covers them.
    let sheet = STYLE
        .replace("FONT_TEXT", &text.path)
        .replace("FONT_DISPLAY", &display.path);
    let style = Asset::new("style", "css", "text/css; charset=utf-8", sheet.into_bytes());
    Assets {
        style: style.path.clone(),
        text_font: text.path.clone(),
        display_font: display.path.clone(),
        icons: icons.path.clone(),
        mark: mark.path.clone(),
        files: vec![text, display, icons, mark, style],
    }
}

impl Asset {
    fn new(name: &str, extension: &str, media_type: &'static str, body: impl Into<Body>) -> Self {
        let Body(body) = body.into();
        let hash = digest::digest(&digest::SHA256, &body);
        let short: String = hash.as_ref().iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        Self {
            path: format!("/assets/{name}-{short}.{extension}"),
            media_type,
            body,
        }
    }
}

/// Bytes of the program itself, or made at start.
struct Body(Cow<'static, [u8]>);

impl<const N: usize> From<&'static [u8; N]> for Body {
    fn from(bytes: &'static [u8; N]) -> Self {
        Self(Cow::Borrowed(bytes))
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Cow::Owned(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stylesheet_names_only_files_of_ours() {
        let style = assets()
            .find(assets().style.trim_start_matches("/assets/"))
            .expect("the stylesheet");
        let css = std::str::from_utf8(&style.body).expect("text");
        for address in css.split("url(").skip(1).filter_map(|after| after.split(')').next()) {
            assert!(assets().files.iter().any(|asset| asset.path == address), "{address}");
        }
        assert!(!css.contains("http"), "a third party in the stylesheet");
    }

    #[test]
    fn an_unknown_or_old_name_is_not_found() {
        for name in ["style.css", "style-000000000000.css", "../Cargo.toml", ""] {
            assert!(assets().find(name).is_none(), "{name}");
        }
    }

    #[test]
    fn every_variable_used_is_defined() {
        for used in STYLE
            .split("var(--")
            .skip(1)
            .filter_map(|after| after.split(')').next())
        {
            assert!(STYLE.contains(&format!("--{used}:")), "--{used}");
        }
    }
}
