//! `portolan cert`: a file of certificates on its own.

use std::path::Path;

use super::arguments::CertArguments;
use super::check::clock;
use super::inputs::{read, read_bounded};
use super::style::OutputStyle;
use super::{CliContext, Exit};
use crate::limits::Limits;
use portolan_certificate::defect::Part;
use portolan_certificate::encoding::text_of_file;
use portolan_certificate::{Question, explain, read_certificates};

pub(super) fn run(arguments: &CertArguments, style: OutputStyle, ctx: &mut CliContext<'_>) -> Exit {
    let mut errors = Vec::new();
    let mut text = |path: &Path, part: Part, ctx: &mut CliContext<'_>| {
        let bytes = if path == Path::new("-") {
            read_bounded(ctx.stdin, &Limits::default())
        } else {
            read(path, &Limits::default())
        };
        let text = bytes.and_then(|bytes| {
            text_of_file(&bytes, part)
                .map_err(|cause| format!("{}; {}", cause.sentence(), cause.help(part)))
        });
        text.map_err(|error| errors.push(format!("{}: {error}", path.display())))
            .unwrap_or_default()
    };
    let certificates = text(&arguments.file, Part::Certificate, ctx);
    let key = arguments
        .key
        .as_ref()
        .map(|key| text(key, Part::PrivateKey, ctx));
    let mut given = Vec::new();
    for file in &arguments.ca {
        let found = read_certificates(&text(file, Part::Certificate, ctx)).found;
        given.extend(found.into_iter().map(|found| found.certificate));
    }
    if !errors.is_empty() {
        ctx.errors(errors, style);
        return Exit::CouldNot;
    }
    let explanation = explain(Question {
        file: &arguments.file.to_string_lossy(),
        text: &certificates,
        key: key.as_deref(),
        domain: arguments.domain.as_deref(),
        given: &given,
        now: arguments.now.or_else(clock),
    });
    let exit = if explanation.good {
        Exit::Clean
    } else {
        Exit::Findings
    };
    ctx.print(exit, |out| {
        for line in explanation.text.lines() {
            writeln!(out, "{}", style.visible(line))?;
        }
        Ok(())
    })
}
