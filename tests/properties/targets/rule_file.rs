//! Rules that people write themselves: read, compiled, their examples executed, and applied to values.

use portolan::check::check;
use portolan::cli::example_options;
use portolan::rules::{RuleSet, SharedFileError};
use portolan::selftest::try_examples;
use portolan_yaml::source::LineColumn;

use super::inputs::{inputs, options};
use super::outcome::assert_check;
use super::sections::{of_kind, sections};

/// Values in which most subjects have something to be judged.
const VALUES: &str = "\
appConfigValues:
  selfHostedDomain: carto.acme.io
router:
  service:
    type: LoadBalancer
    annotations:
      service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout: \"10\"
  ingress:
    enabled: true
    hostname: carto.acme.io
";

pub fn run(data: &[u8]) {
    let sections = sections(data, "rule");
    let Some(section) = of_kind(&sections, "rule").next() else {
        return;
    };
    let text = section.text();
    let shared = |path: &str| {
        let mut files = of_kind(&sections, "file");
        let file = files.find(|file| file.name == path);
        file.map(|file| file.text())
            .ok_or(SharedFileError::NoFolder)
    };
    let rule = match RuleSet::parse_in(&text, &shared) {
        Ok((rule, _)) => rule,
        Err(errors) => {
            assert!(!errors.is_empty(), "refused for no reason");
            for error in &errors {
                assert!(!error.message.is_empty(), "refused without words");
                let LineColumn { line, column } = error.place;
                assert!(line > 0 && column > 0, "{line}:{column}");
                assert!(line <= text.split(['\n', '\r']).count(), "line {line}");
            }
            assert_eq!(
                RuleSet::parse_in(&text, &shared).err(),
                Some(errors),
                "read twice"
            );
            return;
        }
    };
    let tried = try_examples(&rule.file, &|given| example_options(given));
    for failure in tried.iter().flatten() {
        assert!(
            !failure.mistakes.is_empty(),
            "an example that fails for no reason"
        );
    }
    let rules = match RuleSet::of(portolan::rules::RuleFile::clone(&rule.file)) {
        Ok(rules) => rules,
        Err(errors) => panic!("accepted as a text, refused as a rule: {errors:?}"),
    };
    let mut inputs = inputs(&sections);
    if inputs.is_empty() {
        inputs.push(portolan::check::Input::values(
            "customizations.yaml",
            VALUES,
        ));
    }
    let options = options(&sections);
    assert_check(data, &options, || check(inputs.clone(), &options, &rules));
}
