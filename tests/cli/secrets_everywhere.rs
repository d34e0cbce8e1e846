//! Secrets in every place that people put them, beside the findings of every rule, in every format: none is shown.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use crate::sandbox::{Said, Sandbox, TIMEOUT_RULE, values};
use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use portolan::check::{Input, Options, Outcome, check};
use portolan::cli::example_options;
use portolan::report::{self, Format, Run, render_run};
use portolan::rules::{Example, RuleSet};
use portolan::selftest::run_example;

/// Letters and digits that no word, name or fingerprint of a test has in this order.
const SECRET: &str = "Zx9qLm4TvB7wKd3R";

/// A run of so many characters of a secret is a part that would help.
const PART: usize = 8;

fn base64(text: &str) -> String {
    STANDARD.encode(text)
}

/// A private key: what stands between the fences is made from the secret.
fn key(kind: &str) -> String {
    let body = base64(&SECRET.repeat(3));
    format!("-----BEGIN {kind}-----\n{body}\n{body}\n-----END {kind}-----")
}

/// What must stand nowhere: parts of the secret as it is, in base64 (once and twice), in hex and percent-encoded.
fn parts() -> AhoCorasick {
    let long = SECRET.repeat(3);
    let hex: String = SECRET.bytes().map(|byte| format!("{byte:02x}")).collect();
    let percent: String = SECRET.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let mut forms = vec![SECRET.to_owned(), hex.to_uppercase(), hex, percent];
    for shift in 0..3 {
        let once = base64(&long[shift..]);
        forms.push(URL_SAFE_NO_PAD.encode(&long[shift..]));
        forms.extend((0..3).map(|shift| base64(&once[shift..])));
        forms.push(once);
    }
    let parts = forms
        .iter()
        .flat_map(|form| (0..=form.len() - PART).map(|at| form[at..at + PART].to_owned()));
    AhoCorasick::new(parts).unwrap()
}

fn assert_hidden(output: &str, parts: &AhoCorasick, what: &str) {
    if let Some(found) = parts.find(output) {
        let part = &output[found.range()];
        let lines = output.lines().filter(|line| line.contains(part));
        let lines: Vec<&str> = lines.take(3).collect();
        panic!("{what}: `{part}` is shown:\n{}", lines.join("\n"));
    }
}

/// Entries of a mapping, each with the secret in it.
fn entries() -> Vec<String> {
    let s = SECRET;
    let (once, twice) = (base64(s), base64(&base64(s)));
    let mut entries = vec![
        format!("password: {s}"),
        format!("dbPass: {s}"),
        format!("DB_PASS: \"{s}\""),
        format!("licenseKey: '{s}'"),
        format!("connectionString: Server=db;User=carto;Pwd={s};"),
        format!("jdbc: jdbc:postgresql://db/carto?user=carto&password={s}"),
        format!("databaseUrl: postgres://carto:{s}@db:5432/carto"),
        format!("mirror: https://{s}@git.acme.io/carto"),
        format!("blob: https://acme.blob.core.windows.net/x?sv=1&sig={s}"),
        format!("hook: https://hooks.slack.com/services/T00/B00/{s}"),
        format!("header: Bearer {s}"),
        format!("args: [\"--token\", \"{s}\"]"),
        format!("args: [--password={s}, --verbose]"),
        format!("args:\n  - --password\n  - {s}"),
        format!("args:\n  - --password={s}"),
        format!("command: [sh, -c, \"curl -u carto:{s} https://acme.io\"]"),
        format!("command: [sh, -c, \"mysql --password {s} -h db\"]"),
        format!("env:\n  - name: DB_PASSWORD\n    value: {s}"),
        format!("env:\n  - value: \"{s}\"\n    name: DB_PASSWORD"),
        format!("env: [{{name: DB_PASSWORD, value: {s}}}]"),
        format!("env: [{{value: {s}, name: DB_PASSWORD}}]"),
        format!("credentials: {{user: carto, password: {s}}}"),
        format!("apiKey: {{value: {s}}}"),
        format!("tokens: [{s}, {s}]"),
        format!("clientSecret: >-\n  {s}\n  {s}"),
        format!("clientSecret: &shared {s}\nother: 1"),
        format!("clientSecret: !!str {s}"),
        format!("\"password\" : \"{s}\""),
        format!("password: {once}"),
        format!("password: {twice}"),
        format!("encoded: '{{{{ \"{s}\" | b64enc }}}}'"),
        format!("encoded: '{{{{ b64enc \"{s}\" }}}}'"),
        format!("failing: '{{{{ fail \"{s}\" }}}}'"),
        format!("password: '{{{{ default \"{s}\" .Values.password }}}}'"),
        format!("# password: {s}"),
        format!("# the password is {s}"),
        format!("# --token {s}"),
        format!("token: ghp_{s}{s}"),
        format!("anything: eyJ{s}.{s}.{s}"),
    ];
    for kind in [
        "PRIVATE KEY",
        "RSA PRIVATE KEY",
        "EC PRIVATE KEY",
        "DSA PRIVATE KEY",
        "ENCRYPTED PRIVATE KEY",
        "OPENSSH PRIVATE KEY",
        "PGP PRIVATE KEY BLOCK",
    ] {
        let pem = key(kind);
        entries.push(format!("file: |\n  {}", pem.replace('\n', "\n  ")));
        entries.push(format!("file: \"{}\"", pem.replace('\n', "\\n")));
        entries.push(format!("file: {}", base64(&pem)));
    }
    entries
}

/// The text with an entry as the first of every mapping, deep or not, that is written in blocks.
fn with_entry(text: &str, entry: &str) -> String {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut changed = String::new();
    let mut above: Option<&str> = None;
    for line in text.lines() {
        let opens = above
            .is_some_and(|above| above.trim_end().ends_with(':') && indent(line) > indent(above));
        let is_entry = !line.trim_start().starts_with(['-', '#', '{', '"']) && line.contains(": ");
        let is_entry = is_entry || line.trim_end().ends_with(':');
        if opens && is_entry {
            let blanks = " ".repeat(indent(line));
            for line in entry.lines() {
                changed.push_str(&format!("{blanks}{line}\n"));
            }
        }
        changed.push_str(line);
        changed.push('\n');
        above = Some(line);
    }
    changed
}

/// What every format shows of a check, verbose, with its failures.
fn shown(outcome: &Outcome) -> String {
    let run = Run {
        failures: &outcome.failures,
        ..Run::default()
    };
    let options = report::Options {
        verbose: true,
        ..report::Options::default()
    };
    let mut all = Vec::new();
    for format in Format::ALL {
        let (report, sources) = (&outcome.report, &outcome.sources);
        render_run(format, report, sources, &options, &run, &mut all).unwrap();
    }
    String::from_utf8(all).unwrap()
}

/// An example with its texts changed, as every format shows it.
fn changed(example: &Example, change: impl Fn(&str) -> String) -> String {
    let mut example = example.clone();
    for file in &mut example.files {
        file.text = change(&file.text);
    }
    shown(&run_example(&example, RuleSet::builtin(), &example_options).unwrap())
}

#[test]
fn beside_the_findings_of_every_rule_no_secret_is_shown() {
    let parts = parts();
    let files = RuleSet::builtin_files();
    let mut found = 0;
    // Every entry with every rule takes minutes; each entry with every eighth rule, and the next with those after it, does not.
    let step = match std::env::var_os("PORTOLAN_EVERY_SECRET") {
        Some(_) => 1,
        None => 8,
    };
    for (number, entry) in entries().into_iter().enumerate() {
        for file in files.iter().skip(number % step).step_by(step) {
            let example = file.examples.bad.first().unwrap();
            let output = changed(example, |text| with_entry(text, &entry));
            found += usize::from(output.contains(&format!("[{}]", file.id)));
            assert_hidden(&output, &parts, &format!("{} beside `{entry}`", file.id));
        }
    }
    // The secrets stood beside findings, and did not keep the rules from speaking.
    assert!(found > 200, "{found}");
}

#[test]
fn in_the_place_that_a_finding_points_at_no_secret_is_shown() {
    let parts = parts();
    let secrets = [
        format!("postgres://carto:{SECRET}@db/carto"),
        format!("Bearer {SECRET}"),
        format!("eyJ{SECRET}.{SECRET}.{SECRET}"),
        format!("glpat-{SECRET}"),
        format!("https://acme.io/?token={SECRET}"),
        key("RSA PRIVATE KEY").replace('\n', "\\n"),
        base64(&key("PRIVATE KEY")),
        format!("password={SECRET}"),
    ];
    for file in RuleSet::builtin_files() {
        for example in &file.examples.bad {
            for found in &example.finds {
                for secret in &secrets {
                    let quoted = format!("\"{secret}\"");
                    let output = changed(example, |text| text.replace(&found.text, &quoted));
                    assert_hidden(&output, &parts, &format!("{}: `{secret}`", file.id));
                }
            }
        }
    }
}

#[test]
fn a_secret_that_a_value_takes_from_elsewhere_is_not_quoted() {
    let parts = parts();
    for source in [
        format!("externalPostgresql:\n  password: &s {SECRET}\n"),
        format!("x:\n  dbPass: &s \"{SECRET}\"\n"),
        format!("x:\n  env:\n    - name: DB_TOKEN\n      value: &s {SECRET}\n"),
        format!("x:\n  tokens:\n    - &s {SECRET}\n"),
        format!("x:\n  apiKey:\n    value: &s {SECRET}\n"),
    ] {
        let text = format!(
            "{source}router:\n  service:\n    type: LoadBalancer\n    annotations:\n      \
             service.beta.kubernetes.io/aws-load-balancer-connection-idle-timeout: *s\n"
        );
        let inputs = vec![Input::values("customizations.yaml", text)];
        let output = shown(&check(inputs, &Options::default(), RuleSet::builtin()));
        assert!(output.contains("timeout-invalid"), "{source}");
        assert_hidden(&output, &parts, &source);
    }
}

#[test]
fn the_program_itself_shows_none_whatever_it_is_asked() {
    let parts = parts();
    let sandbox = Sandbox::new();
    let address = format!("https://carto:{SECRET}@handbook.acme.io/timeouts");
    sandbox.put(
        "own/acme-timeout.yaml",
        TIMEOUT_RULE
            .replace("  heading: Timeouts", &format!("  heading: Timeouts\n  url: {address}"))
            .replace("is {timeout.text}\"", &format!("is {{timeout.text}}, see {address}\"")),
    )
    .put("customizations.yaml", values("60"))
    .put("broken.yaml", format!("password: {SECRET}\n  x: [\n"))
    .put("key.pem", key("RSA PRIVATE KEY"))
    .put(
        "manifests.yaml",
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: carto\n  name: carto\ndata:\n  a: {}\nstringData:\n  b: {SECRET}\n",
            base64(SECRET)
        ),
    );
    let mut commands: Vec<String> = Format::ALL
        .iter()
        .flat_map(|format| {
            [
                format!("check --rules own --verbose --format {format} customizations.yaml"),
                format!("check --verbose --format {format} broken.yaml manifests.yaml"),
            ]
        })
        .collect();
    commands.extend([
        "explain --rules own acme-timeout".to_owned(),
        "rules --rules own".to_owned(),
        "cert key.pem".to_owned(),
        "cert --key key.pem key.pem".to_owned(),
        "check --tls-cert key.pem --tls-key key.pem customizations.yaml".to_owned(),
        "check --ca key.pem customizations.yaml".to_owned(),
        "check --rules key.pem customizations.yaml".to_owned(),
        "check --chart key.pem customizations.yaml".to_owned(),
        format!("check --set externalPostgresql.password={SECRET},a.=1 customizations.yaml"),
        format!("check --set cartoSecrets.jwtApiSecret.value={SECRET}=,x[=1 customizations.yaml"),
        format!("check --set-string appSecrets.x.value={SECRET},,= customizations.yaml"),
        format!("check -f missing.yaml --set password={SECRET}"),
    ]);
    for command in &commands {
        let said = sandbox.run(command);
        assert_hidden(&format!("{}{}", said.out, said.err), &parts, command);
        assert!(
            said.code <= 2 && !said.err.contains("panicked"),
            "{}",
            said.err
        );
    }
    // The manifests go on to Helm as they came; what is said of them goes to standard error.
    let mut program = sandbox.program("post-render");
    let said = Said::of(program.write_stdin(sandbox.text("manifests.yaml")));
    assert_hidden(&said.err, &parts, "post-render");
}

#[test]
fn what_is_no_secret_is_shown() {
    let names = RuleSet::builtin_files();
    let (mut lines, mut hidden) = (0, Vec::new());
    for file in &names {
        for example in file.examples.bad.iter().chain(&file.examples.good) {
            let output = changed(example, str::to_owned);
            lines += output.lines().count();
            let secret = [
                "rivateKey",
                "assword",
                "SECRET",
                "PRIVATE KEY",
                "tls.key",
                "ValueBase64",
            ];
            let masked = output
                .lines()
                .filter(|line| line.contains("••••••••") || line.contains("********"))
                .filter(|line| !secret.iter().any(|word| line.contains(word)))
                // A long run of base64 on a line of its own is hidden, whatever it is.
                .filter(|line| !line.ends_with("│  ••••••••") && !line.ends_with("    ••••••••"))
                .map(|line| format!("{}: {line}", file.id));
            hidden.extend(masked);
        }
    }
    assert!(lines > 1000, "{lines}");
    assert!(hidden.is_empty(), "{}", hidden.join("\n"));
}
