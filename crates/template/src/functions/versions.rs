//! Semantic versions and constraints, as the library `Masterminds/semver` reads them.

use std::cmp::Ordering;
use std::rc::Rc;

use super::super::eval::{Eval, EvalResult, Fault};
use super::super::value::{IntType, Map, MapKind, Value};
use super::{Deep, Function, function, text};

pub(super) const FUNCTIONS: &[Function] = &[
    function("semver", 1, 1, Deep, semver),
    function("semverCompare", 2, 2, Deep, compare),
];

#[derive(Debug, Clone, PartialEq, Eq)]
struct Version {
    parts: [u64; 3],
    pre: String,
    metadata: String,
    /// How many of the three numbers were written; a wildcard counts as not written.
    written: usize,
}

impl Version {
    /// Reads `v1.2.3-pre+meta`; with `loose`, the later numbers may be wildcards.
    fn parse(text: &str, loose: bool) -> Option<Version> {
        let body = text.strip_prefix('v').unwrap_or(text);
        let (body, metadata) = body.split_once('+').unwrap_or((body, ""));
        let (numbers, pre) = body.split_once('-').unwrap_or((body, ""));
        if body.ends_with('-') || text.ends_with('+') {
            return None;
        }
        let mut parts = [0; 3];
        let mut written = 0;
        let mut wild = false;
        let pieces: Vec<&str> = numbers.split('.').collect();
        if pieces.len() > 3 {
            return None;
        }
        for (slot, piece) in parts.iter_mut().zip(&pieces) {
            if loose && matches!(*piece, "x" | "X" | "*") {
                wild = true;
                continue;
            }
            if piece.is_empty() || !piece.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            *slot = piece.parse().ok()?;
            if !wild {
                written += 1;
            }
        }
        let allowed = |text: &str| {
            text.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
        };
        (allowed(pre) && allowed(metadata)).then(|| Version {
            parts,
            pre: pre.to_owned(),
            metadata: metadata.to_owned(),
            written,
        })
    }

    fn order(&self, other: &Version) -> Ordering {
        self.parts.cmp(&other.parts).then_with(|| {
            match (self.pre.is_empty(), other.pre.is_empty()) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) => order_pre(&self.pre, &other.pre),
            }
        })
    }
}

fn order_pre(one: &str, other: &str) -> Ordering {
    let mut others = other.split('.');
    for part in one.split('.') {
        let Some(counterpart) = others.next() else {
            return Ordering::Greater;
        };
        let found = match (part.parse::<u64>(), counterpart.parse::<u64>()) {
            (Ok(one), Ok(other)) => one.cmp(&other),
            (Ok(_), Err(_)) => Ordering::Less,
            (Err(_), Ok(_)) => Ordering::Greater,
            (Err(_), Err(_)) => part.cmp(counterpart),
        };
        if found != Ordering::Equal {
            return found;
        }
    }
    if others.next().is_some() {
        Ordering::Less
    } else {
        Ordering::Equal
    }
}

fn semver(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    let text = text(eval, arguments, 0)?;
    let version = Version::parse(&text, false)
        .ok_or_else(|| Fault::new(format!("`{}` is not a semantic version", shorten(&text))))?;
    let [major, minor, patch] = version
        .parts
        .map(|part| Value::Int(i64::try_from(part).unwrap_or(i64::MAX), IntType::Uint64));
    let [x, y, z] = version.parts;
    let mut shown = format!("{x}.{y}.{z}");
    if !version.pre.is_empty() {
        shown = format!("{shown}-{}", version.pre);
    }
    if !version.metadata.is_empty() {
        shown = format!("{shown}+{}", version.metadata);
    }
    let entries = [
        ("Major", major),
        ("Minor", minor),
        ("Patch", patch),
        ("Prerelease", Value::text(version.pre)),
        ("Metadata", Value::text(version.metadata)),
        ("Original", Value::text(shown.clone())),
        ("String", Value::text(shown)),
    ];
    let mut entries: std::collections::BTreeMap<Rc<str>, Value> = entries
        .into_iter()
        .map(|(key, value)| (Rc::from(key), value))
        .collect();
    let printed = entries.get("String").cloned().unwrap_or(Value::Nil);
    entries.insert(Rc::from("Original"), Value::Text(Rc::clone(&text)));
    entries.insert(Rc::from("String"), printed);
    Ok(eval.heap.new_map(Map {
        entries,
        kind: MapKind::Version,
        open: None,
    }))
}

fn shorten(text: &str) -> String {
    text.chars().take(60).collect()
}

fn compare(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    let (constraint, version) = (text(eval, arguments, 0)?, text(eval, arguments, 1)?);
    let version = Version::parse(&version, false)
        .ok_or_else(|| Fault::new(format!("`{}` is not a semantic version", shorten(&version))))?;
    match holds(&constraint, &version) {
        Some(holds) => Ok(Value::Bool(holds)),
        None => Err(Fault::new(format!(
            "`{}` is not a version constraint",
            shorten(&constraint)
        ))),
    }
}

/// Alternatives are parted by `||`; all parts of one must hold.
fn holds(constraint: &str, version: &Version) -> Option<bool> {
    let mut any = false;
    for alternative in constraint.split("||") {
        let mut all = true;
        for (operator, limit) in comparisons(alternative)? {
            all &= satisfies(operator, &limit, version)?;
        }
        any |= all;
    }
    Some(any)
}

/// The comparisons of one alternative: parted by commas or spaces, `a - b` for a range.
fn comparisons(text: &str) -> Option<Vec<(&str, Version)>> {
    let operators = |at: char| "=!<>~^".contains(at);
    let mut found = Vec::new();
    let mut words: Vec<&str> = text
        .split([',', ' ', '\t'])
        .filter(|word| !word.is_empty())
        .collect();
    words.reverse();
    while let Some(word) = words.pop() {
        let len = word.find(|at| !operators(at)).unwrap_or(word.len());
        let (operator, mut rest) = word.split_at_checked(len)?;
        if rest.is_empty() {
            rest = words.pop()?;
        }
        let limit = Version::parse(rest, true)?;
        if operator.is_empty() && words.last() == Some(&"-") {
            words.pop();
            let upper = Version::parse(words.pop()?, true)?;
            found.push((">=", limit));
            found.push(("<=", upper));
            continue;
        }
        found.push((operator, limit));
    }
    (!found.is_empty()).then_some(found)
}

fn satisfies(operator: &str, limit: &Version, version: &Version) -> Option<bool> {
    // A pre-release satisfies only constraints that name one, except `!=`.
    let pre_refused = !version.pre.is_empty() && limit.pre.is_empty();
    let order = version.order(limit);
    let same = |count: usize| {
        version
            .parts
            .iter()
            .zip(&limit.parts)
            .take(count)
            .all(|(one, other)| one == other)
    };
    let above = |count: usize| {
        let one = version.parts.get(..count).unwrap_or_default();
        one > limit.parts.get(..count).unwrap_or_default()
    };
    let not_below = order != Ordering::Less;
    let partial = limit.written < 3;
    Some(match operator {
        "!=" if partial => !same(limit.written),
        "!=" => order != Ordering::Equal,
        _ if pre_refused => false,
        "" | "=" | "==" if partial => same(limit.written),
        "" | "=" | "==" => order == Ordering::Equal,
        ">" if partial => above(limit.written),
        ">" => order == Ordering::Greater,
        ">=" | "=>" => not_below,
        "<" => order == Ordering::Less,
        "<=" | "=<" if partial => !above(limit.written),
        "<=" | "=<" => order != Ordering::Greater,
        "~" | "~>" => not_below && same(limit.written.min(2)),
        "^" => {
            let fixed = match (limit.parts, limit.written) {
                ([0, 0, _], 3) => 3,
                ([0, _, _], 2 | 3) => 2,
                (_, 0) => 0,
                _ => 1,
            };
            not_below && same(fixed)
        }
        _ => return None,
    })
}
