//! The catalogue of the chart's keys against the chart itself: it regenerates byte for byte, finds nothing wrong in the
//! chart's own values, and agrees with the real chart.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::support::files::files_below;
use crate::support::{check_values, corpus, places, read};
use portolan::catalogue::{
    Catalogue, CatalogueBuilder, ChartFiles, EXCEPTIONS_TEXT, Exceptions, KeyId,
};
use portolan::check::Options;
use portolan::facts::Facts;
use portolan::options::ReleaseOptions;
use portolan_yaml::source::{MappedText, Sources};
use portolan_yaml::{Limits, Tree, parse};

/// Every release with the text of its values.
fn releases(corpus: &Path) -> Vec<(String, String)> {
    let folder = corpus.join("chart-values");
    read(&folder.join("index.csv"))
        .lines()
        .skip(1)
        .map(|row| {
            let columns: Vec<&str> = row.split(',').collect();
            (columns[0].to_owned(), read(&folder.join(columns[2])))
        })
        .collect()
}

fn at(release: &str) -> Options {
    Options {
        release: ReleaseOptions {
            chart_version: Some(release.parse().unwrap()),
            ..ReleaseOptions::default()
        },
        ..Options::default()
    }
}

#[test]
fn the_catalogue_regenerates_byte_for_byte() {
    let Some(corpus) = corpus("catalogue") else {
        return;
    };
    let mut gatherer = CatalogueBuilder::default();
    for (release, values) in releases(&corpus) {
        gatherer.add(&release, &values).unwrap();
    }
    let exceptions = Exceptions::parse(EXCEPTIONS_TEXT).unwrap();
    let printed = gatherer.finish(&exceptions).unwrap().print();
    let committed = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("chart/keys.txt"));
    assert!(
        printed == committed,
        "chart/keys.txt is not current; `cargo run --example catalogue > chart/keys.txt` rewrites it"
    );
}

/// Rules that hold values against the chart.
const RULES: [&str; 9] = [
    "unknown-key",
    "removed-key",
    "wrong-type",
    "quoted-boolean",
    "ambiguous-boolean",
    "key-rewritten",
    "number-rewritten",
    "space-around-value",
    "second-document-ignored",
];

#[test]
fn in_the_charts_own_values_nothing_is_wrong() {
    let Some(corpus) = corpus("catalogue") else {
        return;
    };
    let mut last = String::new();
    for (release, values) in releases(&corpus) {
        // Many releases share one file.
        if values == last {
            continue;
        }
        let mut options = at(&release);
        options.select = RULES.map(str::to_owned).to_vec();
        let outcome = check_values(&[("values.yaml", &values)], &options);
        assert_eq!(places(&outcome), Vec::<String>::new(), "{release}");
        last = values;
    }
}

/// What is found in the vendor's customizations at their own release. For each, what the templates of that release read
/// in its place: `router.service.ports.httpsTargetPort` in templates/router/service.yaml; of `importBucket` nothing is left
/// since 1.46.6, whose templates read `workspaceImportsBucket`.
const KNOWN: [&str; 6] = [
    "1.287.1/service_loadBalancer/aws_eks_tls_offloading/config.yaml unknown-key ports",
    "1.46.6/custom_buckets/aws_s3/customizations.yaml removed-key importBucket",
    "1.46.6/custom_buckets/azu_storage/customizations.yaml removed-key importBucket",
    "1.46.6/custom_buckets/gcs/customizations.yaml removed-key importBucket",
    "1.46.6/service_loadBalancer/aws_eks_tls_offloading/config.yaml unknown-key ports",
    "1.84.10/service_loadBalancer/aws_eks_tls_offloading/config.yaml unknown-key ports",
];

#[test]
fn in_the_vendors_customizations_only_keys_without_effect_are_found() {
    let Some(corpus) = corpus("catalogue") else {
        return;
    };
    let folder = corpus.join("customizations");
    let files = files_below(&folder, "yaml");
    let mut found = Vec::new();
    for path in &files {
        let name = path.strip_prefix(&folder).unwrap();
        let release = name.iter().next().unwrap().to_str().unwrap();
        let text = read(path);
        // Manifests beside the values.
        if text.lines().any(|line| line.starts_with("apiVersion:")) {
            continue;
        }
        let mut options = at(release);
        options.select = RULES.map(str::to_owned).to_vec();
        let outcome = check_values(&[("customizations.yaml", &text)], &options);
        for diagnostic in &outcome.report.diagnostics {
            found.push(format!(
                "{} {} {}",
                name.display(),
                diagnostic.rule,
                outcome.sources.slice(diagnostic.span)
            ));
        }
    }
    found.sort();
    assert_eq!(found, KNOWN);
    println!("{} files were checked", files.len());
}

/// The real chart with its subcharts, unpacked.
fn real_chart() -> Option<PathBuf> {
    let folder = std::env::var_os("PORTOLAN_CHART").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("PORTOLAN_CHART is not set, so the real chart was not read");
    }
    folder
}

#[test]
fn the_real_chart_and_the_catalogue_agree() {
    let Some(folder) = real_chart() else {
        return;
    };
    let mut templates = Vec::new();
    let mut stack = vec![folder.join("templates")];
    while let Some(folder) = stack.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                stack.push(path);
            } else {
                templates.push(read(&path));
            }
        }
    }
    let files = ChartFiles {
        name: folder.display().to_string(),
        version: Some("1.287.1".to_owned()),
        values: read(&folder.join("values.yaml")),
        subcharts: ["common", "internalPostgresql", "replicated"]
            .map(str::to_owned)
            .to_vec(),
        templates,
    };
    let own = Catalogue::embedded().with_chart(&files).unwrap();
    let known = Catalogue::embedded().release("1.287.1").unwrap();
    let mut stack = vec![(KeyId::ROOT, KeyId::ROOT)];
    let mut differences = Vec::new();
    let mut compared = 0;
    while let Some((theirs, ours)) = stack.pop() {
        compared += 1;
        if known.kind(ours) != own.kind(theirs) {
            differences.push(own.path(theirs));
        }
        for child in own.children(theirs) {
            match known.known(ours, own.key_name(child)) {
                Some(ours) => stack.push((child, ours)),
                None => differences.push(own.path(child)),
            }
        }
    }
    let count = |edition: &portolan::catalogue::ChartVersion| {
        let mut stack = vec![KeyId::ROOT];
        let mut count = 0;
        while let Some(id) = stack.pop() {
            count += 1;
            stack.extend(edition.children(id));
        }
        count
    };
    assert_eq!(differences, Vec::<String>::new());
    assert_eq!(count(&known), compared);
}

#[test]
fn checking_a_file_against_the_catalogue_is_fast() {
    let text = "appConfigValues:\n  selfHostedDomain: carto.acme.io\nrouter:\n  ports:\n    httpsTargetPort: http\n  service:\n    type: LoadBalancer\n    anotations: {}\n";
    let started = Instant::now();
    let edition = Catalogue::embedded().newest();
    let loaded = started.elapsed();
    let (mut sources, mut tree) = (Sources::default(), Tree::default());
    let source = sources.add("customizations.yaml", text);
    let stream = parse(
        &MappedText::of_source(&sources, source),
        &mut tree,
        &Limits::default(),
    );
    let root = stream.documents[0].root;
    let started = Instant::now();
    let rounds = 100;
    for _ in 0..rounds {
        let mut facts = Facts::default();
        portolan::helm::keys::facts(&edition, &sources, &tree, root, &mut facts);
        assert_eq!(facts.chart_keys.len(), 2);
    }
    let each = started.elapsed() / rounds;
    println!("the catalogue was read in {loaded:?}, the file checked in {each:?}");
    // Ten times what is promised, for a build without optimisation on a busy machine.
    assert!(each.as_millis() < 10, "{each:?}");
}
