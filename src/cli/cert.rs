//! `portolan cert`: certificates on their own. Each bundle is drawn here; what is wrong with it the rules say.

use std::path::Path;

use super::arguments::CertArguments;
use super::check::clock;
use super::error::{Error, FileError, Result};
use super::inputs::{STDIN, read, read_bounded};
use super::paths::shown;
use super::style::OutputStyle;
use super::{CliContext, Exit};
use crate::check::{CertificateOutcome, Options, PemFile, check_certificates};
use crate::diagnostic::Verdict;
use crate::exposure::InspectedBundle;
use crate::limits::Limits;
use crate::options::ReleaseOptions;
use crate::report::{self, Style, paint};
use crate::rules::RuleSet;
use portolan_certificate::chain::{Chain, End, Proof};
use portolan_certificate::{Inspection, KeyInspection, time};

pub(super) fn run(arguments: &CertArguments, style: OutputStyle, ctx: &mut CliContext<'_>) -> Exit {
    let (file, options) = match read_files(arguments, ctx) {
        Ok(read) => read,
        Err(errors) => {
            ctx.report(&errors, style);
            return Exit::CouldNot;
        }
    };
    let name = file.name.clone();
    let judged = check_certificates(
        file,
        arguments.domain.as_deref(),
        options,
        RuleSet::builtin(),
    );
    let outcome = &judged.outcome;
    if judged.bundles.is_empty() && outcome.report.diagnostics.is_empty() {
        ctx.report(&[Error::File(name, FileError::NoCertificate)], style);
        return Exit::CouldNot;
    }
    let mut drawing = String::new();
    for bundle in &judged.bundles {
        drawing.push_str(&draw(bundle, style));
        drawing.push('\n');
    }
    let options = style.report_options(false);
    let exit = if outcome.failures.is_empty() {
        exit(&judged)
    } else {
        Exit::CouldNot
    };
    let exit = ctx.print(exit, |out| {
        for line in drawing.lines() {
            writeln!(out, "{}", style.visible(line))?;
        }
        report::findings(&outcome.report, &outcome.sources, &options, out)?;
        out.write_all(conclusion(&judged, style).as_bytes())
    });
    ctx.errors(&outcome.failures, style);
    exit
}

/// Reads the file, and whatever else was named.
///
/// # Errors
/// Every file that cannot be read.
fn read_files(arguments: &CertArguments, ctx: &mut CliContext<'_>) -> Result<(PemFile, Options)> {
    let limits = Limits::default();
    let mut errors = Vec::new();
    let mut pem = |path: &Path| {
        let (name, bytes) = match path.as_os_str() == "-" {
            true => (STDIN.to_owned(), read_bounded(ctx.stdin, &limits)),
            false => (shown(path), read(path, &limits)),
        };
        let bytes = bytes.unwrap_or_else(|error| {
            errors.push(Error::File(name.clone(), error));
            Vec::new()
        });
        PemFile { name, bytes }
    };
    let file = pem(&arguments.file);
    let options = Options {
        tls_key: arguments.key.as_deref().map(&mut pem),
        ca: arguments.ca.iter().map(|path| pem(path)).collect(),
        now: arguments.now.or_else(clock),
        release: ReleaseOptions {
            platform: arguments.platform,
            ..ReleaseOptions::default()
        },
        ..Options::default()
    };
    if errors.is_empty() {
        Ok((file, options))
    } else {
        Err(errors)
    }
}

/// Says whether the certificates can be used as they are: a warning and what is undecided count, too.
fn exit(judged: &CertificateOutcome) -> Exit {
    let summary = &judged.outcome.report.summary;
    let met = judged.verdict() == Verdict::Met;
    if met && summary.errors + summary.warnings == 0 {
        Exit::Clean
    } else {
        Exit::Findings
    }
}

/// Writes the last lines: what would decide what is undecided, and the verdict.
fn conclusion(judged: &CertificateOutcome, style: OutputStyle) -> String {
    let options = style.report_options(false);
    let report = &judged.outcome.report;
    let verdict = judged.verdict();
    let rows = report.releases.iter().flat_map(|it| &it.requirements);
    let mut text = String::new();
    for supply in rows.flat_map(|row| &row.supply) {
        text.push_str(&format!("? {}\n", style.visible(supply)));
    }
    let word = paint(Style::Verdict(verdict), verdict.as_str(), &options);
    let findings = report::count_findings(&report.summary);
    text.push_str(&format!("verdict: {word}; {findings}\n"));
    text
}

/// Draws a bundle: each certificate in a line, then the chain.
fn draw(bundle: &InspectedBundle, style: OutputStyle) -> String {
    let Some(inspection) = &bundle.inspection else {
        return format!("{}: its certificate cannot be seen here\n", bundle.name);
    };
    let mut text = certificates(&bundle.name, inspection);
    if let Some(key) = &bundle.key {
        text.push_str(&private_key(key, inspection));
    }
    if let Some(chain) = &inspection.chain {
        text.push_str("\nchain\n");
        text.push_str(&tree(inspection, chain, style));
    }
    text
}

fn certificates(name: &str, inspection: &Inspection) -> String {
    let found = &inspection.reading.entries;
    let s = if found.len() == 1 { "" } else { "s" };
    let mut text = format!("{name}: {} certificate{s}\n", found.len());
    for (position, entry) in found.iter().enumerate() {
        let certificate = &entry.certificate;
        let chain = inspection.chain.as_ref();
        let role = chain.and_then(|chain| chain.roles.get(position));
        text.push_str(&format!(
            "  {}. {}: {}, {}, {} to {}, SHA-256 {}\n",
            position + 1,
            role.map_or("", |role| role.as_str()),
            certificate.subject.text,
            certificate.key.kind,
            time::date(certificate.not_before),
            time::date(certificate.not_after),
            certificate.fingerprint.get(..16).unwrap_or_default(),
        ));
    }
    if let Some(leaf) = inspection.leaf() {
        let names = leaf.names();
        let names = match names.is_empty() {
            true => "no name".to_owned(),
            false => names.join(", "),
        };
        text.push_str(&format!("  covers {names}\n"));
    }
    text
}

/// Describes the public half of the key: nothing else of it is known.
fn private_key(key: &KeyInspection, inspection: &Inspection) -> String {
    let Some(key) = &key.key else {
        return String::new();
    };
    let kind = match &key.kind {
        Some(kind) => kind.to_string(),
        None => "encrypted".to_owned(),
    };
    let matches = inspection.leaf().and_then(|leaf| key.matches(&leaf.key));
    let whose = match matches {
        Some(true) => ", the leaf's",
        Some(false) => ", not the leaf's",
        None => "",
    };
    format!("  private key: {}, {kind}{whose}\n", key.form)
}

/// Draws the chain, leaf first, to where it ends.
fn tree(inspection: &Inspection, chain: &Chain, style: OutputStyle) -> String {
    let turn = if style.unicode { "└─" } else { "`-" };
    let by = |step: usize| match chain.proofs.get(step) {
        Some(Proof::Signature) => "signed by",
        _ => "by its names issued by (the signature cannot be checked here)",
    };
    let mut text = String::new();
    for (step, position) in chain.path.iter().enumerate() {
        let Some(certificate) = inspection.at(*position) else {
            continue;
        };
        let name = &certificate.subject.short;
        let indent = "   ".repeat(step);
        text.push_str(&match step.checked_sub(1) {
            None => format!("  {name}\n"),
            Some(before) => format!("  {indent}{turn} {} {name}\n", by(before)),
        });
    }
    let Some(last) = inspection.at(chain.last()) else {
        return text;
    };
    let issuer = &last.issuer.short;
    let root = |what: &str| {
        let by = by(chain.path.len().saturating_sub(1));
        (!last.names_itself()).then(|| format!("{by} {issuer}, {what}"))
    };
    let end = match chain.end {
        End::PublicRoot => root("a root in public use"),
        End::GivenRoot => root("a root that was given"),
        End::LeafAlone | End::Gap => Some(format!("{issuer} is missing")),
        End::UnknownIssuer => Some(format!("{issuer} is not known")),
        End::BundledRoot | End::SelfSigned => None,
    };
    if let Some(end) = end {
        let indent = "   ".repeat(chain.path.len());
        text.push_str(&format!("  {indent}{turn} {end}\n"));
    }
    text
}
