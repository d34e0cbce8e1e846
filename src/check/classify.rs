//! What a text is, by its content: manifests, values of the CARTO chart, or neither.

use portolan_yaml::{Node, Stream, Tree};

/// The kinds of input, by content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Classified {
    /// Kubernetes objects.
    Manifests,
    /// Values of the CARTO chart.
    Values,
    /// Neither, as far as can be told.
    Other,
}

/// Top-level keys that only the CARTO chart has (any release; chart/values.yaml).
const OWN_KEYS: [&str; 27] = [
    "accountsWww",
    "aiApi",
    "aiProxy",
    "appConfigValues",
    "appSecrets",
    "authApi",
    "cartoConfigValues",
    "cartoSecrets",
    "cdnInvalidatorSub",
    "commonBackendServiceAccount",
    "externalProxy",
    "httpCache",
    "importApi",
    "importWorker",
    "internalPostgresql",
    "ldsApi",
    "mapsApi",
    "notifier",
    "publicEventsApi",
    "routerMetrics",
    "sqlWorker",
    "tenantRequirementsChecker",
    "tlsCerts",
    "workspaceApi",
    "workspaceMigrations",
    "workspaceSubscriber",
    "workspaceWww",
];

/// Children of `router:` in the chart; other charts have a router too.
const ROUTER_KEYS: [&str; 6] = [
    "service",
    "ingress",
    "tlsCertificates",
    "nginxConfig",
    "existingConfigMap",
    "ports",
];

/// Top-level keys that mean ours together with one another.
const SHARED_KEYS: [&str; 4] = [
    "extraDeploy",
    "gateway",
    "externalPostgresql",
    "internalRedis",
];

/// Says what a text is.
pub fn classify(tree: &Tree, stream: &Stream, text: &str) -> Classified {
    let roots = || {
        stream
            .documents
            .iter()
            .map(|document| tree.node(document.root))
    };
    if roots().any(is_object) {
        return Classified::Manifests;
    }
    if roots().next().is_some_and(is_values) {
        return Classified::Values;
    }
    let unreadable = stream
        .problems
        .iter()
        .any(|problem| problem.kind.loses_document());
    if unreadable {
        by_lines(text)
    } else {
        Classified::Other
    }
}

fn is_object(root: Node<'_>) -> bool {
    root.get("apiVersion")
        .is_some_and(|node| node.text().is_some())
        && root.get("kind").is_some_and(|node| node.text().is_some())
}

fn is_values(root: Node<'_>) -> bool {
    let keys = || root.entries().map(|(entry, _)| &*entry.key);
    let has_router = root.get("router").is_some_and(|router| {
        router
            .entries()
            .any(|(entry, _)| ROUTER_KEYS.contains(&&*entry.key))
    });
    has_router
        || keys().any(|key| OWN_KEYS.contains(&key))
        || keys().filter(|key| SHARED_KEYS.contains(key)).count() > 1
}

/// Classifies a text that does not parse, by its lines.
fn by_lines(text: &str) -> Classified {
    let starts_with_key = |line: &str, key: &str| {
        line.strip_prefix(key)
            .is_some_and(|rest| rest.starts_with(':'))
    };
    if text.lines().any(|line| starts_with_key(line, "apiVersion")) {
        return Classified::Manifests;
    }
    let own = text.lines().any(|line| {
        starts_with_key(line, "router") || OWN_KEYS.iter().any(|key| starts_with_key(line, key))
    });
    if own {
        Classified::Values
    } else {
        Classified::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use portolan_yaml::source::{MappedText, Sources};
    use portolan_yaml::{Limits, parse};

    fn of(text: &str) -> Classified {
        let mut sources = Sources::default();
        let mut tree = Tree::default();
        let source = sources.add("x.yaml", text);
        let stream = parse(
            &MappedText::of_source(&sources, source),
            &mut tree,
            &Limits::default(),
        );
        classify(&tree, &stream, text)
    }

    #[test]
    fn content_decides_what_a_file_is() {
        assert_eq!(
            of("router:\n  service:\n    type: LoadBalancer\n"),
            Classified::Values
        );
        assert_eq!(
            of("appConfigValues:\n  selfHostedDomain: carto.acme.io\n"),
            Classified::Values
        );
        assert_eq!(of("apiVersion: v1\nkind: Service\n"), Classified::Manifests);
        assert_eq!(
            of("---\n---\napiVersion: v1\nkind: List\nitems: []\n"),
            Classified::Manifests
        );
        assert_eq!(
            of("services:\n  web:\n    image: nginx\n"),
            Classified::Other
        );
        assert_eq!(of("router:\n  image: apollo\n"), Classified::Other);
        assert_eq!(of(""), Classified::Other);
    }

    #[test]
    fn a_broken_file_is_taken_for_what_its_lines_look_like() {
        assert_eq!(of("router:\n  service: [\n"), Classified::Values);
        assert_eq!(of("apiVersion: v1\nkind: [\n"), Classified::Manifests);
        assert_eq!(of("on: [push\n"), Classified::Other);
    }
}
