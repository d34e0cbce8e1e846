//! What a requirement demands, who asks for it, which rules bear on it, and what decides it.

use super::ExplainPage;
use crate::cli::arguments::command;
use crate::diagnostic::Requirement;
use crate::report::{self, Style, cells};
use crate::rules::{Documentation, RuleFile};

/// Returns the options of `portolan check` that tell what the input alone may leave open.
pub(super) fn deciding(requirement: Requirement) -> &'static [&'static str] {
    match requirement {
        Requirement::Exposed | Requirement::Domain => &[],
        // Beyond a limit nothing is known.
        Requirement::ValuesFile => &["limit"],
        Requirement::HttpsOnly => &["platform", "assume"],
        Requirement::SslPolicy => &["platform"],
        Requirement::Timeout605 => &[
            "platform",
            "cluster-version",
            "aws-load-balancer-controller",
            "assume",
        ],
        Requirement::CertificateChain => &["tls-cert", "tls-key", "ca", "now"],
        Requirement::ManagedCertificate => &["platform", "cluster-version"],
        Requirement::GkeIngress => &[
            "platform",
            "cluster-version",
            "vpc-native",
            "shared-vpc",
            "network-policy",
        ],
    }
}

impl ExplainPage {
    pub(super) fn requirement(&mut self, requirement: Requirement, files: &[RuleFile]) {
        let mut rules: Vec<&RuleFile> = files
            .iter()
            .filter(|file| file.requirement == requirement)
            .collect();
        rules.sort_by(|left, right| left.id.cmp(&right.id));
        let id = self.paint(Style::Strong, requirement.as_str());
        self.line(&format!("{id} {}", self.paint(Style::Faint, "requirement")));
        self.heading("What it demands");
        self.paragraph(requirement.title());
        self.heading("Where the documentation asks for it");
        for documentation in asked(&rules) {
            self.asked_by(documentation);
        }
        self.heading("The rules that bear on it");
        let longest = rules.iter().map(|file| cells(&file.id)).max().unwrap_or(0);
        for file in rules {
            let gap = " ".repeat(longest.saturating_sub(cells(&file.id)));
            let severity = file.severity.as_str();
            let pad = " ".repeat("warning".len().saturating_sub(severity.len()));
            let severity = self.paint(Style::Of(file.severity), severity);
            let margin = " ".repeat(2 + longest + 2 + "warning".len() + 2);
            let id = self.style.visible(&file.id);
            self.hanging(
                &file.title,
                &format!("  {id}{gap}  {severity}{pad}  "),
                &margin,
            );
        }
        self.heading("What decides it where it is undecided");
        for option in deciding(requirement) {
            let help = help_of(option);
            self.hanging(&format!("--{option}: {help}"), "  ", "    ");
        }
        self.paragraph(
            "What only the chart could tell is decided by what Helm renders: `portolan helm RELEASE CHART`, or `helm template` \
             piped to `portolan check -`.",
        );
    }

    /// Writes what one place in the documentation asks.
    fn asked_by(&mut self, documentation: &Documentation) {
        let (open, close) = if self.style.unicode {
            ("“", "”")
        } else {
            ("\"", "\"")
        };
        let bullet = if self.style.unicode { "  • " } else { "  - " };
        self.hanging(&documentation.asks, bullet, "    ");
        let heading = &documentation.heading;
        let document = &documentation.document;
        self.hanging(
            &format!("{open}{heading}{close} in {open}{document}{close}"),
            "    ",
            "    ",
        );
        if let Some(url) = &documentation.url {
            let link = report::link(&self.style.visible(url), &self.shown);
            self.line(&format!("    {link}"));
        }
    }
}

/// Returns the documentation's demands in the rules' words, each once.
fn asked<'f>(rules: &[&'f RuleFile]) -> Vec<&'f Documentation> {
    let mut asked: Vec<&Documentation> = Vec::new();
    for file in rules {
        let same = |known: &&Documentation| known.asks == file.documentation.asks;
        if !asked.iter().any(same) {
            asked.push(&file.documentation);
        }
    }
    asked
}

/// Returns the help on an option of `portolan check`.
fn help_of(option: &str) -> String {
    let command = command();
    command
        .find_subcommand("check")
        .and_then(|check| {
            check
                .get_arguments()
                .find(|argument| argument.get_long() == Some(option))
        })
        .and_then(|argument| argument.get_help())
        .map(ToString::to_string)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::example_options;
    use crate::diagnostic::Verdict;
    use crate::rules::RuleSet;
    use crate::selftest::run_example;

    #[test]
    fn every_option_is_one_of_check() {
        for requirement in Requirement::ALL {
            for option in deciding(requirement) {
                assert!(!help_of(option).is_empty(), "{requirement}: --{option}");
            }
        }
    }

    /// Finds the names of options in a text, without their hyphens.
    fn options_in(text: &str) -> impl Iterator<Item = &str> {
        text.split('`')
            .filter_map(|code| code.strip_prefix("--"))
            .map(|option| option.split(' ').next().unwrap_or_default())
    }

    /// What the examples of all rules leave undecided asks for no other option than those that are listed.
    #[test]
    fn every_option_that_an_undecided_requirement_asks_for_is_listed() {
        let rules = RuleSet::builtin();
        let mut asked = 0;
        for file in RuleSet::builtin_files() {
            for example in file.examples.bad.iter().chain(&file.examples.good) {
                let outcome = run_example(example, rules, &example_options);
                let rows = outcome
                    .into_iter()
                    .flat_map(|outcome| outcome.report.releases);
                for row in rows.flat_map(|release| release.requirements) {
                    if row.verdict != Verdict::Undecided {
                        continue;
                    }
                    for option in row.supply.iter().flat_map(|supply| options_in(supply)) {
                        let listed = deciding(row.requirement).contains(&option);
                        assert!(listed, "{}: --{option}: {:?}", row.requirement, row.supply);
                        asked += 1;
                    }
                }
            }
        }
        assert!(asked > 20, "{asked}");
    }
}
