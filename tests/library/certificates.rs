//! Certificates through the whole check: verdicts, names of every way in, and that no key is ever shown.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use portolan::check::{Input, Options, Outcome, PemFile, check};
use portolan::cli::example_options;
use portolan::diagnostic::{Requirement, RequirementVerdict, Verdict};
use portolan::report::{Format, render};
use portolan::rules::{Example, RuleSet};

const VALUES: &str = "appConfigValues:
  selfHostedDomain: carto.acme.io
tlsCerts:
  autoGenerate: false
  existingSecret:
    name: carto-tls-cert
router:
  service:
    type: LoadBalancer
";

/// A file of an example of a rule: the certificates there are real.
fn file(rule: &str, name: &str) -> String {
    let files = RuleSet::builtin_files();
    let rule = files.iter().find(|file| file.id == rule).unwrap();
    let found = examples(&rule.examples.good)
        .find_map(|example| example.files.iter().find(|file| file.name == name));
    found.unwrap().text.clone()
}

fn examples(list: &[Example]) -> impl Iterator<Item = &Example> {
    list.iter()
}

fn pem(name: &str, text: String) -> PemFile {
    PemFile {
        name: name.to_owned(),
        bytes: text.into_bytes(),
    }
}

/// Leaf, intermediate, key and root that fit.
fn good() -> Options {
    let of = |name: &str| pem(name, file("private-key-mismatch", name));
    Options {
        tls_cert: Some(of("cert.crt")),
        tls_key: Some(of("cert.key")),
        ca: vec![of("ca.crt")],
        now: Some(1_799_971_200),
        ..example_options(&["--platform=gke".to_owned()]).unwrap()
    }
}

fn run(values: &str, options: &Options) -> Outcome {
    let inputs = vec![Input::values("customizations.yaml", values)];
    let outcome = check(inputs, options, RuleSet::builtin());
    assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
    outcome
}

fn row(outcome: &Outcome) -> RequirementVerdict {
    outcome.report.releases[0]
        .requirements
        .iter()
        .find(|row| row.requirement == Requirement::CertificateChain)
        .unwrap()
        .clone()
}

#[test]
fn the_requirement_is_met_only_where_everything_was_looked_at() {
    let met = row(&run(VALUES, &good()));
    assert_eq!(met.verdict, Verdict::Met, "{:?}", met.supply);
    type Take = fn(&mut Options);
    let lacking: [(&str, &str, Take); 4] = [
        ("the certificate", "--tls-cert", |options| {
            options.tls_cert = None;
        }),
        ("the key", "--tls-key", |options| options.tls_key = None),
        ("the root", "--ca", |options| options.ca.clear()),
        ("the time", "--now", |options| options.now = None),
    ];
    for (what, option, take) in lacking {
        let mut options = good();
        take(&mut options);
        let row = row(&run(VALUES, &options));
        assert_eq!(row.verdict, Verdict::Undecided, "without {what}");
        assert!(
            row.supply.iter().any(|supply| supply.contains(option)),
            "without {what}: {:?}",
            row.supply
        );
    }
}

#[test]
fn the_generated_certificate_is_not_the_users() {
    let generated = "router:\n  service:\n    type: LoadBalancer\n";
    let row = row(&run(generated, &good()));
    assert_eq!(row.verdict, Verdict::NotApplicable, "{:?}", row.supply);
}

#[test]
fn a_certificate_that_no_client_sees_is_not_judged() {
    let inside = VALUES.replace("LoadBalancer", "ClusterIP");
    assert_eq!(row(&run(&inside, &good())).verdict, Verdict::NotApplicable);
}

#[test]
fn every_host_of_a_tls_section_must_be_covered_by_its_certificate() {
    let values = "appConfigValues:
  selfHostedDomain: carto.acme.io
tlsCerts:
  httpsEnabled: false
  autoGenerate: false
  existingSecret:
    name: carto-tls-cert
router:
  ingress:
    enabled: true
    tls: true
    annotations:
      kubernetes.io/ingress.class: gce
    extraTls:
      - hosts: [maps.acme.io, carto.acme.io]
        secretName: carto-tls-cert
";
    let outcome = run(values, &good());
    let found: Vec<&str> = outcome
        .report
        .diagnostics
        .iter()
        .filter(|found| found.rule == "certificate-name-mismatch")
        .map(|found| found.message.as_str())
        .collect();
    assert_eq!(
        found,
        ["the certificate in Secret carto-tls-cert covers carto.acme.io, and not `maps.acme.io`"]
    );
}

#[test]
fn encrypted_and_templated_values_are_undecided_not_broken() {
    for value in [
        "ENC[AES256_GCM,data:abc=,type:str]",
        "{{ include \"acme.cert\" . }}",
    ] {
        let values = format!(
            "appConfigValues:
  selfHostedDomain: carto.acme.io
tlsCerts:
  autoGenerate: false
  existingSecret:
    name: carto-tls-cert
router:
  service:
    type: LoadBalancer
extraDeploy:
  - |
    apiVersion: v1
    kind: Secret
    metadata:
      name: carto-tls-cert
    type: kubernetes.io/tls
    data:
      tls.crt: '{value}'
      tls.key: '{value}'
"
        );
        let row = row(&run(&values, &good()));
        assert_eq!(row.verdict, Verdict::Undecided, "{value}: {:?}", row.supply);
    }
}

/// The longest runs of base64 in a text that are part of a private key, as they stand and in base64 once more.
fn key_material(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        let line = line.trim();
        inside = (inside || line.contains("PRIVATE KEY-----")) && !line.starts_with("-----END");
        if inside && !line.starts_with("-----") && line.len() > 20 {
            found.push(line[..20].to_owned());
            found.push(line[line.len() - 20..].to_owned());
        }
    }
    if let Some((_, value)) = text.split_once("privateKeyValueBase64: ") {
        let value = value.lines().next().unwrap();
        // The beginning is a comment and the label, the same for every key.
        if value.len() > 200 {
            found.extend([value[140..160].to_owned(), value[180..200].to_owned()]);
        }
    }
    found
}

#[test]
fn no_format_shows_anything_of_a_private_key() {
    let mut keys = 0;
    for rule in RuleSet::builtin_files() {
        if rule.requirement != Requirement::CertificateChain {
            continue;
        }
        for example in examples(&rule.examples.bad).chain(examples(&rule.examples.good)) {
            let mut options = example_options(&example.options).unwrap();
            let mut names = Vec::new();
            for wanted in options.pem_files() {
                let file = example.files.iter().find(|file| file.name == wanted.name);
                wanted.bytes = file.unwrap().text.clone().into_bytes();
                names.push(wanted.name.clone());
            }
            let inputs = example
                .files
                .iter()
                .filter(|file| !names.contains(&file.name))
                .map(|file| Input::values(&file.name, &file.text))
                .collect();
            let outcome = check(inputs, &options, RuleSet::builtin());
            let secret: Vec<String> = example
                .files
                .iter()
                .flat_map(|file| key_material(&file.text))
                .collect();
            keys += secret.len();
            assert!(!format!("{options:?}").contains("45, 45, 45"));
            for format in Format::ALL {
                let mut out = Vec::new();
                let shown = portolan::report::Options::default();
                render(format, &outcome.report, &outcome.sources, &shown, &mut out).unwrap();
                let out = String::from_utf8(out).unwrap();
                for piece in &secret {
                    assert!(
                        !out.contains(piece),
                        "{}, {}, {format:?}: {piece}",
                        rule.id,
                        example.name
                    );
                }
            }
        }
    }
    assert!(keys > 20, "{keys}");
}
