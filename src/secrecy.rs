//! Names that tell of a secret.

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

/// What a sentence says in place of a secret. Of one length whatever it hides.
pub const MASK: &str = "********";
