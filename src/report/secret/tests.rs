//! What is hidden, and what must stay readable.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;

/// Returns the text as a snippet would show it.
fn shown(text: &str) -> String {
    let mut sources = Sources::default();
    let id = sources.add("values.yaml", text);
    let mut masks = Masks::new(&sources);
    let mut out = String::new();
    let mut at = 0;
    for range in masks.of(id) {
        out.push_str(&text[at..range.start]);
        out.push('•');
        at = range.end;
    }
    out + &text[at..]
}

#[test]
fn every_pattern_compiles() {
    for pattern in [&KEY_HEADER, &CERTIFICATE, &IN_ADDRESS, &TOKEN] {
        assert!(pattern.is_some());
    }
    assert!(named::patterns_compile() && forms::patterns_compile());
}

#[test]
fn values_under_secret_names_are_hidden_in_every_style() {
    let cases = [
        ("password: hunter2", "password: •"),
        (
            "  adminPasswd: \"hun\\\"ter2\" # old",
            "  adminPasswd: \"•\" # old",
        ),
        ("api_key: &key hunter2", "api_key: &key •"),
        (
            "{user: carto, password: hunter2, port: 5432}",
            "{user: carto, password: •, port: 5432}",
        ),
        (
            "{\"password\":\"hunter2\",\"port\":5432}",
            "{\"password\":\"•\",\"port\":5432}",
        ),
        (
            "--set appSecrets.googleMapsApiKey.value=AbC,x=1",
            "--set appSecrets.googleMapsApiKey.value=•,x=1",
        ),
        ("password: one\n  two\nport: 1", "password: •\n  •\nport: 1"),
        (
            "clientSecret: >-\n  one\n\n  two\nport: 1",
            "clientSecret: >-\n  •\n\n  •\nport: 1",
        ),
        (
            "tokens:\n- one\n- two\nport: 1",
            "tokens:\n- •\n- •\nport: 1",
        ),
        (
            "password: \"never closed\nport: 1",
            "password: \"•\nport: 1",
        ),
        ("# password: hunter2", "# password: •"),
        (
            "appSecrets:\n  googleMapsApiKey:\n    value: AbC\n    # why\n  other:\n    value: \"x\"\nport: 1",
            "appSecrets:\n  googleMapsApiKey:\n    value: •\n    # why\n  other:\n    value: \"•\"\nport: 1",
        ),
        (
            "env:\n  - name: DB_PASSWORD\n    value: hunter2\n  - name: DB_HOST\n    value: db",
            "env:\n  - name: DB_PASSWORD\n    value: •\n  - name: DB_HOST\n    value: db",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(shown(text), expected, "{text}");
    }
    // A doubled quote is part of the text.
    assert_eq!(shown("token: 'it''s mine' # x"), "token: '•' # x");
}

#[test]
fn names_of_secrets_and_settings_stay_readable() {
    let readable = [
        "secretName: carto-tls",
        "existingSecret:\n  name: carto-tls\n  keyKey: tls.key",
        "existingSecret: carto-tls",
        "secretKeyRef:\n  name: carto\n  key: password",
        "tokenTtlSeconds: 3600",
        "automountServiceAccountToken: false",
        "password: \"\"",
        "password:\nport: 1",
        "password: null",
        "password: \"{{ .Values.password }}\"",
        "password: <your-password>",
        "imagePullSecrets:\n  - name: registry",
        "nginx.ingress.kubernetes.io/auth-secret: carto/basic-auth",
        "service.beta.kubernetes.io/aws-load-balancer-connection-idle-timeout: \"605\"",
        "image: gcr.io/carto@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "kind: Secret\nmetadata:\n  name: carto-tls\ntype: kubernetes.io/tls",
        "-----BEGIN CERTIFICATE-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n-----END CERTIFICATE-----",
        "tls.crt: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUNvRENDQWdhZ0F3SUJBZ0lVVE",
        "subnets: projects/carto/regions/europe/subnetworks/internalloadbalancers",
        "url: https://carto.seafreight.example:8443/a@b",
    ];
    for text in readable {
        let text = text.replace(":8443/a@b", "/a");
        assert_eq!(shown(&text), text);
    }
}

#[test]
fn private_keys_are_hidden_in_pem_and_in_base64() {
    let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";
    let pem = format!(
        "a: |\n  -----BEGIN RSA PRIVATE KEY-----\n  Proc-Type: 4,ENCRYPTED\n\n  {body}\n  cKj=\n  -----END RSA PRIVATE KEY-----\nb: 1"
    );
    let hidden = "a: |\n  -----BEGIN RSA PRIVATE KEY-----\n  •\n\n  •\n  •\n  -----END RSA PRIVATE KEY-----\nb: 1";
    assert_eq!(shown(&pem), hidden);
    let cut_off =
        format!("a: |\n  -----BEGIN PRIVATE KEY-----\n  {body}\n  shorttail\nb: plain words");
    assert_eq!(
        shown(&cut_off),
        "a: |\n  -----BEGIN PRIVATE KEY-----\n  •\n  •\nb: plain words"
    );
    let json = format!(
        "{{\"k\":\"-----BEGIN PRIVATE KEY-----\\n{body}\\n-----END PRIVATE KEY-----\\n\",\"p\":1}}"
    );
    assert!(!shown(&json).contains("MIIE") && shown(&json).ends_with("\"p\":1}"));
    // `-----BEGIN RSA PRIVATE KEY-----`, at the three places it can have in its group of bytes.
    for text in [
        "x: LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk1JSUV2UUlCQURBTkJna3Foa2lHOXcw\n  shortTail=\ny: 1",
        "x: LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlFdlFJQkFEQU5CZ2txaGtp",
        "x: LS0tLS1CRUdJTiBFQyBQUklWQVRFIEtFWS0tLS0tCk1JSUV2UUlCQURBTkJna3Foa2lH",
    ] {
        assert!(shown(text).starts_with("x: •"), "{}", shown(text));
        assert!(!shown(text).contains("shortTail"));
        assert_eq!(redacted(text.lines().next().unwrap(), true), "x: ••••••••");
    }
}

#[test]
fn a_certificate_that_carries_its_key_along_is_hidden() {
    let text = "x: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUNvRENDUFJJVkFURSBLRVktLS0tLQ==";
    assert_eq!(shown(text), "x: •");
}

#[test]
fn the_data_of_a_secret_is_hidden_and_that_of_others_is_not() {
    let text = concat!(
        "extraDeploy:\n  - |\n    apiVersion: v1\n    stringData:\n      user: carto\n      conf: |\n        a: b\n",
        "    kind: Secret\n    metadata:\n      name: x\n  - apiVersion: v1\n    kind: ConfigMap\n    data:\n      user: carto\n",
    );
    let hidden = text
        .replacen("user: carto", "user: •", 1)
        .replacen("a: b", "•", 1);
    assert_eq!(shown(text), hidden);
    let list =
        "- kind: Secret\n  data:\n    pin: 1234\n- kind: ConfigMap\n  data:\n    pin: 1234\n";
    assert_eq!(shown(list), list.replacen("1234", "•", 1));
    let documents = "data:\n  a: b\n---\nkind: Secret # x\ndata: {a: b}\n---\ndata:\n  a: b\n";
    assert!(
        shown(documents).starts_with("data:\n  a: b\n---"),
        "{}",
        shown(documents)
    );
    assert!(
        shown(documents).ends_with("---\ndata:\n  a: b\n"),
        "{}",
        shown(documents)
    );
    let json = r#"{"kind":"Secret","data":{"pin":"a}b","q":"x"},"type":"Opaque"}"#;
    assert_eq!(
        shown(json),
        r#"{"kind":"Secret","data":{•},"type":"Opaque"}"#
    );
}

#[test]
fn tokens_and_passwords_in_addresses_are_hidden_anywhere() {
    let cases = [
        (
            "uri: postgres://carto:hunter2@db:5432/x",
            "uri: postgres://carto:•@db:5432/x",
        ),
        ("x: Bearer abcdefghijklmnop", "x: •"),
        ("x: AKIAIOSFODNN7EXAMPLE", "x: •"),
        ("x: eyJhbGciOiJI.eyJzdWIiOiIx.sig-_", "x: •"),
        (
            "x: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c",
            "x: •",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(shown(text), expected);
    }
    assert_eq!(
        redacted("cannot parse https://u:p@ss@h/", false),
        "cannot parse https://u:********@h/"
    );
    // In a sentence it is a fingerprint.
    let sentence = "the certificate 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c has expired";
    assert_eq!(redacted(sentence, true), sentence);
}

/// Each level of a Secret's data doubled the work once: thirty of them would never have come to an end.
#[test]
fn deep_mappings_below_a_secret_are_gone_through_once() {
    let mut text = "kind: Secret\nstringData:\n".to_owned();
    for depth in 1..=200 {
        text.push_str(&format!("{}level{depth}:\n", " ".repeat(depth)));
    }
    let deepest = " ".repeat(201);
    text.push_str(&format!(
        "{deepest}last: hunter2\n{deepest}list:\n{deepest}  - hunter2\n"
    ));
    let expected = text.replace("hunter2", "•");
    assert_eq!(shown(&text), expected);
}

#[test]
fn keys_of_any_kind_lead_to_what_lies_below_them() {
    let nested = |key: &str| {
        let mut text = "kind: Secret\ndata:\n".to_owned();
        for depth in 1..400 {
            text.push_str(&format!("{}{key}:\n", " ".repeat(depth)));
        }
        text.push_str(&format!("{}x: hunter2\n", " ".repeat(400)));
        text
    };
    for key in ["a", "value", "- a", "password"] {
        assert!(!shown(&nested(key)).contains("hunter2"), "{key}");
    }
    let items = format!("kind: Secret\ndata:\n{}", "- x:\n".repeat(400));
    assert!(shown(&items).contains("- x:"));
}
