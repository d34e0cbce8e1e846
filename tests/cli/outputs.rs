//! Reports in several formats, and in files.

use std::fs;

use serde_json::Value;

use super::sandbox::{Sandbox, values};

#[test]
fn every_format_can_have_a_file_of_its_own() {
    let sandbox = Sandbox::new();
    sandbox
        .put("customizations.yaml", values("60"))
        .put("reports/.keep", "");
    let said = sandbox.timeouts(
        "--format plain --format sarif=reports/portolan.sarif --format junit=junit.xml customizations.yaml",
    );
    assert_eq!(said.findings(), ["customizations.yaml:7:77"]);
    assert_eq!((said.code, said.err.as_str()), (1, ""));
    let log: Value = serde_json::from_str(&sandbox.text("reports/portolan.sarif")).unwrap();
    let run = &log["runs"][0];
    assert_eq!(run["results"][0]["ruleId"], "acme-timeout");
    // Rules of the user's own stand among those of the run.
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let ours = rules.iter().find(|rule| rule["id"] == "acme-timeout");
    assert_eq!(
        ours.unwrap()["shortDescription"]["text"],
        "A hop gives up within two minutes"
    );
    assert!(rules.iter().any(|rule| rule["id"] == "timeout-too-short"));
    assert!(
        sandbox
            .text("junit.xml")
            .contains("<testsuite name=\"customizations.yaml\"")
    );
    let left: Vec<_> = sandbox.names("reports");
    assert_eq!(left, [".keep", "portolan.sarif"]);
}

#[test]
fn output_is_for_the_format_without_a_file() {
    let sandbox = Sandbox::new();
    sandbox.put("customizations.yaml", values("600"));
    let said =
        sandbox.timeouts("--format json=a.json --format gitlab -o b.json customizations.yaml");
    assert_eq!(
        (said.code, said.out.as_str(), said.err.as_str()),
        (0, "", "")
    );
    assert!(sandbox.text("a.json").contains("\"schema\": 1"));
    // A file comes also where there is nothing to say.
    assert_eq!(sandbox.text("b.json"), "[]\n");
    let said = sandbox.timeouts("-o report.txt customizations.yaml");
    assert_eq!((said.code, said.out.as_str()), (0, ""));
    assert!(sandbox.text("report.txt").contains("portolan: no findings"));
    let said = sandbox.timeouts("--format gitlab -o - customizations.yaml");
    assert_eq!(said.out, "[]\n");
}

#[test]
fn two_reports_never_share_a_place() {
    let sandbox = Sandbox::new();
    sandbox.put("customizations.yaml", values("600"));
    for (arguments, words) in [
        (
            "--format pretty --format sarif",
            "`--format pretty` and `--format sarif` would both be written to standard output: name a file for one of them, \
             for example `--format sarif=report.sarif`",
        ),
        (
            "--format plain --format json -o report",
            "`--format plain` and `--format json` would both be written to report",
        ),
        (
            "--format json=a --format sarif=./a",
            "`json` and `sarif` would both be written to ./a",
        ),
        (
            "--format json=a -o b",
            "`--output b` has nothing to write: every `--format` names a file of its own",
        ),
        ("--format json=", "`json=` names no file"),
        (
            "--format xml=a",
            "`xml` is not a format; the formats are pretty, plain, json, sarif, github, gitlab, junit, checkstyle, markdown",
        ),
        (
            "-o customizations.yaml",
            "customizations.yaml: this is an input, and the report would be written over it",
        ),
    ] {
        let said = sandbox.run(&format!("check {arguments} customizations.yaml"));
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{arguments}");
        assert!(said.err.contains(words), "{arguments}: {}", said.err);
    }
    assert_eq!(sandbox.text("customizations.yaml"), values("600"));
    assert_eq!(sandbox.names("."), ["customizations.yaml", "rules"]);
}

#[test]
fn what_could_be_checked_is_written_also_where_something_could_not() {
    let sandbox = Sandbox::new();
    sandbox.put("customizations.yaml", values("60"));
    let said = sandbox
        .timeouts("--format sarif=a.sarif --format junit=a.xml customizations.yaml base.yaml");
    assert_eq!(said.code, 2);
    let log: Value = serde_json::from_str(&sandbox.text("a.sarif")).unwrap();
    let run = &log["runs"][0];
    assert_eq!(run["results"].as_array().unwrap().len(), 1);
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    assert!(
        sandbox
            .text("a.xml")
            .contains("<error message=\"base.yaml: there is no such file\"")
    );
    // Where nothing was checked there is nothing to report.
    let said = sandbox.timeouts("--format sarif=b.sarif base.yaml");
    assert_eq!(said.code, 2);
    assert!(!sandbox.0.path().join("b.sarif").exists());
}

#[test]
fn files_are_named_from_the_folder_where_a_service_has_to_find_them() {
    let sandbox = Sandbox::new();
    sandbox.put("live/größe 1.yaml", values("60"));
    let whole = sandbox
        .0
        .path()
        .canonicalize()
        .unwrap()
        .join("live/größe 1.yaml");
    let said = sandbox.with(&["--format", "gitlab", "--format", "sarif=a.sarif"], &whole);
    let issues: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(issues[0]["location"]["path"], "live/größe 1.yaml");
    let log: Value = serde_json::from_str(&sandbox.text("a.sarif")).unwrap();
    let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(
        place["artifactLocation"]["uri"],
        "live/gr%C3%B6%C3%9Fe%201.yaml"
    );
    // So the finding is the same one, however the file was named.
    let again = sandbox.with(&["--format", "gitlab"], "./live/größe 1.yaml".as_ref());
    assert_eq!(said.out, again.out);
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_and_its_file_keeps_its_permissions() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let sandbox = Sandbox::new();
    sandbox
        .put("customizations.yaml", values("60"))
        .put("store/old.json", "old");
    let root = sandbox.0.path();
    fs::set_permissions(
        root.join("store/old.json"),
        fs::Permissions::from_mode(0o640),
    )
    .unwrap();
    symlink("store/old.json", root.join("report.json")).unwrap();
    symlink("store/new.json", root.join("fresh.json")).unwrap();
    let said = sandbox
        .timeouts("--format json=report.json --format gitlab=fresh.json customizations.yaml");
    assert_eq!((said.code, said.err.as_str()), (1, ""));
    assert!(root.join("report.json").is_symlink());
    assert!(sandbox.text("store/old.json").contains("\"schema\": 1"));
    let mode = |name: &str| {
        let metadata = fs::metadata(root.join(name)).unwrap();
        metadata.permissions().mode() & 0o777
    };
    assert_eq!(mode("store/old.json"), 0o640);
    assert!(root.join("fresh.json").is_symlink());
    assert!(sandbox.text("store/new.json").starts_with('['));
    assert_eq!(sandbox.names("store"), ["new.json", "old.json"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_the_old_report_untouched() {
    let sandbox = Sandbox::new();
    sandbox
        .put("customizations.yaml", values("60"))
        .put("report.sarif", "the old one");
    // A limit on the size of files stands in for the end of the disk: what is written beyond it fails.
    let program = std::path::Path::new(assert_cmd::cargo::cargo_bin!("portolan"));
    let line = format!(
        "trap '' XFSZ; ulimit -f 1; exec '{}' check --format plain --format sarif=report.sarif customizations.yaml",
        program.display()
    );
    let said = sandbox.shell(&line);
    assert_eq!(said.code, 2);
    assert!(
        said.err
            .contains("report.sarif: the report cannot be written: "),
        "{}",
        said.err
    );
    // The other report is there all the same.
    assert!(said.out.contains("error["), "{}", said.out);
    assert_eq!(sandbox.text("report.sarif"), "the old one");
    assert_eq!(
        sandbox.names("."),
        ["customizations.yaml", "report.sarif", "rules"]
    );

    let said = sandbox.timeouts("-o none/report.txt customizations.yaml");
    assert_eq!(said.code, 2);
    assert_eq!(
        said.err,
        "error: none/report.txt: the report cannot be written: there is no folder `none`\n"
    );
    let said = sandbox.timeouts("--format json=/dev/full customizations.yaml");
    assert_eq!(said.code, 2);
    assert!(
        said.err.contains("/dev/full: the report cannot be written"),
        "{}",
        said.err
    );
}

#[cfg(target_os = "linux")]
#[test]
fn pipes_and_devices_are_written_to_directly() {
    let sandbox = Sandbox::new();
    sandbox.put("customizations.yaml", values("60"));
    let program = std::path::Path::new(assert_cmd::cargo::cargo_bin!("portolan"));
    let check = format!("'{}' check --fail-on never", program.display());
    // Two reports in one stream, and one that a reader takes out of a pipe.
    let said = sandbox.shell(&format!(
        "mkfifo p; cat p > taken & {check} --format gitlab=p --format json=/dev/null --format sarif=/dev/null -o /dev/stdout \
         --format plain customizations.yaml; code=$?; wait; exit $code"
    ));
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert!(said.out.starts_with("customizations.yaml:"), "{}", said.out);
    assert!(sandbox.text("taken").starts_with("[\n"));
    // What is open already is not replaced.
    let said = sandbox.shell(&format!(
        "(echo before; {check} -o /dev/stdout customizations.yaml; echo after) > all"
    ));
    assert_eq!(said.code, 0);
    let all = sandbox.text("all");
    assert!(
        all.starts_with("before\n") && all.ends_with("after\n"),
        "{all}"
    );
}
