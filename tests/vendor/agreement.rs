//! Values and Helm's rendering of them must lead to the same findings: the same rules on the same objects.
//!
//! The corpus holds real output of the real chart. For the project's own fixtures, Helm renders them here where it is
//! installed (`PORTOLAN_HELM`, or `helm` on the path), with the project's own small chart or the one that
//! `PORTOLAN_CHART` names.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{check_text, check_values, corpus, places, read, rules_and_objects};
use portolan::check::{Input, Options, Role, check_with_rendering};
use portolan::facts::Platform;
use portolan::helm::defaults::on_the_way;
use portolan::helm::projection::CHART_VERSION;
use portolan::rules::RuleSet;
use portolan_yaml::source::{MappedText, Sources};
use portolan_yaml::{Limits, Node, Tree, parse};

/// Rules that judge the text of a values file, of which nothing is left in what Helm renders.
const ABOUT_TEXT: [&str; 4] = [
    "yaml-syntax",
    "duplicate-key",
    "template-error",
    "unknown-key",
];

/// Rules that say less where only values are given: objects made outside the release are not to be seen.
fn comparable(found: std::collections::BTreeSet<(String, String)>) -> Vec<(String, String)> {
    found
        .into_iter()
        .filter(|(rule, _)| !ABOUT_TEXT.contains(&rule.as_str()))
        .collect()
}

fn assert_agreement(name: &str, values: &[(&str, &str)], manifests: &str, options: &Options) {
    let from_values = check_values(values, options);
    let from_manifests = check_text("manifests.yaml", manifests, options);
    assert_eq!(
        comparable(rules_and_objects(&from_values)),
        comparable(rules_and_objects(&from_manifests)),
        "{name}: findings on the values (left) and on Helm's rendering of them (right)"
    );
    // Verdicts too: whoever checks values must learn what whoever checks manifests learns.
    let verdicts = |outcome: &portolan::check::Outcome| -> Vec<String> {
        outcome
            .report
            .releases
            .iter()
            .flat_map(|release| &release.requirements)
            .map(|row| format!("{} {}", row.requirement, row.verdict.as_str()))
            .collect()
    };
    assert_eq!(
        verdicts(&from_values),
        verdicts(&from_manifests),
        "{name}: verdicts"
    );
    // Both together (`portolan helm`) say nothing else, and say it of the values.
    let inputs = values
        .iter()
        .map(|(name, text)| Input::values(*name, *text))
        .collect();
    let rendered = Input {
        role: Role::Rendered,
        ..Input::named("manifests.yaml", manifests)
    };
    let both = check_with_rendering(inputs, rendered, options, RuleSet::builtin());
    assert_eq!(places(&both), places(&from_values), "{name}: both together");
    assert_eq!(
        verdicts(&both),
        verdicts(&from_values),
        "{name}: verdicts on both together"
    );
}

const GATEWAY: &str = "
tlsCerts:
  httpsEnabled: false
replicated:
  platformDistribution: gke
gateway:
  enabled: true
  gatewayClassName: gke-l7-global-external-managed
  staticIP:
    enabled: true
    value: my-carto-ip
  tlsCertificates:
    managedCerts:
      enabled: true
      name: carto-cert
";

#[test]
fn values_and_helms_rendering_agree_on_the_vendors_examples() {
    let Some(corpus) = corpus("agreement") else {
        return;
    };
    let base = read(&corpus.join("rendered/base.yaml"));
    let tls = read(&corpus.join("rendered/tlsbase.yaml"));
    let examples = corpus.join("customizations/1.287.1");
    let mut compared = 0;
    let mut rendered: Vec<PathBuf> = std::fs::read_dir(corpus.join("rendered/1.287.1"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    rendered.sort();
    for path in rendered {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let example = examples.join(format!("{}.yaml", name.replace("__", "/")));
        let own = if example.exists() {
            read(&example)
        } else {
            GATEWAY.to_owned()
        };
        let values = [
            ("base.yaml", base.as_str()),
            ("tlsbase.yaml", tls.as_str()),
            ("customizations.yaml", own.as_str()),
        ];
        let mut options = Options::default();
        if name == "service_loadBalancer__config" {
            options = crate::support::on(Platform::Gke);
        }
        assert_agreement(&name, &values, &read(&path), &options);
        compared += 1;
    }
    assert_eq!(compared, 7, "every rendered example was compared");
}

fn helm() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("PORTOLAN_HELM") {
        return Some(PathBuf::from(named));
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join("helm"))
        .find(|candidate| candidate.is_file())
}

/// Every fixture: its name, and its values files in order.
fn fixtures() -> Vec<(String, Vec<PathBuf>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("customizations.yaml").exists())
        .collect();
    folders.sort();
    let mut fixtures = Vec::new();
    for folder in folders {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let base = folder.join("carto-values.yaml");
        for own in ["customizations.yaml", "fixed.yaml"] {
            let own = folder.join(own);
            if !own.exists() {
                continue;
            }
            let files = [base.clone(), own.clone()]
                .into_iter()
                .filter(|path| path.exists())
                .collect();
            fixtures.push((
                format!("{name}/{}", own.file_name().unwrap().to_string_lossy()),
                files,
            ));
        }
    }
    fixtures
}

#[test]
fn values_and_helms_rendering_agree_on_every_fixture() {
    let Some(helm) = helm() else {
        eprintln!("agreement: no Helm is installed (PORTOLAN_HELM), so no fixture was rendered");
        return;
    };
    let chart = std::env::var_os("PORTOLAN_CHART").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/chart"),
        PathBuf::from,
    );
    let fixtures = fixtures();
    assert!(fixtures.len() >= 12, "{fixtures:?}");
    for (name, files) in fixtures {
        let mut command = Command::new(&helm);
        command
            .args(["template", "carto"])
            .arg(&chart)
            .args(["-n", "carto"]);
        for file in &files {
            command.arg("-f").arg(file);
        }
        let output = command.output().unwrap();
        assert!(
            output.status.success(),
            "{name}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let manifests = String::from_utf8(output.stdout).unwrap();
        let texts: Vec<(String, String)> = files
            .iter()
            .map(|path| (path.display().to_string(), read(path)))
            .collect();
        let values: Vec<(&str, &str)> = texts
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .collect();
        let mut options = Options::default();
        if name.starts_with("gke") {
            options = crate::support::on(Platform::Gke);
        }
        assert_agreement(&name, &values, &manifests, &options);
    }
}

/// Path and value of every scalar below a node.
fn leaves(node: Node<'_>, path: &str, into: &mut Vec<String>) {
    if node.scalar().is_some() || node.entries().len() + node.items().len() == 0 {
        into.push(format!("{path}: {:?}", node.text()));
    }
    for (entry, value) in node.entries() {
        leaves(value, &format!("{path}.{}", entry.key), into);
    }
    for item in node.items() {
        leaves(item, &format!("{path}[]"), into);
    }
}

#[test]
fn the_small_chart_has_the_defaults_that_the_projection_assumes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tree = Tree::default();
    let mut sources = Sources::default();
    let mut parsed = |tree: &mut Tree, path: &str| {
        let source = sources.add(path, read(&root.join(path)));
        let text = MappedText::of_source(&sources, source);
        parse(&text, tree, &Limits::default()).documents[0].root
    };
    let small = parsed(&mut tree, "fixtures/chart/values.yaml");
    let all = parsed(&mut tree, "chart/defaults.yaml");
    let assumed = on_the_way(&mut tree, all, CHART_VERSION);
    let (mut of_chart, mut of_projection) = (Vec::new(), Vec::new());
    leaves(tree.node(small), "", &mut of_chart);
    leaves(tree.node(assumed), "", &mut of_projection);
    of_chart.retain(|leaf| !of_projection.contains(leaf));
    assert_eq!(of_chart, Vec::<String>::new());
}
