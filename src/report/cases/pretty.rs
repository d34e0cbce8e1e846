//! `pretty` on the cases.

use super::*;

const AT_80: Options = Options {
    color: false,
    width: 80,
    links: false,
    unicode: true,
    verbose: false,
};

#[test]
fn every_case_reads_well_on_80_columns() {
    for (name, case) in all() {
        insta::assert_snapshot!(
            format!("pretty_80_{name}"),
            case.rendered(Format::Pretty, &AT_80)
        );
    }
}

#[test]
fn wide_terminals_show_what_each_requirement_demands() {
    let options = Options {
        width: 120,
        ..AT_80
    };
    let mut text = extra_deploy().rendered(Format::Pretty, &options);
    text += &several_releases().rendered(Format::Pretty, &options);
    insta::assert_snapshot!("pretty_120", text);
}

#[test]
fn a_terminal_without_unicode_gets_ascii_alone() {
    let options = Options {
        unicode: false,
        ..AT_80
    };
    let cases = [
        azure_timeout(),
        two_files(),
        long_line(),
        whole_mapping(),
        secrets(),
    ];
    let text: String = cases
        .iter()
        .map(|case| case.rendered(Format::Pretty, &options))
        .collect();
    assert!(text.is_ascii(), "{text}");
    insta::assert_snapshot!("pretty_ascii", text);
}

#[test]
fn colours_and_links_come_only_on_demand() {
    let options = Options {
        color: true,
        links: true,
        ..AT_80
    };
    let colored = azure_timeout().rendered(Format::Pretty, &options);
    insta::assert_snapshot!("pretty_color", colored.replace('\u{1b}', "␛"));
    for (name, case) in all() {
        let plain = case.rendered(Format::Pretty, &AT_80);
        assert!(!plain.contains('\u{1b}'), "{name}");
    }
}

#[test]
fn no_line_of_ours_is_wider_than_the_terminal() {
    for width in [40, 60, 80, 120] {
        let options = Options { width, ..AT_80 };
        for (name, case) in all() {
            for line in case.rendered(Format::Pretty, &options).lines() {
                // Addresses, paths and the ids of rules are left whole, so that they can be copied.
                let whole = [
                    "documentation: ",
                    "╭─",
                    "├─",
                    "Requirements of",
                    "portolan explain",
                    "kubernetes.io",
                    "error[",
                    "warning[",
                ];
                let excused = whole.iter().any(|part| line.contains(part))
                    || (width == 40 && line.len() > 40);
                let cells = super::super::glyph::cells(line);
                assert!(
                    excused || cells <= width,
                    "{name} at {width}: {cells} cells: {line}"
                );
            }
        }
    }
}

#[test]
fn ten_thousand_findings_in_a_large_file_cost_no_more_than_their_lines() {
    let mut case = Case::new();
    let line = "      service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout: \"10\"\n";
    let blob = format!("blob: {}\n", "ab-".repeat(100_000));
    let text = line.repeat(4000) + &blob;
    let id = case.file("customizations.yaml", text);
    for n in 0..10_000 {
        let line_start = (n % 4000) * line.len();
        let mut found = finding(
            "timeout-too-short",
            Severity::Error,
            Requirement::Timeout605,
            Span::new(id, line_start + 72, line_start + 76),
            "10 minutes are 600 s",
        );
        let far = 4000 * line.len() + 6 + (n * 29) % 299_000;
        found.labels = vec![label(
            Span::new(id, far, far + 2),
            "in a line of 300,000 characters",
        )];
        case.add(found);
    }
    let start = std::time::Instant::now();
    let text = case.rendered(Format::Pretty, &AT_80);
    // Seen with `--nocapture`. What is asserted is the size: what is not written was not looked at either.
    println!("{} bytes in {:?}", text.len(), start.elapsed());
    assert!(text.len() < 10_000 * 2000);
}
