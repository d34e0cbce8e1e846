//! Places of names in a text: what a pattern would find, without the time that it takes to build one.
//!
//! Each of these has a pattern beside it in the tests, which finds the same.

use std::ops::Range;

/// Words in a name that make it worth a second look; `key` counts with a word of [`BEFORE_KEY`] before it.
const WORDS: [&str; 14] = [
    "pass",
    "pwd",
    "secret",
    "token",
    "cred",
    "basic",
    "conn",
    "jwt",
    "bearer",
    "dsn",
    "salt",
    "otp",
    "pw",
    "authorization",
];

/// Words that make a key a secret one.
const BEFORE_KEY: [&str; 16] = [
    "private",
    "api",
    "access",
    "account",
    "encryption",
    "signing",
    "client",
    "license",
    "master",
    "session",
    "shared",
    "storage",
    "ssh",
    "hmac",
    "auth",
    "deploy",
];

/// Finds the next key whose name tells of a secret, with the quote, the spaces and the sign that follow it.
pub(super) fn next_secret_key(text: &str, from: usize) -> Option<Range<usize>> {
    let mut at = from;
    loop {
        let start = at + text.get(at..)?.find(is_name)?;
        let rest = text.get(start..)?;
        let (name, after) = rest.split_at(rest.find(|c| !is_name(c)).unwrap_or(rest.len()));
        if let Some(after) = without_blanks(without_quote(after)).strip_prefix([':', '='])
            && tells_of_secret(name)
        {
            return Some(start..text.len() - after.len());
        }
        at = start + name.len();
    }
}

/// Tells whether a name can hold a character. In patterns that ignore case, the Kelvin sign is a `k` and the long s an
/// `s`.
fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '[' | ']' | '-' | '\u{212a}' | '\u{17f}')
}

fn tells_of_secret(name: &str) -> bool {
    let small: String = name
        .chars()
        .map(|c| match c {
            '\u{212a}' => 'k',
            '\u{17f}' => 's',
            _ => c.to_ascii_lowercase(),
        })
        .collect();
    WORDS.iter().any(|word| small.contains(word))
        || small.match_indices("key").any(|(at, _)| {
            let before = small.get(..at).unwrap_or_default();
            let before = before.strip_suffix(['_', '-']).unwrap_or(before);
            BEFORE_KEY.iter().any(|word| before.ends_with(word))
        })
}

/// Finds the next `name: NAME` that a `value:` follows: the name's place, and where the value begins.
pub(super) fn next_entry(text: &str, from: usize) -> Option<(Range<usize>, usize)> {
    let mut at = from;
    loop {
        at += text.get(at..)?.find("name")? + "name".len();
        if let Some(found) = entry_after(text, at) {
            return Some(found);
        }
    }
}

/// Returns the name behind a key, and what follows it.
fn name_after(text: &str, at: usize) -> Option<(Range<usize>, &str)> {
    let rest = without_blanks(without_quote(text.get(at..)?)).strip_prefix(':')?;
    let rest = without_quote(without_blanks(rest));
    let start = text.len() - rest.len();
    let end = rest
        .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '.' | '-'))
        .unwrap_or(rest.len());
    if end == 0 {
        return None;
    }
    Some((start..start + end, rest.get(end..)?))
}

fn entry_after(text: &str, at: usize) -> Option<(Range<usize>, usize)> {
    let (name, rest) = name_after(text, at)?;
    let rest = without_quote(rest);
    let rest = without_blanks(rest).strip_prefix(',').unwrap_or(rest);
    let value = rest.trim_start();
    if value.len() == rest.len() {
        return None;
    }
    let rest = without_quote(value).strip_prefix("value")?;
    let rest = without_blanks(without_quote(rest)).strip_prefix(':')?;
    Some((name, text.len() - rest.len()))
}

/// Finds the next name that a key `name` gives, whatever follows it.
pub(super) fn next_name(text: &str, from: usize) -> Option<Range<usize>> {
    let mut at = from;
    loop {
        at += text.get(at..)?.find("name")? + "name".len();
        let is_key = !text.get(..at - "name".len())?.ends_with(is_name);
        if let Some((name, _)) = name_after(text, at).filter(|_| is_key) {
            return Some(name);
        }
    }
}

/// Returns where the value begins on a line whose key is `value`.
pub(super) fn after_value_key(line: &str) -> Option<usize> {
    let rest = without_quote(line.trim_start_matches([' ', '\t', '-'])).strip_prefix("value")?;
    let rest = without_blanks(without_quote(rest)).strip_prefix(':')?;
    Some(line.len() - rest.len())
}

/// Finds the starts of lines that say `kind: Secret`.
pub(super) fn secret_kinds(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    if !text.contains("Secret") {
        return found;
    }
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if is_secret_kind(line.strip_suffix('\n').unwrap_or(line)) {
            found.push(at);
        }
        at += line.len();
    }
    found
}

fn is_secret_kind(line: &str) -> bool {
    let mut rest = without_blanks(line);
    while let Some(item) = rest.strip_prefix("- ") {
        rest = item.trim_start_matches(' ');
    }
    after_kind(rest)
        .map(|rest| rest.trim_start_matches([' ', '\t', '\r']))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('#'))
}

/// Returns what follows `kind: Secret` on one line.
fn after_kind(text: &str) -> Option<&str> {
    let rest = without_quote(without_quote(text).strip_prefix("kind")?);
    let rest = without_blanks(rest).strip_prefix(':')?;
    let rest = without_quote(without_blanks(rest)).strip_prefix("Secret")?;
    Some(without_quote(rest))
}

/// Tells whether `kind: Secret` is between the braces of a mapping.
pub(super) fn has_secret_kind_in_json(text: &str) -> bool {
    text.contains("Secret")
        && text.match_indices("kind").any(|(at, kind)| {
            let secret = || {
                let rest = without_quote(text.get(at + kind.len()..)?);
                let rest = rest.trim_start().strip_prefix(':')?;
                let rest = without_quote(rest.trim_start()).strip_prefix("Secret")?;
                Some(without_quote(rest).trim_start())
            };
            secret().is_some_and(|rest| rest.starts_with([',', '}']))
        })
}

fn without_quote(text: &str) -> &str {
    text.strip_prefix(['"', '\'']).unwrap_or(text)
}

fn without_blanks(text: &str) -> &str {
    text.trim_start_matches([' ', '\t'])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;
    use regex::Regex;

    use super::*;

    /// Generates texts from the pieces that the patterns look for, in any order.
    fn texts() -> impl Strategy<Value = String> {
        const PIECES: [&str; 52] = [
            "name",
            "value",
            "kind",
            "Secret",
            "data",
            ":",
            "=",
            " ",
            "  ",
            "\t",
            "\n",
            "\r\n",
            "\"",
            "'",
            ",",
            "}",
            "{",
            "-",
            "- ",
            "_",
            ".",
            "#",
            "a",
            "7",
            "é",
            "\u{a0}",
            "\u{2028}",
            "password",
            "PASSPHRASE",
            "Pwd",
            "secret",
            "\u{17f}ecret",
            "token",
            "to\u{212a}en",
            "Credential",
            "api",
            "Private",
            "client",
            "key",
            "Key",
            "[0]",
            "eyJ",
            "sk-",
            "ghp_",
            "AKIA",
            "Basic",
            "bearer",
            "ba\u{17f}ic",
            "0123456789abcdef",
            "ABCDEFGHIJKLMNOP",
            "://",
            "@",
        ];
        prop::collection::vec(prop::sample::select(&PIECES[..]), 0..24)
            .prop_map(|pieces| pieces.concat())
    }

    static KEY: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(concat!(
            r#"(?i)[A-Za-z0-9_.\[\]-]*(?:pass|pwd|secret|token|cred|basic|conn|jwt|bearer|dsn|salt|otp|pw|authorization|"#,
            r#"(?:private|api|access|account|encryption|signing|client|license|master|session|shared|storage|ssh|hmac|auth|deploy)[_-]?key)[A-Za-z0-9_.\[\]-]*["']?[ \t]*[:=]"#,
        ))
        .unwrap()
    });
    static ENTRY: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r#"["']?name["']?[ \t]*:[ \t]*["']?([A-Za-z0-9_.-]+)["']?[ \t]*,?\s+["']?value["']?[ \t]*:"#,
        )
        .unwrap()
    });
    static KIND: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r#"(?m)^[ \t]*(?:- +)*["']?kind["']?[ \t]*:[ \t]*["']?Secret["']?[ \t\r]*(?:#.*)?$"#,
        )
        .unwrap()
    });
    static KIND_IN_JSON: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"["']?kind["']?\s*:\s*["']?Secret["']?\s*[,}]"#).unwrap());

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn places_of_names_are_those_of_the_patterns(text in texts(), from in 0_usize..20) {
            let from = text.floor_char_boundary(from);
            let found = KEY.find_at(&text, from).map(|found| found.range());
            prop_assert_eq!(next_secret_key(&text, from), found);

            let found = ENTRY
                .captures_at(&text, from)
                .map(|found| (found.get(1).unwrap().range(), found.get(0).unwrap().end()));
            prop_assert_eq!(next_entry(&text, from), found);

            let found: Vec<usize> = KIND.find_iter(&text).map(|found| found.start()).collect();
            prop_assert_eq!(secret_kinds(&text), found);

            prop_assert_eq!(has_secret_kind_in_json(&text), KIND_IN_JSON.is_match(&text));

            let token = super::super::TOKEN.as_ref().unwrap();
            prop_assert!(super::super::hint::of_token(&text) || !token.is_match(&text));
        }
    }

    #[test]
    fn what_the_patterns_are_for_is_found() {
        assert_eq!(next_secret_key("a: 1\nredisPassword : x", 0), Some(5..20));
        assert_eq!(next_secret_key("\"API_KEY\" = x", 0), Some(1..11));
        assert_eq!(next_secret_key("keys: x\nsecret", 0), None);
        let entry = "- name: DB_PASS\n  value: hunter2";
        assert_eq!(next_entry(entry, 0), Some((8..15, 24)));
        assert_eq!(secret_kinds("a: b\n- kind: \"Secret\" # it is\n"), [5]);
        assert!(has_secret_kind_in_json("{\"kind\" :\n\"Secret\"}"));
    }
}
