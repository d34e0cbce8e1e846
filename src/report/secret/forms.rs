//! Secrets that are told by what stands around them: in an address, after a flag, in a call of a template.
//!
//! As everywhere in this room, a pattern is built for a text that holds what every match of it holds.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{Pattern, Search};
use crate::secret_names::{is_harmless, is_secret_name};

/// A pattern whose first group is the secret, and what a text must hold for it.
type Form = (&'static [&'static str], &'static Pattern);

static USER_OF_ADDRESS: Pattern =
    LazyLock::new(|| Regex::new(r#"(?i)\bhttps?://([^\s/:@'"?#]{8,})@"#).ok());
static IN_QUERY: Pattern = LazyLock::new(|| {
    Regex::new(concat!(
        r#"(?i)[?&](?:sig|signature|key|code|auth|pass|passwd|password|pwd|token|secret|"#,
        r#"(?:api|access)[_-]?(?:key|token)|client[_-]?secret)=([^&\s"'#]+)"#,
    ))
    .ok()
});
/// In a sentence too, where names that stand before a colon tell nothing.
static ASSIGNED: Pattern = LazyLock::new(|| {
    Regex::new(r#"(?i)(?:passw(?:or)?d|pwd|passphrase|secret|token|api[_-]?key)=([^\s"'`&;,]{4,})"#)
        .ok()
});
static WEB_HOOK: Pattern =
    LazyLock::new(|| Regex::new(r"hooks\.slack\.com/services/([A-Za-z0-9/_-]+)").ok());
/// `"…" | b64enc`, also where the quotes themselves are quoted.
static ENCODED_AFTER: Pattern = LazyLock::new(|| {
    Regex::new(
        r#"\\?["'`]([^"'`\\\n]+)\\?["'`][ \t]*\|[ \t]*(?:b64enc|bcrypt|sha1sum|sha256sum|sha512sum)\b"#,
    )
    .ok()
});
static ENCODED_BEFORE: Pattern = LazyLock::new(|| {
    Regex::new(r#"\b(?:b64enc|bcrypt|sha1sum|sha256sum|sha512sum)[ \t]+\\?["'`]([^"'`\\\n]+)"#).ok()
});
static OF_ACCOUNT: Pattern = LazyLock::new(|| {
    Regex::new(
        r#"\b(?:htpasswd|derivePassword)[ \t]+(?:[0-9]+[ \t]+)?\\?["'`][^"'`\n]*["'`][ \t]+\\?["'`]([^"'`\\\n]+)"#,
    )
    .ok()
});
/// Arguments of `fail`: a template's author may quote anything in them.
static FAILING: Pattern = LazyLock::new(|| {
    Regex::new(r#"\{\{[^}\n]*\bfail[ \t]+\(*[ \t]*(?:printf[ \t]+)?\\?["'`]([^"'`\\\n]+)"#).ok()
});
static USER_FLAG: Pattern = LazyLock::new(|| {
    Regex::new(
        r#"(?:^|[\s"'\[,])(?:-u|--user)["']?[ \t]*[,=]?[ \t]*["']?[^\s:"',=]+:([^\s"',\]]+)"#,
    )
    .ok()
});

/// Forms that are hidden in sentences and in files.
const FORMS: [Form; 9] = [
    (&["://"], &USER_OF_ADDRESS),
    (&["?", "&"], &IN_QUERY),
    (&["="], &ASSIGNED),
    (&["hooks.slack.com/services/"], &WEB_HOOK),
    (
        &["b64enc", "bcrypt", "sha1sum", "sha256sum", "sha512sum"],
        &ENCODED_AFTER,
    ),
    (
        &["b64enc", "bcrypt", "sha1sum", "sha256sum", "sha512sum"],
        &ENCODED_BEFORE,
    ),
    (&["htpasswd", "derivePassword"], &OF_ACCOUNT),
    (&["fail"], &FAILING),
    (&["-u", "--user"], &USER_FLAG),
];

/// `--token x`, `["--token", "x"]`, and a flag and its value as two items of a list.
static FLAG: Pattern = LazyLock::new(|| {
    Regex::new(concat!(
        r#"--([A-Za-z][A-Za-z0-9_.-]*)["']?"#,
        r#"(?:[ \t]+|[ \t]*,\s*|[ \t]*\r?\n[ \t]*-[ \t]+)["']?([^\s"',\]}-][^\s"',\]}]*)"#,
    ))
    .ok()
});
/// An entry of an environment whose value stands first.
static VALUE_FIRST: Pattern = LazyLock::new(|| {
    Regex::new(concat!(
        r#"\bvalue["']?[ \t]*:[ \t]*("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s,{}"'][^\n,]*?)[ \t]*\r?,?\s+"#,
        r#"["']?name["']?[ \t]*:[ \t]*["']?([A-Za-z0-9_.-]+)"#,
    ))
    .ok()
});
/// A comment that says it.
static PROSE: Pattern = LazyLock::new(|| {
    Regex::new(
        r#"(?i)\b((?:password|passwd|passphrase|token|secret|key)[ \t]+(?:is|was))[ \t]+["'`]?([^\s"'`]{4,})"#,
    )
    .ok()
});

#[cfg(test)]
pub(super) fn patterns_compile() -> bool {
    let forms = FORMS.iter().map(|(_, pattern)| *pattern);
    let mut all = forms.chain([&FLAG, &VALUE_FIRST, &PROSE]);
    all.all(|pattern| pattern.is_some())
}

impl Search<'_> {
    /// Hides secrets told by the form around them, wherever that is.
    pub(super) fn by_surroundings(&mut self) {
        for (hints, pattern) in FORMS {
            if hints.iter().any(|hint| self.text.contains(hint)) {
                self.captured(pattern, |_| true);
            }
        }
    }

    /// Hides secrets told by a name beside them that is not a key.
    pub(super) fn by_place(&mut self) {
        let named = |group: usize| {
            move |found: &Captures<'_>| {
                let name = found.get(group).map_or("", |name| name.as_str());
                is_secret_name(name, false)
            }
        };
        if self.text.contains("--") {
            self.captured_in(&FLAG, 2, named(1));
        }
        if self.text.contains("value") {
            self.captured(&VALUE_FIRST, named(2));
        }
        if self.text.contains(" is ") || self.text.contains(" was ") {
            self.captured_in(&PROSE, 2, |found| {
                // A word of the sentence has no digit in it.
                let said = found.get(2).map_or("", |said| said.as_str());
                said.bytes().any(|byte| byte.is_ascii_digit())
            });
        }
    }

    fn captured(&mut self, pattern: &'static Pattern, hides: impl Fn(&Captures<'_>) -> bool) {
        self.captured_in(pattern, 1, hides);
    }

    fn captured_in(
        &mut self,
        pattern: &'static Pattern,
        group: usize,
        hides: impl Fn(&Captures<'_>) -> bool,
    ) {
        let Some(pattern) = pattern.as_ref() else {
            return;
        };
        for found in pattern.captures_iter(self.text) {
            if let Some(secret) = found.get(group).filter(|_| hides(&found)) {
                let said = secret.as_str().trim_matches(['"', '\'']);
                if !is_harmless(said) {
                    self.hide(secret.range());
                }
            }
        }
    }
}
