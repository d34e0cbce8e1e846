//! What files are called in reports that other programs read: from the folder of the run, with forward slashes.
//!
//! A pipeline's service looks a name up in the repository, and a fingerprint must not depend on whose machine it was made
//! on. A path that leaves the folder stays as it was given.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Characters to percent-encode in a path: all but those that RFC 3986 calls unreserved, and the slash.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// Returns the name as seen from the folder where the file is under it, else the name as it was given.
pub(super) fn relative(name: &str, folder: Option<&str>) -> String {
    let name = portable(name);
    let name = without_dot(&name);
    let under = folder.and_then(|folder| {
        let whole = absolute(name, folder)?;
        let rest = whole.strip_prefix(trimmed(&portable(folder)))?;
        Some(rest.strip_prefix('/')?.to_owned())
    });
    under.unwrap_or_else(|| name.to_owned())
}

/// Returns the name as a percent-encoded URI, and true where it is relative to the folder.
pub(super) fn uri(name: &str, folder: Option<&str>) -> (String, bool) {
    let name = relative(name, folder);
    let whole = match folder {
        _ if is_absolute(&name) => Some(name.clone()),
        Some(folder) => absolute(&name, folder).filter(|_| leaves(&name)),
        None => None,
    };
    match whole {
        Some(whole) => {
            let drive = if whole.starts_with('/') { "" } else { "/" };
            (format!("file://{drive}{}", encoded(&whole)), false)
        }
        None => (encoded(&name), true),
    }
}

/// Encodes a path for a link within the repository.
pub(super) fn encoded(path: &str) -> String {
    utf8_percent_encode(path, IN_PATH).to_string()
}

/// Replaces backslashes on Windows, where both slashes separate folders; elsewhere a backslash is a character like any
/// other.
fn portable(name: &str) -> String {
    if cfg!(windows) {
        name.replace('\\', "/")
    } else {
        name.to_owned()
    }
}

fn without_dot(mut name: &str) -> &str {
    while let Some(rest) = name.strip_prefix("./") {
        name = rest.trim_start_matches('/');
    }
    name
}

fn trimmed(folder: &str) -> &str {
    folder.trim_end_matches('/')
}

fn leaves(name: &str) -> bool {
    name == ".." || name.starts_with("../")
}

/// Tells whether a name is absolute: `/a`, and `C:/a` of Windows.
fn is_absolute(name: &str) -> bool {
    let drive = |name: &str| {
        let mut letters = name.chars();
        let letter = letters.next().is_some_and(|c| c.is_ascii_alphabetic());
        letter && letters.as_str().starts_with(":/")
    };
    name.starts_with('/') || drive(name)
}

/// Returns the whole path. `..` is resolved only at the front, where the folder's own name, which has no links in it,
/// answers.
fn absolute(name: &str, folder: &str) -> Option<String> {
    if is_absolute(name) {
        return Some(name.to_owned());
    }
    let folder = portable(folder);
    let (mut folder, mut name) = (trimmed(&folder), name);
    while leaves(name) {
        folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
        name = name.trim_start_matches("..").trim_start_matches('/');
    }
    is_absolute(&format!("{folder}/")).then(|| format!("{folder}/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_under_the_folder_is_named_from_there() {
        let here = |name| relative(name, Some("/home/ada/deploy"));
        assert_eq!(here("a/b.yaml"), "a/b.yaml");
        assert_eq!(here("././b.yaml"), "b.yaml");
        assert_eq!(here("/home/ada/deploy/a/b.yaml"), "a/b.yaml");
        assert_eq!(here("../deploy/b.yaml"), "b.yaml");
        assert_eq!(here("../other/b.yaml"), "../other/b.yaml");
        assert_eq!(here("/home/ada/deploy2/b.yaml"), "/home/ada/deploy2/b.yaml");
        assert_eq!(here("..values.yaml"), "..values.yaml");
        assert_eq!(relative("C:/w/b.yaml", Some("C:/w/")), "b.yaml");
        assert_eq!(relative("../b.yaml", None), "../b.yaml");
        assert_eq!(relative("/b.yaml", Some("/")), "b.yaml");
    }

    #[test]
    fn an_uri_is_encoded_and_says_whether_it_is_relative() {
        let here = |name| uri(name, Some("/home/ada"));
        assert_eq!(
            here("größe 1:2.yaml"),
            ("gr%C3%B6%C3%9Fe%201%3A2.yaml".to_owned(), true)
        );
        assert_eq!(here("<stdin>"), ("%3Cstdin%3E".to_owned(), true));
        assert_eq!(
            here("../bob/v.yaml"),
            ("file:///home/bob/v.yaml".to_owned(), false)
        );
        assert_eq!(
            here("/etc/v 1.yaml"),
            ("file:///etc/v%201.yaml".to_owned(), false)
        );
        assert_eq!(
            uri("D:/v.yaml", Some("C:/w")),
            ("file:///D%3A/v.yaml".to_owned(), false)
        );
    }
}
