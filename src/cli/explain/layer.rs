//! The page of a layer: what its file says, for people.

use super::ExplainPage;
use crate::cli::style::OutputStyle;
use crate::diagnostic::Requirement;
use crate::exposure::layers::Layer;
use crate::exposure::layers::page::{SettingWords, recognised_by, remarks};
use crate::report::Style;

/// Writes the page.
pub(in crate::cli) fn layer_page(layer: &Layer, style: OutputStyle) -> String {
    let mut page = ExplainPage::new(style);
    page.layer(layer);
    page.text
}

impl ExplainPage {
    fn layer(&mut self, layer: &Layer) {
        let id = self.paint(Style::Strong, &self.style.visible(&layer.id));
        let entry = self.paint(Style::Faint, &format!("entry point {}", layer.entry));
        self.line(&format!("{id} {entry}"));
        self.paragraph(&layer.title);
        self.heading("Recognised by");
        let traces = recognised_by(layer);
        if traces.is_empty() {
            self.paragraph("nothing: it leaves no trace in the cluster");
        }
        for trace in &traces {
            self.bullet(trace);
        }
        for setting in &layer.timeouts {
            self.setting(&SettingWords::of(setting));
        }
        let remarks = remarks(layer);
        if !remarks.is_empty() {
            self.heading("Besides");
        }
        for remark in &remarks {
            self.bullet(remark);
        }
    }

    fn setting(&mut self, words: &SettingWords) {
        self.heading(&format!("Limit: {}", words.meaning));
        let needed = format!("for {} s", Requirement::NEEDED_SECONDS);
        let rows = [
            ("set by", &words.set_by),
            ("written as", &words.written),
            ("default", &words.default),
            ("range", &words.range),
            (&needed, &words.needed),
            ("source", &words.sources),
        ];
        for (name, text) in rows {
            let first = format!("  {name:<11} ");
            self.hanging(text, &first, "              ");
        }
    }

    fn bullet(&mut self, text: &str) {
        let bullet = if self.style.unicode { "  • " } else { "  - " };
        self.hanging(text, bullet, "    ");
    }
}
