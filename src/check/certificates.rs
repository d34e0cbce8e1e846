//! Certificates on their own: the facts of a check about them, judged by the same rules.

use std::sync::atomic::AtomicUsize;

use super::parallel::join_batches;
use super::release::absorb;
use super::{
    Checked, Classified, Input, InputDocument, Options, Outcome, PemFile, Session, classify,
};
use crate::diagnostic::{Requirement, Summary, Verdict};
use crate::exposure::{Context, Exposure, InspectedBundle, of_given_file, of_secrets};
use crate::facts::Facts;
use crate::kube::{Object, Objects, Origin};
use crate::rules::RuleSet;
use portolan_yaml::source::{SourceId, Span};

/// A judgement on certificates on their own, with the certificates.
pub struct CertificateOutcome {
    /// The findings, and one verdict: that on `certificate-chain`.
    pub outcome: Outcome,
    /// Every bundle; none where a manifest holds no Secret with a certificate.
    pub bundles: Vec<InspectedBundle>,
}

impl CertificateOutcome {
    /// Returns the verdict on the certificates.
    pub fn verdict(&self) -> Verdict {
        let releases = &self.outcome.report.releases;
        let rows = releases.iter().flat_map(|release| &release.requirements);
        rows.map(|row| row.verdict)
            .next()
            .unwrap_or(Verdict::NotApplicable)
    }
}

/// Judges a file of certificates, with the key of `options.tls_key` if there is one, or the Secrets of a manifest.
pub fn check_certificates(
    file: PemFile,
    domain: Option<&str>,
    mut options: Options,
    rules: &RuleSet,
) -> CertificateOutcome {
    // Whatever may be a manifest mentions this somewhere; PEM is not YAML, and need not be read as such.
    let text = std::str::from_utf8(&file.bytes).ok();
    let text = text.filter(|text| memchr::memmem::find(text.as_bytes(), b"apiVersion").is_some());
    if let Some(text) = text {
        let mut session = Session::new(&options, rules);
        // Large manifests are thinned out where they do not belong to CARTO; a layer of values is kept whole.
        let input = Input::values(file.name.as_str(), text);
        let document = session.read(input, &AtomicUsize::new(0));
        let text = session.sources.text(document.source);
        if matches!(
            classify(&session.tree, &document.stream, text),
            Classified::Manifests
        ) {
            let (checked, bundles) = session.secrets(&document, domain);
            return session.certificate_outcome(checked, bundles);
        }
    }
    options.tls_cert = Some(file);
    let mut session = Session::new(&options, rules);
    let (checked, bundles) = session.given_certificate(domain);
    session.certificate_outcome(checked, bundles)
}

impl Session<'_> {
    /// Judges every Secret of a manifest that holds a certificate.
    fn secrets(
        &mut self,
        document: &InputDocument,
        domain: Option<&str>,
    ) -> (Checked, Vec<InspectedBundle>) {
        let mut facts = Facts::default();
        let lost = self.text_facts(document, &mut facts);
        self.written = self.suppressions(document);
        let mut objects = Objects::default();
        for read in &document.stream.documents {
            let root = self.tree.node(read.root);
            if root.is_mapping() {
                let object = Object {
                    root: read.root,
                    origin: Origin::Manifest,
                    template: None,
                };
                objects.add(&self.tree, object);
            }
        }
        let mut exposure = Exposure::default();
        let cx = self.certificate_context(&objects, document.source);
        let bundles = of_secrets(cx, domain, &mut exposure);
        absorb(&mut exposure.facts, facts);
        let name = document.name.clone();
        let mut checked = self.judge_certificates(name, document.source, exposure);
        if lost {
            doubt(&mut checked);
        }
        if self.certificates.key.is_some() {
            let failure = "the key that was given is not compared: a Secret holds its own";
            checked.failures.push(failure.to_owned());
        }
        (checked, bundles)
    }

    /// Judges the certificate and the key that were given as files.
    fn given_certificate(&mut self, domain: Option<&str>) -> (Checked, Vec<InspectedBundle>) {
        let given = self.certificates.certificate.as_ref();
        let (name, source) = given.map_or((String::new(), Span::NOWHERE.source), |file| {
            (file.name.clone(), file.source)
        });
        let mut exposure = Exposure::default();
        let objects = Objects::default();
        let cx = self.certificate_context(&objects, source);
        let bundles = of_given_file(cx, domain, &mut exposure);
        (self.judge_certificates(name, source, exposure), bundles)
    }

    fn certificate_context<'a>(&'a self, objects: &'a Objects, source: SourceId) -> Context<'a> {
        Context {
            tree: &self.tree,
            sources: &self.sources,
            objects,
            options: &self.options.release,
            from_values: false,
            anchor: Span::new(source, 0, 0),
            certificates: &self.certificates,
            layers: &self.options.layers,
        }
    }

    fn judge_certificates(
        &mut self,
        name: String,
        source: SourceId,
        mut exposure: Exposure,
    ) -> Checked {
        self.sources
            .mark_secrets(std::mem::take(&mut exposure.secrets));
        let mut checked = self.judge(name, &[source], exposure, &[]);
        // Nothing else was looked at.
        checked
            .report
            .requirements
            .retain(|row| row.requirement == Requirement::CertificateChain);
        checked
    }

    fn certificate_outcome(
        self,
        checked: Checked,
        bundles: Vec<InspectedBundle>,
    ) -> CertificateOutcome {
        let summary = Summary {
            files: 1,
            ..Summary::default()
        };
        let batch = self.batch(Vec::new(), vec![checked], summary);
        CertificateOutcome {
            outcome: join_batches(vec![batch]),
            bundles,
        }
    }
}

/// Says that a Secret may stand in a document that could not be read.
fn doubt(checked: &mut Checked) {
    for row in &mut checked.report.requirements {
        if row.verdict != Verdict::Violated {
            row.verdict = Verdict::Undecided;
            row.supply.push(
                "a document of the manifest cannot be read: fix the errors in it first".to_owned(),
            );
        }
    }
}
