//! XML as the readers of `junit` and `checkstyle` take it.
//!
//! `quick-xml` escapes what is markup. What XML 1.0 has no way to write at all, such as most control characters, is shown
//! here in the escapes that programmers know.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, Event};

use super::glyph::escaped;
use super::secret::redacted;

/// The writer that elements go to.
pub(super) type Out<'o> = Writer<&'o mut dyn io::Write>;

/// Writes a document: the declaration, then what `content` writes.
pub(super) fn document(
    out: &mut dyn io::Write,
    content: impl FnOnce(&mut Out<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let mut writer: Out<'_> = Writer::new_with_indent(out, b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    content(&mut writer)?;
    let out = writer.into_inner();
    writeln!(out)
}

/// Escapes a text for one line, as an attribute can hold it.
pub(super) fn line(text: &str) -> String {
    escaped(&redacted(text, true))
}

/// Escapes a text of several lines, as an element can hold it.
pub(super) fn lines(text: &str) -> String {
    let text = redacted(text, true);
    let lines: Vec<String> = text.lines().map(escaped).collect();
    lines.join("\n")
}
