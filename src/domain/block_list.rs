//! Block lists as files: Mastodon's CSV (`#domain,#severity,…,#public_comment`), or one domain or address a line.

use super::block::{Block, Severity, Target};
use super::time::Instant;

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// Its decisions, in order.
    pub blocks: Vec<Block>,
    /// Numbers of the lines that could not be read, from 1.
    pub unread: Vec<usize>,
}

/// Reads a file. Mastodon's `silence` is a mute, `suspend` a block, `noop` nothing; a line without severity is a block.
pub fn read(text: &str, now: Instant) -> Read {
    let mut found = Read {
        blocks: Vec::new(),
        unread: Vec::new(),
    };
    let mut comment_at = None;
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let cells = cells(line);
        if cells[0].trim().trim_start_matches('#') == "domain" {
            let named = |cell: &String| cell.trim().trim_start_matches('#') == "public_comment";
            comment_at = cells.iter().position(named);
            continue;
        }
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let severity = match cells.get(1).map_or("", |cell| cell.trim()) {
            "" | "suspend" | "block" => Severity::Block,
            "silence" | "mute" => Severity::Mute,
            "noop" => continue,
            _ => {
                found.unread.push(index + 1);
                continue;
            }
        };
        let note = comment_at.and_then(|at| cells.get(at)).cloned().unwrap_or_default();
        match Target::parse(&cells[0]) {
            Some(target) => found.blocks.push(Block {
                target,
                severity,
                note: note.chars().take(500).collect(),
                since: now,
            }),
            None => found.unread.push(index + 1),
        }
    }
    found
}

/// The list in Mastodon's form; actors have their address in the column of the domain.
pub fn write(blocks: &[Block]) -> String {
    let mut text = String::from("#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n");
    for block in blocks {
        let severity = match block.severity {
            Severity::Mute => "silence",
            Severity::Block => "suspend",
        };
        let note = block.note.replace('"', "\"\"").replace(['\n', '\r'], " ");
        let target = block.target.as_str();
        text.push_str(&format!("\"{target}\",{severity},False,False,\"{note}\",False\n"));
    }
    text
}

/// The cells of a line (RFC 4180); never none.
fn cells(line: &str) -> Vec<String> {
    let (mut all, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut rest = line.chars().peekable();
    while let Some(letter) = rest.next() {
        match letter {
            '"' if quoted && rest.peek() == Some(&'"') => {
                rest.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => all.push(std::mem::take(&mut cell)),
            _ => cell.push(letter),
        }
    }
    all.push(cell);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read_and_what_is_written_is_read_again() {
        let now: Instant = "2026-11-23T08:00:00Z".parse().expect("an instant");
        let csv = "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\r\n\
                   spam.example,suspend,False,False,\"Spam, \"\"gros\"\"\",False\n\
                   bruit.example,silence,False,False,,False\nrien.example,noop,,,,\n10.0.0.1,suspend,,,,\n";
        let found = read(csv, now);
        let seen: Vec<_> = found
            .blocks
            .iter()
            .map(|one| (one.target.as_str(), one.severity, one.note.as_str()))
            .collect();
        let expected = [
            ("spam.example", Severity::Block, "Spam, \"gros\""),
            ("bruit.example", Severity::Mute, ""),
        ];
        assert_eq!(
            (seen.as_slice(), found.unread.as_slice()),
            (expected.as_slice(), [5].as_slice())
        );
        assert_eq!(read(&write(&found.blocks), now).blocks, found.blocks);
        let plain = read(
            "# notre liste\nspam.example\n\nhttps://a.example/u/x\npas un domaine\n",
            now,
        );
        assert_eq!((plain.blocks.len(), plain.unread), (2, vec![5]));
    }
}
