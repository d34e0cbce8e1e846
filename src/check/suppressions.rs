//! Comments that ask for findings to be left out: `# portolan: ignore[timeout-too-short] until=2027-03-31 reason`.
//!
//! They act after judging, on the findings whose primary span begins on the comment's line, or, for a comment that stands
//! alone, on the line below it. A suppressed finding leaves the list and is counted in the summary; the verdict on its
//! requirement stays what it is, as with `--ignore`: that somebody accepts a defect does not fix it.
//!
//! A comment in a text of `extraDeploy` is part of that text for YAML, and is read from its lines.

use super::{InputDocument, Session};
use crate::diagnostic::Diagnostic;
use crate::facts::{Anchor, Fact, Facts, Suppression};
use crate::rules::{Judgement, RuleSet, judge};
use portolan_certificate::time::end_of_day;
use portolan_yaml::source::{SourceId, Span};
use portolan_yaml::{Node, Style};

/// A comment that asks for findings to be left out.
#[derive(Clone, Debug)]
pub(super) struct Written {
    /// The comment.
    span: Span,
    /// Nothing else stands on its line.
    stands_alone: bool,
    /// The line whose findings are meant.
    line: usize,
    request: Result<Request, Defect>,
}

/// A request in a comment.
#[derive(Clone, Debug)]
struct Request {
    /// The rules' ids, each with its place.
    rules: Vec<(String, Span)>,
    /// The last day on which it holds, and the second at which that ends.
    until: Option<(String, i64)>,
}

/// A defect that keeps a comment from being read.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Defect {
    message: String,
    help: String,
}

/// More suppressions in one file than anybody could have thought about: each is held against every finding.
const MOST: usize = 10_000;

const FORM: &str = "write it as `# portolan: ignore[rule-id] reason`";

impl Session<'_> {
    /// Finds the suppressions in a text.
    pub(super) fn suppressions(&self, document: &InputDocument) -> Vec<Written> {
        let mut comments: Vec<(Span, bool)> = document
            .stream
            .comments
            .iter()
            .map(|comment| (comment.span, comment.own_line))
            .filter(|(span, _)| is_ours(self.sources.slice(*span)))
            .collect();
        for read in &document.stream.documents {
            for item in extra_deploy(self.tree.node(read.root)) {
                self.comments_in_text(item, &mut comments);
            }
        }
        comments.sort();
        comments.dedup();
        let line_of = |span: Span| self.sources.line_column(span).line;
        let mut written: Vec<Written> = Vec::new();
        // From the last one up, so that each of several that stand one above the other takes over the line of the next.
        for (span, own_line) in comments.iter().rev().take(MOST) {
            let line = line_of(*span);
            let next = written.last();
            let meant = match next {
                _ if !own_line => line,
                Some(next) if next.stands_alone && line_of(next.span) == line + 1 => next.line,
                _ => line + 1,
            };
            written.push(Written {
                span: *span,
                stands_alone: *own_line,
                line: meant,
                request: request(self.sources.slice(*span), *span),
            });
        }
        written.reverse();
        written
    }

    /// Finds comments in the lines of a block scalar.
    fn comments_in_text(&self, item: Node<'_>, comments: &mut Vec<(Span, bool)>) {
        let is_block = item
            .scalar()
            .is_some_and(|scalar| matches!(scalar.style, Style::Literal | Style::Folded));
        if !is_block {
            return;
        }
        let span = item.span();
        let mut at = span.start as usize;
        for line in self.sources.slice(span).split_inclusive('\n') {
            let text = line.trim_end();
            let sign = text.match_indices('#').find(|(sign, _)| {
                let before = text.get(..*sign).unwrap_or_default();
                (before.is_empty() || before.ends_with([' ', '\t']))
                    && text.get(*sign..).is_some_and(is_ours)
            });
            if let Some((sign, _)) = sign {
                let own_line = text
                    .get(..sign)
                    .is_some_and(|before| before.trim().is_empty());
                comments.push((Span::new(span.source, at + sign, at + text.len()), own_line));
            }
            at += line.len();
        }
    }

    /// Takes suppressed findings out of a judgement, and adds what is to be said about the suppressions themselves; gives
    /// the findings taken out.
    pub(super) fn suppress(
        &self,
        files: &[SourceId],
        facts: &Facts,
        judgement: &mut Judgement,
    ) -> Vec<Diagnostic> {
        let written: Vec<&Written> = self
            .written
            .iter()
            .filter(|written| files.contains(&written.span.source))
            .collect();
        if written.is_empty() {
            return Vec::new();
        }
        let others = self.findings_of_other_rules(&written, facts);
        let mut about = Facts::default();
        let mut suppressed = Vec::new();
        for written in written {
            match &written.request {
                Err(defect) => {
                    let mut fact = Suppression::new(Anchor::new(written.span));
                    fact.defect = Fact::known(defect.message.clone());
                    fact.help = Fact::known(defect.help.clone());
                    about.suppressions.push(fact);
                }
                Ok(request) => {
                    for (rule, place) in &request.rules {
                        let (fact, hidden) =
                            self.apply(written, request, (rule, *place), judgement, &others);
                        suppressed.extend(hidden);
                        about.suppressions.push(fact);
                    }
                }
            }
        }
        add(judge(self.rules, &about), judgement);
        suppressed
    }

    /// Adds the fact about one suppression, and takes out the findings that it covers.
    fn apply(
        &self,
        written: &Written,
        request: &Request,
        (rule, place): (&str, Span),
        judgement: &mut Judgement,
        others: &Judgement,
    ) -> (Suppression, Vec<Diagnostic>) {
        let mut fact = Suppression::new(Anchor::new(place));
        fact.rule = Fact::known(rule.to_owned());
        fact.used = Fact::known(false);
        if self.rules.get(rule).is_none() && RuleSet::builtin().get(rule).is_none() {
            let ids = self.rules.iter().map(|rule| rule.id());
            let near = portolan_yaml::nearest::nearest(rule, ids);
            fact.defect = Fact::known(format!("there is no rule `{rule}`"));
            fact.help = Fact::known(match near {
                Some(near) => format!("write `{near}`, if that is meant"),
                None => "`portolan rules` lists the rules".to_owned(),
            });
            return (fact, Vec::new());
        }
        if let (Some((day, end)), Some(now)) = (&request.until, self.options.now)
            && now >= *end
        {
            fact.expired = Fact::known(day.clone());
            return (fact, Vec::new());
        }
        let source = written.span.source;
        let line = self
            .sources
            .get(source)
            .map(|source| source.line_range(written.line));
        let is_meant = |found: &Diagnostic| {
            let at = found.span.start as usize;
            found.span.source == source
                && line
                    .as_ref()
                    .is_some_and(|line| line.start <= at && at <= line.end)
                && found.rule == rule
        };
        // Thousands may be hidden one by one; findings are put in order when all are there.
        let mut hidden = Vec::new();
        while let Some(at) = judgement.diagnostics.iter().position(is_meant) {
            hidden.push(judgement.diagnostics.swap_remove(at));
        }
        let used = !hidden.is_empty() || others.diagnostics.iter().any(is_meant);
        fact.used = Fact::known(used);
        (fact, hidden)
    }

    /// Judges by built-in rules that were not asked for but are named in a suppression: it is not unused for that.
    fn findings_of_other_rules(&self, written: &[&Written], facts: &Facts) -> Judgement {
        let names_other = written
            .iter()
            .filter_map(|written| written.request.as_ref().ok())
            .flat_map(|request| &request.rules)
            .any(|(rule, _)| self.rules.get(rule).is_none());
        if names_other {
            judge(RuleSet::builtin(), facts)
        } else {
            Judgement::default()
        }
    }
}

/// Adds a judgement to another one.
fn add(more: Judgement, judgement: &mut Judgement) {
    judgement.diagnostics.extend(more.diagnostics);
    judgement.failures.extend(more.failures);
    for (rule, count) in more.held {
        *judgement.held.entry(rule).or_default() += count;
    }
    for row in more.requirements {
        let known = judgement
            .requirements
            .iter_mut()
            .find(|known| known.requirement == row.requirement);
        if let Some(known) = known {
            known.diagnostics += row.diagnostics;
            if row.verdict == crate::diagnostic::Verdict::Violated {
                known.verdict = row.verdict;
                known.supply = row.supply;
            }
        }
    }
}

/// Returns the entries of `extraDeploy`.
fn extra_deploy<'t>(root: Node<'t>) -> Vec<Node<'t>> {
    let Some(node) = root.get("extraDeploy") else {
        return Vec::new();
    };
    node.items()
        .chain(node.entries().map(|(_, value)| value))
        .collect()
}

/// Tells whether a comment is meant for Portolan.
fn is_ours(comment: &str) -> bool {
    let text = comment.trim_start_matches('#').trim_start();
    text.get(.."portolan".len())
        .is_some_and(|word| word.eq_ignore_ascii_case("portolan"))
        && text
            .get("portolan".len()..)
            .is_some_and(|rest| rest.trim_start().starts_with(':'))
}

/// Reads a comment that is meant for Portolan.
fn request(comment: &str, span: Span) -> Result<Request, Defect> {
    let defect = |message: &str| {
        Err(Defect {
            message: message.to_owned(),
            help: FORM.to_owned(),
        })
    };
    let after_name = comment.find(':').map_or(comment.len(), |at| at + 1);
    let rest = comment.get(after_name..).unwrap_or_default();
    let Some(rest) = rest.trim_start().strip_prefix("ignore") else {
        return defect("a comment that begins with `portolan:` goes on with `ignore[…]`");
    };
    let Some(rest) = rest.trim_start().strip_prefix('[') else {
        return defect("this comment names no rule: the ids belong in brackets after `ignore`");
    };
    let Some((list, rest)) = rest.split_once(']') else {
        return defect("the bracket after `ignore` is never closed");
    };
    // Both are parts of the comment, so their distance is a place in it.
    let list_at = comment.len() - rest.len() - 1 - list.len();
    let mut rules = Vec::new();
    let mut at = list_at;
    for part in list.split(',') {
        let name = part.trim();
        let start = span.start as usize + at + (part.len() - part.trim_start().len());
        if !name.is_empty() {
            let place = Span::new(span.source, start, start + name.len());
            rules.push((name.to_owned(), place));
        }
        at += part.len() + 1;
    }
    if rules.is_empty() {
        return defect("this comment names no rule: there is nothing in its brackets");
    }
    let mut rest = rest.trim();
    let mut until = None;
    if let Some(after) = rest.strip_prefix("until=") {
        let (day, reason) = after.split_once(char::is_whitespace).unwrap_or((after, ""));
        let end = end_of_day(day).map_err(|error| Defect {
            message: format!("`until=`: {error}"),
            help: "write the last day on which it applies, for example `until=2027-03-31`"
                .to_owned(),
        })?;
        until = Some((day.to_owned(), end));
        rest = reason.trim();
    }
    if rest.trim_matches(|c: char| !c.is_alphanumeric()).is_empty() {
        return Err(Defect {
            message: "this comment gives no reason, and does nothing without one".to_owned(),
            help: "say after the bracket why the finding may stay".to_owned(),
        });
    }
    Ok(Request { rules, until })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read(comment: &str) -> Result<(Vec<String>, Option<String>), String> {
        let mut sources = portolan_yaml::source::Sources::default();
        let source = sources.add("customizations.yaml", comment);
        let request = request(comment, Span::new(source, 0, comment.len()))
            .map_err(|defect| defect.message)?;
        for (rule, place) in &request.rules {
            assert_eq!(sources.slice(*place), rule);
        }
        let rules = request.rules.into_iter().map(|(rule, _)| rule).collect();
        Ok((rules, request.until.map(|(day, _)| day)))
    }

    #[test]
    fn a_comment_names_rules_a_day_and_a_reason() {
        assert_eq!(
            read("# portolan: ignore[node-port] the lab has no load balancer"),
            Ok((vec!["node-port".to_owned()], None))
        );
        assert_eq!(
            read("#portolan:ignore[ node-port , several-ways-in] until=2027-03-31 migration"),
            Ok((
                vec!["node-port".to_owned(), "several-ways-in".to_owned()],
                Some("2027-03-31".to_owned())
            ))
        );
        for wrong in [
            "# portolan: ignore[node-port]",
            "# portolan: ignore[node-port] --",
            "# portolan: ignore[] because",
            "# portolan: ignore node-port because",
            "# portolan: ignore[node-port because",
            "# portolan: disable[node-port] because",
            "# portolan: ignore[node-port] until=2027-02-30 because",
            "# portolan: ignore[node-port] until=soon because",
            "# portolan: ignore[node-port] until=2027-03-31",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert!(!is_ours("# portolan is a chart"));
    }
}
