//! Layers of the user's own: loading, trying, listing, explaining, and checking with them.

use crate::sandbox::Sandbox;

/// A controller that Portolan does not know, which counts minutes.
const ACME: &str = r#"
id: acme-ingress
title: Acme's ingress controller
entry: ingress
recognize:
  classes: [acme]
tls:
  model: declared
  certificate-setting: spec.tls
  ends:
    - when:
        - field: spec.tls[].secretName
          present: true
      is: here
      what: Secret
  plain:
    - is: closed
timeouts:
  - meaning: idle
    places:
      - annotation: acme.io/idle-minutes
    unit: minutes
    default: 60
    max: 6000
    sources: [Acme handbook]
examples:
  bad:
    - name: ten minutes
      files:
        - name: customizations.yaml
          text: |
            tlsCerts:
              httpsEnabled: false
              existingSecret:
                name: carto-tls
            router:
              ingress:
                enabled: true
                tls: true
                ingressClassName: acme
                annotations:
                  acme.io/idle-minutes: "10"
      finds:
        - rule: timeout-too-short
          line: 11
          text: '"10"'
          says: 10 minutes are 600 s
  good:
    - name: eleven minutes
      files:
        - name: customizations.yaml
          text: |
            tlsCerts:
              httpsEnabled: false
              existingSecret:
                name: carto-tls
            router:
              ingress:
                enabled: true
                tls: true
                ingressClassName: acme
                annotations:
                  acme.io/idle-minutes: "11"
      verdicts:
        timeout-605: met
"#;

/// Values whose Ingress of a class waits for so many minutes.
fn values(class: &str, minutes: u32) -> String {
    format!(
        "router:\n  ingress:\n    enabled: true\n    ingressClassName: {class}\n    annotations:\n      \
         acme.io/idle-minutes: \"{minutes}\"\n"
    )
}

#[test]
fn a_layer_of_ones_own_is_known_by_option_and_by_configuration() {
    let sandbox = Sandbox::new();
    sandbox
        .put("ours/acme-ingress.yaml", ACME)
        .put("deploy/customizations.yaml", values("acme", 10));
    let too_short = "customizations.yaml:6:29: error[timeout-too-short]: `acme.io/idle-minutes` counts minutes: 10 \
                     minutes are 600 s, and CARTO needs 605 s\n";
    let check = "check --format plain --platform other deploy/customizations.yaml";
    let said = sandbox.run(check);
    assert!(!said.out.contains("timeout-too-short"), "{}", said.out);
    let said = sandbox.run(&format!("{check} --layers ours"));
    assert!(said.out.contains(too_short), "{}", said.out);
    // From where the configuration is, whatever the current folder.
    sandbox.put("deploy/portolan.yaml", "layers: ../ours\nplatform: other\n");
    let said = sandbox.run("check --format plain deploy/customizations.yaml");
    assert!(said.out.contains(too_short), "{}", said.out);
    sandbox.put("deploy/portolan.yaml", "layers: ../theirs\n");
    let said = sandbox.run("check deploy/customizations.yaml");
    assert_eq!(said.code, 2);
    assert!(
        said.err.starts_with(
            "deploy/portolan.yaml:1:9: error[config]: theirs: there is no such folder"
        ),
        "{}",
        said.err
    );
}

#[test]
fn a_layer_of_a_built_in_layers_id_takes_its_place() {
    let sandbox = Sandbox::new();
    let ours = ACME
        .replace("acme-ingress", "ingress-nginx")
        .replace("[acme]", "[nginx]")
        .replace("ingressClassName: acme", "ingressClassName: nginx");
    sandbox
        .put("ours/ingress-nginx.yaml", ours)
        .put("customizations.yaml", values("nginx", 10));
    let check = "check --format plain --platform other customizations.yaml";
    let built_in = sandbox.run(check);
    assert!(
        built_in.out.contains("proxy-read-timeout"),
        "{}",
        built_in.out
    );
    let said = sandbox.run(&format!("{check} --layers ours"));
    assert!(said.out.contains("acme.io/idle-minutes"), "{}", said.out);
    assert!(!said.out.contains("proxy-read-timeout"), "{}", said.out);
    let list = sandbox.run("layers --layers ours --format json");
    let list: serde_json::Value = serde_json::from_str(&list.out).unwrap();
    let titles: Vec<&str> = list
        .as_array()
        .unwrap()
        .iter()
        .filter(|layer| layer["id"] == "ingress-nginx")
        .map(|layer| layer["title"].as_str().unwrap())
        .collect();
    assert_eq!(titles, ["Acme's ingress controller"]);
}

#[test]
fn mistakes_in_layer_files_are_shown_where_they_are_all_at_once() {
    let sandbox = Sandbox::new();
    let wrong = [
        // What the schema says.
        (
            "unit: minutes",
            "unit: minute",
            "22:11",
            "`unit` is one of milliseconds, seconds, minutes, and not `minute`",
        ),
        ("    unit:", "    unti:", "22:5", "did you mean `unit`?"),
        // What it cannot say.
        (
            "id: acme-ingress",
            "id: Acme",
            "2:5",
            "`Acme` is not lower-case words joined by hyphens",
        ),
        (
            "  classes: [acme]",
            "  without-class: false",
            "5:1",
            "nothing tells that it is this layer",
        ),
        (
            "  classes: [acme]",
            "  load-balancer-classes: [acme.io/lb]",
            "6:3",
            "is not looked at with `entry: ingress`: use `classes` or `controllers`",
        ),
        (
            "  classes: [acme]",
            "  classes: [acme]\n  platform-prefixes: [acme.io/]",
            "7:3",
            "tells of a platform, so `platform` must name it",
        ),
        (
            "entry: ingress\n",
            "entry: load-balancer\n",
            "6:3",
            "is not looked at with `entry: load-balancer`: use `platform` with `platform-prefixes`",
        ),
        (
            "entry: ingress\n",
            "entry: load-balancer\n",
            "5:1",
            "a load balancer is told by its `platform` or its `load-balancer-classes`",
        ),
        (
            "model: declared",
            "model: gateway",
            "8:10",
            "a layer with `entry: ingress` has the model `declared` or `gke-ingress`",
        ),
        (
            "          present: true\n",
            "",
            "12:11",
            "asks nothing, so that it always holds",
        ),
        (
            "- annotation: acme.io/idle-minutes",
            "- key: idle",
            "21:9",
            "needs one of `annotation`, `field` and `argument`",
        ),
        (
            "max: 6000",
            "max: 600",
            "19:5",
            "at most 600 s are less than 605 s: say what to use instead",
        ),
        (
            "sources: [Acme handbook]",
            "sources: []",
            "25:5",
            "names no source of the figures",
        ),
        (
            "timeout-605: met",
            "timeout-606: met",
            "65:22",
            "there is no requirement `timeout-606`; did you mean `timeout-605`?",
        ),
        (
            "entry: ingress\n",
            "entry: resource\nresource: {kind: Ingress, group: networking.k8s.io, rules: ['spec.rules[]'], service: name}\n",
            "5:18",
            "`Ingress` is looked at in a way of its own, never as a custom resource",
        ),
    ];
    for (right, slip, place, message) in wrong {
        assert!(ACME.contains(right), "{right}");
        let text = ACME.replacen(right, slip, 1);
        sandbox.put("ours/acme-ingress.yaml", text);
        let said = sandbox.run("layers --test ours");
        let start = format!("ours/acme-ingress.yaml:{place}: error[layer-file]: ");
        assert!(
            said.err
                .lines()
                .any(|line| line.starts_with(&start) && line.contains(message)),
            "{place} {message}\n{}",
            said.err
        );
        assert_eq!((said.code, said.out.as_str()), (2, ""));
    }
    sandbox.put("customizations.yaml", values("acme", 10)).put(
        "ours/acme-ingress.yaml",
        ACME.replace("id: acme", "id: umbrella"),
    );
    let said = sandbox.run("check --layers ours customizations.yaml");
    assert!(
        said.err
            .contains("the file is called `acme-ingress.yaml` and the layer `umbrella-ingress`"),
        "{}",
        said.err
    );
    assert!(
        sandbox
            .run("layers --layers rules")
            .err
            .contains("error[layer-file]: "),
    );
    assert!(sandbox.run("layers --test nowhere").err.contains("nowhere"),);
}

#[test]
fn the_examples_of_own_layers_are_tried() {
    let sandbox = Sandbox::new();
    sandbox.put("ours/acme-ingress.yaml", ACME);
    let said = sandbox.run("layers --test ours");
    assert_eq!(
        (said.code, said.out.as_str()),
        (
            0,
            "ok     acme-ingress (2 examples)\n\n1 layer, 2 examples, 0 failed\n"
        )
    );
    let wrong = ACME
        .replace("line: 11", "line: 12")
        .replace("idle-minutes: \"11\"", "idle-minutes: \"1\"");
    sandbox.put("ours/acme-ingress.yaml", wrong);
    let said = sandbox.run("layers --test ours");
    assert_eq!(said.code, 1);
    for words in [
        "ours/acme-ingress.yaml:28:13: error[layer-example]: ten minutes (examples.bad[0]): missing: timeout-too-short customizations.yaml:12 `\"10\"`",
        "noisy: timeout-too-short customizations.yaml:11 `\"10\"`",
        "eleven minutes (examples.good[0]): timeout-605 is violated, not met",
        "1 layer, 2 examples, 2 failed",
    ] {
        assert!(said.out.contains(words), "{words}\n{}", said.out);
    }
}

#[test]
fn layers_are_listed_and_explained() {
    let sandbox = Sandbox::new();
    sandbox.put("ours/acme-ingress.yaml", ACME);
    let said = sandbox.run("layers --layers ours");
    assert_eq!(said.code, 0);
    for words in [
        "\ningress\n  acme-ingress  ",
        "  gke-l4  ",
        "; `portolan layers LAYER` says more\n",
    ] {
        assert!(said.out.contains(words), "{words}\n{}", said.out);
    }
    assert!(
        said.out.lines().all(|line| line.chars().count() <= 80),
        "{}",
        said.out
    );
    let said = sandbox.run("layers --layers ours acme-ingress");
    for words in [
        "acme-ingress entry point ingress\n  Acme's ingress controller\n",
        "Limit: idle\n",
        "  written as  whole minutes, as a string\n  default     60 s\n  range       to 6000 s\n  for 605 s   `\"11\"`\n",
        "  source      Acme handbook\n",
        "TLS: certificate by `spec.tls`",
    ] {
        assert!(said.out.contains(words), "{words}\n{}", said.out);
    }
    let said = sandbox.run("layers gke-ingres");
    assert_eq!(said.code, 2);
    assert!(
        said.err
            .contains("there is no layer `gke-ingres`; did you mean `gke-ingress`?"),
        "{}",
        said.err
    );
    let schema = sandbox.run("layers --schema").out;
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    assert_eq!(schema["properties"]["id"]["type"], "string");
    assert_eq!(schema["additionalProperties"], false);
}
