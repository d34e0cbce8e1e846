//! `plain` on the cases.

use regex::Regex;

use super::*;

#[test]
fn problem_matchers_find_every_finding_and_nothing_else() {
    let matcher =
        Regex::new(r"^(.+?):(\d+):(\d+): (error|warning|note)\[([a-z-]+)\]: (.+)$").unwrap();
    for (name, case) in all() {
        for verbose in [false, true] {
            let options = Options {
                verbose,
                ..Options::default()
            };
            let text = case.rendered(Format::Plain, &options);
            let matched = text.lines().filter(|line| matcher.is_match(line)).count();
            assert_eq!(matched, case.report.diagnostics.len(), "{name}: {text}");
            let others = text.lines().filter(|line| !matcher.is_match(line));
            assert!(
                others
                    .into_iter()
                    .all(|line| line.starts_with("portolan: ")),
                "{name}: {text}"
            );
        }
    }
}

#[test]
fn what_could_not_be_decided_is_named_after_the_findings() {
    insta::assert_snapshot!(several_releases().rendered(Format::Plain, &Options::default()));
    let verbose = Options {
        verbose: true,
        ..Options::default()
    };
    insta::assert_snapshot!(azure_timeout().rendered(Format::Plain, &verbose));
}

#[test]
fn a_good_report_is_one_line() {
    insta::assert_snapshot!(
        all_is_well().rendered(Format::Plain, &Options::default()),
        @"portolan: no findings; checked 1 release in 1 file; requirements: 6 met, 3 not applicable"
    );
}

#[test]
fn a_message_of_several_lines_stays_on_one() {
    insta::assert_snapshot!(foreign_text().rendered(Format::Plain, &Options::default()));
    insta::assert_snapshot!(secrets().rendered(Format::Plain, &Options::default()));
}
