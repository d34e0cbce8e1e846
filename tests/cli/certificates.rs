//! `portolan cert`: a file of certificates or a manifest of Secrets on its own, judged by the rules of `check`.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use portolan::check::{Input, PemFile, check, check_certificates};
use portolan::cli::example_options;
use portolan::diagnostic::{Requirement, Verdict};
use portolan::rules::{Example, RuleSet};

use crate::sandbox::{Said, Sandbox};

const NOW: &str = "--now 2027-01-15T00:00:00Z";

/// A file of the first bad or good example of a rule: the certificates there are real.
fn file(rule: &str, is_bad: bool, name: &str) -> String {
    let files = RuleSet::builtin_files();
    let rule = files.iter().find(|file| file.id == rule).unwrap();
    let examples = match is_bad {
        true => &rule.examples.bad,
        false => &rule.examples.good,
    };
    let files = &examples[0].files;
    files
        .iter()
        .find(|file| file.name == name)
        .unwrap()
        .text
        .clone()
}

/// `tls.crt` and `tls.key` that fit, with `root.crt` above them.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox
        .put("tls.crt", file("private-key-mismatch", false, "cert.crt"))
        .put("tls.key", file("private-key-mismatch", false, "cert.key"))
        .put("root.crt", file("private-key-mismatch", false, "ca.crt"));
    sandbox
}

#[test]
fn a_short_key_is_weak_here_as_in_a_check() {
    let sandbox = sandbox();
    sandbox.put("weak.crt", file("certificate-weak", true, "cert.crt"));
    let said = sandbox.run(&format!(
        "cert weak.crt --ca root.crt --domain carto.acme.io {NOW}"
    ));
    let flowed = said.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        flowed.contains(
            "warning[certificate-weak]: `CN=carto.acme.io` in weak.crt has an RSA key of 1024 bits"
        ),
        "{}",
        said.out
    );
    assert!(
        said.out.ends_with("verdict: violated; 1 warning\n"),
        "{}",
        said.out
    );
    assert_eq!((said.code, said.err.as_str()), (1, ""));
}

#[test]
fn a_whole_chain_with_its_key_is_drawn_and_met() {
    let said = sandbox().run(&format!(
        "cert tls.crt --key tls.key --ca root.crt --domain carto.acme.io {NOW}"
    ));
    assert_eq!(
        said.out,
        "tls.crt: 2 certificates
  1. leaf: CN=carto.acme.io, EC P-256, 2026-01-01 to 2046-01-01, SHA-256 6aade42b72d8578c
  2. intermediate: O=Acme, CN=Acme Issuing CA, EC P-256, 2026-01-01 to 2046-01-01, SHA-256 89bb18e65b02f430
  covers carto.acme.io
  private key: PKCS#8, EC P-256, the leaf's

chain
  carto.acme.io
     `- signed by Acme Issuing CA
        `- signed by Acme Root, a root that was given

verdict: met; no findings
"
    );
    assert_eq!((said.code, said.err.as_str()), (0, ""));
}

#[test]
fn time_domain_and_root_decide() {
    let sandbox = sandbox();
    for (options, rule, verdict) in [
        (
            "--ca root.crt --now 2046-06-01",
            "error[certificate-expired]",
            "violated",
        ),
        (
            "--ca root.crt --now 2045-12-20",
            "warning[certificate-expiring]",
            "met",
        ),
        (
            "--ca root.crt --now 2027-01-15 --domain maps.acme.io",
            "error[certificate-name-mismatch]",
            "violated",
        ),
        (
            "--now 2027-01-15",
            "give the root of a private authority with `--ca FILE`",
            "undecided",
        ),
    ] {
        let said = sandbox.run(&format!("cert tls.crt {options}"));
        assert!(said.out.contains(rule), "{options}: {}", said.out);
        let verdict = format!("\nverdict: {verdict}; ");
        assert!(said.out.contains(&verdict), "{options}: {}", said.out);
        assert_eq!((said.code, said.err.as_str()), (1, ""), "{options}");
    }
}

#[test]
fn what_google_cloud_does_not_take_depends_on_the_platform() {
    let sandbox = sandbox();
    let files = RuleSet::builtin_files();
    let rule = files
        .iter()
        .find(|file| file.id == "certificate-weak")
        .unwrap();
    let ed25519 = &rule.examples.bad[1];
    assert_eq!(ed25519.name, "an Ed25519 key behind a GKE Ingress");
    sandbox.put("tls.crt", &ed25519.files[1].text);
    for (platform, code, words) in [
        ("", 1, "name the platform with `--platform`"),
        (
            "--platform gke",
            1,
            "give them to `portolan check` with `--tls-cert`",
        ),
        ("--platform eks", 0, "verdict: met; no findings"),
    ] {
        let said = sandbox.run(&format!("cert tls.crt --ca root.crt {NOW} {platform}"));
        assert!(said.out.contains(words), "{platform}: {}", said.out);
        assert_eq!(said.code, code, "{platform}");
    }
}

#[test]
fn every_secret_of_a_manifest_is_judged_and_no_key_is_shown() {
    let sandbox = sandbox();
    let (certificate, key) = (sandbox.text("tls.crt"), sandbox.text("tls.key"));
    let indented = |text: &str| text.replace('\n', "\n        ");
    let foreign = file("private-key-mismatch", true, "cert.key");
    let list = format!(
        "apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Secret
    type: kubernetes.io/tls
    metadata:
      name: carto-tls
    data:
      tls.crt: {}
      tls.key: {}
  - apiVersion: v1
    kind: Secret
    type: Opaque
    metadata:
      name: database
    stringData:
      password: horse-battery-staple
  - apiVersion: v1
    kind: Secret
    type: kubernetes.io/tls
    metadata:
      name: other-tls
    stringData:
      tls.crt: |
        {}
      tls.key: |
        {}
",
        STANDARD.encode(&certificate),
        STANDARD.encode(&key),
        indented(&certificate),
        indented(&foreign),
    );
    sandbox.put("secrets.yaml", list);
    let said = sandbox.run(&format!("cert secrets.yaml --ca root.crt {NOW}"));
    for words in [
        "Secret carto-tls: 2 certificates",
        "private key: PKCS#8, EC P-256, the leaf's",
        "Secret other-tls: 2 certificates",
        "private key: PKCS#8, EC P-256, not the leaf's",
        "--> secrets.yaml:",
        "verdict: violated; 1 error\n",
    ] {
        assert!(said.out.contains(words), "{words}: {}", said.out);
    }
    assert_eq!(said.out.matches("error[private-key-mismatch]").count(), 1);
    assert_eq!((said.code, said.err.as_str()), (1, ""));
    for secret in [&key, &foreign] {
        let line = secret
            .lines()
            .find(|line| line.len() > 40 && !line.contains('-'))
            .unwrap();
        for piece in [&line[..20], &STANDARD.encode(secret)[100..120]] {
            assert!(!said.out.contains(piece), "{piece}: {}", said.out);
        }
    }
    assert!(!said.out.contains("horse-battery"), "{}", said.out);
}

#[test]
fn a_secret_comes_through_a_pipe_as_json_or_yaml() {
    let sandbox = sandbox();
    let secret = format!(
        r#"{{"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls", "metadata": {{"name": "carto-tls"}},
        "data": {{"tls.crt": "{}", "tls.key": "{}"}}}}"#,
        STANDARD.encode(sandbox.text("tls.crt")),
        STANDARD.encode(sandbox.text("tls.key")),
    );
    let said = Said::of(
        sandbox
            .program(&format!("cert - --ca root.crt {NOW}"))
            .write_stdin(secret),
    );
    assert!(
        said.out.starts_with("Secret carto-tls: 2 certificates\n"),
        "{}",
        said.out
    );
    assert_eq!((said.code, said.err.as_str()), (0, ""));
}

#[test]
fn what_cannot_be_judged_never_looks_like_a_pass() {
    let sandbox = sandbox();
    sandbox
        .put("service.yaml", "apiVersion: v1\nkind: Service\nmetadata:\n  name: carto-router\n")
        .put(
            "sops.yaml",
            "apiVersion: v1\nkind: Secret\ntype: kubernetes.io/tls\nmetadata:\n  name: carto-tls\ndata:\n  \
             tls.crt: ENC[AES256_GCM,data:abc=,type:str]\n  tls.key: ENC[AES256_GCM,data:abc=,type:str]\n",
        )
        .put(
            "broken.yaml",
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: carto-tls\ntype: kubernetes.io/tls\n---\nkind: [\n",
        )
        .put("customizations.yaml", "router: {}\n");
    for (arguments, code, words) in [
        (
            "service.yaml",
            2,
            "error: service.yaml: no Secret in it holds a certificate",
        ),
        (
            "missing.crt",
            2,
            "error: missing.crt: there is no such file",
        ),
        (
            "sops.yaml",
            1,
            "? the certificate in Secret carto-tls is encrypted: decrypt it first",
        ),
        ("broken.yaml", 1, "error[yaml-syntax]"),
        ("tls.key", 1, "error[certificate-unreadable]"),
        ("customizations.yaml", 1, "error[certificate-unreadable]"),
        ("tls.crt --key tls.crt", 1, "error[certificate-unreadable]"),
        ("tls.crt --ca tls.key", 1, "error[certificate-unreadable]"),
    ] {
        let said = sandbox.run(&format!("cert {arguments} {NOW}"));
        let all = format!("{}{}", said.out, said.err);
        assert!(all.contains(words), "{arguments}: {all}");
        assert_eq!(said.code, code, "{arguments}: {all}");
        assert!(!said.out.contains("verdict: met"), "{arguments}: {all}");
    }
}

#[test]
fn a_key_beside_a_manifest_is_not_passed_over_in_silence() {
    let sandbox = sandbox();
    let secret = format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: carto-tls}}\ndata: {{tls.crt: {}, tls.key: {}}}\n",
        STANDARD.encode(sandbox.text("tls.crt")),
        STANDARD.encode(sandbox.text("tls.key")),
    );
    sandbox.put("secret.yaml", secret);
    let said = sandbox.run(&format!(
        "cert secret.yaml --key tls.key --ca root.crt {NOW}"
    ));
    assert_eq!(said.code, 2);
    assert!(said.err.contains("a Secret holds its own"), "{}", said.err);
}

/// What a check with these files finds of the certificates.
fn by_check(example: &Example, read: &dyn Fn(&mut PemFile)) -> BTreeSet<String> {
    let mut options = example_options(&example.options).unwrap();
    options.pem_files().for_each(read);
    let inputs = example.files.iter();
    let inputs = inputs.filter(|file| file.name.ends_with(".yaml"));
    let inputs = inputs.map(|file| Input::values(&file.name, &file.text));
    let outcome = check(inputs.collect(), &options, RuleSet::builtin());
    let found = outcome.report.diagnostics.into_iter();
    found
        .filter(|found| found.requirement == Requirement::CertificateChain)
        .map(|found| found.rule)
        .collect()
}

#[test]
fn the_rules_find_here_what_they_find_in_a_check() {
    let mut compared = 0;
    for rule in RuleSet::builtin_files() {
        let examples = rule.examples.bad.iter().chain(&rule.examples.good);
        for example in examples.filter(|_| rule.requirement == Requirement::CertificateChain) {
            let read = |wanted: &mut PemFile| {
                let file = example.files.iter().find(|file| file.name == wanted.name);
                wanted.bytes = file.unwrap().text.clone().into_bytes();
            };
            let mut options = example_options(&example.options).unwrap();
            options.pem_files().for_each(read);
            let Some(certificate) = options.tls_cert.take() else {
                continue;
            };
            // Only the values tell that an Ingress of GKE presents it.
            if example.name.contains("behind a GKE Ingress") {
                continue;
            }
            let domain = Some("carto.acme.io");
            let judged = check_certificates(certificate, domain, options, RuleSet::builtin());
            let found = judged.outcome.report.diagnostics.iter();
            let found: BTreeSet<String> = found.map(|found| found.rule.clone()).collect();
            let case = format!("{}: {}", rule.id, example.name);
            assert_eq!(found, by_check(example, &read), "{case}");
            assert!(
                found.is_empty() || judged.verdict() != Verdict::NotApplicable,
                "{case}"
            );
            compared += 1;
        }
    }
    assert!(compared > 15, "{compared}");
}
