//! Baselines: known findings are left out, new ones are not, and the file stays small.

use std::fs;

use crate::sandbox::{Said, Sandbox, values};

const WRITE: &str = "baseline --rules rules --select acme-timeout";

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox
        .put(".git/HEAD", "")
        .put("deploy/live.yaml", values("60"))
        .put("deploy/test.yaml", values("90"));
    sandbox
}

fn check(sandbox: &Sandbox, arguments: &str) -> Said {
    sandbox.run(&format!(
        "check --rules rules --select acme-timeout,stale-baseline-entry --baseline portolan-baseline.yaml {arguments}"
    ))
}

fn written(sandbox: &Sandbox) -> String {
    fs::read_to_string(sandbox.0.path().join("portolan-baseline.yaml")).unwrap()
}

/// Lines of findings.
fn lines(said: &Said) -> Vec<&str> {
    let ours = |line: &&str| !line.starts_with("portolan: ");
    said.out.lines().filter(ours).collect()
}

#[test]
fn known_findings_are_left_out_and_new_ones_are_not() {
    let sandbox = sandbox();
    let said = sandbox.run(&format!("{WRITE} deploy"));
    assert_eq!(
        (said.out.as_str(), said.err.as_str(), said.code),
        ("portolan-baseline.yaml: 2 findings; 2 new, 0 gone\n", "", 0)
    );
    let said = check(&sandbox, "deploy");
    assert_eq!(lines(&said), Vec::<&str>::new());
    assert!(
        said.out
            .contains("portolan: no findings, 2 in the baseline; checked 2 releases"),
        "{}",
        said.out
    );
    assert!(
        said.out.contains("2 violated"),
        "the verdict stays: {}",
        said.out
    );
    assert_eq!(said.code, 0);
    // Lines move, values change, a third file comes.
    sandbox
        .put("deploy/live.yaml", format!("# moved\n\n{}", values("61")))
        .put("deploy/more.yaml", values("30"));
    assert_eq!(
        check(&sandbox, "deploy").findings(),
        ["deploy/more.yaml:7:77"]
    );
    assert_eq!(check(&sandbox, "deploy").code, 1);
    let json = check(&sandbox, "--format json deploy");
    assert!(json.out.contains("\"baselined\": 2"), "{}", json.out);
}

#[test]
fn an_entry_that_no_longer_applies_is_named_where_its_file_was_looked_at() {
    let sandbox = sandbox();
    sandbox.run(&format!("{WRITE} deploy"));
    sandbox.put("deploy/live.yaml", values("600"));
    let stale = "portolan-baseline.yaml:5:11: note[stale-baseline-entry]: no finding of this run matches this entry: `acme-timeout` in deploy/live.yaml";
    let said = check(&sandbox, "deploy");
    assert_eq!(lines(&said), [stale]);
    assert_eq!(said.code, 0);
    assert_eq!(check(&sandbox, "deploy --fail-on note").code, 1);
    assert_eq!(lines(&check(&sandbox, "deploy/live.yaml")), [stale]);
    assert_eq!(
        lines(&check(&sandbox, "deploy/test.yaml")),
        Vec::<&str>::new()
    );
    // What was not asked for was not missed either.
    let said =
        sandbox.run("check --baseline portolan-baseline.yaml --select stale-baseline-entry deploy");
    assert_eq!(lines(&said), Vec::<&str>::new());
}

#[test]
fn writing_it_again_prunes_what_was_looked_at_and_keeps_the_rest() {
    let sandbox = sandbox();
    sandbox.run(&format!("{WRITE} deploy"));
    let before = written(&sandbox);
    assert_eq!(sandbox.run(&format!("{WRITE} deploy")).code, 0);
    assert_eq!(written(&sandbox), before, "nothing has changed");
    sandbox.put("deploy/live.yaml", values("600"));
    let said = sandbox.run(&format!("{WRITE} deploy/live.yaml"));
    assert_eq!(
        said.out,
        "portolan-baseline.yaml: 1 finding; 0 new, 1 gone, 1 kept that this call did not look at\n"
    );
    assert!(
        !written(&sandbox).contains("live.yaml"),
        "{}",
        written(&sandbox)
    );
    // An entry for a file that is gone goes with it.
    fs::remove_file(sandbox.0.path().join("deploy/test.yaml")).unwrap();
    let said = sandbox.run(&format!("{WRITE} deploy/live.yaml"));
    assert_eq!(
        said.out,
        "portolan-baseline.yaml: 0 findings; 0 new, 1 gone\n"
    );
    assert!(written(&sandbox).ends_with("version: 1\nfindings: []\n"));
    let left: Vec<_> = fs::read_dir(sandbox.0.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".tmp"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
}

#[test]
fn it_holds_from_any_folder() {
    let sandbox = sandbox();
    let from_deploy = |arguments: &str| {
        Said::of(
            sandbox
                .program(arguments)
                .current_dir(sandbox.0.path().join("deploy")),
        )
    };
    let said = from_deploy(
        "baseline --rules ../rules --select acme-timeout --output ../portolan-baseline.yaml .",
    );
    assert_eq!(
        said.out,
        "../portolan-baseline.yaml: 2 findings; 2 new, 0 gone\n"
    );
    assert!(written(&sandbox).contains("file: \"deploy/live.yaml\""));
    assert_eq!(lines(&check(&sandbox, "deploy")), Vec::<&str>::new());
    let said = from_deploy(
        "check --rules ../rules --select acme-timeout --baseline ../portolan-baseline.yaml live.yaml",
    );
    assert_eq!(said.code, 0, "{}", said.out);
}

#[test]
fn the_configuration_names_it_once_for_all() {
    let sandbox = sandbox();
    sandbox.put(
        "portolan.yaml",
        "rules: rules\nbaseline: known.yaml\nreleases:\n  - {name: live, values: [deploy/live.yaml]}\n  - {name: test, values: [deploy/live.yaml, deploy/test.yaml]}\n",
    );
    let said = sandbox.run("baseline --select acme-timeout");
    assert_eq!(said.out, "known.yaml: 2 findings; 2 new, 0 gone\n");
    let select = "check --select acme-timeout,stale-baseline-entry";
    let said = sandbox.run(select);
    assert!(
        said.out.contains("no findings, 2 in the baseline"),
        "{}",
        said.out
    );
    assert_eq!(
        sandbox
            .run(&format!("{select} --no-baseline"))
            .findings()
            .len(),
        2
    );
    // `test` does not find what stands in the file that it shares with `live`: nothing is stale for that.
    let said = sandbox.run(&format!("{select} --release test"));
    assert_eq!(lines(&said), Vec::<&str>::new());
    let said = sandbox.run("baseline --select acme-timeout --release test");
    assert_eq!(
        said.out,
        "known.yaml: 2 findings; 0 new, 0 gone, 1 kept that this call did not look at\n"
    );
}

#[test]
fn nothing_is_written_where_something_could_not_be_checked() {
    let sandbox = sandbox();
    let said = sandbox.run(&format!("{WRITE} deploy missing.yaml"));
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert_eq!(
        said.err,
        "error: missing.yaml: there is no such file\nerror: portolan-baseline.yaml is not written\n"
    );
    assert!(!sandbox.0.path().join("portolan-baseline.yaml").exists());
    sandbox.put("portolan-baseline.yaml", "- not ours\n");
    let said = sandbox.run(&format!("{WRITE} deploy"));
    assert_eq!(said.code, 2);
    assert_eq!(written(&sandbox), "- not ours\n");
    assert_eq!(
        said.err,
        "error: portolan-baseline.yaml: this is not a baseline, so it is not overwritten\n"
    );
}

#[test]
fn no_secret_gets_into_it() {
    let sandbox = Sandbox::new();
    let token = "ghp_abcdefghijklmnopqrstuvwxyz0123456789";
    sandbox.put(
        "values.yaml",
        format!("appConfigValues:\n  selfHostedDomain: https://user:{token}@carto.acme.io\nrouter:\n  service:\n    type: LoadBalancer\n    {token}: {token}\n"),
    );
    let said = sandbox.run("baseline values.yaml");
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(
        written(&sandbox).contains("rule: \"unknown-key\""),
        "{}",
        written(&sandbox)
    );
    assert!(!written(&sandbox).contains(token), "{}", written(&sandbox));
}

const RELEASES: &str = "rules: rules\nbaseline: portolan-baseline.yaml\nreleases:\n  - name: test\n    values: [base.yaml]\n    set: [router.service.type=NodePort]\n  - name: prod\n    values: [base.yaml]\n    set: [router.service.type=ClusterIP]\n";

/// Two releases of the same files differ in what the configuration sets.
fn releases() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox
        .put(".git/HEAD", "")
        .put("portolan.yaml", RELEASES)
        .put("deploy/none", "")
        .put(
            "base.yaml",
            "appConfigValues:\n  selfHostedDomain: carto.acme.io\n",
        );
    sandbox
}

#[test]
fn what_one_release_sets_hides_nothing_of_what_another_sets() {
    let sandbox = releases();
    let write = "baseline --select node-port base.yaml";
    let said = sandbox.run(write);
    assert_eq!(
        said.out, "portolan-baseline.yaml: 1 finding; 1 new, 0 gone\n",
        "{}",
        said.err
    );
    assert!(
        written(&sandbox).contains("portolan.yaml (set of release test)"),
        "{}",
        written(&sandbox)
    );
    let check = "check --select node-port,stale-baseline-entry base.yaml";
    assert_eq!(lines(&sandbox.run(check)), Vec::<&str>::new());
    sandbox.put("portolan.yaml", RELEASES.replace("ClusterIP", "NodePort"));
    let said = sandbox.run(check);
    let found = lines(&said);
    assert!(
        found.len() == 1 && found[0].starts_with("portolan.yaml (set of release prod):1:21: "),
        "{}",
        said.out
    );
    // The same finding, wherever it is looked at from.
    let mut program = sandbox.program("check --select node-port,stale-baseline-entry ../base.yaml");
    let said = Said::of(program.current_dir(sandbox.0.path().join("deploy")));
    let found = lines(&said);
    assert!(
        found.len() == 1 && found[0].starts_with("../portolan.yaml (set of release prod):1:21: "),
        "{}",
        said.out
    );
    // A call for one release keeps the entries of the other.
    let said = sandbox.run("baseline --select node-port --release prod");
    assert_eq!(
        said.out,
        "portolan-baseline.yaml: 2 findings; 1 new, 0 gone, 1 kept that this call did not look at\n"
    );
    // What a release no longer sets is stale.
    sandbox.put("portolan.yaml", RELEASES.replace("NodePort", "ClusterIP"));
    let said = sandbox.run(check);
    assert_eq!(
        said.out.matches("note[stale-baseline-entry]").count(),
        2,
        "{}",
        said.out
    );
}

#[test]
fn an_entry_hides_its_finding_though_fewer_are_shown_than_there_are() {
    let sandbox = Sandbox::new();
    let typos: String = (0..6).map(|at| format!("typo{at}: 1\n")).collect();
    sandbox
        .put(".git/HEAD", "")
        .put("values.yaml", format!("router: {{}}\n{typos}"));
    let limit = "--select unknown-key,stale-baseline-entry --limit findings=2";
    let said = sandbox.run(&format!("baseline {limit} values.yaml"));
    assert_eq!(
        said.out, "portolan-baseline.yaml: 6 findings; 6 new, 0 gone\n",
        "{}",
        said.err
    );
    assert!(!written(&sandbox).contains("limit-reached"));
    let check = format!("check {limit} --baseline portolan-baseline.yaml values.yaml");
    let said = sandbox.run(&check);
    assert_eq!(lines(&said), Vec::<&str>::new(), "{}", said.out);
    sandbox.put(
        "values.yaml",
        format!("router: {{}}\n{typos}other0: 1\nother1: 1\nother2: 1\n"),
    );
    let said = sandbox.run(&check);
    let found = lines(&said);
    assert_eq!(found.len(), 3, "{}", said.out);
    assert!(found[0].starts_with("values.yaml:8:1: "), "{}", said.out);
    assert!(found[1].starts_with("values.yaml:9:1: "), "{}", said.out);
    assert!(
        found[2].contains("1 more finding is not shown; the limit `findings` is 2"),
        "{}",
        said.out
    );
    assert!(said.out.contains("6 in the baseline"), "{}", said.out);
}

#[test]
fn a_file_that_is_no_baseline_is_not_written_over() {
    let sandbox = sandbox();
    let before = sandbox.text("deploy/test.yaml");
    let said = sandbox.run(&format!("{WRITE} -o deploy/test.yaml deploy/live.yaml"));
    assert_eq!(
        (said.err.as_str(), said.code),
        (
            "error: deploy/test.yaml: this is not a baseline, so it is not overwritten\n",
            2
        )
    );
    assert_eq!(sandbox.text("deploy/test.yaml"), before);
    // A baseline that was damaged is told what is wrong with it.
    sandbox.put("deploy/old.yaml", "version: 9\nfindings: []\n");
    let said = sandbox.run(&format!("{WRITE} -o deploy/old.yaml deploy/live.yaml"));
    assert!(said.err.contains("version 9 of the format"), "{}", said.err);
}
