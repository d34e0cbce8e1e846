//! Decides what stands in the output for what is not known, so that the YAML around it can still be read.

use portolan_yaml::OPAQUE;

/// What to print, and whether it stands for whole lines.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Placeholder {
    pub text: String,
    pub whole_lines: bool,
}

impl Placeholder {
    fn inline() -> Self {
        Placeholder {
            text: OPAQUE.to_string(),
            whole_lines: false,
        }
    }
}

/// An entry of a mapping that stands for any number of entries.
pub(super) fn entry() -> String {
    format!("{OPAQUE}: {OPAQUE}")
}

/// For a block of which `sample` is what one branch would print after `last_line`, the unfinished line before it.
pub(super) fn for_block(last_line: &str, sample: &str) -> Placeholder {
    let content = sample.trim();
    let starts_line = last_line.trim().is_empty();
    if content.is_empty() {
        return Placeholder {
            text: String::new(),
            whole_lines: starts_line,
        };
    }
    let lead_len = sample.len() - sample.trim_start().len();
    let lead = sample.get(..lead_len).unwrap_or_default();
    let tail = sample.trim_start().get(content.len()..).unwrap_or_default();
    if !starts_line && !lead.contains('\n') {
        return Placeholder::inline();
    }
    // Comments say nothing of the shape; the first other line does.
    let first_indent = lead.rsplit('\n').next().unwrap_or_default();
    let mut lines = content
        .lines()
        .enumerate()
        .map(|(index, line)| match index {
            0 => (first_indent, line),
            _ => {
                let body = line.trim_start();
                (
                    line.get(..line.len() - body.len()).unwrap_or_default(),
                    body,
                )
            }
        });
    let shaping = lines.find(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let Some((mut indent, line)) = shaping else {
        return Placeholder {
            text: String::new(),
            whole_lines: true,
        };
    };
    if !lead.contains('\n') && indent.starts_with(last_line) && indent != first_indent {
        // The line's indentation was printed already.
        indent = indent.get(last_line.len()..).unwrap_or_default();
    }
    let body = match shape(line) {
        PlaceholderShape::Separator => format!("---\n{}", entry()),
        PlaceholderShape::Entry => entry(),
        PlaceholderShape::Item => format!("- {OPAQUE}"),
        PlaceholderShape::Other if content.contains('\n') => {
            return Placeholder {
                text: String::new(),
                whole_lines: true,
            };
        }
        PlaceholderShape::Other => {
            return Placeholder {
                text: format!(
                    "{lead}{OPAQUE}{}",
                    if tail.contains('\n') { "\n" } else { "" }
                ),
                whole_lines: false,
            };
        }
    };
    let mut text = String::new();
    if lead.contains('\n') {
        text.push('\n');
    }
    text.push_str(indent);
    text.push_str(&body);
    if content.lines().skip(1).any(is_separator) {
        text.push_str("\n---\n");
        text.push_str(&entry());
    }
    if tail.contains('\n') {
        text.push('\n');
    }
    Placeholder {
        text,
        whole_lines: true,
    }
}

/// For an opaque value printed after `before`; `alone` where nothing follows it on its line of the template.
pub(super) fn for_value(before: &str, alone: bool) -> Placeholder {
    let (earlier, line) = before.rsplit_once('\n').unwrap_or(("", before));
    if !alone || !line.trim().is_empty() {
        return Placeholder::inline();
    }
    let whole = |text| Placeholder {
        text,
        whole_lines: true,
    };
    let previous = earlier
        .lines()
        .rev()
        .take(200)
        .find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    let Some(previous) = previous else {
        return whole(entry());
    };
    let indent = |line: &str| line.len() - line.trim_start().len();
    if indent(previous) < line.len() && !is_separator(previous) {
        return Placeholder::inline();
    }
    if indent(previous) == line.len() && shape(previous.trim_start()) == PlaceholderShape::Item {
        return whole(format!("- {OPAQUE}"));
    }
    whole(entry())
}

#[derive(Debug, PartialEq, Eq)]
enum PlaceholderShape {
    Separator,
    Entry,
    Item,
    Other,
}

/// What a line without its indentation begins.
fn shape(line: &str) -> PlaceholderShape {
    if is_separator(line) {
        return PlaceholderShape::Separator;
    }
    if line == "-" || line.starts_with("- ") {
        return PlaceholderShape::Item;
    }
    let after_key = match line.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let rest = line.get(1..).unwrap_or_default();
            rest.split_once(quote).map(|(_, rest)| rest.trim_start())
        }
        Some('{' | '[' | '&' | '*' | '|' | '>' | '%') | None => None,
        Some(_) => line
            .find(": ")
            .or(line.strip_suffix(':').map(str::len))
            .and_then(|at| line.get(at..)),
    };
    match after_key {
        Some(rest) if rest == ":" || rest.starts_with(": ") => PlaceholderShape::Entry,
        _ => PlaceholderShape::Other,
    }
}

fn is_separator(line: &str) -> bool {
    line == "---" || line.starts_with("--- ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(last_line: &str, sample: &str) -> String {
        for_block(last_line, sample).text.replace(OPAQUE, "?")
    }

    #[test]
    fn a_block_of_entries_leaves_one_entry_with_their_indentation() {
        assert_eq!(block("    app: carto", "\n    team: geo"), "\n    ?: ?");
        assert_eq!(block("", "  team: geo\n"), "  ?: ?\n");
        assert_eq!(block("  ", "team: geo\n  tier: web\n"), "?: ?\n");
        assert_eq!(block("  ", "# why\n  team: geo\n"), "?: ?\n");
        assert_eq!(block("", "\n- maps.example.com"), "\n- ?");
    }

    #[test]
    fn a_block_within_a_line_leaves_one_character() {
        assert_eq!(block("timeoutSec: ", "600"), "?");
        assert_eq!(block("  ", "600\n"), "?\n");
        assert_eq!(block("note: |", "\n  some text\n  over lines"), "");
    }

    #[test]
    fn a_block_of_documents_keeps_them_apart() {
        assert_eq!(
            block("", "kind: Service\n---\nkind: Ingress\n"),
            "?: ?\n---\n?: ?\n"
        );
        assert_eq!(block("", "---\nkind: Service\n"), "---\n?: ?\n");
    }

    #[test]
    fn a_value_alone_on_its_line_is_an_entry_unless_a_key_waits_for_it() {
        let value = |before: &str| for_value(before, true).text.replace(OPAQUE, "?");
        assert_eq!(value("metadata:\n  name: carto\n  "), "?: ?");
        assert_eq!(value("metadata:\n  labels:\n    "), "?");
        assert_eq!(value("hosts:\n- a.example.com\n"), "- ?");
        assert_eq!(value("name: "), "?");
        assert_eq!(value(""), "?: ?");
    }
}
