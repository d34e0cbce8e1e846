//! A baseline as text: stable, a line a field, so that a difference shows which findings came and went.

use super::{BaselineEntry, VERSION};

const HEAD: &str = "\
# Findings that were there when this file was written: `portolan check` does not report them again.
# `portolan baseline` rewrites it; nothing here is written by hand.
";

/// Writes the text of a baseline. Entries are sorted, each written once.
pub fn text(mut entries: Vec<BaselineEntry>) -> String {
    entries.sort();
    entries.dedup_by(|left, right| left.fingerprint == right.fingerprint);
    let mut text = format!("{HEAD}version: {VERSION}\n");
    if entries.is_empty() {
        text.push_str("findings: []\n");
        return text;
    }
    text.push_str("findings:\n");
    for entry in &entries {
        let fields = [
            ("rule", Some(&entry.rule)),
            ("file", Some(&entry.file)),
            ("path", entry.path.as_ref()),
            ("object", entry.object.as_ref()),
            ("message", entry.message.as_ref()),
            ("fingerprint", Some(&entry.fingerprint)),
        ];
        let mut lead = "  - ";
        for (key, value) in fields {
            if let Some(value) = value {
                text.push_str(&format!("{lead}{key}: {}\n", quoted(value)));
                lead = "    ";
            }
        }
    }
    text
}

/// Puts a string in double quotes: a JSON string that YAML reads in the same way.
fn quoted(text: &str) -> String {
    // YAML takes no raw U+007F to U+009F and no byte order mark in a text, which JSON leaves as they are.
    let mut quoted = String::new();
    for character in serde_json::Value::from(text).to_string().chars() {
        match character {
            '\u{7f}'..='\u{9f}'
            | '\u{feff}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{fffe}'
            | '\u{ffff}' => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            other => quoted.push(other),
        }
    }
    quoted
}
