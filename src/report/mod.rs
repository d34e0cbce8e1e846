//! Renders a [`Report`] for people, pipelines and editors: one file a format.
//!
//! A format takes finished sentences and spans, and knows nothing of rules. Everything it shows has passed `secret`
//! (no key, password or token leaves the program) and `glyph` (no control character of a file reaches a terminal).
//!
//! The snippets are our own and not a library's: miette gives a second file a second headline, and prints a line of
//! thousands of characters whole. A secret that keeps the columns around it, and a line cut by what is *shown* of it, have
//! to be known where the underlines are placed, and that is most of such a library.

mod checkstyle;
mod file_name;
mod frame;
mod github;
mod gitlab;
mod glyph;
mod json;
mod junit;
mod line;
mod markdown;
mod markup;
mod plain;
mod pretty;
mod region;
mod sarif;
mod secret;
mod style;
mod tally;
mod view;
mod xml;

#[cfg(test)]
mod cases;
#[cfg(test)]
mod properties;

use std::fmt;
use std::io;
use std::str::FromStr;

use crate::diagnostic::{Report, RuleEntry};
use portolan_yaml::source::Sources;

pub use json::SCHEMA_VERSION;

pub(crate) use glyph::visible;
pub(crate) use secret::redacted;
// What the command line shows besides reports looks the same.
#[cfg(feature = "cli")]
pub(crate) use {
    glyph::{cells, wrap},
    pretty::findings,
    style::{Style, link, paint},
    tally::findings as count_findings,
};

/// The formats of a report.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Format {
    /// For people at a terminal: snippets, help, the table of verdicts.
    Pretty,
    /// A line for each finding, as problem matchers read it.
    Plain,
    /// For programs; the schema is public.
    Json,
    /// SARIF 2.1.0, for code scanning and viewers.
    Sarif,
    /// Workflow commands of GitHub Actions: annotations.
    Github,
    /// GitLab's Code Quality report.
    Gitlab,
    /// JUnit's XML: a test for each requirement.
    Junit,
    /// Checkstyle's XML.
    Checkstyle,
    /// A summary for a comment on a pull request.
    Markdown,
}

impl Format {
    /// All formats, in the order in which help texts name them.
    // The length is told by the last one: a format that stands before it and is missing here does not compile.
    pub const ALL: [Format; Format::Markdown as usize + 1] = [
        Format::Pretty,
        Format::Plain,
        Format::Json,
        Format::Sarif,
        Format::Github,
        Format::Gitlab,
        Format::Junit,
        Format::Checkstyle,
        Format::Markdown,
    ];

    /// Returns the name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Pretty => "pretty",
            Format::Plain => "plain",
            Format::Json => "json",
            Format::Sarif => "sarif",
            Format::Github => "github",
            Format::Gitlab => "gitlab",
            Format::Junit => "junit",
            Format::Checkstyle => "checkstyle",
            Format::Markdown => "markdown",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Format::ALL
            .into_iter()
            .find(|format| format.as_str() == name)
            .ok_or_else(|| {
                let known = Format::ALL.map(Format::as_str).join(", ");
                format!("`{name}` is not a format; the formats are {known}")
            })
    }
}

/// Options of rendering. Callers find out what the terminal can do; nothing here looks at the environment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// Use ANSI colours (`pretty` only).
    pub color: bool,
    /// Columns to wrap at (`pretty` only); anything under 40 counts as 40.
    pub width: usize,
    /// Make the documentation's addresses clickable with OSC 8 (`pretty` only).
    pub links: bool,
    /// Draw with box characters, signs and ellipses; else with ASCII. Text from the user's files is shown as it is.
    pub unicode: bool,
    /// Also say what each requirement demands (`pretty`), and what was inferred and every verdict (`plain`).
    pub verbose: bool,
}

impl Default for Options {
    /// Returns options that suit a file or a pipe: 80 columns, no colour, no links.
    fn default() -> Self {
        Options {
            color: false,
            width: 80,
            links: false,
            unicode: true,
            verbose: false,
        }
    }
}

/// Data of a run besides its report, for the formats that show it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Run<'a> {
    /// Every rule that was applied.
    pub rules: &'a [RuleEntry],
    /// Reasons why the check is incomplete.
    pub failures: &'a [String],
    /// The folder that relative paths are seen from: the whole path of the current one. Files under it are named from there
    /// where a service has to find them in a repository.
    pub folder: Option<&'a str>,
}

/// Writes the report, of which nothing else is known.
///
/// # Errors
///
/// Only those of `out`. A pipe that the reader closed is one of them, for the caller to judge.
pub fn render(
    format: Format,
    report: &Report,
    sources: &Sources,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    render_run(format, report, sources, options, &Run::default(), out)
}

/// Writes the report of a run.
///
/// # Errors
///
/// As [`render`].
pub fn render_run(
    format: Format,
    report: &Report,
    sources: &Sources,
    options: &Options,
    run: &Run<'_>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    match format {
        Format::Pretty => pretty::render(report, sources, options, out),
        Format::Plain => plain::render(report, sources, options, out),
        Format::Json => json::render(report, sources, run, out),
        Format::Sarif => sarif::render(report, sources, run, out),
        Format::Github => github::render(report, sources, run, out),
        Format::Gitlab => gitlab::render(report, sources, run, out),
        Format::Junit => junit::render(report, sources, run, out),
        Format::Checkstyle => checkstyle::render(report, sources, run, out),
        Format::Markdown => markdown::render(report, sources, run, out),
    }
}
