//! `checkstyle`: the XML of Checkstyle 4.3, which many report viewers read: a `file` element for each file with findings.
//!
//! There is no element for a verdict, so what could not be decided is not in here: `junit` says it.

use std::io;

use crate::diagnostic::{Diagnostic, Report, Severity};
use portolan_yaml::source::Sources;

use super::file_name::relative;
use super::glyph::escaped;
use super::{Run, xml};

pub(super) fn render(
    report: &Report,
    sources: &Sources,
    run: &Run<'_>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    // Sorted by file, so those of one file stand together.
    let files = report
        .diagnostics
        .chunk_by(|left, right| name(left, sources) == name(right, sources));
    xml::document(out, |xml| {
        xml.create_element("checkstyle")
            .with_attribute(("version", "4.3"))
            .write_inner_content(|xml| {
                for findings in files {
                    let file = findings.first().map_or("", |found| name(found, sources));
                    let file = escaped(&relative(file, run.folder));
                    xml.create_element("file")
                        .with_attribute(("name", &*file))
                        .write_inner_content(|xml| {
                            findings
                                .iter()
                                .try_for_each(|found| error(found, sources, xml))
                        })?;
                }
                Ok(())
            })?;
        Ok(())
    })
}

fn name<'s>(found: &Diagnostic, sources: &'s Sources) -> &'s str {
    sources.name(found.span.source)
}

fn error(found: &Diagnostic, sources: &Sources, xml: &mut xml::Out<'_>) -> io::Result<()> {
    let at = sources.line_column(found.span);
    let severity = match found.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "info",
    };
    xml.create_element("error")
        .with_attribute(("line", &*at.line.to_string()))
        .with_attribute(("column", &*at.column.to_string()))
        .with_attribute(("severity", severity))
        .with_attribute(("message", &*xml::line(&found.message)))
        .with_attribute(("source", &*xml::line(&format!("portolan.{}", found.rule))))
        .write_empty()?;
    Ok(())
}
