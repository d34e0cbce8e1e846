//! Names that tell of a secret.

use std::sync::OnceLock;

use regex::Regex;

/// Words in a key that make its value a secret.
const WORDS: [&str; 10] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "credential",
    "apikey",
    "api_key",
    "privatekey",
    "private_key",
];

/// Returns the place of the first word in `name` that makes what it names a secret, in bytes.
pub fn word_in(name: &str) -> Option<usize> {
    let lower = name.to_ascii_lowercase();
    WORDS.iter().filter_map(|word| lower.find(word)).min()
}

/// Returns the place of the first such word in a long text at `from` or after. A megabyte takes a millisecond; to get
/// ready takes as long as looking at some hundred names does, though.
pub fn word_after(text: &str, from: usize) -> Option<usize> {
    static PATTERN: OnceLock<Option<Regex>> = OnceLock::new();
    let pattern = PATTERN.get_or_init(|| Regex::new(&format!("(?i-u:{})", WORDS.join("|"))).ok());
    match pattern {
        Some(pattern) => pattern.find_at(text, from).map(|found| found.start()),
        None => word_in(text.get(from..)?).map(|at| from + at),
    }
}

/// The sign in place of a secret in a sentence. Of one length whatever it hides.
pub const MASK: &str = "********";

/// Parts of a name that make its value a secret; compared in small letters, without `_`, `-` and `.`.
const SECRET: [&str; 16] = [
    "passw",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "credential",
    "privatekey",
    "apikey",
    "accesskey",
    "accountkey",
    "encryptionkey",
    "signingkey",
    "clientkey",
    "basicauth",
    "connectionstring",
    "connstr",
];

/// Words that make a name a secret where it ends with one of them.
const SECRET_AT_END: [&str; 9] = [
    "licensekey",
    "masterkey",
    "sessionkey",
    "sharedkey",
    "storagekey",
    "sshkey",
    "hmackey",
    "authkey",
    "deploykey",
];

/// Words that make a name a secret where one of them is its last word: `dbPass`, but not `bypass`.
const SECRET_LAST_WORD: [&str; 11] = [
    "pass",
    "passcode",
    "pw",
    "cred",
    "creds",
    "jwt",
    "bearer",
    "dsn",
    "salt",
    "otp",
    "authorization",
];

/// Endings that make the value a reference to a secret, or a setting of it.
const NOT_SECRET: [&str; 38] = [
    "name",
    "names",
    "namespace",
    "ref",
    "refs",
    "seconds",
    "minutes",
    "hours",
    "days",
    "ttl",
    "timeout",
    "expiry",
    "expiration",
    "expiresin",
    "lifetime",
    "url",
    "uri",
    "endpoint",
    "host",
    "file",
    "path",
    "dir",
    "mount",
    "mode",
    "type",
    "kind",
    "length",
    "size",
    "policy",
    "enabled",
    "version",
    "algorithm",
    "issuer",
    "audience",
    "pullsecret",
    "pullsecrets",
    "provider",
    "class",
];

/// Tells whether a name may be that of a secret; false for most others, without a closer look.
pub fn may_be_secret(name: &str) -> bool {
    const PARTS: [&str; 13] = [
        "pass", "pw", "secret", "token", "cred", "key", "auth", "conn", "jwt", "bearer", "dsn",
        "salt", "otp",
    ];
    let name = name.as_bytes();
    PARTS.iter().any(|part| {
        let mut windows = name.windows(part.len());
        windows.any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
    })
}

/// Tells whether a name is one whose value is a secret itself, not the name of one or a setting of it.
///
/// `annotation` says that a `/` stands before it: `…/auth-secret: carto-basic-auth` names an object.
pub fn is_secret_name(name: &str, annotation: bool) -> bool {
    let last = last_word(name);
    let name: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let refers = name.contains("existingsecret")
        || name.contains("keyref")
        || name.starts_with("existing")
        || (annotation && name.ends_with("secret"))
        || NOT_SECRET.iter().any(|ending| name.ends_with(ending));
    let tells = SECRET.iter().any(|part| name.contains(part))
        || SECRET_AT_END.iter().any(|ending| name.ends_with(ending))
        || SECRET_LAST_WORD.contains(&last.as_str());
    !refers && tells
}

/// Returns the last word of `DB_PASS`, `dbPass` and `db-pass`, in small letters.
fn last_word(name: &str) -> String {
    let is_sign = |c: char| !c.is_ascii_alphanumeric();
    let name = name.trim_end_matches(is_sign);
    let name = name.rsplit(is_sign).next().unwrap_or_default();
    let mut start = 0;
    let mut before = None;
    for (at, c) in name.char_indices() {
        let small_before = before.is_some_and(|c: char| c.is_ascii_lowercase());
        let small_after = name
            .get(at + 1..)
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
        if c.is_ascii_uppercase() && (small_before || small_after) {
            start = at;
        }
        before = Some(c);
    }
    name.get(start..).unwrap_or_default().to_ascii_lowercase()
}

/// Tells whether a value is harmless whatever its name: nothing, a number, a boolean, a template, a placeholder.
pub fn is_harmless(value: &str) -> bool {
    let value = value.trim();
    let word = value.to_ascii_lowercase();
    value.is_empty()
        || matches!(
            word.as_str(),
            "true" | "false" | "yes" | "no" | "on" | "off" | "null" | "~"
        )
        || is_number(value)
        || is_template_without_text(value)
        || (value.starts_with('<') && value.ends_with('>'))
        || value.starts_with("${")
}

/// Tells whether a value is a number. A setting has few digits; a longer one may well be a password, wherever a dot is
/// among them.
fn is_number(value: &str) -> bool {
    let mut bytes = value.bytes();
    let dots = value.bytes().filter(|byte| *byte == b'.').count();
    bytes.all(|byte| byte.is_ascii_digit() || byte == b'.') && value.len() - dots <= 5
}

/// Tells whether a template takes its value from elsewhere. One with a string in it may be that string: `{{ "x" |
/// b64enc }}`.
fn is_template_without_text(value: &str) -> bool {
    let named = ["include ", "template ", "required ", "index ", "lookup "];
    value.starts_with("{{")
        && value.ends_with("}}")
        && (!value.contains(['"', '\'', '`']) || named.iter().any(|name| value.contains(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_searches_find_the_same_words() {
        let text = "größe: 1\nrouterPassword: x\nAPIKEY_ID: y\nsecretToken: z\n";
        let mut places = Vec::new();
        let mut from = 0;
        while let Some(at) = word_after(text, from) {
            places.push(at);
            from = at + 1;
        }
        let words = ["Password", "APIKEY", "secret", "Token"];
        assert_eq!(
            places,
            words.map(|word| text.find(word).unwrap_or_default())
        );
        for line in text.lines() {
            assert_eq!(word_after(line, 0), word_in(line), "{line}");
        }
    }
}
