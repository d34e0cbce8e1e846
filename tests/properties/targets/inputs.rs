//! From the parts of an input to what a check takes.

use portolan::check::{Input, Options, PemFile, Role};
use portolan::cli::example_options;
use portolan::options::SetValue;

use super::sections::Section;

/// 2027-01-15: dates are judged, and always at the same time.
const NOW: i64 = 1_799_971_200;

/// The texts to check.
pub fn inputs(sections: &[Section<'_>]) -> Vec<Input> {
    sections
        .iter()
        .filter_map(|section| {
            let role = match section.kind {
                "values" => Role::Values,
                "named" => Role::Named,
                "walked" => Role::Walked,
                _ => return None,
            };
            let name = if section.name.is_empty() {
                "customizations.yaml"
            } else {
                section.name
            };
            let not_utf8 = std::str::from_utf8(section.body).err();
            Some(Input {
                not_utf8: not_utf8.map(|error| error.valid_up_to()),
                role,
                ..Input::named(name, section.text())
            })
        })
        .collect()
}

/// What the check is told besides.
pub fn options(sections: &[Section<'_>]) -> Options {
    let mut given: Vec<String> = Vec::new();
    for section in sections.iter().filter(|section| section.kind == "options") {
        let text = section.text();
        given.extend(
            text.lines()
                .filter(|line| !line.is_empty())
                .map(str::to_owned),
        );
    }
    let mut options = example_options(&given).unwrap_or_default();
    options.now = options.now.or(Some(NOW));
    // They would name files that nobody reads.
    (options.tls_cert, options.tls_key) = (None, None);
    options.ca.clear();
    for section in sections {
        let text = || section.text().trim_end_matches('\n').to_owned();
        let file = || PemFile {
            name: section.kind.to_owned(),
            bytes: section.body.to_vec(),
        };
        match section.kind {
            "set" => options.release.set.push(SetValue::from(text())),
            "set-string" => options.release.set_string.push(SetValue::from(text())),
            "tls-cert" => options.tls_cert = Some(file()),
            "tls-key" => options.tls_key = Some(file()),
            "ca" => options.ca.push(file()),
            "select" => options.select.push(text()),
            "ignore" => options.ignore.push(text()),
            _ => {}
        }
    }
    options
}
