//! The embedded catalogue, and what is made of a chart of one's own.
#![allow(clippy::unwrap_used)]

use super::*;

fn gathered(releases: &[(&str, &str)], exceptions: &str) -> Arc<Catalogue> {
    let mut gatherer = CatalogueBuilder::default();
    for (release, values) in releases {
        gatherer.add(release, values).unwrap();
    }
    let exceptions = Exceptions::parse(exceptions).unwrap();
    Arc::new(gatherer.finish(&exceptions).unwrap())
}

fn kind(chart_version: &ChartVersion, path: &[&str]) -> Option<KeyType> {
    let id = path
        .iter()
        .try_fold(KeyId::ROOT, |id, name| chart_version.known(id, name))?;
    chart_version.kind(id)
}

#[test]
fn the_embedded_catalogue_can_be_read_and_prints_as_it_is() {
    let catalogue = Catalogue::parse(EMBEDDED_TEXT).unwrap();
    assert_eq!(catalogue.releases().len(), 207);
    assert!(catalogue.len() > 2_500, "{}", catalogue.len());
    assert!(catalogue.print() == EMBEDDED_TEXT);
    assert!(!Catalogue::embedded().is_empty());
}

#[test]
fn the_embedded_catalogue_knows_types_releases_and_what_only_templates_read() {
    let newest = Catalogue::embedded().newest();
    assert_eq!(newest.version(), crate::helm::projection::CHART_VERSION);
    assert_eq!(
        kind(&newest, &["tlsCerts", "httpsEnabled"]),
        Some(KeyType::Boolean)
    );
    assert_eq!(
        kind(&newest, &["router", "service", "annotations"]),
        Some(KeyType::Free)
    );
    assert_eq!(
        kind(&newest, &["gateway", "staticIP", "enabled"]),
        Some(KeyType::Any)
    );
    assert_eq!(kind(&newest, &["internalPostgresql"]), Some(KeyType::Free));
    assert_eq!(kind(&newest, &["internalRedis"]), Some(KeyType::Mapping));
    let older = Catalogue::embedded().release("1.160.1").unwrap();
    assert_eq!(kind(&older, &["internalRedis"]), Some(KeyType::Free));
    let oldest = Catalogue::embedded().release("v1.8.1").unwrap();
    assert_eq!(kind(&oldest, &["gateway"]), None);
}

#[test]
fn an_unknown_release_gets_its_neighbours() {
    let error = |version: &str| Catalogue::embedded().release(version).unwrap_err();
    assert!(
        error("1.85.0").contains("1.84.10 and 1."),
        "{}",
        error("1.85.0")
    );
    assert!(
        error("2.0.0").contains("newer than all"),
        "{}",
        error("2.0.0")
    );
    assert!(
        error("1.0.0").contains("the oldest is 1.8.1"),
        "{}",
        error("1.0.0")
    );
    assert!(
        error("latest").contains("not a chart version"),
        "{}",
        error("latest")
    );
}

#[test]
fn releases_are_gathered_to_types_and_stretches() {
    let catalogue = gathered(
        &[
            ("1.0.0", "redis:\n  host: \"\"\nweb:\n  on: true\n"),
            ("1.1.0", "web:\n  on: true\n  resources:\n    limits: {}\n"),
            (
                "1.2.0",
                "redis:\n  host: \"\"\nweb:\n  on: auto\n  # port: 80\n  ## size: see below\n",
            ),
        ],
        "- key: web.secret\n  since: 1.1.0\n  reason: a template reads it\n",
    );
    assert_eq!(
        catalogue.print(),
        "releases 1.0.0 1.1.0 1.2.0\n\
         redis m 1.0.0..1.0.0,1.2.0..\n host e\n\
         web m\n on n\n"
            .replace(
                " on n\n",
                " port a 1.2.0..\n resources f 1.1.0..1.1.0\n  limits f\n secret a 1.1.0..\n true b=true 1.0.0..1.1.0\n true s=\"auto\" 1.2.0..\n"
            )
    );
    assert!(Catalogue::parse(&catalogue.print()).unwrap().print() == catalogue.print());
}

#[test]
fn an_exception_that_fits_nothing_is_a_mistake() {
    let gather = |exceptions: &str| {
        let mut gatherer = CatalogueBuilder::default();
        gatherer.add("1.0.0", "web:\n  port: 80\n").unwrap();
        gatherer.finish(&Exceptions::parse(exceptions).unwrap())
    };
    assert!(gather("- {key: '*.pdb.max', reason: template}\n").is_err());
    assert!(gather("- {key: web.x, since: 9.9.9, reason: template}\n").is_err());
    assert!(Exceptions::parse("- {key: web.x, reason: ''}\n").is_err());
}

#[test]
fn a_chart_of_ones_own_is_known_by_its_values_its_templates_and_its_subcharts() {
    let files = ChartFiles {
        name: "./chart".to_owned(),
        version: Some("1.287.1-acme".to_owned()),
        values: "router:\n  service:\n    type: ClusterIP\n  acmeProbe:\n    path: /\n".to_owned(),
        subcharts: vec!["vault".to_owned()],
        templates: vec!["{{ if .Values.router.acme.enabled }}x{{ end }}".to_owned()],
    };
    let own = Catalogue::embedded().with_chart(&files).unwrap();
    assert_eq!(own.name(), "1.287.1-acme (./chart)");
    assert_eq!(
        kind(&own, &["router", "service", "type"]),
        Some(KeyType::Text)
    );
    assert_eq!(
        kind(&own, &["router", "acme", "enabled"]),
        Some(KeyType::Any)
    );
    assert_eq!(kind(&own, &["vault"]), Some(KeyType::Free));
    assert_eq!(kind(&own, &["global"]), Some(KeyType::Free));
    // Known from other releases, but not there.
    let id = own.known(KeyId::ROOT, "mapsApi").unwrap();
    assert_eq!(own.kind(id), None);
    assert!(own.availability(id).unwrap().is_past);
}

#[test]
fn a_suggestion_is_made_by_meaning_first() {
    let newest = Catalogue::embedded().newest();
    let suggest = |parent: &[&str], name: &str, below: &[&str]| {
        let id = parent
            .iter()
            .try_fold(KeyId::ROOT, |id, name| newest.known(id, name))
            .unwrap();
        let found = newest.suggest(id, name, below, None)?;
        Some((found.path, found.how))
    };
    let some = |path: &str, how: SuggestedBy| Some((path.to_owned(), how));
    assert_eq!(
        suggest(&["router"], "ports", &["httpsTargetPort"]),
        some("router.service.ports", SuggestedBy::Indentation)
    );
    assert_eq!(
        suggest(&["router", "service"], "ingress", &["enabled"]),
        some("router.ingress", SuggestedBy::Indentation)
    );
    assert_eq!(
        suggest(&["tlsCerts"], "https_enabled", &[]),
        some("tlsCerts.httpsEnabled", SuggestedBy::Case)
    );
    assert_eq!(
        suggest(&["router"], "replicas", &[]),
        some("router.replicaCount", SuggestedBy::Spelling)
    );
    assert_eq!(
        suggest(&["router", "service"], "anotations", &[]),
        some("router.service.annotations", SuggestedBy::Spelling)
    );
    assert_eq!(
        suggest(&["router"], "selfHostedDomain", &[]),
        some("appConfigValues.selfHostedDomain", SuggestedBy::Elsewhere)
    );
    assert_eq!(suggest(&[], "banana", &[]), None);
    assert_eq!(suggest(&[], "kind", &[]), None);
    // What stands above a key says where it lost its indentation.
    let after = newest.suggest(KeyId::ROOT, "loadBalancerSourceRanges", &[], Some("router"));
    assert_eq!(
        after.map(|found| found.path).as_deref(),
        Some("router.service.loadBalancerSourceRanges")
    );
}

#[test]
fn a_renamed_key_leads_to_its_successor() {
    let newest = Catalogue::embedded().newest();
    let successor = |path: &[&str]| {
        let id = path
            .iter()
            .try_fold(KeyId::ROOT, |id, name| newest.known(id, name))
            .unwrap();
        newest
            .successor(id)
            .map(|(found, since)| format!("{} since {since}", found.path))
    };
    assert_eq!(
        successor(&["postgresql"]).as_deref(),
        Some("internalPostgresql since 1.14.6")
    );
    assert_eq!(
        successor(&["llmProxy"]).as_deref(),
        Some("aiProxy since 1.225.1")
    );
    // By way of `customConfigValues`.
    assert_eq!(
        successor(&["cartoConfigValues", "selfHostedDomain"]).as_deref(),
        Some("appConfigValues.selfHostedDomain since 1.14.11")
    );
}
