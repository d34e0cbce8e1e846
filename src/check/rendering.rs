//! A release judged from both ends: the values that people edit, and what Helm renders from them.
//!
//! Findings belong where people can fix them: what both ends say is said of the values, and the rendering adds what the
//! values do not show. The rendering is the proof. A finding that rests on how the chart renders a value is dropped where
//! the rendering refutes it: the chart may be a fork with defaults or templates of its own.

use std::collections::BTreeMap;

use super::{Input, Options, Outcome, check, is_selected};
use crate::diagnostic::{Diagnostic, ReleaseReport, Requirement, RequirementVerdict, Verdict};
use crate::rules::{Rule, RuleSet};

/// Checks values files merged into one release, and the manifests that Helm renders from them, as one release.
pub fn check_with_rendering(
    values: Vec<Input>,
    rendered: Input,
    options: &Options,
    rules: &RuleSet,
) -> Outcome {
    // Both ends are compared before anything is left out.
    let all = Options {
        select: Vec::new(),
        ignore: Vec::new(),
        ..options.clone()
    };
    let mut values = check(values, &all, rules);
    let mut rendering = check(vec![rendered], &all, rules);
    let proof = Tally::of(&rendering);
    let refuted = |found: &Diagnostic| {
        let decided = rendering
            .report
            .releases
            .iter()
            .flat_map(|release| &release.requirements)
            .filter(|row| row.requirement == found.requirement)
            .all(|row| row.verdict != Verdict::Undecided);
        decided && !about_values(found, rules) && !proof.has(found)
    };
    values.report.diagnostics.retain(|found| !refuted(found));
    let own: Vec<Requirement> = values
        .report
        .diagnostics
        .iter()
        .chain(&values.suppressed)
        .filter(|found| !proof.has(found))
        .map(|found| found.requirement)
        .collect();
    let mut known = Tally::of(&values);
    rendering
        .report
        .diagnostics
        .retain(|found| !known.take(found));
    // The rendering is no input of its own: it is made from the values.
    rendering.report.summary.files = 0;
    let mut whole = Outcome::join([values, rendering]);
    let mut ends = std::mem::take(&mut whole.report.releases).into_iter();
    if let Some(of_values) = ends.next() {
        whole.report.releases.push(merged(of_values, ends, &own));
    }
    let diagnostics = &mut whole.report.diagnostics;
    diagnostics.retain(|found| is_selected(found, options));
    whole.count();
    whole
}

/// Tells whether a finding is about how the values are written, which the rendering cannot tell.
fn about_values(found: &Diagnostic, rules: &RuleSet) -> bool {
    // Only values have a file that is secret or not by its name.
    let asks_for_values = |rule: &Rule| rule.require.reads("private_key", "in_values");
    found.requirement == Requirement::ValuesFile
        || rules.get(&found.rule).is_some_and(asks_for_values)
}

/// Number of findings by rule and object.
struct Tally(BTreeMap<(String, Option<String>), usize>);

impl Tally {
    fn of(outcome: &Outcome) -> Self {
        let mut times = BTreeMap::new();
        for found in outcome.report.diagnostics.iter().chain(&outcome.suppressed) {
            *times.entry(key(found)).or_default() += 1;
        }
        Tally(times)
    }

    fn has(&self, found: &Diagnostic) -> bool {
        self.0.contains_key(&key(found))
    }

    /// Takes one away, if there is one left.
    fn take(&mut self, found: &Diagnostic) -> bool {
        match self.0.get_mut(&key(found)) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        }
    }
}

fn key(found: &Diagnostic) -> (String, Option<String>) {
    (found.rule.clone(), found.object.clone())
}

/// Merges the verdicts on the values and on each installation in the rendering into one table; `own` are the
/// requirements of findings that only the values show.
fn merged(
    mut whole: ReleaseReport,
    rendered: impl Iterator<Item = ReleaseReport>,
    own: &[Requirement],
) -> ReleaseReport {
    for (index, other) in rendered.enumerate() {
        for row in other.requirements {
            let same = |known: &&mut RequirementVerdict| known.requirement == row.requirement;
            if let Some(known) = whole.requirements.iter_mut().find(same) {
                prove(known, row, index == 0, own);
            }
        }
        for sentence in other.inferred {
            if !whole.inferred.contains(&sentence) {
                whole.inferred.push(sentence);
            }
        }
    }
    whole
}

/// Takes over the rendering's verdict on a requirement.
fn prove(
    row: &mut RequirementVerdict,
    rendered: RequirementVerdict,
    first: bool,
    own: &[Requirement],
) {
    let of_values = row.requirement == Requirement::ValuesFile || own.contains(&row.requirement);
    let stays = row.verdict == Verdict::Violated && (of_values || !first);
    if stays {
        row.diagnostics = row.diagnostics.max(rendered.diagnostics);
    } else if rendered.verdict == Verdict::Violated || !of_values {
        *row = rendered;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Role;

    /// Makes a router Service of the given type, as a chart renders it.
    fn rendered(kind: &str, annotations: &str) -> Input {
        let text = format!(
            "---\n# Source: carto/templates/router/service.yaml\napiVersion: v1\nkind: Service\nmetadata:\n  name: carto-router\n  \
             labels:\n    app.kubernetes.io/name: carto\n    app.kubernetes.io/instance: carto\n    \
             app.kubernetes.io/component: router\n{annotations}spec:\n  type: {kind}\n  ports:\n    - name: http\n      \
             port: 80\n      targetPort: http\n"
        );
        Input {
            role: Role::Rendered,
            ..Input::named("rendered", text)
        }
    }

    fn rules_at(outcome: &Outcome, rule: &str) -> Vec<String> {
        outcome
            .report
            .diagnostics
            .iter()
            .filter(|found| found.rule == rule)
            .map(|found| outcome.sources.name(found.span.source).to_owned())
            .collect()
    }

    fn both(values: &str, rendered: Input, options: &Options) -> Outcome {
        let values = vec![Input::values("values.yaml", values)];
        check_with_rendering(values, rendered, options, RuleSet::builtin())
    }

    fn verdict(outcome: &Outcome, requirement: Requirement) -> Verdict {
        let [release] = outcome.report.releases.as_slice() else {
            unreachable!("one table: {:?}", outcome.report.releases);
        };
        let mut rows = release.requirements.iter();
        rows.find(|row| row.requirement == requirement)
            .map_or(Verdict::NotApplicable, |row| row.verdict)
    }

    const DOMAIN: &str = "appConfigValues: {selfHostedDomain: carto.acme.io}\n";

    #[test]
    fn what_both_ends_say_is_said_of_the_values() {
        let values = format!("{DOMAIN}router:\n  service:\n    type: NodePort\n");
        let outcome = both(&values, rendered("NodePort", ""), &Options::default());
        assert_eq!(rules_at(&outcome, "node-port"), ["values.yaml"]);
        assert_eq!(outcome.report.summary.releases, 1);
        assert_eq!(outcome.report.summary.manifests, 1);
    }

    #[test]
    fn a_charts_own_default_refutes_what_the_values_alone_seem_to_say() {
        let alone = check(
            vec![Input::values("values.yaml", DOMAIN)],
            &Options::default(),
            RuleSet::builtin(),
        );
        assert_eq!(rules_at(&alone, "router-not-exposed").len(), 1);
        assert_eq!(verdict(&alone, Requirement::Exposed), Verdict::Violated);
        let forked = both(DOMAIN, rendered("LoadBalancer", ""), &Options::default());
        assert_eq!(rules_at(&forked, "router-not-exposed"), [""; 0]);
        assert_eq!(verdict(&forked, Requirement::Exposed), Verdict::Met);
    }

    #[test]
    fn what_only_the_chart_sets_is_said_of_the_rendering() {
        let annotations = "  annotations:\n    \
             service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout: \"4\"\n";
        let outcome = both(
            DOMAIN,
            rendered("LoadBalancer", annotations),
            &Options::default(),
        );
        assert_eq!(rules_at(&outcome, "timeout-too-short"), ["rendered"]);
        assert_eq!(
            verdict(&outcome, Requirement::Timeout605),
            Verdict::Violated
        );
    }

    #[test]
    fn what_is_suppressed_in_the_values_does_not_come_back_from_the_rendering() {
        let values = format!(
            "{DOMAIN}router:\n  service:\n    # portolan: ignore[node-port] the lab has no load balancer\n    type: NodePort\n"
        );
        let outcome = both(&values, rendered("NodePort", ""), &Options::default());
        assert_eq!(rules_at(&outcome, "node-port"), [""; 0]);
        assert_eq!(outcome.report.summary.suppressed, 1);
        assert_eq!(verdict(&outcome, Requirement::Exposed), Verdict::Violated);
    }

    #[test]
    fn a_private_key_in_the_values_is_one_whatever_the_rendering_shows() {
        let files = RuleSet::builtin_files();
        let rule = files.iter().find(|file| file.id == "private-key-in-values");
        let example = rule.and_then(|rule| rule.examples.bad.first());
        let Some(file) = example.and_then(|example| example.files.first()) else {
            unreachable!("the rule has an example");
        };
        let outcome = both(
            &file.text,
            rendered("LoadBalancer", ""),
            &Options::default(),
        );
        assert_eq!(rules_at(&outcome, "private-key-in-values"), ["values.yaml"]);
    }

    #[test]
    fn findings_about_the_text_of_values_need_no_proof() {
        let values = format!("{DOMAIN}router:\n  servise: {{}}\n");
        let outcome = both(&values, rendered("LoadBalancer", ""), &Options::default());
        assert_eq!(rules_at(&outcome, "unknown-key"), ["values.yaml"]);
        assert_eq!(
            verdict(&outcome, Requirement::ValuesFile),
            Verdict::Violated
        );
        let options = Options {
            ignore: vec!["unknown-key".to_owned()],
            ..Options::default()
        };
        let outcome = both(&values, rendered("LoadBalancer", ""), &options);
        assert_eq!(rules_at(&outcome, "unknown-key"), [""; 0]);
        assert_eq!(
            verdict(&outcome, Requirement::ValuesFile),
            Verdict::Violated
        );
    }
}
