use super::*;

#[track_caller]
fn expect(text: &str, problems: &[&str]) {
    assert_eq!(read(text).problems(), problems, "{text}");
}

#[test]
fn syntax_errors_say_what_was_found_and_where() {
    expect(
        "router:\n\treplicas: 2\n",
        &["Syntax 2:1 \"\\t\" a tab cannot indent YAML"],
    );
    expect(
        "domain: \"carto.example.com\nreplicas: 1\n",
        &["Syntax 1:9 \"\\\"\" this quote is never closed"],
    );
    expect(
        "domain: 'carto\n---\n",
        &["Syntax 1:9 \"'\" this quote is never closed"],
    );
    expect(
        "ports: [80, 443\nname: x\n",
        &["Syntax 1:8 \"[\" this `[` is never closed"],
    );
    expect(
        "ports: {http: 80\n",
        &["Syntax 1:8 \"{\" this `{` is never closed"],
    );
    expect(
        "ports: [80}\n",
        &["Syntax 1:8 \"[\" this `[` is closed by a `}`"],
    );
    expect(
        "ports: 80]\nx: ]\n",
        &["Syntax 2:4 \"]\" this `]` closes nothing"],
    );
    expect(
        "ports: [80 {a: 1}]\n",
        &["Syntax 1:12 \"{\" expected `,` or `]` here"],
    );
    expect(
        "a: b: c\n",
        &["Syntax 1:5 \":\" a `:` followed by a space cannot be inside a value"],
    );
    expect(
        "a: @b\n",
        &["Syntax 1:4 \"@\" a value cannot begin with `@`"],
    );
    expect(
        "a: %b\n",
        &["Syntax 1:4 \"%\" a value cannot begin with `%`"],
    );
    expect(
        "a: \"c:\\path\"\n",
        &["Syntax 1:7 \"\\\\p\" there is no such escape in YAML"],
    );
    expect(
        "a: \"x\" y\n",
        &["Syntax 1:8 \"y\" nothing may follow the closing quote"],
    );
    expect(
        "a: \0\n",
        &["Syntax 1:4 \"\\0\" the control character U+0000 is not allowed in YAML"],
    );
    expect(
        "a:\n   b: 1\n  c: 2\n",
        &["Syntax 3:3 \"c\" expected a key of the mapping here"],
    );
    expect(
        "- a\nb: 1\n",
        &["Syntax 2:1 \"b\" expected another `- ` item of the list here"],
    );
    expect(
        "router:\n  type\n  replicas: 2\n",
        &["Syntax 3:3 \"replicas:\" this key is indented as if it continued the value above"],
    );
}

#[test]
fn a_key_below_a_value_points_at_the_value() {
    let read = read("service: LoadBalancer\n  annotations: {}\n");
    let problem = &read.stream.problems[0];
    assert_eq!(read.slice(problem.span), "annotations:");
    assert_eq!(
        read.slice(problem.related.as_ref().unwrap().0),
        "LoadBalancer"
    );
}

#[test]
fn an_unquoted_template_is_named_as_such() {
    let message = "a Go template must be quoted in YAML, where `{` begins a mapping";
    for (text, kind, place, slice) in [
        (
            "name: {{ .Values.x }}\n",
            "Rejected",
            "1:7",
            "{{ .Values.x }}",
        ),
        (
            "name: {{ .Values.x }}-lb\n",
            "Syntax",
            "1:7",
            "{{ .Values.x }}",
        ),
        (
            "name: {{- .Values.x }}\n",
            "Syntax",
            "1:7",
            "{{- .Values.x }}",
        ),
        (
            "list:\n  - {{ include \"a\" . }}\n",
            "Rejected",
            "2:5",
            "{{ include \\\"a\\\" . }}",
        ),
        (
            "{{- if .Values.x }}\nname: a\n{{- end }}\n",
            "Syntax",
            "1:1",
            "{{- if .Values.x }}",
        ),
        (
            "{{ if .Values.x }}\nname: a\n{{ end }}\n",
            "Syntax",
            "1:1",
            "{{ if .Values.x }}",
        ),
        (
            "{{ .Values.key }}: a\n",
            "Rejected",
            "1:1",
            "{{ .Values.key }}",
        ),
    ] {
        expect(text, &[&format!("{kind} {place} \"{slice}\" {message}")]);
    }
    expect(
        "name: \"{{ .Values.x }}\"\nb: '{{ x }}'\nc: |\n  {{ x }}\nd: a{{ x }}\n",
        &[],
    );
}

#[test]
fn the_value_of_an_unquoted_template_is_unknown_not_an_empty_mapping() {
    let read = read("name: {{ .Values.x }}\n");
    assert!(read.at("name").is_opaque());
}

#[test]
fn reading_goes_on_at_the_next_document() {
    let read = read(
        "kind: Service\n---\nkind: [broken\n---\nkind: Ingress\n---\n\"x\n---\nkind: Secret\n",
    );
    let kinds: Vec<&str> = read
        .stream
        .documents
        .iter()
        .map(|document| read.tree.node(document.root).get("kind").unwrap())
        .map(|kind| read.slice(kind.span()))
        .collect();
    assert_eq!(kinds, ["Service", "Ingress", "Secret"]);
    assert_eq!(
        read.problems(),
        [
            "Syntax 3:7 \"[\" this `[` is never closed",
            "Syntax 7:1 \"\\\"\" this quote is never closed",
        ]
    );
    assert!(
        read.stream
            .problems
            .iter()
            .all(|problem| problem.kind.loses_document())
    );
}

#[test]
fn the_last_of_two_equal_keys_wins_and_the_first_is_shown_as_lost() {
    let read = read("router:\n  replicas: 1\nrouter:\n  service: {}\n");
    let problem = &read.stream.problems[0];
    assert_eq!(
        problem.kind,
        ProblemKind::DuplicateKey {
            key: "router".to_owned()
        }
    );
    let (lost, label) = problem.related.as_ref().unwrap();
    assert_eq!((lost.range(), label.as_str()), (0..6, "this one is lost"));
    assert_eq!(problem.span.range(), 22..28);
    assert_eq!(read.root().entries().len(), 1);
    assert_eq!(read.written("router"), "service: {}");
}

#[test]
fn keys_are_equal_if_helm_sees_them_as_equal() {
    let read = read("y: 1\n\"true\": 2\n010: 3\n8: 4\n");
    assert_eq!(read.stream.problems.len(), 2);
    let keys: Vec<&str> = read
        .root()
        .entries()
        .map(|(entry, _)| &*entry.key)
        .collect();
    assert_eq!(keys, ["true", "8"]);
}

#[test]
fn what_helm_refuses_is_a_problem_though_it_is_yaml() {
    expect(
        "~: 1\nb: 2\n",
        &["Rejected 1:1 \"~\" a key must not be null"],
    );
    expect(
        "[a]: 1\n",
        &["Rejected 1:1 \"[a]\" a key must be a scalar, not a sequence or a mapping"],
    );
    expect(
        "a: .inf\n",
        &["Rejected 1:4 \".inf\" Helm cannot read this number: JSON has no infinity and no NaN"],
    );
    expect(
        "a: !!int x\n",
        &["Rejected 1:10 \"x\" this value is not what its tag `!!int` says"],
    );
    expect(
        "%YAML 1.2\n---\na: 1\n",
        &["Rejected 1:1 \"%YAML 1.2\" Helm reads YAML 1.1 only, and refuses this version"],
    );
    expect(
        "%FOO x\n---\na: 1\n",
        &["Rejected 1:1 \"%FOO x\" Helm refuses the directive `%FOO`"],
    );
    expect("%YAML 1.1\n---\na: 1\n", &[]);
    expect(
        "a: 1 # \u{1b}[0m\n",
        &["Syntax 1:8 \"\\u{1b}\" the control character U+001B is not allowed in YAML"],
    );
    let long = "k".repeat(1025);
    assert_eq!(read(&format!("{long}: 1\n")).stream.problems.len(), 1);
    assert!(
        read(&format!("{}: 1\n", "k".repeat(1024)))
            .stream
            .problems
            .is_empty()
    );
}

#[test]
fn tabs_that_only_helm_refuses_are_found() {
    let problem = |place: &str| {
        format!("Rejected {place} \"\\t\" Helm refuses a tab here: only spaces indent YAML")
    };
    expect("a:\n  b: 1\n\t# c\nd: 1\n", &[&problem("3:1")]);
    expect("router:\n \t service:\n    type: x\n", &[&problem("2:2")]);
    expect("-\t1\n", &[&problem("1:2")]);
    expect("a: \"x\"\n\t\nb: 1\n", &[&problem("2:1")]);
    expect("a: x\n\t\nb: 1\n", &[&problem("2:1")]);
    // Tabs that Helm takes.
    expect(
        "a:\t1\t# c\tc\nb: [\t1,\t2]\nc: |\n  z\n  \tx\nd: x\n  \ty\ne: \"a\n\t b\"\n",
        &[],
    );
    expect("a:\n  b: 1\n   \t\n", &[]);
    expect("x\n\t\n", &[]);
    expect("- x\n \t\n", &[]);
}

#[test]
fn an_invisible_line_break_is_shown() {
    expect(
        "a: x\u{2028}\n",
        &[
            "Rejected 1:5 \"\\u{2028}\" the invisible character U+2028 ends a line in Helm's YAML parser",
        ],
    );
}

#[test]
fn many_problems_are_counted_not_listed() {
    let text = "a: 1\n".repeat(10_000);
    let read = read(&text);
    assert_eq!(
        read.stream.problems.len(),
        Limits::default().max_problems + 1
    );
    assert_eq!(
        read.stream.problems.last().unwrap().message,
        "9499 more problems of this file are not shown"
    );
}
