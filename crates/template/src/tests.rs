//! Problems stand at the right characters, and what is not known never becomes a statement.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use proptest::prelude::*;

use super::*;
use portolan_yaml::source::Sources;
use portolan_yaml::{Entry, NodeData, NodeId, NodeKind, OPAQUE, Scalar, Style, Tree, Value};

const VALUES: &str = "
router:
  host: maps.example.com
  timeout: 605
  enabled: true
  labels: {team: geo}
  hosts: [a.example.com, b.example.com]
  greeting: '{{ .Values.router.host }}!'
commonLabels: {}
";

fn add(tree: &mut Tree, value: &yaml_serde::Value) -> NodeId {
    let scalar = |text: String, value: Value| {
        NodeKind::Scalar(Scalar {
            text: text.into(),
            value,
            style: Style::Plain,
        })
    };
    let kind = match value {
        yaml_serde::Value::Bool(value) => scalar(value.to_string(), Value::Bool(*value)),
        yaml_serde::Value::Number(number) => {
            scalar(number.to_string(), Value::Int(number.as_i64().unwrap()))
        }
        yaml_serde::Value::String(text) => scalar(text.clone(), Value::String),
        yaml_serde::Value::Sequence(items) => {
            NodeKind::Sequence(items.iter().map(|item| add(tree, item)).collect())
        }
        yaml_serde::Value::Mapping(entries) => NodeKind::Mapping(
            entries
                .iter()
                .map(|(key, value)| Entry {
                    key: key.as_str().unwrap().into(),
                    key_span: Span::NOWHERE,
                    value: add(tree, value),
                })
                .collect(),
        ),
        _ => scalar("null".into(), Value::Null),
    };
    tree.push(NodeData {
        span: Span::NOWHERE,
        kind,
        overrides: None,
    })
}

/// Renders a template that is a file of its own, so that spans are its own offsets.
fn run(template: &str, change: impl Fn(&mut Context<'_>)) -> Rendered {
    let mut tree = Tree::default();
    let root = add(&mut tree, &yaml_serde::from_str(VALUES).unwrap());
    let mut sources = Sources::default();
    let source = sources.add("customizations.yaml", template);
    let mut context = Context {
        values: tree.node(root),
        values_complete: false,
        release: Release {
            name: Some("selfhosted"),
            namespace: Some("maps"),
            ..Release::default()
        },
        chart: Chart {
            name: Some("carto"),
            ..Chart::default()
        },
        capabilities: Capabilities::default(),
        limits: Limits::default(),
    };
    change(&mut context);
    render(&MappedText::of_source(&sources, source), &context)
}

/// The output with `?` for what is not known.
fn shown(template: &str) -> String {
    run(template, |_| ()).text.text.replace(OPAQUE, "?")
}

/// Each problem's text in the template, and its message.
fn problems(template: &str) -> Vec<(String, String)> {
    let rendered = run(template, |context| context.values_complete = true);
    rendered
        .problems
        .iter()
        .map(|problem| {
            (
                template[problem.span.range()].to_owned(),
                problem.message.clone(),
            )
        })
        .collect()
}

#[track_caller]
fn one_problem(template: &str, place: &str, message: &str) {
    let found = problems(template);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, place);
    assert!(found[0].1.contains(message), "{found:?}");
}

#[test]
fn an_open_block_is_shown_at_the_action_that_opened_it() {
    one_problem(
        "a: 1\n{{- if .Values.router.enabled }}\nb: 2\n",
        "{{- if .Values.router.enabled }}",
        "this `if` is never closed: expected `{{ end }}`",
    );
    one_problem(
        "{{ range .Values.router.hosts }}x",
        "{{ range .Values.router.hosts }}",
        "`range` is never closed",
    );
}

#[test]
fn a_stray_end_or_else_is_shown_itself() {
    one_problem("x {{ end }}", "{{ end }}", "`end` without a block");
    one_problem("x {{- else -}}", "{{- else -}}", "`else` without a block");
    one_problem(
        "{{ if true }}a{{ else }}b{{ else }}c{{ end }}",
        "{{ else }}",
        "has an `else` already",
    );
    one_problem("{{ break }}", "{{ break }}", "outside of a `range`");
}

#[test]
fn an_open_action_ends_with_its_line() {
    one_problem(
        "name: {{ .Release.Name\nother: {{ .Release.Namespace }}",
        "{{ .Release.Name",
        "never closed: expected `}}`",
    );
    one_problem("name: {{ .Release.Name", "{{ .Release.Name", "never closed");
    one_problem("name: {{ .Release.Name }\n", "}", "found a single `}`");
    one_problem("{{ \"open }} x", "\"open", "this string is never closed");
    one_problem(
        "{{/* note }}",
        "{{/* note }}",
        "this comment is never closed",
    );
}

#[test]
fn what_is_wrong_within_an_action_is_shown_to_the_character() {
    one_problem(
        "{{ .Release.Name | qoute }}",
        "qoute",
        "there is no function `qoute`",
    );
    one_problem("{{ $host }}", "$host", "`$host` is not declared");
    one_problem("{{ (upper \"a\" }}", "(", "never closed: expected `)`");
    one_problem("{{ upper \"a\") }}", ")", "`)` without `(`");
    one_problem("{{ if }}x{{ end }}", "if", "a value is missing");
    one_problem("{{ upper(\"a\") }}", "(", "expected a space");
    one_problem(
        "{{ .Release.Name | \"a\" }}",
        "\"a\"",
        "expected a function after `|`",
    );
    one_problem("{{ eq .Release.Name = 1 }}", "=", "expected a value");
}

#[test]
fn every_syntax_problem_is_reported_not_only_the_first() {
    let found = problems("{{ nope }}\n{{ if }}\n{{ end }}\n{{ end }}\n{{ $x }}");
    let places: Vec<&str> = found.iter().map(|(place, _)| place.as_str()).collect();
    assert_eq!(places, ["nope", "if", "{{ end }}", "$x"]);
}

#[test]
fn a_likely_function_is_proposed() {
    let rendered = run("{{ .Release.Name | qoute }}", |_| ());
    assert_eq!(
        rendered.problems[0].help.as_deref(),
        Some("did you mean `quote`?")
    );
    assert!(rendered.is_refused());
}

#[test]
fn evaluation_fails_at_the_field_or_the_command() {
    one_problem(
        "{{ .Values.router.tls.secret }}",
        ".secret",
        "`.Values.router.tls` is not set",
    );
    one_problem("{{ .Values.router.host.name }}", ".name", "is a string");
    one_problem(
        "x: {{ upper .Values.router.timeout }}",
        "upper .Values.router.timeout",
        "expected a string",
    );
    one_problem(
        "{{ if eq .Values.router.timeout 605 }}x{{ end }}",
        "eq .Values.router.timeout 605",
        "float64 with a int",
    );
    one_problem("{{ fail \"no host\" }}", "fail \"no host\"", "calls `fail`");
    one_problem(
        "{{ tpl \"{{ .Values.a.b }}\" . }}",
        "{{ tpl \"{{ .Values.a.b }}\" . }}",
        "in the string given to `tpl`",
    );
}

#[test]
fn literal_text_leads_to_itself_and_output_to_its_action() {
    let template = "name: {{ .Release.Name }}-lb\n";
    let rendered = run(template, |_| ());
    assert_eq!(rendered.text.text, "name: selfhosted-lb\n");
    let at = |range: Range<usize>| &template[rendered.text.map.span(range).unwrap().range()];
    assert_eq!(at(0..4), "name");
    assert_eq!(at(7..9), "{{ .Release.Name }}");
    assert_eq!(at(16..19), "-lb");
    assert_eq!(at(6..19), "{{ .Release.Name }}-lb");
}

#[test]
fn text_in_a_block_and_in_a_define_leads_to_itself() {
    let template = "{{ define \"port\" }}port: {{ . }}{{ end }}{{ range list 80 443 }}{{ template \"port\" . }}\n{{ end }}";
    let rendered = run(template, |_| ());
    assert_eq!(rendered.text.text, "port: 80\nport: 443\n");
    let span = rendered.text.map.span(9..13).unwrap();
    assert_eq!(&template[span.range()], "port");
    let span = rendered.text.map.span(15..18).unwrap();
    assert_eq!(&template[span.range()], "{{ . }}");
}

#[test]
fn a_key_that_is_absent_is_unknown_unless_values_are_complete() {
    let rendered = run("host: {{ .Values.router.tls.secret }}", |_| ());
    assert_eq!(rendered.text.text, format!("host: {OPAQUE}"));
    assert!(rendered.problems.is_empty());
    assert_eq!(
        rendered.opaque[0].reason,
        "`.Values.router.tls` is not in the given values; the chart's default is not known"
    );
    assert_eq!(rendered.opaque[0].output, 6..9);
    let complete = run("host: {{ .Values.router.tls }}", |context| {
        context.values_complete = true
    });
    assert_eq!(complete.text.text, "host: ");
    assert!(complete.opaque.is_empty());
}

#[test]
fn labels_of_the_chart_leave_room_for_their_siblings() {
    let template = "metadata:\n  labels: {{- include \"common.labels.standard\" . | nindent 4 }}\n    app: carto\n    {{- if .Values.commonLabels }}\n    {{- include \"common.tplvalues.render\" ( dict \"value\" .Values.commonLabels \"context\" $ ) | nindent 4 }}\n    {{- end }}\n  namespace: {{ .Release.Namespace | quote }}\n";
    assert_eq!(
        shown(template),
        "metadata:\n  labels:\n    ?: ?\n    app: carto\n    ?: ?\n  namespace: \"maps\"\n"
    );
    let rendered = run(template, |_| ());
    assert_eq!(rendered.opaque.len(), 2);
    assert_eq!(
        rendered.opaque[0].reason,
        "`include \"common.labels.standard\"`: `.Chart.Version` is not given"
    );
    assert!(rendered.opaque[1].whole_lines);
    assert!(template[rendered.opaque[1].span.range()].starts_with("{{- if"));
    assert!(template[rendered.opaque[1].span.range()].ends_with("{{- end }}"));
}

#[test]
fn an_unknown_condition_asserts_no_branch() {
    assert_eq!(
        shown("a: {{ if .Values.x }}1{{ else }}2{{ end }}\n"),
        "a: ?\n"
    );
    assert_eq!(
        shown("{{ if .Values.x }}a: 1\n{{ else }}a: 2\n{{ end }}b: 3\n"),
        "?: ?\nb: 3\n"
    );
    assert_eq!(
        shown("hosts:\n{{- range .Values.x }}\n- {{ . }}\n{{- end }}\n"),
        "hosts:\n- ?\n"
    );
    assert_eq!(
        shown("{{ with .Values.x }}{{ fail \"no\" }}{{ end }}x"),
        "?x"
    );
    assert_eq!(
        shown("{{ $a := 1 }}{{ if .Values.x }}{{ $a = 2 }}{{ end }}[{{ $a }}]"),
        "[?]"
    );
    assert_eq!(
        shown(
            "{{ $d := dict \"k\" 1 }}{{ if .Values.x }}{{ $_ := set $d \"k\" 2 }}{{ end }}[{{ $d.k }}]"
        ),
        "[?]"
    );
    assert_eq!(
        shown("{{ range list 1 2 }}{{ if .Values }}{{ end }}{{ end }}"),
        ""
    );
}

#[test]
fn a_loop_that_may_have_been_left_is_unknown_from_there_on() {
    assert_eq!(
        shown("{{ range list 1 2 }}[{{ . }}]{{ if $.Values.x }}{{ break }}{{ end }}{{ end }}"),
        "[1]?"
    );
}

#[test]
fn what_decides_by_itself_is_known_beside_the_unknown() {
    assert_eq!(
        shown("{{ and false .Values.x }} {{ or true .Values.x }} {{ not .Values.x }}"),
        "false true ?"
    );
    assert_eq!(
        shown("{{ if or .Values.router.enabled .Values.x }}on{{ end }}"),
        "on"
    );
    assert_eq!(
        shown("[{{ eq .Values.x 1 }}] [{{ default 5 .Values.x }}] [{{ ternary 1 2 .Values.x }}]"),
        "[?] [?] [?]"
    );
    assert_eq!(
        shown("[{{ printf \"%s-lb\" .Values.x }}] [{{ .Values.x | quote }}]"),
        "[?-lb] [\"?\"]"
    );
    assert_eq!(
        shown("[{{ printf \"a-%s\" .Values.x | hasPrefix \"a-\" }}]"),
        "[true]"
    );
    assert_eq!(shown("[{{ printf \"a-%s\" .Values.x | trunc 63 }}]"), "[?]");
}

#[test]
fn a_map_that_the_chart_may_add_to_says_so() {
    assert_eq!(
        shown("{{ toYaml .Values.router.labels }}\n"),
        "team: geo\n?: ?\n"
    );
    assert_eq!(
        shown("{{ range $k, $v := .Values.router.labels }}\n{{ $k }}: {{ $v }}\n{{- end }}"),
        "\nteam: geo\n?: ?"
    );
    assert_eq!(
        shown(
            "[{{ len .Values.router.labels }}] [{{ hasKey .Values.router \"host\" }}] [{{ hasKey .Values.router \"x\" }}]"
        ),
        "[?] [true] [?]"
    );
    // A list replaces the chart's, so that it is known.
    assert_eq!(
        shown("{{ toYaml .Values.router.hosts }}\n"),
        "- a.example.com\n- b.example.com\n"
    );
}

#[test]
fn names_that_depend_on_the_release_only_are_known() {
    assert_eq!(
        shown("{{ include \"common.names.fullname\" . }}"),
        "selfhosted-carto"
    );
    assert_eq!(
        shown("{{ include \"carto.router.fullname\" . }}"),
        "selfhosted-carto-router"
    );
    assert_eq!(shown("{{ include \"common.names.namespace\" . }}"), "maps");
    assert_eq!(
        shown(
            "{{ include \"common.tplvalues.render\" (dict \"value\" .Values.router.greeting \"context\" $) }}"
        ),
        "maps.example.com!"
    );
    let rendered = run("x: {{ include \"common.names.fullname\" . }}", |context| {
        context.release.name = None
    });
    assert_eq!(rendered.text.text, format!("x: {OPAQUE}"));
}

#[test]
fn chance_time_and_cluster_are_unknown() {
    for call in [
        "now",
        "uuidv4",
        "randAlphaNum 5",
        "lookup \"v1\" \"Secret\" \"a\" \"b\"",
        ".Files.Get \"x\"",
        ".Capabilities.APIVersions.Has \"v1\"",
    ] {
        assert_eq!(shown(&format!("x: {{{{ {call} }}}}")), "x: ?", "{call}");
    }
}

#[test]
fn a_value_alone_on_its_line_stands_for_entries() {
    assert_eq!(
        shown("a: 1\n{{ include \"carto.extra\" . }}\nb: 2\n"),
        "a: 1\n?: ?\nb: 2\n"
    );
}

#[test]
fn bombs_end_with_a_limit_and_not_with_a_hang() {
    let bombs = [
        "{{ range until 1000000000 }}x{{ end }}",
        "{{ repeat 1000000000 \"xxxxxxxxxx\" }}",
        "{{ $x := \"xxxxxxxxxxxxxxxx\" }}{{ range until 100 }}{{ $x = printf \"%s%s\" $x $x }}{{ end }}",
        "{{ define \"a\" }}{{ include \"a\" . }}{{ end }}{{ include \"a\" . }}",
        "{{ define \"a\" }}{{ template \"a\" . }}{{ end }}{{ template \"a\" . }}",
        "{{ $t := \"{{ tpl .t . }}\" }}{{ tpl $t (dict \"t\" $t) }}",
        "{{ $d := dict }}{{ $_ := set $d \"self\" $d }}{{ toYaml $d }}",
        "{{ $d := dict }}{{ $_ := set $d \"self\" $d }}{{ $d }}{{ toJson $d }}{{ deepCopy $d }}",
        "{{ $l := list }}{{ range until 100000 }}{{ $l = list $l }}{{ end }}{{ $l }}",
        "{{ $l := list 1 }}{{ range until 60 }}{{ $l = list $l $l }}{{ end }}{{ toJson $l }}",
        "{{ indent 100000000 \"x\" }}",
        "{{ printf \"%9999999d%9999999d%9999999d%9999999d\" 1 2 3 4 }}",
        "{{ seq 1 1000000000 }}",
        "{{ regexReplaceAll \"\" (repeat 100000 \"x\") \"$0$0$0$0\" }}{{ range until 1000000 }}{{ end }}",
        "{{ range until 100000 }}{{ repeat 1000 \"0123456789\" }}{{ end }}",
    ];
    for bomb in bombs {
        let rendered = run(bomb, |_| ());
        let limit = rendered
            .problems
            .iter()
            .find(|problem| matches!(problem.kind, ProblemKind::Limit(_)));
        assert!(
            limit.is_some_and(|problem| !problem.fatal),
            "{bomb}: {:?}",
            rendered.problems
        );
        assert!(rendered.text.text.len() <= Limits::default().output_bytes);
    }
}

#[test]
fn deep_nesting_is_refused_before_the_stack_ends() {
    for (open, close) in [
        ("{{ if true }}", "{{ end }}"),
        ("{{ (", ") }}"),
        ("{{ range list 1 }}", "{{ end }}"),
    ] {
        let template = format!("{}1{}", open.repeat(20_000), close.repeat(20_000));
        assert!(!run(&template, |_| ()).problems.is_empty());
    }
    let parentheses = format!("{{{{ {}1{} }}}}", "(".repeat(50_000), ")".repeat(50_000));
    assert!(matches!(
        run(&parentheses, |_| ()).problems[0].kind,
        ProblemKind::Limit(_)
    ));
    // Sixty levels in a text that includes itself.
    let nested = format!(
        "{{{{ define \"a\" }}}}{}{{{{ include \"a\" . }}}}{}{{{{ end }}}}{{{{ include \"a\" . }}}}",
        "{{ if true }}".repeat(50),
        "{{ end }}".repeat(50)
    );
    assert!(matches!(
        run(&nested, |_| ()).problems[0].kind,
        ProblemKind::Limit(_)
    ));
}

#[test]
fn twice_the_default_depth_fits_on_a_small_stack() {
    let template = "{{ $l := list }}{{ range until 190 }}{{ $l = list $l }}{{ end }}{{ define \"a\" }}{{ if lt (len .n) 25 }}{{ include \"a\" (dict \"n\" (append .n 1) \"l\" .l) }}{{ else }}{{ toYaml .l | len }}{{ toJson .l | len }}{{ end }}{{ end }}{{ include \"a\" (dict \"n\" list \"l\" $l) }}";
    let rendered = run(template, |context| context.limits.depth = 120);
    assert_eq!(rendered.problems, []);
    assert_eq!(rendered.text.text, "382382");
    let endless =
        "{{ define \"a\" }}{{ tpl \"{{ include \\\"a\\\" . }}\" . }}{{ end }}{{ include \"a\" . }}";
    let rendered = run(endless, |context| context.limits.depth = 120);
    assert!(matches!(rendered.problems[0].kind, ProblemKind::Limit(_)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_text_makes_it_panic_and_every_span_lies_within(
        pieces in prop::collection::vec(prop_oneof![
            Just("{{"), Just("}}"), Just("{{-"), Just("-}}"), Just(" "), Just("\n"), Just("if "), Just("else"), Just("end"),
            Just("range "), Just("with "), Just("define \"a\""), Just("template \"a\" "), Just("$x"), Just(" := "), Just(" = "),
            Just("."), Just(".Values"), Just(".router"), Just(".hosts"), Just(".x"), Just("|"), Just("("), Just(")"),
            Just("\"ä\""), Just("`r`"), Just("'c'"), Just("1"), Just("-0x1"), Just("1e3"), Just("toYaml "), Just("printf \"%5v\" "),
            Just("nindent 2 "), Just("dict "), Just("set "), Just("index "), Just("tpl "), Just("include \"a\" "), Just("break"),
            Just("a: "), Just("- "), Just("---\n"), Just("/*"), Just("*/"), Just("é"), Just("eq "), Just("merge "), Just("trunc -1 "),
        ], 0..40),
        complete: bool,
    ) {
        let template = pieces.concat();
        check(&template, complete);
    }

    #[test]
    fn nor_does_arbitrary_text(template in "(\\{\\{|\\}\\}|\\PC|\n){0,60}", complete: bool) {
        check(&template, complete);
    }

    #[test]
    fn nor_does_any_function_with_any_arguments(
        function in 0usize..250,
        arguments in prop::collection::vec(prop_oneof![
            Just("1"), Just("-3"), Just("2.5"), Just("\"ä b\""), Just("\"\""), Just("nil"), Just("true"), Just(".Values"),
            Just(".Values.router"), Just(".Values.none"), Just("(list 1 \"a\")"), Just("(dict \"a\" 1)"), Just("(list)"),
            Just("(printf \"a%s\" .Values.none)"), Just("9223372036854775807"), Just("\"%d\""), Just("\"(\""),
        ], 0..5),
    ) {
        let names: Vec<&str> = functions::names().collect();
        let name = names[function % names.len()];
        check(&format!("{{{{ {name} {} }}}}", arguments.join(" ")), false);
    }
}

fn check(template: &str, complete: bool) {
    let rendered = run(template, |context| {
        context.values_complete = complete;
        context.limits.steps = 20_000;
    });
    assert_eq!(rendered.text.map.len(), rendered.text.text.len());
    let within = |span: Span| span == Span::NOWHERE || template.get(span.range()).is_some();
    assert!(
        rendered.problems.iter().all(|problem| within(problem.span)),
        "{:?}",
        rendered.problems
    );
    assert!(rendered.opaque.iter().all(|part| within(part.span)));
    assert!(
        rendered
            .opaque
            .iter()
            .all(|part| rendered.text.text.get(part.output.clone()).is_some())
    );
}
