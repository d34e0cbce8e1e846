//! `portolan.yaml`: releases, accepted findings, severities, and what is wrong with the file.

use std::fs;

use crate::sandbox::{Said, Sandbox, values};

const IDLE: &str = "service.beta.kubernetes.io/aws-load-balancer-connection-idle-timeout";

/// Two releases on one base; the timeout of `prod` is too short.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let layer = |seconds: &str| {
        format!("router:\n  service:\n    annotations:\n      {IDLE}: \"{seconds}\"\n")
    };
    sandbox.put(".git/HEAD", "")
        .put(
            "deploy/base.yaml",
            "appConfigValues:\n  selfHostedDomain: carto.acme.io\nrouter:\n  service:\n    type: LoadBalancer\n",
        )
        .put("deploy/prod.yaml", layer("60"))
        .put("deploy/test.yaml", layer("600"))
        .put("portolan.yaml", CONFIG);
    sandbox
}

const CONFIG: &str = "\
rules: rules
releases:
  - name: prod
    values: [deploy/base.yaml, deploy/prod.yaml]
  - name: test
    values: [deploy/base.yaml, deploy/test.yaml]
    platform: gke
";

/// Findings of both rules, and the line of numbers.
fn lines(said: &Said) -> Vec<&str> {
    let ours = |line: &&str| line.contains("[acme-") || line.contains("[unused-");
    said.out.lines().filter(ours).collect()
}

fn checked(said: &Said) -> &str {
    let last = said.out.lines().last().unwrap_or_default();
    let from = last.find("checked").unwrap_or_default();
    last[from..].split(';').next().unwrap_or_default()
}

const SELECT: &str = "--select acme-timeout,acme-public,unused-suppression";

const TIMEOUT: &str = "deploy/prod.yaml:4:77: error[acme-timeout]: `service.beta.kubernetes.io/aws-load-balancer-connection-idle-timeout` is 60";
const PUBLIC: &str =
    "deploy/base.yaml:5:11: warning[acme-public]: the router Service is a LoadBalancer";

#[test]
fn without_a_path_every_release_is_checked_with_its_own_options() {
    let sandbox = sandbox();
    let said = sandbox.run(&format!("check {SELECT}"));
    // `acme-public` is undecided without a platform: only `test` names one.
    assert_eq!(lines(&said), [PUBLIC, TIMEOUT]);
    assert_eq!(checked(&said), "checked 2 releases in 3 files");
    assert_eq!((said.code, said.err.as_str()), (1, ""));
    let json = sandbox.run(&format!("check {SELECT} --format json"));
    let names = |text: &str| {
        json.out
            .matches(&format!("\"release\": \"{text}\""))
            .count()
    };
    assert_eq!((names("prod"), names("test")), (9, 9), "{}", json.out);
    let pretty = sandbox.run(&format!("check {SELECT} --format pretty"));
    assert!(
        pretty.out.contains("Requirements of prod\n"),
        "{}",
        pretty.out
    );
}

#[test]
fn a_file_stands_for_the_releases_that_use_it() {
    let sandbox = sandbox();
    sandbox.put("deploy/alone.yaml", values("60"));
    for (arguments, releases, findings) in [
        ("deploy/prod.yaml", "1 release in 2 files", vec![TIMEOUT]),
        ("deploy/test.yaml", "1 release in 2 files", vec![PUBLIC]),
        (
            "deploy/base.yaml",
            "2 releases in 3 files",
            vec![PUBLIC, TIMEOUT],
        ),
        (
            "deploy/prod.yaml deploy/base.yaml ./deploy/test.yaml",
            "2 releases in 3 files",
            vec![PUBLIC, TIMEOUT],
        ),
        ("--release prod", "1 release in 2 files", vec![TIMEOUT]),
        (
            "portolan.yaml",
            "2 releases in 3 files",
            vec![PUBLIC, TIMEOUT],
        ),
        (
            "--no-config deploy/prod.yaml",
            "1 release in 1 file",
            vec![],
        ),
    ] {
        let said = sandbox.run(&format!("check {SELECT} --rules rules {arguments}"));
        assert_eq!(lines(&said), findings, "{arguments}");
        assert_eq!(checked(&said), format!("checked {releases}"), "{arguments}");
    }
    let alone = sandbox.run(&format!("check {SELECT} deploy/alone.yaml"));
    assert_eq!(alone.findings(), ["deploy/alone.yaml:7:77"]);
    let all = sandbox.run(&format!("check {SELECT} ."));
    assert_eq!(
        all.findings(),
        [
            "deploy/alone.yaml:7:77",
            "deploy/base.yaml:5:11",
            "deploy/prod.yaml:4:77"
        ]
    );
    // The configuration and two rule files are passed over.
    assert_eq!(
        checked(&all),
        "checked 3 releases in 4 files, 3 files skipped"
    );
}

#[test]
fn it_is_found_from_any_folder_and_names_files_from_there() {
    let sandbox = sandbox();
    let in_deploy = |arguments: &str| {
        Said::of(
            sandbox
                .program(&format!("check {SELECT} {arguments}"))
                .current_dir(sandbox.0.path().join("deploy")),
        )
    };
    assert_eq!(
        in_deploy("").findings(),
        ["base.yaml:5:11", "prod.yaml:4:77"]
    );
    assert_eq!(in_deploy("prod.yaml").findings(), ["prod.yaml:4:77"]);
    let said = in_deploy("-v --release test");
    assert!(
        said.out
            .contains("portolan: test: settings taken from ../portolan.yaml\n"),
        "{}",
        said.out
    );
    // Beyond the root of the repository nothing is searched.
    sandbox.put("deploy/.git", "gitdir: elsewhere\n");
    let said = in_deploy("");
    assert_eq!(said.code, 2);
    assert!(
        said.err.starts_with("error: nothing to check: give"),
        "{}",
        said.err
    );
    let said = in_deploy("--config ../portolan.yaml --release prod");
    assert_eq!(said.findings(), ["prod.yaml:4:77"]);
}

#[test]
fn options_of_the_call_win() {
    let sandbox = sandbox();
    let public = |arguments: &str| {
        let said = sandbox.run(&format!("check --select acme-public {arguments}"));
        (said.findings().len(), said.code)
    };
    assert_eq!(public("--release test"), (1, 0));
    assert_eq!(public("--release test --platform eks"), (1, 0));
    assert_eq!(
        public("--release test --set router.service.type=ClusterIP"),
        (0, 0)
    );
    sandbox.put("portolan.yaml", format!("{CONFIG}failOn: warning\n"));
    assert_eq!(public("--release test"), (1, 1));
    assert_eq!(public("--release test --fail-on error"), (1, 0));
    sandbox.put("portolan.yaml", format!("{CONFIG}strict: true\n"));
    assert_eq!(public("--release test --fail-on never"), (1, 1));
}

#[test]
fn what_holds_for_all_holds_for_files_that_no_release_names() {
    let sandbox = sandbox();
    sandbox.put("alone.yaml", values("600"));
    sandbox.put("portolan.yaml", format!("platform: gke\n{CONFIG}"));
    let select = "check --select acme-public";
    assert_eq!(
        sandbox.run(&format!("{select} alone.yaml")).findings(),
        ["alone.yaml:5:11"]
    );
    assert_eq!(
        sandbox.run(&format!("{select} -f alone.yaml")).findings(),
        ["alone.yaml:5:11"]
    );
    let piped = Said::of(
        sandbox
            .program(&format!("{select} -"))
            .write_stdin(values("600")),
    );
    assert_eq!(piped.findings(), ["<stdin>:5:11"]);
}

#[test]
fn accepted_findings_leave_the_list_and_entries_are_watched() {
    let sandbox = sandbox();
    let config = format!(
        "{CONFIG}ignore:
  - rules: [acme-timeout]
    path: router.service.annotations[*idle-timeout*]
    file: deploy/prod.yaml
    reason: raised in March
  - rules: [acme-public]
    file: 'deploy/t*.yaml'
    reason: it is found in another file
  - rules: [acme-public]
    reason: was accepted once
    until: 2026-01-31
"
    );
    sandbox.put("portolan.yaml", config);
    let said = sandbox.run(&format!("check {SELECT} --now 2026-02-01T00:00:00Z"));
    assert_eq!(
        said.out
            .lines()
            .filter(|line| !line.contains("undecided: "))
            .collect::<Vec<_>>(),
        [
            PUBLIC,
            "portolan.yaml:13:13: warning[unused-suppression]: no finding of `acme-public` is left out by this entry, so it does nothing",
            "portolan.yaml:16:13: warning[unused-suppression]: this suppression of `acme-public` expired on 2026-01-31",
            said.out.lines().last().unwrap(),
        ]
    );
    assert!(
        said.out
            .contains("portolan: 3 warnings, 1 suppressed; checked 2 releases"),
        "{}",
        said.out
    );
    assert!(
        said.out.contains("violated"),
        "the verdict stays: {}",
        said.out
    );
    assert_eq!(said.code, 0);
    // A call that does not look at everything cannot know that an entry is unused.
    let said = sandbox.run(&format!(
        "check {SELECT} --now 2026-01-01T00:00:00Z --release prod"
    ));
    assert_eq!(lines(&said), Vec::<&str>::new());
    let said = sandbox.run("check --select acme-public --now 2026-01-01T00:00:00Z");
    assert_eq!(lines(&said), Vec::<&str>::new());
}

#[test]
fn an_entry_is_not_called_unused_by_a_call_that_does_not_look_everywhere() {
    let sandbox = sandbox();
    sandbox.put("alone.yaml", values("60"));
    let entry = |file: &str| {
        format!("{CONFIG}ignore:\n  - {{rules: [acme-timeout], file: {file}, reason: a lab}}\n")
    };
    let unused = |arguments: &str| {
        let said = sandbox.run(&format!("check {SELECT} {arguments}"));
        said.out.contains("[unused-suppression]")
    };
    // For a file of no release: only a walk can tell.
    sandbox.put("portolan.yaml", entry("alone.yaml"));
    assert!(!unused(""));
    assert!(!unused("."));
    sandbox.put("portolan.yaml", entry("gone.yaml"));
    assert!(!unused(""));
    assert!(unused("."));
    // For a file of a release.
    sandbox.put("portolan.yaml", entry("deploy/test.yaml"));
    assert!(unused(""));
    assert!(unused("portolan.yaml"));
    assert!(!unused("deploy/test.yaml"));
    // A release that cannot be read may be the one.
    sandbox.put("portolan.yaml", entry("deploy/prod.yaml"));
    fs::remove_file(sandbox.0.path().join("deploy/prod.yaml")).unwrap();
    assert!(!unused(""));
    assert!(!unused("."));
}

#[test]
fn severities_are_the_repositorys_to_choose() {
    let sandbox = sandbox();
    sandbox.put(
        "portolan.yaml",
        format!("{CONFIG}severity:\n  acme-timeout: note\n  acme-public: off\n"),
    );
    let said = sandbox.run(&format!("check {SELECT}"));
    assert_eq!(lines(&said), [TIMEOUT.replace("error[", "note[")]);
    assert_eq!(said.code, 0);
}

#[test]
fn mistakes_are_shown_at_their_place_and_nothing_is_checked() {
    let sandbox = sandbox();
    sandbox.put(
        "portolan.yaml",
        "platfrom: gke\nrules: rules\nignore:\n  - rules: [acme-timeout]\n    until: 2026-02-30\n",
    );
    let said = sandbox.run("check deploy/prod.yaml");
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert_eq!(
        said.err,
        "portolan.yaml:1:1: error[config]: the file has no key `platfrom`; did you mean `platform`?\n\
         portolan.yaml:4:5: error[config]: an entry of `ignore` needs the key `reason`\n"
    );
    for (text, error) in [
        (
            "severity: {acme-timeot: off}\nrules: rules\n",
            "portolan.yaml:1:12: error[config]: there is no rule `acme-timeot`; did you mean `acme-timeout`?\n",
        ),
        (
            "rules: rulez\n",
            "portolan.yaml:1:8: error[config]: rulez: there is no such folder\n",
        ),
        (
            "baseline: known.yaml\n",
            "portolan.yaml:1:11: error[config]: known.yaml: there is no such file; `portolan baseline` writes it\n",
        ),
        (
            "set: [\"cartoSecrets.token=ghp_abcdefghijklmnopqrstuvwxyz0123\", 12]\nstrict: ghp_abcdefghijklmnopqrstuvwxyz0123\nplatform: ghp_abcdefghijklmnopqrstuvwxyz0123\n",
            "portolan.yaml:1:64: error[config]: an entry of `set` is a string: write \"12\", in quotes\n\
             portolan.yaml:2:9: error[config]: `strict` is `true` or `false`\n\
             portolan.yaml:3:11: error[config]: `platform` is one of gke, eks, aks, openshift, other, and not `********`\n",
        ),
    ] {
        sandbox.put("portolan.yaml", text);
        let said = sandbox.run("check deploy/prod.yaml");
        assert_eq!((said.code, said.err.as_str()), (2, error), "{text}");
    }
}

#[test]
fn a_release_of_which_a_part_is_missing_is_not_judged_and_the_others_are() {
    let sandbox = sandbox();
    fs::remove_file(sandbox.0.path().join("deploy/test.yaml")).unwrap();
    let said = sandbox.run(&format!("check {SELECT}"));
    assert_eq!(lines(&said), [TIMEOUT]);
    assert_eq!(checked(&said), "checked 1 release in 2 files");
    assert_eq!(
        said.err,
        "portolan.yaml:6:32: error[config]: deploy/test.yaml: there is no such file; did you mean `deploy/base.yaml`?\n"
    );
    assert_eq!(said.code, 2);
    sandbox.put("portolan.yaml", format!("tlsCert: none.crt\n{CONFIG}"));
    let said = sandbox.run("check --release prod");
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert_eq!(
        said.err,
        "portolan.yaml:1:10: error[config]: none.crt: there is no such file\n"
    );
}

#[test]
fn a_release_with_nothing_in_its_files_does_not_look_like_a_pass() {
    let sandbox = sandbox();
    sandbox.put("deploy/empty.yaml", "# to be written\n").put(
        "portolan.yaml",
        CONFIG.replace(
            "values: [deploy/base.yaml, deploy/test.yaml]",
            "values: [deploy/empty.yaml]",
        ),
    );
    let said = sandbox.run(&format!("check {SELECT}"));
    assert_eq!(lines(&said), [TIMEOUT]);
    assert_eq!(
        said.err,
        "error: nothing to check: deploy/empty.yaml is empty\n"
    );
    assert_eq!(said.code, 2);
}

#[test]
fn a_release_that_does_not_exist_is_not_passed_over() {
    let sandbox = sandbox();
    let error = |arguments: &str| {
        let said = sandbox.run(&format!("check {arguments}"));
        assert_eq!((said.code, said.out.as_str()), (2, ""));
        said.err.lines().next().unwrap_or_default().to_owned()
    };
    assert_eq!(
        error("--release tset"),
        "error: --release: portolan.yaml names no release `tset`; did you mean `test`?"
    );
    assert!(error("--release prod deploy").contains("cannot be used with"));
    fs::remove_file(sandbox.0.path().join("portolan.yaml")).unwrap();
    assert_eq!(
        error("--release prod"),
        "error: --release prod: there is no portolan.yaml that names it"
    );
    sandbox
        .put("portolan.yaml", "platform: gke\n")
        .put(".portolan.yaml", "");
    assert_eq!(
        error(""),
        "error: there are portolan.yaml and .portolan.yaml: keep one of them"
    );
    fs::remove_file(sandbox.0.path().join(".portolan.yaml")).unwrap();
    assert!(error("").ends_with("; portolan.yaml names no release"));
}

#[test]
fn each_file_obeys_the_nearest_configuration() {
    let sandbox = sandbox();
    sandbox
        .put("teams/a/alone.yaml", values("60"))
        .put(
            "teams/a/.portolan.yaml",
            "rules: ../../rules\nseverity: {acme-timeout: warning}\n",
        )
        .put("teams/b/alone.yaml", values("60"));
    let said = sandbox.run("check --select acme-timeout teams");
    let severities: Vec<&str> = said
        .out
        .lines()
        .filter_map(|line| line.split_once("[acme-")?.0.split_once(": "))
        .map(|(_, severity)| severity)
        .collect();
    assert_eq!(severities, ["warning", "error"]);
    assert_eq!(said.code, 1);
    assert_eq!(sandbox.run("check --select acme-timeout teams/a").code, 0);
}

#[test]
fn the_configuration_can_be_looked_at() {
    let sandbox = sandbox();
    fs::remove_file(sandbox.0.path().join("deploy/test.yaml")).unwrap();
    assert_eq!(
        sandbox.run("config deploy").out,
        "portolan.yaml\n  prod: deploy/base.yaml, deploy/prod.yaml\n  test: deploy/base.yaml, deploy/test.yaml (missing)\n"
    );
    let schema = sandbox.run("config --schema");
    assert_eq!(schema.out, portolan::reference::config_schema());
    fs::remove_file(sandbox.0.path().join("portolan.yaml")).unwrap();
    assert!(sandbox.run("config").out.starts_with("no configuration"));
}

#[test]
fn what_it_sets_is_never_shown() {
    let sandbox = sandbox();
    // On one line, so that a snippet of the finding holds all of it.
    sandbox.put(
        "portolan.yaml",
        "{rules: rules, set: [maps.hidden=tr0ub4dor], ignore: [{rules: [acme-public], reason: none}], \
         releases: [{name: prod, values: [deploy/base.yaml, deploy/prod.yaml], set: [httpCache.hidden=correct-horse-battery]}]}\n",
    );
    for format in ["pretty", "plain", "json"] {
        let said = sandbox.run(&format!("check {SELECT} --format {format}"));
        assert!(said.out.contains("unused-suppression"), "{}", said.out);
        if format == "pretty" {
            assert!(
                said.out.contains("ignore: [{rules: [acme-public]"),
                "{}",
                said.out
            );
        }
        for secret in ["correct-horse", "tr0ub4dor"] {
            assert!(!said.out.contains(secret), "{}", said.out);
        }
    }
}

#[test]
fn what_a_release_sets_has_a_path_that_an_ignore_can_name() {
    let sandbox = Sandbox::new();
    sandbox.put("w.yaml", "router: {}\n").put(
        "portolan.yaml",
        "releases: [{name: a, values: [w.yaml], set: [\"bar=1\", \"router.servise.list={x,y}\"]}]\n\
         ignore: [{rules: [unknown-key], path: bar, reason: r}]\n",
    );
    let said = sandbox.run("check --select unknown-key,unused-suppression --format json w.yaml");
    assert_eq!(
        said.out.matches("\"rule\": \"unused-suppression\"").count(),
        0,
        "{}",
        said.out
    );
    assert!(
        said.out.contains("\"path\": \"router.servise\""),
        "{}",
        said.out
    );
    assert!(!said.out.contains("\"path\": \"bar\""), "{}", said.out);
}
