//! Portolan as a plugin and as a post-renderer of real Helm 3 (`PORTOLAN_HELM`) and Helm 4 (`PORTOLAN_HELM4`).
//!
//! Where they are not named, what needs them says that it was skipped.
#![allow(
    unreachable_pub,
    reason = "test binaries share helpers, and each one uses some of them"
)]
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod sandbox;

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use sandbox::{Helm, Said, portolan, root, stub};

const BAD: &str = "fixtures/azure-load-balancer/customizations.yaml";
const GOOD: &str = "fixtures/azure-load-balancer/fixed.yaml";

#[test]
fn the_plugin_finds_what_is_wrong_at_the_values_and_helm_passes_its_status_on() {
    for helm in Helm::with_plugins("plugin") {
        let said = helm.run(&format!(
            "helm portolan carto fixtures/chart -n carto -f {BAD}"
        ));
        let line = said.text().lines().next().unwrap();
        assert!(
            line.starts_with(&format!("{BAD}:15:72: error[timeout-too-short]: ")),
            "{said:?}"
        );
        assert!(
            said.text().contains("checked 1 release and 4 manifests"),
            "{said:?}"
        );
        assert_eq!(said.code, 1);
        let good = helm.succeeds(&format!("helm portolan carto fixtures/chart -f {GOOD}"));
        assert!(good.text().contains("no findings"), "{good:?}");
    }
}

#[test]
fn the_plugin_takes_helms_options() {
    for helm in Helm::with_plugins("options") {
        for given in [
            "--set router.service.type=NodePort",
            "--set-string router.service.type=NodePort",
            "--set-json 'router={\"service\":{\"type\":\"NodePort\"}}'",
        ] {
            let said = helm.run(&format!(
                "helm portolan fixtures/chart {given} -- --no-hooks"
            ));
            assert!(
                said.text().contains("warning[node-port]"),
                "{given}: {said:?}"
            );
        }
        let secret = helm.home.path().join("domain");
        fs::write(&secret, "carto.acme.io").unwrap();
        let said = helm.run(&format!(
            "helm portolan fixtures/chart --set router.service.type=NodePort --set-file appConfigValues.selfHostedDomain={}",
            secret.display()
        ));
        assert!(!said.text().contains("domain-not-set"), "{said:?}");
        let said = helm.run("helm portolan a b c");
        assert_eq!(said.code, 2);
        assert!(
            said.err
                .contains("give the name of the release and the chart"),
            "{said:?}"
        );
    }
}

#[test]
fn where_helm_fails_its_own_words_are_shown_and_the_values_are_judged_all_the_same() {
    for helm in Helm::with_plugins("failure") {
        let said = helm.run(&format!(
            "helm portolan carto fixtures/no-such-chart -f {BAD}"
        ));
        assert_eq!(said.code, 2, "{said:?}");
        assert!(said.err.contains("repo fixtures not found"), "{said:?}");
        assert!(
            said.err
                .contains("error: `helm template` ended with exit status 1"),
            "{said:?}"
        );
        assert!(
            said.text().starts_with(&format!("{BAD}:15:72: error")),
            "{said:?}"
        );
        let said = helm.run("helm portolan carto fixtures/no-such-chart");
        assert_eq!((said.code, said.text()), (2, ""), "{said:?}");
    }
}

#[test]
fn the_gate_changes_nothing_and_stops_helm_at_what_is_wrong() {
    for helm in Helm::with_plugins("gate") {
        let template = |values: &str, gate: &str| {
            helm.run(&format!(
                "helm template carto fixtures/chart -f {values} {gate}"
            ))
        };
        let passed = template(GOOD, &helm.gate(&[]));
        assert_eq!(passed.code, 0, "{passed:?}");
        let expected = match helm.major {
            3 => template(GOOD, ""),
            // Helm 4 rewrites manifests before and after any post-renderer.
            _ => {
                let plain = helm.home.path().join("data/plugins/plain");
                fs::create_dir(&plain).unwrap();
                fs::write(
                    plain.join("plugin.yaml"),
                    "apiVersion: v1\ntype: postrenderer/v1\nname: plain\nversion: 0.1.0\nruntime: subprocess\nruntimeConfig:\n  platformCommand:\n    - command: cat\n",
                )
                .unwrap();
                template(GOOD, "--post-renderer plain")
            }
        };
        assert!(expected.text().contains("carto-router"));
        assert_eq!(passed.out, expected.out, "Helm {}", helm.major);

        let report = helm.home.path().join("report.txt");
        let option = format!("--format=plain={}", report.display());
        let stopped = template(BAD, &helm.gate(&["--format=plain", &option]));
        assert_eq!((stopped.code, stopped.text()), (1, ""), "{stopped:?}");
        let written = fs::read_to_string(&report).unwrap();
        assert!(written.contains("error[timeout-too-short]: "), "{written}");
        // Helm 4 keeps what a post-renderer says to itself; when that changes, the page on Helm must.
        assert_eq!(
            stopped.err.contains("timeout-too-short"),
            helm.major == 3,
            "{stopped:?}"
        );
        let let_through = template(BAD, &helm.gate(&["--fail-on=never"]));
        assert_eq!(let_through.code, 0, "{let_through:?}");
    }
}

/// Runs `portolan post-render` on bytes.
fn post_render(bytes: &[u8], options: &[&str]) -> Said {
    let mut program = Command::new(portolan())
        .arg("post-render")
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that refuses its options ends before it reads, which closes the pipe.
    let written = program.stdin.take().unwrap().write_all(bytes);
    if let Err(error) = written {
        assert_eq!(error.kind(), std::io::ErrorKind::BrokenPipe, "{error}");
    }
    Said::from(program.wait_with_output().unwrap())
}

const SERVICE: &str =
    "apiVersion: v1\nkind: Service\nmetadata: {name: other}\nspec: {type: ClusterIP}";

#[test]
fn what_passes_is_the_same_to_the_byte() {
    let crlf = SERVICE.replace('\n', "\r\n") + "\r\n";
    let mut latin = SERVICE.as_bytes().to_vec();
    latin.extend(b"\n# gr\xf6\xdfe\n");
    let marked = format!("\u{feff}---\n{SERVICE}\n...\n");
    for bytes in [
        SERVICE.as_bytes(),
        crlf.as_bytes(),
        marked.as_bytes(),
        b"",
        b"---\n# Source: carto/templates/empty.yaml\n# off\n",
        b" \r\n",
    ] {
        let said = post_render(bytes, &[]);
        assert_eq!((said.out.as_slice(), said.code), (bytes, 0), "{}", said.err);
    }
    let refused = post_render(&latin, &[]);
    assert_eq!((refused.text(), refused.code), ("", 1));
    assert!(
        refused.err.contains("this is not UTF-8 text"),
        "{}",
        refused.err
    );
    let passed = post_render(&latin, &["--fail-on", "never"]);
    assert_eq!((passed.out.as_slice(), passed.code), (latin.as_slice(), 0));
}

#[test]
fn what_cannot_be_checked_is_not_passed_on() {
    for (bytes, why) in [
        (&b"router:\n  service: {}\n"[..], "no Kubernetes object"),
        (b"[1, 2]\n", "no Kubernetes object"),
    ] {
        let said = post_render(bytes, &[]);
        assert_eq!((said.text(), said.code), ("", 2), "{}", said.err);
        assert!(said.err.contains(why), "{}", said.err);
    }
    let broken = post_render(b"apiVersion: v1\nkind: [\n", &[]);
    assert_eq!((broken.text(), broken.code), ("", 1), "{}", broken.err);
    for options in [
        &["values.yaml"][..],
        &["--set", "a=b"],
        &["--select", "no-such-rule"],
        &["--output", "/no/such/folder/report"],
    ] {
        let said = post_render(SERVICE.as_bytes(), options);
        assert_eq!(
            (said.text(), said.code),
            ("", 2),
            "{options:?}: {}",
            said.err
        );
    }
}

#[test]
fn helm_is_told_what_helm_template_takes() {
    let helm = stub(
        "printf '%s\\n' \"$@\" >&2; printf 'apiVersion: v1\\nkind: Service\\nmetadata: {name: x}\\n'",
    );
    let said = helm.run(&format!(
        "portolan helm live repo/carto --version 1.2.3 --repo https://charts.example -n prod --kube-version 1.31 -a a/v1 \
         -f {GOOD},{BAD} --set a=b --set-string c=1 --platform aks --fail-on never -- --devel --username me"
    ));
    let words: Vec<&str> = said.err.lines().collect();
    let good = format!("--values={GOOD}");
    let bad = format!("--values={BAD}");
    assert_eq!(
        words,
        [
            "template",
            "live",
            "repo/carto",
            &good,
            &bad,
            "--set=a=b",
            "--set-string=c=1",
            "--api-versions=a/v1",
            "--namespace=prod",
            "--version=1.2.3",
            "--repo=https://charts.example",
            "--kube-version=1.31",
            "--devel",
            "--username",
            "me",
        ]
    );
    assert_eq!(said.code, 0, "{said:?}");
}

#[test]
fn helms_program_is_the_one_that_helm_names() {
    let helm = stub("exit 3");
    let said = helm.run("HELM_BIN=/no/such/helm portolan helm carto chart");
    assert_eq!(said.code, 2);
    assert!(
        said.err
            .contains("`/no/such/helm template` could not be run"),
        "{said:?}"
    );
    let said = helm.run("portolan helm carto chart");
    assert_eq!(
        (said.code, said.err.as_str()),
        (2, "error: `helm template` ended with exit status 3\n")
    );
    let said = stub("true").run("portolan helm carto chart");
    assert_eq!(
        (said.code, said.err.as_str()),
        (
            2,
            "error: nothing to check: Helm rendered no Kubernetes object\n"
        )
    );
}

#[test]
fn of_a_chart_that_holds_cartos_only_the_rendering_is_judged() {
    let helm = stub("cat \"$TMP_HOME/rendered.yaml\"");
    let umbrella = helm.home.path().join("umbrella");
    fs::create_dir_all(umbrella.join("charts/carto")).unwrap();
    fs::write(
        umbrella.join("Chart.yaml"),
        "apiVersion: v2\nname: acme\nversion: 0.1.0\n",
    )
    .unwrap();
    fs::write(umbrella.join("values.yaml"), "carto: {}\n").unwrap();
    fs::write(
        umbrella.join("live.yaml"),
        "carto: {router: {service: {type: NodePort}}}\n",
    )
    .unwrap();
    let rendered = "apiVersion: v1\nkind: Service\nmetadata:\n  name: carto-router\n  labels: {app.kubernetes.io/component: router}\n\
                    spec:\n  type: NodePort\n";
    fs::write(helm.home.path().join("rendered.yaml"), rendered).unwrap();
    let said =
        helm.run("portolan helm live \"$TMP_HOME/umbrella\" -f \"$TMP_HOME/umbrella/live.yaml\"");
    assert!(
        said.text()
            .contains("<helm template live>:7:9: warning[node-port]"),
        "{said:?}"
    );
    assert!(!said.text().contains("unknown-key"), "{said:?}");
    assert!(
        said.text().contains("release live: timeout-605 undecided"),
        "{said:?}"
    );
}

#[test]
fn a_password_in_a_charts_address_is_not_printed() {
    let helm = stub("printf 'apiVersion: v1\\nkind: Service\\nmetadata: {name: x, name: y}\\n'");
    for format in ["plain", "pretty", "json"] {
        let said = helm.run(&format!(
            "portolan helm live https://me:hunter2-Tr0ub4dor@charts.example/carto.tgz --format {format} -- --password hunter2-Tr0ub4dor"
        ));
        assert!(said.text().contains("duplicate-key"), "{said:?}");
        assert!(!said.text().contains("hunter2"), "{said:?}");
    }
}

/// Every `console` block of the page: the Helm that it is for, its command, and what that prints.
fn blocks(page: &str) -> Vec<(Option<u8>, String, String)> {
    let mut blocks = Vec::new();
    for part in page.split("```console").skip(1) {
        let (info, rest) = part.split_once('\n').unwrap();
        let (text, _) = rest.split_once("```").unwrap();
        let (command, output) = text.split_once('\n').unwrap();
        let helm = info
            .trim()
            .strip_prefix("helm")
            .map(|major| major.parse().unwrap());
        let command = command.strip_prefix("$ ").unwrap();
        blocks.push((helm, command.to_owned(), output.to_owned()));
    }
    blocks
}

#[test]
fn the_page_on_helm_shows_what_helm_prints() {
    let path = root().join("docs/integrations/helm.md");
    let mut page = fs::read_to_string(&path).unwrap();
    let blocks = blocks(&page);
    assert!(blocks.len() >= 8, "{blocks:?}");
    let update = std::env::var_os("PORTOLAN_UPDATE").is_some();
    for helm in Helm::each("page") {
        for (_, command, shown) in blocks
            .iter()
            .filter(|(major, ..)| *major == Some(helm.major))
        {
            // The page's reader has a folder to write to.
            let line = command.replace("report.txt", "\"$TMP_HOME/report.txt\"");
            let said = helm.run(&format!("{{ {line} ; }} 2>&1"));
            let bin = helm.home.path().join("bin");
            let printed = said
                .text()
                .replace(&bin.display().to_string(), "/usr/local/bin");
            let printed = printed.trim_end().to_owned() + "\n";
            if update {
                let before = format!("$ {command}\n{shown}```");
                assert!(page.contains(&before), "{before}");
                page = page.replace(&before, &format!("$ {command}\n{printed}```"));
            } else {
                assert_eq!(shown, &printed, "Helm {}: $ {command}", helm.major);
            }
        }
    }
    if update {
        fs::write(&path, page).unwrap();
    }
}

#[test]
fn the_plugins_are_of_portolans_own_version() {
    for name in ["portolan", "portolan-post-render"] {
        let folder = root().join("helm").join(name);
        let description = fs::read_to_string(folder.join("plugin.yaml")).unwrap();
        let version = format!("\nversion: {}\n", env!("CARGO_PKG_VERSION"));
        assert!(description.contains(&version), "{description}");
        assert!(
            description.contains(&format!("\nname: {name}\n")),
            "{description}"
        );
        let script = fs::read_to_string(folder.join("portolan.sh")).unwrap();
        assert!(
            script.contains("exec \"${PORTOLAN_BIN:-portolan}\" \"$@\""),
            "{script}"
        );
    }
}

#[test]
fn what_a_repository_has_accepted_does_not_stop_its_installation() {
    let repository = tempfile::tempdir().unwrap();
    let settings = "ignore:\n  - rules: [node-port]\n    reason: the lab has no load balancer\n";
    let manifests = "apiVersion: v1\nkind: Service\nmetadata:\n  name: carto-router\nspec:\n  type: NodePort\n  ports:\n    - port: 443\n      targetPort: 8443\n";
    let gate = || {
        assert_cmd::Command::cargo_bin("portolan")
            .unwrap()
            .current_dir(repository.path())
            .args(["post-render", "--select", "node-port", "--fail-on", "note"])
            .write_stdin(manifests)
            .output()
            .unwrap()
    };
    let refused = gate();
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(refused.stdout.is_empty());
    fs::write(repository.path().join("portolan.yaml"), settings).unwrap();
    let passed = gate();
    assert_eq!(passed.status.code(), Some(0), "{passed:?}");
    assert_eq!(passed.stdout, manifests.as_bytes());
}
