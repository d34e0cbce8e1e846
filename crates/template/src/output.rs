//! Where output goes: text, and the map that leads it back.

use std::ops::Range;

use portolan_yaml::source::{MappedText, Span};

/// Collects output. A scratch output (the text of `include` or `tpl`) keeps no map: the action that prints it has a span.
#[derive(Debug, Default)]
pub(super) struct Output {
    pub mapped: MappedText,
    pub scratch: bool,
}

impl Output {
    pub(crate) fn scratch() -> Self {
        Output {
            scratch: true,
            ..Output::default()
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.mapped.text
    }

    /// Appends a part of the template as it stands.
    pub(crate) fn copy(&mut self, template: &MappedText, range: Range<usize>) {
        let Some(piece) = template.text.get(range.clone()) else {
            return;
        };
        self.mapped.text.push_str(piece);
        if !self.scratch {
            self.mapped.map.push_part(&template.map, range);
        }
    }

    /// Appends text that was made from a span.
    pub(crate) fn make(&mut self, text: &str, span: Span) {
        self.mapped.text.push_str(text);
        if !self.scratch {
            self.mapped.map.push_made(text.len(), span);
        }
    }

    /// What was written since the last line break.
    pub(crate) fn last_line(&self) -> &str {
        let text = self.text();
        text.rfind('\n')
            .and_then(|at| text.get(at + 1..))
            .unwrap_or(text)
    }
}
