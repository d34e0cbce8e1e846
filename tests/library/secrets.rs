//! No secret leaves the program: recognisable ones are fed in wherever they may stand and searched for in every output.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use portolan::check::{Input, Options, check};
use portolan::options::SetValue;
use portolan::report::{Format, render};
use portolan::rules::RuleSet;

const PASSWORD: &str = "hunter2-Tr0ub4dor";
const TOKEN: &str = "Zm9vYmFyYmF6cXV4c2VjcmV0dG9rZW4";

/// Values with secrets in them, and mistakes right beside each, so that their lines are shown.
fn values() -> String {
    format!(
        "appConfigValues:
  selfHostedDomain: carto.example.com
cartoSecrets:
  encryptionSecretKey:
    value: {PASSWORD}
    value: {PASSWORD}
appSecrets:
  googleMapsApiKey:
    value: '{TOKEN}'
externalPostgresql:
  password: {PASSWORD}
  password: \"{PASSWORD}\"
router:
  service:
    type: LoadBalancer
  tlsCertificates:
    privateKeyValueBase64: LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0t{TOKEN}
    privateKeyValueBase64: LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0t{TOKEN}
extraDeploy:
  - apiVersion: v1
    kind: Secret
    metadata:
      name: carto-extra
      annotations:
        note: 5
    stringData:
      password: {PASSWORD}
      password: {PASSWORD}
      <REGION>: {PASSWORD}
"
    )
}

fn outputs(inputs: Vec<Input>, options: &Options) -> String {
    let outcome = check(inputs, options, RuleSet::builtin());
    let mut all = Vec::new();
    for format in Format::ALL {
        let options = portolan::report::Options {
            verbose: true,
            ..portolan::report::Options::default()
        };
        render(
            format,
            &outcome.report,
            &outcome.sources,
            &options,
            &mut all,
        )
        .unwrap();
    }
    all.extend(outcome.failures.join("\n").into_bytes());
    String::from_utf8(all).unwrap()
}

fn assert_no_secret(output: &str) {
    for secret in [PASSWORD, TOKEN] {
        // In whole, and in parts that would help.
        for part in [secret, &secret[..10], &secret[secret.len() - 10..]] {
            assert!(!output.contains(part), "{part} is shown in:\n{output}");
        }
    }
}

#[test]
fn values_with_findings_beside_their_secrets_show_none() {
    let output = outputs(
        vec![Input::values("customizations.yaml", values())],
        &Options::default(),
    );
    assert!(output.contains("duplicate-key"), "{output}");
    assert_no_secret(&output);
}

#[test]
fn a_file_that_does_not_parse_shows_none() {
    let broken = format!("{}cartoSecrets: [\n", values());
    assert_no_secret(&outputs(
        vec![Input::values("customizations.yaml", broken)],
        &Options::default(),
    ));
    let broken = format!("router:\n  service:\n    password: \"{PASSWORD}\n    type: x\n");
    assert_no_secret(&outputs(
        vec![Input::values("customizations.yaml", broken)],
        &Options::default(),
    ));
}

#[test]
fn what_the_parser_gave_up_on_shows_none() {
    for broken in [
        format!("externalPostgresql:\n  password: *{PASSWORD}\n"),
        format!("externalPostgresql:\n  password: {{{PASSWORD}: x: y}}\n"),
        format!("externalPostgresql:\n  password: &S *S {PASSWORD}\n"),
        format!("externalPostgresql:\n  password: 'a'{PASSWORD}'\n"),
        format!("externalPostgresql:\n  passwords:\n    - {PASSWORD} : : {{\n"),
        format!("externalPostgresql:\n  {{\"password\": \"a\", \"x\": \"{PASSWORD}\" \"y\"}}\n"),
    ] {
        let output = outputs(
            vec![Input::values("customizations.yaml", broken)],
            &Options::default(),
        );
        assert!(output.contains("yaml-syntax"), "{output}");
        assert_no_secret(&output);
    }
}

#[test]
fn secrets_in_manifests_show_none() {
    let manifest = format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: carto-db\n  labels:\n    tier: 1\ndata:\n  DB_PASSWORD: {TOKEN}\n  DB_PASSWORD: {TOKEN}\n---\napiVersion: v1\nkind: List\nitems:\n- kind: Secret\n  apiVersion: v1\n  metadata: {{name: x, labels: {{a: 1}}}}\n  stringData: {{note: {PASSWORD}, note: {PASSWORD}}}\n"
    );
    let output = outputs(
        vec![Input::named("manifests.yaml", manifest)],
        &Options::default(),
    );
    assert!(output.contains("duplicate-key"), "{output}");
    assert_no_secret(&output);
}

#[test]
fn secrets_on_the_command_line_show_none() {
    let mut options = Options::default();
    options.release.set.push(SetValue::from(format!(
        "cartoSecrets.encryptionSecretKey.value={PASSWORD},a.=1"
    )));
    let output = outputs(
        vec![Input::values("customizations.yaml", values())],
        &options,
    );
    assert_no_secret(&output);
}

#[test]
fn a_secret_that_a_template_or_an_alias_takes_elsewhere_is_not_quoted() {
    let secret = "{{ .Values.cartoSecrets.jwtApiSecret.value }}";
    let values = format!(
        "appConfigValues:
  selfHostedDomain: carto.acme.io
cartoSecrets:
  jwtApiSecret:
    value: &password {PASSWORD}
  encryptionSecretKey:
    value: \"{TOKEN}\\t\"
router:
  service:
    type: LoadBalancer
    annotations:
      service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout: *password
extraDeploy:
  - |
    {{{{ fail .Values.cartoSecrets.encryptionSecretKey.value }}}}
  - |
    {{{{ fail (b64enc .Values.cartoSecrets.jwtApiSecret.value) }}}}
  - |
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata:
      name: carto
      {secret}: 1
      {secret}: 2
    spec:
      rules:
        - host: {secret}
          http: {{paths: [{{path: /, backend: {{service: {{name: carto-router, port: {{number: 80}}}}}}}}]}}
"
    );
    let output = outputs(
        vec![Input::values("customizations.yaml", values)],
        &Options::default(),
    );
    for rule in [
        "timeout-invalid",
        "template-error",
        "duplicate-key",
        "host-mismatch",
    ] {
        assert!(output.contains(rule), "{rule} in {output}");
    }
    assert!(!output.contains("aHVudGVyMi1Ucj"), "{output}");
    assert_no_secret(&output);
}

#[test]
fn what_also_stands_openly_is_no_secret() {
    let values = "appConfigValues:
  selfHostedDomain: carto.acme.io
cartoSecrets:
  jwtApiSecret:
    value: carto.acme.io
extraDeploy:
  - apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata:
      name: carto
    spec:
      rules:
        - host: maps.acme.io
          http: {paths: [{path: /, backend: {service: {name: carto-router, port: {number: 80}}}}]}
";
    let output = outputs(
        vec![Input::values("customizations.yaml", values)],
        &Options::default(),
    );
    assert!(
        output.contains("does not serve the domain `carto.acme.io`"),
        "{output}"
    );
}

/// The output for one values file, which must find something there.
fn output_of(values: &str, rule: &str) -> String {
    let output = outputs(
        vec![Input::values("customizations.yaml", values)],
        &Options::default(),
    );
    assert!(output.contains(rule), "{rule} in {output}");
    output
}

#[test]
fn secrets_between_braces_in_extra_deploy_show_none() {
    let s = PASSWORD;
    let secret = format!("kind: Secret\nmetadata: {{name: x}}\nstringData: {{foo: {s}, foo: b}}\n");
    let lines = format!(
        "kind: Secret\nmetadata: {{name: x}}\nstringData: {{foo: {s},\n  'a}}': '}}{s}', # }}\n  foo: {s}}}\n"
    );
    let below = format!(
        "kind: Secret\nmetadata: {{name: x}}\nstringData:\n  {{a: 1, foo: {s},\n  b: 1, foo: {s}}}\n"
    );
    for object in [secret, lines, below] {
        let indented = |by: &str| object.trim_end().replace('\n', &format!("\n{by}"));
        let [two, four, six] = ["  ", "    ", "      "].map(indented);
        for values in [
            format!("extraDeploy:\n- apiVersion: v1\n  {two}\n"),
            format!("extraDeploy:\n  own:\n    apiVersion: v1\n    {four}\n"),
            format!(
                "extraDeploy:\n- apiVersion: v1\n  kind: List\n  items:\n    - apiVersion: v1\n      {six}\n"
            ),
            format!(
                "extraDeploy:\n- |\n  apiVersion: v1\n  {}\n",
                two.replace("name: x", "name: \"{{ .Release.Name }}-x\"")
                    .replace("foo: b", "foo: \"{{ .Release.Name }}\"")
            ),
        ] {
            assert_no_secret(&output_of(&values, "duplicate-key"));
        }
    }
}

#[test]
fn secrets_laid_into_extra_deploy_on_the_command_line_show_none() {
    let object = "extraDeploy[0].apiVersion=v1,extraDeploy[0].kind=Secret";
    let data = format!("extraDeploy[0].stringData.foo={PASSWORD},extraDeploy[0].data.bar={TOKEN}");
    for texts in [
        vec![format!("{object},{data},rooter.x=1")],
        vec![object.to_owned(), format!("{data},rooter.x=1")],
        vec![format!("{object},{data},a.=1")],
        vec![format!("{data},a.=1"), object.to_owned()],
    ] {
        let mut options = Options::default();
        options.release.set = texts.into_iter().map(SetValue::from).collect();
        let output = outputs(
            vec![Input::values("customizations.yaml", values())],
            &options,
        );
        assert!(output.contains("--set:1:"), "{output}");
        assert_no_secret(&output);
    }
}

#[test]
fn a_secret_that_does_not_parse_shows_none() {
    for data in [
        format!("stringData: {{foo: {PASSWORD}\n"),
        format!("stringData: {{foo: {PASSWORD}, bar: [1}}\n"),
        format!("data:\n  {{a: 1, foo: {PASSWORD}\n"),
        format!("stringData: {{a: [1}},\nfoo: {PASSWORD}}}\n"),
    ] {
        let manifest = format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: x}}\n{data}");
        let output = outputs(
            vec![Input::named("secret.yaml", manifest)],
            &Options::default(),
        );
        assert!(output.contains("yaml-syntax"), "{output}");
        assert_no_secret(&output);
    }
}

#[test]
fn long_numbers_are_secrets_and_short_ones_settings() {
    for number in ["8675309.42", "867.53.09.42", "99887766"] {
        for values in [
            format!("externalPostgresql: {{password: {number}}}\n"),
            format!("appSecrets: {{foo: {number}, c: on}}\n"),
        ] {
            let output = output_of(&values, "customizations.yaml");
            assert!(!output.contains(number), "{output}");
        }
    }
    let output = output_of("appSecrets: {foo: 5432, c: on}\n", "customizations.yaml");
    assert!(output.contains("{foo: 5432, c: on}"), "{output}");
}

#[test]
fn an_entry_of_an_environment_with_keys_between_shows_none() {
    for entry in [
        format!("- name: DB_PASSWORD\n    foo: bar\n    value: {PASSWORD}\n    value: changed\n"),
        format!("- value: {PASSWORD}\n    foo: bar\n    name: DB_PASSWORD\n    value: changed\n"),
        format!("- {{name: DB_PASSWORD, foo: bar, value: {PASSWORD}, value: changed}}\n"),
        format!("- {{value: {PASSWORD}, value: changed, foo: bar, name: DB_PASSWORD}}\n"),
    ] {
        let values = format!(
            "router:\n  extraEnvVars:\n  {entry}  - name: DB_HOST\n    value: db\n    value: shown\n"
        );
        let output = output_of(&values, "duplicate-key");
        assert!(output.contains("value: shown"), "{output}");
        assert_no_secret(&output);
    }
}
