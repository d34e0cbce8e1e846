//! The vendor's own published examples: every known defect is found at its place, from the example and from Helm's real
//! rendering of it; and once fixed, the examples meet every requirement.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::support::{
    check_text, check_values, corpus, on, open_verdicts, places, read, rules_and_objects,
};
use portolan::check::Options;
use portolan::facts::Platform;

/// A defect: the rule, the line of the example file, and the text under the primary span.
type Defect = (&'static str, usize, &'static str);

/// An example, the defects in it, and the edits that fix it.
struct Example {
    file: &'static str,
    defects: &'static [Defect],
    fix: &'static [(&'static str, &'static str)],
    options: fn() -> Options,
}

const IDLE: &str = "service.beta.kubernetes.io/aws-load-balancer-connection-idle-timeout";

fn plain() -> Options {
    Options::default()
}

fn classic() -> Options {
    let mut options = Options::default();
    options.release.aws_load_balancer_controller = "none".parse().ok();
    options
}

fn gke() -> Options {
    on(Platform::Gke)
}

const EXAMPLES: [Example; 6] = [
    Example {
        file: "ingress/gke/custom_cert_config.yaml",
        defects: &[("timeout-too-short", 72, "600")],
        fix: &[
            ("timeoutSec: 600", "timeoutSec: 605"),
            ("# sslPolicy: my-ssl-policy", "sslPolicy: carto-modern"),
            ("#cloud.google.com/neg", "cloud.google.com/neg"),
        ],
        options: plain,
    },
    Example {
        file: "ingress/gke/gcp_managed_cert_config.yaml",
        defects: &[
            ("no-tls-termination", 9, "annotations"),
            ("static-ip-missing", 9, "annotations"),
            ("timeout-too-short", 65, "600"),
            ("redirect-without-https", 86, "true"),
            (
                "managed-certificate-unattached",
                96,
                "carto-google-managed-cert",
            ),
        ],
        fix: &[
            ("timeoutSec: 600", "timeoutSec: 605"),
            ("# sslPolicy: my-ssl-policy", "sslPolicy: carto-modern"),
            ("#cloud.google.com/neg", "cloud.google.com/neg"),
            (
                "# kubernetes.io/ingress.global-static-ip-name: \"my_carto_ip\"",
                "kubernetes.io/ingress.global-static-ip-name: my-carto-ip\n      networking.gke.io/managed-certificates: carto-google-managed-cert",
            ),
        ],
        options: plain,
    },
    Example {
        file: "service_loadBalancer/azu_aks/config.yaml",
        defects: &[("timeout-too-short", 6, "\"10\"")],
        fix: &[("\"10\"", "\"11\"")],
        options: plain,
    },
    Example {
        file: "service_loadBalancer/aws_eks_tls_offloading/config.yaml",
        defects: &[
            ("tls-offload-port-mismatch", 4, "service"),
            ("unknown-key", 22, "ports"),
            ("placeholder-left", 17, "<REGION>"),
            ("placeholder-left", 17, "<AWS_ACCOUNTS>"),
            ("placeholder-left", 17, "<CERTIFICATE_ID>"),
            ("plain-http-served", 19, "\"https\""),
            ("timeout-depends-on-controller", 21, "\"605\""),
        ],
        fix: &[
            ("<REGION>:<AWS_ACCOUNTS>", "eu-west-1:123456789012"),
            ("<CERTIFICATE_ID>", "3f1b2c44-7a7e-4d0e-9c59-0a1b2c3d4e5f"),
            (
                "service.beta.kubernetes.io/aws-load-balancer-ssl-ports: \"https\"",
                "# every port speaks TLS",
            ),
            (
                "  ports:\n    httpsTargetPort: http",
                "    ports:\n      httpsTargetPort: http",
            ),
        ],
        options: classic,
    },
    Example {
        file: "service_loadBalancer/aws_eks/config.yaml",
        defects: &[("timeout-depends-on-controller", 7, "\"605\"")],
        fix: &[],
        options: classic,
    },
    Example {
        file: "service_loadBalancer/config.yaml",
        defects: &[],
        fix: &[],
        options: gke,
    },
];

#[test]
fn every_known_defect_is_found_at_its_place_in_the_example_itself() {
    let Some(corpus) = corpus("vendor examples") else {
        return;
    };
    let base = read(&corpus.join("rendered/base.yaml"));
    let tls = read(&corpus.join("rendered/tlsbase.yaml"));
    for example in &EXAMPLES {
        let text = read(&corpus.join("customizations/1.287.1").join(example.file));
        let values = [
            ("base.yaml", base.as_str()),
            ("tlsbase.yaml", tls.as_str()),
            ("config.yaml", text.as_str()),
        ];
        let options = if example.file == "service_loadBalancer/config.yaml" {
            gke()
        } else {
            plain()
        };
        let outcome = check_values(&values, &options);
        let mut found: Vec<(String, usize, String)> = outcome
            .report
            .diagnostics
            .iter()
            .map(|found| {
                assert_eq!(outcome.sources.name(found.span.source), "config.yaml");
                (
                    found.rule.clone(),
                    outcome.sources.line_column(found.span).line,
                    outcome.sources.slice(found.span).to_owned(),
                )
            })
            .collect();
        // Not a defect of the example: it leaves the SSL policy and the NEG to the reader, who gets a note.
        found.retain(|(rule, ..)| rule != "ssl-policy-missing");
        let mut expected: Vec<(String, usize, String)> = example
            .defects
            .iter()
            .map(|(rule, line, text)| ((*rule).to_owned(), *line, (*text).to_owned()))
            .collect();
        found.sort();
        expected.sort();
        assert_eq!(
            found, expected,
            "{}: found (left), known (right)",
            example.file
        );
    }
}

#[test]
fn every_known_defect_is_found_in_helms_real_rendering() {
    let Some(corpus) = corpus("vendor examples") else {
        return;
    };
    for example in &EXAMPLES {
        let name = example.file.replace('/', "__");
        let text = read(&corpus.join("rendered/1.287.1").join(&name));
        let outcome = check_text(&name, &text, &plain());
        for (rule, _, _) in example.defects {
            // A key without effect leaves no trace in what Helm renders.
            if *rule == "unknown-key" {
                continue;
            }
            assert!(
                outcome
                    .report
                    .diagnostics
                    .iter()
                    .any(|found| found.rule == *rule),
                "{name}: {rule} is missing among {:?}",
                places(&outcome)
            );
        }
    }
}

#[test]
fn the_charts_gateway_has_no_timeout() {
    let Some(corpus) = corpus("vendor examples") else {
        return;
    };
    let text = read(&corpus.join("rendered/1.287.1/gateway__gke.yaml"));
    let outcome = check_text("gateway__gke.yaml", &text, &plain());
    let found = rules_and_objects(&outcome);
    assert!(
        found.contains(&(
            "timeout-not-set".to_owned(),
            "Gateway carto-gateway".to_owned()
        )),
        "{:?}",
        places(&outcome)
    );
}

#[test]
fn the_vendors_placeholder_of_a_domain_is_found() {
    let Some(corpus) = corpus("vendor examples") else {
        return;
    };
    let text = read(&corpus.join("customizations/1.84.10/domain/customizations.yaml"));
    let exposed = "router:\n  service:\n    type: LoadBalancer\n";
    let outcome = check_values(
        &[("exposed.yaml", exposed), ("customizations.yaml", &text)],
        &on(Platform::Gke),
    );
    assert!(
        places(&outcome).contains(
            &"domain-placeholder customizations.yaml:2:21 \"\\\"my.domain.com\\\"\"".to_owned()
        ),
        "{:?}",
        places(&outcome)
    );
}

#[test]
fn once_fixed_the_examples_meet_every_requirement() {
    let Some(corpus) = corpus("vendor examples") else {
        return;
    };
    let base = read(&corpus.join("rendered/base.yaml"));
    let tls = read(&corpus.join("rendered/tlsbase.yaml"));
    for example in &EXAMPLES {
        let mut text = read(&corpus.join("customizations/1.287.1").join(example.file));
        for (wrong, right) in example.fix {
            assert!(text.contains(wrong), "{}: {wrong}", example.file);
            text = text.replace(wrong, right);
        }
        if example.file.contains("aws") {
            assert!(text.contains(IDLE));
        }
        let values = [
            ("base.yaml", base.as_str()),
            ("tlsbase.yaml", tls.as_str()),
            ("config.yaml", text.as_str()),
        ];
        let outcome = check_values(&values, &(example.options)());
        assert_eq!(places(&outcome), Vec::<String>::new(), "{}", example.file);
        // The certificate itself lives in a Secret that is not among the input.
        let mut open = open_verdicts(&outcome);
        open.retain(|row| row != "certificate-chain undecided");
        assert_eq!(open, Vec::<String>::new(), "{}", example.file);
    }
}
