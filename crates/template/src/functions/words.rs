//! Sprig's functions of letters, words and paths.

use super::super::eval::{Eval, EvalResult, Fault};
use super::super::value::{Map, MapKind, Value};
use super::print::of_text;
use super::strings::split;
use super::{Deep, Function, Shallow, function, int, made, text};
use std::collections::BTreeMap;
use std::rc::Rc;

pub(super) const FUNCTIONS: &[Function] = &[
    function("upper", 1, 1, Shallow, |eval, arguments| {
        let text = text(eval, arguments, 0)?;
        made(eval, text.chars().flat_map(single_upper).collect())
    }),
    function("lower", 1, 1, Shallow, |eval, arguments| {
        let text = text(eval, arguments, 0)?;
        made(eval, text.to_lowercase())
    }),
    function("title", 1, 1, Deep, |eval, arguments| {
        of_text(eval, arguments, title)
    }),
    function("untitle", 1, 1, Deep, |eval, arguments| {
        of_text(eval, arguments, |text| {
            starts(text, |at| at.to_lowercase().collect())
        })
    }),
    function("initials", 1, 1, Deep, |eval, arguments| {
        of_text(eval, arguments, |text| {
            text.split_whitespace()
                .filter_map(|word| word.chars().next())
                .collect()
        })
    }),
    function("nospace", 1, 1, Deep, |eval, arguments| {
        of_text(eval, arguments, |text| {
            text.chars().filter(|at| !at.is_whitespace()).collect()
        })
    }),
    function("swapcase", 1, 1, Deep, |eval, arguments| {
        of_text(eval, arguments, |text| {
            text.chars()
                .flat_map(|at| -> Vec<char> {
                    if at.is_uppercase() {
                        at.to_lowercase().collect()
                    } else {
                        single_upper(at).collect()
                    }
                })
                .collect()
        })
    }),
    function("split", 2, 2, Deep, |eval, arguments| {
        let (separator, text) = (text(eval, arguments, 0)?, text(eval, arguments, 1)?);
        let pieces = split(&separator, &text);
        numbered(eval, pieces)
    }),
    function("splitn", 3, 3, Deep, |eval, arguments| {
        let (separator, most, text) = (
            text(eval, arguments, 0)?,
            int(eval, arguments, 1)?,
            text(eval, arguments, 2)?,
        );
        let pieces = match usize::try_from(most) {
            Ok(0) => Vec::new(),
            Ok(most) if !separator.is_empty() => {
                text.splitn(most, &*separator).map(str::to_owned).collect()
            }
            Err(_) => split(&separator, &text),
            Ok(_) => return Err(Fault::new("`splitn` needs a separator")),
        };
        numbered(eval, pieces)
    }),
    function("base", 1, 1, Deep, |eval, arguments| {
        of_text(eval, arguments, base)
    }),
    function("dir", 1, 1, Deep, |eval, arguments| {
        of_text(eval, arguments, dir)
    }),
    function("clean", 1, 1, Deep, |eval, arguments| {
        of_text(eval, arguments, clean)
    }),
    function("ext", 1, 1, Deep, |eval, arguments| {
        of_text(eval, arguments, ext)
    }),
    function("isAbs", 1, 1, Deep, is_absolute),
    function("osBase", 1, 1, Deep, |eval, arguments| {
        of_text(eval, arguments, base)
    }),
    function("osDir", 1, 1, Deep, |eval, arguments| {
        of_text(eval, arguments, dir)
    }),
    function("osClean", 1, 1, Deep, |eval, arguments| {
        of_text(eval, arguments, clean)
    }),
    function("osExt", 1, 1, Deep, |eval, arguments| {
        of_text(eval, arguments, ext)
    }),
    function("osIsAbs", 1, 1, Deep, is_absolute),
];

fn is_absolute(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    Ok(Value::Bool(text(eval, arguments, 0)?.starts_with('/')))
}

/// Go turns one letter into one letter: `ß` stays.
fn single_upper(at: char) -> impl Iterator<Item = char> {
    let mut upper = at.to_uppercase();
    let only = match (upper.next(), upper.next()) {
        (Some(only), None) => only,
        _ => at,
    };
    std::iter::once(only)
}

fn starts(text: &str, change: fn(char) -> String) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => change(first) + characters.as_str(),
        None => String::new(),
    }
}

/// Go's `strings.Title`: a letter after anything but a letter, digit, `_` or `'`… begins a word.
fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut within = false;
    for at in text.chars() {
        match within {
            true => out.push(at),
            false => out.extend(single_upper(at)),
        }
        // Below 128, only letters, digits and `_` go on with a word; above, anything but spaces does.
        within = match at.is_ascii() {
            true => at.is_ascii_alphanumeric() || at == '_',
            false => at.is_alphanumeric() || !at.is_whitespace(),
        };
    }
    out
}

fn numbered(eval: &mut Eval<'_>, pieces: Vec<String>) -> EvalResult {
    eval.charge(pieces.len())?;
    let entries: BTreeMap<Rc<str>, Value> = pieces
        .into_iter()
        .enumerate()
        .map(|(index, piece)| (Rc::from(format!("_{index}")), Value::text(piece)))
        .collect();
    Ok(eval.heap.new_map(Map {
        entries,
        kind: MapKind::Text,
        open: None,
    }))
}

/// Go's `path.Clean`.
fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => match parts.last() {
                Some(&last) if last != ".." => {
                    parts.pop();
                }
                _ if rooted => {}
                _ => parts.push(".."),
            },
            part => parts.push(part),
        }
    }
    match (rooted, parts.join("/")) {
        (true, joined) => format!("/{joined}"),
        (false, joined) if joined.is_empty() => ".".to_owned(),
        (false, joined) => joined,
    }
}

fn base(path: &str) -> String {
    if path.is_empty() {
        return ".".to_owned();
    }
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() {
        return "/".to_owned();
    }
    trimmed.rsplit('/').next().unwrap_or_default().to_owned()
}

fn dir(path: &str) -> String {
    let end = path.rfind('/').map_or(0, |at| at + 1);
    clean(path.get(..end).unwrap_or_default())
}

fn ext(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rfind('.')
        .and_then(|at| name.get(at..))
        .unwrap_or_default()
        .to_owned()
}
