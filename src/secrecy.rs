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

/// Where a word in `name` begins that makes what it names a secret: the first of them, in bytes.
pub fn word_in(name: &str) -> Option<usize> {
    let lower = name.to_ascii_lowercase();
    WORDS.iter().filter_map(|word| lower.find(word)).min()
}

/// Where such a word begins in a long text at `from` or after. A megabyte takes a millisecond; to get ready takes as long as
/// looking at some hundred names does, though.
pub fn word_after(text: &str, from: usize) -> Option<usize> {
    static PATTERN: OnceLock<Option<Regex>> = OnceLock::new();
    let pattern = PATTERN.get_or_init(|| Regex::new(&format!("(?i-u:{})", WORDS.join("|"))).ok());
    match pattern {
        Some(pattern) => pattern.find_at(text, from).map(|found| found.start()),
        None => word_in(text.get(from..)?).map(|at| from + at),
    }
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
