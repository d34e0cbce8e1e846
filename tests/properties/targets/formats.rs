//! What must hold for a report in every format.

use portolan::diagnostic::Report;
use portolan::report::{Format, Options, render};
use portolan_yaml::source::{LineColumn, Sources};

/// Texts that stand for secrets in generated inputs: no output may hold one that was marked as such.
pub const SECRETS: [&str; 3] = [
    "hunter2-Tr0ub4dor",
    "Zm9vYmFyYmF6cXV4c2VjcmV0dG9rZW4",
    "correct horse battery staple",
];

/// The report in every format, in the order of [`Format::ALL`].
pub fn every_format(report: &Report, sources: &Sources, look: &Options) -> Vec<(Format, String)> {
    Format::ALL
        .into_iter()
        .map(|format| {
            let mut out = Vec::new();
            if let Err(error) = render(format, report, sources, look, &mut out) {
                panic!("{format}: {error}");
            }
            match String::from_utf8(out) {
                Ok(text) => (format, text),
                Err(error) => panic!("{format}: {error}"),
            }
        })
        .collect()
}

/// Every format is well-formed, and shows no secret.
pub fn assert_formats(input: &[u8], report: &Report, sources: &Sources, look: &Options) {
    for (format, output) in every_format(report, sources, look) {
        // By name, so that a new format is held to what holds for all of them at once.
        match format.as_str() {
            "json" => assert_json(&output, report, sources),
            "sarif" | "gitlab" => drop(json_of(format, &output)),
            "junit" | "checkstyle" => assert_xml(format, &output),
            "pretty" | "plain" | "github" => assert_terminal(format, &output, look),
            _ => {}
        }
        assert_no_secret(format, &output, input, sources);
    }
}

/// The JSON parses, and says of every finding where it is, in bytes as in lines and columns.
fn assert_json(output: &str, report: &Report, sources: &Sources) {
    let json = json_of(Format::Json, output);
    let found = json["diagnostics"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    assert_eq!(found.len(), report.diagnostics.len(), "findings in json");
    for (json, found) in found.iter().zip(&report.diagnostics) {
        assert_eq!(json["file"], sources.name(found.span.source));
        let places = [("start", found.span.start), ("end", found.span.end)];
        for (name, offset) in places {
            let json = &json["range"][name];
            assert_eq!(json["offset"], offset, "offset in json");
            if let Some(source) = sources.get(found.span.source) {
                let LineColumn { line, column } = source.line_column(offset as usize);
                assert_eq!(
                    (&json["line"], &json["column"]),
                    (&line.into(), &column.into())
                );
            }
        }
    }
    let rows = report
        .releases
        .iter()
        .map(|release| release.requirements.len())
        .sum::<usize>();
    let found = json["requirements"].as_array().map_or(0, Vec::len);
    assert_eq!(found, rows, "verdicts in json");
}

fn json_of(format: Format, output: &str) -> serde_json::Value {
    match serde_json::from_str(output) {
        Ok(json) => json,
        Err(error) => panic!("{format}: {error}\n{output}"),
    }
}

fn assert_xml(format: Format, output: &str) {
    if let Err(error) = roxmltree::Document::parse(output) {
        panic!("{format}: {error}\n{output}");
    }
}

/// No control character of an input reaches a terminal.
fn assert_terminal(format: Format, output: &str, look: &Options) {
    let own = |character| match format {
        Format::Pretty => character == '\u{1b}' && (look.color || look.links),
        _ => false,
    };
    for character in output.chars() {
        assert!(
            character == '\n' || !character.is_control() || own(character),
            "{format}: {character:?}"
        );
    }
}

/// A secret of which every place is marked is in no output, neither in whole nor in parts that would help.
fn assert_no_secret(format: Format, output: &str, input: &[u8], sources: &Sources) {
    for secret in SECRETS {
        for part in [secret, &secret[..10], &secret[secret.len() - 10..]] {
            assert!(
                !output.contains(part) || !all_marked(part, input, sources),
                "{format} shows the secret {part:?}:\n{output}"
            );
        }
    }
}

/// True where a text stands only in places that are marked as secret.
fn all_marked(part: &str, input: &[u8], sources: &Sources) -> bool {
    let mut count = 0;
    let marked = sources.iter().all(|(_, source)| {
        source.text().match_indices(part).all(|(at, _)| {
            count += 1;
            let end = at + part.len();
            let holds = |range: &std::ops::Range<u32>| {
                range.start as usize <= at && end <= range.end as usize
            };
            source.secrets().iter().any(holds)
        })
    });
    // It may also stand where no text is: in a name, in an option.
    let given = input
        .windows(part.len())
        .filter(|window| *window == part.as_bytes())
        .count();
    marked && count == given
}
