//! `--skip-unrelated`: whoever hands over all that has changed is not told off for what is not ours.

use crate::sandbox::{Sandbox, values};

#[test]
fn what_is_neither_values_nor_manifests_is_skipped_and_counted() {
    let sandbox = Sandbox::new();
    sandbox
        .put("customizations.yaml", values("60"))
        .put("compose.yaml", "services:\n  web:\n    image: nginx\n")
        .put("README.md", "# Deployment: the short way\n")
        .put("broken.yaml", "on: [push\n");
    let said =
        sandbox.timeouts("--skip-unrelated compose.yaml README.md broken.yaml customizations.yaml");
    assert_eq!(said.findings(), ["customizations.yaml:7:77"]);
    assert!(
        said.out.contains("1 release in 1 file, 3 files skipped"),
        "{}",
        said.out
    );
    assert_eq!((said.code, said.err.as_str()), (1, ""));
}

#[test]
fn a_template_of_a_chart_is_skipped_though_it_is_named() {
    let sandbox = Sandbox::new();
    let template = "apiVersion: v1\nkind: Service\nmetadata: {{ .x }}\n";
    sandbox
        .put("chart/Chart.yaml", "apiVersion: v2\nname: carto\n")
        .put("chart/templates/router.yaml", template)
        .put("templates/router.yaml", template);
    let said = sandbox.timeouts("--skip-unrelated chart/Chart.yaml chart/templates/router.yaml");
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    // A folder of that name that no chart is around holds manifests, and this one is wrong.
    assert_eq!(
        sandbox
            .run("check --skip-unrelated templates/router.yaml")
            .code,
        1
    );
}

#[test]
fn nothing_to_check_is_then_no_error_but_never_looks_like_a_check() {
    let sandbox = Sandbox::new();
    sandbox
        .put("compose.yaml", "services: {}\n")
        .put("empty.yaml", "---\n# later\n");
    for (files, skipped) in [
        ("compose.yaml", "1 file skipped"),
        ("empty.yaml", "1 file skipped"),
        ("empty.yaml compose.yaml", "2 files skipped"),
    ] {
        let said = sandbox.run(&format!("check --skip-unrelated {files}"));
        assert_eq!(
            said.out,
            format!("portolan: no findings; checked 0 files, {skipped}\n")
        );
        assert_eq!((said.code, said.err.as_str()), (0, ""));
    }
    // Values of a release, a missing file and an empty command line stay what they were.
    for arguments in [
        "-f empty.yaml",
        "nowhere.yaml",
        "",
        "--set a=b compose.yaml nowhere.yaml",
    ] {
        let said = sandbox.run(&format!("check --skip-unrelated {arguments}"));
        assert_eq!(said.code, 2, "{arguments}: {}", said.out);
    }
}
