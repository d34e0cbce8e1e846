use super::*;

#[test]
fn an_alias_leads_to_the_node_and_remembers_where_it_stands() {
    let read = read("ports: &p\n  - 80\nrouter:\n  ports: *p\n");
    assert_eq!(read.problems(), [""; 0]);
    let ports = read.at("router/ports");
    assert_eq!(read.slice(ports.site()), "*p");
    assert_eq!(read.slice(ports.span()), "80");
    assert_eq!(ports.items().len(), 1);
}

#[test]
fn an_anchor_can_be_set_again() {
    let read = read("a: &x 1\nb: *x\nc: &x 2\nd: *x\n*x : 3\n");
    assert_eq!(read.at("b").as_int(), Some(1));
    assert_eq!(read.at("d").as_int(), Some(2));
    assert_eq!(read.at("2").as_int(), Some(3));
}

#[test]
fn merge_keys_bring_entries_in() {
    let read = read("base: &b {type: LoadBalancer, port: 80}\nrouter:\n  <<: *b\n  port: 443\n");
    assert_eq!(read.problems(), [""; 0]);
    assert_eq!(read.written("router/type"), "LoadBalancer");
    assert_eq!(read.written("router/port"), "443");
}

#[test]
fn the_first_mapping_of_a_list_of_merges_wins() {
    let read = read("<<: [{a: 1}, {a: 2, b: 3}]\nc: 4\n");
    assert_eq!(read.at("a").as_int(), Some(1));
    assert_eq!(read.at("b").as_int(), Some(3));
}

#[test]
fn a_merge_below_a_key_wins_over_it_as_in_helm() {
    // sigs.k8s.io/yaml: {"a":2,"b":3}
    let read = read("a: 1\n<<: {a: 2, b: 3}\n");
    assert_eq!(read.at("a").as_int(), Some(2));
    let problem = &read.stream.problems[0];
    assert_eq!(
        problem.kind,
        ProblemKind::MergeOverridesKey {
            key: "a".to_owned()
        }
    );
    assert_eq!(read.slice(problem.span), "<<");
    assert_eq!(problem.related.as_ref().unwrap().0.range(), 0..1);
}

#[test]
fn a_quoted_merge_key_is_a_key_like_any_other() {
    let read = read("'<<': {a: 1}\n");
    assert_eq!(read.root().entries().next().unwrap().0.key.as_ref(), "<<");
}

#[test]
fn a_merge_takes_mappings_only() {
    let expected = "`<<` takes a mapping, an alias of one, or a list of these";
    for text in ["<<: 1\n", "<<: [1]\n", "a: &l [{x: 1}]\nb:\n  <<: *l\n"] {
        assert_eq!(read(text).stream.problems[0].message, expected);
    }
}

#[test]
fn an_alias_without_its_anchor_loses_the_document() {
    let read = read("host: *.example.com\n---\nb: 1\n");
    assert_eq!(
        read.problems(),
        [
            "Alias 1:7 \"*.example.com\" no anchor of this name comes before this alias in its document"
        ]
    );
    assert_eq!(read.stream.documents.len(), 1);
}

#[test]
fn a_value_that_repeats_itself_loses_the_document() {
    let read = read("a: &a [*a]\n");
    assert_eq!(
        read.problems(),
        ["Alias 1:8 \"*a\" `*a` is inside the value that it repeats"]
    );
    assert!(read.stream.documents.is_empty());
}

#[test]
fn a_billion_laughs_are_refused_in_no_time() {
    let mut text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    for level in 1..60 {
        let repeated = vec![format!("*a{}", level - 1); 10].join(", ");
        text += &format!("a{level}: &a{level} [{repeated}]\n");
    }
    text += "---\nok: 1\n";
    let read = read(&text);
    assert_eq!(read.stream.problems.len(), 1);
    assert!(matches!(
        read.stream.problems[0].kind,
        ProblemKind::LimitExceeded(_)
    ));
    assert_eq!(read.stream.documents.len(), 1);
    assert!(read.tree.len() < 1000);
}

#[test]
fn merges_count_towards_the_limits() {
    let base: String = (0..1000).map(|at| format!("  k{at}: 1\n")).collect();
    let merges: String = (0..5000).map(|at| format!("m{at}: {{<<: *b}}\n")).collect();
    let read = read(&format!("b: &b\n{base}{merges}"));
    assert!(matches!(
        read.stream.problems[0].kind,
        ProblemKind::LimitExceeded(_)
    ));
}

#[test]
fn aliases_do_not_build_depth_that_walkers_cannot_bear() {
    let mut text = "- &a0 [x]\n".to_owned();
    for level in 1..400 {
        text += &format!("- &a{level} [*a{}]\n", level - 1);
    }
    let read = read(&text);
    assert_eq!(read.stream.problems.len(), 1);
    assert!(matches!(
        read.stream.problems[0].kind,
        ProblemKind::LimitExceeded(_)
    ));
}
