//! The program as its users call it.
//!
//! The rules used here come from `--rules`, and findings are narrowed to them by `--select`, so that these tests say
//! something about the command line and nothing about the built-in rules.

#![allow(
    unreachable_pub,
    reason = "test binaries share helpers, and each one uses some of them"
)]
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod baselines;
mod certificates;
mod determinism;
mod failing_rules;
mod faults;
mod large;
mod limits;
mod secrets_everywhere;

mod configuration;
mod outputs;
mod own_chart;
mod own_layers;
mod own_rules;
mod sandbox;
mod unrelated;
mod walking;

use std::io::Write;
use std::process::{Command as Process, Stdio};

use sandbox::{Said, Sandbox, values};

#[test]
fn of_three_files_the_middle_one_is_wrong() {
    let sandbox = Sandbox::new();
    sandbox
        .put("dev.yaml", values("600"))
        .put("test.yaml", values("60"))
        .put("live.yaml", values("900"));
    let said = sandbox.timeouts("dev.yaml test.yaml live.yaml");
    assert_eq!(said.findings(), ["test.yaml:7:77"]);
    assert!(
        said.out.contains("error[acme-timeout]: `service.beta"),
        "{}",
        said.out
    );
    assert!(
        said.out.contains("checked 3 releases in 3 files"),
        "{}",
        said.out
    );
    assert_eq!((said.code, said.err.as_str()), (1, ""));
}

#[test]
fn of_values_files_in_order_the_last_wins() {
    let sandbox = Sandbox::new();
    sandbox
        .put("base.yaml", values("60"))
        .put("patch.yaml", values("600"));
    assert_eq!(sandbox.timeouts("-f base.yaml -f patch.yaml").code, 0);
    assert_eq!(
        sandbox.timeouts("-f patch.yaml -f base.yaml").findings(),
        ["base.yaml:7:77"]
    );
    // Helm would lay `base.yaml` on top again.
    assert_eq!(
        sandbox
            .timeouts("-f base.yaml -f patch.yaml -f ./base.yaml")
            .code,
        1
    );
}

#[test]
fn standard_input_is_read_for_a_dash_only() {
    let sandbox = Sandbox::new();
    let said = Said::of(
        sandbox
            .program("check --rules rules --select acme-timeout -")
            .write_stdin(values("60")),
    );
    assert_eq!(said.findings(), ["<stdin>:7:77"]);
    let said = Said::of(
        sandbox
            .program("check --rules rules")
            .write_stdin(values("60")),
    );
    assert_eq!(said.code, 2);
    assert!(
        said.err.contains("nothing to check: give a values file"),
        "{}",
        said.err
    );
}

#[test]
fn a_missing_file_does_not_hide_the_others_findings() {
    let sandbox = Sandbox::new();
    sandbox.put("customizations.yaml", values("60"));
    let said = sandbox.timeouts("customisations.yaml customizations.yaml");
    assert_eq!(said.findings(), ["customizations.yaml:7:77"]);
    assert_eq!(
        said.err,
        "error: customisations.yaml: there is no such file; did you mean `customizations.yaml`?\n"
    );
    assert_eq!(said.code, 2);
    assert_eq!(
        sandbox.run("check nowhere/at/all.yaml").err,
        "error: nowhere/at/all.yaml: there is no such file\n"
    );
}

#[test]
fn nothing_to_check_is_an_error() {
    let sandbox = Sandbox::new();
    sandbox
        .put("empty.yaml", "# to be written\n---\n")
        .put("docs/index.md", "")
        .put("web/compose.yaml", "services: {}\n");
    for (arguments, reason) in [
        ("", "give a values file"),
        ("empty.yaml", "empty.yaml is empty"),
        ("docs", "no *.yaml, *.yml or *.json file was found"),
        ("web", "1 file was looked at"),
        ("-f docs", "is a folder"),
    ] {
        let said = sandbox.run(&format!("check {arguments}"));
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{arguments}");
        assert!(said.err.contains(reason), "{arguments}: {}", said.err);
    }
    sandbox.put("customizations.yaml", values("600"));
    assert_eq!(
        sandbox
            .timeouts("-f empty.yaml -f customizations.yaml")
            .code,
        0
    );
}

#[test]
fn fail_on_and_strict_decide_the_exit_status() {
    let sandbox = Sandbox::new();
    sandbox.put("customizations.yaml", values("60"));
    let code = |arguments: &str| {
        sandbox
            .run(&format!(
                "check --rules rules customizations.yaml {arguments}"
            ))
            .code
    };
    for (options, expected) in [
        ("--select acme-timeout", 1),
        ("--select acme-timeout --fail-on never", 0),
        ("--select acme-public --platform gke", 0),
        ("--select acme-public --platform gke --fail-on warning", 1),
        ("--select acme-public --platform gke --strict", 1),
        (
            "--select acme-public --platform gke --fail-on never --strict",
            1,
        ),
    ] {
        assert_eq!(code(options), expected, "{options}");
    }
    // Without a platform the rule cannot decide, and there is no finding.
    sandbox.put("gke.yaml", "router:\n  service:\n    type: LoadBalancer\n");
    let said = sandbox.run("check --rules rules --select acme-public gke.yaml");
    assert_eq!(said.code, 0, "{}", said.out);
    assert_eq!(
        sandbox
            .run("check --rules rules --select acme-public --strict gke.yaml")
            .code,
        1
    );
}

#[test]
fn a_router_that_nothing_leads_to_is_an_error_unless_it_is_accepted() {
    const INSIDE: &str = "appConfigValues:\n  selfHostedDomain: carto.acme.io\nrouter:\n  service:\n    type: ClusterIP\n";
    let sandbox = Sandbox::new();
    sandbox.put("inside.yaml", INSIDE);
    assert_eq!(sandbox.run("check inside.yaml").code, 1);
    let strict = sandbox.run("check --strict inside.yaml");
    assert_eq!(strict.code, 1, "{}", strict.out);
    assert!(
        strict.out.contains("error[router-not-exposed]"),
        "{}",
        strict.out
    );
    let ignored = sandbox.run("check --strict --ignore router-not-exposed inside.yaml");
    assert_eq!(ignored.code, 0, "{}", ignored.out);
    let accepted =
        "type: ClusterIP # portolan: ignore[router-not-exposed] only from inside, for now";
    sandbox.put("inside.yaml", INSIDE.replace("type: ClusterIP", accepted));
    let suppressed = sandbox.run("check --strict inside.yaml");
    assert_eq!(suppressed.code, 0, "{}", suppressed.out);
}

#[test]
fn colour_is_for_terminals_and_for_those_who_ask() {
    let sandbox = Sandbox::new();
    sandbox.put("customizations.yaml", values("60"));
    let colored = |options: &str, variables: &[(&str, &str)]| {
        let arguments = format!(
            "check --rules rules --select acme-timeout --format pretty {options} customizations.yaml"
        );
        let said = Said::of(sandbox.program(&arguments).envs(variables.iter().copied()));
        assert!(said.out.contains("acme-timeout"));
        said.out.contains('\u{1b}')
    };
    assert!(!colored("", &[]));
    assert!(colored("--color always", &[]));
    assert!(colored("--color always", &[("NO_COLOR", "1")]));
    assert!(colored("", &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored("", &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(!colored("--color never", &[("CLICOLOR_FORCE", "1")]));
}

#[test]
fn the_locale_decides_about_signs() {
    let sandbox = Sandbox::new();
    sandbox.put("customizations.yaml", values("60"));
    let pretty = "check --rules rules --select acme-timeout --format pretty customizations.yaml";
    assert!(sandbox.run(pretty).out.is_ascii());
    let said = Said::of(sandbox.program(pretty).env("LANG", "de_DE.UTF-8"));
    assert!(said.out.contains('╭'), "{}", said.out);
    let said = Said::of(
        sandbox
            .program(pretty)
            .env("LANG", "de_DE.UTF-8")
            .env("LC_ALL", "C"),
    );
    assert!(said.out.is_ascii());
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let sandbox = Sandbox::new();
    let mut child = Process::new(assert_cmd::cargo::cargo_bin!("portolan"))
        .current_dir(sandbox.0.path())
        .args(["check", "--rules", "rules", "--select", "acme-timeout", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    child
        .stdin
        .take()
        .unwrap()
        .write_all(values("60").as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn mistakes_on_the_command_line_are_explained() {
    let sandbox = Sandbox::new();
    sandbox.put("customizations.yaml", values("600"));
    for (arguments, words) in [
        (
            "check --rules rules --select acme-timeot customizations.yaml",
            "--select: no rule `acme-timeot`; did you mean `acme-timeout`?",
        ),
        (
            "check --ignore replicas customizations.yaml",
            "--ignore: no rule `replicas`; `portolan rules` lists them",
        ),
        ("check --platfrom gke customizations.yaml", "'--platform'"),
        ("check --platform azure customizations.yaml", "aks"),
        (
            "check --cluster-version latest customizations.yaml",
            "`latest` is not a cluster version: expected one like `1.31`",
        ),
        (
            "check --vpc-native maybe customizations.yaml",
            "true, false",
        ),
        (
            "check --format yaml customizations.yaml",
            "pretty, plain, json",
        ),
        (
            "explain --rules rules acme-timeot",
            "no rule `acme-timeot`; did you mean `acme-timeout`?",
        ),
        ("customizations.yaml", "portolan check customizations.yaml"),
    ] {
        let said = sandbox.run(arguments);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{arguments}");
        assert!(said.err.contains(words), "{arguments}: {}", said.err);
    }
}

#[test]
fn a_file_that_is_not_utf_8_is_read_or_refused_never_misread() {
    let sandbox = Sandbox::new();
    let mut utf16 = vec![0xff, 0xfe];
    utf16.extend(values("60").encode_utf16().flat_map(u16::to_le_bytes));
    sandbox.put("notepad.yaml", utf16);
    assert_eq!(
        sandbox.timeouts("notepad.yaml").findings(),
        ["notepad.yaml:7:77"]
    );
}

#[cfg(unix)]
#[test]
fn a_pipe_can_be_named_as_a_file() {
    let sandbox = Sandbox::new();
    sandbox.put("customizations.yaml", values("60"));
    let program = assert_cmd::cargo::cargo_bin!("portolan");
    let script = format!(
        "cat customizations.yaml | {} check --rules rules --select acme-timeout /dev/stdin",
        program.display()
    );
    let output = Process::new("sh")
        .arg("-c")
        .arg(script)
        .current_dir(sandbox.0.path())
        .output()
        .unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(
        out.starts_with("/dev/stdin:7:77: error[acme-timeout]"),
        "{out}"
    );
}

#[test]
fn help_and_version_go_to_standard_output() {
    let sandbox = Sandbox::new();
    let said = sandbox.run("--version");
    assert_eq!(
        (said.code, said.out),
        (0, format!("portolan {}\n", env!("CARGO_PKG_VERSION")))
    );
    for arguments in ["--help", "check --help", "rules --help", "explain --help"] {
        let said = sandbox.run(arguments);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{arguments}");
        assert!(said.out.contains("Example"), "{arguments}");
    }
}
