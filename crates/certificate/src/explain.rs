//! A bundle explained on its own: each certificate in a line, the chain drawn, the verdict.

use std::fmt::Write as _;

use super::chain::{Chain, End, Proof, Role};
use super::defect::Defect;
use super::encoding::Encoding;
use super::x509::Certificate;
use super::{
    InspectOptions, Inspection, KeyInspection, fetch_command, inspect, inspect_key,
    reorder_command, time,
};

/// What is to be explained.
#[derive(Clone, Copy, Default)]
pub struct Question<'a> {
    /// Name of the file with the certificates.
    pub file: &'a str,
    /// Its text.
    pub text: &'a str,
    /// The text of the private key's file.
    pub key: Option<&'a str>,
    /// The host name that it should cover.
    pub domain: Option<&'a str>,
    /// Roots of private authorities.
    pub given: &'a [Certificate],
    /// The time, in seconds since 1970.
    pub now: Option<i64>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The text to show; ends with a line break.
    pub text: String,
    /// True where nothing is wrong.
    pub good: bool,
}

/// Explains a bundle.
pub fn explain(question: Question<'_>) -> Explanation {
    let key = question.key.map(|text| inspect_key(text, Encoding::Plain));
    let asked = InspectOptions {
        given: question.given,
        key: key.as_ref().and_then(|key| key.key.as_ref()),
        now: question.now,
        most: None,
    };
    let inspection = inspect(question.text, Encoding::Plain, asked);
    let mut page = Page {
        text: String::new(),
        faults: Vec::new(),
        doubts: Vec::new(),
    };
    page.certificates(&inspection, question);
    if let Some(chain) = &inspection.chain {
        page.chain(&inspection, chain);
        page.faults_of(&inspection, chain, question, key.as_ref());
    }
    page.defects(&inspection.reading.defects, question.file, question.text);
    if let Some(key) = &key {
        for defect in &key.defects {
            page.faults
                .push(format!("the private key {}", defect.cause.sentence()));
        }
    }
    page.verdict()
}

struct Page {
    text: String,
    faults: Vec<String>,
    doubts: Vec<String>,
}

impl Page {
    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.text.write_fmt(line);
        self.text.push('\n');
    }

    fn certificates(&mut self, inspection: &Inspection, question: Question<'_>) {
        let count = inspection.reading.found.len();
        let noun = if count == 1 {
            "certificate"
        } else {
            "certificates"
        };
        self.line(format_args!("{}: {count} {noun}", question.file));
        for (position, found) in inspection.reading.found.iter().enumerate() {
            let certificate = &found.certificate;
            let role = inspection
                .chain
                .as_ref()
                .and_then(|chain| chain.roles.get(position))
                .map_or("", |role| role.as_str());
            self.line(format_args!(
                "  {}. {role}: {}, {}, {} to {}, SHA-256 {}",
                position + 1,
                certificate.subject.text,
                certificate.key.kind,
                time::date(certificate.not_before),
                time::date(certificate.not_after),
                certificate.fingerprint.get(..16).unwrap_or_default(),
            ));
        }
        if let Some(leaf) = inspection.leaf() {
            let names = leaf.names();
            let names = if names.is_empty() {
                "no name".to_owned()
            } else {
                names.join(", ")
            };
            self.line(format_args!("  covers {names}"));
        }
    }

    fn chain(&mut self, inspection: &Inspection, chain: &Chain) {
        self.line(format_args!("\nchain"));
        let by = |step: usize| match chain.proofs.get(step) {
            Some(Proof::Signature) => "signed by",
            _ => "by its names issued by (the signature cannot be checked here)",
        };
        for (step, position) in chain.path.iter().enumerate() {
            let Some(certificate) = inspection.at(*position) else {
                continue;
            };
            let indent = "   ".repeat(step);
            let arrow = if step == 0 {
                String::new()
            } else {
                format!("└─ {} ", by(step - 1))
            };
            self.line(format_args!(
                "  {indent}{arrow}{}",
                certificate.subject.short
            ));
        }
        let indent = "   ".repeat(chain.path.len());
        let Some(last) = inspection.at(chain.last()) else {
            return;
        };
        let issuer = &last.issuer.short;
        match chain.end {
            End::PublicRoot if !last.names_itself() => {
                self.line(format_args!(
                    "  {indent}└─ {} {issuer}, a root in public use",
                    by(chain.path.len() - 1)
                ));
            }
            End::GivenRoot if !last.names_itself() => {
                self.line(format_args!(
                    "  {indent}└─ {} {issuer}, a root that was given",
                    by(chain.path.len() - 1)
                ));
            }
            End::LeafAlone | End::Gap => {
                self.line(format_args!("  {indent}└─ ✗ {issuer} is missing"))
            }
            End::UnknownIssuer => self.line(format_args!("  {indent}└─ ? {issuer} is not known")),
            _ => {}
        }
    }

    fn faults_of(
        &mut self,
        inspection: &Inspection,
        chain: &Chain,
        question: Question<'_>,
        key: Option<&KeyInspection>,
    ) {
        let Some(leaf) = inspection.leaf() else {
            return;
        };
        if let Some(last) = inspection.at(chain.last()) {
            let issuer = &last.issuer.text;
            let get = match &last.issuer_url {
                Some(url) => format!(": `{}`", fetch_command(url, question.file)),
                None => String::new(),
            };
            match chain.end {
                End::LeafAlone | End::Gap => {
                    self.faults.push(format!("the chain is incomplete: `{issuer}` is missing{get}"));
                }
                End::UnknownIssuer => self.doubts.push(format!(
                    "`{issuer}` is neither a root in public use nor in the file: give a private root with `--ca`"
                )),
                End::SelfSigned => {
                    self.faults.push("the certificate signed itself: browsers refuse it".to_owned());
                }
                _ => {}
            }
        }
        if !chain.in_order {
            let command = reorder_command(question.file, &chain.path);
            self.faults.push(format!("the order is wrong, the leaf comes first and each is followed by its issuer: `{command}`"));
        }
        for (position, role) in chain.roles.iter().enumerate() {
            let number = position + 1;
            match role {
                Role::Stray => self.faults.push(format!(
                    "certificate {number} is no part of the chain: leave it out"
                )),
                Role::Duplicate(earlier) => self.faults.push(format!(
                    "certificate {number} is the same as {}: leave it out",
                    earlier + 1
                )),
                _ => {}
            }
        }
        self.dates(inspection, chain, question.now);
        if let Some(domain) = question.domain
            && !leaf.covers(domain)
        {
            self.faults
                .push(format!("no name of the certificate covers `{domain}`"));
        }
        let Some(key) = key.and_then(|key| key.key.as_ref()) else {
            return;
        };
        match (key.encrypted, key.matches(&leaf.key)) {
            (true, _) => self
                .faults
                .push("the private key has a passphrase".to_owned()),
            (_, Some(false)) => self
                .faults
                .push("the private key is not the leaf's".to_owned()),
            (_, None) => self.doubts.push(
                "whether the private key is the leaf's cannot be told from the file".to_owned(),
            ),
            (_, Some(true)) => self.line(format_args!(
                "\nthe private key is the leaf's ({}, {})",
                key.form, leaf.key.kind
            )),
        }
    }

    fn dates(&mut self, inspection: &Inspection, chain: &Chain, now: Option<i64>) {
        let Some(now) = now else {
            self.doubts
                .push("the time is not known, so the dates were not judged".to_owned());
            return;
        };
        for position in &chain.path {
            let Some(certificate) = inspection.at(*position) else {
                continue;
            };
            let name = &certificate.subject.short;
            if now > certificate.not_after {
                self.faults.push(format!(
                    "`{name}` expired on {}",
                    time::date(certificate.not_after)
                ));
            } else if now < certificate.not_before {
                self.faults.push(format!(
                    "`{name}` is valid only from {}",
                    time::date(certificate.not_before)
                ));
            }
        }
    }

    fn defects(&mut self, defects: &[Defect], file: &str, text: &str) {
        for defect in defects {
            let line = text
                .get(..defect.range.start)
                .map_or(1, |before| before.matches('\n').count() + 1);
            self.faults.push(format!(
                "{file}, line {line}: the file {}; {}",
                defect.cause.sentence(),
                defect.cause.help(super::defect::Part::Certificate)
            ));
        }
    }

    fn verdict(mut self) -> Explanation {
        let faults = std::mem::take(&mut self.faults);
        let doubts = std::mem::take(&mut self.doubts);
        self.text.push('\n');
        for fault in &faults {
            self.line(format_args!("✗ {fault}"));
        }
        for doubt in &doubts {
            self.line(format_args!("? {doubt}"));
        }
        let verdict = match (faults.is_empty(), doubts.is_empty()) {
            (true, true) => "verdict: good",
            (true, false) => "verdict: undecided",
            (false, _) => "verdict: not good",
        };
        self.line(format_args!("{verdict}"));
        Explanation {
            text: self.text,
            good: faults.is_empty() && doubts.is_empty(),
        }
    }
}
