//! `plain`: one line a finding, in the form that problem matchers read.
//!
//! ```text
//! customizations.yaml:14:73: error[timeout-too-short]: the load balancer gives up after 10 minutes
//! portolan: customizations.yaml: certificate-chain undecided: supply `--tls-cert`
//! portolan: 1 error; checked 1 release in 1 file; 5 met, 1 violated, 1 undecided
//! ```
//!
//! Lines that begin with `portolan: ` are for people: they have no line and column, so no matcher takes them for a finding.
//! They are there because silence would read as a pass: what could not be decided is named, and the last line always comes.

use std::io;

use crate::diagnostic::{Report, Verdict};
use portolan_yaml::source::Sources;

use super::glyph::escaped;
use super::secret::redacted;
use super::{Options, tally};

pub(super) fn render(
    report: &Report,
    sources: &Sources,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    for diagnostic in &report.diagnostics {
        let at = sources.line_column(diagnostic.span);
        writeln!(
            out,
            "{}:{}:{}: {}[{}]: {}",
            escaped(sources.name(diagnostic.span.source)),
            at.line,
            at.column,
            diagnostic.severity,
            escaped(&diagnostic.rule),
            escaped(&redacted(&diagnostic.message, true)),
        )?;
    }
    for release in &report.releases {
        let name = escaped(&release.name);
        if options.verbose {
            for sentence in &release.inferred {
                let sentence = escaped(&redacted(sentence, true));
                writeln!(out, "portolan: {name}: {sentence}")?;
            }
        }
        for row in &release.requirements {
            let undecided = row.verdict == Verdict::Undecided;
            if !undecided && !options.verbose {
                continue;
            }
            write!(
                out,
                "portolan: {name}: {} {}",
                row.requirement,
                row.verdict.as_str()
            )?;
            if undecided && !row.supply.is_empty() {
                let supply = row.supply.join("; ");
                write!(out, ": {}", escaped(&redacted(&supply, true)))?;
            }
            writeln!(out)?;
        }
    }
    let mut line = format!(
        "portolan: {}; checked {}",
        tally::findings(&report.summary),
        tally::checked(&report.summary)
    );
    let verdicts = tally::verdicts(report);
    if !verdicts.is_empty() {
        line.push_str("; requirements: ");
        line.push_str(&verdicts);
    }
    writeln!(out, "{line}")
}
