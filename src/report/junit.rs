//! `junit`: the XML that test reporters read: a suite for each release, a case for each requirement.
//!
//! A requirement that is met passes and one that is violated fails, with its findings. One that is undecided or not
//! applicable is *skipped*, with what to supply: a reporter counts it apart from what passed.
//!
//! The elements and attributes are those of `junit-10.xsd`, which the xUnit plugin of Jenkins publishes; GitLab and the
//! reporters for GitHub Actions read them too.

use std::collections::HashMap;
use std::io;

use quick_xml::events::BytesText;

use crate::diagnostic::{
    Diagnostic, ReleaseReport, Report, Requirement, RequirementVerdict, Verdict,
};
use portolan_yaml::source::Sources;

use super::file_name::relative;
use super::{Run, tally, xml};

pub(super) fn render(
    report: &Report,
    sources: &Sources,
    run: &Run<'_>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let (findings, others) = shared_out(report, sources);
    let page = JunitWriter {
        findings,
        sources,
        run,
    };
    let failed = tally::number_of(report, Verdict::Violated);
    let rows = report
        .releases
        .iter()
        .map(|release| release.requirements.len());
    let tests = rows.sum::<usize>() + others.len() + run.failures.len();
    xml::document(out, |xml| {
        xml.create_element("testsuites")
            .with_attribute(("name", "portolan"))
            .with_attribute(("tests", &*tests.to_string()))
            .with_attribute(("failures", &*(failed + others.len()).to_string()))
            .with_attribute(("errors", &*run.failures.len().to_string()))
            .write_inner_content(|xml| {
                for (index, release) in report.releases.iter().enumerate() {
                    page.release(index, release, xml)?;
                }
                if !others.is_empty() || !run.failures.is_empty() {
                    page.rest(&others, xml)?;
                }
                Ok(())
            })?;
        Ok(())
    })
}

/// The findings of each row: by the release's place in the report, and the requirement.
type ByRow<'a> = HashMap<(usize, Requirement), Vec<&'a Diagnostic>>;

/// Shares the findings out to the rows, and gives what no row has.
///
/// A finding belongs to the releases that are named after its file. One in a file that no release is named after (a layer
/// below others, `--set`) belongs to those that have findings on its requirement.
fn shared_out<'a>(report: &'a Report, sources: &Sources) -> (ByRow<'a>, Vec<&'a Diagnostic>) {
    let mut named: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut affected: HashMap<Requirement, Vec<usize>> = HashMap::new();
    for (index, release) in report.releases.iter().enumerate() {
        for file in files_of(release) {
            named.entry(file).or_default().push(index);
        }
        for row in &release.requirements {
            if row.diagnostics > 0 {
                affected.entry(row.requirement).or_default().push(index);
            }
        }
    }
    let mut rows = ByRow::new();
    let mut others = Vec::new();
    for found in &report.diagnostics {
        let file = sources.name(found.span.source);
        let releases = named
            .get(file)
            .or_else(|| affected.get(&found.requirement))
            .map(Vec::as_slice)
            .unwrap_or_default();
        if releases.is_empty() {
            others.push(found);
        }
        for release in releases {
            let row = rows.entry((*release, found.requirement)).or_default();
            row.push(found);
        }
    }
    (rows, others)
}

/// Names the files of a release: its last values file; of a set of manifests `a.yaml, b.yaml`, with its namespace in
/// brackets where there are several.
fn files_of(release: &ReleaseReport) -> Vec<&str> {
    let mut files = vec![release.name.as_str()];
    let names = release.name.split(" (").next().unwrap_or_default();
    files.extend(names.split(", ").filter(|name| *name != release.name));
    files
}

struct JunitWriter<'a> {
    findings: ByRow<'a>,
    sources: &'a Sources,
    run: &'a Run<'a>,
}

impl JunitWriter<'_> {
    fn release(
        &self,
        index: usize,
        release: &ReleaseReport,
        xml: &mut xml::Out<'_>,
    ) -> io::Result<()> {
        let rows = &release.requirements;
        let of = |wanted: &[Verdict]| {
            let alike = rows.iter().filter(|row| wanted.contains(&row.verdict));
            alike.count().to_string()
        };
        let name = xml::line(&relative(&release.name, self.run.folder));
        let skipped = of(&[Verdict::Undecided, Verdict::NotApplicable]);
        xml.create_element("testsuite")
            .with_attribute(("name", &*name))
            .with_attribute(("tests", &*rows.len().to_string()))
            .with_attribute(("failures", &*of(&[Verdict::Violated])))
            .with_attribute(("errors", "0"))
            .with_attribute(("skipped", &*skipped))
            .write_inner_content(|xml| {
                rows.iter()
                    .try_for_each(|row| self.row(index, row, &name, xml))
            })?;
        Ok(())
    }

    fn row(
        &self,
        release: usize,
        row: &RequirementVerdict,
        suite: &str,
        xml: &mut xml::Out<'_>,
    ) -> io::Result<()> {
        let findings = self.findings.get(&(release, row.requirement));
        let findings: Vec<String> = findings
            .into_iter()
            .flatten()
            .map(|found| self.finding(found))
            .collect();
        let findings = xml::lines(&findings.join("\n"));
        let case = xml
            .create_element("testcase")
            .with_attribute(("name", row.requirement.as_str()))
            .with_attribute(("classname", suite));
        if row.verdict == Verdict::Met && findings.is_empty() {
            case.write_empty()?;
            return Ok(());
        }
        case.write_inner_content(|xml| {
            let message = message(row);
            let state = match row.verdict {
                Verdict::Met => None,
                Verdict::Violated => Some("failure"),
                Verdict::Undecided | Verdict::NotApplicable => Some("skipped"),
            };
            let mut listed = false;
            if let Some(state) = state {
                let element = xml
                    .create_element(state)
                    .with_attribute(("message", &*xml::line(&message)))
                    .with_attribute(("type", row.verdict.as_str()));
                if state == "failure" && !findings.is_empty() {
                    element.write_text_content(BytesText::new(&findings))?;
                    listed = true;
                } else {
                    element.write_empty()?;
                }
            }
            if !listed && !findings.is_empty() {
                xml.create_element("system-out")
                    .write_text_content(BytesText::new(&findings))?;
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Writes the findings of no release, and why the check is incomplete.
    fn rest(&self, others: &[&Diagnostic], xml: &mut xml::Out<'_>) -> io::Result<()> {
        let tests = others.len() + self.run.failures.len();
        xml.create_element("testsuite")
            .with_attribute(("name", "portolan"))
            .with_attribute(("tests", &*tests.to_string()))
            .with_attribute(("failures", &*others.len().to_string()))
            .with_attribute(("errors", &*self.run.failures.len().to_string()))
            .with_attribute(("skipped", "0"))
            .write_inner_content(|xml| {
                for found in others {
                    let message = xml::line(&found.message);
                    let text = xml::lines(&self.finding(found));
                    case(&xml::line(&found.rule), xml, |xml| {
                        xml.create_element("failure")
                            .with_attribute(("message", &*message))
                            .with_attribute(("type", found.severity.as_str()))
                            .write_text_content(BytesText::new(&text))?;
                        Ok(())
                    })?;
                }
                for failure in self.run.failures {
                    case("every input could be checked", xml, |xml| {
                        xml.create_element("error")
                            .with_attribute(("message", &*xml::line(failure)))
                            .with_attribute(("type", "could-not-check"))
                            .write_empty()?;
                        Ok(())
                    })?;
                }
                Ok(())
            })?;
        Ok(())
    }

    fn finding(&self, found: &Diagnostic) -> String {
        let at = self.sources.line_column(found.span);
        let file = relative(self.sources.name(found.span.source), self.run.folder);
        let mut text = format!(
            "{}:{}:{}: {}[{}]: {}",
            xml::line(&file),
            at.line,
            at.column,
            found.severity,
            found.rule,
            xml::line(&found.message)
        );
        if let Some(help) = &found.help {
            text.push_str("\nhelp: ");
            text.push_str(help.trim_end());
        }
        text
    }
}

fn message(row: &RequirementVerdict) -> String {
    match row.verdict {
        Verdict::Violated if row.diagnostics == 0 => {
            format!("violated: {}", row.requirement.title())
        }
        Verdict::Violated => tally::count(row.diagnostics, "finding"),
        Verdict::Undecided if !row.supply.is_empty() => {
            format!("undecided: {}", row.supply.join("; "))
        }
        Verdict::Undecided => "undecided".to_owned(),
        Verdict::NotApplicable => "not applicable".to_owned(),
        Verdict::Met => String::new(),
    }
}

fn case(
    name: &str,
    xml: &mut xml::Out<'_>,
    content: impl FnOnce(&mut xml::Out<'_>) -> io::Result<()>,
) -> io::Result<()> {
    xml.create_element("testcase")
        .with_attribute(("name", name))
        .with_attribute(("classname", "portolan"))
        .write_inner_content(content)?;
    Ok(())
}
