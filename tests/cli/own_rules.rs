//! Rules of the user's own: loading, trying, listing, explaining.

use crate::sandbox::{ROUTER_RULE, Said, Sandbox, TIMEOUT_RULE, values};

#[test]
fn mistakes_in_rule_files_are_shown_where_they_are_all_at_once() {
    let sandbox = Sandbox::new();
    sandbox
        .put("customizations.yaml", values("600"))
        .put(
            "own/acme-timeout.yaml",
            TIMEOUT_RULE
                .replace("timeout.seconds >= 120", "timeout.second >= 120")
                .replace("{timeout.setting}", "{router.kind}"),
        )
        .put(
            "own/acme-open.yaml",
            ROUTER_RULE.replace("place of {router.service_type}", "place of {host.name}"),
        )
        .put(
            "own/acme-typo.yaml",
            TIMEOUT_RULE.replace("subject:", "subjct:"),
        )
        .put("own/acme-lost.yaml", "id: acme-lost\ntitle: [\n");
    let said = sandbox.run("check --rules own customizations.yaml");
    let lines: Vec<(&str, &str)> = said
        .err
        .lines()
        .map(|line| line.split_once(": error[rule-file]: ").unwrap())
        .collect();
    let places: Vec<&str> = lines.iter().map(|(place, _)| *place).collect();
    assert_eq!(
        places,
        [
            "own/acme-lost.yaml:2:8",
            "own/acme-open.yaml:20:11",
            "own/acme-timeout.yaml:13:10",
            "own/acme-timeout.yaml:15:10",
            "own/acme-typo.yaml:11:1",
        ],
        "{}",
        said.err
    );
    assert!(
        lines[2]
            .1
            .contains("`timeout` has no fact `second`; did you mean `seconds`?"),
        "{}",
        said.err
    );
    assert!(
        lines[4].1 == "the file has no key `subjct`; did you mean `subject`?",
        "{}",
        said.err
    );
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    // A rule that loads, under another name than its file's.
    sandbox.put("alone/acme-clock.yaml", TIMEOUT_RULE);
    let said = sandbox.run("rules --rules alone");
    assert!(
        said.err
            .starts_with("alone/acme-clock.yaml:2:5: error[rule-file]: `id`: the file is called"),
        "{}",
        said.err
    );
}

#[test]
fn a_word_that_a_fact_is_never_is_refused_where_it_stands() {
    let sandbox = Sandbox::new();
    let conditions = [
        // One line, plain.
        (
            "timeout.meaning != \"idel\"",
            "13:29",
            "`timeout.meaning` is never `idel`; did you mean `idle`?",
        ),
        (
            "'\"gkee\" == cluster.platform'",
            "13:11",
            "`cluster.platform` is never `gkee`; did you mean `gke`?",
        ),
        // Folded, with characters of several bytes before.
        (
            ">-\n  timeout.text != \"Größe\"\n  && timeout.unit in [\"seconds\", \"hours\"]",
            "15:34",
            "`timeout.unit` is never `hours`; it is one of `milliseconds`, `seconds`, `minutes`",
        ),
        (
            "'\"Loadbalancer\" in router.exposed_by'",
            "13:11",
            "`router.exposed_by` is never `Loadbalancer`; did you mean `LoadBalancer`?",
        ),
        (
            "timeout.seconds == \"605\"",
            "13:29",
            "`timeout.seconds` is of type int, and never equals a literal of another type",
        ),
    ];
    for (condition, place, message) in conditions {
        let rule = TIMEOUT_RULE.replace("timeout.seconds >= 120", condition);
        sandbox.put("own/acme-timeout.yaml", rule);
        let said = sandbox.run("rules --test own");
        assert_eq!(
            said.err,
            format!("own/acme-timeout.yaml:{place}: error[rule-file]: `require`: {message}\n"),
            "{condition}"
        );
        assert_eq!(said.code, 2);
    }
    // Wherever a rule has conditions.
    let typo = "timeout.meaning == \"idel\"";
    for (before, after) in [
        ("when: timeout.seconds != null", format!("when: {typo}")),
        (
            "at: timeout.text",
            format!("undecided:\n  - when: {typo}\n    supply: a"),
        ),
        (
            "help: write",
            format!("granted:\n  - when: {typo}\n    text: a\nhelp: write"),
        ),
    ] {
        sandbox.put(
            "own/acme-timeout.yaml",
            TIMEOUT_RULE.replace(before, &after),
        );
        let said = sandbox.run("rules --test own");
        assert!(said.err.contains("did you mean `idle`?"), "{}", said.err);
    }
}

#[test]
fn wrong_keys_and_types_of_a_rule_file_are_all_shown_at_once() {
    let sandbox = Sandbox::new();
    let text = TIMEOUT_RULE
        .replace("requirement: timeout-605", "requirement: timeout-606")
        .replace("why: Reports take a minute.", "why: 60")
        .replace(
            "message: \"`{timeout.setting}` is {timeout.text}\"",
            "message: {text: too short}",
        )
        .replace("- line: 5", "- line: the fifth")
        .replace("help:", "hlep:");
    sandbox.put("own/acme-timeout.yaml", text);
    sandbox.put("empty/acme-empty.yaml", "# a rule\n");
    let said = sandbox.run("rules --rules own");
    let place = "own/acme-timeout.yaml";
    let lines: Vec<&str> = said.err.lines().collect();
    assert_eq!(lines.len(), 5, "{}", said.err);
    assert!(
        lines[0].starts_with(&format!(
            "{place}:4:14: error[rule-file]: `requirement` is one of "
        )) && lines[0].ends_with(", and not `timeout-606`; did you mean `timeout-605`?"),
        "{}",
        said.err
    );
    assert_eq!(
        lines[1..],
        [
            format!("{place}:10:6: error[rule-file]: `why` is a string: write \"60\", in quotes"),
            format!(
                "{place}:15:10: error[rule-file]: `message` is a string or a list (`- …` or `[…]`)"
            ),
            format!(
                "{place}:16:1: error[rule-file]: the file has no key `hlep`; did you mean `help`?"
            ),
            format!("{place}:29:17: error[rule-file]: `line` is a whole number of at least 0"),
        ],
        "{}",
        said.err
    );
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    let said = sandbox.run("rules --rules empty");
    assert!(
        said.err.starts_with(
            "empty/acme-empty.yaml:1:1: error[rule-file]: the file needs the keys `id`, `title`, "
        ),
        "{}",
        said.err
    );
}

#[test]
fn the_examples_of_own_rules_are_tried() {
    let sandbox = Sandbox::new();
    let said = sandbox.run("rules --test rules");
    assert_eq!(said.code, 0, "{}", said.out);
    assert!(
        said.out.ends_with("2 rules, 4 examples, 0 failed\n"),
        "{}",
        said.out
    );
    let wrong = TIMEOUT_RULE
        .replace("- line: 5", "- line: 4")
        .replace("idle-timeout: \"600\"", "backend-protocol: tcp");
    sandbox.put("own/acme-timeout.yaml", wrong);
    let said = sandbox.run("rules --test own");
    assert_eq!(said.code, 1);
    for words in [
        "own/acme-timeout.yaml:19:13: error[rule-example]: one minute (examples.bad[0]): missing: customizations.yaml:4 `\"60\"`",
        "noisy: customizations.yaml:5 `\"60\"`",
        "ten minutes (examples.good[0]): does not touch the rule",
        "1 rule, 2 examples, 2 failed",
    ] {
        assert!(said.out.contains(words), "{words}: {}", said.out);
    }
    assert_eq!(sandbox.run("rules --test nowhere").code, 2);
}

#[test]
fn rules_are_listed_for_people_and_for_programs() {
    let sandbox = Sandbox::new();
    let said = sandbox.run("rules --rules rules");
    assert_eq!(said.code, 0);
    assert!(
        said.out.contains("\ntimeout-605  every hop holds"),
        "{}",
        said.out
    );
    assert!(
        said.out.lines().all(|line| line.chars().count() <= 80),
        "{}",
        said.out
    );
    let said = sandbox.run("rules --rules rules --format json");
    let list: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let own = list
        .as_array()
        .unwrap()
        .iter()
        .find(|rule| rule["id"] == "acme-public")
        .unwrap();
    assert_eq!(own["severity"], "warning");
    assert_eq!(own["requirement"], "exposed");
    assert_eq!(own["documentation"]["heading"], "Networks");
    let schema: serde_json::Value =
        serde_json::from_str(&sandbox.run("rules --schema").out).unwrap();
    assert_eq!(schema["properties"]["id"]["type"], "string");
}

#[test]
fn a_rule_is_explained_with_its_examples() {
    let sandbox = Sandbox::new();
    let said = Said::of(
        sandbox
            .program("explain --rules rules acme-public")
            .env("COLUMNS", "60")
            .env("LANG", "C.UTF-8"),
    );
    assert_eq!(said.code, 0);
    for words in [
        "warning[acme-public] requirement exposed\nThe router has a load balancer of its own\n",
        "“Networks” in “Acme handbook”",
        "  • where cluster.platform == \"gke\":\n      use the Ingress in place of ‹router.service_type›\n",
        "A bad example: a load balancer\n  with --platform=gke\n",
        "  3 │     type: LoadBalancer\n    │           ━━━━━━━━━━━━\n",
        "A good example: none\n",
    ] {
        assert!(said.out.contains(words), "{words}\n{}", said.out);
    }
    assert!(
        said.out.lines().all(|line| line.chars().count() <= 60),
        "{}",
        said.out
    );
}

#[test]
fn a_requirement_is_explained_by_who_asks_for_it_and_what_decides_it() {
    let sandbox = Sandbox::new();
    let said = sandbox.run("explain --rules rules timeout-605");
    assert_eq!(said.code, 0, "{}", said.err);
    for words in [
        "timeout-605 requirement\n",
        "What it demands\n  every hop holds a connection for at least 605 seconds\n",
        "  - No connection ends before two minutes have passed.\n    \"Timeouts\" in \"Acme handbook\"\n",
        "  acme-timeout                   error    A hop gives up within two minutes\n",
        "  timeout-no-effect              warning  A timeout is set where this kind of\n",
        "  --platform: The cluster's platform, where annotations do not tell\n",
        "is decided by what Helm renders: `portolan helm",
    ] {
        assert!(said.out.contains(words), "{words}\n{}", said.out);
    }
    assert!(!said.out.contains("node-port"), "{}", said.out);
    let near = sandbox.run("explain timeout-60");
    assert!(
        near.err.contains("did you mean `timeout-605`?"),
        "{}",
        near.err
    );
}

/// A rule on the certificate, whose bad example is weak and whose good one is not; each names files for it.
fn certificate_rule(bad: &str, good: &str) -> String {
    let example = |certificate: &str| {
        format!(
            "      options: [--platform=eks, --tls-cert=tls.crt, --now=2027-01-15]
      files:
        - name: customizations.yaml
          text: |
            appConfigValues:
              selfHostedDomain: carto.acme.io
            tlsCerts:
              autoGenerate: false
              existingSecret:
                name: carto-tls
            router:
              service:
                type: LoadBalancer
        - name: tls.crt
          {certificate}
"
        )
    };
    format!(
        "id: acme-key
title: A short key
requirement: certificate-chain
severity: error
documentation: {{document: Acme handbook, heading: Keys, asks: RSA keys have 3072 bits.}}
why: The auditors ask for it.
subject: certificate
when: certificate.role == \"leaf\"
require: certificate.rsa_bits == null || certificate.rsa_bits >= 3072
message: \"the key has {{certificate.rsa_bits}} bits\"
help: make a longer one
examples:
  bad:
    - name: 1024 bits
{}      finds:
        - file: tls.crt
          line: 1
          text: '-----BEGIN CERTIFICATE-----'
  good:
    - name: no RSA
{}",
        example(bad),
        example(good)
    )
}

#[test]
fn examples_share_files_of_the_folder_of_rules() {
    let sandbox = Sandbox::new();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let pem = |name: &str| std::fs::read(root.join("rules/certificates").join(name)).unwrap();
    let rule = certificate_rule(
        "file: [pem/weak.pem, pem/intermediate.pem]",
        "file: pem/leaf.pem",
    );
    // Paths start from the folder that is named, wherever in it the rule is.
    sandbox
        .put("own/tls/acme-key.yaml", rule)
        .put("own/pem/weak.pem", pem("rsa-1024-leaf.pem"))
        .put("own/pem/intermediate.pem", pem("intermediate.pem"))
        .put("own/pem/leaf.pem", pem("leaf.pem"));
    let said = sandbox.run("rules --test own");
    assert!(
        said.out.ends_with("1 rule, 2 examples, 0 failed\n"),
        "{}",
        said.out
    );
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert!(
        sandbox
            .run("explain --rules own acme-key")
            .out
            .contains("-----BEGIN CERTIFICATE-----")
    );
}

#[test]
fn a_shared_file_never_lies_outside_of_the_folder() {
    let sandbox = Sandbox::new();
    let secret = sandbox.0.path().join("secret.pem");
    sandbox
        .put("secret.pem", "s3cret")
        .put("own/pem/a.pem", "a\n");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&secret, sandbox.0.path().join("own/pem/link.pem")).unwrap();
    let absolute = secret.to_string_lossy().into_owned();
    let mut cases = vec![
        (
            "../secret.pem",
            "the path must stay in the folder of the rules",
        ),
        (
            "pem/../../secret.pem",
            "the path must stay in the folder of the rules",
        ),
        (
            absolute.as_str(),
            "the path must stay in the folder of the rules",
        ),
        (
            "pem\\..\\..\\secret.pem",
            "the path must stay in the folder of the rules",
        ),
        ("", "the path must stay in the folder of the rules"),
        (
            "pem/b.pem",
            "`pem/b.pem`: there is no such file in the folder of rules that was named",
        ),
    ];
    if cfg!(unix) {
        cases.push((
            "pem/link.pem",
            "the path must stay in the folder of the rules",
        ));
    }
    for (path, words) in cases {
        let good = format!("file: [pem/a.pem, '{path}']");
        sandbox.put(
            "own/acme-key.yaml",
            certificate_rule("file: pem/a.pem", &good),
        );
        for command in ["rules --test own", "rules --rules own"] {
            let said = sandbox.run(command);
            assert_eq!(
                (said.code, said.out.as_str()),
                (2, ""),
                "{path}: {}",
                said.err
            );
            assert!(said.err.contains(words), "{path}: {}", said.err);
            assert!(
                said.err.starts_with("own/acme-key.yaml:50:29: "),
                "{path}: {}",
                said.err
            );
            assert!(!said.err.contains("s3cret"), "{path}: {}", said.err);
        }
    }
}

#[test]
fn a_file_of_an_example_has_a_text_or_names_files() {
    let sandbox = Sandbox::new();
    sandbox.put("own/pem/a.pem", "a\n");
    for (good, words) in [
        (
            "text: a\n          file: pem/a.pem",
            "says both `text` and `file`",
        ),
        ("text: ''", "says neither `text` nor `file`"),
    ] {
        sandbox.put(
            "own/acme-key.yaml",
            certificate_rule("file: pem/a.pem", good),
        );
        let said = sandbox.run("rules --test own");
        assert_eq!(said.code, 2, "{good}: {}", said.out);
        assert!(said.err.contains(words), "{good}: {}", said.err);
    }
}
