//! `--chart` and `--chart-version`.

use flate2::{Compression, write::GzEncoder};

use super::sandbox::Sandbox;

const VALUES: &str = "router:\n  service:\n    type: ClusterIP\n  acme:\n    zone: west\n";
const CHART: &str = "apiVersion: v2\nname: carto\nversion: 1.287.1-acme\ndependencies:\n  - name: vault\n    version: 0.1.0\n";
const CUSTOM: &str =
    "router:\n  acme:\n    zone: east\n    zonne: east\n  probe: true\nvault:\n  anything: goes\n";

/// The same chart as `helm package` packs it.
fn packed() -> Vec<u8> {
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, text) in [
        ("carto/Chart.yaml", CHART),
        ("carto/values.yaml", VALUES),
        ("carto/templates/x.yaml", "x: {{ .Values.router.probe }}\n"),
    ] {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        builder
            .append_data(&mut header, path, text.as_bytes())
            .unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap()
}

#[test]
fn a_chart_of_ones_own_is_read_unpacked_and_packed() {
    let sandbox = Sandbox::new();
    sandbox
        .put("chart/Chart.yaml", CHART)
        .put("chart/values.yaml", VALUES)
        .put("chart/templates/x.yaml", "x: {{ .Values.router.probe }}\n")
        .put("carto-1.287.1.tgz", packed())
        .put("customizations.yaml", CUSTOM);
    for chart in ["chart", "./chart/", "carto-1.287.1.tgz"] {
        let said = sandbox.run(&format!(
            "check --chart {chart} --select unknown-key --select removed-key -f customizations.yaml"
        ));
        let places: Vec<&str> = said
            .out
            .lines()
            .filter_map(|line| line.split_once(": error[unknown-key]"))
            .map(|(place, _)| place)
            .collect();
        assert_eq!(
            places,
            ["customizations.yaml:4:5"],
            "{chart}: {}{}",
            said.out,
            said.err
        );
        assert!(said.out.contains("`router.acme.zone`"), "{}", said.out);
        let verbose = sandbox.run(&format!(
            "check --chart {chart} --format pretty -v -f customizations.yaml"
        ));
        assert!(verbose.out.contains("1.287.1-acme"), "{}", verbose.out);
    }
}

#[test]
fn what_is_no_chart_or_no_release_is_explained() {
    let sandbox = Sandbox::new();
    sandbox
        .put("customizations.yaml", CUSTOM)
        .put("empty/README.md", "nothing here");
    for (arguments, words) in [
        (
            "--chart nowhere",
            "nowhere: there is no such file or folder",
        ),
        (
            "--chart empty",
            "empty: is not a chart: it has no values.yaml",
        ),
        ("--chart customizations.yaml", "is not a packed chart"),
        ("--chart-version 1.85.0", "the nearest are 1.84.10 and"),
        (
            "--chart-version 9.0.0",
            "newer than all that are known: take 1.",
        ),
        ("--chart-version latest", "is not a chart version"),
        (
            "--chart empty --chart-version 1.84.10",
            "cannot be used with",
        ),
    ] {
        let said = sandbox.run(&format!("check {arguments} -f customizations.yaml"));
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{arguments}");
        assert!(said.err.contains(words), "{arguments}: {}", said.err);
    }
}
